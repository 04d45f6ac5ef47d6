/*
 * mac.h - HMAC-SHA256 under one key, for many short messages: the key is
 * prepared once.
 */
#ifndef LC_MAC_H
#define LC_MAC_H

#include "licensecore.h"

#define LC_MAC_LEN 32

struct lc_mac;

/* key has LC_MAC_LEN bytes, and is copied.  LC_ENOMEM. */
enum lc_err lc_mac_new(const uint8_t *key, struct lc_mac **);
void lc_mac_free(struct lc_mac *);	/* cleanses; NULL is fine */

/* Over one message after the other; out has LC_MAC_LEN bytes.  LC_ENOMEM. */
enum lc_err lc_mac_sum(const struct lc_mac *, const void *first,
    size_t first_len, const void *second, size_t second_len, uint8_t *out);

/* SHA-256, without a key. */
enum lc_err lc_digest(const void *bytes, size_t len, uint8_t *out);

#endif
