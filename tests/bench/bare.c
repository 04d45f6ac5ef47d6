/*
 * bare.c - AgentX without a library, as a peer of licagentd: the least that a
 * subagent of this master can cost.
 *
 *	bare SOCKET ROWS ARC
 *
 * It shows the table of subagent.c, for a master that asks in network byte
 * order and with prefixes, as net-snmp's does, and for nobody else.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { OPEN = 1, REGISTER = 3, GET = 5, GET_NEXT = 6, RESPONSE = 18 };
enum { COLUMNS = 15, HEADER = 5, ROOT = 5, NAME = ROOT + 5 }; /* words */
#define PREFIX(n) ((uint32_t)(n) << 24 | 4u << 16) /* 1.3.6.1.4 and n more */
#define GAUGE (66u << 16)

static uint32_t root[ROOT] = { 1, 8072, 9999, 543 };
static uint32_t nrows, session;
static uint32_t in[1 << 15], out[1 << 17];

static void
put_header(uint32_t *pdu, int type, uint32_t transaction, uint32_t packet,
    size_t words)
{
	pdu[0] = htonl(1u << 24 | (uint32_t)type << 16 | 0x10u << 8);
	pdu[1] = htonl(session);
	pdu[2] = htonl(transaction);
	pdu[3] = htonl(packet);
	pdu[4] = htonl((uint32_t)(words - HEADER) * 4);
}

static size_t
put_name(uint32_t *to, const uint32_t *rest, size_t n)
{
	to[0] = htonl(PREFIX(ROOT + n));
	for (size_t i = 0; i < ROOT; i++)
		to[1 + i] = htonl(root[i]);
	for (size_t i = 0; i < n; i++)
		to[1 + ROOT + i] = htonl(rest[i]);
	return 1 + ROOT + n;
}

static void
say(int fd, const uint32_t *pdu, size_t words)
{
	if (send(fd, pdu, words * 4, MSG_NOSIGNAL) != (ssize_t)words * 4)
		exit(EXIT_FAILURE);
}

/* Whatever it answers is right: the session's number is all that counts. */
static void
ask(int fd, int type, const uint32_t *payload, size_t n)
{
	put_header(out, type, 0, 1, HEADER + n);
	memcpy(out + HEADER, payload, n * 4);
	say(fd, out, HEADER + n);
	if (recv(fd, in, sizeof in, 0) < HEADER * 4)
		exit(EXIT_FAILURE);
	session = ntohl(in[1]);
}

/* The variable that is asked for, or the next one, and its value. */
static size_t
put_answer(uint32_t *to, const uint32_t *range, int type)
{
	uint32_t rest[5] = { 1, 1, 1, 1, 0 };
	size_t n = ntohl(range[0]) >> 24, words;

	if (n == NAME)
		for (size_t i = 0; i < 5; i++)
			rest[i] = ntohl(range[1 + ROOT + i]);
	if (type == GET_NEXT && ++rest[4] > nrows) {
		rest[1]++;
		rest[4] = 1;
	}
	if (rest[1] > COLUMNS) {
		to[0] = htonl(130u << 16); /* endOfMibView */
		memcpy(to + 1, range, (1 + n) * 4);
		return 2 + n;
	}
	to[0] = htonl(GAUGE);
	words = 1 + put_name(to + 1, rest, 5);
	to[words] = htonl(rest[1] * rest[4]);
	return words + 1;
}

static void
answer(int fd, const uint32_t *pdu, size_t words)
{
	int type = (int)(ntohl(pdu[0]) >> 16 & 0xff);
	size_t at = HEADER, used = HEADER + 2;

	if (type != GET && type != GET_NEXT)
		return;
	out[HEADER] = out[HEADER + 1] = 0;
	while (at < words) {
		used += put_answer(out + used, pdu + at, type);
		at += 1 + (ntohl(pdu[at]) >> 24); /* where it begins */
		at += 1 + (ntohl(pdu[at]) >> 24); /* where it ends */
	}
	put_header(out, RESPONSE, ntohl(pdu[2]), ntohl(pdu[3]), used);
	say(fd, out, used);
}

int
main(int argc, char **argv)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	uint32_t payload[16] = { 0, htonl(PREFIX(0)), 0 };
	size_t n;

	if (argc != 4)
		return 2;
	nrows = (uint32_t)strtoul(argv[2], NULL, 10);
	root[ROOT - 1] = (uint32_t)strtoul(argv[3], NULL, 10);
	snprintf(to.sun_path, sizeof to.sun_path, "%s",
	    argv[1] + strcspn(argv[1], ":") + 1);
	if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
		return 1;
	ask(fd, OPEN, payload, 3);
	payload[0] = htonl(127 << 16);
	n = 1 + put_name(payload + 1, NULL, 0);
	ask(fd, REGISTER, payload, n);
	while (poll(&wait, 1, -1) > 0) {
		ssize_t len = recv(fd, in, sizeof in, MSG_DONTWAIT);

		if (len <= 0)
			break;
		answer(fd, in, (size_t)len / 4);
	}
	return 0;
}
