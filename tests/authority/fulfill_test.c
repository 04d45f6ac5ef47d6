/*
 * fulfill_test.c - requests that share a transaction: one that fails is undone
 * alone, and what is left of a PAK is right.
 */
#include <stdio.h>
#include <string.h>

#include "catalog/catalog.h"
#include "check.h"
#include "ops/fulfill.h"
#include "ops/pak.h"
#include "record/authority.h"
#include "record/verify.h"

static const char catalog_text[] =
    "skus = ( { sku = \"S\"; items = ( { feature = \"f\";"
    " type = \"permanent\"; }, { feature = \"g\"; type = \"permanent\"; } );"
    " } );";

static void
found(void *arg, const char *what)
{
	(void)arg;
	fprintf(stderr, "%s\n", what);
}

static struct lc_authority *
authority_new(char pak[LC_PAK_LEN + 1])
{
	const char *dir = check_path(check_dir(), "authority");
	struct lc_catalog catalog = { { 0 }, NULL, NULL, NULL, NULL };
	struct lc_catalog_changes changes;
	struct lc_catalog_file file = {
		.name = "catalog",
		.text = catalog_text,
		.len = sizeof catalog_text - 1,
		.wrong = found,
	};
	const struct lc_pak_part part = { .sku = "S", .quantity = 3 };
	const struct lc_pak_order order = {
		.parts = &part,
		.nparts = 1,
		.order = "",
		.account = "",
	};
	struct lc_authority *authority = NULL;

	REQUIRE(lc_authority_create(dir, &(struct lc_authority_options){
	    .valid_from = LC_NO_TIME, .valid_until = LC_NO_TIME }, NULL) ==
	    LC_OK);
	REQUIRE(lc_authority_open(dir, &authority, NULL) == LC_OK);
	REQUIRE(lc_catalog_parse(&file, &catalog, NULL) == LC_OK);
	REQUIRE(lc_authority_begin(authority, NULL) == LC_OK);
	REQUIRE(lc_catalog_put(authority->record, &file, &catalog, false,
	    &changes) == LC_OK);
	REQUIRE(lc_authority_end(authority,
	    lc_pak_create(authority, &order, pak)) == LC_OK);
	lc_catalog_free(&catalog);
	return authority;
}

/* As the portal does it, in a transaction that is open. */
static enum lc_err
redeem(const struct lc_authority *authority, const char *pak, const char *udi,
    uint32_t quantity, size_t *nlicenses)
{
	struct lc_wish wish = { .udi = udi, .sku = "", .quantity = quantity };
	struct lc_fulfillment f = {
		.pak = pak,
		.request = udi[0] == 'P' ? "same" : "other",
		.wishes = &wish,
		.nwishes = 1,
		.issued = 1700000000,
	};
	struct lc_bundle *bundle = NULL;
	struct lc_part part;
	enum lc_err err;

	REQUIRE(lc_bundle_new(&bundle) == LC_OK);
	REQUIRE(lc_part_begin(authority->record, &part) == LC_OK);
	err = lc_part_end(authority->record, &part,
	    lc_fulfill(authority, &f, bundle));
	lc_bundle_free(bundle);
	*nlicenses = f.nlicenses;
	return err;
}

static int64_t
used(const struct lc_authority *authority, const char *code)
{
	struct lc_arena arena = { 0 };
	struct lc_pak *pak;
	int64_t n;

	REQUIRE(lc_pak_find(authority->record, &arena, code, &pak) == LC_OK);
	n = pak->lines->used;
	lc_arena_free(&arena);
	return n;
}

static void
a_request_that_fails_is_undone_alone(void)
{
	char pak[LC_PAK_LEN + 1];
	struct lc_authority *authority = authority_new(pak);
	struct lc_verify v = { .found = found };
	struct lc_detail detail = { "" };
	size_t n;

	REQUIRE(lc_authority_begin(authority, &detail) == LC_OK);
	CHECK_INT(redeem(authority, pak, "P:1", 2, &n), LC_OK);
	CHECK_INT(n, 4);
	CHECK_INT(redeem(authority, pak, "Q:1", 2, &n), LC_EINVAL);
	CHECK_HAS(detail.text, "has 1 unit of SKU S left, not 2");
	CHECK_INT(redeem(authority, pak, "P:1", 2, &n), LC_OK); /* again */
	CHECK_INT(n, 4);
	CHECK_INT(redeem(authority, pak, "Q:1", 1, &n), LC_OK);
	CHECK_INT(n, 2);
	CHECK_INT(lc_authority_end(authority, LC_OK), LC_OK);
	CHECK_INT(used(authority, pak), 3);
	CHECK_INT(lc_record_verify(authority->record, NULL, &v, &detail),
	    LC_OK);
	CHECK_INT(v.faults, 0);
	CHECK_INT(v.licenses, 6);
	lc_authority_close(authority);
}

static void
what_is_rolled_back_used_nothing(void)
{
	char pak[LC_PAK_LEN + 1];
	struct lc_authority *authority = authority_new(pak);
	size_t n;

	REQUIRE(lc_authority_begin(authority, NULL) == LC_OK);
	CHECK_INT(redeem(authority, pak, "P:1", 3, &n), LC_OK);
	CHECK_INT(lc_authority_end(authority, LC_EIO), LC_EIO);
	CHECK_INT(used(authority, pak), 0);
	lc_authority_close(authority);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "a request that fails is undone alone",
		    a_request_that_fails_is_undone_alone },
		{ "what is rolled back used nothing",
		    what_is_rolled_back_used_nothing },
	};

	return check_main("fulfill", tests, CHECK_COUNT(tests), argc, argv);
}
