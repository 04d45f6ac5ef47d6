/*
 * trust.h - the public keys that are trusted: root keys, issuers' keys, and
 * those of a trust list (FORMAT "Trust").  keydir.h reads them.
 */
#ifndef LC_TRUST_H
#define LC_TRUST_H

#include "licensecore.h"

struct lc_key;
struct lc_trust;

/* An empty trust, to add keys to. */
enum lc_err lc_trust_new(struct lc_trust **);
void lc_trust_free(struct lc_trust *); /* NULL is fine */

/*
 * Adds a key, which the trust then owns; name is its file, for messages.  On
 * failure (LC_ETRUST: duplicate key; LC_ENOMEM) the caller keeps the key.
 */
enum lc_err lc_trust_add(
    struct lc_trust *, struct lc_key *, const char *name, struct lc_detail *);

/*
 * The same for a key that may be there: of the two that which is withdrawn is
 * kept, else the first.  The other one is reported (lc_trust_skip) and freed.
 * Takes the key over, also on failure: LC_ENOMEM.
 */
enum lc_err lc_trust_merge(
    struct lc_trust *, struct lc_key *, const char *name);

/* How many issuers' keys may verify statements: withdrawn ones may not. */
size_t lc_trust_nkeys(const struct lc_trust *);

/* The key with this id (RFC 7638 thumbprint), also if withdrawn, or NULL. */
const struct lc_key *lc_trust_find(const struct lc_trust *, const char *kid);

/* ---- The trust list -------------------------------------------------- */

struct lc_trust_list {
	uint32_t version;
	int64_t issued, expires;
	char digest[LC_DIGEST_LEN + 1]; /* of the signed text */
	char *path;
	struct lc_trust *keys; /* issuers' keys alone */
};
void lc_trust_list_free(struct lc_trust_list *); /* NULL is fine */

/*
 * Of the list that the trust has and this one, which it takes over, that of
 * the higher version is kept.  The other one is reported (lc_trust_skip) and
 * freed.  LC_ENOMEM.
 */
enum lc_err lc_trust_offer(struct lc_trust *, struct lc_trust_list *);

/* What a device remembers of the list of the highest version it ever took. */
struct lc_trust_taken {
	uint32_t version;      /* 0: none */
	const char *digest;    /* NULL: not known */
	const char *withdrawn; /* key ids with a blank between two; NULL: none */
};

/*
 * From now on the keys of the list count, beside the others.  They do not if
 * the list is older than the one that was taken, or another one of the same
 * version; then, and without a list, the keys that were withdrawn then are
 * withdrawn.  *why: what is wrong, NULL for nothing; it is among those of
 * lc_trust_skipped as well, until this is called again.  LC_ENOMEM.
 *
 * A key that is among the others as well is the one of the list, but withdrawn
 * if either is.  Root keys of the others stay root keys.
 */
enum lc_err lc_trust_settle(
    struct lc_trust *, const struct lc_trust_taken *, const char **why);

/* The list whose keys count, or NULL. */
const struct lc_trust_list *lc_trust_list(const struct lc_trust *);
/* What is to be remembered of it; caller frees.  LC_ENOMEM. */
enum lc_err lc_trust_list_withdrawn(
    const struct lc_trust_list *, char **withdrawn);

/* ---- What does not count --------------------------------------------- */

/* Reports a file that does not count: a sentence, "PATH: why".  LC_ENOMEM. */
enum lc_err lc_trust_skip(struct lc_trust *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* What was reported. */
const char *const *lc_trust_skipped(const struct lc_trust *, size_t *n);

/* ---- Where it came from ---------------------------------------------- */

/* Whoever read the keys can tell whether others have come since. */
struct lc_trust_source {
	bool (*has)(struct lc_trust_source *, const struct lc_trust *,
	    const char *kid);
	void (*free)(struct lc_trust_source *);
	const char *name; /* for messages: the directory */
};
/* The trust owns it. */
void lc_trust_set_source(struct lc_trust *, struct lc_trust_source *);

/* Came the key there after the trust was read?  False without a source. */
bool lc_trust_has_since(const struct lc_trust *, const char *kid);

#endif
