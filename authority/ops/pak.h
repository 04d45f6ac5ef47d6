/* pak.h - making PAKs. */
#ifndef LC_OPS_PAK_H
#define LC_OPS_PAK_H

#include "licenseauthority.h"
#include "record/pak.h"

struct lc_pak_part {
	const char *sku;
	uint32_t quantity; /* of units, 1 to LC_UNITS_MAX */
};

struct lc_pak_order {
	const struct lc_pak_part *parts;
	size_t nparts;       /* 1 to LC_PAK_PARTS_MAX */
	const char *order;   /* number; "" if none */
	const char *account; /* "" if none */
};
#define LC_PAK_PARTS_MAX 100

/*
 * Makes a PAK, while writing.  LC_EINVAL: a bad quantity, a SKU twice, one that
 * is not sold any more, a bad order number; LC_ENOTFOUND: an unknown SKU or
 * account.
 */
enum lc_err lc_pak_create(const struct lc_authority *,
    const struct lc_pak_order *, char code[LC_PAK_LEN + 1]);

#endif
