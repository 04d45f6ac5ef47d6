/*
 * user.h - the user that the daemon runs as (key "user").
 */
#ifndef AGENT_USER_H
#define AGENT_USER_H

#include <stdbool.h>

#include "conf.h"

/*
 * Changes a daemon that was started as root to the configured user, for good,
 * and checks that what it needs is still within reach.  Without the key, root
 * stays root and a warning is logged.  path: the configuration's.  False: it
 * must not start, and the log says why.
 */
bool user_change(const struct conf *, const char *path);

/*
 * The same for a trial (try.h): it makes nothing, warns of nothing, and checks
 * without the key, too, for the user that this process has.
 */
bool user_try(const struct conf *, const char *path);

/* A running daemon has the user that this configuration wants? */
bool user_is_current(const struct conf *);

#endif
