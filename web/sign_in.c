/* sign_in.c - passwords, second factors, and who they prove; see people.h. */
#include <crypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <liboath/oath.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "people_db.h"
#include "tries.h"

#define YESCRYPT "$y$"
#define HASH_MAX CRYPT_OUTPUT_SIZE
#define TOTP_STEP_S 30
#define TOTP_WINDOW 1 /* steps that a clock may differ, each way */
#define FORM_S 60     /* a form sent twice is the same so long */

/* ---- Passwords ------------------------------------------------------- */

/* False: no memory, or no random numbers. */
static bool
hash_make(const char *password, char hash[HASH_MAX])
{
	struct crypt_data *data = calloc(1, sizeof *data);
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	const char *made = NULL;

	if (data != NULL && crypt_gensalt_rn(YESCRYPT, 0, NULL, 0, setting,
				sizeof setting) != NULL)
		made = crypt_rn(password, setting, data, sizeof *data);
	if (made != NULL)
		(void)snprintf(hash, HASH_MAX, "%s", made);
	if (data != NULL)
		OPENSSL_cleanse(data, sizeof *data);
	free(data);
	return made != NULL;
}

/* A hash that no password has takes as long. */
static bool
hash_is_of(const char *hash, const char *password)
{
	struct crypt_data *data = calloc(1, sizeof *data);
	const char *made = NULL;
	bool same;

	if (hash[0] == '\0')
		hash = YESCRYPT "j9T$0123456789abcdefghijk.$";
	if (data != NULL)
		made = crypt_rn(password, hash, data, sizeof *data);
	same = made != NULL && people_same(made, hash);
	if (data != NULL)
		OPENSSL_cleanse(data, sizeof *data);
	free(data);
	return same;
}

static enum people_err
password_hash(
    const char *password, char hash[HASH_MAX], struct people_words *words)
{
	size_t len = strlen(password);

	if (len < PASSWORD_MIN || len > PASSWORD_MAX)
		return people_fail(words, PEOPLE_INVALID,
		    "a password has %d to %d characters", PASSWORD_MIN,
		    PASSWORD_MAX);
	if (!hash_make(password, hash))
		return people_fail(
		    words, PEOPLE_UNAVAILABLE, "cannot hash the password");
	return PEOPLE_OK;
}

struct setting {
	const char *name; /* or a link's secret */
	const char *hash;
	char *found;
	const char *from; /* of a link: the network of who uses it */
};

static enum people_err
hash_put(struct people *people, const char *name, const char *hash,
    struct people_words *words)
{
	struct person person;
	enum people_err err = people_read(people, name, &person, words);

	if (err == PEOPLE_OK)
		err = people_db(people,
		    db_run(people->db,
			"UPDATE person SET password = $2 WHERE name = $1", "ss",
			name, hash),
		    words);
	if (err == PEOPLE_OK)
		err = tries_forget(people, name, words);
	if (err == PEOPLE_OK)
		err = people_db(people,
		    db_run(people->db, "DELETE FROM link WHERE person = $1",
			"s", name),
		    words);
	return err == PEOPLE_OK ? people_sessions_drop(people, name, "", words)
				: err;
}

static enum people_err
set(struct people *people, void *arg, struct people_words *words)
{
	const struct setting *s = arg;

	return hash_put(people, s->name, s->hash, words);
}

enum people_err
people_password(struct people *people, const char *name, const char *password,
    struct people_words *words)
{
	char hash[HASH_MAX];
	enum people_err err = password_hash(password, hash, words);

	return err == PEOPLE_OK
		   ? people_do(people, set,
			 &(struct setting){ .name = name, .hash = hash }, words)
		   : err;
}

/* ---- Links ----------------------------------------------------------- */

struct linking {
	const char *name;
	int64_t valid_s;
	char *secret;
	bool keeps_others;
};

static enum people_err
link_put(struct people *people, void *arg, struct people_words *words)
{
	const struct linking *l = arg;
	char digest[PEOPLE_DIGEST_LEN + 1];
	struct person person;
	enum people_err err = people_read(people, l->name, &person, words);

	if (err != PEOPLE_OK)
		return err;
	if (!people_secret(l->secret) || !people_digest(l->secret, digest))
		return people_fail(
		    words, PEOPLE_UNAVAILABLE, "no random numbers");
	err = people_db(people,
	    db_run(people->db,
		"DELETE FROM link WHERE person = $1 OR ends <= $2", "si",
		l->keeps_others ? "" : l->name, people->now()),
	    words);
	if (err == PEOPLE_OK)
		err = people_db(people,
		    db_run(people->db, "INSERT INTO link VALUES ($1, $2, $3)",
			"ssi", digest, l->name, people->now() + l->valid_s),
		    words);
	return err;
}

enum people_err
people_link(struct people *people, const char *name, int64_t valid_s,
    char secret[PEOPLE_SECRET_LEN + 1], struct people_words *words)
{
	return people_do(people, link_put,
	    &(struct linking){ name, valid_s, secret, false }, words);
}

enum people_err
people_link_also(struct people *people, const char *name, int64_t valid_s,
    char secret[PEOPLE_SECRET_LEN + 1], struct people_words *words)
{
	return people_do(people, link_put,
	    &(struct linking){ name, valid_s, secret, true }, words);
}

/* Whose link it is, by a statement that gives the person. */
static enum people_err
link_person(struct people *people, const char *secret, const char *sql,
    char name[PERSON_NAME_MAX + 1], struct people_words *words)
{
	char digest[PEOPLE_DIGEST_LEN + 1];
	struct db_rows *rows;
	enum db_err err;

	if (!people_digest(secret, digest))
		return people_fail(words, PEOPLE_UNAVAILABLE, "no digest");
	err = db_query(people->db, &rows, sql, "si", digest, people->now());
	if (err == DB_OK && (err = db_next(rows)) == DB_OK) {
		(void)snprintf(
		    name, PERSON_NAME_MAX + 1, "%s", db_text(rows, 0));
		db_stop(rows);
		return PEOPLE_OK;
	}
	if (err == DB_END)
		return people_fail(words, PEOPLE_NOT_FOUND,
		    "this link was used, or is too old; ask for another one");
	return people_db(people, err, words);
}

static enum people_err
link_take(struct people *people, void *arg, struct people_words *words)
{
	const struct setting *s = arg;
	enum people_err err = link_person(people, s->name,
	    "DELETE FROM link WHERE digest = $1 AND ends > $2"
	    " RETURNING person",
	    s->found, words);

	if (err == PEOPLE_OK)
		err = hash_put(people, s->found, s->hash, words);
	return err == PEOPLE_OK
		   ? tries_succeeded(people, s->found, s->from, false, words)
		   : err;
}

/* Hashing takes long: nobody has it done without a link. */
static enum people_err
link_look(struct people *people, void *arg, struct people_words *words)
{
	const struct setting *s = arg;

	return link_person(people, s->name,
	    "SELECT person FROM link WHERE digest = $1 AND ends > $2", s->found,
	    words);
}

enum people_err
people_link_find(struct people *people, const char *secret,
    char name[PERSON_NAME_MAX + 1], struct people_words *words)
{
	return people_do(people, link_look,
	    &(struct setting){ .name = secret, .found = name }, words);
}

enum people_err
people_link_use(struct people *people, const char *secret, const char *from,
    const char *password, char name[PERSON_NAME_MAX + 1],
    struct people_words *words)
{
	char hash[HASH_MAX];
	struct setting s = { secret, hash, name, from };
	enum people_err err = people_do(people, link_look, &s, words);

	if (err == PEOPLE_OK)
		err = password_hash(password, hash, words);
	return err == PEOPLE_OK ? people_do(people, link_take, &s, words) : err;
}

/* ---- Second factors -------------------------------------------------- */

static void
base32(const unsigned char bytes[20], char key[TOTP_KEY_LEN + 1])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

	for (int i = 0; i < TOTP_KEY_LEN; i++) {
		int bit = i * 5;
		unsigned two = (unsigned)bytes[bit / 8] << 8;

		if (bit / 8 + 1 < 20)
			two |= bytes[bit / 8 + 1];
		key[i] = digits[two >> (11 - bit % 8) & 31];
	}
	key[TOTP_KEY_LEN] = '\0';
}

/*
 * The step whose code it is: around now, and later than the last one that was
 * taken; -1: none.
 */
static int64_t
totp_step(const char *key, const char *code, int64_t now, int64_t last)
{
	char *secret = NULL;
	size_t len;
	int64_t found = -1, step = now / TOTP_STEP_S;

	if (strlen(code) != 6 || strspn(code, "0123456789") != 6 ||
	    oath_base32_decode(key, strlen(key), &secret, &len) != OATH_OK)
		return -1;
	for (int64_t at = step - TOTP_WINDOW; at <= step + TOTP_WINDOW; at++) {
		char right[7];

		if (at > last && found < 0 &&
		    oath_hotp_generate(secret, len, (uint64_t)at, 6, false,
			OATH_HOTP_DYNAMIC_TRUNCATION, right) == OATH_OK &&
		    people_same(right, code))
			found = at;
	}
	OPENSSL_cleanse(secret, len);
	free(secret);
	return found;
}

struct factor {
	const char *name;
	char *key;
	const struct people_proof *proof; /* when it is confirmed */
	const char *but;
	char (*recovery)[RECOVERY_LEN + 1];
};

static enum people_err
totp_start(struct people *people, void *arg, struct people_words *words)
{
	const struct factor *f = arg;
	struct person person;
	unsigned char bytes[20];
	enum people_err err = people_read(people, f->name, &person, words);

	if (err != PEOPLE_OK)
		return err;
	if (RAND_bytes(bytes, sizeof bytes) != 1)
		return people_fail(
		    words, PEOPLE_UNAVAILABLE, "no random numbers");
	base32(bytes, f->key);
	OPENSSL_cleanse(bytes, sizeof bytes);
	return people_db(people,
	    db_run(people->db,
		"UPDATE person SET totp_new = $2 WHERE name = $1", "ss",
		f->name, f->key),
	    words);
}

enum people_err
people_totp_start(struct people *people, const char *name,
    char key[TOTP_KEY_LEN + 1], struct people_words *words)
{
	struct factor f = { .name = name, .key = key };

	return people_do(people, totp_start, &f, words);
}

/* "abcde-fghij", of 32 characters that are not mistaken for each other. */
static bool
recovery_make(char code[RECOVERY_LEN + 1])
{
	static const char digits[] = "abcdefghjkmnpqrstuvwxyz23456789-";
	unsigned char bytes[RECOVERY_LEN];

	if (RAND_bytes(bytes, sizeof bytes) != 1)
		return false;
	for (int i = 0; i < RECOVERY_LEN; i++)
		code[i] = i == 5 ? '-' : digits[bytes[i] % 31];
	code[RECOVERY_LEN] = '\0';
	OPENSSL_cleanse(bytes, sizeof bytes);
	return true;
}

static enum people_err
recovery_drop(
    struct people *people, const char *name, struct people_words *words)
{
	return people_db(people,
	    db_run(people->db, "DELETE FROM recovery WHERE person = $1", "s",
		name),
	    words);
}

static enum people_err
recovery_put(
    struct people *people, const struct factor *f, struct people_words *words)
{
	enum people_err err = recovery_drop(people, f->name, words);

	for (int i = 0; i < RECOVERY_CODES && err == PEOPLE_OK; i++) {
		char digest[PEOPLE_DIGEST_LEN + 1];

		if (!recovery_make(f->recovery[i]) ||
		    !people_digest(f->recovery[i], digest))
			return people_fail(
			    words, PEOPLE_UNAVAILABLE, "no random numbers");
		err = people_db(people,
		    db_run(people->db, "INSERT INTO recovery VALUES ($1, $2)",
			"ss", digest, f->name),
		    words);
	}
	return err;
}

/* What the database has of somebody's proofs. */
struct proofs {
	char hash[HASH_MAX];
	char totp[TOTP_KEY_LEN + 1], totp_new[TOTP_KEY_LEN + 1];
	char code_used[PEOPLE_DIGEST_LEN + 1];
	int64_t step, code_at;
	bool is_stopped;
};

static enum people_err
proofs_read(struct people *people, const char *name, struct proofs *proofs,
    struct people_words *words)
{
	struct db_rows *rows;
	enum db_err err = db_query(people->db, &rows,
	    "SELECT password, totp, totp_new, totp_step, code_used, code_at,"
	    " stopped FROM person WHERE name = $1",
	    "s", name);

	if (err == DB_OK && (err = db_next(rows)) == DB_OK) {
		(void)snprintf(
		    proofs->hash, sizeof proofs->hash, "%s", db_text(rows, 0));
		(void)snprintf(
		    proofs->totp, sizeof proofs->totp, "%s", db_text(rows, 1));
		(void)snprintf(proofs->totp_new, sizeof proofs->totp_new, "%s",
		    db_text(rows, 2));
		proofs->step = db_int(rows, 3);
		(void)snprintf(proofs->code_used, sizeof proofs->code_used,
		    "%s", db_text(rows, 4));
		proofs->code_at = db_int(rows, 5);
		proofs->is_stopped = db_int(rows, 6) != 0;
		db_stop(rows);
		return PEOPLE_OK;
	}
	return err == DB_END ? people_fail(words, PEOPLE_NOT_FOUND,
				   "there is no person \"%s\"", name)
			     : people_db(people, err, words);
}

static enum people_err
confirm_denied(
    struct people *people, const struct factor *f, struct people_words *words)
{
	enum people_err err =
	    tries_failed(people, f->name, f->proof->from, true, words);

	return err != PEOPLE_OK
		   ? err
		   : people_fail(words, PEOPLE_DENIED,
			 "this is not the code of now; is the clock of your "
			 "device right?");
}

static enum people_err
totp_confirm(struct people *people, void *arg, struct people_words *words)
{
	const struct factor *f = arg;
	struct proofs proofs;
	int64_t step;
	enum people_err err = proofs_read(people, f->name, &proofs, words);

	if (err != PEOPLE_OK)
		return err;
	if (proofs.totp_new[0] == '\0')
		return people_fail(words, PEOPLE_INVALID,
		    "no second factor is being set up: begin again");
	if ((err = tries_check(people, f->name, f->proof->from, true, words)) !=
	    PEOPLE_OK)
		return err;
	step = totp_step(proofs.totp_new, f->proof->code, people->now(), 0);
	if (step < 0)
		return confirm_denied(people, f, words);
	err = people_db(people,
	    db_run(people->db,
		"UPDATE person SET totp = totp_new, totp_new = '',"
		" totp_step = $2 WHERE name = $1",
		"si", f->name, step),
	    words);
	if (err == PEOPLE_OK)
		err = people_sessions_drop(people, f->name, f->but, words);
	return err == PEOPLE_OK ? recovery_put(people, f, words) : err;
}

enum people_err
people_totp_confirm(struct people *people, const struct people_proof *proof,
    const char *but, char recovery[RECOVERY_CODES][RECOVERY_LEN + 1],
    struct people_words *words)
{
	struct factor f = {
		.name = proof->name,
		.proof = proof,
		.but = but,
		.recovery = recovery,
	};

	return people_do(people, totp_confirm, &f, words);
}

static enum people_err
totp_end(struct people *people, void *arg, struct people_words *words)
{
	const struct factor *f = arg;
	enum people_err err = people_db(people,
	    db_run(people->db,
		"UPDATE person SET totp = '', totp_new = '' WHERE name = $1",
		"s", f->name),
	    words);

	return err == PEOPLE_OK ? recovery_drop(people, f->name, words) : err;
}

enum people_err
people_totp_end(
    struct people *people, const char *name, struct people_words *words)
{
	struct factor f = { .name = name };

	return people_do(people, totp_end, &f, words);
}

/* ---- Proving --------------------------------------------------------- */

struct proving {
	const struct people_proof *proof;
	bool is_known, is_right; /* there is such a person; the password is */
	struct proofs proofs;
	struct person *person;
	const char *hash; /* of the password that they choose; NULL: none */
};

/* A name that nobody has is locked like others: it is not told from them. */
static enum people_err
prove_read(struct people *people, void *arg, struct people_words *words)
{
	struct proving *p = arg;
	const char *name = p->proof->name;
	enum people_err err = proofs_read(people, name, &p->proofs, words);

	p->is_known = err == PEOPLE_OK;
	if (err == PEOPLE_OK || err == PEOPLE_NOT_FOUND)
		err = tries_check(people, name, p->proof->from, false, words);
	return err;
}

static enum people_err
refuse(struct people_words *words)
{
	return people_fail(words, PEOPLE_DENIED,
	    "the name, the password or the code is wrong");
}

static enum people_err
denied(struct people *people, const struct proving *p, bool codes,
    struct people_words *words)
{
	enum people_err err =
	    tries_failed(people, p->proof->name, p->proof->from, codes, words);

	return err == PEOPLE_OK ? refuse(words) : err;
}

/* ---- Codes ----------------------------------------------------------- */

/* Of a code and its form; false: nothing tells the form from others. */
static bool
code_digest(
    const struct people_proof *proof, char digest[PEOPLE_DIGEST_LEN + 1])
{
	char form[PEOPLE_DIGEST_LEN + 1];
	char text[PEOPLE_DIGEST_LEN + RECOVERY_LEN + 2];

	if (proof->form[0] == '\0' || strlen(proof->code) > RECOVERY_LEN ||
	    !people_digest(proof->form, form))
		return false;
	(void)snprintf(text, sizeof text, "%s %s", form, proof->code);
	return people_digest(text, digest);
}

/* Somebody who clicked twice: the first one took the code. */
static bool
is_again(struct people *people, const struct proving *p)
{
	char digest[PEOPLE_DIGEST_LEN + 1];

	return p->proofs.code_at > people->now() - FORM_S &&
	       code_digest(p->proof, digest) &&
	       people_same(p->proofs.code_used, digest);
}

static enum people_err
code_remember(
    struct people *people, const struct proving *p, struct people_words *words)
{
	char digest[PEOPLE_DIGEST_LEN + 1];

	if (!code_digest(p->proof, digest))
		return PEOPLE_OK;
	return people_db(people,
	    db_run(people->db,
		"UPDATE person SET code_used = $2, code_at = $3"
		" WHERE name = $1",
		"ssi", p->proof->name, digest, people->now()),
	    words);
}

/* PEOPLE_DENIED, without words: it is no code of theirs. */
static enum people_err
code_take(
    struct people *people, const struct proving *p, struct people_words *words)
{
	const char *name = p->proof->name, *code = p->proof->code;
	char digest[PEOPLE_DIGEST_LEN + 1];
	struct db_rows *rows;
	enum db_err err;
	int64_t step =
	    totp_step(p->proofs.totp, code, people->now(), p->proofs.step);

	if (step >= 0)
		/* Of two at once, one has it. */
		err = db_query(people->db, &rows,
		    "UPDATE person SET totp_step = $2 WHERE name = $1"
		    " AND totp_step < $2 RETURNING name",
		    "si", name, step);
	else if (people_digest(code, digest))
		err = db_query(people->db, &rows,
		    "DELETE FROM recovery WHERE digest = $1 AND person = $2"
		    " RETURNING person",
		    "ss", digest, name);
	else
		return people_fail(words, PEOPLE_UNAVAILABLE, "no digest");
	if (err == DB_OK && (err = db_next(rows)) == DB_OK) {
		db_stop(rows);
		return code_remember(people, p, words);
	}
	return err == DB_END ? PEOPLE_DENIED : people_db(people, err, words);
}

/* The password is right. */
static enum people_err
code_prove(
    struct people *people, const struct proving *p, struct people_words *words)
{
	const struct people_proof *proof = p->proof;
	enum people_err err;

	if (p->proofs.totp[0] == '\0' || is_again(people, p))
		return PEOPLE_OK;
	if (proof->code[0] == '\0')
		return people_fail(words, PEOPLE_CODE,
		    "the code of your second factor is needed");
	if ((err = tries_check(
		 people, proof->name, proof->from, true, words)) == PEOPLE_OK &&
	    (err = code_take(people, p, words)) == PEOPLE_DENIED)
		err = denied(people, p, true, words);
	return err;
}

/* ---- All of it ------------------------------------------------------- */

static enum people_err
prove_write(struct people *people, void *arg, struct people_words *words)
{
	struct proving *p = arg;
	const struct people_proof *proof = p->proof;
	char judged[HASH_MAX];
	enum people_err err;

	/* Again: others may have tried meanwhile, or changed the password. */
	strcpy(judged, p->proofs.hash);
	if ((err = prove_read(people, p, words)) != PEOPLE_OK)
		return err;
	/* It was right a moment ago: no failure that counts. */
	if (p->is_known && p->is_right && !people_same(judged, p->proofs.hash))
		return refuse(words);
	if (!p->is_known || !p->is_right || p->proofs.is_stopped)
		return denied(people, p, false, words);
	if ((err = code_prove(people, p, words)) == PEOPLE_OK &&
	    (err = tries_succeeded(people, proof->name, proof->from,
		 p->proofs.totp[0] != '\0', words)) == PEOPLE_OK &&
	    p->hash != NULL)
		err = hash_put(people, proof->name, p->hash, words);
	return err == PEOPLE_OK
		   ? people_read(people, proof->name, p->person, words)
		   : err;
}

static bool
is_right(struct people *people, const struct proving *p)
{
	const struct people_proof *proof = p->proof;

	if (strlen(proof->password) > PASSWORD_MAX)
		return false;
	if (people->compare == NULL)
		return hash_is_of(p->proofs.hash, proof->password);
	return people->compare(people->compare_arg,
	    p->is_known ? proof->name : "-", proof->password);
}

void
people_compared_by(struct people *people, people_compare *compare, void *arg)
{
	people->compare = compare;
	people->compare_arg = arg;
}

static enum people_err
prove(struct people *people, struct proving *p, struct people_words *words)
{
	enum people_err err = people_do(people, prove_read, p, words);

	if (err == PEOPLE_OK) {
		/* It takes a while, and no lock. */
		p->is_right = is_right(people, p);
		err = people_do(people, prove_write, p, words);
	}
	OPENSSL_cleanse(&p->proofs, sizeof p->proofs);
	return err;
}

enum people_err
people_prove(struct people *people, const struct people_proof *proof,
    struct person *person, struct people_words *words)
{
	struct proving p = { .proof = proof, .person = person };

	return prove(people, &p, words);
}

enum people_err
people_password_change(struct people *people, const struct people_proof *proof,
    const char *password, struct people_words *words)
{
	char hash[HASH_MAX];
	struct person person;
	struct proving p = { .proof = proof, .person = &person, .hash = hash };
	enum people_err err = password_hash(password, hash, words);

	return err == PEOPLE_OK ? prove(people, &p, words) : err;
}
