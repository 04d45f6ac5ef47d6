/*
 * change.h - a change to durable state and the events that tell of it, as one.
 *
 *	begin; (database work, lc_event_tell)...; commit or rollback
 *
 * Memory is changed between a successful commit and lc_change_publish, by
 * steps that cannot fail.
 */
#ifndef LC_CHANGE_H
#define LC_CHANGE_H

#include "licensecore.h"

enum lc_err lc_change_begin(struct lc *);
enum lc_err lc_change_commit(struct lc *);	/* on failure, rolled back */
void lc_change_rollback(struct lc *);		/* not begun is fine */

/* Calls the host's event callback for what was told and committed. */
void lc_change_publish(struct lc *);

#endif
