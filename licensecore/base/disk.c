/*
 * disk.c - see disk.h.
 *
 * A temporary file beside the target is written, synced and renamed over it,
 * and the directory is synced: otherwise a power failure may undo the rename.
 */
#include "disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "compat.h"
#include "error.h"

static enum lc_err
failed(struct lc_detail *detail, const char *path, const char *what)
{
	return lc_fail(detail, errno == ENOMEM ? LC_ENOMEM : LC_EIO,
	    "%s: %s: %s", path, what, strerror(errno));
}

/* ---- Calls that a signal may interrupt ------------------------------- */

int
lc_disk_openat(int dir, const char *name, int flags, mode_t mode)
{
	int fd;

	do {
		fd = openat(dir, name, flags, mode);
	} while (fd < 0 && errno == EINTR);
	return fd;
}

static bool
sync_fd(int fd)
{
	int rc;

	do {
		rc = fsync(fd);
	} while (rc != 0 && errno == EINTR);
	return rc == 0;
}

/* ---- Reading --------------------------------------------------------- */

static enum lc_err
judge(int fd, const char *path, size_t max, struct stat *st,
    struct lc_detail *detail)
{
	if (fstat(fd, st) != 0)
		return failed(detail, path, "cannot read");
	if (!S_ISREG(st->st_mode))
		return lc_fail(detail, LC_EIO, "%s: not a regular file", path);
	if ((uintmax_t)st->st_size > max)
		return lc_fail(detail, LC_EIO,
		    "%s: %jd bytes, at most %zu allowed", path,
		    (intmax_t)st->st_size, max);
	return LC_OK;
}

/* As many bytes as there were when it was opened, or fewer if it shrank. */
static enum lc_err
read_all(int fd, const char *path, size_t size, char **out, size_t *len,
    struct lc_detail *detail)
{
	char *data = malloc(size + 1);
	size_t got = 0;
	ssize_t n = 1;

	if (data == NULL)
		return LC_ENOMEM;
	while (got < size && n != 0) {
		n = read(fd, data + got, size - got);
		if (n < 0 && errno != EINTR) {
			OPENSSL_cleanse(data, got);
			free(data);
			return failed(detail, path, "cannot read");
		}
		got += n > 0 ? (size_t)n : 0;
	}
	data[got] = '\0';
	*out = data;
	*len = got;
	return LC_OK;
}

enum lc_err
lc_disk_read_fd(int fd, const char *path, size_t max, char **data, size_t *len,
    struct stat *st, struct lc_detail *detail)
{
	struct stat own;
	enum lc_err err;

	if (st == NULL)
		st = &own;
	if ((err = judge(fd, path, max, st, detail)) != LC_OK)
		return err;
	return read_all(fd, path, (size_t)st->st_size, data, len, detail);
}

enum lc_err
lc_disk_read(const char *path, size_t max, char **data, size_t *len,
    struct stat *st, struct lc_detail *detail)
{
	int fd = lc_disk_openat(AT_FDCWD, path,
	    O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
	enum lc_err err;

	if (fd < 0 && errno == ENOENT)
		return lc_fail(detail, LC_ENOTFOUND, "%s: no such file", path);
	if (fd < 0)
		return failed(detail, path, "cannot open");
	err = lc_disk_read_fd(fd, path, max, data, len, st, detail);
	(void)close(fd); /* it was only read */
	return err;
}

/* ---- Writing --------------------------------------------------------- */

static bool
write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			data += n;
			len -= (size_t)n;
		}
	}
	return sync_fd(fd);
}

static bool
write_new(const char *path, mode_t mode, const void *data, size_t len)
{
	int fd = lc_disk_openat(AT_FDCWD, path,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	bool ok;

	if (fd < 0)
		return false;
	ok = write_all(fd, data, len);
	/* An interrupted close has closed, and the data is synced. */
	return (close(fd) == 0 || errno == EINTR) && ok;
}

bool
lc_disk_sync_dir(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir =
	    slash == NULL
		? strdup(".")
		: strndup(path, slash == path ? 1 : (size_t)(slash - path));
	int fd = dir == NULL ? -1
			     : lc_disk_openat(
				   AT_FDCWD, dir, O_RDONLY | O_CLOEXEC, 0);
	bool ok = fd >= 0 && sync_fd(fd);

	if (fd >= 0)
		(void)close(fd); /* nothing was written through it */
	free(dir);
	return ok;
}

/* Not every file system can rename without replacing; all others link. */
static bool
move(const char *from, const char *to, bool replace)
{
	if (replace)
		return rename(from, to) == 0;
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return true;
	return (errno == EINVAL || errno == ENOSYS) && link(from, to) == 0 &&
	       unlink(from) == 0;
}

/* A file that is missing, or that may be replaced because it is plain. */
static enum lc_err
check_target(const char *path, bool replace, struct lc_detail *detail)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return LC_OK; /* what else is wrong shows when it is written */
	if (!replace)
		return lc_fail(detail, LC_EEXISTS, "%s: already exists", path);
	if (!S_ISREG(st.st_mode))
		return lc_fail(detail, LC_EIO, "%s: not a regular file", path);
	return LC_OK;
}

enum lc_err
lc_disk_write(const char *path, const void *data, size_t len, mode_t mode,
    bool replace, struct lc_detail *detail)
{
	enum lc_err err = check_target(path, replace, detail);
	char *temporary = NULL;
	unsigned nonce;

	if (err != LC_OK)
		return err;
	if (RAND_bytes((unsigned char *)&nonce, sizeof nonce) != 1 ||
	    asprintf(&temporary, "%s.%08x.new", path, nonce) < 0)
		return LC_ENOMEM;
	if (!write_new(temporary, mode, data, len) ||
	    !move(temporary, path, replace)) {
		err = errno == EEXIST ? LC_EEXISTS : LC_EIO;
		err = lc_fail(detail, err, "%s: cannot write: %s", path,
		    strerror(errno));
		(void)unlink(temporary); /* a second error would say less */
	} else if (!lc_disk_sync_dir(path)) {
		err = failed(detail, path, "cannot sync directory");
	}
	free(temporary);
	return err;
}

static bool
sync_file(const char *path)
{
	int fd = lc_disk_openat(
	    AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
	bool ok = fd >= 0 && sync_fd(fd);

	if (fd >= 0)
		(void)close(fd); /* nothing was written through it */
	return ok;
}

enum lc_err
lc_disk_replace(const char *from, const char *to, struct lc_detail *detail)
{
	if (!sync_file(from) || rename(from, to) != 0)
		return lc_fail(detail, LC_EIO, "%s: cannot write: %s", to,
		    strerror(errno));
	return lc_disk_sync_dir(to) ? LC_OK :
	    failed(detail, to, "cannot sync directory");
}

enum lc_err
lc_disk_set_aside(const char *path, const char *to, struct lc_detail *detail)
{
	if (rename(path, to) != 0 && errno != ENOENT)
		return lc_fail(detail, LC_EIO, "%s cannot be moved to %s: %s",
		    path, to, strerror(errno));
	return LC_OK;
}

/* ---- What was left --------------------------------------------------- */

static bool
ends_in(const char *name, const char *suffix)
{
	size_t len = strlen(name), tail = strlen(suffix);

	return len > tail && strcmp(name + len - tail, suffix) == 0;
}

void
lc_disk_clean(const char *dir)
{
	DIR *d = opendir(dir);
	const struct dirent *entry;

	while (d != NULL && (entry = readdir(d)) != NULL)
		if (ends_in(entry->d_name, ".new") ||
		    ends_in(entry->d_name, ".new-journal"))
			/* A folder of that name is not ours, and stays. */
			(void)unlinkat(dirfd(d), entry->d_name, 0);
	if (d != NULL)
		(void)closedir(d);
}
