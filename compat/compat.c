/* compat.c - see compat.h. */
#include "compat.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef HAVE_RENAMEAT2
int
renameat2(
    int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
#ifdef SYS_renameat2
	return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
#else
	errno = ENOSYS;
	return -1;
#endif
}
#endif

#ifndef HAVE_SIGABBREV_NP
const char *
sigabbrev_np(int sig)
{
	static const char *const names[] = {
		[SIGHUP] = "HUP",
		[SIGINT] = "INT",
		[SIGQUIT] = "QUIT",
		[SIGILL] = "ILL",
		[SIGTRAP] = "TRAP",
		[SIGABRT] = "ABRT",
		[SIGBUS] = "BUS",
		[SIGFPE] = "FPE",
		[SIGKILL] = "KILL",
		[SIGUSR1] = "USR1",
		[SIGSEGV] = "SEGV",
		[SIGUSR2] = "USR2",
		[SIGPIPE] = "PIPE",
		[SIGALRM] = "ALRM",
		[SIGTERM] = "TERM",
#ifdef SIGSTKFLT /* not on every architecture */
		[SIGSTKFLT] = "STKFLT",
#endif
		[SIGCHLD] = "CHLD",
		[SIGCONT] = "CONT",
		[SIGSTOP] = "STOP",
		[SIGTSTP] = "TSTP",
		[SIGTTIN] = "TTIN",
		[SIGTTOU] = "TTOU",
		[SIGURG] = "URG",
		[SIGXCPU] = "XCPU",
		[SIGXFSZ] = "XFSZ",
		[SIGVTALRM] = "VTALRM",
		[SIGPROF] = "PROF",
		[SIGWINCH] = "WINCH",
		[SIGPOLL] = "POLL",
		[SIGPWR] = "PWR",
		[SIGSYS] = "SYS",
	};

	return sig >= 0 && (size_t)sig < sizeof names / sizeof names[0]
		   ? names[sig]
		   : NULL;
}
#endif

#ifndef HAVE_POSIX_SPAWN_FILE_ACTIONS_ADDCLOSEFROM_NP
int
posix_spawn_file_actions_addclosefrom_np(
    posix_spawn_file_actions_t *actions, int from)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	int error = 0;

	if (dir == NULL)
		return errno;
	while (error == 0 && (entry = readdir(dir)) != NULL) {
		int fd = entry->d_name[0] == '.' ? -1 : atoi(entry->d_name);

		if (fd >= 0 && fd >= from && fd != dirfd(dir))
			error = posix_spawn_file_actions_addclose(actions, fd);
	}
	closedir(dir);
	return error;
}
#endif
