/*
 * db.h - one interface over SQLite and PostgreSQL, for the programs that serve
 * many (an authority, a portal, a manager; a device keeps its state by itself).
 *
 * SQLite needs no configuration: a write-ahead log, every commit synced.  The
 * log needs a local file system; its files are the database's name with "-wal"
 * and "-shm".
 *
 * One SQL text serves both.  What both take:
 *   parameters "$1", "$2", ... (all of them, from 1 on without a gap);
 *   TEXT, BIGINT, BYTEA, REFERENCES, partial indexes, WITHOUT ROWID (which
 *   PostgreSQL does not see in a step of a schema);
 *   INTEGER PRIMARY KEY, which has 31 bits in PostgreSQL, and is not numbered
 *   by it: take numbers from a row of their own;
 *   INSERT ... ON CONFLICT (key) DO UPDATE or NOTHING, RETURNING, UPDATE ...
 *   WHERE as a test, CAST($1 AS TEXT) where nothing else shows the type.
 * Values are bound, never part of the text.  Texts are UTF-8 without NUL;
 * PostgreSQL refuses others.  It sorts them by the collation of the database:
 * create one with "createdb --template=template0 --locale=C --encoding=UTF8",
 * and both sort by bytes.
 *
 * SQL texts are string literals: they are prepared once and kept by address.
 * A connection belongs to one thread, and to the process that opened it.  The
 * folder uses the databases' own libraries and nothing else of the tree.
 */
#ifndef DB_H
#define DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;

enum db_err {
	DB_OK = 0,
	DB_END,     /* no row, or no more */
	DB_EXISTS,  /* there is a row with this key */
	DB_BUSY,    /* others hold it, and five seconds did not help */
	DB_GONE,    /* no connection to the server: broken, or refused */
	DB_FULL,    /* no space left on the disk */
	DB_MISSING, /* no such file, or no tables of ours: db_upgrade */
	DB_OLDER,   /* of an older schema version: db_upgrade */
	DB_NEWER,   /* of a schema version that this program does not know */
	DB_FOREIGN, /* a database of something else */
	DB_DAMAGED, /* its pages are damaged, or it is no database */
	DB_NOMEM,
	DB_FAILED, /* anything else: db_words */
};

/* How a database came about, and how it grows. */
struct db_schema {
	int32_t kind; /* a number, not 0, that marks databases of this kind */
	/* Statements; steps[n] leads from version n to n + 1. */
	const char *const *steps;
	int32_t nsteps;
};

#define DB_WORDS_SIZE 256

/*
 * Opens a database that is of the schema's version: the path of a file, or the
 * address of a PostgreSQL database, "postgresql://..." or "postgres://..." as
 * libpq has it ("postgresql:///name" is a local one).  Beside its own rules
 * for the environment and password files, there is a limit of 10 seconds for
 * connecting, which the address may change (connect_timeout).  Two kinds can
 * share a PostgreSQL database if each has a schema of its own, chosen in the
 * address (options=-csearch_path%3Dname).
 *
 * On failure words has the database's own about it, for people, and both
 * versions if they differ.  A password never gets into words.
 */
enum db_err db_open(const char *where, const struct db_schema *, struct db **,
    char words[DB_WORDS_SIZE]);
void db_close(struct db *); /* NULL is fine; rolls back */

/*
 * Brings a database to the schema's version, in one transaction: all steps or
 * none.  A missing file is created, mode 0600 (a PostgreSQL database has to be
 * there).
 * *from is the version that was found, 0 for none; nothing happens if it is
 * the schema's.  Of two at once, one waits for the other.
 */
enum db_err db_upgrade(const char *where, const struct db_schema *,
    int32_t *from, char words[DB_WORDS_SIZE]);

/* Where, for people: without the password. */
void db_name(const char *where, char name[DB_WORDS_SIZE]);

/*
 * Do the pages hold together?  SQLite reads the whole file.  PostgreSQL checks
 * pages itself as it reads them, if its cluster has checksums: always DB_OK.
 */
enum db_err db_check(struct db *);

/*
 * SQLite copies its write-ahead log into the database's file from time to time,
 * within a commit that takes longer for it.  A program whose commits must not
 * leaves that to another connection, which calls db_checkpoint now and then,
 * in another thread.  PostgreSQL does it by itself.
 *
 * db_checkpoint copies what it can without waiting; only with restart it holds
 * up those who write, copies all, and lets the log begin anew, which else
 * happens only while nobody writes.  *pages is the length of the log.
 */
enum db_err db_leave_checkpoints(struct db *);
enum db_err db_checkpoint(struct db *, bool restart, int64_t *pages);

/* The database's own words about the last call that failed. */
const char *db_words(const struct db *);

/*
 * Transactions.  With SQLite nobody else writes from db_begin on.  With
 * PostgreSQL (READ COMMITTED) others may: start by locking the row that
 * serializes what must be in order (UPDATE, or SELECT ... FOR UPDATE is not
 * SQLite's).  db_begin_reading holds nobody up, shows one state of the database
 * to all its queries, and cannot write.
 *
 * After a call within a transaction failed, all calls but db_undo and
 * db_rollback fail, and leave the words as they are; db_commit rolls back.
 * That holds for DB_EXISTS, too: use ON CONFLICT or a savepoint where a row
 * may be there.
 *
 * A commit that fails has rolled everything back.  Only after DB_GONE nobody
 * knows: look for what should be there.  db_begin, and a statement without a
 * transaction, connect once again if the connection is gone.
 */
enum db_err db_begin(struct db *);
enum db_err db_begin_reading(struct db *);
enum db_err db_commit(struct db *);
void db_rollback(struct db *); /* not in a transaction is fine */

/*
 * A part of a transaction that can fail alone, nested if need be.  It ends with
 * db_release, which keeps what was done since, or with db_undo, which takes it
 * back, so that the transaction can go on.
 */
enum db_err db_savepoint(struct db *);
enum db_err db_release(struct db *);
enum db_err db_undo(struct db *);

/*
 * As db_release, and does not wait for what was sent (db_send).  If one of
 * these statements failed, a later call fails, db_commit at the latest, and
 * the whole transaction can only be rolled back: nobody knows which of its
 * parts it was.
 */
enum db_err db_release_later(struct db *);

/* Was the connection broken when a call failed last? */
bool db_is_gone(const struct db *);

/*
 * Parameters $1, $2, ... follow, described by a letter each: 's' a const char
 * *, 'x' a const char * and a size_t, 'i' an int64_t, 'b' a const void * and a
 * size_t.  A null pointer is SQL's NULL; 's' has it for columns of all types.
 */
#define DB_PARAMETERS_MAX 32

/* Runs a statement to its end; its rows, if any, are passed over. */
enum db_err db_run(struct db *, const char *sql, const char *letters, ...);

/*
 * As db_run, and does not wait for the server: within a transaction many
 * statements go to PostgreSQL one after the other, which is several times
 * faster.  If one fails, a later call fails with its error and words: the
 * next db_savepoint, db_release or db_commit at the latest, so that it is
 * known on which side of a savepoint it was.
 */
enum db_err db_send(struct db *, const char *sql, const char *letters, ...);

/* As db_send; a statement that does not change exactly one row fails. */
enum db_err db_send_one(
    struct db *, const char *sql, const char *letters, ...);

/*
 * Within a transaction: the query with this text and these parameters, which
 * is made later, once, shows the rows as they are now.  Many of them are one
 * round trip to PostgreSQL; with SQLite nothing happens.  So ask ahead only
 * for rows that nothing changes before that query.
 */
enum db_err db_ahead(struct db *, const char *sql, const char *letters, ...);
/* What was asked ahead until now counts no more. */
void db_ahead_end(struct db *);

/*
 * Runs a query.  db_next gives DB_OK for each row, then DB_END.  Read the
 * rows to that end or give them up with db_stop before the same query starts
 * again, and before the transaction ends; db_stop after the end is fine.  The
 * whole result of a query is held in memory with PostgreSQL: page through
 * large ones by key (WHERE key > $1 ORDER BY key LIMIT 1000).
 */
struct db_rows;
enum db_err db_query(
    struct db *, struct db_rows **, const char *sql, const char *letters, ...);
enum db_err db_next(struct db_rows *);
void db_stop(struct db_rows *); /* NULL is fine */

/*
 * Columns count from 0.  Texts and blobs live until the next db_next.  Truth
 * values are 0 and 1; read BYTEA with db_blob only.
 */
int64_t db_int(struct db_rows *, int column);                   /* NULL as 0 */
const char *db_text(struct db_rows *, int column);              /* NULL as "" */
const void *db_blob(struct db_rows *, int column, size_t *len); /* as NULL, 0 */
bool db_is_null(struct db_rows *, int column);

#endif
