/* text.c - see text.h. */
#include "text.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

/*
 * The bytes that follow a first byte, and the least code point they may make:
 * anything smaller would be an overlong form.  -1: it is no first byte.
 */
static int
utf8_tail(unsigned char first, uint32_t *code, uint32_t *least)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = {
		{ 0x80, 0x00, 1 },
		{ 0xe0, 0xc0, 0x80 },
		{ 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 },
	};

	for (int tail = 0; tail < 4; tail++) {
		if ((first & forms[tail].mask) == forms[tail].lead) {
			*code = first & (unsigned char)~forms[tail].mask;
			*least = forms[tail].least;
			return tail;
		}
	}
	return -1;
}

/* A password may come here, so that no copy is made. */
bool
lc_text_is_utf8(const char *text, size_t len)
{
	const unsigned char *c = (const unsigned char *)text, *end = c + len;
	uint32_t code, least;

	while (c < end) {
		int tail = utf8_tail(*c++, &code, &least);

		if (tail < 0 || tail > end - c)
			return false;
		for (; tail > 0; tail--, c++) {
			if ((*c & 0xc0) != 0x80)
				return false;
			code = code << 6 | (*c & 0x3f);
		}
		if (code < least || code > 0x10ffff ||
		    (code >= 0xd800 && code <= 0xdfff))
			return false;
	}
	return true;
}

/* c is not below the space: DEL, or the first half of U+0080 to U+009F? */
static bool
is_control(const unsigned char *c, const unsigned char *end)
{
	return *c == 0x7f || (*c == 0xc2 && c + 1 < end && c[1] < 0xa0);
}

/*
 * Files of megabytes come here while an event loop waits, so that plain ASCII
 * takes one comparison a byte, and only what lies between the first and the
 * last byte of anything else is decoded.
 */
static bool
is_text(const char *text, size_t len, const char *allowed)
{
	const unsigned char *start = (const unsigned char *)text;
	const unsigned char *end = start + len;
	const unsigned char *first = NULL, *last = NULL;

	for (const unsigned char *c = start; c < end; c++) {
		if (*c >= 0x20 && *c < 0x7f)
			continue;
		if (*c < 0x20 && (*c == 0 || strchr(allowed, *c) == NULL))
			return false;
		if (*c >= 0x7f && is_control(c, end))
			return false;
		if (*c >= 0x80) {
			first = first == NULL ? c : first;
			last = c;
		}
	}
	return first == NULL ||
	       lc_text_is_utf8((const char *)first, (size_t)(last - first) + 1);
}

bool
lc_text_is_plain(const char *text, size_t len)
{
	return is_text(text, len, "");
}

bool
lc_text_is_rows(const char *text, size_t len)
{
	return is_text(text, len, "\t\n\f\r");
}

bool
lc_text_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

void
lc_text_trim(const char **text, size_t *len)
{
	while (*len > 0 && lc_text_is_blank(**text)) {
		++*text;
		--*len;
	}
	while (*len > 0 && lc_text_is_blank((*text)[*len - 1]))
		--*len;
}

bool
lc_text_is_id(const char *text)
{
	for (; *text != '\0'; text++) {
		if (!isascii((unsigned char)*text) ||
		    (!isalnum((unsigned char)*text) &&
			strchr("._:-", *text) == NULL))
			return false;
	}
	return true;
}

bool
lc_text_is_udi(const char *text, size_t len)
{
	const char *colon = memchr(text, ':', len);

	for (size_t i = 0; i < len; i++) {
		if (text[i] <= ' ' || text[i] >= 0x7f ||
		    (text[i] == ':' && text + i != colon))
			return false;
	}
	return colon != NULL && colon > text && colon < text + len - 1 &&
	       len <= LC_UDI_MAX;
}

/* Word by word; multiplying carries bits up, so they are folded down. */
uint64_t
lc_text_hash(uint64_t seed, const char *text)
{
	uint64_t hash = seed + UINT64_C(0x9e3779b97f4a7c15), word;
	size_t len = strlen(text);

	while (len > 0) {
		size_t n = len < sizeof word ? len : sizeof word;

		word = 0;
		memcpy(&word, text, n);
		hash ^= word;
		hash ^= hash >> 32;
		hash *= UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
		text += n;
		len -= n;
	}
	return hash;
}
