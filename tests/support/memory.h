/*
 * memory.h - memory that runs out when a test wants it to.
 *
 * A program that uses it links with $(MEMORY_WRAP), which leads the calls of
 * the core and of the test here.  Libraries keep their own malloc: jansson 2.14
 * writes past its buffer when that cannot grow, so that nothing could be
 * learned about the core from making it fail.
 *
 *	for (unsigned n = 1; reached; n++) {
 *		memory_fail_at(n);
 *		err = lc_something();
 *		memory_fail_at(0);
 *		reached = memory_failed();
 *		... it failed cleanly, or was not reached ...
 *	}
 *
 * memory_exhaust is that loop.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdbool.h>

#include "licensecore.h"

/* The nth allocation from now fails, and no other; 0: none does. */
void memory_fail_at(unsigned n);
/* Did it come to that since? */
bool memory_failed(void);

/*
 * Lets each allocation of what is tried fail once: it has to return LC_ENOMEM
 * then, or do all without it (a plain payload that finds no memory is read by
 * the parser instead), and LC_OK when none fails, and clean up after itself.
 */
void memory_exhaust(enum lc_err (*try)(void));

#endif
