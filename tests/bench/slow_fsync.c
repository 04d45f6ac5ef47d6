/*
 * slow_fsync.c - makes each sync take 2 ms more while the file exists whose
 * name is in SLOW_FSYNC: preloaded by portal_bench.py.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define DELAY_NS 2000000

/* The C library's own, for a program that was linked without them. */
int fsync(int fd);
int fdatasync(int fd);

static int
synced(long result)
{
	const struct timespec delay = { .tv_nsec = DELAY_NS };
	const char *name = getenv("SLOW_FSYNC");

	if (name != NULL && access(name, F_OK) == 0)
		(void)nanosleep(&delay, NULL); /* an early end is fine */
	return (int)result;
}

int
fsync(int fd)
{
	return synced(syscall(SYS_fsync, fd));
}

int
fdatasync(int fd)
{
	return synced(syscall(SYS_fdatasync, fd));
}
