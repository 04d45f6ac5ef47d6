/*
 * cache.h - pages of lists that were answered, for whoever asks for the same
 * before anything has changed.
 */
#ifndef PORTAL_CACHE_H
#define PORTAL_CACHE_H

#include "report/report.h"
#include "web/answer.h"

#define CACHE_KEY_MAX 4096
#define CACHE_TEXT_MAX 65536 /* bytes of an answer that is kept */

struct cache;

/* What a page depends on: what was asked for, the database, and the clock. */
struct cache_key {
	char asked[CACHE_KEY_MAX];
	struct lc_report_state state;
	int64_t now;
};

/* An answer; text was allocated with malloc, and is the caller's. */
struct cache_page {
	char *text;
	size_t len;
	char tag[WEB_TAG_SIZE];
};

struct cache *cache_new(void); /* NULL: no memory */
void cache_free(struct cache *);

/* A copy of what was kept; false: there is none, or it may not be true now. */
bool cache_get(struct cache *, const struct cache_key *, struct cache_page *);
/*
 * Keeps a copy, which is true until then.  The state was read before the page
 * was.
 */
void cache_put(struct cache *, const struct cache_key *, int64_t until,
    const struct cache_page *);

#endif
