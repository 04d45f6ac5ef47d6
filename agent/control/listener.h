/*
 * listener.h - a Unix socket at a path, and those who connect to it.
 *
 * A lock file beside the socket says who serves it.  Everybody may connect:
 * what they may do is decided afterwards.
 */
#ifndef AGENT_CONTROL_LISTENER_H
#define AGENT_CONTROL_LISTENER_H

#include "loop.h"

struct listener;

#define LISTENER_ERROR_MAX 384

/*
 * Listens until it is closed; accepted is called with each connection, a
 * descriptor that does not block and is the callee's.  The folder of the path
 * is made if only it is missing.  NULL: `why` is one sentence.
 */
struct listener *listener_open(struct loop *, const char *path,
    void (*accepted)(void *arg, int fd), void *arg,
    char why[LISTENER_ERROR_MAX]);
void listener_close(struct listener *); /* NULL is fine */

const char *listener_path(const struct listener *);

#endif
