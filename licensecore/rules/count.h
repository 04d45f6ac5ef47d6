/*
 * count.h - how much of a license's count is used: 80 %, or all of it.
 *
 * Each of the two levels is reported once, until the count is below 80 %
 * again.
 */
#ifndef LC_COUNT_H
#define LC_COUNT_H

#include "clock.h"
#include "model.h"

/* 0, 1: 80 %, 2: all. */
int lc_count_level(const struct lc_entry *);
/* The level that needs no report any more. */
int lc_count_known(const struct lc_entry *, bool settled);
/*
 * Notes a change of the count in use; true: something may have to be reported.
 * settled: programs that held leases before the core was opened have come back.
 */
bool lc_count_changed(struct lc_entry *, bool settled);
/*
 * Milliseconds until there is something to report, if left_ms (0: it is) is
 * when it is settled; INT64_MAX: never.
 */
int64_t lc_count_due_ms(const struct lc_entry *, int64_t left_ms);

#endif
