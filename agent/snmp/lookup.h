/*
 * lookup.h - the addresses of a host name, without waiting for them.
 */
#ifndef AGENT_LOOKUP_H
#define AGENT_LOOKUP_H

#include "endpoint.h"
#include "loop.h"

struct lookup;

/* At least one address, in the order to try them; none: why there is none. */
typedef void lookup_found(void *arg, const struct addresses *, const char *why);

/*
 * The addresses of a TCP endpoint.  found is called once, from the loop, after
 * which the lookup is gone.  NULL: it cannot begin, errno says why.
 */
struct lookup *lookup_start(
    struct loop *, const struct endpoint *, lookup_found *, void *arg);

/* found is not called any more. */
void lookup_cancel(struct lookup *); /* NULL is fine */

#endif
