/* type.c - see type.h. */
#include "type.h"

#include <string.h>

#define DAY_S 86400

/*
 * clmgmtLicenseType and the definitions at the head of the MIB.  The columns
 * are those of struct lc_type_rules.
 */
#define NONE LC_LIMIT_NONE
#define USE LC_LIMIT_USE
#define DATE LC_LIMIT_DATE
#define BOUGHT LC_CLASS_BOUGHT
#define BRIDGE LC_CLASS_BRIDGE
#define TRIAL LC_CLASS_TRIAL
#define LOW LC_PRIORITY_LOW
#define MEDIUM LC_PRIORITY_MEDIUM
#define GRACE LC_GRACE_PERIOD
/* clang-format off */
static const struct lc_type_rules types[] = {
	/*				   locked, EULA, once, RTU */
	[LC_DEMO] = { "demo", "Evaluation",
	    USE,  TRIAL,  LOW,	  false, true,	false, false, 0, 0 },
	[LC_EXTENSION] = { "extension", "Extension",
	    USE,  BRIDGE, MEDIUM, true,	 true,	false, false, 0, 0 },
	[LC_GRACE_PERIOD] = { "gracePeriod", "Grace Period",
	    USE,  BRIDGE, MEDIUM, true,	 true,	false, false, 0, 0 },
	[LC_PERMANENT] = { "permanent", "Permanent",
	    NONE, BOUGHT, MEDIUM, true,	 false, false, false, 0, GRACE },
	[LC_PAID_SUBSCRIPTION] = { "paidSubscription", "Paid Subscription",
	    DATE, BOUGHT, MEDIUM, true,	 false, false, false, 0, GRACE },
	[LC_EVALUATION_SUBSCRIPTION] = { "evaluationSubscription",
	    "Evaluation Subscription",
	    DATE, TRIAL,  LOW,	  true,	 true,	true,  false, 0, 0 },
	[LC_EXTENSION_SUBSCRIPTION] = { "extensionSubscription",
	    "Extension Subscription",
	    DATE, BRIDGE, MEDIUM, true,	 true,	false, false, 0, 0 },
	[LC_EVAL_RIGHT_TO_USE] = { "evalRightToUse", "EvalRightToUse",
	    USE,  TRIAL,  LOW,	  false, true,	false, true,
	    LC_RIGHT_TO_USE, 0 },
	[LC_RIGHT_TO_USE] = { "rightToUse", "RightToUse",
	    NONE, BOUGHT, MEDIUM, false, true,	false, true,  0, GRACE },
	[LC_PERMANENT_RIGHT_TO_USE] = { "permanentRightToUse",
	    "PermanentRightToUse",
	    NONE, BOUGHT, MEDIUM, false, true,	false, true,  0, GRACE },
};
/* clang-format on */
#define NTYPES (sizeof types / sizeof types[0])

const struct lc_type_rules *
lc_type_rules(enum lc_type type)
{
	static const struct lc_type_rules none;

	return type >= LC_DEMO && (size_t)type < NTYPES ? &types[type] : &none;
}

const char *
lc_type_name(enum lc_type type)
{
	return lc_type_rules(type)->name;
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
	return lc_type_rules(type)->limit == LC_LIMIT_USE;
}

bool
lc_type_subscription(enum lc_type type)
{
	return lc_type_rules(type)->limit == LC_LIMIT_DATE;
}

bool
lc_type_node_locked(enum lc_type type)
{
	return lc_type_rules(type)->node_locked;
}

bool
lc_type_needs_eula(enum lc_type type)
{
	return lc_type_rules(type)->needs_eula;
}

/* ---- Terms ----------------------------------------------------------- */

bool
lc_terms_fit(const struct lc_terms *terms, const char *udi)
{
	for (size_t i = 0; i < terms->nudis; i++) {
		if (strcmp(terms->udis[i], udi) == 0)
			return true;
	}
	return terms->nudis == 0;
}

int64_t
lc_terms_over(const struct lc_terms *terms)
{
	if (terms->end == LC_NO_TIME)
		return INT64_MAX;
	return terms->end + (int64_t)terms->extension_days * DAY_S;
}

bool
lc_terms_need_acceptance(const struct lc_terms *terms)
{
	return *terms->eula != '\0' && lc_type_needs_eula(terms->type);
}
