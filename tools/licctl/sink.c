/*
 * sink.c - a child process that reads what we print on standard output.
 *
 * The commands print as ever, as much and as long as they like: nothing is
 * collected, and a pipe is no terminal, so they use no color.
 */
#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static void
work_and_exit(sink_work *work, void *arg, int fd)
{
	FILE *from = fdopen(fd, "r");
	int status = from != NULL ? work(arg, from) : 1;

	_exit(fflush(stdout) != 0 && status == 0 ? 1 : status);
}

bool
sink_open(struct sink *sink, sink_work *work, void *arg)
{
	int ends[2], error;

	if (fflush(stdout) != 0 || pipe2(ends, O_CLOEXEC) < 0)
		return false;
	sink->before = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
	sink->pid = sink->before < 0 ? -1 : fork();
	if (sink->pid == 0) {
		close(ends[1]);
		work_and_exit(work, arg, ends[0]);
	}
	error = errno;
	if (sink->pid > 0)
		(void)dup2(ends[1], STDOUT_FILENO);
	else if (sink->before >= 0)
		close(sink->before);
	close(ends[0]);
	close(ends[1]);
	errno = error;
	return sink->pid > 0;
}

bool
sink_close(struct sink *sink)
{
	int status;

	(void)fflush(stdout); /* its caller has looked for errors */
	(void)dup2(sink->before, STDOUT_FILENO);
	close(sink->before);
	while (waitpid(sink->pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
