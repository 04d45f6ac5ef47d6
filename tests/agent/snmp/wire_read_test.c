/*
 * wire_read_test.c - reads that are answered on the wire are answered as by
 * net-snmp's library and serve.c, byte for byte; what is not is left to them.
 */
#include "snmp/wire_read.h"

#include <stdlib.h>
#include <string.h>

#include "agentx_codec.h"
#include "both_ways.h"
#include "check.h"
#include "fixture.h"
#include "snmp/serve.h"

#define STREAM_MAX (1 << 20)

static struct buffer stream = { .limit = STREAM_MAX };
static uint32_t packet;

/* The object identifiers of a walk through all tables. */
static struct oid *names;
static size_t nnames;

static void
collect_names(void)
{
	struct oid name = { .len = 0 }, end = { .len = 0 };
	struct value value;

	nnames = 0;
	for (;;) {
		mib_next(&fixture.mib, &name, false, &end, &value);
		if (value.type == VALUE_END)
			break;
		names = reallocarray(names, nnames + 1, sizeof *names);
		REQUIRE(names != NULL);
		names[nnames++] = name;
	}
	REQUIRE(nnames > 100);
}

static void
open_both(void)
{
	fixture_open();
	fixture_add_rows();
	memset(fixture.core.comments[0], 'x', LC_COMMENT_MAX);
	memset(fixture.core.comments[1], 'y', LC_COMMENT_MAX - 2);
	collect_names();
	both_open();
	buffer_truncate(&stream, 0);
}

static void
close_both(void)
{
	both_close();
	buffer_free(&stream);
	free(names);
	names = NULL;
	fixture_close();
}

/* ---- Requests ---- */

/* A name of a walk, mostly; near one, or far from all. */
static struct oid
random_name(void)
{
	static const uint32_t edges[] = { 0, 1, 255, 256, INT32_MAX,
		UINT32_C(1) << 31, UINT32_MAX };
	struct oid name = names[check_random(nnames)];
	size_t at = check_random(name.len);
	uint32_t edge = edges[check_random(CHECK_COUNT(edges))];

	switch (check_random(10)) {
	case 0:
		name.len = check_random(name.len + 1);
		break;
	case 1:
		name.id[at] = edge;
		break;
	case 2:
		name.id[at] += (uint32_t)check_random(3) - 1;
		break;
	case 3:
		while (name.len < OID_MAX && check_random(8) != 0)
			name.id[name.len++] = edge;
		break;
	case 4:
		name.id[4] = edge; /* what a prefix stands for */
		break;
	default:
		break;
	}
	return name;
}

static void
put_random_range(struct buffer *out)
{
	struct oid start = random_name(), end = random_name();
	bool include = check_random(4) == 0;

	if (check_random(2) == 0)
		end.len = 0;
	if (check_random(200) == 0)
		end = (struct oid){ 2, { 0, 0 } };
	agentx_put_oid(out, start.id, start.len, include);
	agentx_put_oid(out, end.id, end.len, check_random(100) == 0);
}

static uint8_t
random_type(void)
{
	static const uint8_t types[] = { AGENTX_GET, AGENTX_GET_NEXT,
		AGENTX_GET_BULK };
	uint64_t which = check_random(50);

	return types[which < CHECK_COUNT(types) ? which : which % 2];
}

static size_t
begin_request(uint8_t type, uint8_t flags)
{
	const struct agentx_header header = { .type = type,
		.flags = flags,
		.session = (uint32_t)check_random(UINT32_MAX),
		.transaction = (uint32_t)check_random(UINT32_MAX),
		.packet = ++packet };

	return agentx_begin(&stream, &header);
}

static void
put_random_request(void)
{
	uint8_t type = random_type();
	size_t start = begin_request(type, AGENTX_NETWORK_ORDER);
	uint64_t n = check_random(50) == 0 ? 1 + check_random(700)
					   : 1 + check_random(20);

	if (type == AGENTX_GET_BULK)
		agentx_put_u32(&stream, (uint32_t)check_random(0x0003000f));
	for (; n > 0; n--)
		put_random_range(&stream);
	agentx_end(&stream, start);
}

/* ---- Comparisons ---- */

/* Both say the same; returns whether they go on. */
static bool
check_same(const uint8_t *data, size_t len)
{
	struct both_said wire, library;

	both_hear(data, len, &wire, &library);
	CHECK_MEM(wire.data, wire.len, library.data, library.len);
	CHECK_STR(wire.over != NULL ? wire.over : "goes on",
	    library.over != NULL ? library.over : "goes on");
	return wire.over == NULL && library.over == NULL;
}

static void
random_requests(void)
{
	open_both();
	for (unsigned i = 0; i < 6000; i++) {
		buffer_truncate(&stream, 0);
		put_random_request();
		REQUIRE(check_same(stream.data, stream.len));
	}
	CHECK(both_on_wire() > 4500);
	close_both();
}

/* Several PDUs in one piece, and pieces of PDUs. */
static void
random_pieces(void)
{
	open_both();
	for (unsigned i = 0; i < 100; i++) {
		size_t at = 0, n;

		buffer_truncate(&stream, 0);
		for (uint64_t left = check_random(20); left > 0; left--)
			put_random_request();
		for (; at < stream.len; at += n) {
			n = 1 + check_random(stream.len - at);
			REQUIRE(check_same(stream.data + at, n));
		}
	}
	CHECK(both_on_wire() > 300);
	close_both();
}

static void
damage(void)
{
	size_t payload = stream.len - AGENTX_HEADER_LEN;

	switch (check_random(4)) {
	case 0: /* the length says less or more */
		stream.data[AGENTX_HEADER_LEN - 1 - check_random(2)] ^=
		    (uint8_t)(1u << check_random(8));
		break;
	case 1: /* the end is missing, and the length says so */
		payload = check_random(payload);
		buffer_truncate(&stream, AGENTX_HEADER_LEN + payload);
		agentx_end(&stream, 0);
		break;
	case 2: /* version, type, flags, reserved */
		stream.data[check_random(4)] ^=
		    (uint8_t)(1u << check_random(8));
		break;
	default: /* the head of the first identifier, mostly */
		stream.data[AGENTX_HEADER_LEN +
			    check_random(check_random(4) != 0 ? 4 : payload)] =
		    (uint8_t)check_random(256);
		break;
	}
}

/* SETs would change what the second one answers. */
static bool
is_set(uint8_t type)
{
	return type >= AGENTX_TEST_SET && type <= AGENTX_CLEANUP_SET;
}

static void
random_damage(void)
{
	unsigned ends = 0;

	open_both();
	for (unsigned i = 0; i < 4000; i++) {
		buffer_truncate(&stream, 0);
		put_random_request();
		damage();
		/* A PDU that was waited for ends in the next one. */
		if (is_set(stream.data[1]))
			continue;
		put_random_request();
		if (check_same(stream.data, stream.len) && check_random(4) != 0)
			continue;
		ends++;
		both_close();
		both_open();
	}
	CHECK(ends > 400);
	close_both();
}

/* As long as a response may be, and longer. */
static void
sizes(void)
{
	struct oid comment = fixture_name("2.3.1.13.1.1.1");
	size_t start;

	open_both();
	for (unsigned n = 180; n < 200; n++)
		for (unsigned type = AGENTX_GET; type <= AGENTX_GET_NEXT;
		     type++) {
			buffer_truncate(&stream, 0);
			start =
			    begin_request((uint8_t)type, AGENTX_NETWORK_ORDER);
			for (unsigned i = 0; i < n; i++) {
				agentx_put_oid(&stream, comment.id, comment.len,
				    type == AGENTX_GET_NEXT);
				agentx_put_oid(&stream, NULL, 0, false);
			}
			agentx_end(&stream, start);
			REQUIRE(check_same(stream.data, stream.len));
		}
	CHECK_UINT(both_on_wire(), 20); /* up to 189, of 316 bytes each */
	close_both();
}

/* ---- What is left to the library ---- */

/* A Get or the like of one variable, with another byte at one place. */
static void
put_small_request(uint8_t type, size_t at, uint8_t byte)
{
	struct oid name = fixture_name("2.3.1.3.1.1.1");
	size_t start;

	buffer_truncate(&stream, 0);
	start = begin_request(type, AGENTX_NETWORK_ORDER);
	agentx_put_oid(&stream, name.id, name.len, false);
	agentx_put_oid(&stream, NULL, 0, false);
	agentx_end(&stream, start);
	stream.data[at] = byte;
}

static bool
is_answered(uint8_t type, size_t at, uint8_t byte)
{
	struct buffer out = BUFFER_INIT(STREAM_MAX);
	bool answered;

	put_small_request(type, at, byte);
	answered = wire_read(&fixture.mib, stream.data, stream.len, &out);
	CHECK_UINT(out.len != 0, answered);
	buffer_free(&out);
	return answered;
}

static void
left(void)
{
	const size_t flags = 2, range = AGENTX_HEADER_LEN;

	open_both();
	CHECK(is_answered(AGENTX_GET, 0, 1));
	CHECK(is_answered(AGENTX_GET_NEXT, 0, 1));
	CHECK(!is_answered(AGENTX_GET_BULK, 0, 1));
	CHECK(!is_answered(AGENTX_TEST_SET, 0, 1));
	CHECK(!is_answered(AGENTX_RESPONSE, 0, 1));
	CHECK(!is_answered(AGENTX_GET, 0, 2)); /* the version */
	CHECK(!is_answered(AGENTX_GET, flags, 0));
	CHECK(!is_answered(
	    AGENTX_GET, flags, AGENTX_NETWORK_ORDER | AGENTX_CONTEXT));
	CHECK(!is_answered(AGENTX_GET, flags + 1, 1));
	CHECK(!is_answered(AGENTX_GET, range, 200));
	CHECK(!is_answered(AGENTX_GET, range + 2, 2));
	CHECK(!is_answered(AGENTX_GET, range + 3, 1));
	close_both();
}

/* A buffer that others have filled. */
static void
no_room(void)
{
	struct buffer out = BUFFER_INIT(SERVE_RESPONSE_MAX);

	open_both();
	put_small_request(AGENTX_GET, 0, 1);
	buffer_append(&out, "before", 6);
	CHECK(!wire_read(&fixture.mib, stream.data, stream.len, &out));
	CHECK(!out.failed);
	CHECK_MEM(out.data, out.len, "before", 6);
	buffer_free(&out);
	close_both();
}

static const struct check_test tests[] = {
	{ "random requests", random_requests },
	{ "several at once, and pieces", random_pieces },
	{ "damaged requests", random_damage },
	{ "as big as may be", sizes },
	{ "what is left to the library", left },
	{ "no room for the answer", no_room },
};

int
main(int argc, char **argv)
{
	return check_main("wire_read", tests, CHECK_COUNT(tests), argc, argv);
}
