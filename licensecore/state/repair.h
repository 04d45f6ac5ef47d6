/* repair.h - after rows were lost: what is left of them must not gain. */
#ifndef LC_REPAIR_H
#define LC_REPAIR_H

#include "state.h"

/*
 * Both state files were damaged, and one was made of what there was
 * (salvage.h).  A change of its own: licenses of which only the history knows
 * get a row that says so, what it says of their end and revocation counts, and
 * the damage is recorded for good.  Without a loss it does nothing.
 */
enum lc_err lc_state_repair(struct lc_state *);

/* The device is not new, but its state is: that is damage, for good. */
enum lc_err lc_state_note_gone(struct lc_state *);

/* Records that a file was made again, if one was; a change of its own. */
enum lc_err lc_state_note_restored(struct lc_state *);

#endif
