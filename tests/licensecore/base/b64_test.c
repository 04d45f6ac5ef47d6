/* b64_test.c - base64url: the vectors of RFC 4648, and one text per value. */
#include "base/b64.h"

#include <stdio.h>
#include <string.h>

#include "check.h"

static void
vectors(void)
{
	static const struct {
		const char *bytes, *text;
	} rows[] = {
		{ "", "" },
		{ "f", "Zg" },
		{ "fo", "Zm8" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg" },
		{ "fooba", "Zm9vYmE" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xfb\xff\xfe", "-__-" },
	};
	char text[16], bytes[16];

	for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
		size_t len = strlen(rows[i].bytes);

		lc_b64_encode(rows[i].bytes, len, text);
		CHECK_STR(text, rows[i].text);
		CHECK_UINT(LC_B64_LEN(len), strlen(text));
		CHECK(lc_b64_decode(text, strlen(text), bytes));
		CHECK_MEM(
		    bytes, LC_B64_BYTES(strlen(text)), rows[i].bytes, len);
	}
}

static void
other_texts_are_refused(void)
{
	static const char *const rows[] = { "Z", "Zg==", "Zh", "Zm9", "Zm9v\n",
		"Zm 9", "Zm+v", "Zm/v", "Zm9vZ", "Zm9\xc3" };
	char bytes[16];

	for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
		check_context("%s", rows[i]);
		CHECK(!lc_b64_decode(rows[i], strlen(rows[i]), bytes));
	}
}

static void
round_trip(void)
{
	unsigned char bytes[64], back[64];
	char text[LC_B64_LEN(sizeof bytes) + 1];

	for (int round = 0; round < 1000; round++) {
		size_t len = check_random(sizeof bytes + 1);

		for (size_t i = 0; i < len; i++)
			bytes[i] = (unsigned char)check_random(256);
		lc_b64_encode(bytes, len, text);
		CHECK_UINT(strlen(text), LC_B64_LEN(len));
		CHECK(lc_b64_decode(text, strlen(text), back));
		CHECK_MEM(back, LC_B64_BYTES(strlen(text)), bytes, len);
	}
}

/* No two texts of four characters decode to the same bytes. */
static void
every_last_character(void)
{
	unsigned good = 0;
	char bytes[4], text[3];

	for (int c = 1; c < 256; c++) {
		(void)snprintf(text, sizeof text, "Z%c", c);
		good += lc_b64_decode(text, 2, bytes);
	}
	CHECK_UINT(good, 4); /* two of six bits carry anything */
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "vectors", vectors },
		{ "other texts are refused", other_texts_are_refused },
		{ "round trip", round_trip },
		{ "every last character", every_last_character },
	};

	return check_main("b64", tests, CHECK_COUNT(tests), argc, argv);
}
