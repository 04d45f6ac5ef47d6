/*
 * keys_fuzz.c - a directory of public keys, as somebody filled it.
 *
 * The input is files one after the other, each behind a byte that says what
 * kind of file it is and one that says how many bytes of 16 it has.  There is a
 * root key beside them, so that payloads of trust lists can be signed.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "format/jws.h"
#include "format/keydir.h"
#include "root.h"

size_t fuzz_changed_max = 100;

#define FILES_MAX 8

enum kind {
	KIND_KEY,
	KIND_OTHER, /* not named *.jwk */
	KIND_WRITABLE,
	KIND_FOLDER,
	KIND_LINK, /* to the file before it */
	KIND_DANGLING,
	KINDS,

	/* Not of the remainder but of the highest values. */
	KIND_LIST,    /* named *.trust */
	KIND_PAYLOAD, /* that of a trust list, to be signed */
};
#define KIND_LIST_FROM 0xf0
#define KIND_PAYLOAD_FROM 0xf8

static const char *dir;
static struct root *root;

static void
name_of(unsigned number, enum kind kind, char path[256])
{
	const char *suffix = kind == KIND_OTHER	    ? "txt"
			     : kind == KIND_LIST    ? "trust"
			     : kind == KIND_PAYLOAD ? "trust"
						    : "jwk";

	(void)snprintf(path, 256, "%s/%u.%s", dir, number, suffix);
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
make_signed(const char *path, const uint8_t *data, size_t len)
{
	char *payload = strndup((const char *)data, len), *file;

	require(payload != NULL);
	file = root_sign(root->key, LC_TYP_TRUST_LIST, payload);
	make_regular(path, 0600, (const uint8_t *)file, strlen(file));
	free(file);
	free(payload);
}

static enum kind
kind_of(uint8_t byte)
{
	if (byte >= KIND_PAYLOAD_FROM)
		return KIND_PAYLOAD;
	return byte >= KIND_LIST_FROM ? KIND_LIST
				      : (enum kind)(byte % KINDS);
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
	else if (kind == KIND_PAYLOAD)
		make_signed(path, data, len);
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
		enum kind kind = kind_of(data[0]);
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
		name_of(i, KIND_LIST, path);
		(void)unlink(path);
		name_of(i, KIND_KEY, path);
		if (unlink(path) != 0)
			(void)rmdir(path);
	}
}

/* Also of a device that took another list before. */
static void
settle(struct lc_trust *trust)
{
	static const struct lc_trust_taken taken[] = { { 0, NULL, NULL },
		{ 1, "", "- " }, { UINT32_MAX, NULL, "" } };
	const char *why = NULL;
	char *withdrawn = NULL;

	for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
		const struct lc_trust_list *list;

		require(lc_trust_settle(trust, &taken[i], &why) == LC_OK);
		list = lc_trust_list(trust);
		require(why == NULL || list == NULL);
		if (list == NULL)
			continue;
		require(list->version >= taken[i].version &&
			list->expires > list->issued);
		require(lc_trust_nkeys(list->keys) <= LC_TRUST_LIST_KEYS);
		require(lc_trust_list_withdrawn(list, &withdrawn) == LC_OK);
		free(withdrawn);
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
		root = root_new(LC_ED25519);
		root_put(root, dir, "root.jwk");
	}
	n = fill(data, len);
	if (lc_keydir_load(dir, true, &trust, &detail) == LC_OK) {
		require(lc_trust_nkeys(trust) <= n);
		require(lc_trust_find(trust, "") == NULL);
		settle(trust);
	} else
		require(trust == NULL && detail.text[0] != '\0');
	lc_trust_free(trust);
	clear(n);
	return 0;
}
