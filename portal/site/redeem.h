/* redeem.h - the check before a PAK is redeemed. */
#ifndef PORTAL_REDEEM_H
#define PORTAL_REDEEM_H

#include "portal/site/visit.h"

/*
 * Adds to a PAK's JSON "devices", those of the form: {udi, is_wrong, is_twice,
 * is_replaced, has: licenses of this PAK}; "is_short": no line of it has a unit
 * left for each; "may_go": nothing is known that refuses them all.
 */
void redeem_look(const struct visit *, json_t *pak);

#endif
