/* actions.c - the rows of the action tables and of the result table. */
#include "actions.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"

/* The MIB says five minutes at least. */
const struct actions_limits actions_limits = { .rows = 128,
	.keep_ms = 6 * 60 * 1000 };
const struct actions_limits exports_limits = {
	.rows = 32, .keep_ms = 6 * 60 * 1000, .credentials = true
};

struct actions {
	struct loop *loop;
	struct jobs *jobs;
	struct actions_limits limits;
	struct action **rows; /* room for limits.rows */
	size_t n;
	struct result **results; /* of all rows, sorted */
	size_t nresults;
	uint32_t next; /* where the search for a free index begins */
	struct timer timer;
};

/* ---- Results ---- */

static size_t
results_of(const struct actions *actions, uint32_t action, size_t *n)
{
	size_t at = 0, end;

	while (at < actions->nresults && actions->results[at]->action < action)
		at++;
	for (end = at;
	     end < actions->nresults && actions->results[end]->action == action;
	     end++)
		;
	*n = end - at;
	return at;
}

static void
drop_results(struct actions *actions, uint32_t action)
{
	size_t n, at = results_of(actions, action, &n);

	for (size_t i = 0; i < n; i++)
		free(actions->results[at + i]);
	if (n != 0)
		memmove(actions->results + at, actions->results + at + n,
		    (actions->nresults - at - n) * sizeof *actions->results);
	actions->nresults -= n;
}

/* Makes a gap for n results of the action; false: no memory. */
static bool
open_gap(struct actions *actions, uint32_t action, size_t n, size_t *at)
{
	struct result **results = reallocarray(
	    actions->results, actions->nresults + n, sizeof *results);
	size_t none;

	if (results == NULL)
		return false;
	actions->results = results;
	*at = results_of(actions, action, &none);
	memmove(results + *at + n, results + *at,
	    (actions->nresults - *at) * sizeof *results);
	return true;
}

static void
add_results(struct actions *actions, const struct action *action)
{
	size_t n = action->job.nresults, at, made = 0;
	struct result **fresh = calloc(n, sizeof *fresh);

	while (fresh != NULL && made < n &&
	       (fresh[made] = malloc(sizeof **fresh)) != NULL) {
		*fresh[made] = (struct result){ .action = action->index,
			.number = (uint32_t)made + 1,
			.outcome = action->job.results[made] };
		made++;
	}
	if (made == n && open_gap(actions, action->index, n, &at)) {
		memcpy(actions->results + at, fresh, n * sizeof *fresh);
		actions->nresults += n;
		made = 0;
	} else
		log_warn("job",
		    "action %u: out of memory for its results; only its row "
		    "has the outcome",
		    action->index);
	while (made > 0)
		free(fresh[--made]);
	free(fresh);
}

/* ---- Rows ---- */

static size_t
place_of(const struct actions *actions, uint32_t index)
{
	size_t low = 0, high = actions->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (actions->rows[middle]->index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct action *
find(const struct actions *actions, uint32_t index)
{
	size_t at = place_of(actions, index);

	return at < actions->n && actions->rows[at]->index == index
		   ? actions->rows[at]
		   : NULL;
}

static bool
busy(const struct action *action)
{
	return action->job.state == LC_PENDING ||
	       action->job.state == LC_IN_PROGRESS;
}

static void
free_action(struct action *action)
{
	job_clear(&action->job);
	explicit_bzero(&action->ask, sizeof action->ask);
	free(action);
}

static void
remove_at(struct actions *actions, size_t at)
{
	struct action *action = actions->rows[at];

	drop_results(actions, action->index);
	actions->n--;
	memmove(actions->rows + at, actions->rows + at + 1,
	    (actions->n - at) * sizeof *actions->rows);
	free_action(action);
}

/* Wakes up when the next row is old enough to go. */
static void
schedule_ageing(struct actions *actions)
{
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < actions->n; i++)
		if (!busy(actions->rows[i]) &&
		    actions->rows[i]->touched_ms < first)
			first = actions->rows[i]->touched_ms;
	if (first == INT64_MAX)
		loop_timer_clear(actions->loop, &actions->timer);
	else
		loop_timer_set(actions->loop, &actions->timer,
		    first + actions->limits.keep_ms - loop_now_ms());
}

static void
age_out(void *arg)
{
	struct actions *actions = arg;
	int64_t old = loop_now_ms() - actions->limits.keep_ms;

	for (size_t i = actions->n; i-- > 0;)
		if (!busy(actions->rows[i]) &&
		    actions->rows[i]->touched_ms <= old)
			remove_at(actions, i);
	schedule_ageing(actions);
}

static void
job_over(void *arg, struct job *job)
{
	struct action *action = arg;

	action->touched_ms = loop_now_ms();
	explicit_bzero(action->ask.password, sizeof action->ask.password);
	if (job->nresults != 0)
		add_results(action->actions, action);
	job_clear(job);
	schedule_ageing(action->actions);
}

struct actions *
actions_new(
    struct loop *loop, struct jobs *jobs, const struct actions_limits *limits)
{
	struct actions *actions = calloc(1, sizeof *actions);

	if (actions == NULL)
		return NULL;
	actions->loop = loop;
	actions->jobs = jobs;
	actions->limits = *limits;
	actions->next = 1;
	actions->timer = (struct timer){ .expired = age_out, .arg = actions };
	actions->rows = calloc(limits->rows, sizeof *actions->rows);
	if (actions->rows == NULL) {
		free(actions);
		return NULL;
	}
	return actions;
}

void
actions_free(struct actions *actions)
{
	if (actions == NULL)
		return;
	loop_timer_clear(actions->loop, &actions->timer);
	while (actions->n > 0)
		remove_at(actions, actions->n - 1);
	free(actions->rows);
	free(actions->results);
	free(actions);
}

struct rows
actions_rows(const struct actions *actions)
{
	return (struct rows){ (const void *const *)actions->rows, actions->n };
}

struct rows
actions_results(const struct actions *actions)
{
	return (struct rows){ (const void *const *)actions->results,
		actions->nresults };
}

const struct action *
actions_find(const struct actions *actions, uint32_t index)
{
	return find(actions, index);
}

size_t
actions_room(const struct actions *actions)
{
	return actions->limits.rows - actions->n;
}

uint32_t
actions_next_index(const struct actions *actions)
{
	uint32_t index = actions->next;

	while (find(actions, index) != NULL)
		index = index == UINT32_MAX ? 1 : index + 1;
	return index;
}

uint32_t
actions_position(const struct action *action)
{
	return jobs_position(&action->job);
}

static struct action *
insert(struct actions *actions, uint32_t index)
{
	size_t at = place_of(actions, index);
	struct action *action;

	if (actions_room(actions) == 0 ||
	    (action = calloc(1, sizeof *action)) == NULL)
		return NULL;
	memmove(actions->rows + at + 1, actions->rows + at,
	    (actions->n - at) * sizeof *actions->rows);
	actions->rows[at] = action;
	actions->n++;
	action->index = index;
	action->actions = actions;
	action->job = (struct job){ .state = LC_NOT_STARTED,
		.cause = CAUSE_NONE,
		.over = job_over,
		.arg = action };
	/* An index that was used is the last to be offered again. */
	actions->next = index == UINT32_MAX ? 1 : index + 1;
	return action;
}

bool
actions_put(struct actions *actions, uint32_t index, const struct ask *ask)
{
	struct action *action = find(actions, index);

	if (action == NULL && (action = insert(actions, index)) == NULL)
		return false;
	action->ask = *ask;
	action->touched_ms = loop_now_ms();
	schedule_ageing(actions);
	return true;
}

bool
actions_hold(struct actions *actions, uint32_t index)
{
	struct action *action = find(actions, index);

	if (action != NULL && action->job.state == LC_PENDING)
		jobs_cancel(&action->job);
	return action == NULL || action->job.state != LC_IN_PROGRESS;
}

void
actions_remove(struct actions *actions, uint32_t index)
{
	if (find(actions, index) == NULL || !actions_hold(actions, index))
		return;
	remove_at(actions, place_of(actions, index));
	schedule_ageing(actions);
}

static enum job_kind
kind_of(const struct actions *actions, int32_t command)
{
	if (!actions->limits.credentials)
		return (enum job_kind)command;
	return command == COMMAND_NOTHING ? JOB_EXPORT_NOTHING
					  : JOB_EXPORT_CREDENTIALS;
}

/* The file that a job reads. */
static const char *
input_of(const struct ask *ask, enum job_kind kind)
{
	return kind == JOB_PROCESS_TICKET || kind == JOB_REGENERATE_TICKET
		   ? ask->permission_file
		   : ask->license_file;
}

/* The file that it writes. */
static const char *
output_of(const struct ask *ask, enum job_kind kind)
{
	switch (kind) {
	case JOB_PROCESS_TICKET:
	case JOB_REGENERATE_TICKET:
		return ask->rehost_file;
	case JOB_BACKUP:
		return ask->backup_file;
	case JOB_GENERATE_EULA:
		return ask->eula_file;
	case JOB_EXPORT_CREDENTIALS:
		return ask->export_file;
	case JOB_NOTHING:
	case JOB_INSTALL:
	case JOB_CLEAR:
	case JOB_EXPORT_NOTHING:
		break;
	}
	return "";
}

static void
fill_job(struct job *job, const struct ask *ask, enum job_kind kind)
{
	job->kind = kind;
	job->device = (uint32_t)ask->device;
	job->store = ask->store;
	job->license = ask->license;
	job->in = (struct job_way){ .protocol = ask->protocol,
		.server = { .type = ask->address_type,
		    .address = ask->address.data,
		    .len = ask->address.len,
		    .user = ask->user,
		    .password = ask->password } };
	job->out = job->in;
	job->input = input_of(ask, kind);
	job->output = output_of(ask, kind);
	job->accept_eula = ask->accept_eula;
	job->stop_on_failure = ask->stop_on_failure;
	job->by = "snmp";
}

void
actions_start(struct actions *actions, uint32_t index)
{
	struct action *action = find(actions, index);

	if (action == NULL || action->job.state != LC_NOT_STARTED)
		return;
	fill_job(
	    &action->job, &action->ask, kind_of(actions, action->ask.action));
	action->job.number = action->index;
	jobs_add(actions->jobs, &action->job);
	schedule_ageing(actions);
}
