/* sign.h - signing license lines, which only an authority does. */
#ifndef LC_SIGN_H
#define LC_SIGN_H

#include "licenseauthority.h"

struct lc_key;

/*
 * Signs terms with an issuer's private key; caller frees the text.  What
 * lc_line_open or lc_terms_check would refuse fails here, with the same error,
 * and no text comes out.
 */
enum lc_err lc_line_sign(const struct lc_terms *, const struct lc_key *,
    char **text, struct lc_detail *);

#endif
