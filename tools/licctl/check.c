/* check.c - is a feature licensed; is the state on disk intact? */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "data.h"
#include "license.h"
#include "out.h"
#include "row.h"

/* ---- A feature ---- */

/* Why a check-out would fail: the reason of the highest rank. */
enum rank { NONE, TRIAL, EXPIRED, TO_COME, AGREEMENT, COUNT };

struct reason {
	enum rank rank;
	char text[192];
};

static void __attribute__((format(printf, 3, 4)))
give_reason(struct reason *reason, enum rank rank, const char *format, ...)
{
	va_list args;

	if (rank < reason->rank)
		return;
	reason->rank = rank;
	va_start(args, format);
	vsnprintf(reason->text, sizeof reason->text, format, args);
	va_end(args);
}

/* False: the license cannot serve, and why. */
static bool
is_serving(const json_t *row, struct reason *reason)
{
	long long index = (long long)number_of(row, "license");

	if (is_expired(row))
		give_reason(reason, EXPIRED, "license %lld: expired%s%s", index,
		    is_subscription(row) ? " at " : "",
		    is_subscription(row) ? text_of(row, "end") : "");
	else if (is(row, "status", "inactive") && is_to_come(row))
		give_reason(reason, TO_COME, "license %lld: begins at %s",
		    index, text_of(row, "start"));
	else if (!is_true(row, "eula_accepted"))
		give_reason(reason, is_right_to_use(row) ? TRIAL : AGREEMENT,
		    "license %lld: agreement not accepted; use \"licctl "
		    "license accept end user agreement\"",
		    index);
	else
		return !is(row, "status", "inactive");
	return false;
}

/* False: a check-out would fail. */
static bool
can_check_out(const json_t *rows, uint32_t count, struct reason *reason)
{
	json_int_t left = 0;
	const json_t *row;
	bool counted = false;
	size_t i;

	*reason = (struct reason){ NONE, "no license" };
	json_array_foreach(rows, i, row)
	{
		if (!is_serving(row, reason))
			continue;
		if (!is_true(row, "counted"))
			return true;
		counted = true;
		left += number_of(row, "count_left");
	}
	if (counted)
		give_reason(reason, COUNT, "%u requested, %lld left", count,
		    (long long)left);
	return left >= (json_int_t)count;
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

/* EXIT_DONE: *licensed, or the reason. */
static int
judge(struct ctl *ctl, const json_t *licenses, const json_t *features,
    bool *licensed, struct reason *reason)
{
	const json_t *feature = json_array_get(features, 0);

	*licensed =
	    can_check_out(licenses, ctl->count != 0 ? ctl->count : 1, reason);
	if (feature == NULL && json_array_size(licenses) == 0)
		give_reason(reason, COUNT, "no such feature");
	if (*licensed && is_true(feature, "held_up")) {
		give_reason(reason, COUNT,
		    "what is left is kept for others who wait");
		*licensed = false;
	}
	return *licensed ? EXIT_DONE : ask_exemption(ctl, feature, licensed);
}

static int
check_feature(struct ctl *ctl)
{
	json_t *licenses = NULL, *features = NULL;
	const char *name = ctl->args[0];
	struct reason reason;
	bool licensed = false;
	int status = choose_device(ctl);

	if (status == EXIT_DONE)
		status = ask_rows(ctl, "licenses", name, &licenses);
	if (status == EXIT_DONE)
		status = ask_rows(ctl, "features", name, &features);
	if (status == EXIT_DONE)
		status = judge(ctl, licenses, features, &licensed, &reason);
	if (status == EXIT_DONE && ctl->json)
		status = print_json(
		    json_pack("{s:s, s:b, s:s}", "feature", name, "licensed",
			licensed, "why", licensed ? "" : reason.text));
	if (status == EXIT_DONE && !licensed)
		status =
		    ctl->json ? EXIT_FAILED : fail("%s: %s", name, reason.text);
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
