/* compare.h - the two state files, read side by side in slices. */
#ifndef LC_COMPARE_H
#define LC_COMPARE_H

#include "half.h"

/* Where the next slice begins; zeros: at the beginning. */
struct lc_compare {
	int table;
	int64_t last;		/* key in it; 0: none */
	uint8_t chain[LC_ROW_SEAL_LEN];	/* of the last record */
};

/*
 * Reads the next rows of both files, at most n, while both are in step.  LC_OK:
 * they are alike, and their seals hold.  LC_ENOTFOUND: likewise, and those were
 * the last ones; the next slice begins again.  LC_EDAMAGED: they are not, and
 * the next slice begins again.  LC_EIO; LC_ENOMEM.
 */
enum lc_err lc_compare(struct lc_compare *, const struct lc_half *halves,
    struct lc_sealer *, size_t n);

#endif
