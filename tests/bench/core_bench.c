/*
 * core_bench.c - the core in a process of its own, and its peers: each line of
 * output is a sample, in microseconds of CPU; the last one, "syncs N", tells
 * how many there were in all.
 *
 *	core_bench open ROUNDS		a core opened, a license checked out
 *					and released, the core closed
 *	core_bench pairs LICENSES	a check-out and a release
 *	core_bench start LICENSES	a core opened, with so many licenses
 *	core_bench verify ROUNDS	bare EVP_DigestVerify
 *	core_bench commit ROUNDS	a durable commit of SQLite
 *	core_bench install ROUNDS	one license installed
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <openssl/evp.h>
#include <sqlite3.h>

#include "check.h"
#include "device.h"
#include "format/file.h"

#define PAIRS 2000
#define SAMPLES 11
#define STARTS 3
#define PER_FILE 15000		/* lines of a license file */
#define ROOM (1024 * 1024 * 1024)
#define LINE_LEN 430

static const char *what;
static int rounds;	/* or licenses */

/* ---- Measuring ------------------------------------------------------- */

static unsigned syncs;

/* These stand before the C library's, for SQLite as well. */
#define INSTEAD __attribute__((visibility("default")))

INSTEAD int
fsync(int fd)
{
	syncs++;
	return (int)syscall(SYS_fsync, fd);
}

INSTEAD int
fdatasync(int fd)
{
	syncs++;
	return (int)syscall(SYS_fdatasync, fd);
}

static double
cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return 1e6 * (double)now.tv_sec + (double)now.tv_nsec / 1e3;
}

static void
sample(double us)
{
	printf("%.3f\n", us);
}

/* ---- A device -------------------------------------------------------- */

/* The caller frees. */
static char *
file_of(const struct device *d, size_t from, size_t n)
{
	struct lc_file_writer w = { 0 };

	for (size_t i = from; i < from + n; i++) {
		char id[33], *line;
		struct lc_terms t;

		snprintf(id, sizeof id, "%032zx", i + 1);
		t = issuer_terms(id);
		line = issuer_line(d->issuer, &t);
		lc_file_writer_lines(&w, (const char *const *)&line, 1);
		free(line);
	}
	REQUIRE(lc_file_writer_end(&w) == LC_OK);
	return w.text;
}

static void
install(struct device *d, char *file)
{
	struct lc_action *a = device_install_file(d, file,
	    (struct lc_request){ 0 });

	CHECK_ERR(lc_action_error(a), LC_OK, NULL);
	lc_action_free(a);
	free(file);
}

static void
fill(struct device *d, size_t licenses)
{
	for (size_t from = 0; from < licenses; from += PER_FILE)
		install(d, file_of(d, from, licenses - from < PER_FILE ?
		    licenses - from : PER_FILE));
}

static struct device *
bench_device(void)
{
	struct device *d = device_new();

	d->stores[0].size = ROOM;
	device_open(d);
	return d;
}

static void
pair(struct device *d)
{
	struct lc_lease_request r = { .feature = "ipbasek9",
	    .version = "1.0" };
	struct lc_lease *lease = NULL;

	REQUIRE(lc_checkout(d->lc, &r, &lease, NULL) == LC_OK);
	device_pass(d, 0);
	lc_release(lease);
	device_pass(d, 0);
}

/* ---- What is measured ------------------------------------------------ */

static void
open_all(void)
{
	struct device *d = bench_device();

	install(d, file_of(d, 0, 1));
	device_close(d);
	syncs = 0;
	for (int i = 0; i < rounds; i++) {
		double begin = cpu_us();

		device_open(d);
		pair(d);
		device_close(d);
		sample(cpu_us() - begin);
	}
	printf("syncs %u\n", syncs);
	device_free(d);
}

static void
pairs(void)
{
	struct device *d = bench_device();

	fill(d, (size_t)rounds);
	device_pass(d, 1);
	for (int i = 0; i < SAMPLES; i++) {
		double begin = cpu_us();

		for (int j = 0; j < PAIRS; j++)
			pair(d);
		sample((cpu_us() - begin) / PAIRS);
	}
	device_free(d);
}

static void
start(void)
{
	struct device *d = bench_device();

	fill(d, (size_t)rounds);
	for (int i = 0; i < STARTS; i++) {
		double begin;

		device_close(d);
		begin = cpu_us();
		device_open(d);
		sample(cpu_us() - begin);
	}
	device_free(d);
}

static void
verify(void)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	unsigned char text[LINE_LEN] = "license", signature[64];
	size_t len = sizeof signature;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	REQUIRE(key != NULL && ctx != NULL);
	REQUIRE(EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1);
	REQUIRE(EVP_DigestSign(ctx, signature, &len, text,
	    sizeof text) == 1);
	for (int i = 0; i < rounds; i++) {
		double begin = cpu_us();

		EVP_MD_CTX_reset(ctx);
		REQUIRE(EVP_DigestVerifyInit(ctx, NULL, NULL, NULL,
		    key) == 1);
		REQUIRE(EVP_DigestVerify(ctx, signature, len, text,
		    sizeof text) == 1);
		sample(cpu_us() - begin);
	}
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}

static void
commit(void)
{
	struct device *d = device_new();
	char *sql, text[LINE_LEN + 1] = "";
	sqlite3 *db;

	memset(text, 'x', LINE_LEN);
	REQUIRE(sqlite3_open(check_path(d->dir, "peer.db"), &db) ==
	    SQLITE_OK);
	REQUIRE(sqlite3_exec(db, "PRAGMA synchronous = EXTRA;"
	    " CREATE TABLE line (n INTEGER PRIMARY KEY, line TEXT)", NULL,
	    NULL, NULL) == SQLITE_OK);
	syncs = 0;
	sql = sqlite3_mprintf("INSERT INTO line (line) VALUES (%Q)", text);
	for (int i = 0; i < rounds; i++) {
		double begin = cpu_us();

		REQUIRE(sqlite3_exec(db, sql, NULL, NULL, NULL) ==
		    SQLITE_OK);
		sample(cpu_us() - begin);
	}
	printf("syncs %u\n", syncs);
	sqlite3_free(sql);
	REQUIRE(sqlite3_close(db) == SQLITE_OK);
	device_free(d);
}

static void
install_one(void)
{
	struct device *d = bench_device();

	syncs = 0;
	for (int i = 0; i < rounds; i++) {
		char *file = file_of(d, (size_t)i, 1);
		double begin = cpu_us();

		install(d, file);
		sample(cpu_us() - begin);
	}
	printf("syncs %u\n", syncs);
	device_free(d);
}

static void
run(void)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} all[] = {
		{ "open", open_all }, { "pairs", pairs }, { "start", start },
		{ "verify", verify }, { "commit", commit },
		{ "install", install_one },
	};

	for (size_t i = 0; i < CHECK_COUNT(all); i++) {
		if (strcmp(what, all[i].name) == 0)
			all[i].run();
	}
}

int
main(int argc, char **argv)
{
	static const struct check_test parts[] = { { "bench", run } };

	if (argc != 3) {
		fprintf(stderr, "usage: core_bench WHAT NUMBER\n");
		return 2;
	}
	what = argv[1];
	rounds = atoi(argv[2]);
	return check_main("core", parts, CHECK_COUNT(parts), 1, argv);
}
