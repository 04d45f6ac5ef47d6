/* near.h - how far a word is from the one that was meant. */
#ifndef LICCTL_NEAR_H
#define LICCTL_NEAR_H

#include <stddef.h>

/* How many letters were left out, added, changed or swapped; case does not
 * matter.  Words that are longer than any keyword are far from all. */
size_t distance(const char *word, size_t len, const char *typed);

#endif
