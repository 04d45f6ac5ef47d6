/* root.c - root keys and the trust lists that they sign: licenseauthority.h. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/disk.h"
#include "base/error.h"
#include "base/text.h"
#include "format/file.h"
#include "format/key.h"
#include "format/statement.h"
#include "format/trustlist.h"
#include "place.h"

#define KEY_FILE "root.key"
#define JWK_FILE "root.jwk"
#define LIST_FILE "list.trust"
#define PREFIX_MIN 8 /* characters of a key id that name it */

static char *
join(const char *dir, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", dir, name) < 0 ? NULL : path;
}

/* ---- The root key ---------------------------------------------------- */

static void
name_set(struct lc_key *key, const char *name)
{
	key->is_root = true;
	if (name != NULL)
		strcpy(key->name, name); /* its length is checked */
	else
		(void)snprintf(
		    key->name, sizeof key->name, "Root %.8s", key->kid);
}

enum lc_err
lc_root_create(const char *dir, const char *name,
    const struct lc_key_options *options, struct lc_detail *detail)
{
	size_t len = name == NULL ? 1 : strlen(name);
	char *key_path = join(dir, KEY_FILE), *jwk_path = join(dir, JWK_FILE);
	struct lc_key *key = NULL;
	enum lc_err err = LC_ENOMEM;

	if (len < 1 || len > LC_KEY_NAME_MAX ||
	    (name != NULL && !lc_text_is_plain(name, len)))
		err = lc_fail(detail, LC_EINVAL,
		    "invalid name: not 1 to %d bytes of text", LC_KEY_NAME_MAX);
	else if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		err = lc_fail(detail, LC_EIO, "%s: cannot create directory: %s",
		    dir, strerror(errno));
	else if (key_path != NULL && jwk_path != NULL &&
		 (err = lc_place_make(key_path, options, &key, detail)) ==
		     LC_OK) {
		name_set(key, name);
		err = lc_place_write_jwk(jwk_path, key, detail);
	}
	lc_key_free(key);
	free(key_path);
	free(jwk_path);
	return err;
}

/* ---- The next list --------------------------------------------------- */

/* Keys by their ids; a later one takes the place of an earlier one. */
struct keys {
	struct lc_key **list;
	size_t n;
};

static void
keys_free(struct keys *keys)
{
	for (size_t i = 0; i < keys->n; i++)
		lc_key_free(keys->list[i]);
	free(keys->list);
}

/* Takes the key over, also on failure. */
static enum lc_err
keys_put(struct keys *keys, struct lc_key *key, struct lc_detail *detail)
{
	struct lc_key **list;

	for (size_t i = 0; i < keys->n; i++) {
		if (strcmp(keys->list[i]->kid, key->kid) != 0)
			continue;
		key->withdrawn |= keys->list[i]->withdrawn;
		lc_key_free(keys->list[i]);
		keys->list[i] = key;
		return LC_OK;
	}
	list = keys->n == LC_TRUST_LIST_KEYS
		   ? NULL
		   : reallocarray(keys->list, keys->n + 1, sizeof *list);
	if (list == NULL) {
		lc_key_free(key);
		return keys->n < LC_TRUST_LIST_KEYS
			   ? LC_ENOMEM
			   : lc_fail(detail, LC_EINVAL,
				 "a trust list has at most %d keys",
				 LC_TRUST_LIST_KEYS);
	}
	keys->list = list;
	list[keys->n++] = key;
	return LC_OK;
}

static enum lc_err
keys_put_jwk(struct keys *keys, const char *jwk, size_t len, const char *from,
    struct lc_detail *detail)
{
	struct lc_detail why = { "" };
	struct lc_key *key = NULL;
	enum lc_err err = lc_key_from_jwk(jwk, len, &key, &why);

	if (err == LC_OK && key->is_root) {
		lc_key_free(key);
		return lc_fail(detail, LC_ETRUST,
		    "%s: a root key, which signs no licenses", from);
	}
	if (err == LC_ETRUST)
		return lc_fail(
		    detail, err, "%s: not a public key: %s", from, why.text);
	return err != LC_OK ? err : keys_put(keys, key, detail);
}

static enum lc_err
keys_put_file(struct keys *keys, const char *path, struct lc_detail *detail)
{
	char *jwk = NULL;
	size_t len = 0;
	enum lc_err err =
	    lc_disk_read(path, LC_JWK_MAX, &jwk, &len, NULL, detail);

	if (err == LC_OK)
		err = keys_put_jwk(keys, jwk, len, path, detail);
	free(jwk);
	return err;
}

static bool
is_jwk(const char *name)
{
	const char *dot = strrchr(name, '.');

	return name[0] != '.' && dot != NULL && strcmp(dot, ".jwk") == 0;
}

static enum lc_err
keys_put_dir(struct keys *keys, const char *dir, struct lc_detail *detail)
{
	enum lc_err err = LC_OK;
	struct dirent *entry;
	DIR *entries = opendir(dir);
	char *path;

	if (entries == NULL)
		return lc_fail(detail, LC_EIO, "%s: cannot read: %s", dir,
		    strerror(errno));
	while (err == LC_OK && (errno = 0, entry = readdir(entries)) != NULL) {
		if (!is_jwk(entry->d_name))
			continue;
		path = join(dir, entry->d_name);
		err = path == NULL ? LC_ENOMEM
				   : keys_put_file(keys, path, detail);
		free(path);
	}
	if (err == LC_OK && errno != 0)
		err = lc_fail(detail, LC_EIO, "%s: cannot read: %s", dir,
		    strerror(errno));
	(void)closedir(entries); /* it was only read */
	return err;
}

/* A file, or all *.jwk of a directory. */
static enum lc_err
keys_put_path(struct keys *keys, const char *path, struct lc_detail *detail)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode)
		   ? keys_put_dir(keys, path, detail)
		   : keys_put_file(keys, path, detail);
}

static enum lc_err
keys_withdraw(struct keys *keys, const char *kid, struct lc_detail *detail)
{
	size_t len = strlen(kid), n = 0;
	struct lc_key *key = NULL;

	for (size_t i = 0; i < keys->n && len >= PREFIX_MIN; i++) {
		if (strncmp(keys->list[i]->kid, kid, len) != 0)
			continue;
		key = keys->list[i];
		n++;
	}
	if (n != 1)
		return lc_fail(detail, LC_ENOTFOUND,
		    n > 1 ? "several keys of the list begin with %s"
			  : "no key of the list begins with %s (at least 8 "
			    "characters)",
		    kid);
	key->withdrawn = true;
	return LC_OK;
}

/* ---- The last list --------------------------------------------------- */

/* Verifies lists with the root key alone. */
static enum lc_err
root_trust(const struct lc_key *root, struct lc_trust **out)
{
	struct lc_key *public = NULL;
	char *jwk = NULL;
	enum lc_err err;

	if ((err = lc_key_to_jwk(root, &jwk)) == LC_OK &&
	    (err = lc_key_from_jwk(jwk, strlen(jwk), &public, NULL)) == LC_OK &&
	    (err = lc_trust_new(out)) == LC_OK &&
	    (err = lc_trust_add(*out, public, JWK_FILE, NULL)) == LC_OK)
	public = NULL; /* the trust's */
	lc_key_free(public);
	free(jwk);
	return err;
}

/* Its version, and its keys; version 0 if there is none. */
static enum lc_err
last_read(const char *path, const struct lc_key *root, struct keys *keys,
    uint32_t *version, struct lc_detail *detail)
{
	struct lc_detail why = { "" };
	struct lc_statement *s = NULL;
	struct lc_trust *trust = NULL;
	char *data = NULL;
	size_t len = 0;
	enum lc_err err;

	*version = 0;
	if ((err = lc_disk_read(path, LC_TRUST_LIST_FILE_MAX, &data, &len, NULL,
		 detail)) != LC_OK)
		return err == LC_ENOTFOUND ? LC_OK : err;
	if ((err = root_trust(root, &trust)) == LC_OK)
		err = lc_statement_from_file(
		    LC_TRUST_LIST, data, len, &s, trust, &why);
	if (err != LC_OK && err != LC_ENOMEM)
		(void)lc_fail(detail, err, "%s: %s", path, why.text);
	for (size_t i = 0; err == LC_OK && i < s->nkeys; i++)
		err = keys_put_jwk(
		    keys, s->keys[i], strlen(s->keys[i]), path, detail);
	if (err == LC_OK)
		*version = s->version;
	lc_statement_free(s);
	lc_trust_free(trust);
	free(data);
	return err;
}

/* ---- Signing --------------------------------------------------------- */

static enum lc_err
sign(const struct lc_key *root, struct lc_statement *s, const struct keys *keys,
    char **text, struct lc_detail *detail)
{
	char **jwks = calloc(keys->n + 1, sizeof *jwks);
	enum lc_err err = jwks == NULL ? LC_ENOMEM : LC_OK;

	for (size_t i = 0; i < keys->n && err == LC_OK; i++)
		err = lc_key_to_jwk_row(keys->list[i], &jwks[i]);
	if (err == LC_OK) {
		s->keys = (const char *const *)jwks;
		s->nkeys = keys->n;
		err = lc_statement_sign(s, root, text, detail);
	}
	for (size_t i = 0; jwks != NULL && i < keys->n; i++)
		free(jwks[i]);
	free(jwks);
	return err;
}

/* In place of the last one, so that no version is made twice. */
static enum lc_err
save(const char *path, const struct lc_key *root, uint32_t version,
    const char *text, struct lc_detail *detail)
{
	struct lc_file_writer writer = { 0 };
	enum lc_err err;

	lc_file_writer_text(&writer,
	    "Trust list %" PRIu32 ", signed with root key %s.\n"
	    "It goes into the keys directory of devices, beside the root key."
	    "\n\n",
	    version, root->kid);
	lc_file_writer_statement(&writer, LC_TRUST_LIST, text);
	if ((err = lc_file_writer_end(&writer)) == LC_OK)
		err = lc_disk_write(
		    path, writer.text, writer.len, 0644, true, detail);
	lc_file_writer_free(&writer);
	return err;
}

/* Those that count first, each in the order of their ids. */
static int
order(const void *a, const void *b)
{
	const struct lc_key *const *x = a, *const *y = b;

	if ((*x)->withdrawn != (*y)->withdrawn)
		return (*x)->withdrawn ? 1 : -1;
	return strcmp((*x)->kid, (*y)->kid);
}

static enum lc_err
change(struct keys *keys, const struct lc_root_update *update,
    struct lc_detail *detail)
{
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < update->nkeys && err == LC_OK; i++)
		err = keys_put_path(keys, update->keys[i], detail);
	for (size_t i = 0; i < update->nwithdraw && err == LC_OK; i++)
		err = keys_withdraw(keys, update->withdraw[i], detail);
	if (err == LC_OK && keys->n == 0)
		err = lc_fail(detail, LC_EINVAL, "a list needs a key");
	if (err == LC_OK)
		qsort(keys->list, keys->n, sizeof(struct lc_key *), order);
	return err;
}

static enum lc_err
make(const struct lc_key *root, const char *path,
    const struct lc_root_update *update, uint32_t *version, size_t *nkeys,
    struct lc_detail *detail)
{
	struct lc_statement s = { .kind = LC_TRUST_LIST,
		.issued = update->issued,
		.expires = update->expires };
	struct keys keys = { .n = 0 };
	char *text = NULL;
	enum lc_err err;

	if ((err = last_read(path, root, &keys, &s.version, detail)) != LC_OK ||
	    (err = change(&keys, update, detail)) != LC_OK)
		goto out;
	if (s.version == UINT32_MAX) {
		err = lc_fail(detail, LC_EINVAL, "no version is left");
		goto out;
	}
	s.version++;
	if ((err = sign(root, &s, &keys, &text, detail)) == LC_OK)
		err = save(path, root, s.version, text, detail);
	if (err == LC_OK) {
		*version = s.version;
		*nkeys = keys.n;
	}
out:
	keys_free(&keys);
	free(text);
	return err;
}

enum lc_err
lc_root_next(const char *dir, const struct lc_root_update *update,
    uint32_t *version, size_t *nkeys, struct lc_detail *detail)
{
	char *key_path = join(dir, KEY_FILE), *list_path = join(dir, LIST_FILE);
	struct lc_key *root = NULL;
	enum lc_err err = LC_ENOMEM;

	if (key_path != NULL && list_path != NULL &&
	    (err = lc_place_load(key_path, update->secret, &root, detail)) ==
		LC_OK) {
		root->is_root = true;
		err = make(root, list_path, update, version, nkeys, detail);
	}
	lc_key_free(root);
	free(key_path);
	free(list_path);
	return err;
}
