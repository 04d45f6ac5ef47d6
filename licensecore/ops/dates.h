/* dates.h - what the issue dates of licenses show of the time. */
#ifndef LC_DATES_H
#define LC_DATES_H

#include "lc.h"

/* The latest issue date of licenses that are installed; 0: there are none. */
int64_t lc_dates_latest(const struct lc_model *);

/*
 * The time is at least the latest issue date that has come (rules/clock.h).
 * Licenses whose date has not are told, once: they stay installed, and those
 * that end by the calendar do not serve until the clock was set.
 */
void lc_dates_learn(struct lc *);

/* May one of this issue date be installed?  LC_EFUTURE. */
enum lc_err lc_dates_judge(const struct lc *, const struct lc_terms *,
    struct lc_detail *);

#endif
