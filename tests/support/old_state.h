/* old_state.h - state directories that somebody edited, or of earlier versions.
 */
#ifndef OLD_STATE_H
#define OLD_STATE_H

#include "device.h"

/* Somebody with an editor for databases; ends the test on failure. */
void state_edit(const struct device *, const char *file, const char *sql);

void state_edit_at(const char *path, const char *sql);
/* The same for both state files alike. */
void state_edit_both(const struct device *, const char *sql);
/* Rows of both state files as they were in that older one. */
void state_put_back(const struct device *, const char *file, const char *table,
    const char *where);

/*
 * Closes the core, and puts in the place of its state one as the layout before
 * this one wrote it, with the keys of its own issuer: of device 1, at
 * OLD_STATE_WALL.
 *
 *	cleared	a trial of 1,000 s, 100 s used, cleared; index 1
 *	gone	revoked by permission ticket t1; index 2
 *	trial	a trial of 1,000 s, 400 s used, accepted; index 3
 *	s	an evaluation subscription of phones for 20 days, high priority,
 *		comment "in the cellar"; index 4
 *
 * All agreements are accepted, errors are not notified, module software wants
 * level lite, and six events wait.
 */
#define OLD_STATE_WALL INT64_C(1800605310)
void old_state(struct device *);

#endif
