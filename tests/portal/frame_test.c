/* frame_test.c - messages between the portal and its issuing process. */
#include "portal/frame.h"

#include <string.h>

#include "check.h"

static void
there_and_back(void)
{
	struct buffer b = BUFFER_INIT(4096);
	const struct frame sent[] = {
		{ .number = 0, .status = 0, .kind = 0, .body = "", .len = 0 },
		{ .number = 8191, .status = 200, .kind = 65535, .body = "{}",
		    .len = 2 },
		{ .number = UINT32_MAX, .status = 503, .kind = 1, .body = "a\0b",
		    .len = 3 },
	};
	struct frame got;
	size_t taken;

	for (size_t i = 0; i < CHECK_COUNT(sent); i++)
		REQUIRE(frame_put(&b, &sent[i]));
	for (size_t i = 0; i < CHECK_COUNT(sent); i++) {
		check_context("message %zu", i);
		REQUIRE(frame_get(&b, &got, &taken) == 1);
		CHECK_UINT(got.number, sent[i].number);
		CHECK_UINT(got.status, sent[i].status);
		CHECK_UINT(got.kind, sent[i].kind);
		CHECK_MEM(got.body, got.len, sent[i].body, sent[i].len);
		CHECK_UINT(taken, FRAME_HEADER + sent[i].len);
		buffer_consume(&b, taken);
	}
	CHECK_INT(frame_get(&b, &got, &taken), 0);
	buffer_free(&b);
}

/* Cut off at every byte, it is not there yet. */
static void
in_pieces(void)
{
	struct buffer whole = BUFFER_INIT(4096), part = BUFFER_INIT(4096);
	const struct frame sent = { .number = 7, .body = "text", .len = 4 };
	struct frame got;
	size_t taken;

	REQUIRE(frame_put(&whole, &sent));
	for (size_t i = 0; i < whole.len; i++) {
		CHECK_INT(frame_get(&part, &got, &taken), 0);
		buffer_append(&part, whole.data + i, 1);
	}
	CHECK_INT(frame_get(&part, &got, &taken), 1);
	CHECK_MEM(got.body, got.len, "text", 4);
	buffer_free(&whole);
	buffer_free(&part);
}

static void
too_long(void)
{
	static const uint8_t header[FRAME_HEADER] = { 2, 0, 0, 1 };
	struct buffer b = BUFFER_INIT(4096);
	struct frame got;
	size_t taken;

	buffer_append(&b, header, sizeof header);
	CHECK_INT(frame_get(&b, &got, &taken), -1);
	buffer_free(&b);
}

static const struct check_test tests[] = {
	{ "there and back", there_and_back },
	{ "in pieces", in_pieces },
	{ "too long", too_long },
};

int
main(int argc, char **argv)
{
	return check_main("frame", tests, CHECK_COUNT(tests), argc, argv);
}
