/* bundle.h - what ops/ does with license files beyond licenseauthority.h. */
#ifndef LC_BUNDLE_H
#define LC_BUNDLE_H

#include "licenseauthority.h"

struct lc_file_writer;

/* To add other things than licenses; borrowed. */
struct lc_file_writer *lc_bundle_writer(struct lc_bundle *);

/* From now on called for each license that is added; an error ends that. */
typedef enum lc_err lc_bundle_call(void *arg, const struct lc_terms *);
void lc_bundle_tell(struct lc_bundle *, lc_bundle_call *, void *arg);

/* Has it the agreement with this digest? */
bool lc_bundle_has_eula(const struct lc_bundle *, const char *digest);

#endif
