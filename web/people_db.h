/* people_db.h - what people.c, sign_in.c and session.c share. */
#ifndef WEB_PEOPLE_DB_H
#define WEB_PEOPLE_DB_H

#include <pthread.h>

#include "db/db.h"
#include "people.h"

#define PEOPLE_DIGEST_LEN 43 /* SHA-256 in base64url */

struct people {
	pthread_mutex_t lock;
	struct db *db;
	int64_t (*now)(void);
	people_compare *compare; /* NULL: hashes */
	void *compare_arg;
};

/*
 * Runs one call of the interface by itself: in a transaction that is committed
 * unless it fails.  PEOPLE_DENIED and PEOPLE_CODE do not undo anything.
 */
typedef enum people_err people_call(
    struct people *, void *arg, struct people_words *);
enum people_err people_do(
    struct people *, people_call *, void *arg, struct people_words *);

/* The error of a database call, in words; DB_OK and DB_END are none. */
enum people_err people_db(struct people *, enum db_err, struct people_words *);
enum people_err people_fail(struct people_words *, enum people_err,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Within a call. */
enum people_err people_read(
    struct people *, const char *name, struct person *, struct people_words *);
/* Ends all sessions of a person but the one with this secret; "": all. */
enum people_err people_sessions_drop(
    struct people *, const char *name, const char *but, struct people_words *);

/* Of random numbers; false: no memory. */
bool people_digest(const char *secret, char digest[PEOPLE_DIGEST_LEN + 1]);

#endif
