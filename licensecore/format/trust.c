/*
 * trust.c - see trust.h.
 *
 * Anyone who can write a key file can issue licenses, so a file is used only if
 * nobody but the trusted owners can have put it there.  As sshd does for
 * authorized_keys, every directory from the root down is checked.  Each is
 * opened relative to the one before and checked after opening, so that nothing
 * can be exchanged in between.
 */
#include "trust.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/disk.h"
#include "base/error.h"
#include "key.h"

#define KEYS_MAX 1024 /* more files than this in it are a mistake */

struct entry {
	struct lc_key *key;
	char *name; /* of its file */
};

/* The directory, as it was after the trust was loaded. */
struct since {
	char *dir;
	bool own_keys;
	struct timespec changed; /* when it was read last */
	struct lc_trust *trust;  /* what was in it then; NULL: not read */
};

struct lc_trust {
	struct entry *entries;
	size_t n, size;
	char **skipped; /* files, and why */
	size_t nskipped;
	struct since *since; /* NULL: it is of no directory */
};

enum lc_err
lc_trust_new(struct lc_trust **out)
{
	struct lc_trust *trust = calloc(1, sizeof *trust);

	if (trust == NULL)
		return LC_ENOMEM;
	*out = trust;
	return LC_OK;
}

void
lc_trust_free(struct lc_trust *trust)
{
	if (trust == NULL)
		return;
	for (size_t i = 0; i < trust->n; i++) {
		lc_key_free(trust->entries[i].key);
		free(trust->entries[i].name);
	}
	for (size_t i = 0; i < trust->nskipped; i++)
		free(trust->skipped[i]);
	free(trust->skipped);
	free(trust->entries);
	if (trust->since != NULL) {
		lc_trust_free(trust->since->trust);
		free(trust->since->dir);
	}
	free(trust->since);
	free(trust);
}

const char *const *
lc_trust_skipped(const struct lc_trust *trust, size_t *n)
{
	*n = trust->nskipped;
	return (const char *const *)trust->skipped;
}

size_t
lc_trust_nkeys(const struct lc_trust *trust)
{
	size_t n = 0;

	for (size_t i = 0; i < trust->n; i++)
		n += !trust->entries[i].key->withdrawn;
	return n;
}

static struct entry *
entry_find(const struct lc_trust *trust, const char *kid)
{
	for (size_t i = 0; i < trust->n; i++) {
		if (strcmp(trust->entries[i].key->kid, kid) == 0)
			return &trust->entries[i];
	}
	return NULL;
}

const struct lc_key *
lc_trust_find(const struct lc_trust *trust, const char *kid)
{
	const struct entry *entry = entry_find(trust, kid);

	return entry == NULL ? NULL : entry->key;
}

static enum lc_err
make_room(struct lc_trust *trust)
{
	size_t size = trust->size == 0 ? 8 : 2 * trust->size;
	struct entry *entries;

	if (trust->n < trust->size)
		return LC_OK;
	entries = realloc(trust->entries, size * sizeof *entries);
	if (entries == NULL)
		return LC_ENOMEM;
	trust->entries = entries;
	trust->size = size;
	return LC_OK;
}

enum lc_err
lc_trust_add(struct lc_trust *trust, struct lc_key *key, const char *name,
    struct lc_detail *detail)
{
	const struct entry *twin = entry_find(trust, key->kid);
	char *kept;

	if (twin != NULL)
		return lc_fail(detail, LC_ETRUST, "%s: the same key as in %s",
		    name, twin->name);
	if (make_room(trust) != LC_OK || (kept = strdup(name)) == NULL)
		return LC_ENOMEM;
	trust->entries[trust->n++] = (struct entry){ key, kept };
	return LC_OK;
}

/* ---- Who has write access? ------------------------------------------- */

/* A way from the root to a file, step by step. */
struct walk {
	const char *path; /* resolved: no links, no dots */
	bool own_keys;
	struct lc_detail *detail;
};

static bool
is_trusted_owner(const struct walk *walk, uid_t uid)
{
	return uid == 0 || (walk->own_keys && uid == geteuid());
}

/*
 * In a sticky directory of root (/tmp) others can create files, but not remove
 * or rename those of other owners; the next step is checked for its owner.
 */
static bool
is_open_to_others(const struct stat *st)
{
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return false;
	return !(S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0 &&
		 st->st_uid == 0);
}

/* The step that ends at path[len]. */
static enum lc_err
judge(const struct walk *walk, size_t len, const struct stat *st)
{
	int shown = (int)(len == 0 ? 1 : len);

	if (!is_trusted_owner(walk, st->st_uid))
		return lc_fail(walk->detail, LC_ETRUST,
		    "%.*s: owned by user %ld, not by root%s (chown root)",
		    shown, walk->path, (long)st->st_uid,
		    walk->own_keys ? " or the user of this process" : "");
	if (is_open_to_others(st))
		return lc_fail(walk->detail, LC_ETRUST,
		    "%.*s: mode %04o lets others write it (chmod go-w)", shown,
		    walk->path, (unsigned)st->st_mode & 07777);
	return LC_OK;
}

/* Lack of memory or descriptors says nothing about the file. */
static enum lc_err
error_of(int error)
{
	return error == ENOMEM || error == EMFILE || error == ENFILE
		   ? LC_ENOMEM
		   : LC_ETRUST;
}

static enum lc_err
failed_open(const struct walk *walk, size_t len)
{
	return lc_fail(walk->detail, error_of(errno), "%.*s: cannot open: %s",
	    (int)(len == 0 ? 1 : len), walk->path, strerror(errno));
}

/*
 * One step: opens path[start, end) below *fd, judges it and puts it in place
 * of *fd.  The last one is opened for reading, without waiting for a FIFO.
 */
static enum lc_err
step(const struct walk *walk, size_t start, size_t end, int *fd)
{
	bool last = walk->path[end] == '\0';
	int flags = (last ? O_RDONLY | O_NONBLOCK | O_NOCTTY : O_PATH) |
		    O_NOFOLLOW | O_CLOEXEC;
	char name[NAME_MAX + 1];
	struct stat st;
	int next;

	if (end - start > NAME_MAX)
		return lc_fail(
		    walk->detail, LC_ETRUST, "%s: name too long", walk->path);
	memcpy(name, walk->path + start, end - start);
	name[end - start] = '\0';
	if ((next = lc_disk_openat(*fd, name, flags, 0)) < 0)
		return failed_open(walk, end);
	(void)close(*fd); /* nothing was written through it */
	*fd = next;
	if (fstat(next, &st) != 0)
		return failed_open(walk, end);
	return judge(walk, end, &st);
}

static enum lc_err
walk_all(const struct walk *walk, int *fd)
{
	const char *path = walk->path;
	enum lc_err err;
	struct stat st;

	if (fstat(*fd, &st) != 0)
		return failed_open(walk, 0);
	err = judge(walk, 0, &st);
	for (size_t at = 1; err == LC_OK && path[at] != '\0';) {
		size_t end = at + strcspn(path + at, "/");

		err = step(walk, at, end, fd);
		at = end + (path[end] == '/');
	}
	return err;
}

/* Opens a path that only the trusted owners can have written. */
static enum lc_err
open_trusted(
    const char *path, bool own_keys, int *out, struct lc_detail *detail)
{
	char *resolved = realpath(path, NULL);
	struct walk walk = { resolved, own_keys, detail };
	enum lc_err err;
	int fd;

	if (resolved == NULL)
		return lc_fail(
		    detail, error_of(errno), "%s: %s", path, strerror(errno));
	fd = lc_disk_openat(
	    AT_FDCWD, "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	err = fd < 0 ? failed_open(&walk, 0) : walk_all(&walk, &fd);
	if (err == LC_OK)
		*out = fd;
	else if (fd >= 0)
		(void)close(fd); /* nothing was written through it */
	free(resolved);
	return err;
}

/* ---- Loading --------------------------------------------------------- */

/* A directory that is being read. */
struct load {
	struct lc_trust *trust;
	const char *dir;
	bool own_keys;
	char *names[KEYS_MAX]; /* of the files, in this order */
	size_t n;
};

/* Records a file that is not used, and why. */
static enum lc_err __attribute__((format(printf, 2, 3)))
skip(struct load *load, const char *format, ...)
{
	struct lc_trust *trust = load->trust;
	size_t size = (trust->nskipped + 1) * sizeof *trust->skipped;
	char **skipped = realloc(trust->skipped, size);
	va_list args;
	int len;

	if (skipped == NULL)
		return LC_ENOMEM;
	trust->skipped = skipped;
	va_start(args, format);
	len = vasprintf(&skipped[trust->nskipped], format, args);
	va_end(args);
	if (len < 0)
		return LC_ENOMEM;
	trust->nskipped++;
	return LC_OK;
}

static enum lc_err
parse_key(
    int fd, const char *path, struct lc_key **key, struct lc_detail *detail)
{
	struct lc_detail why = { "" };
	char *data = NULL;
	size_t len = 0;
	enum lc_err err;

	if ((err = lc_disk_read_fd(
		 fd, path, LC_JWK_MAX, &data, &len, NULL, detail)) != LC_OK)
		return err;
	err = lc_key_from_jwk(data, len, key, &why);
	OPENSSL_cleanse(data, len); /* a private one, by mistake */
	free(data);
	if (err == LC_ETRUST)
		return lc_fail(
		    detail, err, "%s: not a public key: %s", path, why.text);
	return err;
}

static enum lc_err
read_key(const struct load *load, const char *path, struct lc_key **key,
    struct lc_detail *detail)
{
	enum lc_err err;
	int fd;

	if ((err = open_trusted(path, load->own_keys, &fd, detail)) != LC_OK)
		return err;
	err = parse_key(fd, path, key, detail);
	(void)close(fd); /* nothing was written through it */
	return err;
}

/* Takes the key over; of two with the same id a withdrawn one is used. */
static enum lc_err
add_key(struct load *load, struct lc_key *key, const char *path)
{
	struct entry *twin = entry_find(load->trust, key->kid);
	struct lc_key *other = key;
	enum lc_err err;

	if (twin == NULL) {
		err = lc_trust_add(load->trust, key, path, NULL);
		if (err != LC_OK)
			lc_key_free(key);
		return err;
	}
	if (twin->key->withdrawn || !key->withdrawn) {
		err = skip(load, "%s: the same key as in %s", path, twin->name);
	} else {
		err = skip(load,
		    "%s: the same key as in %s, where it is"
		    " withdrawn",
		    twin->name, path);
		other = twin->key;
		twin->key = key;
	}
	lc_key_free(other);
	return err;
}

static enum lc_err
load_key(struct load *load, const char *name, struct lc_detail *detail)
{
	struct lc_detail why = { "" };
	struct lc_key *key = NULL;
	char *path = NULL;
	enum lc_err err;

	if (asprintf(&path, "%s/%s", load->dir, name) < 0)
		return LC_ENOMEM;
	err = read_key(load, path, &key, &why);
	if (err == LC_OK)
		err = add_key(load, key, path);
	else if (err != LC_ENOMEM)
		err = skip(load, "%s", why.text);
	else if (why.text[0] != '\0')
		(void)lc_fail(detail, err, "%s", why.text);
	free(path);
	return err;
}

static bool
is_key_name(const char *name)
{
	const char *dot = strrchr(name, '.');

	return name[0] != '.' && dot != NULL && strcmp(dot, ".jwk") == 0;
}

static int
name_order(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* errno tells an error of readdir from the end of the directory. */
static enum lc_err
list_names(struct load *load, DIR *entries, struct lc_detail *detail)
{
	struct dirent *entry;

	while ((errno = 0, entry = readdir(entries)) != NULL) {
		if (!is_key_name(entry->d_name))
			continue;
		if (load->n == KEYS_MAX)
			return lc_fail(detail, LC_ETRUST,
			    "%s: more than %d key files", load->dir, KEYS_MAX);
		if ((load->names[load->n] = strdup(entry->d_name)) == NULL)
			return LC_ENOMEM;
		load->n++;
	}
	if (errno != 0)
		return lc_fail(detail, LC_EIO, "%s: cannot read: %s", load->dir,
		    strerror(errno));
	qsort(load->names, load->n, sizeof load->names[0], name_order);
	return LC_OK;
}

static enum lc_err
load_all(struct lc_trust *trust, DIR *entries, const char *dir, bool own_keys,
    struct lc_detail *detail)
{
	struct load *load = calloc(1, sizeof *load);
	enum lc_err err;

	if (load == NULL)
		return LC_ENOMEM;
	load->trust = trust;
	load->dir = dir;
	load->own_keys = own_keys;
	err = list_names(load, entries, detail);
	for (size_t i = 0; i < load->n && err == LC_OK; i++)
		err = load_key(load, load->names[i], detail);
	for (size_t i = 0; i < load->n; i++)
		free(load->names[i]);
	free(load);
	return err;
}

static enum lc_err
open_dir(const char *dir, bool own_keys, DIR **out, struct lc_detail *detail)
{
	enum lc_err err;
	int fd;

	if (access(dir, F_OK) != 0 && errno == ENOENT)
		return lc_fail(detail, LC_ETRUST,
		    "%s: no such keys directory (create it, with the "
		    "issuers' public keys, *.jwk)",
		    dir);
	if ((err = open_trusted(dir, own_keys, &fd, detail)) != LC_OK)
		return err;
	if ((*out = fdopendir(fd)) != NULL)
		return LC_OK;
	err = lc_fail(detail, error_of(errno), "%s: cannot read directory: %s",
	    dir, strerror(errno));
	(void)close(fd); /* nothing was written through it */
	return err;
}

/* Before the files are listed, so that one that comes then is noticed. */
static enum lc_err
since_new(int fd, const char *dir, bool own_keys, struct since **out)
{
	struct since *since = calloc(1, sizeof *since);
	struct stat st;

	if (since == NULL || (since->dir = strdup(dir)) == NULL) {
		free(since);
		return LC_ENOMEM;
	}
	since->own_keys = own_keys;
	if (fstat(fd, &st) == 0)
		since->changed = st.st_mtim;
	*out = since;
	return LC_OK;
}

bool
lc_trust_has_since(const struct lc_trust *trust, const char *kid)
{
	struct since *since = trust->since;
	struct stat st;

	if (since == NULL || stat(since->dir, &st) != 0)
		return false;
	if (st.st_mtim.tv_sec != since->changed.tv_sec ||
	    st.st_mtim.tv_nsec != since->changed.tv_nsec) {
		since->changed = st.st_mtim;
		lc_trust_free(since->trust);
		since->trust = NULL;
		(void)lc_trust_load(/* NULL: then it has no key */
		    since->dir, since->own_keys, &since->trust, NULL);
	}
	return since->trust != NULL && entry_find(since->trust, kid) != NULL;
}

enum lc_err
lc_trust_load(const char *dir, bool own_keys, struct lc_trust **out,
    struct lc_detail *detail)
{
	struct lc_trust *trust = NULL;
	DIR *entries = NULL;
	enum lc_err err;

	if ((err = lc_trust_new(&trust)) != LC_OK ||
	    (err = open_dir(dir, own_keys, &entries, detail)) != LC_OK ||
	    (err = since_new(dirfd(entries), dir, own_keys, &trust->since)) !=
		LC_OK ||
	    (err = load_all(trust, entries, dir, own_keys, detail)) != LC_OK)
		goto out;
	*out = trust;
	trust = NULL; /* the caller's now */
out:
	if (entries != NULL)
		(void)closedir(entries); /* it was only read */
	lc_trust_free(trust);
	return err;
}
