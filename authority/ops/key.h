/* key.h - changing signing keys within a transaction that is under way. */
#ifndef LC_OPS_KEY_H
#define LC_OPS_KEY_H

#include "licenseauthority.h"

/*
 * lc_authority_rotate in its steps: new makes the key, put writes while
 * writing, and end is told whether that was committed: then the new key signs
 * as soon as it is valid; otherwise its file is removed.
 */
struct lc_rotating;
enum lc_err lc_rotate_new(struct lc_authority *, const struct lc_rotation *,
    struct lc_rotating **, struct lc_detail *);
enum lc_err lc_rotate_put(struct lc_rotating *);
enum lc_err lc_rotate_end(
    struct lc_rotating *, bool is_committed, struct lc_detail *);
/* The id of the new key. */
const char *lc_rotate_kid(const struct lc_rotating *);

/*
 * lc_authority_withdraw while writing.  Once it is known whether that was
 * committed, lc_authority_take_key: another key signs from here on.
 */
enum lc_err lc_withdraw_put(
    struct lc_authority *, const char *kid, struct lc_detail *);

#endif
