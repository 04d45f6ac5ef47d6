/*
 * devkey.h - the device's own key: it signs what the device states
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
 * Loads the device's key in path (PEM, PKCS #8; Ed25519 or ECDSA on P-256), or
 * makes one of Ed25519 there (mode 0600, synced with its directory before this
 * returns) if there is no such file.  It has a twin beside it, "-twin" before the last point of its name
 * (lc_devkey_double).  One of the two that is damaged is made again from the
 * other, and so is the first one if it is missing;
 * one that is damaged is renamed first, with aside at its end; if both are,
 * there is a new key.  A damaged file may hold a key all the same, another one:
 * if the two differ, the one that fits counts, and the first if none does or
 * fits is NULL.
 *
 * *made: there is a new one.  *why (may be NULL): what was damaged, or the
 * failure.  LC_ETRUST: one belongs neither to root nor to the process's
 * effective user, or can be read or written by others; LC_EIO: neither can be
 * used, and one cannot be read or written; LC_ENOMEM.
 */
enum lc_err lc_devkey_open(const char *path, const char *aside,
    bool (*fits)(void *arg, const struct lc_devkey *), void *arg,
    struct lc_devkey **, bool *made, struct lc_detail *why);
/* One for this run, which is kept nowhere. */
enum lc_err lc_devkey_new(struct lc_devkey **);
/*
 * Its twin is missing.  It is made last, when there is a state: until then the
 * device is new.
 */
bool lc_devkey_is_single(const struct lc_devkey *);
/* Makes the twin, if it is missing.  LC_EIO. */
enum lc_err lc_devkey_double(struct lc_devkey *, const char *path);
/* Is it in a file? */
bool lc_devkey_is_kept(const struct lc_devkey *);
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
