/*
 * agentx_fuzz.c - a master agent that sends anything.
 *
 * The input is a stream of PDUs.  Each is sent as it is, but for a Response
 * with packet 0, which becomes the answer to the oldest request of ours that
 * has none.  What the link sends is read with the tests' own codec, and has to
 * be AgentX to the last byte.  Reads are answered on the wire as by the library
 * (both_ways.h).
 */
#include "fuzz.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"
#include "fixture.h"
#include "quiet.h"
#include "snmp/agentx_codec.h"
#include "snmp/both_ways.h"
#include "snmp/link.h"

size_t fuzz_changed_max = 200;

#define ASKED_MAX 32
#define TURNS 3

static struct {
	struct link_master master;
	int listener;
	int fd;
	struct link *link;
	struct buffer in;
	uint32_t asked[ASKED_MAX]; /* packets of the link, not answered yet */
	size_t nasked;
} master = { .listener = -1, .fd = -1, .in.limit = 1 << 24 };

static const uint32_t license_mib[] = { LICENSE_MIB };
static const uint32_t image_mib[] = { IMAGE_MIB };
static const struct link_region regions[] = {
	{ license_mib, NITEMS(license_mib), 127, "licenses" },
	{ image_mib, NITEMS(image_mib), 250, NULL },
};

/* ---- What the link says ---- */

static void
notify(void *arg)
{
	static const uint32_t trap_oid[] = { 1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0 };
	static const uint32_t trap[] = { LICENSE_MIB, 0, 5 };
	struct varbind varbind;

	(void)arg;
	require(oid_set(&varbind.name, trap_oid, NITEMS(trap_oid)) ||
		varbind.name.len > 0);
	value_oid(&varbind.value, trap, NITEMS(trap));
	(void)link_notify(master.link, &varbind, 1);
}

static void
went_down(void *arg)
{
	(void)arg;
}

static void
answered(void *arg, uint32_t packet, bool taken)
{
	(void)arg;
	(void)taken;
	require(packet != 0);
}

/* ---- What it sends ---- */

static void
check_response(struct agentx_reader *r)
{
	uint16_t error, index;

	(void)agentx_read_u32(r);
	error = agentx_read_u16(r);
	index = agentx_read_u16(r);
	require(!r->bad && (error != 0 || index == 0));
	while (!r->bad && r->at < r->end) {
		struct varbind varbind;

		agentx_read_varbind(r, &varbind);
	}
	require(!r->bad);
}

static void
check_pdu(const struct agentx_header *header, const uint8_t *payload)
{
	struct agentx_reader r = { payload, payload + header->payload,
		header->flags & AGENTX_NETWORK_ORDER, false };

	if (header->type == AGENTX_RESPONSE)
		check_response(&r);
	else if (header->type != AGENTX_CLOSE &&
		 master.nasked < NITEMS(master.asked))
		master.asked[master.nasked++] = header->packet;
}

static void
hear(void)
{
	struct agentx_header header;
	uint8_t *room;
	ssize_t n;

	while ((room = buffer_reserve(&master.in, 65536)) != NULL &&
	       (n = recv(master.fd, room, 65536, MSG_DONTWAIT)) > 0)
		master.in.len += (size_t)n;
	while (master.in.len >= AGENTX_HEADER_LEN) {
		require(agentx_read_header(master.in.data, &header));
		if (master.in.len - AGENTX_HEADER_LEN < header.payload)
			break;
		check_pdu(&header, master.in.data + AGENTX_HEADER_LEN);
		buffer_consume(&master.in, AGENTX_HEADER_LEN + header.payload);
	}
}

/* ---- What it hears ---- */

static void
turn(void)
{
	for (unsigned i = 0; i < TURNS; i++)
		fixture_turn();
	hear();
}

static uint32_t
oldest(void)
{
	uint32_t packet = master.asked[0];

	if (master.nasked == 0)
		return 0;
	memmove(master.asked, master.asked + 1,
	    --master.nasked * sizeof master.asked[0]);
	return packet;
}

/* SETs would change what the second session answers. */
static void
compare(const uint8_t *pdu, size_t len)
{
	struct both_said wire, library;

	if (len < AGENTX_HEADER_LEN ||
	    (pdu[1] >= AGENTX_TEST_SET && pdu[1] <= AGENTX_CLEANUP_SET))
		return;
	both_hear(pdu, len, &wire, &library);
	require(
	    wire.len == library.len &&
	    (wire.len == 0 || memcmp(wire.data, library.data, wire.len) == 0));
	require((wire.over == NULL) == (library.over == NULL));
}

static void
say_pdu(uint8_t *pdu, size_t len, const struct agentx_header *header)
{
	bool network_order = header->flags & AGENTX_NETWORK_ORDER;
	uint32_t packet;

	if (header->type == AGENTX_RESPONSE && header->packet == 0) {
		packet = oldest();
		for (unsigned i = 0; i < 4; i++)
			pdu[12 + i] =
			    (uint8_t)(packet >>
				      8 * (network_order ? 3 - i : i));
	}
	compare(pdu, len);
	/* If it has hung up, that is its answer. */
	(void)send(master.fd, pdu, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	turn();
}

static void
say(const uint8_t *data, size_t len)
{
	struct agentx_header header = { 0 };
	uint8_t *copy = malloc(len + 1);
	size_t at = 0, whole;

	require(copy != NULL);
	memcpy(copy, data, len);
	for (; at < len; at += whole) {
		whole = len - at;
		if (whole >= AGENTX_HEADER_LEN &&
		    agentx_read_header(copy + at, &header) &&
		    header.payload <= whole - AGENTX_HEADER_LEN)
			whole = AGENTX_HEADER_LEN + header.payload;
		say_pdu(copy + at, whole, &header);
		header = (struct agentx_header){ 0 };
	}
	free(copy);
}

/* ---- The connection ---- */

static void
listen_once(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (master.listener >= 0)
		return;
	snprintf(address.sun_path, sizeof address.sun_path, "%s/master",
	    check_dir());
	master.master.name = "the fuzzer";
	strcpy(master.master.endpoint.host, address.sun_path);
	master.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	require(master.listener >= 0);
	require(bind(master.listener, (struct sockaddr *)&address,
		    sizeof address) == 0);
	require(listen(master.listener, 5) == 0);
}

static void
meet(void)
{
	const struct link_options options = { .master = master.master,
		.regions = regions,
		.nregions = NITEMS(regions),
		.serve = { &fixture.mib, fixture.sets },
		.up = notify,
		.down = went_down,
		.answered = answered };

	master.nasked = 0;
	buffer_truncate(&master.in, 0);
	master.link = link_new(fixture.loop, &options);
	require(master.link != NULL);
	fixture_turn();
	master.fd = accept(master.listener, NULL, NULL);
	require(master.fd >= 0);
	turn();
	require(master.nasked == 1); /* Open */
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *flash;

	if (flash == NULL) {
		flash = check_dir();
		(void)atexit(check_clean);
	}
	listen_once();
	fixture_open_at(flash);
	fixture_add_rows();
	fixture.transfer.known_hosts = "/dev/null";
	meet();
	both_open();
	say(data, len);
	both_close();
	link_free(master.link);
	hear();
	close(master.fd);
	fixture_close();
	return 0;
}
