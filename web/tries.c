/*
 * tries.c - see tries.h.
 *
 * Failures are counted by name and network, so that nobody who knows a name
 * keeps its owner out from elsewhere.  Many networks together are bounded by
 * two more counts of the name.  Both let pass the networks that its owner
 * signed in from lately.
 */
#include "tries.h"

#include <string.h>

#define FREE_FAILURES 4
#define LOCK_MAX_S 3600
#define ALL_FREE_FAILURES 99 /* from all networks together */
#define ALL_LOCK_S 30
#define FORGET_S 86400     /* after a day without one, failures are forgotten */
#define OWN_S (30 * 86400) /* a network is the name's after it signed in */

/* Places that are no networks. */
#define ALL "all"
#define CODES "codes"

/* Of a name at a place. */
struct tries {
	int64_t failures, locked; /* until then */
	int64_t seen;             /* the last success; 0: none */
};

static enum people_err
tries_read(struct people *people, const char *digest, const char *place,
    struct tries *tries, struct people_words *words)
{
	struct db_rows *rows;
	enum db_err err = db_query(people->db, &rows,
	    "SELECT failures, locked, seen FROM tries"
	    " WHERE name = $1 AND place = $2",
	    "ss", digest, place);

	memset(tries, 0, sizeof *tries);
	if (err == DB_OK && (err = db_next(rows)) == DB_OK) {
		tries->failures = db_int(rows, 0);
		tries->locked = db_int(rows, 1);
		tries->seen = db_int(rows, 2);
		db_stop(rows);
	}
	if (tries->locked <= people->now() - FORGET_S)
		tries->failures = 0;
	return people_db(people, err, words);
}

/* Rows that say nothing any more go. */
static enum people_err
tries_put(struct people *people, const char *digest, const char *place,
    const struct tries *tries, struct people_words *words)
{
	int64_t now = people->now();
	enum people_err err = people_db(people,
	    db_run(people->db,
		"DELETE FROM tries WHERE locked <= $1 AND seen <= $2", "ii",
		now - FORGET_S, now - OWN_S),
	    words);

	if (err == PEOPLE_OK)
		err = people_db(people,
		    db_run(people->db,
			"INSERT INTO tries VALUES ($1, $2, $3, $4, $5)"
			" ON CONFLICT (name, place) DO UPDATE SET"
			" failures = excluded.failures,"
			" locked = excluded.locked, seen = excluded.seen",
			"ssiii", digest, place, tries->failures, tries->locked,
			tries->seen),
		    words);
	return err;
}

/* ---- May they? ------------------------------------------------------- */

static enum people_err
is_free(struct people *people, const struct tries *tries,
    struct people_words *words)
{
	int64_t left = tries->locked - people->now();
	long long minutes = (left + 59) / 60;

	if (left <= 0)
		return PEOPLE_OK;
	return people_fail(words, PEOPLE_LOCKED,
	    "too many failures; try again in %lld minute%s", minutes,
	    minutes == 1 ? "" : "s");
}

enum people_err
tries_check(struct people *people, const char *name, const char *from,
    bool codes, struct people_words *words)
{
	char digest[PEOPLE_DIGEST_LEN + 1];
	struct tries here, all;
	enum people_err err;

	if (!people_digest(name, digest))
		return people_fail(words, PEOPLE_UNAVAILABLE, "no digest");
	if ((err = tries_read(people, digest, from, &here, words)) !=
		PEOPLE_OK ||
	    (err = is_free(people, &here, words)) != PEOPLE_OK ||
	    here.seen > people->now() - OWN_S ||
	    (err = tries_read(people, digest, codes ? CODES : ALL, &all,
		 words)) != PEOPLE_OK)
		return err;
	return is_free(people, &all, words);
}

/* ---- Failures -------------------------------------------------------- */

/* Seconds of a lock after so many failures in a row. */
static int64_t
lock_of(int64_t failures)
{
	int64_t lock = 60;

	if (failures <= FREE_FAILURES)
		return 0;
	for (; failures > FREE_FAILURES + 1 && lock < LOCK_MAX_S; failures--)
		lock *= 2;
	return lock < LOCK_MAX_S ? lock : LOCK_MAX_S;
}

static int64_t
lock_of_all(int64_t failures)
{
	return failures <= ALL_FREE_FAILURES ? 0 : ALL_LOCK_S;
}

static enum people_err
failed_at(struct people *people, const char *digest, const char *place,
    int64_t (*lock)(int64_t failures), struct people_words *words)
{
	struct tries tries;
	enum people_err err = tries_read(people, digest, place, &tries, words);

	if (err != PEOPLE_OK)
		return err;
	tries.failures++;
	tries.locked = people->now() + lock(tries.failures);
	return tries_put(people, digest, place, &tries, words);
}

enum people_err
tries_failed(struct people *people, const char *name, const char *from,
    bool codes, struct people_words *words)
{
	char digest[PEOPLE_DIGEST_LEN + 1];
	enum people_err err;

	if (!people_digest(name, digest))
		return people_fail(words, PEOPLE_UNAVAILABLE, "no digest");
	err = failed_at(people, digest, from, lock_of, words);
	if (err == PEOPLE_OK)
		err = failed_at(people, digest, ALL, lock_of_all, words);
	if (err == PEOPLE_OK && codes)
		err = failed_at(people, digest, CODES, lock_of, words);
	return err;
}

/* ---- Successes ------------------------------------------------------- */

enum people_err
tries_succeeded(struct people *people, const char *name, const char *from,
    bool codes, struct people_words *words)
{
	char digest[PEOPLE_DIGEST_LEN + 1];
	enum people_err err;

	if (!people_digest(name, digest))
		return people_fail(words, PEOPLE_UNAVAILABLE, "no digest");
	err = tries_put(people, digest, from,
	    &(struct tries){ .seen = people->now() }, words);
	if (err == PEOPLE_OK && codes)
		err = people_db(people,
		    db_run(people->db,
			"DELETE FROM tries WHERE name = $1 AND place = $2",
			"ss", digest, CODES),
		    words);
	return err;
}

enum people_err
tries_forget(
    struct people *people, const char *name, struct people_words *words)
{
	char digest[PEOPLE_DIGEST_LEN + 1];

	if (!people_digest(name, digest))
		return people_fail(words, PEOPLE_UNAVAILABLE, "no digest");
	return people_db(people,
	    db_run(people->db,
		"UPDATE tries SET failures = 0, locked = 0 WHERE name = $1",
		"s", digest),
	    words);
}
