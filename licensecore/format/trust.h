/*
 * trust.h - the issuers' public keys that are trusted.
 *
 * They are read from the *.jwk files in one directory (FORMAT "Trust") and do
 * not change afterwards.
 */
#ifndef LC_TRUST_H
#define LC_TRUST_H

#include "licensecore.h"

struct lc_key;
struct lc_trust;

/*
 * Reads every *.jwk in dir.  Fails with LC_ETRUST, and says which path, with
 * which owner and mode, and what to do, if anyone but root - or, with
 * own_keys, but root and this process's effective user - may write the
 * directory or a folder above it; if dir is missing; if it has more than 1,024
 * such files.  LC_EIO; LC_ENOMEM: no memory, or no more files may be open.
 *
 * A file costs only itself: it is skipped if others may write it, or if it
 * cannot be read or is no key.  Of two files with one key the withdrawn one
 * counts, else the first by name.  lc_trust_skipped has those that do not.
 *
 * Symbolic links are resolved first and the place they lead to is judged.  A
 * directory without keys is no error: nothing will verify (lc_trust_nkeys).
 */
enum lc_err lc_trust_load(
    const char *dir, bool own_keys, struct lc_trust **, struct lc_detail *);

void lc_trust_free(struct lc_trust *); /* NULL is fine */

/* The files that were skipped, a sentence each, "PATH: why". */
const char *const *lc_trust_skipped(const struct lc_trust *, size_t *n);

/* How many keys may verify statements: withdrawn ones may not. */
size_t lc_trust_nkeys(const struct lc_trust *);

/* The key with this id (RFC 7638 thumbprint), also if withdrawn, or NULL. */
const struct lc_key *lc_trust_find(const struct lc_trust *, const char *kid);

/*
 * Came the key into the directory after it was read?  The directory is read
 * again for this, but only if it was changed.
 */
bool lc_trust_has_since(const struct lc_trust *, const char *kid);

/* An empty trust, to add keys to. */
enum lc_err lc_trust_new(struct lc_trust **);

/*
 * Adds a key, which the trust then owns; name is its file, for messages.  On
 * failure (LC_ETRUST: duplicate key; LC_ENOMEM) the caller keeps the key.
 */
enum lc_err lc_trust_add(
    struct lc_trust *, struct lc_key *, const char *name, struct lc_detail *);

#endif
