/* salvage.h - what there still is in two state files that are both damaged. */
#ifndef LC_SALVAGE_H
#define LC_SALVAGE_H

#include "half.h"

/*
 * Makes the first file new from the rows of both whose seals hold, and tells
 * of those that are lost.  Its head says "lost" until whoever knows what rows
 * mean has seen to it (lc_twin_head).
 *
 * Of a row of LC_T_IDENTITY of which only the texts can be read, a row with
 * LC_IDENTITY_LOST is left: that there was such a license takes something from
 * it, and never gives.  Likewise one of LC_T_COPY, with its line if that can be
 * read.  The history keeps what can be read, and is sealed again.
 */
enum lc_err lc_salvage(struct lc_half *halves /* 2 */, struct lc_sealer *,
    int64_t now, void (*notice)(void *arg, enum lc_err, const char *text),
    void *arg);

#endif
