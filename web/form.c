/* form.c - see form.h. */
#include "form.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "decode.h"

#define BLANKS " \t\r\n"

struct field {
	char *name;
	char *value; /* followed by a NUL */
	size_t len;
};

struct web_form {
	struct field *fields;
	size_t n;
	bool too_many;
};

/* ---- Reading --------------------------------------------------------- */

struct web_form *
web_form_new(void)
{
	return calloc(1, sizeof(struct web_form));
}

void
web_form_free(struct web_form *form)
{
	if (form == NULL)
		return;
	for (size_t i = 0; i < form->n; i++) {
		free(form->fields[i].name);
		free(form->fields[i].value);
	}
	free(form->fields);
	free(form);
}

bool
web_form_add(
    struct web_form *form, const char *name, const char *value, size_t len)
{
	struct field *more =
	    realloc(form->fields, (form->n + 1) * sizeof *more);
	struct field *field;

	if (more == NULL)
		return false;
	form->fields = more;
	field = &more[form->n];
	field->name = strdup(name);
	field->value = malloc(len + 1);
	field->len = len;
	if (field->name == NULL || field->value == NULL) {
		free(field->name);
		free(field->value);
		return false;
	}
	memcpy(field->value, value, len);
	field->value[len] = '\0';
	form->n++;
	return true;
}

/* A further piece of the last field. */
static bool
field_extend(struct web_form *form, const char *piece, size_t len)
{
	struct field *field;
	char *longer;

	if (form->n == 0)
		return false;
	field = &form->fields[form->n - 1];
	if ((longer = realloc(field->value, field->len + len + 1)) == NULL)
		return false;
	memcpy(longer + field->len, piece, len);
	field->value = longer;
	field->len += len;
	longer[field->len] = '\0';
	return true;
}

static bool
field_take(void *arg, const char *name, const char *file, uint64_t at,
    const char *piece, size_t len)
{
	struct web_form *form = arg;

	(void)file;
	if (name == NULL)
		return false;
	if (at > 0)
		return field_extend(form, piece, len);
	if (form->n == WEB_FIELDS_MAX) {
		form->too_many = true;
		return false;
	}
	return web_form_add(form, name, piece, len);
}

static bool
are_texts(const struct web_form *form)
{
	for (size_t i = 0; i < form->n; i++) {
		const struct field *field = &form->fields[i];

		if (strlen(field->value) != field->len ||
		    !web_is_utf8(field->value) || !web_is_utf8(field->name))
			return false;
	}
	return true;
}

struct web_form *
web_form_read(struct web_request *request)
{
	struct web_form *form = web_form_new();

	if (form == NULL) {
		web_problem(request, 503, "unavailable", "no memory");
		return NULL;
	}
	if (!web_fields(request, field_take, form))
		web_problem(request, 400, "form", "%s",
		    form->too_many ? "the form has too many fields"
				   : "this is not a form, or it was cut off");
	else if (!are_texts(form))
		web_problem(request, 400, "form",
		    "A file or field of the form is no text: is it the "
		    "right file?");
	else
		return form;
	web_form_free(form);
	return NULL;
}

const char *
web_form_text(const struct web_form *form, const char *name)
{
	for (size_t i = 0; i < form->n; i++) {
		if (strcmp(form->fields[i].name, name) == 0 &&
		    form->fields[i].len > 0)
			return form->fields[i].value;
	}
	return "";
}

/* ---- As JSON --------------------------------------------------------- */

/* Browsers end a row with CR LF; NULL: no memory. */
static json_t *
rows_of(const char *text, size_t len)
{
	char *rows = malloc(len + 1);
	json_t *value;
	size_t n = 0;

	if (rows == NULL)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		if (text[i] != '\r' || i + 1 == len || text[i + 1] != '\n')
			rows[n++] = text[i];
	}
	value = json_stringn(rows, n);
	free(rows);
	return value;
}

json_t *
web_form_fields(const struct web_form *form)
{
	json_t *list = json_array();

	for (size_t i = 0; i < form->n; i++) {
		const struct field *field = &form->fields[i];

		if (field->len > 0)
			(void)json_array_append_new(list,
			    json_pack("{s:s, s:o}", "name", field->name,
				"value", rows_of(field->value, field->len)));
	}
	return list;
}

/* A part of a text without the blanks around it; NULL: no memory. */
static json_t *
text_of(const char *text, size_t len)
{
	while (len > 0 && strchr(BLANKS, text[0]) != NULL) {
		text++;
		len--;
	}
	while (len > 0 && strchr(BLANKS, text[len - 1]) != NULL)
		len--;
	return rows_of(text, len);
}

static json_t *
words_of(const char *text, const char *between)
{
	json_t *list = json_array();

	while (list != NULL && *(text += strspn(text, between)) != '\0') {
		size_t len = strcspn(text, between);
		json_t *word = text_of(text, len);

		if (word != NULL && json_string_length(word) == 0) {
			json_decref(word);
		} else if (json_array_append_new(list, word) != 0) {
			json_decref(list);
			return NULL;
		}
		text += len;
	}
	return list;
}

static json_t *
number_of(const char *name, const char *text, char *why, size_t size)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (end != text)
		end += strspn(end, BLANKS);
	if (end == text || *end != '\0' || errno != 0) {
		(void)snprintf(why, size, "%.*s: \"%.40s\" is not a number",
		    (int)strcspn(name, ":"), name, text);
		return NULL;
	}
	return json_integer(number);
}

static int
each_add(json_t *object, const char *name, const char *value)
{
	json_t *list = json_object_get(object, name);

	if (list == NULL) {
		list = json_array();
		if (json_object_set_new(object, name, list) != 0)
			return -1;
	}
	return json_array_append_new(list, json_string(value));
}

/* A field that is not empty. */
static int
member_add(json_t *object, const struct field *field, char *why, size_t size)
{
	const char *kind = strchr(field->name, ':');
	size_t len = strcspn(field->name, ":");
	char name[64];
	json_t *value;

	if (len >= sizeof name)
		return 0; /* no form of ours */
	(void)snprintf(name, sizeof name, "%.*s", (int)len, field->name);
	if (kind == NULL)
		value = text_of(field->value, field->len);
	else if (strcmp(kind, ":number") == 0)
		value = number_of(name, field->value, why, size);
	else if (strcmp(kind, ":list") == 0)
		value = words_of(field->value, BLANKS ",");
	else if (strcmp(kind, ":lines") == 0)
		value = words_of(field->value, "\r\n");
	else if (strcmp(kind, ":bool") == 0)
		value = json_true();
	else if (strcmp(kind, ":each") == 0)
		return each_add(object, name, field->value);
	else
		return 0;
	if (json_is_string(value) && json_string_length(value) == 0) {
		json_decref(value);
		return 0;
	}
	return json_object_set_new(object, name, value);
}

json_t *
web_form_json(const struct web_form *form, char *why, size_t size)
{
	json_t *object = json_object();

	if (size > 0)
		why[0] = '\0';
	for (size_t i = 0; object != NULL && i < form->n; i++) {
		const struct field *field = &form->fields[i];

		if (field->name[0] != '_' && field->len > 0 &&
		    member_add(object, field, why, size) != 0) {
			json_decref(object);
			object = NULL;
		}
	}
	return object;
}
