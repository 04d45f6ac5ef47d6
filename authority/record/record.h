/*
 * record.h - an authority's database: transactions, and errors in words.
 *
 * The folder record/ keeps what an authority has done: its keys, what it
 * issued, tickets, devices, and the log that vouches for each of them.  It
 * decides nothing; ops/ does.
 *
 * Everything is written between lc_record_begin and lc_record_commit, when
 * nobody else can write; reading needs neither.  SQL goes to db, and
 * lc_record_done makes what db returned an error of the library.
 */
#ifndef LC_RECORD_H
#define LC_RECORD_H

#include "db/db.h"
#include "kept.h"
#include "licenseauthority.h"

#define LC_LOG_DIGEST 32 /* bytes: SHA-256 */
#define LC_PLACE_FILE "database" /* in the folder; see lc_record_place */

struct lc_key;

/* A request that was refused, for the log. */
struct lc_refusal {
	bool is_pending;
	const char *kind; /* of the entry */
	char subject[LC_UDI_MAX + 1];
	struct lc_detail says;
};

struct lc_record {
	struct db *db;
	struct lc_detail *detail; /* explains failures; lc_record_tell */
	char *who;                /* in whose name it is written */
	int64_t (*now)(void);     /* the wall clock */
	bool writing;
	/* While writing: the last entry of the log, and the time of begin. */
	int64_t n, at;
	int64_t committed; /* n at begin */
	uint8_t digest[LC_LOG_DIGEST];
	struct lc_refusal refusal; /* to be logged; lc_refused */
	struct lc_kept kept;
	unsigned parts; /* that have begun and not ended */
	bool is_quick;  /* see lc_part_end */
};

/*
 * Where the database of the authority in dir is: a path, or the connection
 * string in the file "database" there.  The caller frees.  LC_EIO, LC_ENOMEM.
 */
enum lc_err lc_record_place(
    const char *dir, char **where, struct lc_detail *);

/* Creates a database, or brings an older one up to date. */
enum lc_err lc_record_upgrade(const char *where, struct lc_detail *);
/*
 * LC_ENOTFOUND: there is none; LC_EDAMAGED: also one that needs
 * lc_record_upgrade; LC_ENEWER; LC_ELOCKED; LC_EIO; LC_ENOMEM.
 */
enum lc_err lc_record_open(
    const char *where, struct lc_record **, struct lc_detail *);
void lc_record_close(struct lc_record *); /* NULL is fine; rolls back */

/* In whose name what follows is written.  LC_ENOMEM. */
enum lc_err lc_record_as(struct lc_record *, const char *who);
/* From here on failures are explained there; NULL is fine. */
void lc_record_tell(struct lc_record *, struct lc_detail *);

enum lc_err lc_record_begin(struct lc_record *, struct lc_detail *);
/*
 * Signs the head of the log with the authority's key if there are new entries.
 * If it fails, everything since begin is undone.
 */
enum lc_err lc_record_commit(struct lc_record *, const struct lc_key *);
void lc_record_rollback(struct lc_record *); /* not writing is fine */
/* What was read, or asked ahead, may be wrong from now on: kept.h. */
void lc_record_spoil(struct lc_record *);
/* Did the last failure leave nobody to know whether a commit was made? */
bool lc_record_is_cut(const struct lc_record *);

/*
 * A request within a transaction that may fail alone: begin, then either end,
 * with what it came to.  An error undoes it, entries of the log included.
 *
 * While is_quick, a part that went well ends without waiting for the database:
 * if it did not write all of it, what follows fails, and the whole transaction
 * with it.  Then the requests can be run again, not quickly.
 */
struct lc_part {
	int64_t n;
	uint8_t digest[LC_LOG_DIGEST];
};
enum lc_err lc_part_begin(struct lc_record *, struct lc_part *);
enum lc_err lc_part_end(
    struct lc_record *, const struct lc_part *, enum lc_err);

/*
 * The error that is returned, as its detail explains it, is a refusal that
 * matters: a forged ticket, another key, a replay.  What was written is undone
 * with the transaction or the part, and the refusal logged after that, by
 * lc_refusal_put while writing, which does nothing if there is none.  subject
 * is a UDI or the id of a ticket.  Errors of the machine are no refusals.
 */
enum lc_err lc_refused(struct lc_record *, enum lc_err, const char *subject);
/* The same for a refusal that waits for approval, of a kind of waiting.h. */
enum lc_err lc_refused_as(struct lc_record *, enum lc_err, const char *kind,
    const char *subject);
enum lc_err lc_refusal_put(struct lc_record *);

/* DB_END is LC_ENOTFOUND without words. */
enum lc_err lc_record_done(struct lc_record *, enum db_err);
/*
 * The first row of a query that was just started, so that *rows is read after
 * it was set; LC_ENOTFOUND if there is none.  db_stop ends it.
 */
enum lc_err lc_record_first(
    struct lc_record *, enum db_err, struct db_rows *const *rows);
/* What was not found, in words, and perhaps why; returns the error. */
enum lc_err lc_record_lacks(struct lc_record *, enum lc_err, const char *what,
    const char *id);
/* The first column of the only row of such a query; 0 if it has none. */
enum lc_err lc_record_number(
    struct lc_record *, enum db_err, struct db_rows *const *rows, int64_t *);

#endif
