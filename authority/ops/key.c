/* key.c - keys that follow each other: licenseauthority.h, key.h. */
#include "key.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "format/key.h"
#include "format/line.h"
#include "keys/place.h"
#include "record/authority.h"
#include "record/log.h"
#include "record/signing.h"

#define PREFIX_MIN 8 /* characters of a key id that name it */

/* All keys; failures are explained in the detail. */
static enum lc_err
rows_load(const struct lc_authority *authority, struct lc_signing_rows *rows,
    struct lc_detail *detail)
{
	struct lc_detail *before = authority->record->detail;
	enum lc_err err;

	*rows = (struct lc_signing_rows){ .n = 0 };
	lc_record_tell(authority->record, detail);
	err = lc_signing_load(authority->record, rows);
	lc_record_tell(authority->record, before);
	return err;
}

enum lc_err
lc_authority_keys(const struct lc_authority *authority,
    void (*each)(void *arg, const struct lc_signing_key *), void *arg,
    struct lc_detail *detail)
{
	struct lc_signing_rows rows;
	enum lc_err err = rows_load(authority, &rows, detail);

	for (size_t i = 0; i < rows.n; i++) {
		const struct lc_key *key = rows.list[i].key;
		const struct lc_signing_key shown = {
			.kid = key->kid,
			.name = key->name,
			.place = rows.list[i].place,
			.es256 = key->alg == LC_ES256,
			.withdrawn = key->withdrawn,
			.signs = strcmp(key->kid, authority->key->kid) == 0,
			.made = rows.list[i].made,
			.valid_from = key->not_before,
			.valid_until = key->expires,
		};

		each(arg, &shown);
	}
	lc_signing_free(&rows);
	return err;
}

static struct lc_signing_row *
row_find(const struct lc_signing_rows *rows, const char *kid)
{
	for (size_t i = 0; i < rows->n; i++) {
		if (strcmp(rows->list[i].key->kid, kid) == 0)
			return &rows->list[i];
	}
	return NULL;
}

static char *
path_of(const struct lc_authority *authority, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", authority->dir, name) < 0 ? NULL : path;
}

/* ---- Rotating -------------------------------------------------------- */

struct lc_rotating {
	struct lc_authority *authority;
	const struct lc_rotation *asked;
	struct lc_signing_rows rows;
	struct lc_signing_row new;
	char *path; /* of the new key's file */
	int64_t from, until;
	struct lc_detail *detail;
};

static enum lc_err
check_dates(struct lc_rotating *r)
{
	int64_t now = r->authority->record->now();

	r->from = r->asked->from == LC_NO_TIME ? now : r->asked->from;
	r->until = r->from + r->asked->overlap_s;
	if (r->from < now || r->until > LC_DATE_MAX)
		return lc_fail(r->detail, LC_EINVAL,
		    "the new key begins before now, or the old one ends after "
		    "2106");
	return LC_OK;
}

/* Under a name that no other key has, in a file that says whose it is. */
static enum lc_err
key_make(struct lc_rotating *r)
{
	char place[32];
	enum lc_err err;

	(void)snprintf(place, sizeof place, "issuer-%zu.key", r->rows.n + 1);
	if ((r->new.place = strdup(place)) == NULL ||
	    (r->path = path_of(r->authority, place)) == NULL)
		return LC_ENOMEM;
	err = lc_place_make(r->path, &r->asked->key, &r->new.key, r->detail);
	if (err != LC_OK) {
		free(r->path); /* it is not ours to remove */
		r->path = NULL;
		return err;
	}
	if (row_find(&r->rows, r->new.key->kid) != NULL)
		return lc_fail(r->detail, LC_EEXISTS,
		    "key %s is one of this authority already", r->new.key->kid);
	memcpy(
	    r->new.key->name, r->authority->key->name, sizeof r->new.key->name);
	r->new.key->not_before = r->from;
	return LC_OK;
}

static bool
ends_later(const struct lc_key *key, int64_t until)
{
	return !key->withdrawn &&
	       (key->expires == LC_NO_TIME || key->expires > until);
}

enum lc_err
lc_rotate_put(struct lc_rotating *r)
{
	struct lc_record *record = r->authority->record;
	enum lc_err err;

	/* Two in one second have an order, too. */
	r->new.made = record->at;
	if (r->rows.n > 0 && r->rows.list[r->rows.n - 1].made >= record->at)
		r->new.made = r->rows.list[r->rows.n - 1].made + 1;
	if ((err = lc_log_add(record, "rotated", r->new.key->kid, "")) !=
		LC_OK ||
	    (err = lc_signing_put(record, &r->new)) != LC_OK)
		return err;
	for (size_t i = 0; i < r->rows.n && err == LC_OK; i++) {
		if (!ends_later(r->rows.list[i].key, r->until))
			continue;
		r->rows.list[i].key->expires = r->until;
		err = lc_signing_put(record, &r->rows.list[i]);
	}
	return err;
}

static void
rotating_free(struct lc_rotating *r)
{
	free(r->path);
	lc_key_free(r->new.key);
	free(r->new.place);
	lc_signing_free(&r->rows);
	free(r);
}

enum lc_err
lc_rotate_end(
    struct lc_rotating *r, bool is_committed, struct lc_detail *detail)
{
	enum lc_err err = LC_OK;

	if (is_committed)
		err = lc_authority_take_key(r->authority, detail);
	else if (r->path != NULL)
		(void)unlink(r->path); /* nobody refers to it */
	rotating_free(r);
	return err;
}

enum lc_err
lc_rotate_new(struct lc_authority *authority, const struct lc_rotation *asked,
    struct lc_rotating **out, struct lc_detail *detail)
{
	struct lc_rotating *r = calloc(1, sizeof *r);
	enum lc_err err;

	if (r == NULL)
		return LC_ENOMEM;
	r->authority = authority;
	r->asked = asked;
	r->detail = detail;
	if ((err = check_dates(r)) == LC_OK &&
	    (err = rows_load(authority, &r->rows, detail)) == LC_OK &&
	    (err = key_make(r)) == LC_OK)
		*out = r;
	else
		(void)lc_rotate_end(r, false, NULL);
	return err;
}

const char *
lc_rotate_kid(const struct lc_rotating *r)
{
	return r->new.key->kid;
}

enum lc_err
lc_authority_rotate(struct lc_authority *authority,
    const struct lc_rotation *asked, char kid[LC_DIGEST_LEN + 1],
    struct lc_detail *detail)
{
	struct lc_rotating *r = NULL;
	char made[LC_DIGEST_LEN + 1];
	enum lc_err err = lc_rotate_new(authority, asked, &r, detail);

	if (err != LC_OK)
		return err;
	memcpy(made, lc_rotate_kid(r), sizeof made);
	if ((err = lc_authority_begin(authority, detail)) == LC_OK)
		err = lc_authority_end(authority, lc_rotate_put(r));
	if (err != LC_OK) {
		(void)lc_rotate_end(r, false, NULL);
		return err;
	}
	memcpy(kid, made, sizeof made);
	return lc_rotate_end(r, true, detail);
}

/* ---- Withdrawing ----------------------------------------------------- */

static enum lc_err
row_named(const struct lc_signing_rows *rows, const char *kid,
    struct lc_signing_row **out, struct lc_detail *detail)
{
	size_t len = strlen(kid), n = 0;

	for (size_t i = 0; i < rows->n && len >= PREFIX_MIN; i++) {
		if (strncmp(rows->list[i].key->kid, kid, len) != 0)
			continue;
		*out = &rows->list[i];
		n++;
	}
	if (n == 1)
		return LC_OK;
	return lc_fail(detail, LC_ENOTFOUND,
	    n > 1 ? "several keys of this authority begin with %s"
		  : "no key of this authority begins with %s (at least 8 "
		    "characters)",
	    kid);
}

static enum lc_err
withdrawal_write(
    struct lc_authority *authority, const struct lc_signing_row *row)
{
	enum lc_err err =
	    lc_log_add(authority->record, "withdrawn", row->key->kid, "");

	return err != LC_OK ? err : lc_signing_put(authority->record, row);
}

/*
 * Somebody has to sign the log: the key that follows, if the one that signs is
 * withdrawn.
 */
static enum lc_err
successor_load(struct lc_authority *authority,
    const struct lc_signing_rows *rows, struct lc_detail *detail)
{
	int64_t now = authority->record->now();
	const struct lc_signing_row *next = lc_signing_choose(rows, now);
	struct lc_key *key = NULL;
	char *path;
	enum lc_err err;

	if (next->key->withdrawn ||
	    (next->key->not_before != LC_NO_TIME &&
		next->key->not_before > now) ||
	    (next->key->expires != LC_NO_TIME && next->key->expires <= now))
		return lc_fail(detail, LC_EKEY,
		    "no other key is valid now: \"licissue key rotate %s\" "
		    "makes one",
		    authority->dir);
	if (strcmp(next->key->kid, authority->key->kid) == 0)
		return LC_OK;
	if ((path = path_of(authority, next->place)) == NULL)
		return LC_ENOMEM;
	err = lc_place_load(path, authority->secret, &key, detail);
	free(path);
	if (err == LC_OK && strcmp(key->kid, next->key->kid) != 0)
		err = lc_fail(detail, LC_ETRUST, "%s: not the key %s",
		    next->place, next->key->kid);
	if (err != LC_OK) {
		lc_key_free(key);
		return err;
	}
	lc_key_free(authority->key);
	authority->key = key;
	return LC_OK;
}

enum lc_err
lc_withdraw_put(
    struct lc_authority *authority, const char *kid, struct lc_detail *detail)
{
	struct lc_signing_rows rows;
	struct lc_signing_row *row = NULL;
	enum lc_err err = rows_load(authority, &rows, detail);

	if (err == LC_OK)
		err = row_named(&rows, kid, &row, detail);
	if (err == LC_OK && !row->key->withdrawn) {
		row->key->withdrawn = true;
		err = successor_load(authority, &rows, detail);
		if (err == LC_OK)
			err = withdrawal_write(authority, row);
	}
	lc_signing_free(&rows);
	return err;
}

enum lc_err
lc_authority_withdraw(
    struct lc_authority *authority, const char *kid, struct lc_detail *detail)
{
	enum lc_err err = lc_authority_begin(authority, detail);

	if (err != LC_OK)
		return err;
	err = lc_authority_end(
	    authority, lc_withdraw_put(authority, kid, detail));
	return err == LC_OK ? lc_authority_take_key(authority, detail) : err;
}

/* ---- Exporting ------------------------------------------------------- */

static enum lc_err
export_key(const char *dir, const struct lc_key *key, struct lc_detail *detail)
{
	char *path;
	enum lc_err err;

	if (asprintf(&path, "%s/%s.jwk", dir, key->kid) < 0)
		return LC_ENOMEM;
	err = lc_place_write_jwk(path, key, detail);
	free(path);
	return err;
}

enum lc_err
lc_authority_export_keys(const struct lc_authority *authority, const char *dir,
    size_t *n, struct lc_detail *detail)
{
	struct lc_signing_rows rows;
	enum lc_err err = rows_load(authority, &rows, detail);

	if (err == LC_OK && mkdir(dir, 0755) != 0 && errno != EEXIST)
		err = lc_fail(detail, LC_EIO, "%s: cannot create directory: %s",
		    dir, strerror(errno));
	for (size_t i = 0; i < rows.n && err == LC_OK; i++)
		err = export_key(dir, rows.list[i].key, detail);
	*n = rows.n;
	lc_signing_free(&rows);
	return err;
}
