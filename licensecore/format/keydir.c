/*
 * keydir.c - see keydir.h.
 *
 * Anyone who can write a key file can issue licenses, so a file is used only if
 * nobody but the trusted owners can have put it there.  As sshd does for
 * authorized_keys, every directory from the root down is checked.  Each is
 * opened relative to the one before and checked after opening, so that nothing
 * can be exchanged in between.
 */
#include "keydir.h"

#include <dirent.h>
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
#include "key.h"
#include "trustlist.h"

#define KEYS_MAX 1024 /* more files than this in it are a mistake */
#define LISTS_MAX 64  /* likewise */

/* The directory, as it was after the trust was loaded. */
struct since {
	struct lc_trust_source source; /* first: it is freed as this */
	char *dir;
	bool own_keys;
	struct timespec changed; /* when it was read last */
	struct lc_trust *trust;  /* what was in it then; NULL: not read */
};

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

/* Names of files, in this order. */
struct names {
	char *list[KEYS_MAX];
	size_t n;
};

/* A directory that is being read. */
struct load {
	struct lc_trust *trust;
	const char *dir;
	bool own_keys;
	struct names keys, lists;
};

/* What a file holds, if only the trusted owners can have written it. */
static enum lc_err
read_file(const struct load *load, const char *path, size_t max, char **data,
    size_t *len, struct lc_detail *detail)
{
	enum lc_err err;
	int fd;

	if ((err = open_trusted(path, load->own_keys, &fd, detail)) != LC_OK)
		return err;
	err = lc_disk_read_fd(fd, path, max, data, len, NULL, detail);
	(void)close(fd); /* nothing was written through it */
	return err;
}

static enum lc_err
take_key(struct load *load, const char *path, struct lc_detail *detail)
{
	struct lc_detail why = { "" };
	struct lc_key *key = NULL;
	char *data = NULL;
	size_t len = 0;
	enum lc_err err;

	if ((err = read_file(load, path, LC_JWK_MAX, &data, &len, detail)) !=
	    LC_OK)
		return err;
	err = lc_key_from_jwk(data, len, &key, &why);
	OPENSSL_cleanse(data, len); /* a private one, by mistake */
	free(data);
	if (err == LC_ETRUST)
		return lc_fail(
		    detail, err, "%s: not a public key: %s", path, why.text);
	return err != LC_OK ? err : lc_trust_merge(load->trust, key, path);
}

static enum lc_err
take_list(struct load *load, const char *path, struct lc_detail *detail)
{
	struct lc_trust_list *list = NULL;
	char *data = NULL;
	size_t len = 0;
	enum lc_err err;

	if ((err = read_file(load, path, LC_TRUST_LIST_FILE_MAX, &data, &len,
		 detail)) != LC_OK)
		return err;
	err = lc_trust_list_read(data, len, path, load->trust, &list, detail);
	free(data);
	return err != LC_OK ? err : lc_trust_offer(load->trust, list);
}

/* A bad file costs only itself. */
static enum lc_err
take_file(struct load *load, const char *name,
    enum lc_err (*take)(struct load *, const char *, struct lc_detail *),
    struct lc_detail *detail)
{
	struct lc_detail why = { "" };
	char *path = NULL;
	enum lc_err err;

	if (asprintf(&path, "%s/%s", load->dir, name) < 0)
		return LC_ENOMEM;
	err = take(load, path, &why);
	if (err != LC_OK && err != LC_ENOMEM)
		err = lc_trust_skip(load->trust, "%s", why.text);
	else if (err != LC_OK && why.text[0] != '\0')
		(void)lc_fail(detail, err, "%s", why.text);
	free(path);
	return err;
}

static bool
ends_in(const char *name, const char *suffix)
{
	const char *dot = strrchr(name, '.');

	return name[0] != '.' && dot != NULL && strcmp(dot, suffix) == 0;
}

static int
name_order(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static enum lc_err
add_name(const struct load *load, struct names *names, const char *name,
    size_t max, const char *what, struct lc_detail *detail)
{
	if (names->n == max)
		return lc_fail(detail, LC_ETRUST, "%s: more than %zu %s",
		    load->dir, max, what);
	if ((names->list[names->n] = strdup(name)) == NULL)
		return LC_ENOMEM;
	names->n++;
	return LC_OK;
}

/* errno tells an error of readdir from the end of the directory. */
static enum lc_err
list_names(struct load *load, DIR *entries, struct lc_detail *detail)
{
	struct dirent *entry;
	enum lc_err err = LC_OK;

	while (err == LC_OK && (errno = 0, entry = readdir(entries)) != NULL) {
		if (ends_in(entry->d_name, ".jwk"))
			err = add_name(load, &load->keys, entry->d_name,
			    KEYS_MAX, "key files", detail);
		else if (ends_in(entry->d_name, ".trust"))
			err = add_name(load, &load->lists, entry->d_name,
			    LISTS_MAX, "trust lists", detail);
	}
	if (err == LC_OK && errno != 0)
		err = lc_fail(detail, LC_EIO, "%s: cannot read: %s", load->dir,
		    strerror(errno));
	return err;
}

/* Frees the names. */
static enum lc_err
take_files(struct load *load, struct names *names,
    enum lc_err (*take)(struct load *, const char *, struct lc_detail *),
    enum lc_err err, struct lc_detail *detail)
{
	qsort(names->list, names->n, sizeof names->list[0], name_order);
	for (size_t i = 0; i < names->n; i++) {
		if (err == LC_OK)
			err = take_file(load, names->list[i], take, detail);
		free(names->list[i]);
	}
	return err;
}

/* Lists after keys, since root keys are among these. */
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
	err = take_files(load, &load->keys, take_key, err, detail);
	err = take_files(load, &load->lists, take_list, err, detail);
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

static void
since_free(struct lc_trust_source *source)
{
	struct since *since = (struct since *)source;

	lc_trust_free(since->trust);
	free(since->dir);
	free(since);
}

/* The list that counted counts there, too, and what is older does not. */
static void
reload(struct since *since, const struct lc_trust *trust)
{
	const struct lc_trust_list *list = lc_trust_list(trust);
	const struct lc_trust_taken taken = {
		.version = list == NULL ? 0 : list->version,
		.digest = list == NULL ? NULL : list->digest,
	};
	const char *why;

	lc_trust_free(since->trust);
	since->trust = NULL;
	/* NULL: then it has no key */
	if (lc_keydir_load(since->dir, since->own_keys, &since->trust, NULL) ==
	    LC_OK)
		(void)lc_trust_settle(since->trust, &taken, &why);
}

static bool
since_has(struct lc_trust_source *source, const struct lc_trust *trust,
    const char *kid)
{
	struct since *since = (struct since *)source;
	struct stat st;

	if (stat(since->dir, &st) != 0)
		return false;
	if (st.st_mtim.tv_sec != since->changed.tv_sec ||
	    st.st_mtim.tv_nsec != since->changed.tv_nsec) {
		since->changed = st.st_mtim;
		reload(since, trust);
	}
	return since->trust != NULL && lc_trust_find(since->trust, kid) != NULL;
}

/* Before the files are listed, so that one that comes then is noticed. */
static enum lc_err
since_new(
    int fd, const char *dir, bool own_keys, struct lc_trust_source **out)
{
	struct since *since = calloc(1, sizeof *since);
	struct stat st;

	if (since == NULL || (since->dir = strdup(dir)) == NULL) {
		free(since);
		return LC_ENOMEM;
	}
	since->source = (struct lc_trust_source){
		.has = since_has, .free = since_free, .name = since->dir
	};
	since->own_keys = own_keys;
	if (fstat(fd, &st) == 0)
		since->changed = st.st_mtim;
	*out = &since->source;
	return LC_OK;
}

enum lc_err
lc_keydir_load(const char *dir, bool own_keys, struct lc_trust **out,
    struct lc_detail *detail)
{
	struct lc_trust_source *source = NULL;
	struct lc_trust *trust = NULL;
	DIR *entries = NULL;
	enum lc_err err;

	if ((err = lc_trust_new(&trust)) != LC_OK ||
	    (err = open_dir(dir, own_keys, &entries, detail)) != LC_OK ||
	    (err = since_new(dirfd(entries), dir, own_keys, &source)) != LC_OK)
		goto out;
	lc_trust_set_source(trust, source);
	if ((err = load_all(trust, entries, dir, own_keys, detail)) != LC_OK)
		goto out;
	*out = trust;
	trust = NULL; /* the caller's now */
out:
	if (entries != NULL)
		(void)closedir(entries); /* it was only read */
	lc_trust_free(trust);
	return err;
}
