/* home.c - `license call-home`: licenses from the licensing portal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "data.h"
#include "home.h"
#include "install.h"
#include "out.h"
#include "prompt.h"
#include "row.h"

/* ---- Requests ---- */

static void
set_text(json_t *request, const char *key, const char *text)
{
	if (text != NULL)
		(void)json_object_set_new(request, key, json_string(text));
}

/* One that ends in an installation. */
static json_t *
install_request(const struct ctl *ctl, const char *what)
{
	json_t *request = json_pack("{s:s}", "do", what);

	if (ctl->offline != NULL)
		return request;
	(void)json_object_update_new(
	    request, json_pack("{s:b, s:b, s:b}", "accept_eula",
			 ctl->accept_eula, "stop_on_failure",
			 ctl->stop_on_failure, "review", !ctl->accept_eula));
	if (ctl->store != 0) /* else the device's default */
		(void)json_object_set_new(
		    request, "store", json_integer(ctl->store));
	return request;
}

/* A file that exists is overwritten only if the user says so. */
static int
ask_to_write(struct ctl *ctl, json_t *request, json_t **result)
{
	int status;

	ctl->slow = true;
	(void)json_object_set_new(request, "overwrite", json_boolean(ctl->yes));
	status = ask_unless(ctl, "file-exists", json_incref(request), result);
	if (status == EXIT_DONE && *result == NULL) {
		(void)json_object_set_new(request, "overwrite", json_true());
		status = confirm(ctl, "The file exists.  Overwrite it?")
			     ? ask(ctl, json_incref(request), result)
			     : fail("the file exists%s",
				   has_terminal() ? ""
						  : "; without a terminal, use "
						    "--yes to overwrite it");
	}
	json_decref(request);
	return status;
}

static int
finish_file(const struct ctl *ctl, json_t *result)
{
	if (!ctl->json) {
		print_text(stdout, text_of(result, "file"));
		puts(": written");
	}
	return finish(ctl, EXIT_DONE, result);
}

static void
print_notice(const json_t *result)
{
	if (!is(result, "notice", ""))
		(void)fail("the portal says: %s", text_of(result, "notice"));
}

/* What came is a file's name, or an installation. */
static int
finish_answer(struct ctl *ctl, int status, bool review, json_t *result)
{
	if (status != EXIT_DONE)
		return status;
	print_notice(result);
	if (!is(result, "file", ""))
		return finish_file(ctl, result);
	return finish_installation(ctl, review, result);
}

static int
refuse_dry_run(const struct ctl *ctl)
{
	return ctl->dry_run ? misuse("license call-home has no --dry-run; what "
				     "the portal has given is spent")
			    : EXIT_DONE;
}

/* ---- install pak ---- */

static bool
has_units(const json_t *line, const void *arg)
{
	(void)arg;
	return number_of(line, "left") > 0;
}

/* Of a PAK with several SKUs, the user chooses one.  The name is in *pak. */
static int
choose_sku(struct ctl *ctl, json_t **pak)
{
	json_t *lines, *line;
	size_t i, chosen;
	int status = ask(ctl,
	    json_pack("{s:s, s:s}", "do", "call_home_pak", "pak", ctl->args[0]),
	    pak);

	if (status != EXIT_DONE)
		return status;
	lines = json_object_get(*pak, "skus");
	keep_rows(lines, has_units, NULL);
	if (json_array_size(lines) < 2)
		return EXIT_DONE;
	json_array_foreach(lines, i, line)
	{
		print_words(stderr, "%zu: %s, %lld left", i + 1,
		    text_of(line, "sku"), (long long)number_of(line, "left"));
		fputc('\n', stderr);
	}
	fputs("SKU: ", stderr);
	chosen = read_number();
	if (chosen == 0 || chosen > json_array_size(lines))
		return fail("no SKU chosen");
	ctl->sku = text_of(json_array_get(lines, chosen - 1), "sku");
	return EXIT_DONE;
}

static int
confirm_install(const struct ctl *ctl)
{
	char question[64];

	if (ctl->yes)
		return EXIT_DONE;
	if (!has_terminal())
		return fail("nothing requested; without a terminal, use --yes");
	snprintf(question, sizeof question,
	    "%u of the PAK will be used.  "
	    "Proceed?",
	    ctl->quantity != 0 ? ctl->quantity : 1);
	return confirm(ctl, question) ? EXIT_DONE : fail("nothing requested");
}

static json_t *
pak_request(const struct ctl *ctl)
{
	json_t *request = install_request(ctl, "call_home_install");

	set_text(request, "pak", ctl->args[0]);
	set_text(request, "sku", ctl->sku);
	set_text(request, "offline", ctl->offline);
	if (ctl->quantity != 0)
		(void)json_object_set_new(
		    request, "count", json_integer(ctl->quantity));
	return request;
}

static int
install_pak(struct ctl *ctl)
{
	json_t *result = NULL;
	int status = confirm_install(ctl);

	if (status == EXIT_DONE) {
		if (!ctl->json)
			puts("Requesting licenses from the licensing portal");
		fflush(stdout);
		status = ask(ctl, pak_request(ctl), &result);
	}
	return finish_answer(ctl, status, !ctl->accept_eula, result);
}

int
home_install(struct ctl *ctl)
{
	json_t *pak = NULL, *result = NULL;
	int status = refuse_dry_run(ctl);

	ctl->slow = true;
	if (status == EXIT_DONE && ctl->offline != NULL) {
		status = ask_to_write(ctl, pak_request(ctl), &result);
		return finish_answer(ctl, status, false, result);
	}
	if (status == EXIT_DONE && ctl->sku == NULL && !ctl->yes &&
	    has_terminal())
		status = choose_sku(ctl, &pak);
	if (status == EXIT_DONE)
		status = install_pak(ctl);
	json_decref(pak);
	return status;
}

/* ---- resend, import ---- */

int
home_resend(struct ctl *ctl)
{
	json_t *request, *result = NULL;
	bool writes = ctl->nargs > 0 || ctl->offline != NULL;
	int status = refuse_dry_run(ctl);

	if (status != EXIT_DONE)
		return status;
	ctl->slow = true;
	request = install_request(ctl, "call_home_resend");
	set_text(request, "offline", ctl->offline);
	if (ctl->nargs > 0)
		set_text(request, "output", ctl->args[0]);
	if (!ctl->json && ctl->offline == NULL)
		puts("Requesting licenses from the licensing portal");
	fflush(stdout);
	status = writes ? ask_to_write(ctl, request, &result)
			: ask(ctl, request, &result);
	return finish_answer(ctl, status, !ctl->accept_eula, result);
}

int
home_import(struct ctl *ctl)
{
	json_t *request, *result = NULL;
	int status = refuse_dry_run(ctl);

	if (status != EXIT_DONE)
		return status;
	request = install_request(ctl, "call_home_import");
	set_text(request, "file", ctl->args[0]);
	if (ctl->nargs > 1)
		set_text(request, "output", ctl->args[1]);
	status = ask_to_write(ctl, request, &result);
	return finish_answer(ctl, status, !ctl->accept_eula, result);
}

/* ---- revoke udi ---- */

static bool
is_movable(const json_t *license, const void *arg)
{
	(void)arg;
	return is_true(license, "movable");
}

/* Without a network nobody says which may move: all that are locked to a
 * device, but grace periods, which end on theirs. */
static bool
is_locked(const json_t *license, const void *arg)
{
	(void)arg;
	return json_array_size(json_object_get(license, "udis")) > 0 &&
	       !is(license, "installed", "") &&
	       !is(license, "type", "gracePeriod");
}

static void
print_license(size_t number, const json_t *license)
{
	if (number != 0)
		fprintf(stderr, "%3zu: ", number);
	else
		fputs("  -  ", stderr);
	print_words(stderr, "%s %s %s", text_of(license, "feature"),
	    text_of(license, "version"), text_of(license, "type"));
	if (number_of(license, "count") != 0)
		fprintf(stderr, ", count %lld",
		    (long long)number_of(license, "count"));
	if (number == 0)
		print_words(
		    stderr, ": cannot move: %s", text_of(license, "reason"));
	fputc('\n', stderr);
}

/* Those that may not move come last, with the reason. */
static size_t
print_licenses(const json_t *licenses, bool all)
{
	const json_t *row;
	size_t i, n = 0;

	json_array_foreach(licenses, i, row)
	{
		if (all || is_movable(row, NULL))
			print_license(++n, row);
	}
	json_array_foreach(licenses, i, row)
	{
		if (!all && !is_movable(row, NULL))
			print_license(0, row);
	}
	return n;
}

/* Keeps the rows whose numbers stand in the text.  False: another word does. */
static bool
keep_chosen(json_t *rows, char *text)
{
	json_t *kept = json_array();
	char *at = text, *end;
	bool good = true;

	for (at += strspn(at, " ,\t"); *at != '\0' && good;
	     at = end + strspn(end, " ,\t")) {
		unsigned long n = strtoul(at, &end, 10);

		good = end != at && n >= 1 && n <= json_array_size(rows);
		if (good)
			(void)json_array_append(
			    kept, json_array_get(rows, n - 1));
	}
	if (good) {
		(void)json_array_clear(rows);
		(void)json_array_extend(rows, kept);
	}
	json_decref(kept);
	return good;
}

/* nothing: what is said if nobody chooses: "nothing revoked". */
static int
choose(const struct ctl *ctl, json_t *rows, const char *question,
    const char *nothing)
{
	char answer[1024];

	if (ctl->yes)
		return EXIT_DONE;
	if (!has_terminal())
		return fail("%s; without a terminal, use --yes", nothing);
	fprintf(stderr, "%s (numbers, or all) [all]: ", question);
	if (fgets(answer, sizeof answer, stdin) == NULL)
		return fail("%s", nothing);
	answer[strcspn(answer, "\r\n")] = '\0';
	if (answer[0] != '\0' && strcmp(answer, "all") != 0 &&
	    !keep_chosen(rows, answer))
		return fail("%s; expected numbers from 1 to %zu", nothing,
		    json_array_size(rows));
	return EXIT_DONE;
}

/* Asks which may move, and the user which shall. */
static int
ask_movable(struct ctl *ctl, json_t **licenses, bool *begun)
{
	json_t *result = NULL;
	int status;

	if (ctl->offline != NULL)
		status = ask_rows(ctl, "licenses", NULL, licenses);
	else if ((status = ask(ctl,
		      json_pack("{s:s, s:s}", "do", "call_home_movable", "udi",
			  ctl->args[0]),
		      &result)) == EXIT_DONE)
		*licenses = json_incref(json_object_get(result, "licenses"));
	if (status != EXIT_DONE)
		return status;
	*begun = !is(result, "begun", "");
	if (*begun && !ctl->json)
		print_words(stdout,
		    "Going on with the transfer that was begun at %s",
		    text_of(result, "begun"));
	if (*begun && !ctl->json)
		putchar('\n');
	json_decref(result);
	return EXIT_DONE;
}

static int
choose_licenses(struct ctl *ctl, json_t *licenses)
{
	bool offline = ctl->offline != NULL;
	int status;

	if (offline)
		keep_rows(licenses, is_locked, NULL);
	if (!ctl->json)
		(void)print_licenses(licenses, offline);
	if (!offline)
		keep_rows(licenses, is_movable, NULL);
	if (json_array_size(licenses) == 0)
		return fail("no license can be moved to %s", ctl->args[0]);
	if ((status = choose(ctl, licenses, "Licenses to move",
		 "nothing revoked")) != EXIT_DONE)
		return status;
	return offline || confirm(ctl,
			      "The licenses are given up here for good.  Are "
			      "you sure?")
		   ? EXIT_DONE
		   : fail("nothing revoked");
}

static json_t *
revoke_request(const struct ctl *ctl, const json_t *licenses, bool begun)
{
	json_t *request = json_pack("{s:s, s:s, s:b}", "do", "call_home_revoke",
	    "udi", ctl->args[0], "accept_eula", ctl->accept_eula || ctl->yes);
	json_t *ids = json_array();
	const json_t *row;
	size_t i;

	json_array_foreach(licenses, i, row)
	{
		(void)json_array_append(ids, json_object_get(row, "id"));
	}
	if (!begun)
		(void)json_object_set(request, "licenses", ids);
	json_decref(ids);
	set_text(request, "offline", ctl->offline);
	if (ctl->nargs > 1)
		set_text(request, "output", ctl->args[1]);
	return request;
}

int
home_revoke(struct ctl *ctl)
{
	json_t *licenses = NULL, *result = NULL;
	bool begun = false;
	int status = refuse_dry_run(ctl);

	ctl->slow = true;
	if (status == EXIT_DONE)
		status = ask_movable(ctl, &licenses, &begun);
	if (status == EXIT_DONE && !begun)
		status = choose_licenses(ctl, licenses);
	if (status == EXIT_DONE)
		status = ask_to_write(
		    ctl, revoke_request(ctl, licenses, begun), &result);
	json_decref(licenses);
	if (status != EXIT_DONE)
		return status;
	print_notice(result);
	if (!ctl->json && ctl->offline == NULL)
		print_words(stdout, "Install this file on %s:", ctl->args[0]);
	if (!ctl->json && ctl->offline == NULL)
		putchar('\n');
	return finish_file(ctl, result);
}

/* ---- cancel ---- */

static bool
may_cancel(const json_t *row, const void *arg)
{
	(void)arg;
	return !is_true(row, "revoked");
}

/* Those that may be withdrawn; the others are said to stay. */
static int
choose_requests(struct ctl *ctl, json_t *rows)
{
	static const char nothing[] = "nothing canceled";
	const json_t *row;
	size_t i, all = json_array_size(rows), n = 0;
	int status = EXIT_DONE;

	json_array_foreach(rows, i, row)
	{
		if (may_cancel(row, NULL))
			fprintf(stderr, "%3zu: ", ++n);
		else
			fputs("  -  ", stderr);
		print_home_request(stderr, row);
	}
	keep_rows(rows, may_cancel, NULL);
	if (n == 0)
		return fail("%s; %s", nothing,
		    all == 0 ? "no request waits for an answer"
			     : "what was revoked needs its answer: repeat the "
			       "command");
	if (n > 1)
		status = choose(ctl, rows, "Requests to cancel", nothing);
	if (status == EXIT_DONE && !ctl->yes &&
	    (!has_terminal() ||
		!confirm(ctl,
		    "\"license call-home resend\" gets what the portal gave "
		    "for them.  Cancel?")))
		status = fail("%s%s", nothing,
		    has_terminal() ? "" : "; without a terminal, use --yes");
	return status;
}

static int
cancel_requests(struct ctl *ctl, const json_t *rows)
{
	const json_t *row;
	size_t i;
	int status = EXIT_DONE;

	json_array_foreach(rows, i, row)
	{
		json_t *result = NULL;

		status = ask(ctl,
		    json_pack("{s:s, s:s}", "do", "call_home_cancel", "request",
			text_of(row, "id")),
		    &result);
		json_decref(result);
		if (status != EXIT_DONE)
			return status;
	}
	if (!ctl->json)
		printf("%zu request%s canceled\n", json_array_size(rows),
		    json_array_size(rows) == 1 ? "" : "s");
	return status;
}

int
home_cancel(struct ctl *ctl)
{
	json_t *home = NULL, *rows;
	int status = refuse_dry_run(ctl);

	if (status == EXIT_DONE)
		status = ask(ctl, json_pack("{s:s}", "do", "call_home"), &home);
	if (status != EXIT_DONE)
		return status;
	rows = json_object_get(home, "pending");
	status = choose_requests(ctl, rows);
	if (status == EXIT_DONE)
		status = cancel_requests(ctl, rows);
	if (status == EXIT_DONE && ctl->json)
		return finish(
		    ctl, status, json_pack("{s:O}", "canceled", rows));
	json_decref(home);
	return status;
}

/* ---- url ---- */

int
home_url(struct ctl *ctl)
{
	const char *url =
	    strcmp(ctl->args[0], "default") == 0 ? "" : ctl->args[0];
	json_t *result = NULL;
	int status =
	    ask(ctl, json_pack("{s:s, s:s}", "do", "call_home_url", "url", url),
		&result);

	return finish(ctl, status, result);
}
