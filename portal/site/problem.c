/* problem.c - see problem.h. */
#include "portal/site/problem.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "array.h"

#define NAME_SIZE 32 /* room for the name of a field */

/* The members of bodies and queries that forms have, and the fields' labels. */
static const struct {
	const char *name, *label;
} labels[] = {
	{ "account", "Account" },
	{ "catalog", "Catalog file" },
	{ "credentials", "Credentials" },
	{ "days", "Days" },
	{ "expires", "Until" },
	{ "feature", "Feature" },
	{ "file", "License file" },
	{ "from", "Old device" },
	{ "kind", "Kind" },
	{ "license", "License id" },
	{ "licenses", "Licenses" },
	{ "name", "Name" },
	{ "order", "Order number" },
	{ "pak", "PAK" },
	{ "quantity", "Units" },
	{ "reason", "Reason" },
	{ "role", "Role" },
	{ "since", "Since" },
	{ "sku", "SKU" },
	{ "subject", "Subject" },
	{ "ticket", "Rehost ticket" },
	{ "to", "New device" },
	{ "udi", "Device" },
	{ "udis", "Devices" },
	{ "until", "Until" },
	{ "who", "Who" },
};

/* NULL: no form has such a field. */
static const char *
label_of(const char *name)
{
	for (size_t i = 0; i < NITEMS(labels); i++) {
		if (strcmp(labels[i].name, name) == 0)
			return labels[i].label;
	}
	return NULL;
}

static bool
is_empty(const json_t *value)
{
	return value == NULL ||
	       (json_is_string(value) && json_string_length(value) == 0) ||
	       (json_is_array(value) && json_array_size(value) == 0);
}

/* "NAME" must be WHAT; NULL: it says something else. */
static json_t *
must_text(const char *detail, const json_t *fields)
{
	char name[NAME_SIZE];
	const char *label, *rest;

	if (sscanf(detail, "\"%31[a-z_]", name) != 1 ||
	    (label = label_of(name)) == NULL)
		return NULL;
	rest = detail + 1 + strlen(name);
	if (strncmp(rest, "\" must", 6) != 0)
		return NULL;
	if (is_empty(json_object_get(fields, name)))
		return json_sprintf("The field \"%s\" is empty.", label);
	return json_sprintf("\"%s%s", label, rest);
}

/* NAME: WHAT; NULL: it says something else. */
static json_t *
named_text(const char *detail)
{
	char name[NAME_SIZE];
	const char *label;

	if (sscanf(detail, "%31[a-z_]", name) != 1 ||
	    detail[strlen(name)] != ':' || (label = label_of(name)) == NULL)
		return NULL;
	return json_sprintf("%s%s", label, detail + strlen(name));
}

/* Do the rows say it, too? */
static bool
is_in_rows(const json_t *value, const json_t *detail)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(value, "rows"), i, row)
	{
		if (json_equal(json_object_get(row, "detail"), detail))
			return true;
	}
	return false;
}

void
problem_prepare(json_t *value, const json_t *page)
{
	const json_t *detail = json_object_get(value, "detail");
	const char *text = json_string_value(detail);
	json_t *better;

	if (text == NULL)
		return;
	if (is_in_rows(value, detail)) {
		(void)json_object_del(value, "detail");
		return;
	}
	better = must_text(text, json_object_get(page, "fields"));
	if (better == NULL)
		better = named_text(text);
	if (better != NULL)
		(void)json_object_set_new(value, "detail", better);
}
