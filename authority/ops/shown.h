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

/*
 * The name of a file for a device, "LIC1921-K9_FDO1.lic", in characters that
 * every header and file system takes; "licenses.lic" without a device.  end is
 * shorter than 40 characters.
 */
#define LC_SHOWN_NAME 80
void lc_shown_name(const char *udi, const char *end, char name[LC_SHOWN_NAME]);

#endif
