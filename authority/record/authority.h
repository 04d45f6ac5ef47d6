/*
 * authority.h - an authority that is open: its key, its folder, its database.
 *
 * The folder authority/ has what an issuer decides, in floors: record/, what
 * was done; ops/, what licenseauthority.h offers.  It uses base/ and format/ of
 * licensecore, and db/; the device's library has none of it.
 */
#ifndef LC_AUTHORITY_H
#define LC_AUTHORITY_H

#include "licenseauthority.h"

struct lc_key;
struct lc_record;

struct lc_authority {
	struct lc_key *key; /* that signs, with the members of its JWK */
	char *dir;
	struct lc_record *record;
	const struct lc_secret *secret; /* the caller's; may be NULL */
};

/*
 * Loads the key that signs now, in place of the one that there is, and makes
 * issuer.jwk its public half.
 */
enum lc_err lc_authority_take_key(struct lc_authority *, struct lc_detail *);

/*
 * The same if another key signs now than the one that there is, and what is
 * known of that one otherwise.  An error leaves it as it was, with what is
 * known now: it may be withdrawn.
 */
enum lc_err lc_authority_follow_key(struct lc_authority *, struct lc_detail *);

/*
 * From begin to end nobody else writes.  end commits if all went well so far,
 * and otherwise undoes what was written and returns the error it was given.
 * Failures between them are explained in begin's detail.
 */
enum lc_err lc_authority_begin(
    const struct lc_authority *, struct lc_detail *);
enum lc_err lc_authority_end(const struct lc_authority *, enum lc_err);

/*
 * An operation in a transaction of its own.  If it fails and that is a refusal
 * that matters (lc_refused), the refusal is logged in another one.
 */
typedef enum lc_err lc_operation(const struct lc_authority *, void *arg);
enum lc_err lc_authority_run(const struct lc_authority *, lc_operation *,
    void *arg, struct lc_detail *);

#endif
