/* shape.c - see shape.h. */
#include "portal/site/shape.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S 86400

/* ---- Bodies ---------------------------------------------------------- */

/*
 * sku1, quantity1, sku2, ... become lines.  Half a line stays one, and the
 * operation says what it lacks.
 */
const char *
pak_adapt(json_t *body)
{
	static const char *const fields[][2] = {
		{ "sku1", "quantity1" },
		{ "sku2", "quantity2" },
		{ "sku3", "quantity3" },
	};
	json_t *lines = json_array();

	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		json_t *sku = json_object_get(body, fields[i][0]);
		json_t *quantity = json_object_get(body, fields[i][1]);

		if (sku != NULL)
			(void)json_array_append_new(
			    lines, json_pack("{s:O, s:O*}", "sku", sku,
				       "quantity", quantity));
		(void)json_object_del(body, fields[i][0]);
		(void)json_object_del(body, fields[i][1]);
	}
	(void)json_object_set_new(body, "lines", lines);
	return NULL;
}

/* Days of use are a period in seconds. */
const char *
extension_adapt(json_t *body)
{
	json_int_t days = json_integer_value(json_object_get(body, "use_days"));

	if (days > 0 && days < INT32_MAX)
		(void)json_object_set_new(
		    body, "period", json_integer(days * DAY_S));
	(void)json_object_del(body, "use_days");
	return NULL;
}

const char *
upload_adapt(json_t *body)
{
	const char *text = json_string_value(json_object_get(body, "call"));
	json_t *call = text != NULL
			   ? json_loads(text, JSON_REJECT_DUPLICATES, NULL)
			   : NULL;

	if (text == NULL)
		return "Choose the file that the device wrote.";
	(void)json_object_clear(body);
	if (!json_is_object(call) || json_object_update(body, call) != 0) {
		json_decref(call);
		return "This is not a request of a device: is it the file "
		       "that \"license call-home\" wrote, and all of it?";
	}
	json_decref(call);
	return NULL;
}

/* ---- Answers --------------------------------------------------------- */

/* "extension_days" is "extension days". */
static json_t *
title_json(const char *name)
{
	char title[64];
	size_t i;

	for (i = 0; name[i] != '\0' && i < sizeof title - 1; i++)
		title[i] = name[i] == '_' ? ' ' : name[i];
	title[i] = '\0';
	return json_string(title);
}

void
report_prepare(json_t *value)
{
	const json_t *rows = json_object_get(value, "rows");
	json_t *columns = json_array(), *lines = json_array();
	const char *name;
	json_t *row, *cell;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		json_t *line = json_array();

		json_object_foreach(row, name, cell)
		{
			if (i == 0)
				(void)json_array_append_new(
				    columns, title_json(name));
			(void)json_array_append(line, cell);
		}
		/* A section over an array of arrays has each as ".". */
		(void)json_array_append_new(
		    lines, json_pack("{s:o}", "cells", line));
	}
	(void)json_object_set_new(value, "columns", columns);
	(void)json_object_set_new(value, "lines", lines);
}

void
answer_prepare(json_t *value)
{
	char *text = json_dumps(value, JSON_INDENT(1));

	if (text != NULL)
		(void)json_object_set_new(value, "answer", json_string(text));
	(void)json_object_set_new(value, "has_licenses",
	    json_boolean(
		json_array_size(json_object_get(value, "licenses")) > 0));
	free(text);
}

static void
state_add(json_t *value, const char *name, const char *state)
{
	const char *is = json_string_value(json_object_get(value, "state"));

	(void)json_object_set_new(
	    value, name, json_boolean(is != NULL && strcmp(is, state) == 0));
}

void
device_prepare(json_t *value)
{
	state_add(value, "is_put_back", "put-back");
	state_add(value, "is_replaced", "replaced");
}

void
log_prepare(json_t *value)
{
	state_add(value, "is_running", "running");
	state_add(value, "is_done", "done");
	state_add(value, "is_failed", "failed");
	(void)json_object_set_new(value, "may_verify",
	    json_boolean(json_object_get(value, "state") != NULL));
}
