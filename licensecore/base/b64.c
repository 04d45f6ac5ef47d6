/*
 * b64.c - base64url, strictly.
 *
 * OpenSSL's EVP_DecodeBlock wants the other alphabet and padding, skips
 * blanks, and lets spare bits be anything; here what is read back has to be
 * what was signed, character by character.
 */
#include "b64.h"

#include <stdint.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz0123456789-_";

void
lc_b64_encode(const void *data, size_t len, char *text)
{
	const uint8_t *byte = data;
	uint32_t bits = 0;
	unsigned held = 0;

	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | byte[i];
		for (held += 8; held >= 6; held -= 6)
			*text++ = alphabet[bits >> (held - 6) & 63];
	}
	if (held > 0)
		*text++ = alphabet[bits << (6 - held) & 63];
	*text = '\0';
}

/* The six bits that an ASCII character stands for, or -1. */
static const int8_t values[128] = {
	/* clang-format off */
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 62, -1, -1,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, -1, -1, -1, -1, -1, -1,
	-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, -1, -1, -1, -1, 63,
	-1, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, -1, -1, -1, -1, -1,
	/* clang-format on */
};

static int
value_of(char c)
{
	unsigned char at = (unsigned char)c;

	return at < sizeof values ? values[at] : -1;
}

/* Four characters become three bytes; false: they are not all of them. */
static bool
decode_four(const char *text, uint8_t *bytes)
{
	int a = value_of(text[0]), b = value_of(text[1]);
	int c = value_of(text[2]), d = value_of(text[3]);
	uint32_t bits;

	if ((a | b | c | d) < 0)
		return false;
	bits = (uint32_t)a << 18 | (uint32_t)b << 12 | (uint32_t)c << 6 |
	       (uint32_t)d;
	bytes[0] = (uint8_t)(bits >> 16);
	bytes[1] = (uint8_t)(bits >> 8);
	bytes[2] = (uint8_t)bits;
	return true;
}

bool
lc_b64_decode(const char *text, size_t len, void *data)
{
	const char *end = text + len;
	uint8_t *byte = data;
	uint32_t bits = 0;
	unsigned held = 0;

	if (len % 4 == 1)
		return false;
	for (; end - text >= 4; text += 4, byte += 3) {
		if (!decode_four(text, byte))
			return false;
	}
	for (; text < end; text++) {
		int value = value_of(*text);

		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		if ((held += 6) >= 8) {
			held -= 8;
			*byte++ = (uint8_t)(bits >> held);
		}
	}
	return (bits & ((1U << held) - 1)) == 0;
}
