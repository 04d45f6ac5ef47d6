/*
 * jobs.c - the actions that wait to be done.
 *
 * The first of the queue is the one in progress.  Each turn of the loop does
 * one slice of it, so that requests are answered between slices.  What can be
 * judged at once is judged in this order: device and store, protocol, file.
 */
#include "jobs.h"

#include <stdlib.h>

#include "log.h"

struct jobs {
	struct loop *loop;
	struct lc *core;
	const struct files *files;
	struct job *queue;
	struct task task;
	struct lc_action *action; /* of the first one, once it has begun */
	uint8_t *data;            /* the license file */
	struct jobs_counts counts;
};

bool
job_protocol_offered(int32_t protocol)
{
	return protocol == PROTOCOL_NONE || protocol == PROTOCOL_LOCAL;
}

void
job_clear(struct job *job)
{
	free(job->results);
	job->results = NULL;
	job->nresults = 0;
}

static const char *
kind_name(enum job_kind kind)
{
	switch (kind) {
	case JOB_NOTHING:
		return "nothing";
	case JOB_INSTALL:
		return "install";
	case JOB_CLEAR:
		return "clear";
	}
	return "?";
}

/* ---- The end of a job ---- */

static void
finish(struct jobs *jobs, enum lc_action_state state, enum fail_cause cause)
{
	struct job *job = jobs->queue;

	lc_action_free(jobs->action);
	jobs->action = NULL;
	free(jobs->data);
	jobs->data = NULL;
	jobs->queue = job->next;
	job->state = state;
	job->cause = cause;
	if (jobs->queue != NULL)
		loop_defer(jobs->loop, &jobs->task);
	job->over(job->arg, job);
}

static void
report(const struct jobs *jobs, enum fail_cause cause, enum lc_err err,
    const char *why)
{
	const struct job *job = jobs->queue;

	if (job->report != NULL)
		job->report(job->arg, jobs->action, cause, err, why);
}

static void
fail(struct jobs *jobs, enum fail_cause cause, enum lc_err err, const char *why)
{
	const struct job *job = jobs->queue;
	bool file = job->kind == JOB_INSTALL;

	/* Without an action nothing was looked at one by one. */
	if (file && jobs->action == NULL)
		jobs->counts.failed++;

	log_warn("job", "action %u, %s%s%s: %s: %s; nothing was changed",
	    job->number, kind_name(job->kind), file ? " of " : "",
	    file ? job->file : "", map_cause_name(cause), why);
	report(jobs, cause, err, why);
	finish(jobs, LC_FAILED, cause);
}

/* The core's sentence, or its words for the error if it has none. */
static const char *
sentence(const char *detail, enum lc_err err)
{
	return detail[0] != '\0' ? detail : lc_strerror(err);
}

static void
log_results(const struct job *job, const struct lc_result *results, size_t n)
{
	/* What became of a single one is what became of the whole. */
	for (size_t i = 0; n > 1 && i < n; i++)
		if (results[i].err != LC_OK)
			log_warn("job", "action %u, license %zu of %zu: %s: %s",
			    job->number, i + 1, n,
			    map_cause_name(map_cause(results[i].err)),
			    sentence(results[i].detail.text, results[i].err));
}

static void
count_results(struct jobs *jobs, const struct lc_result *results, size_t n)
{
	struct jobs_counts *counts = &jobs->counts;
	bool install = jobs->queue->kind == JOB_INSTALL;

	if (install && n == 0)
		counts->failed++;
	for (size_t i = 0; i < n; i++)
		if (results[i].state == LC_SUCCESSFUL)
			++*(install ? &counts->installed : &counts->cleared);
		else if (install && results[i].err == LC_EEXISTS)
			counts->existing++;
		else if (install && results[i].state == LC_FAILED)
			counts->failed++;
}

static bool
copy_results(struct job *job, const struct lc_result *results, size_t n)
{
	if (n < 2) /* the row itself says it all */
		return true;
	job->results = calloc(n, sizeof *job->results);
	if (job->results == NULL)
		return false;
	job->nresults = n;
	for (size_t i = 0; i < n; i++) {
		job->results[i].state = results[i].state;
		job->results[i].cause = map_cause(results[i].err);
	}
	return true;
}

/* The core is done with it. */
static void
conclude(struct jobs *jobs)
{
	struct job *job = jobs->queue;
	enum lc_action_state state = lc_action_state(jobs->action);
	enum lc_err err = lc_action_error(jobs->action);
	const struct lc_result *results;
	size_t n;

	results = lc_action_results(jobs->action, &n);
	log_results(job, results, n);
	count_results(jobs, results, n);
	if (!copy_results(job, results, n))
		log_warn("job",
		    "action %u: out of memory for its results; "
		    "its row has the outcome",
		    job->number);
	if (state == LC_FAILED) {
		fail(jobs, map_cause(err), err,
		    sentence(lc_action_detail(jobs->action), err));
		return;
	}
	log_debug("job", "action %u, %s: %s", job->number, kind_name(job->kind),
	    state == LC_SUCCESSFUL ? "done" : "done in part");
	report(jobs, CAUSE_NONE, LC_OK, "");
	finish(jobs, state, CAUSE_NONE);
}

/* ---- The beginning ---- */

static struct lc_request
request_of(const struct job *job)
{
	return (struct lc_request){
		.kind = job->kind == JOB_INSTALL ? LC_INSTALL : LC_CLEAR,
		.device = job->device,
		.store = job->store,
		.license = job->license,
		.accept_eula = job->accept_eula,
		.stop_on_failure = job->stop_on_failure,
		.by = job->by,
	};
}

/* False: the job is over. */
static bool
fetch_file(struct jobs *jobs, struct lc_request *request)
{
	const struct job *job = jobs->queue;
	char why[256];

	if (job->kind != JOB_INSTALL)
		return true;
	if (!job_protocol_offered(job->protocol)) {
		fail(jobs, CAUSE_PROTOCOL, LC_EINVAL,
		    "this version reads local files "
		    "only");
		return false;
	}
	switch (files_read(jobs->files, job->file, &jobs->data, &request->len,
	    why, sizeof why)) {
	case FILES_READ:
		request->data = jobs->data;
		return true;
	case FILES_UNREADABLE:
		fail(jobs, CAUSE_FILE_PATH, LC_EIO, why);
		break;
	case FILES_TOO_LARGE: /* it is accessible, and not valid */
		fail(jobs, CAUSE_FILE, LC_EFILE, why);
		break;
	}
	return false;
}

static void
begin(struct jobs *jobs)
{
	struct job *job = jobs->queue;
	struct lc_request request = request_of(job);
	struct lc_detail detail = { "" };
	enum lc_err err;

	if (job->kind == JOB_NOTHING) {
		report(jobs, CAUSE_NONE, LC_OK, "");
		finish(jobs, LC_SUCCESSFUL, CAUSE_NONE);
		return;
	}
	if ((err = lc_request_check(jobs->core, &request, &detail)) != LC_OK) {
		fail(jobs, map_cause(err), err, sentence(detail.text, err));
		return;
	}
	if (!fetch_file(jobs, &request))
		return;
	err = lc_action_new(jobs->core, &request, &jobs->action);
	if (err != LC_OK)
		fail(jobs, map_cause(err), err, lc_strerror(err));
	else
		loop_defer(jobs->loop, &jobs->task);
}

static void
turn(void *arg)
{
	struct jobs *jobs = arg;
	struct job *job = jobs->queue;

	if (job == NULL)
		return;
	if (job->state == LC_PENDING) {
		job->state = LC_IN_PROGRESS;
		loop_defer(jobs->loop, &jobs->task);
	} else if (jobs->action == NULL)
		begin(jobs);
	else if (lc_action_step(jobs->action))
		conclude(jobs);
	else
		loop_defer(jobs->loop, &jobs->task);
}

/* ---- The queue ---- */

struct jobs *
jobs_new(struct loop *loop, struct lc *core, const struct files *files)
{
	struct jobs *jobs = calloc(1, sizeof *jobs);

	if (jobs == NULL)
		return NULL;
	jobs->loop = loop;
	jobs->core = core;
	jobs->files = files;
	jobs->task = (struct task){ .run = turn, .arg = jobs };
	return jobs;
}

void
jobs_free(struct jobs *jobs)
{
	if (jobs == NULL)
		return;
	loop_undefer(jobs->loop, &jobs->task);
	lc_action_free(jobs->action);
	free(jobs->data);
	free(jobs);
}

void
jobs_set_files(struct jobs *jobs, const struct files *files)
{
	jobs->files = files;
}

void
jobs_add(struct jobs *jobs, struct job *job)
{
	struct job **at = &jobs->queue;

	while (*at != NULL)
		at = &(*at)->next;
	*at = job;
	job->next = NULL;
	job->state = LC_PENDING;
	job->cause = CAUSE_NONE;
	loop_defer(jobs->loop, &jobs->task);
}

void
jobs_cancel(struct jobs *jobs, struct job *job)
{
	struct job **at = &jobs->queue;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	job->state = LC_NOT_STARTED;
}

uint32_t
jobs_position(const struct jobs *jobs, const struct job *job)
{
	uint32_t position = 0;

	if (job->state != LC_PENDING)
		return 0;
	for (const struct job *at = jobs->queue; at != job; at = at->next)
		position += at->state == LC_PENDING;
	return position + 1;
}

const struct jobs_counts *
jobs_counts(const struct jobs *jobs)
{
	return &jobs->counts;
}

bool
jobs_running(const struct jobs *jobs)
{
	return jobs->queue != NULL && jobs->queue->state == LC_IN_PROGRESS;
}
