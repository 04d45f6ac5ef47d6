/* pool_test.c - texts that many have in common. */
#include "base/pool.h"

#include <stdio.h>
#include <string.h>

#include "check.h"

static void
each_once(void)
{
	enum { N = 1000 };
	const char *first[N];
	struct lc_pool pool = { 0 };
	char text[16];

	CHECK(lc_pool_find(&pool, "") == NULL);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < N; i++) {
			const char *found;

			snprintf(text, sizeof text, "text %d", i);
			found = lc_pool_text(&pool, text);
			REQUIRE(found != NULL && found != text);
			CHECK_STR(found, text);
			if (round == 0)
				first[i] = found;
			CHECK(found == first[i]);
			CHECK(lc_pool_find(&pool, text) == first[i]);
		}
	}
	CHECK_UINT(pool.n, N);
	CHECK(lc_pool_find(&pool, "text") == NULL);
	CHECK(lc_pool_text(&pool, "") == lc_pool_text(&pool, ""));
	lc_pool_free(&pool);
	CHECK(lc_pool_find(&pool, "text 1") == NULL);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "each once", each_once },
	};

	return check_main("pool", tests, CHECK_COUNT(tests), argc, argv);
}
