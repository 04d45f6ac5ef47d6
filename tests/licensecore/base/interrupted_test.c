/*
 * interrupted_test.c - files read and written while signals come: each call to the
 * disk is interrupted once before it succeeds, or does less than it might.
 */
#include "base/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "format/keyfile.h"
#include "format/keydir.h"
#include "issuer.h"

/* ---- The calls, as the linker leads them here --------------- */

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...)
    __attribute__((alias("__wrap_open")));
int __real_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...);
int __wrap_openat64(int dir, const char *path, int flags, ...)
    __attribute__((alias("__wrap_openat")));
ssize_t __real_read(int fd, void *data, size_t len);
ssize_t __wrap_read(int fd, void *data, size_t len);
ssize_t __wrap___read_chk(int fd, void *data, size_t len, size_t room);
ssize_t __real_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_close(int fd);
int __wrap_close(int fd);

static bool signals, now;
static unsigned interrupted;

/* Every other call, from the first on. */
static bool
interrupt(void)
{
	now = signals && !now;
	if (now) {
		interrupted++;
		errno = EINTR;
	}
	return now;
}

int
__wrap_openat(int dir, const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = va_arg(args, mode_t);
	va_end(args);
	return interrupt() ? -1 : __real_openat(dir, path, flags, mode);
}

int
__wrap_open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = va_arg(args, mode_t);
	va_end(args);
	return interrupt() ? -1 : __real_open(path, flags, mode);
}

ssize_t
__wrap_read(int fd, void *data, size_t len)
{
	if (interrupt())
		return -1;
	return __real_read(fd, data, signals && len > 7 ? 7 : len);
}

ssize_t
__wrap___read_chk(int fd, void *data, size_t len, size_t room)
{
	REQUIRE(len <= room);
	return __wrap_read(fd, data, len);
}

ssize_t
__wrap_write(int fd, const void *data, size_t len)
{
	if (interrupt())
		return -1;
	return __real_write(fd, data, signals && len > 7 ? 7 : len);
}

int
__wrap_fsync(int fd)
{
	return interrupt() ? -1 : __real_fsync(fd);
}

/* Closed all the same, as Linux does. */
int
__wrap_close(int fd)
{
	int rc = __real_close(fd);

	return interrupt() ? -1 : rc;
}

static void
begin(void)
{
	signals = true;
	now = false;
	interrupted = 0;
}

static void
end(void)
{
	signals = false;
	CHECK(interrupted > 0);
}

/* ---- What is tried --------------------------------------------------- */

static void
whole_files(void)
{
	static const char text[] = "a text that is longer than seven bytes";
	const char *path = check_path(check_dir(), "file");
	struct lc_detail detail = { "" };
	char *data = NULL;
	size_t len = 0;

	begin();
	CHECK_ERR(lc_disk_write(path, text, strlen(text), 0600, false,
	    &detail), LC_OK, &detail);
	CHECK_ERR(lc_disk_read(path, 100, &data, &len, NULL, &detail), LC_OK,
	    &detail);
	end();
	CHECK_MEM(data, len, text, strlen(text));
	free(data);
	begin();
	CHECK_ERR(lc_disk_write(path, "b", 1, 0600, true, &detail), LC_OK,
	    &detail);
	end();
}

static void
keys(void)
{
	struct issuer *issuer = issuer_new(LC_ED25519);
	const char *path = check_path(issuer->dir, "issuer.key");
	struct lc_detail detail = { "" };
	struct lc_trust *trust = NULL;
	struct lc_key *key = NULL;

	begin();
	CHECK_ERR(lc_keyfile_save(path, issuer->key, &detail), LC_OK, &detail);
	CHECK_ERR(lc_keyfile_load(path, &key, &detail), LC_OK, &detail);
	end();
	REQUIRE(key != NULL);
	CHECK_STR(key->kid, issuer->key->kid);
	begin();
	CHECK_ERR(lc_keydir_load(issuer->dir, true, &trust, &detail), LC_OK,
	    &detail);
	end();
	REQUIRE(trust != NULL);
	CHECK_UINT(lc_trust_nkeys(trust), 1);
	lc_trust_free(trust);
	lc_key_free(key);
	issuer_free(issuer);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "whole files", whole_files },
		{ "keys", keys },
	};

	return check_main("interrupted", tests, CHECK_COUNT(tests), argc, argv);
}
