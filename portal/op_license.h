/* op_license.h - licenses in answers. */
#ifndef PORTAL_OP_LICENSE_H
#define PORTAL_OP_LICENSE_H

#include "op_call.h"

/*
 * Adds to the body the licenses of the answer's request, an array, the text of
 * their file, and whether the request was made before.
 */
enum lc_err licenses_add(
    const struct lc_authority *, struct op_answer *, struct lc_detail *);

/*
 * The same of a bundle to which licenses are about to be added: the array,
 * which the caller frees, grows with it, and both are put into the body after
 * that.
 */
enum lc_err licenses_begin(struct lc_bundle **, json_t **licenses);
enum lc_err licenses_end(const struct lc_bundle *, json_t *licenses,
    struct op_answer *, struct lc_detail *);

#endif
