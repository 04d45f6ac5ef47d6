/* sealed.h - private keys that are encrypted with a passphrase. */
#ifndef LC_SEALED_H
#define LC_SEALED_H

#include "licenseauthority.h"

struct lc_key;

/* Is it an encrypted one (PEM, label "ENCRYPTED PRIVATE KEY")? */
bool lc_key_is_sealed(const char *pem);

/*
 * PKCS #8 with PBES2: scrypt (RFC 7914; N 16,384, r 8, p 5) and AES-256 in CBC
 * mode; OpenSSL's tools read it.  The caller frees with OPENSSL_free.
 * LC_ENOMEM.
 */
enum lc_err lc_key_seal(
    const struct lc_key *, const char *passphrase, char **pem, size_t *len);
/* LC_ETRUST: wrong passphrase, or no key; LC_ENOMEM. */
enum lc_err lc_key_unseal(const char *pem, size_t len, const char *passphrase,
    struct lc_key **, struct lc_detail *);

#endif
