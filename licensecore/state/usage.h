/*
 * usage.h - how long licenses have been in use, on disk: rules/meter.h.
 *
 * What meters that run have reached is written into the record (running.h)
 * once for each flush interval; with a change it is folded into the rows.
 */
#ifndef LC_USAGE_H
#define LC_USAGE_H

#include "rules/model.h"
#include "state.h"

/*
 * At opening, after the rows were loaded: what the record says more than
 * these.  If it was not folded, the process did not end well, and what may
 * have passed since is charged, at most flush_ms.
 */
enum lc_err lc_usage_open(struct lc_state *, int64_t flush_ms);

/* At loading: what was recorded of this license; the terms are its copy's. */
void lc_usage_load(struct lc_state *, const struct lc_entry *);

/* Within a change: records this one; and in memory after it. */
enum lc_err lc_usage_write(struct lc_state *, const struct lc_identity *);
void lc_usage_written(struct lc_identity *);
/* Records what ran since in the rows; a change of its own. */
enum lc_err lc_usage_fold(struct lc_state *, struct lc_identities *);
/*
 * At closing: the same if anything ran, or if a minute has passed since the
 * time was recorded; who only looks writes nothing.
 */
enum lc_err lc_usage_close(struct lc_state *, struct lc_identities *);
/* At opening: the same, if anything is to be recorded. */
enum lc_err lc_usage_settle(struct lc_state *, struct lc_identities *);
/*
 * The same in the record if that will do.  It carries the time as well: with
 * time, it is written for that alone.
 */
enum lc_err lc_usage_flush(struct lc_state *, struct lc_identities *,
    bool time);
/*
 * A meter was started: writes the record if it does not say so yet and the
 * meter is one that ends a license.
 */
enum lc_err lc_usage_started(struct lc_state *, const struct lc_model *,
    const struct lc_use *, struct lc_detail *);
/*
 * Turns spent licenses that have a successor into that, notes when the others
 * expired, and records it; a change of its own.  *any: licenses have to
 * be selected anew.
 */
enum lc_err lc_usage_end(struct lc_state *, struct lc_identities *, bool *any);

#endif
