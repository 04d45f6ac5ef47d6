/* text.c - see text.h. */
#include "text.h"

#include <string.h>

#include <jansson.h>

#include "licensecore.h"

/* jansson checks UTF-8 fully: overlong forms, surrogates, the upper end. */
static bool
is_utf8(const char *text, size_t len)
{
	json_t *value = json_stringn(text, len);

	json_decref(value);
	return value != NULL;
}

static bool
is_text(const char *text, size_t len, const char *allowed)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c < 0x20 && (c == 0 || strchr(allowed, c) == NULL)) ||
		    c == 0x7f)
			return false;
		/* U+0080 to U+009F */
		if (c == 0xc2 && i + 1 < len &&
		    (unsigned char)text[i + 1] < 0xa0)
			return false;
	}
	return is_utf8(text, len);
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
