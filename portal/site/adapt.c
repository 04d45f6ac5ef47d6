/* adapt.c - see adapt.h. */
#include "portal/site/adapt.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "portal/op_device.h"

#define DAY_S 86400

/* Empty fields are not sent on: neither the text nor the file was there. */
const char *
catalog_adapt(json_t *body)
{
	return json_object_get(body, "catalog") != NULL
		   ? NULL
		   : "Choose a catalog file, or paste its text.";
}

/* sku1, quantity1, sku2, ... become lines. */
const char *
pak_adapt(json_t *body)
{
	static const char *const fields[][2] = {
		{ "sku1", "quantity1" },
		{ "sku2", "quantity2" },
		{ "sku3", "quantity3" },
	};
	json_t *lines = json_array();
	const char *wrong = NULL;

	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		json_t *sku = json_object_get(body, fields[i][0]);
		json_t *quantity = json_object_get(body, fields[i][1]);

		if (sku != NULL)
			(void)json_array_append_new(
			    lines, json_pack("{s:O, s:O*}", "sku", sku,
				       "quantity", quantity));
		(void)json_object_del(body, fields[i][0]);
		(void)json_object_del(body, fields[i][1]);
		if ((sku == NULL) != (quantity == NULL))
			wrong = "Each SKU needs its units, and each number "
				"of units its SKU.";
	}
	if (json_array_size(lines) == 0 && wrong == NULL)
		wrong = "Name a SKU and its units.";
	(void)json_object_set_new(body, "lines", lines);
	return wrong;
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
decline_adapt(json_t *body)
{
	json_t *reason = json_incref(json_object_get(body, "reason"));

	(void)json_object_clear(body);
	if (reason != NULL)
		(void)json_object_set_new(body, "reason", reason);
	return NULL;
}

const char *
approve_adapt(json_t *body)
{
	bool is_key = json_object_get(body, "is_key") != NULL;

	(void)json_object_del(body, "is_key");
	if (is_key && json_object_get(body, "credentials") == NULL)
		return "Add the credentials that the new key signed.";
	return NULL;
}

/* "cme-srst" or "cme-srst 25". */
static json_t *
lot_item(const char *line)
{
	size_t len = strcspn(line, " \t");
	const char *count = line + len + strspn(line + len, " \t");
	char *end = NULL;
	long long n = strtoll(count, &end, 10);

	if (*count == '\0')
		return json_pack("{s:s#}", "feature", line, len);
	return json_pack("{s:s#, s:o}", "feature", line, len, "count",
	    *end == '\0' ? json_integer(n) : json_string(count));
}

/* Lines of features become licenses. */
const char *
lot_adapt(json_t *body)
{
	const json_t *lines = json_object_get(body, "features");
	bool is_for_any = json_is_true(json_object_get(body, "unlocked"));
	bool is_for_some = json_array_size(json_object_get(body, "udis")) > 0;
	json_t *licenses = json_array(), *line;
	size_t i;

	json_array_foreach((json_t *)lines, i, line)
	{
		(void)json_array_append_new(
		    licenses, lot_item(json_string_value(line)));
	}
	(void)json_object_set_new(body, "licenses", licenses);
	(void)json_object_del(body, "features");
	if (json_array_size(licenses) == 0)
		return "Name the features, one a line.";
	if (is_for_any == is_for_some)
		return "Either name the devices, or choose \"For any device\".";
	return NULL;
}

bool
has_small(const char *udi)
{
	while (*udi != '\0' && !(*udi >= 'a' && *udi <= 'z'))
		udi++;
	return *udi != '\0';
}

/* Small letters are mistyped, as a rule: somebody has to say they are not. */
static const char *
small_check(json_t *body, bool any_small)
{
	bool is_sure = json_object_del(body, "small") == 0;

	return any_small && !is_sure
		   ? "A device id has small letters.  Correct it, or confirm "
		     "that the device writes it so."
		   : NULL;
}

/* The PAK is in the path. */
const char *
redeem_adapt(json_t *body)
{
	const json_t *udi;
	bool any_small = false;
	size_t i;

	(void)json_object_del(body, "pak");
	json_array_foreach(json_object_get(body, "udis"), i, udi)
	{
		any_small = any_small || has_small(json_string_value(udi));
	}
	return small_check(body, any_small);
}

const char *
evaluation_adapt(json_t *body)
{
	const char *udi = json_string_value(json_object_get(body, "udi"));

	return small_check(body, udi != NULL && has_small(udi));
}

const char *
contract_adapt(json_t *body)
{
	(void)json_object_del(body, "contract");
	return NULL;
}

const char *
permit_adapt(json_t *body)
{
	(void)json_object_del(body, "from");
	if (json_object_get(body, "credentials") == NULL)
		return "The credentials of the old device are missing.";
	if (json_array_size(json_object_get(body, "licenses")) == 0)
		return "Choose the licenses that are to move.";
	return NULL;
}

/* Of another file no row tells people what is wrong with it. */
const char *
rehost_adapt(json_t *body)
{
	const char *text = json_string_value(json_object_get(body, "ticket"));

	return text == NULL || strstr(text, "BEGIN REHOST TICKET") != NULL
		   ? NULL
		   : "This is no rehost ticket: is it the file that "
		     "\"license revoke\" wrote, and all of it?";
}

/* NULL, or what is wrong with the devices. */
static const char *
two_check(const char *from, const char *to)
{
	if (!is_device_id(from))
		return "The old device is no device id (product ID, colon, "
		       "serial number).";
	if (!is_device_id(to))
		return "The new device is no device id (product ID, colon, "
		       "serial number).";
	return strcmp(from, to) == 0
		   ? "The old and the new device are the same."
		   : NULL;
}

const char *
move_check(json_t *fields)
{
	const char *from = json_string_value(json_object_get(fields, "from"));
	const char *to = json_string_value(json_object_get(fields, "to"));
	const char *text =
	    json_string_value(json_object_get(fields, "credentials"));
	const char *wrong = two_check(from, to);
	struct lc_detail detail;
	char udi[LC_UDI_MAX + 1];

	if (wrong != NULL)
		return wrong;
	if (text == NULL)
		return "The credentials of the old device are missing.";
	if (credentials_udi(text, udi, &detail) != LC_OK)
		return "These are no credentials: is it the file that "
		       "\"license save credential\" wrote, and all of it?";
	return strcmp(udi, from) == 0
		   ? NULL
		   : "These credentials are not the old device's.";
}

const char *
replace_check(json_t *fields)
{
	return two_check(json_string_value(json_object_get(fields, "from")),
	    json_string_value(json_object_get(fields, "to")));
}

const char *
replace_adapt(json_t *body)
{
	bool is_sure = json_object_del(body, "sure") == 0;

	return is_sure ? NULL
		       : "Confirm that the old device is not in use any more.";
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
