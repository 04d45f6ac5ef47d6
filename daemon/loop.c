/*
 * loop.c - the daemon's one loop.
 *
 * A turn: wait (not at all if a task is queued), descriptors, the tasks that
 * were queued before they began, so that a task which queues itself again
 * gives everybody else a turn, and then timers, so that what a task wants done
 * at once is done before the next wait.
 *
 * The kernel keeps what is watched, and when to wake up: the alarm, which is
 * set only if it would be late.  So a timer that moves away with each request
 * costs no system call.  A turn that comes too early finds nothing due, and
 * sets the alarm for what is next.
 */
#include "loop.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define READY_MAX 1024 /* in one turn; the others have the next one */

struct loop {
	int set;               /* of epoll(7) */
	struct watch alarm;    /* of timerfd_create(2) */
	int64_t alarm_ms;      /* when it goes off; INT64_MAX: it does not */
	struct watch *changed; /* whose events have changed */
	/* Whose turn it is; NULL: taken out meanwhile. */
	struct epoll_event ready[READY_MAX];
	size_t nready;
	struct timer *timers; /* by due_ms */
	struct task *tasks;
	bool stop;
};

/* ---- Its life ---- */

static void
alarm_went_off(void *arg, short revents)
{
	struct loop *loop = arg;
	uint64_t times;

	(void)revents;
	(void)!read(loop->alarm.fd, &times, sizeof times);
	loop->alarm_ms = INT64_MAX;
}

struct loop *
loop_new(void)
{
	struct loop *loop = calloc(1, sizeof *loop);
	int error;

	if (loop == NULL)
		return NULL;
	loop->set = epoll_create1(EPOLL_CLOEXEC);
	loop->alarm = (struct watch){
		.fd =
		    timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK),
		.events = POLLIN,
		.ready = alarm_went_off,
		.arg = loop,
	};
	loop->alarm_ms = INT64_MAX;
	if (loop->set >= 0 && loop->alarm.fd >= 0 &&
	    loop_watch(loop, &loop->alarm))
		return loop;
	error = errno;
	loop_free(loop);
	errno = error;
	return NULL;
}

void
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	if (loop->alarm.fd >= 0)
		close(loop->alarm.fd);
	if (loop->set >= 0)
		close(loop->set);
	free(loop);
}

/* ---- Descriptors ---- */

static bool
tell_kernel(struct loop *loop, int operation, struct watch *watch)
{
	/* The bits are those of poll(2). */
	struct epoll_event event = { .events = (uint16_t)watch->events,
		.data.ptr = watch };

	if (epoll_ctl(loop->set, operation, watch->fd, &event) < 0)
		return false;
	watch->is_watched = true;
	watch->told = watch->events;
	return true;
}

bool
loop_watch(struct loop *loop, struct watch *watch)
{
	return (watch->is_watched && tell_kernel(loop, EPOLL_CTL_MOD, watch)) ||
	       tell_kernel(loop, EPOLL_CTL_ADD, watch);
}

static void
forget_change(struct loop *loop, struct watch *watch)
{
	struct watch **at = &loop->changed;

	if (!watch->is_changed)
		return;
	while (*at != watch)
		at = &(*at)->next;
	*at = watch->next;
	watch->is_changed = false;
}

void
loop_unwatch(struct loop *loop, struct watch *watch)
{
	if (!watch->is_watched)
		return;
	watch->is_watched = false;
	forget_change(loop, watch);
	/* Fails if others have closed it. */
	(void)epoll_ctl(loop->set, EPOLL_CTL_DEL, watch->fd, NULL);
	for (size_t i = 0; i < loop->nready; i++)
		if (loop->ready[i].data.ptr == watch)
			loop->ready[i].data.ptr = NULL;
}

void
loop_set_events(struct loop *loop, struct watch *watch, short events)
{
	watch->events = events;
	if (!watch->is_watched || watch->is_changed || events == watch->told)
		return;
	watch->next = loop->changed;
	watch->is_changed = true;
	loop->changed = watch;
}

/* What is watched already takes no memory, so this does not fail. */
static void
tell_changes(struct loop *loop)
{
	struct watch *watch;

	while ((watch = loop->changed) != NULL) {
		loop->changed = watch->next;
		watch->is_changed = false;
		if (watch->events != watch->told)
			(void)tell_kernel(loop, EPOLL_CTL_MOD, watch);
	}
}

/* ---- Timers ---- */

int64_t
loop_now_ms(void)
{
	struct timespec now = { 0 }; /* stands still where it is refused */

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
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

/* ---- Tasks ---- */

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

/* ---- A turn ---- */

/* An alarm that goes off earlier stays: the turn then sets it right. */
static void
set_alarm(struct loop *loop, int64_t left_ms)
{
	const struct itimerspec when = {
		.it_value = { (time_t)(left_ms / 1000),
		    (long)(left_ms % 1000) * 1000000 },
	};

	if (timerfd_settime(loop->alarm.fd, 0, &when, NULL) == 0)
		loop->alarm_ms = loop->timers->due_ms;
}

/* Is there something to do at once?  Else the alarm is set. */
static bool
is_busy(struct loop *loop)
{
	int64_t left_ms;

	if (loop->tasks != NULL)
		return true;
	if (loop->timers == NULL || loop->timers->due_ms >= loop->alarm_ms)
		return false;
	left_ms = loop->timers->due_ms - loop_now_ms();
	if (left_ms > 0)
		set_alarm(loop, left_ms);
	return left_ms <= 0;
}

/* False: it failed. */
static bool
wait_for_events(struct loop *loop)
{
	int n;

	tell_changes(loop);
	n = epoll_wait(
	    loop->set, loop->ready, READY_MAX, is_busy(loop) ? 0 : -1);
	loop->nready = n > 0 ? (size_t)n : 0;
	return n >= 0 || errno == EINTR;
}

static void
call_watches(struct loop *loop)
{
	for (size_t i = 0; i < loop->nready; i++) {
		const struct epoll_event *event = &loop->ready[i];
		struct watch *watch = event->data.ptr;

		if (watch != NULL)
			watch->ready(watch->arg, (short)event->events);
	}
	loop->nready = 0;
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
		if (!wait_for_events(loop))
			return false;
		call_watches(loop);
		call_tasks(loop);
		call_timers(loop);
	}
	return true;
}

void
loop_stop(struct loop *loop)
{
	loop->stop = true;
}
