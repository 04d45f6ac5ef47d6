/*
 * change.h - a change to durable state and the events that tell of it, as one.
 *
 *	if ((err = lc_change_begin(st)) == LC_OK &&
 *	    (err = ...) == LC_OK)	database work, lc_change_tell
 *		err = ...;
 *	err = lc_change_end(st, err);
 *
 * Memory is changed between a successful end and lc_change_publish, by steps
 * that cannot fail.
 */
#ifndef LC_CHANGE_H
#define LC_CHANGE_H

#include "state.h"

enum lc_err lc_change_begin(struct lc_state *);
/*
 * Rolls back a change that is paused, and publishes what was committed: before
 * a change, and before what the events borrow goes.
 */
void lc_change_clear(struct lc_state *);
/*
 * The same for a change that nothing told before borrows from: what is left of
 * that need not be published first.
 */
enum lc_err lc_change_begin_beside(struct lc_state *);
/*
 * Commits; if err says that something failed, even beginning, rolls back and
 * gives err.  A commit that fails is rolled back.
 */
enum lc_err lc_change_end(struct lc_state *, enum lc_err err);

/*
 * Leaves the change open until lc_change_resume, so that other things can be
 * done meanwhile.  Whatever of these needs the state rolls the change back.
 */
void lc_change_pause(struct lc_state *);
/* False: it was rolled back, and is over. */
bool lc_change_resume(struct lc_state *);
void lc_change_drop(struct lc_state *);	/* rolls it back */
/*
 * Pauses a long change before its end, while a thread waits for the disk, so
 * that the end need not.  It may be resumed, or dropped, before that is over,
 * and waits then.
 */
void lc_change_flush(struct lc_state *);
bool lc_change_is_flushing(const struct lc_state *);

/* Within a change: an event, with the strings behind it borrowed until it is
   published.  LC_ENOMEM. */
enum lc_err lc_change_tell(struct lc_state *, const struct lc_event *);
/* Calls the host's event callback for what was told and committed. */
void lc_change_publish(struct lc_state *);
/* The same for the next n.  True: that was all. */
bool lc_change_publish_some(struct lc_state *, size_t n);

#endif
