/* both_ways.c - see both_ways.h. */
#include "both_ways.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "fixture.h"
#include "snmp/agentx.h"
#include "snmp/serve.h"
#include "snmp/wire_read.h"

#define SAID_MAX (1 << 20)

struct way {
	struct agentx *agentx;
	int ours, masters; /* the ends of the connection */
	struct buffer said;
	const char *over;
};

static struct way wire, library;
static unsigned on_wire;

static bool
answer_bytes(void *arg, const uint8_t *pdu, size_t len, struct buffer *out)
{
	(void)arg;
	if (!wire_read(&fixture.mib, pdu, len, out))
		return false;
	on_wire++;
	return true;
}

static bool
leave_bytes(void *arg, const uint8_t *pdu, size_t len, struct buffer *out)
{
	(void)arg;
	(void)pdu;
	(void)len;
	(void)out;
	return false;
}

static void
answer(void *arg, netsnmp_pdu *request)
{
	const struct serve serve = { &fixture.mib, fixture.sets };
	struct way *way = arg;
	netsnmp_pdu *response = snmp_pdu_create(AGENTX_MSG_RESPONSE);

	REQUIRE(response != NULL);
	response->sessid = request->sessid;
	response->transid = request->transid;
	response->reqid = request->reqid;
	if (serve_request(&serve, request, response))
		REQUIRE(agentx_answer(way->agentx, response));
	else
		snmp_free_pdu(response);
}

static void
open_way(struct way *way, agentx_bytes *bytes)
{
	static const int room = SAID_MAX;
	int ends[2];

	REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	for (int i = 0; i < 2; i++)
		(void)setsockopt(
		    ends[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
	*way = (struct way){
		.ours = ends[0], .masters = ends[1], .said.limit = SAID_MAX
	};
	way->agentx = agentx_open(way->ours, bytes, answer, way);
	REQUIRE(way->agentx != NULL);
}

static void
close_way(struct way *way)
{
	agentx_close(way->agentx);
	buffer_free(&way->said);
	close(way->ours);
	close(way->masters);
}

void
both_open(void)
{
	on_wire = 0;
	open_way(&wire, answer_bytes);
	open_way(&library, leave_bytes);
}

void
both_close(void)
{
	close_way(&wire);
	close_way(&library);
}

/* What the session says, as far as the connection takes it. */
static void
listen_to(struct way *way)
{
	uint8_t *room;
	ssize_t n;

	do {
		REQUIRE(agentx_flush(way->agentx) == NULL);
		room = buffer_reserve(&way->said, 65536);
		REQUIRE(room != NULL);
		n = recv(way->masters, room, 65536, MSG_DONTWAIT);
		way->said.len += n > 0 ? (size_t)n : 0;
	} while (n > 0 || agentx_waits(way->agentx));
}

static void
hear(struct way *way, const uint8_t *data, size_t len, struct both_said *said)
{
	buffer_truncate(&way->said, 0);
	while (way->over == NULL && len > 0) {
		ssize_t n = send(way->masters, data, len, MSG_DONTWAIT);

		REQUIRE(n > 0);
		data += n;
		len -= (size_t)n;
		for (size_t heard = 0; heard < (size_t)n; heard += 65536)
			if (way->over == NULL)
				way->over = agentx_receive(way->agentx);
		listen_to(way);
	}
	*said = (struct both_said){ way->said.data, way->said.len, way->over };
}

void
both_hear(const uint8_t *data, size_t len, struct both_said *on_the_wire,
    struct both_said *by_library)
{
	hear(&wire, data, len, on_the_wire);
	hear(&library, data, len, by_library);
}

unsigned
both_on_wire(void)
{
	return on_wire;
}
