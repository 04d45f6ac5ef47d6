/*
 * history.h - what happened to licenses, for good.
 *
 * Each record is sealed with an HMAC under the device's key over itself and
 * the seal before it, and the newest seal is kept apart: a record that was
 * changed, removed or moved without the key, at the end too, is found.
 */
#ifndef LC_HISTORY_H
#define LC_HISTORY_H

#include <jansson.h>

#include "state.h"

#define LC_SEAL_TEXT_LEN 43	/* a seal in base64url */

struct lc_record {
	const char *what;	/* "install", "clear": a word of FORMAT */
	const char *udi;	/* "" if it concerns no device */
	uint32_t store;
	const char *id;		/* of the license, "" if none */
	const char *body;	/* JSON object: the rest */
};

/* Begins an empty history in a persistence file that was just made. */
enum lc_err lc_history_start(struct lc_state *, bool *fresh);

/* The last finding of damage in it: a JSON object; NULL: none ever. */
enum lc_err lc_history_damage(struct lc_state *, char **body);

/* Adds to the running transaction. */
enum lc_err lc_history_add(struct lc_state *, const struct lc_record *);
/* The same with this as its body, which it takes over; NULL: LC_ENOMEM. */
enum lc_err lc_history_add_json(struct lc_state *, struct lc_record,
    json_t *body);

/*
 * Is there a record of this about the license?  What was used or revoked stays
 * so because its record stays: none is ever removed.
 */
enum lc_err lc_history_has(struct lc_state *, const char *what, const char *udi,
    const char *id, bool *has);

/* How many records there are, and the seal of the last one in base64url. */
enum lc_err lc_history_head(struct lc_state *, uint32_t *records,
    char head[LC_SEAL_TEXT_LEN + 1]);

/*
 * Within a transaction: a file of version 1, if its newest seal says so, is one
 * of version 2 from here on.  Else LC_EDAMAGED.
 */
enum lc_err lc_history_upgrade(struct lc_state *, struct lc_detail *);

/*
 * The latest time in it since the clock was last taken back, but of files that
 * were made again: the time is not known yet then.  LC_ENOTFOUND: there is none.
 */
enum lc_err lc_history_latest(struct lc_state *, int64_t *at);

/*
 * Reads all of it.  LC_EDAMAGED, with the first place that does not hold
 * together, if it was altered.
 */
enum lc_err lc_history_check(struct lc_state *, struct lc_detail *);

/*
 * The body of a record of this about the license; of the last one about the
 * device whose member "kid" is this (NULL: any).  The caller frees it.
 * LC_ENOTFOUND.
 */
enum lc_err lc_history_find(struct lc_state *, const char *what,
    const char *udi, const char *id, char **body);
enum lc_err lc_history_last(struct lc_state *, const char *what,
    const char *udi, const char *kid, char **body);
/*
 * The license of this type and feature, other than this one, that was ever
 * installed in the device.  LC_ENOTFOUND; the caller frees it.
 */
enum lc_err lc_history_evaluation(struct lc_state *, const char *udi,
    const struct lc_terms *, char **id);

/* A record and the memory behind it; { 0 } is an empty one. */
struct lc_history_row {
	struct lc_history public;
	char *texts[4];
};
/* The first one whose seq is above `after`; LC_ENOTFOUND: there is none. */
enum lc_err lc_history_read(struct lc_state *, uint64_t after,
    struct lc_history_row *);
void lc_history_free(struct lc_history_row *);

#endif
