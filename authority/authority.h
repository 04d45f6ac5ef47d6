/*
 * authority.h - what the files of the authority share.
 *
 * The folder authority/ has what an issuer decides: licenses, tickets, and the
 * ledger of what was issued.  It uses base/ and format/ of licensecore, and
 * db/; the device's library has none of it.
 */
#ifndef LC_AUTHORITY_H
#define LC_AUTHORITY_H

#include "licenseauthority.h"

struct lc_file_writer;
struct lc_key;

struct lc_authority {
	struct lc_key *key; /* with the members of the JWK */
	char *dir;
};

/* LC_EKEY if its key does not sign what is dated so. */
enum lc_err lc_authority_key(
    const struct lc_authority *, int64_t issued, struct lc_detail *);

/* To add other things than licenses; borrowed. */
struct lc_file_writer *lc_bundle_writer(struct lc_bundle *);

#endif
