/*
 * jws.h - signed statements: JWS in compact form (RFC 7515), EdDSA (RFC 8037)
 * or ES256 (RFC 7518), as FORMAT "Signed form" narrows them down.
 */
#ifndef LC_JWS_H
#define LC_JWS_H

#include <jansson.h>

#include "key.h"
#include "trust.h"

/* Kinds of statements: the header's "typ". */
#define LC_TYP_LICENSE "licagent-license"
#define LC_TYP_PERMISSION "licagent-permission-ticket"
#define LC_TYP_REHOST "licagent-rehost-ticket"
#define LC_TYP_CREDENTIALS "licagent-credentials"
#define LC_TYP_CHECKPOINT "licagent-checkpoint"
#define LC_TYP_TRUST_LIST "licagent-trust-list" /* by a root key */

struct lc_jws {
	json_t *payload;    /* an object, flat */
	char *payload_text; /* not ended by a NUL, */
	size_t payload_len; /* of so many bytes */
	char kid[LC_KID_LEN + 1];
	const struct lc_key *key; /* that verified it, the trust's */
};

/*
 * Verifies a statement of the kind typ.  LC_ELINE: malformed; LC_EKEY: the key
 * is unknown, withdrawn, of the other algorithm, or a root key where an
 * issuer's is needed, or the other way around; LC_ESIGNATURE; LC_ENOMEM.
 * Whether the key was valid at the date of the statement: lc_jws_dated.
 */
enum lc_err lc_jws_open(const char *text, size_t len, const char *typ,
    const struct lc_trust *, struct lc_jws *out, struct lc_detail *);

/* The same, but the payload is only there as a text. */
enum lc_err lc_jws_open_text(const char *text, size_t len, const char *typ,
    const struct lc_trust *, struct lc_jws *out, struct lc_detail *);

/*
 * The same of a statement that verified before, as its digest says: its key
 * must still count, but the signature is not verified again.
 */
enum lc_err lc_jws_open_again(const char *text, size_t len, const char *typ,
    const struct lc_trust *, struct lc_jws *out, struct lc_detail *);

/* Makes the payload out of its text.  LC_ELINE, LC_ENOMEM. */
enum lc_err lc_jws_parse(struct lc_jws *, struct lc_detail *);

/*
 * Without verifying the signature; key is NULL, and the payload is only there
 * as a text.
 */
enum lc_err lc_jws_peek(const char *text, size_t len, const char *typ,
    struct lc_jws *out, struct lc_detail *);

void lc_jws_close(struct lc_jws *); /* one that was opened, or {0} */

/*
 * Replaces the s of an ES256 signature by the lower one (lc_es256_normalize),
 * in place.  Do this before a statement is compared, digested or stored.  Other
 * texts, also malformed ones, are not changed.
 */
void lc_jws_normalize(char *text, size_t len);

/* LC_EKEY if the key was not valid at that time. */
enum lc_err lc_jws_dated(
    const struct lc_jws *, int64_t when, struct lc_detail *);

/* Signs with a private key; caller frees.  LC_ENOMEM. */
enum lc_err lc_jws_sign(
    const struct lc_key *, const char *typ, const json_t *payload, char **text);

#endif
