/*
 * link.c - the connection to the master agent.
 *
 *   DOWN --timer--> CONNECTING --writable--> OPENING --opened--> REGISTERING
 *    ^                                                               |
 *    +------- end of file, error, no answer ------- UP <--registered-+
 *
 * A master that is away costs one connect() each RETRY_MS.  One that accepts
 * and does not answer is given up after ANSWER_MS; once the link is up the
 * master's silence means nothing, and its death closes the socket.
 */
#include "link.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"

#define RETRY_MS 500
#define REFUSED_RETRY_MS 10000 /* the master lives and does not want us */
#define ANSWER_MS 5000
#define PDU_MAX (256 * 1024) /* of the master; SNMP messages end at 64 KB */
#define OUT_MAX (1024 * 1024)
#define READ_SIZE 16384

enum link_state { DOWN, CONNECTING, OPENING, REGISTERING, UP };

struct link {
	struct loop *loop;
	struct link_options options;
	enum link_state state;
	struct watch watch; /* fd is -1 when DOWN */
	struct timer timer; /* DOWN: try again; else, unless UP: give up */
	struct task flush;
	struct buffer in;
	struct buffer out;
	uint32_t session;
	uint32_t packet;   /* of the last request of ours */
	size_t registered; /* regions that the master has taken */
	bool complained;   /* that the master is away */
};

static const uint32_t sysdescr[] = { LICENSE_MIB };

/* ---- Addresses ---- */

static bool
resolve_unix(const char *path, struct link_address *out, const char **wrong)
{
	struct sockaddr_un *sun = (struct sockaddr_un *)&out->address;

	if (path[0] != '/' || strlen(path) >= sizeof sun->sun_path) {
		*wrong = "the socket needs an absolute path of at most 107 "
			 "bytes";
		return false;
	}
	sun->sun_family = AF_UNIX;
	strcpy(sun->sun_path, path);
	out->len = sizeof *sun;
	return true;
}

/* "[::1]:705" and "host:705" to host and port, in place. */
static bool
split_host(char *text, char **host, char **port)
{
	*port = strrchr(text, ':');
	if (*port == NULL || *port == text || (*port)[1] == '\0')
		return false;
	*(*port)++ = '\0';
	*host = text;
	if (text[0] == '[' && text[strlen(text) - 1] == ']') {
		text[strlen(text) - 1] = '\0';
		*host = text + 1;
	}
	return true;
}

static bool
resolve_tcp(const char *name, struct link_address *out, const char **wrong)
{
	static const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	char *text = strdup(name), *host, *port;
	int error;

	if (text == NULL || !split_host(text, &host, &port)) {
		*wrong = "a TCP master is named tcp:HOST:PORT";
		free(text);
		return false;
	}
	error = getaddrinfo(host, port, &hints, &found);
	free(text);
	if (error != 0) {
		*wrong = gai_strerror(error);
		return false;
	}
	memcpy(&out->address, found->ai_addr, found->ai_addrlen);
	out->len = found->ai_addrlen;
	freeaddrinfo(found);
	return true;
}

bool
link_resolve(const char *name, struct link_address *out, const char **wrong)
{
	memset(out, 0, sizeof *out);
	if (strncmp(name, "unix:", 5) == 0)
		return resolve_unix(name + 5, out, wrong);
	if (strncmp(name, "tcp:", 4) == 0)
		return resolve_tcp(name + 4, out, wrong);
	*wrong = "the master is named unix:PATH or tcp:HOST:PORT";
	return false;
}

/* ---- Losing the connection ---- */

static void
disconnect(struct link *link)
{
	if (link->watch.fd >= 0) {
		loop_unwatch(link->loop, &link->watch);
		close(link->watch.fd);
		link->watch.fd = -1;
	}
	loop_timer_clear(link->loop, &link->timer);
	loop_undefer(link->loop, &link->flush);
	buffer_truncate(&link->in, 0);
	buffer_truncate(&link->out, 0);
	link->state = DOWN;
}

/* Back to DOWN, and tried again after a while. */
static void
lose(struct link *link, const char *why, int64_t retry_ms)
{
	bool was_up = link->state == UP;

	if (was_up)
		log_warn("link",
		    "lost the master agent at %s: %s; "
		    "reconnecting",
		    link->options.name, why);
	else if (!link->complained)
		log_info("link", "no master agent at %s yet: %s; trying again",
		    link->options.name, why);
	link->complained = true;
	disconnect(link);
	sets_reset(link->options.serve.sets);
	loop_timer_set(link->loop, &link->timer, retry_ms);
	if (was_up && link->options.down != NULL)
		link->options.down(link->options.arg);
}

/* ---- Sending ---- */

static void
flush(void *arg)
{
	struct link *link = arg;
	ssize_t n;

	while (link->out.len > 0) {
		n = send(link->watch.fd, link->out.data, link->out.len,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n < 0) {
			lose(link, strerror(errno), RETRY_MS);
			return;
		}
		buffer_consume(&link->out, (size_t)n);
	}
	link->watch.events = link->out.len > 0 ? POLLIN | POLLOUT : POLLIN;
}

/* Begins a request of ours. */
static size_t
begin(struct link *link, enum agentx_type type)
{
	struct agentx_header header = { .type = (uint8_t)type,
		.session = link->session,
		.packet = ++link->packet };

	if (link->packet == 0) /* 0 is nobody's packet */
		header.packet = link->packet = 1;
	return agentx_begin(&link->out, &header);
}

static void
end(struct link *link, size_t start)
{
	agentx_end(&link->out, start);
	loop_defer(link->loop, &link->flush);
}

static void
send_open(struct link *link)
{
	static const char who[] = "licagentd";
	size_t start = begin(link, AGENTX_OPEN);

	agentx_put_u32(&link->out, 0); /* timeout: the master's default */
	agentx_put_oid(&link->out, sysdescr, NITEMS(sysdescr), false);
	agentx_put_octets(&link->out, who, sizeof who - 1);
	end(link, start);
}

static void
send_register(struct link *link)
{
	const struct link_region *region =
	    &link->options.regions[link->registered];
	size_t start = begin(link, AGENTX_REGISTER);

	agentx_put_u8(&link->out, 0); /* timeout: the session's */
	agentx_put_u8(&link->out, region->priority);
	agentx_put_u8(&link->out, 0); /* no range */
	agentx_put_u8(&link->out, 0);
	agentx_put_oid(&link->out, region->id, region->len, false);
	end(link, start);
}

/* A row of sysORTable; whether the master keeps one changes nothing. */
static void
send_capabilities(struct link *link)
{
	for (size_t i = 0; i < link->options.nregions; i++) {
		const struct link_region *region = &link->options.regions[i];
		size_t start;

		if (region->description == NULL)
			continue;
		start = begin(link, AGENTX_ADD_AGENT_CAPS);
		agentx_put_oid(&link->out, region->id, region->len, false);
		agentx_put_octets(&link->out, region->description,
		    strlen(region->description));
		end(link, start);
	}
}

uint32_t
link_notify(struct link *link, const struct varbind *varbinds, size_t n)
{
	size_t whole = link->out.len, start;

	if (link->state != UP)
		return 0;
	start = begin(link, AGENTX_NOTIFY);
	for (size_t i = 0; i < n; i++)
		agentx_put_varbind(
		    &link->out, &varbinds[i].name, &varbinds[i].value);
	if (link->out.failed) {
		buffer_truncate(&link->out, whole);
		return 0;
	}
	end(link, start);
	return link->packet;
}

/* ---- Receiving ---- */

static void
come_up(struct link *link)
{
	loop_timer_clear(link->loop, &link->timer);
	link->state = UP;
	link->complained = false;
	send_capabilities(link);
	log_info(
	    "link", "connected to the master agent at %s", link->options.name);
	if (link->options.up != NULL)
		link->options.up(link->options.arg);
}

static void
opened(struct link *link, const struct agentx_header *header)
{
	link->session = header->session;
	link->state = REGISTERING;
	link->registered = 0;
	send_register(link);
}

static void
registered(struct link *link)
{
	if (++link->registered < link->options.nregions)
		send_register(link);
	else
		come_up(link);
}

static void
refused(struct link *link, unsigned error)
{
	char room[24];
	const char *hint =
	    error == AGENTX_DUPLICATE_REGISTRATION
		? " (another subagent answers for the same objects)"
		: "";

	log_error("link",
	    "the master agent at %s refuses our %s: %s%s; "
	    "trying again every %d s",
	    link->options.name,
	    link->state == OPENING ? "session" : "registration",
	    agentx_error_text(error, room), hint, REFUSED_RETRY_MS / 1000);
	link->complained = true;
	lose(link, "refused", REFUSED_RETRY_MS);
}

/* An answer to something of ours. */
static void
take_response(struct link *link, const struct agentx_header *header,
    const uint8_t *payload)
{
	struct agentx_reader in = { .at = payload,
		.end = payload + header->payload,
		.network_order = header->flags & AGENTX_NETWORK_ORDER };
	unsigned error;

	(void)agentx_read_u32(&in); /* sysUpTime */
	error = agentx_read_u16(&in);
	if (in.bad)
		lose(link, "it sent a malformed response", RETRY_MS);
	else if (error == AGENTX_NOT_OPEN)
		lose(link, "it forgot our session", RETRY_MS);
	else if (link->state == UP && link->options.answered != NULL)
		link->options.answered(
		    link->options.arg, header->packet, error == SNMP_OK);
	else if (header->packet != link->packet || link->state == UP)
		return; /* to something that is of no interest any more */
	else if (error != SNMP_OK)
		refused(link, error);
	else if (link->state == OPENING)
		opened(link, header);
	else
		registered(link);
}

static void
take_pdu(struct link *link, const struct agentx_header *header,
    const uint8_t *payload)
{
	log_debug("link", "PDU %u, transaction %u, packet %u, %u bytes",
	    header->type, header->transaction, header->packet, header->payload);
	switch (header->type) {
	case AGENTX_RESPONSE:
		take_response(link, header, payload);
		break;
	case AGENTX_CLOSE:
		lose(link, "it closed the session", RETRY_MS);
		break;
	default:
		serve_request(
		    &link->options.serve, header, payload, &link->out);
		loop_defer(link->loop, &link->flush);
		break;
	}
}

/* Every whole PDU that has arrived. */
static void
take_input(struct link *link)
{
	struct agentx_header header;
	size_t used = 0;

	while (
	    link->state != DOWN && link->in.len - used >= AGENTX_HEADER_LEN) {
		const uint8_t *at = link->in.data + used;

		if (!agentx_read_header(at, &header) ||
		    header.payload > PDU_MAX) {
			lose(link, "what it sent is not AgentX", RETRY_MS);
			return;
		}
		if (link->in.len - used - AGENTX_HEADER_LEN < header.payload)
			break;
		used += AGENTX_HEADER_LEN + header.payload;
		take_pdu(link, &header, at + AGENTX_HEADER_LEN);
	}
	if (link->state == DOWN)
		return;
	explicit_bzero(link->in.data, used); /* a SET may bring a password */
	buffer_consume(&link->in, used);
	if (link->out.failed)
		lose(link, "it does not read our answers", RETRY_MS);
}

static void
receive(struct link *link)
{
	uint8_t *room = buffer_reserve(&link->in, READ_SIZE);
	ssize_t n = -1;

	if (room == NULL) {
		lose(link, "out of memory", RETRY_MS);
		return;
	}
	n = recv(link->watch.fd, room, READ_SIZE, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		lose(link,
		    n == 0 ? "it closed the connection" : strerror(errno),
		    RETRY_MS);
		return;
	}
	link->in.len += (size_t)n;
	take_input(link);
}

/* ---- Connecting ---- */

static void
connected(struct link *link)
{
	int error = 0;
	socklen_t len = sizeof error;

	(void)getsockopt(link->watch.fd, SOL_SOCKET, SO_ERROR, &error, &len);
	if (error != 0) {
		lose(link, strerror(error), RETRY_MS);
		return;
	}
	link->state = OPENING;
	link->session = 0;
	send_open(link);
}

static void
ready(void *arg, short revents)
{
	struct link *link = arg;

	if (link->state == CONNECTING) {
		connected(link);
		return;
	}
	if (revents & (POLLIN | POLLHUP | POLLERR))
		receive(link);
	if (link->state != DOWN && (revents & POLLOUT))
		flush(link);
}

static void
attempt(struct link *link)
{
	const struct link_address *to = &link->options.address;
	int fd = socket(to->address.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	static const int yes = 1;

	/* A TCP master whose host vanished closes nothing.  A Unix socket
	 * does not mind the option. */
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
	link->watch.fd = fd;
	link->watch.events = POLLOUT;
	if (fd < 0 ||
	    (connect(fd, (const struct sockaddr *)&to->address, to->len) < 0 &&
		errno != EINPROGRESS)) {
		lose(link, strerror(errno), RETRY_MS);
		return;
	}
	if (!loop_watch(link->loop, &link->watch)) {
		lose(link, "out of memory", RETRY_MS);
		return;
	}
	link->state = CONNECTING;
	loop_timer_set(link->loop, &link->timer, ANSWER_MS);
}

static void
expired(void *arg)
{
	struct link *link = arg;

	if (link->state == DOWN)
		attempt(link);
	else
		lose(link, "it does not answer", RETRY_MS);
}

struct link *
link_new(struct loop *loop, const struct link_options *options)
{
	struct link *link = calloc(1, sizeof *link);

	if (link == NULL)
		return NULL;
	link->loop = loop;
	link->options = *options;
	link->watch = (struct watch){ .fd = -1, .ready = ready, .arg = link };
	link->timer = (struct timer){ .expired = expired, .arg = link };
	link->flush = (struct task){ .run = flush, .arg = link };
	link->in.limit = PDU_MAX + AGENTX_HEADER_LEN + READ_SIZE;
	link->out.limit = OUT_MAX;
	loop_timer_set(loop, &link->timer, 0);
	return link;
}

static void
say_goodbye(struct link *link)
{
	size_t start;

	if (link->state != UP)
		return;
	start = begin(link, AGENTX_CLOSE);
	agentx_put_u8(&link->out, 5); /* reasonShutdown */
	agentx_put_u8(&link->out, 0);
	agentx_put_u16(&link->out, 0);
	end(link, start);
	flush(link);
}

void
link_free(struct link *link)
{
	if (link == NULL)
		return;
	link->options.up = NULL;
	link->options.down = NULL;
	say_goodbye(link);
	disconnect(link);
	sets_reset(link->options.serve.sets);
	buffer_free(&link->in);
	buffer_free(&link->out);
	free(link);
}

void
link_move(
    struct link *link, const char *name, const struct link_address *address)
{
	bool same = link->options.address.len == address->len &&
		    memcmp(&link->options.address.address, &address->address,
			address->len) == 0;

	if (!same) {
		link->complained = true; /* of the old one nobody asks */
		lose(link, "another one is configured", 0);
		link->complained = false;
	}
	link->options.name = name;
	link->options.address = *address;
}

bool
link_is_up(const struct link *link)
{
	return link->state == UP;
}
