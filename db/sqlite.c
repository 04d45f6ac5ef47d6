/*
 * sqlite.c - db.h over SQLite.
 *
 * A write-ahead log with synchronous=EXTRA, which is FULL there: what was
 * committed is there after a power failure.  EXTRA counts for a database that
 * has a rollback journal still, until db_upgrade: with FULL the removal of the
 * journal could be lost, and the transaction be rolled back at the next start.
 */
#include "connection.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define WAIT_MS 5000 /* for others who write */

struct sqlite_rows {
	struct db_rows rows;
	sqlite3_stmt *statement; /* NULL until it was prepared */
	/* SQLite numbers "$n" by where they stand first, not by n. */
	int places[DB_PARAMETERS_MAX];
	int nplaces;
	bool has_first; /* start made the first step: its outcome */
	enum db_err first;
};

/* Statements of every transaction, kept prepared. */
enum kept {
	BEGIN_READING,
	TAKE_STATE,
	BEGIN_WRITING,
	COMMIT,
	ROLLBACK,
	SAVEPOINT,
	RELEASE,
	NKEPT,
};

static const char *const kept_sql[NKEPT] = {
	[BEGIN_READING] = "BEGIN",
	[TAKE_STATE] = "SELECT 1 FROM sqlite_schema LIMIT 1",
	[BEGIN_WRITING] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[SAVEPOINT] = "SAVEPOINT part",
	[RELEASE] = "RELEASE SAVEPOINT part",
};

struct sqlite_db {
	struct db db;
	sqlite3 *handle;
	sqlite3_stmt *kept[NKEPT]; /* NULL until it was prepared */
	bool is_reading;           /* in a transaction that cannot write */
	int turn;                  /* of an upgrade; 0: none */
};

static struct sqlite_db *
of(struct db *db)
{
	return (struct sqlite_db *)db;
}

static struct sqlite_rows *
rows_of(struct db_rows *rows)
{
	return (struct sqlite_rows *)rows;
}

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
	case SQLITE_FULL:
		return DB_FULL;
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
		(void)db_fail(db, err, "%s",
		    of(db)->handle != NULL ? sqlite3_errmsg(of(db)->handle)
					   : sqlite3_errstr(rc));
	return err;
}

/* ---- Statements ------------------------------------------------------ */

static enum db_err
places_find(struct sqlite_rows *rows)
{
	int n = sqlite3_bind_parameter_count(rows->statement);

	for (int i = 1; i <= n; i++) {
		const char *name =
		    sqlite3_bind_parameter_name(rows->statement, i);
		long number = name != NULL && name[0] == '$'
				  ? strtol(name + 1, NULL, 10)
				  : 0;

		if (n > DB_PARAMETERS_MAX || number < 1 || number > n)
			return db_fail(rows->rows.db, DB_FAILED,
			    "the statement's parameters are not $1 to $%d", n);
		rows->places[number - 1] = i;
	}
	rows->nplaces = n;
	return DB_OK;
}

static enum db_err
prepare(struct sqlite_rows *rows)
{
	struct db *db = rows->rows.db;
	const char *tail = "";
	enum db_err err;

	err =
	    judge(db, sqlite3_prepare_v3(of(db)->handle, rows->rows.sql, -1,
			  SQLITE_PREPARE_PERSISTENT, &rows->statement, &tail));
	if (err == DB_OK && (rows->statement == NULL || tail[0] != '\0'))
		err = db_fail(db, DB_FAILED, "not one statement");
	if (err == DB_OK)
		err = places_find(rows);
	if (err != DB_OK) {
		(void)sqlite3_finalize(rows->statement); /* never ran */
		rows->statement = NULL;
	}
	return err;
}

static int
bind_value(struct sqlite_rows *rows, int at, const struct db_value *value,
    sqlite3_destructor_type lifetime)
{
	sqlite3_stmt *statement = rows->statement;

	switch (value->letter) {
	case 's':
		return sqlite3_bind_text(
		    statement, at, value->data, -1, lifetime);
	case 'x':
		return sqlite3_bind_text64(statement, at, value->data,
		    value->len, lifetime, SQLITE_UTF8);
	case 'i':
		return sqlite3_bind_int64(statement, at, value->number);
	default:
		return sqlite3_bind_blob64(
		    statement, at, value->data, value->len, lifetime);
	}
}

static void
stop(struct db_rows *base)
{
	struct sqlite_rows *rows = rows_of(base);

	(void)sqlite3_reset(rows->statement); /* repeats what step said */
	(void)sqlite3_clear_bindings(rows->statement); /* cannot fail */
	rows->has_first = false;
}

static enum db_err
step(struct sqlite_rows *rows)
{
	int rc = sqlite3_step(rows->statement);
	enum db_err err;

	if (rc == SQLITE_ROW)
		return DB_OK;
	err = judge(rows->rows.db, rc);
	stop(&rows->rows);
	return err == DB_OK ? DB_END : err;
}

/* The first step is made here, so that errors come where PostgreSQL has them.
 */
static enum db_err
start(
    struct db_rows *base, const struct db_value *values, size_t n, bool to_end)
{
	struct sqlite_rows *rows = rows_of(base);
	enum db_err err = DB_OK;

	if (rows->statement == NULL && (err = prepare(rows)) != DB_OK)
		return err;
	if (n != (size_t)rows->nplaces)
		return db_fail(base->db, DB_FAILED,
		    "%zu parameters for a statement that takes %d", n,
		    rows->nplaces);
	if (of(base->db)->is_reading && !sqlite3_stmt_readonly(rows->statement))
		return db_fail(base->db, DB_FAILED,
		    "attempt to write in a transaction that only reads");
	for (size_t i = 0; i < n && err == DB_OK; i++)
		err = judge(
		    base->db, bind_value(rows, rows->places[i], &values[i],
				  to_end ? SQLITE_STATIC : SQLITE_TRANSIENT));
	if (err != DB_OK) {
		stop(base);
		return err;
	}
	err = step(rows);
	if (err != DB_OK && err != DB_END)
		return err;
	rows->first = err;
	rows->has_first = true;
	return DB_OK;
}

static enum db_err
next(struct db_rows *base)
{
	struct sqlite_rows *rows = rows_of(base);

	if (!rows->has_first)
		return step(rows);
	rows->has_first = false;
	return rows->first;
}

static enum db_err
send(struct db_rows *base, const struct db_value *values, size_t n, bool one)
{
	enum db_err err = start(base, values, n, true);

	while (err == DB_OK)
		err = next(base);
	if (err != DB_END)
		return err;
	if (one && sqlite3_changes(of(base->db)->handle) != 1)
		return db_fail(base->db, DB_FAILED,
		    "a statement has not changed one row");
	return DB_OK;
}

static void
finalize(struct db_rows *base)
{
	(void)sqlite3_finalize(rows_of(base)->statement); /* repeats step */
}

static int64_t
integer(struct db_rows *rows, int column)
{
	return sqlite3_column_int64(rows_of(rows)->statement, column);
}

static const char *
text(struct db_rows *rows, int column)
{
	const unsigned char *value =
	    sqlite3_column_text(rows_of(rows)->statement, column);

	return value != NULL ? (const char *)value : "";
}

/* SQLite gives NULL for an empty blob, too. */
static const void *
blob(struct db_rows *rows, int column, size_t *len)
{
	sqlite3_stmt *statement = rows_of(rows)->statement;
	const void *value = sqlite3_column_blob(statement, column);

	*len = (size_t)sqlite3_column_bytes(statement, column);
	if (value == NULL &&
	    sqlite3_column_type(statement, column) == SQLITE_BLOB)
		return "";
	return value;
}

static bool
is_null(struct db_rows *rows, int column)
{
	return sqlite3_column_type(rows_of(rows)->statement, column) ==
	       SQLITE_NULL;
}

/* ---- Transactions ---------------------------------------------------- */

static enum db_err
script(struct db *db, const char *sql)
{
	return judge(db, sqlite3_exec(of(db)->handle, sql, NULL, NULL, NULL));
}

static enum db_err
kept_run(struct db *db, enum kept which)
{
	sqlite3_stmt **kept = &of(db)->kept[which];
	enum db_err err = DB_OK;

	if (*kept == NULL)
		err = judge(
		    db, sqlite3_prepare_v3(of(db)->handle, kept_sql[which], -1,
			    SQLITE_PREPARE_PERSISTENT, kept, NULL));
	if (err == DB_OK) {
		err = judge(db, sqlite3_step(*kept));
		(void)sqlite3_reset(*kept); /* repeats what step said */
	}
	return err;
}

static void
rollback(struct db *db)
{
	/* In autocommit SQLite has rolled back by itself, or need not. */
	if (!sqlite3_get_autocommit(of(db)->handle))
		(void)kept_run(db, ROLLBACK);
	of(db)->is_reading = false;
}

/*
 * A transaction that only reads takes its state of the database at once.  That
 * it does not write, start sees to: "PRAGMA query_only" would have SQLite
 * compile every statement anew.
 */
static enum db_err
begin(struct db *db, bool reading)
{
	enum db_err err = kept_run(db, reading ? BEGIN_READING : BEGIN_WRITING);

	if (err != DB_OK || !reading)
		return err;
	of(db)->is_reading = true;
	if ((err = kept_run(db, TAKE_STATE)) != DB_OK)
		rollback(db);
	return err;
}

static enum db_err
commit(struct db *db)
{
	enum db_err err = kept_run(db, COMMIT);

	if (err == DB_OK)
		of(db)->is_reading = false;
	return err;
}

static enum db_err
savepoint(struct db *db)
{
	return kept_run(db, SAVEPOINT);
}

static enum db_err
release(struct db *db)
{
	return kept_run(db, RELEASE);
}

/* ---- Checkpoints ----------------------------------------------------- */

static enum db_err
leave_checkpoints(struct db *db)
{
	return judge(db, sqlite3_wal_autocheckpoint(of(db)->handle, 0));
}

/* Others that write or read keep a passive one from its end: no failure. */
static enum db_err
checkpoint(struct db *db, bool restart, int64_t *pages)
{
	int log = 0, done = 0;
	int rc = sqlite3_wal_checkpoint_v2(of(db)->handle, NULL,
	    restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE,
	    &log, &done);

	if ((rc & 0xff) == SQLITE_BUSY)
		rc = SQLITE_OK;
	*pages = log > 0 ? log : 0;
	return judge(db, rc);
}

/* ---- Schema ---------------------------------------------------------- */

/* The first column of a pragma's only row. */
static enum db_err
pragma(struct db *db, const char *sql, int32_t *value)
{
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(of(db)->handle, sql, -1, &statement, NULL);
	enum db_err err;

	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		*value = sqlite3_column_int(statement, 0);
	err = judge(db, rc);
	(void)sqlite3_finalize(statement); /* repeats what step said */
	return err;
}

static enum db_err
version_get(struct db *db, int32_t *kind, int32_t *version)
{
	int32_t tables;
	enum db_err err;

	if ((err = pragma(db, "PRAGMA application_id", kind)) != DB_OK ||
	    (err = pragma(db, "PRAGMA user_version", version)) != DB_OK ||
	    (err = pragma(db, "PRAGMA schema_version", &tables)) != DB_OK)
		return err;
	if (*kind == 0 && *version == 0 && tables == 0)
		return db_fail(db, DB_MISSING, "the database is empty");
	return DB_OK;
}

static enum db_err
version_set(struct db *db, int32_t kind, int32_t version)
{
	char sql[96];

	(void)snprintf(sql, sizeof sql,
	    "PRAGMA application_id = %d; PRAGMA user_version = %d", (int)kind,
	    (int)version);
	return script(db, sql);
}

/* The write-ahead log is a property of the file. */
static enum db_err
begin_upgrade(struct db *db)
{
	char mode[16] = "";
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(
	    of(db)->handle, "PRAGMA journal_mode = WAL", -1, &statement, NULL);
	enum db_err err;

	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		(void)snprintf(mode, sizeof mode, "%s",
		    (const char *)sqlite3_column_text(statement, 0));
	err = judge(db, rc);
	(void)sqlite3_finalize(statement); /* repeats what step said */
	if (err == DB_OK && strcmp(mode, "wal") != 0)
		err = db_fail(db, DB_FAILED,
		    "no write-ahead log is possible here (journal mode %s)",
		    mode);
	return err == DB_OK ? begin(db, false) : err;
}

static enum db_err
check(struct db *db)
{
	struct db_rows *rows;
	enum db_err err = db_query(db, &rows, "PRAGMA integrity_check(1)", "");

	if (err != DB_OK || (err = db_next(rows)) != DB_OK)
		return err;
	if (strcmp(db_text(rows, 0), "ok") != 0)
		err = db_fail(db, DB_DAMAGED, "%s", db_text(rows, 0));
	db_stop(rows);
	return err;
}

/* ---- Opening --------------------------------------------------------- */

/*
 * For the user alone; SQLite gives "-wal" and "-shm" the mode of the file.  A
 * failure is SQLite's to explain.
 */
static void
create_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd >= 0)
		(void)close(fd); /* nothing was written */
}

/*
 * Upgrades take turns by a lock of the folder: SQLite lets two that turn the
 * journal into a write-ahead log wait for each other until one fails.  Where
 * folders cannot be locked, they do without.
 */
static void
turn_take(struct db *db, const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		(void)snprintf(folder, sizeof folder, ".");
	else
		(void)snprintf(folder, sizeof folder, "%.*s",
		    (int)(slash - path + 1), path);
	of(db)->turn = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (of(db)->turn < 0)
		of(db)->turn = 0;
	else
		(void)flock(of(db)->turn, LOCK_EX);
}

static enum db_err
connect_to(struct db *db, const char *path, bool create)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
		    SQLITE_OPEN_EXRESCODE | (create ? SQLITE_OPEN_CREATE : 0);
	enum db_err err;

	if (!create && access(path, F_OK) != 0 && errno == ENOENT)
		return db_fail(db, DB_MISSING, "no such file");
	if (create) {
		turn_take(db, path);
		create_file(path);
	}
	err = judge(db, sqlite3_open_v2(path, &of(db)->handle, flags, NULL));
	if (err == DB_OK)
		err = judge(db, sqlite3_busy_timeout(of(db)->handle, WAIT_MS));
	if (err == DB_OK)
		err = script(db, "PRAGMA trusted_schema = OFF;"
				 "PRAGMA foreign_keys = ON;"
				 "PRAGMA temp_store = MEMORY;"
				 "PRAGMA synchronous = EXTRA;"
				 "PRAGMA cell_size_check = ON");
	if (err == DB_OK && !create) /* it reads the file */
		err = script(db, "PRAGMA cache_size = -8192");
	return err;
}

static void
disconnect(struct db *db)
{
	for (size_t i = 0; i < NKEPT; i++)
		(void)sqlite3_finalize(of(db)->kept[i]); /* as the last step */
	(void)sqlite3_close(of(db)->handle); /* nothing is open in it */
	if (of(db)->turn != 0)
		(void)close(of(db)->turn);
}

const struct db_backend db_sqlite = {
	.db_size = sizeof(struct sqlite_db),
	.rows_size = sizeof(struct sqlite_rows),
	.connect = connect_to,
	.disconnect = disconnect,
	.version_get = version_get,
	.version_set = version_set,
	.begin_upgrade = begin_upgrade,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.savepoint = savepoint,
	.release = release,
	.script = script,
	.check = check,
	.leave_checkpoints = leave_checkpoints,
	.checkpoint = checkpoint,
	.start = start,
	.send = send,
	.next = next,
	.stop = stop,
	.finalize = finalize,
	.integer = integer,
	.text = text,
	.blob = blob,
	.is_null = is_null,
};
