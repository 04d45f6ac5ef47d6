/*
 * listener_test.c - the control socket moves whole or not at all, and says
 * once that it cannot accept.
 */
#include "control/control.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"
#include "log_lines.h"
#include "memory.h"

/* ---- The kernel's answer to accept4, as a test wants it ---- */

static unsigned exhausted; /* how many more times there is no descriptor */

int __real_accept4(int fd, struct sockaddr *, socklen_t *, int flags);
int __wrap_accept4(int fd, struct sockaddr *, socklen_t *, int flags);

int
__wrap_accept4(int fd, struct sockaddr *address, socklen_t *len, int flags)
{
	if (exhausted > 0) {
		exhausted--;
		errno = EMFILE;
		return -1;
	}
	return __real_accept4(fd, address, len, flags);
}

/* ---- Connections ---- */

static struct loop *loop;

/* A connection to the path; -1: nobody listens. */
static int
connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	REQUIRE(fd >= 0 && strlen(path) < sizeof address.sun_path);
	strcpy(address.sun_path, path);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	close(fd);
	return -1;
}

struct reader {
	struct watch watch;
	char line[256];
};

static void
read_line(void *arg, short revents)
{
	struct reader *reader = arg;
	ssize_t n = recv(
	    reader->watch.fd, reader->line, sizeof reader->line - 1, 0);

	(void)revents;
	reader->line[n > 0 ? n : 0] = '\0';
	loop_stop(loop);
}

/* Connects, and runs the loop until it is greeted. */
static void
check_serves(const char *path)
{
	struct reader reader = { .watch = { .events = POLLIN,
				     .ready = read_line,
				     .arg = &reader } };

	reader.watch.fd = connect_to(path);
	if (!CHECK(reader.watch.fd >= 0))
		return;
	REQUIRE(loop_watch(loop, &reader.watch) && loop_run(loop));
	loop_unwatch(loop, &reader.watch);
	CHECK_HAS(reader.line, "\"hello\"");
	close(reader.watch.fd);
}

static void
check_silent(const char *path)
{
	int fd = connect_to(path);

	CHECK_INT(fd, -1);
	if (fd >= 0)
		close(fd);
}

static struct control *
open_control(void)
{
	struct control *control;

	loop = loop_new();
	REQUIRE(loop != NULL);
	control = control_new(&(struct control_options){ .loop = loop });
	REQUIRE(control != NULL);
	return control;
}

static void
close_control(struct control *control)
{
	control_free(control);
	loop_free(loop);
}

/* ---- Tests ---- */

/* Moves while the nth allocation fails; did it move? */
static bool
moves(unsigned n)
{
	const char *here = check_path(check_dir(), "here");
	const char *there = check_path(check_dir(), "there");
	struct control *control = open_control();
	char why[CONTROL_ERROR_MAX];
	bool moved;

	REQUIRE(control_listen(control, here, why));
	memory_fail_at(n);
	moved = control_listen(control, there, why);
	memory_fail_at(0);
	if (!moved)
		CHECK_HAS(why, "out of memory");
	check_silent(moved ? here : there);
	check_serves(moved ? there : here);
	close_control(control);
	check_silent(there);
	return moved;
}

static void
out_of_memory(void)
{
	unsigned n = 1;

	for (; !moves(n); n++)
		check_context("allocation %u fails", n + 1);
	CHECK_UINT(n, 2); /* the listener, none */
}

/* What is at the new path is not a socket: the old one goes on. */
static void
refused(void)
{
	const char *here = check_path(check_dir(), "here");
	const char *there = check_path(check_dir(), "there");
	struct control *control = open_control();
	char why[CONTROL_ERROR_MAX];
	char *content;

	check_write(there, "precious", 8);
	REQUIRE(control_listen(control, here, why));
	CHECK(!control_listen(control, there, why));
	CHECK_HAS(why, "not a socket");
	check_serves(here);
	content = check_read(there, NULL);
	CHECK_STR(content, "precious");
	free(content);
	close_control(control);
}

static void
no_descriptors(void)
{
	const char *here = check_path(check_dir(), "here");
	struct control *control = open_control();
	char why[CONTROL_ERROR_MAX];

	log_lines_begin();
	REQUIRE(control_listen(control, here, why));
	exhausted = 4;
	check_serves(here);
	CHECK_UINT(exhausted, 0);
	check_serves(here);
	CHECK_UINT(log_lines_with("cannot accept connections: Too many open "
				  "files; retrying"),
	    1);
	CHECK_UINT(log_lines_with("accepting connections again"), 1);
	CHECK_UINT(log_lines_count(), 2);
	close_control(control);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "out of memory", out_of_memory },
		{ "refused", refused },
		{ "no descriptors", no_descriptors },
	};

	return check_main("listener", tests, CHECK_COUNT(tests), argc, argv);
}
