/* settings.h - what the operator sets: switches, comments, priorities. */
#ifndef LC_SETTINGS_H
#define LC_SETTINGS_H

#include "lc.h"

/* At opening: the notification switches. */
void lc_switches_load(struct lc *);

#endif
