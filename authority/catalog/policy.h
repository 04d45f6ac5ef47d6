/* policy.h - what the catalog says of moving and trying licenses. */
#ifndef LC_POLICY_H
#define LC_POLICY_H

#include "record/record.h"

/*
 * May licenses of a SKU be moved?  Those of no SKU, and of one that is not in
 * the catalog any more, may.
 */
enum lc_err lc_sku_is_movable(struct lc_record *, const char *sku, bool *);

/*
 * May a license go from a device of the one product line to one of the other?
 * A device belongs to the first family by name whose patterns match its PID.
 * Within a family it may, and to those that moves_to names; from a device of no
 * family to any.  LC_EUDI if not, in words.
 */
enum lc_err lc_families_allow(
    struct lc_record *, const char *from_udi, const char *to_udi);

/*
 * Is there a SKU that gives this feature, also one that is not sold any more, to
 * such a device: one of any family, or if the SKU has none, any device?  A
 * catalog without SKUs says nothing.  LC_EINVAL: no SKU has the feature;
 * LC_EUDI: it is none for the device; both in words.
 */
enum lc_err lc_feature_fits(
    struct lc_record *, const char *feature, const char *udi);

#endif
