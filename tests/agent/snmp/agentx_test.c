/*
 * agentx_test.c - AgentX as the library speaks it for the link, against bytes
 * that the test reads and writes itself: what a master is told, what it may
 * send, and what it may not.
 */
#include "agentx_codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "fake_master.h"
#include "fixture.h"

#define NETWORK AGENTX_NETWORK_ORDER

static const uint32_t module[] = { LICENSE_MIB };

static void
open_lab(void)
{
	fixture_open();
	fixture_add_rows();
	fake_master_open();
}

static void
close_lab(void)
{
	fake_master_close();
	fixture_close();
}

static void
check_oid(const struct oid *found, const uint32_t *id, size_t len)
{
	struct oid expected;
	char a[OID_TEXT_MAX], b[OID_TEXT_MAX];

	REQUIRE(oid_set(&expected, id, len));
	CHECK_STR(oid_text(found, a), oid_text(&expected, b));
}

static void
check_octets(struct agentx_reader *in, const char *text)
{
	const uint8_t *data;
	size_t len;

	agentx_read_octets(in, &data, &len);
	CHECK_MEM(data, len, text, strlen(text));
}

static void
put_range(struct buffer *out, const char *name)
{
	struct oid start = fixture_name(name);

	agentx_put_oid(out, start.id, start.len, false);
	agentx_put_oid(out, NULL, 0, false);
}

/* Asks for this variable, whose value is an Unsigned32. */
static void
ask_number(uint32_t packet, const char *name)
{
	struct buffer payload = BUFFER_INIT(1024);

	put_range(&payload, name);
	fake_master_request(AGENTX_GET, NETWORK, packet, &payload);
	buffer_free(&payload);
}

static void
check_number(uint32_t packet, uint32_t value)
{
	struct fake_pdu pdu = fake_master_expect(AGENTX_RESPONSE);
	struct varbind varbind;

	CHECK_UINT(pdu.header.packet, packet);
	CHECK_UINT(pdu.header.session, FAKE_SESSION);
	(void)agentx_read_u32(&pdu.rest);
	CHECK_UINT(agentx_read_u32(&pdu.rest), 0); /* error and index */
	agentx_read_varbind(&pdu.rest, &varbind);
	CHECK(!pdu.rest.bad && pdu.rest.at == pdu.rest.end);
	CHECK_UINT(varbind.value.type, VALUE_UNSIGNED);
	CHECK_UINT(varbind.value.number, value);
}

/* ---- Coming and going ---- */

static void
told(void)
{
	struct fake_pdu pdu;
	struct oid oid;
	uint32_t open;

	open_lab();
	fake_master_accept();
	pdu = fake_master_expect(AGENTX_OPEN);
	open = pdu.header.packet;
	CHECK(open != 0);
	CHECK_UINT(pdu.header.session, 0);
	CHECK_UINT(agentx_read_u32(&pdu.rest), 0); /* no timeout of ours */
	agentx_read_oid(&pdu.rest, &oid, NULL);
	check_oid(&oid, module, NITEMS(module));
	check_octets(&pdu.rest, "licagentd");
	CHECK(!pdu.rest.bad && pdu.rest.at == pdu.rest.end);
	fake_master_respond(&pdu, SNMP_OK);
	pdu = fake_master_expect(AGENTX_REGISTER);
	CHECK_UINT(pdu.header.session, FAKE_SESSION);
	CHECK(pdu.header.packet != open);
	CHECK_UINT(agentx_read_u32(&pdu.rest), 127 << 16); /* the priority */
	agentx_read_oid(&pdu.rest, &oid, NULL);
	check_oid(&oid, module, NITEMS(module));
	CHECK(!pdu.rest.bad && pdu.rest.at == pdu.rest.end);
	CHECK_UINT(fake_master.ups, 0);
	fake_master_respond(&pdu, SNMP_OK);
	pdu = fake_master_expect(AGENTX_ADD_AGENT_CAPS);
	CHECK_UINT(pdu.header.session, FAKE_SESSION);
	agentx_read_oid(&pdu.rest, &oid, NULL);
	check_oid(&oid, module, NITEMS(module));
	check_octets(&pdu.rest, "licenses");
	CHECK(!pdu.rest.bad && pdu.rest.at == pdu.rest.end);
	CHECK_UINT(fake_master.ups, 1);
	fake_master_respond(&pdu, SNMP_OK);
	CHECK(fake_master_silent()); /* nor is a response responded to */
	link_free(fake_master.link);
	fake_master.link = NULL;
	pdu = fake_master_expect(AGENTX_CLOSE);
	CHECK_UINT(pdu.header.session, FAKE_SESSION);
	CHECK_UINT(agentx_read_u32(&pdu.rest), 5u << 24); /* reasonShutdown */
	CHECK(fake_master_hung_up());
	close_lab();
}

/* A master that does not want us, or not any more. */
static void
unwanted(void)
{
	static const struct buffer nothing;
	struct fake_pdu pdu;

	open_lab();
	fake_master_accept();
	pdu = fake_master_expect(AGENTX_OPEN);
	fake_master_respond(&pdu, AGENTX_REQUEST_DENIED);
	CHECK(fake_master_hung_up());
	fake_master_renew();
	fake_master_request(AGENTX_CLOSE, NETWORK, 1,
	    &(struct buffer){ .data = (uint8_t *)"\5\0\0\0", .len = 4 });
	CHECK(fake_master_hung_up());
	CHECK_UINT(fake_master.downs, 1);
	/* it comes back by itself */
	fake_master_welcome();
	CHECK(link_notify(fake_master.link, NULL, 0) != 0);
	pdu = fake_master_expect(AGENTX_NOTIFY);
	fake_master_respond(&pdu, AGENTX_NOT_OPEN);
	CHECK(fake_master_hung_up());
	CHECK_UINT(fake_master.downs, 2);
	CHECK_UINT(fake_master.answers, 0);
	/* what makes no sense is refused */
	fake_master_welcome();
	fake_master_request(AGENTX_PING, NETWORK, 2, &nothing);
	pdu = fake_master_expect(AGENTX_RESPONSE);
	(void)agentx_read_u32(&pdu.rest);
	CHECK_UINT(agentx_read_u16(&pdu.rest), AGENTX_PARSE_ERROR);
	close_lab();
}

/* It accepts and says nothing: another try is made, after a while. */
static void
speechless(void)
{
	open_lab();
	fake_master_accept();
	(void)fake_master_expect(AGENTX_OPEN);
	while (fake_master_silent())
		usleep(10000);
	fake_master_welcome();
	close_lab();
}

/* ---- Notifications ---- */

static uint32_t
notify(const char *text)
{
	struct varbind *varbinds;
	size_t n = fixture_varbinds(text, &varbinds);

	return link_notify(fake_master.link, varbinds, n);
}

static void
notifications(void)
{
	struct fake_pdu pdu;
	struct varbind varbind;
	uint32_t first, second;

	open_lab();
	CHECK_UINT(notify("4.1.0=i1"), 0); /* not up yet */
	fake_master_welcome();
	first = notify("4.1.0=i2 2.3.1.3.1.1.4294967295=sabcde");
	second = notify("1.1.0=u4294967295");
	CHECK(first != 0 && second != 0 && first != second);
	pdu = fake_master_expect(AGENTX_NOTIFY);
	CHECK_UINT(pdu.header.packet, first);
	CHECK_UINT(pdu.header.session, FAKE_SESSION);
	agentx_read_varbind(&pdu.rest, &varbind);
	CHECK_STR(fixture_value(&varbind.value), "i2");
	agentx_read_varbind(&pdu.rest, &varbind);
	CHECK_STR(fixture_value(&varbind.value), "sabcde");
	CHECK_UINT(varbind.name.id[varbind.name.len - 1], UINT32_MAX);
	CHECK(!pdu.rest.bad && pdu.rest.at == pdu.rest.end);
	fake_master_respond(&pdu, SNMP_OK);
	pdu = fake_master_expect(AGENTX_NOTIFY);
	agentx_read_varbind(&pdu.rest, &varbind);
	CHECK_STR(fixture_value(&varbind.value), "u4294967295");
	CHECK(fake_master_silent());
	CHECK_UINT(fake_master.answers, 1);
	CHECK_UINT(fake_master.answered, first);
	CHECK(fake_master.taken);
	fake_master_respond(&pdu, AGENTX_PROCESSING_ERROR);
	CHECK(fake_master_silent());
	CHECK_UINT(fake_master.answers, 2);
	CHECK_UINT(fake_master.answered, second);
	CHECK(!fake_master.taken);
	/* answered once more, and something that was never asked */
	fake_master_respond(&pdu, SNMP_OK);
	pdu.header.packet += 1000;
	fake_master_respond(&pdu, SNMP_OK);
	CHECK(fake_master_silent());
	CHECK_UINT(fake_master.answers, 2);
	/* a connection that ends answers nothing */
	CHECK(notify("4.1.0=i1") != 0);
	fake_master_welcome();
	CHECK_UINT(fake_master.answers, 2);
	CHECK_UINT(fake_master.downs, 1);
	close_lab();
}

/* ---- Bytes as they come ---- */

static void
put_get(struct buffer *out, uint32_t packet)
{
	struct agentx_header header = {
		.type = AGENTX_GET, .session = FAKE_SESSION, .packet = packet
	};
	size_t start = agentx_begin(out, &header);

	put_range(out, "1.1.0");
	agentx_end(out, start);
}

static void
pieces(void)
{
	struct buffer out = BUFFER_INIT(4096);

	open_lab();
	fake_master_welcome();
	for (uint32_t packet = 1; packet <= 3; packet++)
		put_get(&out, packet);
	REQUIRE(!out.failed);
	/* all at once */
	fake_master_send(out.data, out.len);
	for (uint32_t packet = 1; packet <= 3; packet++)
		check_number(packet, 1);
	/* byte by byte */
	for (size_t i = 0; i < out.len; i++) {
		fake_master_send(out.data + i, 1);
		fixture_turn();
	}
	for (uint32_t packet = 1; packet <= 3; packet++)
		check_number(packet, 1);
	/* in two, at every place */
	for (size_t i = 1; i < out.len; i++) {
		check_context("cut at %zu", i);
		fake_master_send(out.data, i);
		fixture_turn();
		fake_master_send(out.data + i, out.len - i);
		for (uint32_t packet = 1; packet <= 3; packet++)
			check_number(packet, 1);
	}
	CHECK_UINT(fake_master.downs, 0);
	buffer_free(&out);
	close_lab();
}

static const struct {
	const char *what;
	uint8_t header[AGENTX_HEADER_LEN];
	size_t payload; /* bytes that are sent after it */
} broken[] = {
	{ "another version", { 2, 18, NETWORK }, 0 },
	{ "an unknown type", { 1, 19, NETWORK }, 0 },
	{ "4 GB", { 1, 5, NETWORK, [16] = 255, 255, 255, 252 }, 8 },
	{ "2 GB", { 1, 5, NETWORK, [16] = 127, 255, 255, 252 }, 8 },
	{ "less than its header", { 1, 5, NETWORK, [16] = 255, 255, 255, 236 },
	    8 },
	{ "nothing at all", { 1, 5, NETWORK, [16] = 255, 255, 255, 232 }, 8 },
	{ "a little too much", { 1, 5, NETWORK, [16] = 0, 7, 255, 240 }, 8 },
	{ "the other byte order", { 1, 5, 0, [16] = 0, 0, 0, 8 }, 8 },
	{ "a response without an error", { 1, 18, NETWORK, [16] = 0, 0, 0, 4 },
	    4 },
	{ "half a search range", { 1, 5, NETWORK, [16] = 0, 0, 0, 4 }, 4 },
	{ "half a variable", { 1, 8, NETWORK, [16] = 0, 0, 0, 4 }, 4 },
	{ "half a context",
	    { 1, 5, NETWORK | AGENTX_CONTEXT, [16] = 0, 0, 0, 4 }, 4 },
};

/* What is no PDU ends the connection; what follows it is not answered. */
static void
broken_pdus(void)
{
	struct buffer out = BUFFER_INIT(4096);

	open_lab();
	fake_master_welcome();
	for (size_t i = 0; i < CHECK_COUNT(broken); i++) {
		static const uint8_t payload[64] = { 255, 0, 255, 255 };

		check_context("%s", broken[i].what);
		buffer_truncate(&out, 0);
		buffer_append(&out, broken[i].header, AGENTX_HEADER_LEN);
		buffer_append(&out, payload, broken[i].payload);
		put_get(&out, 1);
		fake_master_send(out.data, out.len);
		CHECK(fake_master_hung_up());
		CHECK_UINT(fake_master.downs, i + 1);
		fake_master_renew();
		ask_number(2, "1.1.0");
		check_number(2, 1);
	}
	buffer_free(&out);
	close_lab();
}

/* What SNMP takes in one message may be more than the library takes. */
static void
big_ones(void)
{
	static const enum agentx_type types[] = { AGENTX_GET, AGENTX_GET_NEXT,
		AGENTX_GET_BULK, AGENTX_TEST_SET };
	static const uint8_t flags[] = { NETWORK, 0, NETWORK | AGENTX_CONTEXT };
	struct buffer payload = BUFFER_INIT(512 * 1024);
	struct fake_pdu pdu;
	uint32_t packet = 0;

	open_lab();
	fake_master_welcome();
	while (payload.len < 400000)
		put_range(&payload, "1.1.0");
	for (size_t i = 0; i < NITEMS(types); i++)
		for (size_t j = 0; j < NITEMS(flags); j++) {
			fake_master_request(
			    types[i], flags[j], ++packet, &payload);
			pdu = fake_master_expect(AGENTX_RESPONSE);
			CHECK_UINT(pdu.header.packet, packet);
			(void)agentx_read_u32(&pdu.rest);
			CHECK_UINT(
			    agentx_read_u32(&pdu.rest), SNMP_TOO_BIG << 16 | 1);
			CHECK(pdu.rest.at == pdu.rest.end);
		}
	ask_number(++packet, "1.1.0");
	check_number(packet, 1);
	CHECK_UINT(fake_master.downs, 0);
	buffer_free(&payload);
	close_lab();
}

/* The connection is given up among PDUs that have come with one another. */
static void
end_among_others(void)
{
	static const uint8_t last[] = { 1, AGENTX_CLOSE, NETWORK, 0, 0, 0, 0,
		FAKE_SESSION, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 4, 5, 0, 0, 0 };
	struct buffer out = BUFFER_INIT(4096);

	open_lab();
	fake_master_welcome();
	CHECK(notify("4.1.0=i1") != 0);
	put_get(&out, 1);
	buffer_append(&out, last, sizeof last);
	put_get(&out, 2);
	put_get(&out, 3);
	fake_master_send(out.data, out.len);
	CHECK(fake_master_hung_up());
	CHECK_UINT(fake_master.downs, 1);
	buffer_free(&out);
	fake_master_welcome();
	ask_number(2, "1.1.0");
	check_number(2, 1);
	close_lab();
}

/* A master that asks on and on and reads nothing is given up, and nobody
 * waits for it meanwhile. */
static void
deaf(void)
{
	struct buffer payload = BUFFER_INIT(65536);
	unsigned asked = 0;

	open_lab();
	memset(fixture.core.comments[0], 'x', LC_COMMENT_MAX);
	fake_master_welcome();
	for (unsigned i = 0; i < 100; i++)
		put_range(&payload, "2.3.1.13.1.1.1");
	while (fake_master.downs == 0 && asked < 1000) {
		fake_master_request(AGENTX_GET, NETWORK, ++asked, &payload);
		fixture_turn();
	}
	CHECK(asked > 10 && asked < 1000);
	CHECK_UINT(fake_master.downs, 1);
	buffer_free(&payload);
	fake_master_welcome();
	close_lab();
}

/* ---- SETs ---- */

static void
send_set(enum agentx_type type, uint32_t packet, const char *text)
{
	struct buffer payload = BUFFER_INIT(65536);
	struct varbind *varbinds;
	size_t n = text != NULL ? fixture_varbinds(text, &varbinds) : 0;

	for (size_t i = 0; i < n; i++)
		agentx_put_varbind(
		    &payload, &varbinds[i].name, &varbinds[i].value);
	fake_master_request(type, NETWORK, packet, &payload);
	buffer_free(&payload);
}

static void
check_no_error(void)
{
	struct fake_pdu pdu = fake_master_expect(AGENTX_RESPONSE);

	(void)agentx_read_u32(&pdu.rest);
	CHECK_UINT(agentx_read_u32(&pdu.rest), 0);
}

/* The session ends between a phase and the next: what was done is undone. */
static void
lost_sets(void)
{
	open_lab();
	fake_master_welcome();
	send_set(AGENTX_TEST_SET, 1, "4.1.0=i2 2.3.1.13.1.1.1=snew");
	check_no_error();
	fake_master_welcome();
	CHECK_STR(fixture_get("4.1.0"), "i1");
	send_set(AGENTX_TEST_SET, 1, "4.1.0=i2 2.3.1.13.1.1.1=snew");
	check_no_error();
	send_set(AGENTX_COMMIT_SET, 2, NULL);
	check_no_error();
	CHECK_STR(fixture_get("4.1.0"), "i2");
	CHECK_STR(fixture_get("2.3.1.13.1.1.1"), "snew");
	fake_master_welcome();
	CHECK_STR(fixture_get("4.1.0"), "i1");
	CHECK_STR(fixture_get("2.3.1.13.1.1.1"), "s");
	/* after the last phase nothing is */
	send_set(AGENTX_TEST_SET, 1, "4.1.0=i2");
	check_no_error();
	send_set(AGENTX_COMMIT_SET, 2, NULL);
	check_no_error();
	send_set(AGENTX_CLEANUP_SET, 3, NULL);
	CHECK(fake_master_silent());
	fake_master_welcome();
	CHECK_STR(fixture_get("4.1.0"), "i2");
	close_lab();
}

/* A master that takes an answer for lost repeats what it asked: the row is
 * made, and its work is done, once. */
static void
repeated_sets(void)
{
	static const char row[] =
	    "1.2.1.20.4=i4 1.2.1.8.4=sflash:a.lic 1.2.1.15.4=i2";

	open_lab();
	check_write(check_path(fixture.flash.directory, "a.lic"), "a\n", 2);
	fake_master_welcome();
	send_set(AGENTX_TEST_SET, 1, row);
	send_set(AGENTX_TEST_SET, 2, row);
	check_no_error();
	check_no_error();
	send_set(AGENTX_COMMIT_SET, 3, NULL);
	send_set(AGENTX_COMMIT_SET, 4, NULL);
	check_no_error();
	check_no_error();
	send_set(AGENTX_CLEANUP_SET, 5, NULL);
	send_set(AGENTX_CLEANUP_SET, 6, NULL);
	CHECK(fake_master_silent());
	fixture_settle();
	CHECK_STR(fixture_get("1.2.1.16.4"), "i4");
	CHECK_UINT(fixture.core.runs, 1);
	close_lab();
}

/* ---- Secrets ---- */

#define SECRET_LEN 40
#define SECRET_END 16 /* looked for: free() writes over the beginning */

/* Told so that it stands nowhere but where it is sent. */
static uint8_t
secret(size_t i)
{
	return (uint8_t)('A' + (i * 7 + 3) % 26);
}

static void
put_secret(struct buffer *out)
{
	struct oid name = fixture_name("1.2.1.7.4");
	static const uint8_t lead[] = { 0, VALUE_OCTETS, 0, 0 };

	buffer_append(out, lead, sizeof lead);
	agentx_put_oid(out, name.id, name.len, false);
	agentx_put_u32(out, SECRET_LEN);
	for (size_t i = 0; i < SECRET_LEN; i++)
		agentx_put_u8(out, secret(i));
}

/* Reads what is no object of the program's. */
#define ANYWHERE __attribute__((no_sanitize("address")))

ANYWHERE static bool
is_secret(const uint8_t *at)
{
	for (size_t i = 0; i < SECRET_END; i++)
		if (at[i] != secret(SECRET_LEN - SECRET_END + i))
			return false;
	return true;
}

/* How often it stands in memory that can be written.  (The sanitizer's own is
 * terabytes.) */
ANYWHERE static unsigned
secrets_in_memory(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512];
	unsigned found = 0;

	REQUIRE(maps != NULL);
	while (fgets(line, sizeof line, maps) != NULL) {
		uintptr_t from, to;
		char mode[8];

		if (sscanf(line, "%zx-%zx %7s", &from, &to, mode) != 3 ||
		    strncmp(mode, "rw", 2) != 0 || to - from > 1u << 30)
			continue;
		for (; from + SECRET_END <= to; from++)
			found += is_secret((const uint8_t *)from);
	}
	fclose(maps);
	return found;
}

static void
secrets(void)
{
	struct buffer payload = BUFFER_INIT(512);

	open_lab();
	fake_master_welcome();
	/* everything is linked: the dynamic linker saves registers */
	send_set(AGENTX_TEST_SET, 1, "1.2.1.7.4=szzz");
	(void)fake_master_expect(AGENTX_RESPONSE);
	CHECK_UINT(secrets_in_memory(), 0);
	REQUIRE(buffer_reserve(&payload, 512) != NULL);
	put_secret(&payload);
	CHECK(secrets_in_memory() > 0); /* they are found where there are any */
	fake_master_request(AGENTX_TEST_SET, NETWORK, 1, &payload);
	explicit_bzero(payload.data, payload.len);
	buffer_free(&payload);
	/* refused: RowStatus is not among the variables */
	(void)fake_master_expect(AGENTX_RESPONSE);
	CHECK_UINT(secrets_in_memory(), 0);
	close_lab();
}

static const struct check_test tests[] = {
	{ "what a master is told", told },
	{ "a master that does not want us", unwanted },
	{ "a master that says nothing", speechless },
	{ "notifications", notifications },
	{ "PDUs in pieces", pieces },
	{ "PDUs that are too big", big_ones },
	{ "broken PDUs", broken_pdus },
	{ "an end among other PDUs", end_among_others },
	{ "a master that does not read", deaf },
	{ "SETs whose session is lost", lost_sets },
	{ "SETs that are repeated", repeated_sets },
	{ "secrets", secrets },
};

int
main(int argc, char **argv)
{
	return check_main("agentx", tests, CHECK_COUNT(tests), argc, argv);
}
