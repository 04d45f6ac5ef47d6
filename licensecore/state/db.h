/*
 * db.h - the one place that talks to SQLite.
 *
 * A struct lc_db is the connection to one file, to which files of removable
 * stores can be attached; a transaction then covers all of them as one.  The
 * first one is called "store", the others "store1" and so on.
 *
 * SQL texts are string literals: prepared statements are kept by address.
 */
#ifndef LC_DB_H
#define LC_DB_H

#include "licensecore.h"

struct lc_db;

/* What stands in a column. */
enum lc_value_kind {
	LC_V_NULL,
	LC_V_INT,
	LC_V_TEXT,
	LC_V_BLOB,
};

struct lc_value {
	enum lc_value_kind kind;
	int64_t number;
	const void *bytes;	/* of a text that was read: a NUL follows */
	size_t len;
};

/* Store files attached at a time: SQLite's own limit is 10 files. */
#define LC_DB_SLOTS 8
/* A statement about the store in each of the slots: lc_db_run(db, sql[slot]). */
#define LC_DB_EACH(before, after)				\
	{ before "store" after, before "store1" after,		\
	  before "store2" after, before "store3" after,		\
	  before "store4" after, before "store5" after,		\
	  before "store6" after, before "store7" after }

void lc_db_close(struct lc_db *);	/* NULL is fine */

/*
 * Only the connection, to whatever stands there: the file is not looked at.
 * LC_EIO: it is not there, or cannot be opened.
 */
enum lc_err lc_db_connect(const char *path, bool create, struct lc_db **,
    struct lc_detail *);
/*
 * To the content of a file in memory, which is copied; what is written to it
 * is lost.
 */
enum lc_err lc_db_connect_bytes(const void *bytes, size_t len,
    struct lc_db **);

/*
 * Attaches a store file, which becomes the first one, and is made if it is
 * empty; not in a transaction.  With check, its pages are read through; else
 * only its kind and version are.  LC_EDAMAGED: it is not a store's, or its
 * pages do not hold together; LC_ENEWER; LC_EIO; LC_ENOMEM; LC_ELOCKED.
 */
enum lc_err lc_db_attach(struct lc_db *, const char *path, bool check,
    struct lc_detail *);
/*
 * One more, in the next slot.  It has to be a store already (LC_EDAMAGED).
 * LC_EINVAL: all slots are taken.
 */
enum lc_err lc_db_attach_more(struct lc_db *, const char *path, int *slot,
    struct lc_detail *);
void lc_db_detach(struct lc_db *);	/* all; nothing attached is fine */
bool lc_db_is_attached(const struct lc_db *);	/* is any? */

/* Do the pages of the file hold together?  Reads all of them. */
enum lc_err lc_db_check(struct lc_db *);

enum lc_err lc_db_begin(struct lc_db *);
/* On failure everything is rolled back. */
enum lc_err lc_db_commit(struct lc_db *);
/* Not in a transaction is fine. */
void lc_db_rollback(struct lc_db *);
/*
 * Writes what the transaction has changed to the file, and waits until it is on
 * the disk.  It is no more committed than before; if something fails, the
 * commit fails with it.  This may be another thread, while no other one uses
 * the connection, if SQLite is built for threads.
 */
void lc_db_flush(struct lc_db *);
bool lc_db_is_for_threads(void);

/*
 * Parameters are described by one letter each: 's' a const char *, 't' the
 * same or NULL for SQL's NULL, 'x' a const char * and a size_t, 'i' an int64_t,
 * 'b' a const void * and a size_t, 'v' a const struct lc_value *.
 */

/* Runs a statement that returns no rows. */
enum lc_err lc_db_run(struct lc_db *, const char *sql, const char *letters,
    ...);

/* The same with n parameters. */
enum lc_err lc_db_run_values(struct lc_db *, const char *sql,
    const struct lc_value *, size_t n);

/* Runs several statements that take and return nothing. */
enum lc_err lc_db_exec(struct lc_db *, const char *sql);

/*
 * Starts a query; lc_db_next gives LC_OK for each row, LC_ENOTFOUND after the
 * last.  The rows must be read to that end or given up with lc_db_stop before
 * the same query starts again; lc_db_stop after the end is fine.
 */
struct lc_rows;
enum lc_err lc_db_query(struct lc_db *, struct lc_rows **, const char *sql,
    const char *letters, ...);
enum lc_err lc_db_next(struct lc_db *, struct lc_rows *);
void lc_db_stop(struct lc_rows *);	/* NULL is fine */

/* Columns count from 0.  Texts and blobs live until the next lc_db_next. */
int64_t lc_db_int(struct lc_rows *, int column);
const char *lc_db_text(struct lc_rows *, int column);	/* NULL as "" */
void lc_db_value(struct lc_rows *, int column, struct lc_value *);

/*
 * The first column of a query's only row; LC_ENOTFOUND: it has none.  The
 * caller frees the text.
 */
enum lc_err lc_db_get_int(struct lc_db *, int64_t *value, const char *sql,
    const char *letters, ...);
enum lc_err lc_db_get_text(struct lc_db *, char **text, const char *sql,
    const char *letters, ...);

/*
 * The words for an error, for a lc_detail: SQLite's own if it is what failed
 * last since the transaction began, rolled back since or not.  NULL is fine.
 */
const char *lc_db_words(const struct lc_db *, enum lc_err);

#endif
