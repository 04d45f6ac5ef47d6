/*
 * history.c - what happened to licenses, in a chain that shows edits.
 *
 * A record's seal is HMAC-SHA256 over the seal before it (32 zero bytes for
 * the first) and the record as a JSON array.  The newest seal also stands in
 * meta, sealed once more: without it a chain that lost its last records would
 * look whole.  With what words tells of which version the file is: that one
 * was of version 1 cannot be said of it without the key.
 */
#include "history.h"

#include <stdlib.h>
#include <string.h>
#include <jansson.h>

#include "base/b64.h"
#include "db.h"
#include "base/error.h"
#include "seal.h"

#define HEAD "history.head"
/* What the newest seal is sealed with, by the version of the file. */
#define HEAD_1 "history.head"
#define HEAD_2 "history.head 2"

static enum lc_err
seal_record(const struct lc_state *st, const struct lc_seal *before, int64_t seq,
    int64_t at, const struct lc_record *r, struct lc_seal *seal)
{
	json_t *array = json_pack("[I, I, s, s, I, s, s]", (json_int_t)seq,
	    (json_int_t)at, r->what, r->udi, (json_int_t)r->store, r->id,
	    r->body);
	char *text = array != NULL ? json_dumps(array, JSON_COMPACT) : NULL;
	enum lc_err err = text != NULL ?
	    lc_seal(st->mac_key, before, text, seal) : LC_ENOMEM;

	free(text);
	json_decref(array);
	return err;
}

static bool
seal_read(struct lc_rows *rows, int column, struct lc_seal *seal)
{
	size_t len;
	const void *bytes = lc_db_blob(rows, column, &len);

	if (len != LC_SEAL_LEN)
		return false;
	memcpy(seal->bytes, bytes, LC_SEAL_LEN);
	return true;
}

/* ---- Adding ---------------------------------------------------------- */

static enum lc_err
last_get(struct lc_state *st, int64_t *seq, struct lc_seal *seal)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(st->db, &rows,
	    "SELECT seq, mac FROM history ORDER BY seq DESC LIMIT 1", "");
	if (err != LC_OK)
		return err;
	*seq = 0;
	memset(seal, 0, sizeof *seal);
	if ((err = lc_db_next(st->db, rows)) == LC_OK) {
		*seq = lc_db_int(rows, 0);
		if (!seal_read(rows, 1, seal))
			err = LC_EDAMAGED;
		lc_db_stop(rows);
	}
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static enum lc_err
head_set(struct lc_state *st, const struct lc_seal *last)
{
	struct lc_seal head;
	enum lc_err err = lc_seal(st->mac_key, last, HEAD_2, &head);

	if (err != LC_OK)
		return err;
	return lc_db_run(st->db,
	    "INSERT INTO meta (name, value) VALUES (?, ?)"
	    " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
	    "sb", HEAD, (const void *)head.bytes, sizeof head.bytes);
}

enum lc_err
lc_history_start(struct lc_state *st, bool *fresh)
{
	int64_t none = 0;
	enum lc_err err;

	err = lc_db_get_int(st->db, &none,
	    "SELECT NOT EXISTS (SELECT 1 FROM meta)"
	    " AND NOT EXISTS (SELECT 1 FROM sealed)"
	    " AND NOT EXISTS (SELECT 1 FROM license)"
	    " AND NOT EXISTS (SELECT 1 FROM history)", "");
	if (err != LC_OK)
		return err;
	*fresh = none != 0;
	return *fresh ? head_set(st, &(struct lc_seal){ { 0 } }) : LC_OK;
}

enum lc_err
lc_history_damage(struct lc_state *st, char **body)
{
	enum lc_err err;

	*body = NULL;
	err = lc_db_get_text(st->db, body, "SELECT body FROM history WHERE"
	    " what = 'damaged' ORDER BY seq DESC LIMIT 1", "");
	return err == LC_ENOTFOUND ? LC_OK : err;
}

enum lc_err
lc_history_add(struct lc_state *st, const struct lc_record *r)
{
	int64_t seq, at = lc_now(st);
	struct lc_seal last, seal;
	enum lc_err err;

	if ((err = last_get(st, &seq, &last)) != LC_OK ||
	    (err = seal_record(st, &last, seq + 1, at, r, &seal)) != LC_OK)
		return err;
	err = lc_db_run(st->db,
	    "INSERT INTO history (seq, at, what, udi, store, id, body, mac)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)", "iississb", seq + 1, at,
	    r->what, r->udi, (int64_t)r->store, r->id, r->body,
	    (const void *)seal.bytes, sizeof seal.bytes);
	if (err != LC_OK)
		return err;
	return head_set(st, &seal);
}

enum lc_err
lc_history_add_json(struct lc_state *st, struct lc_record r, json_t *body)
{
	char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
	enum lc_err err = LC_ENOMEM;

	r.body = text;
	if (text != NULL)
		err = lc_history_add(st, &r);
	free(text);
	json_decref(body);
	return err;
}

enum lc_err
lc_history_has(struct lc_state *st, const char *what, const char *udi,
    const char *id, bool *has)
{
	int64_t one;
	enum lc_err err;

	err = lc_db_get_int(st->db, &one, "SELECT 1 FROM history WHERE udi = ?"
	    " AND id = ? AND what = ? LIMIT 1", "sss", udi, id, what);
	if (err != LC_OK && err != LC_ENOTFOUND)
		return err;
	*has = err == LC_OK;
	return LC_OK;
}

enum lc_err
lc_history_latest(struct lc_state *st, int64_t *at)
{
	/* 4294967295: the last time that licenses know, whatever stands there. */
	return lc_db_get_int(st->db, at, "SELECT max(min(4294967295, CASE WHEN"
	    " what <> 'clock-reset' THEN at WHEN json_valid(body) THEN"
	    " CAST(json_extract(body, '$.to') AS INTEGER) END)) FROM history"
	    " WHERE seq >= coalesce((SELECT max(seq) FROM history WHERE what ="
	    " 'clock-reset'), 0) AND NOT (what IN ('restore', 'upgrade') AND"
	    " udi = '') HAVING count(*) > 0", "");
}

enum lc_err
lc_history_head(struct lc_state *st, uint32_t *records,
    char head[LC_SEAL_TEXT_LEN + 1])
{
	struct lc_seal last;
	int64_t seq;
	enum lc_err err = last_get(st, &seq, &last);

	if (err != LC_OK)
		return err;
	*records = seq < UINT32_MAX ? (uint32_t)seq : UINT32_MAX;
	lc_b64_encode(last.bytes, sizeof last.bytes, head);
	return LC_OK;
}

/* ---- Checking -------------------------------------------------------- */

static enum lc_err
head_check(struct lc_state *st, const struct lc_seal *last, const char *words,
    struct lc_detail *detail)
{
	struct lc_rows *rows;
	struct lc_seal head;
	enum lc_err err;
	size_t len;
	const void *bytes;

	err = lc_db_query(st->db, &rows,
	    "SELECT value FROM meta WHERE name = ?", "s", HEAD);
	if (err != LC_OK)
		return err;
	if ((err = lc_db_next(st->db, rows)) != LC_OK) {
		if (err == LC_ENOTFOUND)
			err = lc_fail(detail, LC_EDAMAGED,
			    "history: its end mark is missing");
		return err;
	}
	bytes = lc_db_blob(rows, 0, &len);
	if ((err = lc_seal(st->mac_key, last, words, &head)) == LC_OK &&
	    !lc_seal_equal(&head, bytes, len))
		err = lc_fail(detail, LC_EDAMAGED,
		    "history: its last records are missing");
	lc_db_stop(rows);
	return err;
}

/* Is this row what was sealed after `last`?  Then last moves on to it. */
static enum lc_err
row_check(const struct lc_state *st, struct lc_rows *rows, int64_t seq,
    struct lc_seal *last, struct lc_detail *detail)
{
	struct lc_record r = {
		.what = lc_db_text(rows, 2),
		.udi = lc_db_text(rows, 3),
		.store = (uint32_t)lc_db_int(rows, 4),
		.id = lc_db_text(rows, 5),
		.body = lc_db_text(rows, 6),
	};
	struct lc_seal seal;
	const void *bytes;
	enum lc_err err;
	size_t len;

	if (lc_db_int(rows, 0) != seq)
		return lc_fail(detail, LC_EDAMAGED,
		    "history: record %lld is missing", (long long)seq);
	err = seal_record(st, last, seq, lc_db_int(rows, 1), &r, &seal);
	if (err != LC_OK)
		return err;
	bytes = lc_db_blob(rows, 7, &len);
	if (!lc_seal_equal(&seal, bytes, len))
		return lc_fail(detail, LC_EDAMAGED,
		    "history: record %lld was altered", (long long)seq);
	*last = seal;
	return LC_OK;
}

enum lc_err
lc_history_check(struct lc_state *st, struct lc_detail *detail)
{
	struct lc_rows *rows = NULL;
	struct lc_seal last = { { 0 } };
	int64_t seq = 0;
	enum lc_err err;

	err = lc_db_query(st->db, &rows,
	    "SELECT seq, at, what, udi, store, id, body, mac FROM history"
	    " ORDER BY seq", "");
	if (err != LC_OK)
		return err;
	while ((err = lc_db_next(st->db, rows)) == LC_OK) {
		err = row_check(st, rows, ++seq, &last, detail);
		if (err != LC_OK) {
			lc_db_stop(rows);
			return err;
		}
	}
	if (err != LC_ENOTFOUND)
		return err;
	return head_check(st, &last, HEAD_2, detail);
}

enum lc_err
lc_history_upgrade(struct lc_state *st, struct lc_detail *detail)
{
	struct lc_seal last;
	int64_t seq;
	enum lc_err err;

	if ((err = last_get(st, &seq, &last)) != LC_OK ||
	    (err = head_check(st, &last, HEAD_1, detail)) != LC_OK ||
	    (err = head_set(st, &last)) != LC_OK)
		return err;
	return lc_history_add(st, &(struct lc_record){
		.what = "upgrade", .udi = "", .id = "",
		.body = "{\"from\":1,\"to\":2}",
	});
}

/* ---- Reading --------------------------------------------------------- */

enum lc_err
lc_history_find(struct lc_state *st, const char *what, const char *udi,
    const char *id, char **body)
{
	return lc_db_get_text(st->db, body, "SELECT body FROM history"
	    " WHERE udi = ? AND id = ? AND what = ?", "sss", udi, id, what);
}

enum lc_err
lc_history_last(struct lc_state *st, const char *what, const char *udi,
    const char *kid, char **body)
{
	/* One that cannot be read is not passed over. */
	return lc_db_get_text(st->db, body, "SELECT body FROM history"
	    " WHERE udi = ?1 AND what = ?2 AND (?3 IS NULL OR CASE WHEN"
	    " json_valid(body) THEN json_extract(body, '$.kid') = ?3 ELSE 1"
	    " END) ORDER BY seq DESC LIMIT 1", "sst", udi, what, kid);
}

enum lc_err
lc_history_evaluation(struct lc_state *st, const char *udi,
    const struct lc_terms *t, char **id)
{
	/* Most are of other types: that is seen without parsing them. */
	return lc_db_get_text(st->db, id, "SELECT id FROM history NOT INDEXED"
	    " WHERE udi = ?1 AND id <> ?2 AND what = 'install'"
	    " AND instr(body, ?3) AND json_extract(body, '$.type') = ?3"
	    " AND json_extract(body, '$.feature') = ?4 LIMIT 1", "ssss", udi,
	    t->id, lc_type_name(t->type), t->feature);
}

static enum lc_err
text_copy(struct lc_rows *rows, int column, char **copy)
{
	*copy = strdup(lc_db_text(rows, column));
	return *copy != NULL ? LC_OK : LC_ENOMEM;
}

static enum lc_err
record_take(struct lc_rows *rows, struct lc_history_row *row)
{
	enum lc_err err;

	lc_history_free(row);
	if ((err = text_copy(rows, 2, &row->texts[0])) != LC_OK ||
	    (err = text_copy(rows, 3, &row->texts[1])) != LC_OK ||
	    (err = text_copy(rows, 5, &row->texts[2])) != LC_OK ||
	    (err = text_copy(rows, 6, &row->texts[3])) != LC_OK)
		return err;
	row->public = (struct lc_history){
		.seq = (uint64_t)lc_db_int(rows, 0),
		.at = lc_db_int(rows, 1),
		.what = row->texts[0],
		.udi = row->texts[1],
		.store = (uint32_t)lc_db_int(rows, 4),
		.id = row->texts[2],
		.body = row->texts[3],
	};
	return LC_OK;
}

enum lc_err
lc_history_read(struct lc_state *st, uint64_t after,
    struct lc_history_row *row)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(st->db, &rows, "SELECT seq, at, what, udi, store,"
	    " id, body FROM history WHERE seq > ? ORDER BY seq LIMIT 1", "i",
	    (int64_t)after);
	if (err != LC_OK || (err = lc_db_next(st->db, rows)) != LC_OK)
		return err;
	err = record_take(rows, row);
	lc_db_stop(rows);
	return err;
}

void
lc_history_free(struct lc_history_row *row)
{
	for (size_t i = 0; i < 4; i++)
		free(row->texts[i]);
	*row = (struct lc_history_row){ .public.seq = 0 };
}
