/*
 * beneath.c - see beneath.h.
 *
 * The kernel resolves the name (openat2).  Where it does not, each component
 * is opened below the one before, and no link is followed: what is open cannot
 * be exchanged, whatever happens to its name.
 */
#include "beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void
close_keeping_errno(int fd)
{
	int error = errno;

	close(fd);
	errno = error;
}

/* ---- By the kernel ---- */

/* As in linux/openat2.h, which older headers lack. */
struct how {
	uint64_t flags, mode, resolve;
};
#define RESOLVE_NO_MAGICLINKS 0x02
#define RESOLVE_BENEATH 0x08

static int
resolve(int dir, const char *name, int flags)
{
#ifdef SYS_openat2
	struct how how = {
		.flags = (unsigned)flags,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};

	return (int)syscall(SYS_openat2, dir, name, &how, sizeof how);
#else
	errno = ENOSYS;
	return -1;
#endif
}

/* Filters of system calls refuse one that they do not know with either. */
static bool
is_refused(int error)
{
	return error == ENOSYS || error == EPERM;
}

/* ---- Step by step ---- */

/* The first component, and what follows it.  One that is too long is taken
 * with a byte too many, which no file system allows. */
static const char *
cut(const char *name, char component[NAME_MAX + 2])
{
	size_t len = strcspn(name, "/");

	snprintf(component, NAME_MAX + 2, "%.*s", (int)len, name);
	return name + len;
}

static bool
is_link(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISLNK(st.st_mode);
}

static int
step(int dir, const char *name, int flags)
{
	int fd, error;

	if (strcmp(name, "..") == 0) {
		errno = ENOTSUP;
		return -1;
	}
	fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR)) {
		error = errno;
		errno = is_link(dir, name) ? ENOTSUP : error;
	}
	return fd;
}

static int
walk(int dir, const char *name, int flags)
{
	char component[NAME_MAX + 2];
	int from = dir, fd;
	bool last;

	if (name[0] == '\0' || name[0] == '/') {
		errno = name[0] == '/' ? EXDEV : ENOENT;
		return -1;
	}
	do {
		name = cut(name, component);
		last = name[0] == '\0';
		name += strspn(name, "/");
		/* After "dir/" there is nothing but the directory. */
		fd = step(from, component[0] != '\0' ? component : ".",
		    last ? flags : O_PATH | O_DIRECTORY);
		if (from != dir)
			close_keeping_errno(from);
		from = fd;
	} while (fd >= 0 && !last);
	return fd;
}

int
beneath_open(const char *directory, const char *name, int flags)
{
	int dir = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd;

	if (dir < 0)
		return -1;
	fd = resolve(dir, name, flags | O_CLOEXEC);
	if (fd < 0 && is_refused(errno))
		fd = walk(dir, name, flags);
	close_keeping_errno(dir);
	return fd;
}
