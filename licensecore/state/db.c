/*
 * db.c - the one place that talks to SQLite.
 *
 * What makes "done" true the instant before the power fails: a rollback
 * journal, which commits attached files as one (WAL does not), and
 * synchronous=EXTRA, which syncs the directory after the journal was removed;
 * with FULL the removal itself could be lost, and a committed transaction be
 * rolled back at the next start.
 */
#include "db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <sqlite3.h>

#include "base/error.h"

struct lc_db {
	sqlite3 *sqlite;
	int nattached;
	struct statement {
		const char *sql;	/* by address, see db.h */
		sqlite3_stmt *statement;
	} *cache;
	size_t ncached, room;
	/* What failed last since the transaction began, in SQLite's words. */
	enum lc_err failed;
	char words[160];
};

/* A file's identity (PRAGMA application_id) and how its schema came about. */
struct file_kind {
	const char *schema;	/* its name on the connection, or what that
				   of the first one would be */
	int32_t magic;
	const char *const *steps;	/* step n leads from version n to n+1 */
	int32_t nsteps;
	/* Is that what its schema may be?  NULL: it is ours alone. */
	enum lc_err (*tables)(const char *said);
};

#define STORE_LINE "line (id TEXT PRIMARY KEY, line TEXT NOT NULL,"	\
	" installed INTEGER NOT NULL)"

static const char *const store_steps[] = {
	"CREATE TABLE store." STORE_LINE ";",
};

/* Media come from anywhere: no views, no triggers, nothing else. */
static enum lc_err
store_tables(const char *said)
{
	return said != NULL &&
	    strcmp(said, "CREATE TABLE " STORE_LINE) == 0 ?
	    LC_OK : LC_EDAMAGED;
}

#define NSTEPS(steps) (int32_t)(sizeof(steps) / sizeof(steps)[0])

/* What is attached; and the file of the connection, to be checked. */
static const struct file_kind store_kind = {
	"store", 0x4c437374, store_steps, NSTEPS(store_steps), store_tables,
};
static const struct file_kind main_kind = { .schema = "main" };

static enum lc_err
error_of(int rc)
{
	if (rc == SQLITE_READONLY_DBMOVED)	/* somebody removed the file */
		return LC_EDAMAGED;
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return LC_OK;
	case SQLITE_NOMEM:
		return LC_ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return LC_ELOCKED;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
	case SQLITE_FORMAT:
	case SQLITE_TOOBIG:
	case SQLITE_SCHEMA:
	case SQLITE_ERROR:	/* our SQL is right: the tables are not */
		return LC_EDAMAGED;
	default:
		return LC_EIO;
	}
}

/* The error, whose words are kept: a rollback would replace SQLite's. */
static enum lc_err
failure(struct lc_db *db, int rc)
{
	enum lc_err err = error_of(rc);

	if (err == LC_OK)
		return err;
	db->failed = err;
	(void)snprintf(db->words, sizeof db->words, "%s",
	    sqlite3_errmsg(db->sqlite));
	return err;
}

const char *
lc_db_words(const struct lc_db *db, enum lc_err err)
{
	return db != NULL && db->failed == err && *db->words != '\0' ?
	    db->words : lc_strerror(err);
}

/* ---- Statements ------------------------------------------------------ */

static struct lc_db *
db_new(void)
{
	struct lc_db *db = calloc(1, sizeof *db);

	if (db == NULL)
		return NULL;
	db->room = 64;
	db->cache = calloc(db->room, sizeof *db->cache);
	if (db->cache != NULL)
		return db;
	free(db);
	return NULL;
}

static enum lc_err
cache_reserve(struct lc_db *db)
{
	struct statement *more;

	if (db->ncached < db->room)
		return LC_OK;
	more = reallocarray(db->cache, db->room * 2, sizeof *more);
	if (more == NULL)
		return LC_ENOMEM;
	db->cache = more;
	db->room *= 2;
	return LC_OK;
}

static enum lc_err
statement_get(struct lc_db *db, const char *sql, sqlite3_stmt **out)
{
	sqlite3_stmt *statement;
	enum lc_err err;
	int rc;

	for (size_t i = 0; i < db->ncached; i++) {
		if (db->cache[i].sql == sql) {
			*out = db->cache[i].statement;
			return LC_OK;
		}
	}
	if ((err = cache_reserve(db)) != LC_OK)
		return err;
	rc = sqlite3_prepare_v3(db->sqlite, sql, -1,
	    SQLITE_PREPARE_PERSISTENT, &statement, NULL);
	if (rc != SQLITE_OK)
		return failure(db, rc);
	db->cache[db->ncached].sql = sql;
	db->cache[db->ncached++].statement = statement;
	*out = statement;
	return LC_OK;
}

static int
bind_value(sqlite3_stmt *statement, int i, const struct lc_value *v)
{
	switch (v->kind) {
	case LC_V_NULL:
		break;
	case LC_V_INT:
		return sqlite3_bind_int64(statement, i, v->number);
	case LC_V_TEXT:
		return sqlite3_bind_text64(statement, i, v->bytes, v->len,
		    SQLITE_STATIC, SQLITE_UTF8);
	case LC_V_BLOB:
		return sqlite3_bind_blob64(statement, i, v->bytes, v->len,
		    SQLITE_STATIC);
	}
	return sqlite3_bind_null(statement, i);
}

/* Values are bound without a copy: they outlive the statement's run. */
static enum lc_err
bind(sqlite3_stmt *statement, const char *letters, va_list args)
{
	int rc = SQLITE_OK;

	for (int i = 1; letters[i - 1] != '\0' && rc == SQLITE_OK; i++) {
		const void *value;

		switch (letters[i - 1]) {
		case 's':
		case 't':
			value = va_arg(args, const char *);
			rc = sqlite3_bind_text(statement, i, value, -1,
			    SQLITE_STATIC);
			break;
		case 'x':
			value = va_arg(args, const char *);
			rc = sqlite3_bind_text64(statement, i, value,
			    va_arg(args, size_t), SQLITE_STATIC, SQLITE_UTF8);
			break;
		case 'i':
			rc = sqlite3_bind_int64(statement, i,
			    va_arg(args, int64_t));
			break;
		case 'b':
			value = va_arg(args, const void *);
			rc = sqlite3_bind_blob64(statement, i, value,
			    va_arg(args, size_t), SQLITE_STATIC);
			break;
		case 'v':
			rc = bind_value(statement, i,
			    va_arg(args, const struct lc_value *));
			break;
		default:
			return LC_EINVAL;
		}
	}
	return error_of(rc);
}

enum lc_err
lc_db_run(struct lc_db *db, const char *sql, const char *letters, ...)
{
	sqlite3_stmt *statement;
	enum lc_err err;
	va_list args;

	if ((err = statement_get(db, sql, &statement)) != LC_OK)
		return err;
	va_start(args, letters);
	err = bind(statement, letters, args);
	va_end(args);
	if (err == LC_OK)
		err = failure(db, sqlite3_step(statement));
	(void)sqlite3_reset(statement);	/* repeats what step said */
	(void)sqlite3_clear_bindings(statement);
	return err;
}

enum lc_err
lc_db_run_values(struct lc_db *db, const char *sql,
    const struct lc_value *values, size_t n)
{
	sqlite3_stmt *statement;
	int rc = SQLITE_OK;
	enum lc_err err;

	if ((err = statement_get(db, sql, &statement)) != LC_OK)
		return err;
	for (size_t i = 0; i < n && rc == SQLITE_OK; i++)
		rc = bind_value(statement, (int)i + 1, &values[i]);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	err = failure(db, rc);
	(void)sqlite3_reset(statement);	/* repeats what step said */
	(void)sqlite3_clear_bindings(statement);
	return err;
}

/* A query that runs is its prepared statement. */
static sqlite3_stmt *
statement_of(struct lc_rows *rows)
{
	return (sqlite3_stmt *)(void *)rows;
}

static enum lc_err
query(struct lc_db *db, struct lc_rows **rows, const char *sql,
    const char *letters, va_list args)
{
	sqlite3_stmt *statement;
	enum lc_err err;

	if ((err = statement_get(db, sql, &statement)) != LC_OK ||
	    (err = bind(statement, letters, args)) != LC_OK)
		return err;
	*rows = (struct lc_rows *)(void *)statement;
	return LC_OK;
}

enum lc_err
lc_db_query(struct lc_db *db, struct lc_rows **rows, const char *sql,
    const char *letters, ...)
{
	enum lc_err err;
	va_list args;

	va_start(args, letters);
	err = query(db, rows, sql, letters, args);
	va_end(args);
	return err;
}

enum lc_err
lc_db_next(struct lc_db *db, struct lc_rows *rows)
{
	int rc = sqlite3_step(statement_of(rows));
	enum lc_err err;

	if (rc == SQLITE_ROW)
		return LC_OK;
	err = rc == SQLITE_DONE ? LC_ENOTFOUND : failure(db, rc);
	lc_db_stop(rows);
	return err;
}

void
lc_db_stop(struct lc_rows *rows)
{
	if (rows == NULL)
		return;
	(void)sqlite3_reset(statement_of(rows));
	(void)sqlite3_clear_bindings(statement_of(rows));
}

int64_t
lc_db_int(struct lc_rows *rows, int column)
{
	return sqlite3_column_int64(statement_of(rows), column);
}

const char *
lc_db_text(struct lc_rows *rows, int column)
{
	const unsigned char *text =
	    sqlite3_column_text(statement_of(rows), column);

	return text != NULL ? (const char *)text : "";
}

void
lc_db_value(struct lc_rows *rows, int column, struct lc_value *v)
{
	/* Not protected from other threads, of which there are none. */
	sqlite3_value *value = sqlite3_column_value(statement_of(rows),
	    column);

	*v = (struct lc_value){ .kind = LC_V_NULL };
	switch (sqlite3_value_type(value)) {
	case SQLITE_INTEGER:
		v->kind = LC_V_INT;
		v->number = sqlite3_value_int64(value);
		return;
	case SQLITE_TEXT:
		v->kind = LC_V_TEXT;
		v->bytes = sqlite3_value_text(value);
		break;
	case SQLITE_NULL:
		return;
	default:		/* a float that damage made is no value of ours */
		v->kind = LC_V_BLOB;
		v->bytes = sqlite3_value_blob(value);
		break;
	}
	v->len = (size_t)sqlite3_value_bytes(value);
}

enum lc_err
lc_db_get_int(struct lc_db *db, int64_t *value, const char *sql,
    const char *letters, ...)
{
	struct lc_rows *rows;
	enum lc_err err;
	va_list args;

	va_start(args, letters);
	err = query(db, &rows, sql, letters, args);
	va_end(args);
	if (err != LC_OK || (err = lc_db_next(db, rows)) != LC_OK)
		return err;
	*value = lc_db_int(rows, 0);
	lc_db_stop(rows);
	return LC_OK;
}

enum lc_err
lc_db_get_text(struct lc_db *db, char **text, const char *sql,
    const char *letters, ...)
{
	struct lc_rows *rows;
	enum lc_err err;
	va_list args;
	char *copy;

	va_start(args, letters);
	err = query(db, &rows, sql, letters, args);
	va_end(args);
	if (err != LC_OK || (err = lc_db_next(db, rows)) != LC_OK)
		return err;
	copy = strdup(lc_db_text(rows, 0));
	lc_db_stop(rows);
	if (copy == NULL)
		return LC_ENOMEM;
	*text = copy;
	return LC_OK;
}

enum lc_err
lc_db_exec(struct lc_db *db, const char *sql)
{
	return failure(db, sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL));
}

/* ---- Transactions ---------------------------------------------------- */

enum lc_err
lc_db_begin(struct lc_db *db)
{
	db->failed = LC_OK;
	return lc_db_run(db, "BEGIN IMMEDIATE", "");
}

enum lc_err
lc_db_commit(struct lc_db *db)
{
	enum lc_err err = lc_db_run(db, "COMMIT", "");

	if (err != LC_OK)
		lc_db_rollback(db);
	return err;
}

void
lc_db_rollback(struct lc_db *db)
{
	/* Autocommit is back on when SQLite has rolled back by itself. */
	if (!sqlite3_get_autocommit(db->sqlite))
		(void)lc_db_run(db, "ROLLBACK", "");
}

bool
lc_db_is_for_threads(void)
{
	return sqlite3_threadsafe() != 0;
}

void
lc_db_flush(struct lc_db *db)
{
	sqlite3_file *file = NULL;

	if (sqlite3_db_cacheflush(db->sqlite) == SQLITE_OK &&
	    sqlite3_file_control(db->sqlite, "main",
	    SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK &&
	    file->pMethods != NULL)
		(void)file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
}

/* ---- Files ----------------------------------------------------------- */

/* Schema names cannot be parameters; these come from this file alone. */
static enum lc_err
pragma_run(struct lc_db *db, const struct file_kind *kind, const char *rest)
{
	char sql[96];

	(void)snprintf(sql, sizeof sql, "PRAGMA %s.%s", kind->schema, rest);
	return failure(db, sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL));
}

static enum lc_err
pragma_get(struct lc_db *db, const struct file_kind *kind, const char *name,
    int32_t *value)
{
	sqlite3_stmt *statement;
	char sql[96];
	enum lc_err err;
	int rc;

	(void)snprintf(sql, sizeof sql, "PRAGMA %s.%s", kind->schema, name);
	rc = sqlite3_prepare_v2(db->sqlite, sql, -1, &statement, NULL);
	if (rc != SQLITE_OK)
		return failure(db, rc);
	rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		*value = sqlite3_column_int(statement, 0);
	err = failure(db, rc);
	(void)sqlite3_finalize(statement);	/* repeats what step said */
	return err;
}

/*
 * What SQLite's check says of a file.  That a page could not be read is no
 * damage: it is said with its error code, or in these words.
 */
static enum lc_err
finding(const char *said)
{
	const char *code = said != NULL ? strstr(said, "error code=") : NULL;
	enum lc_err err = LC_OK;

	if (said != NULL && strcmp(said, "ok") == 0)
		return LC_OK;
	if (code != NULL)
		err = error_of(atoi(code + strlen("error code=")));
	else if (said != NULL && strstr(said, "failed to get page") != NULL)
		err = LC_EIO;
	return err != LC_OK ? err : LC_EDAMAGED;
}

/* What this makes of the query's first column, in its first row. */
static enum lc_err
judge_text(struct lc_db *db, const char *sql,
    enum lc_err (*judge)(const char *said))
{
	sqlite3_stmt *statement;
	enum lc_err err;
	int rc;

	rc = sqlite3_prepare_v2(db->sqlite, sql, -1, &statement, NULL);
	if (rc != SQLITE_OK)
		return failure(db, rc);
	rc = sqlite3_step(statement);
	err = failure(db, rc);
	if (rc == SQLITE_ROW)
		err = judge((const char *)sqlite3_column_text(statement, 0));
	(void)sqlite3_finalize(statement);	/* repeats what step said */
	return err;
}

/* Are its tables what they should be? */
static enum lc_err
tables_check(struct lc_db *db, const struct file_kind *kind)
{
	char sql[96];

	if (kind->tables == NULL)
		return LC_OK;
	(void)snprintf(sql, sizeof sql, "SELECT group_concat(sql) FROM"
	    " %s.sqlite_schema WHERE sql IS NOT NULL", kind->schema);
	return judge_text(db, sql, kind->tables);
}

/* Do the pages hold together?  Reads the whole file. */
static enum lc_err
integrity_check(struct lc_db *db, const struct file_kind *kind)
{
	char sql[96];

	(void)snprintf(sql, sizeof sql, "PRAGMA %s.integrity_check(1)",
	    kind->schema);
	return judge_text(db, sql, finding);
}

enum lc_err
lc_db_check(struct lc_db *db)
{
	return integrity_check(db, &main_kind);
}

static enum lc_err
migrate(struct lc_db *db, const struct file_kind *kind)
{
	char rest[48];
	int32_t version = 0;
	enum lc_err err;

	if (kind->steps == NULL)
		return LC_EDAMAGED;
	if ((err = lc_db_begin(db)) == LC_OK)
		err = pragma_get(db, kind, "user_version", &version);
	for (int32_t i = version; i < kind->nsteps && err == LC_OK; i++)
		err = failure(db, sqlite3_exec(db->sqlite, kind->steps[i],
		    NULL, NULL, NULL));
	if (err == LC_OK) {
		(void)snprintf(rest, sizeof rest, "application_id = %d",
		    (int)kind->magic);
		err = pragma_run(db, kind, rest);
	}
	if (err == LC_OK) {
		(void)snprintf(rest, sizeof rest, "user_version = %d",
		    (int)kind->nsteps);
		err = pragma_run(db, kind, rest);
	}
	if (err != LC_OK) {
		lc_db_rollback(db);
		return err;
	}
	return lc_db_commit(db);
}

/* Makes sure that the file under this schema name is one of ours. */
static enum lc_err
file_prepare(struct lc_db *db, const struct file_kind *kind, bool check)
{
	int32_t magic, version, tables;
	enum lc_err err;

	if ((err = pragma_run(db, kind, "synchronous = EXTRA")) != LC_OK ||
	    (err = pragma_run(db, kind, "journal_mode = DELETE")) != LC_OK ||
	    (err = pragma_run(db, kind, "cell_size_check = ON")) != LC_OK ||
	    (err = pragma_get(db, kind, "application_id", &magic)) != LC_OK ||
	    (err = pragma_get(db, kind, "user_version", &version)) != LC_OK ||
	    (err = pragma_get(db, kind, "schema_version", &tables)) != LC_OK)
		return err;
	if (magic == 0 && version == 0 && tables == 0)
		return migrate(db, kind);	/* a new file */
	if (magic != kind->magic || version < 1)
		return LC_EDAMAGED;
	if (version > kind->nsteps)
		return LC_ENEWER;
	if (check && ((err = tables_check(db, kind)) != LC_OK ||
	    (err = integrity_check(db, kind)) != LC_OK))
		return err;
	return version < kind->nsteps ? migrate(db, kind) : LC_OK;
}

static enum lc_err
file_problem(struct lc_db *db, enum lc_err err, const char *path,
    struct lc_detail *detail)
{
	switch (err) {
	case LC_ENEWER:
		return lc_fail(detail, err, "%s: written by a newer version of"
		    " this software", path);
	case LC_EDAMAGED:
		return lc_fail(detail, err, "%s: damaged, or not a license"
		    " database", path);
	default:
		return lc_fail(detail, err, "%s: %s", path,
		    lc_db_words(db, err));
	}
}

void
lc_db_close(struct lc_db *db)
{
	if (db == NULL)
		return;
	for (size_t i = 0; i < db->ncached; i++)
		(void)sqlite3_finalize(db->cache[i].statement);
	(void)sqlite3_close(db->sqlite);	/* nothing is open in it */
	free(db->cache);
	free(db);
}

static enum lc_err
try_open(struct lc_db *db, const char *path, bool create)
{
	return failure(db, sqlite3_open_v2(path, &db->sqlite,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
	    SQLITE_OPEN_EXRESCODE | (create ? SQLITE_OPEN_CREATE : 0), NULL));
}

/*
 * A SQLite with times of 32 bits does not open files that were written while
 * the clock was past 2038.  It is not any longer, so they are dated anew.
 */
static bool
is_dated_anew(struct lc_db *db, const char *path)
{
	char *journal;

	if (sqlite3_system_errno(db->sqlite) != EOVERFLOW ||
	    utimensat(AT_FDCWD, path, NULL, 0) != 0)
		return false;
	if (asprintf(&journal, "%s-journal", path) >= 0) {
		/* Hardly ever is there one. */
		(void)utimensat(AT_FDCWD, journal, NULL, 0);
		free(journal);
	}
	(void)sqlite3_close(db->sqlite);	/* it was never open */
	db->sqlite = NULL;
	return true;
}

enum lc_err
lc_db_connect(const char *path, bool create, struct lc_db **out,
    struct lc_detail *detail)
{
	struct lc_db *db = db_new();
	enum lc_err err = LC_ENOMEM;

	if (db == NULL)
		return err;
	err = try_open(db, path, create);
	if (err != LC_OK && db->sqlite != NULL && is_dated_anew(db, path))
		err = try_open(db, path, create);
	if (err == LC_OK) {
		*out = db;
		return err;
	}
	(void)file_problem(db, err, path, detail);
	lc_db_close(db);
	return err;
}

enum lc_err
lc_db_connect_bytes(const void *bytes, size_t len, struct lc_db **out)
{
	unsigned char *copy = sqlite3_malloc64(len);
	struct lc_db *db;
	enum lc_err err;

	if (copy == NULL)
		return LC_ENOMEM;
	if ((err = lc_db_connect(":memory:", true, &db, NULL)) != LC_OK) {
		sqlite3_free(copy);
		return err;
	}
	memcpy(copy, bytes, len);
	/* Which frees it, also on failure. */
	err = error_of(sqlite3_deserialize(db->sqlite, "main", copy,
	    (sqlite3_int64)len, (sqlite3_int64)len,
	    SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_READONLY));
	if (err == LC_OK)
		*out = db;
	else
		lc_db_close(db);
	return err;
}

/* ---- Stores ---------------------------------------------------------- */

/* The schema name of a slot. */
static const char *const slots[LC_DB_SLOTS] = LC_DB_EACH("", "");

static enum lc_err
attach(struct lc_db *db, const char *path, bool check,
    struct lc_detail *detail)
{
	struct file_kind kind = store_kind;
	enum lc_err err;

	kind.schema = slots[db->nattached];
	if (db->nattached > 0)	/* its steps make the first one only */
		kind.steps = NULL;
	/* Only loading makes stores: one that is gone is not begun anew. */
	if (!check && access(path, F_OK) != 0)
		return lc_fail(detail, LC_EIO, "%s: %s", path,
		    strerror(errno));
	err = lc_db_run(db, "ATTACH ? AS ?", "ss", path, kind.schema);
	if (err == LC_OK) {
		db->nattached++;
		err = file_prepare(db, &kind, check);
	}
	return err == LC_OK ? err : file_problem(db, err, path, detail);
}

enum lc_err
lc_db_attach(struct lc_db *db, const char *path, bool check,
    struct lc_detail *detail)
{
	enum lc_err err = attach(db, path, check, detail);

	if (err != LC_OK)
		lc_db_detach(db);
	return err;
}

enum lc_err
lc_db_attach_more(struct lc_db *db, const char *path, int *slot,
    struct lc_detail *detail)
{
	if (db->nattached == LC_DB_SLOTS)
		return lc_fail(detail, LC_EINVAL,
		    "more than %d stores would change at once", LC_DB_SLOTS);
	*slot = db->nattached;
	return attach(db, path, false, detail);
}

bool
lc_db_is_attached(const struct lc_db *db)
{
	return db->nattached > 0;
}

void
lc_db_detach(struct lc_db *db)
{
	while (db->nattached > 0)	/* no one reads it */
		(void)lc_db_run(db, "DETACH ?", "s", slots[--db->nattached]);
}
