/*
 * keys_fuzz.c - a directory of public keys, as somebody filled it.
 *
 * The input is files one after the other, each behind a byte that says what
 * kind of file it is and one that says how many bytes of 16 it has.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "format/key.h"
#include "format/trust.h"

size_t fuzz_changed_max = 100;

#define FILES_MAX 8

enum kind {
	KIND_KEY,
	KIND_OTHER, /* not named *.jwk */
	KIND_WRITABLE,
	KIND_FOLDER,
	KIND_LINK, /* to the file before it */
	KIND_DANGLING,
	KINDS
};

static const char *dir;

static void
name_of(unsigned number, enum kind kind, char path[256])
{
	(void)snprintf(path, 256, "%s/%u.%s", dir, number,
	    kind == KIND_OTHER ? "txt" : "jwk");
}

static void
make_regular(const char *path, mode_t mode, const uint8_t *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	require(fd >= 0);
	require(write(fd, data, len) == (ssize_t)len);
	require(fchmod(fd, mode) == 0);
	close(fd);
}

static void
make(unsigned number, enum kind kind, const uint8_t *data, size_t len)
{
	char path[256], before[256];

	name_of(number, kind, path);
	name_of(number - 1, KIND_KEY, before);
	if (kind == KIND_FOLDER)
		require(mkdir(path, 0700) == 0);
	else if (kind == KIND_LINK)
		require(symlink(before, path) == 0);
	else if (kind == KIND_DANGLING)
		require(symlink("nowhere", path) == 0);
	else
		make_regular(
		    path, kind == KIND_WRITABLE ? 0666 : 0600, data, len);
}

/* How many there are. */
static unsigned
fill(const uint8_t *data, size_t len)
{
	unsigned n = 0;

	while (len >= 2 && n < FILES_MAX) {
		enum kind kind = (enum kind)(data[0] % KINDS);
		size_t size = (size_t)data[1] * 16;

		data += 2;
		len -= 2;
		size = size < len ? size : len;
		make(n++, kind, data, size);
		data += size;
		len -= size;
	}
	return n;
}

static void
clear(unsigned n)
{
	char path[256];

	for (unsigned i = 0; i < n; i++) {
		name_of(i, KIND_OTHER, path);
		(void)unlink(path);
		name_of(i, KIND_KEY, path);
		if (unlink(path) != 0)
			(void)rmdir(path);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct lc_detail detail = { "" };
	struct lc_trust *trust = NULL;
	unsigned n;

	if (dir == NULL) {
		dir = check_dir();
		(void)atexit(check_clean);
	}
	n = fill(data, len);
	if (lc_trust_load(dir, true, &trust, &detail) == LC_OK) {
		require(lc_trust_nkeys(trust) <= n);
		require(lc_trust_find(trust, "") == NULL);
	} else
		require(trust == NULL && detail.text[0] != '\0');
	lc_trust_free(trust);
	clear(n);
	return 0;
}
