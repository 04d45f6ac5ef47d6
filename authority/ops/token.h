/*
 * token.h - tokens: what a program shows to the portal in place of a person.
 *
 * A token is "lt_" and 43 characters of random numbers; the database has its
 * digest alone.  It belongs to an account, or to the maker's own staff, and may
 * do what its role may.
 */
#ifndef LC_TOKEN_H
#define LC_TOKEN_H

#include "licenseauthority.h"

#define LC_TOKEN_LEN 46
#define LC_TOKEN_NAME_MAX 64

enum lc_role {
	LC_ROLE_NONE, /* whoever knows a PAK or a UDI */
	/* Of an account: each may what those before it may. */
	LC_ROLE_VIEWER,
	LC_ROLE_MEMBER,
	LC_ROLE_ACCOUNT_ADMIN,
	/* Of the maker's staff: each its own, the last all. */
	LC_ROLE_CATALOG,
	LC_ROLE_PAK_DESK,
	LC_ROLE_SUPPORT,
	LC_ROLE_FACTORY,
	LC_ROLE_AUDITOR,
	LC_ROLE_ADMIN,
	LC_NROLES,
};

/* "viewer", "member", "account-admin", "catalog", "pak-desk", ... */
const char *lc_role_name(enum lc_role);
bool lc_role_from_name(const char *name, enum lc_role *);
bool lc_role_is_staff(enum lc_role);

struct lc_token {
	char name[LC_TOKEN_NAME_MAX + 1]; /* of the token, unique */
	char account[LC_TOKEN_NAME_MAX + 1]; /* "" for the staff */
	enum lc_role role;
	int64_t expires; /* LC_NO_TIME: never */
	bool stopped;
};

/*
 * Creates a token, which is told this once.  LC_EINVAL: an invalid name, or a
 * role without its account; LC_ENOTFOUND: no such account; LC_EEXISTS: the name
 * is taken.
 */
enum lc_err lc_token_create(const struct lc_authority *,
    const struct lc_token *, char token[LC_TOKEN_LEN + 1], struct lc_detail *);
/* LC_ENOTFOUND. */
enum lc_err lc_token_stop(
    const struct lc_authority *, const char *name, struct lc_detail *);
/*
 * The same two while writing.  account: only a token of this one may be stopped
 * (LC_ENOTFOUND); NULL: any.
 */
enum lc_err lc_token_put(const struct lc_authority *, const struct lc_token *,
    char token[LC_TOKEN_LEN + 1]);
enum lc_err lc_token_end(
    const struct lc_authority *, const char *name, const char *account);
/* In the order of their names. */
enum lc_err lc_tokens(const struct lc_authority *,
    void (*call)(void *arg, const struct lc_token *), void *arg,
    struct lc_detail *);

/*
 * Whose token is it?  LC_ENOTFOUND: nobody's; LC_EEXPIRED; LC_EREVOKED: it was
 * stopped.  Only reads.
 */
struct lc_record;
enum lc_err lc_token_find(struct lc_record *, const char *token, int64_t now,
    struct lc_token *, struct lc_detail *);

#endif
