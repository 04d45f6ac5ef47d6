/*
 * files.c - local files, named as on the device.
 *
 * The kernel resolves the name beneath the directory (openat2), so that no
 * link swapped in between can lead out.  Opened O_NONBLOCK: a FIFO without a
 * writer does not hold us up before we see that it is none of ours.
 */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char too_large[] = "it is larger than 8 MiB";

static const struct files_prefix *
find_prefix(const struct files *files, const char *name)
{
	for (size_t i = 0; i < files->n; i++) {
		const char *prefix = files->prefixes[i].prefix;

		if (strncmp(name, prefix, strlen(prefix)) == 0)
			return &files->prefixes[i];
	}
	return NULL;
}

static int
open_beneath(const char *directory, const char *name)
{
	struct open_how how = {
		.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	int dir = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd, error;

	if (dir < 0)
		return -1;
	fd = (int)syscall(SYS_openat2, dir, name, &how, sizeof how);
	error = errno;
	close(dir);
	errno = error;
	return fd;
}

/* Up to and including one byte too many: then it has grown. */
static bool
read_all(int fd, uint8_t *data, size_t size, size_t *len)
{
	ssize_t n;

	*len = 0;
	do {
		n = read(fd, data + *len, size - *len);
		if (n > 0)
			*len += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n == 0;
}

/* NULL: it was read; else what is wrong. */
static const char *
read_regular(int fd, uint8_t **out, size_t *len)
{
	struct stat st;
	uint8_t *data;
	size_t size;

	if (fstat(fd, &st) < 0)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "it is not a regular file";
	if (st.st_size > FILES_MAX_SIZE)
		return too_large;
	size = (size_t)st.st_size + 1;
	if ((data = malloc(size)) == NULL)
		return strerror(errno);
	if (!read_all(fd, data, size, len)) {
		free(data);
		return strerror(errno);
	}
	if (*len == size) {
		free(data);
		return "it is being written";
	}
	*out = data;
	return NULL;
}

static const char *
open_error(int error)
{
	return error == EXDEV ? "it lies outside the directory that the "
				"prefix stands for"
			      : strerror(error);
}

enum files_result
files_read(const struct files *files, const char *name, uint8_t **data,
    size_t *len, char *why, size_t why_size)
{
	const struct files_prefix *prefix = find_prefix(files, name);
	const char *wrong, *rest;
	int fd;

	if (prefix == NULL) {
		snprintf(why, why_size, "no configured prefix begins it");
		return FILES_UNREADABLE;
	}
	rest = name + strlen(prefix->prefix);
	rest += *rest == '/'; /* "flash:/name" is usual, too */
	if ((fd = open_beneath(prefix->directory, rest)) < 0) {
		snprintf(why, why_size, "%s", open_error(errno));
		return FILES_UNREADABLE;
	}
	wrong = read_regular(fd, data, len);
	close(fd);
	if (wrong == NULL)
		return FILES_READ;
	snprintf(why, why_size, "%s", wrong);
	return wrong == too_large ? FILES_TOO_LARGE : FILES_UNREADABLE;
}
