/*
 * copy.h - the persistence file and its copy.
 *
 * Everything that cannot be had again stands in two files, changed by the same
 * commits: losing one of them, or finding one damaged or put back from an older
 * state, loses nothing.  Stores' mirrors and events that wait are only in the
 * first.
 */
#ifndef LC_COPY_H
#define LC_COPY_H

#include "state.h"

/*
 * Opens the persistence file (st->db) and its copy, making what is missing.
 * The one that is whole and has come further counts; the other is made again
 * from it, which is told and recorded.  LC_EDAMAGED: neither is whole.
 */
enum lc_err lc_copy_open(struct lc_state *, struct lc_detail *);

/* LC_EDAMAGED: they differ, or the copy does not hold together. */
enum lc_err lc_copy_check(struct lc_state *, struct lc_detail *);

#endif
