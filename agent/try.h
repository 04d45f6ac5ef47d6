/*
 * try.h - would the daemon start? (option -t)
 */
#ifndef AGENT_TRY_H
#define AGENT_TRY_H

#include <stdbool.h>

#include "conf.h"

/*
 * Opens a copy of the state as a start would, with the keys and the license
 * files where they are, and logs what a start would say.  Changes nothing and
 * takes no lock, so it can be done beside a daemon that runs.  False: the
 * daemon would not start, or it cannot be told, and the log says why.
 */
bool try_state(const struct conf *);

/*
 * Reads the configuration of the SNMP agent, if the daemon is one; its ports
 * are not tried.  False: the log says why it would not start.
 */
bool try_snmp(const struct conf *);

#endif
