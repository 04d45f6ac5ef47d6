/* request.h - what a line of the control socket asks for. */
#ifndef AGENT_CONTROL_REQUEST_H
#define AGENT_CONTROL_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "client.h"

/* One line, without its end, which may change.  False: what comes next cannot
 * be trusted. */
bool request_run(struct client *, char *line, size_t len);

/* Answers those who asked for a reload.  why: one sentence; NULL: in force. */
void request_reloaded(struct control *, const char *why);

#endif
