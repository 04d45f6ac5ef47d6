/* decode_test.c - percent-encoding and UTF-8 from the network. */
#include "web/decode.h"

#include <string.h>

#include "check.h"

static void
decoding(void)
{
	static const struct {
		const char *text, *decoded; /* NULL: refused */
	} cases[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "LIC1921%2FK9:FDO1", "LIC1921/K9:FDO1" },
		{ "%41%4a%6A", "AJj" },
		{ "a+b", "a+b" },
		{ "%C3%A4", "\xc3\xa4" },
		{ "100%25", "100%" },
		{ "%", NULL },
		{ "%4", NULL },
		{ "%4g", NULL },
		{ "%g4", NULL },
		{ "a%00b", NULL },
		{ "%%41", NULL },
	};

	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		char text[64];
		bool good;

		check_context("%s", cases[i].text);
		strcpy(text, cases[i].text);
		good = web_decode(text);
		CHECK_INT(good, cases[i].decoded != NULL);
		if (good && cases[i].decoded != NULL)
			CHECK_STR(text, cases[i].decoded);
	}
}

static void
utf8(void)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "", true },
		{ "ASCII", true },
		{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", true },
		{ "\xef\xbf\xbf", true },
		{ "\xf4\x8f\xbf\xbf", true },
		{ "\x80", false },
		{ "\xc0\xaf", false },         /* a slash in two bytes */
		{ "\xc1\xbf", false },
		{ "\xe0\x80\xaf", false },     /* in three */
		{ "\xf0\x80\x80\xaf", false }, /* in four */
		{ "\xed\xa0\x80", false },     /* a surrogate */
		{ "\xf4\x90\x80\x80", false }, /* above U+10FFFF */
		{ "\xf5\x80\x80\x80", false },
		{ "\xc3", false },
		{ "\xc3" "a", false },
		{ "\xe2\x82", false },
	};

	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		check_context("case %zu", i);
		CHECK_INT(web_is_utf8(cases[i].text), cases[i].good);
	}
}

static const struct check_test tests[] = {
	{ "percent-encoding", decoding },
	{ "UTF-8", utf8 },
};

int
main(int argc, char **argv)
{
	return check_main("decode", tests, CHECK_COUNT(tests), argc, argv);
}
