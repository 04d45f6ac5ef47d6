/*
 * db_test.c - one interface over SQL databases: what db.h promises, with
 * SQLite, or with PostgreSQL if TEST_DATABASE is set (tests/support/
 * with_postgres sets it).
 */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <sqlite3.h>

#include "db/db.h"

#define KIND 0x74657374

static const char *const steps[] = {
	"CREATE TABLE thing (id TEXT PRIMARY KEY, n BIGINT, body BYTEA)",
	"ALTER TABLE thing ADD COLUMN note TEXT;"
	"CREATE TABLE counter (name TEXT PRIMARY KEY, n BIGINT NOT NULL)"
	" WITHOUT ROWID;"
	"INSERT INTO counter (name, n) VALUES ('thing', 0)",
	"CREATE TABLE part (n INTEGER PRIMARY KEY,"
	" thing TEXT NOT NULL REFERENCES thing (id), state TEXT NOT NULL);"
	"CREATE UNIQUE INDEX part_open ON part (thing) WHERE state = 'open'",
};
static const struct db_schema version1 = { KIND, steps, 1 };
static const struct db_schema version2 = { KIND, steps, 2 };
static const struct db_schema version3 = { KIND, steps, 3 };
static const struct db_schema other = { 0x6f746872, steps, 1 };

static const char *server; /* NULL: SQLite */
static char words[DB_WORDS_SIZE];

/* ---- Support --------------------------------------------------------- */

/* An empty database. */
static const char *
new_place(void)
{
	static unsigned n;
	static char place[40][512];
	char command[512];

	if (server == NULL)
		return check_path(check_dir(), "test.db");
	REQUIRE(n < CHECK_COUNT(place));
	(void)snprintf(command, sizeof command,
	    "psql -qX -c 'CREATE SCHEMA t%u' '%s'", n, server);
	REQUIRE(system(command) == 0);
	(void)snprintf(place[n], sizeof place[n],
	    "%s?options=-csearch_path%%3Dt%u", server, n);
	return place[n++];
}

static struct db *
opened(const char *place, const struct db_schema *schema)
{
	struct db *db = NULL;

	CHECK_INT(db_open(place, schema, &db, words), DB_OK);
	CHECK_STR(words, "");
	REQUIRE(db != NULL);
	return db;
}

static void
upgrade(const char *place, const struct db_schema *schema, int32_t from)
{
	int32_t found = -1;

	CHECK_INT(db_upgrade(place, schema, &found, words), DB_OK);
	CHECK_STR(words, "");
	CHECK_INT(found, from);
}

/* A database that was just made. */
static struct db *
made(const struct db_schema *schema)
{
	const char *place = new_place();

	upgrade(place, schema, 0);
	return opened(place, schema);
}

static void
not_opened(const char *place, const struct db_schema *schema, enum db_err err,
    const char *why)
{
	struct db *db = NULL;

	CHECK_INT(db_open(place, schema, &db, words), err);
	CHECK_HAS(words, why);
	CHECK(db == NULL);
}

/* The number that a query finds. */
#define NUMBER(db, sql) number(db, sql, __LINE__)

static int64_t
number(struct db *db, const char *sql, int line)
{
	struct db_rows *rows = NULL;
	int64_t n;

	check_context("line %d", line);
	CHECK_INT(db_query(db, &rows, sql, ""), DB_OK);
	REQUIRE(rows != NULL && db_next(rows) == DB_OK);
	n = db_int(rows, 0);
	db_stop(rows);
	check_context(NULL);
	return n;
}

static int64_t
count(struct db *db)
{
	return NUMBER(db, "SELECT count(*) FROM thing");
}

static enum db_err
add(struct db *db, const char *id, int64_t n)
{
	return db_run(db, "INSERT INTO thing (id, n) VALUES ($1, $2)", "si", id,
	    n);
}

static const char *
other_words(const char *sqlite, const char *postgres)
{
	return server == NULL ? sqlite : postgres;
}

/* ---- Values ---------------------------------------------------------- */

static void
values(void)
{
	static const char bytes[] = "a\0b\xff\\x41'", umlauts[] = "Gr\xc3\xbc"
	    "\xc3\x9f" "e \xe2\x82\xac \xf0\x9f\x94\x91";
	struct db *db = made(&version1);
	struct db_rows *rows = NULL;
	const void *blob;
	size_t len;

	CHECK_INT(db_run(db, "INSERT INTO thing (id, n, body)"
	    " VALUES ($1, $2, $3)", "xib", "one and more", (size_t)3,
	    INT64_MIN, bytes, sizeof bytes), DB_OK);
	CHECK_INT(db_run(db, "INSERT INTO thing (id, n, body)"
	    " VALUES ($1, $2, $3)", "xib", "it's; --\"", (size_t)9,
	    INT64_MAX, "", (size_t)0), DB_OK);
	CHECK_INT(db_run(db, "INSERT INTO thing (id, n, body)"
	    " VALUES ($1, $2, $3)", "sib", umlauts, (int64_t)0,
	    "\\", (size_t)1), DB_OK);
	CHECK_INT(db_query(db, &rows, "SELECT id, n, body, n IS NULL, n > 0"
	    " FROM thing ORDER BY n", ""), DB_OK);
	CHECK_INT(db_next(rows), DB_OK);
	CHECK_STR(db_text(rows, 0), "one");
	CHECK(db_int(rows, 1) == INT64_MIN);
	CHECK_STR(db_text(rows, 1), "-9223372036854775808");
	for (int i = 0; i < 2; i++) {	/* reading does not change it */
		blob = db_blob(rows, 2, &len);
		CHECK_MEM(blob, len, bytes, sizeof bytes);
	}
	CHECK_INT(db_int(rows, 3), 0);
	CHECK_INT(db_next(rows), DB_OK);
	CHECK_STR(db_text(rows, 0), umlauts);
	blob = db_blob(rows, 2, &len);
	CHECK_MEM(blob, len, "\\", 1);
	CHECK_INT(db_int(rows, 4), 0);
	CHECK_INT(db_next(rows), DB_OK);
	CHECK_STR(db_text(rows, 0), "it's; --\"");
	CHECK(db_int(rows, 1) == INT64_MAX);
	CHECK_INT(db_int(rows, 4), 1);
	CHECK(db_blob(rows, 2, &len) != NULL);
	CHECK_UINT(len, 0);
	CHECK(!db_is_null(rows, 2));
	CHECK_INT(db_next(rows), DB_END);
	CHECK_INT(db_next(rows), DB_END);
	db_stop(rows);
	db_close(db);
}

/* The numbers of parameters count, not where they stand. */
static void
numbered_parameters(void)
{
	struct db *db = made(&version1);
	struct db_rows *rows = NULL;

	CHECK_INT(db_run(db, "INSERT INTO thing (n, id) VALUES ($2, $1)", "si",
	    "a", (int64_t)7), DB_OK);
	CHECK_INT(db_query(db, &rows, "SELECT $2 || id || $1 || $2 FROM thing"
	    " WHERE n = $3", "ssi", "x", "y", (int64_t)7), DB_OK);
	CHECK_INT(db_next(rows), DB_OK);
	CHECK_STR(db_text(rows, 0), "yaxy");
	db_stop(rows);
	/* One too many, one too few, and a letter that is none. */
	CHECK_INT(db_run(db, "DELETE FROM thing WHERE id = $1", "ss", "a",
	    "b"), DB_FAILED);
	CHECK_INT(db_run(db, "DELETE FROM thing WHERE id = $1 AND n = $2", "s",
	    "a"), DB_FAILED);
	CHECK_INT(db_run(db, "DELETE FROM thing WHERE id = $1", "q", "a"),
	    DB_FAILED);
	CHECK_INT(count(db), 1);
	/* One statement at a time. */
	CHECK_INT(db_run(db, "DELETE FROM thing; SELECT 1", ""), DB_FAILED);
	CHECK_INT(count(db), 1);
	db_close(db);
}

static void
null_is_empty(void)
{
	struct db *db = made(&version1);
	struct db_rows *rows = NULL;
	size_t len = 1;

	CHECK_INT(db_run(db, "INSERT INTO thing (id, n, body)"
	    " VALUES ($1, $2, $3)", "ssb", "a", NULL, NULL, (size_t)0), DB_OK);
	CHECK_INT(db_run(db, "INSERT INTO thing (id, n, body)"
	    " VALUES ($1, $2, $3)", "sib", "", (int64_t)1, "", (size_t)0),
	    DB_OK);
	CHECK_INT(db_query(db, &rows, "SELECT n, body, id FROM thing"
	    " WHERE body IS NULL AND n IS NULL", ""), DB_OK);
	CHECK_INT(db_next(rows), DB_OK);
	CHECK_INT(db_int(rows, 0), 0);
	CHECK_STR(db_text(rows, 0), "");
	CHECK(db_is_null(rows, 0));
	CHECK(db_blob(rows, 1, &len) == NULL);
	CHECK_UINT(len, 0);
	CHECK(db_is_null(rows, 1));
	CHECK(!db_is_null(rows, 2));
	CHECK_INT(db_next(rows), DB_END);
	CHECK_INT(NUMBER(db, "SELECT count(*) FROM thing WHERE id = ''"
	    " AND n IS NOT NULL AND body IS NOT NULL"), 1);
	db_close(db);
}

/* What a query was given may go away before its rows are read. */
static void
arguments_go_away(void)
{
	struct db *db = made(&version1);
	struct db_rows *rows = NULL;
	char id[] = "a";

	CHECK_INT(add(db, "a", 1), DB_OK);
	CHECK_INT(add(db, "b", 2), DB_OK);
	CHECK_INT(db_query(db, &rows, "SELECT n, $1 || 'x' FROM thing"
	    " WHERE id >= $1 ORDER BY n", "s", id), DB_OK);
	id[0] = 'z';
	CHECK_INT(db_next(rows), DB_OK);
	CHECK_STR(db_text(rows, 1), "ax");
	CHECK_INT(db_next(rows), DB_OK);
	CHECK_INT(db_int(rows, 0), 2);
	CHECK_INT(db_next(rows), DB_END);
	db_close(db);
}

/* ---- Statements ------------------------------------------------------ */

static void
returning(void)
{
	struct db *db = made(&version2);
	struct db_rows *rows = NULL;

	for (int i = 1; i <= 2; i++) {
		CHECK_INT(db_query(db, &rows, "UPDATE counter SET n = n + 1"
		    " WHERE name = $1 RETURNING n", "s", "thing"), DB_OK);
		CHECK_INT(db_next(rows), DB_OK);
		CHECK_INT(db_int(rows, 0), i);
		CHECK_INT(db_next(rows), DB_END);
	}
	/* A condition that does not hold: no row. */
	CHECK_INT(db_query(db, &rows, "UPDATE counter SET n = n + $1"
	    " WHERE name = 'thing' AND n + $1 <= 3 RETURNING n", "i",
	    (int64_t)2), DB_OK);
	CHECK_INT(db_next(rows), DB_END);
	/* db_run passes over rows. */
	CHECK_INT(db_run(db, "UPDATE counter SET n = n + 1 RETURNING n", ""),
	    DB_OK);
	CHECK_INT(NUMBER(db, "SELECT n FROM counter"), 3);
	/* A row that is there: the other values, or none. */
	CHECK_INT(db_run(db, "INSERT INTO counter (name, n) VALUES ($1, $2)"
	    " ON CONFLICT (name) DO UPDATE SET n = excluded.n", "si", "thing",
	    (int64_t)10), DB_OK);
	CHECK_INT(NUMBER(db, "SELECT n FROM counter"), 10);
	CHECK_INT(db_query(db, &rows, "INSERT INTO counter (name, n)"
	    " VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING n", "si",
	    "thing", (int64_t)11), DB_OK);
	CHECK_INT(db_next(rows), DB_END);
	db_close(db);
}

static void
a_query_that_runs(void)
{
	struct db *db = made(&version1);
	struct db_rows *rows[2] = { NULL, NULL };
	const char *sql = "SELECT n FROM thing ORDER BY n";

	CHECK_INT(add(db, "a", 1), DB_OK);
	CHECK_INT(add(db, "b", 2), DB_OK);
	CHECK_INT(db_query(db, &rows[0], sql, ""), DB_OK);
	CHECK_INT(db_next(rows[0]), DB_OK);
	CHECK_INT(db_query(db, &rows[1], sql, ""), DB_FAILED);
	CHECK(rows[1] == NULL);
	CHECK_HAS(db_words(db), "still being read");
	CHECK_INT(db_next(rows[0]), DB_OK);
	CHECK_INT(db_int(rows[0], 0), 2);
	db_stop(rows[0]);
	CHECK_INT(db_next(rows[0]), DB_END);
	CHECK_INT(db_query(db, &rows[1], sql, ""), DB_OK);
	db_close(db);	/* with rows that were not read */
}

static void
a_key_that_is_there(void)
{
	struct db *db = made(&version3);

	CHECK_INT(add(db, "a", 1), DB_OK);
	CHECK_INT(add(db, "a", 2), DB_EXISTS);
	CHECK_HAS(db_words(db), other_words("UNIQUE", "unique"));
	CHECK_INT(db_run(db, "INSERT INTO absent (id) VALUES ($1)", "s", "a"),
	    DB_FAILED);
	CHECK_HAS(db_words(db),
	    other_words("no such table", "does not exist"));
	/* The words stay what they are until something else fails. */
	db_rollback(db);
	CHECK_INT(add(db, "b", 2), DB_OK);
	CHECK_HAS(db_words(db),
	    other_words("no such table", "does not exist"));
	/* By a partial index; and what is missing elsewhere. */
	CHECK_INT(db_run(db, "INSERT INTO part (n, thing, state)"
	    " VALUES (1, 'a', 'open'), (2, 'a', 'done'), (3, 'a', 'done')",
	    ""), DB_OK);
	CHECK_INT(db_run(db, "UPDATE part SET state = 'open' WHERE n = 2", ""),
	    DB_EXISTS);
	CHECK_INT(db_run(db, "INSERT INTO part (n, thing, state)"
	    " VALUES (4, 'nothing', 'open')", ""), DB_FAILED);
	CHECK_INT(NUMBER(db, "SELECT count(*) FROM part"), 3);
	db_close(db);
}

/* ---- Transactions ---------------------------------------------------- */

static void
transactions(void)
{
	const char *place = new_place();
	struct db *db;

	upgrade(place, &version1, 0);
	db = opened(place, &version1);
	CHECK_INT(db_commit(db), DB_FAILED);
	CHECK_HAS(db_words(db), "not in a transaction");
	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(db_begin(db), DB_FAILED);
	CHECK_INT(add(db, "a", 1), DB_OK);
	db_rollback(db);
	CHECK_INT(count(db), 0);
	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(add(db, "b", 1), DB_OK);
	CHECK_INT(db_commit(db), DB_OK);
	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(add(db, "c", 1), DB_OK);
	db_close(db);	/* not committed */
	db = opened(place, &version1);
	CHECK_INT(count(db), 1);
	db_close(db);
}

/* After a failure a transaction can only be given up. */
static void
a_failed_statement(void)
{
	struct db *db = made(&version1);
	struct db_rows *rows = NULL;

	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(add(db, "a", 1), DB_OK);
	CHECK_INT(add(db, "a", 1), DB_EXISTS);
	CHECK_INT(add(db, "b", 1), DB_FAILED);
	CHECK_INT(db_query(db, &rows, "SELECT id FROM thing", ""), DB_FAILED);
	CHECK_INT(db_savepoint(db), DB_FAILED);
	CHECK_INT(db_commit(db), DB_FAILED);
	CHECK_HAS(db_words(db), other_words("UNIQUE", "unique"));
	CHECK_INT(count(db), 0);
	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(db_run(db, "SELECT nonsense", ""), DB_FAILED);
	db_rollback(db);
	CHECK_INT(add(db, "b", 1), DB_OK);
	CHECK_INT(count(db), 1);
	db_close(db);
}

static void
savepoints(void)
{
	struct db *db = made(&version1);

	CHECK_INT(db_savepoint(db), DB_FAILED);
	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(db_undo(db), DB_FAILED);
	CHECK_INT(db_release(db), DB_FAILED);
	CHECK_INT(add(db, "first", 1), DB_OK);
	CHECK_INT(db_savepoint(db), DB_OK);
	CHECK_INT(add(db, "second", 2), DB_OK);
	CHECK_INT(add(db, "first", 2), DB_EXISTS);
	CHECK_INT(db_release(db), DB_FAILED);
	CHECK_INT(db_undo(db), DB_OK);
	CHECK_INT(db_savepoint(db), DB_OK);
	CHECK_INT(add(db, "third", 3), DB_OK);
	CHECK_INT(db_savepoint(db), DB_OK);
	CHECK_INT(add(db, "fourth", 4), DB_OK);
	CHECK_INT(db_undo(db), DB_OK);
	CHECK_INT(add(db, "fifth", 5), DB_OK);
	CHECK_INT(db_release(db), DB_OK);
	CHECK_INT(db_undo(db), DB_FAILED);
	CHECK_INT(db_commit(db), DB_OK);
	CHECK_INT(NUMBER(db, "SELECT sum(n) FROM thing"), 1 + 3 + 5);
	CHECK_INT(count(db), 3);
	db_close(db);
}

static enum db_err
send(struct db *db, const char *id, int64_t n)
{
	return db_send(db, "INSERT INTO thing (id, n) VALUES ($1, $2)", "si",
	    id, n);
}

/* What was sent is there for what follows; an error comes by the release. */
static void
sent(void)
{
	struct db *db = made(&version1);
	enum db_err err;
	char id[16];

	CHECK_INT(send(db, "alone", 1), DB_OK);
	CHECK_INT(send(db, "alone", 1), DB_EXISTS);
	CHECK_INT(db_begin(db), DB_OK);
	for (int i = 0; i < 2500; i++) {
		(void)snprintf(id, sizeof id, "%d", i);
		CHECK_INT(send(db, id, i), DB_OK);
	}
	CHECK_INT(count(db), 2501);
	CHECK_INT(db_commit(db), DB_OK);
	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(send(db, "a", 1), DB_OK);
	CHECK_INT(db_savepoint(db), DB_OK);
	CHECK_INT(send(db, "b", 1), DB_OK);
	err = send(db, "a", 1);
	CHECK(err == DB_OK || err == DB_EXISTS);
	err = send(db, "c", 1);
	CHECK(err == DB_OK || err == DB_FAILED);
	CHECK(db_release(db) != DB_OK);
	CHECK_HAS(db_words(db), other_words("UNIQUE", "unique"));
	CHECK_INT(db_undo(db), DB_OK);
	CHECK_INT(count(db), 2502);
	CHECK_INT(db_savepoint(db), DB_OK);
	CHECK_INT(send(db, "d", 1), DB_OK);
	CHECK_INT(db_undo(db), DB_OK);
	CHECK_INT(db_savepoint(db), DB_OK);
	CHECK_INT(send(db, "e", 1), DB_OK);
	CHECK_INT(db_release(db), DB_OK);
	CHECK_INT(db_commit(db), DB_OK);
	CHECK_INT(count(db), 2503);
	/* Failed at the savepoint, the transaction is to be given up. */
	CHECK_INT(db_begin(db), DB_OK);
	(void)send(db, "a", 1);
	CHECK(db_savepoint(db) != DB_OK);
	CHECK_INT(db_undo(db), DB_FAILED);
	CHECK_INT(db_commit(db), DB_FAILED);
	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(send(db, "f", 1), DB_OK);
	(void)send(db, "a", 1);
	CHECK(db_commit(db) != DB_OK);
	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(send(db, "g", 1), DB_OK);
	db_rollback(db);
	CHECK_INT(count(db), 2503);
	db_close(db);
}

/*
 * A part that was released later: what fails in it may show later, and takes
 * the whole transaction, but what fails in the next part is undone alone.
 */
static void
released_later(void)
{
	struct db *db = made(&version1);

	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(db_release_later(db), DB_FAILED);
	CHECK_INT(db_savepoint(db), DB_OK);
	CHECK_INT(send(db, "a", 1), DB_OK);
	CHECK_INT(db_release_later(db), DB_OK);
	CHECK_INT(db_savepoint(db), DB_OK);
	CHECK_INT(send(db, "b", 1), DB_OK);
	(void)send(db, "a", 1);
	CHECK_INT(db_undo(db), DB_OK);
	CHECK_INT(db_savepoint(db), DB_OK);
	CHECK_INT(add(db, "c", 1), DB_OK);
	CHECK_INT(add(db, "a", 1), DB_EXISTS);
	CHECK_INT(db_undo(db), DB_OK);
	CHECK_INT(db_savepoint(db), DB_OK);
	CHECK_INT(send(db, "d", 1), DB_OK);
	CHECK_INT(db_release_later(db), DB_OK);
	CHECK_INT(db_commit(db), DB_OK);
	CHECK_INT(count(db), 2);
	/* It failed, and its neighbors with it; never without a word. */
	for (int looks = 0; looks < 2; looks++) {
		CHECK_INT(db_begin(db), DB_OK);
		CHECK_INT(db_savepoint(db), DB_OK);
		CHECK_INT(send(db, "e", 1), DB_OK);
		(void)send(db, "a", 1);
		if (db_release_later(db) == DB_OK &&
		    db_savepoint(db) == DB_OK) {
			(void)send(db, "f", 1);
			if (looks)
				CHECK(add(db, "g", 1) != DB_OK);
			CHECK(db_undo(db) != DB_OK);
		}
		CHECK(db_commit(db) != DB_OK);
		CHECK_HAS(db_words(db), other_words("UNIQUE", "unique"));
		CHECK(!db_is_gone(db));
		CHECK_INT(count(db), 2);
	}
	db_close(db);
}

static void
one_row(void)
{
	static const char sql[] = "UPDATE thing SET n = n + 1 WHERE n >= $1";
	struct db *db = made(&version1);

	CHECK_INT(add(db, "a", 1), DB_OK);
	CHECK_INT(add(db, "b", 2), DB_OK);
	CHECK_INT(db_send_one(db, sql, "i", (int64_t)2), DB_FAILED);
	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(db_send_one(db, sql, "i", (int64_t)2), DB_OK);
	CHECK_INT(db_commit(db), DB_OK);
	for (int64_t none = 9, from = 1; from <= 9; from += none - 1) {
		CHECK_INT(db_begin(db), DB_OK);
		(void)db_send_one(db, sql, "i", from);
		CHECK(db_commit(db) != DB_OK);
		CHECK_HAS(db_words(db), "has not changed one row");
	}
	CHECK_INT(NUMBER(db, "SELECT sum(n) FROM thing"), 4);
	db_close(db);
}

/* A query that was asked ahead shows its rows once, as they were then. */
static void
asked_ahead(void)
{
	static const char sql[] = "SELECT n FROM thing WHERE id = $1";
	struct db *db = made(&version1);
	struct db_rows *rows = NULL;

	CHECK_INT(add(db, "a", 1), DB_OK);
	CHECK_INT(db_ahead(db, sql, "s", "a"), DB_FAILED);
	CHECK_INT(db_begin(db), DB_OK);
	for (int twice = 0; twice < 2; twice++) {
		CHECK_INT(db_ahead(db, sql, "s", "a"), DB_OK);
		CHECK_INT(db_ahead(db, sql, "s", "none"), DB_OK);
		CHECK_INT(db_ahead(db, sql, "s", "never asked"), DB_OK);
	}
	CHECK_INT(db_savepoint(db), DB_OK);
	CHECK_INT(db_query(db, &rows, sql, "s", "none"), DB_OK);
	CHECK_INT(db_next(rows), DB_END);
	CHECK_INT(db_query(db, &rows, sql, "s", "a"), DB_OK);
	CHECK_INT(db_next(rows), DB_OK);
	CHECK_INT(db_int(rows, 0), 1);
	CHECK_INT(db_next(rows), DB_END);
	CHECK_INT(send(db, "none", 2), DB_OK);
	CHECK_INT(db_release_later(db), DB_OK);
	CHECK_INT(db_query(db, &rows, sql, "s", "none"), DB_OK);
	CHECK_INT(db_next(rows), DB_OK);
	CHECK_INT(db_int(rows, 0), 2);
	db_stop(rows);
	/* Unless it counts no more. */
	CHECK_INT(db_ahead(db, sql, "s", "b"), DB_OK);
	CHECK_INT(send(db, "b", 3), DB_OK);
	db_ahead_end(db);
	CHECK_INT(db_query(db, &rows, sql, "s", "b"), DB_OK);
	CHECK_INT(db_next(rows), DB_OK);
	db_stop(rows);
	CHECK_INT(db_ahead(db, sql, "s", "c"), DB_OK);
	CHECK_INT(db_commit(db), DB_OK);
	/* Nothing is left of it. */
	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(send(db, "c", 4), DB_OK);
	CHECK_INT(db_ahead(db, sql, "s", "d"), DB_OK);
	CHECK_INT(db_query(db, &rows, sql, "s", "c"), DB_OK);
	CHECK_INT(db_next(rows), DB_OK);
	db_stop(rows);
	db_rollback(db);
	CHECK_INT(count(db), 3);
	db_close(db);
}

/* Of two that write the same, one waits, and gives up. */
static void
two_writers(void)
{
	const char *place = new_place();
	struct db *db, *second;
	enum db_err err;

	upgrade(place, &version2, 0);
	db = opened(place, &version2);
	second = opened(place, &version2);
	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(db_run(db, "UPDATE counter SET n = n + 1", ""), DB_OK);
	CHECK_INT(NUMBER(second, "SELECT n FROM counter"), 0);
	err = db_begin(second);
	if (err == DB_OK)
		err = db_run(second, "UPDATE counter SET n = n + 1", "");
	CHECK_INT(err, DB_BUSY);
	CHECK_HAS(db_words(second), "lock");
	db_rollback(second);
	CHECK_INT(db_commit(db), DB_OK);
	CHECK_INT(db_begin(second), DB_OK);
	CHECK_INT(db_run(second, "UPDATE counter SET n = n + 1", ""), DB_OK);
	CHECK_INT(db_commit(second), DB_OK);
	CHECK_INT(NUMBER(db, "SELECT n FROM counter"), 2);
	db_close(second);
	db_close(db);
}

/* A reader sees one state, holds nobody up, and cannot write. */
static void
a_reader(void)
{
	const char *place = new_place();
	struct db *db, *reader;

	upgrade(place, &version1, 0);
	db = opened(place, &version1);
	reader = opened(place, &version1);
	CHECK_INT(db_begin_reading(reader), DB_OK);
	CHECK_INT(count(reader), 0);
	CHECK_INT(add(db, "a", 1), DB_OK);
	CHECK_INT(count(reader), 0);
	CHECK_INT(add(reader, "b", 1), DB_FAILED);
	db_rollback(reader);
	CHECK_INT(count(reader), 1);
	CHECK_INT(add(reader, "b", 1), DB_OK);
	CHECK_INT(db_begin_reading(reader), DB_OK);
	CHECK_INT(count(reader), 2);
	CHECK_INT(db_commit(reader), DB_OK);
	CHECK_INT(add(reader, "c", 1), DB_OK);
	db_close(reader);
	db_close(db);
}

/* ---- Schema ---------------------------------------------------------- */

static void
schema_versions(void)
{
	const char *place = new_place();
	struct db *db;
	int32_t from = -1;

	not_opened(place, &version1, DB_MISSING,
	    other_words("no such file", "empty"));
	upgrade(place, &version1, 0);
	upgrade(place, &version1, 1);
	db = opened(place, &version1);
	CHECK_INT(add(db, "kept", 5), DB_OK);
	db_close(db);
	not_opened(place, &version3, DB_OLDER,
	    "schema version 1, and this software needs version 3");
	upgrade(place, &version3, 1);
	db = opened(place, &version3);
	CHECK_INT(NUMBER(db, "SELECT n FROM thing WHERE note IS NULL"), 5);
	CHECK_INT(NUMBER(db, "SELECT count(*) FROM part"), 0);
	db_close(db);
	not_opened(place, &version2, DB_NEWER, "schema version 3, from a newer"
	    " version of this software, which knows versions up to 2");
	CHECK_INT(db_upgrade(place, &version2, &from, words), DB_NEWER);
	not_opened(place, &other, DB_FOREIGN, "not a database of this kind");
	CHECK_INT(db_upgrade(place, &other, &from, words), DB_FOREIGN);
	CHECK_INT(from, -1);
	db_close(opened(place, &version3));
}

/* A step that fails leaves the version before all steps. */
static void
a_step_that_fails(void)
{
	static const char *const bad[] = { "CREATE TABLE thing (id TEXT)",
		"CREATE TABLE more (id TEXT)", "CREATE TABLE more2 (id TEXT);"
		" CREATE TABLE thing (id TEXT)" };
	static const struct db_schema first = { 1, bad, 1 };
	static const struct db_schema third = { 1, bad, 3 };
	const char *place = new_place();
	int32_t from = -1;
	struct db *db;

	CHECK_INT(db_upgrade(place, &third, &from, words), DB_FAILED);
	CHECK_HAS(words, "already exists");
	not_opened(place, &third, DB_MISSING, "empty");
	upgrade(place, &first, 0);
	CHECK_INT(db_upgrade(place, &third, &from, words), DB_FAILED);
	CHECK_INT(from, -1);
	db = opened(place, &first);
	CHECK_INT(db_run(db, "INSERT INTO more (id) VALUES ('a')", ""),
	    DB_FAILED);
	db_close(db);
}

/* The processes that upgrade, and the version each may find. */
static void
upgrades_at_once(const char *place, const struct db_schema *schema, int32_t from)
{
	pid_t pids[4];
	int upgraded = 0, found_done = 0;

	for (int i = 0; i < 4; i++) {
		int32_t found = -1;

		REQUIRE((pids[i] = fork()) >= 0);
		if (pids[i] != 0)
			continue;
		if (db_upgrade(place, schema, &found, words) != DB_OK) {
			fprintf(stderr, "%s\n", words);
			_exit(99);
		}
		_exit(found);
	}
	for (int i = 0; i < 4; i++) {
		int status;

		REQUIRE(waitpid(pids[i], &status, 0) == pids[i]);
		REQUIRE(WIFEXITED(status));
		if (WEXITSTATUS(status) == from)
			upgraded++;
		else if (WEXITSTATUS(status) == schema->nsteps)
			found_done++;
	}
	CHECK_INT(upgraded, 1);
	CHECK_INT(found_done, 3);
	db_close(opened(place, schema));
}

static void
two_upgrades(void)
{
	for (int i = 0; i < 5; i++) {
		const char *place = new_place();

		upgrades_at_once(place, &version1, 0);
		upgrades_at_once(place, &version3, 1);
	}
}

/* No password in a name, nor in what is wrong with an address. */
static void
names(void)
{
	static const char *const addresses[] = {
		"postgresql://me:s3cret@127.0.0.1:1/db",
		"postgres://me:s3cret@127.0.0.1:1",
		"postgresql://me@127.0.0.1:1/db?password=s3cret",
		"postgresql://me:a@s3cret@127.0.0.1:1/db",
		"postgresql://me:1/s3cret@127.0.0.1:1/db",
		"postgresql://me:s3cret/s@127.0.0.1:1/db",
		"postgresql://me:a?s3cret@127.0.0.1:1/db",
		"postgresql://me:%zzs3cret@127.0.0.1:1/db",
		"postgresql://me:s3cret/db",
		"postgresql://me:s3cret@127.0.0.1:1/db?nonsense=1",
	};
	char name[DB_WORDS_SIZE];

	db_name("/var/lib/x.db", name);
	CHECK_STR(name, "/var/lib/x.db");
	for (size_t i = 0; i < CHECK_COUNT(addresses); i++) {
		struct db *db = NULL;
		enum db_err err = db_open(addresses[i], &version1, &db, words);

		check_context("%s", addresses[i]);
		CHECK(err == DB_FAILED || err == DB_GONE);
		CHECK(words[0] != '\0' && strstr(words, "s3cret") == NULL);
		db_name(addresses[i], name);
		CHECK(name[0] != '\0' && strstr(name, "s3cret") == NULL);
	}
	check_context(NULL);
#ifdef HAVE_POSTGRESQL
	db_name(addresses[0], name);
	CHECK_STR(name, "postgresql://me@127.0.0.1:1/db");
	db_name(addresses[3], name);
	CHECK_STR(name, "postgresql://...");
#else
	CHECK_HAS(words, "built without PostgreSQL");
#endif
}

/* ---- SQLite ---------------------------------------------------------- */

static void
files_that_are_none(void)
{
	static const char text[] = "This is not a database, but long enough to"
	    " be taken for one: a file of SQLite has a header of 100 bytes.\n";
	const char *path = new_place();
	int32_t from;
	sqlite3 *sqlite;

	check_write(path, text, sizeof text - 1);
	not_opened(path, &version1, DB_DAMAGED, "not a database");
	CHECK_INT(db_upgrade(path, &version1, &from, words), DB_DAMAGED);
	CHECK_INT(db_upgrade("/nowhere/at/all.db", &version1, &from, words),
	    DB_FAILED);
	CHECK_HAS(words, "unable to open");
	not_opened("/nowhere/at/all.db", &version1, DB_MISSING, "no such file");
	path = new_place();
	check_write(path, "", 0);
	not_opened(path, &version1, DB_MISSING, "empty");
	upgrade(path, &version1, 0);
	/* A database, but somebody else's: it stays as it is. */
	path = check_path(check_dir(), "foreign.db");
	REQUIRE(sqlite3_open(path, &sqlite) == SQLITE_OK);
	REQUIRE(sqlite3_exec(sqlite, "CREATE TABLE t (a)", NULL, NULL, NULL) ==
	    SQLITE_OK);
	REQUIRE(sqlite3_close(sqlite) == SQLITE_OK);
	not_opened(path, &version1, DB_FOREIGN, "not a database of this kind");
	CHECK_INT(db_upgrade(path, &version1, &from, words), DB_FOREIGN);
}

/* A database of the time before the write-ahead log. */
static void
a_rollback_journal(void)
{
	const char *path = new_place();
	struct db *db, *reader;
	sqlite3 *sqlite;

	REQUIRE(sqlite3_open(path, &sqlite) == SQLITE_OK);
	REQUIRE(sqlite3_exec(sqlite, steps[0], NULL, NULL, NULL) == SQLITE_OK);
	REQUIRE(sqlite3_exec(sqlite, "PRAGMA application_id = 1952805748;"
	    " PRAGMA user_version = 1", NULL, NULL, NULL) == SQLITE_OK);
	REQUIRE(sqlite3_close(sqlite) == SQLITE_OK);
	db = opened(path, &version1);
	CHECK_INT(add(db, "a", 1), DB_OK);
	db_close(db);
	upgrade(path, &version2, 1);
	db = opened(path, &version2);
	reader = opened(path, &version2);
	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(add(db, "b", 1), DB_OK);
	CHECK_INT(db_begin_reading(reader), DB_OK);
	CHECK_INT(count(reader), 1);
	CHECK_INT(db_commit(db), DB_OK);	/* readers do not hold it up */
	db_close(reader);
	db_close(db);
}

/* Bytes of a page that holds rows are overwritten. */
static void
damaged_pages(void)
{
	const char *path = new_place();
	struct db *db;
	char *data, body[2000];
	size_t len;

	upgrade(path, &version1, 0);
	db = opened(path, &version1);
	CHECK_INT(db_check(db), DB_OK);
	memset(body, 'x', sizeof body);
	for (int i = 0; i < 50; i++)
		CHECK_INT(db_run(db, "INSERT INTO thing (id, body)"
		    " VALUES (hex(randomblob(8)), $1)", "b", body,
		    sizeof body), DB_OK);
	CHECK_INT(db_check(db), DB_OK);
	db_close(db);
	data = check_read(path, &len);
	REQUIRE(len > 4 * 4096);
	memset(data + 2 * 4096, 0xff, 64);
	check_write(path, data, len);
	free(data);
	db = opened(path, &version1);
	CHECK_INT(db_check(db), DB_DAMAGED);
	CHECK(db_words(db)[0] != '\0');
	db_close(db);
}

/* A disk with room for few pages. */
static void
a_full_disk(void)
{
	struct db *db = made(&version1);
	char body[5000];

	memset(body, 'x', sizeof body);
	CHECK_INT(db_run(db, "PRAGMA max_page_count = 10", ""), DB_OK);
	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(add(db, "a", 1), DB_OK);
	CHECK_INT(db_savepoint(db), DB_OK);
	for (int i = 0; i < 6; i++)
		(void)db_run(db, "INSERT INTO thing (id, body) VALUES"
		    " (hex(randomblob(8)), $1)", "b", body, sizeof body);
	CHECK_HAS(db_words(db), "full");
	CHECK_INT(db_commit(db), DB_FAILED);
	CHECK_INT(count(db), 0);
	CHECK_INT(db_run(db, "INSERT INTO thing (id, body) VALUES ('b',"
	    " zeroblob(50000))", ""), DB_FULL);
	CHECK_INT(add(db, "a", 1), DB_OK);
	CHECK_INT(count(db), 1);
	db_close(db);
}

/* ---- PostgreSQL ------------------------------------------------------ */

static void
server_do(const char *what)
{
	char line[1024];

	(void)snprintf(line, sizeof line, "'%s' %s", getenv("WITH_POSTGRES"),
	    what);
	REQUIRE(system(line) == 0);
}

/* In mid-transaction, in a query, at a commit, and while nobody looks. */
static void
a_server_that_ends(void)
{
	const char *place = new_place();
	struct db *db, *second = NULL;

	upgrade(place, &version1, 0);
	db = opened(place, &version1);
	CHECK_INT(add(db, "before", 1), DB_OK);
	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(add(db, "lost", 1), DB_OK);
	server_do("--crash");
	CHECK_INT(add(db, "more", 1), DB_GONE);
	CHECK(db_words(db)[0] != '\0');
	CHECK_INT(add(db, "more", 1), DB_GONE);
	CHECK_INT(db_commit(db), DB_GONE);
	CHECK_INT(db_begin(db), DB_GONE);
	CHECK_HAS(db_words(db), "connection");
	CHECK_INT(add(db, "more", 1), DB_GONE);
	CHECK_INT(db_open(place, &version1, &second, words), DB_GONE);
	server_do("--start");
	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(count(db), 1);
	CHECK_INT(add(db, "after", 1), DB_OK);
	CHECK_INT(db_commit(db), DB_OK);
	/* db_begin notices a connection that broke while it was idle. */
	server_do("--crash");
	server_do("--start");
	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(add(db, "lost", 1), DB_OK);
	server_do("--crash");
	CHECK_INT(db_commit(db), DB_GONE);
	server_do("--start");
	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(send(db, "lost", 1), DB_OK);
	server_do("--crash");
	CHECK_INT(send(db, "lost too", 1), DB_OK);
	CHECK_INT(db_savepoint(db), DB_GONE);
	CHECK_INT(db_undo(db), DB_FAILED);
	CHECK_INT(db_commit(db), DB_GONE);
	server_do("--start");
	/* So does a statement without a transaction. */
	CHECK_INT(count(db), 2);
	db_close(db);
}

/* A connection that the server ends, and a database that changed since. */
static void
another_version(void)
{
	const char *place = new_place();
	struct db *db, *second;

	upgrade(place, &version1, 0);
	db = opened(place, &version1);
	second = opened(place, &version1);
	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(NUMBER(second, "SELECT count(pg_terminate_backend(pid))"
	    " FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
	    " AND backend_type = 'client backend'"), 1);
	CHECK_INT(add(db, "a", 1), DB_GONE);
	CHECK_HAS(db_words(db), "administrator");
	db_rollback(db);
	upgrade(place, &version2, 1);
	CHECK_INT(db_begin(db), DB_NEWER);
	CHECK_HAS(db_words(db), "schema version 2");
	CHECK_INT(add(db, "a", 1), DB_NEWER);
	db_close(second);
	db_close(db);
}

/* ---- Checkpoints ----------------------------------------------------- */

static off_t
size_of(const char *path)
{
	struct stat st;

	REQUIRE(stat(path, &st) == 0);
	return st.st_size;
}

/* Log of more than the 1,000 pages that SQLite would copy by itself. */
static void
many_pages(struct db *db)
{
	static const uint8_t page[4096];
	char id[16];

	CHECK_INT(db_begin(db), DB_OK);
	for (int i = 0; i < 1500; i++) {
		(void)snprintf(id, sizeof id, "%d", i);
		CHECK_INT(db_run(db,
			      "INSERT INTO thing (id, body) VALUES ($1, $2)",
			      "sb", id, page, sizeof page),
		    DB_OK);
	}
	CHECK_INT(db_commit(db), DB_OK);
}

static void
checkpoints(void)
{
	const char *place = new_place();
	struct db *db, *second;
	int64_t pages = -1;
	off_t before = 0;

	upgrade(place, &version1, 0);
	db = opened(place, &version1);
	second = opened(place, &version1);
	CHECK_INT(db_leave_checkpoints(db), DB_OK);
	if (server == NULL)
		before = size_of(place);
	many_pages(db);
	if (server == NULL)
		CHECK_INT(size_of(place), before);
	CHECK_INT(db_checkpoint(second, false, &pages), DB_OK);
	if (server == NULL) {
		CHECK(pages > 1500);
		CHECK(size_of(place) > 1500 * 4096);
		CHECK_INT(db_checkpoint(second, true, &pages), DB_OK);
		CHECK_INT(add(db, "last", 1), DB_OK);
		CHECK_INT(db_checkpoint(second, false, &pages), DB_OK);
		CHECK(pages > 0 && pages < 10);
	} else {
		CHECK_INT(pages, 0);
	}
	db_close(second);
	db_close(db);
}

/* A passive one waits for nobody. */
static void
a_checkpoint_beside_others(void)
{
	const char *place = new_place();
	struct db *db, *second;
	int64_t pages;

	upgrade(place, &version1, 0);
	db = opened(place, &version1);
	second = opened(place, &version1);
	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(add(db, "a", 1), DB_OK);
	CHECK_INT(db_checkpoint(second, false, &pages), DB_OK);
	CHECK_INT(db_commit(db), DB_OK);
	CHECK_INT(count(second), 1);
	db_close(second);
	db_close(db);
}

static void
no_such_database(void)
{
	struct db *db = NULL;
	int32_t from = -1;
	char place[512];

	(void)snprintf(place, sizeof place, "%s_none", server);
	CHECK_INT(db_open(place, &version1, &db, words), DB_GONE);
	CHECK_HAS(words, "does not exist");
	CHECK_INT(db_upgrade(place, &version1, &from, words), DB_GONE);
	CHECK_HAS(words, "does not exist");
}

#define TESTS_OF_BOTH                                                \
	{ "values", values },                                        \
	{ "numbered parameters", numbered_parameters },              \
	{ "NULL is empty", null_is_empty },                          \
	{ "arguments go away", arguments_go_away },                  \
	{ "RETURNING", returning },                                  \
	{ "a query that runs", a_query_that_runs },                  \
	{ "a key that is there", a_key_that_is_there },              \
	{ "transactions", transactions },                            \
	{ "a failed statement", a_failed_statement },                \
	{ "savepoints", savepoints },                                \
	{ "sent", sent },                                            \
	{ "a part that is released later", released_later },         \
	{ "a statement changes one row", one_row },                  \
	{ "a query is asked ahead", asked_ahead },                   \
	{ "two writers", two_writers },                              \
	{ "a reader", a_reader },                                    \
	{ "schema versions", schema_versions },                      \
	{ "a step that fails", a_step_that_fails },                  \
	{ "checkpoints", checkpoints },                              \
	{ "a checkpoint beside others", a_checkpoint_beside_others },\
	{ "two upgrades", two_upgrades },                            \
	{ "names", names }

int
main(int argc, char **argv)
{
	static const struct check_test with_postgres[] = {
		TESTS_OF_BOTH,
		{ "a server that ends", a_server_that_ends },
		{ "another version", another_version },
		{ "no such database", no_such_database },
	};
	static const struct check_test with_sqlite[] = {
		TESTS_OF_BOTH,
		{ "files that are none", files_that_are_none },
		{ "a rollback journal", a_rollback_journal },
		{ "damaged pages", damaged_pages },
		{ "a full disk", a_full_disk },
	};

	server = getenv("TEST_DATABASE");
	if (server != NULL)
		return check_main("db", with_postgres,
		    CHECK_COUNT(with_postgres), argc, argv);
	return check_main("db", with_sqlite, CHECK_COUNT(with_sqlite), argc,
	    argv);
}
