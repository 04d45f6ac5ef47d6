/*
 * members.h - people of an account, for those who administer it, and all of
 * them for administrators of the staff.
 *
 * Nobody makes an administrator of the staff here, and nobody gets a link to
 * the name of one: with it one of them could do alone what needs two.
 */
#ifndef PORTAL_MEMBERS_H
#define PORTAL_MEMBERS_H

#include "portal/site/visit.h"

/* Pages for account-admin and admin; each answers. */
void members_page(struct visit *);      /* GET /people */
void members_add(struct visit *);       /* POST /people */
void member_page(struct visit *);       /* GET /people/{name} */
void member_change(struct visit *);     /* POST /people/{name} */
void member_link(struct visit *);       /* POST /people/{name}/link */
void member_factor_end(struct visit *); /* POST /people/{name}/factor */

#endif
