/* lives_invariants.c - what holds whatever happens: lives.h. */
#include "lives.h"

#include <string.h>

#include "check.h"

/* No more is in use than there is, and no one has less than he took. */
static void
count_invariant(const struct lc_license *l)
{
	if (!l->terms.counted)
		CHECK_UINT(l->count_left, LC_UNCOUNTED);
	else
		CHECK(l->count_left <= l->terms.count);
}

/* Use is never less than it was, and never more than the period. */
static void
use_invariant(const struct lc *lc, struct license *mine,
    const struct lc_license *l)
{
	uint32_t used = lc_license_used_s(lc, l);

	CHECK(used >= mine->least_used);
	mine->least_used = used;
	if (lc_type_metered(l->terms.type))
		CHECK_UINT(lc_license_left_s(lc, l) + used,
		    l->terms.period_s);
}

/* What is over stays over, whatever becomes of it and of the clock. */
static void
end_invariant(const struct lc *lc, struct license *mine,
    const struct lc_license *l)
{
	enum lc_status status = lc_license_status(lc, l);
	bool ended = status == LC_EXPIRED_IN_USE ||
	    status == LC_EXPIRED_NOT_IN_USE;

	CHECK(ended || !mine->ended);
	mine->ended |= ended;
}

/* Who did not accept has no priority, and uses nothing. */
static void
agreement_invariant(const struct lc *lc, const struct lc_license *l)
{
	enum lc_status status = lc_license_status(lc, l);

	CHECK_INT(l->priority == LC_PRIORITY_NONE, !l->eula_accepted);
	if (!l->eula_accepted)
		CHECK(status != LC_IN_USE && status != LC_COUNT_CONSUMED);
}

/* Another copy is the same license, of which nothing is used. */
static void
copy_invariant(const struct lc *lc, const struct lc_license *first,
    const struct lc_license *copy)
{
	enum lc_status status = lc_license_status(lc, copy);

	CHECK(copy->store > first->store && copy->index != first->index);
	CHECK_INT(copy->terms.type, first->terms.type);
	CHECK_INT(copy->eula_accepted, first->eula_accepted);
	CHECK_INT(copy->priority, first->priority);
	CHECK_UINT(lc_license_used_s(lc, copy), lc_license_used_s(lc, first));
	CHECK_UINT(lc_license_left_s(lc, copy), lc_license_left_s(lc, first));
	CHECK_UINT(lc_license_expired_s(lc, copy),
	    lc_license_expired_s(lc, first));
	CHECK(status == LC_INACTIVE || status == LC_EXPIRED_NOT_IN_USE);
	CHECK_UINT(copy->count_left, copy->terms.count);
}

static void
copies_invariant(const struct lc *lc, const struct lc_license *first)
{
	const struct lc_license *const *list;
	size_t n;

	list = lc_licenses(lc, &n);
	for (size_t i = 0; i < n; i++) {
		if (list[i] != first &&
		    strcmp(list[i]->terms.id, first->terms.id) == 0)
			copy_invariant(lc, first, list[i]);
	}
}

void
invariants(const struct device *d, struct model *m)
{
	for (int i = 0; i < NLICENSES; i++) {
		struct license *mine = &m->licenses[i];
		const struct lc_license *l = device_license(d, mine->id);

		if (l == NULL)
			continue;
		count_invariant(l);
		use_invariant(d->lc, mine, l);
		end_invariant(d->lc, mine, l);
		agreement_invariant(d->lc, l);
		copies_invariant(d->lc, l);
	}
}
