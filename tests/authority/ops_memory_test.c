/*
 * ops_memory_test.c - operations of an authority with no memory: for every n,
 * the nth allocation fails, and the call says so, has done nothing, and leaks
 * nothing (which the address sanitizer sees).  Tickets: faults_test.
 */
#include "memory.h"

#include <stdio.h>
#include <string.h>

#include "catalog/catalog.h"
#include "check.h"
#include "disk_calls.h"
#include "ops/fulfill.h"
#include "ops/grant.h"
#include "ops/pak.h"
#include "ops/rma.h"
#include "ops/wishes.h"
#include "record/authority.h"
#include "record/pak.h"
#include "record/verify.h"

#define ISSUED 1700000000

static const char *dir;
/* Another connection, which counts; its statements are there already. */
static struct lc_authority *book;
static unsigned turn; /* so that names differ from try to try */

static void
fault(void *arg, const char *what)
{
	(void)arg;
	printf("    %s\n", what);
}

static int64_t
number(const char *sql)
{
	struct db_rows *rows = NULL;
	int64_t n;

	REQUIRE(lc_record_number(book->record,
		    db_query(book->record->db, &rows, sql, ""), &rows, &n) ==
		LC_OK);
	return n;
}

static int64_t
licenses(void)
{
	return number("SELECT count(*) FROM license");
}

static int64_t
skus(void)
{
	return number("SELECT count(*) FROM sku");
}

/* So many more are counted afterwards, or none. */
static enum lc_err
run(lc_operation *operation, void *arg, int64_t (*count)(void), int64_t more)
{
	struct lc_authority *authority = NULL;
	int64_t before = count();
	enum lc_err err = lc_authority_open(dir, &authority, NULL);

	turn++;
	if (err == LC_OK)
		err = lc_authority_run(authority, operation, arg, NULL);
	lc_authority_close(authority);
	CHECK_INT(count() - before, err == LC_OK ? more : 0);
	return err;
}

/* ---- The catalog ----------------------------------------------------- */

static enum lc_err
load(const struct lc_authority *authority, void *arg)
{
	struct lc_catalog catalog = { { 0 }, NULL, NULL, NULL, NULL };
	struct lc_catalog_file file = {
		.name = "catalog",
		.text = arg,
		.len = strlen(arg),
		.wrong = fault,
	};
	struct lc_catalog_changes changes;
	enum lc_err err = lc_catalog_parse(&file, &catalog, NULL);

	if (err == LC_OK)
		err = lc_catalog_put(
		    authority->record, &file, &catalog, false, &changes);
	lc_catalog_free(&catalog);
	return err;
}

static enum lc_err
try_catalog(void)
{
	char text[1024];

	(void)snprintf(text, sizeof text,
	    "families = ( { family = \"F%u\"; pids = [ \"LIC*\", \"A?C\" ]; } );"
	    "skus = ( { sku = \"S%u\"; family = \"F%u\"; items = ("
	    " { feature = \"f\"; type = \"permanent\"; count = 25; },"
	    " { feature = \"g\"; type = \"demo\"; period = \"60d\";"
	    " agreement-text = \"You may %u.\"; } ); } );"
	    "accounts = ( { account = \"A%u\"; } );"
	    "contracts = ( { contract = \"C%u\"; account = \"A%u\";"
	    " skus = ( { sku = \"S%u\"; quantity = 5; } ); } );",
	    turn, turn, turn, turn, turn, turn, turn, turn);
	return run(load, text, skus, 1);
}

/* ---- PAKs ------------------------------------------------------------ */

static char pak[LC_PAK_LEN + 1];

static enum lc_err
pak_make(const struct lc_authority *authority, void *arg)
{
	const struct lc_pak_part part = { .sku = "S", .quantity = 5000 };

	return lc_pak_create(authority,
	    &(struct lc_pak_order){
		.parts = &part,
		.nparts = 1,
		.order = "",
		.account = "",
	    },
	    arg);
}

/* A new one, so that its units last. */
static void
pak_renew(void)
{
	struct lc_detail detail = { "" };

	CHECK_ERR(lc_authority_run(book, pak_make, pak, &detail), LC_OK,
	    &detail);
}

static enum lc_err
fulfill(const struct lc_authority *authority, void *arg)
{
	struct lc_wishes wishes = { .sku = "", .quantity = 1 };
	struct lc_bundle *bundle = NULL;
	struct lc_fulfillment f = {
		.pak = pak,
		.request = arg,
		.issued = ISSUED,
	};
	char csv[100];
	enum lc_err err;

	(void)snprintf(csv, sizeof csv, "%s\n\"%s-2\",S,2\n", f.request,
	    f.request);
	err = lc_wishes_csv(&wishes, csv, strlen(csv), NULL);
	f.wishes = wishes.wishes;
	f.nwishes = wishes.n;
	if (err == LC_OK && (err = lc_bundle_new(&bundle)) == LC_OK)
		err = lc_fulfill(authority, &f, bundle);
	lc_bundle_free(bundle);
	lc_wishes_free(&wishes);
	return err;
}

static enum lc_err
try_redeem(void)
{
	char udi[40];

	(void)snprintf(udi, sizeof udi, "P:R%u", turn);
	return run(fulfill, udi, licenses, 3);
}

/* ---- Grants ---------------------------------------------------------- */

static enum lc_err
evaluate(const struct lc_authority *authority, void *arg)
{
	struct lc_granted granted;

	return lc_grant_evaluation(authority,
	    &(struct lc_grant){
		.request = arg,
		.udi = arg,
		.feature = "f",
		.version = "1.0",
		.type = LC_DEMO,
		.period_s = 86400,
		.start = LC_NO_TIME,
		.end = LC_NO_TIME,
		.eula = "Try it.\n",
		.eula_len = 8,
		.comment = "",
		.issued = ISSUED,
	    },
	    &granted);
}

static enum lc_err
try_evaluation(void)
{
	char udi[40];

	(void)snprintf(udi, sizeof udi, "P:E%u", turn);
	return run(evaluate, udi, licenses, 1);
}

static enum lc_err
lot_make(const struct lc_authority *authority, void *arg)
{
	static const char *const udis[] = { "P:L1", "P:L2" };
	const struct lc_grant items[] = { {
	    .feature = "f",
	    .version = "1.0",
	    .type = LC_PERMANENT,
	    .start = LC_NO_TIME,
	    .end = LC_NO_TIME,
	    .comment = "",
	    .issued = ISSUED,
	} };
	struct lc_granted granted;

	return lc_make_lot(authority,
	    &(struct lc_lot){
		.name = arg,
		.udis = udis,
		.nudis = 2,
		.items = items,
		.nitems = 1,
	    },
	    &granted);
}

static enum lc_err
try_lot(void)
{
	char name[40];

	(void)snprintf(name, sizeof name, "lot-%u", turn);
	return run(lot_make, name, licenses, 2);
}

/* ---- Replacing ------------------------------------------------------- */

static char replaced[40] = "P:FIRST"; /* the device with the licenses */

static enum lc_err
limits_lift(const struct lc_authority *authority, void *arg)
{
	(void)arg;
	return lc_rma_limits_put(authority,
	    &(struct lc_rma_limits){
		.replacements = 1000000,
		.licenses = 1000000,
		.days = 30,
	    });
}

static enum lc_err
replace(const struct lc_authority *authority, void *arg)
{
	struct lc_replaced result;

	return lc_rma(authority,
	    &(struct lc_rma){
		.from = replaced,
		.to = arg,
		.issued = ISSUED,
	    },
	    &result);
}

static enum lc_err
try_rma(void)
{
	char udi[40];
	enum lc_err err;

	(void)snprintf(udi, sizeof udi, "P:N%u", turn);
	if ((err = run(replace, udi, licenses, 2)) == LC_OK)
		strcpy(replaced, udi);
	return err;
}

static enum lc_err
try_resend(void)
{
	struct lc_authority *authority = NULL;
	struct lc_bundle *bundle = NULL;
	size_t n = 0;
	enum lc_err err = lc_authority_open(dir, &authority, NULL);

	if (err == LC_OK)
		err = lc_resend(
		    authority, replaced, ISSUED, &bundle, &n, NULL);
	CHECK_INT(n, err == LC_OK ? 2 : 0);
	CHECK_INT(bundle != NULL, err == LC_OK);
	lc_bundle_free(bundle);
	lc_authority_close(authority);
	return err;
}

/* ---- The log --------------------------------------------------------- */

static enum lc_err
try_verify(void)
{
	struct lc_authority *authority = NULL;
	struct lc_verify verify = { .found = fault };
	enum lc_err err = lc_authority_open(dir, &authority, NULL);

	if (err == LC_OK)
		err = lc_record_verify(
		    authority->record, NULL, &verify, NULL);
	CHECK_INT(verify.faults, 0);
	lc_authority_close(authority);
	return err;
}

static void
a_catalog(void)
{
	memory_exhaust(try_catalog);
}

static void
units_of_a_pak(void)
{
	pak_renew();
	memory_exhaust(try_redeem);
}

static void
grants(void)
{
	memory_exhaust(try_evaluation);
	memory_exhaust(try_lot);
}

static void
replacements(void)
{
	struct lc_detail detail = { "" };

	pak_renew();
	CHECK_ERR(lc_authority_run(book, fulfill, replaced, &detail), LC_OK,
	    &detail);
	strcat(replaced, "-2"); /* it has two licenses */
	CHECK_ERR(lc_authority_run(book, limits_lift, NULL, &detail), LC_OK,
	    &detail);
	memory_exhaust(try_rma);
	memory_exhaust(try_resend);
}

static void
the_log(void)
{
	memory_exhaust(try_verify);
}

static void
set_up(void)
{
	static char catalog[] =
	    "skus = ( { sku = \"S\"; items = ( { feature = \"f\";"
	    " type = \"permanent\"; } ); } );";
	struct lc_detail detail = { "" };

	dir = check_dir();
	disk_end_at(0, DISK_FAILS); /* nothing is really synced */
	REQUIRE(lc_authority_create(dir,
		    &(struct lc_authority_options){
			.valid_from = LC_NO_TIME,
			.valid_until = LC_NO_TIME,
		    },
		    &detail) == LC_OK);
	REQUIRE(lc_authority_open(dir, &book, &detail) == LC_OK);
	CHECK_ERR(
	    lc_authority_run(book, load, catalog, &detail), LC_OK, &detail);
	(void)licenses();
	(void)skus();
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "a catalog", a_catalog },
		{ "units of a PAK", units_of_a_pak },
		{ "grants", grants },
		{ "replacements", replacements },
		{ "the log", the_log },
	};
	int status;

	set_up();
	status = check_main(
	    "ops_memory", tests, CHECK_COUNT(tests), argc, argv);
	lc_authority_close(book);
	return status;
}
