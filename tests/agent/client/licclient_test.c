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

static const struct check_test tests[] = {
	{ "a lease that is awaited is released alone", release_while_awaited },
};

int
main(int argc, char **argv)
{
	return check_main("licclient", tests, CHECK_COUNT(tests), argc, argv);
}
