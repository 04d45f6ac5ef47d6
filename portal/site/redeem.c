/* redeem.c - see redeem.h. */
#include "portal/site/redeem.h"

#include <string.h>

#include "portal/api_read.h"
#include "portal/op_device.h"

#define LOOKED_AT_MAX 100 /* devices: each is a question to the database */

static bool
is_before(const json_t *udis, size_t n)
{
	const char *udi = json_string_value(json_array_get(udis, n));

	for (size_t i = 0; i < n; i++) {
		if (strcmp(json_string_value(json_array_get(udis, i)), udi) ==
		    0)
			return true;
	}
	return false;
}

static json_t *
device_json(
    const struct visit *visit, const char *pak, const json_t *udis, size_t n)
{
	const char *udi = json_string_value(json_array_get(udis, n));
	bool is_wrong = !is_device_id(udi), is_looked_at = n < LOOKED_AT_MAX;
	struct had had = { .licenses = 0 };

	if (!is_wrong && is_looked_at)
		had = read_had(visit->site->portal, udi, pak);
	return json_pack("{s:s, s:b, s:b, s:b, s:I}", "udi", udi, "is_wrong",
	    is_wrong, "is_twice", is_looked_at && is_before(udis, n),
	    "is_replaced", had.is_replaced, "has", (json_int_t)had.licenses);
}

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

void
redeem_look(const struct visit *visit, json_t *pak)
{
	const char *code = json_string_value(json_object_get(pak, "pak"));
	const char *stopped =
	    json_string_value(json_object_get(pak, "stopped"));
	char why[128];
	json_t *fields = web_form_json(visit->form, why, sizeof why);
	const json_t *udis = json_object_get(fields, "udis");
	json_t *devices = json_array();
	size_t n = json_array_size(udis);
	bool is_short = left_at_most(pak) < (json_int_t)n;
	bool may_go = n > 0 && !is_short && stopped[0] == '\0';

	for (size_t i = 0; i < n; i++) {
		json_t *device = device_json(visit, code, udis, i);

		if (json_is_true(json_object_get(device, "is_wrong")))
			may_go = false;
		(void)json_array_append_new(devices, device);
	}
	(void)json_object_set_new(pak, "devices", devices);
	(void)json_object_set_new(pak, "is_short", json_boolean(is_short));
	(void)json_object_set_new(pak, "may_go", json_boolean(may_go));
	json_decref(fields);
}
