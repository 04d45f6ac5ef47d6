/* old_state.h - state directories of earlier versions. */
#ifndef OLD_STATE_H
#define OLD_STATE_H

#include "device.h"

/* Somebody with an editor for databases; ends the test on failure. */
void state_edit(const struct device *, const char *file, const char *sql);

void state_edit_at(const char *path, const char *sql);
/* The same for the persistence file and its copy alike. */
void state_edit_both(const struct device *, const char *sql);
/* Rows of the persistence file as they were in that older one. */
void state_put_back(const struct device *, const char *file, const char *table,
    const char *where);

/*
 * Closes the core and makes its persistence file one of version 1, as it would
 * have been: without seals but those of the history and of use, and without a
 * copy.
 */
void old_state(struct device *);

#endif
