/*
 * jobs.c - how an action is carried out.
 *
 * Each turn of the loop does one step of a job, so that requests are answered
 * between steps.  A job is checked in this order: device and store, a clear
 * ahead of a backup, protocol, server, the file to read and its content; then,
 * before a permission ticket revokes anything, that the rehost ticket can be
 * written.
 */
#include "jobs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lanes.h"
#include "log.h"
#include "url.h"

struct jobs {
	struct lanes lanes;
	struct lc *core;
	struct jobs_conf conf;
	struct jobs_counts counts;
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
kind_of(const struct lane *lane)
{
	return &kinds[lane->queue->kind];
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

static struct jobs *
jobs_of(const struct lane *lane)
{
	return lane->lanes->arg;
}

/* ---- The end of a job ---- */

static void
let_go(struct lane *lane)
{
	lc_action_free(lane->action);
	lane->action = NULL;
	file_close(&lane->source);
	free(lane->data);
	lane->data = NULL;
	lane->len_data = 0;
	transfer_free(lane->transfer);
	lane->transfer = NULL;
	file_abandon(&lane->target);
	lane->writable = false;
}

static void
finish(struct lane *lane, enum lc_action_state state, enum fail_cause cause)
{
	struct job *job = lane->queue;

	let_go(lane);
	job->state = state;
	job->cause = cause;
	lane_finish(lane);
	job->over(job->arg, job);
}

static void
report(const struct lane *lane, enum fail_cause cause, enum lc_err err,
    const char *why)
{
	const struct job *job = lane->queue;

	if (job->report != NULL)
		job->report(job->arg, lane->action, cause, err, why);
}

static void
succeed(struct lane *lane, enum lc_action_state state)
{
	report(lane, CAUSE_NONE, LC_OK, "");
	finish(lane, state, CAUSE_NONE);
}

/* Are there licenses that are gone for good? */
static bool
revoked(const struct lane *lane)
{
	return lane->queue->kind == JOB_PROCESS_TICKET &&
	       lane->action != NULL &&
	       lc_action_state(lane->action) == LC_SUCCESSFUL;
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
fail(struct lane *lane, enum fail_cause cause, enum lc_err err,
    const char *file, const char *why)
{
	const struct job *job = lane->queue;
	bool out = file != NULL && file == job->output;
	int32_t protocol = out ? job->out.protocol : job->in.protocol;
	bool remote = file != NULL && protocol_of(protocol)->is_remote;

	/* Without an action nothing was looked at one by one. */
	if (job->kind == JOB_INSTALL && lane->action == NULL)
		jobs_of(lane)->counts.failed++;
	log_warn("job", "action %u, %s%s%s%s%s: %s: %s; %s", job->number,
	    kind_of(lane)->name, file == NULL ? "" : (out ? " to " : " of "),
	    file != NULL ? loggable(file, remote) : "", remote ? " by " : "",
	    remote ? protocol_of(protocol)->name : "", cause_name(cause), why,
	    revoked(lane) ? "the licenses are revoked; regenerate the rehost "
			    "ticket"
			  : "nothing was changed");
	report(lane, cause, err, why);
	finish(lane, LC_FAILED, cause);
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
	const struct lane *lane = arg;
	const struct job *job = lane->queue;

	if (job->progress != NULL)
		job->progress(job->arg, "bytes", done, total);
	log_debug("transfer", "action %u: %" PRIu64 " of %" PRIu64 " bytes",
	    job->number, done, total);
}

static void
on_over(void *arg, enum transfer_result result, const char *why)
{
	struct lane *lane = arg;

	log_debug("transfer", "action %u: %s", lane->queue->number,
	    result == TRANSFER_DONE ? "done" : why);
	lane->transferred(lane, result, why);
}

/* Where a transfer that has not begun ends up, a turn of the loop later than
 * the step that asked for it is not needed: nobody waits in between. */
static void
transfer(struct lane *lane, struct transfer_order *order, const void *data,
    size_t len,
    void (*transferred)(struct lane *, enum transfer_result, const char *))
{
	const struct transfer_events events = { on_progress, on_over, lane };
	char why[PATH_MAX + 64];

	log_debug("transfer", "action %u: %s %s, %s port %u",
	    lane->queue->number, order->upload ? "put" : "get", order->path,
	    order->host, order->port);
	order->progress |= lane->queue->progress != NULL;
	transfer_free(lane->transfer);
	lane->transferred = transferred;
	lane->transfer = transfer_new(
	    lane->lanes->loop, order, data, len, &events, why, sizeof why);
	explicit_bzero(order, sizeof *order);
	if (lane->transfer == NULL)
		transferred(lane, TRANSFER_FAILED, why);
}

/* The server was checked when the job began.  There may be a password in the
 * order, so it is not returned by value. */
static void
make_order(const struct lane *lane, const struct job_way *way, const char *path,
    struct transfer_order *order)
{
	char why[128];

	(void)transfer_order_make(order, jobs_of(lane)->conf.transfer,
	    way->protocol, &way->server, path, why, sizeof why);
}

/* ---- The file that comes out ---- */

/* Whatever goes wrong when the licenses are gone has one cause. */
static void
fail_output(struct lane *lane, enum transfer_result result, const char *why)
{
	enum fail_cause cause = kind_of(lane)->output_path;

	if (result == TRANSFER_NO_SERVER && !revoked(lane))
		cause = CAUSE_SERVER;
	else if (result == TRANSFER_FAILED && !revoked(lane))
		cause = CAUSE_GENERAL;
	fail(lane, cause, LC_EIO, lane->queue->output, why);
}

static void
exported(struct lane *lane, enum transfer_result result, const char *why)
{
	if (result != TRANSFER_DONE)
		fail_output(lane, result, why);
	else
		succeed(lane, lc_action_state(lane->action));
}

static void
export_local(struct lane *lane, const char *data, size_t len)
{
	const char *name = lane->queue->output;
	char why[256];

	if ((lane->target.open ||
		file_create(&lane->target, jobs_of(lane)->conf.files, name, len,
		    why, sizeof why)) &&
	    file_finish(&lane->target, data, len, why, sizeof why))
		exported(lane, TRANSFER_DONE, "");
	else
		exported(lane, TRANSFER_REFUSED, why);
}

static void
export_output(struct lane *lane)
{
	size_t len;
	const char *data = lc_action_output(lane->action, &len);
	struct transfer_order order;

	if (!protocol_of(lane->queue->out.protocol)->is_remote) {
		export_local(lane, data != NULL ? data : "", len);
		return;
	}
	make_order(lane, &lane->queue->out, lane->queue->output, &order);
	order.upload = true;
	transfer(lane, &order, data, len, exported);
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
count_results(struct lane *lane, const struct lc_result *results, size_t n)
{
	struct jobs_counts *counts = &jobs_of(lane)->counts;
	bool install = lane->queue->kind == JOB_INSTALL;

	if (!install && lane->queue->kind != JOB_CLEAR)
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
take_results(struct lane *lane)
{
	struct job *job = lane->queue;
	size_t n;
	const struct lc_result *results = lc_action_results(lane->action, &n);

	log_results(job, results, n);
	count_results(lane, results, n);
	if (!copy_results(job, results, n))
		log_warn("job",
		    "action %u: out of memory for its results; only its row "
		    "has the outcome",
		    job->number);
}

/* The core is done with it. */
static void
conclude(struct lane *lane)
{
	const struct job *job = lane->queue;
	enum lc_action_state state = lc_action_state(lane->action);
	enum lc_err err = lc_action_error(lane->action);

	lane_leave(lane, GATE_CORE);
	take_results(lane);
	if (state == LC_FAILED) {
		fail(lane, cause_of(err), err,
		    kind_of(lane)->reads ? job->input : NULL,
		    sentence(lc_action_detail(lane->action), err));
		return;
	}
	log_debug("job", "action %u, %s: %s", job->number, kind_of(lane)->name,
	    state == LC_SUCCESSFUL ? "done" : "done in part");
	if (kind_of(lane)->writes && job->output != NULL)
		export_output(lane);
	else
		succeed(lane, state);
}

static void work(struct lane *);

static void
tried(struct lane *lane, enum transfer_result result, const char *why)
{
	if (result != TRANSFER_DONE) {
		fail_output(lane, result, why);
		return;
	}
	lane->writable = true;
	lane_go_on(lane, work);
}

/*
 * A rehost ticket is little more than what was asked for.  On a server,
 * nothing is put behind what is there; where that cannot be done, it is put in
 * its place.
 */
static void
try_output(struct lane *lane)
{
	const char *name = lane->queue->output;
	struct transfer_order order;
	char why[256];

	lane_leave(lane, GATE_CORE); /* it judges the ticket again */
	if (!protocol_of(lane->queue->out.protocol)->is_remote) {
		if (file_create(&lane->target, jobs_of(lane)->conf.files, name,
			lane->len_data + 65536, why, sizeof why))
			tried(lane, TRANSFER_DONE, "");
		else
			tried(lane, TRANSFER_REFUSED, why);
		return;
	}
	make_order(lane, &lane->queue->out, name, &order);
	order.upload = order.append = true;
	transfer(lane, &order, NULL, 0, tried);
}

static void
tell_progress(const struct lane *lane)
{
	const struct job *job = lane->queue;
	size_t done, total;

	if (job->progress == NULL)
		return;
	lc_action_progress(lane->action, &done, &total);
	if (total != 0)
		job->progress(job->arg, "licenses", done, total);
}

/* It leaves the queue, so that others need not wait for its confirmation. */
static void
wait_for_confirmation(struct lane *lane)
{
	struct job *job = lane->queue;

	report(lane, CAUSE_NONE, LC_OK, "");
	job->reviewed = lane->action;
	job->data = lane->data;
	job->len = lane->len_data;
	lane->action = NULL;
	lane->data = NULL;
	finish(lane, LC_NOT_STARTED, CAUSE_NONE);
}

static bool
needs_output(const struct lane *lane)
{
	return kind_of(lane)->action == LC_PROCESS_TICKET &&
	       lane->queue->output != NULL && !lane->writable;
}

/* The core's first slice judges a permission ticket, and changes nothing. */
static void
work(struct lane *lane)
{
	bool over;

	if (!lane_enter(lane, GATE_CORE, work))
		return;
	over = lc_action_step(lane->action);
	tell_progress(lane);
	if (over && lc_action_waits(lane->action))
		wait_for_confirmation(lane);
	else if (over)
		conclude(lane);
	else if (needs_output(lane) && !lane->queue->review)
		lane_go_on(lane, try_output);
	else if (lc_action_rests(lane->action))
		lane_go_on_later(lane, work);
	else
		lane_go_on(lane, work);
}

/* The same action and the same bytes. */
static void
confirm(struct lane *lane)
{
	struct job *job = lane->queue;

	lane->action = job->reviewed;
	lane->data = job->data;
	lane->len_data = job->len;
	job->reviewed = NULL;
	job->data = NULL;
	job->review = false;
	lc_action_confirm(lane->action, job->accept_eula);
	lane_go_on(lane, needs_output(lane) ? try_output : work);
}

static struct lc_request
request_of(const struct lane *lane)
{
	const struct job *job = lane->queue;

	return (struct lc_request){
		.kind = kind_of(lane)->action,
		.device = job->device,
		.store = job->store,
		.license = job->license,
		.data = lane->data,
		.len = lane->len_data,
		.accept_eula = job->accept_eula,
		.stop_on_failure = job->stop_on_failure,
		.review = job->review,
		.by = job->by,
	};
}

static void
start(struct lane *lane)
{
	struct lc_request request = request_of(lane);
	enum lc_err err;

	if (!lane_enter(lane, GATE_CORE, start))
		return;
	err = lc_action_new(jobs_of(lane)->core, &request, &lane->action);
	if (err != LC_OK)
		fail(lane, cause_of(err), err, NULL, lc_strerror(err));
	else
		lane_go_on(lane, work);
}

/* ---- The file that goes in ---- */

static void
fail_input(struct lane *lane, enum transfer_result result, const char *why)
{
	const struct kind *kind = kind_of(lane);
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
	case TRANSFER_UNTRUSTED: /* of requests alone */
		break;
	}
	fail(lane, cause, err, lane->queue->input, why);
}

static void
fetched(struct lane *lane, enum transfer_result result, const char *why)
{
	if (result != TRANSFER_DONE)
		fail_input(lane, result, why);
	else if (!transfer_take(lane->transfer, &lane->data, &lane->len_data))
		fail_input(lane, TRANSFER_FAILED, strerror(errno));
	else
		start(lane);
}

static void read_on(struct lane *);

static void
judge_reading(struct lane *lane, enum files_result result, const char *why)
{
	switch (result) {
	case FILES_READ:
		lane->data = lane->source.data;
		lane->len_data = lane->source.len;
		start(lane);
		return;
	case FILES_MORE:
		lane_go_on(lane, read_on);
		return;
	case FILES_UNREADABLE:
		fail_input(lane, TRANSFER_REFUSED, why);
		return;
	case FILES_TOO_LARGE:
		fail_input(lane, TRANSFER_TOO_LARGE, why);
		return;
	}
}

static void
read_on(struct lane *lane)
{
	char why[256] = "";

	judge_reading(lane, file_read_on(&lane->source, why, sizeof why), why);
}

static void
read_local(struct lane *lane)
{
	char why[256] = "";

	judge_reading(lane,
	    file_open(&lane->source, jobs_of(lane)->conf.files,
		lane->queue->input, why, sizeof why),
	    why);
}

static void
take_data(struct lane *lane)
{
	struct job *job = lane->queue;

	lane->data = job->data;
	lane->len_data = job->len;
	job->data = NULL;
	start(lane);
}

static void
fetch(struct lane *lane)
{
	struct transfer_order order;

	if (lane->queue->data != NULL)
		take_data(lane);
	else if (!kind_of(lane)->reads || lane->queue->input == NULL)
		start(lane);
	else if (!protocol_of(lane->queue->in.protocol)->is_remote)
		read_local(lane);
	else {
		make_order(lane, &lane->queue->in, lane->queue->input, &order);
		transfer(lane, &order, NULL, 0, fetched);
	}
}

/* ---- The beginning ---- */

static bool
judge_way(struct lane *lane, const struct job_way *way)
{
	struct transfer_order order;
	char why[128];
	bool good;

	if (!protocol_of(way->protocol)->is_supported) {
		snprintf(why, sizeof why, "%s is not supported",
		    protocol_of(way->protocol)->name);
		fail(lane, CAUSE_PROTOCOL, LC_EINVAL, NULL, why);
		return false;
	}
	if (!protocol_of(way->protocol)->is_remote)
		return true;
	good = transfer_order_make(&order, jobs_of(lane)->conf.transfer,
	    way->protocol, &way->server, "", why, sizeof why);
	explicit_bzero(&order, sizeof order);
	if (!good)
		fail(lane, CAUSE_SERVER, LC_EINVAL, NULL, why);
	return good;
}

static bool
judge_existing(struct lane *lane)
{
	const struct job *job = lane->queue;

	if (!job->keep_existing || job->output == NULL ||
	    protocol_of(job->out.protocol)->is_remote ||
	    !file_exists(jobs_of(lane)->conf.files, job->output))
		return true;
	fail(lane, kind_of(lane)->output_path, LC_EEXISTS, job->output,
	    "file exists");
	return false;
}

/* Can files come and go as the job wants it?  False: the job is over. */
static bool
judge_ways(struct lane *lane)
{
	const struct job *job = lane->queue;
	const struct kind *kind = kind_of(lane);

	return (!kind->reads || judge_way(lane, &job->in)) &&
	       (!kind->writes ||
		   (judge_way(lane, &job->out) && judge_existing(lane)));
}

static void
begin(struct lane *lane)
{
	struct job *job = lane->queue;
	struct lc_request request = request_of(lane);
	struct lc_detail detail = { "" };
	enum lc_err err;

	if (job->kind == JOB_NOTHING)
		succeed(lane, LC_SUCCESSFUL);
	else if (job->kind == JOB_EXPORT_NOTHING)
		fail(lane, CAUSE_GENERAL, LC_EINVAL, NULL, "no operation");
	else if ((err = lc_request_check(
		      jobs_of(lane)->core, &request, &detail)) != LC_OK)
		fail(
		    lane, cause_of(err), err, NULL, sentence(detail.text, err));
	else if (job->behind_clear)
		fail(lane, CAUSE_CLEAR_RUNNING, LC_EINVAL, NULL,
		    "a clear was queued or in progress");
	else if (judge_ways(lane))
		(job->reviewed != NULL ? confirm : fetch)(lane);
}

/* ---- The queues ---- */

/* The server that a job depends on, if any: that of the file it reads before
 * that of the file it writes. */
static const struct server *
server_of(const struct job *job)
{
	const struct kind *kind = &kinds[job->kind];
	bool in = kind->reads && job->input != NULL && job->reviewed == NULL &&
		  protocol_of(job->in.protocol)->is_remote;
	bool out = kind->writes && job->output != NULL &&
		   protocol_of(job->out.protocol)->is_remote;

	return in ? &job->in.server : out ? &job->out.server : NULL;
}

struct jobs *
jobs_new(struct loop *loop, struct lc *core, const struct jobs_conf *conf)
{
	struct jobs *jobs = calloc(1, sizeof *jobs);

	if (jobs == NULL)
		return NULL;
	lanes_init(&jobs->lanes, loop, begin, jobs);
	jobs->core = core;
	jobs->conf = *conf;
	return jobs;
}

void
jobs_free(struct jobs *jobs)
{
	if (jobs == NULL)
		return;
	lanes_free(&jobs->lanes, let_go);
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
	lanes_when_idle(&jobs->lanes, task);
}

bool
jobs_running(const struct jobs *jobs)
{
	return jobs->lanes.running > 0;
}

void
jobs_add(struct jobs *jobs, struct job *job)
{
	job->behind_clear =
	    job->kind == JOB_BACKUP && lanes_have(&jobs->lanes, JOB_CLEAR);
	lanes_add(&jobs->lanes, job, server_of(job));
}

void
jobs_cancel(struct job *job)
{
	lanes_cancel(job);
}

uint32_t
jobs_position(const struct job *job)
{
	uint32_t position = 1;

	if (job->state != LC_PENDING)
		return 0;
	for (const struct job *at = job->lane->queue; at != job; at = at->next)
		position += at->state == LC_PENDING;
	return position;
}

const struct files *
jobs_files(const struct jobs *jobs)
{
	return jobs->conf.files;
}

const struct jobs_counts *
jobs_counts(const struct jobs *jobs)
{
	return &jobs->counts;
}
