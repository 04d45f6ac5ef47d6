/* fail.h - errors of the library as answers. */
#ifndef PORTAL_FAIL_H
#define PORTAL_FAIL_H

#include "licenseauthority.h"
#include "web/http.h"

/* A problem, in the words of detail if it has any. */
void read_fail(struct web_request *, enum lc_err, const struct lc_detail *);

#endif
