/* outbox.c - see outbox.h. */
#include "outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "people_db.h"

#define REMEMBERED_S 86400

/* ---- Putting --------------------------------------------------------- */

static bool
id_make(const struct outbox_new *mail, char id[OUTBOX_ID_LEN + 1])
{
	char *text = NULL;
	bool good;

	if (asprintf(&text, "%s\n%s\n%s", mail->kind, mail->address,
		mail->reason) < 0)
		return false;
	good = people_digest(text, id);
	free(text);
	return good;
}

static enum people_err
number(struct people *people, enum db_err err, struct db_rows *const *rows,
    int64_t *n, struct people_words *words)
{
	if (err == DB_OK && (err = db_next(*rows)) == DB_OK) {
		*n = db_int(*rows, 0);
		db_stop(*rows);
	}
	return people_db(people, err, words);
}

static enum people_err
count(struct people *people, int64_t *n, struct people_words *words)
{
	struct db_rows *rows = NULL;

	return number(people,
	    db_query(people->db, &rows,
		"SELECT count(*) FROM mail WHERE sent = 0", ""),
	    &rows, n, words);
}

static enum people_err
mail_put(struct people *people, const struct outbox_new *mail,
    struct people_words *words)
{
	char id[OUTBOX_ID_LEN + 1];

	if (!id_make(mail, id))
		return people_fail(words, PEOPLE_UNAVAILABLE, "no digest");
	return people_db(people,
	    db_run(people->db,
		"INSERT INTO mail VALUES ($1, $2, $3, $4, $5, $5, 0, 0, 0, 0)"
		" ON CONFLICT (id) DO NOTHING",
		"ssssi", id, mail->kind, mail->address, mail->about,
		people->now()),
	    words);
}

struct putting {
	const struct outbox_new *mails;
	size_t n;
	const struct outbox_place *from; /* to be moved; NULL: none */
	int64_t to_n, to_at;
};

static enum people_err
room_check(struct people *people, struct people_words *words)
{
	int64_t n = 0;
	enum people_err err = count(people, &n, words);

	if (err == PEOPLE_OK && n >= OUTBOX_WAITING_MAX)
		err = people_fail(words, PEOPLE_UNAVAILABLE,
		    "too many mails wait to be sent");
	return err;
}

static enum people_err
place_move(
    struct people *people, const struct putting *p, struct people_words *words)
{
	struct db_rows *rows;
	enum db_err err = db_query(people->db, &rows,
	    "UPDATE mail_place SET n = $2, at = $3 WHERE name = $1"
	    " AND n = $4 AND at = $5 RETURNING name",
	    "siiii", p->from->name, p->to_n, p->to_at, p->from->n, p->from->at);

	if (err == DB_OK && (err = db_next(rows)) == DB_OK)
		db_stop(rows);
	return err == DB_END ? people_fail(words, PEOPLE_EXISTS,
				   "another program sends these mails")
			     : people_db(people, err, words);
}

static enum people_err
put(struct people *people, void *arg, struct people_words *words)
{
	const struct putting *p = arg;
	enum people_err err = PEOPLE_OK;

	if (p->from != NULL)
		err = place_move(people, p, words);
	if (err == PEOPLE_OK && p->n > 0)
		err = room_check(people, words);
	for (size_t i = 0; i < p->n && err == PEOPLE_OK; i++)
		err = mail_put(people, &p->mails[i], words);
	return err;
}

enum people_err
outbox_put(struct people *people, const struct outbox_new *mail,
    struct people_words *words)
{
	struct putting p = { .mails = mail, .n = 1 };

	return people_do(people, put, &p, words);
}

enum people_err
outbox_move(struct people *people, const struct outbox_place *from, int64_t n,
    int64_t at, const struct outbox_new *mails, size_t nmails,
    struct people_words *words)
{
	struct putting p = { mails, nmails, from, n, at };

	return people_do(people, put, &p, words);
}

static enum people_err
place_read(struct people *people, void *arg, struct people_words *words)
{
	struct outbox_place *place = arg;
	struct db_rows *rows;
	enum db_err err = db_run(people->db,
	    "INSERT INTO mail_place VALUES ($1, 0, 0)"
	    " ON CONFLICT (name) DO NOTHING",
	    "s", place->name);

	if (err == DB_OK)
		err = db_query(people->db, &rows,
		    "SELECT n, at FROM mail_place WHERE name = $1", "s",
		    place->name);
	if (err == DB_OK && (err = db_next(rows)) == DB_OK) {
		place->n = db_int(rows, 0);
		place->at = db_int(rows, 1);
		db_stop(rows);
	}
	return people_db(people, err, words);
}

enum people_err
outbox_place(struct people *people, struct outbox_place *place,
    struct people_words *words)
{
	return people_do(people, place_read, place, words);
}

/* ---- Sending --------------------------------------------------------- */

static enum db_err
mail_read(struct db_rows *rows, struct outbox_mail *mail)
{
	(void)snprintf(mail->id, sizeof mail->id, "%s", db_text(rows, 0));
	(void)snprintf(mail->kind, sizeof mail->kind, "%s", db_text(rows, 1));
	(void)snprintf(
	    mail->address, sizeof mail->address, "%s", db_text(rows, 2));
	mail->about = strdup(db_text(rows, 3));
	mail->made = db_int(rows, 4);
	mail->failing = db_int(rows, 5);
	mail->tries = db_int(rows, 6);
	db_stop(rows);
	return mail->about != NULL ? DB_OK : DB_NOMEM;
}

/* Of two programs at once, one gets it. */
static enum people_err
take(struct people *people, void *arg, struct people_words *words)
{
	struct outbox_mail *mail = arg;
	int64_t now = people->now();
	struct db_rows *rows;
	enum db_err err = db_query(people->db, &rows,
	    "UPDATE mail SET leased = $2 WHERE leased <= $1 AND id ="
	    " (SELECT id FROM mail WHERE sent = 0 AND due <= $1"
	    " AND leased <= $1 ORDER BY due, id LIMIT 1)"
	    " RETURNING id, kind, address, about, made, failing, tries",
	    "ii", now, now + OUTBOX_LEASE_S);

	if (err == DB_OK && (err = db_next(rows)) == DB_OK)
		err = mail_read(rows, mail);
	return err == DB_END ? PEOPLE_NOT_FOUND : people_db(people, err, words);
}

enum people_err
outbox_take(
    struct people *people, struct outbox_mail *mail, struct people_words *words)
{
	enum people_err err;

	mail->about = NULL;
	if ((err = people_do(people, take, mail, words)) != PEOPLE_OK) {
		free(mail->about);
		mail->about = NULL;
	}
	return err;
}

struct returning {
	const struct outbox_mail *mail;
	int64_t due;
};

static enum people_err
give_back(struct people *people, void *arg, struct people_words *words)
{
	const struct returning *r = arg;

	return people_db(people,
	    db_run(people->db,
		"UPDATE mail SET leased = 0, due = $2, failing = $3,"
		" tries = $4 WHERE id = $1 AND sent = 0",
		"siii", r->mail->id, r->due, r->mail->failing, r->mail->tries),
	    words);
}

enum people_err
outbox_return(struct people *people, const struct outbox_mail *mail,
    int64_t due, struct people_words *words)
{
	return people_do(
	    people, give_back, &(struct returning){ mail, due }, words);
}

static enum people_err
done(struct people *people, void *arg, struct people_words *words)
{
	const struct returning *r = arg;
	int64_t now = people->now();
	enum people_err err = people_db(people,
	    db_run(people->db,
		"UPDATE mail SET sent = $2, address = '', about = ''"
		" WHERE id = $1",
		"si", r->mail->id, now),
	    words);

	if (err == PEOPLE_OK)
		err = people_db(people,
		    db_run(people->db,
			"DELETE FROM mail WHERE sent > 0 AND sent < $1", "i",
			now - REMEMBERED_S),
		    words);
	return err;
}

enum people_err
outbox_done(struct people *people, const struct outbox_mail *mail,
    struct people_words *words)
{
	return people_do(people, done, &(struct returning){ mail, 0 }, words);
}

static enum people_err
waiting(struct people *people, void *arg, struct people_words *words)
{
	return count(people, arg, words);
}

enum people_err
outbox_waiting(struct people *people, int64_t *n, struct people_words *words)
{
	return people_do(people, waiting, n, words);
}
