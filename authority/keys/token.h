/*
 * token.h - keys in PKCS #11 tokens, through libp11's engine for OpenSSL, which
 * is loaded when it is needed (Debian: libengine-pkcs11-openssl).
 */
#ifndef LC_TOKEN_H
#define LC_TOKEN_H

#include "licenseauthority.h"

struct lc_key;

/*
 * The private key that a pkcs11: URI names: ECDSA on P-256, which never leaves
 * the token.  The attribute module-path says which PKCS #11 library; without,
 * PKCS11_MODULE_PATH of the environment, or p11-kit's.  LC_ETRUST: no engine,
 * library or such key, a wrong PIN, or pin-value in the URI; LC_ENOMEM.
 */
enum lc_err lc_token_load(
    const char *uri, const char *pin, struct lc_key **, struct lc_detail *);

#endif
