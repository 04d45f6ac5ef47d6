/*
 * history.h - what happened to licenses, for good.
 *
 * Each record is sealed together with the seal before it, and the newest seal
 * stands in the head of the state: a record that was changed, removed or moved
 * without the device's key, at the end too, is found.
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

/* The last finding of damage in it: a JSON object; NULL: none ever. */
enum lc_err lc_history_damage(struct lc_state *, char **body);

/* Adds to the running change. */
enum lc_err lc_history_add(struct lc_state *, const struct lc_record *);
/* The same with this as its body, which it takes over; NULL: LC_ENOMEM. */
enum lc_err lc_history_add_json(struct lc_state *, struct lc_record,
    json_t *body);

/*
 * How many records there are, and FORMAT's "head": the digest of the last
 * one's seal in base64url.
 */
enum lc_err lc_history_head(struct lc_state *, uint32_t *records,
    char head[LC_SEAL_TEXT_LEN + 1]);

/*
 * The body of the answer to a permission ticket; of the last one to the
 * device whose member "kid" is this (NULL: any).  The caller frees it.
 * LC_ENOTFOUND.
 */
enum lc_err lc_history_answer(struct lc_state *, const char *udi,
    const char *id, char **body);
enum lc_err lc_history_last_answer(struct lc_state *, const char *udi,
    const char *kid, char **body);

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
