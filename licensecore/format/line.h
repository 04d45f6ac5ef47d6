/*
 * line.h - license lines: from signed text to terms (FORMAT "License
 * line").
 *
 * The rules come in two steps, because an installation judges a license's
 * UDI, and whether it is a duplicate, after its signature and before its
 * numbers, and the first thing found wrong is what the MIB reports:
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

/* Owns all its memory; terms and kid live as long as the line. */
struct lc_line {
	struct lc_terms terms;
	const char *kid; /* the key that signed it */
};

/*
 * Opens a line: text need not end in NUL and may have blanks around it.
 * LC_ELINE: not the form that FORMAT describes; LC_EKEY: the key is unknown,
 * withdrawn, or was not valid when the line was issued; LC_ESIGNATURE: the
 * signature does not match; LC_ENOMEM.
 *
 * Numbers outside the range of their field do not fail here: they come out as
 * values that lc_terms_check refuses.
 */
enum lc_err lc_line_open(const char *text, size_t len, const struct lc_trust *,
    struct lc_line **, struct lc_detail *);

/* The same without looking at the signature: only for showing a line. */
enum lc_err lc_line_peek(
    const char *text, size_t len, struct lc_line **, struct lc_detail *);

void lc_line_free(struct lc_line *); /* NULL is fine */

/*
 * The rules that numbers have to keep, whatever the device: LC_ECOUNT or
 * LC_EPERIOD, count first.
 */
enum lc_err lc_terms_check(const struct lc_terms *, struct lc_detail *);

/* The payload, as struct lc_terms; its form is 1. */
extern const struct lc_table lc_line_table;

#endif
