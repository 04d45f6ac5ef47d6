/* license.c - see license.h. */
#include "license.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "format/file.h"
#include "format/line.h"
#include "log.h"

/* ---- Putting --------------------------------------------------------- */

static const char *
or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static enum lc_err
row_put(struct lc_record *record, const struct lc_license_row *row)
{
	char ends[24], pak_line[24], request[24];

	(void)snprintf(ends, sizeof ends, "%lld", (long long)row->ends);
	(void)snprintf(
	    pak_line, sizeof pak_line, "%lld", (long long)row->pak_line);
	(void)snprintf(
	    request, sizeof request, "%lld", (long long)row->request);
	return lc_record_done(record,
	    db_send(record->db,
		"INSERT INTO license (n, id, udi, feature, ends, source, sku,"
		" pak_line, units, request, line)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
		"isssssssiss", row->n, row->id, row->udi, row->feature,
		row->ends != LC_NO_TIME ? ends : NULL, row->source,
		or_null(row->sku), row->pak_line != 0 ? pak_line : NULL,
		row->units, row->request != 0 ? request : NULL, row->line));
}

/* The devices after the first. */
static enum lc_err
others_put(
    struct lc_record *record, int64_t n, const struct lc_terms *terms)
{
	enum lc_err err = LC_OK;

	for (size_t i = 1; i < terms->nudis && err == LC_OK; i++)
		err = lc_record_done(record,
		    db_send(record->db,
			"INSERT INTO license_udi (udi, license)"
			" VALUES ($1, $2)"
			" ON CONFLICT (udi, license) DO NOTHING",
			"si", terms->udis[i], n));
	return err;
}

enum lc_err
lc_issued_put(struct lc_record *record, const struct lc_terms *terms,
    const char *line, const struct lc_origin *origin)
{
	const struct lc_license_row row = {
		.n = record->n + 1,
		.id = terms->id,
		.udi = terms->nudis > 0 ? terms->udis[0] : "",
		.feature = terms->feature,
		.ends = terms->end,
		.source = origin->source,
		.sku = origin->sku != NULL ? origin->sku : "",
		.pak_line = origin->pak_line,
		.units = origin->units,
		.request = origin->request,
		.line = line,
	};
	enum lc_err err;

	if ((err = lc_log_license(record, &row)) != LC_OK ||
	    (err = row_put(record, &row)) != LC_OK)
		return err;
	return others_put(record, row.n, terms);
}

/* ---- Finding --------------------------------------------------------- */

/*
 * Of the licenses with an id.  "+ 0" leaves PostgreSQL no index but that of
 * the ids: until the table was analyzed, it takes that of n for the shorter
 * way, and reads the table backwards.
 */
#define LATEST " ORDER BY n + 0 DESC LIMIT 1"

static enum lc_err
line_read(struct lc_record *record, struct db_rows *rows, struct lc_line **out)
{
	const char *text = db_text(rows, 0);

	return lc_line_peek(text, strlen(text), out, record->detail);
}

enum lc_err
lc_issued_find(struct lc_record *record, const char *id, struct lc_line **out)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT line FROM license WHERE id = $1" LATEST,
		"s", id),
	    &rows);
	if (err == LC_ENOTFOUND)
		return lc_record_lacks(record, err, "license", id);
	if (err != LC_OK)
		return err;
	err = line_read(record, rows, out);
	db_stop(rows);
	return err;
}

enum lc_err
lc_issued_text(struct lc_record *record, const char *id, char **text)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT line FROM license WHERE id = $1" LATEST,
		"s", id),
	    &rows);
	if (err != LC_OK)
		return err;
	*text = strdup(db_text(rows, 0));
	db_stop(rows);
	return *text != NULL ? LC_OK : LC_ENOMEM;
}

enum lc_err
lc_issued_origin(
    struct lc_record *record, const char *id, struct lc_origin_row *row)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT source, sku, pak_line FROM license WHERE id = $1" LATEST,
		"s", id),
	    &rows);
	if (err != LC_OK)
		return err;
	(void)snprintf(
	    row->source, sizeof row->source, "%s", db_text(rows, 0));
	(void)snprintf(row->sku, sizeof row->sku, "%s", db_text(rows, 1));
	row->pak_line = db_int(rows, 2);
	db_stop(rows);
	return LC_OK;
}

/* Ends the query, which was just started. */
static enum lc_err
each(struct lc_record *record, enum db_err started, struct db_rows *const *rows,
    lc_issued_call *call, void *arg)
{
	struct lc_line *line;
	enum lc_err err = lc_record_first(record, started, rows);

	if (err == LC_ENOTFOUND)
		return LC_OK;
	while (err == LC_OK) {
		if ((err = line_read(record, *rows, &line)) != LC_OK)
			break;
		err = call(arg, line, db_text(*rows, 0));
		lc_line_free(line);
		if (err == LC_OK &&
		    (err = lc_record_done(record, db_next(*rows))) ==
			LC_ENOTFOUND)
			return LC_OK;
	}
	if (started == DB_OK)
		db_stop(*rows);
	return err;
}

enum lc_err
lc_issued_of_request(struct lc_record *record, int64_t request,
    lc_issued_call *call, void *arg)
{
	struct db_rows *rows = NULL;

	return each(record,
	    db_query(record->db, &rows,
		"SELECT line FROM license WHERE request = $1 ORDER BY n", "i",
		request),
	    &rows, call, arg);
}

enum lc_err
lc_issued_current(struct lc_record *record, const char *udi,
    lc_issued_call *call, void *arg)
{
	struct db_rows *rows = NULL;

	return each(record,
	    db_query(record->db, &rows,
		"SELECT line FROM license l WHERE n IN"
		" (SELECT n FROM license WHERE udi = $1 AND udi <> ''"
		" UNION ALL SELECT license FROM license_udi WHERE udi = $1)"
		" AND NOT EXISTS (SELECT 1 FROM ended e"
		" WHERE e.udi = $1 AND e.id = l.id)"
		" AND NOT EXISTS (SELECT 1 FROM license s"
		" WHERE s.id = l.id AND s.n > l.n)"
		" ORDER BY n",
		"s", udi),
	    &rows, call, arg);
}

/* ---- Ending ---------------------------------------------------------- */

enum lc_err
lc_issued_end(struct lc_record *record, const char *udi, const char *id,
    const char *why, const char *ref)
{
	int64_t n = record->n + 1;
	char number[LC_NUMBER_SIZE];
	const char *const values[] = { lc_log_number(number, n), udi, id, why,
		ref };
	enum lc_err err;

	err = lc_record_done(record,
	    db_send(record->db,
		"INSERT INTO ended (n, udi, id, why, ref)"
		" VALUES ($1, $2, $3, $4, $5)",
		"issss", n, udi, id, why, ref));
	return err == LC_OK ? lc_log_values(record, "ended", number, values)
			    : err;
}

enum lc_err
lc_issued_not_ended(struct lc_record *record, const char *udi, const char *id)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"SELECT why FROM ended WHERE udi = $1 AND id = $2", "ss", udi,
		id),
	    &rows);
	if (err != LC_OK)
		return err == LC_ENOTFOUND ? LC_OK : err;
	/* why: "moved", "replaced", "superseded" */
	err = lc_fail(record->detail, LC_EREVOKED,
	    "license %s was already %s from %s", id, db_text(rows, 0), udi);
	db_stop(rows);
	return err;
}

/* The text that a query just started finds; the caller frees. */
static enum lc_err
text_read(struct lc_record *record, enum db_err started,
    struct db_rows *const *rows, char **text)
{
	enum lc_err err = lc_record_first(record, started, rows);

	if (err != LC_OK)
		return err;
	*text = strdup(db_text(*rows, 0));
	db_stop(*rows);
	return *text != NULL ? LC_OK : LC_ENOMEM;
}

/* ---- Agreements ------------------------------------------------------ */

static void
agreement_keep(struct lc_record *record, const char *digest, const char *text)
{
	struct lc_arena own = { 0 };
	char *copy = lc_arena_text(lc_kept_arena(&record->kept, &own), text);

	if (copy != NULL)
		lc_kept_put(&record->kept, "agreement", digest, 0, copy);
	lc_arena_free(&own);
}

enum lc_err
lc_agreement_put(struct lc_record *record, const char *text, size_t len)
{
	char digest[LC_EULA_DIGEST_LEN + 1];
	struct db_rows *rows = NULL;
	int64_t is_new;
	enum lc_err err = lc_eula_digest(text, len, digest);

	if (err == LC_OK)
		err = lc_record_number(record,
		    db_query(record->db, &rows,
			"INSERT INTO agreement (digest, text) VALUES ($1, $2)"
			" ON CONFLICT (digest) DO NOTHING RETURNING 1",
			"sx", digest, text, len),
		    &rows, &is_new);
	if (err != LC_OK || is_new == 0)
		return err;
	return lc_log_row(record, "agreement", digest);
}

enum lc_err
lc_agreement_find(struct lc_record *record, const char *digest, char **text)
{
	const char *kept = lc_kept_find(&record->kept, "agreement", digest, 0);
	struct db_rows *rows = NULL;
	enum lc_err err;

	if (kept != NULL) {
		*text = strdup(kept);
		return *text != NULL ? LC_OK : LC_ENOMEM;
	}
	err = text_read(record,
	    db_query(record->db, &rows,
		"SELECT text FROM agreement WHERE digest = $1", "s", digest),
	    &rows, text);
	if (err == LC_OK)
		agreement_keep(record, digest, *text);
	return err;
}

/* ---- Requests -------------------------------------------------------- */

static const char request_sql[] =
    "SELECT n, what FROM request WHERE id = $1";

enum lc_err
lc_request_ahead(struct lc_record *record, const char *id)
{
	return lc_record_done(
	    record, db_ahead(record->db, request_sql, "s", id));
}

enum lc_err
lc_request_find(
    struct lc_record *record, const char *id, const char *what, int64_t *n)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(
	    record, db_query(record->db, &rows, request_sql, "s", id), &rows);
	if (err != LC_OK)
		return err;
	*n = db_int(rows, 0);
	if (strcmp(db_text(rows, 1), what) != 0)
		err = lc_fail(record->detail, LC_EINVAL,
		    "request id %s was already used for another request", id);
	db_stop(rows);
	return err;
}

enum lc_err
lc_request_add(
    struct lc_record *record, const char *id, const char *what, int64_t *n)
{
	char number[LC_NUMBER_SIZE];
	enum lc_err err;

	*n = record->n + 1;
	(void)lc_log_number(number, *n);
	err = lc_record_done(record,
	    db_send(record->db,
		"INSERT INTO request (n, id, what) VALUES ($1, $2, $3)", "iss",
		*n, id, what));
	return err != LC_OK
		   ? err
		   : lc_log_values(record, "request", number,
			 (const char *const[]){ number, id, what });
}

enum lc_err
lc_request_number(struct lc_record *record, const char *id, int64_t *n)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows, "SELECT n FROM request"
		" WHERE id IN ($1, 'redeem ' || CAST($1 AS TEXT))",
		"s", id),
	    &rows);
	if (err != LC_OK)
		return err;
	*n = db_int(rows, 0);
	db_stop(rows);
	return LC_OK;
}

enum lc_err
lc_request_put(struct lc_record *record, const char *id, const char *what,
    int64_t *n, bool *again)
{
	enum lc_err err = lc_request_find(record, id, what, n);

	*again = err == LC_OK;
	return err == LC_ENOTFOUND ? lc_request_add(record, id, what, n) : err;
}

enum lc_err
lc_answer_put(struct lc_record *record, int64_t request, const char *body)
{
	char number[LC_NUMBER_SIZE];
	enum lc_err err;

	(void)lc_log_number(number, request);
	err = lc_record_done(record,
	    db_send(record->db,
		"INSERT INTO answer (request, body) VALUES ($1, $2)", "is",
		request, body));
	return err != LC_OK
		   ? err
		   : lc_log_values(record, "answer", number,
			 (const char *const[]){ number, body });
}

enum lc_err
lc_answer_find(struct lc_record *record, int64_t request, char **body)
{
	struct db_rows *rows = NULL;

	return text_read(record,
	    db_query(record->db, &rows,
		"SELECT body FROM answer WHERE request = $1", "i", request),
	    &rows, body);
}
