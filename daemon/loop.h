/*
 * The folder daemon/ has what any daemon needs and no daemon is about: the
 * event loop, the log, byte buffers, the reading of configuration files, word
 * to the service manager.  It uses libc, libconfig and libsystemd, and nothing
 * else of this tree.
 *
 * loop.h - the daemon's one loop: descriptors, timers, and work to do soon.
 *
 * Watches, timers and tasks belong to whoever declares them and are linked
 * into the loop while they are in force; take them out before they go.  All
 * calls come from the loop's own thread, from callbacks too.
 */
#ifndef DAEMON_LOOP_H
#define DAEMON_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;

struct watch {
	int fd;
	short events; /* of poll(2); once watched, see loop_set_events */
	void (*ready)(void *arg, short revents);
	void *arg;
	/* The loop's. */
	struct watch *next;
	short told; /* the events that the kernel knows */
	bool is_watched, is_changed;
};

struct timer {
	int64_t due_ms; /* of loop_now_ms; the loop's */
	void (*expired)(void *arg);
	void *arg;
	struct timer *next;
	bool armed;
};

/* Something to do at the end of the turn, before anybody is waited for. */
struct task {
	void (*run)(void *arg);
	void *arg;
	struct task *next;
	bool queued;
};

struct loop *loop_new(void); /* NULL: errno says why */
void loop_free(struct loop *);

/* Until loop_stop.  False: waiting failed, errno says why. */
bool loop_run(struct loop *);
void loop_stop(struct loop *);

/* Monotonic milliseconds. */
int64_t loop_now_ms(void);

/*
 * False: errno says why.  A descriptor is taken out before it is closed.  If
 * others close it and may have opened another one under its number, watch it
 * again: that costs a system call, and changes nothing if it is the same.
 */
bool loop_watch(struct loop *, struct watch *);
void loop_unwatch(struct loop *, struct watch *); /* it may be out */
/* From the next turn on; in between it may go back and forth for nothing. */
void loop_set_events(struct loop *, struct watch *, short events);

/* Calls it once, after_ms from now; an armed timer is moved. */
void loop_timer_set(struct loop *, struct timer *, int64_t after_ms);
void loop_timer_clear(struct loop *, struct timer *);

/* Once; a task that is queued already stays where it is. */
void loop_defer(struct loop *, struct task *);
void loop_undefer(struct loop *, struct task *);

#endif
