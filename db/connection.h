/*
 * connection.h - what a connection is to both databases, and what each has to
 * do.  connection.c has all that is alike: the state of a transaction, the
 * statements, the schema.
 */
#ifndef CONNECTION_H
#define CONNECTION_H

#include "db.h"

/* The value of a parameter. */
struct db_value {
	char letter;
	const void *data; /* NULL for NULL; not for 'i' */
	size_t len;       /* of data; not for 's' */
	int64_t number;   /* for 'i' */
};

/* A statement, and its rows while it runs. */
struct db_rows {
	struct db_rows *next;
	struct db *db;
	const char *sql; /* by address */
	bool is_running;
};

#define DB_SLOTS 64

struct db {
	const struct db_backend *backend;
	int32_t kind, version;                /* of the schema */
	struct db_rows *statements[DB_SLOTS]; /* by address */
	unsigned level;     /* 0 no transaction, 1 in one, more: savepoints */
	enum db_err failed; /* what failed in this transaction */
	bool is_lost;       /* it was in a part that was released already */
	bool is_gone;       /* the last failure was DB_GONE */
	char words[DB_WORDS_SIZE];
};

/*
 * All failures leave words.  The sizes are those of the structs that begin with
 * struct db and struct db_rows.
 */
struct db_backend {
	size_t db_size, rows_size;
	enum db_err (*connect)(struct db *, const char *where, bool create);
	void (*disconnect)(struct db *);
	/* DB_MISSING if there is nothing in the database. */
	enum db_err (*version_get)(
	    struct db *, int32_t *kind, int32_t *version);
	enum db_err (*version_set)(struct db *, int32_t kind, int32_t version);
	/* Begins a transaction that excludes other upgrades. */
	enum db_err (*begin_upgrade)(struct db *);
	enum db_err (*begin)(struct db *, bool reading);
	enum db_err (*commit)(struct db *);
	void (*rollback)(struct db *);
	enum db_err (*savepoint)(struct db *);
	enum db_err (*release)(struct db *);
	enum db_err (*release_later)(struct db *); /* NULL: release */
	/* Statements without parameters. */
	enum db_err (*script)(struct db *, const char *sql);
	enum db_err (*check)(struct db *);
	/* NULL: it does them by itself. */
	enum db_err (*leave_checkpoints)(struct db *);
	enum db_err (*checkpoint)(
	    struct db *, bool restart, int64_t *pages);
	/* With to_end, next is called until the end before values go away. */
	enum db_err (*start)(
	    struct db_rows *, const struct db_value *, size_t n, bool to_end);
	/*
	 * Runs a statement within a transaction, to its end; what it came to
	 * may be the outcome of a later call.  With one, it has to change one
	 * row.
	 */
	enum db_err (*send)(struct db_rows *, const struct db_value *,
	    size_t n, bool one);
	/* NULL: nothing. */
	enum db_err (*ahead)(
	    struct db_rows *, const struct db_value *, size_t n);
	void (*ahead_end)(struct db *);
	/* After anything but DB_OK it is stopped already. */
	enum db_err (*next)(struct db_rows *);
	void (*stop)(struct db_rows *);
	void (*finalize)(struct db_rows *);
	int64_t (*integer)(struct db_rows *, int column);
	const char *(*text)(struct db_rows *, int column);
	const void *(*blob)(struct db_rows *, int column, size_t *len);
	bool (*is_null)(struct db_rows *, int column);
};

extern const struct db_backend db_sqlite, db_postgres;

/* Sets the words and returns err. */
enum db_err db_fail(struct db *, enum db_err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Is the database of the schema's kind and version? */
enum db_err db_schema_check(struct db *);

/* db_name for an address of PostgreSQL. */
void db_postgres_name(const char *where, char name[DB_WORDS_SIZE]);

#endif
