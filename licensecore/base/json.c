/* json.c - see json.h. */
#include "json.h"

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
