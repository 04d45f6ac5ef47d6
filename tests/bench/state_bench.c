/*
 * state_bench.c - what the state on disk costs: a start, the room of a
 * license, a meter that runs, an installation.
 *
 *	state_bench [LICENSES]
 *
 * Each figure stands beside its peer from the same run, since the machine may
 * do other things meanwhile: bare signatures, one durable commit of SQLite.
 * Syncs and bytes are counted where they leave the process.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <sqlite3.h>

#include "check.h"
#include "device.h"
#include "format/file.h"
#include "format/line.h"

#define COUNT 30000
#define PER_FILE 15000		/* lines of a license file */
#define ROUNDS 41
#define MINUTES 10
#define PAIRS 2000
#define ROOM (1024 * 1024 * 1024)

static size_t count = COUNT;

/* ---- What leaves the process ------------------------------------------ */

/* These stand before the C library's, for SQLite as well. */
#define INSTEAD __attribute__((visibility("default")))

static struct disk {
	unsigned syncs;
	size_t bytes;
} disk;

/* What a sync takes longer here, as on flash that really writes. */
static long sync_ns;

static int
synced(long rc)
{
	const struct timespec wait = { .tv_nsec = sync_ns };

	disk.syncs++;
	if (sync_ns > 0)
		(void)nanosleep(&wait, NULL);
	return (int)rc;
}

INSTEAD int
fsync(int fd)
{
	return synced(syscall(SYS_fsync, fd));
}

INSTEAD int
fdatasync(int fd)
{
	return synced(syscall(SYS_fdatasync, fd));
}

static ssize_t
counted(ssize_t n)
{
	disk.bytes += n > 0 ? (size_t)n : 0;
	return n;
}

INSTEAD ssize_t
pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	return counted(syscall(SYS_pwrite64, fd, bytes, len, at));
}

#ifndef _FILE_OFFSET_BITS /* else the one above has this name */
INSTEAD ssize_t
pwrite64(int fd, const void *bytes, size_t len, off_t at)
{
	return counted(syscall(SYS_pwrite64, fd, bytes, len, at));
}
#endif

INSTEAD ssize_t
write(int fd, const void *bytes, size_t len)
{
	return counted(syscall(SYS_write, fd, bytes, len));
}

/* ---- Clocks ------------------------------------------------------------ */

static double
seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double
cpu(void)
{
	return seconds(CLOCK_PROCESS_CPUTIME_ID);
}

static int
order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *list, size_t n)
{
	qsort(list, n, sizeof *list, order);
	return list[n / 2];
}

/* ---- A device ---------------------------------------------------------- */

static struct device *
bench_device(void)
{
	struct device *d = device_new();

	d->stores[0].size = ROOM;
	return d;
}

/* Ids as licissue makes them. */
static char *
file_of(const struct device *d, size_t from, size_t n, size_t *line_bytes)
{
	struct lc_file_writer w = { 0 };

	for (size_t i = from; i < from + n; i++) {
		char id[33], *line;
		struct lc_terms t;

		snprintf(id, sizeof id, "%032zx", i + 1);
		t = issuer_terms(id);
		line = issuer_line(d->issuer, &t);
		*line_bytes += strlen(line);
		lc_file_writer_lines(&w, (const char *const *)&line, 1);
		free(line);
	}
	REQUIRE(lc_file_writer_end(&w) == LC_OK);
	return w.text;
}

static void
install(struct device *d, const char *file)
{
	struct lc_action *a = device_install_file(d, file,
	    (struct lc_request){ 0 });

	CHECK_ERR(lc_action_error(a), LC_OK, NULL);
	lc_action_free(a);
}

/* A master agent takes its notifications. */
static void
events_take(struct device *d)
{
	const struct lc_event *event = NULL;
	uint64_t last = 0;

	while (lc_event_next(d->lc, last, &event) == LC_OK)
		last = event->seq;
	REQUIRE(lc_event_done(d->lc, last) == LC_OK);
}

static size_t
pragma(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s;
	size_t value;

	REQUIRE(sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK);
	REQUIRE(sqlite3_step(s) == SQLITE_ROW);
	value = (size_t)sqlite3_column_int64(s, 0);
	REQUIRE(sqlite3_finalize(s) == SQLITE_OK);
	return value;
}

/* Without pages that wait to be used again, or with these. */
static size_t
size_of(const struct device *d, const char *name, bool all)
{
	sqlite3 *db;
	size_t pages;

	REQUIRE(sqlite3_open(check_path(d->dir, name), &db) == SQLITE_OK);
	pages = pragma(db, "PRAGMA page_count");
	if (!all)
		pages -= pragma(db, "PRAGMA freelist_count");
	pages *= pragma(db, "PRAGMA page_size");
	REQUIRE(sqlite3_close(db) == SQLITE_OK);
	return pages;
}

/* ---- Starts ------------------------------------------------------------ */

static double
verify_all(const struct device *d, const char *text)
{
	struct lc_file *file;
	double begin;

	REQUIRE(lc_file_parse(text, strlen(text), &file, NULL) == LC_OK);
	begin = cpu();
	for (size_t i = 0; i < file->nlines; i++) {
		struct lc_line *line;

		REQUIRE(lc_line_open(file->lines[i].text, file->lines[i].len,
		    d->issuer->trust, &line, NULL) == LC_OK);
		lc_line_free(line);
	}
	begin = cpu() - begin;
	lc_file_free(file);
	return begin;
}

static void
fill(struct device *d, size_t *line_bytes, double *verified)
{
	for (size_t from = 0; from < count; from += PER_FILE) {
		size_t n = count - from < PER_FILE ? count - from : PER_FILE;
		char *text = file_of(d, from, n, line_bytes);

		install(d, text);
		*verified += verify_all(d, text);
		free(text);
	}
}

static double
each(size_t size, size_t before, size_t line_bytes)
{
	return (double)(size - before - line_bytes) / (double)count;
}

static void
report_room(const struct device *d, size_t before, size_t line_bytes)
{
	static const char *const names[] = { "state.db", "state-twin.db" };

	for (size_t i = 0; i < CHECK_COUNT(names); i++)
		printf("%s: %.0f bytes a license beside its line of %.0f (goal"
		    " 500); %.0f more while its notification waits\n",
		    names[i], each(size_of(d, names[i], false), before,
		    line_bytes), (double)line_bytes / (double)count,
		    each(size_of(d, names[i], true), size_of(d, names[i],
		    false), 0));
}

/* How long the core goes on after it was asked to stop, at most. */
static double last_asked, longest;

static void
asked(void)
{
	double now = cpu();

	if (now - last_asked > longest)
		longest = now - last_asked;
	last_asked = now;
}

static bool
never_stop(void *arg)
{
	(void)arg;
	asked();
	return false;
}

static void
starts(void)
{
	struct device *d = bench_device();
	double verified = 0, times[5];
	size_t line_bytes = 0, before;

	device_open(d);
	device_close(d);
	before = size_of(d, "state.db", true);
	device_open(d);
	fill(d, &line_bytes, &verified);
	events_take(d);
	device_close(d);
	report_room(d, before, line_bytes);
	disk = (struct disk){ 0 };
	d->options.stop = never_stop;
	for (size_t i = 0; i < CHECK_COUNT(times); i++) {
		last_asked = times[i] = cpu();
		device_open(d);
		asked();
		times[i] = cpu() - times[i];
		device_close(d);
	}
	printf("a start with %zu licenses: %.3f s of CPU (goal 0.3 for"
	    " 30000); to verify their signatures would be %.2f s more\n",
	    count, median(times, CHECK_COUNT(times)), verified);
	printf("SIGTERM during a start ends it within %.0f ms of CPU"
	    " (goal 1000)\n", 1e3 * longest);
	printf("opening and closing without a change: %u syncs, %zu bytes"
	    " written (goal 0)\n", disk.syncs, disk.bytes);
	device_free(d);
}

/* ---- A meter that runs -------------------------------------------------- */

static void
meter(void)
{
	struct lc_lease_request r = { .feature = "one" };
	struct device *d = bench_device();
	struct lc_terms t = issuer_terms("trial");
	struct lc_lease *lease;

	t.feature = "one";
	t.type = LC_DEMO;
	t.period_s = 30 * 86400;
	device_open(d);
	(void)device_add(d, t);
	CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_OK, NULL);
	device_pass(d, 1);
	disk = (struct disk){ 0 };
	for (int i = 0; i < 60 * MINUTES; i++)
		device_pass(d, 1);
	printf("a meter that runs: %.1f syncs and %.0f bytes a minute"
	    " (goal 2 and 8192)\n", (double)disk.syncs / MINUTES,
	    (double)disk.bytes / MINUTES);
	device_free(d);
}

/* ---- Check-outs --------------------------------------------------------- */

static void
pairs_of(size_t licenses)
{
	struct lc_lease_request r = { .feature = "ipbasek9",
	    .version = "1.0" };
	struct device *d = bench_device();
	size_t bytes = 0;
	char *text;
	double begin;

	device_open(d);
	text = file_of(d, 0, licenses, &bytes);
	install(d, text);
	device_pass(d, 1);
	begin = cpu();
	for (int i = 0; i < PAIRS; i++) {
		struct lc_lease *lease = NULL;

		REQUIRE(lc_checkout(d->lc, &r, &lease, NULL) == LC_OK);
		device_pass(d, 0);
		lc_release(lease);
		device_pass(d, 0);
	}
	printf("a check-out and a release with %zu licenses of the feature,"
	    " with a tick after each: %.2f us of CPU (goal 1)\n", licenses,
	    1e6 * (cpu() - begin) / PAIRS);
	free(text);
	device_free(d);
}

static void
checkouts(void)
{
	pairs_of(10);
	pairs_of(1000);
	pairs_of(10000);
}

/* ---- One installation --------------------------------------------------- */

/* What a program would do that keeps lines in a table. */
static sqlite3 *
peer_open(const char *dir)
{
	sqlite3 *db;

	REQUIRE(sqlite3_open(check_path(dir, "peer.db"), &db) == SQLITE_OK);
	REQUIRE(sqlite3_exec(db, "PRAGMA journal_mode = DELETE; PRAGMA"
	    " synchronous = EXTRA; CREATE TABLE line (n INTEGER PRIMARY KEY,"
	    " line TEXT)", NULL, NULL, NULL) == SQLITE_OK);
	return db;
}

static void
peer_commit(sqlite3 *db, const char *text)
{
	sqlite3_stmt *s;

	REQUIRE(sqlite3_prepare_v2(db, "INSERT INTO line (line) VALUES (?)",
	    -1, &s, NULL) == SQLITE_OK);
	REQUIRE(sqlite3_bind_text(s, 1, text, -1, SQLITE_STATIC) ==
	    SQLITE_OK);
	REQUIRE(sqlite3_step(s) == SQLITE_DONE);
	REQUIRE(sqlite3_finalize(s) == SQLITE_OK);
}

struct cost {
	double wall[ROUNDS], cpu[ROUNDS];
	struct disk disk;
};

static void
cost_begin(struct cost *c, int i)
{
	disk = (struct disk){ 0 };
	c->wall[i] = seconds(CLOCK_MONOTONIC);
	c->cpu[i] = cpu();
}

static void
cost_end(struct cost *c, int i)
{
	c->wall[i] = seconds(CLOCK_MONOTONIC) - c->wall[i];
	c->cpu[i] = cpu() - c->cpu[i];
	c->disk.syncs += disk.syncs;
	c->disk.bytes += disk.bytes;
}

static void
cost_print(const char *what, struct cost *c)
{
	printf("%s: %.1f syncs, %zu bytes, %.2f ms, %.2f ms of CPU\n", what,
	    (double)c->disk.syncs / ROUNDS, c->disk.bytes / ROUNDS,
	    1e3 * median(c->wall, ROUNDS), 1e3 * median(c->cpu, ROUNDS));
}

/* On this disk, and on one where a sync takes its time. */
static void
installation(long ns)
{
	struct device *d = bench_device();
	static struct cost ours, peers;
	sqlite3 *db = peer_open(d->dir);
	size_t bytes = 0;

	device_open(d);
	sync_ns = ns;
	ours.disk = peers.disk = (struct disk){ 0 };
	for (int i = 0; i < ROUNDS; i++) {
		char *text = file_of(d, (size_t)i, 1, &bytes);

		cost_begin(&ours, i);
		install(d, text);
		cost_end(&ours, i);
		cost_begin(&peers, i);
		peer_commit(db, text);
		cost_end(&peers, i);
		free(text);
	}
	sync_ns = 0;
	cost_print("one installation", &ours);
	cost_print("one durable commit of SQLite", &peers);
	printf("ratio (goal 2 where syncs take the time): syncs %.2f, time"
	    " %.2f\n",
	    (double)ours.disk.syncs / (double)peers.disk.syncs,
	    ours.wall[ROUNDS / 2] / peers.wall[ROUNDS / 2]);
	REQUIRE(sqlite3_close(db) == SQLITE_OK);
	device_free(d);
}

static void
installation_here(void)
{
	installation(0);
}

static void
installation_on_flash(void)
{
	puts("the same where a sync takes 2 ms:");
	installation(2000000);
}

int
main(int argc, char **argv)
{
	static const struct check_test parts[] = {
		{ "starts", starts },
		{ "meter", meter },
		{ "checkouts", checkouts },
		{ "installation", installation_here },
		{ "installation on flash", installation_on_flash },
	};

	if (argc > 1)
		count = (size_t)strtoul(argv[1], NULL, 10);
	return check_main("state", parts, CHECK_COUNT(parts),
	    argc > 1 ? argc - 1 : argc,
	    argc > 1 ? argv + 1 : argv);
}
