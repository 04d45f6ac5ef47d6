/* op_license.h - licenses in answers. */
#ifndef PORTAL_OP_LICENSE_H
#define PORTAL_OP_LICENSE_H

#include "op_call.h"

/*
 * Adds to the body the licenses of the answer's request, an array, the text of
 * their file, and whether the request was made before.  made is that file, if
 * there is one already; NULL: it is made of the licenses.
 */
enum lc_err licenses_add(const struct lc_authority *, struct lc_bundle *made,
    struct op_answer *, struct lc_detail *);

#endif
