/* json_test.c - what is written is what jansson writes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "check.h"

static void
same_as_jansson(const char *text, int64_t number)
{
	struct lc_json_writer w = { 0 };
	json_t *object = json_pack("{s:s, s:I, s:s}", "name", text, "number",
	    (json_int_t)number, "empty", "");
	char *want = json_dumps(object, JSON_COMPACT), *got;

	lc_json_put_text(&w, "name", text);
	lc_json_put_int(&w, "number", number);
	lc_json_put_text(&w, "empty", "");
	got = lc_json_end(&w);
	REQUIRE(want != NULL && got != NULL);
	CHECK_STR(got, want);
	free(want);
	free(got);
	json_decref(object);
}

static void
each_character(void)
{
	for (int c = 1; c < 128; c++) {
		const char text[] = { 'a', (char)c, 'b', '\0' };

		check_context("character %d", c);
		same_as_jansson(text, c - 64);
	}
}

static void
longer_texts(void)
{
	char text[2000];

	same_as_jansson("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80", INT64_MIN);
	same_as_jansson("", INT64_MAX);
	for (size_t len = 480; len < sizeof text; len += 37) {
		memset(text, len % 2 == 0 ? '"' : 'x', len);
		text[len] = '\0';
		same_as_jansson(text, (int64_t)len);
	}
}

static void
no_members(void)
{
	struct lc_json_writer w = { 0 };
	char *text = lc_json_end(&w);

	REQUIRE(text != NULL);
	CHECK_STR(text, "{}");
	free(text);
}

/* It could not be read again. */
static void
not_utf8(void)
{
	struct lc_json_writer w = { 0 };

	lc_json_put_text(&w, "good", "text");
	lc_json_put_text(&w, "bad", "\xff");
	CHECK(lc_json_end(&w) == NULL);
	CHECK(w.text == NULL);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "each character", each_character },
		{ "longer texts", longer_texts },
		{ "no members", no_members },
		{ "not UTF-8", not_utf8 },
	};

	return check_main("json", tests, CHECK_COUNT(tests), argc, argv);
}
