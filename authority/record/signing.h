/* signing.h - the keys of an authority: rows of the table signing_key. */
#ifndef LC_RECORD_SIGNING_H
#define LC_RECORD_SIGNING_H

#include "record.h"

struct lc_key;

struct lc_signing_row {
	struct lc_key *key; /* the public half, with what the JWK says */
	char *place;        /* its file in the authority's folder */
	int64_t made;
};

struct lc_signing_rows {
	struct lc_signing_row *list; /* the oldest first */
	size_t n;
};

/* The caller frees with lc_signing_free, also what is {0}. */
enum lc_err lc_signing_load(struct lc_record *, struct lc_signing_rows *);
void lc_signing_free(struct lc_signing_rows *);

/* Only while writing: a new row, or what a row says now. */
enum lc_err lc_signing_put(struct lc_record *, const struct lc_signing_row *);

/*
 * The newest key that is valid at that time; if none is, the newest that is
 * not withdrawn, else the newest.  NULL: there is none.
 */
const struct lc_signing_row *lc_signing_choose(
    const struct lc_signing_rows *, int64_t now);

#endif
