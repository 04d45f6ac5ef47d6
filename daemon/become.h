/* become.h - a daemon that was started as root becomes another user. */
#ifndef DAEMON_BECOME_H
#define DAEMON_BECOME_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * For good: with the user's groups, without a way back, and with no new
 * privileges by programs it runs.  False: the log says why; then the process
 * must end.
 */
bool become(const char *user, uid_t, gid_t);

/*
 * The same, but the process may still listen at ports below 1024, until it
 * gives that up.
 */
bool become_with_ports(const char *user, uid_t, gid_t);
void become_without_ports(void);

#endif
