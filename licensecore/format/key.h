/*
 * key.h - one key: Ed25519 (RFC 8032) or ECDSA on P-256 with SHA-256, public
 * only or with its private half.  JWK and thumbprint after RFC 7517, RFC 7638,
 * RFC 8037.
 */
#ifndef LC_KEY_H
#define LC_KEY_H

#include <openssl/evp.h>

#include "licensecore.h"

#define LC_KID_LEN 43       /* SHA-256 in base64url */
#define LC_SIGNATURE_LEN 64 /* of both algorithms */
#define LC_JWK_MAX 4096     /* bytes of a JWK or PEM file */
#define LC_KEY_NAME_MAX 128

enum lc_alg {
	LC_ED25519,
	LC_ES256,
};

/* What a JWS calls it: "EdDSA", "ES256". */
const char *lc_alg_name(enum lc_alg);
bool lc_alg_from_name(const char *name, enum lc_alg *);

struct lc_key {
	char kid[LC_KID_LEN + 1]; /* RFC 7638 thumbprint */
	enum lc_alg alg;
	EVP_PKEY *pkey;

	/* From a JWK's members; FORMAT "Trust". */
	char name[LC_KEY_NAME_MAX + 1]; /* of the issuer; "" if absent */
	int64_t not_before; /* signs statements dated in [not_before, */
	int64_t expires;    /*    expires); LC_NO_TIME: no limit */
	bool withdrawn;     /* nothing that it signed is valid */
	bool is_root;       /* it signs trust lists, and nothing else */
};

/* A new key pair from OpenSSL's random numbers. */
enum lc_err lc_key_generate(enum lc_alg, struct lc_key **);
void lc_key_free(struct lc_key *); /* NULL is fine */

/*
 * LC_ETRUST: not the public half of a key in a form that FORMAT allows.
 */
enum lc_err lc_key_from_jwk(
    const char *data, size_t len, struct lc_key **, struct lc_detail *);
/* The public half; caller frees. */
enum lc_err lc_key_to_jwk(const struct lc_key *, char **text);
/* The same in one row. */
enum lc_err lc_key_to_jwk_row(const struct lc_key *, char **text);

/*
 * One that OpenSSL holds, which it takes over, also on failure.  LC_ETRUST: of
 * another kind; LC_ENOMEM.
 */
enum lc_err lc_key_from_pkey(EVP_PKEY *, struct lc_key **, struct lc_detail *);

/*
 * A private key, PKCS #8 in PEM without a passphrase; LC_ETRUST if not, or if
 * its public half is there and belongs to another key.
 */
enum lc_err lc_key_from_pem(
    const char *data, size_t len, struct lc_key **, struct lc_detail *);
/*
 * What keys for other purposes are derived from: the 32 bytes of the private
 * half, the seed of RFC 8032 or the number d.  Caller cleanses.  LC_ENOMEM.
 */
#define LC_KEY_SECRET_LEN 32
enum lc_err lc_key_secret(
    const struct lc_key *, uint8_t secret[LC_KEY_SECRET_LEN]);
/* Caller cleanses and frees (OPENSSL_clear_free). */
enum lc_err lc_key_to_pem(const struct lc_key *, char **text, size_t *len);

/*
 * Creates the signature with the low s if it is ES256.  LC_ENOMEM if OpenSSL
 * fails: no input can cause that.
 */
enum lc_err lc_key_sign(const struct lc_key *, const void *data, size_t len,
    uint8_t signature[LC_SIGNATURE_LEN]);
/*
 * If s is valid in an ES256 signature, so is n - s, n being the order of P-256,
 * and anyone can compute it.  Replaces s by the lower one; false if it is.
 */
bool lc_es256_normalize(uint8_t signature[LC_SIGNATURE_LEN]);
/* LC_ESIGNATURE; LC_ENOMEM.  Accepts either s. */
enum lc_err lc_key_verify(const struct lc_key *, const void *data, size_t len,
    const uint8_t signature[LC_SIGNATURE_LEN]);

#endif
