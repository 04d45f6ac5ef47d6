/*
 * select.h - which licenses a feature uses, and in what state the others are.
 *
 * The licenses of a feature that can be used now (begun, not expired, their
 * agreement accepted) are ranked: by the operator's priority, by what kind
 * they are, by count, by end.  If the first one is exclusive it serves alone,
 * else all additive ones together.  The others are superseded: they become
 * inactive, and come back when those that serve are gone.
 */
#ifndef LC_SELECT_H
#define LC_SELECT_H

#include "clock.h"
#include "model.h"

struct lc_use;

/*
 * Does the feature lose nothing when this license ends: will it allow as many
 * as just before, by licenses of the same class or a better one?  A trial, or
 * what bridges a gap, does not take the place of what was bought; nor does a
 * subscription that ends no later, or is in its extension days.
 * begun_by: the end; at: the time to judge by, that end or, if nobody knows
 * when it comes, now.
 */
bool lc_select_is_renewed(const struct lc_model *, const struct lc_entry *,
    int64_t begun_by, struct lc_instant at);

/* Selects for every feature, and works out what its leases draw on. */
void lc_select(struct lc_model *, struct lc_instant);
/* Selects for one feature alone, whose licenses are the same as before. */
void lc_select_use(struct lc_model *, struct lc_use *, struct lc_instant);

#endif
