/* files.c - see files.h. */
#include "portal/site/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/shown.h"
#include "portal/part.h"
#include "web/answer.h"
#include "web/http.h"

#define SMALL_MAX 65536 /* bytes, of a file that a page shows */

static const char *
text_of(const json_t *value, const char *name)
{
	return json_string_value(json_object_get(value, name));
}

/* ---- Names ----------------------------------------------------------- */

/* The only device of the licenses; NULL: there are several. */
static const char *
only_device(const json_t *value)
{
	const json_t *licenses = json_object_get(value, "licenses");
	const char *udi = text_of(json_array_get(licenses, 0), "udi");

	for (size_t i = 1; udi != NULL && i < json_array_size(licenses); i++) {
		const char *other = text_of(json_array_get(licenses, i), "udi");

		if (other == NULL || strcmp(other, udi) != 0)
			udi = NULL;
	}
	return udi;
}

static void
name_make(const json_t *value, bool is_answer, char name[LC_SHOWN_NAME])
{
	if (is_answer)
		lc_shown_name(text_of(value, "udi"), "-answer.json", name);
	else if (text_of(value, "file") != NULL)
		lc_shown_name(only_device(value), ".lic", name);
	else
		lc_shown_name(text_of(value, "udi"), "-permission.lic", name);
}

/* ---- What there is --------------------------------------------------- */

bool
files_has(const json_t *value, bool is_answer)
{
	return is_answer || text_of(value, "file") != NULL ||
	       text_of(value, "ticket") != NULL;
}

static json_t *
device_new(const char *udi)
{
	char name[LC_SHOWN_NAME];

	lc_shown_name(udi, ".lic", name);
	return json_pack(
	    "{s:s, s:s, s:[]}", "udi", udi, "save", name, "licenses");
}

/* The devices in the order of their first licenses. */
static json_t *
devices_of(const json_t *licenses)
{
	json_t *devices = json_array(), *known = json_object(), *license;
	size_t i;

	json_array_foreach(licenses, i, license)
	{
		const char *udi = text_of(license, "udi");
		json_t *device = json_object_get(known, udi);

		if (device == NULL) {
			device = device_new(udi);
			(void)json_array_append_new(devices, device);
			(void)json_object_set(known, udi, device);
		}
		(void)json_array_append(
		    json_object_get(device, "licenses"), license);
	}
	json_decref(known);
	return devices;
}

void
files_list(json_t *value, bool is_answer)
{
	const char *file = text_of(value, "file");
	char name[LC_SHOWN_NAME];
	json_t *devices;

	if (!files_has(value, is_answer))
		return;
	name_make(value, is_answer, name);
	(void)json_object_set_new(value, "save", json_string(name));
	(void)json_object_set_new(value, "is_small",
	    json_boolean(file == NULL || strlen(file) <= SMALL_MAX));
	if (file == NULL || is_answer)
		return;
	devices = devices_of(json_object_get(value, "licenses"));
	(void)json_object_set_new(
	    value, "several", json_boolean(json_array_size(devices) > 1));
	(void)json_object_set_new(value, "devices", devices);
}

/* ---- Sending --------------------------------------------------------- */

static char *
whole_make(const json_t *value, bool is_answer)
{
	const char *file = text_of(value, "file");

	if (is_answer)
		return json_dumps(value, JSON_INDENT(1));
	return strdup(file != NULL ? file : text_of(value, "ticket"));
}

bool
files_send(struct web_request *request, const json_t *value, bool is_answer,
    const char *which)
{
	const char *file = text_of(value, "file");
	char name[LC_SHOWN_NAME], header[LC_SHOWN_NAME + 32];
	char *text = NULL;

	if (strcmp(which, FILES_ALL) == 0) {
		name_make(value, is_answer, name);
		text = whole_make(value, is_answer);
	} else if (file != NULL && !is_answer) {
		lc_shown_name(which, ".lic", name);
		text = part_make(file, which);
	}
	if (text == NULL)
		return false;
	(void)snprintf(
	    header, sizeof header, "attachment; filename=\"%s\"", name);
	(void)web_header_add(request, "Content-Disposition", header);
	web_answer(request, 200,
	    is_answer ? "application/json" : "text/plain; charset=utf-8", text,
	    strlen(text));
	return true;
}
