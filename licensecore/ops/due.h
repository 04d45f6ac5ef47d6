/* due.h - what time brings: what comes due is done by lc_tick. */
#ifndef LC_DUE_H
#define LC_DUE_H

#include "lc.h"

/* At opening, before anything is loaded: programs have yet to come back. */
void lc_due_begin(struct lc *);

#endif
