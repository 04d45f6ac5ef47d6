/*
 * place.h - where a private key is: in a file, with a passphrase if asked, or
 * in a token, whose pkcs11: URI (RFC 7512) is in the file instead.
 *
 * The folder keys/ has what an authority's private keys need.  It knows of no
 * database.
 */
#ifndef LC_PLACE_H
#define LC_PLACE_H

#include "licenseauthority.h"

struct lc_key;

/*
 * Loads the key.  Passphrases and PINs are asked for where they are needed;
 * secret may be NULL if there is nobody to ask.  LC_ENOTFOUND: no such file;
 * LC_ETRUST: the file is accessible to others or holds no key, the passphrase
 * or PIN is wrong or missing, or the token has no such key; LC_EIO; LC_ENOMEM.
 */
enum lc_err lc_place_load(const char *path, const struct lc_secret *,
    struct lc_key **, struct lc_detail *);

/*
 * Makes a key and saves it, mode 0600, durably; or takes the one of a token.
 * LC_EEXISTS: the file exists, and is not changed; LC_EINVAL: no passphrase was
 * given; LC_ETRUST: see lc_place_load; LC_EIO; LC_ENOMEM.
 */
enum lc_err lc_place_make(const char *path, const struct lc_key_options *,
    struct lc_key **, struct lc_detail *);

/* Writes the public half, a JWK, replacing the file.  LC_EIO, LC_ENOMEM. */
enum lc_err lc_place_write_jwk(
    const char *path, const struct lc_key *, struct lc_detail *);

#endif
