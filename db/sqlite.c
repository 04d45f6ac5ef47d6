/*
 * sqlite.c - db.h over SQLite.
 *
 * A rollback journal with synchronous=EXTRA: what was committed is there after
 * a power failure.  With FULL the removal of the journal could be lost, and
 * the transaction be rolled back at the next start.
 */
#include "db.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_MS 5000 /* for others who write */

/* A prepared statement; while a query runs, its rows. */
struct db_rows {
	struct db_rows *next;
	struct db *db;
	const char *sql; /* by address, see db.h */
	sqlite3_stmt *statement;
};

struct db {
	sqlite3 *sqlite;
	struct db_rows *statements;
	char words[DB_WORDS_SIZE];
};

static enum db_err
error_of(int rc)
{
	if (rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
	    rc == SQLITE_CONSTRAINT_UNIQUE)
		return DB_EXISTS;
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return DB_OK;
	case SQLITE_NOMEM:
		return DB_NOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return DB_BUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return DB_DAMAGED;
	default:
		return DB_FAILED;
	}
}

/* What rc means.  The words are kept: what follows a failure changes them. */
static enum db_err
judge(struct db *db, int rc)
{
	enum db_err err = error_of(rc);

	if (err != DB_OK)
		(void)snprintf(db->words, sizeof db->words, "%s",
		    db->sqlite != NULL ? sqlite3_errmsg(db->sqlite)
				       : sqlite3_errstr(rc));
	return err;
}

const char *
db_words(const struct db *db)
{
	return db->words;
}

/* ---- Statements ------------------------------------------------------ */

static enum db_err
prepare(struct db *db, const char *sql, struct db_rows **out)
{
	struct db_rows *rows = db->statements;
	enum db_err err;

	while (rows != NULL && rows->sql != sql)
		rows = rows->next;
	if (rows != NULL) {
		*out = rows;
		return DB_OK;
	}
	if ((rows = calloc(1, sizeof *rows)) == NULL)
		return DB_NOMEM;
	err = judge(db, sqlite3_prepare_v3(db->sqlite, sql, -1,
			    SQLITE_PREPARE_PERSISTENT, &rows->statement, NULL));
	if (err != DB_OK) {
		free(rows);
		return err;
	}
	rows->db = db;
	rows->sql = sql;
	rows->next = db->statements;
	db->statements = rows;
	*out = rows;
	return DB_OK;
}

/* SQLite numbers "$n" by where they stand first, not by n. */
static int
place_of(sqlite3_stmt *statement, unsigned n)
{
	char name[16];

	(void)snprintf(name, sizeof name, "$%u", n);
	return sqlite3_bind_parameter_index(statement, name);
}

/* Values are bound without a copy: they outlive the statement's run. */
static int
bind_one(sqlite3_stmt *statement, int at, char letter, va_list *args)
{
	const void *value;

	switch (letter) {
	case 's':
		value = va_arg(*args, const char *);
		return sqlite3_bind_text(
		    statement, at, value, -1, SQLITE_STATIC);
	case 'x':
		value = va_arg(*args, const char *);
		return sqlite3_bind_text64(statement, at, value,
		    va_arg(*args, size_t), SQLITE_STATIC, SQLITE_UTF8);
	case 'i':
		return sqlite3_bind_int64(
		    statement, at, va_arg(*args, int64_t));
	case 'b':
		value = va_arg(*args, const void *);
		return sqlite3_bind_blob64(
		    statement, at, value, va_arg(*args, size_t), SQLITE_STATIC);
	default:
		return SQLITE_MISUSE;
	}
}

static enum db_err
start(struct db *db, struct db_rows **out, const char *sql, const char *letters,
    va_list *args)
{
	struct db_rows *rows = NULL;
	enum db_err err = prepare(db, sql, &rows);
	int rc = SQLITE_OK;

	for (unsigned n = 1;
	     err == DB_OK && rc == SQLITE_OK && letters[n - 1] != '\0'; n++)
		rc = bind_one(rows->statement, place_of(rows->statement, n),
		    letters[n - 1], args);
	if (err == DB_OK && (err = judge(db, rc)) == DB_OK)
		*out = rows;
	else
		db_stop(rows);
	return err;
}

enum db_err
db_query(struct db *db, struct db_rows **out, const char *sql,
    const char *letters, ...)
{
	enum db_err err;
	va_list args;

	va_start(args, letters);
	err = start(db, out, sql, letters, &args);
	va_end(args);
	return err;
}

enum db_err
db_run(struct db *db, const char *sql, const char *letters, ...)
{
	struct db_rows *rows;
	enum db_err err;
	va_list args;

	va_start(args, letters);
	err = start(db, &rows, sql, letters, &args);
	va_end(args);
	while (err == DB_OK)
		err = db_next(rows);
	return err == DB_END ? DB_OK : err;
}

enum db_err
db_next(struct db_rows *rows)
{
	int rc = sqlite3_step(rows->statement);
	enum db_err err;

	if (rc == SQLITE_ROW)
		return DB_OK;
	err = judge(rows->db, rc);
	db_stop(rows);
	return err == DB_OK ? DB_END : err;
}

void
db_stop(struct db_rows *rows)
{
	if (rows == NULL)
		return;
	(void)sqlite3_reset(rows->statement); /* repeats what step said */
	(void)sqlite3_clear_bindings(rows->statement); /* cannot fail */
}

int64_t
db_int(struct db_rows *rows, int column)
{
	return sqlite3_column_int64(rows->statement, column);
}

const char *
db_text(struct db_rows *rows, int column)
{
	const unsigned char *text =
	    sqlite3_column_text(rows->statement, column);

	return text != NULL ? (const char *)text : "";
}

const void *
db_blob(struct db_rows *rows, int column, size_t *len)
{
	const void *blob = sqlite3_column_blob(rows->statement, column);

	*len = (size_t)sqlite3_column_bytes(rows->statement, column);
	return blob;
}

/* ---- Transactions ---------------------------------------------------- */

static enum db_err
exec(struct db *db, const char *sql)
{
	return judge(db, sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL));
}

enum db_err
db_begin(struct db *db)
{
	return exec(db, "BEGIN IMMEDIATE");
}

enum db_err
db_commit(struct db *db)
{
	enum db_err err = exec(db, "COMMIT");

	if (err != DB_OK)
		db_rollback(db);
	return err;
}

void
db_rollback(struct db *db)
{
	/* In autocommit SQLite has rolled back by itself, or need not. */
	if (!sqlite3_get_autocommit(db->sqlite))
		(void)sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
}

/* ---- Opening --------------------------------------------------------- */

/* The first column of a pragma's only row. */
static enum db_err
pragma(struct db *db, const char *sql, int32_t *value)
{
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(db->sqlite, sql, -1, &statement, NULL);
	enum db_err err;

	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		*value = sqlite3_column_int(statement, 0);
	err = judge(db, rc);
	(void)sqlite3_finalize(statement); /* repeats what step said */
	return err;
}

/* The version is read again: somebody else may just have made the tables. */
static enum db_err
migrate(struct db *db, const struct db_schema *schema)
{
	int32_t version = 0;
	char sql[96];
	enum db_err err = db_begin(db);

	if (err == DB_OK)
		err = pragma(db, "PRAGMA user_version", &version);
	for (int32_t i = version; i < schema->nsteps && err == DB_OK; i++)
		err = exec(db, schema->steps[i]);
	(void)snprintf(sql, sizeof sql,
	    "PRAGMA application_id = %d; PRAGMA user_version = %d",
	    (int)schema->kind, (int)schema->nsteps);
	if (err == DB_OK)
		err = exec(db, sql);
	if (err == DB_OK)
		return db_commit(db);
	db_rollback(db);
	return err;
}

/* Do the pages hold together?  Reads the whole file. */
static enum db_err
pages_check(struct db *db)
{
	struct db_rows *rows;
	enum db_err err = db_query(db, &rows, "PRAGMA integrity_check(1)", "");

	if (err != DB_OK || (err = db_next(rows)) != DB_OK)
		return err;
	if (strcmp(db_text(rows, 0), "ok") != 0) {
		(void)snprintf(
		    db->words, sizeof db->words, "%s", db_text(rows, 0));
		err = DB_DAMAGED;
	}
	db_stop(rows);
	return err;
}

static enum db_err
schema_check(struct db *db, const struct db_schema *schema)
{
	int32_t kind, version, tables;
	enum db_err err;

	if ((err = pragma(db, "PRAGMA application_id", &kind)) != DB_OK ||
	    (err = pragma(db, "PRAGMA user_version", &version)) != DB_OK ||
	    (err = pragma(db, "PRAGMA schema_version", &tables)) != DB_OK)
		return err;
	if (kind == 0 && version == 0 && tables == 0)
		return migrate(db, schema); /* a new file */
	if (kind != schema->kind || version < 1) {
		(void)snprintf(
		    db->words, sizeof db->words, "not a database of this kind");
		return DB_DAMAGED;
	}
	if (version > schema->nsteps) {
		(void)snprintf(db->words, sizeof db->words,
		    "schema version %d, from a newer version of this software",
		    (int)version);
		return DB_NEWER;
	}
	if ((err = pages_check(db)) != DB_OK)
		return err;
	return version < schema->nsteps ? migrate(db, schema) : DB_OK;
}

static enum db_err
file_open(struct db *db, const char *path, const struct db_schema *schema)
{
	enum db_err err;

	err = judge(db, sqlite3_open_v2(path, &db->sqlite,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
				SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
			    NULL));
	if (err == DB_OK)
		err = judge(db, sqlite3_busy_timeout(db->sqlite, WAIT_MS));
	if (err == DB_OK)
		err = exec(db, "PRAGMA trusted_schema = OFF;"
			       "PRAGMA temp_store = MEMORY;"
			       "PRAGMA synchronous = EXTRA;"
			       "PRAGMA journal_mode = DELETE;"
			       "PRAGMA cell_size_check = ON");
	return err == DB_OK ? schema_check(db, schema) : err;
}

enum db_err
db_open(const char *where, const struct db_schema *schema, struct db **out,
    char words[DB_WORDS_SIZE])
{
	struct db *db = calloc(1, sizeof *db);
	enum db_err err;

	words[0] = '\0';
	if (db == NULL)
		return DB_NOMEM;
	if ((err = file_open(db, where, schema)) == DB_OK) {
		*out = db;
		return DB_OK;
	}
	memcpy(words, db->words, sizeof db->words);
	db_close(db);
	return err;
}

void
db_close(struct db *db)
{
	struct db_rows *next;

	if (db == NULL)
		return;
	for (struct db_rows *rows = db->statements; rows != NULL; rows = next) {
		next = rows->next;
		(void)sqlite3_finalize(rows->statement); /* repeats step */
		free(rows);
	}
	(void)sqlite3_close(db->sqlite); /* nothing is open in it */
	free(db);
}
