/* db_test.c - one interface over SQL databases: what db.h promises. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sqlite3.h>

#include "db/db.h"

static const char *const steps[] = {
	"CREATE TABLE thing (id TEXT PRIMARY KEY, n INTEGER, body BLOB)",
	"ALTER TABLE thing ADD COLUMN note TEXT;"
	"CREATE TABLE later (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" id TEXT NOT NULL)",
};
static const struct db_schema version1 = { 0x74657374, steps, 1 };
static const struct db_schema version2 = { 0x74657374, steps, 2 };
static const struct db_schema other = { 0x6f746872, steps, 1 };

static char words[DB_WORDS_SIZE];

static const char *
new_path(void)
{
	return check_path(check_dir(), "test.db");
}

static struct db *
opened(const char *path, const struct db_schema *schema)
{
	struct db *db = NULL;

	CHECK_INT(db_open(path, schema, &db, words), DB_OK);
	REQUIRE(db != NULL);
	return db;
}

static int64_t
count(struct db *db)
{
	struct db_rows *rows;
	int64_t n;

	REQUIRE(db_query(db, &rows, "SELECT count(*) FROM thing", "") == DB_OK);
	REQUIRE(db_next(rows) == DB_OK);
	n = db_int(rows, 0);
	db_stop(rows);
	return n;
}

static enum db_err
add(struct db *db, const char *id, int64_t n)
{
	return db_run(db, "INSERT INTO thing (id, n) VALUES ($1, $2)", "si", id,
	    n);
}

static void
values(void)
{
	struct db *db = opened(new_path(), &version1);
	static const char bytes[] = "a\0b";
	struct db_rows *rows;
	const void *blob;
	size_t len;

	CHECK_INT(db_run(db, "INSERT INTO thing (id, n, body)"
	    " VALUES ($1, $2, $3)", "xib", "one and more", (size_t)3,
	    INT64_MIN, bytes, sizeof bytes), DB_OK);
	CHECK_INT(db_run(db, "INSERT INTO thing (id, n, body)"
	    " VALUES ($1, $2, $3)", "xib", "it's; --\"", (size_t)9,
	    INT64_MAX, "", (size_t)0), DB_OK);
	CHECK_INT(db_query(db, &rows, "SELECT id, n, body FROM thing"
	    " ORDER BY n", ""), DB_OK);
	CHECK_INT(db_next(rows), DB_OK);
	CHECK_STR(db_text(rows, 0), "one");
	CHECK(db_int(rows, 1) == INT64_MIN);
	blob = db_blob(rows, 2, &len);
	CHECK_MEM(blob, len, bytes, sizeof bytes);
	CHECK_INT(db_next(rows), DB_OK);
	CHECK_STR(db_text(rows, 0), "it's; --\"");
	CHECK(db_int(rows, 1) == INT64_MAX);
	CHECK_INT(db_next(rows), DB_END);
	db_stop(rows);
	db_close(db);
}

/* The numbers of parameters count, not where they stand. */
static void
numbered_parameters(void)
{
	struct db *db = opened(new_path(), &version1);
	struct db_rows *rows;

	CHECK_INT(db_run(db, "INSERT INTO thing (n, id) VALUES ($2, $1)", "si",
	    "a", (int64_t)7), DB_OK);
	CHECK_INT(db_query(db, &rows, "SELECT $2 || id || $1 || $2 FROM thing"
	    " WHERE n = $3", "ssi", "x", "y", (int64_t)7), DB_OK);
	CHECK_INT(db_next(rows), DB_OK);
	CHECK_STR(db_text(rows, 0), "yaxy");
	db_stop(rows);
	/* A parameter that the text does not have is an error, not ignored. */
	CHECK_INT(db_run(db, "DELETE FROM thing WHERE id = $1", "ss", "a",
	    "b"), DB_FAILED);
	CHECK_INT(count(db), 1);
	db_close(db);
}

static void
null_is_empty(void)
{
	struct db *db = opened(new_path(), &version1);
	struct db_rows *rows;
	size_t len = 1;

	CHECK_INT(db_run(db, "INSERT INTO thing (id, body) VALUES ($1, $2)",
	    "ss", "a", NULL), DB_OK);
	CHECK_INT(db_query(db, &rows, "SELECT n, body FROM thing"
	    " WHERE body IS NULL", ""), DB_OK);
	CHECK_INT(db_next(rows), DB_OK);
	CHECK_INT(db_int(rows, 0), 0);
	CHECK_STR(db_text(rows, 1), "");
	CHECK(db_blob(rows, 1, &len) == NULL);
	CHECK_UINT(len, 0);
	db_stop(rows);
	db_close(db);
}

static void
returning(void)
{
	struct db *db = opened(new_path(), &version2);
	struct db_rows *rows;

	for (int i = 1; i <= 2; i++) {
		CHECK_INT(db_query(db, &rows, "INSERT INTO later (id)"
		    " VALUES ($1) RETURNING seq", "s", "a"), DB_OK);
		CHECK_INT(db_next(rows), DB_OK);
		CHECK_INT(db_int(rows, 0), i);
		db_stop(rows);
	}
	/* db_run passes over rows. */
	CHECK_INT(db_run(db, "UPDATE later SET id = $1 RETURNING seq", "s",
	    "b"), DB_OK);
	CHECK_INT(db_query(db, &rows, "SELECT count(*) FROM later"
	    " WHERE id = 'b'", ""), DB_OK);
	CHECK_INT(db_next(rows), DB_OK);
	CHECK_INT(db_int(rows, 0), 2);
	db_close(db);	/* with a query that was not read to its end */
}

static void
a_key_that_is_there(void)
{
	struct db *db = opened(new_path(), &version1);

	CHECK_INT(add(db, "a", 1), DB_OK);
	CHECK_INT(add(db, "a", 2), DB_EXISTS);
	CHECK_HAS(db_words(db), "UNIQUE");
	CHECK_INT(db_run(db, "INSERT INTO absent (id) VALUES ($1)", "s", "a"),
	    DB_FAILED);
	CHECK_HAS(db_words(db), "no such table");
	/* The words stay what they are until something else fails. */
	db_rollback(db);
	CHECK_INT(add(db, "b", 2), DB_OK);
	CHECK_HAS(db_words(db), "no such table");
	db_close(db);
}

static void
transactions(void)
{
	const char *path = new_path();
	struct db *db = opened(path, &version1);

	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(add(db, "a", 1), DB_OK);
	db_rollback(db);
	CHECK_INT(count(db), 0);
	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(add(db, "b", 1), DB_OK);
	CHECK_INT(db_commit(db), DB_OK);
	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(add(db, "c", 1), DB_OK);
	db_close(db);	/* not committed */
	db = opened(path, &version1);
	CHECK_INT(count(db), 1);
	db_close(db);
}

static void
one_writer(void)
{
	const char *path = new_path();
	struct db *db = opened(path, &version1);
	struct db *second = opened(path, &version1);

	CHECK_INT(db_begin(db), DB_OK);
	CHECK_INT(add(db, "a", 1), DB_OK);
	CHECK_INT(db_begin(second), DB_BUSY);
	CHECK_HAS(db_words(second), "locked");
	CHECK_INT(db_commit(db), DB_OK);
	CHECK_INT(db_begin(second), DB_OK);
	CHECK_INT(count(second), 1);
	db_close(second);
	db_close(db);
}

static void
schema_versions(void)
{
	const char *path = new_path();
	struct db *db = opened(path, &version1);

	CHECK_INT(add(db, "kept", 5), DB_OK);
	db_close(db);
	db = opened(path, &version2);
	CHECK_INT(count(db), 1);
	CHECK_INT(db_run(db, "UPDATE thing SET note = $1", "s", "x"), DB_OK);
	db_close(db);
	db = NULL;
	CHECK_INT(db_open(path, &version1, &db, words), DB_NEWER);
	CHECK_HAS(words, "newer version");
	CHECK_INT(db_open(path, &other, &db, words), DB_DAMAGED);
	CHECK(db == NULL);
	db = opened(path, &version2);
	CHECK_INT(count(db), 1);
	db_close(db);
}

/* A step that fails leaves the version before it. */
static void
a_step_that_fails(void)
{
	static const char *const bad[] = { "CREATE TABLE thing (id TEXT)",
		"CREATE TABLE more (id TEXT); CREATE TABLE thing (id TEXT)" };
	static const struct db_schema first = { 1, bad, 1 };
	static const struct db_schema second = { 1, bad, 2 };
	const char *path = new_path();
	struct db *db = opened(path, &first);

	db_close(db);
	CHECK_INT(db_open(path, &second, &db, words), DB_FAILED);
	CHECK_HAS(words, "already exists");
	db = opened(path, &first);
	CHECK_INT(db_run(db, "INSERT INTO more (id) VALUES ('a')", ""),
	    DB_FAILED);
	db_close(db);
}

static void
files_that_are_none(void)
{
	static const char text[] = "This is not a database, but long enough to"
	    " be taken for one: a file of SQLite has a header of 100 bytes.\n";
	const char *path = new_path();
	struct db *db = NULL;
	sqlite3 *sqlite;

	check_write(path, text, sizeof text - 1);
	CHECK_INT(db_open(path, &version1, &db, words), DB_DAMAGED);
	CHECK(words[0] != '\0');
	CHECK_INT(db_open("/nowhere/at/all.db", &version1, &db, words),
	    DB_FAILED);
	CHECK_HAS(words, "unable to open");
	/* A database, but somebody else's. */
	path = check_path(check_dir(), "foreign.db");
	REQUIRE(sqlite3_open(path, &sqlite) == SQLITE_OK);
	REQUIRE(sqlite3_exec(sqlite, "CREATE TABLE t (a)", NULL, NULL, NULL) ==
	    SQLITE_OK);
	REQUIRE(sqlite3_close(sqlite) == SQLITE_OK);
	CHECK_INT(db_open(path, &version1, &db, words), DB_DAMAGED);
	CHECK(db == NULL);
}

/* Bytes of a page that holds rows are overwritten. */
static void
damaged_pages(void)
{
	const char *path = new_path();
	struct db *db = opened(path, &version1);
	char *data, body[2000];
	size_t len;

	memset(body, 'x', sizeof body);
	for (int i = 0; i < 50; i++)
		CHECK_INT(db_run(db, "INSERT INTO thing (id, body)"
		    " VALUES (hex(randomblob(8)), $1)", "b", body,
		    sizeof body), DB_OK);
	db_close(db);
	data = check_read(path, &len);
	REQUIRE(len > 4 * 4096);
	memset(data + 2 * 4096, 0xff, 64);
	check_write(path, data, len);
	free(data);
	db = NULL;
	CHECK_INT(db_open(path, &version1, &db, words), DB_DAMAGED);
	CHECK(words[0] != '\0');
	db_close(db);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "values", values },
		{ "numbered parameters", numbered_parameters },
		{ "NULL is empty", null_is_empty },
		{ "RETURNING", returning },
		{ "a key that is there", a_key_that_is_there },
		{ "transactions", transactions },
		{ "one writer", one_writer },
		{ "schema versions", schema_versions },
		{ "a step that fails", a_step_that_fails },
		{ "files that are none", files_that_are_none },
		{ "damaged pages", damaged_pages },
	};

	return check_main("db", tests, CHECK_COUNT(tests), argc, argv);
}
