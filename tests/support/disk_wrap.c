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
int __wrap_fdatasync(int fd);
ssize_t __wrap_pwrite(int fd, const void *data, size_t len, off_t at);
ssize_t __real_pwrite64(int fd, const void *data, size_t len, off_t at);
ssize_t __wrap_pwrite64(int fd, const void *data, size_t len, off_t at);

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

/* off_t has 64 bits everywhere, whatever pwrite() takes. */
ssize_t
__wrap_pwrite64(int fd, const void *data, size_t len, off_t at)
{
	if (fails())
		return -1;
	disk_remember(fd, at, len);
	return __real_pwrite64(fd, data, len, at);
}

ssize_t
__wrap_pwrite(int fd, const void *data, size_t len, off_t at)
{
	return __wrap_pwrite64(fd, data, len, at);
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
	if (fails())
		return -1;
	disk_synced(fd);
	return 0;
}

int
__wrap_fdatasync(int fd)
{
	return __wrap_fsync(fd);
}
