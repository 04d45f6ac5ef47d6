/*
 * licclient_test.c - liblicclient against a daemon that the test plays, in a
 * process of its own.
 */
#include "licclient.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define HELLO "{\"hello\":\"licagent\",\"version\":1,\"may\":[\"lease\"]}\n"

/* What the daemon does: exits 0 if the client did what it expects. */
typedef void script(int listener, int go);

static int
open_listener(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	REQUIRE(fd >= 0 &&
		bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
		listen(fd, 1) == 0);
	return fd;
}

static pid_t
start_daemon(const char *path, script *play, int *go)
{
	int listener = open_listener(path), ends[2];
	pid_t child;

	REQUIRE(pipe(ends) == 0);
	if ((child = fork()) == 0) {
		close(ends[1]);
		alarm(120);
		play(listener, ends[0]);
		_exit(0);
	}
	close(listener);
	close(ends[0]);
	*go = ends[1];
	return child;
}

/* In the daemon: the end of the test is seen by its exit status. */
static void
must(bool good, int line)
{
	if (!good) {
		fprintf(stderr, "the daemon, line %d: not as expected\n", line);
		_exit(1);
	}
}
#define MUST(condition) must((condition), __LINE__)

static FILE *
await_client(int listener)
{
	FILE *client = fdopen(accept(listener, NULL, NULL), "r+");

	MUST(client != NULL);
	setvbuf(client, NULL, _IONBF, 0);
	fputs(HELLO, client);
	return client;
}

/* The number of the next request, which has to contain this text. */
static long
await_request(FILE *client, const char *text)
{
	char line[512];
	const char *id;

	MUST(fgets(line, sizeof line, client) != NULL);
	MUST(strstr(line, text) != NULL);
	id = strstr(line, "\"id\":");
	MUST(id != NULL);
	return strtol(id + 5, NULL, 10);
}

static void
give_lease(FILE *client, long id, int number)
{
	fprintf(client,
	    "{\"id\":%ld,\"result\":{\"lease\":%d,\"state\":\"licensed\"}}\n",
	    id, number);
}

/* ---- A lease that is released while it is taken again ---- */

static void
play_release(int listener, int go)
{
	FILE *client = await_client(listener);
	char byte;
	long late;

	give_lease(client, await_request(client, "checkout"), 1);
	give_lease(client, await_request(client, "checkout"), 2);
	fclose(client);
	client = await_client(listener);
	late = await_request(client, "late");
	give_lease(client, await_request(client, "early"), 1);
	MUST(read(go, &byte, 1) == 1);
	give_lease(client, late, 2);
	fprintf(client, "{\"id\":%ld,\"result\":{}}\n",
	    await_request(client, "\"release\",\"lease\":2"));
	fprintf(client, "{\"id\":%ld,\"result\":{}}\n",
	    await_request(client, "\"devices\""));
	MUST(fgetc(client) == EOF); /* on the same connection */
}

static void
process_until(struct lic *lic, struct lic_lease *lease, enum lic_state state)
{
	struct pollfd wait = { .fd = lic_fd(lic), .events = POLLIN };

	while (lic_lease_state(lease) != state) {
		REQUIRE(poll(&wait, 1, 60000) == 1);
		(void)lic_process(lic);
	}
}

static void
release_while_awaited(void)
{
	const char *path = check_path(check_dir(), "control");
	const struct lic_options options = { .socket = path,
		.timeout_ms = 60000 };
	struct lic_lease *early, *late;
	struct lic *lic;
	char *answer;
	int go, status;
	pid_t daemon = start_daemon(path, play_release, &go);

	REQUIRE(lic_open(&options, &lic) == LIC_OK);
	REQUIRE(lic_checkout(lic, "early", NULL, 1, &early) == LIC_OK);
	REQUIRE(lic_checkout(lic, "late", NULL, 1, &late) == LIC_OK);
	process_until(lic, early, LIC_AWAY);
	process_until(lic, early, LIC_LICENSED);
	CHECK_INT(lic_lease_state(late), LIC_AWAY);
	REQUIRE(write(go, "", 1) == 1);
	CHECK_INT(lic_release(late), LIC_OK);
	CHECK_INT(lic_lease_state(early), LIC_LICENSED);
	CHECK_INT(lic_request(lic, "{\"do\":\"devices\"}", &answer), LIC_OK);
	CHECK_STR(answer, "{}");
	free(answer);
	CHECK_INT(lic_lease_state(early), LIC_LICENSED);
	lic_close(lic);
	close(go);
	REQUIRE(waitpid(daemon, &status, 0) == daemon);
	CHECK_INT(status, 0);
}

/* ---- A check-out that waits, while the daemon goes and comes ---- */

static void
play_waiting(int listener, int go)
{
	FILE *client = await_client(listener);
	long id;

	(void)go;
	give_lease(client, await_request(client, "\"feature\":\"held\"}"), 1);
	id = await_request(client, "\"feature\":\"phones\",\"wait_s\":3600,"
				   "\"progress\":true}");
	fprintf(client,
	    "{\"progress\":{\"id\":%ld,\"what\":\"waiting\",\"done\":3,"
	    "\"total\":0}}\n",
	    id);
	fclose(client);
	/* A daemon that comes back: leases first, then the one that waits. */
	client = await_client(listener);
	give_lease(client, await_request(client, "\"feature\":\"held\"}"), 1);
	id = await_request(client, "\"feature\":\"phones\",\"wait_s\":3");
	give_lease(client, id, 2);
	id = await_request(client, "\"wait_s\":4294967295");
	fprintf(client,
	    "{\"id\":%ld,\"error\":{\"code\":\"exhausted\",\"text\":\"none "
	    "left\"}}\n",
	    id);
	fprintf(client, "{\"id\":%ld,\"result\":{}}\n",
	    await_request(client, "\"release\",\"lease\":2"));
	MUST(fgetc(client) == EOF);
}

struct told {
	char what[32];
	uint64_t done;
	unsigned times;
};

static void
on_progress(void *arg, const char *what, uint64_t done, uint64_t total)
{
	struct told *told = arg;

	snprintf(told->what, sizeof told->what, "%s", what);
	told->done = done;
	told->times++;
	CHECK_UINT(total, 0);
}

static void
waits_through_a_restart(void)
{
	const char *path = check_path(check_dir(), "control");
	struct told told = { .what = "" };
	const struct lic_options options = { .socket = path,
		.timeout_ms = 60000,
		.progress = on_progress,
		.arg = &told };
	struct lic_lease *held, *lease = NULL;
	struct lic *lic;
	int go, status;
	pid_t daemon = start_daemon(path, play_waiting, &go);

	REQUIRE(lic_open(&options, &lic) == LIC_OK);
	REQUIRE(lic_checkout(lic, "held", NULL, 1, &held) == LIC_OK);
	CHECK_INT(
	    lic_checkout_wait(lic, "phones", NULL, 2, 3600, &lease), LIC_OK);
	CHECK_STR(told.what, "waiting");
	CHECK_UINT(told.done, 3);
	CHECK_UINT(told.times, 1);
	CHECK_INT(lic_lease_state(lease), LIC_LICENSED);
	CHECK_INT(lic_lease_count(lease), 2);
	CHECK_INT(lic_lease_state(held), LIC_LICENSED);
	CHECK_INT(lic_checkout_wait(lic, "none", NULL, 1, LIC_FOREVER, &held),
	    LIC_EEXHAUSTED);
	CHECK_STR(lic_detail(lic), "none left");
	CHECK_INT(lic_release(lease), LIC_OK);
	lic_close(lic);
	close(go);
	REQUIRE(waitpid(daemon, &status, 0) == daemon);
	CHECK_INT(status, 0);
}

/* ---- A daemon that does not come back ---- */

static void
play_gone(int listener, int go)
{
	FILE *client = await_client(listener);

	(void)go;
	(void)await_request(client, "\"wait_s\":1");
	fclose(client);
	close(listener);
}

static void
waits_no_longer_than_that(void)
{
	const char *path = check_path(check_dir(), "control");
	const struct lic_options options = { .socket = path };
	struct lic_lease *lease = NULL;
	struct lic *lic;
	int go, status;
	pid_t daemon = start_daemon(path, play_gone, &go);

	REQUIRE(lic_open(&options, &lic) == LIC_OK);
	CHECK_INT(
	    lic_checkout_wait(lic, "phones", NULL, 1, 1, &lease), LIC_EAWAY);
	/* Who is not there at all is not waited for. */
	CHECK_INT(lic_checkout_wait(
		      lic, "phones", NULL, 1, LIC_FOREVER, &lease),
	    LIC_EAWAY);
	CHECK(lease == NULL);
	lic_close(lic);
	close(go);
	REQUIRE(waitpid(daemon, &status, 0) == daemon);
	CHECK_INT(status, 0);
}

/* ---- A lease that an administrator ends ---- */

static void
play_ended(int listener, int go)
{
	FILE *client = await_client(listener);
	char byte;

	give_lease(client, await_request(client, "ends"), 1);
	give_lease(client, await_request(client, "stays"), 2);
	MUST(read(go, &byte, 1) == 1);
	fputs("{\"lease\":{\"lease\":1,\"state\":\"ended\",\"text\":\"ended "
	      "by root: why\"}}\n",
	    client);
	MUST(read(go, &byte, 1) == 1);
	fclose(client);
	client = await_client(listener);
	/* What was ended is not taken again, nor released. */
	fprintf(client,
	    "{\"id\":%ld,\"error\":{\"code\":\"expired\",\"text\":\"it is "
	    "over\"}}\n",
	    await_request(client, "stays"));
	MUST(fgetc(client) == EOF);
}

static void
ended_by_an_administrator(void)
{
	const char *path = check_path(check_dir(), "control");
	const struct lic_options options = { .socket = path,
		.timeout_ms = 60000 };
	struct lic_lease *ends, *stays;
	struct lic *lic;
	int go, status;
	pid_t daemon = start_daemon(path, play_ended, &go);

	REQUIRE(lic_open(&options, &lic) == LIC_OK);
	REQUIRE(lic_checkout(lic, "ends", NULL, 1, &ends) == LIC_OK);
	REQUIRE(lic_checkout(lic, "stays", NULL, 1, &stays) == LIC_OK);
	CHECK_STR(lic_lease_why(ends), "");
	REQUIRE(write(go, "", 1) == 1);
	process_until(lic, ends, LIC_LOST);
	CHECK_STR(lic_lease_why(ends), "ended by root: why");
	CHECK_INT(lic_lease_state(stays), LIC_LICENSED);
	REQUIRE(write(go, "", 1) == 1);
	process_until(lic, stays, LIC_LOST);
	CHECK_STR(lic_lease_why(stays), "it is over");
	CHECK_STR(lic_lease_why(ends), "ended by root: why");
	CHECK_INT(lic_release(ends), LIC_OK);
	lic_close(lic);
	close(go);
	REQUIRE(waitpid(daemon, &status, 0) == daemon);
	CHECK_INT(status, 0);
}

static const struct check_test tests[] = {
	{ "waits through a restart", waits_through_a_restart },
	{ "waits no longer than that", waits_no_longer_than_that },
	{ "ended by an administrator", ended_by_an_administrator },
	{ "a lease that is awaited is released alone", release_while_awaited },
};

int
main(int argc, char **argv)
{
	return check_main("licclient", tests, CHECK_COUNT(tests), argc, argv);
}
