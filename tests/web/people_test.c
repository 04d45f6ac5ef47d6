/* people_test.c - names, passwords, second factors, sessions. */
#include "web/people.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <liboath/oath.h>

#include "check.h"

#define PASSWORD "correct horse battery"

static int64_t clock_now;

static int64_t
now(void)
{
	return clock_now;
}

static char dir[32];
static struct people_words words;

static struct people *
people_new(void)
{
	struct people *people = NULL;
	char path[64];

	strcpy(dir, "/tmp/people-XXXXXX");
	REQUIRE(mkdtemp(dir) != NULL);
	(void)snprintf(path, sizeof path, "%s/people.db", dir);
	clock_now = 1796036400;
	REQUIRE(people_open(path, now, &people, &words) == PEOPLE_OK);
	return people;
}

static void
people_end(struct people *people)
{
	char command[64];

	people_close(people);
	(void)snprintf(command, sizeof command, "rm -r %s", dir);
	CHECK_INT(system(command), 0);
}

static struct person
person_of(const char *name)
{
	struct person person = { .role = "member", .account = "example" };

	(void)snprintf(person.name, sizeof person.name, "%s", name);
	return person;
}

/* anna, with a password. */
static struct people *
people_with_anna(void)
{
	struct people *people = people_new();
	struct person anna = person_of("anna");

	CHECK_INT(people_add(people, &anna, &words), PEOPLE_OK);
	CHECK_INT(people_password(people, "anna", PASSWORD, &words), PEOPLE_OK);
	return people;
}

#define HOME "192.0.2.0"
#define ELSEWHERE "198.51.100.0"

static enum people_err
prove_as(struct people *people, const char *name, const char *password,
    const char *code, const char *from)
{
	const struct people_proof proof = { name, password, code, from, "" };
	struct person person;

	return people_prove(people, &proof, &person, &words);
}

static enum people_err
prove(struct people *people, const char *password, const char *code)
{
	return prove_as(people, "anna", password, code, HOME);
}

/* With the key of a form. */
static enum people_err
prove_form(struct people *people, const char *code, const char *form)
{
	const struct people_proof proof = { "anna", PASSWORD, code, HOME,
		form };
	struct person person;

	return people_prove(people, &proof, &person, &words);
}

static enum people_err
confirm(struct people *people, const char *code, const char *but,
    char codes[RECOVERY_CODES][RECOVERY_LEN + 1])
{
	const struct people_proof proof = { "anna", "", code, HOME, "" };

	return people_totp_confirm(people, &proof, but, codes, &words);
}

/* The code of a key at a time. */
static const char *
code_at(const char *key, int64_t at)
{
	static char code[7];
	char *secret;
	size_t len;

	REQUIRE(oath_base32_decode(key, strlen(key), &secret, &len) == OATH_OK);
	REQUIRE(oath_totp_generate(secret, len, (time_t)at, 30, 0, 6, code) ==
		OATH_OK);
	free(secret);
	return code;
}

static void
names(void)
{
	static const struct {
		const char *name, *role, *mail;
		const char *why; /* NULL: added */
	} cases[] = {
		{ "anna", "member", "anna@example.com", NULL },
		{ "bob.b+1_2-3@example.com", "admin", "", NULL },
		{ "", "member", "", "a name has 1 to 63" },
		{ "Anna", "member", "", "a name has 1 to 63" },
		{ "a b", "member", "", "a name has 1 to 63" },
		{ "a\n", "member", "", "a name has 1 to 63" },
		{ "c", "", "", "is not a role" },
		{ "c", "a b", "", "is not a role" },
		{ "c", "member", "no address", "is not a mail address" },
		{ "c", "member", "a@b@c", "is not a mail address" },
		{ "c", "member", "@c", "is not a mail address" },
		{ "c", "member", "a@b\r\nBcc:x", "is not a mail address" },
		{ "c", "member", "a@b,c@d", "is not a mail address" },
		{ "anna", "member", "", "there is a person \"anna\" already" },
	};
	struct people *people = people_new();

	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		struct person person = person_of(cases[i].name), found;
		enum people_err err;

		(void)snprintf(
		    person.role, sizeof person.role, "%s", cases[i].role);
		(void)snprintf(
		    person.mail, sizeof person.mail, "%s", cases[i].mail);
		check_context("%s", cases[i].name);
		err = people_add(people, &person, &words);
		if (cases[i].why != NULL) {
			CHECK(err == PEOPLE_INVALID || err == PEOPLE_EXISTS);
			CHECK_HAS(words.text, cases[i].why);
			continue;
		}
		CHECK_INT(err, PEOPLE_OK);
		CHECK_INT(people_find(people, person.name, &found, &words), 0);
		CHECK_STR(found.role, cases[i].role);
		CHECK_STR(found.mail, cases[i].mail);
		CHECK_STR(found.account, "example");
		CHECK(!found.has_password && !found.has_totp);
		CHECK_INT(found.made, clock_now);
		CHECK_INT(found.seen, 0);
	}
	people_end(people);
}

static void
count(void *arg, const struct person *person)
{
	strcat(arg, person->name);
	strcat(arg, " ");
}

static void
lists(void)
{
	struct people *people = people_new();
	struct person anna = person_of("anna"), bob = person_of("bob");
	struct person carol = person_of("carol"), found;
	char all[64] = "", some[64] = "", other[64] = "";

	bob.account[0] = '\0';
	CHECK_INT(people_add(people, &carol, &words), PEOPLE_OK);
	CHECK_INT(people_add(people, &bob, &words), PEOPLE_OK);
	CHECK_INT(people_add(people, &anna, &words), PEOPLE_OK);
	CHECK_INT(people_list(people, NULL, count, all, &words), PEOPLE_OK);
	CHECK_STR(all, "anna bob carol ");
	CHECK_INT(
	    people_list(people, "example", count, some, &words), PEOPLE_OK);
	CHECK_STR(some, "anna carol ");
	CHECK_INT(people_list(people, "", count, other, &words), PEOPLE_OK);
	CHECK_STR(other, "bob ");
	strcpy(bob.role, "auditor");
	strcpy(bob.mail, "bob@example.com");
	CHECK_INT(people_change(people, &bob, &words), PEOPLE_OK);
	CHECK_INT(people_find(people, "bob", &found, &words), PEOPLE_OK);
	CHECK_STR(found.role, "auditor");
	CHECK_STR(found.mail, "bob@example.com");
	strcpy(bob.name, "dave");
	CHECK_INT(people_change(people, &bob, &words), PEOPLE_NOT_FOUND);
	people_end(people);
}

static void
passwords(void)
{
	struct people *people = people_with_anna();
	struct person found, bob = person_of("bob");

	CHECK_INT(prove(people, PASSWORD, ""), PEOPLE_OK);
	CHECK_INT(prove(people, "wrong horse battery", ""), PEOPLE_DENIED);
	CHECK_INT(prove(people, "", ""), PEOPLE_DENIED);
	CHECK_INT(
	    prove_as(people, "nobody", PASSWORD, "", HOME), PEOPLE_DENIED);
	CHECK_STR(words.text, "the name, the password or the code is wrong");
	/* Without a password nobody gets in, with an empty one neither. */
	CHECK_INT(people_add(people, &bob, &words), PEOPLE_OK);
	CHECK_INT(prove_as(people, "bob", "", "", HOME), PEOPLE_DENIED);
	CHECK_INT(people_password(people, "anna", "elevenchars", &words),
	    PEOPLE_INVALID);
	CHECK_HAS(words.text, "12 to 256 characters");
	CHECK_INT(people_password(people, "carol", PASSWORD, &words),
	    PEOPLE_NOT_FOUND);
	/* Stopped, with the right password: as if it were wrong. */
	found = person_of("anna");
	found.is_stopped = true;
	CHECK_INT(people_change(people, &found, &words), PEOPLE_OK);
	CHECK_INT(prove(people, PASSWORD, ""), PEOPLE_DENIED);
	people_end(people);
}

/* Names are locked for longer and longer, and free again after a success. */
static void
locks(void)
{
	static const int64_t minutes[] = { 1, 2, 4, 8, 16, 32, 60, 60 };
	struct people *people = people_with_anna();

	for (int i = 0; i < 4; i++)
		CHECK_INT(prove(people, "wrong", ""), PEOPLE_DENIED);
	for (size_t i = 0; i < CHECK_COUNT(minutes); i++) {
		check_context("lock %zu", i);
		CHECK_INT(prove(people, "wrong", ""), PEOPLE_DENIED);
		CHECK_INT(prove(people, PASSWORD, ""), PEOPLE_LOCKED);
		clock_now += minutes[i] * 60 - 1;
		CHECK_INT(prove(people, PASSWORD, ""), PEOPLE_LOCKED);
		CHECK_STR(
		    words.text, "too many failures; try again in 1 minute");
		clock_now++;
	}
	CHECK_INT(prove(people, PASSWORD, ""), PEOPLE_OK);
	CHECK_INT(prove(people, "wrong", ""), PEOPLE_DENIED);
	CHECK_INT(prove(people, PASSWORD, ""), PEOPLE_OK);
	people_end(people);
}

/* Whoever knows a name locks it for their own network alone. */
static void
networks(void)
{
	struct people *people = people_with_anna();
	char secret[PEOPLE_SECRET_LEN + 1], name[PERSON_NAME_MAX + 1];

	for (int i = 0; i < 5; i++)
		CHECK_INT(prove_as(people, "anna", "wrong", "", ELSEWHERE),
		    PEOPLE_DENIED);
	CHECK_INT(
	    prove_as(people, "anna", PASSWORD, "", ELSEWHERE), PEOPLE_LOCKED);
	CHECK_INT(prove(people, PASSWORD, ""), PEOPLE_OK);
	CHECK_INT(
	    prove_as(people, "anna", PASSWORD, "", ELSEWHERE), PEOPLE_LOCKED);
	/* A new password opens it everywhere. */
	CHECK_INT(people_link(people, "anna", 60, secret, &words), PEOPLE_OK);
	CHECK_INT(people_link_use(people, secret, HOME, PASSWORD, name, &words),
	    PEOPLE_OK);
	CHECK_INT(prove_as(people, "anna", PASSWORD, "", ELSEWHERE), PEOPLE_OK);
	people_end(people);
}

/* A wrong password from the nth network. */
static enum people_err
guess(struct people *people, const char *name, int n)
{
	char from[32];

	(void)snprintf(from, sizeof from, "10.0.%d.0", n);
	return prove_as(people, name, "wrong", "", from);
}

/* Many networks together are slowed, but not those that anna is known from. */
static void
distributed(void)
{
	char secret[PEOPLE_SECRET_LEN + 1], name[PERSON_NAME_MAX + 1];
	struct people *people = people_with_anna();

	CHECK_INT(prove(people, PASSWORD, ""), PEOPLE_OK);
	for (int i = 0; i < 100; i++) {
		check_context("network %d", i);
		CHECK_INT(guess(people, "anna", i), PEOPLE_DENIED);
		CHECK_INT(guess(people, "nobody", i), PEOPLE_DENIED);
	}
	CHECK_INT(guess(people, "anna", 100), PEOPLE_LOCKED);
	CHECK_INT(guess(people, "nobody", 100), PEOPLE_LOCKED);
	CHECK_INT(
	    prove_as(people, "anna", PASSWORD, "", ELSEWHERE), PEOPLE_LOCKED);
	CHECK_INT(prove(people, PASSWORD, ""), PEOPLE_OK);
	/* One each half minute. */
	clock_now += 29;
	CHECK_INT(guess(people, "anna", 100), PEOPLE_LOCKED);
	clock_now++;
	CHECK_INT(guess(people, "anna", 100), PEOPLE_DENIED);
	CHECK_INT(guess(people, "anna", 101), PEOPLE_LOCKED);
	clock_now += 30;
	CHECK_INT(prove_as(people, "anna", PASSWORD, "", ELSEWHERE), PEOPLE_OK);
	/* A month later home is a network like any other. */
	clock_now += 30 * 86400;
	for (int i = 0; i < 100; i++)
		CHECK_INT(guess(people, "anna", i), PEOPLE_DENIED);
	CHECK_INT(prove(people, PASSWORD, ""), PEOPLE_LOCKED);
	/* It is known by a link as by a sign-in. */
	CHECK_INT(people_link(people, "anna", 60, secret, &words), PEOPLE_OK);
	CHECK_INT(people_link_use(people, secret, HOME, PASSWORD, name, &words),
	    PEOPLE_OK);
	for (int i = 0; i < 100; i++)
		CHECK_INT(guess(people, "anna", i), PEOPLE_DENIED);
	CHECK_INT(guess(people, "anna", 100), PEOPLE_LOCKED);
	CHECK_INT(prove(people, PASSWORD, ""), PEOPLE_OK);
	people_end(people);
}

/* With the password, codes are guessed as slowly from many networks as from
   one; who has no password learns nothing of it. */
static void
guessed_codes(void)
{
	struct people *people = people_with_anna();
	char key[TOTP_KEY_LEN + 1], codes[RECOVERY_CODES][RECOVERY_LEN + 1];
	char from[32];

	CHECK_INT(people_totp_start(people, "anna", key, &words), PEOPLE_OK);
	CHECK_INT(
	    confirm(people, code_at(key, clock_now), "", codes), PEOPLE_OK);
	clock_now += 30;
	CHECK_INT(prove(people, PASSWORD, code_at(key, clock_now)), PEOPLE_OK);
	for (int i = 0; i < 6; i++) {
		check_context("network %d", i);
		(void)snprintf(from, sizeof from, "10.0.%d.0", i);
		CHECK_INT(prove_as(people, "anna", PASSWORD, "1", from),
		    i < 5 ? PEOPLE_DENIED : PEOPLE_LOCKED);
	}
	CHECK_INT(
	    prove_as(people, "anna", "wrong", "1", ELSEWHERE), PEOPLE_DENIED);
	clock_now += 30;
	CHECK_INT(prove_as(people, "anna", PASSWORD, code_at(key, clock_now),
		      ELSEWHERE),
	    PEOPLE_LOCKED);
	CHECK_INT(prove(people, PASSWORD, code_at(key, clock_now)), PEOPLE_OK);
	CHECK_INT(
	    prove_as(people, "anna", PASSWORD, codes[0], ELSEWHERE), PEOPLE_OK);
	people_end(people);
}

/* Two clicks on one form: the second is answered as the first. */
static void
clicked_twice(void)
{
	struct people *people = people_with_anna();
	char key[TOTP_KEY_LEN + 1], codes[RECOVERY_CODES][RECOVERY_LEN + 1];
	char code[7];

	CHECK_INT(people_totp_start(people, "anna", key, &words), PEOPLE_OK);
	CHECK_INT(
	    confirm(people, code_at(key, clock_now), "", codes), PEOPLE_OK);
	clock_now += 30;
	strcpy(code, code_at(key, clock_now));
	CHECK_INT(prove_form(people, code, "one form"), PEOPLE_OK);
	CHECK_INT(prove_form(people, code, "one form"), PEOPLE_OK);
	CHECK_INT(prove_form(people, code, "another form"), PEOPLE_DENIED);
	CHECK_INT(prove_form(people, codes[0], "one form"), PEOPLE_OK);
	CHECK_INT(prove_form(people, codes[0], "one form"), PEOPLE_OK);
	CHECK_INT(prove_form(people, codes[0], ""), PEOPLE_DENIED);
	clock_now += 60;
	CHECK_INT(prove_form(people, codes[0], "one form"), PEOPLE_DENIED);
	people_end(people);
}

/* A name that nobody has is answered as anna's is, whatever is tried. */
static void
strangers(void)
{
	static const int64_t waits[] = { 0, 0, 0, 0, 0, 0, 60, 0, 59, 61, 120,
		86400 - 60, 86400 + 480, 0, 0, 0, 0, 0, 60 };
	struct people *people = people_with_anna();
	char others[PEOPLE_WORDS_SIZE];
	int locked = 0;

	for (size_t i = 0; i < CHECK_COUNT(waits); i++) {
		enum people_err err;

		check_context("failure %zu", i);
		clock_now += waits[i];
		err = prove(people, "wrong", "");
		strcpy(others, words.text);
		CHECK_INT(prove_as(people, "nobody", "wrong", "", HOME), err);
		CHECK_STR(words.text, others);
		locked += err == PEOPLE_LOCKED;
	}
	CHECK_INT(locked, 5);
	/* After a day all is forgotten. */
	clock_now += 86400 + 3600;
	for (int i = 0; i < 4; i++)
		CHECK_INT(prove(people, "wrong", ""), PEOPLE_DENIED);
	CHECK_INT(prove(people, PASSWORD, ""), PEOPLE_OK);
	people_end(people);
}

static void
links(void)
{
	struct people *people = people_with_anna();
	char first[PEOPLE_SECRET_LEN + 1], second[PEOPLE_SECRET_LEN + 1];
	char name[PERSON_NAME_MAX + 1];

	CHECK_INT(people_link(people, "anna", 3600, first, &words), PEOPLE_OK);
	CHECK_UINT(strlen(first), PEOPLE_SECRET_LEN);
	CHECK_INT(people_link(people, "anna", 3600, second, &words), PEOPLE_OK);
	CHECK_INT(
	    people_link(people, "bob", 3600, name, &words), PEOPLE_NOT_FOUND);
	/* Only the last one counts; a bad password does not use it up. */
	CHECK_INT(people_link_use(
		      people, first, HOME, "another password", name, &words),
	    PEOPLE_NOT_FOUND);
	CHECK_INT(people_link_use(people, first, HOME, "short", name, &words),
	    PEOPLE_NOT_FOUND);
	CHECK_INT(people_link_use(people, second, HOME, "short", name, &words),
	    PEOPLE_INVALID);
	CHECK_INT(
	    people_link_find(people, first, name, &words), PEOPLE_NOT_FOUND);
	name[0] = '\0';
	CHECK_INT(people_link_find(people, second, name, &words), PEOPLE_OK);
	CHECK_STR(name, "anna");
	CHECK_INT(people_link_use(
		      people, second, HOME, "another password", name, &words),
	    PEOPLE_OK);
	CHECK_STR(name, "anna");
	CHECK_INT(
	    people_link_find(people, second, name, &words), PEOPLE_NOT_FOUND);
	CHECK_INT(prove(people, PASSWORD, ""), PEOPLE_DENIED);
	CHECK_INT(prove(people, "another password", ""), PEOPLE_OK);
	/* Used once; and no longer than it holds. */
	CHECK_INT(people_link_use(people, second, HOME, PASSWORD, name, &words),
	    PEOPLE_NOT_FOUND);
	CHECK_INT(people_link(people, "anna", 3600, first, &words), PEOPLE_OK);
	clock_now += 3600;
	CHECK_INT(people_link_use(people, first, HOME, PASSWORD, name, &words),
	    PEOPLE_NOT_FOUND);
	people_end(people);
}

static void
factors(void)
{
	struct people *people = people_with_anna();
	char key[TOTP_KEY_LEN + 1], codes[RECOVERY_CODES][RECOVERY_LEN + 1];
	struct person found;

	CHECK_INT(confirm(people, "123456", "", codes), PEOPLE_INVALID);
	CHECK_INT(people_totp_start(people, "anna", key, &words), PEOPLE_OK);
	CHECK_UINT(strlen(key), TOTP_KEY_LEN);
	/* It does not count yet. */
	CHECK_INT(prove(people, PASSWORD, ""), PEOPLE_OK);
	CHECK_INT(confirm(people, code_at(key, clock_now - 90), "", codes),
	    PEOPLE_DENIED);
	CHECK_INT(
	    confirm(people, code_at(key, clock_now), "", codes), PEOPLE_OK);
	CHECK_INT(people_find(people, "anna", &found, &words), PEOPLE_OK);
	CHECK(found.has_totp);

	CHECK_INT(prove(people, PASSWORD, ""), PEOPLE_CODE);
	CHECK_INT(prove(people, "wrong", ""), PEOPLE_DENIED);
	/* The code that confirmed was one use of it. */
	CHECK_INT(
	    prove(people, PASSWORD, code_at(key, clock_now)), PEOPLE_DENIED);
	clock_now += 30;
	CHECK_INT(prove(people, PASSWORD, code_at(key, clock_now)), PEOPLE_OK);
	CHECK_INT(
	    prove(people, PASSWORD, code_at(key, clock_now)), PEOPLE_DENIED);
	/* A clock that is half a minute ahead, and one behind. */
	clock_now += 60;
	CHECK_INT(
	    prove(people, PASSWORD, code_at(key, clock_now + 30)), PEOPLE_OK);
	clock_now += 90;
	CHECK_INT(
	    prove(people, PASSWORD, code_at(key, clock_now - 30)), PEOPLE_OK);
	CHECK_INT(prove(people, PASSWORD, code_at(key, clock_now + 60)),
	    PEOPLE_DENIED);

	CHECK_INT(prove(people, PASSWORD, codes[3]), PEOPLE_OK);
	CHECK_INT(prove(people, PASSWORD, codes[3]), PEOPLE_DENIED);
	CHECK_INT(prove(people, PASSWORD, codes[9]), PEOPLE_OK);
	CHECK_INT(people_totp_end(people, "anna", &words), PEOPLE_OK);
	CHECK_INT(prove(people, PASSWORD, ""), PEOPLE_OK);
	/* Wrong codes count, too, while one is set up. */
	CHECK_INT(people_totp_start(people, "anna", key, &words), PEOPLE_OK);
	for (int i = 0; i < 5; i++)
		CHECK_INT(confirm(people, "1", "", codes), PEOPLE_DENIED);
	CHECK_INT(
	    confirm(people, code_at(key, clock_now), "", codes), PEOPLE_LOCKED);
	people_end(people);
}

static void
sessions(void)
{
	struct people *people = people_with_anna();
	char one[PEOPLE_SECRET_LEN + 1], other[PEOPLE_SECRET_LEN + 1];
	char key[TOTP_KEY_LEN + 1], codes[RECOVERY_CODES][RECOVERY_LEN + 1];
	struct person anna = person_of("anna");
	struct session session, again;

	CHECK_INT(people_session_new(people, "anna", one, &words), PEOPLE_OK);
	CHECK_INT(people_session_new(people, "anna", other, &words), PEOPLE_OK);
	CHECK_INT(
	    people_session_new(people, "bob", other, &words), PEOPLE_NOT_FOUND);
	CHECK_INT(
	    people_session_find(people, one, &session, &words), PEOPLE_OK);
	CHECK_STR(session.person.name, "anna");
	CHECK_STR(session.person.role, "member");
	CHECK_INT(session.person.seen, clock_now);
	CHECK_UINT(strlen(session.form), PEOPLE_SECRET_LEN);
	CHECK_INT(people_session_find(people, "", &session, &words),
	    PEOPLE_NOT_FOUND);
	CHECK_INT(people_session_find(people, session.form, &again, &words),
	    PEOPLE_NOT_FOUND);

	/* Used again and again it lives on, but not for ever. */
	for (int64_t at = 0; at < SESSION_LIFE_S; at += SESSION_IDLE_S) {
		check_context("after %lld s", (long long)at);
		CHECK_INT(people_session_find(people, one, &again, &words),
		    PEOPLE_OK);
		CHECK_STR(again.form, session.form);
		clock_now += SESSION_IDLE_S;
	}
	CHECK_INT(people_session_find(people, one, &again, &words), PEOPLE_OK);
	clock_now++;
	CHECK_INT(
	    people_session_find(people, one, &again, &words), PEOPLE_NOT_FOUND);

	CHECK_INT(people_session_new(people, "anna", one, &words), PEOPLE_OK);
	clock_now += SESSION_IDLE_S + 1;
	CHECK_INT(
	    people_session_find(people, one, &again, &words), PEOPLE_NOT_FOUND);

	/* Ended by itself, by a new password, by being stopped. */
	CHECK_INT(people_session_new(people, "anna", one, &words), PEOPLE_OK);
	CHECK_INT(people_session_new(people, "anna", other, &words), PEOPLE_OK);
	CHECK_INT(people_session_end(people, one, &words), PEOPLE_OK);
	CHECK_INT(
	    people_session_find(people, one, &again, &words), PEOPLE_NOT_FOUND);
	CHECK_INT(
	    people_session_find(people, other, &again, &words), PEOPLE_OK);
	CHECK_INT(people_session_new(people, "anna", one, &words), PEOPLE_OK);
	CHECK_INT(
	    people_sessions_end(people, "anna", other, &words), PEOPLE_OK);
	CHECK_INT(
	    people_session_find(people, one, &again, &words), PEOPLE_NOT_FOUND);
	CHECK_INT(
	    people_session_find(people, other, &again, &words), PEOPLE_OK);
	CHECK_INT(people_password(people, "anna", PASSWORD, &words), PEOPLE_OK);
	CHECK_INT(people_session_find(people, other, &again, &words),
	    PEOPLE_NOT_FOUND);
	/* So it does by a second factor, but here. */
	CHECK_INT(people_session_new(people, "anna", one, &words), PEOPLE_OK);
	CHECK_INT(people_session_new(people, "anna", other, &words), PEOPLE_OK);
	CHECK_INT(people_totp_start(people, "anna", key, &words), PEOPLE_OK);
	CHECK_INT(
	    confirm(people, code_at(key, clock_now), other, codes), PEOPLE_OK);
	CHECK_INT(
	    people_session_find(people, one, &again, &words), PEOPLE_NOT_FOUND);
	CHECK_INT(
	    people_session_find(people, other, &again, &words), PEOPLE_OK);
	CHECK_INT(people_session_new(people, "anna", one, &words), PEOPLE_OK);
	anna.is_stopped = true;
	CHECK_INT(people_change(people, &anna, &words), PEOPLE_OK);
	CHECK_INT(
	    people_session_find(people, one, &again, &words), PEOPLE_NOT_FOUND);
	CHECK_INT(
	    people_session_new(people, "anna", one, &words), PEOPLE_DENIED);
	people_end(people);
}

/* Nothing that lets somebody in is in the file. */
static void
secrets(void)
{
	struct people *people = people_with_anna();
	char one[PEOPLE_SECRET_LEN + 1], link[PEOPLE_SECRET_LEN + 1];
	char key[TOTP_KEY_LEN + 1], codes[RECOVERY_CODES][RECOVERY_LEN + 1];
	char command[256];

	CHECK_INT(people_session_new(people, "anna", one, &words), PEOPLE_OK);
	CHECK_INT(people_totp_start(people, "anna", key, &words), PEOPLE_OK);
	CHECK_INT(
	    confirm(people, code_at(key, clock_now), "", codes), PEOPLE_OK);
	CHECK_INT(people_link(people, "anna", 60, link, &words), PEOPLE_OK);
	(void)snprintf(command, sizeof command,
	    "grep -aqF -e '%s' -e '%s' -e '%s' -e '%s' %s/*", PASSWORD, one,
	    link, codes[0], dir);
	CHECK_INT(system(command), 256);
	/* The test would find them. */
	(void)snprintf(
	    command, sizeof command, "grep -aqF -e '%s' %s/*", key, dir);
	CHECK_INT(system(command), 0);
	people_end(people);
}

static struct people *shared;
static char shared_code[7];
static int proven;
static pthread_mutex_t proven_lock = PTHREAD_MUTEX_INITIALIZER;

static void *
prove_once(void *arg)
{
	const struct people_proof proof = { "anna", PASSWORD, shared_code, HOME,
		"" };
	struct person person;
	struct people_words own;
	enum people_err err = people_prove(shared, &proof, &person, &own);

	(void)arg;
	(void)pthread_mutex_lock(&proven_lock);
	proven += err == PEOPLE_OK;
	(void)pthread_mutex_unlock(&proven_lock);
	return NULL;
}

/* A code that several show at once serves one of them. */
static void
at_once(void)
{
	char key[TOTP_KEY_LEN + 1], codes[RECOVERY_CODES][RECOVERY_LEN + 1];
	pthread_t threads[4];

	shared = people_with_anna();
	CHECK_INT(people_totp_start(shared, "anna", key, &words), PEOPLE_OK);
	CHECK_INT(
	    confirm(shared, code_at(key, clock_now), "", codes), PEOPLE_OK);
	clock_now += 30;
	strcpy(shared_code, code_at(key, clock_now));
	for (size_t i = 0; i < CHECK_COUNT(threads); i++)
		REQUIRE(
		    pthread_create(&threads[i], NULL, prove_once, NULL) == 0);
	for (size_t i = 0; i < CHECK_COUNT(threads); i++)
		(void)pthread_join(threads[i], NULL);
	CHECK_INT(proven, 1);
	people_end(shared);
}

static void *
change_once(void *arg)
{
	const struct people_proof proof = { "anna", PASSWORD, "", HOME, "" };
	struct people_words own;
	enum people_err err = people_password_change(shared, &proof, arg, &own);

	(void)pthread_mutex_lock(&proven_lock);
	proven += err == PEOPLE_OK;
	(void)pthread_mutex_unlock(&proven_lock);
	return NULL;
}

/* Of several who change a password at once, one does. */
static void
changes_at_once(void)
{
	static char passwords[][32] = { "a new password 1", "a new password 2",
		"a new password 3", "a new password 4" };
	pthread_t threads[CHECK_COUNT(passwords)];
	int good = 0;

	shared = people_with_anna();
	proven = 0;
	for (size_t i = 0; i < CHECK_COUNT(threads); i++)
		REQUIRE(pthread_create(
			    &threads[i], NULL, change_once, passwords[i]) == 0);
	for (size_t i = 0; i < CHECK_COUNT(threads); i++)
		(void)pthread_join(threads[i], NULL);
	CHECK_INT(proven, 1);
	for (size_t i = 0; i < CHECK_COUNT(passwords); i++)
		good += prove_as(shared, "anna", passwords[i], "", ELSEWHERE) ==
			PEOPLE_OK;
	CHECK_INT(good, 1);
	CHECK_INT(prove(shared, PASSWORD, ""), PEOPLE_DENIED);
	people_end(shared);
}

static const struct check_test tests[] = {
	{ "names", names },
	{ "lists", lists },
	{ "passwords", passwords },
	{ "locks", locks },
	{ "networks", networks },
	{ "distributed", distributed },
	{ "guessed codes", guessed_codes },
	{ "clicked twice", clicked_twice },
	{ "strangers", strangers },
	{ "links", links },
	{ "second factors", factors },
	{ "sessions", sessions },
	{ "secrets", secrets },
	{ "at once", at_once },
	{ "changes at once", changes_at_once },
};

int
main(int argc, char **argv)
{
	return check_main("people", tests, CHECK_COUNT(tests), argc, argv);
}
