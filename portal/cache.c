/*
 * cache.c - see cache.h.
 *
 * Why a page that is kept is true: it is a function of what was asked for, of
 * the database and of the clock.  What was asked for is compared in full, and
 * has the account that a token may see: who may ask at all was decided before.
 * The database has not changed where the log ends with the same entry
 * (lc_report_state).  Since the state is read before the page, a commit between
 * the two leaves a page that is newer than its state, which nobody gets any
 * more once that commit is seen.  The clock may not have gone back, nor reached
 * the time when it changes a row (until).
 *
 * There is one place for each hash: 4 MB at most.
 */
#include "cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define PLACES 64

struct place {
	char *asked; /* NULL: free */
	struct lc_report_state state;
	int64_t since, until;
	struct cache_page page;
};

struct cache {
	pthread_mutex_t lock;
	struct place places[PLACES];
};

struct cache *
cache_new(void)
{
	struct cache *cache = calloc(1, sizeof *cache);

	if (cache != NULL)
		(void)pthread_mutex_init(&cache->lock, NULL); /* cannot fail */
	return cache;
}

static void
place_empty(struct place *place)
{
	free(place->asked);
	free(place->page.text);
	*place = (struct place){ .asked = NULL };
}

void
cache_free(struct cache *cache)
{
	if (cache == NULL)
		return;
	for (size_t i = 0; i < PLACES; i++)
		place_empty(&cache->places[i]);
	(void)pthread_mutex_destroy(&cache->lock);
	free(cache);
}

static struct place *
place_of(struct cache *cache, const struct cache_key *key)
{
	return &cache->places[lc_text_hash(0, key->asked) % PLACES];
}

static bool
is_true(const struct place *place, const struct cache_key *key)
{
	return place->asked != NULL && strcmp(place->asked, key->asked) == 0 &&
	       memcmp(&place->state, &key->state, sizeof key->state) == 0 &&
	       key->now >= place->since && key->now < place->until;
}

static bool
page_copy(const struct cache_page *page, struct cache_page *out)
{
	char *text = malloc(page->len);

	if (text == NULL)
		return false;
	memcpy(text, page->text, page->len);
	*out = *page;
	out->text = text;
	return true;
}

bool
cache_get(
    struct cache *cache, const struct cache_key *key, struct cache_page *page)
{
	const struct place *place = place_of(cache, key);
	bool found;

	(void)pthread_mutex_lock(&cache->lock);
	found = is_true(place, key) && page_copy(&place->page, page);
	(void)pthread_mutex_unlock(&cache->lock);
	return found;
}

void
cache_put(struct cache *cache, const struct cache_key *key, int64_t until,
    const struct cache_page *page)
{
	struct place *place = place_of(cache, key), old;
	struct place new = {
		.state = key->state,
		.since = key->now,
		.until = until,
	};

	if (page->len == 0 || page->len > CACHE_TEXT_MAX ||
	    (new.asked = strdup(key->asked)) == NULL)
		return;
	if (!page_copy(page, &new.page)) {
		free(new.asked);
		return;
	}
	(void)pthread_mutex_lock(&cache->lock);
	old = *place;
	*place = new;
	(void)pthread_mutex_unlock(&cache->lock);
	place_empty(&old);
}
