/*
 * type.h - what depends on a license's type, as columns of one table.
 *
 * A new type is a row of type.c and a number in licensecore.h; nothing else
 * in the tree names single types to decide what they do.
 */
#ifndef LC_TYPE_H
#define LC_TYPE_H

#include "licensecore.h"

/* What ends a license. */
enum lc_limit {
	LC_LIMIT_NONE,
	LC_LIMIT_USE,  /* seconds of use: "period" */
	LC_LIMIT_DATE, /* "end"; "start" and "extensionDays" may be there */
};

/* At equal priority a feature takes the license of the lower class. */
enum lc_class {
	LC_CLASS_BOUGHT,
	LC_CLASS_BRIDGE, /* bridges a gap until one is bought */
	LC_CLASS_TRIAL,
};

#define LC_NO_TYPE ((enum lc_type)0)

struct lc_type_rules {
	const char *name;  /* the MIB's label */
	const char *title; /* what IOS's "show license" calls it */
	enum lc_limit limit;
	enum lc_class class;
	enum lc_priority priority; /* once its agreement is accepted */
	bool node_locked;	   /* has to name devices */
	bool needs_eula;	   /* used only after acceptance */
	bool once;		   /* one for each device and feature, ever */
	bool right_to_use;
	enum lc_type successor; /* what it becomes when its period is used up;
				   LC_NO_TYPE: it expires */
	enum lc_type grace;	/* what may follow it in the device that it is
				   moved from; LC_NO_TYPE: nothing */
};

/* Never NULL; all columns are 0 for a number that is no type. */
const struct lc_type_rules *lc_type_rules(enum lc_type);

/* Is the license for the device with this UDI, or for any? */
bool lc_terms_fit(const struct lc_terms *, const char *udi);

/*
 * The first instant at which a subscription is over, its extension days
 * included; INT64_MAX if it has no end.
 */
int64_t lc_terms_over(const struct lc_terms *);

/* Must its agreement be accepted before it is used? */
bool lc_terms_need_acceptance(const struct lc_terms *);

#endif
