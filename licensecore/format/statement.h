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
 * Opens a statement of this kind.  A permission ticket has to be signed by a
 * key of the trust that was valid when it was issued; what a device states, by
 * the key that it carries, and the trust is not looked at: whether that is the
 * device's key is another question.  LC_ELINE: not the form; LC_EKEY;
 * LC_ESIGNATURE; LC_ENOMEM.
 */
enum lc_err lc_statement_open(enum lc_statement_kind, const char *text,
    const struct lc_trust *, struct lc_statement **, struct lc_detail *);

/* The same without looking at the signature: only for showing it. */
enum lc_err lc_statement_peek(enum lc_statement_kind, const char *text,
    struct lc_statement **, struct lc_detail *);

/*
 * Out of a file that holds one.  The trust is for permission tickets, as above;
 * without one their signature is not looked at.  LC_EFILE: there is none.
 */
enum lc_err lc_statement_from_file(enum lc_statement_kind, const void *data,
    size_t len, struct lc_statement **, const struct lc_trust *,
    struct lc_detail *);

void lc_statement_free(struct lc_statement *);	/* NULL is fine */

/*
 * Signs what it says (kid apart); caller frees the text.  LC_ELINE: it would
 * not open, and why; LC_ENOMEM.
 */
enum lc_err lc_statement_sign(const struct lc_statement *,
    const struct lc_key *, char **text, struct lc_detail *);

/*
 * SHA-256 of the signed text, normalized (lc_jws_normalize), in base64url: names
 * exactly this statement.  LC_ENOMEM.
 */
enum lc_err lc_statement_digest(const char *text,
    char digest[LC_DIGEST_LEN + 1]);

#endif
