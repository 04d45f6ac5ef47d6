/*
 * authority_bench.c - what issuing costs, and finding what was issued, as the
 * database grows: SQLite, and beside it PostgreSQL if TEST_DATABASE has an
 * address.  BENCH_LICENSES is how far it grows (100,000).
 *
 * PAKs of 5,000 units are redeemed for as many devices, a transaction each:
 * signed, stored, logged, and written into a license file.  Beyond ISSUED
 * licenses the database is filled with copies of its rows under other ids, and
 * only the last MEASURED are issued.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "catalog/catalog.h"
#include "check.h"
#include "format/line.h"
#include "ops/fulfill.h"
#include "ops/issue.h"
#include "ops/pak.h"
#include "record/authority.h"
#include "record/pak.h"

#define SAMPLES 10000
#define ISSUED 100000
#define MEASURED 20000
#define KEPT 1000 /* licenses and PAKs that are looked up */

static const char catalog_text[] =
    "skus = ( { sku = \"S\"; items = ( { feature = \"securityk9\";"
    " type = \"permanent\"; } ); } );";

struct figures {
	int64_t licenses;
	double per_cpu_s, per_s; /* licenses in a second */
	double bytes;            /* a license */
	double udi[2], pak[2], id[2]; /* microseconds: median, 99 of 100 */
};

struct bench {
	const char *name, *dir;
	const char *address; /* NULL: SQLite */
	struct lc_authority *authority;
	int64_t n;     /* licenses so far */
	int64_t empty; /* bytes before the first */
	char paks[KEPT][LC_PAK_LEN + 1];
	char ids[KEPT][LC_NEW_ID_LEN + 1];
	char udis[KEPT][LC_UDI_MAX + 1];
	size_t npaks, nids;
};

static double
seconds(clockid_t clock)
{
	struct timespec t;

	REQUIRE(clock_gettime(clock, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
wrong(void *arg, const char *what)
{
	(void)arg;
	fprintf(stderr, "%s\n", what);
}

static int64_t
size_of(const struct bench *b)
{
	struct lc_record *record = b->authority->record;
	struct db_rows *rows = NULL;
	char path[512];
	struct stat st;
	int64_t size = 0;

	if (b->address != NULL) {
		REQUIRE(lc_record_number(record,
			    db_query(record->db, &rows,
				"SELECT pg_database_size(current_database())",
				""),
			    &rows, &size) == LC_OK);
		return size;
	}
	/* What the write-ahead log has goes there, too. */
	REQUIRE(lc_record_number(record,
		    db_query(record->db, &rows,
			"PRAGMA wal_checkpoint(TRUNCATE)", ""),
		    &rows, &size) == LC_OK);
	(void)snprintf(path, sizeof path, "%s/authority.db", b->dir);
	REQUIRE(stat(path, &st) == 0);
	return st.st_size;
}

static void
start(struct bench *b)
{
	struct lc_catalog catalog = { { 0 }, NULL, NULL, NULL, NULL };
	struct lc_catalog_changes changes;
	struct lc_catalog_file file = {
		.name = "catalog",
		.text = catalog_text,
		.len = sizeof catalog_text - 1,
		.wrong = wrong,
	};
	struct lc_detail detail = { "" };

	REQUIRE(lc_authority_create(b->dir,
		    &(struct lc_authority_options){
			.valid_from = LC_NO_TIME,
			.valid_until = LC_NO_TIME,
			.database = b->address,
		    },
		    &detail) == LC_OK);
	REQUIRE(lc_authority_open(b->dir, &b->authority, &detail) == LC_OK);
	REQUIRE(lc_catalog_parse(&file, &catalog, &detail) == LC_OK);
	REQUIRE(lc_authority_begin(b->authority, &detail) == LC_OK);
	REQUIRE(lc_authority_end(b->authority,
		    lc_catalog_put(b->authority->record, &file, &catalog,
			false, &changes)) == LC_OK);
	lc_catalog_free(&catalog);
	b->empty = size_of(b);
}

static enum lc_err
redeem(struct bench *b, const char *pak, struct lc_bundle *bundle)
{
	static struct lc_wish wishes[LC_UNITS_MAX];
	static char udis[LC_UNITS_MAX][48];
	struct lc_fulfillment f = {
		.pak = pak,
		.request = "",
		.wishes = wishes,
		.nwishes = LC_UNITS_MAX,
		.issued = (int64_t)time(NULL),
	};

	for (size_t i = 0; i < LC_UNITS_MAX; i++) {
		(void)snprintf(udis[i], sizeof udis[i],
		    "LIC1921/K9:FTX%08" PRId64, b->n + (int64_t)i);
		wishes[i] = (struct lc_wish){
			.udi = udis[i],
			.sku = "",
			.quantity = 1,
		};
	}
	return lc_fulfill(b->authority, &f, bundle);
}

/* A PAK of 5,000 units, and all of them. */
static void
pak_use(struct bench *b)
{
	const struct lc_pak_part part = { .sku = "S", .quantity = 5000 };
	const struct lc_pak_order order = {
		.parts = &part,
		.nparts = 1,
		.order = "",
		.account = "",
	};
	char *pak = b->paks[b->npaks % KEPT];
	struct lc_bundle *bundle = NULL;
	struct lc_detail detail = { "" };
	const char *text;
	size_t len;

	REQUIRE(lc_bundle_new(&bundle) == LC_OK);
	REQUIRE(lc_authority_begin(b->authority, &detail) == LC_OK);
	REQUIRE(lc_authority_end(b->authority,
		    lc_pak_create(b->authority, &order, pak)) == LC_OK);
	REQUIRE(lc_authority_begin(b->authority, &detail) == LC_OK);
	REQUIRE(lc_authority_end(
		    b->authority, redeem(b, pak, bundle)) == LC_OK);
	REQUIRE(lc_bundle_text(bundle, &text, &len, &detail) == LC_OK);
	lc_bundle_free(bundle);
	b->npaks++;
	b->n += LC_UNITS_MAX;
}

/* ---- Filling --------------------------------------------------------- */

/* Copies the last so many entries of the log, with their licenses. */
static void
entries_copy(struct bench *b, int64_t from, int64_t by)
{
	struct db *db = b->authority->record->db;

	REQUIRE(db_run(db,
		    "INSERT INTO log (n, at, who, kind, subject, says, digest)"
		    " SELECT n + $2, at, who, kind, subject, says, digest"
		    " FROM log WHERE n > $1",
		    "ii", from, by) == DB_OK);
#define LICENSE_COPY(random_id) \
	"INSERT INTO license (n, id, udi, feature, ends, source, sku," \
	" pak_line, units, request, line) SELECT n + $2, " random_id "," \
	" 'LIC1921/K9:COPY' || CAST(n + $2 AS TEXT), feature, ends, source," \
	" sku, pak_line, units, request, line FROM license WHERE n > $1"
	REQUIRE(db_run(db,
		    b->address != NULL
			? LICENSE_COPY("md5(CAST(random() AS TEXT))")
			: LICENSE_COPY("lower(hex(randomblob(16)))"),
		    "ii", from, by) == DB_OK);
	REQUIRE(db_run(db, "UPDATE head SET n = n + $1", "i", by) == DB_OK);
}

/* To about so many licenses. */
static void
fill(struct bench *b, int64_t to)
{
	struct lc_record *record = b->authority->record;
	struct db_rows *rows = NULL;
	int64_t entries, by;

	while (b->n < to) {
		REQUIRE(lc_record_number(record,
			    db_query(record->db, &rows, "SELECT n FROM head",
				""),
			    &rows, &entries) == LC_OK);
		by = to - b->n < entries ? to - b->n : entries;
		REQUIRE(db_begin(record->db) == DB_OK);
		entries_copy(b, entries - by, by);
		REQUIRE(db_commit(record->db) == DB_OK);
		REQUIRE(lc_record_number(record,
			    db_query(record->db, &rows,
				"SELECT count(*) FROM license", ""),
			    &rows, &b->n) == LC_OK);
		if (by < 100)
			break;
	}
}

/* ---- Looking up ------------------------------------------------------ */

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static enum lc_err
note(void *arg, struct lc_line *line, const char *text)
{
	(void)arg;
	(void)line;
	(void)text;
	return LC_OK;
}

static void
by_udi(struct bench *b, size_t i)
{
	REQUIRE(lc_issued_current(b->authority->record, b->udis[i % b->nids],
		    note, NULL) == LC_OK);
}

static void
by_pak(struct bench *b, size_t i)
{
	size_t n = b->npaks < KEPT ? b->npaks : KEPT;
	struct lc_arena arena = { 0 };
	struct lc_pak *pak;

	(void)i;
	REQUIRE(lc_pak_find(b->authority->record, &arena,
		    b->paks[(size_t)random() % n], &pak) == LC_OK);
	lc_arena_free(&arena);
}

static void
by_id(struct bench *b, size_t i)
{
	struct lc_line *line;

	REQUIRE(lc_issued_find(b->authority->record, b->ids[i % b->nids],
		    &line) == LC_OK);
	lc_line_free(line);
}

/* Licenses all over the table. */
static void
ids_read(struct bench *b)
{
	struct lc_record *record = b->authority->record;

	for (b->nids = 0; b->nids < KEPT; b->nids++) {
		struct db_rows *rows = NULL;

		REQUIRE(lc_record_first(record,
			    db_query(record->db, &rows,
				"SELECT id, udi FROM license WHERE n >= $1"
				" ORDER BY n LIMIT 1",
				"i", (int64_t)random() % b->n),
			    &rows) == LC_OK);
		(void)snprintf(b->ids[b->nids], sizeof b->ids[0], "%s",
		    db_text(rows, 0));
		(void)snprintf(b->udis[b->nids], sizeof b->udis[0], "%s",
		    db_text(rows, 1));
		db_stop(rows);
	}
}

/* How often another program took the core. */
static long
interruptions(void)
{
	struct rusage usage;

	REQUIRE(getrusage(RUSAGE_SELF, &usage) == 0);
	return usage.ru_nivcsw;
}

/* Without those in which another program had the core. */
static void
look_up(struct bench *b, void (*one)(struct bench *, size_t), double out[2])
{
	static double taken[SAMPLES];
	size_t n = 0;

	while (n < SAMPLES) {
		long before = interruptions();
		double begin = seconds(CLOCK_MONOTONIC);

		one(b, n);
		taken[n] = (seconds(CLOCK_MONOTONIC) - begin) * 1e6;
		n += interruptions() == before;
	}
	qsort(taken, SAMPLES, sizeof taken[0], compare);
	out[0] = taken[SAMPLES / 2];
	out[1] = taken[SAMPLES / 100 * 99];
}

/* ---- The table ------------------------------------------------------- */

/* As the server does by itself some time after so many rows came. */
static void
settle(struct bench *b)
{
	if (b->address != NULL)
		REQUIRE(db_run(b->authority->record->db, "VACUUM ANALYZE",
			    "") == DB_OK);
}

static struct figures
grow(struct bench *b, int64_t to)
{
	struct figures f = { .licenses = to };
	double cpu, wall;
	int64_t from;

	if (to > ISSUED)
		fill(b, to - MEASURED);
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	wall = seconds(CLOCK_MONOTONIC);
	from = b->n;
	while (b->n < to)
		pak_use(b);
	f.per_cpu_s = (double)(b->n - from) /
		      (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
	f.per_s = (double)(b->n - from) / (seconds(CLOCK_MONOTONIC) - wall);
	f.bytes = (double)(size_of(b) - b->empty) / (double)b->n;
	settle(b);
	ids_read(b);
	look_up(b, by_udi, f.udi);
	look_up(b, by_pak, f.pak);
	look_up(b, by_id, f.id);
	return f;
}

static void
print(const char *name, const struct figures *f)
{
	printf("%-10s %9" PRId64 " %10.0f %8.0f %6.0f   %4.0f %4.0f"
	       "   %4.0f %4.0f   %4.0f %4.0f\n",
	    name, f->licenses, f->per_cpu_s, f->per_s, f->bytes, f->udi[0],
	    f->udi[1], f->pak[0], f->pak[1], f->id[0], f->id[1]);
	(void)fflush(stdout);
}

int
main(void)
{
	const char *max = getenv("BENCH_LICENSES");
	int64_t most = max != NULL ? strtoll(max, NULL, 10) : 100000;
	static struct bench benches[2];
	size_t n = getenv("TEST_DATABASE") != NULL ? 2 : 1;

	for (size_t i = 0; i < n; i++) {
		benches[i].name = i == 0 ? "SQLite" : "PostgreSQL";
		benches[i].dir =
		    check_path(check_dir(), i == 0 ? "sqlite" : "postgres");
		benches[i].address = i == 0 ? NULL : getenv("TEST_DATABASE");
		start(&benches[i]);
	}
	printf("                        licenses a              look-ups, "
	       "microseconds: median, 99 %%\n"
	       "database    licenses  CPU second   second  bytes      UDI"
	       "         PAK         id\n");
	for (int64_t to = 10000; to <= most; to *= 10) {
		for (size_t i = 0; i < n; i++) {
			struct figures f = grow(&benches[i], to);

			print(benches[i].name, &f);
		}
	}
	for (size_t i = 0; i < n; i++)
		lc_authority_close(benches[i].authority);
	check_clean();
	return 0;
}
