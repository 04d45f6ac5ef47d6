/* licctl_change.c - commands that change something. */
#include "licctl.h"

#include <stdlib.h>
#include <string.h>

/* ---- Agreements ---- */

/*
 * IOS shows the text and asks.  Without a terminal nobody can have read it, so
 * only an option accepts.
 */
static bool
accept(const struct ctl *ctl, const char *text)
{
	if (ctl->accept_eula)
		return true;
	if (!ctl->yes) {
		fputc('\n', stderr);
		print_prose(stderr, text);
		if (text[0] != '\0' && text[strlen(text) - 1] != '\n')
			fputc('\n', stderr);
		fputc('\n', stderr);
	}
	return confirm(ctl, "ACCEPT?");
}

static int
not_accepted(void)
{
	(void)fail("the agreement is not accepted");
	if (!has_terminal())
		fputs("Read it, and say --accept-eula.\n", stderr);
	return EXIT_FAILED;
}

/* ---- license install ---- */

/* Are there agreements, and are they accepted? */
static int
ask_agreements(struct ctl *ctl, bool *accepted)
{
	json_t *result;
	int status;

	*accepted = ctl->accept_eula;
	if (ctl->accept_eula)
		return EXIT_DONE;
	status = ask(ctl,
	    json_pack("{s:s, s:s}", "do", "agreements", "file", ctl->args[0]),
	    &result);
	if (status != EXIT_DONE)
		return status;
	if (!is(result, "text", ""))
		*accepted = accept(ctl, text_of(result, "text"));
	if (!is(result, "text", "") && !*accepted)
		(void)not_accepted();
	json_decref(result);
	return EXIT_DONE;
}

static void
print_license(const json_t *license)
{
	printf("Installing...Feature:");
	print_text(stdout, text_of(license, "feature"));
	if (is(license, "state", "successful"))
		puts("...Successful:Supported");
	else if (is(license, "code", "exists"))
		puts("...Skipped:Duplicate");
	else if (is(license, "state", "notStarted"))
		puts("...Skipped:Not tried");
	else {
		printf("...Failed:");
		print_text(stdout, text_of(license, "text"));
		putchar('\n');
	}
}

static int
print_installation(const json_t *result)
{
	const json_t *list = json_object_get(result, "licenses"), *license;
	json_int_t good = number_of(result, "successful");
	json_int_t existing = number_of(result, "existing");
	json_int_t bad =
	    number_of(result, "failed") + number_of(result, "not_tried");
	json_int_t all = good + existing + bad;
	size_t i;

	json_array_foreach(list, i, license)
	{
		print_license(license);
	}
	if ((json_int_t)json_array_size(list) < all)
		printf("...and %lld more\n",
		    (long long)(all - (json_int_t)json_array_size(list)));
	printf("%lld/%lld licenses were successfully installed\n"
	       "%lld/%lld licenses were existing licenses\n"
	       "%lld/%lld licenses were failed to install\n",
	    (long long)good, (long long)all, (long long)existing,
	    (long long)all, (long long)bad, (long long)all);
	return EXIT_DONE;
}

/* What is installed already is no failure: it is as it should be. */
static int
installation_status(const json_t *result)
{
	if (number_of(result, "failed") + number_of(result, "not_tried") == 0)
		return EXIT_DONE;
	return number_of(result, "successful") > 0 ? EXIT_PARTLY : EXIT_FAILED;
}

static void
print_source(const struct ctl *ctl)
{
	printf("Installing licenses from \"");
	print_text(stdout, shown_file(ctl, 0));
	puts("\"");
}

/* Only if a store was asked for: there is a default. */
static json_t *
in_store(const struct ctl *ctl, json_t *request)
{
	if (request != NULL && ctl->store != 0)
		(void)json_object_set_new(
		    request, "store", json_integer(ctl->store));
	return request;
}

int
license_install(struct ctl *ctl)
{
	json_t *result;
	bool accepted;
	int status, printed;

	ctl->slow = true;
	if (!ctl->json)
		print_source(ctl);
	fflush(stdout);
	if ((status = ask_agreements(ctl, &accepted)) != EXIT_DONE)
		return status;
	status = ask(ctl,
	    in_store(ctl, json_pack("{s:s, s:s, s:b, s:b}", "do", "install",
			      "file", ctl->args[0], "accept_eula", accepted,
			      "stop_on_failure", ctl->stop_on_failure)),
	    &result);
	if (status != EXIT_DONE)
		return status;
	status = installation_status(result);
	printed = ctl->json ? print_json(json_incref(result))
			    : print_installation(result);
	if (status != EXIT_DONE)
		advise(text_of(result, "code"));
	json_decref(result);
	return printed != EXIT_DONE ? printed : status;
}

/* ---- Which license of a feature? ---- */

/* "1  Permanent, notInUse, store 1, ..." */
static void
print_choice(size_t number, const json_t *license)
{
	print_words(stderr, "%zu  %s %s, %s, store %lld, index %lld", number,
	    text_of(license, "version"), text_of(license, "type"),
	    text_of(license, "status"), (long long)number_of(license, "store"),
	    (long long)number_of(license, "license"));
	if (json_is_integer(json_object_get(license, "count")))
		fprintf(stderr, ", count %lld",
		    (long long)number_of(license, "count"));
	if (!is(license, "comment", "")) {
		fprintf(stderr, ", ");
		print_text(stderr, text_of(license, "comment"));
	}
	fputc('\n', stderr);
}

/* From the terminal; 0: none. */
static size_t
read_choice(size_t n)
{
	char answer[16], *end;
	unsigned long choice;

	fprintf(stderr, "Select the license by its number [1-%zu]: ", n);
	if (fgets(answer, sizeof answer, stdin) == NULL)
		return 0;
	choice = strtoul(answer, &end, 10);
	return end != answer && *end == '\n' && choice <= n ? choice : 0;
}

static int
choose_one(const struct ctl *ctl, json_t *rows, json_t **license)
{
	size_t n = json_array_size(rows), i, choice = ctl->index;
	json_t *row;

	if (n == 0)
		return fail("feature %s has no such license", ctl->args[0]);
	if (n > 1 && choice == 0) {
		json_array_foreach(rows, i, row)
		{
			print_choice(i + 1, row);
		}
		if (!has_terminal())
			return fail("feature %s has %zu licenses; choose one "
				    "with --index",
			    ctl->args[0], n);
		if ((choice = read_choice(n)) == 0)
			return fail("nothing was chosen");
	}
	if (choice > n)
		return fail(
		    "feature %s has %zu such licenses", ctl->args[0], n);
	*license =
	    json_incref(json_array_get(rows, choice != 0 ? choice - 1 : 0));
	return EXIT_DONE;
}

/* The built-in stores of all devices, to keep their licenses out. */
static bool
is_built_in(const json_t *stores, const json_t *license)
{
	const json_t *row;
	size_t i;

	json_array_foreach(stores, i, row)
	{
		if (number_of(row, "device") == number_of(license, "device") &&
		    number_of(row, "store") == number_of(license, "store"))
			return is(row, "kind", "built-in");
	}
	return false;
}

enum among { INSTALLED, INSTALLED_IF_ANY, ALL };

/* Takes out what came with the device, unless there is nothing else. */
static void
keep_installed(json_t *rows, const json_t *stores, enum among among)
{
	size_t installed = 0, i;
	json_t *row;

	json_array_foreach(rows, i, row)
	{
		installed += !is_built_in(stores, row);
	}
	if (among == INSTALLED_IF_ANY && installed == 0)
		return;
	for (i = json_array_size(rows); i-- > 0;)
		if (is_built_in(stores, json_array_get(rows, i)))
			(void)json_array_remove(rows, i);
}

static void
keep_store(const struct ctl *ctl, json_t *rows)
{
	for (size_t i = json_array_size(rows); ctl->store != 0 && i-- > 0;)
		if (number_of(json_array_get(rows, i), "store") != ctl->store)
			(void)json_array_remove(rows, i);
}

static int
pick(struct ctl *ctl, enum among among, json_t **license)
{
	json_t *rows, *stores = NULL;
	int status = ask_rows(ctl, "licenses", ctl->args[0], &rows);

	if (status != EXIT_DONE)
		return status;
	if (among != ALL &&
	    (status = ask_rows(ctl, "stores", NULL, &stores)) == EXIT_DONE)
		keep_installed(rows, stores, among);
	if (status == EXIT_DONE)
		keep_store(ctl, rows);
	if (status == EXIT_DONE)
		status = choose_one(ctl, rows, license);
	json_decref(rows);
	json_decref(stores);
	return status;
}

/* The place of the license stands in the request. */
static int
ask_of(struct ctl *ctl, const json_t *license, json_t *request, json_t **result)
{
	static const char *const keys[] = { "device", "store", "license" };

	for (size_t i = 0; request != NULL && i < 3; i++)
		(void)json_object_set(
		    request, keys[i], json_object_get(license, keys[i]));
	return ask(ctl, request, result);
}

/* A request whose answer says no more than that it is done. */
static int
finish(const struct ctl *ctl, int status, json_t *result)
{
	if (status != EXIT_DONE)
		return status;
	if (ctl->json)
		return print_json(result);
	json_decref(result);
	return EXIT_DONE;
}

static int
change(struct ctl *ctl, json_t *license, json_t *request)
{
	json_t *result = NULL;
	int status = ask_of(ctl, license, request, &result);

	json_decref(license);
	return finish(ctl, status, result);
}

/* ---- license clear, comment, modify priority ---- */

int
license_clear(struct ctl *ctl)
{
	json_t *license;
	int status;

	ctl->slow = true;
	status = pick(ctl, INSTALLED, &license);
	if (status != EXIT_DONE)
		return status;
	if (!ctl->yes) {
		fprintf(stderr, "Feature: ");
		print_text(stderr, text_of(license, "feature"));
		fputc('\n', stderr);
		print_choice(1, license);
	}
	if (!confirm(ctl, "Are you sure you want to clear?")) {
		json_decref(license);
		return fail("nothing was cleared%s",
		    has_terminal() ? "" : "; without a terminal, say --yes");
	}
	return change(ctl, license, json_pack("{s:s}", "do", "clear"));
}

/* The words behind the feature, with blanks between; caller frees. */
static char *
join(char **words, size_t n)
{
	size_t len = 1;
	char *text;

	for (size_t i = 0; i < n; i++)
		len += strlen(words[i]) + 1;
	if ((text = calloc(1, len)) == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		strcat(text, i != 0 ? " " : "");
		strcat(text, words[i]);
	}
	return text;
}

static int
set_comment(struct ctl *ctl, const char *text)
{
	json_t *license;
	int status = pick(ctl, INSTALLED_IF_ANY, &license);

	if (status != EXIT_DONE)
		return status;
	return change(ctl, license,
	    json_pack("{s:s, s:s}", "do", "comment", "comment", text));
}

int
license_comment_add(struct ctl *ctl)
{
	char *text = join(ctl->args + 1, ctl->nargs - 1);
	int status =
	    text != NULL ? set_comment(ctl, text) : fail("out of memory");

	free(text);
	return status;
}

int
license_comment_delete(struct ctl *ctl)
{
	return set_comment(ctl, "");
}

int
license_priority(struct ctl *ctl)
{
	json_t *license;
	int status = pick(ctl, ALL, &license);

	if (status != EXIT_DONE)
		return status;
	return change(ctl, license,
	    json_pack(
		"{s:s, s:s}", "do", "priority", "priority", ctl->args[1]));
}

/* ---- license accept end user agreement ---- */

/* Its text, or what to call it; the caller releases. */
static json_t *
agreement_of(struct ctl *ctl, const json_t *license)
{
	json_t *result = NULL;

	if (ask(ctl,
		json_pack("{s:s, s:s}", "do", "agreement", "eula",
		    text_of(license, "eula")),
		&result) == EXIT_DONE)
		return result;
	return json_pack("{s:s}", "text", "(its text did not come with it)\n");
}

static int
accept_one(struct ctl *ctl, json_t *license)
{
	json_t *result = NULL;
	int status =
	    ask_of(ctl, license, json_pack("{s:s}", "do", "accept"), &result);

	json_decref(result);
	return status;
}

/* The same text is shown once. */
static bool
seen(const json_t *rows, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (is(json_array_get(rows, i), "eula",
			text_of(json_array_get(rows, at), "eula")))
			return true;
	return false;
}

static bool
accept_rows(struct ctl *ctl, const json_t *rows)
{
	json_t *row, *agreement;
	size_t i;
	bool yes = true;

	json_array_foreach(rows, i, row)
	{
		if (!yes)
			break;
		if (ctl->accept_eula || seen(rows, i))
			continue;
		agreement = agreement_of(ctl, row);
		fprintf(stderr, "\t Feature Name:");
		print_text(stderr, text_of(row, "feature"));
		fprintf(stderr, "\n");
		yes = accept(ctl, text_of(agreement, "text"));
		json_decref(agreement);
	}
	return yes;
}

static void
keep_pending(json_t *rows)
{
	for (size_t i = json_array_size(rows); i-- > 0;)
		if (is_true(json_array_get(rows, i), "eula_accepted"))
			(void)json_array_remove(rows, i);
}

static int
accept_feature(struct ctl *ctl, const json_t *rows)
{
	json_t *row;
	size_t i;
	int status = EXIT_DONE;

	json_array_foreach(rows, i, row)
	{
		if (status == EXIT_DONE)
			status = accept_one(ctl, row);
	}
	return status;
}

/* Those of the rows that wait, one after the other. */
static int
ask_acceptance(struct ctl *ctl, json_t *rows)
{
	keep_pending(rows);
	if (!accept_rows(ctl, rows))
		return not_accepted();
	return accept_feature(ctl, rows);
}

static int
set_standing(struct ctl *ctl, bool on)
{
	json_t *result = NULL;
	int status = ask(ctl,
	    json_pack("{s:s, s:b}", "do", "accept_all", "on", on), &result);

	return finish(ctl, status, result);
}

int
license_accept(struct ctl *ctl)
{
	json_t *rows;
	int status = ask_rows(
	    ctl, "licenses", ctl->nargs > 0 ? ctl->args[0] : NULL, &rows);

	if (status != EXIT_DONE)
		return status;
	if (ctl->nargs > 0 && json_array_size(rows) == 0)
		status = fail("feature %s has no license", ctl->args[0]);
	keep_pending(rows);
	if (status == EXIT_DONE && !accept_rows(ctl, rows))
		status = not_accepted();
	if (status == EXIT_DONE)
		status = ctl->nargs > 0 ? accept_feature(ctl, rows)
					: set_standing(ctl, true);
	json_decref(rows);
	return status;
}

int
license_accept_not(struct ctl *ctl)
{
	return set_standing(ctl, false);
}

/* ---- clock reset ---- */

int
clock_reset(struct ctl *ctl)
{
	json_t *result = NULL;
	int status = ask(ctl, json_pack("{s:s}", "do", "clock_reset"), &result);

	if (status == EXIT_DONE && !ctl->json)
		puts("Licenses go by the clock again.");
	return finish(ctl, status, result);
}

/* ---- license right-to-use, boot level ---- */

/* The module that has the level, or has the name; -1: that was complained of.
 */
static int
find_module(const struct ctl *ctl, const json_t *modules, const char *level,
    const char *name, bool quiet)
{
	int found = -1;
	json_t *row, *one;
	size_t i, j;

	json_array_foreach(modules, i, row)
	{
		bool has = level == NULL;

		json_array_foreach(json_object_get(row, "levels"), j, one)
		{
			has = has || strcmp(json_string_value(one), level) == 0;
		}
		if (!has || (name != NULL && !is(row, "module", name)))
			continue;
		if (found >= 0) {
			(void)fail("several modules have it; name one%s",
			    ctl->device == 0 ? ", or a device with --device"
					     : "");
			return -1;
		}
		found = (int)i;
	}
	if (found < 0 && !quiet) {
		(void)fail("there is no such level or module");
		fputs("\"licctl show license level\" lists them.\n", stderr);
	}
	return found;
}

static json_t *
level_request(const json_t *module, const char *level)
{
	return json_pack("{s:s, s:O, s:O, s:s*}", "do", "boot_level", "module",
	    json_object_get(module, "module"), "device",
	    json_object_get(module, "device"), "level", level);
}

static int
set_level(struct ctl *ctl, const json_t *module, const char *level)
{
	json_t *result = NULL;
	int status = ask(ctl, level_request(module, level), &result);

	if (status == EXIT_DONE && !ctl->json) {
		print_text(stdout, text_of(module, "module"));
		printf(": ");
		print_text(stdout,
		    level != NULL ? level : "the highest licensed level");
		puts(" from the next start of licagentd on");
	}
	return finish(ctl, status, result);
}

/* The licenses that could serve the feature, of the module's device. */
static int
rows_of(struct ctl *ctl, const char *feature, json_int_t device, json_t **rows)
{
	int status = ask_rows(ctl, "licenses", feature, rows);

	for (size_t i = status == EXIT_DONE ? json_array_size(*rows) : 0;
	     device != 0 && i-- > 0;)
		if (number_of(json_array_get(*rows, i), "device") != device)
			(void)json_array_remove(*rows, i);
	return status;
}

/* The base level needs no license; others are told if they have none. */
static int
prepare_level(struct ctl *ctl, const json_t *module, const char *level)
{
	json_t *rows;
	int status = rows_of(ctl, level, number_of(module, "device"), &rows);
	const char *base = json_string_value(
	    json_array_get(json_object_get(module, "levels"), 0));

	if (status != EXIT_DONE)
		return status;
	if (json_array_size(rows) == 0 && strcmp(base, level) != 0)
		fputs("It has no license yet; until it has one, the highest "
		      "licensed level below it runs.\n",
		    stderr);
	status = ask_acceptance(ctl, rows);
	json_decref(rows);
	return status;
}

int
license_boot_level(struct ctl *ctl)
{
	const json_t *module;
	json_t *modules;
	int at, status = ask_rows(ctl, "modules", NULL, &modules);

	if (status != EXIT_DONE)
		return status;
	at = find_module(ctl, modules, ctl->args[0],
	    ctl->nargs > 1 ? ctl->args[1] : NULL, false);
	module = json_array_get(modules, (size_t)at);
	status =
	    at < 0 ? EXIT_FAILED : prepare_level(ctl, module, ctl->args[0]);
	if (status == EXIT_DONE)
		status = set_level(ctl, module, ctl->args[0]);
	json_decref(modules);
	return status;
}

int
license_boot_level_not(struct ctl *ctl)
{
	json_t *modules;
	int at, status = ask_rows(ctl, "modules", NULL, &modules);

	if (status != EXIT_DONE)
		return status;
	at = find_module(
	    ctl, modules, NULL, ctl->nargs > 0 ? ctl->args[0] : NULL, false);
	status =
	    at < 0 ? EXIT_FAILED
		   : set_level(ctl, json_array_get(modules, (size_t)at), NULL);
	json_decref(modules);
	return status;
}

static int
rights_of(struct ctl *ctl, json_t **rows)
{
	int status = ask_rows(ctl, "licenses", ctl->args[0], rows);

	if (status != EXIT_DONE)
		return status;
	keep_store(ctl, *rows);
	for (size_t i = json_array_size(*rows); i-- > 0;)
		if (!is_right_to_use(json_array_get(*rows, i)))
			(void)json_array_remove(*rows, i);
	if (json_array_size(*rows) != 0)
		return EXIT_DONE;
	json_decref(*rows);
	return fail("feature %s has no right-to-use license", ctl->args[0]);
}

/* Done, and there is no module that has to be told. */
static int
done(const struct ctl *ctl)
{
	return finish(ctl, EXIT_DONE, json_object());
}

int
license_activate(struct ctl *ctl)
{
	json_t *rows, *modules = NULL;
	int at, status = rights_of(ctl, &rows);

	if (status != EXIT_DONE)
		return status;
	status = ask_acceptance(ctl, rows);
	json_decref(rows);
	if (status != EXIT_DONE ||
	    (status = ask_rows(ctl, "modules", NULL, &modules)) != EXIT_DONE)
		return status;
	at = find_module(ctl, modules, ctl->args[0], NULL, true);
	status = at < 0 ? done(ctl)
			: set_level(ctl, json_array_get(modules, (size_t)at),
			      ctl->args[0]);
	json_decref(modules);
	return status;
}

/* The level below, which the module can go on at. */
static const char *
below(const json_t *module, const char *level)
{
	const json_t *levels = json_object_get(module, "levels");
	size_t i = 0;

	while (i < json_array_size(levels) &&
	       strcmp(json_string_value(json_array_get(levels, i)), level) != 0)
		i++;
	return json_string_value(json_array_get(levels, i > 0 ? i - 1 : 0));
}

static int
withdraw(struct ctl *ctl, json_t *rows)
{
	json_t *license, *result = NULL;
	int status = choose_one(ctl, rows, &license);

	if (status != EXIT_DONE)
		return status;
	status =
	    ask_of(ctl, license, json_pack("{s:s}", "do", "withdraw"), &result);
	json_decref(license);
	return finish(ctl, status, result);
}

/* What a module runs at it gives back only when it starts again. */
int
license_deactivate(struct ctl *ctl)
{
	const json_t *module;
	json_t *rows, *modules = NULL;
	int at, status = rights_of(ctl, &rows);

	if (status != EXIT_DONE)
		return status;
	if ((status = ask_rows(ctl, "modules", NULL, &modules)) == EXIT_DONE) {
		at = find_module(ctl, modules, ctl->args[0], NULL, true);
		module = json_array_get(modules, (size_t)at);
		status =
		    at >= 0 && is(module, "running", ctl->args[0])
			? set_level(ctl, module, below(module, ctl->args[0]))
			: withdraw(ctl, rows);
	}
	json_decref(modules);
	json_decref(rows);
	return status;
}

/* ---- license save, revoke ---- */

static int
save(struct ctl *ctl, json_t *request)
{
	json_t *result = NULL;
	int status;

	ctl->slow = true;
	status = ask(ctl, request, &result);
	if (status == EXIT_DONE && !ctl->json && is(result, "text", "") &&
	    ctl->nargs > 0) {
		print_text(stdout, shown_file(ctl, ctl->nargs - 1));
		puts(" was written");
	}
	return finish(ctl, status, result);
}

int
license_save(struct ctl *ctl)
{
	return save(
	    ctl, json_pack("{s:s, s:s}", "do", "save", "output", ctl->args[0]));
}

int
license_save_agreements(struct ctl *ctl)
{
	return save(ctl, json_pack("{s:s, s:s, s:s}", "do", "agreements",
			     "file", ctl->args[0], "output", ctl->args[1]));
}

int
license_save_credential(struct ctl *ctl)
{
	json_t *result = NULL;
	int status;

	if (ctl->nargs > 0)
		return save(
		    ctl, json_pack("{s:s, s:s}", "do", "save_credentials",
			     "output", ctl->args[0]));
	status =
	    ask(ctl, json_pack("{s:s}", "do", "save_credentials"), &result);
	if (status == EXIT_DONE && !ctl->json)
		fputs(text_of(result, "text"), stdout);
	return finish(ctl, status, result);
}

int
license_revoke(struct ctl *ctl)
{
	bool yes = confirm(
	    ctl, "The ticket's licenses are given up for good.  Are you sure?");

	if (!yes)
		return fail("nothing was revoked%s",
		    has_terminal() ? "" : "; without a terminal, say --yes");
	return save(ctl, json_pack("{s:s, s:s, s:s, s:b}", "do", "revoke",
			     "file", ctl->args[0], "output", ctl->args[1],
			     "accept_eula", ctl->accept_eula));
}

/* "license revoke last OUT", or, for a ticket that is at hand, "IN OUT". */
int
license_revoke_last(struct ctl *ctl)
{
	if (ctl->nargs == 2)
		return save(
		    ctl, json_pack("{s:s, s:s, s:s}", "do", "revoke_last",
			     "file", ctl->args[0], "output", ctl->args[1]));
	return save(ctl, json_pack("{s:s, s:s}", "do", "revoke_last", "output",
			     ctl->args[0]));
}
