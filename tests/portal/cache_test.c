/* cache_test.c - pages that were answered, and whether they are still true. */
#include "portal/cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define NOW 1000
#define UNTIL 2000

static struct cache_key
key_of(const char *asked, char state, int64_t now)
{
	struct cache_key key = { .now = now };

	(void)snprintf(key.asked, sizeof key.asked, "%s", asked);
	memset(key.state.digest, state, sizeof key.state.digest);
	return key;
}

static void
put(struct cache *cache, const char *asked, char state, const char *text)
{
	const struct cache_key key = key_of(asked, state, NOW);
	struct cache_page page = { .text = strdup(text), .len = strlen(text) };

	(void)snprintf(page.tag, sizeof page.tag, "\"%s\"", asked);
	cache_put(cache, &key, UNTIL, &page);
	free(page.text); /* a copy is kept */
}

/* What is kept, or "none". */
static void
kept_is(struct cache *cache, const char *asked, char state, int64_t now,
    const char *text)
{
	const struct cache_key key = key_of(asked, state, now);
	struct cache_page page = { .text = NULL };
	char tag[WEB_TAG_SIZE];

	if (!cache_get(cache, &key, &page)) {
		CHECK_STR("none", text);
		return;
	}
	(void)snprintf(tag, sizeof tag, "\"%s\"", asked);
	CHECK_MEM(page.text, page.len, text, strlen(text));
	CHECK_STR(page.tag, tag);
	free(page.text);
}

static void
true_ones(void)
{
	struct cache *cache = cache_new();

	REQUIRE(cache != NULL);
	kept_is(cache, "paks", 'a', NOW, "none");
	put(cache, "paks", 'a', "[1]");
	kept_is(cache, "paks", 'a', NOW, "[1]");
	kept_is(cache, "paks", 'a', UNTIL - 1, "[1]");
	put(cache, "paks", 'b', "[2]");
	kept_is(cache, "paks", 'b', NOW, "[2]");
	kept_is(cache, "paks", 'b', NOW, "[2]");
	cache_free(cache);
	cache_free(NULL);
}

/* Another question, another state of the database, another time. */
static void
others(void)
{
	struct cache *cache = cache_new();

	REQUIRE(cache != NULL);
	put(cache, "paks", 'a', "[1]");
	kept_is(cache, "paks of x", 'a', NOW, "none");
	kept_is(cache, "", 'a', NOW, "none");
	kept_is(cache, "paks", 'b', NOW, "none");
	kept_is(cache, "paks", 'a', NOW - 1, "none");
	kept_is(cache, "paks", 'a', UNTIL, "none");
	cache_free(cache);
}

/* Of a thousand, no more are kept than there are places; none is mistaken. */
static void
many(void)
{
	struct cache *cache = cache_new();
	char asked[32];
	int kept = 0;

	REQUIRE(cache != NULL);
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(asked, sizeof asked, "question %d", i);
		put(cache, asked, 'a', asked);
	}
	for (int i = 0; i < 1000; i++) {
		struct cache_key key;
		struct cache_page page;

		(void)snprintf(asked, sizeof asked, "question %d", i);
		key = key_of(asked, 'a', NOW);
		if (!cache_get(cache, &key, &page))
			continue;
		CHECK_MEM(page.text, page.len, asked, strlen(asked));
		free(page.text);
		kept++;
	}
	CHECK(kept > 0 && kept <= 64);
	cache_free(cache);
}

static void
too_large(void)
{
	struct cache *cache = cache_new();
	const struct cache_key key = key_of("log", 'a', NOW);
	struct cache_page page = { .len = CACHE_TEXT_MAX + 1 }, got;

	REQUIRE(cache != NULL);
	page.text = calloc(1, page.len);
	REQUIRE(page.text != NULL);
	cache_put(cache, &key, UNTIL, &page);
	CHECK(!cache_get(cache, &key, &got));
	page.len--;
	cache_put(cache, &key, UNTIL, &page);
	REQUIRE(cache_get(cache, &key, &got));
	CHECK_UINT(got.len, CACHE_TEXT_MAX);
	free(got.text);
	free(page.text);
	cache_free(cache);
}

static const struct check_test tests[] = {
	{ "true ones", true_ones },
	{ "others", others },
	{ "many", many },
	{ "too large", too_large },
};

int
main(int argc, char **argv)
{
	return check_main("cache", tests, CHECK_COUNT(tests), argc, argv);
}
