/*
 * db.h - one interface over SQL databases, for the programs that serve many
 * (an authority's ledger; a device keeps its state by itself).
 *
 * It is made for SQLite and PostgreSQL; so far there is SQLite.  What both
 * take is written here: parameters "$1", "$2", ..., ON CONFLICT, RETURNING,
 * UPDATE ... WHERE as a test.  Values are bound, never part of the text.
 *
 * SQL texts are string literals: they are prepared once and kept by address.
 * A connection belongs to one thread.  The folder uses the databases' own
 * libraries and nothing else of the tree.
 */
#ifndef DB_H
#define DB_H

#include <stddef.h>
#include <stdint.h>

struct db;

enum db_err {
	DB_OK = 0,
	DB_END,     /* no row, or no more */
	DB_EXISTS,  /* there is a row with this key */
	DB_BUSY,    /* others hold it, and waiting did not help */
	DB_NEWER,   /* of a schema version that this program does not know */
	DB_DAMAGED, /* its pages are damaged, or it is of another kind */
	DB_NOMEM,
	DB_FAILED, /* anything else: db_words */
};

/* How a database came about, and how it grows. */
struct db_schema {
	int32_t kind; /* a number that marks databases of this kind */
	/* Statements; steps[n] leads from version n to n + 1. */
	const char *const *steps;
	int32_t nsteps;
};

#define DB_WORDS_SIZE 160

/*
 * Opens a database (the path of a file), creating it if it is missing, and
 * brings its schema up to date.  On failure words has the database's own about
 * it, for people.
 */
enum db_err db_open(const char *where, const struct db_schema *, struct db **,
    char words[DB_WORDS_SIZE]);
void db_close(struct db *); /* NULL is fine */

/* The database's own words about the last call that failed. */
const char *db_words(const struct db *);

/*
 * From db_begin to db_commit nobody else writes.  A commit that fails has
 * rolled everything back.
 */
enum db_err db_begin(struct db *);
enum db_err db_commit(struct db *);
void db_rollback(struct db *); /* not in a transaction is fine */

/*
 * Parameters $1, $2, ... follow, described by a letter each: 's' a const char *
 * (NULL is SQL's NULL), 'x' a const char * and a size_t, 'i' an int64_t, 'b' a
 * const void * and a size_t.
 */

/* Runs a statement to its end; its rows, if any, are passed over. */
enum db_err db_run(struct db *, const char *sql, const char *letters, ...);

/*
 * Starts a query.  db_next gives DB_OK for each row, then DB_END.  Read the
 * rows to that end or give them up with db_stop before the same query starts
 * again; db_stop after the end is fine.
 */
struct db_rows;
enum db_err db_query(
    struct db *, struct db_rows **, const char *sql, const char *letters, ...);
enum db_err db_next(struct db_rows *);
void db_stop(struct db_rows *); /* NULL is fine */

/* Columns count from 0.  Texts and blobs live until the next db_next. */
int64_t db_int(struct db_rows *, int column);
const char *db_text(struct db_rows *, int column); /* NULL as "" */
const void *db_blob(struct db_rows *, int column, size_t *len);

#endif
