/*
 * history.h - what happened to licenses, for good.
 *
 * Each record is sealed with an HMAC under the device's key over itself and
 * the seal before it, and the newest seal is kept apart: a record that was
 * changed, removed or moved without the key, at the end too, is found.
 */
#ifndef LC_HISTORY_H
#define LC_HISTORY_H

#include "licensecore.h"

#define LC_SEAL_TEXT_LEN 43	/* a seal in base64url */

struct lc_record {
	const char *what;	/* "install", "clear": a word of FORMAT */
	const char *udi;	/* "" if it concerns no device */
	uint32_t store;
	const char *id;		/* of the license, "" if none */
	const char *body;	/* JSON object: the rest */
};

/* Begins an empty history in a persistence file that was just made. */
enum lc_err lc_history_start(struct lc *, bool *fresh);

/*
 * Records that the history was found damaged, unless this very finding was
 * recorded last: what is added later does not make it whole again.
 */
enum lc_err lc_history_damaged(struct lc *, const char *finding);
/* LC_EDAMAGED with the last such finding, if there ever was one. */
enum lc_err lc_history_damage(struct lc *, struct lc_detail *);

/* Adds to the running transaction. */
enum lc_err lc_history_add(struct lc *, const struct lc_record *);

/*
 * Is there a record of this about the license?  What was used or revoked stays
 * so because its record stays: none is ever removed.
 */
enum lc_err lc_history_has(struct lc *, const char *what, const char *udi,
    const char *id, bool *has);

/* How many records there are, and the seal of the last one in base64url. */
enum lc_err lc_history_head(struct lc *, uint32_t *records,
    char head[LC_SEAL_TEXT_LEN + 1]);

/*
 * Within a transaction: a file of version 1, if its newest seal says so, is one
 * of version 2 from here on.  Else LC_EDAMAGED.
 */
enum lc_err lc_history_upgrade(struct lc *, struct lc_detail *);

/*
 * The latest time in it since the clock was last taken back, but of files that
 * were made again: the time is not known yet then.  LC_ENOTFOUND: there is none.
 */
enum lc_err lc_history_latest(struct lc *, int64_t *at);

/*
 * Reads all of it.  LC_EDAMAGED, with the first place that does not hold
 * together, if it was altered.
 */
enum lc_err lc_history_check(struct lc *, struct lc_detail *);

/* Frees what lc_history_next handed out. */
void lc_history_forget(struct lc *);

#endif
