/*
 * version.c - which software runs, at which levels: `show version` and `show
 * license right-to-use`, in the form of IOS.
 */
#include <stdio.h>

#include "commands.h"
#include "data.h"
#include "license.h"
#include "out.h"
#include "row.h"
#include "table.h"

/* ---- show version ---- */

struct running {
	json_t *counters, *modules, *licenses;
};

static int
ask_running(struct ctl *ctl, struct running *r)
{
	int status;

	if ((status = ask(ctl, json_pack("{s:s}", "do", "statistics"),
		 &r->counters)) != EXIT_DONE ||
	    (status = ask_rows(ctl, "modules", NULL, &r->modules)) !=
		EXIT_DONE ||
	    (status = ask_rows(ctl, "licenses", NULL, &r->licenses)) !=
		EXIT_DONE)
		return status;
	return EXIT_DONE;
}

static void
drop_running(struct running *r)
{
	json_decref(r->counters);
	json_decref(r->modules);
	json_decref(r->licenses);
}

/* Is it the license of the level that a module runs at? */
static bool
serves_level(const json_t *license, const void *module)
{
	return is_same_device(license, module) && is_in_use(license) &&
	       is(license, "feature", text_of(module, "running"));
}

/* Modules of other members of a stack are named with their device. */
static const char *
module_text(const json_t *module, char buffer[CELL_SIZE])
{
	if (number_of(module, "device") < 2)
		return text_of(module, "module");
	snprintf(buffer, CELL_SIZE, "%lld/%s",
	    (long long)number_of(module, "device"), text_of(module, "module"));
	return buffer;
}

#define PACKAGES_LINE \
	"-----------------------------------------------------------------"

static void
print_packages(const struct running *r)
{
	const json_t *module, *license;
	char buffer[CELL_SIZE];
	size_t i;

	if (json_array_size(r->modules) == 0)
		return;
	printf("\nTechnology Package License Information:\n\n%s\n"
	       "%-14s%-29s%s\n%14s%-14s%-15s%s\n%s\n",
	    PACKAGES_LINE, "Technology", "Technology-package",
	    "Technology-package", "", "Current", "Type", "Next reboot",
	    PACKAGES_LINE);
	json_array_foreach(r->modules, i, module)
	{
		license = find_row(r->licenses, serves_level, module);
		print_words(stdout, "%-13s %-13s %-14s %s",
		    module_text(module, buffer), text_of(module, "running"),
		    license != NULL ? type_text(license) : "None",
		    text_of(module, "next"));
		putchar('\n');
	}
}

static bool
is_held(const json_t *license, const void *arg)
{
	(void)arg;
	return is_in_use(license);
}

static bool
is_first(const json_t *license, const void *licenses)
{
	return find_row(licenses, is_same_feature, license) == license;
}

static const char *
license_type(const json_t *license, char buffer[CELL_SIZE])
{
	(void)buffer;
	return type_text(license);
}

/* Each once, with the first of its licenses. */
static void
print_held(json_t *licenses)
{
	static const struct column columns[] = {
		{ "Feature in use", 26, "feature", NULL },
		{ "Version", 12, "version", NULL },
		{ "License Type", 0, NULL, license_type },
	};

	if (json_array_size(licenses) == 0)
		return;
	keep_rows(licenses, is_first, licenses);
	putchar('\n');
	table_print(columns, NITEMS(columns), TABLE_PLAIN, licenses);
}

int
show_version(struct ctl *ctl)
{
	struct running r = { NULL, NULL, NULL };
	int status = ask_running(ctl, &r);

	if (status != EXIT_DONE)
		goto out;
	keep_rows(r.licenses, is_held, NULL);
	if (ctl->json) {
		status = print_json(json_pack("{s:O, s:s, s:O, s:O}",
		    "licagentd", json_object_get(r.counters, "program"),
		    "licctl", PACKAGE_VERSION, "modules", r.modules, "licenses",
		    r.licenses));
		goto out;
	}
	print_words(
	    stdout, "licagentd, Version %s", text_of(r.counters, "program"));
	puts("\nlicctl, Version " PACKAGE_VERSION);
	print_packages(&r);
	print_held(r.licenses);
out:
	drop_running(&r);
	return status;
}

/* ---- show license right-to-use ---- */

static bool
is_right(const json_t *license, const void *arg)
{
	(void)arg;
	return is_right_to_use(license);
}

static const char *
right_text(const json_t *license, char buffer[CELL_SIZE])
{
	(void)buffer;
	return is_trial(license) ? "evaluation" : "permanent";
}

static const char *
count_text(const json_t *license, char buffer[CELL_SIZE])
{
	if (!is_true(license, "counted"))
		return "N/A";
	snprintf(
	    buffer, CELL_SIZE, "%lld", (long long)number_of(license, "count"));
	return buffer;
}

static const char *
period_left(const json_t *license, char buffer[CELL_SIZE])
{
	return left_text(license, buffer);
}

static void
print_rights(const json_t *licenses, const json_t *modules)
{
	static const struct column columns[] = {
		{ "Slot#", 8, "device", NULL },
		{ "License name", 26, "feature", NULL },
		{ "Type", 13, NULL, right_text },
		{ "Count", 9, NULL, count_text },
		{ "Period left", 0, NULL, period_left },
	};
	char buffer[CELL_SIZE];
	const json_t *module;
	size_t i;

	table_print(columns, NITEMS(columns), TABLE_IOS_LINE, licenses);
	json_array_foreach(modules, i, module)
	{
		putchar('\n');
		print_words(stdout, "License Level In Use of %s: %s",
		    module_text(module, buffer), text_of(module, "running"));
		putchar('\n');
		print_words(stdout, "License Level on Reboot: %s",
		    text_of(module, "next"));
		putchar('\n');
	}
}

int
show_right_to_use(struct ctl *ctl)
{
	json_t *licenses, *modules = NULL;
	int status = ask_rows(ctl, "licenses", NULL, &licenses);

	if (status != EXIT_DONE)
		return status;
	keep_rows(licenses, is_right, NULL);
	if (ctl->json)
		return print_json(licenses);
	status = ask_rows(ctl, "modules", NULL, &modules);
	if (status == EXIT_DONE)
		print_rights(licenses, modules);
	json_decref(modules);
	json_decref(licenses);
	return status;
}
