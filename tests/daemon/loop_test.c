/*
 * loop_test.c - the loop, and action rows that grow old in it.
 */
#include "loop.h"

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
	{ "rows age out", ageing },
	{ "rows are kept long enough", limits_are_the_mibs },
	{ "the next free index", free_index },
};

int
main(int argc, char **argv)
{
	return check_main("loop", tests, CHECK_COUNT(tests), argc, argv);
}
