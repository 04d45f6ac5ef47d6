/* shape.c - see shape.h. */
#include "portal/site/shape.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "portal/list.h"
#include "portal/site/adapt.h"
#include "portal/site/picture.h"

#define DAY_S 86400

static bool
is_text(const json_t *row, const char *name, const char *text)
{
	const char *is = json_string_value(json_object_get(row, name));

	return is != NULL && strcmp(is, text) == 0;
}

/* A period is seconds of use. */
static json_t *
cell_json(const char *name, json_t *cell)
{
	json_int_t days = json_integer_value(cell) / DAY_S;

	if (strcmp(name, "period") == 0 && days > 0)
		return json_sprintf(
		    "%" JSON_INTEGER_FORMAT " days of use", days);
	return json_incref(cell);
}

/* Has one of the rows a value there? */
static bool
is_used(const json_t *rows, const char *name)
{
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		const json_t *cell = json_object_get(row, name);

		if (!json_is_null(cell) &&
		    !(json_is_array(cell) && json_array_size(cell) == 0))
			return true;
	}
	return false;
}

static json_t *
columns_json(const json_t *rows)
{
	json_t *columns = json_array(), *cell;
	const char *name;

	json_object_foreach(json_array_get(rows, 0), name, cell)
	{
		if (is_used(rows, name))
			(void)json_array_append_new(
			    columns, json_pack("{s:s, s:s}", "name", name,
					 "title", list_title(name)));
	}
	return columns;
}

static json_t *
line_json(json_t *columns, const json_t *row)
{
	json_t *line = json_array(), *column;
	size_t i;

	json_array_foreach(columns, i, column)
	{
		const char *name =
		    json_string_value(json_object_get(column, "name"));
		json_t *cell = json_object_get(row, name);

		if (json_is_number(cell))
			(void)json_object_set_new(
			    column, "is_number", json_true());
		(void)json_array_append_new(line,
		    json_pack("{s:O, s:b, s:o}", "title",
			json_object_get(column, "title"), "is_number",
			json_is_number(cell), "text", cell_json(name, cell)));
	}
	return line;
}

void
report_prepare(json_t *value, const json_t *page)
{
	const json_t *rows = json_object_get(value, "rows");
	json_t *columns = columns_json(rows), *lines = json_array(), *row;
	size_t i;

	(void)page;
	json_array_foreach(rows, i, row)
	{
		(void)json_array_append_new(lines,
		    json_pack("{s:o}", "cells", line_json(columns, row)));
	}
	(void)json_object_set_new(value, "columns", columns);
	(void)json_object_set_new(value, "lines", lines);
}

/* Kinds of entries that have the names of tables. */
static void
what_add(json_t *row)
{
	static const char *const words[][2] = {
		{ "asked", "asked for more time" },
		{ "contract_udi", "contract" },
		{ "device", "device key" },
		{ "device_account", "account" },
		{ "ended", "license ended" },
		{ "rma", "replacement" },
		{ "ticket", "permission ticket" },
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (is_text(row, "what", words[i][0])) {
			(void)json_object_set_new(
			    row, "what", json_string(words[i][1]));
			return;
		}
	}
}

void
history_prepare(json_t *value, const json_t *page)
{
	json_t *row;
	size_t i;

	(void)page;
	json_array_foreach(json_object_get(value, "history"), i, row)
	{
		what_add(row);
	}
}

/* Which PAK a request names, and for how many units. */
static void
install_add(json_t *value, const json_t *page)
{
	const char *text = json_string_value(
	    json_object_get(json_object_get(page, "fields"), "call"));
	json_t *call = text != NULL ? json_loads(text, 0, NULL) : NULL;
	json_t *request = NULL, *units;

	text = json_string_value(json_object_get(call, "request"));
	if (text != NULL)
		request = json_loads(text, 0, NULL);
	units = json_object_get(request, "quantity");
	(void)json_object_set(value, "pak", json_object_get(request, "pak"));
	(void)json_object_set_new(value, "units",
	    json_is_integer(units) ? json_incref(units) : json_integer(1));
	(void)json_object_set_new(value, "is_install", json_true());
	json_decref(request);
	json_decref(call);
}

void
redeemed_prepare(json_t *value, const json_t *page)
{
	const json_t *fields = json_object_get(page, "fields");
	json_int_t each =
	    json_integer_value(json_object_get(fields, "quantity"));
	size_t n = json_array_size(json_object_get(fields, "udis"));

	(void)json_object_set(value, "pak", json_object_get(fields, "pak"));
	(void)json_object_set_new(value, "units",
	    json_integer((each > 0 ? each : 1) * (json_int_t)n));
}

void
trial_prepare(json_t *value, const json_t *page)
{
	(void)page;
	(void)json_object_set_new(value, "is_trial", json_true());
}

void
answer_prepare(json_t *value, const json_t *page)
{
	char *text = json_dumps(value, JSON_INDENT(1));
	bool is_permit = is_text(value, "kind", "permit");
	bool is_rehost = is_text(value, "kind", "rehost");

	if (is_text(value, "kind", "install"))
		install_add(value, page);
	(void)json_object_set_new(value, "is_permit", json_boolean(is_permit));
	(void)json_object_set_new(value, "is_rehost", json_boolean(is_rehost));
	(void)json_object_set_new(
	    value, "is_for_device", json_boolean(!is_permit && !is_rehost));
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
	(void)json_object_set_new(
	    value, name, json_boolean(is_text(value, "state", state)));
}

/* What became of what was asked for. */
static void
asked_add(json_t *value)
{
	static const char *const states[][2] = {
		{ "waiting", "is_waiting" },
		{ "approved", "is_approved" },
		{ "declined", "is_declined" },
		{ "repeated", "is_repeated" },
	};
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(value, "extensions"), i, row)
	{
		for (size_t j = 0; j < NITEMS(states); j++)
			(void)json_object_set_new(row, states[j][1],
			    json_boolean(is_text(row, "state", states[j][0])));
		(void)json_object_set_new(value, "any_asked", json_true());
	}
}

/* Grace periods end where they are. */
static bool
is_leaving(const json_t *license)
{
	return is_text(license, "state", "current") &&
	       !is_text(license, "type", "gracePeriod");
}

/* How its key was learned. */
static void
pinned_add(json_t *value)
{
	static const char *const words[][2] = {
		{ "approved", "approved by the staff" },
		{ "credentials", "from its first credentials" },
		{ "factory", "registered by the factory" },
		{ "first sight", "from its first rehost ticket" },
	};

	for (size_t i = 0; i < NITEMS(words); i++) {
		if (is_text(value, "pinned", words[i][0])) {
			(void)json_object_set_new(
			    value, "pinned", json_string(words[i][1]));
			return;
		}
	}
}

void
device_prepare(json_t *value, const json_t *page)
{
	bool any = json_is_string(json_object_get(value, "next"));
	json_t *row;
	size_t i;

	(void)page;
	json_array_foreach(json_object_get(value, "licenses"), i, row)
	{
		bool is_sent = is_leaving(row);

		any = any || is_sent;
		if (!is_sent && is_text(row, "state", "current"))
			(void)json_object_set_new(row, "state",
			    json_string("with its permission ticket"));
		(void)json_object_set_new(row, "may_ask",
		    json_boolean(
			is_sent &&
			(!json_is_null(json_object_get(row, "ends")) ||
			    !json_is_null(json_object_get(row, "period")))));
	}
	asked_add(value);
	(void)json_object_set_new(value, "any_current", json_boolean(any));
	pinned_add(value);
	state_add(value, "is_known", "known");
	state_add(value, "is_unpinned", "unpinned");
	state_add(value, "is_put_back", "put-back");
	state_add(value, "is_replaced", "replaced");
}

const json_t *
shape_sku(const json_t *skus, const char *code)
{
	json_t *sku;
	size_t i;

	json_array_foreach(skus, i, sku)
	{
		if (code != NULL && is_text(sku, "sku", code))
			return sku;
	}
	return NULL;
}

/* Is it in the list?  All are if there is none. */
static bool
is_among(const json_t *list, const json_t *text)
{
	bool found = list == NULL;
	json_t *other;
	size_t i;

	json_array_foreach(list, i, other)
	{
		found = found || json_equal(other, text);
	}
	return found;
}

void
move_prepare(json_t *value, const json_t *page)
{
	const json_t *skus = json_object_get(value, "skus");
	const json_t *chosen =
	    json_object_get(json_object_get(page, "fields"), "licenses");
	json_t *movable = json_array(), *row;
	size_t i;

	json_array_foreach(json_object_get(value, "licenses"), i, row)
	{
		const json_t *sku = shape_sku(
		    skus, json_string_value(json_object_get(row, "sku")));

		(void)json_object_set_new(row, "is_chosen",
		    json_boolean(is_among(chosen, json_object_get(row, "id"))));
		if (is_leaving(row) &&
		    !json_is_false(json_object_get(sku, "movable")))
			(void)json_array_append(movable, row);
	}
	(void)json_object_set_new(
	    value, "any_move", json_boolean(json_array_size(movable) > 0));
	(void)json_object_set_new(value, "movable", movable);
}

void
replace_prepare(json_t *value, const json_t *page)
{
	json_t *going = json_array(), *row;
	size_t i;

	(void)page;
	json_array_foreach(json_object_get(value, "licenses"), i, row)
	{
		if (is_leaving(row))
			(void)json_array_append(going, row);
	}
	(void)json_object_set_new(
	    value, "any_go", json_boolean(json_array_size(going) > 0));
	(void)json_object_set_new(value, "may_go",
	    json_boolean(json_array_size(going) > 0 ||
			 json_object_get(value, "next") != NULL ||
			 json_is_true(json_object_get(value, "is_again"))));
	(void)json_object_set_new(value, "going", going);
}

static bool
has_feature(const json_t *features, const char *name)
{
	json_t *row;
	size_t i;

	json_array_foreach(features, i, row)
	{
		if (is_text(row, "feature", name))
			return true;
	}
	return false;
}

/* Of a SKU those that are not among them yet. */
static void
features_take(json_t *features, const json_t *items)
{
	json_t *item;
	size_t i;

	json_array_foreach(items, i, item)
	{
		json_t *name = json_object_get(item, "feature");

		if (!has_feature(features, json_string_value(name)))
			(void)json_array_append_new(
			    features, json_pack("{s:O}", "feature", name));
	}
}

static void
features_add(json_t *value)
{
	json_t *features = json_array(), *sku;
	size_t i;

	json_array_foreach(json_object_get(value, "skus"), i, sku)
	{
		features_take(features, json_object_get(sku, "items"));
	}
	(void)json_object_set_new(
	    value, "any_feature", json_boolean(json_array_size(features) > 0));
	(void)json_object_set_new(value, "features", features);
}

void
evaluation_prepare(json_t *value, const json_t *page)
{
	const json_t *fields = json_object_get(page, "fields");
	const json_t *chosen = json_object_get(fields, "feature");
	const char *udi = json_string_value(json_object_get(fields, "udi"));
	json_t *row;
	size_t i;

	(void)json_object_set_new(
	    value, "is_small", json_boolean(udi != NULL && has_small(udi)));
	features_add(value);
	json_array_foreach(json_object_get(value, "features"), i, row)
	{
		(void)json_object_set_new(row, "is_chosen",
		    json_boolean(
			json_equal(chosen, json_object_get(row, "feature"))));
	}
}

void
catalog_prepare(json_t *value, const json_t *page)
{
	(void)page;
	features_add(value);
	(void)json_object_set_new(value, "is_whole",
	    json_boolean(json_object_get(value, "accounts") != NULL));
}

#define CHOICES_MAX 1000

void
accounts_prepare(json_t *value, const json_t *page)
{
	(void)page;
	if (json_array_size(json_object_get(value, "accounts")) > CHOICES_MAX)
		(void)json_object_del(value, "accounts");
}

/* What a filter of kinds may be. */
static void
kinds_add(json_t *value)
{
	json_t *kinds = json_array();
	const char *kind;

	for (size_t i = 0; (kind = list_kind(i)) != NULL; i++)
		(void)json_array_append_new(
		    kinds, json_pack("{s:s}", "word", kind));
	(void)json_object_set_new(value, "kinds", kinds);
}

void
log_prepare(json_t *value, const json_t *page)
{
	const json_t *query = json_object_get(page, "query");

	kinds_add(value);
	state_add(value, "is_running", "running");
	state_add(value, "is_done", "done");
	state_add(value, "is_failed", "failed");
	(void)json_object_set_new(
	    value, "is_oldest", json_boolean(is_text(query, "sort", "oldest")));
	(void)json_object_set_new(value, "may_verify",
	    json_boolean(json_object_get(value, "state") != NULL));
}

/* ---- What waits ------------------------------------------------------ */

/* "with UDI: ..." names what takes the place. */
static void
with_add(json_t *row)
{
	const char *says = json_string_value(json_object_get(row, "says"));
	const char *end = says != NULL ? strstr(says, ": ") : NULL;

	if (end != NULL && strncmp(says, "with ", 5) == 0)
		(void)json_object_set_new(row, "with",
		    json_stringn(says + 5, (size_t)(end - says - 5)));
}

static void
wish_add(json_t *row)
{
	const char *says = json_string_value(json_object_get(row, "says"));
	json_t *wish = says != NULL ? json_loads(says, 0, NULL) : NULL;

	if (json_is_object(wish))
		(void)json_object_set(row, "wish", wish);
	json_decref(wish);
}

static void
number_add(json_t *value, const char *name, const char *list)
{
	const json_t *rows = json_object_get(value, list);

	if (rows != NULL)
		(void)json_object_set_new(value, name,
		    json_integer((json_int_t)json_array_size(rows)));
}

void
approvals_prepare(json_t *value, const json_t *page)
{
	/* And where its form goes. */
	static const char *const whats[][3] = {
		{ "extension", "is_extension", "/approvals/extension" },
		{ "key", "is_key", "/approvals/device" },
		{ "put-back", "is_put_back", "/approvals/device" },
		{ "replacement", "is_replacement", "/replace" },
	};
	json_t *row;
	size_t i;

	(void)page;
	json_array_foreach(json_object_get(value, "approvals"), i, row)
	{
		for (size_t j = 0; j < NITEMS(whats); j++) {
			bool is_it = is_text(row, "what", whats[j][0]);

			(void)json_object_set_new(
			    row, whats[j][1], json_boolean(is_it));
			if (is_it)
				(void)json_object_set_new(
				    row, "goes_to", json_string(whats[j][2]));
		}
		if (is_text(row, "what", "extension"))
			wish_add(row);
		if (is_text(row, "what", "replacement"))
			with_add(row);
	}
	number_add(value, "waiting", "approvals");
}

void
keys_prepare(json_t *value, const json_t *page)
{
	const char *name = json_string_value(
	    json_object_get(json_object_get(page, "person"), "name"));
	char who[128];
	json_t *row;
	size_t i;

	(void)snprintf(who, sizeof who, "person %s", name != NULL ? name : "");
	json_array_foreach(json_object_get(value, "proposals"), i, row)
	{
		(void)json_object_set_new(
		    row, "is_own", json_boolean(is_text(row, "by", who)));
	}
}

void
staff_prepare(json_t *value, const json_t *page)
{
	(void)page;
	number_add(value, "waiting", "approvals");
	number_add(value, "proposed", "proposals");
}

/* ---- Pictures -------------------------------------------------------- */

void
calendar_prepare(json_t *value, const json_t *page)
{
	(void)page;
	picture_calendar(value);
}

void
paks_prepare(json_t *value, const json_t *page)
{
	accounts_prepare(value, page);
	picture_shares(json_object_get(value, "paks"));
	picture_shares(json_object_get(value, "lines"));
}

void
lot_prepare(json_t *value, const json_t *page)
{
	(void)page;
	number_add(value, "made", "licenses");
}
