/* redeem.h - the check before a PAK is redeemed. */
#ifndef PORTAL_REDEEM_H
#define PORTAL_REDEEM_H

#include "portal/site/visit.h"

/*
 * Adds to a PAK's JSON "devices", those of the form: {udi, is_wrong, is_twice,
 * is_small: has small letters; is_replaced; has: licenses of this PAK; names:
 * of others that it has, for those who may know}; "any_small"; "units", for
 * each; "asks_units": they are asked for; "is_short": no line of the PAK has a unit left for each; "may_go":
 * nothing is known that refuses them all.  To the lines: words and what a unit
 * gives; is_chosen.
 */
void redeem_look(const struct visit *, const json_t *fields, json_t *pak);

#endif
