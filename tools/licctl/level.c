/*
 * level.c - `license boot level`, and `license right-to-use`, which sets the
 * level of a module as well.
 */
#include <stdio.h>
#include <string.h>

#include "agreement.h"
#include "commands.h"
#include "data.h"
#include "license.h"
#include "out.h"
#include "pick.h"
#include "row.h"

/* ---- Modules ---- */

/* The place of a level among those of its module; -1: not one of them. */
static int
place_of(const json_t *module, const char *level)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(module, "levels"), i, one)
	{
		if (strcmp(json_string_value(one), level) == 0)
			return (int)i;
	}
	return -1;
}

static const char *
level_at(const json_t *module, int place)
{
	return json_string_value(
	    json_array_get(json_object_get(module, "levels"), (size_t)place));
}

static bool
has_level(const json_t *module, const void *level)
{
	return place_of(module, level) >= 0;
}

static bool
has_name(const json_t *module, const void *name)
{
	return is(module, "module", name);
}

/* Modules with this level and this name; NULL stands for any. */
static int
ask_modules(
    struct ctl *ctl, const char *level, const char *name, json_t **modules)
{
	int status = ask_rows(ctl, "modules", NULL, modules);

	if (status == EXIT_DONE && level != NULL)
		keep_rows(*modules, has_level, level);
	if (status == EXIT_DONE && name != NULL)
		keep_rows(*modules, has_name, name);
	return status;
}

/* Is it a single one? */
static int
check_single(const struct ctl *ctl, const json_t *modules)
{
	if (json_array_size(modules) == 1)
		return EXIT_DONE;
	if (json_array_size(modules) > 1)
		return fail("several modules match; name one with \"license "
			    "boot level\"%s",
		    ctl->device == 0 ? ", or a device with --device" : "");
	(void)fail("no such level or module");
	fputs("\"licctl show license level\" lists them.\n", stderr);
	return EXIT_FAILED;
}

/* NULL: the highest licensed level. */
static int
set_level(struct ctl *ctl, const json_t *module, const char *level)
{
	json_t *result = NULL; /* has nothing in it */
	int status = ask(ctl,
	    json_pack("{s:s, s:O, s:O, s:s*}", "do", "boot_level", "module",
		json_object_get(module, "module"), "device",
		json_object_get(module, "device"), "level", level),
	    &result);

	if (status == EXIT_DONE && !ctl->json) {
		print_text(stdout, text_of(module, "module"));
		printf(": ");
		print_text(stdout,
		    level != NULL ? level : "the highest licensed level");
		puts(" from the next start of licagentd");
	}
	json_decref(result);
	return status;
}

/* A result of its own, however many requests there were. */
static int
finish_empty(const struct ctl *ctl, int status)
{
	return finish(ctl, status, status == EXIT_DONE ? json_object() : NULL);
}

/* ---- license boot level ---- */

/* Accepts what the level needs; the base level needs no license. */
static int
prepare_level(struct ctl *ctl, const json_t *module, const char *level)
{
	json_t *rows;
	int status = ask_rows(ctl, "licenses", level, &rows);

	if (status != EXIT_DONE)
		return status;
	keep_number(rows, "device", number_of(module, "device"));
	if (json_array_size(rows) == 0 && place_of(module, level) > 0)
		fputs("The level has no license yet; until it has one, the "
		      "highest licensed level below it runs.\n",
		    stderr);
	status = ask_acceptance(ctl, rows);
	json_decref(rows);
	return status;
}

static int
choose_level(struct ctl *ctl, const char *level, const char *name)
{
	const json_t *module;
	json_t *modules;
	int status = ask_modules(ctl, level, name, &modules);

	if (status != EXIT_DONE)
		return status;
	module = json_array_get(modules, 0);
	status = check_single(ctl, modules);
	if (status == EXIT_DONE && level != NULL)
		status = prepare_level(ctl, module, level);
	if (status == EXIT_DONE)
		status = set_level(ctl, module, level);
	json_decref(modules);
	return finish_empty(ctl, status);
}

int
license_boot_level(struct ctl *ctl)
{
	return choose_level(
	    ctl, ctl->args[0], ctl->nargs > 1 ? ctl->args[1] : NULL);
}

int
license_boot_level_not(struct ctl *ctl)
{
	return choose_level(ctl, NULL, ctl->nargs > 0 ? ctl->args[0] : NULL);
}

/* ---- license boot module M technology-package P ---- */

int
license_boot_module(struct ctl *ctl)
{
	return choose_level(ctl, ctl->args[2], ctl->args[0]);
}

static bool
is_wanted(const json_t *module, const void *level)
{
	return is(module, "wanted", level);
}

/* The level may be named, and must then be the one that was chosen. */
int
license_boot_module_not(struct ctl *ctl)
{
	const char *name = ctl->args[0];
	json_t *modules;
	int status;

	if (ctl->nargs == 2)
		return misuse("technology-package requires a level");
	if (ctl->nargs == 3) {
		status = ask_modules(ctl, ctl->args[2], name, &modules);
		if (status != EXIT_DONE)
			return status;
		keep_rows(modules, is_wanted, ctl->args[2]);
		status = json_array_size(modules) > 0
			     ? EXIT_DONE
			     : fail("%s is not the level chosen for %s",
				   ctl->args[2], name);
		json_decref(modules);
		if (status != EXIT_DONE)
			return status;
	}
	return choose_level(ctl, NULL, name);
}

/* ---- license right-to-use ---- */

static bool
is_right(const json_t *license, const void *arg)
{
	(void)arg;
	return is_right_to_use(license);
}

/* feature NULL: of all features. */
static int
ask_rights(struct ctl *ctl, const char *feature, json_t **rows)
{
	int status = ask_rows(ctl, "licenses", feature, rows);

	if (status != EXIT_DONE)
		return status;
	keep_number(*rows, "store", ctl->store);
	keep_rows(*rows, is_right, NULL);
	if (json_array_size(*rows) != 0)
		return EXIT_DONE;
	json_decref(*rows);
	return feature != NULL
		   ? fail("feature %s has no right-to-use license", feature)
		   : fail("there is no right-to-use license");
}

static bool
has_word(const struct ctl *ctl, const char *word)
{
	for (size_t i = 1; i < ctl->nargs; i++)
		if (strcmp(ctl->args[i], word) == 0)
			return true;
	return false;
}

/* If it is the level of a module, the module is to run at it.  "all" is for
 * the members of a stack. */
static int
activate_level(struct ctl *ctl, const char *level)
{
	const json_t *module;
	json_t *modules;
	size_t i;
	int status = ask_modules(ctl, level, NULL, &modules);

	if (status != EXIT_DONE)
		return status;
	if (json_array_size(modules) > 1 && !has_word(ctl, "all"))
		status = check_single(ctl, modules);
	json_array_foreach(modules, i, module)
	{
		if (status == EXIT_DONE)
			status = set_level(ctl, module, level);
	}
	json_decref(modules);
	return status;
}

/* A feature may have the name "all". */
static int
is_every_feature(struct ctl *ctl, bool *every)
{
	json_t *rows;
	int status;

	*every = strcmp(ctl->args[0], "all") == 0;
	if (!*every)
		return EXIT_DONE;
	status = ask_rows(ctl, "licenses", "all", &rows);
	if (status != EXIT_DONE)
		return status;
	*every = json_array_size(rows) == 0;
	json_decref(rows);
	return EXIT_DONE;
}

int
license_activate(struct ctl *ctl)
{
	const char *feature = ctl->args[0];
	bool every;
	json_t *rows;
	int status = is_every_feature(ctl, &every);

	if (status != EXIT_DONE)
		return status;
	ctl->accept_eula = ctl->accept_eula || has_word(ctl, "acceptEULA");
	status = ask_rights(ctl, every ? NULL : feature, &rows);
	if (status != EXIT_DONE)
		return status;
	status = ask_acceptance(ctl, rows);
	json_decref(rows);
	if (status == EXIT_DONE && !every)
		status = activate_level(ctl, feature);
	return finish_empty(ctl, status);
}

static bool
runs_level(const json_t *module, const void *level)
{
	return is(module, "running", level);
}

static int
withdraw(struct ctl *ctl, const json_t *rows)
{
	json_t *license;
	int status = pick_row(ctl, rows, &license);

	if (status != EXIT_DONE)
		return status;
	return change(
	    ctl, license, json_pack("{s:s}", "do", "withdraw"), "deactivated");
}

/* A module gives its level back only when it starts at the one below. */
int
license_deactivate(struct ctl *ctl)
{
	const char *level = ctl->args[0];
	const json_t *module;
	json_t *rows, *modules = NULL;
	int place, status = ask_rights(ctl, level, &rows);

	if (status != EXIT_DONE)
		return status;
	status = ask_modules(ctl, level, NULL, &modules);
	if (status == EXIT_DONE) {
		keep_rows(modules, runs_level, level);
		module = json_array_get(modules, 0);
		if (module == NULL)
			status = withdraw(ctl, rows);
		else if ((status = check_single(ctl, modules)) == EXIT_DONE) {
			place = place_of(module, level);
			status = set_level(ctl, module,
			    level_at(module, place > 0 ? place - 1 : 0));
		}
	}
	json_decref(modules);
	json_decref(rows);
	return status;
}
