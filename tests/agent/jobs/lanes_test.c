/* lanes_test.c - which job runs when: by server, through gates, around a wait
 * for none to run. */
#include "jobs/lanes.h"

#include <stdio.h>
#include <string.h>

#include "check.h"

#define JOBS_MAX 16

static struct loop *loop;
static struct lanes lanes;
static struct job jobs[JOBS_MAX];
static char begun[64]; /* the numbers of jobs, as letters, in their order */

static void
note(char letter)
{
	size_t len = strlen(begun);

	begun[len] = letter;
	begun[len + 1] = '\0';
}

static void
begin(struct lane *lane)
{
	note((char)('a' + lane->queue->number));
}

static void
stop(void *arg)
{
	loop_stop(arg);
}

static void
settle(void)
{
	for (int i = 0; i < 10; i++) {
		struct task last = { .run = stop, .arg = loop };

		loop_defer(loop, &last);
		REQUIRE(loop_run(loop));
	}
}

static void
open_lanes(void)
{
	loop = loop_new();
	REQUIRE(loop != NULL);
	lanes_init(&lanes, loop, begin, NULL);
	memset(jobs, 0, sizeof jobs);
	for (unsigned i = 0; i < JOBS_MAX; i++)
		jobs[i].number = i;
	begun[0] = '\0';
}

static void
let_go(struct lane *lane)
{
	(void)lane;
}

static void
close_lanes(void)
{
	lanes_free(&lanes, let_go);
	loop_free(loop);
}

/* host 0: none. */
static void
add(unsigned number, uint8_t host)
{
	const uint8_t address[] = { 192, 0, 2, host };
	const struct server server = { .type = ADDRESS_IPV4,
		.address = address,
		.len = sizeof address };

	lanes_add(&lanes, &jobs[number], host != 0 ? &server : NULL);
}

static void
finish(unsigned number)
{
	lane_finish(jobs[number].lane);
	jobs[number].state = LC_SUCCESSFUL;
}

/* Jobs 0 to 2 are local, 3 and 4 of one server, 5 of another. */
static void
side_by_side(void)
{
	static const uint8_t hosts[] = { 0, 0, 0, 1, 1, 2 };

	open_lanes();
	for (unsigned i = 0; i < CHECK_COUNT(hosts); i++)
		add(i, hosts[i]);
	CHECK_STR(begun, "");
	settle();
	CHECK_STR(begun, "adf");
	CHECK_INT(jobs[0].state, LC_IN_PROGRESS);
	CHECK_INT(jobs[1].state, LC_PENDING);
	CHECK_INT(jobs[4].state, LC_PENDING);
	finish(0);
	settle();
	CHECK_STR(begun, "adfb");
	finish(3);
	finish(5);
	settle();
	CHECK_STR(begun, "adfbe");
	finish(1);
	settle();
	finish(2);
	finish(4);
	settle();
	CHECK_STR(begun, "adfbec");
	CHECK_UINT(lanes.running, 0);
	CHECK(lanes.servers == NULL);
	close_lanes();
}

static void
bounded(void)
{
	open_lanes();
	for (unsigned i = 0; i < LANES_TRANSFERS + 2; i++)
		add(i, (uint8_t)(i + 1));
	add(10, 0);
	settle();
	CHECK_STR(begun, "abcdk"); /* the local one does not wait */
	CHECK_INT(jobs[4].state, LC_PENDING);
	lanes_cancel(&jobs[4]);
	CHECK_INT(jobs[4].state, LC_NOT_STARTED);
	finish(2);
	settle();
	CHECK_STR(begun, "abcdkf");
	close_lanes();
}

static void core_step(struct lane *);

static void
core_begin(struct lane *lane)
{
	lane_go_on(lane, core_step);
}

static void
core_step(struct lane *lane)
{
	if (lane_enter(lane, GATE_CORE, core_step))
		note((char)('A' + lane->queue->number));
}

static void
one_in_the_core(void)
{
	open_lanes();
	lanes.begin = core_begin;
	add(0, 1);
	add(1, 0);
	add(2, 2);
	settle();
	CHECK_STR(begun, "A");
	lane_leave(jobs[0].lane, GATE_CORE);
	lane_leave(jobs[0].lane, GATE_CORE); /* it is outside */
	settle();
	CHECK_STR(begun, "AB");
	finish(1); /* which leaves */
	settle();
	CHECK_STR(begun, "ABC");
	close_lanes();
}

static void
while_none_runs(void *arg)
{
	(void)arg;
	CHECK_UINT(lanes.running, 0);
	note('!');
}

static void
idle(void)
{
	struct task task = { .run = while_none_runs };

	open_lanes();
	add(0, 0);
	add(1, 0);
	add(2, 1);
	settle();
	lanes_when_idle(&lanes, &task);
	add(3, 2);
	finish(0);
	settle();
	CHECK_STR(begun, "ac"); /* none begins */
	finish(2);
	settle();
	CHECK_STR(begun, "ac!bd");
	close_lanes();
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "side by side", side_by_side },
		{ "bounded", bounded },
		{ "one in the core", one_in_the_core },
		{ "while none runs", idle },
	};

	return check_main("lanes", tests, CHECK_COUNT(tests), argc, argv);
}
