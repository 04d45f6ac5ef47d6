/* fake_master.c - see fake_master.h. */
#include "fake_master.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"
#include "fixture.h"

#define PATIENCE_MS 20000
#define TURNS 20 /* of the loop, in which an answer has to come */
#define TRANSACTION 8

struct fake_master fake_master;

static struct {
	char name[300];
	struct link_master master;
	in_port_t port; /* over TCP */
	int listener;
	int fd;
	struct buffer in;
	size_t used; /* of in, by the PDU that was read last */
} wire = { .listener = -1, .fd = -1, .in.limit = 1 << 20 };

/* ---- The link ---- */

static void
went_up(void *arg)
{
	(void)arg;
	fake_master.ups++;
}

static void
went_down(void *arg)
{
	(void)arg;
	fake_master.downs++;
}

static void
answered(void *arg, uint32_t packet, bool taken)
{
	(void)arg;
	fake_master.answers++;
	fake_master.answered = packet;
	fake_master.taken = taken;
}

static const uint32_t region_id[] = { LICENSE_MIB };
static const struct link_region region = { region_id, NITEMS(region_id), 127,
	"licenses" };

static struct link *
new_link(void)
{
	const struct link_options options = { .master = wire.master,
		.regions = &region,
		.nregions = 1,
		.serve = { &fixture.mib, fixture.sets },
		.up = went_up,
		.down = went_down,
		.answered = answered };
	struct link *link = link_new(fixture.loop, &options);

	REQUIRE(link != NULL);
	return link;
}

static void
start_listening(const struct sockaddr *address, socklen_t len)
{
	static const int yes = 1;

	if (wire.listener >= 0)
		close(wire.listener);
	wire.listener =
	    socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	REQUIRE(wire.listener >= 0);
	(void)setsockopt(
	    wire.listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	REQUIRE(bind(wire.listener, address, len) == 0);
	REQUIRE(listen(wire.listener, 5) == 0);
}

/* The link knows it by the name. */
static void
open_named(uint32_t ping_s)
{
	const char *wrong;

	memset(&fake_master, 0, sizeof fake_master);
	wire.master.name = wire.name;
	wire.master.ping_s = ping_s;
	REQUIRE(endpoint_parse(wire.name, &wire.master.endpoint, &wrong));
	fake_master.link = new_link();
}

void
fake_master_open(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	snprintf(sun.sun_path, sizeof sun.sun_path, "%s/master", check_dir());
	start_listening((struct sockaddr *)&sun, sizeof sun);
	snprintf(wire.name, sizeof wire.name, "unix:%s", sun.sun_path);
	open_named(1);
}

void
fake_master_move(const char *address)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = wire.port };
	socklen_t len = sizeof sin;

	REQUIRE(inet_pton(AF_INET, address, &sin.sin_addr) == 1);
	start_listening((struct sockaddr *)&sin, len);
	REQUIRE(getsockname(wire.listener, (struct sockaddr *)&sin, &len) == 0);
	wire.port = sin.sin_port;
}

void
fake_master_open_tcp(const char *address, const char *host, uint32_t ping_s)
{
	wire.port = 0;
	fake_master_move(address);
	snprintf(wire.name, sizeof wire.name, "tcp:%s:%u", host,
	    (unsigned)ntohs(wire.port));
	open_named(ping_s);
}

static void
hang_up(void)
{
	if (wire.fd >= 0)
		close(wire.fd);
	wire.fd = -1;
	wire.used = 0;
	buffer_truncate(&wire.in, 0);
}

void
fake_master_close(void)
{
	link_free(fake_master.link);
	hang_up();
	close(wire.listener);
	wire.listener = -1;
	buffer_free(&wire.in);
}

/* ---- Bytes ---- */

void
fake_master_send(const void *bytes, size_t len)
{
	int64_t deadline = loop_now_ms() + PATIENCE_MS;
	const uint8_t *at = bytes;

	while (len > 0) {
		ssize_t n = send(wire.fd, at, len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0) {
			at += n;
			len -= (size_t)n;
			continue;
		}
		/* The link may have hung up on what came before. */
		if (errno == EPIPE)
			return;
		REQUIRE(errno == EAGAIN && loop_now_ms() < deadline);
		fixture_turn();
	}
}

/* Does a whole PDU lie in the buffer? */
static bool
whole(struct fake_pdu *pdu)
{
	const uint8_t *at = wire.in.data;

	if (wire.in.len < AGENTX_HEADER_LEN)
		return false;
	REQUIRE(agentx_read_header(at, &pdu->header));
	if (wire.in.len - AGENTX_HEADER_LEN < pdu->header.payload)
		return false;
	wire.used = AGENTX_HEADER_LEN + pdu->header.payload;
	pdu->rest =
	    (struct agentx_reader){ at + AGENTX_HEADER_LEN, at + wire.used,
		    pdu->header.flags & AGENTX_NETWORK_ORDER, false };
	return true;
}

/* More than 0: bytes came; 0: the link hung up; below 0: nothing yet. */
static ssize_t
receive(void)
{
	uint8_t *room = buffer_reserve(&wire.in, 65536);
	ssize_t n;

	REQUIRE(room != NULL);
	n = recv(wire.fd, room, 65536, MSG_DONTWAIT);
	if (n > 0)
		wire.in.len += (size_t)n;
	return n < 0 && errno == ECONNRESET ? 0 : n;
}

static bool
next_pdu(struct fake_pdu *pdu, bool *hung_up)
{
	*hung_up = false;
	buffer_consume(&wire.in, wire.used);
	wire.used = 0;
	for (unsigned turn = 0; turn < TURNS; turn++) {
		if (whole(pdu))
			return true;
		if (receive() == 0) {
			*hung_up = true;
			return false;
		}
		fixture_turn();
	}
	return false;
}

bool
fake_master_read(struct fake_pdu *pdu)
{
	bool hung_up;
	bool came = next_pdu(pdu, &hung_up);

	CHECK(came || hung_up);
	return came;
}

struct fake_pdu
fake_master_expect(enum agentx_type type)
{
	struct fake_pdu pdu;

	REQUIRE(fake_master_read(&pdu));
	CHECK_UINT(pdu.header.type, type);
	CHECK_UINT(pdu.header.flags, AGENTX_NETWORK_ORDER);
	REQUIRE(pdu.header.type == type);
	return pdu;
}

/* False: it hung up. */
static bool
await(struct fake_pdu *pdu)
{
	int64_t deadline = loop_now_ms() + PATIENCE_MS;
	bool hung_up;

	while (!next_pdu(pdu, &hung_up)) {
		if (hung_up)
			return false;
		REQUIRE(loop_now_ms() < deadline);
		usleep(1000);
	}
	return true;
}

struct fake_pdu
fake_master_await(enum agentx_type type)
{
	struct fake_pdu pdu;

	REQUIRE(await(&pdu));
	CHECK_UINT(pdu.header.type, type);
	return pdu;
}

void
fake_master_await_hang_up(void)
{
	struct fake_pdu pdu;

	CHECK(!await(&pdu));
}

bool
fake_master_silent(void)
{
	struct fake_pdu pdu;
	bool hung_up;

	return !next_pdu(&pdu, &hung_up) && !hung_up;
}

bool
fake_master_hung_up(void)
{
	struct fake_pdu pdu;
	bool hung_up;

	return !next_pdu(&pdu, &hung_up) && hung_up;
}

/* ---- PDUs ---- */

void
fake_master_respond(const struct fake_pdu *to, unsigned error)
{
	struct buffer out = BUFFER_INIT(1024);
	struct agentx_header header = to->header;
	size_t start;

	header.type = AGENTX_RESPONSE;
	header.session = FAKE_SESSION;
	start = agentx_begin(&out, &header);
	agentx_put_u32(&out, 4711); /* sysUpTime */
	agentx_put_u16(&out, (uint16_t)error);
	agentx_put_u16(&out, 0);
	agentx_end(&out, start);
	fake_master_send(out.data, out.len);
	buffer_free(&out);
}

static void
put_u32(struct buffer *out, uint32_t n, bool network_order)
{
	if (!network_order)
		n = __builtin_bswap32(n);
	agentx_put_u32(out, n);
}

void
fake_master_request(enum agentx_type type, uint8_t flags, uint32_t packet,
    const struct buffer *payload)
{
	struct buffer out = BUFFER_INIT(AGENTX_HEADER_LEN + payload->len);
	bool order = (flags & AGENTX_NETWORK_ORDER) != 0;

	REQUIRE(buffer_reserve(&out, out.limit) != NULL);
	agentx_put_u8(&out, 1);
	agentx_put_u8(&out, (uint8_t)type);
	agentx_put_u8(&out, flags);
	agentx_put_u8(&out, 0);
	put_u32(&out, FAKE_SESSION, order);
	put_u32(&out, TRANSACTION, order);
	put_u32(&out, packet, order);
	put_u32(&out, (uint32_t)payload->len, order);
	buffer_append(&out, payload->data, payload->len);
	fake_master_send(out.data, out.len);
	explicit_bzero(out.data, out.len);
	buffer_free(&out);
}

/* ---- Coming up ---- */

void
fake_master_accept(void)
{
	int64_t deadline = loop_now_ms() + PATIENCE_MS;

	hang_up();
	while ((wire.fd = accept(wire.listener, NULL, NULL)) < 0 &&
	       loop_now_ms() < deadline) {
		fixture_turn();
		usleep(100);
	}
	REQUIRE(wire.fd >= 0);
}

void
fake_master_welcome(void)
{
	struct fake_pdu pdu;
	unsigned ups = fake_master.ups;

	fake_master_accept();
	pdu = fake_master_expect(AGENTX_OPEN);
	fake_master_respond(&pdu, SNMP_OK);
	pdu = fake_master_expect(AGENTX_REGISTER);
	fake_master_respond(&pdu, SNMP_OK);
	(void)fake_master_expect(AGENTX_ADD_AGENT_CAPS);
	CHECK_UINT(fake_master.ups, ups + 1);
	REQUIRE(link_is_up(fake_master.link));
}

void
fake_master_renew(void)
{
	link_free(fake_master.link);
	fake_master.link = new_link();
	fake_master_welcome();
}
