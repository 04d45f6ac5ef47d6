/*
 * wait.h - check-outs, and those that wait until enough of a feature is left.
 *
 * Each feature has a line, served in order of arrival: whoever comes later,
 * with a check-out that does not wait too, gets nothing of what is left while
 * somebody stands before him.  So small requests never starve a large one.
 * Passed over, and served when it becomes possible, are requests that releases
 * alone cannot satisfy: for more than the licenses allow altogether, and beyond
 * the user's quota.
 *
 * After a start the line is served a little later: whoever held leases before
 * takes them again first.
 */
#ifndef AGENT_CONTROL_WAIT_H
#define AGENT_CONTROL_WAIT_H

#include "call.h"

void wait_checkout(const struct call *);
/* Serves whom it can; refuses those for whom the reason has changed. */
void wait_serve_all(struct control *);
void client_waiting_drop(struct client *);

void wait_init(struct control *);
/* From now on clients connect. */
void wait_begin(struct control *);
void wait_free(struct control *);

#endif
