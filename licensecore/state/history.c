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
#include "change.h"
#include "rules/clock.h"
#include "ops/core.h"
#include "db.h"
#include "base/error.h"
#include "seal.h"

#define HEAD "history.head"
/* What the newest seal is sealed with, by the version of the file. */
#define HEAD_1 "history.head"
#define HEAD_2 "history.head 2"

static enum lc_err
seal_record(const struct lc *lc, const struct lc_seal *before, int64_t seq,
    int64_t at, const struct lc_record *r, struct lc_seal *seal)
{
	json_t *array = json_pack("[I, I, s, s, I, s, s]", (json_int_t)seq,
	    (json_int_t)at, r->what, r->udi, (json_int_t)r->store, r->id,
	    r->body);
	char *text = array != NULL ? json_dumps(array, JSON_COMPACT) : NULL;
	enum lc_err err = text != NULL ?
	    lc_seal(lc, before, text, seal) : LC_ENOMEM;

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
last_get(struct lc *lc, int64_t *seq, struct lc_seal *seal)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(lc->db, &rows,
	    "SELECT seq, mac FROM history ORDER BY seq DESC LIMIT 1", "");
	if (err != LC_OK)
		return err;
	*seq = 0;
	memset(seal, 0, sizeof *seal);
	if ((err = lc_db_next(lc->db, rows)) == LC_OK) {
		*seq = lc_db_int(rows, 0);
		if (!seal_read(rows, 1, seal))
			err = LC_EDAMAGED;
		lc_db_stop(rows);
	}
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static enum lc_err
head_set(struct lc *lc, const struct lc_seal *last)
{
	struct lc_seal head;
	enum lc_err err = lc_seal(lc, last, HEAD_2, &head);

	if (err != LC_OK)
		return err;
	return lc_db_run(lc->db,
	    "INSERT INTO meta (name, value) VALUES (?, ?)"
	    " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
	    "sb", HEAD, (const void *)head.bytes, sizeof head.bytes);
}

enum lc_err
lc_history_start(struct lc *lc, bool *fresh)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(lc->db, &rows,
	    "SELECT NOT EXISTS (SELECT 1 FROM meta)"
	    " AND NOT EXISTS (SELECT 1 FROM sealed)"
	    " AND NOT EXISTS (SELECT 1 FROM license)"
	    " AND NOT EXISTS (SELECT 1 FROM history)", "");
	if (err != LC_OK || (err = lc_db_next(lc->db, rows)) != LC_OK)
		return err;
	*fresh = lc_db_int(rows, 0) != 0;
	lc_db_stop(rows);
	return *fresh ? head_set(lc, &(struct lc_seal){ { 0 } }) : LC_OK;
}

/* The finding that was recorded last, or "". */
static enum lc_err
damage_last(struct lc *lc, struct lc_detail *said)
{
	struct lc_rows *rows;
	enum lc_err err;

	said->text[0] = '\0';
	err = lc_db_query(lc->db, &rows, "SELECT body FROM history WHERE"
	    " what = 'damaged' ORDER BY seq DESC LIMIT 1", "");
	if (err == LC_OK && (err = lc_db_next(lc->db, rows)) == LC_OK) {
		(void)lc_fail(said, err, "%s", lc_db_text(rows, 0));
		lc_db_stop(rows);
	}
	return err == LC_ENOTFOUND ? LC_OK : err;
}

enum lc_err
lc_history_damaged(struct lc *lc, const char *finding)
{
	struct lc_detail said, body;
	enum lc_err err;

	(void)lc_fail(&body, LC_OK, "{\"finding\":\"%s\"}", finding);
	if ((err = damage_last(lc, &said)) != LC_OK ||
	    strcmp(said.text, body.text) == 0 ||
	    (err = lc_change_begin(lc)) != LC_OK)
		return err;
	err = lc_history_add(lc, &(struct lc_record){
		.what = "damaged", .udi = "", .id = "", .body = body.text,
	});
	if (err == LC_OK)
		return lc_change_commit(lc);
	lc_change_rollback(lc);
	return err;
}

enum lc_err
lc_history_damage(struct lc *lc, struct lc_detail *detail)
{
	struct lc_detail said;
	enum lc_err err = damage_last(lc, &said);

	return err != LC_OK || said.text[0] == '\0' ? err :
	    lc_fail(detail, LC_EDAMAGED, "history: it was found damaged"
	    " before: %s", said.text);
}

enum lc_err
lc_history_add(struct lc *lc, const struct lc_record *r)
{
	int64_t seq, at = lc_now(lc);
	struct lc_seal last, seal;
	enum lc_err err;

	if ((err = last_get(lc, &seq, &last)) != LC_OK ||
	    (err = seal_record(lc, &last, seq + 1, at, r, &seal)) != LC_OK)
		return err;
	err = lc_db_run(lc->db,
	    "INSERT INTO history (seq, at, what, udi, store, id, body, mac)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)", "iississb", seq + 1, at,
	    r->what, r->udi, (int64_t)r->store, r->id, r->body,
	    (const void *)seal.bytes, sizeof seal.bytes);
	if (err != LC_OK)
		return err;
	return head_set(lc, &seal);
}

enum lc_err
lc_history_has(struct lc *lc, const char *what, const char *udi,
    const char *id, bool *has)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(lc->db, &rows, "SELECT 1 FROM history WHERE udi = ?"
	    " AND id = ? AND what = ? LIMIT 1", "sss", udi, id, what);
	if (err == LC_OK && (err = lc_db_next(lc->db, rows)) == LC_OK)
		lc_db_stop(rows);
	if (err != LC_OK && err != LC_ENOTFOUND)
		return err;
	*has = err == LC_OK;
	return LC_OK;
}

enum lc_err
lc_history_latest(struct lc *lc, int64_t *at)
{
	struct lc_rows *rows;
	enum lc_err err;

	/* 4294967295: the last time that licenses know, whatever stands there. */
	err = lc_db_query(lc->db, &rows, "SELECT max(min(4294967295, CASE WHEN"
	    " what <> 'clock-reset' THEN at WHEN json_valid(body) THEN"
	    " CAST(json_extract(body, '$.to') AS INTEGER) END)) FROM history"
	    " WHERE seq >= coalesce((SELECT max(seq) FROM history WHERE what ="
	    " 'clock-reset'), 0) AND NOT (what IN ('restore', 'upgrade') AND"
	    " udi = '') HAVING count(*) > 0", "");
	if (err == LC_OK && (err = lc_db_next(lc->db, rows)) == LC_OK) {
		*at = lc_db_int(rows, 0);
		lc_db_stop(rows);
	}
	return err;
}

enum lc_err
lc_history_head(struct lc *lc, uint32_t *records,
    char head[LC_SEAL_TEXT_LEN + 1])
{
	struct lc_seal last;
	int64_t seq;
	enum lc_err err = last_get(lc, &seq, &last);

	if (err != LC_OK)
		return err;
	*records = seq < UINT32_MAX ? (uint32_t)seq : UINT32_MAX;
	lc_b64_encode(last.bytes, sizeof last.bytes, head);
	return LC_OK;
}

/* ---- Checking -------------------------------------------------------- */

static enum lc_err
head_check(struct lc *lc, const struct lc_seal *last, const char *words,
    struct lc_detail *detail)
{
	struct lc_rows *rows;
	struct lc_seal head;
	enum lc_err err;
	size_t len;
	const void *bytes;

	err = lc_db_query(lc->db, &rows,
	    "SELECT value FROM meta WHERE name = ?", "s", HEAD);
	if (err != LC_OK)
		return err;
	if ((err = lc_db_next(lc->db, rows)) != LC_OK) {
		if (err == LC_ENOTFOUND)
			err = lc_fail(detail, LC_EDAMAGED,
			    "history: its end mark is missing");
		return err;
	}
	bytes = lc_db_blob(rows, 0, &len);
	if ((err = lc_seal(lc, last, words, &head)) == LC_OK &&
	    !lc_seal_equal(&head, bytes, len))
		err = lc_fail(detail, LC_EDAMAGED,
		    "history: its last records are missing");
	lc_db_stop(rows);
	return err;
}

/* Is this row what was sealed after `last`?  Then last moves on to it. */
static enum lc_err
row_check(const struct lc *lc, struct lc_rows *rows, int64_t seq,
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
	err = seal_record(lc, last, seq, lc_db_int(rows, 1), &r, &seal);
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
lc_history_check(struct lc *lc, struct lc_detail *detail)
{
	struct lc_rows *rows = NULL;
	struct lc_seal last = { { 0 } };
	int64_t seq = 0;
	enum lc_err err;

	err = lc_db_query(lc->db, &rows,
	    "SELECT seq, at, what, udi, store, id, body, mac FROM history"
	    " ORDER BY seq", "");
	if (err != LC_OK)
		return err;
	while ((err = lc_db_next(lc->db, rows)) == LC_OK) {
		err = row_check(lc, rows, ++seq, &last, detail);
		if (err != LC_OK) {
			lc_db_stop(rows);
			return err;
		}
	}
	if (err != LC_ENOTFOUND)
		return err;
	return head_check(lc, &last, HEAD_2, detail);
}

enum lc_err
lc_history_upgrade(struct lc *lc, struct lc_detail *detail)
{
	struct lc_seal last;
	int64_t seq;
	enum lc_err err;

	if ((err = last_get(lc, &seq, &last)) != LC_OK ||
	    (err = head_check(lc, &last, HEAD_1, detail)) != LC_OK ||
	    (err = head_set(lc, &last)) != LC_OK)
		return err;
	return lc_history_add(lc, &(struct lc_record){
		.what = "upgrade", .udi = "", .id = "",
		.body = "{\"from\":1,\"to\":2}",
	});
}

/* ---- Reading --------------------------------------------------------- */

void
lc_history_forget(struct lc *lc)
{
	for (size_t i = 0; i < 4; i++) {
		free(lc->record_texts[i]);
		lc->record_texts[i] = NULL;
	}
}

static enum lc_err
record_take(struct lc *lc, struct lc_rows *rows)
{
	static const int columns[] = { 2, 3, 5, 6 };

	lc_history_forget(lc);
	for (size_t i = 0; i < 4; i++) {
		lc->record_texts[i] = strdup(lc_db_text(rows, columns[i]));
		if (lc->record_texts[i] == NULL)
			return LC_ENOMEM;
	}
	lc->record = (struct lc_history){
		.seq = (uint64_t)lc_db_int(rows, 0),
		.at = lc_db_int(rows, 1),
		.what = lc->record_texts[0],
		.udi = lc->record_texts[1],
		.store = (uint32_t)lc_db_int(rows, 4),
		.id = lc->record_texts[2],
		.body = lc->record_texts[3],
	};
	return LC_OK;
}

enum lc_err
lc_history_next(struct lc *lc, uint64_t after, const struct lc_history **out)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(lc->db, &rows, "SELECT seq, at, what, udi, store,"
	    " id, body FROM history WHERE seq > ? ORDER BY seq LIMIT 1", "i",
	    (int64_t)after);
	if (err != LC_OK || (err = lc_db_next(lc->db, rows)) != LC_OK)
		return err;
	err = record_take(lc, rows);
	lc_db_stop(rows);
	if (err == LC_OK)
		*out = &lc->record;
	return err;
}
