/* missing.h - licenses that a store should have, and has not. */
#ifndef LC_MISSING_H
#define LC_MISSING_H

#include "lc.h"

/*
 * A license is missing if it was in a store, was neither cleared nor revoked,
 * and its line is not there now, or does not verify any more.  Not so in a
 * removable store that is away, and in a built-in one of which each line is as
 * it should be: that is another one.
 */

/*
 * After stores were loaded, out of a change: tells the host of each that is
 * missing; what was not known yet is recorded, and an event.  LC_ENOMEM; that
 * it cannot be recorded is no failure.
 */
enum lc_err lc_missing_look(struct lc *);

/* Calls back with a sentence about each. */
void lc_missing_each(const struct lc *, void (*found)(void *arg,
    const char *text), void *arg);

/* The one with this index, store 0: in whatever store; NULL. */
struct lc_copy *lc_missing_find(const struct lc *, uint32_t device,
    uint32_t store, uint32_t index);

#endif
