/*
 * schedule.h - what has to be told, and when: warnings, expiry, thresholds.
 *
 * Each kind of event about a license is a row of instants; a mark in the
 * persistence file, written together with the event, says how far along the
 * row it has got.  So nothing is told twice or forgotten, and of several
 * instants that passed at once only the last is told.
 */
#ifndef LC_SCHEDULE_H
#define LC_SCHEDULE_H

#include "licensecore.h"

struct lc_entry;
struct lc_use;

/* When the core is opened, before anything else. */
void lc_schedule_begin(struct lc *);
/* At loading: the license's marks; those of a feature. */
enum lc_err lc_schedule_load(struct lc *, const char *udi, struct lc_entry *);
enum lc_err lc_schedule_feature(struct lc *, const char *udi, struct lc_use *);

/*
 * Within a transaction, and in memory after it: no calendar has been told
 * about.  What is due then is told again.
 */
enum lc_err lc_schedule_forget(struct lc *);
void lc_schedule_forgotten(struct lc *);

/* Tells what came due of all licenses and mandatory features. */
enum lc_err lc_schedule_run(struct lc *);

/*
 * Milliseconds until lc_schedule_run has something to tell, 0 if it has now,
 * INT64_MAX if nothing is in sight.
 */
int64_t lc_schedule_due_ms(const struct lc *);

/*
 * Looks how much of its count is used: 80 %, or all of it.  Memory alone; call
 * it when the count in use has changed.
 */
void lc_schedule_count(struct lc *, struct lc_entry *);

#endif
