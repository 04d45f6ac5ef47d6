/* signing.c - see signing.h. */
#include "signing.h"

#include <stdlib.h>
#include <string.h>

#include "format/key.h"
#include "log.h"

void
lc_signing_free(struct lc_signing_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		lc_key_free(rows->list[i].key);
		free(rows->list[i].place);
	}
	free(rows->list);
	*rows = (struct lc_signing_rows){ .n = 0 };
}

static enum lc_err
row_add(
    struct lc_record *record, struct lc_signing_rows *out, struct db_rows *rows)
{
	const char *jwk = db_text(rows, 0);
	struct lc_signing_row *list, row = { .made = db_int(rows, 2) };
	enum lc_err err;

	list = reallocarray(out->list, out->n + 1, sizeof *list);
	if (list == NULL)
		return LC_ENOMEM;
	out->list = list;
	if ((err = lc_key_from_jwk(
		 jwk, strlen(jwk), &row.key, record->detail)) != LC_OK)
		return err;
	if ((row.place = strdup(db_text(rows, 1))) == NULL) {
		lc_key_free(row.key);
		return LC_ENOMEM;
	}
	list[out->n++] = row;
	return LC_OK;
}

enum lc_err
lc_signing_load(struct lc_record *record, struct lc_signing_rows *out)
{
	struct lc_signing_rows found = { .n = 0 };
	struct db_rows *rows = NULL;
	enum lc_err err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT jwk, place, made FROM signing_key ORDER BY made, kid",
		""),
	    &rows);

	while (err == LC_OK) {
		if ((err = row_add(record, &found, rows)) == LC_OK)
			err = lc_record_done(record, db_next(rows));
	}
	if (rows != NULL)
		db_stop(rows);
	if (err != LC_ENOTFOUND) {
		lc_signing_free(&found);
		return err;
	}
	*out = found;
	return LC_OK;
}

enum lc_err
lc_signing_put(struct lc_record *record, const struct lc_signing_row *row)
{
	const struct lc_key *key = row->key;
	const char *state = key->withdrawn ? "withdrawn" : "current";
	char *jwk = NULL;
	enum lc_err err = lc_key_to_jwk(key, &jwk);

	if (err == LC_OK)
		err = lc_record_done(record,
		    db_run(record->db,
			"INSERT INTO signing_key (kid, jwk, place, state, made)"
			" VALUES ($1, $2, $3, $4, $5) ON CONFLICT (kid) DO"
			" UPDATE SET jwk = $2, state = $4",
			"ssssi", key->kid, jwk, row->place, state, row->made));
	if (err == LC_OK)
		err = lc_log_row(record, "signing_key", key->kid);
	free(jwk);
	return err;
}

static bool
is_valid(const struct lc_key *key, int64_t now)
{
	return !key->withdrawn &&
	       (key->not_before == LC_NO_TIME || key->not_before <= now) &&
	       (key->expires == LC_NO_TIME || now < key->expires);
}

const struct lc_signing_row *
lc_signing_choose(const struct lc_signing_rows *rows, int64_t now)
{
	const struct lc_signing_row *best = NULL;
	int rank = -1;

	for (size_t i = 0; i < rows->n; i++) {
		const struct lc_key *key = rows->list[i].key;
		int of = is_valid(key, now) ? 2 : key->withdrawn ? 0 : 1;

		if (of >= rank) {
			best = &rows->list[i];
			rank = of;
		}
	}
	return best;
}
