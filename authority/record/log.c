/* log.c - see log.h. */
#include "log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/error.h"
#include "image.h"

/* ---- Digests --------------------------------------------------------- */

/* Each value with its length before it: no two entries are the same bytes. */
static bool
add_bytes(EVP_MD_CTX *md, const void *data, size_t len)
{
	uint8_t prefix[4] = { (uint8_t)(len >> 24), (uint8_t)(len >> 16),
		(uint8_t)(len >> 8), (uint8_t)len };

	return EVP_DigestUpdate(md, prefix, sizeof prefix) == 1 &&
	       EVP_DigestUpdate(md, data, len) == 1;
}

static bool
add_text(EVP_MD_CTX *md, const char *text)
{
	return add_bytes(md, text, strlen(text));
}

static bool
add_number(EVP_MD_CTX *md, int64_t number)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%" PRId64, number);
	return add_text(md, text);
}

static bool
add_entry(EVP_MD_CTX *md, const struct lc_entry *entry)
{
	return add_number(md, entry->n) && add_number(md, entry->at) &&
	       add_text(md, entry->who) && add_text(md, entry->kind) &&
	       add_text(md, entry->subject) && add_text(md, entry->says);
}

static bool
add_license(EVP_MD_CTX *md, const struct lc_license_row *row)
{
	return add_text(md, row->id) && add_text(md, row->udi) &&
	       add_text(md, row->feature) && add_number(md, row->ends) &&
	       add_text(md, row->source) && add_text(md, row->sku) &&
	       add_number(md, row->pak_line) && add_number(md, row->units) &&
	       add_number(md, row->request) && add_text(md, row->line);
}

enum lc_err
lc_log_digest(uint8_t digest[LC_LOG_DIGEST], const struct lc_entry *entry,
    const struct lc_license_row *row)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool ok = md != NULL && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1;

	ok = ok && add_bytes(md, digest, LC_LOG_DIGEST) &&
	     add_entry(md, entry) && (row == NULL || add_license(md, row)) &&
	     EVP_DigestFinal_ex(md, digest, NULL) == 1;
	EVP_MD_CTX_free(md);
	return ok ? LC_OK : LC_ENOMEM;
}

/* ---- Entries --------------------------------------------------------- */

static enum lc_err
entry_put(struct lc_record *record, const char *kind, const char *subject,
    const char *says, const struct lc_license_row *row)
{
	const struct lc_entry entry = {
		.n = record->n + 1,
		.at = record->at,
		.who = record->who,
		.kind = kind,
		.subject = subject,
		.says = says,
	};
	enum lc_err err;

	if (entry.n > INT32_MAX)
		return lc_fail(record->detail, LC_EIO,
		    "database: the log is full (%d entries)", INT32_MAX);
	if ((err = lc_log_digest(record->digest, &entry, row)) != LC_OK)
		return err;
	record->n = entry.n;
	if (!lc_kept_lacks(kind))
		lc_record_spoil(record);
	return lc_record_done(record,
	    db_send(record->db,
		"INSERT INTO log (n, at, who, kind, subject, says, digest)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7)",
		"iissssb", entry.n, entry.at, entry.who, entry.kind,
		entry.subject, entry.says, record->digest,
		sizeof record->digest));
}

enum lc_err
lc_log_add(struct lc_record *record, const char *kind, const char *subject,
    const char *says)
{
	return entry_put(record, kind, subject, says, NULL);
}

enum lc_err
lc_log_license(struct lc_record *record, const struct lc_license_row *row)
{
	return entry_put(record, "license", "", "", row);
}

enum lc_err
lc_log_row(struct lc_record *record, const char *name, const char *key)
{
	const struct lc_image_table *table = lc_image_table(name);
	struct db_rows *rows = NULL;
	char *image = NULL;
	enum lc_err err;

	if (table == NULL)
		return LC_EINVAL;
	err = lc_record_first(record,
	    db_query(record->db, &rows, table->one, "s", key), &rows);
	if (err != LC_OK)
		return err;
	err = lc_image(table, rows, &image);
	db_stop(rows);
	if (err == LC_OK)
		err = lc_log_add(record, name, key, image);
	free(image);
	return err;
}

enum lc_err
lc_log_head(struct lc_record *record, int64_t *n)
{
	struct db_rows *rows = NULL;

	return lc_record_number(record,
	    db_query(record->db, &rows, "SELECT n FROM head WHERE one = 1", ""),
	    &rows, n);
}

const char *
lc_log_number(char text[LC_NUMBER_SIZE], int64_t number)
{
	(void)snprintf(text, LC_NUMBER_SIZE, "%" PRId64, number);
	return text;
}

enum lc_err
lc_log_values(struct lc_record *record, const char *name, const char *key,
    const char *const *values)
{
	const struct lc_image_table *table = lc_image_table(name);
	char *image = NULL;
	enum lc_err err;

	if (table == NULL)
		return LC_EINVAL;
	if ((err = lc_image_of(table, values, &image)) == LC_OK)
		err = lc_log_add(record, name, key, image);
	free(image);
	return err;
}

enum lc_err
lc_log_row_n(struct lc_record *record, const char *table, int64_t key)
{
	char text[LC_NUMBER_SIZE];

	return lc_log_row(record, table, lc_log_number(text, key));
}

enum lc_err
lc_log_gone(struct lc_record *record, const char *table, const char *key)
{
	return lc_log_add(record, table, key, "");
}
