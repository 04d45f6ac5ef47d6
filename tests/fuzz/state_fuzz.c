/*
 * state_fuzz.c - a state directory that flash has damaged.
 *
 * The input is a list of damages to the files of a device that was closed
 * properly: each is a byte for the file and the kind, three for the place, one
 * for a length, and bytes.  The core opens what is left, or says what is wrong;
 * what it opens can be listed, checked, used, closed and opened again.
 */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "device.h"

size_t fuzz_changed_max = 0;

#define FILES_MAX 16

enum damage {
	DAMAGE_XOR,
	DAMAGE_WRITE,
	DAMAGE_FILL, /* with the first byte */
	DAMAGE_CUT,
	DAMAGE_REMOVE,
	DAMAGE_EMPTY,
	DAMAGE_MOVE, /* a run of bytes to the beginning of a page */
	DAMAGES
};

static struct file {
	char name[256];
	uint8_t *data;
	size_t len;
} files[FILES_MAX];
static size_t nfiles;
static struct device *device;

/* ---- A device as it was ---- */

static int
by_name(const void *a, const void *b)
{
	return strcmp(
	    ((const struct file *)a)->name, ((const struct file *)b)->name);
}

static void
keep_files(void)
{
	DIR *dir = opendir(device->dir);
	const struct dirent *entry;

	require(dir != NULL);
	while ((entry = readdir(dir)) != NULL) {
		struct file *file = &files[nfiles];

		if (entry->d_type != DT_REG)
			continue;
		require(nfiles++ < FILES_MAX);
		snprintf(file->name, sizeof file->name, "%s", entry->d_name);
		file->data = (uint8_t *)check_read(
		    check_path(device->dir, file->name), &file->len);
	}
	(void)closedir(dir);
	qsort(files, nfiles, sizeof files[0], by_name);
	require(nfiles > 1);
}

/* Licenses of three kinds, one of them used and its agreement accepted. */
static void
begin(void)
{
	static const struct lc_lease_request wanted = {
		.feature = "phones", .version = "1.0", .count = 5
	};
	struct lc_terms terms =
	    issuer_terms("00000000000000000000000000000001");
	struct lc_lease *lease;

	(void)atexit(check_clean);
	device = device_new();
	device_open(device);
	terms.feature = "one";
	(void)device_add(device, terms);
	terms.id = "00000000000000000000000000000002";
	terms.feature = "phones";
	terms.type = LC_DEMO;
	terms.counted = true;
	terms.count = 25;
	terms.period_s = 864000;
	(void)device_add(device, terms);
	terms.id = "00000000000000000000000000000003";
	(void)device_clear(device, device_add(device, terms));
	require(lc_checkout(device->lc, &wanted, &lease, NULL) == LC_OK);
	device_pass(device, 3600);
	lc_release(lease);
	device_close(device);
	keep_files();
}

/* Only what was there: the core may have made other files. */
static void
put_files(void)
{
	DIR *dir = opendir(device->dir);
	const struct dirent *entry;
	char path[8192];

	require(dir != NULL);
	while ((entry = readdir(dir)) != NULL) {
		snprintf(
		    path, sizeof path, "%s/%s", device->dir, entry->d_name);
		(void)unlink(path); /* . and .. stay */
	}
	(void)closedir(dir);
	for (size_t i = 0; i < nfiles; i++) {
		snprintf(
		    path, sizeof path, "%s/%s", device->dir, files[i].name);
		check_write(path, files[i].data, files[i].len);
		require(chmod(path, 0600) == 0);
	}
}

/* ---- Damage ---- */

static void
change(FILE *f, size_t at, enum damage damage, const uint8_t *bytes, size_t len)
{
	uint8_t old[256] = { 0 };
	size_t got;

	require(fseek(f, (long)at, SEEK_SET) == 0);
	got = fread(old, 1, len, f);
	for (size_t i = 0; i < len; i++)
		if (damage == DAMAGE_XOR && i < got)
			old[i] ^= bytes[i];
		else if (damage == DAMAGE_WRITE)
			old[i] = bytes[i];
		else if (damage == DAMAGE_FILL)
			old[i] = bytes[0];
	if (damage == DAMAGE_MOVE)
		at &= ~(size_t)4095;
	require(fseek(f, (long)at, SEEK_SET) == 0);
	require(fwrite(old, 1, len, f) == len);
}

static void
damage_file(const struct file *file, enum damage damage, size_t at,
    const uint8_t *bytes, size_t len)
{
	char path[8192];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", device->dir, file->name);
	at %= file->len + 1;
	if (damage == DAMAGE_REMOVE)
		(void)unlink(path);
	else if (damage == DAMAGE_CUT || damage == DAMAGE_EMPTY)
		/* It may have been removed before. */
		require(
		    truncate(path, damage == DAMAGE_CUT ? (off_t)at : 0) == 0 ||
		    errno == ENOENT);
	else if (len > 0 && (f = fopen(path, "r+")) != NULL) {
		change(f, at, damage, bytes, len);
		require(fclose(f) == 0);
	}
}

static void
damage_all(const uint8_t *data, size_t len)
{
	while (len >= 5) {
		size_t n = data[4] < len - 5 ? data[4] : len - 5;
		size_t at =
		    (size_t)data[1] << 16 | (size_t)data[2] << 8 | data[3];

		damage_file(&files[data[0] % nfiles],
		    (enum damage)(data[0] / 32 % DAMAGES), at, data + 5, n);
		data += 5 + n;
		len -= 5 + n;
	}
}

/* ---- What is left ---- */

static void
read_everything(struct lc *lc)
{
	const struct lc_history *entry;
	const struct lc_license *const *licenses;
	struct lc_detail detail = { "" };
	uint64_t after = 0;
	size_t n;

	licenses = lc_licenses(lc, &n);
	for (size_t i = 0; i < n; i++) {
		require(licenses[i]->terms.feature != NULL);
		(void)lc_license_status(lc, licenses[i]);
		(void)lc_license_left_s(lc, licenses[i]);
	}
	while (lc_history_next(lc, after, &entry) == LC_OK) {
		require(entry->seq > after);
		after = entry->seq;
	}
	if (lc_check(lc, &detail) != LC_OK)
		require(detail.text[0] != '\0');
}

static void
use(struct lc *lc)
{
	static const struct lc_lease_request wanted = {
		.feature = "phones", .version = "1.0", .count = 1
	};
	struct lc_detail detail = { "" };
	struct lc_lease *lease = NULL;
	int64_t wait_ms;

	if (lc_checkout(lc, &wanted, &lease, &detail) != LC_OK)
		require(detail.text[0] != '\0');
	device->boot_ms += 60000;
	device->wall += 60;
	(void)lc_tick(lc, &wait_ms);
	lc_release(lease);
}

static void
open_core(void)
{
	struct lc_detail detail = { "" };
	struct lc *lc = NULL;

	device->nnotices = device->nevents = 0;
	if (lc_open(&device->options, &lc, &detail) != LC_OK) {
		require(lc == NULL && detail.text[0] != '\0');
		return;
	}
	read_everything(lc);
	use(lc);
	lc_close(lc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (device == NULL)
		begin();
	put_files();
	damage_all(data, len);
	device->wall = 1800007200;
	device->boot_ms = 9000000;
	open_core();
	open_core();
	return 0;
}
