/* access.h - who asks, and what they may ask for. */
#ifndef PORTAL_ACCESS_H
#define PORTAL_ACCESS_H

#include "portal.h"

/* Who may use an operation: roles as bits, 1 << LC_ROLE_... */
#define MAY(role) (1U << (role))
#define MAY_ACCOUNT \
	(MAY(LC_ROLE_VIEWER) | MAY(LC_ROLE_MEMBER) | MAY(LC_ROLE_ACCOUNT_ADMIN))
#define MAY_STAFF                                                              \
	(MAY(LC_ROLE_CATALOG) | MAY(LC_ROLE_PAK_DESK) | MAY(LC_ROLE_SUPPORT) | \
	    MAY(LC_ROLE_FACTORY) | MAY(LC_ROLE_AUDITOR) | MAY(LC_ROLE_ADMIN))
/* Who gets licenses for devices. */
#define MAY_REDEEM                                          \
	(MAY(LC_ROLE_MEMBER) | MAY(LC_ROLE_ACCOUNT_ADMIN) | \
	    MAY(LC_ROLE_SUPPORT))
#define MAY_LIST (MAY_ACCOUNT | MAY_STAFF)
#define MAY_ANYBODY (MAY(LC_ROLE_NONE) | MAY_ACCOUNT | MAY_STAFF)

/*
 * Whose request it is: of its bearer token (RFC 6750), or of nobody
 * (LC_ROLE_NONE) if it has none.  False: it was answered with 401 or 403.  An
 * administrator of the staff may do everything.
 */
bool access_check(
    struct portal *, struct web_request *, unsigned may, struct lc_token *);

/*
 * Who it is in the log: "token NAME", "person NAME" (whose name in lc_token is
 * "@NAME"), "nobody".
 */
void access_who(const struct lc_token *, char who[LC_TOKEN_NAME_MAX + 16]);

/*
 * May they see what belongs to this account ("" is nobody's)?  The staff may
 * see all.
 */
bool access_sees(const struct lc_token *, const char *account);

/* Is there an account of this name?  False also if the database fails. */
bool access_is_account(struct portal *, const char *name);

/*
 * The network that a request comes from, by which failures to sign in are
 * counted: of IPv4 the /24, of IPv6 the /64; "": unknown.
 */
#define ACCESS_NETWORK_SIZE 64
void access_network(
    const struct web_request *, char network[ACCESS_NETWORK_SIZE]);

/*
 * What was asked for does not exist, or who asked is not who they say.  Where
 * that comes from often one has to wait, as an address, or as a token or a
 * person at an address: access_may_ask answers with 429 then (false), but not
 * the staff.
 */
void access_missed(
    struct portal *, const struct web_request *, const struct lc_token *);
void access_denied(
    struct portal *, const struct web_request *, const struct lc_token *);
bool access_may_ask(
    struct portal *, struct web_request *, const struct lc_token *);

#endif
