/*
 * pool.h - texts that many have in common, each kept once.
 *
 * Licenses of one issuer for one feature differ in little more than their ids.
 */
#ifndef LC_POOL_H
#define LC_POOL_H

#include <stddef.h>

struct lc_pool {		/* { 0 } is an empty one */
	char **slots;		/* by hash; some are NULL */
	size_t n, nslots;	/* a power of two, or 0 */
};

/* A text like this one, as long as the pool; NULL: no memory. */
const char *lc_pool_text(struct lc_pool *, const char *text);
/* The same if it is there already, or NULL. */
const char *lc_pool_find(const struct lc_pool *, const char *text);
void lc_pool_free(struct lc_pool *);	/* it is empty then */

#endif
