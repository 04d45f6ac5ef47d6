/* steps.c - what each kind of visit asks for, and does with the answer. */
#include "steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESEND_MAX_S 600 /* how long an id of a resend is used again */
#define DEFAULT_NAME_MAX 512

/* ---- Files ---- */

/* "flash:LIC1921-K9-LAB00000002.lic" */
static bool
default_name(const struct visit *v, char name[DEFAULT_NAME_MAX])
{
	const struct files *files = jobs_files(v->home->jobs);
	const char *to = visit_text(v->asked, "to");
	size_t at;

	if (files->n == 0 || to[0] == '\0')
		return false;
	snprintf(
	    name, DEFAULT_NAME_MAX, "%s%s.lic", files->prefixes[0].prefix, to);
	for (at = strlen(files->prefixes[0].prefix); name[at] != '\0'; at++)
		if (name[at] == '/' || name[at] == ':' || name[at] == '\\' ||
		    (name[at] == '.' && name[at + 1] == '.'))
			name[at] = '-';
	return true;
}

/* Where what is for another device goes.  False: the visit has failed. */
static bool
name_output(struct visit *v)
{
	char name[DEFAULT_NAME_MAX];

	if (v->output == NULL && default_name(v, name))
		v->output = strdup(name);
	if (v->output != NULL)
		return true;
	visit_fail(v, "invalid", "name the file to write");
	return false;
}

/* Before anything is asked: what was asked for may be spent. */
static bool
may_write(struct visit *v)
{
	if (v->output == NULL || v->overwrite ||
	    !file_exists(jobs_files(v->home->jobs), v->output))
		return true;
	visit_fail(v, "file-exists", "%s: file exists", v->output);
	return false;
}

static void
write_file(struct visit *v, const char *data)
{
	struct file_target target = { 0 };
	char why[256];

	if (!file_create(&target, jobs_files(v->home->jobs), v->output,
		strlen(data), why, sizeof why) ||
	    !file_finish(&target, data, strlen(data), why, sizeof why)) {
		visit_fail(v, "no-file", "%s: %s", v->output, why);
		return;
	}
	if ((v->name = strdup(v->output)) == NULL)
		visit_fail_core(v, LC_ENOMEM, "");
	else
		visit_succeed(v);
}

/* A license file for somebody else: nothing of the request is left to do. */
static void
write_licenses(struct visit *v)
{
	if (!name_output(v) || (v->kind == CALLHOME_IMPORT && !may_write(v)))
		return;
	write_file(v, visit_text(v->answer, "file"));
	if (v->name != NULL)
		visit_forget(v);
}

/* ---- To another device ---- */

/* What the core refuses for good is not asked for again. */
static void
fail_ticket(struct visit *v)
{
	if (v->outcome.err != LC_EIO && v->outcome.err != LC_ENOMEM)
		visit_forget(v);
	visit_fail_job(v);
}

static void
on_processed(void *arg, struct job *job)
{
	struct visit *v = arg;
	const char *id = visit_text(v->row, "id");
	enum lc_err err = LC_OK;

	job_clear(job);
	if (v->ticket == NULL) {
		fail_ticket(v);
		return;
	}
	if (json_object_get(v->row, "rehost") == NULL &&
	    (err = kept_add_rehost(&v->home->kept, id)) == LC_OK) {
		json_t *row = json_deep_copy(kept_find_id(&v->home->kept, id));

		json_decref(v->row);
		v->row = row;
	}
	if (err != LC_OK || v->row == NULL)
		visit_fail_core(v, err != LC_OK ? err : LC_ENOMEM, "");
	else
		visit_submit(v, "rehost");
}

static void
on_ticket(void *arg, const struct lc_action *action, enum fail_cause cause,
    enum lc_err err, const char *why)
{
	struct visit *v = arg;

	visit_take_output(v, &v->ticket, action, cause, err, why);
}

/* The licenses are given up here; the core keeps the proof. */
static void
process_ticket(struct visit *v)
{
	char *ticket = strdup(visit_text(v->answer, "file"));

	if (ticket == NULL)
		visit_fail_core(v, LC_ENOMEM, "");
	else
		visit_run_job(v, JOB_PROCESS_TICKET, ticket, strlen(ticket),
		    on_ticket, on_processed);
}

static void
answered(struct visit *v)
{
	const char *message = visit_text(v->answer, "kind");

	if (strcmp(message, "permit") == 0)
		process_ticket(v);
	else if (strcmp(message, "rehost") == 0)
		write_licenses(v);
	else if (v->kind == CALLHOME_RESEND && v->output != NULL) {
		write_file(v, visit_text(v->answer, "file"));
		if (v->name != NULL)
			visit_forget(v);
	} else
		visit_succeed(v);
}

/* ---- The beginning ---- */

/* An old answer to a resend would lack what came since. */
static bool
is_stale(const struct visit *v, const json_t *row)
{
	int64_t age = lc_clock_now_s(v->home->core) -
		      json_integer_value(json_object_get(row, "at"));

	return v->kind == CALLHOME_RESEND && (age < 0 || age > RESEND_MAX_S);
}

/* Two transfers at a time would cross: the second ticket ends the first. */
static const json_t *
other_transfer(const struct visit *v)
{
	const json_t *row;
	size_t i;

	json_array_foreach(kept_pending(&v->home->kept), i, row)
	{
		if (v->kind == CALLHOME_REVOKE &&
		    strcmp(visit_text(row, "kind"), "revoke") == 0 &&
		    strcmp(visit_text(row, "udi"),
			visit_text(v->asked, "udi")) == 0 &&
		    strcmp(visit_text(row, "to"), visit_text(v->asked, "to")) !=
			0)
			return row;
	}
	return NULL;
}

/* With the id that it has, or a new one that is on disk. */
static bool
take_row(struct visit *v)
{
	struct kept *kept = &v->home->kept;
	const json_t *row = kept_find(kept, v->asked);
	enum lc_err err = LC_OK;

	if (row != NULL && is_stale(v, row)) {
		err = kept_remove(kept, visit_text(row, "id"));
		row = NULL;
	}
	if (row != NULL)
		v->row = json_deep_copy(row);
	else if (err == LC_OK)
		err = kept_add(kept, v->asked, &v->row);
	if (err == LC_OK && v->row == NULL)
		err = LC_ENOMEM;
	if (err == LC_OK)
		return true;
	visit_fail_core(v, err,
	    err == LC_EFULL ? "too many requests wait for their answers" : "");
	return false;
}

/* The rows of requests that cost nothing are not kept. */
static bool
make_row(struct visit *v)
{
	char id[KEPT_ID_LEN + 1];

	kept_make_id(id);
	v->row = json_deep_copy(v->asked);
	if (v->row != NULL &&
	    json_object_set_new(v->row, "id", json_string(id)) == 0 &&
	    json_object_set_new(
		v->row, "at", json_integer(lc_clock_now_s(v->home->core))) == 0)
		return true;
	visit_fail_core(v, LC_ENOMEM, "");
	return false;
}

static void
begin_revoke(struct visit *v)
{
	const json_t *other = other_transfer(v);
	const json_t *row = kept_find(&v->home->kept, v->asked);
	size_t n = json_array_size(json_object_get(v->asked, "licenses"));

	if (other != NULL)
		visit_fail(v, "invalid",
		    "the transfer to %s is not over; repeat its command first",
		    visit_text(other, "to"));
	else if (row == NULL && (n == 0 || n > 256))
		visit_fail(v, "invalid", "choose 1 to 256 licenses");
	else if ((v->offline || name_output(v)) && may_write(v) && take_row(v))
		visit_submit(v, "permit");
}

static void
on_pak(struct visit *v, const void *body, size_t len)
{
	json_error_t error;

	v->answer = json_loadb(body, len, JSON_REJECT_DUPLICATES, &error);
	if (json_is_object(v->answer))
		visit_succeed(v);
	else
		visit_fail(v, "bad-answer",
		    "%s: the answer is not a JSON object", visit_url(v->home));
}

static void
ask_pak(struct visit *v)
{
	char path[128];

	snprintf(path, sizeof path, "paks/%s", v->pak);
	visit_ask(v, path, NULL, "", on_pak);
}

/* ---- Answers that come as files ---- */

/* The request that it answers has to be one of ours, of a transfer. */
static bool
find_transfer(struct visit *v)
{
	const json_t *row =
	    kept_find_id(&v->home->kept, visit_text(v->answer, "id"));

	if (row != NULL) {
		v->row = json_deep_copy(row);
		json_decref(v->asked);
		v->asked = json_deep_copy(row);
		return true;
	}
	visit_fail(v, "not-found",
	    "%s: this device has no such request that waits for an answer",
	    v->input);
	return false;
}

static void
take_import(struct visit *v)
{
	const char *kind = visit_text(v->answer, "kind");
	const json_t *row;

	if (strcmp(kind, "permit") == 0) {
		v->offline = true; /* and so is the request that follows */
		if (v->output == NULL)
			visit_fail(v, "invalid",
			    "name the file for the request that follows");
		else if (find_transfer(v) && may_write(v))
			answered(v);
	} else if (strcmp(kind, "rehost") == 0) {
		if (find_transfer(v))
			answered(v);
	} else if (strcmp(kind, "install") == 0 ||
		   strcmp(kind, "resend") == 0) {
		row = kept_find_id(&v->home->kept, visit_text(v->answer, "id"));
		v->row = json_deep_copy(row); /* there may be none */
		visit_succeed(v);
	} else
		visit_fail(v, "bad-answer", "%s: an answer of an unknown kind",
		    v->input);
}

static void
import(struct visit *v)
{
	char why[MESSAGE_WHY_MAX] = "";
	uint8_t *data;
	size_t len;

	if (files_read(jobs_files(v->home->jobs), v->input, &data, &len, why,
		sizeof why) != FILES_READ) {
		visit_fail(v, "no-file", "%s: %s", v->input, why);
		return;
	}
	v->answer = message_answer(data, len, NULL, NULL, NULL, why);
	free(data);
	if (v->answer == NULL)
		visit_fail(v, "bad-answer", "%s: %s", v->input, why);
	else
		take_import(v);
}

void
steps_begin(struct visit *v)
{
	bool sends = !v->offline && v->kind != CALLHOME_IMPORT;

	v->written = write_file;
	v->answered = answered;
	if (sends && visit_url(v->home) == NULL) {
		visit_fail(v, "not-configured",
		    "no URL of a portal is configured: set call_home.url in "
		    "licagentd.conf, or \"license call-home url\"");
		return;
	}
	switch (v->kind) {
	case CALLHOME_PAK:
		ask_pak(v);
		break;
	case CALLHOME_INSTALL:
		if (may_write(v) && take_row(v))
			visit_submit(v, "install");
		break;
	case CALLHOME_RESEND:
		if (may_write(v) && take_row(v))
			visit_submit(v, "resend");
		break;
	case CALLHOME_MOVABLE:
		if (make_row(v))
			visit_submit(v, "movable");
		break;
	case CALLHOME_REVOKE:
		begin_revoke(v);
		break;
	case CALLHOME_REPORT:
		if (make_row(v))
			visit_submit(v, "report");
		break;
	case CALLHOME_IMPORT:
		import(v);
		break;
	}
}
