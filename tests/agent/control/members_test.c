/*
 * members_test.c - a line of the usual form is read as jansson reads it, and a
 * line of any other form is left to jansson.
 */
#include "control/members.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define LINE_MAX_LEN 512

/* In memory of just its length, so that a look behind it is found. */
static char *
copy_of(const char *line, size_t len)
{
	char *copy = malloc(len != 0 ? len : 1);

	REQUIRE(copy != NULL);
	memcpy(copy, line, len);
	return copy;
}

static void
check_same(const struct member *a, const struct member *b)
{
	CHECK_STR(a->name, b->name);
	CHECK_UINT(a->name_len, b->name_len);
	CHECK_INT(a->kind, b->kind);
	if (a->kind == MEMBER_TEXT) {
		CHECK_STR(a->text, b->text);
		CHECK_UINT(a->len, b->len);
	} else if (a->kind == MEMBER_NUMBER)
		CHECK_INT(a->number, b->number);
	else
		CHECK_INT(a->truth, b->truth);
}

/* Is it of the usual form?  Then both ways find the same in it, else it is
 * unchanged. */
static bool
is_usual(const char *line, size_t len)
{
	char *ours = copy_of(line, len), *theirs = copy_of(line, len);
	struct members a, b;
	bool usual = members_read_usual(&a, ours, len);

	if (!usual)
		CHECK(memcmp(ours, line, len) == 0);
	else if (CHECK(members_read_any(&b, theirs, len))) {
		CHECK_UINT(a.n, b.n);
		for (size_t i = 0; i < a.n && i < b.n; i++)
			check_same(&a.at[i], &b.at[i]);
		members_free(&b);
	}
	members_free(&a);
	free(ours);
	free(theirs);
	return usual;
}

static void
usual(void)
{
	static const char *const lines[] = {
		"{}",
		"{ }",
		"{\"do\":\"checkout\",\"feature\":\"securityk9\"}",
		"{\"id\":1,\"do\":\"release\",\"lease\":4294967296}",
		"{\"id\": 0, \"do\": \"checkout\", \"progress\": true}",
		"{ \"on\" : false , \"a\" : \"\" }",
		"{\"a\":999999999999999999}",
		"{\"a\":\" it's ~ \"}",
		"{\"1\":1,\"2\":2,\"3\":3,\"4\":4,\"5\":5,\"6\":6,\"7\":7,"
		"\"8\":8}",
	};

	for (size_t i = 0; i < CHECK_COUNT(lines); i++) {
		check_context("%s", lines[i]);
		CHECK(is_usual(lines[i], strlen(lines[i])));
	}
}

/* Some of these are JSON. */
static void
unusual(void)
{
	static const char *const lines[] = { "", " ", "{", "}", "[]", "{\"a\"}",
		"{\"a\":}", "{\"a\":1,}", "{,}", "{\"a\":1}}", "{} ", "\t{}",
		"{\"a\":01}", "{\"a\":-1}", "{\"a\":1.5}", "{\"a\":1e3}",
		"{\"a\":1 2}", "{\"a\":\"\\n\"}", "{\"a\":\"\t\"}",
		"{\"a\":\"\x7f\"}", "{\"a\":\"\xc3\xa4\"}", "{\"\\u0061\":1}",
		"{\"a\":null}", "{\"a\":tru}", "{\"a\":True}", "{\"a\":truee}",
		"{\"a\":[]}", "{\"a\":{}}", "{\"a\":1,\"a\":1}", "{'a':1}",
		"{\"a\":1000000000000000000}", "{\"a\":\"b",
		"{\"1\":1,\"2\":2,\"3\":3,\"4\":4,\"5\":5,\"6\":6,\"7\":7,"
		"\"8\":8,"
		"\"9\":9}" };

	for (size_t i = 0; i < CHECK_COUNT(lines); i++) {
		check_context("%s", lines[i]);
		CHECK(!is_usual(lines[i], strlen(lines[i])));
	}
	CHECK(!is_usual("{\"a\":\"\0\"}", 9));
}

/* ---- The other ones ---- */

static void
any(void)
{
	static const char line[] = "{\"a\":null,\"b\":-1,\"c\":\"\\u00e4\","
				   "\"d\":[1],\"e\":1.5,\"f\":true,\"g\":1,"
				   "\"h\":{},\"i\":\"x\"}";
	char *copy = copy_of(line, sizeof line - 1);
	struct members m;

	REQUIRE(members_read(&m, copy, sizeof line - 1));
	CHECK_UINT(m.n, 9);
	CHECK_INT(members_find(&m, "a")->kind, MEMBER_OTHER);
	CHECK_INT(members_find(&m, "b")->number, -1);
	CHECK_STR(members_find(&m, "c")->text, "\xc3\xa4");
	CHECK_UINT(json_array_size(members_find(&m, "d")->json), 1);
	CHECK_INT(members_find(&m, "e")->kind, MEMBER_OTHER);
	CHECK(members_find(&m, "f")->truth);
	CHECK_INT(members_find(&m, "g")->number, 1);
	CHECK_INT(members_find(&m, "h")->kind, MEMBER_OTHER);
	CHECK_STR(members_find(&m, "i")->text, "x");
	CHECK(members_find(&m, "j") == NULL);
	members_free(&m);
	free(copy);
}

static void
none(void)
{
	static const char *const lines[] = { "", "[]", "\"a\"", "{",
		"{\"a\":1,\"a\":1}", "{\"a\":\"\xff\"}", "{\"a\":\"\\u0000\"}",
		"{}{}" };
	struct members m;

	for (size_t i = 0; i < CHECK_COUNT(lines); i++) {
		size_t len = strlen(lines[i]);
		char *copy = copy_of(lines[i], len);

		check_context("%s", lines[i]);
		CHECK(!members_read(&m, copy, len));
		free(copy);
	}
}

/* ---- At random ---- */

static const char *
random_of(const char *const *words, size_t n)
{
	return words[check_random(n)];
}

static size_t
random_line(char line[LINE_MAX_LEN])
{
	static const char *const names[] = { "id", "do", "feature", "count", "",
		"progress", "a b", "i" };
	static const char *const values[] = { "0", "1", "18446744073709551616",
		"999999999999999999", "-0", "00", "\"\"", "\"checkout\"",
		"true", "false", "null", "\"a\\\"b\"", "\"\\u0041\"", "1.0",
		"[1]", "{}", "\"\xc3\xa4\"" };
	static const char *const spaces[] = { "", "", "", " ", "  ", "\t" };
	size_t len = (size_t)snprintf(line, LINE_MAX_LEN, "{");

	for (size_t i = 0, n = check_random(5); i < n; i++)
		len += (size_t)snprintf(line + len, LINE_MAX_LEN - len,
		    "%s%s\"%s\"%s:%s%s%s", i > 0 ? "," : "",
		    random_of(spaces, CHECK_COUNT(spaces)),
		    random_of(names, CHECK_COUNT(names)),
		    random_of(spaces, CHECK_COUNT(spaces)),
		    random_of(spaces, CHECK_COUNT(spaces)),
		    random_of(values, CHECK_COUNT(values)),
		    random_of(spaces, CHECK_COUNT(spaces)));
	return len + (size_t)snprintf(line + len, LINE_MAX_LEN - len, "}");
}

static void
damage(char *line, size_t *len)
{
	static const char bytes[] = "{}[]\":,\\ 019.-etfnul\t\x7f\x80";
	size_t at = check_random(*len);

	switch (check_random(3)) {
	case 0:
		line[at] = bytes[check_random(sizeof bytes)];
		break;
	case 1:
		*len = at;
		break;
	case 2:
		memmove(line + at, line + at + 1, --*len - at);
		break;
	}
}

static void
at_random(void)
{
	char line[LINE_MAX_LEN];
	unsigned nusual = 0;

	for (unsigned i = 0; i < 100000; i++) {
		size_t len = random_line(line);

		if (i % 2 != 0)
			damage(line, &len);
		check_context("%.*s", (int)len, line);
		nusual += is_usual(line, len);
	}
	CHECK(nusual > 1000);
}

static const struct check_test tests[] = {
	{ "usual lines", usual },
	{ "unusual lines", unusual },
	{ "lines of any form", any },
	{ "no objects", none },
	{ "at random, both ways", at_random },
};

int
main(int argc, char **argv)
{
	return check_main("members", tests, CHECK_COUNT(tests), argc, argv);
}
