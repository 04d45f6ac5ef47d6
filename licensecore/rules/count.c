/* count.c - how much of a license's count is used. */
#include "count.h"

/* In 64 bits. */
int
lc_count_level(const struct lc_entry *e)
{
	uint64_t used = e->in_use, count = e->public.terms.count;

	if (!e->public.terms.counted || used * 5 < count * 4)
		return 0;
	return used < count ? 1 : 2;
}

/*
 * That nothing is used at first after an opening does not count: whoever used
 * it comes back.
 */
static bool
falls(const struct lc_entry *e, bool settled)
{
	return e->identity->level_fell || (lc_count_level(e) == 0 &&
	    e->identity->level_reported > 0 && (!e->identity->level_loaded || settled));
}

int
lc_count_known(const struct lc_entry *e, bool settled)
{
	return falls(e, settled) ? 0 : e->identity->level_reported;
}

bool
lc_count_changed(struct lc_entry *e, bool settled)
{
	if (lc_count_level(e) > 0)
		e->identity->level_loaded = false;
	e->identity->level_fell = falls(e, settled);
	return e->identity->level_fell || lc_count_level(e) > e->identity->level_reported;
}

int64_t
lc_count_due_ms(const struct lc_entry *e, int64_t left_ms)
{
	int level = lc_count_level(e);

	if (falls(e, left_ms <= 0) || level > e->identity->level_reported)
		return 0;
	return level == 0 && e->identity->level_reported > 0 ? left_ms : INT64_MAX;
}
