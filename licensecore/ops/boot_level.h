/* boot_level.h - the level at which a module shall run from the next opening. */
#ifndef LC_BOOT_LEVEL_H
#define LC_BOOT_LEVEL_H

#include "lc.h"

/* At loading: reads what the operator wants, and gets the levels' uses. */
enum lc_err lc_level_load(struct lc *, struct lc_model *);

#endif
