/*
 * slow.h - threads for what takes long, so that those of the server go on:
 * comparing a password, or having another program do that.
 */
#ifndef PORTAL_SLOW_H
#define PORTAL_SLOW_H

#include <stdbool.h>

struct slow;
typedef void slow_call(void *arg);

#define SLOW_WAITING_MAX 64

struct slow *slow_open(unsigned threads); /* NULL: no memory, or no thread */
/* Does what waits, and takes nothing more. */
void slow_end(struct slow *);
void slow_close(struct slow *); /* the same before; NULL is fine */

/* Calls soon, in one of the threads.  False: too much waits, or it ended. */
bool slow_do(struct slow *, slow_call *, void *arg);

#endif
