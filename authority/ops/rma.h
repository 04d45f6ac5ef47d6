/* rma.h - replacing a device, and sending its licenses again. */
#ifndef LC_OPS_RMA_H
#define LC_OPS_RMA_H

#include "device.h"

/*
 * How much happens without approval: replacements in a row, each of the device
 * that came for the one before, and licenses in 365 days.  days: until when the
 * old device has to be returned.
 */
struct lc_rma_limits {
	int64_t replacements, licenses, days;
};
enum lc_err lc_rma_limits_get(struct lc_record *, struct lc_rma_limits *);
/* While writing; LC_EINVAL: not from 0 to 1,000,000. */
enum lc_err lc_rma_limits_put(
    const struct lc_authority *, const struct lc_rma_limits *);

struct lc_rma {
	const char *from, *to; /* UDIs */
	int64_t issued;
	const char *by, *reason; /* NULL: nobody approved it */
	/* After each license; NULL is fine. */
	void (*progress)(void *arg, int64_t done, int64_t of);
	void *arg;
};
struct lc_replaced {
	int64_t request; /* lc_bundle_of_request, once it is committed */
	bool again;
	int64_t due; /* the old device has to be returned by then */
};
/*
 * Issues the licenses that count on the one device for the other, which takes
 * its place: metered ones in full, since nothing is known of their use,
 * subscriptions with their dates, no grace periods and nothing that is over.
 * None of them counts on the old device any more.  A new device that has
 * nothing yet is of the account whose token the old one showed.  Asked again for
 * the same pair it gives the same ones.  While writing.
 * LC_EINVAL: invalid UDIs; LC_ENOTFOUND: no license; LC_EEXISTS: replaced by
 * another device; LC_EREVOKED: the new device was replaced itself; LC_EUDI: of
 * a family to which licenses do not go; LC_EEXHAUSTED: above a limit.
 */
enum lc_err lc_rma(const struct lc_authority *, const struct lc_rma *,
    struct lc_replaced *);

/* The old device came back; while writing.  LC_ENOTFOUND. */
enum lc_err lc_rma_returned(const struct lc_authority *, const char *udi);

/*
 * All licenses that count on a device and are not over, but grace periods, with
 * their agreements, as one file; n counts them.  LC_ENOTFOUND: none, and perhaps why.
 */
enum lc_err lc_resend(const struct lc_authority *, const char *udi,
    int64_t now, struct lc_bundle **, size_t *n, struct lc_detail *);
/* The same licenses, one by one, as lc_device_licenses calls. */
enum lc_err lc_resend_each(struct lc_record *, const char *udi, int64_t now,
    lc_license_call *, void *arg);

#endif
