/*
 * half.h - one of the two state files: opened, read through, made again.
 */
#ifndef LC_HALF_H
#define LC_HALF_H

#include "rows.h"

enum lc_half_state {
	LC_HALF_MISSING,
	LC_HALF_GOOD,		/* its head holds; see lc_half_read */
	LC_HALF_DAMAGED,
	LC_HALF_NEWER,		/* of a later version */
	LC_HALF_UNREADABLE,	/* for another reason, which may pass */
};

struct lc_half {
	char *path;
	enum lc_half_state state;
	struct lc_detail why;	/* it is not good */
	struct lc_db *db;	/* while it is good; else NULL */
	struct lc_head head;	/* likewise */
};

/* The path of a file beside it; caller frees.  NULL: no memory. */
char *lc_half_beside(const struct lc_half *, const char *suffix);

/* Opens it and reads its head.  LC_ENOMEM; else the state tells. */
enum lc_err lc_half_open(struct lc_half *, struct lc_sealer *);
void lc_half_close(struct lc_half *);	/* the state stays */
/* Something failed in it; it is closed. */
void lc_half_fail(struct lc_half *, enum lc_err);

/* A reading of all rows; the first three are the caller's, the rest zeros. */
struct lc_reading {
	const struct lc_half *half;
	struct lc_sealer *sealer;
	const struct lc_loader *loader;	/* NULL: none */
	int table;		/* LC_NTABLES: all rows were read */
	int64_t last;		/* key in it; 0: none */
	struct lc_head sum;	/* of these rows, as the head would have it */
};

/*
 * Reads the next rows, at most n.  LC_ENOTFOUND: there are no more, and they
 * are what the head says; LC_EDAMAGED: a seal or the sum does not hold; LC_EIO;
 * LC_ENOMEM, which is the loader's or ours.  Rows may change between two calls,
 * if the sum and the head are told of those that were read.
 */
enum lc_err lc_half_read_on(struct lc_reading *, size_t n);
bool lc_reading_has(const struct lc_reading *, enum lc_state_table,
    int64_t key);
/* All at once, after the loader's reset.  LC_OK, or as above. */
enum lc_err lc_half_read(const struct lc_half *, struct lc_sealer *,
    const struct lc_loader *);

/*
 * Makes it new, from the other one or, if that is NULL, empty, and opens it.
 * What stood there before is renamed to aside, or removed if that is NULL.
 * restored is what its head says of that.
 */
enum lc_err lc_half_make(struct lc_half *, const struct lc_half *from,
    int64_t restored, const char *aside, struct lc_sealer *);
/* The file of this name beside it is complete and takes its place. */
enum lc_err lc_half_take(struct lc_half *, const char *made,
    const char *aside, struct lc_sealer *);

#endif
