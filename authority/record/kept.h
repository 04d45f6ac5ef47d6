/*
 * kept.h - rows that were read while writing, and count for as long as nobody
 * else has written: SKUs, families, agreements, PAKs.
 *
 * Whoever writes a row logs it, except for the units that are left of a PAK; so
 * an entry of the log about another kind of row than those that are never kept
 * spoils all of it, as does whatever is undone (lc_record_spoil).  What was
 * found stays where it is until the next transaction, or the next part of this
 * one, begins.
 */
#ifndef LC_KEPT_H
#define LC_KEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct lc_kept_row;

#define LC_KEPT_BUCKETS 256

struct lc_kept {
	struct lc_arena arena;
	struct lc_kept_row *buckets[LC_KEPT_BUCKETS];
	size_t n;
	int64_t head;    /* the last entry of the log that they are of */
	bool is_open;    /* else nothing is found or kept */
	bool is_spoilt;  /* nothing of it counts any more */
	bool is_changed; /* a kept row was changed in this part */
};

/* Opens it; forgets all, unless all is as it was when the log ended there. */
void lc_kept_begin(struct lc_kept *, int64_t head);
/* Closes it; what was written until then is committed. */
void lc_kept_end(struct lc_kept *, int64_t head);
void lc_kept_spoil(struct lc_kept *);
void lc_kept_free(struct lc_kept *);

/* What was put under a kind of row, its key and a number; NULL: nothing. */
void *lc_kept_find(
    const struct lc_kept *, const char *kind, const char *key, int64_t n);
/* Where to put it; own if nothing is kept. */
struct lc_arena *lc_kept_arena(struct lc_kept *, struct lc_arena *own);
/* Keeps what is in that arena, if it is not own. */
void lc_kept_put(struct lc_kept *, const char *kind, const char *key,
    int64_t n, void *row);

/* Does an entry of the log about this kind of row leave alone what is kept? */
bool lc_kept_lacks(const char *kind);

#endif
