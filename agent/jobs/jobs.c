/*
 * jobs.c - the actions that wait to be done.
 *
 * The first of the queue is the one in progress.  Each turn of the loop does
 * one step of it, so that requests are answered between steps; while a file
 * comes or goes there is nothing to do.  What is judged is judged in this
 * order: device and store, a clear ahead of a backup, protocol, server, the
 * file to read and what is in it; then, before a permission ticket revokes
 * anything, that the rehost ticket can be written.
 */
#include "jobs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "url.h"

struct jobs {
	struct loop *loop;
	struct lc *core;
	struct jobs_conf conf;
	struct job *queue;
	struct task task;
	struct task *waiting; /* for no job to run */
	struct jobs_counts counts;

	/* Of the first one, once it has begun. */
	void (*step)(struct jobs *);
	struct lc_action *action;
	uint8_t *data; /* the file that it reads */
	size_t len;
	struct transfer *transfer;
	void (*transferred)(struct jobs *, enum transfer_result, const char *);
	struct file_target target;
	bool writable; /* the target was tried */
};

static const struct kind {
	const char *name;
	bool works; /* the core has something to do */
	bool reads, writes;
	enum lc_action_kind action;
	enum fail_cause input_path, input, output_path;
} kinds[] = {
	[JOB_NOTHING] = { .name = "nothing" },
	[JOB_INSTALL] = { "install", true, true, false, LC_INSTALL,
	    CAUSE_FILE_PATH, CAUSE_FILE, CAUSE_NONE },
	[JOB_CLEAR] = { "clear", true, false, false, LC_CLEAR, CAUSE_NONE,
	    CAUSE_NONE, CAUSE_NONE },
	[JOB_PROCESS_TICKET] = { "process permission ticket", true, true, true,
	    LC_PROCESS_TICKET, CAUSE_TICKET_PATH, CAUSE_TICKET,
	    CAUSE_REHOST_PATH },
	[JOB_REGENERATE_TICKET] = { "regenerate rehost ticket", true, true,
	    true, LC_REGENERATE_TICKET, CAUSE_TICKET_PATH, CAUSE_TICKET,
	    CAUSE_REHOST_PATH },
	[JOB_BACKUP] = { "backup", true, false, true, LC_BACKUP, CAUSE_NONE,
	    CAUSE_NONE, CAUSE_BACKUP_PATH },
	[JOB_GENERATE_EULA] = { "generate EULA", true, true, true,
	    LC_GENERATE_EULA, CAUSE_FILE_PATH, CAUSE_FILE, CAUSE_EULA_PATH },
	[JOB_EXPORT_NOTHING] = { .name = "export nothing" },
	/* invalidFile has the number of invalidLicenseFilePath. */
	[JOB_EXPORT_CREDENTIALS] = { "export credentials", true, false, true,
	    LC_EXPORT_CREDENTIALS, CAUSE_NONE, CAUSE_NONE, CAUSE_FILE_PATH },
};

static const struct kind *
kind_of(const struct jobs *jobs)
{
	return &kinds[jobs->queue->kind];
}

void
job_clear(struct job *job)
{
	free(job->results);
	job->results = NULL;
	job->nresults = 0;
	lc_action_free(job->reviewed);
	job->reviewed = NULL;
	free(job->data);
	job->data = NULL;
}

/* The next step, as soon as everybody else had a turn. */
static void
go_on(struct jobs *jobs, void (*step)(struct jobs *))
{
	jobs->step = step;
	loop_defer(jobs->loop, &jobs->task);
}

/* ---- The end of a job ---- */

static void
let_go(struct jobs *jobs)
{
	lc_action_free(jobs->action);
	jobs->action = NULL;
	free(jobs->data);
	jobs->data = NULL;
	jobs->len = 0;
	transfer_free(jobs->transfer);
	jobs->transfer = NULL;
	file_abandon(&jobs->target);
	jobs->writable = false;
}

static void
finish(struct jobs *jobs, enum lc_action_state state, enum fail_cause cause)
{
	struct job *job = jobs->queue;

	let_go(jobs);
	jobs->queue = job->next;
	job->state = state;
	job->cause = cause;
	if (jobs->waiting != NULL)
		loop_defer(jobs->loop, jobs->waiting);
	jobs->waiting = NULL;
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
succeed(struct jobs *jobs, enum lc_action_state state)
{
	report(jobs, CAUSE_NONE, LC_OK, "");
	finish(jobs, state, CAUSE_NONE);
}

/* Are there licenses that are gone for good? */
static bool
revoked(const struct jobs *jobs)
{
	return jobs->queue->kind == JOB_PROCESS_TICKET &&
	       jobs->action != NULL &&
	       lc_action_state(jobs->action) == LC_SUCCESSFUL;
}

/* Whoever writes a URL where SNMP has a file name must not find its password
 * in the log. */
static const char *
loggable(const char *file, bool remote)
{
	return !remote && url_may_hold_password(file) ? "a hidden name" : file;
}

/* file: the one it is about, or NULL. */
static void
fail(struct jobs *jobs, enum fail_cause cause, enum lc_err err,
    const char *file, const char *why)
{
	const struct job *job = jobs->queue;
	bool out = file != NULL && file == job->output;
	int32_t protocol = out ? job->out.protocol : job->in.protocol;
	bool remote = file != NULL && protocol_of(protocol)->is_remote;

	/* Without an action nothing was looked at one by one. */
	if (job->kind == JOB_INSTALL && jobs->action == NULL)
		jobs->counts.failed++;
	log_warn("job", "action %u, %s%s%s%s%s: %s: %s; %s", job->number,
	    kind_of(jobs)->name, file == NULL ? "" : (out ? " to " : " of "),
	    file != NULL ? loggable(file, remote) : "", remote ? " by " : "",
	    remote ? protocol_of(protocol)->name : "", cause_name(cause), why,
	    revoked(jobs) ? "the licenses are revoked; regenerate the rehost "
			    "ticket"
			  : "nothing was changed");
	report(jobs, cause, err, why);
	finish(jobs, LC_FAILED, cause);
}

/* The core's sentence, or its words for the error if it has none. */
static const char *
sentence(const char *detail, enum lc_err err)
{
	return detail[0] != '\0' ? detail : lc_strerror(err);
}

/* ---- Transfers ---- */

static void
on_progress(void *arg, uint64_t done, uint64_t total)
{
	const struct jobs *jobs = arg;
	const struct job *job = jobs->queue;

	if (job->progress != NULL)
		job->progress(job->arg, "bytes", done, total);
	log_debug("transfer", "action %u: %" PRIu64 " of %" PRIu64 " bytes",
	    job->number, done, total);
}

static void
on_over(void *arg, enum transfer_result result, const char *why)
{
	struct jobs *jobs = arg;

	log_debug("transfer", "action %u: %s", jobs->queue->number,
	    result == TRANSFER_DONE ? "done" : why);
	jobs->transferred(jobs, result, why);
}

/* Where a transfer that has not begun ends up, a turn of the loop later than
 * the step that asked for it is not needed: nobody waits in between. */
static void
transfer(struct jobs *jobs, struct transfer_order *order, const void *data,
    size_t len,
    void (*transferred)(struct jobs *, enum transfer_result, const char *))
{
	const struct transfer_events events = { on_progress, on_over, jobs };

	log_debug("transfer", "action %u: %s %s, %s port %u",
	    jobs->queue->number, order->upload ? "put" : "get", order->path,
	    order->host, order->port);
	order->progress |= jobs->queue->progress != NULL;
	transfer_free(jobs->transfer);
	jobs->transferred = transferred;
	jobs->transfer = transfer_new(jobs->loop, order, data, len, &events);
	explicit_bzero(order, sizeof *order);
	if (jobs->transfer == NULL)
		transferred(jobs, TRANSFER_FAILED, strerror(errno));
}

/* The server was checked when the job began.  There may be a password in the
 * order, so it is not returned by value. */
static void
make_order(const struct jobs *jobs, const struct job_way *way, const char *path,
    struct transfer_order *order)
{
	char why[128];

	(void)transfer_order_make(order, jobs->conf.transfer, way->protocol,
	    &way->server, path, why, sizeof why);
}

/* ---- The file that comes out ---- */

/* Whatever goes wrong when the licenses are gone has one cause. */
static void
fail_output(struct jobs *jobs, enum transfer_result result, const char *why)
{
	enum fail_cause cause = kind_of(jobs)->output_path;

	if (result == TRANSFER_NO_SERVER && !revoked(jobs))
		cause = CAUSE_SERVER;
	else if (result == TRANSFER_FAILED && !revoked(jobs))
		cause = CAUSE_GENERAL;
	fail(jobs, cause, LC_EIO, jobs->queue->output, why);
}

static void
exported(struct jobs *jobs, enum transfer_result result, const char *why)
{
	if (result != TRANSFER_DONE)
		fail_output(jobs, result, why);
	else
		succeed(jobs, lc_action_state(jobs->action));
}

static void
export_local(struct jobs *jobs, const char *data, size_t len)
{
	const char *name = jobs->queue->output;
	char why[256];

	if ((jobs->target.open || file_create(&jobs->target, jobs->conf.files,
				      name, len, why, sizeof why)) &&
	    file_finish(&jobs->target, data, len, why, sizeof why))
		exported(jobs, TRANSFER_DONE, "");
	else
		exported(jobs, TRANSFER_REFUSED, why);
}

static void
export_output(struct jobs *jobs)
{
	size_t len;
	const char *data = lc_action_output(jobs->action, &len);
	struct transfer_order order;

	if (!protocol_of(jobs->queue->out.protocol)->is_remote) {
		export_local(jobs, data != NULL ? data : "", len);
		return;
	}
	make_order(jobs, &jobs->queue->out, jobs->queue->output, &order);
	order.upload = true;
	transfer(jobs, &order, data, len, exported);
}

/* ---- Work ---- */

static void
log_result(
    const struct job *job, const struct lc_result *results, size_t i, size_t n)
{
	log_warn("job", "action %u, license %zu of %zu: %s: %s", job->number,
	    i + 1, n, cause_name(cause_of(results[i].err)),
	    sentence(results[i].detail.text, results[i].err));
}

/* The first license of each cause, and how many there are in all: a file may
 * hold thousands. */
static void
log_results(const struct job *job, const struct lc_result *results, size_t n)
{
	bool logged[CAUSE_LAST + 1] = { false };
	size_t failed = 0, nlogged = 0;

	/* What became of a single one is what became of the whole. */
	for (size_t i = 0; n > 1 && i < n; i++) {
		enum fail_cause cause = cause_of(results[i].err);

		if (results[i].err == LC_OK)
			continue;
		failed++;
		if (logged[cause])
			continue;
		logged[cause] = true;
		nlogged++;
		log_result(job, results, i, n);
	}
	if (failed > nlogged)
		log_warn("job",
		    "action %u: %zu of %zu licenses failed; the first of each "
		    "cause is logged",
		    job->number, failed, n);
}

static void
count_results(struct jobs *jobs, const struct lc_result *results, size_t n)
{
	struct jobs_counts *counts = &jobs->counts;
	bool install = jobs->queue->kind == JOB_INSTALL;

	if (!install && jobs->queue->kind != JOB_CLEAR)
		return;
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
		job->results[i].cause = cause_of(results[i].err);
	}
	return true;
}

static void
take_results(struct jobs *jobs)
{
	struct job *job = jobs->queue;
	size_t n;
	const struct lc_result *results = lc_action_results(jobs->action, &n);

	log_results(job, results, n);
	count_results(jobs, results, n);
	if (!copy_results(job, results, n))
		log_warn("job",
		    "action %u: out of memory for its results; only its row "
		    "has the outcome",
		    job->number);
}

/* The core is done with it. */
static void
conclude(struct jobs *jobs)
{
	const struct job *job = jobs->queue;
	enum lc_action_state state = lc_action_state(jobs->action);
	enum lc_err err = lc_action_error(jobs->action);

	take_results(jobs);
	if (state == LC_FAILED) {
		fail(jobs, cause_of(err), err,
		    kind_of(jobs)->reads ? job->input : NULL,
		    sentence(lc_action_detail(jobs->action), err));
		return;
	}
	log_debug("job", "action %u, %s: %s", job->number, kind_of(jobs)->name,
	    state == LC_SUCCESSFUL ? "done" : "done in part");
	if (kind_of(jobs)->writes && job->output != NULL)
		export_output(jobs);
	else
		succeed(jobs, state);
}

static void work(struct jobs *);

static void
tried(struct jobs *jobs, enum transfer_result result, const char *why)
{
	if (result != TRANSFER_DONE) {
		fail_output(jobs, result, why);
		return;
	}
	jobs->writable = true;
	go_on(jobs, work);
}

/*
 * A rehost ticket is little more than what was asked for.  On a server,
 * nothing is put behind what is there; where that cannot be done, it is put in
 * its place.
 */
static void
try_output(struct jobs *jobs)
{
	const char *name = jobs->queue->output;
	struct transfer_order order;
	char why[256];

	if (!protocol_of(jobs->queue->out.protocol)->is_remote) {
		if (file_create(&jobs->target, jobs->conf.files, name,
			jobs->len + 65536, why, sizeof why))
			tried(jobs, TRANSFER_DONE, "");
		else
			tried(jobs, TRANSFER_REFUSED, why);
		return;
	}
	make_order(jobs, &jobs->queue->out, name, &order);
	order.upload = order.append = true;
	transfer(jobs, &order, NULL, 0, tried);
}

static void
tell_progress(const struct jobs *jobs)
{
	const struct job *job = jobs->queue;
	size_t done, total;

	if (job->progress == NULL)
		return;
	lc_action_progress(jobs->action, &done, &total);
	if (total != 0)
		job->progress(job->arg, "licenses", done, total);
}

/* It leaves the queue, so that others need not wait for its confirmation. */
static void
wait_for_confirmation(struct jobs *jobs)
{
	struct job *job = jobs->queue;

	report(jobs, CAUSE_NONE, LC_OK, "");
	job->reviewed = jobs->action;
	job->data = jobs->data;
	job->len = jobs->len;
	jobs->action = NULL;
	jobs->data = NULL;
	finish(jobs, LC_NOT_STARTED, CAUSE_NONE);
}

static bool
needs_output(const struct jobs *jobs)
{
	return kind_of(jobs)->action == LC_PROCESS_TICKET && !jobs->writable;
}

/* The core's first slice judges a permission ticket, and changes nothing. */
static void
work(struct jobs *jobs)
{
	bool over = lc_action_step(jobs->action);

	tell_progress(jobs);
	if (over && lc_action_waits(jobs->action))
		wait_for_confirmation(jobs);
	else if (over)
		conclude(jobs);
	else if (needs_output(jobs) && !jobs->queue->review)
		go_on(jobs, try_output);
	else
		go_on(jobs, work);
}

/* The same action and the same bytes. */
static void
confirm(struct jobs *jobs)
{
	struct job *job = jobs->queue;

	jobs->action = job->reviewed;
	jobs->data = job->data;
	jobs->len = job->len;
	job->reviewed = NULL;
	job->data = NULL;
	job->review = false;
	lc_action_confirm(jobs->action, job->accept_eula);
	go_on(jobs, needs_output(jobs) ? try_output : work);
}

static struct lc_request
request_of(const struct jobs *jobs)
{
	const struct job *job = jobs->queue;

	return (struct lc_request){
		.kind = kind_of(jobs)->action,
		.device = job->device,
		.store = job->store,
		.license = job->license,
		.data = jobs->data,
		.len = jobs->len,
		.accept_eula = job->accept_eula,
		.stop_on_failure = job->stop_on_failure,
		.review = job->review,
		.by = job->by,
	};
}

static void
start(struct jobs *jobs)
{
	struct lc_request request = request_of(jobs);
	enum lc_err err = lc_action_new(jobs->core, &request, &jobs->action);

	if (err != LC_OK)
		fail(jobs, cause_of(err), err, NULL, lc_strerror(err));
	else
		go_on(jobs, work);
}

/* ---- The file that goes in ---- */

static void
fail_input(struct jobs *jobs, enum transfer_result result, const char *why)
{
	const struct kind *kind = kind_of(jobs);
	enum fail_cause cause = CAUSE_GENERAL;
	enum lc_err err = LC_EIO;

	switch (result) {
	case TRANSFER_NO_SERVER:
		cause = CAUSE_SERVER;
		break;
	case TRANSFER_REFUSED:
		cause = kind->input_path;
		break;
	case TRANSFER_TOO_LARGE: /* it is accessible, and not valid */
		cause = kind->input;
		err = LC_EFILE;
		break;
	case TRANSFER_DONE:
	case TRANSFER_FAILED:
		break;
	}
	fail(jobs, cause, err, jobs->queue->input, why);
}

static void
fetched(struct jobs *jobs, enum transfer_result result, const char *why)
{
	if (result != TRANSFER_DONE)
		fail_input(jobs, result, why);
	else if (!transfer_take(jobs->transfer, &jobs->data, &jobs->len))
		fail_input(jobs, TRANSFER_FAILED, strerror(errno));
	else
		start(jobs);
}

static void
read_local(struct jobs *jobs)
{
	char why[256];

	switch (files_read(jobs->conf.files, jobs->queue->input, &jobs->data,
	    &jobs->len, why, sizeof why)) {
	case FILES_READ:
		start(jobs);
		return;
	case FILES_UNREADABLE:
		fail_input(jobs, TRANSFER_REFUSED, why);
		return;
	case FILES_TOO_LARGE:
		fail_input(jobs, TRANSFER_TOO_LARGE, why);
		return;
	}
}

static void
fetch(struct jobs *jobs)
{
	struct transfer_order order;

	if (!kind_of(jobs)->reads || jobs->queue->input == NULL)
		start(jobs);
	else if (!protocol_of(jobs->queue->in.protocol)->is_remote)
		read_local(jobs);
	else {
		make_order(jobs, &jobs->queue->in, jobs->queue->input, &order);
		transfer(jobs, &order, NULL, 0, fetched);
	}
}

/* ---- The beginning ---- */

static bool
judge_way(struct jobs *jobs, const struct job_way *way)
{
	struct transfer_order order;
	char why[128];
	bool good;

	if (!protocol_of(way->protocol)->is_supported) {
		snprintf(why, sizeof why, "%s is not supported",
		    protocol_of(way->protocol)->name);
		fail(jobs, CAUSE_PROTOCOL, LC_EINVAL, NULL, why);
		return false;
	}
	if (!protocol_of(way->protocol)->is_remote)
		return true;
	good = transfer_order_make(&order, jobs->conf.transfer, way->protocol,
	    &way->server, "", why, sizeof why);
	explicit_bzero(&order, sizeof order);
	if (!good)
		fail(jobs, CAUSE_SERVER, LC_EINVAL, NULL, why);
	return good;
}

static bool
judge_existing(struct jobs *jobs)
{
	const struct job *job = jobs->queue;

	if (!job->keep_existing || job->output == NULL ||
	    protocol_of(job->out.protocol)->is_remote ||
	    !file_exists(jobs->conf.files, job->output))
		return true;
	fail(jobs, kind_of(jobs)->output_path, LC_EEXISTS, job->output,
	    "file exists");
	return false;
}

/* Can files come and go as the job wants it?  False: the job is over. */
static bool
judge_ways(struct jobs *jobs)
{
	const struct job *job = jobs->queue;
	const struct kind *kind = kind_of(jobs);

	return (!kind->reads || judge_way(jobs, &job->in)) &&
	       (!kind->writes ||
		   (judge_way(jobs, &job->out) && judge_existing(jobs)));
}

static void
begin(struct jobs *jobs)
{
	struct job *job = jobs->queue;
	struct lc_request request = request_of(jobs);
	struct lc_detail detail = { "" };
	enum lc_err err;

	if (job->kind == JOB_NOTHING)
		succeed(jobs, LC_SUCCESSFUL);
	else if (job->kind == JOB_EXPORT_NOTHING)
		fail(jobs, CAUSE_GENERAL, LC_EINVAL, NULL, "no operation");
	else if ((err = lc_request_check(jobs->core, &request, &detail)) !=
		 LC_OK)
		fail(
		    jobs, cause_of(err), err, NULL, sentence(detail.text, err));
	else if (job->behind_clear)
		fail(jobs, CAUSE_CLEAR_RUNNING, LC_EINVAL, NULL,
		    "a clear was queued or in progress");
	else if (judge_ways(jobs))
		(job->reviewed != NULL ? confirm : fetch)(jobs);
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
		go_on(jobs, begin);
	} else
		jobs->step(jobs);
}

/* ---- The queue ---- */

struct jobs *
jobs_new(struct loop *loop, struct lc *core, const struct jobs_conf *conf)
{
	struct jobs *jobs = calloc(1, sizeof *jobs);

	if (jobs == NULL)
		return NULL;
	jobs->loop = loop;
	jobs->core = core;
	jobs->conf = *conf;
	jobs->task = (struct task){ .run = turn, .arg = jobs };
	return jobs;
}

void
jobs_free(struct jobs *jobs)
{
	if (jobs == NULL)
		return;
	loop_undefer(jobs->loop, &jobs->task);
	let_go(jobs);
	free(jobs);
}

void
jobs_set_conf(struct jobs *jobs, const struct jobs_conf *conf)
{
	jobs->conf = *conf;
}

void
jobs_when_idle(struct jobs *jobs, struct task *task)
{
	if (jobs_running(jobs))
		jobs->waiting = task;
	else
		loop_defer(jobs->loop, task);
}

static bool
clear_is_queued(const struct jobs *jobs)
{
	const struct job *job = jobs->queue;

	while (job != NULL && job->kind != JOB_CLEAR)
		job = job->next;
	return job != NULL;
}

void
jobs_add(struct jobs *jobs, struct job *job)
{
	struct job **at = &jobs->queue;

	job->behind_clear = job->kind == JOB_BACKUP && clear_is_queued(jobs);
	while (*at != NULL)
		at = &(*at)->next;
	*at = job;
	job->next = NULL;
	job->state = LC_PENDING;
	job->cause = CAUSE_NONE;
	if (jobs->queue == job)
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
