/* compat_test.c - the replacements, also where nothing is missing. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#undef HAVE_RENAMEAT2
#undef HAVE_SIGABBREV_NP
#undef HAVE_POSIX_SPAWN_FILE_ACTIONS_ADDCLOSEFROM_NP
#define renameat2 our_renameat2
#define sigabbrev_np our_sigabbrev_np
#define posix_spawn_file_actions_addclosefrom_np our_addclosefrom_np
#include "compat/compat.c"

static void
renaming(void)
{
	const char *from = check_path(check_dir(), "from");
	const char *to = check_path(check_dir(), "to");

	check_write(from, "a", 1);
	check_write(to, "b", 1);
	CHECK_INT(
	    renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE), -1);
	CHECK_INT(errno, EEXIST);
	CHECK_INT(unlink(to), 0);
	CHECK_INT(renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE), 0);
	CHECK_INT(access(from, F_OK), -1);
	CHECK_INT(access(to, F_OK), 0);
}

static void
signals(void)
{
	CHECK_STR(sigabbrev_np(SIGHUP), "HUP");
	CHECK_STR(sigabbrev_np(SIGTERM), "TERM");
	CHECK_STR(sigabbrev_np(SIGSYS), "SYS");
	for (int sig = 1; sig < 32; sig++) {
		const char *name = sigabbrev_np(sig);

		check_context("%d, %s", sig, name);
		REQUIRE(name != NULL);
		for (int other = 1; other < sig; other++)
			CHECK(strcmp(sigabbrev_np(other), name) != 0);
	}
	check_context(NULL);
	CHECK(sigabbrev_np(-1) == NULL);
	CHECK(sigabbrev_np(0) == NULL);
	CHECK(sigabbrev_np(NSIG) == NULL);
}

/* Does a program have descriptors 40 and 41, which it would inherit? */
static int
spawned(int closefrom)
{
	static char sh[] = "sh", option[] = "-c",
		    command[] = "n=0; for i in 40 41; do "
				"[ ! -e /proc/self/fd/$i ] || n=$((n + 1)); "
				"done; exit $n";
	char *argv[] = { sh, option, command, NULL }, *environment[] = { NULL };
	posix_spawn_file_actions_t actions;
	int status = -1;
	pid_t pid;

	REQUIRE(posix_spawn_file_actions_init(&actions) == 0);
	CHECK_INT(
	    posix_spawn_file_actions_addclosefrom_np(&actions, closefrom), 0);
	REQUIRE(posix_spawn(
		    &pid, "/bin/sh", &actions, NULL, argv, environment) == 0);
	REQUIRE(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	posix_spawn_file_actions_destroy(&actions);
	return WEXITSTATUS(status);
}

static void
descriptors(void)
{
	REQUIRE(dup2(STDIN_FILENO, 40) == 40);
	REQUIRE(dup2(STDIN_FILENO, 41) == 41);
	CHECK_INT(spawned(42), 2);
	CHECK_INT(spawned(41), 1);
	CHECK_INT(spawned(3), 0);
	CHECK_INT(fcntl(40, F_GETFD), 0); /* ours stay */
	close(40);
	close(41);
}

static const struct check_test tests[] = {
	{ "renaming", renaming },
	{ "signals", signals },
	{ "descriptors", descriptors },
};

int
main(int argc, char **argv)
{
	return check_main("compat", tests, CHECK_COUNT(tests), argc, argv);
}
