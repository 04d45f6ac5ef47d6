/*
 * running.c - the record of meters that run: running.h.
 *
 * A file is whole blocks of 4,096 bytes that are written in place: neither its
 * size nor anything else about it changes, so that one fdatasync writes one
 * block.  A write that is cut off spoils this file alone.
 */
#include "running.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/crypto.h>

#include "base/disk.h"
#include "base/error.h"
#include "mac.h"

#define BLOCK 4096
#define MAGIC "licagent running 1\n"	/* with its NUL */
#define MAGIC_LEN 20
/* Magic, six numbers, the boot; then the meters, and the seal. */
#define HEADER_LEN (MAGIC_LEN + 6 * 8 + LC_BOOT_ID_MAX)
#define METER_LEN 17
#define RECORD_MAX (16 * 1024 * 1024)

struct lc_running {
	char *paths[2];
	int fds[2];
	bool had[2];		/* the file has to be there */
	struct lc_mac *mac;
};

enum lc_err
lc_running_new(const char *dir, const uint8_t *key, struct lc_running **out)
{
	static const char *const names[2] = { "running", "running-twin" };
	struct lc_running *r = calloc(1, sizeof *r);
	enum lc_err err = LC_ENOMEM;

	if (r == NULL)
		return err;
	r->fds[0] = r->fds[1] = -1;
	for (int i = 0; i < 2; i++) {
		if (asprintf(&r->paths[i], "%s/%s", dir, names[i]) < 0) {
			r->paths[i] = NULL;
			goto out;
		}
	}
	if ((err = lc_mac_new(key, &r->mac)) == LC_OK) {
		*out = r;
		r = NULL;	/* the caller's now */
	}
out:
	lc_running_free(r);
	return err;
}

void
lc_running_free(struct lc_running *r)
{
	if (r == NULL)
		return;
	for (int i = 0; i < 2; i++) {
		if (r->fds[i] >= 0)
			(void)close(r->fds[i]);	/* it was synced */
		free(r->paths[i]);
	}
	lc_mac_free(r->mac);
	free(r);
}

/* ---- Bytes ----------------------------------------------------------- */

static uint8_t *
number_put(uint8_t *at, int64_t number)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		*at++ = (uint8_t)((uint64_t)number >> shift);
	return at;
}

static const uint8_t *
number_get(const uint8_t *at, int64_t *number)
{
	uint64_t n = 0;

	for (int i = 0; i < 8; i++)
		n = n << 8 | *at++;
	*number = (int64_t)n;
	return at;
}

static size_t
record_len(size_t nmeters)
{
	return HEADER_LEN + nmeters * METER_LEN + LC_MAC_LEN;
}

static enum lc_err
pack(struct lc_running *r, const struct lc_running_record *record,
    uint8_t *bytes)
{
	uint8_t *at = bytes + MAGIC_LEN;

	memcpy(bytes, MAGIC, MAGIC_LEN);
	at = number_put(at, record->number);
	at = number_put(at, record->high);
	at = number_put(at, record->floor);
	at = number_put(at, record->ahead);
	at = number_put(at, record->boot_ms);
	at = number_put(at, (int64_t)record->n);
	memcpy(at, record->boot_id, strnlen(record->boot_id,
	    LC_BOOT_ID_MAX - 1));
	at += LC_BOOT_ID_MAX;
	for (size_t i = 0; i < record->n; i++) {
		at = number_put(at, record->meters[i].identity);
		at = number_put(at, record->meters[i].used_ms);
		*at++ = record->meters[i].runs;
	}
	return lc_mac_sum(r->mac, bytes, (size_t)(at - bytes), NULL, 0, at);
}

/* Has the file a record of n meters in it, under its seal? */
static enum lc_err
seal_judge(struct lc_running *r, const uint8_t *bytes, size_t n)
{
	size_t len = record_len(n) - LC_MAC_LEN;
	uint8_t seal[LC_MAC_LEN];
	enum lc_err err;

	err = lc_mac_sum(r->mac, bytes, len, NULL, 0, seal);
	return err == LC_OK && CRYPTO_memcmp(seal, bytes + len,
	    sizeof seal) != 0 ? LC_EDAMAGED : err;
}

static enum lc_err
unpack(struct lc_running *r, const uint8_t *bytes, size_t len,
    struct lc_running_record *out)
{
	const uint8_t *at = bytes + MAGIC_LEN;
	struct lc_running_record record = { .n = 0 };
	int64_t n;
	enum lc_err err;

	if (len < record_len(0) || memcmp(bytes, MAGIC, MAGIC_LEN) != 0)
		return LC_EDAMAGED;
	at = number_get(at, &record.number);
	at = number_get(at, &record.high);
	at = number_get(at, &record.floor);
	at = number_get(at, &record.ahead);
	at = number_get(at, &record.boot_ms);
	at = number_get(at, &n);
	if (n < 0 || n > (int64_t)((len - record_len(0)) / METER_LEN))
		return LC_EDAMAGED;
	if ((err = seal_judge(r, bytes, (size_t)n)) != LC_OK)
		return err;
	memcpy(record.boot_id, at, LC_BOOT_ID_MAX - 1);
	at += LC_BOOT_ID_MAX;
	record.n = (size_t)n;
	record.meters = calloc(record.n + 1, sizeof *record.meters);
	if (record.meters == NULL)
		return LC_ENOMEM;
	for (size_t i = 0; i < record.n; i++) {
		at = number_get(at, &record.meters[i].identity);
		at = number_get(at, &record.meters[i].used_ms);
		record.meters[i].runs = *at++ != 0;
	}
	*out = record;
	return LC_OK;
}

/* ---- Files ----------------------------------------------------------- */

static enum lc_err
file_read(struct lc_running *r, int i, struct lc_running_record *out)
{
	char *data = NULL;
	enum lc_err err;
	size_t len;

	err = lc_disk_read(r->paths[i], RECORD_MAX, &data, &len, NULL, NULL);
	if (err != LC_OK)
		return err;
	r->had[i] = true;
	err = unpack(r, (const uint8_t *)data, len, out);
	free(data);
	return err;
}

/* The next record makes a new one. */
static void
file_set_aside(struct lc_running *r, int i, const char *aside)
{
	char *to;

	if (asprintf(&to, "%s%s", r->paths[i], aside) < 0)
		return;
	if (lc_disk_set_aside(r->paths[i], to, NULL) == LC_OK)
		r->had[i] = false;
	free(to);
}

enum lc_err
lc_running_read(struct lc_running *r, const char *aside,
    struct lc_running_record *out, bool *damaged)
{
	struct lc_running_record records[2] = { { .n = 0 }, { .n = 0 } };
	enum lc_err errs[2];
	int newer;

	*damaged = false;
	for (int i = 0; i < 2; i++) {
		errs[i] = file_read(r, i, &records[i]);
		*damaged |= errs[i] != LC_OK && errs[i] != LC_ENOTFOUND;
		if (errs[i] == LC_EDAMAGED)
			file_set_aside(r, i, aside);
	}
	newer = errs[1] == LC_OK && (errs[0] != LC_OK ||
	    records[1].number > records[0].number);
	free(records[1 - newer].meters);
	if (errs[0] == LC_ENOMEM || errs[1] == LC_ENOMEM) {
		free(records[newer].meters);
		return LC_ENOMEM;
	}
	if (errs[newer] == LC_OK)
		*out = records[newer];
	return errs[newer] == LC_OK ? LC_OK : LC_ENOTFOUND;
}

/* A plain file to write into; anything else there is moved away. */
static int
file_open(struct lc_running *r, int i)
{
	struct stat st;
	int fd;

	if (lstat(r->paths[i], &st) == 0 && !S_ISREG(st.st_mode)) {
		if (S_ISDIR(st.st_mode) ? rmdir(r->paths[i]) != 0 :
		    unlink(r->paths[i]) != 0)
			return -1;
	}
	fd = open(r->paths[i], O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	return fd;
}

static bool
write_whole(int fd, const uint8_t *bytes, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = pwrite(fd, bytes + done, len - done,
		    (off_t)done);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			done += (size_t)n;
	}
	return fdatasync(fd) == 0;
}

/* Somebody removed the file: what is written into it is lost. */
static bool
is_gone(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_nlink == 0;
}

static bool
file_write(struct lc_running *r, int i, const uint8_t *bytes, size_t len)
{
	bool made;

	if (r->fds[i] >= 0 && is_gone(r->fds[i])) {
		(void)close(r->fds[i]);
		r->fds[i] = -1;
		r->had[i] = false;
	}
	if (r->fds[i] < 0)
		r->fds[i] = file_open(r, i);
	if (r->fds[i] < 0)
		return false;
	made = !r->had[i];
	if (!write_whole(r->fds[i], bytes, len) ||
	    (made && !lc_disk_sync_dir(r->paths[i]))) {
		int saved = errno;

		(void)close(r->fds[i]);	/* opened again by the next one */
		r->fds[i] = -1;
		errno = saved;
		return false;
	}
	r->had[i] = true;
	return true;
}

enum lc_err
lc_running_write(struct lc_running *r, const struct lc_running_record *record,
    struct lc_detail *detail)
{
	size_t len = record_len(record->n);
	size_t whole = (len + BLOCK - 1) / BLOCK * BLOCK;
	uint8_t *bytes = calloc(1, whole);
	enum lc_err err = LC_ENOMEM;
	bool first, second;

	if (bytes == NULL || (err = pack(r, record, bytes)) != LC_OK)
		goto out;
	first = file_write(r, 0, bytes, whole);
	if (!first)
		(void)lc_fail(detail, LC_EIO, "%s cannot be written: %s",
		    r->paths[0], strerror(errno));
	second = file_write(r, 1, bytes, whole);
	if (!second)
		(void)lc_fail(detail, LC_EIO, "%s cannot be written: %s",
		    r->paths[1], strerror(errno));
	if (!first && !second)
		err = LC_EIO;
out:
	free(bytes);
	return err;
}
