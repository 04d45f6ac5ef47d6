/*
 * loop_test.c - the loop, and action rows that grow old in it.
 */
#include "loop.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "mib/actions.h"
#include "check.h"

static struct loop *loop;
static char order[64];

static void
note(void *arg)
{
	strcat(order, arg);
	if (*(const char *)arg == '.')
		loop_stop(loop);
}

static void
timers(void)
{
	struct timer a = { .expired = note, .arg = (void *)"a" };
	struct timer b = { .expired = note, .arg = (void *)"b" };
	struct timer c = { .expired = note, .arg = (void *)"c" };
	struct timer end = { .expired = note, .arg = (void *)"." };
	int64_t begin;

	loop = loop_new();
	order[0] = '\0';
	do { /* the distances count: once more if it took too long */
		begin = loop_now_ms();
		loop_timer_set(loop, &end, 30);
		loop_timer_set(loop, &b, 20);
		loop_timer_set(loop, &a, 10);
		loop_timer_set(loop, &c, 10);
		loop_timer_clear(loop, &c);
		loop_timer_clear(loop, &c);
		loop_timer_set(loop, &b, 5); /* moved to the front */
	} while (loop_now_ms() - begin >= 5);
	CHECK(loop_run(loop));
	CHECK_STR(order, "ba.");
	CHECK(loop_now_ms() - begin >= 30);
	loop_free(loop);
}

static struct task again;
static unsigned rounds;

static void
run_again(void *arg)
{
	static char last[] = ".";

	note(arg);
	if (++rounds < 3)
		loop_defer(loop, &again);
	else
		note(last);
}

/* A task that queues itself lets the others have their turn. */
static void
tasks(void)
{
	struct task b = { .run = note, .arg = (void *)"b" };
	struct task c = { .run = note, .arg = (void *)"c" };

	again = (struct task){ .run = run_again, .arg = (void *)"a" };
	loop = loop_new();
	order[0] = '\0';
	rounds = 0;
	loop_defer(loop, &again);
	loop_defer(loop, &c);
	loop_defer(loop, &b);
	loop_defer(loop, &b);
	loop_undefer(loop, &c);
	CHECK(loop_run(loop));
	CHECK_STR(order, "abaa.");
	loop_free(loop);
}

static struct watch watches[2];
static int pipes[2][2];

/* Both are readable; the first that is called takes the other one out. */
static void
take_out(void *arg, short revents)
{
	CHECK(revents & POLLIN);
	note(arg);
	loop_unwatch(loop, arg == watches[0].arg ? &watches[1] : &watches[0]);
	loop_stop(loop);
}

static void
descriptors(void)
{
	loop = loop_new();
	order[0] = '\0';
	for (unsigned i = 0; i < 2; i++) {
		REQUIRE(pipe(pipes[i]) == 0);
		REQUIRE(write(pipes[i][1], "", 1) == 1);
		watches[i] = (struct watch){ .fd = pipes[i][0],
			.events = POLLIN,
			.ready = take_out,
			.arg = (void *)(i == 0 ? "0" : "1") };
		REQUIRE(loop_watch(loop, &watches[i]));
	}
	CHECK(loop_run(loop));
	CHECK_STR(order, "0");
	for (unsigned i = 0; i < 2; i++) {
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
	loop_free(loop);
}

static struct watch reader;
static int ends[2];

static void
open_pipe(void)
{
	REQUIRE(pipe(ends) == 0);
	REQUIRE(write(ends[1], "", 1) == 1);
}

static void
close_pipe(void)
{
	close(ends[0]);
	close(ends[1]);
}

/* Reports which events came, without reading: they come again. */
static void
note_events(void *arg, short revents)
{
	CHECK_INT(revents, POLLIN);
	note(arg);
}

/* The readable descriptor in so many turns. */
static const char *
turns(unsigned n)
{
	order[0] = '\0';
	while (n-- > 0) {
		struct task end = { .run = note, .arg = (void *)"." };

		loop_defer(loop, &end);
		CHECK(loop_run(loop));
	}
	return order;
}

/* What is asked for counts, not what was asked for in between. */
static void
events(void)
{
	loop = loop_new();
	open_pipe();
	reader = (struct watch){ .fd = ends[0],
		.events = POLLIN,
		.ready = note_events,
		.arg = (void *)"r" };
	REQUIRE(loop_watch(loop, &reader));
	CHECK_STR(turns(2), "r.r.");
	loop_set_events(loop, &reader, 0);
	loop_set_events(loop, &reader, POLLIN);
	CHECK_STR(turns(1), "r.");
	loop_set_events(loop, &reader, 0);
	CHECK_STR(turns(2), "..");
	loop_set_events(loop, &reader, POLLIN);
	loop_unwatch(loop, &reader);
	loop_unwatch(loop, &reader);
	CHECK_STR(turns(1), ".");
	loop_set_events(loop, &reader, POLLIN);
	REQUIRE(loop_watch(loop, &reader));
	CHECK_STR(turns(1), "r.");
	loop_unwatch(loop, &reader);
	close_pipe();
	loop_free(loop);
}

/* Another descriptor took the number of one that was closed. */
static void
anew(void)
{
	int fd;

	loop = loop_new();
	open_pipe();
	fd = ends[0];
	reader = (struct watch){ .fd = fd,
		.events = POLLIN,
		.ready = note_events,
		.arg = (void *)"r" };
	REQUIRE(loop_watch(loop, &reader));
	REQUIRE(loop_watch(loop, &reader)); /* the same */
	CHECK_STR(turns(1), "r.");
	close_pipe();
	open_pipe();
	REQUIRE(ends[0] == fd);
	REQUIRE(loop_watch(loop, &reader));
	CHECK_STR(turns(1), "r.");
	loop_unwatch(loop, &reader);
	close_pipe();
	loop_free(loop);
}

static void
bad_descriptor(void)
{
	struct watch none = { .fd = -1, .events = POLLIN };

	loop = loop_new();
	CHECK(!loop_watch(loop, &none));
	CHECK_INT(errno, EBADF);
	loop_unwatch(loop, &none);
	loop_free(loop);
}

/* ---- Timers and tasks together ---- */

static struct timer soon;

static void
set_soon(void *arg)
{
	note(arg);
	loop_timer_set(loop, &soon, 0);
}

/* Before the next wait, which nothing would end. */
static void
at_once(void)
{
	struct task first = { .run = set_soon, .arg = (void *)"a" };

	loop = loop_new();
	order[0] = '\0';
	soon = (struct timer){ .expired = note, .arg = (void *)"." };
	loop_defer(loop, &first);
	CHECK(loop_run(loop));
	CHECK_STR(order, "a.");
	loop_free(loop);
}

/* The kernel keeps the time that the first one had. */
static void
moved_away(void)
{
	struct timer a = { .expired = note, .arg = (void *)"a" };
	struct timer end = { .expired = note, .arg = (void *)"." };
	struct task stop = { .run = note, .arg = (void *)"." };
	int64_t begin;

	loop = loop_new();
	order[0] = '\0';
	loop_timer_set(loop, &a, 10);
	loop_defer(loop, &stop); /* a turn that ends before a is due */
	CHECK(loop_run(loop));
	begin = loop_now_ms();
	loop_timer_set(loop, &a, 30);
	loop_timer_set(loop, &end, 50);
	CHECK(loop_run(loop));
	CHECK(loop_now_ms() - begin >= 50);
	CHECK_STR(order, ".a.");
	loop_free(loop);
}

/* ---- Action rows ---- */

static bool
is_there(const struct actions *actions, uint32_t index)
{
	return actions_find(actions, index) != NULL;
}

static void
pass(int64_t ms)
{
	struct timer end = { .expired = note, .arg = (void *)"." };

	order[0] = '\0';
	loop_timer_set(loop, &end, ms);
	CHECK(loop_run(loop));
}

static const struct actions_limits short_limits = { .rows = 4, .keep_ms = 60 };

/* False: it took too long for anything to be seen. */
static bool
grow_old(struct actions *actions)
{
	const struct ask nothing = { .action = JOB_NOTHING, .row_status = 1 };
	int64_t begin = loop_now_ms();

	REQUIRE(actions_put(actions, 1, &nothing)); /* stays half-built */
	REQUIRE(actions_put(actions, 2, &nothing));
	actions_start(actions, 2);
	pass(30);
	if (loop_now_ms() - begin >= short_limits.keep_ms)
		return false;
	CHECK_INT(actions_find(actions, 2)->job.state, LC_SUCCESSFUL);
	begin = loop_now_ms();
	REQUIRE(actions_put(actions, 3, &nothing));
	pass(45);
	if (loop_now_ms() - begin >= short_limits.keep_ms)
		return false;
	CHECK(!is_there(actions, 1));
	CHECK(!is_there(actions, 2));
	CHECK(is_there(actions, 3));
	return true;
}

static void
ageing(void)
{
	static const struct jobs_conf no_files;
	struct jobs *jobs;
	struct actions *actions;
	bool seen = false;

	loop = loop_new();
	jobs = jobs_new(loop, NULL, &no_files);
	while (!seen) {
		actions = actions_new(loop, jobs, &short_limits);
		REQUIRE(actions != NULL);
		seen = grow_old(actions);
		pass(2 * short_limits.keep_ms);
		CHECK(!is_there(actions, 3));
		CHECK_UINT(actions_room(actions), 4);
		actions_free(actions);
	}
	jobs_free(jobs);
	loop_free(loop);
}

static void
limits_are_the_mibs(void)
{
	CHECK(actions_limits.keep_ms >= 5 * 60 * 1000);
}

static void
free_index(void)
{
	static const struct actions_limits limits = { .rows = 8,
		.keep_ms = 1000 };
	static const struct jobs_conf no_files;
	const struct ask nothing = { .action = JOB_NOTHING };
	struct jobs *jobs;
	struct actions *actions;

	loop = loop_new();
	jobs = jobs_new(loop, NULL, &no_files);
	actions = actions_new(loop, jobs, &limits);
	CHECK_UINT(actions_next_index(actions), 1);
	CHECK_UINT(actions_next_index(actions), 1);
	REQUIRE(actions_put(actions, 1, &nothing));
	CHECK_UINT(actions_next_index(actions), 2);
	REQUIRE(actions_put(actions, 4294967295, &nothing));
	CHECK_UINT(actions_next_index(actions), 2); /* around, and past 1 */
	actions_remove(actions, 1);
	CHECK_UINT(actions_next_index(actions), 1);
	actions_free(actions);
	jobs_free(jobs);
	loop_free(loop);
}

static const struct check_test tests[] = {
	{ "timers", timers },
	{ "tasks", tasks },
	{ "descriptors", descriptors },
	{ "events that change", events },
	{ "a descriptor opened anew", anew },
	{ "no descriptor", bad_descriptor },
	{ "a timer that a task sets", at_once },
	{ "a timer that moves away", moved_away },
	{ "rows age out", ageing },
	{ "rows are kept long enough", limits_are_the_mibs },
	{ "the next free index", free_index },
};

int
main(int argc, char **argv)
{
	return check_main("loop", tests, CHECK_COUNT(tests), argc, argv);
}
