/* type.c - the ten license types and what each of them demands, as a table. */
#include <string.h>

#include "licensecore.h"

/* clmgmtLicenseType and the definitions at the head of the MIB. */
static const struct type {
	const char *name;
	bool metered;
	bool subscription;
	bool node_locked;
	bool needs_eula;
} types[] = {
	/* clang-format off */
	[LC_DEMO]		     = { "demo", true, false, false, true },
	[LC_EXTENSION]		     = { "extension", true, false, true, true },
	[LC_GRACE_PERIOD]	     = { "gracePeriod", true, false, true, true },
	[LC_PERMANENT]		     = { "permanent", false, false, true, false },
	[LC_PAID_SUBSCRIPTION]	     = { "paidSubscription", false, true, true, false },
	[LC_EVALUATION_SUBSCRIPTION] = { "evaluationSubscription", false, true, true, true },
	[LC_EXTENSION_SUBSCRIPTION]  = { "extensionSubscription", false, true, true, true },
	[LC_EVAL_RIGHT_TO_USE]	     = { "evalRightToUse", true, false, false, true },
	[LC_RIGHT_TO_USE]	     = { "rightToUse", false, false, false, true },
	[LC_PERMANENT_RIGHT_TO_USE]  = { "permanentRightToUse", false, false, false, true },
	/* clang-format on */
};
#define NTYPES (sizeof types / sizeof types[0])

static const struct type *
type_find(enum lc_type type)
{
	static const struct type none;

	return type >= LC_DEMO && (size_t)type < NTYPES ? &types[type] : &none;
}

const char *
lc_type_name(enum lc_type type)
{
	return type_find(type)->name;
}

bool
lc_type_from_name(const char *name, enum lc_type *type)
{
	for (size_t i = LC_DEMO; i < NTYPES; i++) {
		if (strcmp(types[i].name, name) == 0) {
			*type = (enum lc_type)i;
			return true;
		}
	}
	return false;
}

bool
lc_type_metered(enum lc_type type)
{
	return type_find(type)->metered;
}

bool
lc_type_subscription(enum lc_type type)
{
	return type_find(type)->subscription;
}

bool
lc_type_node_locked(enum lc_type type)
{
	return type_find(type)->node_locked;
}

bool
lc_type_needs_eula(enum lc_type type)
{
	return type_find(type)->needs_eula;
}
