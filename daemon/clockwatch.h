/* clockwatch.h - hear when the wall clock is set, or the machine wakes up. */
#ifndef DAEMON_CLOCKWATCH_H
#define DAEMON_CLOCKWATCH_H

#include "loop.h"

struct clockwatch {
	struct watch watch; /* fd is -1 before it is open */
	struct loop *loop;
	void (*changed)(void *arg);
	void *arg;
};

/* changed and arg are set.  False: the kernel cannot tell. */
bool clockwatch_open(struct clockwatch *, struct loop *);
void clockwatch_close(struct clockwatch *);

#endif
