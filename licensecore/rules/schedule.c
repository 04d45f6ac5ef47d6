/* schedule.c - what has to be reported, and when. */
#include "schedule.h"

#include <string.h>

#include "count.h"
#include "format/line.h"
#include "format/type.h"
#include "meter.h"
#include "select.h"
#include "use.h"

#define HOUR INT64_C(3600)
#define DAY (24 * HOUR)
#define WEEK (7 * DAY)
#define NEVER INT64_MAX

/*
 * A track is one row of instants in the life of a license.  Where the license
 * is on it is a time that only goes up: minus what is left before the end, or
 * what has passed since.
 */
struct track {
	enum lc_event_kind kind;
	/* Does it concern the license now? */
	bool (*applies)(const struct lc_model *, const struct lc_entry *,
	    struct lc_instant);
	/* Where it is, milliseconds; and the period before which none count. */
	int64_t (*at_ms)(const struct lc_entry *, struct lc_instant);
	int64_t (*period_s)(const struct lc_entry *);
	/* The first instant after this one (seconds), or NEVER. */
	int64_t (*after)(int64_t instant);
	bool by_use;		/* its time stands still without use */
	/* When it ends, at the earliest, of a warning of that; else NULL. */
	int64_t (*ends)(const struct lc_entry *, struct lc_instant);
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

static bool
is_running_out(const struct lc_model *m, const struct lc_entry *e,
    struct lc_instant at)
{
	(void)m;
	(void)at;
	return lc_type_metered(e->public.terms.type) &&
	       !lc_entry_has_successor(e) && e->serving &&
	       e->identity->meter.expired_at == LC_NO_TIME;
}

static bool
is_expired(const struct lc_model *m, const struct lc_entry *e,
    struct lc_instant at)
{
	return e->identity->meter.expired_at != LC_NO_TIME &&
	       !lc_use_served(m, e->use, at);
}

static bool
becomes_rtu(const struct lc_model *m, const struct lc_entry *e,
    struct lc_instant at)
{
	(void)m;
	(void)at;
	return lc_entry_has_successor(e) && e->serving;
}

static bool
became_rtu(const struct lc_model *m, const struct lc_entry *e,
    struct lc_instant at)
{
	(void)m;
	(void)at;
	return e->public.terms.type != e->issued_type;
}

static bool
is_subscribed(const struct lc_model *m, const struct lc_entry *e,
    struct lc_instant at)
{
	(void)m;
	return lc_type_subscription(e->public.terms.type) && e->serving &&
	       at.now < e->public.terms.end;
}

static bool
is_extended(const struct lc_model *m, const struct lc_entry *e,
    struct lc_instant at)
{
	(void)m;
	return lc_type_subscription(e->public.terms.type) && e->serving &&
	       at.now >= e->public.terms.end &&
	       at.now < lc_terms_over(&e->public.terms);
}

static bool
is_over(const struct lc_model *m, const struct lc_entry *e,
    struct lc_instant at)
{
	return lc_type_subscription(e->public.terms.type) &&
	       at.now >= lc_terms_over(&e->public.terms) &&
	       !lc_use_served(m, e->use, at);
}

static int64_t
to_period_ms(const struct lc_entry *e, struct lc_instant at)
{
	return lc_meter_used_ms(e->identity, at) -
	       (int64_t)e->issued_period_s * 1000;
}

static int64_t
since_expiry_ms(const struct lc_entry *e, struct lc_instant at)
{
	return (at.now - e->identity->meter.expired_at) * 1000;
}

static int64_t
to_end_ms(const struct lc_entry *e, struct lc_instant at)
{
	return (at.now - e->public.terms.end) * 1000;
}

static int64_t
since_over_ms(const struct lc_entry *e, struct lc_instant at)
{
	return (at.now - lc_terms_over(&e->public.terms)) * 1000;
}

/* If it is used all the time. */
static int64_t
period_ends(const struct lc_entry *e, struct lc_instant at)
{
	return at.now + e->issued_period_s -
	       lc_meter_used_ms(e->identity, at) / 1000;
}

static int64_t
subscription_ends(const struct lc_entry *e, struct lc_instant at)
{
	(void)at;
	return e->public.terms.end;
}

static int64_t
extension_ends(const struct lc_entry *e, struct lc_instant at)
{
	(void)at;
	return lc_terms_over(&e->public.terms);
}

static int64_t
metered_period(const struct lc_entry *e)
{
	return e->issued_period_s;
}

/* From when it begins, or from when it was installed. */
static int64_t
calendar_period(const struct lc_entry *e)
{
	const struct lc_terms *t = &e->public.terms;
	int64_t from = t->start != LC_NO_TIME ? t->start :
	    e->public.installed != LC_NO_TIME ? e->public.installed : t->issued;

	return t->end - from;
}

static int64_t
any_period(const struct lc_entry *e)
{
	(void)e;
	return INT64_MAX;
}

static const struct track tracks[LC_NTRACKS] = {
	{ LC_EVENT_EXPIRY_WARNING, is_running_out, to_period_ms, metered_period,
	    metered_after, true, period_ends },
	{ LC_EVENT_EXPIRED, is_expired, since_expiry_ms, any_period,
	    weekly_after, false, NULL },
	{ LC_EVENT_SUBSCRIPTION_WARNING, is_subscribed, to_end_ms,
	    calendar_period, subscription_after, false, subscription_ends },
	{ LC_EVENT_EXTENSION_WARNING, is_extended, to_end_ms, any_period,
	    daily_after, false, extension_ends },
	{ LC_EVENT_SUBSCRIPTION_EXPIRED, is_over, since_over_ms, any_period,
	    daily_after, false, NULL },
	{ LC_EVENT_RTU_WARNING, becomes_rtu, to_period_ms, metered_period,
	    rtu_after, true, NULL },
	{ LC_EVENT_RTU_TRANSITION, became_rtu, to_period_ms, any_period,
	    once_after, true, NULL },
};

/*
 * A warning is for whoever has to act.  If another license takes over, nobody
 * has to; if that is cleared, the last instant that was reached still counts.
 */
static bool
is_needless(const struct track *t, const struct lc_model *m,
    const struct lc_entry *e, struct lc_instant at)
{
	int64_t ends;

	if (t->ends == NULL)
		return false;
	ends = t->ends(e, at);
	if (!t->by_use)
		at.now = ends;
	return lc_select_is_renewed(m, e, ends, at);
}

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

/* The last instant that was reached since the mark, or LC_NOT_YET. */
static int64_t
instant_reached(const struct track *t, const struct lc_entry *e, int64_t mark,
    struct lc_instant at)
{
	int64_t is = floor_s(t->at_ms(e, at)), reached = LC_NOT_YET;
	int64_t next = instant_after(t, e, mark);

	while (next != NEVER && next <= is) {
		reached = next;
		/* Whole rows at once: daily since 1970 would take its time. */
		next = instant_after(t, e, is - 8 * DAY > reached ?
		    is - 8 * DAY : reached);
	}
	return reached;
}

/* Milliseconds until the next instant, 0 if one is waiting. */
static int64_t
track_due_ms(const struct track *t, const struct lc_entry *e, int64_t mark,
    struct lc_instant at)
{
	int64_t at_ms = t->at_ms(e, at);
	int64_t next = instant_after(t, e, mark);

	if (next == NEVER)
		return NEVER;
	if (next * 1000 <= at_ms)
		return 0;
	return t->by_use && e->identity->meter.since_ms < 0 ? NEVER :
	    next * 1000 - at_ms;
}

/* ---- Mandatory features ---------------------------------------------- */

int64_t
lc_complaint_due_s(const struct lc_model *m, const struct lc_use *use,
    struct lc_instant at)
{
	int64_t next;
	bool silent = use->complained == LC_NO_TIME;

	if (!use->mandatory)
		return NEVER;
	if (lc_use_served(m, use, at))
		return silent ? NEVER : 0;	/* to take the mark away */
	if (silent)
		return 0;
	next = use->complained + DAY - at.now;
	return next > 0 ? next : 0;
}

/* ---- All of it ------------------------------------------------------- */

enum lc_event_kind
lc_track_kind(size_t track)
{
	return tracks[track].kind;
}

bool
lc_track_is_by_use(size_t track)
{
	return tracks[track].by_use;
}

int64_t
lc_track_reached(const struct lc_model *m, const struct lc_entry *e,
    size_t track, struct lc_instant at)
{
	const struct track *t = &tracks[track];
	int64_t reached;

	if (!t->applies(m, e, at))
		return LC_NOT_YET;
	reached = instant_reached(t, e, lc_identity_mark(e->identity, track), at);
	return reached != LC_NOT_YET && is_needless(t, m, e, at) ? LC_NOT_YET :
	    reached;
}

static int64_t
license_due_ms(const struct lc_model *m, const struct lc_entry *e,
    struct lc_instant at)
{
	int64_t due = lc_count_due_ms(e, m->uses->settled_ms - at.boot_ms);

	for (size_t i = 0; i < LC_NTRACKS && due > 0; i++) {
		int64_t ms;

		if (!tracks[i].applies(m, e, at))
			continue;
		ms = track_due_ms(&tracks[i], e,
		    lc_identity_mark(e->identity, i), at);
		if (ms == 0 && is_needless(&tracks[i], m, e, at))
			continue;
		due = ms < due ? ms : due;
	}
	return due;
}

int64_t
lc_schedule_due_ms(const struct lc_model *m, struct lc_instant at)
{
	int64_t due = NEVER;

	for (size_t i = 0; i < m->nlicenses && due > 0; i++) {
		const struct lc_entry *e = lc_entry_of(m->licenses[i]);
		int64_t ms = lc_entry_is_first(e) ?
		    license_due_ms(m, e, at) : NEVER;

		due = ms < due ? ms : due;
	}
	for (size_t i = 0; i < m->uses->n && due > 0; i++) {
		int64_t s = lc_complaint_due_s(m, m->uses->list[i], at);

		due = s != NEVER && s * 1000 < due ? s * 1000 : due;
	}
	return due;
}
