/* select.c - which licenses a feature uses. */
#include "select.h"

#include <stdlib.h>
#include <string.h>

#include "format/type.h"
#include "meter.h"
#include "use.h"

/* ---- Time ------------------------------------------------------------ */

static bool
begun(const struct lc_terms *t, int64_t now)
{
	return t->start == LC_NO_TIME || t->start <= now;
}

/* The clock is behind: nobody can tell when a subscription is over. */
static bool
dated(const struct lc_terms *t, int64_t now)
{
	return !lc_type_subscription(t->type) ||
	       lc_time_has_come(t->issued, now);
}

/*
 * Can it be used, once it has begun?  One that is spent and has a successor is
 * about to become that.
 */
static bool
ready(const struct lc_entry *e, struct lc_instant at)
{
	const struct lc_license *l = &e->public;

	return lc_entry_is_first(e) && l->eula_accepted &&
	       dated(&l->terms, at.now) && !lc_entry_is_expired(e, at) &&
	       (lc_entry_has_successor(e) ||
	       !lc_meter_is_spent(e, at));
}

static bool
usable(const struct lc_entry *e, struct lc_instant at)
{
	return begun(&e->public.terms, at.now) && ready(e, at);
}

/* ---- Rank ------------------------------------------------------------ */

static int
class_of(const struct lc_license *l)
{
	return (int)lc_type_rules(l->terms.type)->class;
}

/* Licenses of one feature stand together, in an order that stays. */
static int
feature_order(const struct lc_license *a, const struct lc_license *b)
{
	int by = (a->device > b->device) - (a->device < b->device);

	if (by == 0)
		by = strcmp(a->terms.feature, b->terms.feature);
	return by != 0 ? by : strcmp(a->terms.version, b->terms.version);
}

static int
rank_order(const struct lc_license *a, const struct lc_license *b)
{
	int by = (int)b->priority - (int)a->priority;

	if (by == 0)
		by = class_of(a) - class_of(b);
	if (by == 0)	/* uncounted is the largest count */
		by = (a->terms.count < b->terms.count) -
		    (a->terms.count > b->terms.count);
	if (by == 0)
		by = (lc_terms_over(&a->terms) < lc_terms_over(&b->terms)) -
		    (lc_terms_over(&a->terms) > lc_terms_over(&b->terms));
	if (by == 0)
		by = (a->index > b->index) - (a->index < b->index);
	return by;
}

static int
order(const void *a, const void *b)
{
	const struct lc_license *const *x = a, *const *y = b;
	int by = feature_order(*x, *y);

	return by != 0 ? by : rank_order(*x, *y);
}

/* ---- Judging --------------------------------------------------------- */

/*
 * What expired while leases draw on it stays with them, if nothing else can
 * serve (clmgmtLicenseStatus expiredInUse), until the last one is released.
 */
static bool
stays(const struct lc_use *use, const struct lc_entry *e, struct lc_instant at)
{
	return lc_entry_is_first(e) && e->identity->serving &&
	       lc_use_wanted(use) && lc_entry_is_expired(e, at);
}

static bool
serves(const struct lc_use *use, const struct lc_entry *first,
    const struct lc_entry *e, struct lc_instant at)
{
	if (first == NULL)
		return stays(use, e, at);
	return e == first || (first->public.terms.additive &&
	    e->public.terms.additive && usable(e, at));
}

void
lc_select_use(struct lc_model *m, struct lc_use *use, struct lc_instant at)
{
	struct lc_license **list = m->by_feature + use->first;
	const struct lc_entry *first = NULL;

	use->span = use->n;
	for (size_t i = 0; i < use->n && first == NULL; i++) {
		if (usable(lc_entry_of(list[i]), at))
			first = lc_entry_of(list[i]);
	}
	for (size_t i = 0; i < use->n; i++) {
		struct lc_entry *e = lc_entry_of(list[i]);

		e->serving = serves(use, first, e, at);
		e->superseded = !e->serving &&
		    (first != NULL || !lc_entry_is_first(e));
		if (!lc_entry_is_first(e))
			continue;
		e->identity->displaced = e->identity->serving &&
		    e->superseded && !lc_entry_is_expired(e, at);
		e->identity->serving = e->serving;
	}
}

/* ---- Renewals -------------------------------------------------------- */

/* Would it stand beside this one, or in its place, by then? */
static bool
stands_in(const struct lc_entry *e, const struct lc_entry *other,
    int64_t begun_by, struct lc_instant at)
{
	const struct lc_terms *t = &other->public.terms;

	if (other == e)
		return true;
	return class_of(&other->public) <= class_of(&e->public) &&
	       begun(t, begun_by) && ready(other, at) &&
	       (t->end == LC_NO_TIME || t->end > at.now);
}

/* How many these allow, with e or without it; UINT64_MAX: any number. */
static uint64_t
supply_by(const struct lc_model *m, const struct lc_entry *e, bool with_it,
    int64_t begun_by, struct lc_instant at)
{
	const struct lc_terms *first = NULL;
	uint64_t sum = 0;

	for (size_t i = 0; i < e->use->n; i++) {
		const struct lc_entry *other = lc_use_entry(m, e->use, i);
		const struct lc_terms *t = &other->public.terms;

		if ((other == e && !with_it) ||
		    !stands_in(e, other, begun_by, at))
			continue;
		if (first != NULL && !t->additive)
			continue;
		if (!t->counted)
			return UINT64_MAX;
		sum += t->count;
		if (first == NULL && !t->additive)
			return sum;
		first = t;
	}
	return sum;
}

bool
lc_select_is_renewed(const struct lc_model *m, const struct lc_entry *e,
    int64_t begun_by, struct lc_instant at)
{
	struct lc_instant before = { at.now - 1, at.boot_ms };
	uint64_t after = supply_by(m, e, false, begun_by, at);

	return after > 0 &&
	       after >= supply_by(m, e, true, begun_by - 1, before);
}

/* ---- Selecting ------------------------------------------------------- */

static void
until(struct lc_model *m, int64_t when, int64_t now)
{
	if (when > now && when < m->selected_until)
		m->selected_until = when;
}

/*
 * Finds the copies of each license, in the order of the stores.  A license that
 * is in no store any more is not used.
 */
static void
copies_find(struct lc_model *m, struct lc_instant at)
{
	struct lc_identities *all = m->identities;

	for (size_t i = 0; i < all->n; i++)
		all->list[i]->first = NULL;
	for (size_t i = m->nlicenses; i > 0; i--) {
		struct lc_entry *e = lc_entry_of(m->licenses[i - 1]);

		e->next = e->identity->first;
		e->identity->first = e;
		e->identity->store = e->public.store;
	}
	for (size_t i = 0; i < all->n; i++) {
		if (all->list[i]->first != NULL)
			continue;
		all->list[i]->serving = all->list[i]->displaced = false;
		(void)lc_meter_run(all->list[i], false, at);
	}
}

/* Gives each use its run of by_feature. */
static void
group(struct lc_model *m, int64_t now)
{
	for (size_t i = 0; i < m->uses->n; i++)
		m->uses->list[i]->n = 0;
	for (size_t i = 0; i < m->nlicenses; i++) {
		const struct lc_entry *e = lc_entry_of(m->by_feature[i]);

		if (e->use->n++ == 0)
			e->use->first = i;
		until(m, e->public.terms.start, now);
		until(m, e->public.terms.end, now);	/* the extension */
		until(m, lc_terms_over(&e->public.terms), now);
		until(m, e->public.terms.issued - LC_ISSUE_AHEAD_S, now);
	}
}

/* Most often they are in order already. */
static void
sort(struct lc_license **list, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		if (order(&list[i - 1], &list[i]) > 0) {
			qsort(list, n, sizeof *list, order);
			return;
		}
	}
}

void
lc_select(struct lc_model *m, struct lc_instant at)
{
	m->selected_until = INT64_MAX;
	copies_find(m, at);
	sort(m->by_feature, m->nlicenses);
	group(m, at.now);
	for (size_t i = 0; i < m->uses->n; i++) {
		struct lc_use *use = m->uses->list[i];
		bool served;

		lc_select_use(m, use, at);
		use->supply_before = use->supply;
		use->supply = lc_use_supply(m, use, at, &served);
		(void)lc_use_update(m, use, at);
	}
}
