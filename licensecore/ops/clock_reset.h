/* clock_reset.h - when the clock is set, and set right again. */
#ifndef LC_CLOCK_RESET_H
#define LC_CLOCK_RESET_H

#include "lc.h"

/*
 * Looks whether the clock was set since the last look, and if so notes it in
 * the history: when it was set back, once until it has caught up again.  Out
 * of a transaction.
 */
enum lc_err lc_clock_watch(struct lc *);

#endif
