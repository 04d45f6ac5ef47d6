/*
 * usage.c - how long licenses have been in use, on disk.
 *
 * Rows are kept for the license's identity on the device, whatever becomes of
 * the license, and are sealed: one that was changed or removed without the
 * device's key counts as used up.
 */
#include "usage.h"

#include <stdlib.h>
#include <jansson.h>

#include "change.h"
#include "db.h"
#include "history.h"
#include "rules/meter.h"
#include "seal.h"

/* ---- Rows ------------------------------------------------------------ */

/* Sealed together with whose usage it is, so that rows cannot be swapped. */
static enum lc_err
row_seal(const struct lc_state *st, const char *udi, const char *id,
    int64_t used_ms, int64_t expired_at, struct lc_seal *seal)
{
	static const struct lc_seal usage = { "usage" };
	json_t *array = json_pack("[s, s, I, I]", udi, id,
	    (json_int_t)used_ms, (json_int_t)expired_at);
	char *text = array != NULL ? json_dumps(array, JSON_COMPACT) : NULL;
	enum lc_err err = text != NULL ?
	    lc_seal(st->mac_key, &usage, text, seal) : LC_ENOMEM;

	free(text);
	json_decref(array);
	return err;
}

/* Its first columns are used_ms, expired_at, mac. */
static enum lc_err
row_check(const struct lc_state *st, const char *udi, const char *id,
    struct lc_rows *rows)
{
	struct lc_seal seal;
	const void *bytes;
	enum lc_err err;
	size_t len;

	err = row_seal(st, udi, id, lc_db_int(rows, 0), lc_db_int(rows, 1),
	    &seal);
	bytes = lc_db_blob(rows, 2, &len);
	return err == LC_OK && !lc_seal_equal(&seal, bytes, len) ?
	    LC_EDAMAGED : err;
}

/* LC_EDAMAGED: it had expired when this row, from before that, was put back. */
static enum lc_err
not_expired(struct lc_state *st, const char *udi, const char *id)
{
	bool expired = false;
	enum lc_err err = lc_history_has(st, "expire", udi, id, &expired);

	return err == LC_OK && expired ? LC_EDAMAGED : err;
}

/* What the row says, if its seal holds; LC_ENOTFOUND: it never had one. */
static enum lc_err
row_read(struct lc_state *st, const char *udi, const char *id, int64_t *used_ms,
    int64_t *expired_at)
{
	struct lc_rows *rows;
	enum lc_err err;
	bool used;

	err = lc_db_query(st->db, &rows, "SELECT used_ms, expired_at, mac"
	    " FROM usage WHERE udi = ? AND id = ?", "ss", udi, id);
	if (err != LC_OK)
		return err;
	if ((err = lc_db_next(st->db, rows)) == LC_ENOTFOUND) {
		/* The first use is in the history: is a row missing? */
		err = lc_history_has(st, "use", udi, id, &used);
		return err != LC_OK ? err : used ? LC_EDAMAGED : LC_ENOTFOUND;
	}
	if (err != LC_OK)
		return err;
	*used_ms = lc_db_int(rows, 0);
	*expired_at = lc_db_int(rows, 1);
	err = row_check(st, udi, id, rows);
	lc_db_stop(rows);
	return err == LC_OK && *expired_at == LC_NO_TIME ?
	    not_expired(st, udi, id) : err;
}

/* Counts as used up, and is written so with the next change. */
static void
tampered(struct lc_state *st, const struct lc_entry *e)
{
	bool metered = lc_type_metered(e->public.terms.type);
	struct lc_identity *identity = e->identity;

	lc_notice(st->host, LC_EDAMAGED, "license %s: the record of its use was"
	    " altered or removed%s", identity->id,
	    metered ? "; it counts as used up" : "");
	identity->meter.used_ms = metered ? lc_meter_period_ms(e) : 0;
	if (metered && !lc_entry_has_successor(e))
		identity->meter.expired_at = lc_now(st);
	identity->meter.recorded = true;
	identity->meter.altered = true;
	identity->meter.dirty = true;
}

enum lc_err
lc_usage_load(struct lc_state *st, const struct lc_entry *e)
{
	struct lc_identity *identity = e->identity;
	int64_t used_ms, expired_at;
	enum lc_err err;

	err = row_read(st, identity->udi, identity->id, &used_ms,
	    &expired_at);
	if (err == LC_OK) {
		identity->meter.used_ms = used_ms;
		identity->meter.expired_at = expired_at;
		identity->meter.recorded = true;
		lc_meter_not_after(identity, lc_now(st));
	} else if (err == LC_EDAMAGED) {
		tampered(st, e);
	} else if (err != LC_ENOTFOUND) {
		return err;
	}
	identity->succeeded = lc_entry_has_successor(e) &&
	    identity->meter.used_ms >= lc_meter_period_ms(e);
	return LC_OK;
}

/* A row of the copy, if its seal holds. */
static enum lc_err
row_take(struct lc_state *st, struct lc_rows *rows)
{
	const char *udi = lc_db_text(rows, 3), *id = lc_db_text(rows, 4);
	enum lc_err err = row_check(st, udi, id, rows);
	const void *mac;
	size_t len;

	if (err != LC_OK)
		return err == LC_EDAMAGED ? LC_OK : err;
	mac = lc_db_blob(rows, 2, &len);
	return lc_db_run(st->db, "UPDATE main.usage SET used_ms = ?,"
	    " expired_at = ?, mac = ? WHERE udi = ? AND id = ?", "iibss",
	    lc_db_int(rows, 0), lc_db_int(rows, 1), mac, len, udi, id);
}

enum lc_err
lc_usage_catch_up(struct lc_state *st)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(st->db, &rows, "SELECT k.used_ms, k.expired_at,"
	    " k.mac, k.udi, k.id FROM copy.kept_usage AS k JOIN main.usage AS u"
	    " ON u.udi = k.udi AND u.id = k.id WHERE k.used_ms > u.used_ms",
	    "");
	if (err != LC_OK)
		return err;
	while ((err = lc_db_next(st->db, rows)) == LC_OK) {
		if ((err = row_take(st, rows)) != LC_OK)
			break;
	}
	lc_db_stop(rows);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static enum lc_err
rows_check(struct lc_state *st, void (*altered)(void *, const char *, const char *),
    void *arg)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(st->db, &rows,
	    "SELECT used_ms, expired_at, mac, udi, id FROM usage", "");
	if (err != LC_OK)
		return err;
	while ((err = lc_db_next(st->db, rows)) == LC_OK) {
		const char *udi = lc_db_text(rows, 3);
		const char *id = lc_db_text(rows, 4);

		err = row_check(st, udi, id, rows);
		if (err == LC_EDAMAGED)
			altered(arg, udi, id);
		else if (err != LC_OK)
			break;
	}
	lc_db_stop(rows);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

/* The history has the first use and the end: is a row missing, or too old? */
static enum lc_err
removed_check(struct lc_state *st, void (*altered)(void *, const char *,
    const char *), void *arg)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(st->db, &rows, "SELECT udi, id FROM history WHERE"
	    " what IN ('use', 'expire') AND NOT EXISTS (SELECT 1 FROM usage"
	    " WHERE usage.udi = history.udi AND usage.id = history.id AND"
	    " (history.what = 'use' OR usage.expired_at <> ?))", "i",
	    LC_NO_TIME);
	if (err != LC_OK)
		return err;
	while ((err = lc_db_next(st->db, rows)) == LC_OK)
		altered(arg, lc_db_text(rows, 0), lc_db_text(rows, 1));
	return err == LC_ENOTFOUND ? LC_OK : err;
}

enum lc_err
lc_usage_check(struct lc_state *st, void (*altered)(void *arg, const char *udi,
    const char *id), void *arg)
{
	enum lc_err err = rows_check(st, altered, arg);

	return err == LC_OK ? removed_check(st, altered, arg) : err;
}

static enum lc_err
note(struct lc_state *st, const struct lc_identity *identity, const char *what)
{
	return lc_history_add(st, &(struct lc_record){
		.what = what, .udi = identity->udi, .store = identity->store,
		.id = identity->id, .body = "{}",
	});
}

static enum lc_err
row_write(struct lc_state *st, const struct lc_identity *identity,
    int64_t used_ms, int64_t expired_at)
{
	struct lc_seal seal;
	enum lc_err err = LC_OK;

	if (!identity->meter.recorded)
		err = note(st, identity, "use");
	if (err == LC_OK && identity->meter.altered)
		err = note(st, identity, "altered");
	if (err != LC_OK ||
	    (err = row_seal(st, identity->udi, identity->id, used_ms,
	    expired_at, &seal)) != LC_OK)
		return err;
	return lc_db_run(st->db, "INSERT INTO usage (udi, id, used_ms,"
	    " expired_at, mac) VALUES (?, ?, ?, ?, ?) ON CONFLICT (udi, id)"
	    " DO UPDATE SET used_ms = excluded.used_ms,"
	    " expired_at = excluded.expired_at, mac = excluded.mac", "ssiib",
	    identity->udi, identity->id, used_ms, expired_at,
	    (const void *)seal.bytes, sizeof seal.bytes);
}

static bool
is_behind(const struct lc_identity *identity)
{
	return identity->meter.dirty || identity->meter.since_ms >= 0;
}

enum lc_err
lc_usage_write(struct lc_state *st, const struct lc_identity *identity)
{
	return !is_behind(identity) ? LC_OK : row_write(st, identity,
	    lc_meter_used_ms(identity, lc_instant(st)),
	    identity->meter.expired_at);
}

void
lc_usage_written(struct lc_identity *identity)
{
	if (!is_behind(identity))
		return;
	identity->meter.recorded = true;
	identity->meter.dirty = false;
	identity->meter.altered = false;
}

/* ---- Recording ------------------------------------------------------- */

enum lc_err
lc_usage_flush(struct lc_state *st, struct lc_identities *all)
{
	enum lc_err err = lc_change_begin(st);

	for (size_t i = 0; i < all->n && err == LC_OK; i++)
		err = lc_usage_write(st, all->list[i]);
	if ((err = lc_change_end(st, err)) != LC_OK)
		return err;
	for (size_t i = 0; i < all->n; i++)
		lc_usage_written(all->list[i]);
	return LC_OK;
}

/* Time goes on until it is done: those found ending are marked. */
static bool
ends_mark(const struct lc_identities *all, struct lc_instant at)
{
	bool any = false;

	for (size_t i = 0; i < all->n; i++) {
		struct lc_identity *identity = all->list[i];
		const struct lc_entry *e = identity->first;

		identity->meter.ending = e != NULL && lc_meter_ends(e, at);
		if (!identity->meter.ending)
			continue;
		identity->meter.ended_at = lc_meter_ended_at(e, at);
		any = true;
	}
	return any;
}

static enum lc_err
end_write(struct lc_state *st, const struct lc_identity *identity,
    struct lc_instant at)
{
	const struct lc_entry *e = identity->first;
	bool trial = lc_entry_has_successor(e);
	enum lc_err err;

	err = note(st, identity, trial ? "transition" : "expire");
	if (err != LC_OK)
		return err;
	return trial ? row_write(st, identity,
	    lc_meter_used_ms(identity, at), LC_NO_TIME) : row_write(st,
	    identity, lc_meter_period_ms(e), identity->meter.ended_at);
}

enum lc_err
lc_usage_end(struct lc_state *st, struct lc_identities *all, bool *any)
{
	struct lc_instant at = lc_instant(st);
	enum lc_err err;

	*any = false;
	if (!ends_mark(all, at))
		return LC_OK;
	err = lc_change_begin(st);
	for (size_t i = 0; i < all->n && err == LC_OK; i++) {
		if (all->list[i]->meter.ending)
			err = end_write(st, all->list[i], at);
	}
	if ((err = lc_change_end(st, err)) != LC_OK)
		return err;
	for (size_t i = 0; i < all->n; i++) {
		if (!all->list[i]->meter.ending)
			continue;
		lc_usage_written(all->list[i]);
		lc_meter_end(all->list[i]);
	}
	*any = true;
	return LC_OK;
}
