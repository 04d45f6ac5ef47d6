/*
 * meter.h - how long licenses have been in use.
 *
 * A license's meter runs on boot time while a lease draws on it.  Its reading
 * is kept for the license's identity on the device, whatever becomes of the
 * license, in rows that are sealed: one that was changed or removed without
 * the device's key counts as used up.
 */
#ifndef LC_METER_H
#define LC_METER_H

#include "licensecore.h"

struct lc_entry;
struct lc_model;

/* At loading: what was recorded of this license. */
enum lc_err lc_meter_load(struct lc *, const char *udi, struct lc_entry *);

/* Starts or stops it; cannot fail. */
void lc_meter_run(struct lc *, struct lc_entry *, bool run);

int64_t lc_meter_used_ms(const struct lc *, const struct lc_entry *);
/* Has a metered license used its period up? */
bool lc_meter_spent(const struct lc *, const struct lc_entry *);

/* Within a change: records this one. */
enum lc_err lc_meter_write(struct lc *, struct lc_entry *);
/* Records what ran since; in a transaction of its own. */
enum lc_err lc_meter_flush(struct lc *);
/*
 * Turns evaluation RTU licenses that are spent into RTU ones, notes when the
 * others ran out, and records it.  *changed: licenses have to be selected
 * anew.
 */
enum lc_err lc_meter_expire(struct lc *, bool *changed);
/* Milliseconds until a license that is in use is spent; INT64_MAX: none. */
int64_t lc_meter_due_ms(const struct lc *);
/*
 * Are all records of use as they were written, of licenses that were cleared
 * too?  Tells of each that is not.
 */
enum lc_err lc_meter_check(struct lc *, void (*altered)(void *arg,
    const char *udi, const char *id), void *arg);
/* The clock was: nothing ran out after the time that it is now. */
void lc_meter_taken_back(struct lc *);
/*
 * At opening, within a transaction: takes rows of the persistence file's copy
 * that say of more use, if their seals hold.
 */
enum lc_err lc_meter_catch_up(struct lc *);
/* Does any meter run, or show what is not recorded yet? */
bool lc_meter_any(const struct lc *);

#endif
