/* seal.h - HMACs under the device's key: what was written without it shows. */
#ifndef LC_SEAL_H
#define LC_SEAL_H

#include "devkey.h"

#define LC_SEAL_LEN 32	/* HMAC-SHA256 */

struct lc_seal {
	uint8_t bytes[LC_SEAL_LEN];
};

/* out = HMAC(key, before | text); before may be out.  LC_ENOMEM. */
enum lc_err lc_seal(const uint8_t key[LC_MAC_KEY_LEN],
    const struct lc_seal *before, const char *text, struct lc_seal *out);

/* In time that does not depend on the bytes. */
bool lc_seal_equal(const struct lc_seal *, const void *bytes, size_t len);

#endif
