/*
 * fulfill.h - redeeming PAKs and contracts: units become licenses for devices.
 *
 * A unit gives a license for each item of its SKU.  Several units for one
 * device are as many licenses; of counted SKUs whose items are additive, their
 * counts add up ("pay as you grow").
 */
#ifndef LC_FULFILL_H
#define LC_FULFILL_H

#include "licenseauthority.h"

struct lc_record;

/* One device, and what it came to. */
struct lc_wish {
	const char *udi;
	const char *sku;   /* "": the only one */
	uint32_t quantity; /* of units */
	unsigned row;      /* of the file it is from; 0: of none */
	/* Results. */
	enum lc_err err;
	struct lc_detail why;
	int64_t line; /* that its units are of */
};

struct lc_fulfillment {
	/* One of both, as people type it. */
	const char *pak, *contract;
	/* The caller's id of this request; "": none.  A request under an id
	   that was used gets the same licenses again. */
	const char *request;
	struct lc_wish *wishes;
	size_t nwishes;
	bool partial;   /* else all or nothing */
	/* Several units for one device are refused if another one would add
	   nothing: of what they give, nothing has a count or a period. */
	bool is_sparing;
	int64_t issued; /* the date of the licenses */
	/* That asks; a PAK of no account becomes its own with the first unit.
	   NULL or "": none. */
	const char *account;
	/* Called now and then with the number of wishes; NULL is fine. */
	void (*progress)(void *arg, int64_t done, int64_t of);
	void *arg;
	/* Results. */
	size_t nlicenses;
	size_t nrefused; /* wishes */
	bool again;      /* the licenses of an earlier request */
	/* Of the request, if it has an id; one without may be given the number
	   of a new request that the caller put. */
	int64_t number;
};

/*
 * Issues the licenses and adds them to the bundle, while writing.  Nothing may
 * be handed out before the commit, and after an error the bundle is of no use.
 * Within a group of requests it belongs between lc_part_begin and lc_part_end:
 * what it did before an error is undone there.
 *
 * LC_EINVAL: at least one wish cannot be fulfilled, and if partial none can:
 * each has its reason.  Or the PAK is mistyped or stopped, the contract is
 * over, or the id was used for another request.  LC_ENOTFOUND: no such PAK or
 * contract; LC_EREVOKED: another device took the place of the only one;
 * otherwise as lc_authority_issue.
 */
enum lc_err lc_fulfill(const struct lc_authority *, struct lc_fulfillment *,
    struct lc_bundle *);

/* lc_fulfill will be asked for this soon, while writing. */
enum lc_err lc_fulfill_ahead(
    struct lc_record *, const char *pak, const char *request);

#endif
