/*
 * The folder agent/ is licagentd.  Its own files are the top floor: the options
 * and the process (main), the parts put together (daemon), the user that they
 * run as (user), the configuration of all parts (conf).  Each may use those
 * named after it and every folder below: mib/ and control/, which do not know
 * each other, then callhome/, jobs/, snmp/, the folder daemon/ of the tree and
 * the core's public header.
 *
 * daemon.h - licagentd, put together.
 */
#ifndef AGENT_DAEMON_H
#define AGENT_DAEMON_H

#include <stdbool.h>

#include "conf.h"

struct daemon;

/*
 * Opens the state and everything else but the master, which comes when it
 * comes.  Takes the configuration over, also on failure, which is logged;
 * *stopped: it is none, SIGTERM or SIGINT came while the state was loaded.
 * path: where to read it again on SIGHUP; borrowed.
 */
struct daemon *daemon_open(const char *path, struct conf *, bool *stopped);
void daemon_close(struct daemon *); /* NULL is fine */

/* Until SIGTERM or SIGINT; false: it cannot go on, which is logged. */
bool daemon_run(struct daemon *);

#endif
