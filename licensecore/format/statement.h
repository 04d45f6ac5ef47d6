/*
 * statement.h - tickets and credentials: from signed text to struct
 * lc_statement and back (FORMAT "Permission ticket" and what follows it).
 */
#ifndef LC_STATEMENT_H
#define LC_STATEMENT_H

#include "key.h"
#include "licensecore.h"

struct lc_trust;

#define LC_NONCE_MAX 64

/*
 * Opens a statement of this kind.  A permission ticket must be signed with a
 * trusted key that was valid at its date of issue, and a trust list with a root
 * key that was (its keys are not looked at: trustlist.h).  A statement of a device
 * must be signed with the key in it; the trust is not used, and whether it is
 * the device's key is not checked here.  LC_ELINE: malformed; LC_EKEY;
 * LC_ESIGNATURE; LC_ENOMEM.
 */
enum lc_err lc_statement_open(enum lc_statement_kind, const char *text,
    const struct lc_trust *, struct lc_statement **, struct lc_detail *);

/* The same without verifying the signature: only to show it. */
enum lc_err lc_statement_peek(enum lc_statement_kind, const char *text,
    struct lc_statement **, struct lc_detail *);

/*
 * The statement of a file.  The trust is for what issuers sign; if it is NULL
 * their signature is not verified.  LC_EFILE: no such statement.
 */
enum lc_err lc_statement_from_file(enum lc_statement_kind, const void *data,
    size_t len, struct lc_statement **, const struct lc_trust *,
    struct lc_detail *);

void lc_statement_free(struct lc_statement *);	/* NULL is fine */

/*
 * Signs a statement (kid is ignored); caller frees the text.  LC_ELINE: it
 * would not open; LC_ENOMEM.
 */
enum lc_err lc_statement_sign(const struct lc_statement *,
    const struct lc_key *, char **text, struct lc_detail *);

/*
 * SHA-256, in base64url, of the signed text, normalized (lc_jws_normalize): its
 * identity.  LC_ENOMEM.
 */
enum lc_err lc_statement_digest(const char *text,
    char digest[LC_DIGEST_LEN + 1]);

#endif
