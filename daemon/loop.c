/*
 * loop.c - the daemon's one loop.
 *
 * A turn: wait (not at all if a task is queued), descriptors, timers, then
 * the tasks that were queued before they began, so that a task which queues
 * itself again gives everybody else a turn.  The poll set is rebuilt each
 * turn: a descriptor that was closed and opened under the same number cannot
 * be missed.
 */
#include "loop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

struct loop {
	struct watch **watches; /* NULL: taken out while others are called */
	struct pollfd *polls;
	size_t nwatches;
	size_t size;
	struct timer *timers; /* by due_ms */
	struct task *tasks;
	bool stop;
};

struct loop *
loop_new(void)
{
	return calloc(1, sizeof(struct loop));
}

void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	free(loop->watches);
	free(loop->polls);
	free(loop);
}

int64_t
loop_now_ms(void)
{
	struct timespec now = { 0 }; /* stands still where it is refused */

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool
loop_grow(struct loop *loop)
{
	size_t size = loop->size != 0 ? 2 * loop->size : 8;
	struct watch **watches;
	struct pollfd *polls;

	if (loop->nwatches < loop->size)
		return true;
	watches = reallocarray(loop->watches, size, sizeof *watches);
	if (watches == NULL)
		return false;
	loop->watches = watches;
	if ((polls = reallocarray(loop->polls, size, sizeof *polls)) == NULL)
		return false;
	loop->polls = polls;
	loop->size = size;
	return true;
}

bool
loop_watch(struct loop *loop, struct watch *watch)
{
	if (!loop_grow(loop))
		return false;
	loop->watches[loop->nwatches++] = watch;
	return true;
}

void
loop_unwatch(struct loop *loop, struct watch *watch)
{
	for (size_t i = 0; i < loop->nwatches; i++)
		if (loop->watches[i] == watch)
			loop->watches[i] = NULL;
}

void
loop_timer_clear(struct loop *loop, struct timer *timer)
{
	struct timer **at = &loop->timers;

	if (!timer->armed)
		return;
	while (*at != timer)
		at = &(*at)->next;
	*at = timer->next;
	timer->armed = false;
}

void
loop_timer_set(struct loop *loop, struct timer *timer, int64_t after_ms)
{
	struct timer **at = &loop->timers;

	loop_timer_clear(loop, timer);
	timer->due_ms = loop_now_ms() + after_ms;
	while (*at != NULL && (*at)->due_ms <= timer->due_ms)
		at = &(*at)->next;
	timer->next = *at;
	timer->armed = true;
	*at = timer;
}

void
loop_defer(struct loop *loop, struct task *task)
{
	struct task **at = &loop->tasks;

	if (task->queued)
		return;
	while (*at != NULL)
		at = &(*at)->next;
	task->next = NULL;
	task->queued = true;
	*at = task;
}

void
loop_undefer(struct loop *loop, struct task *task)
{
	struct task **at = &loop->tasks;

	if (!task->queued)
		return;
	while (*at != task)
		at = &(*at)->next;
	*at = task->next;
	task->queued = false;
}

static int
wait_ms(const struct loop *loop)
{
	int64_t left;

	if (loop->tasks != NULL)
		return 0;
	if (loop->timers == NULL)
		return -1;
	left = loop->timers->due_ms - loop_now_ms();
	if (left < 0)
		return 0;
	return left < INT_MAX ? (int)left : INT_MAX;
}

static size_t
fill_polls(struct loop *loop)
{
	size_t n = 0;

	for (size_t i = 0; i < loop->nwatches; i++) {
		struct watch *watch = loop->watches[i];

		if (watch == NULL)
			continue;
		loop->watches[n] = watch;
		loop->polls[n++] =
		    (struct pollfd){ .fd = watch->fd, .events = watch->events };
	}
	loop->nwatches = n;
	return n;
}

static void
call_watches(struct loop *loop, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct watch *watch = loop->watches[i];

		if (watch != NULL && loop->polls[i].revents != 0)
			watch->ready(watch->arg, loop->polls[i].revents);
	}
}

static void
call_timers(struct loop *loop)
{
	int64_t now = loop->timers != NULL ? loop_now_ms() : 0;

	while (loop->timers != NULL && loop->timers->due_ms <= now) {
		struct timer *timer = loop->timers;

		loop_timer_clear(loop, timer);
		timer->expired(timer->arg);
	}
}

static void
call_tasks(struct loop *loop)
{
	size_t n = 0;

	for (const struct task *task = loop->tasks; task != NULL;
	     task = task->next)
		n++;
	for (; n > 0 && loop->tasks != NULL; n--) {
		struct task *task = loop->tasks;

		loop_undefer(loop, task);
		task->run(task->arg);
	}
}

bool
loop_run(struct loop *loop)
{
	loop->stop = false;
	while (!loop->stop) {
		size_t n = fill_polls(loop);
		int ready = poll(loop->polls, n, wait_ms(loop));

		if (ready < 0 && errno != EINTR)
			return false;
		if (ready > 0)
			call_watches(loop, n);
		call_timers(loop);
		call_tasks(loop);
	}
	return true;
}

void
loop_stop(struct loop *loop)
{
	loop->stop = true;
}
