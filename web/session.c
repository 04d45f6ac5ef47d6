/* session.c - sessions, and links to choose a password; see people.h. */
#include <stdio.h>
#include <string.h>

#include "people_db.h"

#define SEEN_STEP_S 60 /* being seen is written this often */

enum people_err
people_sessions_drop(struct people *people, const char *name, const char *but,
    struct people_words *words)
{
	char digest[PEOPLE_DIGEST_LEN + 1];

	if (!people_digest(but, digest))
		return people_fail(words, PEOPLE_UNAVAILABLE, "no digest");
	return people_db(people,
	    db_run(people->db,
		"DELETE FROM session WHERE person = $1 AND digest <> $2", "ss",
		name, digest),
	    words);
}

/* ---- Beginning ------------------------------------------------------- */

struct beginning {
	const char *name;
	char *secret;
};

static enum people_err
begin(struct people *people, void *arg, struct people_words *words)
{
	const struct beginning *b = arg;
	char digest[PEOPLE_DIGEST_LEN + 1], form[PEOPLE_SECRET_LEN + 1];
	int64_t now = people->now();
	struct person person;
	enum people_err err = people_read(people, b->name, &person, words);

	if (err != PEOPLE_OK)
		return err;
	if (person.is_stopped)
		return people_fail(
		    words, PEOPLE_DENIED, "\"%s\" may not sign in", b->name);
	if (!people_secret(b->secret) || !people_digest(b->secret, digest) ||
	    !people_secret(form))
		return people_fail(
		    words, PEOPLE_UNAVAILABLE, "no random numbers");
	err = people_db(people,
	    db_run(people->db,
		"DELETE FROM session WHERE seen < $1 OR made < $2", "ii",
		now - SESSION_IDLE_S, now - SESSION_LIFE_S),
	    words);
	if (err == PEOPLE_OK)
		err = people_db(people,
		    db_run(people->db,
			"INSERT INTO session VALUES ($1, $2, $3, $4, $4)",
			"sssi", digest, b->name, form, now),
		    words);
	if (err == PEOPLE_OK)
		err = people_db(people,
		    db_run(people->db,
			"UPDATE person SET seen = $2 WHERE name = $1", "si",
			b->name, now),
		    words);
	return err;
}

enum people_err
people_session_new(struct people *people, const char *name,
    char secret[PEOPLE_SECRET_LEN + 1], struct people_words *words)
{
	return people_do(
	    people, begin, &(struct beginning){ name, secret }, words);
}

/* ---- Finding --------------------------------------------------------- */

struct looking {
	const char *secret;
	struct session *session;
};

static enum people_err
nobody(struct people_words *words)
{
	return people_fail(words, PEOPLE_NOT_FOUND, "the session has ended");
}

/* Of a session that counts. */
static enum people_err
session_take(struct people *people, const char *digest, struct session *session,
    int64_t *seen, struct people_words *words)
{
	int64_t now = people->now();
	struct db_rows *rows;
	enum db_err err = db_query(people->db, &rows,
	    "SELECT person, form, seen FROM session WHERE digest = $1"
	    " AND seen >= $2 AND made >= $3",
	    "sii", digest, now - SESSION_IDLE_S, now - SESSION_LIFE_S);

	if (err == DB_OK && (err = db_next(rows)) == DB_OK) {
		(void)snprintf(session->person.name,
		    sizeof session->person.name, "%s", db_text(rows, 0));
		(void)snprintf(session->form, sizeof session->form, "%s",
		    db_text(rows, 1));
		*seen = db_int(rows, 2);
		db_stop(rows);
		return PEOPLE_OK;
	}
	return err == DB_END ? nobody(words) : people_db(people, err, words);
}

static enum people_err
look(struct people *people, void *arg, struct people_words *words)
{
	const struct looking *l = arg;
	char digest[PEOPLE_DIGEST_LEN + 1];
	struct session found;
	int64_t seen = 0, now = people->now();
	enum people_err err;

	if (!people_digest(l->secret, digest))
		return people_fail(words, PEOPLE_UNAVAILABLE, "no digest");
	if ((err = session_take(people, digest, &found, &seen, words)) !=
		PEOPLE_OK ||
	    (err = people_read(
		 people, found.person.name, &found.person, words)) != PEOPLE_OK)
		return err;
	if (found.person.is_stopped)
		return nobody(words);
	if (now - seen >= SEEN_STEP_S)
		err = people_db(people,
		    db_run(people->db,
			"UPDATE session SET seen = $2 WHERE digest = $1", "si",
			digest, now),
		    words);
	*l->session = found;
	return err;
}

enum people_err
people_session_find(struct people *people, const char *secret,
    struct session *session, struct people_words *words)
{
	if (strlen(secret) != PEOPLE_SECRET_LEN)
		return nobody(words);
	return people_do(
	    people, look, &(struct looking){ secret, session }, words);
}

/* ---- Ending ---------------------------------------------------------- */

static enum people_err
end(struct people *people, void *arg, struct people_words *words)
{
	char digest[PEOPLE_DIGEST_LEN + 1];

	if (!people_digest(arg, digest))
		return people_fail(words, PEOPLE_UNAVAILABLE, "no digest");
	return people_db(people,
	    db_run(people->db, "DELETE FROM session WHERE digest = $1", "s",
		digest),
	    words);
}

enum people_err
people_session_end(
    struct people *people, const char *secret, struct people_words *words)
{
	char copy[PEOPLE_SECRET_LEN + 1];

	if (strlen(secret) != PEOPLE_SECRET_LEN)
		return PEOPLE_OK;
	strcpy(copy, secret);
	return people_do(people, end, copy, words);
}

struct others {
	const char *name, *but;
};

static enum people_err
end_others(struct people *people, void *arg, struct people_words *words)
{
	const struct others *o = arg;

	return people_sessions_drop(people, o->name, o->but, words);
}

enum people_err
people_sessions_end(struct people *people, const char *name, const char *but,
    struct people_words *words)
{
	return people_do(
	    people, end_others, &(struct others){ name, but }, words);
}
