/* change.c - a change and the events that tell of it, as one. */
#include "change.h"

#include "rules/clock.h"
#include "ops/core.h"
#include "db.h"

enum lc_err
lc_change_begin(struct lc *lc)
{
	lc->pending.n = 0;
	return lc_db_begin(lc->db);
}

enum lc_err
lc_change_commit(struct lc *lc)
{
	enum lc_err err = lc_clock_record(lc);

	if (err == LC_OK)
		err = lc_db_commit(lc->db);
	if (err == LC_OK)
		lc->time.serial++;
	else
		lc_change_rollback(lc);
	return err;
}

void
lc_change_rollback(struct lc *lc)
{
	lc_db_rollback(lc->db);
	lc->pending.n = 0;
}

void
lc_change_publish(struct lc *lc)
{
	for (size_t i = 0; i < lc->pending.n; i++) {
		if (lc->event != NULL)
			lc->event(lc->arg, &lc->pending.list[i]);
	}
	lc->pending.n = 0;
}
