/* op_args.c - see op_args.h. */
#include "op_args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/text.h"
#include "format/line.h"

#define KNOWN_MAX 256 /* bytes of the names that a refusal lists */

/* ---- Dates ----------------------------------------------------------- */

/* So many digits at the text's beginning, which is moved on. */
static bool
digits(const char **text, size_t n, int *out)
{
	*out = 0;
	for (; n > 0; n--, ++*text) {
		if (**text < '0' || **text > '9')
			return false;
		*out = *out * 10 + (**text - '0');
	}
	return true;
}

static bool
sign(const char **text, char c)
{
	if (**text != c)
		return false;
	++*text;
	return true;
}

bool
date_read(const char *text, int64_t *out)
{
	struct tm tm = { 0 }, same;
	int64_t at;

	if (!digits(&text, 4, &tm.tm_year) || !sign(&text, '-') ||
	    !digits(&text, 2, &tm.tm_mon) || !sign(&text, '-') ||
	    !digits(&text, 2, &tm.tm_mday))
		return false;
	if (*text != '\0' &&
	    (!sign(&text, 'T') || !digits(&text, 2, &tm.tm_hour) ||
		!sign(&text, ':') || !digits(&text, 2, &tm.tm_min) ||
		!sign(&text, ':') || !digits(&text, 2, &tm.tm_sec) ||
		!sign(&text, 'Z') || *text != '\0'))
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	same = tm;
	at = (int64_t)timegm(&tm);
	/* timegm makes March 3 of February 31. */
	if (at < 0 || at > LC_DATE_MAX || tm.tm_mon != same.tm_mon ||
	    tm.tm_mday != same.tm_mday || tm.tm_hour != same.tm_hour ||
	    tm.tm_min != same.tm_min || tm.tm_sec != same.tm_sec)
		return false;
	*out = at;
	return true;
}

const char *
date_text(int64_t date, char text[DATE_SIZE])
{
	time_t seconds = (time_t)date;
	struct tm tm;

	text[0] = '\0';
	if (gmtime_r(&seconds, &tm) != NULL)
		(void)strftime(text, DATE_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return text;
}

/* ---- Members --------------------------------------------------------- */

static bool
is_within(const struct arg *arg, size_t n)
{
	return n >= arg->min && (arg->max == 0 || n <= arg->max);
}

static bool
is_text(const struct arg *arg, const json_t *value)
{
	const char *text = json_string_value(value);
	size_t len = json_string_length(value);

	return text != NULL && strlen(text) == len && is_within(arg, len) &&
	       (arg->kind == ARG_FILE ? lc_text_is_rows(text, len)
				      : lc_text_is_plain(text, len));
}

static bool
is_list(const struct arg *arg, const json_t *value)
{
	const struct arg text = { .kind = ARG_TEXT, .min = 1 };

	if (!json_is_array(value) || !is_within(arg, json_array_size(value)))
		return false;
	for (size_t i = 0; i < json_array_size(value); i++) {
		if (arg->kind == ARG_TEXTS &&
		    !is_text(&text, json_array_get(value, i)))
			return false;
	}
	return true;
}

/* Writes the place if the value is what the table says. */
static bool
take(const struct arg *arg, const json_t *value, void *out)
{
	void *at = (char *)out + arg->at;
	json_int_t number = json_integer_value(value);

	switch (arg->kind) {
	case ARG_TEXT:
	case ARG_FILE:
		if (!is_text(arg, value))
			return false;
		*(const char **)at = json_string_value(value);
		return true;
	case ARG_NUMBER:
		if (!json_is_integer(value) || number < 0 ||
		    number > UINT32_MAX || !is_within(arg, (size_t)number))
			return false;
		*(uint32_t *)at = (uint32_t)number;
		return true;
	case ARG_TRUTH:
		if (!json_is_boolean(value))
			return false;
		*(bool *)at = json_is_true(value);
		return true;
	case ARG_DATE:
		return json_is_string(value) &&
		       date_read(json_string_value(value), at);
	case ARG_LIST:
	case ARG_TEXTS:
		if (!is_list(arg, value))
			return false;
		*(const json_t **)at = value;
		return true;
	case ARG_OBJECT:
		if (!json_is_object(value))
			return false;
		*(const json_t **)at = value;
		return true;
	}
	return false;
}

/* ---- Refusals -------------------------------------------------------- */

static const char *
kind_words(enum arg_kind kind)
{
	switch (kind) {
	case ARG_TEXT:
		return "a text without control characters";
	case ARG_FILE:
		return "a text";
	case ARG_NUMBER:
		return "a whole number";
	case ARG_TRUTH:
		return "true or false";
	case ARG_DATE:
		return "a date such as 2027-01-31 or 2027-01-31T12:00:00Z";
	case ARG_LIST:
		return "an array";
	case ARG_TEXTS:
		return "an array of texts without control characters";
	case ARG_OBJECT:
		return "an object";
	}
	return "something else";
}

static const char *
unit_words(enum arg_kind kind)
{
	switch (kind) {
	case ARG_TEXT:
	case ARG_FILE:
		return " bytes";
	case ARG_LIST:
	case ARG_TEXTS:
		return " entries";
	default:
		return "";
	}
}

static enum lc_err
refuse(const struct arg *arg, const char *where, struct lc_detail *detail)
{
	char range[64] = "";

	if (arg->max != 0)
		(void)snprintf(range, sizeof range, " (%u to %u%s)", arg->min,
		    arg->max, unit_words(arg->kind));
	return lc_fail(detail, LC_EINVAL, "%s\"%s\" must be %s%s", where,
	    arg->name, kind_words(arg->kind), range);
}

static enum lc_err
refuse_unknown(const struct arg *args, size_t n, const char *where,
    const char *name, struct lc_detail *detail)
{
	char known[KNOWN_MAX] = "";
	size_t len = 0;

	for (size_t i = 0; i < n && len < sizeof known; i++)
		len += (size_t)snprintf(known + len, sizeof known - len,
		    "%s\"%s\"", i > 0 ? ", " : "", args[i].name);
	if (!lc_text_is_plain(name, strlen(name)))
		name = "?";
	return lc_fail(detail, LC_EINVAL,
	    "%sthere is no member \"%.64s\" here%s%s", where, name,
	    n > 0 ? ", but " : "", known);
}

/* ---- Objects --------------------------------------------------------- */

static const struct arg *
arg_find(const struct arg *args, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(args[i].name, name) == 0)
			return &args[i];
	}
	return NULL;
}

static enum lc_err
read_at(const struct arg *args, size_t n, const char *where,
    const json_t *object, void *out, struct lc_detail *detail)
{
	const struct arg *arg;
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)object, name, value)
	{
		if ((arg = arg_find(args, n, name)) == NULL)
			return refuse_unknown(args, n, where, name, detail);
		if (!json_is_null(value) && !take(arg, value, out))
			return refuse(arg, where, detail);
	}
	for (size_t i = 0; i < n; i++) {
		value = json_object_get(object, args[i].name);
		if (args[i].required && (value == NULL || json_is_null(value)))
			return refuse(&args[i], where, detail);
	}
	return LC_OK;
}

enum lc_err
args_read(const struct arg *args, size_t n, const json_t *object, void *out,
    struct lc_detail *detail)
{
	return read_at(args, n, "", object, out, detail);
}

enum lc_err
args_read_nth(const struct arg *args, size_t n, const char *list,
    const json_t *array, size_t i, void *out, struct lc_detail *detail)
{
	const json_t *object = json_array_get(array, i);
	char where[64];

	(void)snprintf(where, sizeof where, "\"%s\", %zu: ", list, i + 1);
	if (!json_is_object(object))
		return lc_fail(detail, LC_EINVAL, "%snot an object", where);
	return read_at(args, n, where, object, out, detail);
}
