/* schedule.c - what has to be told, and when. */
#include "schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/change.h"
#include "clock.h"
#include "ops/core.h"
#include "state/db.h"
#include "ops/event.h"
#include "format/line.h"
#include "format/type.h"
#include "meter.h"
#include "model.h"
#include "select.h"
#include "use.h"

#define HOUR INT64_C(3600)
#define DAY (24 * HOUR)
#define WEEK (7 * DAY)
#define NEVER INT64_MAX
#define NOT_YET INT64_MIN
/* How long programs may take to be back after the core was opened. */
#define SETTLE_MS INT64_C(60000)

/*
 * A track is one row of instants in the life of a license.  Where the license
 * is on it is a time that only goes up: minus what is left before the end, or
 * what has passed since.
 */
struct track {
	enum lc_event_kind kind;
	/* Does it concern the license now? */
	bool (*applies)(const struct lc *, const struct lc_entry *);
	/* Where it is, milliseconds; and the period before which none count. */
	int64_t (*at_ms)(const struct lc *, const struct lc_entry *);
	int64_t (*period_s)(const struct lc_entry *);
	/* The first instant after this one (seconds), or NEVER. */
	int64_t (*after)(int64_t instant);
	bool by_use;		/* its time stands still without use */
};

/* ---- Instants -------------------------------------------------------- */

/* The first of a rising list, ended by 0, of times that are left. */
static int64_t
left_after(const int64_t *left, int64_t instant)
{
	for (; *left != 0; left++) {
		if (-*left > instant)
			return -*left;
	}
	return NEVER;
}

static int64_t
metered_after(int64_t instant)
{
	static const int64_t left[] = {
		4 * WEEK, 3 * WEEK, 2 * WEEK, WEEK, 6 * DAY, 5 * DAY, 4 * DAY,
		3 * DAY, 2 * DAY, DAY, 0
	};

	return left_after(left, instant);
}

static int64_t
subscription_after(int64_t instant)
{
	static const int64_t left[] = {
		8 * WEEK, 7 * WEEK, 6 * WEEK, 5 * WEEK, 4 * WEEK, 3 * WEEK,
		2 * WEEK, WEEK, 6 * DAY, 5 * DAY, 4 * DAY, 3 * DAY, 2 * DAY,
		24 * HOUR, 23 * HOUR, 22 * HOUR, 21 * HOUR, 20 * HOUR,
		19 * HOUR, 18 * HOUR, 17 * HOUR, 16 * HOUR, 15 * HOUR,
		14 * HOUR, 13 * HOUR, 12 * HOUR, 11 * HOUR, 10 * HOUR,
		9 * HOUR, 8 * HOUR, 7 * HOUR, 6 * HOUR, 5 * HOUR, 4 * HOUR,
		3 * HOUR, 2 * HOUR, HOUR, 0
	};

	return left_after(left, instant);
}

static int64_t
rtu_after(int64_t instant)
{
	static const int64_t left[] = { 10 * DAY, 5 * DAY, 0 };

	return left_after(left, instant);
}

static int64_t
once_after(int64_t instant)
{
	return instant < 0 ? 0 : NEVER;
}

static int64_t
every_after(int64_t every, int64_t instant)
{
	return instant < 0 ? 0 : (instant / every + 1) * every;
}

static int64_t
daily_after(int64_t instant)
{
	return every_after(DAY, instant);
}

static int64_t
weekly_after(int64_t instant)
{
	return every_after(WEEK, instant);
}

/* ---- Where licenses are ---------------------------------------------- */

/* An evaluation that becomes a right to use. */
static bool
has_successor(const struct lc_entry *e)
{
	return lc_type_rules(e->shown.terms.type)->successor != LC_NO_TYPE;
}

static bool
runs_out(const struct lc *lc, const struct lc_entry *e)
{
	(void)lc;
	return lc_type_metered(e->shown.terms.type) &&
	       !has_successor(e) && e->serving &&
	       e->meter.expired_at == LC_NO_TIME;
}

static bool
ran_out(const struct lc *lc, const struct lc_entry *e)
{
	return e->meter.expired_at != LC_NO_TIME &&
	       !lc_use_served(lc, e->use);
}

static bool
turns(const struct lc *lc, const struct lc_entry *e)
{
	(void)lc;
	return has_successor(e) && e->serving;
}

static bool
turned(const struct lc *lc, const struct lc_entry *e)
{
	(void)lc;
	return e->shown.terms.type != e->line->terms.type;
}

static bool
subscribed(const struct lc *lc, const struct lc_entry *e)
{
	return lc_type_subscription(e->shown.terms.type) && e->serving &&
	       lc_now(lc) < e->shown.terms.end;
}

static bool
extended(const struct lc *lc, const struct lc_entry *e)
{
	return lc_type_subscription(e->shown.terms.type) && e->serving &&
	       lc_now(lc) >= e->shown.terms.end &&
	       lc_now(lc) < lc_terms_over(&e->shown.terms);
}

static bool
over(const struct lc *lc, const struct lc_entry *e)
{
	return lc_type_subscription(e->shown.terms.type) &&
	       lc_now(lc) >= lc_terms_over(&e->shown.terms) &&
	       !lc_use_served(lc, e->use);
}

static int64_t
to_period_ms(const struct lc *lc, const struct lc_entry *e)
{
	return lc_meter_used_ms(lc, e) -
	       (int64_t)e->line->terms.period_s * 1000;
}

static int64_t
since_expiry_ms(const struct lc *lc, const struct lc_entry *e)
{
	return (lc_now(lc) - e->meter.expired_at) * 1000;
}

static int64_t
to_end_ms(const struct lc *lc, const struct lc_entry *e)
{
	return (lc_now(lc) - e->shown.terms.end) * 1000;
}

static int64_t
since_over_ms(const struct lc *lc, const struct lc_entry *e)
{
	return (lc_now(lc) - lc_terms_over(&e->shown.terms)) * 1000;
}

static int64_t
metered_period(const struct lc_entry *e)
{
	return e->line->terms.period_s;
}

/* From when it begins, or from when it was installed. */
static int64_t
calendar_period(const struct lc_entry *e)
{
	const struct lc_terms *t = &e->shown.terms;
	int64_t from = t->start != LC_NO_TIME ? t->start :
	    e->shown.installed != LC_NO_TIME ? e->shown.installed : t->issued;

	return t->end - from;
}

static int64_t
any_period(const struct lc_entry *e)
{
	(void)e;
	return INT64_MAX;
}

static const struct track tracks[LC_NTRACKS] = {
	{ LC_EVENT_EXPIRY_WARNING, runs_out, to_period_ms, metered_period,
	    metered_after, true },
	{ LC_EVENT_EXPIRED, ran_out, since_expiry_ms, any_period,
	    weekly_after, false },
	{ LC_EVENT_SUBSCRIPTION_WARNING, subscribed, to_end_ms,
	    calendar_period, subscription_after, false },
	{ LC_EVENT_EXTENSION_WARNING, extended, to_end_ms, any_period,
	    daily_after, false },
	{ LC_EVENT_SUBSCRIPTION_EXPIRED, over, since_over_ms, any_period,
	    daily_after, false },
	{ LC_EVENT_RTU_WARNING, turns, to_period_ms, metered_period,
	    rtu_after, true },
	{ LC_EVENT_RTU_TRANSITION, turned, to_period_ms, any_period,
	    once_after, true },
};

/* The first instant that counts after this one. */
static int64_t
instant_after(const struct track *t, const struct lc_entry *e, int64_t instant)
{
	int64_t period = t->period_s(e);

	if (period != INT64_MAX && instant < -period)
		instant = -period;	/* which itself does not count */
	return t->after(instant);
}

static int64_t
floor_s(int64_t ms)
{
	return ms >= 0 ? ms / 1000 : -((-ms + 999) / 1000);
}

/* The last instant that was reached since the mark, or NOT_YET. */
static int64_t
instant_reached(const struct lc *lc, const struct track *t,
    const struct lc_entry *e, int64_t mark)
{
	int64_t at = floor_s(t->at_ms(lc, e)), reached = NOT_YET;
	int64_t next = instant_after(t, e, mark);

	while (next != NEVER && next <= at) {
		reached = next;
		/* Whole rows at once: daily since 1970 would take its time. */
		next = instant_after(t, e, at - 8 * DAY > reached ?
		    at - 8 * DAY : reached);
	}
	return reached;
}

/* Milliseconds until the next instant, 0 if one is waiting. */
static int64_t
track_due_ms(const struct lc *lc, const struct track *t,
    const struct lc_entry *e, int64_t mark)
{
	int64_t at_ms = t->at_ms(lc, e);
	int64_t next = instant_after(t, e, mark);

	if (next == NEVER)
		return NEVER;
	if (next * 1000 <= at_ms)
		return 0;
	return t->by_use && e->meter.since_ms < 0 ? NEVER :
	    next * 1000 - at_ms;
}

/* ---- Counts ---------------------------------------------------------- */

/* 80 % and full, in 64 bits. */
static int
level(const struct lc_entry *e)
{
	uint64_t used = e->in_use, count = e->shown.terms.count;

	if (!e->shown.terms.counted || used * 5 < count * 4)
		return 0;
	return used < count ? 1 : 2;
}

/*
 * Told once, until it is below 80 % again.  That nothing is used at first
 * after an opening does not count: who used it comes back.
 */
static bool
level_falls(const struct lc *lc, const struct lc_entry *e)
{
	return e->level_fell || (level(e) == 0 && e->level_told > 0 &&
	    (!e->level_loaded || lc_boot_ms(lc) >= lc->settled_ms));
}

void
lc_schedule_count(struct lc *lc, struct lc_entry *e)
{
	if (level(e) > 0)
		e->level_loaded = false;
	e->level_fell = level_falls(lc, e);
	if (e->level_fell || level(e) > e->level_told)
		lc->due.known = false;
}

/* The level that nothing has to be told of. */
static int
level_known(const struct lc *lc, const struct lc_entry *e)
{
	return level_falls(lc, e) ? 0 : e->level_told;
}

static int64_t
level_due_ms(const struct lc *lc, const struct lc_entry *e)
{
	if (level_falls(lc, e) || level(e) > e->level_told)
		return 0;
	return level(e) == 0 && e->level_told > 0 ?
	    lc->settled_ms - lc_boot_ms(lc) : NEVER;
}

/* ---- Mandatory features ---------------------------------------------- */

static int64_t
feature_due_s(const struct lc *lc, const struct lc_use *use)
{
	int64_t next;

	bool silent = use->complained == LC_NO_TIME;

	if (!use->mandatory)
		return NEVER;
	if (lc_use_served(lc, use))
		return silent ? NEVER : 0;	/* to take the mark away */
	if (silent)
		return 0;
	next = use->complained + DAY - lc_now(lc);
	return next > 0 ? next : 0;
}

/* ---- Telling --------------------------------------------------------- */

static enum lc_err
mark_write(struct lc *lc, uint32_t device, const char *about,
    enum lc_event_kind kind, int64_t value)
{
	return lc_db_run(lc->db, "INSERT INTO mark (udi, about, kind, value)"
	    " VALUES (?, ?, ?, ?) ON CONFLICT (udi, about, kind)"
	    " DO UPDATE SET value = excluded.value", "ssii",
	    lc_model_device(lc->model, device)->udi, about, (int64_t)kind,
	    value);
}

static enum lc_err
track_run(struct lc *lc, struct lc_entry *e, size_t i)
{
	const struct track *t = &tracks[i];
	int64_t reached;
	enum lc_err err;

	if (!t->applies(lc, e))
		return LC_OK;
	reached = instant_reached(lc, t, e, e->marks[i]);
	if (reached == NOT_YET)
		return LC_OK;
	e->reached[i] = reached;
	err = lc_event_tell(lc, t->kind, e->use, e, "");
	return err != LC_OK ? err : mark_write(lc, e->shown.device,
	    e->shown.terms.id, t->kind, reached);
}

/* One mark is for both levels. */
static enum lc_err
level_run(struct lc *lc, struct lc_entry *e)
{
	int known = level_known(lc, e), now = level(e);
	enum lc_err err = LC_OK;

	e->level_reached = now > known ? now : known;
	if (now > known)
		err = lc_event_tell(lc, now == 2 ? LC_EVENT_COUNT_EXCEEDED :
		    LC_EVENT_COUNT_WARNING, e->use, e, "");
	if (err != LC_OK || e->level_reached == e->level_told)
		return err;
	return mark_write(lc, e->shown.device, e->shown.terms.id,
	    LC_EVENT_COUNT_WARNING, e->level_reached);
}

static enum lc_err
license_run(struct lc *lc, struct lc_entry *e)
{
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < LC_NTRACKS; i++)
		e->reached[i] = NOT_YET;
	for (size_t i = 0; i < LC_NTRACKS && err == LC_OK; i++)
		err = track_run(lc, e, i);
	return err != LC_OK ? err : level_run(lc, e);
}

static void
license_told(struct lc_entry *e)
{
	for (size_t i = 0; i < LC_NTRACKS; i++) {
		if (e->reached[i] != NOT_YET)
			e->marks[i] = e->reached[i];
	}
	e->level_told = e->level_reached;
	e->level_fell = false;
}

/* ---- Marks of features ----------------------------------------------- */

/* A license's identity has no blank in it: these names are apart. */
static enum lc_err
feature_key(const struct lc_use *use, char **key)
{
	return asprintf(key, "feature %s %s", use->feature,
	    use->version) < 0 ? LC_ENOMEM : LC_OK;
}

static enum lc_err
feature_mark(struct lc *lc, const struct lc_use *use, int64_t value)
{
	enum lc_err err;
	char *key;

	if ((err = feature_key(use, &key)) != LC_OK)
		return err;
	err = mark_write(lc, use->device, key, LC_EVENT_NOT_ENFORCED, value);
	free(key);
	return err;
}

static enum lc_err
feature_run(struct lc *lc, struct lc_use *use)
{
	enum lc_err err;

	use->complaining = use->complained;
	if (!use->mandatory)
		return LC_OK;
	if (lc_use_served(lc, use)) {
		use->complaining = LC_NO_TIME;
		return use->complained == LC_NO_TIME ? LC_OK :
		    feature_mark(lc, use, LC_NO_TIME);
	}
	if (feature_due_s(lc, use) > 0)
		return LC_OK;
	use->complaining = lc_now(lc);
	err = lc_event_tell(lc, LC_EVENT_NOT_ENFORCED, use, NULL, "");
	return err != LC_OK ? err : feature_mark(lc, use, use->complaining);
}

/* A time that there is, or none: marks are not sealed. */
static int64_t
mark_read(struct lc_rows *rows, int column)
{
	const int64_t most = INT64_C(1) << 40;
	int64_t mark = lc_db_int(rows, column);

	return mark > -most && mark < most ? mark : NOT_YET;
}

static int
level_read(struct lc_rows *rows, int column)
{
	int64_t told = lc_db_int(rows, column);

	return told >= 0 && told <= 2 ? (int)told : 0;
}

enum lc_err
lc_schedule_feature(struct lc *lc, const char *udi, struct lc_use *use)
{
	struct lc_rows *rows;
	enum lc_err err;
	char *key;

	if ((err = feature_key(use, &key)) != LC_OK)
		return err;
	use->complained = LC_NO_TIME;
	err = lc_db_query(lc->db, &rows, "SELECT value FROM mark WHERE udi = ?"
	    " AND about = ?", "ss", udi, key);
	if (err == LC_OK && (err = lc_db_next(lc->db, rows)) == LC_OK) {
		use->complained = mark_read(rows, 0);	/* LC_NO_TIME: none */
		lc_db_stop(rows);
	}
	free(key);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

/* ---- All of it ------------------------------------------------------- */

void
lc_schedule_begin(struct lc *lc)
{
	lc->settled_ms = lc_boot_ms(lc) + SETTLE_MS;
}

enum lc_err
lc_schedule_load(struct lc *lc, const char *udi, struct lc_entry *e)
{
	struct lc_rows *rows;
	enum lc_err err;

	for (size_t i = 0; i < LC_NTRACKS; i++)
		e->marks[i] = NOT_YET;
	err = lc_db_query(lc->db, &rows, "SELECT kind, value FROM mark"
	    " WHERE udi = ? AND about = ?", "ss", udi, e->shown.terms.id);
	if (err != LC_OK)
		return err;
	while ((err = lc_db_next(lc->db, rows)) == LC_OK) {
		for (size_t i = 0; i < LC_NTRACKS; i++) {
			if ((int64_t)tracks[i].kind == lc_db_int(rows, 0))
				e->marks[i] = mark_read(rows, 1);
		}
		if (lc_db_int(rows, 0) == LC_EVENT_COUNT_WARNING)
			e->level_told = level_read(rows, 1);
		e->level_loaded = true;
	}
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static int64_t
license_due_ms(const struct lc *lc, const struct lc_entry *e)
{
	int64_t due = level_due_ms(lc, e);

	for (size_t i = 0; i < LC_NTRACKS && due > 0; i++) {
		int64_t ms;

		if (!tracks[i].applies(lc, e))
			continue;
		ms = track_due_ms(lc, &tracks[i], e, e->marks[i]);
		due = ms < due ? ms : due;
	}
	return due;
}

int64_t
lc_schedule_due_ms(const struct lc *lc)
{
	const struct lc_model *m = lc->model;
	int64_t due = NEVER;

	for (size_t i = 0; i < m->nlicenses && due > 0; i++) {
		int64_t ms = license_due_ms(lc, lc_entry_of(m->licenses[i]));

		due = ms < due ? ms : due;
	}
	for (size_t i = 0; i < lc->nuses && due > 0; i++) {
		int64_t s = feature_due_s(lc, lc->uses[i]);

		due = s != NEVER && s * 1000 < due ? s * 1000 : due;
	}
	return due;
}

enum lc_err
lc_schedule_forget(struct lc *lc)
{
	enum lc_err err = lc_db_run(lc->db, "DELETE FROM mark WHERE kind = ?",
	    "i", (int64_t)LC_EVENT_NOT_ENFORCED);

	for (size_t i = 0; i < LC_NTRACKS && err == LC_OK; i++) {
		if (!tracks[i].by_use)
			err = lc_db_run(lc->db, "DELETE FROM mark WHERE kind ="
			    " ?", "i", (int64_t)tracks[i].kind);
	}
	return err;
}

void
lc_schedule_forgotten(struct lc *lc)
{
	const struct lc_model *m = lc->model;

	for (size_t i = 0; i < m->nlicenses; i++) {
		for (size_t j = 0; j < LC_NTRACKS; j++) {
			if (!tracks[j].by_use)
				lc_entry_of(m->licenses[i])->marks[j] = NOT_YET;
		}
	}
	for (size_t i = 0; i < lc->nuses; i++)
		lc->uses[i]->complained = LC_NO_TIME;
}

enum lc_err
lc_schedule_run(struct lc *lc)
{
	const struct lc_model *m = lc->model;
	enum lc_err err;

	if ((err = lc_change_begin(lc)) != LC_OK)
		return err;
	for (size_t i = 0; i < m->nlicenses && err == LC_OK; i++)
		err = license_run(lc, lc_entry_of(m->licenses[i]));
	for (size_t i = 0; i < lc->nuses && err == LC_OK; i++)
		err = feature_run(lc, lc->uses[i]);
	if (err == LC_OK)
		err = lc_change_commit(lc);
	if (err != LC_OK) {
		lc_change_rollback(lc);
		return err;
	}
	for (size_t i = 0; i < m->nlicenses; i++)
		license_told(lc_entry_of(m->licenses[i]));
	for (size_t i = 0; i < lc->nuses; i++)
		lc->uses[i]->complained = lc->uses[i]->complaining;
	lc_change_publish(lc);
	return LC_OK;
}
