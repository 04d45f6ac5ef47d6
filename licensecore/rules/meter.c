/* meter.c - how long licenses have been in use. */
#include "meter.h"

#include "format/type.h"

/* ---- Reading --------------------------------------------------------- */

int64_t
lc_meter_used_ms(const struct lc_identity *identity, struct lc_instant at)
{
	int64_t ran = identity->meter.since_ms >= 0 ?
	    at.boot_ms - identity->meter.since_ms : 0;

	return identity->meter.used_ms + (ran > 0 ? ran : 0);
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
	       lc_meter_used_ms(e->identity, at) >= lc_meter_period_ms(e);
}

bool
lc_meter_ends(const struct lc_entry *e, struct lc_instant at)
{
	return e->identity->meter.expired_at == LC_NO_TIME && lc_meter_is_spent(e, at);
}

int64_t
lc_meter_ended_at(const struct lc_entry *e, struct lc_instant at)
{
	return at.now -
	       (lc_meter_used_ms(e->identity, at) - lc_meter_period_ms(e)) / 1000;
}

bool
lc_entry_is_expired(const struct lc_entry *e, struct lc_instant at)
{
	return at.now >= lc_terms_over(&e->public.terms) ||
	       (e->identity->meter.expired_at != LC_NO_TIME &&
	       lc_type_metered(e->public.terms.type));
}

/* ---- Running --------------------------------------------------------- */

bool
lc_meter_run(struct lc_identity *identity, bool run, struct lc_instant at)
{
	if (run == (identity->meter.since_ms >= 0))
		return false;
	identity->meter.used_ms = lc_meter_used_ms(identity, at);
	identity->meter.since_ms = run ? at.boot_ms : -1;
	identity->meter.dirty = true;
	return true;
}

bool
lc_entry_has_successor(const struct lc_entry *e)
{
	return lc_type_rules(e->public.terms.type)->successor != LC_NO_TYPE;
}

void
lc_meter_end(struct lc_identity *identity)
{
	const struct lc_entry *e = identity->first;

	if (lc_entry_has_successor(e)) {
		identity->succeeded = true;
		/* They rank as such now, as they will after a restart. */
		lc_copies_refresh(identity);
		return;
	}
	identity->meter.expired_at = identity->meter.ended_at;
	identity->meter.used_ms = lc_meter_period_ms(e);
	identity->meter.since_ms = -1;
}

void
lc_meter_not_after(struct lc_identity *identity, int64_t now)
{
	if (identity->meter.expired_at == LC_NO_TIME ||
	    identity->meter.expired_at <= now)
		return;
	identity->meter.expired_at = now;
	identity->meter.dirty = true;
}

/* ---- All of them ----------------------------------------------------- */

bool
lc_meter_any(const struct lc_identities *all)
{
	for (size_t i = 0; i < all->n; i++) {
		if (all->list[i]->meter.since_ms >= 0 ||
		    all->list[i]->meter.dirty)
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

		if (!lc_entry_is_first(e) ||
		    e->identity->meter.expired_at != LC_NO_TIME ||
		    !lc_type_metered(e->public.terms.type))
			continue;
		left = lc_meter_period_ms(e) - lc_meter_used_ms(e->identity, at);
		if (left > 0 && e->identity->meter.since_ms < 0)
			continue;
		left = left > 0 ? left : 0;
		due = left < due ? left : due;
	}
	return due;
}
