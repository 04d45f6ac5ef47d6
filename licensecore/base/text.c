/* text.c - see text.h. */
#include "text.h"

#include <ctype.h>
#include <string.h>

#include <jansson.h>

/* jansson checks UTF-8 fully: overlong forms, surrogates, the upper end. */
bool
lc_text_is_utf8(const char *text, size_t len)
{
	json_t *value;

	if (memchr(text, '\0', len) != NULL)
		return false;
	value = json_stringn(text, len);
	json_decref(value);
	return value != NULL;
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
 * last byte of anything else goes through jansson.
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
