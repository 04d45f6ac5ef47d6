/*
 * kept.h - what call home keeps in the core's state, as one sealed text.
 *
 * {"url"?, "pending": [...], "last": {...}?}.  A pending request is what was
 * asked for, with the id that it has until its answer was processed:
 *
 *   {"kind", "udi", "id", "at", "pak"?, "sku"?, "quantity"?, "to"?,
 *    "licenses"?, "rehost": {"id", "at"}?}
 *
 * So the same command uses the same id after a power failure, and the portal
 * gives the same answer to it.
 */
#ifndef AGENT_CALLHOME_KEPT_H
#define AGENT_CALLHOME_KEPT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "licensecore.h"

#define KEPT_ID_LEN 22 /* of a request: 16 random bytes in base64url */
#define KEPT_PENDING_MAX 64

struct kept {
	struct lc *core;
	json_t *doc;
};

/* What cannot be read counts as nothing. */
enum lc_err kept_open(struct kept *, struct lc *);
void kept_close(struct kept *);

/* NULL: none was set. */
const char *kept_url(const struct kept *);
enum lc_err kept_set_url(struct kept *, const char *url); /* NULL: none */

/* Borrowed. */
const json_t *kept_pending(const struct kept *);
const json_t *kept_last(const struct kept *); /* NULL: none */

/*
 * The request that was asked for in the same words, or NULL; `asked` has its
 * members but id, at, licenses and rehost.
 */
const json_t *kept_find(const struct kept *, const json_t *asked);
/* By its id, or that of its rehost; NULL: none. */
const json_t *kept_find_id(const struct kept *, const char *id);

/* Gives it an id and the time, and keeps it; LC_EFULL: too many wait. */
enum lc_err kept_add(struct kept *, const json_t *asked, json_t **pending);
/* Likewise the second request of a transfer. */
enum lc_err kept_add_rehost(struct kept *, const char *id);
/* Its answer was processed.  One that is not there is fine. */
enum lc_err kept_remove(struct kept *, const char *id);
/* How the last contact went; takes the reference. */
enum lc_err kept_set_last(struct kept *, json_t *last);

/* A new id. */
void kept_make_id(char id[KEPT_ID_LEN + 1]);

#endif
