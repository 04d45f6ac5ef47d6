/* type.c - the ten license types and what each of them demands, as a table. */
#include "type.h"

#include <string.h>

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

int
lc_type_class(enum lc_type type)
{
	switch (type) {
	case LC_PERMANENT:
	case LC_PAID_SUBSCRIPTION:
	case LC_RIGHT_TO_USE:
	case LC_PERMANENT_RIGHT_TO_USE:
		return 1;
	case LC_EXTENSION:
	case LC_GRACE_PERIOD:
	case LC_EXTENSION_SUBSCRIPTION:
		return 2;
	case LC_DEMO:
	case LC_EVALUATION_SUBSCRIPTION:
	case LC_EVAL_RIGHT_TO_USE:
		return 3;
	}
	return 4;
}

/* ---- Terms ----------------------------------------------------------- */

bool
lc_terms_fit(const struct lc_terms *t, const char *udi)
{
	for (size_t i = 0; i < t->nudis; i++) {
		if (strcmp(t->udis[i], udi) == 0)
			return true;
	}
	return t->nudis == 0;
}

int64_t
lc_terms_over(const struct lc_terms *t)
{
	if (t->end == LC_NO_TIME)
		return INT64_MAX;
	return t->end + (int64_t)t->extension_days * 86400;
}

bool
lc_terms_need_acceptance(const struct lc_terms *t)
{
	return *t->eula != '\0' && lc_type_needs_eula(t->type);
}
