/* data.c - requests to the daemon. */
#include "data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "out.h"
#include "row.h"

#define QUICK_MS 10000
#define SLOW_MS (24 * 3600 * 1000)

/* ---- Progress ---- */

#define DRAW_AFTER_MS 500

static int64_t
now_ms(void)
{
	struct timespec now = { 0 }; /* stands still where it is refused */

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
erase_progress(struct ctl *ctl)
{
	if (ctl->progress_width != 0)
		fprintf(stderr, "\r%*s\r", (int)ctl->progress_width, "");
	ctl->progress_width = 0;
}

/* One line, on a terminal, drawn over itself until the answer comes. */
static void
draw_progress(void *arg, const char *what, uint64_t done, uint64_t total)
{
	struct ctl *ctl = arg;
	char line[128];

	if (now_ms() - ctl->began_ms < DRAW_AFTER_MS)
		return;
	if (total != 0)
		snprintf(line, sizeof line, "%llu of %llu %.10s, %u%%",
		    (unsigned long long)done, (unsigned long long)total, what,
		    (unsigned)(100.0 * (double)done / (double)total));
	else
		snprintf(line, sizeof line, "%llu %.10s",
		    (unsigned long long)done, what);
	erase_progress(ctl);
	ctl->progress_width =
	    (size_t)fprintf(stderr, "%.39s", line); /* fits 40 columns */
	fflush(stderr);
}

/* Only on a terminal, of requests that report it. */
static bool
shows_progress(const json_t *request)
{
	static const char *const reporting[] = { "install", "agreements",
		"save", "save_credentials", "revoke", "revoke_last",
		"call_home_install", "call_home_resend", "call_home_import" };

	for (size_t i = 0; i < NITEMS(reporting); i++)
		if (is(request, "do", reporting[i]))
			return isatty(STDERR_FILENO);
	return false;
}

/* ---- Errors ---- */

int
fail_lic(const struct ctl *ctl, enum lic_err err)
{
	const char *detail = lic_detail(ctl->lic);

	(void)fail("%s", detail[0] != '\0' ? detail : lic_strerror(err));
	advise(lic_code(ctl->lic));
	if (err == LIC_EDENIED)
		return EXIT_DENIED;
	return err == LIC_EAWAY || err == LIC_ETIMEOUT ? EXIT_AWAY
						       : EXIT_FAILED;
}

/* ---- Asking ---- */

int
open_daemon(struct ctl *ctl, struct lic_options options)
{
	char why[512];
	enum lic_err err;

	if (ctl->lic != NULL)
		return EXIT_DONE;
	options.socket = ctl->socket;
	err = lic_open_detail(&options, &ctl->lic, why, sizeof why);
	if (err == LIC_OK)
		return EXIT_DONE;
	ctl->lic = NULL;
	if (err == LIC_EAWAY) {
		(void)fail("licagentd does not answer at %s", why);
		fputs("Start it, or name its control socket with --socket.\n",
		    stderr);
		return EXIT_AWAY;
	}
	(void)fail("%s", why[0] != '\0' ? why : lic_strerror(err));
	if (err == LIC_EDENIED)
		advise("denied");
	return err == LIC_EDENIED ? EXIT_DENIED : EXIT_FAILED;
}

/* Sends the text of a request, in which there may be a password. */
static int
send_text(
    struct ctl *ctl, const char *expected, const char *text, json_t **result)
{
	char *answer = NULL;
	json_error_t error;
	enum lic_err err;

	ctl->began_ms = now_ms();
	err = lic_request(ctl->lic, text, &answer);
	erase_progress(ctl);
	*result = NULL;
	if (err != LIC_OK && expected != NULL &&
	    strcmp(lic_code(ctl->lic), expected) == 0)
		return EXIT_DONE;
	if (err != LIC_OK)
		return fail_lic(ctl, err);
	*result = json_loads(answer, 0, &error);
	free(answer);
	return *result != NULL ? EXIT_DONE : fail("out of memory");
}

/* Requests about the daemon, or that go by something else, take no device. */
static bool
takes_device(const json_t *request)
{
	static const char *const others[] = { "accept_all", "agreement",
		"call_home", "call_home_cancel", "call_home_url", "check", "clock", "clock_reset",
		"confirm", "end_lease", "files", "reload", "state",
		"statistics" };

	for (size_t i = 0; i < NITEMS(others); i++) {
		if (is(request, "do", others[i]))
			return false;
	}
	return json_object_get(request, "device") == NULL;
}

int
ask_unless(struct ctl *ctl, const char *code, json_t *request, json_t **result)
{
	const struct lic_options options = {
		.progress = draw_progress,
		.arg = ctl,
		.timeout_ms = ctl->slow ? SLOW_MS : QUICK_MS,
	};
	char *text = NULL;
	int status = open_daemon(ctl, options);

	if (status != EXIT_DONE)
		goto out;
	if (ctl->device != 0 && takes_device(request))
		(void)json_object_set_new(
		    request, "device", json_integer(ctl->device));
	if (shows_progress(request))
		(void)json_object_set_new(request, "progress", json_true());
	/* jansson packs no text that is not UTF-8. */
	if ((text = json_dumps(request, JSON_COMPACT)) == NULL) {
		status = fail("an argument is not valid UTF-8");
		goto out;
	}
	status = send_text(ctl, code, text, result);
	explicit_bzero(text, strlen(text));
out:
	free(text);
	json_decref(request);
	return status;
}

int
ask(struct ctl *ctl, json_t *request, json_t **result)
{
	return ask_unless(ctl, NULL, request, result);
}

int
ask_license(
    struct ctl *ctl, const json_t *license, json_t *request, json_t **result)
{
	static const char *const keys[] = { "device", "store", "license" };

	for (size_t i = 0; i < NITEMS(keys); i++)
		(void)json_object_set(
		    request, keys[i], json_object_get(license, keys[i]));
	return ask(ctl, request, result);
}

int
finish(const struct ctl *ctl, int status, json_t *result)
{
	if (status != EXIT_DONE)
		return status;
	if (ctl->json)
		return print_json(result);
	json_decref(result);
	return EXIT_DONE;
}

int
ask_quietly(struct ctl *ctl, json_t *request)
{
	json_t *result = NULL;
	int status = ask(ctl, request, &result);

	return finish(ctl, status, result);
}

/* ---- Lists ---- */

/* Records of the history have no number of a device. */
static bool
is_of_device(const json_t *row, const void *arg)
{
	const struct ctl *ctl = arg;

	return ctl->device == 0 || json_object_get(row, "device") == NULL ||
	       has_number(row, "device", ctl->device);
}

static int
fail_device(const struct ctl *ctl)
{
	(void)fail("device %u does not exist", ctl->device);
	advise("no-device");
	return EXIT_FAILED;
}

static int
ask_page(struct ctl *ctl, const char *list, const char *feature,
    const char *after, json_t **page)
{
	return ask(ctl,
	    json_pack("{s:s, s:s*, s:s*}", "do", list, "feature", feature,
		"after", after),
	    page);
}

/* Lists take no device, so it is chosen here. */
int
ask_rows(struct ctl *ctl, const char *list, const char *feature, json_t **rows)
{
	uint32_t device = ctl->device;
	json_t *all = json_array(), *page;
	char after[64] = "";
	int status;

	ctl->device = 0;
	do {
		status = ask_page(
		    ctl, list, feature, after[0] != '\0' ? after : NULL, &page);
		if (status != EXIT_DONE)
			break;
		(void)json_array_extend(all, json_object_get(page, "rows"));
		snprintf(after, sizeof after, "%s", text_of(page, "next"));
		json_decref(page);
	} while (after[0] != '\0');
	ctl->device = device;
	keep_rows(all, is_of_device, ctl);
	if (status == EXIT_DONE && device != 0 &&
	    strcmp(list, "devices") == 0 && json_array_size(all) == 0)
		status = fail_device(ctl);
	if (status == EXIT_DONE)
		*rows = all;
	else
		json_decref(all);
	return status;
}
