/* json.c - see json.h. */
#include "json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

#define DEPTH_MAX 2

/* Brackets in strings do not count. */
static bool
is_flat(const char *text, size_t len)
{
	bool in_string = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (in_string && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			in_string = !in_string;
		else if (in_string)
			continue;
		else if (text[i] == '{' || text[i] == '[')
			depth++;
		else if (text[i] == '}' || text[i] == ']')
			depth--;
		if (depth > DEPTH_MAX)
			return false;
	}
	return true;
}

/* The errors that people can do something about. */
static const char *
why_not(const json_error_t *error)
{
	switch (json_error_code(error)) {
	case json_error_duplicate_key:
		return "duplicate member";
	case json_error_invalid_utf8:
		return "not valid UTF-8";
	case json_error_null_byte_in_key:
	case json_error_null_character:
		return "NUL character";
	case json_error_numeric_overflow:
		return "number too big";
	default:
		return "not JSON";
	}
}

enum lc_err
lc_json_object(const char *text, size_t len, enum lc_err err, const char *what,
    json_t **out, struct lc_detail *detail)
{
	json_error_t error;
	json_t *value;

	if (!is_flat(text, len))
		return lc_fail(detail, err, "%s: nested too deep", what);
	value = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (value == NULL) {
		/* No words: it gave up before it read anything. */
		if (error.text[0] == '\0' ||
		    json_error_code(&error) == json_error_out_of_memory)
			return LC_ENOMEM;
		return lc_fail(detail, err, "%s: %s", what, why_not(&error));
	}
	if (!json_is_object(value)) {
		json_decref(value);
		return lc_fail(detail, err, "%s: not a JSON object", what);
	}
	*out = value;
	return LC_OK;
}

const char *
lc_json_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* ---- Writing --------------------------------------------------------- */

/* Room for n more characters and a NUL. */
static bool
reserve(struct lc_json_writer *w, size_t n)
{
	size_t room = w->room > 0 ? w->room : 512;
	char *text;

	while (room - w->len <= n)
		room *= 2;
	if (w->failed || room == w->room)
		return !w->failed;
	text = realloc(w->text, room);
	w->failed = text == NULL;
	if (w->failed)
		return false;
	w->text = text;
	w->room = room;
	return true;
}

/* At most six characters. */
static size_t
escape(char c, char *out)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *place = strchr(from, c);

	if ((unsigned char)c >= ' ' && (place == NULL || *place == '\0')) {
		*out = c;
		return 1;
	}
	if (place == NULL || *place == '\0')
		return (size_t)sprintf(out, "\\u%04X", (unsigned)c);
	out[0] = '\\';
	out[1] = to[place - from];
	return 2;
}

static void
string_put(struct lc_json_writer *w, const char *text)
{
	size_t len = strlen(text);

	w->failed |= !lc_text_is_utf8(text, len);
	if (!reserve(w, 6 * len + 2))
		return;
	w->text[w->len++] = '"';
	for (size_t i = 0; i < len; i++)
		w->len += escape(text[i], w->text + w->len);
	w->text[w->len++] = '"';
}

static void
name_put(struct lc_json_writer *w, const char *name)
{
	bool first = w->len == 0;

	if (reserve(w, 1))
		w->text[w->len++] = first ? '{' : ',';
	string_put(w, name);
	if (reserve(w, 1))
		w->text[w->len++] = ':';
}

void
lc_json_put_text(struct lc_json_writer *w, const char *name, const char *value)
{
	name_put(w, name);
	string_put(w, value);
}

void
lc_json_put_int(struct lc_json_writer *w, const char *name, int64_t value)
{
	name_put(w, name);
	if (reserve(w, 20))
		w->len += (size_t)sprintf(w->text + w->len, "%" PRId64,
		    value);
}

char *
lc_json_end(struct lc_json_writer *w)
{
	char *text = NULL;

	if (reserve(w, 2)) {
		memcpy(w->text + w->len, w->len == 0 ? "{}" : "}",
		    w->len == 0 ? 3 : 2);
		text = w->text;
	} else {
		free(w->text);
	}
	*w = (struct lc_json_writer){ 0 };
	return text;
}
