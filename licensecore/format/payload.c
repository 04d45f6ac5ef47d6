/* payload.c - see payload.h. */
#include "payload.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "key.h"
#include "plain.h"
#include "type.h"

/* What the elements of an array have to be. */
static const struct lc_member elements[] = {
	[LC_KIND_IDS] = { .kind = LC_KIND_ID, .min = 1, .max = LC_ID_MAX },
	[LC_KIND_UDIS] = { .kind = LC_KIND_UDI, .max = LC_UDI_MAX },
	[LC_KIND_LINES] = { .kind = LC_KIND_TEXT, .max = LC_LINE_MAX },
	[LC_KIND_JWKS] = { .kind = LC_KIND_TEXT, .min = 2, .max = LC_JWK_MAX },
};

/* How an object stands in a record, as text. */
#define OBJECT_FORM (JSON_COMPACT | JSON_SORT_KEYS)

/* A record that is being read. */
struct reader {
	char *record;
	char *next; /* where what it points to goes, */
	char *end;  /* and how far it may */
	const struct lc_member *member;
	struct lc_detail *detail;
};

static enum lc_err malformed(const struct reader *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static enum lc_err
malformed(const struct reader *reader, const char *format, ...)
{
	char what[128];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(what, sizeof what, format, args);
	va_end(args);
	return lc_fail(reader->detail, LC_ELINE, "member \"%s\": %s",
	    reader->member->name, what);
}

/* ---- Reading: values ------------------------------------------------- */

#define ROUND_UP(size) (((size) + 7) / 8 * 8)

/* Bytes that a value takes behind the record, whatever it is. */
static size_t
room_of(const json_t *value)
{
	size_t room = sizeof(char *);

	if (json_is_string(value))
		room += json_string_length(value) + 1;
	if (json_is_object(value))
		room += json_dumpb(value, NULL, 0, OBJECT_FORM) + 1;
	for (size_t i = 0; i < json_array_size(value); i++)
		room += room_of(json_array_get(value, i)) + sizeof(char *);
	return ROUND_UP(room);
}

static void *
take(struct reader *reader, size_t size)
{
	char *taken = reader->next;

	reader->next += ROUND_UP(size);
	return taken;
}

/* A text that keeps these rules goes to *out. */
static enum lc_err
put_text(struct reader *reader, const struct lc_member *rules,
    const char *text, size_t len, const char **out)
{
	char *copy;

	if (rules->kind == LC_KIND_UDI && !lc_text_is_udi(text, len))
		return malformed(reader, "invalid UDI (not PID:SN)");
	if (len < rules->min || len > rules->max)
		return malformed(reader, "%zu bytes instead of %zu to %zu", len,
		    rules->min, rules->max);
	copy = take(reader, len + 1);
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (rules->kind == LC_KIND_ID && !lc_text_is_id(copy))
		return malformed(
		    reader, "not only letters, digits and . _ : -");
	if (!lc_text_is_plain(copy, len))
		return malformed(reader, "control characters");
	*out = copy;
	return LC_OK;
}

static enum lc_err
read_text(struct reader *reader, const struct lc_member *rules,
    const json_t *value, const char **out)
{
	if (!json_is_string(value))
		return malformed(reader, "not a string");
	return put_text(reader, rules, json_string_value(value),
	    json_string_length(value), out);
}

static enum lc_err
put_integer(struct reader *reader, const struct lc_member *rules,
    json_int_t number, json_int_t *out)
{
	*out = number;
	if (*out >= (json_int_t)rules->min && *out <= UINT32_MAX)
		return LC_OK;
	if (!rules->late)
		return malformed(reader, "out of range");
	*out = rules->kind == LC_KIND_DATE ? LC_WRONG_DATE : LC_WRONG_U32;
	return LC_OK;
}

static enum lc_err
read_integer(struct reader *reader, const struct lc_member *rules,
    const json_t *value, json_int_t *out)
{
	if (!json_is_integer(value))
		return malformed(reader, "not an integer");
	return put_integer(reader, rules, json_integer_value(value), out);
}

static int
text_order(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static enum lc_err
check_repeats(const struct reader *reader, const char *const *list, size_t n)
{
	const char **sorted = calloc(n + 1, sizeof *sorted);
	enum lc_err err = LC_OK;

	if (sorted == NULL)
		return LC_ENOMEM;
	memcpy(sorted, list, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, text_order);
	for (size_t i = 1; i < n && err == LC_OK; i++) {
		if (strcmp(sorted[i - 1], sorted[i]) == 0)
			err = malformed(reader, "the same value twice");
	}
	free(sorted);
	return err;
}

static enum lc_err
read_texts(struct reader *reader, const struct lc_member *rules,
    const json_t *array, size_t *n, const char *const **out)
{
	const char **list = take(reader, json_array_size(array) * sizeof *list);
	enum lc_err err = LC_OK;

	*n = json_array_size(array);
	if (!json_is_array(array) || *n < rules->min || *n > rules->max)
		return malformed(reader, "not an array of %zu to %zu",
		    rules->min, rules->max);
	for (size_t i = 0; i < *n && err == LC_OK; i++)
		err = read_text(reader, &elements[rules->kind],
		    json_array_get(array, i), &list[i]);
	*out = list;
	return err == LC_OK ? check_repeats(reader, list, *n) : err;
}

static enum lc_err
read_numbers(struct reader *reader, const struct lc_member *rules,
    const json_t *array, size_t n, const uint32_t **out)
{
	enum lc_err err = LC_OK;
	uint32_t *list;

	if (!json_is_array(array) || json_array_size(array) != n)
		return malformed(reader, "not an array of %zu", n);
	list = take(reader, n * sizeof *list);
	for (size_t i = 0; i < n && err == LC_OK; i++) {
		json_int_t number = 0;

		err = read_integer(
		    reader, rules, json_array_get(array, i), &number);
		list[i] = (uint32_t)number;
	}
	*out = list;
	return err;
}

static enum lc_err
read_addition(struct reader *reader, const char *text, bool *out)
{
	*out = text != NULL && strcmp(text, "additive") == 0;
	if (*out || (text != NULL && strcmp(text, "exclusive") == 0))
		return LC_OK;
	return malformed(reader, "neither \"additive\" nor \"exclusive\"");
}

static enum lc_err
read_object(struct reader *reader, const json_t *value, const char **out)
{
	size_t size = (size_t)(reader->end - reader->next), len;

	if (!json_is_object(value))
		return malformed(reader, "not a JSON object");
	len = json_dumpb(value, reader->next, size, OBJECT_FORM);
	if (len == 0 || len >= size)
		return LC_ENOMEM; /* also when its room was measured */
	reader->next[len] = '\0';
	*out = take(reader, len + 1);
	return LC_OK;
}

static enum lc_err
read_member(struct reader *reader, const json_t *value)
{
	const struct lc_member *member = reader->member;
	void *field = reader->record + member->offset;
	void *more = reader->record + member->more;
	const char *text = json_string_value(value);
	json_int_t integer = 0;
	enum lc_err err;

	switch (member->kind) {
	case LC_KIND_TEXT:
	case LC_KIND_ID:
	case LC_KIND_UDI:
		return read_text(reader, member, value, field);
	case LC_KIND_JWK:
		return read_object(reader, value, field);
	case LC_KIND_TYPE:
		return text != NULL && lc_type_from_name(text, field)
			   ? LC_OK
			   : malformed(reader, "unknown license type");
	case LC_KIND_ADDITION:
		return read_addition(reader, text, field);
	case LC_KIND_DATE:
		if ((err = read_integer(reader, member, value, &integer)) ==
		    LC_OK)
			*(int64_t *)field = integer;
		return err;
	case LC_KIND_COUNT:
	case LC_KIND_NUMBER:
		if (member->kind == LC_KIND_COUNT)
			*(bool *)more = true;
		if ((err = read_integer(reader, member, value, &integer)) ==
		    LC_OK)
			*(uint32_t *)field = (uint32_t)integer;
		return err;
	case LC_KIND_IDS:
	case LC_KIND_UDIS:
	case LC_KIND_LINES:
	case LC_KIND_JWKS:
		return read_texts(reader, member, value, more, field);
	case LC_KIND_NUMBERS:
		return read_numbers(
		    reader, member, value, *(size_t *)more, field);
	}
	return LC_EINVAL;
}

/* ---- Reading: the table ---------------------------------------------- */

static const struct lc_member *
member_find(const struct lc_table *table, lc_forms form, const char *name)
{
	for (size_t i = 0; i < table->n; i++) {
		if ((table->members[i].in & form) != 0 &&
		    strcmp(table->members[i].name, name) == 0)
			return &table->members[i];
	}
	return NULL;
}

/* Are the members known?  *room is what they take behind the record. */
static enum lc_err
check_names(const struct lc_table *table, lc_forms form,
    const json_t *payload, size_t *room, struct lc_detail *detail)
{
	json_t *object = (json_t *)(uintptr_t)payload; /* only read */
	const char *name;
	json_t *value;

	*room = 0;
	json_object_foreach(object, name, value)
	{
		if (member_find(table, form, name) != NULL)
			*room += room_of(value);
		else if (strncmp(name, "x-", 2) != 0)
			return lc_fail(detail, LC_ELINE,
			    "unknown member \"%s\" (needs a newer version?)",
			    strlen(name) <= 32 && lc_text_is_id(name) ? name
								      : "?");
	}
	return LC_OK;
}

static enum lc_err
read_members(struct reader *reader, const struct lc_table *table,
    lc_forms form, const json_t *payload)
{
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < table->n && err == LC_OK; i++) {
		const struct lc_member *member = &table->members[i];
		const json_t *value = json_object_get(payload, member->name);

		reader->member = member;
		if ((member->in & form) == 0)
			continue;
		if (value != NULL)
			err = read_member(reader, value);
		else if ((member->required & form) != 0)
			err = lc_fail(reader->detail, LC_ELINE,
			    "member \"%s\" is missing", member->name);
	}
	return err;
}

enum lc_err
lc_payload_read(const struct lc_table *table, lc_forms form,
    const json_t *payload, const void *absent, void **out,
    struct lc_detail *detail)
{
	struct reader reader = { .detail = detail };
	size_t room;
	enum lc_err err = check_names(table, form, payload, &room, detail);

	if (err != LC_OK)
		return err;
	if ((reader.record = malloc(ROUND_UP(table->size) + room)) == NULL)
		return LC_ENOMEM;
	memcpy(reader.record, absent, table->size);
	reader.next = reader.record + ROUND_UP(table->size);
	reader.end = reader.next + room;
	err = read_members(&reader, table, form, payload);
	if (err == LC_OK)
		*out = reader.record;
	else
		free(reader.record);
	return err;
}

/* ---- Reading: plain ones --------------------------------------------- */

/* More members than any table has. */
#define MEMBERS_MAX 32

static bool
plain_texts(struct reader *reader, const struct lc_plain *value)
{
	const struct lc_member *member = reader->member;
	const char **list = take(reader, value->n * sizeof *list);
	const char *at = value->text, *text;
	size_t len;

	if (value->n < member->min || value->n > member->max)
		return false;
	for (size_t i = 0; i < value->n; i++) {
		lc_plain_element(&at, &text, &len);
		if (put_text(reader, &elements[member->kind], text, len,
			&list[i]) != LC_OK)
			return false;
	}
	*(size_t *)(reader->record + member->more) = value->n;
	*(const char *const **)(reader->record + member->offset) = list;
	return value->n == 1 || check_repeats(reader, list, value->n) == LC_OK;
}

/* Of LC_KIND_TYPE and LC_KIND_ADDITION. */
static bool
plain_word(struct reader *reader, const struct lc_plain *value)
{
	void *field = reader->record + reader->member->offset;
	char word[32];

	if (value->len >= sizeof word)
		return false;
	memcpy(word, value->text, value->len);
	word[value->len] = '\0';
	return reader->member->kind == LC_KIND_TYPE
		   ? lc_type_from_name(word, field)
		   : read_addition(reader, word, field) == LC_OK;
}

static bool
plain_number(struct reader *reader, const struct lc_plain *value)
{
	const struct lc_member *member = reader->member;
	void *field = reader->record + member->offset;
	json_int_t number;

	if (put_integer(reader, member, value->number, &number) != LC_OK)
		return false;
	if (member->kind == LC_KIND_COUNT)
		*(bool *)(reader->record + member->more) = true;
	if (member->kind == LC_KIND_DATE)
		*(int64_t *)field = number;
	else
		*(uint32_t *)field = (uint32_t)number;
	return true;
}

static bool
plain_member(struct reader *reader, const struct lc_plain *value)
{
	void *field = reader->record + reader->member->offset;
	enum lc_plain_kind kind = value->kind;

	switch (reader->member->kind) {
	case LC_KIND_TEXT:
	case LC_KIND_ID:
	case LC_KIND_UDI:
		return kind == LC_PLAIN_TEXT &&
		       put_text(reader, reader->member, value->text,
			   value->len, field) == LC_OK;
	case LC_KIND_TYPE:
	case LC_KIND_ADDITION:
		return kind == LC_PLAIN_TEXT && plain_word(reader, value);
	case LC_KIND_DATE:
	case LC_KIND_COUNT:
	case LC_KIND_NUMBER:
		return kind == LC_PLAIN_NUMBER && plain_number(reader, value);
	case LC_KIND_IDS:
	case LC_KIND_UDIS:
	case LC_KIND_LINES:
	case LC_KIND_JWKS:
		return kind == LC_PLAIN_TEXTS && plain_texts(reader, value);
	case LC_KIND_JWK:
	case LC_KIND_NUMBERS:
		break;
	}
	return false;
}

/* Each member once, all that are required; *room for what they point to. */
static bool
plain_take(const struct lc_table *table, lc_forms form, const char *text,
    size_t len, struct lc_plain *values, size_t *room)
{
	struct lc_plain_reader plain = { .at = text, .end = text + len };
	struct lc_plain value;
	const char *name = NULL;
	size_t name_len = 0, i;

	*room = 0;
	while (lc_plain_next(&plain, &name, &name_len, &value)) {
		if (value.kind == LC_PLAIN_NONE)
			return true;
		for (i = 0; i < table->n; i++) {
			if ((table->members[i].in & form) != 0 &&
			    strncmp(table->members[i].name, name, name_len) ==
				0 &&
			    table->members[i].name[name_len] == '\0')
				break;
		}
		if (i == table->n || values[i].kind != LC_PLAIN_NONE)
			return false;
		values[i] = value;
		*room += ROUND_UP(value.len + 1) + value.n * 16;
	}
	return false;
}

enum lc_err
lc_payload_plain(const struct lc_table *table, lc_forms form,
    const char *text, size_t len, const void *absent, void **out)
{
	struct lc_plain values[MEMBERS_MAX] = { { .kind = LC_PLAIN_NONE } };
	struct reader reader = { .detail = NULL };
	bool good = table->n <= MEMBERS_MAX;
	size_t room;

	if (!good || !plain_take(table, form, text, len, values, &room))
		return LC_ELINE;
	reader.record = malloc(ROUND_UP(table->size) + room);
	if (reader.record == NULL)
		return LC_ENOMEM;
	memcpy(reader.record, absent, table->size);
	reader.next = reader.record + ROUND_UP(table->size);
	for (size_t i = 0; i < table->n && good; i++) {
		reader.member = &table->members[i];
		if (values[i].kind != LC_PLAIN_NONE)
			good = plain_member(&reader, &values[i]);
		else
			good = (reader.member->required & form) == 0;
	}
	if (good)
		*out = reader.record;
	else
		free(reader.record);
	return good ? LC_OK : LC_ELINE;
}

/* ---- Writing --------------------------------------------------------- */

static bool
is_absent(const struct lc_member *member, lc_forms form, const char *record)
{
	const void *field = record + member->offset;
	const void *more = record + member->more;

	if (member->kind == LC_KIND_DATE)
		return *(const int64_t *)field == LC_NO_TIME;
	if ((member->required & form) != 0)
		return false;
	switch (member->kind) {
	case LC_KIND_COUNT:
		return !*(const bool *)more;
	case LC_KIND_NUMBER:
		return *(const uint32_t *)field == 0;
	case LC_KIND_ADDITION:
		return !*(const bool *)field;
	case LC_KIND_IDS:
	case LC_KIND_UDIS:
	case LC_KIND_LINES:
	case LC_KIND_JWKS:
	case LC_KIND_NUMBERS:
		return *(const size_t *)more == 0;
	case LC_KIND_TYPE:
		return false;
	default:
		return *(const char *const *)field == NULL ||
		       **(const char *const *)field == '\0';
	}
}

static json_t *
write_array(const char *const *texts, const uint32_t *numbers, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++) {
		if (json_array_append_new(array,
			texts != NULL ? json_string(texts[i])
				      : json_integer(numbers[i])) != 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

/* NULL if memory is short or a text is not UTF-8. */
static json_t *
write_member(const struct lc_member *member, const char *record)
{
	const void *field = record + member->offset;
	const void *more = record + member->more;

	switch (member->kind) {
	case LC_KIND_TEXT:
	case LC_KIND_ID:
	case LC_KIND_UDI:
		return json_string(*(const char *const *)field);
	case LC_KIND_JWK:
		return json_loads(*(const char *const *)field, 0, NULL);
	case LC_KIND_TYPE:
		return json_string(lc_type_name(*(const enum lc_type *)field));
	case LC_KIND_ADDITION:
		return json_string(
		    *(const bool *)field ? "additive" : "exclusive");
	case LC_KIND_DATE:
		return json_integer(*(const int64_t *)field);
	case LC_KIND_NUMBER:
	case LC_KIND_COUNT:
		return json_integer(*(const uint32_t *)field);
	case LC_KIND_IDS:
	case LC_KIND_UDIS:
	case LC_KIND_LINES:
	case LC_KIND_JWKS:
		return write_array(*(const char *const *const *)field, NULL,
		    *(const size_t *)more);
	case LC_KIND_NUMBERS:
		return write_array(NULL, *(const uint32_t *const *)field,
		    *(const size_t *)more);
	}
	return NULL;
}

enum lc_err
lc_payload_write(const struct lc_table *table, lc_forms form,
    const void *record, json_t **out, struct lc_detail *detail)
{
	json_t *payload = json_object();

	for (size_t i = 0; i < table->n; i++) {
		const struct lc_member *member = &table->members[i];
		json_t *value;

		if ((member->in & form) == 0 || is_absent(member, form, record))
			continue;
		value = write_member(member, record);
		/* Fails for a NULL on either side. */
		if (json_object_set_new(payload, member->name, value) != 0) {
			json_decref(payload);
			return lc_fail(detail, LC_ELINE,
			    "member \"%s\": not valid UTF-8", member->name);
		}
	}
	*out = payload;
	return LC_OK;
}
