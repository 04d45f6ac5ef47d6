/* type.h - what follows from a license's terms alone, whatever the device. */
#ifndef LC_TYPE_H
#define LC_TYPE_H

#include "licensecore.h"

/* Is the license for this device, or for any? */
bool lc_terms_fit(const struct lc_terms *, const char *udi);

/*
 * The first instant at which a subscription is over, its extension days
 * included; INT64_MAX if it has no end.
 */
int64_t lc_terms_over(const struct lc_terms *);

/* Rank by kind: 1 what was bought, 2 what bridges a gap, 3 trials. */
int lc_type_class(enum lc_type);

/* Must its agreement be accepted before it is used? */
bool lc_terms_need_acceptance(const struct lc_terms *);

#endif
