/* disk_wrap.c - the core's own calls to the disk, for $(DISK_WRAP). */
#include "disk_calls.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

ssize_t __real_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_renameat2(int dir, const char *from, int other, const char *to,
    unsigned flags);
int __wrap_renameat2(int dir, const char *from, int other, const char *to,
    unsigned flags);
int __wrap_fsync(int fd);

static bool
fails(void)
{
	if (!disk_call_fails())
		return false;
	errno = EIO;
	return true;
}

ssize_t
__wrap_write(int fd, const void *data, size_t len)
{
	return fails() ? -1 : __real_write(fd, data, len);
}

int
__wrap_rename(const char *from, const char *to)
{
	return fails() ? -1 : __real_rename(from, to);
}

int
__wrap_renameat2(int dir, const char *from, int other, const char *to,
    unsigned flags)
{
	return fails() ? -1 : __real_renameat2(dir, from, other, to, flags);
}

/* Nothing is really synced. */
int
__wrap_fsync(int fd)
{
	(void)fd;
	return fails() ? -1 : 0;
}
