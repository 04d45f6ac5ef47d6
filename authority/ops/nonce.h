/*
 * nonce.h - nonces of call home: they prove that credentials are fresh
 * (authority/CALLHOME).
 *
 * A nonce costs no write when it is made: it has its time, random bytes, and a
 * HMAC of both under a secret of the database.  Only a used one is kept.
 */
#ifndef LC_OPS_NONCE_H
#define LC_OPS_NONCE_H

#include "licenseauthority.h"

struct lc_record;

#define LC_NONCE_LEN 54	 /* characters */
#define LC_NONCE_S 600	 /* how long it holds */

/* Only reads. */
enum lc_err lc_nonce_new(struct lc_record *, int64_t now,
    char nonce[LC_NONCE_LEN + 1], int64_t *expires);

/*
 * Uses a nonce up, while writing.  LC_EINVAL, in words: it is of nobody here,
 * over, or was used before; kind becomes which, "nonce-foreign", "nonce-over"
 * or "nonce-used".
 */
enum lc_err lc_nonce_take(
    struct lc_record *, const char *nonce, const char **kind);

#endif
