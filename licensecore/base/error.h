/*
 * error.h - details of errors.
 *
 * The folder base/ has what the core and the authority build on: error texts,
 * JSON, base64url, memory, files that are replaced as a whole, and the host's
 * clocks and callbacks.  It knows nothing of licenses, and uses libraries and
 * licensecore.h alone.
 */
#ifndef LC_ERROR_H
#define LC_ERROR_H

#include "licensecore.h"

/*
 * Writes the text into detail, unless that is NULL, and returns err, so that a
 * function can end with "return lc_fail(detail, LC_EIO, ...)".  A text that is
 * too long is truncated between two characters.
 */
enum lc_err lc_fail(struct lc_detail *detail, enum lc_err err,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Does it end all that is under way, whatever is being read? */
bool lc_err_is_final(enum lc_err);

/* What failed was made good: nothing is said of it any more.  NULL is fine. */
void lc_unfail(struct lc_detail *);

#endif
