/* row.c - the rows of JSON that the daemon sends. */
#include "row.h"

#include <string.h>
#include <time.h>

const char *
text_of(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text != NULL ? text : "";
}

json_int_t
number_of(const json_t *row, const char *key)
{
	return json_integer_value(json_object_get(row, key));
}

bool
is_true(const json_t *row, const char *key)
{
	return json_is_true(json_object_get(row, key));
}

bool
is(const json_t *row, const char *key, const char *value)
{
	return strcmp(text_of(row, key), value) == 0;
}

bool
has_number(const json_t *row, const char *key, json_int_t number)
{
	return number_of(row, key) == number;
}

bool
is_same_device(const json_t *row, const void *other)
{
	return has_number(row, "device", number_of(other, "device"));
}

bool
is_same_store(const json_t *row, const void *other)
{
	return is_same_device(row, other) &&
	       has_number(row, "store", number_of(other, "store"));
}

bool
is_same_feature(const json_t *row, const void *other)
{
	return is_same_device(row, other) &&
	       is(row, "feature", text_of(other, "feature")) &&
	       is(row, "version", text_of(other, "version"));
}

bool
is_named(const json_t *row, const void *feature)
{
	return is(row, "feature", feature);
}

const json_t *
find_row(const json_t *rows, bool (*has)(const json_t *row, const void *arg),
    const void *arg)
{
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		if (has(row, arg))
			return row;
	}
	return NULL;
}

void
keep_rows(json_t *rows, bool (*keep)(const json_t *row, const void *arg),
    const void *arg)
{
	for (size_t i = json_array_size(rows); i-- > 0;)
		if (!keep(json_array_get(rows, i), arg))
			(void)json_array_remove(rows, i);
}

struct wanted {
	const char *key;
	json_int_t number;
};

static bool
has_wanted(const json_t *row, const void *arg)
{
	const struct wanted *wanted = arg;

	return has_number(row, wanted->key, wanted->number);
}

void
keep_number(json_t *rows, const char *key, json_int_t number)
{
	const struct wanted wanted = { key, number };

	if (number != 0)
		keep_rows(rows, has_wanted, &wanted);
}

int64_t
time_of(const char *date)
{
	struct tm tm = { 0 };
	const char *end = strptime(date, "%Y-%m-%dT%H:%M:%SZ", &tm);

	return end != NULL && *end == '\0' ? (int64_t)timegm(&tm) : -1;
}
