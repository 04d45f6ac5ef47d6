/* buffer_test.c - a buffer of secrets leaves none of them behind. */
#include "buffer.h"

#include <string.h>

#include "check.h"

/* All that is allocated behind the content is zero. */
static void
check_wiped(const struct buffer *b)
{
	for (size_t i = b->len; i < b->size; i++)
		if (b->data[i] != 0) {
			CHECK_UINT(b->data[i], 0);
			return;
		}
}

static void
secrets(void)
{
	struct buffer b = BUFFER_INIT(4096);

	b.secret = true;
	REQUIRE(buffer_reserve(&b, 1) != NULL);
	memset(b.data, 0, b.size);
	buffer_append(&b, "one\ntwo\nthree", 13);
	buffer_consume(&b, 4);
	CHECK_MEM(b.data, b.len, "two\nthree", 9);
	check_wiped(&b);
	buffer_truncate(&b, 3);
	CHECK_MEM(b.data, b.len, "two", 3);
	check_wiped(&b);
	buffer_consume(&b, 3);
	CHECK_UINT(b.len, 0);
	check_wiped(&b);
	buffer_free(&b);
}

static void
grows(void)
{
	struct buffer b = BUFFER_INIT(4096);
	char text[1000];

	memset(text, 'x', sizeof text);
	for (int secret = 0; secret < 2; secret++) {
		b.secret = secret;
		for (int i = 0; i < 4; i++) {
			buffer_append(&b, text, sizeof text);
			CHECK_UINT(b.len, 1000u * (unsigned)(i + 1));
		}
		CHECK(b.data[0] == 'x' && b.data[3999] == 'x');
		buffer_append(&b, text, sizeof text);
		CHECK(b.failed);
		CHECK_UINT(b.len, 4000);
		buffer_free(&b);
		b.failed = false;
	}
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "secrets", secrets },
		{ "it grows", grows },
	};

	return check_main("buffer", tests, CHECK_COUNT(tests), argc, argv);
}
