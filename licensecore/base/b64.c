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

/* The six bits that a character stands for, or -1. */
static int
value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

bool
lc_b64_decode(const char *text, size_t len, void *data)
{
	uint8_t *byte = data;
	uint32_t bits = 0;
	unsigned held = 0;

	if (len % 4 == 1)
		return false;
	for (size_t i = 0; i < len; i++) {
		int value = value_of(text[i]);

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
