/* problem.c - see problem.h. */
#include "portal/site/problem.h"

#include <stdbool.h>
#include <string.h>

#include "array.h"

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
label_of(const char *name, size_t len)
{
	for (size_t i = 0; i < NITEMS(labels); i++) {
		if (strlen(labels[i].name) == len &&
		    strncmp(labels[i].name, name, len) == 0)
			return labels[i].label;
	}
	return NULL;
}

static bool
is_empty(const json_t *fields, const char *name, size_t len)
{
	const json_t *value;

	value = json_object_getn(fields, name, len);
	return value == NULL || json_string_length(value) == 0;
}

/* "NAME" must be WHAT; NULL: it says something else. */
static json_t *
must_text(const char *detail, const json_t *fields)
{
	size_t len = detail[0] == '"' ? strcspn(detail + 1, "\"") : 0;
	const char *label = label_of(detail + 1, len);
	const char *rest = detail + len + 1;

	if (len == 0 || label == NULL || strncmp(rest, "\" must", 6) != 0)
		return NULL;
	if (is_empty(fields, detail + 1, len))
		return json_sprintf("The field \"%s\" is empty.", label);
	return json_sprintf("\"%s%s", label, rest);
}

/* NAME: WHAT; NULL: it says something else. */
static json_t *
named_text(const char *detail)
{
	size_t len = strcspn(detail, ":");
	const char *label = label_of(detail, len);

	return label != NULL ? json_sprintf("%s%s", label, detail + len) : NULL;
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
