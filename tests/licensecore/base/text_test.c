/* text_test.c - what counts as text, and as a UDI; hashes of texts. */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "licensecore.h"

static void
texts(void)
{
	static const struct {
		const char *text;
		bool plain, rows;
	} rows[] = {
		{ "", true, true },
		{ "plain", true, true },
		{ "a\tb", false, true },
		{ "a\r\n\fb", false, true },
		{ "a\vb", false, false },
		{ "a\x1b[0m", false, false },
		{ "\x01", false, false },
		{ "\x7f", false, false },
		{ "\x1f", false, false },
		{ "~", true, true },
		{ "\xc2\x80", false, false }, /* U+0080 */
		{ "\xc2\x9f", false, false },
		{ "\xc2\xa0", true, true },
		{ "\xc3\x80", true, true },
		{ "a\xc3\xa9 b \xe2\x82\xac c", true, true },
		{ "\xf4\x8f\xbf\xbf", true, true },   /* U+10FFFF */
		{ "\xf4\x90\x80\x80", false, false }, /* beyond */
		{ "\xed\xa0\x80", false, false },     /* surrogate */
		{ "\xc0\xaf", false, false },         /* overlong */
		{ "\xe0\x80\xaf", false, false },
		{ "\xc3", false, false }, /* cut off */
		{ "a\xc3", false, false },
		{ "\xc3 \xa9", false, false },
		{ "\xc3\xa9\xff", false, false },
		{ "\xc3\xa9 a \x80 b \xc3\xa9", false, false },
		{ "\xc3\xa9\x1b\xc3\xa9", false, false },
	};

	for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
		size_t len = strlen(rows[i].text);

		check_context("row %zu", i);
		CHECK_INT(lc_text_is_plain(rows[i].text, len), rows[i].plain);
		CHECK_INT(lc_text_is_rows(rows[i].text, len), rows[i].rows);
	}
	CHECK(!lc_text_is_plain("a\0b", 3));
	CHECK(!lc_text_is_rows("a\0b", 3));
	CHECK(!lc_text_is_utf8("a\0b", 3));
	CHECK(lc_text_is_utf8("\x1b\xc2\x80\x7f", 4));
	CHECK(!lc_text_is_utf8("\xc0\x80", 2));
	CHECK(lc_text_is_utf8("", 0));
	/* What follows the text does not belong to it. */
	CHECK(lc_text_is_plain("\xc3\xa9\xff", 2));
	CHECK(!lc_text_is_plain("\xc3\xa9", 1));
}

static void
udis(void)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{ "LIC1921/K9:LAB00000001", true },
		{ "a:b", true },
		{ "!:~", true },
		{ "", false },
		{ ":", false },
		{ "a:", false },
		{ ":b", false },
		{ "ab", false },
		{ "a:b:c", false },
		{ "a::b", false },
		{ "a b:c", false },
		{ "a:b ", false },
		{ "a:\x7f", false },
		{ "\xc3\xa9:b", false },
	};
	char longest[LC_UDI_MAX + 2];

	for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
		check_context("%s", rows[i].text);
		CHECK_INT(lc_text_is_udi(rows[i].text, strlen(rows[i].text)),
		    rows[i].good);
	}
	memset(longest, 'x', sizeof longest);
	longest[5] = ':';
	CHECK(lc_text_is_udi(longest, LC_UDI_MAX));
	CHECK(!lc_text_is_udi(longest, LC_UDI_MAX + 1));
}

/* Ids that differ little spread: of 16,384 in as many places, few share one. */
static void
hashes(void)
{
	static const struct {
		const char *before;
		int digits;
		const char *after;
	} forms[] = {
		{ "", 32, "" }, { "", 1, "" }, { "lic-", 1, "" },
		{ "", 8, "-0000-0000" }, { "", 1, "0000000" },
	};
	static unsigned char places[16384];

	for (size_t i = 0; i < CHECK_COUNT(forms); i++) {
		unsigned most = 0;

		memset(places, 0, sizeof places);
		for (size_t n = 0; n < sizeof places; n++) {
			char id[40];
			size_t at;

			snprintf(id, sizeof id, "%s%0*zx%s", forms[i].before,
			    forms[i].digits, n, forms[i].after);
			at = lc_text_hash(1, id) % sizeof places;
			if (++places[at] > most)
				most = places[at];
			if (most > 16)
				break;
		}
		check_context("%s, %d digits, %s", forms[i].before,
		    forms[i].digits, forms[i].after);
		CHECK(most <= 16);
	}
	check_context(NULL);
	CHECK(lc_text_hash(1, "a") != lc_text_hash(2, "a"));
	CHECK(lc_text_hash(1, "") != lc_text_hash(2, ""));
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "texts", texts },
		{ "UDIs", udis },
		{ "hashes", hashes },
	};

	return check_main("text", tests, CHECK_COUNT(tests), argc, argv);
}
