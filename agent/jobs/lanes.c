/* lanes.c - queues of jobs, one for each server. */
#include "lanes.h"

#include <stdlib.h>
#include <string.h>

/* ---- Steps and gates ---- */

static void
run(void *arg)
{
	struct lane *lane = arg;

	lane->step(lane);
}

void
lane_go_on(struct lane *lane, void (*step)(struct lane *))
{
	lane->step = step;
	loop_defer(lane->lanes->loop, &lane->task);
}

void
lane_go_on_later(struct lane *lane, void (*step)(struct lane *))
{
	lane->step = step;
	loop_timer_set(lane->lanes->loop, &lane->timer, 1);
}

bool
lane_enter(struct lane *lane, enum gate_name name, void (*step)(struct lane *))
{
	struct gate *gate = &lane->lanes->gates[name];

	if (lane->inside[name])
		return true;
	if (gate->free > 0) {
		gate->free--;
		lane->inside[name] = true;
		return true;
	}
	lane->step = step;
	lane->next_waiting = NULL;
	*gate->end = lane;
	gate->end = &lane->next_waiting;
	return false;
}

void
lane_leave(struct lane *lane, enum gate_name name)
{
	struct gate *gate = &lane->lanes->gates[name];
	struct lane *next = gate->first;

	if (!lane->inside[name])
		return;
	lane->inside[name] = false;
	if (next == NULL) {
		gate->free++;
		return;
	}
	if ((gate->first = next->next_waiting) == NULL)
		gate->end = &gate->first;
	next->inside[name] = true;
	lane_go_on(next, next->step);
}

/* ---- Lanes ---- */

static bool
is_local(const struct lane *lane)
{
	return lane == &lane->lanes->local;
}

static void
lane_init(struct lane *lane, struct lanes *lanes)
{
	lane->lanes = lanes;
	lane->task = (struct task){ .run = run, .arg = lane };
	lane->timer = (struct timer){ .expired = run, .arg = lane };
}

static struct lane *
lane_of(struct lanes *lanes, const struct server *server)
{
	struct lane *lane = lanes->servers;

	if (server == NULL || server->len > sizeof lane->address)
		return &lanes->local;
	while (lane != NULL &&
	       (lane->type != server->type || lane->len != server->len ||
		   memcmp(lane->address, server->address, server->len) != 0))
		lane = lane->next;
	if (lane != NULL)
		return lane;
	if ((lane = calloc(1, sizeof *lane)) == NULL)
		return &lanes->local; /* slower, and right */
	lane_init(lane, lanes);
	lane->type = server->type;
	lane->len = server->len;
	memcpy(lane->address, server->address, server->len);
	lane->next = lanes->servers;
	lanes->servers = lane;
	return lane;
}

/* It does no further step. */
static void
forget(struct lane *lane)
{
	loop_undefer(lane->lanes->loop, &lane->task);
	loop_timer_clear(lane->lanes->loop, &lane->timer);
}

/* One without jobs is no longer needed. */
static void
drop_empty(struct lane *lane)
{
	struct lane **at = &lane->lanes->servers;

	if (lane->queue != NULL || lane->busy || is_local(lane))
		return;
	while (*at != lane)
		at = &(*at)->next;
	*at = lane->next;
	forget(lane);
	free(lane);
}

static void rest(struct lane *);

static void
enter(struct lane *lane)
{
	if (!is_local(lane) && !lane_enter(lane, GATE_TRANSFER, enter))
		return;
	if (lane->queue == NULL || lane->lanes->idle != NULL) {
		rest(lane);
		return;
	}
	lane->queue->state = LC_IN_PROGRESS;
	lane->lanes->running++;
	lane_go_on(lane, lane->lanes->begin);
}

static void
wake(struct lane *lane)
{
	if (lane->busy || lane->queue == NULL || lane->lanes->idle != NULL)
		return;
	lane->busy = true;
	lane_go_on(lane, enter);
}

static void
rest(struct lane *lane)
{
	lane_leave(lane, GATE_CORE);
	lane_leave(lane, GATE_TRANSFER);
	lane->busy = false;
	wake(lane);
	drop_empty(lane);
}

static void
become_idle(struct lanes *lanes)
{
	loop_defer(lanes->loop, lanes->idle);
	lanes->idle = NULL;
	wake(&lanes->local);
	for (struct lane *lane = lanes->servers; lane != NULL;
	     lane = lane->next)
		wake(lane);
}

static void
unlink_job(struct job *job)
{
	struct job **at = &job->lane->queue;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	job->lane = NULL;
}

void
lane_finish(struct lane *lane)
{
	struct lanes *lanes = lane->lanes;

	unlink_job(lane->queue);
	if (--lanes->running == 0 && lanes->idle != NULL)
		become_idle(lanes);
	rest(lane);
}

/* ---- All of them ---- */

void
lanes_init(struct lanes *lanes, struct loop *loop, void (*begin)(struct lane *),
    void *arg)
{
	*lanes = (struct lanes){ .loop = loop, .begin = begin, .arg = arg };
	lane_init(&lanes->local, lanes);
	lanes->gates[GATE_TRANSFER].free = LANES_TRANSFERS;
	lanes->gates[GATE_CORE].free = 1;
	for (size_t i = 0; i < NGATES; i++)
		lanes->gates[i].end = &lanes->gates[i].first;
}

void
lanes_free(struct lanes *lanes, void (*let_go)(struct lane *))
{
	struct lane *next;

	forget(&lanes->local);
	let_go(&lanes->local);
	for (struct lane *lane = lanes->servers; lane != NULL; lane = next) {
		next = lane->next;
		forget(lane);
		let_go(lane);
		free(lane);
	}
}

void
lanes_add(struct lanes *lanes, struct job *job, const struct server *server)
{
	struct lane *lane = lane_of(lanes, server);
	struct job **at = &lane->queue;

	while (*at != NULL)
		at = &(*at)->next;
	*at = job;
	job->next = NULL;
	job->lane = lane;
	job->state = LC_PENDING;
	job->cause = CAUSE_NONE;
	wake(lane);
}

void
lanes_cancel(struct job *job)
{
	struct lane *lane = job->lane;

	unlink_job(job);
	job->state = LC_NOT_STARTED;
	drop_empty(lane);
}

static bool
has(const struct lane *lane, enum job_kind kind)
{
	const struct job *job = lane->queue;

	while (job != NULL && job->kind != kind)
		job = job->next;
	return job != NULL;
}

bool
lanes_have(const struct lanes *lanes, enum job_kind kind)
{
	const struct lane *lane = lanes->servers;

	while (lane != NULL && !has(lane, kind))
		lane = lane->next;
	return lane != NULL || has(&lanes->local, kind);
}

void
lanes_when_idle(struct lanes *lanes, struct task *task)
{
	if (lanes->running > 0)
		lanes->idle = task;
	else
		loop_defer(lanes->loop, task);
}
