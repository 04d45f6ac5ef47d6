/* setup.h - the first person who signs in. */
#ifndef PORTAL_SETUP_H
#define PORTAL_SETUP_H

#include "conf.h"

/*
 * Adds an administrator of the staff, unless there is one of that name, and
 * prints the address at which that person chooses a password.  An exit status.
 */
int setup_run(const struct portal_conf *, const char *name, const char *mail);

#endif
