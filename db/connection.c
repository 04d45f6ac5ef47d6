/*
 * connection.c - see db.h, and connection.h.
 *
 * In PostgreSQL a statement that fails ends its transaction but for savepoints.
 * db->failed makes it so for SQLite, where a transaction would go on.
 */
#include "connection.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum db_err
db_fail(struct db *db, enum db_err err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(db->words, sizeof db->words, format, args);
	va_end(args);
	return err;
}

const char *
db_words(const struct db *db)
{
	return db->words;
}

/* ---- Transactions ---------------------------------------------------- */

/* What a call within a transaction came to. */
static enum db_err
done(struct db *db, enum db_err err)
{
	if (err == DB_OK || err == DB_END)
		return err;
	db->is_gone = err == DB_GONE;
	if (db->level > 0)
		db->failed = err;
	return err;
}

bool
db_is_gone(const struct db *db)
{
	return db->is_gone;
}

/* May a statement run?  If not, the words are those of what failed before. */
static enum db_err
go_on(const struct db *db)
{
	if (db->failed == DB_OK)
		return DB_OK;
	return db->failed == DB_GONE ? DB_GONE : DB_FAILED;
}

static enum db_err
begin(struct db *db, bool reading)
{
	enum db_err err;

	if (db->level > 0)
		return db_fail(db, DB_FAILED, "already in a transaction");
	if ((err = db->backend->begin(db, reading)) == DB_OK)
		db->level = 1;
	return done(db, err);
}

enum db_err
db_begin(struct db *db)
{
	return begin(db, false);
}

enum db_err
db_begin_reading(struct db *db)
{
	return begin(db, true);
}

void
db_rollback(struct db *db)
{
	if (db->level > 0)
		db->backend->rollback(db);
	db->level = 0;
	db->failed = DB_OK;
	db->is_lost = false;
}

enum db_err
db_commit(struct db *db)
{
	enum db_err err = go_on(db);

	if (db->level == 0)
		return db_fail(db, DB_FAILED, "not in a transaction");
	if (err == DB_OK)
		err = done(db, db->backend->commit(db));
	if (err != DB_OK)
		db_rollback(db);
	db->level = 0;
	return err;
}

/* Savepoints of one name nest. */
enum db_err
db_savepoint(struct db *db)
{
	enum db_err err = go_on(db);

	if (db->level == 0)
		return db_fail(db, DB_FAILED, "not in a transaction");
	if (err == DB_OK)
		err = db->backend->savepoint(db);
	if (err == DB_OK)
		db->level++;
	return done(db, err);
}

static enum db_err
release(struct db *db, enum db_err (*backend_release)(struct db *))
{
	enum db_err err = go_on(db);

	if (db->level < 2)
		return db_fail(db, DB_FAILED, "no savepoint");
	if (err == DB_OK)
		err = backend_release(db);
	if (err == DB_OK)
		db->level--;
	return done(db, err);
}

enum db_err
db_release(struct db *db)
{
	return release(db, db->backend->release);
}

enum db_err
db_release_later(struct db *db)
{
	return release(db, db->backend->release_later != NULL
			       ? db->backend->release_later
			       : db->backend->release);
}

enum db_err
db_undo(struct db *db)
{
	enum db_err err;

	if (db->level < 2)
		return db_fail(db, DB_FAILED, "no savepoint");
	if (db->is_lost)
		return go_on(db);
	err = db->backend->script(
	    db, "ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part");
	if (err != DB_OK)
		return done(db, err);
	db->failed = DB_OK;
	db->level--;
	return DB_OK;
}

/* ---- Statements ------------------------------------------------------ */

static enum db_err
statement(struct db *db, const char *sql, struct db_rows **out)
{
	uintptr_t at = (uintptr_t)sql;
	struct db_rows **slot =
	    &db->statements[(at ^ at >> 6 ^ at >> 12) % DB_SLOTS];
	struct db_rows *rows = *slot;

	while (rows != NULL && rows->sql != sql)
		rows = rows->next;
	if (rows == NULL) {
		rows = calloc(1, db->backend->rows_size);
		if (rows == NULL)
			return db_fail(db, DB_NOMEM, "out of memory");
		rows->db = db;
		rows->sql = sql;
		rows->next = *slot;
		*slot = rows;
	}
	if (rows->is_running)
		return db_fail(db, DB_FAILED,
		    "the rows of this query are still being read");
	*out = rows;
	return DB_OK;
}

static bool
value_get(struct db_value *value, char letter, va_list *args)
{
	*value = (struct db_value){ .letter = letter };
	switch (letter) {
	case 's':
		value->data = va_arg(*args, const char *);
		return true;
	case 'x':
	case 'b':
		value->data = va_arg(*args, const void *);
		value->len = va_arg(*args, size_t);
		return true;
	case 'i':
		value->number = va_arg(*args, int64_t);
		return true;
	default:
		return false;
	}
}

static enum db_err
values_get(struct db *db, const char *letters, va_list *args,
    struct db_value values[DB_PARAMETERS_MAX], size_t *n)
{
	size_t i;

	for (i = 0; letters[i] != '\0'; i++) {
		if (i == DB_PARAMETERS_MAX ||
		    !value_get(&values[i], letters[i], args))
			return db_fail(db, DB_FAILED,
			    "invalid parameters \"%s\"", letters);
	}
	*n = i;
	return DB_OK;
}

/* Gets ready for start: the statement, and what is bound to it. */
static enum db_err
get(struct db *db, const char *sql, const char *letters, va_list *args,
    struct db_rows **rows, struct db_value values[DB_PARAMETERS_MAX], size_t *n)
{
	enum db_err err = go_on(db);

	if (err == DB_OK)
		err = values_get(db, letters, args, values, n);
	if (err == DB_OK)
		err = statement(db, sql, rows);
	return err;
}

static enum db_err
start(struct db *db, struct db_rows **out, const char *sql, const char *letters,
    va_list *args, bool to_end)
{
	struct db_value values[DB_PARAMETERS_MAX];
	struct db_rows *rows = NULL;
	size_t n = 0;
	enum db_err err = get(db, sql, letters, args, &rows, values, &n);

	if (err == DB_OK)
		err = db->backend->start(rows, values, n, to_end);
	if (err != DB_OK)
		return done(db, err);
	rows->is_running = true;
	*out = rows;
	return DB_OK;
}

enum db_err
db_query(struct db *db, struct db_rows **out, const char *sql,
    const char *letters, ...)
{
	enum db_err err;
	va_list args;

	va_start(args, letters);
	err = start(db, out, sql, letters, &args, false);
	va_end(args);
	return err;
}

static enum db_err
run(struct db *db, const char *sql, const char *letters, va_list *args)
{
	struct db_rows *rows;
	enum db_err err = start(db, &rows, sql, letters, args, true);

	while (err == DB_OK)
		err = db_next(rows);
	return err == DB_END ? DB_OK : err;
}

static enum db_err
send(struct db *db, const char *sql, const char *letters, va_list *args,
    bool one)
{
	struct db_value values[DB_PARAMETERS_MAX];
	struct db_rows *rows = NULL;
	size_t n = 0;
	enum db_err err = get(db, sql, letters, args, &rows, values, &n);

	if (err == DB_OK)
		err = db->backend->send(rows, values, n, one);
	return done(db, err);
}

enum db_err
db_run(struct db *db, const char *sql, const char *letters, ...)
{
	enum db_err err;
	va_list args;

	va_start(args, letters);
	err = run(db, sql, letters, &args);
	va_end(args);
	return err;
}

enum db_err
db_send(struct db *db, const char *sql, const char *letters, ...)
{
	enum db_err err;
	va_list args;

	va_start(args, letters);
	err = db->level > 0 ? send(db, sql, letters, &args, false)
			    : run(db, sql, letters, &args);
	va_end(args);
	return err;
}

enum db_err
db_send_one(struct db *db, const char *sql, const char *letters, ...)
{
	enum db_err err;
	va_list args;

	if (db->level == 0)
		return db_fail(db, DB_FAILED, "not in a transaction");
	va_start(args, letters);
	err = send(db, sql, letters, &args, true);
	va_end(args);
	return err;
}

enum db_err
db_ahead(struct db *db, const char *sql, const char *letters, ...)
{
	struct db_value values[DB_PARAMETERS_MAX];
	struct db_rows *rows = NULL;
	size_t n = 0;
	enum db_err err;
	va_list args;

	if (db->level == 0)
		return db_fail(db, DB_FAILED, "not in a transaction");
	if (db->backend->ahead == NULL)
		return DB_OK;
	va_start(args, letters);
	err = get(db, sql, letters, &args, &rows, values, &n);
	va_end(args);
	if (err == DB_OK)
		err = db->backend->ahead(rows, values, n);
	return done(db, err);
}

void
db_ahead_end(struct db *db)
{
	if (db->backend->ahead_end != NULL)
		db->backend->ahead_end(db);
}

enum db_err
db_next(struct db_rows *rows)
{
	enum db_err err;

	if (!rows->is_running)
		return DB_END;
	err = rows->db->backend->next(rows);
	rows->is_running = err == DB_OK;
	return done(rows->db, err);
}

void
db_stop(struct db_rows *rows)
{
	if (rows == NULL || !rows->is_running)
		return;
	rows->db->backend->stop(rows);
	rows->is_running = false;
}

int64_t
db_int(struct db_rows *rows, int column)
{
	return rows->db->backend->integer(rows, column);
}

const char *
db_text(struct db_rows *rows, int column)
{
	return rows->db->backend->text(rows, column);
}

const void *
db_blob(struct db_rows *rows, int column, size_t *len)
{
	return rows->db->backend->blob(rows, column, len);
}

bool
db_is_null(struct db_rows *rows, int column)
{
	return rows->db->backend->is_null(rows, column);
}

/* ---- Opening --------------------------------------------------------- */

static bool
is_postgres(const char *where)
{
	return strncmp(where, "postgresql://", 13) == 0 ||
	       strncmp(where, "postgres://", 11) == 0;
}

void
db_name(const char *where, char name[DB_WORDS_SIZE])
{
#ifdef HAVE_POSTGRESQL
	if (is_postgres(where)) {
		db_postgres_name(where, name);
		return;
	}
#endif
	(void)snprintf(name, DB_WORDS_SIZE, "%s",
	    is_postgres(where) ? "PostgreSQL" : where);
}

/* The caller closes *out, which has the words of a failure, or is NULL. */
static enum db_err
connect_to(const char *where, const struct db_schema *schema, bool create,
    struct db **out)
{
	const struct db_backend *backend = &db_sqlite;
	struct db *db;

#ifdef HAVE_POSTGRESQL
	if (is_postgres(where))
		backend = &db_postgres;
#endif
	*out = db = calloc(1, backend->db_size);
	if (db == NULL)
		return DB_NOMEM;
	db->backend = backend;
	db->kind = schema->kind;
	db->version = schema->nsteps;
#ifndef HAVE_POSTGRESQL
	if (is_postgres(where))
		return db_fail(
		    db, DB_FAILED, "this program was built without PostgreSQL");
#endif
	return backend->connect(db, where, create);
}

/* *version is also written for DB_OLDER, DB_MISSING. */
static enum db_err
version_get(struct db *db, int32_t *version)
{
	int32_t kind;
	enum db_err err;

	*version = 0;
	if ((err = db->backend->version_get(db, &kind, version)) != DB_OK)
		return err;
	if (kind != db->kind || *version < 1)
		return db_fail(db, DB_FOREIGN, "not a database of this kind");
	if (*version > db->version)
		return db_fail(db, DB_NEWER,
		    "schema version %d, from a newer version of this software, "
		    "which knows versions up to %d",
		    (int)*version, (int)db->version);
	if (*version < db->version)
		return db_fail(db, DB_OLDER,
		    "schema version %d, and this software needs version %d",
		    (int)*version, (int)db->version);
	return DB_OK;
}

enum db_err
db_schema_check(struct db *db)
{
	int32_t version;

	return version_get(db, &version);
}

/* Hands out the words of a failure. */
static void
words_take(const struct db *db, enum db_err err, char words[DB_WORDS_SIZE])
{
	if (err == DB_OK)
		words[0] = '\0';
	else
		(void)snprintf(words, DB_WORDS_SIZE, "%s",
		    db != NULL ? db->words : "out of memory");
}

enum db_err
db_open(const char *where, const struct db_schema *schema, struct db **out,
    char words[DB_WORDS_SIZE])
{
	struct db *db;
	enum db_err err = connect_to(where, schema, false, &db);

	if (err == DB_OK)
		err = db_schema_check(db);
	words_take(db, err, words);
	if (err == DB_OK)
		*out = db;
	else
		db_close(db);
	return err;
}

/* In a transaction.  Somebody else may just have done it all. */
static enum db_err
steps_run(struct db *db, const struct db_schema *schema, int32_t *from)
{
	enum db_err err = version_get(db, from);

	if (err != DB_OLDER && err != DB_MISSING)
		return err;
	err = DB_OK;
	for (int32_t i = *from; i < schema->nsteps && err == DB_OK; i++)
		err = db->backend->script(db, schema->steps[i]);
	if (err == DB_OK)
		err =
		    db->backend->version_set(db, schema->kind, schema->nsteps);
	return err;
}

enum db_err
db_upgrade(const char *where, const struct db_schema *schema, int32_t *from,
    char words[DB_WORDS_SIZE])
{
	struct db *db;
	int32_t version = 0;
	enum db_err err = connect_to(where, schema, true, &db);

	/* Leave alone what is somebody else's. */
	if (err == DB_OK)
		err = version_get(db, &version);
	if (err == DB_OLDER || err == DB_MISSING) {
		if ((err = db->backend->begin_upgrade(db)) == DB_OK) {
			db->level = 1;
			err = done(db, steps_run(db, schema, &version));
		}
		if (err == DB_OK)
			err = db_commit(db);
	}
	words_take(db, err, words);
	if (err == DB_OK)
		*from = version;
	db_close(db);
	return err;
}

enum db_err
db_check(struct db *db)
{
	enum db_err err = go_on(db);

	return err != DB_OK ? err : done(db, db->backend->check(db));
}

enum db_err
db_leave_checkpoints(struct db *db)
{
	return db->backend->leave_checkpoints != NULL
		   ? db->backend->leave_checkpoints(db)
		   : DB_OK;
}

enum db_err
db_checkpoint(struct db *db, bool restart, int64_t *pages)
{
	*pages = 0;
	return db->backend->checkpoint != NULL
		   ? db->backend->checkpoint(db, restart, pages)
		   : DB_OK;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	db_rollback(db);
	for (size_t i = 0; i < DB_SLOTS; i++) {
		struct db_rows *next;

		for (struct db_rows *rows = db->statements[i]; rows != NULL;
		     rows = next) {
			next = rows->next;
			db->backend->finalize(rows);
			free(rows);
		}
	}
	db->backend->disconnect(db);
	free(db);
}
