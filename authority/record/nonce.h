/*
 * nonce.h - nonces of call home that were used, and the secret that makes them
 * (ops/nonce.h).  Neither is in the log.
 */
#ifndef LC_RECORD_NONCE_H
#define LC_RECORD_NONCE_H

#include "record.h"

#define LC_NONCE_SECRET 32 /* bytes */

/* LC_EDAMAGED: there is none. */
enum lc_err lc_nonce_secret(
    struct lc_record *, uint8_t secret[LC_NONCE_SECRET]);

/* ---- While writing --------------------------------------------------- */

/* Draws the secret, unless there is one. */
enum lc_err lc_nonce_secret_make(struct lc_record *);
/*
 * Keeps a nonce as used until it is over, and forgets those that are.
 * LC_EEXISTS, without words: it was used before.
 */
enum lc_err lc_nonce_use(
    struct lc_record *, const char *nonce, int64_t expires);

#endif
