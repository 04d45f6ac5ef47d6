/* meter.c - how long licenses have been in use. */
#include "meter.h"

#include <stdlib.h>
#include <jansson.h>

#include "state/change.h"
#include "clock.h"
#include "format/type.h"
#include "ops/core.h"
#include "state/db.h"
#include "state/history.h"
#include "model.h"
#include "state/seal.h"
#include "ops/store.h"

/* ---- Reading --------------------------------------------------------- */

int64_t
lc_meter_used_ms(const struct lc *lc, const struct lc_entry *e)
{
	int64_t ran = e->meter.since_ms >= 0 ?
	    lc_boot_ms(lc) - e->meter.since_ms : 0;

	return e->meter.used_ms + (ran > 0 ? ran : 0);
}

static int64_t
period_ms(const struct lc_entry *e)
{
	return (int64_t)e->shown.terms.period_s * 1000;
}

bool
lc_meter_spent(const struct lc *lc, const struct lc_entry *e)
{
	return lc_type_metered(e->shown.terms.type) &&
	       lc_meter_used_ms(lc, e) >= period_ms(e);
}

void
lc_meter_run(struct lc *lc, struct lc_entry *e, bool run)
{
	if (run == (e->meter.since_ms >= 0))
		return;
	e->meter.used_ms = lc_meter_used_ms(lc, e);
	e->meter.since_ms = run ? lc_boot_ms(lc) : -1;
	e->meter.dirty = true;
	lc->due.known = false;
}

bool
lc_meter_any(const struct lc *lc)
{
	const struct lc_model *m = lc->model;

	for (size_t i = 0; i < m->nlicenses; i++) {
		const struct lc_entry *e = lc_entry_of(m->licenses[i]);

		if (e->meter.since_ms >= 0 || e->meter.dirty)
			return true;
	}
	return false;
}

int64_t
lc_meter_due_ms(const struct lc *lc)
{
	const struct lc_model *m = lc->model;
	int64_t due = INT64_MAX;

	for (size_t i = 0; i < m->nlicenses; i++) {
		const struct lc_entry *e = lc_entry_of(m->licenses[i]);
		int64_t left;

		if (e->meter.expired_at != LC_NO_TIME ||
		    !lc_type_metered(e->shown.terms.type))
			continue;
		left = period_ms(e) - lc_meter_used_ms(lc, e);
		if (left > 0 && e->meter.since_ms < 0)
			continue;
		left = left > 0 ? left : 0;
		due = left < due ? left : due;
	}
	return due;
}

/* ---- Rows ------------------------------------------------------------ */

/* Sealed together with whose usage it is, so that rows cannot be swapped. */
static enum lc_err
row_seal(const struct lc *lc, const char *udi, const char *id,
    int64_t used_ms, int64_t expired_at, struct lc_seal *seal)
{
	static const struct lc_seal usage = { "usage" };
	json_t *array = json_pack("[s, s, I, I]", udi, id,
	    (json_int_t)used_ms, (json_int_t)expired_at);
	char *text = array != NULL ? json_dumps(array, JSON_COMPACT) : NULL;
	enum lc_err err = text != NULL ?
	    lc_seal(lc, &usage, text, seal) : LC_ENOMEM;

	free(text);
	json_decref(array);
	return err;
}

/* Its first columns are used_ms, expired_at, mac. */
static enum lc_err
row_check(const struct lc *lc, const char *udi, const char *id,
    struct lc_rows *rows)
{
	struct lc_seal seal;
	const void *bytes;
	enum lc_err err;
	size_t len;

	err = row_seal(lc, udi, id, lc_db_int(rows, 0), lc_db_int(rows, 1),
	    &seal);
	bytes = lc_db_blob(rows, 2, &len);
	return err == LC_OK && !lc_seal_equal(&seal, bytes, len) ?
	    LC_EDAMAGED : err;
}

/* LC_EDAMAGED: it had run out when this row, from before that, was put back. */
static enum lc_err
not_expired(struct lc *lc, const char *udi, const char *id)
{
	bool expired = false;
	enum lc_err err = lc_history_has(lc, "expire", udi, id, &expired);

	return err == LC_OK && expired ? LC_EDAMAGED : err;
}

/* What the row says, if its seal holds; LC_ENOTFOUND: it never had one. */
static enum lc_err
row_read(struct lc *lc, const char *udi, const char *id, int64_t *used_ms,
    int64_t *expired_at)
{
	struct lc_rows *rows;
	enum lc_err err;
	bool used;

	err = lc_db_query(lc->db, &rows, "SELECT used_ms, expired_at, mac"
	    " FROM usage WHERE udi = ? AND id = ?", "ss", udi, id);
	if (err != LC_OK)
		return err;
	if ((err = lc_db_next(lc->db, rows)) == LC_ENOTFOUND) {
		/* The first use is in the history: is a row missing? */
		err = lc_history_has(lc, "use", udi, id, &used);
		return err != LC_OK ? err : used ? LC_EDAMAGED : LC_ENOTFOUND;
	}
	if (err != LC_OK)
		return err;
	*used_ms = lc_db_int(rows, 0);
	*expired_at = lc_db_int(rows, 1);
	err = row_check(lc, udi, id, rows);
	lc_db_stop(rows);
	return err == LC_OK && *expired_at == LC_NO_TIME ?
	    not_expired(lc, udi, id) : err;
}

/* Does it become another one when its period is used up? */
static bool
has_successor(const struct lc_entry *e)
{
	return lc_type_rules(e->shown.terms.type)->successor != LC_NO_TYPE;
}

/* Counts as used up, and is written so with the next flush. */
static void
tampered(struct lc *lc, struct lc_entry *e)
{
	bool metered = lc_type_metered(e->shown.terms.type);

	lc_notice(lc, LC_EDAMAGED, "license %s: the record of its use was"
	    " altered or removed%s", e->shown.terms.id,
	    metered ? "; it counts as used up" : "");
	e->meter.used_ms = metered ? period_ms(e) : 0;
	if (metered && !has_successor(e))
		e->meter.expired_at = lc_now(lc);
	e->meter.recorded = true;
	e->meter.altered = true;
	e->meter.dirty = true;
}

/*
 * What ran out while the clock was far ahead did so by now, once that is taken
 * back: otherwise it would be ahead of us for as long.
 */
static void
not_after(struct lc_entry *e, int64_t now)
{
	if (e->meter.expired_at == LC_NO_TIME || e->meter.expired_at <= now)
		return;
	e->meter.expired_at = now;
	e->meter.dirty = true;
}

void
lc_meter_taken_back(struct lc *lc)
{
	const struct lc_model *m = lc->model;

	for (size_t i = 0; i < m->nlicenses; i++)
		not_after(lc_entry_of(m->licenses[i]), lc_now(lc));
	lc->due.known = false;
}

/* An evaluation RTU license whose trial is over is an RTU license. */
static void
transition(struct lc_entry *e)
{
	e->shown.terms.type = lc_type_rules(e->shown.terms.type)->successor;
	e->shown.terms.period_s = 0;
}

enum lc_err
lc_meter_load(struct lc *lc, const char *udi, struct lc_entry *e)
{
	int64_t used_ms, expired_at;
	enum lc_err err;

	e->meter.since_ms = -1;
	e->meter.expired_at = LC_NO_TIME;
	err = row_read(lc, udi, e->shown.terms.id, &used_ms, &expired_at);
	if (err == LC_OK) {
		e->meter.used_ms = used_ms;
		e->meter.expired_at = expired_at;
		e->meter.recorded = true;
		not_after(e, lc_now(lc));
	} else if (err == LC_EDAMAGED) {
		tampered(lc, e);
	} else if (err != LC_ENOTFOUND) {
		return err;
	}
	if (has_successor(e) && e->meter.used_ms >= period_ms(e))
		transition(e);
	return LC_OK;
}

/* A row of the copy, if its seal holds. */
static enum lc_err
row_take(struct lc *lc, struct lc_rows *rows)
{
	const char *udi = lc_db_text(rows, 3), *id = lc_db_text(rows, 4);
	enum lc_err err = row_check(lc, udi, id, rows);
	const void *mac;
	size_t len;

	if (err != LC_OK)
		return err == LC_EDAMAGED ? LC_OK : err;
	mac = lc_db_blob(rows, 2, &len);
	return lc_db_run(lc->db, "UPDATE main.usage SET used_ms = ?,"
	    " expired_at = ?, mac = ? WHERE udi = ? AND id = ?", "iibss",
	    lc_db_int(rows, 0), lc_db_int(rows, 1), mac, len, udi, id);
}

enum lc_err
lc_meter_catch_up(struct lc *lc)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(lc->db, &rows, "SELECT k.used_ms, k.expired_at,"
	    " k.mac, k.udi, k.id FROM copy.kept_usage AS k JOIN main.usage AS u"
	    " ON u.udi = k.udi AND u.id = k.id WHERE k.used_ms > u.used_ms",
	    "");
	if (err != LC_OK)
		return err;
	while ((err = lc_db_next(lc->db, rows)) == LC_OK) {
		if ((err = row_take(lc, rows)) != LC_OK)
			break;
	}
	lc_db_stop(rows);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static enum lc_err
rows_check(struct lc *lc, void (*altered)(void *, const char *, const char *),
    void *arg)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(lc->db, &rows,
	    "SELECT used_ms, expired_at, mac, udi, id FROM usage", "");
	if (err != LC_OK)
		return err;
	while ((err = lc_db_next(lc->db, rows)) == LC_OK) {
		const char *udi = lc_db_text(rows, 3);
		const char *id = lc_db_text(rows, 4);

		err = row_check(lc, udi, id, rows);
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
removed_check(struct lc *lc, void (*altered)(void *, const char *,
    const char *), void *arg)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(lc->db, &rows, "SELECT udi, id FROM history WHERE"
	    " what IN ('use', 'expire') AND NOT EXISTS (SELECT 1 FROM usage"
	    " WHERE usage.udi = history.udi AND usage.id = history.id AND"
	    " (history.what = 'use' OR usage.expired_at <> ?))", "i",
	    LC_NO_TIME);
	if (err != LC_OK)
		return err;
	while ((err = lc_db_next(lc->db, rows)) == LC_OK)
		altered(arg, lc_db_text(rows, 0), lc_db_text(rows, 1));
	return err == LC_ENOTFOUND ? LC_OK : err;
}

enum lc_err
lc_meter_check(struct lc *lc, void (*altered)(void *arg, const char *udi,
    const char *id), void *arg)
{
	enum lc_err err = rows_check(lc, altered, arg);

	return err == LC_OK ? removed_check(lc, altered, arg) : err;
}

static enum lc_err
note(struct lc *lc, const char *udi, const struct lc_entry *e,
    const char *what)
{
	return lc_history_add(lc, &(struct lc_record){
		.what = what, .udi = udi, .store = e->shown.store,
		.id = e->shown.terms.id, .body = "{}",
	});
}

static enum lc_err
row_write(struct lc *lc, const struct lc_entry *e, int64_t used_ms,
    int64_t expired_at)
{
	const char *udi = lc_model_device(lc->model, e->shown.device)->udi;
	struct lc_seal seal;
	enum lc_err err = LC_OK;

	if (!e->meter.recorded)
		err = note(lc, udi, e, "use");
	if (err == LC_OK && e->meter.altered)
		err = note(lc, udi, e, "altered");
	if (err != LC_OK ||
	    (err = row_seal(lc, udi, e->shown.terms.id, used_ms, expired_at,
	    &seal)) != LC_OK)
		return err;
	return lc_db_run(lc->db, "INSERT INTO usage (udi, id, used_ms,"
	    " expired_at, mac) VALUES (?, ?, ?, ?, ?) ON CONFLICT (udi, id)"
	    " DO UPDATE SET used_ms = excluded.used_ms,"
	    " expired_at = excluded.expired_at, mac = excluded.mac", "ssiib",
	    udi, e->shown.terms.id, used_ms, expired_at,
	    (const void *)seal.bytes, sizeof seal.bytes);
}

static void
row_written(struct lc_entry *e)
{
	e->meter.recorded = true;
	e->meter.dirty = false;
	e->meter.altered = false;
}

enum lc_err
lc_meter_write(struct lc *lc, struct lc_entry *e)
{
	if (!e->meter.dirty && e->meter.since_ms < 0)
		return LC_OK;
	return row_write(lc, e, lc_meter_used_ms(lc, e), e->meter.expired_at);
}

/* ---- Recording ------------------------------------------------------- */

enum lc_err
lc_meter_flush(struct lc *lc)
{
	const struct lc_model *m = lc->model;
	enum lc_err err;

	if ((err = lc_change_begin(lc)) != LC_OK)
		return err;
	for (size_t i = 0; i < m->nlicenses && err == LC_OK; i++)
		err = lc_meter_write(lc, lc_entry_of(m->licenses[i]));
	if (err != LC_OK) {
		lc_change_rollback(lc);
		return err;
	}
	if ((err = lc_change_commit(lc)) != LC_OK)
		return err;
	for (size_t i = 0; i < m->nlicenses; i++) {
		struct lc_entry *e = lc_entry_of(m->licenses[i]);

		if (e->meter.dirty || e->meter.since_ms >= 0)
			row_written(e);
	}
	return LC_OK;
}

/* When it ran out: whoever calls may be late. */
static int64_t
ended_at(const struct lc *lc, const struct lc_entry *e)
{
	return lc_now(lc) - (lc_meter_used_ms(lc, e) - period_ms(e)) / 1000;
}

/* Spent, and not yet noted as such. */
static bool
runs_out(const struct lc *lc, const struct lc_entry *e)
{
	return e->meter.expired_at == LC_NO_TIME && lc_meter_spent(lc, e);
}

static enum lc_err
expire_write(struct lc *lc, const struct lc_entry *e)
{
	const char *udi = lc_model_device(lc->model, e->shown.device)->udi;
	bool trial = has_successor(e);
	enum lc_err err;

	err = note(lc, udi, e, trial ? "transition" : "expire");
	if (err != LC_OK)
		return err;
	return trial ?
	    row_write(lc, e, lc_meter_used_ms(lc, e), LC_NO_TIME) :
	    row_write(lc, e, period_ms(e), e->meter.ended_at);
}

static void
expire_done(struct lc_entry *e)
{
	row_written(e);
	if (has_successor(e)) {
		transition(e);
		/* It ranks as one now, as it will after a restart. */
		lc_entry_accepted(e, e->shown.eula_accepted);
		return;
	}
	e->meter.expired_at = e->meter.ended_at;
	e->meter.used_ms = period_ms(e);
	e->meter.since_ms = -1;
}

/* Those found running out are marked: time goes on until they are done. */
static enum lc_err
expire_all(struct lc *lc, size_t *n)
{
	const struct lc_model *m = lc->model;
	enum lc_err err;

	*n = 0;
	if ((err = lc_change_begin(lc)) != LC_OK)
		return err;
	for (size_t i = 0; i < m->nlicenses && err == LC_OK; i++) {
		struct lc_entry *e = lc_entry_of(m->licenses[i]);

		e->meter.expiring = runs_out(lc, e);
		if (e->meter.expiring) {
			e->meter.ended_at = ended_at(lc, e);
			err = expire_write(lc, e);
			++*n;
		}
	}
	if (err == LC_OK && *n > 0)
		return lc_change_commit(lc);
	lc_change_rollback(lc);
	return err;
}

enum lc_err
lc_meter_expire(struct lc *lc, bool *changed)
{
	const struct lc_model *m = lc->model;
	enum lc_err err;
	size_t n;

	*changed = false;
	err = expire_all(lc, &n);
	if (err != LC_OK || n == 0)
		return err;
	for (size_t i = 0; i < m->nlicenses; i++) {
		struct lc_entry *e = lc_entry_of(m->licenses[i]);

		if (e->meter.expiring)
			expire_done(e);
	}
	*changed = true;
	lc_change_publish(lc);
	return LC_OK;
}
