/*
 * clock.h - the time that licenses go by.
 *
 * Wall time never runs backwards: when the clock is set back, it goes on from
 * where it was by boot time, and across a restart from the time recorded last,
 * so that setting the clock back revives nothing and stops nothing.
 *
 * A clock that is set far ahead would end subscriptions for good, whoever sets
 * it right again.  So the time by boot time from before such a step is kept as
 * well, until the step has stood for 30 days of running; until then the
 * operator can take it back to that (lc_clock_reset), and no further.
 */
#ifndef LC_CLOCK_H
#define LC_CLOCK_H

#include "licensecore.h"

int64_t lc_now(const struct lc *);	/* seconds since 1970, never backwards */
int64_t lc_boot_ms(const struct lc *);	/* milliseconds; suspend counts */

/* At opening: the highest time recorded so far. */
enum lc_err lc_clock_load(struct lc *);
/* Within a transaction: records the time. */
enum lc_err lc_clock_record(struct lc *);
/*
 * Looks whether the clock was set since the last look, and if so notes it in
 * the history: when it was set back, once until it has caught up again.  Out
 * of a transaction.
 */
enum lc_err lc_clock_watch(struct lc *);

#endif
