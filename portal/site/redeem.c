/* redeem.c - see redeem.h. */
#include "portal/site/redeem.h"

#include <string.h>

#include "portal/api_read.h"
#include "portal/list.h"
#include "portal/op_device.h"
#include "portal/site/adapt.h"
#include "portal/site/shape.h"

#define LOOKED_AT_MAX 100 /* devices: each is a question to the database */

static bool
has_text(const json_t *list, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(json_string_value(json_array_get(list, i)), text) ==
		    0)
			return true;
	}
	return false;
}

/* ---- Letters --------------------------------------------------------- */

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static json_t *
upper_json(const char *udi)
{
	json_t *text = json_string(udi);
	char copy[LC_UDI_MAX + 1];
	size_t n;

	for (n = 0; udi[n] != '\0' && n < LC_UDI_MAX; n++)
		copy[n] = upper(udi[n]);
	copy[n] = '\0';
	if (udi[n] == '\0')
		(void)json_string_set(text, copy);
	return text;
}

/* The devices of the form, in capital letters if somebody chose that. */
static json_t *
devices_asked(const json_t *fields)
{
	const json_t *udis = json_object_get(fields, "udis");
	bool in_capitals = json_is_true(json_object_get(fields, "capitals"));
	json_t *asked = json_array(), *udi;
	size_t i;

	json_array_foreach(udis, i, udi)
	{
		(void)json_array_append_new(
		    asked, in_capitals ? upper_json(json_string_value(udi))
				       : json_incref(udi));
	}
	return asked;
}

/* ---- What a unit gives ----------------------------------------------- */

/* Each line of the PAK: gives, words, is_chosen. */
static void
lines_fill(json_t *pak, const json_t *fields)
{
	const json_t *skus = json_object_get(pak, "skus");
	const json_t *lines = json_object_get(pak, "lines");
	const json_t *chosen = json_object_get(fields, "sku");
	json_t *line;
	size_t i;

	json_array_foreach(lines, i, line)
	{
		const json_t *code = json_object_get(line, "sku");
		const json_t *sku = shape_sku(skus, json_string_value(code));

		(void)json_object_set(
		    line, "gives", json_object_get(sku, "items"));
		(void)json_object_set(
		    line, "words", json_object_get(sku, "description"));
		(void)json_object_set_new(line, "is_chosen",
		    json_boolean(json_array_size(lines) == 1 ||
				 json_equal(code, chosen)));
	}
}

/* ---- What speaks against it ------------------------------------------ */

/* "securityk9, permanent" of what a unit gives, if it does not count. */
static json_t *
names_given(const json_t *pak)
{
	const json_t *lines = json_object_get(pak, "lines");
	json_t *names = json_array(), *line, *item;
	size_t i, j;

	json_array_foreach(lines, i, line)
	{
		json_array_foreach(json_object_get(line, "gives"), j, item)
		{
			if (json_object_get(item, "count") == NULL)
				(void)json_array_append_new(names,
				    json_sprintf("%s, %s",
					json_string_value(
					    json_object_get(item, "feature")),
					json_string_value(
					    json_object_get(item, "type"))));
		}
	}
	return names;
}

/* Of these the device has already, each once; the caller's reference. */
static json_t *
names_both(const json_t *had, const json_t *given)
{
	json_t *both = json_array(), *name;
	size_t i;

	json_array_foreach(had, i, name)
	{
		const char *text = json_string_value(name);

		if (has_text(given, json_array_size(given), text) &&
		    !has_text(both, json_array_size(both), text))
			(void)json_array_append(both, name);
	}
	return both;
}

/* Others learn nothing of what a device has but from this PAK. */
static json_t *
names_told(const struct visit *visit, const char *udi, const struct had *had,
    const json_t *given)
{
	bool is_told =
	    had->of_pak == 0 &&
	    (lc_role_is_staff(visit->token.role) ||
		list_device_is_own(visit->site->portal, &visit->token, udi));

	return is_told ? names_both(had->names, given) : json_array();
}

static void
had_add(const struct visit *visit, const json_t *pak, const json_t *given,
    json_t *device)
{
	const char *udi = json_string_value(json_object_get(device, "udi"));
	const char *code = json_string_value(json_object_get(pak, "pak"));
	struct had had = read_had(visit->site->portal, udi, code);

	(void)json_object_set_new(
	    device, "is_replaced", json_boolean(had.is_replaced));
	(void)json_object_set_new(
	    device, "has", json_integer((json_int_t)had.of_pak));
	(void)json_object_set_new(
	    device, "names", names_told(visit, udi, &had, given));
	json_decref(had.names);
}

static json_t *
device_json(const struct visit *visit, const json_t *pak, const json_t *given,
    const json_t *udis, size_t n)
{
	const char *udi = json_string_value(json_array_get(udis, n));
	bool is_wrong = !is_device_id(udi), is_looked_at = n < LOOKED_AT_MAX;
	json_t *device =
	    json_pack("{s:s, s:b, s:b, s:b}", "udi", udi, "is_wrong", is_wrong,
		"is_twice", is_looked_at && has_text(udis, n, udi), "is_small",
		!is_wrong && has_small(udi));

	if (!is_wrong && is_looked_at)
		had_add(visit, pak, given, device);
	return device;
}

/* ---- The page -------------------------------------------------------- */

/* The most units that one line has left. */
static json_int_t
left_at_most(const json_t *pak)
{
	const json_t *lines = json_object_get(pak, "lines");
	json_int_t most = 0;

	for (size_t i = 0; i < json_array_size(lines); i++) {
		json_int_t left = json_integer_value(
		    json_object_get(json_array_get(lines, i), "left"));

		most = left > most ? left : most;
	}
	return most;
}

static bool
any_is(const json_t *devices, const char *what)
{
	json_t *device;
	size_t i;

	json_array_foreach(devices, i, device)
	{
		if (json_is_true(json_object_get(device, what)))
			return true;
	}
	return false;
}

/* Is there a line of which a device has use of several units? */
static bool
any_adds_up(const json_t *pak)
{
	const json_t *lines = json_object_get(pak, "lines");
	json_t *line, *item;
	size_t i, j;

	json_array_foreach(lines, i, line)
	{
		json_array_foreach(json_object_get(line, "gives"), j, item)
		{
			if (json_is_integer(json_object_get(item, "count")) ||
			    json_integer_value(
				json_object_get(item, "period")) > 0)
				return true;
		}
	}
	return false;
}

void
redeem_look(const struct visit *visit, const json_t *fields, json_t *pak)
{
	const char *stopped =
	    json_string_value(json_object_get(pak, "stopped"));
	json_t *udis = devices_asked(fields), *devices = json_array();
	size_t n = json_array_size(udis);
	bool is_short = left_at_most(pak) < (json_int_t)n;
	json_t *given, *units;

	lines_fill(pak, fields);
	units = json_object_get(fields, "quantity");
	(void)json_object_set_new(
	    pak, "units", units != NULL ? json_incref(units) : json_integer(1));
	/* A number that was refused is there to be corrected. */
	(void)json_object_set_new(pak, "asks_units",
	    json_boolean(any_adds_up(pak) ||
			 (units != NULL && json_integer_value(units) != 1)));
	given = names_given(pak);
	for (size_t i = 0; i < n; i++)
		(void)json_array_append_new(
		    devices, device_json(visit, pak, given, udis, i));
	(void)json_object_set_new(pak, "is_short", json_boolean(is_short));
	(void)json_object_set_new(
	    pak, "any_small", json_boolean(any_is(devices, "is_small")));
	(void)json_object_set_new(pak, "may_go",
	    json_boolean(n > 0 && !is_short && stopped[0] == '\0' &&
			 !any_is(devices, "is_wrong") &&
			 !any_is(devices, "is_replaced")));
	(void)json_object_set_new(pak, "devices", devices);
	json_decref(given);
	json_decref(udis);
}
