/*
 * sealed.h - numbers in the persistence file that grant something, sealed.
 *
 * A row of the table "sealed" is a name and a JSON array of whole numbers,
 * with an HMAC under the device's key: who changes one without the key is
 * found out.
 */
#ifndef LC_SEALED_H
#define LC_SEALED_H

#include "state.h"

struct lc_rows;
struct lc_seal;

#define LC_SEALED_CLOCK "clock"	/* clock_row.c: four numbers */
#define LC_SEALED_EULA "eula"	/* eula.c: one */

/* LC_ENOTFOUND: there is no such row; LC_EDAMAGED: its seal does not hold. */
enum lc_err lc_sealed_get(struct lc_state *, const char *name, int64_t *numbers,
    size_t n);
/* The same of the persistence file's copy. */
enum lc_err lc_sealed_get_copied(struct lc_state *, const char *name,
    int64_t *numbers, size_t n);
/* Adds to the running transaction. */
enum lc_err lc_sealed_set(struct lc_state *, const char *name,
    const int64_t *numbers, size_t n);

/* LC_EDAMAGED if a seal does not hold, of numbers and of acceptances. */
enum lc_err lc_sealed_check(struct lc_state *, struct lc_detail *);

/* The seal of an acceptance, whose row has these columns. */
enum lc_err lc_sealed_acceptance(const struct lc_state *, const char *udi,
    const char *id, int64_t at, const char *by, struct lc_seal *);

/*
 * A persistence file of version 1 had no such seals.  Within a transaction:
 * seals what is there, once, if its history proves that it was this device's.
 * LC_EDAMAGED: it does not; then nothing was sealed, and acceptances count no
 * more.
 */
enum lc_err lc_sealed_is_old(struct lc_state *, bool *old);
enum lc_err lc_sealed_upgrade(struct lc_state *, struct lc_detail *);

#endif
