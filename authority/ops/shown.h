/* shown.h - licenses in answers to programs. */
#ifndef LC_OPS_SHOWN_H
#define LC_OPS_SHOWN_H

#include <jansson.h>

#include "licenseauthority.h"

/*
 * {"id", "udi", "feature", "version", "type", "count"}: the first device, ""
 * if it is for any; count only if it is counted.  NULL if memory is short.
 */
json_t *lc_license_shown(const struct lc_terms *);

#endif
