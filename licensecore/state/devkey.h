/*
 * devkey.h - the device's own Ed25519 key: it signs what the device states
 * (credentials, rehost tickets), and the keys of the HMACs that seal usage
 * and history are derived from it.
 */
#ifndef LC_DEVKEY_H
#define LC_DEVKEY_H

#include "licensecore.h"

#define LC_MAC_KEY_LEN 32

struct lc_key;
struct lc_devkey;

/*
 * Loads the key in path (PEM, PKCS #8), or makes one there (mode 0600, synced
 * with its directory before this returns) if there is no such file.
 * LC_ETRUST: the file belongs neither to root nor to the process's effective
 * user, can be read or written by others, or holds no Ed25519 private key;
 * LC_EIO: it cannot be read or written, or is no plain file; LC_ENOMEM.
 */
enum lc_err lc_devkey_open(
    const char *path, struct lc_devkey **, struct lc_detail *);
void lc_devkey_free(struct lc_devkey *); /* cleanses; NULL is fine */

/*
 * A key for HMACs, the same for the same device key and label: HKDF-SHA256
 * over the private key.  Different labels give unrelated keys.  LC_ENOMEM.
 */
enum lc_err lc_devkey_mac_key(
    const struct lc_devkey *, const char *label, uint8_t out[LC_MAC_KEY_LEN]);

/* For signing (jws.h); borrowed. */
const struct lc_key *lc_devkey_key(const struct lc_devkey *);

#endif
