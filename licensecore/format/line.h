/*
 * line.h - license lines: from signed text to terms (FORMAT "License
 * line").
 *
 * The folder format/ turns bytes into structs and back: signed statements,
 * license files, keys, and the table of license types.  It uses base/; it has
 * no clock, no database and no struct lc.
 *
 * The rules are checked in two steps: an installation checks the UDI, and
 * whether the license is a duplicate, between them, and the MIB reports the
 * first fault found.
 *
 *	lc_line_open	signature, form, texts, whether the type needs UDIs
 *	lc_terms_check	count, then period and dates
 */
#ifndef LC_LINE_H
#define LC_LINE_H

#include "licensecore.h"
#include "payload.h"

struct lc_trust;

#define LC_DATE_MAX UINT32_MAX /* dates lie in 1970..2106 */
#define LC_ISSUER_MAX 128      /* bytes of terms.issuer */

/* Owns all its memory: one piece, as a device may have 30,000 lines. */
struct lc_line {
	struct lc_terms terms;
	const char *kid; /* the key that signed it */
};

/*
 * Opens a line.  The text need not be NUL-terminated and may be surrounded by
 * white space.  LC_ELINE: malformed; LC_EKEY: the key is unknown, withdrawn, or
 * was not valid at the date of issue; LC_ESIGNATURE; LC_ENOMEM.
 *
 * Numbers out of range do not fail here: they become values that lc_terms_check
 * refuses.
 */
enum lc_err lc_line_open(const char *text, size_t len, const struct lc_trust *,
    struct lc_line **, struct lc_detail *);

/*
 * The same of a line that verified before: its key must still count, but the
 * signature is not verified again.
 */
enum lc_err lc_line_open_again(const char *text, size_t len,
    const struct lc_trust *, struct lc_line **, struct lc_detail *);

/* The same without verifying the signature: only to show a line. */
enum lc_err lc_line_peek(
    const char *text, size_t len, struct lc_line **, struct lc_detail *);

void lc_line_free(struct lc_line *); /* NULL is fine */

/*
 * The rules for numbers: LC_ECOUNT, LC_EPERIOD, in this order.
 */
enum lc_err lc_terms_check(const struct lc_terms *, struct lc_detail *);

/* The payload, as struct lc_terms; its form is 1. */
extern const struct lc_table lc_line_table;

#endif
