/* person.c - who people are; see people.h. */
#include <stdio.h>
#include <string.h>

#include "mail.h"
#include "people_db.h"

#define COLUMNS                                                \
	"name, account, role, mail, stopped, password <> '', " \
	"totp <> '', made, seen"

static void
copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from);
}

static void
person_take(struct db_rows *rows, struct person *person)
{
	copy(person->name, sizeof person->name, db_text(rows, 0));
	copy(person->account, sizeof person->account, db_text(rows, 1));
	copy(person->role, sizeof person->role, db_text(rows, 2));
	copy(person->mail, sizeof person->mail, db_text(rows, 3));
	person->is_stopped = db_int(rows, 4) != 0;
	person->has_password = db_int(rows, 5) != 0;
	person->has_totp = db_int(rows, 6) != 0;
	person->made = db_int(rows, 7);
	person->seen = db_int(rows, 8);
}

enum people_err
people_read(struct people *people, const char *name, struct person *person,
    struct people_words *words)
{
	struct db_rows *rows;
	enum db_err err = db_query(people->db, &rows,
	    "SELECT " COLUMNS " FROM person WHERE name = $1", "s", name);

	if (err != DB_OK)
		return people_db(people, err, words);
	if ((err = db_next(rows)) == DB_OK)
		person_take(rows, person);
	db_stop(rows);
	if (err == DB_END)
		return people_fail(
		    words, PEOPLE_NOT_FOUND, "there is no person \"%s\"", name);
	return people_db(people, err, words);
}

static bool
is_of(const char *text, const char *allowed)
{
	return text[strspn(text, allowed)] == '\0';
}

#define LETTERS "abcdefghijklmnopqrstuvwxyz0123456789"

/* Of what only people see, control characters are refused. */
static bool
is_shown(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	}
	return true;
}

static enum people_err
person_check(const struct person *person, struct people_words *words)
{
	if (person->name[0] == '\0' || !is_of(person->name, LETTERS "._-@+"))
		return people_fail(words, PEOPLE_INVALID,
		    "a name has 1 to %d of a-z 0-9 . _ - @ +", PERSON_NAME_MAX);
	if (person->role[0] == '\0' || !is_of(person->role, LETTERS "-"))
		return people_fail(words, PEOPLE_INVALID,
		    "\"%s\" is not a role", person->role);
	if (person->mail[0] != '\0' && !web_mail_is_address(person->mail))
		return people_fail(words, PEOPLE_INVALID,
		    "\"%s\" is not a mail address", person->mail);
	if (!is_shown(person->account))
		return people_fail(words, PEOPLE_INVALID,
		    "the account's name has control characters");
	return PEOPLE_OK;
}

static enum people_err
add(struct people *people, void *arg, struct people_words *words)
{
	const struct person *person = arg;
	struct person other;
	enum people_err err = people_read(people, person->name, &other, words);

	if (err == PEOPLE_OK)
		return people_fail(words, PEOPLE_EXISTS,
		    "there is a person \"%s\" already", person->name);
	if (err != PEOPLE_NOT_FOUND)
		return err;
	return people_db(people,
	    db_run(people->db,
		"INSERT INTO person (name, account, role, mail, stopped,"
		" password, totp, totp_new, totp_step, made, seen)"
		" VALUES ($1, $2, $3, $4, $5, '', '', '', 0, $6, 0)",
		"ssssii", person->name, person->account, person->role,
		person->mail, (int64_t)person->is_stopped, people->now()),
	    words);
}

enum people_err
people_add(struct people *people, const struct person *person,
    struct people_words *words)
{
	struct person wanted = *person;
	enum people_err err = person_check(person, words);

	return err == PEOPLE_OK ? people_do(people, add, &wanted, words) : err;
}

static enum people_err
change(struct people *people, void *arg, struct people_words *words)
{
	const struct person *person = arg;
	struct person before;
	enum people_err err = people_read(people, person->name, &before, words);

	if (err == PEOPLE_OK)
		err = people_db(people,
		    db_run(people->db,
			"UPDATE person SET account = $2, role = $3,"
			" mail = $4, stopped = $5 WHERE name = $1",
			"ssssi", person->name, person->account, person->role,
			person->mail, (int64_t)person->is_stopped),
		    words);
	if (err == PEOPLE_OK && person->is_stopped)
		err = people_sessions_drop(people, person->name, "", words);
	return err;
}

enum people_err
people_change(struct people *people, const struct person *person,
    struct people_words *words)
{
	struct person wanted = *person;
	enum people_err err = person_check(person, words);

	return err == PEOPLE_OK ? people_do(people, change, &wanted, words)
				: err;
}

struct finding {
	const char *name;
	struct person *person;
};

static enum people_err
find(struct people *people, void *arg, struct people_words *words)
{
	const struct finding *f = arg;

	return people_read(people, f->name, f->person, words);
}

enum people_err
people_find(struct people *people, const char *name, struct person *person,
    struct people_words *words)
{
	return people_do(
	    people, find, &(struct finding){ name, person }, words);
}

struct listing {
	const char *account;
	void (*call)(void *arg, const struct person *);
	void *arg;
};

static enum people_err
list(struct people *people, void *arg, struct people_words *words)
{
	const struct listing *l = arg;
	struct person person;
	struct db_rows *rows;
	enum db_err err = db_query(people->db, &rows,
	    "SELECT " COLUMNS " FROM person"
	    " WHERE account = $1 OR CAST($1 AS TEXT) IS NULL ORDER BY name",
	    "s", l->account);

	while (err == DB_OK && (err = db_next(rows)) == DB_OK) {
		person_take(rows, &person);
		l->call(l->arg, &person);
	}
	return people_db(people, err, words);
}

enum people_err
people_list(struct people *people, const char *account,
    void (*call)(void *arg, const struct person *), void *arg,
    struct people_words *words)
{
	return people_do(
	    people, list, &(struct listing){ account, call, arg }, words);
}
