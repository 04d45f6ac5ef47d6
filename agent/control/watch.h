/*
 * watch.h - tells subscribers what the core has no event for: that another
 * license serves, or that there is more of a feature's count.
 */
#ifndef AGENT_CONTROL_WATCH_H
#define AGENT_CONTROL_WATCH_H

#include "client.h"

void watch_init(struct control *);
void watch_free(struct control *);
/* Somebody listens from now on.  False: out of memory. */
bool watch_begin(struct control *);
/* Licenses may have come, gone, or taken over from each other. */
void watch_poke(struct control *);
/* They may do so as soon as the core has taken a change in. */
void watch_settle(struct control *);

#endif
