/* issuer.h - an issuer for tests: keys, a trust, a keys directory, lines. */
#ifndef ISSUER_H
#define ISSUER_H

#include "format/key.h"
#include "licensecore.h"
#include "format/trust.h"

struct issuer {
	struct lc_key *key;     /* with its private half */
	struct lc_trust *trust; /* in it */
	const char *dir;        /* a keys directory with its JWK, mode 0700 */
};

/* Ends the test on failure. */
struct issuer *issuer_new(enum lc_alg);
void issuer_free(struct issuer *);

/* A permanent license for TEST-1:SN1; change what the test is about. */
#define ISSUER_UDI "TEST-1:SN1"
struct lc_terms issuer_terms(const char *id);

/*
 * Turns an ES256 statement's signature into the other one that is as good: s
 * becomes n - s.
 */
void issuer_flip(char *text, size_t len);

/* The line, which the caller frees; ends the test on failure. */
char *issuer_line(const struct issuer *, const struct lc_terms *);

/* Signs any text as the payload of a statement of kind typ; caller frees. */
char *issuer_sign(const struct issuer *, const char *typ, const char *payload);
/* With a header and a payload of one's own. */
char *issuer_sign_raw(
    const struct lc_key *, const char *header, const char *payload);

#endif
