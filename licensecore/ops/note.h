/* note.h - records of the history about a license. */
#ifndef LC_NOTE_H
#define LC_NOTE_H

#include "lc.h"

/* Within a change: what was done to a license, and who asked for it. */
enum lc_err lc_note(struct lc *, const char *what, const struct lc_entry *,
    const char *by);

#endif
