/*
 * turns.h - whose requests are answered when.
 *
 * Clients that have sent something wait in line, administrators in one of their
 * own, other users each in one.  A turn of the loop answers administrators
 * first, then the other users one after the other, and ends when its time is
 * used up: what one user asks for, and with however many connections, delays
 * administrators and the master agent by a few milliseconds, and other users by
 * no more than its own share.
 */
#ifndef AGENT_CONTROL_TURNS_H
#define AGENT_CONTROL_TURNS_H

#include "client.h"

/*
 * serve: answers requests of the client until there are none or turns_over,
 * but at least one; true: there may be more.
 */
void turns_init(struct control *, bool (*serve)(struct client *));
void turns_free(struct control *);

/* How many connections the user has, administrators' aside. */
size_t turns_connections(const struct control *, uid_t);

/* A client that is new, or gone.  join: false: out of memory. */
bool turns_join(struct client *);
void turns_leave(struct client *);

/* The client has sent something.  It need not be told twice. */
void turns_wait(struct client *);
/* Has the client that is served had its share? */
bool turns_over(const struct control *);

#endif
