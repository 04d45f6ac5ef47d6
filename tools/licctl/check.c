/* check.c - is a feature licensed; is the state on disk intact? */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "data.h"
#include "out.h"
#include "row.h"

/* ---- A feature ---- */

/* NULL: a check-out would succeed; else why not, the nearest reason. */
static const char *
why_not(const json_t *rows, uint32_t count, char *text, size_t size)
{
	const char *why = "no license";
	json_int_t left = 0;
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		if (is(row, "status", "expiredInUse") ||
		    is(row, "status", "expiredNotInUse"))
			why = "license expired";
	}
	json_array_foreach(rows, i, row)
	{
		if (is(row, "status", "inactive") ||
		    is(row, "status", "expiredInUse") ||
		    is(row, "status", "expiredNotInUse"))
			continue;
		if (!is_true(row, "eula_accepted")) {
			why = "agreement not accepted; use \"licctl license "
			      "accept end user agreement\"";
			continue;
		}
		if (!is_true(row, "counted"))
			return NULL;
		left += number_of(row, "count_left");
		snprintf(text, size, "%u requested, %lld left", count,
		    (long long)left);
		why = text;
	}
	return left >= (json_int_t)count ? NULL : why;
}

static bool
is_master(const json_t *device, const void *arg)
{
	(void)arg;
	return is_true(device, "master");
}

/* Without --device, features are checked out of the master. */
static int
choose_device(struct ctl *ctl)
{
	json_t *devices;
	int status;

	if (ctl->device != 0)
		return EXIT_DONE;
	status = ask_rows(ctl, "devices", NULL, &devices);
	if (status != EXIT_DONE)
		return status;
	ctl->device =
	    (uint32_t)number_of(find_row(devices, is_master, NULL), "device");
	json_decref(devices);
	return EXIT_DONE;
}

/* Does the module run at the level, or at one above it? */
static bool
includes(const json_t *module, const char *level)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(module, "levels"), i, one)
	{
		if (strcmp(json_string_value(one), level) == 0)
			return true;
		if (is(module, "running", json_string_value(one)))
			return false;
	}
	return false;
}

/* May a feature without a license run?  It may be a level that runs. */
static int
ask_exemption(struct ctl *ctl, const json_t *feature, bool *exempt)
{
	json_t *modules, *module;
	size_t i;
	int status;

	*exempt = is_true(feature, "mandatory") || is_true(feature, "advise");
	if (*exempt || feature == NULL)
		return EXIT_DONE;
	status = ask_rows(ctl, "modules", NULL, &modules);
	if (status != EXIT_DONE)
		return status;
	json_array_foreach(modules, i, module)
	{
		if (is_same_device(module, feature) &&
		    includes(module, ctl->args[0]))
			*exempt = true;
	}
	json_decref(modules);
	return EXIT_DONE;
}

/* EXIT_DONE: why not, or NULL if it is licensed. */
static int
judge(struct ctl *ctl, const json_t *licenses, const json_t *features,
    const char **why, char *text, size_t size)
{
	const json_t *feature = json_array_get(features, 0);
	bool exempt = false;
	int status = EXIT_DONE;

	*why = why_not(licenses, ctl->count != 0 ? ctl->count : 1, text, size);
	if (feature == NULL && json_array_size(licenses) == 0)
		*why = "no such feature";
	if (*why != NULL)
		status = ask_exemption(ctl, feature, &exempt);
	if (exempt)
		*why = NULL;
	return status;
}

static int
check_feature(struct ctl *ctl)
{
	json_t *licenses = NULL, *features = NULL;
	const char *name = ctl->args[0], *why;
	char text[64];
	int status = choose_device(ctl);

	if (status == EXIT_DONE)
		status = ask_rows(ctl, "licenses", name, &licenses);
	if (status == EXIT_DONE)
		status = ask_rows(ctl, "features", name, &features);
	if (status == EXIT_DONE)
		status =
		    judge(ctl, licenses, features, &why, text, sizeof text);
	if (status == EXIT_DONE && ctl->json)
		status = print_json(
		    json_pack("{s:s, s:b, s:s}", "feature", name, "licensed",
			why == NULL, "why", why != NULL ? why : ""));
	if (status == EXIT_DONE && why != NULL)
		status = ctl->json ? EXIT_FAILED : fail("%s: %s", name, why);
	json_decref(licenses);
	json_decref(features);
	return status;
}

/* ---- The state on disk ---- */

static int
check_state(struct ctl *ctl)
{
	json_t *result, *finding;
	size_t i;
	bool good;
	int status;

	ctl->slow = true;
	status = ask(ctl, json_pack("{s:s}", "do", "check"), &result);
	if (status != EXIT_DONE)
		return status;
	good = is_true(result, "good");
	if (!ctl->json) {
		json_array_foreach(
		    json_object_get(result, "findings"), i, finding)
		{
			print_text(stdout, json_string_value(finding));
			putchar('\n');
		}
		puts(good ? "no errors found" : "errors found");
	}
	status = finish(ctl, EXIT_DONE, result);
	return status != EXIT_DONE ? status : good ? EXIT_DONE : EXIT_FAILED;
}

int
check(struct ctl *ctl)
{
	return ctl->nargs > 0 ? check_feature(ctl) : check_state(ctl);
}
