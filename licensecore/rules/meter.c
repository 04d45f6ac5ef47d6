/* meter.c - how long licenses have been in use. */
#include "meter.h"

#include "format/type.h"

/* ---- Reading --------------------------------------------------------- */

int64_t
lc_meter_used_ms(const struct lc_entry *e, struct lc_instant at)
{
	int64_t ran = e->meter.since_ms >= 0 ?
	    at.boot_ms - e->meter.since_ms : 0;

	return e->meter.used_ms + (ran > 0 ? ran : 0);
}

int64_t
lc_meter_period_ms(const struct lc_entry *e)
{
	return (int64_t)e->public.terms.period_s * 1000;
}

bool
lc_meter_is_spent(const struct lc_entry *e, struct lc_instant at)
{
	return lc_type_metered(e->public.terms.type) &&
	       lc_meter_used_ms(e, at) >= lc_meter_period_ms(e);
}

bool
lc_meter_ends(const struct lc_entry *e, struct lc_instant at)
{
	return e->meter.expired_at == LC_NO_TIME && lc_meter_is_spent(e, at);
}

int64_t
lc_meter_ended_at(const struct lc_entry *e, struct lc_instant at)
{
	return at.now -
	       (lc_meter_used_ms(e, at) - lc_meter_period_ms(e)) / 1000;
}

bool
lc_entry_is_expired(const struct lc_entry *e, struct lc_instant at)
{
	return at.now >= lc_terms_over(&e->public.terms) ||
	       (e->meter.expired_at != LC_NO_TIME &&
	       lc_type_metered(e->public.terms.type));
}

/* ---- Running --------------------------------------------------------- */

bool
lc_meter_run(struct lc_entry *e, bool run, struct lc_instant at)
{
	if (run == (e->meter.since_ms >= 0))
		return false;
	e->meter.used_ms = lc_meter_used_ms(e, at);
	e->meter.since_ms = run ? at.boot_ms : -1;
	e->meter.dirty = true;
	return true;
}

bool
lc_entry_has_successor(const struct lc_entry *e)
{
	return lc_type_rules(e->public.terms.type)->successor != LC_NO_TYPE;
}

void
lc_meter_succeed(struct lc_entry *e)
{
	e->public.terms.type = lc_type_rules(e->public.terms.type)->successor;
	e->public.terms.period_s = 0;
}

void
lc_meter_expire(struct lc_entry *e, int64_t at)
{
	e->meter.expired_at = at;
	e->meter.used_ms = lc_meter_period_ms(e);
	e->meter.since_ms = -1;
}

void
lc_meter_not_after(struct lc_entry *e, int64_t now)
{
	if (e->meter.expired_at == LC_NO_TIME || e->meter.expired_at <= now)
		return;
	e->meter.expired_at = now;
	e->meter.dirty = true;
}

/* ---- All of them ----------------------------------------------------- */

bool
lc_meter_any(const struct lc_model *m)
{
	for (size_t i = 0; i < m->nlicenses; i++) {
		const struct lc_entry *e = lc_entry_of(m->licenses[i]);

		if (e->meter.since_ms >= 0 || e->meter.dirty)
			return true;
	}
	return false;
}

int64_t
lc_meter_due_ms(const struct lc_model *m, struct lc_instant at)
{
	int64_t due = INT64_MAX;

	for (size_t i = 0; i < m->nlicenses; i++) {
		const struct lc_entry *e = lc_entry_of(m->licenses[i]);
		int64_t left;

		if (e->meter.expired_at != LC_NO_TIME ||
		    !lc_type_metered(e->public.terms.type))
			continue;
		left = lc_meter_period_ms(e) - lc_meter_used_ms(e, at);
		if (left > 0 && e->meter.since_ms < 0)
			continue;
		left = left > 0 ? left : 0;
		due = left < due ? left : due;
	}
	return due;
}
