/* move.h - moving licenses within a transaction that is under way. */
#ifndef LC_MOVE_H
#define LC_MOVE_H

#include "licenseauthority.h"

/*
 * lc_authority_permit in its steps: new checks what was asked for, put writes
 * while writing, and file makes the ticket once that is committed.  What was
 * asked for has to live as long.
 */
/* The usual agreement of grace periods. */
extern const char lc_grace_agreement[];

struct lc_permit;
enum lc_err lc_permit_new(const struct lc_authority *,
    const struct lc_permission *, struct lc_permit **, struct lc_detail *);
enum lc_err lc_permit_put(struct lc_permit *);
enum lc_err lc_permit_file(struct lc_permit *, struct lc_bundle **);
void lc_permit_free(struct lc_permit *); /* NULL is fine */

/*
 * lc_authority_redeem while writing; what it got is lc_bundle_of_request, once
 * that is committed.
 */
struct lc_redeem {
	const void *ticket; /* a rehost ticket */
	size_t len;
	const char *udi; /* the device that gets the licenses */
	int64_t issued;
	bool first_sight;
};
enum lc_err lc_redeem(const struct lc_authority *, const struct lc_redeem *,
    struct lc_redeemed *, int64_t *request);

struct lc_record;
/*
 * The device that the permission for a rehost ticket names.  LC_EINVAL: it
 * names none; otherwise as lc_authority_redeem.
 */
enum lc_err lc_redeem_to(struct lc_record *, const void *ticket, size_t len,
    char udi[LC_UDI_MAX + 1], struct lc_detail *);

#endif
