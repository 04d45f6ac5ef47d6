/* usage.h - how long licenses have been in use, on disk: rules/meter.h. */
#ifndef LC_USAGE_H
#define LC_USAGE_H

#include "rules/model.h"
#include "state.h"

/* At loading: what was recorded of this license; the terms are its copy's. */
enum lc_err lc_usage_load(struct lc_state *, const struct lc_entry *);

/* Within a change: records this one; and in memory after it. */
enum lc_err lc_usage_write(struct lc_state *, const struct lc_identity *);
void lc_usage_written(struct lc_identity *);
/* Records what ran since; a change of its own. */
enum lc_err lc_usage_flush(struct lc_state *, struct lc_identities *);
/*
 * Turns spent licenses that have a successor into that, notes when the others
 * expired, and records it; a change of its own.  *any: licenses have to be
 * selected anew.
 */
enum lc_err lc_usage_end(struct lc_state *, struct lc_identities *, bool *any);

/*
 * Are all records of use as they were written, of licenses that were cleared
 * too?  Tells of each that is not.
 */
enum lc_err lc_usage_check(struct lc_state *, void (*altered)(void *arg,
    const char *udi, const char *id), void *arg);
/*
 * At opening, within a transaction: takes rows of the persistence file's copy
 * that say of more use, if their seals hold.
 */
enum lc_err lc_usage_catch_up(struct lc_state *);

#endif
