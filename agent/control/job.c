/*
 * job.c - requests that take their time: they wait in the queue of
 * actions, and are answered when they are over.
 *
 * A client that goes takes with it what waits; what is in progress ends by
 * itself, and nobody hears of it.
 */
#include "job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "callhome/callhome.h"
#include "jobs/url.h"
#include "names.h"

struct control_job {
	struct job job;
	struct control *control;
	struct client *client; /* NULL: it is gone */
	json_int_t id;
	struct control_job *next;
	struct url in, out;
	int64_t told_ms; /* when progress was told last */
	char by[24];
	json_t *answer;   /* what report() has found, in the answer's form */
	bool failed;      /* it is an error */
	bool waits;       /* reviewed, for the client to confirm it */
	char *request_id; /* of call home, which brought the file; or NULL */
	char *notice;     /* with it, for the first answer; or NULL */
};

static void
unlink_job(struct control_job *cj)
{
	struct control_job **at = &cj->control->control_jobs;

	while (*at != cj)
		at = &(*at)->next;
	*at = cj->next;
	if (cj->client != NULL)
		cj->client->njobs--;
}

static void
free_job(struct control_job *cj)
{
	job_clear(&cj->job);
	json_decref(cj->answer);
	free(cj->request_id);
	free(cj->notice);
	explicit_bzero(cj, sizeof *cj); /* there may be passwords */
	free(cj);
}

/* ---- What became of it ---- */

struct sums {
	json_int_t successful, existing, failed, not_tried;
};

static void
add_up(struct sums *sums, const struct lc_result *results, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (results[i].state == LC_SUCCESSFUL)
			sums->successful++;
		else if (results[i].err == LC_EEXISTS)
			sums->existing++;
		else if (results[i].state == LC_NOT_STARTED)
			sums->not_tried++;
		else
			sums->failed++;
}

/* A license that is installed already is no failure. */
static const char *
result_state(const struct lc_result *r)
{
	return r->err == LC_EEXISTS ? "existing" : action_state_name(r->state);
}

static json_t *
result_json(const struct lc_result *r)
{
	return json_pack("{s:s, s:s, s:o, s:I, s:I, s:I, s:s, s:s}", "state",
	    result_state(r), "code", r->err == LC_OK ? "" : error_code(r->err),
	    "text",
	    words_json(r->err == LC_OK             ? ""
		       : r->detail.text[0] != '\0' ? r->detail.text
						   : lc_strerror(r->err)),
	    "device", (json_int_t)r->device, "store", (json_int_t)r->store,
	    "license", (json_int_t)r->index, "feature", r->feature, "version",
	    r->version);
}

/* As many as fit into one answer, which has 200 to 500 bytes for each. */
#define RESULTS_MAX 64

static json_t *
results_json(const struct lc_result *results, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < n && i < RESULTS_MAX; i++)
		(void)json_array_append_new(list, result_json(&results[i]));
	return list;
}

/* ---- Review ---- */

/* One license of an action that waits; whatever is known of it. */
static json_t *
planned_json(
    const struct lc_action *action, const struct lc_result *r, size_t i)
{
	json_t *json = result_json(r), *terms;
	struct lc_plan plan;

	if (r->state == LC_NOT_STARTED)
		(void)json_object_set_new(
		    json, "state", json_string("planned"));
	if (!lc_action_plan(action, i, &plan))
		return json;
	terms = terms_json(plan.terms);
	(void)json_object_update(json, terms);
	json_decref(terms);
	(void)json_object_set_new(json, "revoked", json_boolean(plan.revoked));
	(void)json_object_set_new(
	    json, "needs_eula", json_boolean(plan.needs_eula));
	if (plan.revoked) {
		(void)json_object_set_new(
		    json, "store", json_integer(plan.store));
		(void)json_object_set_new(
		    json, "license", json_integer(plan.index));
	}
	return json;
}

/* What would be done, and the agreements to accept. */
static json_t *
review_json(const struct lc_action *action)
{
	size_t n, len;
	const struct lc_result *results = lc_action_results(action, &n);
	const char *text = lc_action_output(action, &len);
	json_t *list = json_array();

	for (size_t i = 0; i < n && i < RESULTS_MAX; i++)
		(void)json_array_append_new(
		    list, planned_json(action, &results[i], i));
	return json_pack("{s:I, s:o, s:s%}", "planned", (json_int_t)n,
	    "licenses", list, "text", text != NULL ? text : "", len);
}

/* ---- Texts and errors ---- */

#define TEXT_MAX 65536 /* bytes of what comes out, if it is no file */

/* What came out, where no file takes it. */
static json_t *
text_json(const struct lc_action *action)
{
	size_t len;
	const char *text = lc_action_output(action, &len);

	return json_pack("{s:s%}", "text", text != NULL ? text : "", len);
}

static bool
too_long(const struct lc_action *action)
{
	size_t len = 0;

	(void)lc_action_output(action, &len);
	return len > TEXT_MAX;
}

/* The licenses are revoked, and only their ticket was not written. */
static bool
revoked(const struct control_job *cj, const struct lc_action *action)
{
	return cj->job.kind == JOB_PROCESS_TICKET && action != NULL &&
	       lc_action_state(action) == LC_SUCCESSFUL;
}

static const char *
failure_code(enum fail_cause cause, enum lc_err err)
{
	if (cause_is_path(cause) && err == LC_EIO)
		return "no-file";
	return cause_is_path(cause) && err == LC_EEXISTS ? "file-exists"
							 : error_code(err);
}

static json_t *
error_json(const struct control_job *cj, const struct lc_action *action,
    enum fail_cause cause, enum lc_err err, const char *why)
{
	char text[512];

	snprintf(text, sizeof text, "%s%s", why,
	    revoked(cj, action)
		? "; the licenses are revoked, but their rehost ticket is not "
		  "written; request it again (license revoke last)"
		: "");
	return json_pack("{s:s, s:o}", "code", failure_code(cause, err), "text",
	    words_json(text));
}

static bool
gives_text(const struct control_job *cj)
{
	return (cj->job.kind == JOB_GENERATE_EULA ||
		   cj->job.kind == JOB_EXPORT_CREDENTIALS) &&
	       cj->job.output == NULL;
}

static json_t *
action_json(const struct lc_action *action, enum lc_err err, const char *why)
{
	size_t n;
	const struct lc_result *results = lc_action_results(action, &n);
	struct sums sums = { 0, 0, 0, 0 };
	enum lc_action_state state = lc_action_state(action);

	add_up(&sums, results, n);
	if (n != 0 && sums.failed + sums.not_tried == 0) {
		state = LC_SUCCESSFUL;
		err = LC_OK;
		why = "";
	}
	return json_pack("{s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:o}", "state",
	    action_state_name(state), "code",
	    err == LC_OK ? "" : error_code(err), "text", words_json(why),
	    "successful", sums.successful, "existing", sums.existing, "failed",
	    sums.failed, "not_tried", sums.not_tried, "licenses",
	    results_json(results, n));
}

/* struct job's report: it is over, and the action can still be looked at. */
static void
report(void *arg, const struct lc_action *action, enum fail_cause cause,
    enum lc_err err, const char *why)
{
	struct control_job *cj = arg;
	size_t n = 0;

	if (action != NULL && cj->job.kind == JOB_INSTALL)
		(void)lc_action_results(action, &n);
	/* Where licenses have fates of their own, they are the answer. */
	cj->failed = n == 0 && cause != CAUSE_NONE;
	if (cj->failed)
		cj->answer = error_json(cj, action, cause, err, why);
	else if ((gives_text(cj) || cj->job.review) &&
		 (cj->failed = too_long(action)))
		cj->answer = json_pack("{s:s, s:s}", "code", "too-long", "text",
		    "longer than 64 KiB; write it to a file instead");
	else if (cj->job.review)
		cj->answer = review_json(action);
	else
		cj->answer = gives_text(cj) ? text_json(action)
					    : action_json(action, err, why);
}

static void
add_notice(struct control_job *cj)
{
	if (cj->notice != NULL)
		(void)json_object_set_new(
		    cj->answer, "notice", words_json(cj->notice));
	free(cj->notice);
	cj->notice = NULL;
}

static void
answer_client(struct control_job *cj)
{
	const struct call call = { .client = cj->client, .id = cj->id };

	if (cj->client == NULL)
		return;
	if (!cj->failed)
		add_notice(cj);
	if (!cj->failed)
		call_answer(&call, json_incref(cj->answer));
	else
		client_send(cj->client,
		    cj->id >= 0 ? json_pack("{s:I, s:O}", "id", cj->id, "error",
				      cj->answer)
				: json_pack("{s:O}", "error", cj->answer));
}

/* The one that the client may confirm; NULL: none. */
static struct control_job *
find_review(const struct client *client)
{
	struct control_job *cj = client->control->control_jobs;

	while (cj != NULL && (cj->client != client || !cj->waits))
		cj = cj->next;
	return cj;
}

static void
remove_job(struct control_job *cj)
{
	unlink_job(cj);
	free_job(cj);
}

/* Are all licenses of the file here now? */
static bool
is_installed(const struct control_job *cj)
{
	const char *state =
	    json_string_value(json_object_get(cj->answer, "state"));

	return !cj->failed && state != NULL && strcmp(state, "successful") == 0;
}

/* A client has one review: a new one takes the place of the last. */
static void
over(void *arg, struct job *job)
{
	struct control_job *cj = arg, *last;

	answer_client(cj);
	if (cj->request_id != NULL && job->reviewed == NULL)
		callhome_settle(
		    cj->control->callhome, cj->request_id, is_installed(cj));
	if (job->reviewed == NULL || cj->client == NULL || cj->failed) {
		remove_job(cj);
		return;
	}
	if ((last = find_review(cj->client)) != NULL)
		remove_job(last);
	cj->waits = true;
}

/* ---- How far it is ---- */

#define PROGRESS_MS 200

/* Who does not read it is not told more. */
static void
progress(void *arg, const char *what, uint64_t done, uint64_t total)
{
	struct control_job *cj = arg;
	int64_t now = loop_now_ms();

	if (cj->client == NULL || cj->client->out.len >= CONTROL_PAGE ||
	    now - cj->told_ms < PROGRESS_MS)
		return;
	cj->told_ms = now;
	client_send(
	    cj->client, json_pack("{s:{s:I, s:s, s:I, s:I}}", "progress", "id",
			    cj->id, "what", what, "done", (json_int_t)done,
			    "total", (json_int_t)total));
}

/* ---- Asking for it ---- */

/* "file: there is no host in it: ..." */
static bool
take_url(const struct call *call, const char *name, const char *text,
    struct url *url)
{
	char why[256], whole[320];

	if (url_parse(text != NULL ? text : "", url, why, sizeof why))
		return true;
	snprintf(whole, sizeof whole, "%s: %s", name, why);
	call_refuse(call, "invalid", whole);
	return false;
}

static struct control_job *
new_job(const struct call *call)
{
	struct client *client = call->client;
	struct control_job *cj;

	if (client->njobs == CONTROL_JOBS_MAX) {
		call_refuse(call, "too-many",
		    "16 unfinished actions on this connection");
		return NULL;
	}
	if ((cj = calloc(1, sizeof *cj)) == NULL) {
		call_fail(call, LC_ENOMEM, "");
		return NULL;
	}
	cj->control = client->control;
	cj->client = client;
	cj->id = call->id;
	memcpy(cj->by, client->by, sizeof cj->by);
	if (take_url(call, "file", call->args.file, &cj->in) &&
	    take_url(call, "output", call->args.output, &cj->out))
		return cj;
	free_job(cj);
	return NULL;
}

static void
queue_job(const struct call *call, struct control_job *cj, enum job_kind kind)
{
	struct client *client = call->client;
	const struct args *args = &call->args;

	cj->job = (struct job){ .kind = kind,
		.device = args->device,
		.store = args->store,
		.license = args->license,
		.in = { cj->in.protocol, url_server(&cj->in) },
		.out = { cj->out.protocol, url_server(&cj->out) },
		.input = args->file != NULL ? cj->in.path : NULL,
		.output = args->output != NULL ? cj->out.path : NULL,
		.accept_eula = args->accept_eula,
		.stop_on_failure = args->stop_on_failure,
		.keep_existing = !args->overwrite,
		.review = args->review,
		.by = cj->by,
		.number = client->number,
		.progress = args->progress && call->id >= 0 ? progress : NULL,
		.report = report,
		.over = over,
		.arg = cj,
		.data = cj->job.data,
		.len = cj->job.len };
	cj->next = client->control->control_jobs;
	client->control->control_jobs = cj;
	client->njobs++;
	jobs_add(client->control->jobs, &cj->job);
}

static void
add(const struct call *call, enum job_kind kind)
{
	struct control_job *cj = new_job(call);

	if (cj != NULL)
		queue_job(call, cj, kind);
}

void
job_install_answer(const struct call *call, const char *file,
    const char *request_id, const char *notice)
{
	struct control_job *cj = new_job(call);

	if (cj == NULL)
		return;
	cj->job.data = (uint8_t *)strdup(file);
	cj->job.len = strlen(file);
	cj->request_id = strdup(request_id);
	cj->notice = notice != NULL ? strdup(notice) : NULL;
	if (cj->job.data != NULL && cj->request_id != NULL) {
		queue_job(call, cj, JOB_INSTALL);
		return;
	}
	free_job(cj);
	call_fail(call, LC_ENOMEM, "");
}

void
job_install(const struct call *call)
{
	add(call, JOB_INSTALL);
}

void
job_clear_license(const struct call *call)
{
	add(call, JOB_CLEAR);
}

void
job_agreements(const struct call *call)
{
	add(call, JOB_GENERATE_EULA);
}

void
job_save(const struct call *call)
{
	add(call, JOB_BACKUP);
}

void
job_credentials(const struct call *call)
{
	add(call, JOB_EXPORT_CREDENTIALS);
}

void
job_revoke(const struct call *call)
{
	add(call, JOB_PROCESS_TICKET);
}

void
job_regenerate(const struct call *call)
{
	add(call, JOB_REGENERATE_TICKET);
}

void
job_confirm(const struct call *call)
{
	struct control_job *cj = find_review(call->client);

	if (cj == NULL) {
		call_refuse(call, "not-found",
		    "nothing was reviewed on this connection");
		return;
	}
	cj->waits = false;
	cj->id = call->id;
	json_decref(cj->answer);
	cj->answer = NULL;
	cj->job.accept_eula = call->args.accept_eula;
	cj->job.progress =
	    call->args.progress && call->id >= 0 ? progress : NULL;
	jobs_add(cj->control->jobs, &cj->job);
}

/* ---- Clients that go ---- */

void
client_jobs_drop(struct client *client)
{
	struct control_job *next;

	for (struct control_job *cj = client->control->control_jobs; cj != NULL;
	     cj = next) {
		next = cj->next;
		if (cj->client != client)
			continue;
		if (cj->job.state == LC_PENDING)
			jobs_cancel(&cj->job);
		if (cj->job.state == LC_NOT_STARTED)
			remove_job(cj);
		else
			cj->client = NULL;
	}
}

void
jobs_abandon(struct control *control)
{
	while (control->control_jobs != NULL) {
		struct control_job *cj = control->control_jobs;

		control->control_jobs = cj->next;
		free_job(cj);
	}
}
