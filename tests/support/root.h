/* root.h - a root key for tests, and the trust lists that it signs. */
#ifndef ROOT_H
#define ROOT_H

#include "format/key.h"

struct root {
	struct lc_key *key;
};

/* Ends the test on failure, as all of these. */
struct root *root_new(enum lc_alg);
void root_free(struct root *);

/* Its JWK, marked as a root key, into dir/name. */
void root_put(const struct root *, const char *dir, const char *name);
/* The JWK of a key in one row; caller frees. */
char *root_jwk(const struct lc_key *);

struct root_list {
	uint32_t version;
	int64_t issued, expires; /* 0: long ago, and in a long time */
	const struct lc_key *keys[4]; /* up to the first NULL */
};
/* The file with the list, and one with any payload; caller frees. */
char *root_list(const struct root *, const struct root_list *);
char *root_sign(const struct lc_key *, const char *typ, const char *payload);
/* The list into dir/name. */
void root_list_put(const struct root *, const struct root_list *,
    const char *dir, const char *name);

#endif
