/* people_db.c - the database of people; see people_db.h and people.h. */
#include "people_db.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

/*
 * person: password "" is none; totp is a key that counts, totp_new one that
 * waits for its first code; totp_step is the last step whose code was taken.
 * session, link, recovery: digests of what a browser or a person holds.
 * tries: failures of names, whether anybody has them or not, by the name's
 * digest and the network that they came from; see tries.c.
 * code_used: of the last code and the form that it came with, at code_at.
 * mail: what waits to be sent (sent 0), and is one program's until leased; see
 * outbox.h, for mail_place, too.
 */
static const char *const steps[] = {
	"CREATE TABLE person (name TEXT PRIMARY KEY, account TEXT NOT NULL,"
	" role TEXT NOT NULL, mail TEXT NOT NULL, stopped INTEGER NOT NULL,"
	" password TEXT NOT NULL, totp TEXT NOT NULL, totp_new TEXT NOT NULL,"
	" totp_step BIGINT NOT NULL, failures INTEGER NOT NULL,"
	" locked BIGINT NOT NULL, made BIGINT NOT NULL, seen BIGINT NOT NULL);"
	"CREATE TABLE session (digest TEXT PRIMARY KEY,"
	" person TEXT NOT NULL REFERENCES person, form TEXT NOT NULL,"
	" made BIGINT NOT NULL, seen BIGINT NOT NULL);"
	"CREATE INDEX session_person ON session (person);"
	"CREATE TABLE link (digest TEXT PRIMARY KEY,"
	" person TEXT NOT NULL REFERENCES person, ends BIGINT NOT NULL);"
	"CREATE TABLE recovery (digest TEXT PRIMARY KEY,"
	" person TEXT NOT NULL REFERENCES person);"
	"CREATE INDEX recovery_person ON recovery (person);",
	"CREATE TABLE mail (id TEXT PRIMARY KEY, kind TEXT NOT NULL,"
	" address TEXT NOT NULL, about TEXT NOT NULL, made BIGINT NOT NULL,"
	" due BIGINT NOT NULL, leased BIGINT NOT NULL, failing BIGINT NOT NULL,"
	" tries BIGINT NOT NULL, sent BIGINT NOT NULL);"
	"CREATE INDEX mail_due ON mail (due) WHERE sent = 0;"
	"CREATE INDEX mail_sent ON mail (sent) WHERE sent > 0;"
	"CREATE TABLE mail_place (name TEXT PRIMARY KEY, n BIGINT NOT NULL,"
	" at BIGINT NOT NULL);"
	"CREATE TABLE stranger (digest TEXT PRIMARY KEY,"
	" failures INTEGER NOT NULL, locked BIGINT NOT NULL);"
	"CREATE INDEX stranger_locked ON stranger (locked);",
	"CREATE TABLE tries (name TEXT NOT NULL, place TEXT NOT NULL,"
	" failures BIGINT NOT NULL, locked BIGINT NOT NULL,"
	" seen BIGINT NOT NULL, PRIMARY KEY (name, place));"
	"CREATE INDEX tries_locked ON tries (locked);"
	"DROP TABLE stranger;"
	"ALTER TABLE person DROP COLUMN failures;"
	"ALTER TABLE person DROP COLUMN locked;"
	"ALTER TABLE person ADD COLUMN code_used TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE person ADD COLUMN code_at BIGINT NOT NULL DEFAULT 0;",
};

static const struct db_schema schema = {
	.kind = 0x4c437065, /* "LCpe" */
	.steps = steps,
	.nsteps = sizeof steps / sizeof steps[0],
};

/* ---- Errors ---------------------------------------------------------- */

enum people_err
people_fail(
    struct people_words *words, enum people_err err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(words->text, sizeof words->text, format, args);
	va_end(args);
	return err;
}

enum people_err
people_db(struct people *people, enum db_err err, struct people_words *words)
{
	if (err == DB_OK || err == DB_END)
		return PEOPLE_OK;
	return people_fail(
	    words, PEOPLE_UNAVAILABLE, "%s", db_words(people->db));
}

/* ---- Secrets --------------------------------------------------------- */

/* base64url of 32 bytes, without the padding. */
static void
encode(const unsigned char bytes[32], char text[PEOPLE_SECRET_LEN + 1])
{
	unsigned char padded[45]; /* and a NUL */

	(void)EVP_EncodeBlock(padded, bytes, 32);
	for (size_t i = 0; i < PEOPLE_SECRET_LEN; i++)
		text[i] = padded[i] == '+'   ? '-'
			  : padded[i] == '/' ? '_'
					     : (char)padded[i];
	text[PEOPLE_SECRET_LEN] = '\0';
	OPENSSL_cleanse(padded, sizeof padded);
}

bool
people_secret(char secret[PEOPLE_SECRET_LEN + 1])
{
	unsigned char bytes[32];

	if (RAND_bytes(bytes, sizeof bytes) != 1)
		return false;
	encode(bytes, secret);
	OPENSSL_cleanse(bytes, sizeof bytes);
	return true;
}

/* Without a salt: what it is of is random. */
bool
people_digest(const char *secret, char digest[PEOPLE_DIGEST_LEN + 1])
{
	unsigned char bytes[32];

	if (EVP_Digest(
		secret, strlen(secret), bytes, NULL, EVP_sha256(), NULL) != 1)
		return false;
	encode(bytes, digest);
	return true;
}

bool
people_same(const char *one, const char *other)
{
	size_t len = strlen(one);

	return strlen(other) == len && CRYPTO_memcmp(one, other, len) == 0;
}

/* ---- Calls ----------------------------------------------------------- */

enum people_err
people_do(struct people *people, people_call *call, void *arg,
    struct people_words *words)
{
	enum people_err err;

	(void)pthread_mutex_lock(&people->lock);
	err = people_db(people, db_begin(people->db), words);
	if (err == PEOPLE_OK) {
		err = call(people, arg, words);
		if (err == PEOPLE_OK || err == PEOPLE_DENIED ||
		    err == PEOPLE_CODE) {
			enum people_err done =
			    people_db(people, db_commit(people->db), words);

			err = done != PEOPLE_OK ? done : err;
		}
		db_rollback(people->db);
	}
	(void)pthread_mutex_unlock(&people->lock);
	return err;
}

enum people_err
people_open(const char *where, int64_t (*now)(void), struct people **out,
    struct people_words *words)
{
	struct people *people = calloc(1, sizeof *people);
	int32_t from;

	if (people == NULL)
		return people_fail(words, PEOPLE_UNAVAILABLE, "no memory");
	people->now = now;
	if (db_upgrade(where, &schema, &from, words->text) != DB_OK ||
	    db_open(where, &schema, &people->db, words->text) != DB_OK) {
		free(people);
		return PEOPLE_UNAVAILABLE;
	}
	(void)pthread_mutex_init(&people->lock, NULL); /* cannot fail */
	*out = people;
	return PEOPLE_OK;
}

void
people_close(struct people *people)
{
	if (people == NULL)
		return;
	db_close(people->db);
	(void)pthread_mutex_destroy(&people->lock);
	free(people);
}
