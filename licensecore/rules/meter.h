/*
 * meter.h - how long licenses have been in use.
 *
 * A license's meter runs on boot time while a lease draws on it.
 */
#ifndef LC_METER_H
#define LC_METER_H

#include "clock.h"
#include "model.h"

/* Starts or stops it; true if it did the other before. */
bool lc_meter_run(struct lc_identity *, bool run, struct lc_instant);

int64_t lc_meter_used_ms(const struct lc_identity *, struct lc_instant);
int64_t lc_meter_period_ms(const struct lc_entry *);
/* Has a metered license used its period up? */
bool lc_meter_is_spent(const struct lc_entry *, struct lc_instant);
/* It has, and this was not noted yet; when it did: whoever asks may be late. */
bool lc_meter_ends(const struct lc_entry *, struct lc_instant);
int64_t lc_meter_ended_at(const struct lc_entry *, struct lc_instant);

/* Does any meter run, or show what is not recorded yet? */
bool lc_meter_any(const struct lc_identities *);
/* Milliseconds until a license that is in use is spent; INT64_MAX: none. */
int64_t lc_meter_due_ms(const struct lc_model *, struct lc_instant);

/* Does it become one of another type when its period is used up? */
bool lc_entry_has_successor(const struct lc_entry *);
/* In memory, once it was recorded: it does, or it expires. */
void lc_meter_end(struct lc_identity *);
/*
 * What ended while the clock was far ahead did so by now, once that is taken
 * back: otherwise it would be ahead of us for as long.
 */
void lc_meter_not_after(struct lc_identity *, int64_t now);

/* Is its calendar over, or its period used up? */
bool lc_entry_is_expired(const struct lc_entry *, struct lc_instant);

#endif
