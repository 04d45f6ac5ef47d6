/*
 * grant.h - licenses that no PAK pays for: evaluations, extensions,
 * subscriptions and their renewal, rights to use, and more of a count.
 *
 * All are called while writing.  What was granted is lc_bundle_of_request, once
 * it is committed.  A request with an id that was used before gets the same
 * licenses, or LC_EINVAL if it asked for something else.  Terms against the
 * rules of the type: LC_ELINE, LC_ECOUNT, LC_EPERIOD.
 */
#ifndef LC_GRANT_H
#define LC_GRANT_H

#include "licenseauthority.h"

struct lc_grant {
	const char *request; /* an id of the caller's, or NULL */
	const char *udi;     /* NULL: any device */
	const char *feature, *version;
	enum lc_type type;
	uint32_t count; /* 0: not counted */
	bool additive;
	uint32_t period_s;
	int64_t start, end; /* LC_NO_TIME: none */
	uint32_t days;      /* instead of end: that long after start, or
			       issued; 0: none */
	uint32_t extension_days;
	const char *eula; /* the text of the agreement; NULL: none */
	size_t eula_len;
	const char *comment; /* "": none */
	int64_t issued;
};
struct lc_granted {
	int64_t request;
	bool again; /* it was granted before */
};

/*
 * A trial of a device, once for each feature and version: afterwards the same
 * one, also if it came from another device that was replaced, or gave it up; then
 * with all that came with it.  LC_EREVOKED: it was moved away, or the device was replaced; LC_EINVAL:
 * not a trial, or no UDI.
 */
enum lc_err lc_grant_evaluation(const struct lc_authority *,
    const struct lc_grant *, struct lc_granted *);

/* LC_EINVAL: not a subscription. */
enum lc_err lc_grant_subscription(const struct lc_authority *,
    const struct lc_grant *, struct lc_granted *);

/* LC_EINVAL: not a right to use. */
enum lc_err lc_grant_right_to_use(const struct lc_authority *,
    const struct lc_grant *, struct lc_granted *);

/*
 * More of a counted feature, as a permanent license that adds to the others:
 * count, or with total what is missing from that.  LC_EEXISTS: the device has as
 * many; LC_EINVAL: it has an exclusive count, to which nothing adds.
 */
enum lc_err lc_grant_count(const struct lc_authority *, const struct lc_grant *,
    uint32_t total, struct lc_granted *);

/*
 * More of a license that ends.  A metered one gets an extension of so many
 * seconds of use; a subscription an extension of so many days, or until end,
 * from its end on, or from now on if that is past.
 */
struct lc_extension {
	const char *request, *license; /* its id */
	const char *udi; /* NULL: the one that the license is for */
	uint32_t period_s, days;
	int64_t end;
	const char *eula;
	size_t eula_len;
	int64_t issued;
	const char *by, *reason; /* who approved it, and why; not "" */
};
enum lc_err lc_extend(const struct lc_authority *, const struct lc_extension *,
    struct lc_granted *);

/*
 * Somebody asks for an extension of so many days; it waits until the staff
 * approves it by lc_extend.  Errors as there.
 */
struct lc_asking {
	const char *license; /* its id */
	const char *udi;     /* NULL: the one that the license is for */
	uint32_t days;       /* of use, for an evaluation */
	const char *reason;  /* not "" */
};
enum lc_err lc_extension_ask(
    const struct lc_authority *, const struct lc_asking *);

/*
 * A paid subscription with the terms of one that there is, of so many days, or
 * until end, from its end on, or from now on if that is past.  Asked again it
 * gives the same one: that is the one to be renewed next.
 */
struct lc_renewal {
	const char *license; /* its id */
	uint32_t days;
	int64_t end;
	int64_t issued;
};
enum lc_err lc_renew(const struct lc_authority *, const struct lc_renewal *,
    struct lc_granted *);

/*
 * A manufacturing lot: the same licenses for each of its devices, or once for
 * any device.  A lot with a name that was used before gets the same licenses, or
 * LC_EINVAL if it is another one.  items have no request and no UDI.
 */
struct lc_lot {
	const char *name;
	const char *const *udis;
	size_t nudis; /* 0: any device */
	const struct lc_grant *items;
	size_t nitems;
	/* After each device; NULL is fine. */
	void (*progress)(void *arg, int64_t done, int64_t of);
	void *arg;
};
enum lc_err lc_make_lot(const struct lc_authority *, const struct lc_lot *,
    struct lc_granted *);

#endif
