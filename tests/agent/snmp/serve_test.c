/*
 * serve_test.c - requests as they come from a master: both byte orders,
 * GetBulk, and bytes that are no request.
 */
#include "snmp/serve.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fake_master.h"
#include "fixture.h"

static struct buffer in = { .limit = 1 << 20 }; /* a request's payload */
static uint32_t packet;

static void
open_wire(void)
{
	fixture_open();
	fixture_add_rows();
	fake_master_open();
	fake_master_welcome();
	buffer_truncate(&in, 0);
}

static void
close_wire(void)
{
	fake_master_close();
	buffer_free(&in);
	fixture_close();
}

/* Asks with what is in `in` as the payload. */
static void
request(uint8_t type, uint8_t flags)
{
	fake_master_request(type, flags, ++packet, &in);
}

struct response {
	struct agentx_header header;
	unsigned error, index;
	struct agentx_reader rest;
};

/* False: the link hung up. */
static bool
responds(struct response *r)
{
	struct fake_pdu pdu;

	if (!fake_master_read(&pdu))
		return false;
	r->header = pdu.header;
	r->rest = pdu.rest;
	CHECK_UINT(r->header.type, AGENTX_RESPONSE);
	CHECK_UINT(r->header.flags, AGENTX_NETWORK_ORDER);
	CHECK_UINT(r->header.session, FAKE_SESSION);
	CHECK_UINT(r->header.transaction, 8);
	CHECK_UINT(r->header.packet, packet);
	REQUIRE(r->header.payload >= 8);
	(void)agentx_read_u32(&r->rest);
	r->error = agentx_read_u16(&r->rest);
	r->index = agentx_read_u16(&r->rest);
	return true;
}

static struct response
response(void)
{
	struct response r;

	REQUIRE(responds(&r));
	return r;
}

static void
check_answer(struct response *r, const char *name, const char *value)
{
	struct oid expected = fixture_name(name);
	struct varbind varbind;
	char a[OID_TEXT_MAX], b[OID_TEXT_MAX];

	agentx_read_varbind(&r->rest, &varbind);
	CHECK(!r->rest.bad);
	CHECK_STR(oid_text(&varbind.name, a), oid_text(&expected, b));
	CHECK_STR(fixture_value(&varbind.value), value);
}

static void
put_range(const char *start, const char *end, bool include)
{
	struct oid from = fixture_name(start);
	struct oid to = { 0 };

	if (end != NULL)
		to = fixture_name(end);
	agentx_put_oid(&in, from.id, from.len, include);
	agentx_put_oid(&in, to.id, to.len, false);
}

static void
reads(void)
{
	struct response r;

	open_wire();
	put_range("2.3.1.3.1.1.1", NULL, false);
	put_range("2.3.1.2.1.1.1", NULL, false);
	put_range("1.1.1", NULL, false);
	request(AGENTX_GET, AGENTX_NETWORK_ORDER);
	r = response();
	CHECK_UINT(r.error, 0);
	check_answer(&r, "2.3.1.3.1.1.1", "sipbasek9");
	check_answer(&r, "2.3.1.2.1.1.1", "no object");
	check_answer(&r, "1.1.1", "no instance");
	request(AGENTX_GET_NEXT, AGENTX_NETWORK_ORDER);
	r = response();
	check_answer(&r, "2.3.1.3.1.1.2147483648", "ssecurityk9");
	check_answer(&r, "2.3.1.3.1.1.1", "sipbasek9");
	check_answer(&r, "2.1.1.2.1.1", "sflash:primary");
	CHECK(r.rest.at == r.rest.end);
	close_wire();
}

static void
bulk(void)
{
	struct response r;

	open_wire();
	agentx_put_u16(&in, 1); /* not repeated */
	agentx_put_u16(&in, 2); /* repetitions */
	put_range("1.1", NULL, false);
	put_range("4.1.0", NULL, false);
	put_range("2.2.1.1", "2.2.1.1.2", false);
	request(AGENTX_GET_BULK, AGENTX_NETWORK_ORDER);
	r = response();
	CHECK_UINT(r.error, 0);
	check_answer(&r, "1.1.0", "u1");
	check_answer(&r, "4.2.0", "i1");
	check_answer(&r, "2.2.1.1.1", "u1");
	check_answer(&r, "4.3.0", "i1");
	check_answer(&r, "2.2.1.1.1", "end");
	CHECK(r.rest.at == r.rest.end);
	/* more than there is, and more than fits */
	in.data[2] = in.data[3] = 0xff;
	request(AGENTX_GET_BULK, AGENTX_NETWORK_ORDER);
	r = response();
	CHECK_UINT(r.error, 0);
	CHECK(AGENTX_HEADER_LEN + r.header.payload <= SERVE_RESPONSE_MAX);
	close_wire();
}

/* A round that does not fit in is left for the next request. */
static void
bulk_too_big(void)
{
	struct response r;
	struct varbind varbind;
	unsigned n = 0;

	open_wire();
	for (unsigned i = 0; i < 4; i++)
		memset(fixture.core.comments[i], 'x', LC_COMMENT_MAX);
	agentx_put_u16(&in, 0);
	agentx_put_u16(&in, 10);
	for (unsigned i = 0; i < 60; i++)
		put_range("2.3.1.13", NULL, false);
	request(AGENTX_GET_BULK, AGENTX_NETWORK_ORDER);
	r = response();
	CHECK_UINT(r.error, 0);
	CHECK(AGENTX_HEADER_LEN + r.header.payload <= SERVE_RESPONSE_MAX);
	for (; r.rest.at < r.rest.end && !r.rest.bad; n++)
		agentx_read_varbind(&r.rest, &varbind);
	CHECK(!r.rest.bad);
	CHECK_UINT(n, 180); /* of 290 bytes each */
	close_wire();
}

/* A request as a master of the other byte order writes it. */
static void
little_endian(void)
{
	static const uint8_t get[] = {
		8,
		4,
		0,
		0, /* 1.3.6.1.4 and eight more */
		1,
		0,
		0,
		0,
		9,
		0,
		0,
		0,
		9,
		0,
		0,
		0,
		0x1f,
		2,
		0,
		0, /* 1.9.9.543 */
		1,
		0,
		0,
		0,
		1,
		0,
		0,
		0,
		1,
		0,
		0,
		0,
		0,
		0,
		0,
		0, /* 1.1.1.0 */
		0,
		0,
		0,
		0,
	};
	struct response r;

	open_wire();
	buffer_append(&in, get, sizeof get);
	request(AGENTX_GET, 0);
	r = response();
	CHECK_UINT(r.error, 0);
	check_answer(&r, "1.1.0", "u1");
	close_wire();
}

static void
put_set(const char *text)
{
	struct varbind *varbinds;
	size_t n = fixture_varbinds(text, &varbinds);

	buffer_truncate(&in, 0);
	for (size_t i = 0; i < n; i++)
		agentx_put_varbind(&in, &varbinds[i].name, &varbinds[i].value);
}

static void
writes(void)
{
	struct response r;

	open_wire();
	put_set("4.1.0=i2 2.3.1.13.1.1.1=snew");
	request(AGENTX_TEST_SET, AGENTX_NETWORK_ORDER);
	r = response();
	CHECK_UINT(r.error, 0);
	CHECK_STR(fixture_get("4.1.0"), "i1");
	buffer_truncate(&in, 0);
	request(AGENTX_COMMIT_SET, AGENTX_NETWORK_ORDER);
	r = response();
	CHECK_UINT(r.error, 0);
	CHECK_STR(fixture_get("4.1.0"), "i2");
	request(AGENTX_CLEANUP_SET, AGENTX_NETWORK_ORDER);
	CHECK(fake_master_silent()); /* it has no response */
	put_set("4.1.0=i1 2.3.1.3.1.1.1=snew");
	request(AGENTX_TEST_SET, AGENTX_NETWORK_ORDER);
	r = response();
	CHECK_UINT(r.error, SNMP_NOT_WRITABLE);
	CHECK_UINT(r.index, 2);
	buffer_truncate(&in, 0);
	request(AGENTX_COMMIT_SET, AGENTX_NETWORK_ORDER);
	r = response();
	CHECK_UINT(r.error, SNMP_COMMIT_FAILED);
	request(AGENTX_UNDO_SET, AGENTX_NETWORK_ORDER);
	r = response();
	CHECK_UINT(r.error, 0);
	CHECK_STR(fixture_get("4.1.0"), "i2");
	close_wire();
}

static void
contexts(void)
{
	struct response r;

	open_wire();
	agentx_put_octets(&in, "other", 5);
	put_range("1.1.0", NULL, false);
	request(AGENTX_GET, AGENTX_NETWORK_ORDER | AGENTX_CONTEXT);
	r = response();
	CHECK_UINT(r.error, AGENTX_PROCESSING_ERROR);
	close_wire();
}

static void
too_big(void)
{
	struct response r;

	open_wire();
	memset(fixture.core.comments[0], 'x', LC_COMMENT_MAX);
	for (unsigned i = 0; i < 1000; i++)
		put_range("2.3.1.13.1.1.1", NULL, false);
	request(AGENTX_GET, AGENTX_NETWORK_ORDER);
	r = response();
	CHECK_UINT(r.error, SNMP_TOO_BIG);
	CHECK(r.index > 100 && r.index < 300);
	CHECK_UINT(r.header.payload, 8);
	close_wire();
}

/* A response may be as long as it may be, and its length is foreseen. */
static void
just_fits(void)
{
	struct response r;
	size_t longest = 0;

	open_wire();
	memset(fixture.core.comments[0], 'x', LC_COMMENT_MAX);
	for (unsigned n = 100; n < 400 && longest == 0; n++) {
		buffer_truncate(&in, 0);
		for (unsigned i = 0; i < n; i++)
			put_range("2.3.1.13.1.1.1", NULL, false);
		request(AGENTX_GET, AGENTX_NETWORK_ORDER);
		r = response();
		if (r.error != SNMP_OK) {
			CHECK_UINT(r.error, SNMP_TOO_BIG);
			CHECK_UINT(r.index, n);
			break;
		}
		longest = AGENTX_HEADER_LEN + r.header.payload;
		CHECK(longest <= SERVE_RESPONSE_MAX);
		longest = longest + 300 > SERVE_RESPONSE_MAX ? longest : 0;
	}
	CHECK(longest != 0);
	close_wire();
}

static void
put_random_request(uint8_t type)
{
	size_t whole;

	buffer_truncate(&in, 0);
	if (type == AGENTX_GET_BULK)
		agentx_put_u32(&in, 0x00010005);
	if (type == AGENTX_TEST_SET)
		put_set("1.2.1.20.5=i5 1.2.1.8.5=sflash:a 4.1.0=i2");
	else {
		put_range("2.3.1.3.1.1.1", "2.3.1.4", false);
		put_range("1.1", NULL, true);
	}
	whole = in.len;
	for (uint64_t n = check_random(4); n > 0; n--)
		in.data[check_random(whole)] = (uint8_t)check_random(256);
	if (check_random(2) != 0)
		buffer_truncate(&in, check_random(whole / 4 + 1) * 4);
}

/* Every cut of good requests, and random bytes: an error, an answer, or an
 * end to the connection; never anything else. */
static void
garbage(void)
{
	static const uint8_t types[] = { AGENTX_GET, AGENTX_GET_NEXT,
		AGENTX_GET_BULK, AGENTX_TEST_SET };
	struct response r;
	unsigned answers = 0, ends = 0;

	open_wire();
	for (unsigned i = 0; i < 5000; i++) {
		uint8_t type = types[check_random(CHECK_COUNT(types))];

		put_random_request(type);
		request(type, check_random(4) != 0
				  ? AGENTX_NETWORK_ORDER
				  : (uint8_t)check_random(256));
		if (!responds(&r)) {
			ends++;
			fake_master_renew();
			continue;
		}
		answers++;
		CHECK(r.error <= SNMP_INCONSISTENT_NAME ||
		      (r.error >= AGENTX_PARSE_ERROR &&
			  r.error <= AGENTX_PROCESSING_ERROR));
		sets_reset(fixture.sets);
	}
	CHECK(answers > 500);
	CHECK(ends > 500);
	close_wire();
}

static const struct check_test tests[] = {
	{ "Get and GetNext", reads },
	{ "GetBulk", bulk },
	{ "a GetBulk that is cut", bulk_too_big },
	{ "the other byte order", little_endian },
	{ "the phases of a SET", writes },
	{ "a context", contexts },
	{ "too big", too_big },
	{ "as big as may be", just_fits },
	{ "garbage", garbage },
};

int
main(int argc, char **argv)
{
	return check_main("serve", tests, CHECK_COUNT(tests), argc, argv);
}
