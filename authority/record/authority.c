/* authority.c - creating and opening authorities: licenseauthority.h. */
#include "authority.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/disk.h"
#include "base/error.h"
#include "base/text.h"
#include "format/key.h"
#include "format/line.h"
#include "keys/place.h"
#include "ledger.h"
#include "log.h"
#include "nonce.h"
#include "record.h"
#include "signing.h"

#define KEY_FILE "issuer.key"
#define JWK_FILE "issuer.jwk"

/* ---- Making an authority --------------------------------------------- */

static enum lc_err
check_options(
    const struct lc_authority_options *options, struct lc_detail *detail)
{
	const char *name = options->name == NULL ? "x" : options->name;
	int64_t from = options->valid_from, until = options->valid_until;
	size_t len = strlen(name);

	if (len < 1 || len > LC_KEY_NAME_MAX || !lc_text_is_plain(name, len))
		return lc_fail(detail, LC_EINVAL,
		    "invalid authority name: not 1 to %d bytes of text",
		    LC_KEY_NAME_MAX);
	if ((from != LC_NO_TIME && (from < 0 || from > LC_DATE_MAX)) ||
	    (until != LC_NO_TIME && (until < 0 || until > LC_DATE_MAX)) ||
	    (from != LC_NO_TIME && until != LC_NO_TIME && from >= until))
		return lc_fail(detail, LC_EINVAL,
		    "invalid validity of the key: not a span within 1970 to "
		    "2106");
	return LC_OK;
}

static enum lc_err
make_dir(const char *dir, struct lc_detail *detail)
{
	if (mkdir(dir, 0700) == 0 || errno == EEXIST)
		return LC_OK;
	return lc_fail(detail, LC_EIO, "%s: cannot create directory: %s", dir,
	    strerror(errno));
}

static enum lc_err
make_key(const char *path, const struct lc_authority_options *options,
    struct lc_key **out, struct lc_detail *detail)
{
	struct lc_key *key = NULL;
	enum lc_err err = lc_place_make(path, &options->key, &key, detail);

	if (err != LC_OK)
		return err;
	key->not_before = options->valid_from;
	key->expires = options->valid_until;
	if (options->name != NULL)
		strcpy(key->name, options->name); /* its length is checked */
	else
		(void)snprintf(key->name, sizeof key->name,
		    "License authority %.8s", key->kid);
	*out = key;
	return LC_OK;
}

static enum lc_err
join(const char *dir, const char *name, char **out)
{
	return asprintf(out, "%s/%s", dir, name) < 0 ? LC_ENOMEM : LC_OK;
}

/* The folder's file that says where the database is, unless it is in there. */
static enum lc_err
place_write(const char *dir, const char *database, struct lc_detail *detail)
{
	char *path = NULL, *text = NULL;
	enum lc_err err;

	if (database == NULL)
		return LC_OK;
	if ((err = join(dir, LC_PLACE_FILE, &path)) == LC_OK &&
	    asprintf(&text, "%s\n", database) < 0)
		err = LC_ENOMEM;
	else if (err == LC_OK)
		err = lc_disk_write(
		    path, text, strlen(text), 0600, false, detail);
	free(path);
	free(text);
	return err;
}

/* ---- Opening one ----------------------------------------------------- */

/* What the JWK says about the key: its name, and when it is valid. */
static void
members_take(struct lc_key *key, const struct lc_key *public)
{
	memcpy(key->name, public->name, sizeof key->name);
	key->not_before = public->not_before;
	key->expires = public->expires;
	key->withdrawn = public->withdrawn;
}

static enum lc_err
jwk_read(const char *dir, struct lc_key **out, struct lc_detail *detail)
{
	struct lc_detail why = { "" };
	char *path = NULL, *jwk = NULL;
	size_t len = 0;
	enum lc_err err = join(dir, JWK_FILE, &path);

	if (err == LC_OK && (err = lc_disk_read(path, LC_JWK_MAX, &jwk, &len,
				 NULL, detail)) == LC_OK) {
		err = lc_key_from_jwk(jwk, len, out, &why);
		if (err != LC_OK)
			(void)lc_fail(detail, err, "%s: %s", path, why.text);
	}
	free(jwk);
	free(path);
	return err;
}

/* The private half, from its file; it has to be that of public. */
static enum lc_err
private_load(struct lc_authority *authority, const char *place,
    const struct lc_key *public, struct lc_detail *detail)
{
	struct lc_key *key = NULL;
	char *path = NULL;
	enum lc_err err;

	if ((err = join(authority->dir, place, &path)) != LC_OK)
		return err;
	err = lc_place_load(path, authority->secret, &key, detail);
	if (err == LC_OK && strcmp(public->kid, key->kid) != 0)
		err = lc_fail(detail, LC_ETRUST,
		    "%s: key %s is not the public half of it", path,
		    public->kid);
	free(path);
	if (err != LC_OK) {
		lc_key_free(key);
		return err;
	}
	members_take(key, public);
	lc_key_free(authority->key);
	authority->key = key;
	return LC_OK;
}

static enum lc_err
key_exists(const char *dir, struct lc_detail *detail)
{
	char *path = NULL;
	enum lc_err err = join(dir, KEY_FILE, &path);

	if (err == LC_OK && access(path, F_OK) != 0 && errno == ENOENT)
		err = lc_fail(detail, LC_ENOTFOUND, "%s: no such file", path);
	free(path);
	return err;
}

/* The key of an authority that has no database. */
static enum lc_err
key_load(struct lc_authority *authority, struct lc_detail *detail)
{
	struct lc_key *public = NULL;
	enum lc_err err;

	if ((err = key_exists(authority->dir, detail)) == LC_OK &&
	    (err = jwk_read(authority->dir, &public, detail)) == LC_OK)
		err = private_load(authority, KEY_FILE, public, detail);
	lc_key_free(public);
	return err;
}

/* A withdrawal counts wherever it is said. */
static enum lc_err
choose(struct lc_authority *authority, struct lc_signing_rows *rows,
    const struct lc_signing_row **out)
{
	struct lc_key *public = NULL;
	enum lc_err err = jwk_read(authority->dir, &public, NULL);

	if (err == LC_ENOMEM)
		return err;
	for (size_t i = 0; public != NULL && i < rows->n; i++) {
		struct lc_key *key = rows->list[i].key;

		if (public->withdrawn && strcmp(public->kid, key->kid) == 0)
			key->withdrawn = true;
	}
	lc_key_free(public);
	*out = lc_signing_choose(rows, authority->record->now());
	return LC_OK;
}

/* The key that signs now. */
static enum lc_err
key_choose(struct lc_authority *authority, struct lc_detail *detail)
{
	struct lc_detail *before = authority->record->detail;
	struct lc_signing_rows rows = { .n = 0 };
	const struct lc_signing_row *row = NULL;
	enum lc_err err;

	lc_record_tell(authority->record, detail);
	if ((err = lc_signing_load(authority->record, &rows)) == LC_OK)
		err = choose(authority, &rows, &row);
	lc_record_tell(authority->record, before);
	if (err == LC_OK)
		err = row == NULL ? key_load(authority, detail)
				  : private_load(authority, row->place,
					row->key, detail);
	lc_signing_free(&rows);
	return err;
}

enum lc_err
lc_authority_take_key(struct lc_authority *authority, struct lc_detail *detail)
{
	char *path = NULL;
	enum lc_err err = key_choose(authority, detail);

	if (err == LC_OK &&
	    (err = join(authority->dir, JWK_FILE, &path)) == LC_OK)
		err = lc_place_write_jwk(path, authority->key, detail);
	free(path);
	return err;
}

/* What the rows say of the key that signed so far. */
static void
members_renew(struct lc_key *key, const struct lc_signing_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		if (strcmp(rows->list[i].key->kid, key->kid) == 0)
			members_take(key, rows->list[i].key);
	}
}

enum lc_err
lc_authority_follow_key(
    struct lc_authority *authority, struct lc_detail *detail)
{
	struct lc_detail *before = authority->record->detail;
	struct lc_signing_rows rows = { .n = 0 };
	const struct lc_signing_row *row = NULL;
	enum lc_err err;

	lc_record_tell(authority->record, detail);
	if ((err = lc_signing_load(authority->record, &rows)) == LC_OK)
		err = choose(authority, &rows, &row);
	lc_record_tell(authority->record, before);
	if (err == LC_OK)
		members_renew(authority->key, &rows);
	if (err == LC_OK && row != NULL &&
	    strcmp(row->key->kid, authority->key->kid) != 0)
		err = private_load(authority, row->place, row->key, detail);
	lc_signing_free(&rows);
	return err;
}

static enum lc_err
record_open(struct lc_authority *authority, const char *where,
    struct lc_detail *detail)
{
	enum lc_err err = lc_record_open(where, &authority->record, detail);

	if (err != LC_ENOTFOUND)
		return err;
	if (authority->key == NULL &&
	    (err = key_load(authority, detail)) != LC_OK)
		return err;
	return lc_fail(detail, LC_EDAMAGED,
	    "%s has a key and no database: if it was lost, restore it from a "
	    "backup; otherwise \"licissue upgrade %s\" creates it",
	    authority->dir, authority->dir);
}

/*
 * An upgrade that was killed may have made the tables and not filled them: what
 * was written then would keep the next one from taking ledger.db over.
 */
static enum lc_err
check_filled(struct lc_authority *authority, struct lc_detail *detail)
{
	struct lc_record *record = authority->record;
	int64_t n;
	enum lc_err err;

	lc_record_tell(record, detail);
	err = lc_log_head(record, &n);
	lc_record_tell(record, NULL);
	if (err != LC_OK || n > 0)
		return err;
	return lc_fail(detail, LC_EDAMAGED,
	    "database: it is empty, an upgrade was not finished; "
	    "\"licissue upgrade %s\" finishes it",
	    authority->dir);
}

static enum lc_err
authority_new(const char *dir, const struct lc_secret *secret,
    struct lc_authority **out)
{
	struct lc_authority *authority = calloc(1, sizeof *authority);

	if (authority == NULL || (authority->dir = strdup(dir)) == NULL) {
		free(authority);
		return LC_ENOMEM;
	}
	authority->secret = secret;
	*out = authority;
	return LC_OK;
}

enum lc_err
lc_authority_unlock(const char *dir, const struct lc_secret *secret,
    struct lc_authority **out, struct lc_detail *detail)
{
	struct lc_authority *authority = NULL;
	char *where = NULL;
	enum lc_err err = lc_record_place(dir, &where, detail);

	if (err == LC_OK &&
	    (err = authority_new(dir, secret, &authority)) == LC_OK &&
	    (err = record_open(authority, where, detail)) == LC_OK &&
	    (err = check_filled(authority, detail)) == LC_OK)
		err = key_choose(authority, detail);
	if (err == LC_OK) {
		*out = authority;
		authority = NULL; /* the caller's now */
	}
	lc_authority_close(authority);
	free(where);
	return err;
}

enum lc_err
lc_authority_open(
    const char *dir, struct lc_authority **out, struct lc_detail *detail)
{
	return lc_authority_unlock(dir, NULL, out, detail);
}

void
lc_authority_close(struct lc_authority *authority)
{
	if (authority == NULL)
		return;
	lc_record_close(authority->record);
	lc_key_free(authority->key);
	free(authority->dir);
	free(authority);
}

enum lc_err
lc_authority_look(const char *dir, char name[LC_AUTHORITY_NAME_MAX + 1],
    char kid[LC_DIGEST_LEN + 1], struct lc_detail *detail)
{
	struct lc_key *public = NULL;
	enum lc_err err = jwk_read(dir, &public, detail);

	if (err != LC_OK)
		return err;
	strcpy(name, public->name);
	strcpy(kid, public->kid);
	lc_key_free(public);
	return LC_OK;
}

const char *
lc_authority_name(const struct lc_authority *authority)
{
	return authority->key->name;
}

const char *
lc_authority_kid(const struct lc_authority *authority)
{
	return authority->key->kid;
}

/* ---- Writing --------------------------------------------------------- */

enum lc_err
lc_authority_begin(
    const struct lc_authority *authority, struct lc_detail *detail)
{
	return lc_record_begin(authority->record, detail);
}

enum lc_err
lc_authority_end(const struct lc_authority *authority, enum lc_err err)
{
	if (err == LC_OK)
		return lc_record_commit(authority->record, authority->key);
	lc_record_rollback(authority->record);
	return err;
}

static void
refusal_log(const struct lc_authority *authority)
{
	struct lc_record *record = authority->record;
	struct lc_detail unheard = { "" };

	if (!record->refusal.is_pending)
		return;
	/* What the caller hears is why it was refused. */
	if (lc_authority_begin(authority, &unheard) == LC_OK)
		(void)lc_authority_end(authority, lc_refusal_put(record));
}

enum lc_err
lc_authority_run(const struct lc_authority *authority, lc_operation *operation,
    void *arg, struct lc_detail *detail)
{
	struct lc_record *record = authority->record;
	struct lc_detail own = { "" };
	enum lc_err err;

	record->refusal.is_pending = false;
	err = lc_authority_begin(authority, detail != NULL ? detail : &own);
	if (err == LC_OK)
		err = lc_authority_end(authority, operation(authority, arg));
	if (err != LC_OK)
		refusal_log(authority);
	lc_record_tell(record, detail);
	return err;
}

/* ---- Upgrading ------------------------------------------------------- */

/* The first entry of the log, and the key. */
static enum lc_err
start_log(struct lc_authority *authority)
{
	struct lc_record *record = authority->record;
	char place[] = KEY_FILE;
	const struct lc_signing_row row = { authority->key, place, record->at };
	enum lc_err err =
	    lc_log_add(record, "created", "", authority->key->name);

	return err != LC_OK ? err : lc_signing_put(record, &row);
}

/* What is new in a database; the number of licenses taken over. */
static enum lc_err
fill(struct lc_authority *authority, size_t *taken, struct lc_detail *detail)
{
	char *old = NULL;
	enum lc_err err = join(authority->dir, LC_LEDGER_FILE, &old);

	*taken = 0;
	if (err == LC_OK &&
	    (err = lc_authority_begin(authority, detail)) == LC_OK) {
		if (authority->record->n == 0) {
			err = start_log(authority);
			if (err == LC_OK)
				err = lc_ledger_take(
				    authority->record, old, taken);
		}
		if (err == LC_OK)
			err = lc_nonce_secret_make(authority->record);
		err = lc_authority_end(authority, err);
	}
	if (err == LC_OK)
		err = lc_ledger_set_aside(old, detail);
	free(old);
	return err;
}

static enum lc_err
upgrade(struct lc_authority *authority, size_t *taken,
    struct lc_detail *detail)
{
	char *where = NULL;
	enum lc_err err;

	if ((err = lc_record_place(authority->dir, &where, detail)) == LC_OK &&
	    (err = lc_record_upgrade(where, detail)) == LC_OK &&
	    (err = record_open(authority, where, detail)) == LC_OK &&
	    (authority->key != NULL ||
		(err = key_choose(authority, detail)) == LC_OK))
		err = fill(authority, taken, detail);
	free(where);
	return err;
}

/* The database of a new authority, with its key. */
static enum lc_err
record_make(const char *dir, struct lc_key *key, struct lc_detail *detail)
{
	struct lc_authority authority = { .key = key };
	size_t taken;
	enum lc_err err = LC_ENOMEM;

	if ((authority.dir = strdup(dir)) != NULL)
		err = upgrade(&authority, &taken, detail);
	lc_record_close(authority.record);
	free(authority.dir);
	return err;
}

enum lc_err
lc_authority_create(const char *dir, const struct lc_authority_options *options,
    struct lc_detail *detail)
{
	char *key_path = NULL, *jwk_path = NULL;
	struct lc_key *key = NULL;
	enum lc_err err;

	if ((err = check_options(options, detail)) != LC_OK ||
	    (err = make_dir(dir, detail)) != LC_OK)
		return err;
	if ((err = join(dir, KEY_FILE, &key_path)) == LC_OK &&
	    (err = join(dir, JWK_FILE, &jwk_path)) == LC_OK &&
	    (err = make_key(key_path, options, &key, detail)) == LC_OK &&
	    (err = lc_place_write_jwk(jwk_path, key, detail)) == LC_OK &&
	    (err = place_write(dir, options->database, detail)) == LC_OK)
		err = record_make(dir, key, detail);
	lc_key_free(key);
	free(key_path);
	free(jwk_path);
	return err;
}

/* Only where there is a key. */
static enum lc_err
check_key(const char *dir, struct lc_detail *detail)
{
	struct lc_key *public = NULL;
	enum lc_err err = key_exists(dir, detail);

	if (err == LC_OK)
		err = jwk_read(dir, &public, detail);
	lc_key_free(public);
	return err;
}

enum lc_err
lc_authority_upgrade(const char *dir, const struct lc_secret *secret,
    size_t *taken, struct lc_detail *detail)
{
	struct lc_authority *authority = NULL;
	size_t count = 0;
	enum lc_err err;

	if ((err = check_key(dir, detail)) == LC_OK &&
	    (err = authority_new(dir, secret, &authority)) == LC_OK)
		err = upgrade(authority, &count, detail);
	if (err == LC_OK && taken != NULL)
		*taken = count;
	lc_authority_close(authority);
	return err;
}
