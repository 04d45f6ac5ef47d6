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
	if (!ctl->yes)
		fprintf(stderr, "\n%s%s\n", text,
		    text[0] != '\0' && text[strlen(text) - 1] == '\n' ? ""
								      : "\n");
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

int
license_install(struct ctl *ctl)
{
	json_t *result;
	bool accepted;
	int status, printed;

	ctl->slow = true;
	if (!ctl->json)
		printf("Installing licenses from \"%s\"\n", ctl->args[0]);
	fflush(stdout);
	if ((status = ask_agreements(ctl, &accepted)) != EXIT_DONE)
		return status;
	status = ask(ctl,
	    json_pack("{s:s, s:s, s:b}", "do", "install", "file", ctl->args[0],
		"accept_eula", accepted),
	    &result);
	if (status != EXIT_DONE)
		return status;
	status = installation_status(result);
	printed = ctl->json ? print_json(json_incref(result))
			    : print_installation(result);
	json_decref(result);
	return printed != EXIT_DONE ? printed : status;
}

/* ---- Which license of a feature? ---- */

/* "1  Permanent, notInUse, store 1, ..." */
static void
print_choice(size_t number, const json_t *license)
{
	fprintf(stderr, "%zu  %s %s, %s, store %lld, index %lld", number,
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
	int status = pick(ctl, INSTALLED, &license);

	ctl->slow = true;
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
		if (ctl->accept_eula || seen(rows, i))
			continue;
		agreement = agreement_of(ctl, row);
		fprintf(stderr, "\t Feature Name:");
		print_text(stderr, text_of(row, "feature"));
		fprintf(stderr, "\n");
		yes = yes && accept(ctl, text_of(agreement, "text"));
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

/* ---- license save, revoke ---- */

static int
save(struct ctl *ctl, json_t *request)
{
	json_t *result = NULL;
	int status;

	ctl->slow = true;
	status = ask(ctl, request, &result);
	if (status == EXIT_DONE && !ctl->json && is(result, "text", "") &&
	    ctl->nargs > 0)
		printf("%s was written\n", ctl->args[ctl->nargs - 1]);
	return finish(ctl, status, result);
}

int
license_save(struct ctl *ctl)
{
	return save(
	    ctl, json_pack("{s:s, s:s}", "do", "save", "output", ctl->args[0]));
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
