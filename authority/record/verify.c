/* verify.c - see verify.h. */
#include "verify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/json.h"
#include "format/jws.h"
#include "image.h"
#include "log.h"

#define PAGE 1000

struct checkpoint {
	int64_t n;
	uint8_t digest[LC_LOG_DIGEST];
};

struct verifying {
	struct lc_record *record;
	struct lc_verify *v;
	struct checkpoint head;    /* as the table has it */
	struct checkpoint earlier; /* n 0: none */
	uint8_t before[LC_LOG_DIGEST];
};

static void found(struct verifying *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
found(struct verifying *t, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	t->v->faults++;
	t->v->found(t->v->arg, text);
}

/* ---- Checkpoints ----------------------------------------------------- */

/* All keys that the authority ever had. */
static enum lc_err
keys_load(struct lc_record *record, struct lc_trust **out)
{
	struct lc_trust *trust = NULL;
	struct db_rows *rows = NULL;
	struct lc_key *key;
	enum lc_err err = lc_trust_new(&trust);

	if (err == LC_OK)
		err = lc_record_first(record,
		    db_query(record->db, &rows,
			"SELECT jwk FROM signing_key ORDER BY kid", ""),
		    &rows);
	while (err == LC_OK) {
		const char *jwk = db_text(rows, 0);

		if ((err = lc_key_from_jwk(jwk, strlen(jwk), &key,
			 record->detail)) != LC_OK)
			break;
		if ((err = lc_trust_add(
			 trust, key, "signing_key", record->detail)) != LC_OK)
			lc_key_free(key);
		else
			err = lc_record_done(record, db_next(rows));
	}
	if (rows != NULL)
		db_stop(rows);
	if (err == LC_ENOTFOUND)
		err = LC_OK;
	if (err == LC_OK)
		*out = trust;
	else
		lc_trust_free(trust);
	return err;
}

static enum lc_err
payload_read(
    const json_t *payload, struct checkpoint *out, struct lc_detail *detail)
{
	const char *digest = lc_json_text(payload, "digest");
	json_int_t n = json_integer_value(json_object_get(payload, "n"));

	if (n < 1 || digest == NULL ||
	    strlen(digest) != LC_B64_LEN(LC_LOG_DIGEST) ||
	    !lc_b64_decode(digest, strlen(digest), out->digest))
		return lc_fail(detail, LC_ELINE, "not a checkpoint of a log");
	out->n = n;
	return LC_OK;
}

static enum lc_err
checkpoint_open(
    struct lc_record *record, const char *text, struct checkpoint *out)
{
	struct lc_trust *trust = NULL;
	struct lc_jws jws = { 0 };
	enum lc_err err = keys_load(record, &trust);

	if (err == LC_OK)
		err = lc_jws_open(text, strlen(text), LC_TYP_CHECKPOINT, trust,
		    &jws, record->detail);
	if (err == LC_OK)
		err = payload_read(jws.payload, out, record->detail);
	lc_jws_close(&jws);
	lc_trust_free(trust);
	return err;
}

/* ---- The log --------------------------------------------------------- */

/* Columns of the query in log_verify: the entry, and then the license. */
enum {
	N,
	AT,
	WHO,
	KIND,
	SUBJECT,
	SAYS,
	DIGEST,
	L_N,
	L_ID,
	L_UDI,
	L_FEATURE,
	L_ENDS,
	L_SOURCE,
	L_SKU,
	L_PAK_LINE,
	L_UNITS,
	L_REQUEST,
	L_LINE,
};

static struct lc_license_row
license_read(struct db_rows *rows)
{
	return (struct lc_license_row){
		.n = db_int(rows, L_N),
		.id = db_text(rows, L_ID),
		.udi = db_text(rows, L_UDI),
		.feature = db_text(rows, L_FEATURE),
		.ends = db_is_null(rows, L_ENDS) ? LC_NO_TIME
						 : db_int(rows, L_ENDS),
		.source = db_text(rows, L_SOURCE),
		.sku = db_text(rows, L_SKU),
		.pak_line = db_int(rows, L_PAK_LINE),
		.units = db_int(rows, L_UNITS),
		.request = db_int(rows, L_REQUEST),
		.line = db_text(rows, L_LINE),
	};
}

/* The digest that the entry ought to have. */
static enum lc_err
digest_compute(struct verifying *t, struct db_rows *rows,
    const struct lc_license_row *license, uint8_t digest[LC_LOG_DIGEST])
{
	const struct lc_entry entry = {
		.n = db_int(rows, N),
		.at = db_int(rows, AT),
		.who = db_text(rows, WHO),
		.kind = db_text(rows, KIND),
		.subject = db_text(rows, SUBJECT),
		.says = db_text(rows, SAYS),
	};

	memcpy(digest, t->before, LC_LOG_DIGEST);
	return lc_log_digest(digest, &entry, license);
}

static void
gap_verify(struct verifying *t, int64_t n)
{
	if (n == t->v->entries + 2)
		found(t, "entry %" PRId64 " was removed", n - 1);
	else if (n != t->v->entries + 1)
		found(t, "entries %" PRId64 " to %" PRId64 " were removed",
		    t->v->entries + 1, n - 1);
}

/*
 * An entry that was changed is one fault: the next one is compared with the
 * digest that stands there.
 */
static enum lc_err
entry_verify(struct verifying *t, struct db_rows *rows)
{
	int64_t n = db_int(rows, N);
	bool of_license = strcmp(db_text(rows, KIND), "license") == 0;
	struct lc_license_row license = license_read(rows);
	uint8_t digest[LC_LOG_DIGEST];
	const void *kept;
	size_t len;
	enum lc_err err;

	gap_verify(t, n);
	if ((err = digest_compute(
		 t, rows, of_license ? &license : NULL, digest)) != LC_OK)
		return err;
	kept = db_blob(rows, DIGEST, &len);
	if (of_license && db_is_null(rows, L_N))
		found(t, "the license of entry %" PRId64 " was removed", n);
	else if (!of_license && !db_is_null(rows, L_N))
		found(t,
		    "license %s was inserted: entry %" PRId64
		    " is not about a license",
		    license.id, n);
	else if (len != sizeof digest || memcmp(kept, digest, len) != 0)
		found(t, of_license ? "license %2$s, or its entry %1$" PRId64
				      ", was changed"
				    : "entry %1$" PRId64 " was changed",
		    n, license.id);
	if (n == t->earlier.n &&
	    (len != sizeof digest || memcmp(kept, t->earlier.digest, len) != 0))
		found(t,
		    "entry %" PRId64
		    " is not the one that the earlier checkpoint signed: the "
		    "log was written again",
		    n);
	memset(t->before, 0, sizeof t->before);
	if (len == sizeof t->before)
		memcpy(t->before, kept, len);
	t->v->entries = n;
	t->v->at = db_int(rows, AT);
	t->v->licenses += of_license;
	return LC_OK;
}

/* A page of entries after those that were verified. */
static enum lc_err
log_page(struct verifying *t)
{
	struct lc_record *record = t->record;
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT e.n, e.at, e.who, e.kind, e.subject, e.says, e.digest,"
		" l.n, l.id, l.udi, l.feature, l.ends, l.source, l.sku,"
		" l.pak_line, l.units, l.request, l.line"
		" FROM log e LEFT JOIN license l ON l.n = e.n"
		" WHERE e.n > $1 ORDER BY e.n LIMIT $2",
		"ii", t->v->entries, (int64_t)PAGE),
	    &rows);
	if (err != LC_OK)
		return err;
	while (err == LC_OK) {
		if ((err = entry_verify(t, rows)) == LC_OK)
			err = lc_record_done(record, db_next(rows));
	}
	db_stop(rows);
	if (t->v->progress != NULL)
		t->v->progress(t->v->arg, t->v->entries, t->head.n);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static void
end_verify(struct verifying *t)
{
	int64_t last = t->v->entries;

	memcpy(t->v->digest, t->before, sizeof t->before);
	if (last < t->head.n)
		found(t,
		    "entries %" PRId64 " to %" PRId64
		    " were removed from the end",
		    last + 1, t->head.n);
	else if (last > t->head.n)
		found(t,
		    "entries %" PRId64 " to %" PRId64
		    " were added by other means",
		    t->head.n + 1, last);
	else if (memcmp(t->before, t->head.digest, sizeof t->before) != 0)
		found(t, "the last entry was changed");
	if (last < t->earlier.n)
		found(t,
		    "the log ends at entry %" PRId64
		    ", before the earlier checkpoint (%" PRId64
		    "): a database was put back",
		    last, t->earlier.n);
}

static enum lc_err
log_verify(struct verifying *t)
{
	enum lc_err err;

	while ((err = log_page(t)) == LC_OK)
		;
	if (err != LC_ENOTFOUND)
		return err;
	end_verify(t);
	return LC_OK;
}

/* ---- Rows ------------------------------------------------------------ */

/* Licenses that no entry has. */
static enum lc_err
licenses_verify(struct verifying *t)
{
	struct lc_record *record = t->record;
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT l.id FROM license l LEFT JOIN log e ON e.n = l.n"
		" WHERE e.n IS NULL ORDER BY l.n LIMIT 1000",
		""),
	    &rows);
	while (err == LC_OK) {
		found(t, "license %s was inserted: no entry has it",
		    db_text(rows, 0));
		err = lc_record_done(record, db_next(rows));
	}
	return err == LC_ENOTFOUND ? LC_OK : err;
}

/* The last image of a row, "" if it has none or was removed. */
static enum lc_err
image_find(struct lc_record *record, const char *table, const char *key,
    char **image)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT says FROM log WHERE kind = $1 AND subject = $2"
		" AND subject <> '' ORDER BY n DESC LIMIT 1",
		"ss", table, key),
	    &rows);
	if (err != LC_OK && err != LC_ENOTFOUND)
		return err;
	*image = strdup(err == LC_OK ? db_text(rows, 0) : "");
	if (err == LC_OK)
		db_stop(rows);
	return *image != NULL ? LC_OK : LC_ENOMEM;
}

static enum lc_err
row_verify(struct verifying *t, const struct lc_image_table *table,
    struct db_rows *rows)
{
	const char *key = db_text(rows, 0);
	char *is = NULL, *was = NULL;
	enum lc_err err;

	if ((err = lc_image(table, rows, &is)) == LC_OK &&
	    (err = image_find(t->record, table->name, key, &was)) == LC_OK) {
		if (was[0] == '\0')
			found(t, "%s %s was inserted", table->name, key);
		else if (strcmp(is, was) != 0)
			found(t, "%s %s was changed", table->name, key);
	}
	free(is);
	free(was);
	return err;
}

/* last is the key where the page ends; LC_ENOTFOUND: there is no more. */
static enum lc_err
rows_page(struct verifying *t, const struct lc_image_table *table, char **last)
{
	struct lc_record *record = t->record;
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows, table->after, "si", *last,
		(int64_t)PAGE),
	    &rows);
	if (err != LC_OK)
		return err;
	while (err == LC_OK) {
		free(*last);
		*last = strdup(db_text(rows, 0));
		err = *last != NULL ? row_verify(t, table, rows) : LC_ENOMEM;
		if (err == LC_OK)
			err = lc_record_done(record, db_next(rows));
	}
	db_stop(rows);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static enum lc_err
rows_verify(struct verifying *t, const struct lc_image_table *table)
{
	char *last = strdup(table->key_is_number ? "-1" : "");
	enum lc_err err = last != NULL ? LC_OK : LC_ENOMEM;

	while (err == LC_OK)
		err = rows_page(t, table, &last);
	free(last);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

/* Rows that the log has and the table has not. */
static enum lc_err
image_verify(struct verifying *t, const struct lc_image_table *table,
    const char *key, const char *says)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	if (says[0] == '\0')
		return LC_OK;
	err = lc_record_first(t->record,
	    db_query(t->record->db, &rows, table->one, "s", key), &rows);
	if (err == LC_OK)
		db_stop(rows);
	if (err != LC_ENOTFOUND)
		return err;
	found(t, "%s %s was removed", table->name, key);
	return LC_OK;
}

static enum lc_err
images_page(
    struct verifying *t, const struct lc_image_table *table, char **last)
{
	struct lc_record *record = t->record;
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT subject, says FROM log WHERE n IN"
		" (SELECT max(n) FROM log WHERE kind = $1 AND subject > $2"
		" AND subject <> '' GROUP BY subject ORDER BY subject LIMIT $3)"
		" ORDER BY subject",
		"ssi", table->name, *last, (int64_t)PAGE),
	    &rows);
	if (err != LC_OK)
		return err;
	while (err == LC_OK) {
		free(*last);
		*last = strdup(db_text(rows, 0));
		err = *last != NULL ? image_verify(t, table, db_text(rows, 0),
					  db_text(rows, 1))
				    : LC_ENOMEM;
		if (err == LC_OK)
			err = lc_record_done(record, db_next(rows));
	}
	db_stop(rows);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static enum lc_err
images_verify(struct verifying *t, const struct lc_image_table *table)
{
	char *last = strdup("");
	enum lc_err err = last != NULL ? LC_OK : LC_ENOMEM;

	while (err == LC_OK)
		err = images_page(t, table, &last);
	free(last);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static enum lc_err
units_verify(struct verifying *t)
{
	struct lc_record *record = t->record;
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT u.what, u.code, u.sku, u.used, coalesce(l.units, 0)"
		" FROM (SELECT 'PAK' AS what, pak AS code, sku, used, n"
		" FROM pak_line UNION ALL"
		" SELECT 'contract', contract, sku, used, n FROM contract_sku)"
		" u LEFT JOIN"
		" (SELECT pak_line, sum(units) AS units FROM license"
		" WHERE pak_line IS NOT NULL GROUP BY pak_line) l"
		" ON l.pak_line = u.n"
		" WHERE u.used <> coalesce(l.units, 0) ORDER BY u.n",
		""),
	    &rows);
	while (err == LC_OK) {
		found(t,
		    "%s %s, %s: %" PRId64
		    " units are said to be used, and its licenses used %" PRId64,
		    db_text(rows, 0), db_text(rows, 1), db_text(rows, 2),
		    db_int(rows, 3), db_int(rows, 4));
		err = lc_record_done(record, db_next(rows));
	}
	return err == LC_ENOTFOUND ? LC_OK : err;
}

/* ---- All of it ------------------------------------------------------- */

static void
head_compare(struct verifying *t, const struct checkpoint *signed_one)
{
	if (signed_one->n != t->head.n ||
	    memcmp(signed_one->digest, t->head.digest,
		sizeof t->head.digest) != 0)
		found(t, "the last checkpoint was changed");
}

/* The last checkpoint; a fault in it is found, not an error. */
static enum lc_err
head_verify(struct verifying *t)
{
	struct lc_record *record = t->record;
	struct lc_detail *detail = record->detail, why = { "" };
	struct checkpoint signed_one = { 0 };
	struct db_rows *rows = NULL;
	char *text;
	const void *digest;
	size_t len;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT n, digest, checkpoint FROM head WHERE one = 1", ""),
	    &rows);
	if (err != LC_OK)
		return err == LC_ENOTFOUND ? LC_OK : err;
	t->head.n = db_int(rows, 0);
	digest = db_blob(rows, 1, &len);
	if (len == sizeof t->head.digest)
		memcpy(t->head.digest, digest, len);
	text = strdup(db_text(rows, 2));
	db_stop(rows);
	if (text == NULL)
		return LC_ENOMEM;
	record->detail = &why;
	err = t->head.n > 0 ? checkpoint_open(record, text, &signed_one)
			    : LC_OK;
	record->detail = detail;
	free(text);
	if (err == LC_OK)
		head_compare(t, &signed_one);
	else if (!lc_err_is_final(err))
		found(t, "the last checkpoint: %s", why.text);
	return lc_err_is_final(err) ? err : LC_OK;
}

static enum lc_err
verify_all(struct verifying *t)
{
	enum lc_err err;

	if ((err = head_verify(t)) != LC_OK || (err = log_verify(t)) != LC_OK ||
	    (err = licenses_verify(t)) != LC_OK)
		return err;
	for (size_t i = 0; i < lc_nimages && err == LC_OK; i++) {
		if ((err = rows_verify(t, &lc_images[i])) == LC_OK)
			err = images_verify(t, &lc_images[i]);
	}
	return err == LC_OK ? units_verify(t) : err;
}

enum lc_err
lc_record_verify(struct lc_record *record, const char *earlier,
    struct lc_verify *v, struct lc_detail *detail)
{
	struct verifying t = { .record = record, .v = v };
	enum lc_err err = LC_OK;

	v->entries = v->licenses = v->faults = v->at = 0;
	lc_record_tell(record, detail);
	if (earlier != NULL)
		err = checkpoint_open(record, earlier, &t.earlier);
	if (err != LC_OK)
		return err;
	err = lc_record_done(record, db_begin_reading(record->db));
	if (err == LC_OK)
		err = verify_all(&t);
	db_rollback(record->db);
	return err;
}

enum lc_err
lc_record_checkpoint(
    struct lc_record *record, char **text, struct lc_detail *detail)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	lc_record_tell(record, detail);
	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT checkpoint FROM head WHERE one = 1", ""),
	    &rows);
	if (err != LC_OK)
		return err;
	*text = strdup(db_text(rows, 0));
	db_stop(rows);
	return *text != NULL ? LC_OK : LC_ENOMEM;
}
