/*
 * people.h - people who sign in: who they are, their passwords and second
 * factors, their sessions.
 *
 * They stand in a database of their own: a file, or a schema in PostgreSQL that
 * several programs share.  It has no secret in the clear but the keys of second
 * factors: passwords are hashed by yescrypt, and of what a browser or a mail
 * holds (sessions, links, recovery codes) there are digests.
 *
 * All calls may be made from any thread, and take turns.  Times are seconds
 * since 1970.
 */
#ifndef WEB_PEOPLE_H
#define WEB_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PERSON_NAME_MAX 63
#define PERSON_MAIL_MAX 254
#define PERSON_ROLE_MAX 32
#define PASSWORD_MIN 12
#define PASSWORD_MAX 256
#define PEOPLE_SECRET_LEN 43 /* of sessions and links: 256 bits, base64url */
#define TOTP_KEY_LEN 32      /* 160 bits in base32 */
#define RECOVERY_CODES 10
#define RECOVERY_LEN 11 /* "abcde-fghij" */

enum people_err {
	PEOPLE_OK,
	PEOPLE_DENIED,      /* of name, password and code, something is wrong */
	PEOPLE_CODE,        /* right so far; a code is wanted */
	PEOPLE_LOCKED,      /* too many failures; later again */
	PEOPLE_NOT_FOUND,   /* or over, or used */
	PEOPLE_EXISTS,      /* a person has this name */
	PEOPLE_INVALID,     /* words say what */
	PEOPLE_UNAVAILABLE, /* the database, no memory; words say what */
};

struct people;

#define PEOPLE_WORDS_SIZE 256

/* For people, of the last failure. */
struct people_words {
	char text[PEOPLE_WORDS_SIZE];
};

struct person {
	char name[PERSON_NAME_MAX + 1]; /* unique: a-z 0-9 . _ - @ + */
	/* The program's own: */
	char account[PERSON_NAME_MAX + 1];
	char role[PERSON_ROLE_MAX + 1];
	char mail[PERSON_MAIL_MAX + 1]; /* "": none */
	bool is_stopped;                /* may not sign in */
	/* Results only. */
	bool has_password, has_totp;
	int64_t made, seen; /* seen 0: never */
};

/*
 * Opens the database, which is made or brought up to date if need be.  now is
 * asked for the time.
 */
enum people_err people_open(const char *where, int64_t (*now)(void),
    struct people **, struct people_words *);
void people_close(struct people *); /* NULL is fine */

/* ---- Who they are ---------------------------------------------------- */

/* Without a password: people_link lets them choose one. */
enum people_err people_add(
    struct people *, const struct person *, struct people_words *);
/* Account, role, mail and is_stopped; being stopped ends all sessions. */
enum people_err people_change(
    struct people *, const struct person *, struct people_words *);
enum people_err people_find(
    struct people *, const char *name, struct person *, struct people_words *);
/* Those of an account, or all (NULL), in the order of their names. */
enum people_err people_list(struct people *, const char *account,
    void (*call)(void *arg, const struct person *), void *arg,
    struct people_words *);

/* ---- Passwords and second factors ------------------------------------ */

/*
 * Sets a password (PASSWORD_MIN to PASSWORD_MAX bytes), and ends all sessions.
 */
enum people_err people_password(struct people *, const char *name,
    const char *password, struct people_words *);

/* What somebody shows to be a person. */
struct people_proof {
	const char *name, *password;
	const char *code; /* of a second factor, or for recovery; "": none */
	const char *from; /* the network that it comes from; "": unknown */
	const char *form; /* tells its form from all others; "": nothing does */
};
/*
 * people_prove and people_password at once.  Of two at once, one changes it.
 */
enum people_err people_password_change(struct people *,
    const struct people_proof *, const char *password, struct people_words *);

/*
 * A link by which somebody chooses a password once, within valid_s seconds; an
 * earlier one ends.  people_link_also lets earlier ones be, for a mail that may
 * be sent twice.  use takes it, and ends all others; the network is the name's
 * then, as after a sign-in.  find only looks whose it is.
 */
enum people_err people_link(struct people *, const char *name, int64_t valid_s,
    char secret[PEOPLE_SECRET_LEN + 1], struct people_words *);
enum people_err people_link_also(struct people *, const char *name,
    int64_t valid_s, char secret[PEOPLE_SECRET_LEN + 1], struct people_words *);
enum people_err people_link_find(struct people *, const char *secret,
    char name[PERSON_NAME_MAX + 1], struct people_words *);
enum people_err people_link_use(struct people *, const char *secret,
    const char *from, const char *password, char name[PERSON_NAME_MAX + 1],
    struct people_words *);

/*
 * A second factor (TOTP, RFC 6238: SHA-1, 30 seconds, 6 digits).  start makes
 * a key, which counts once confirm is told a code of it; confirm gives codes
 * for those who lose the key, each good once, and ends all sessions but the one
 * with the secret but.  Wrong codes count as in people_prove.
 */
enum people_err people_totp_start(struct people *, const char *name,
    char key[TOTP_KEY_LEN + 1], struct people_words *);
enum people_err people_totp_confirm(struct people *,
    const struct people_proof *, const char *but,
    char recovery[RECOVERY_CODES][RECOVERY_LEN + 1], struct people_words *);
enum people_err people_totp_end(
    struct people *, const char *name, struct people_words *);

/*
 * Somebody else who compares passwords, from any thread, instead of the hashes
 * in the database.  name is a person's, or "-", for a name that is none.
 */
typedef bool people_compare(void *arg, const char *name, const char *password);
void people_compared_by(struct people *, people_compare *, void *arg);

/*
 * Is it this person?  A recovery code serves as a code, too, and a code only
 * once; the same form sent again within a minute is answered as it was.
 *
 * From the fifth failure in a row on, each locks the name for the network that
 * it came from: for a minute, two, four, up to an hour; a day after the last
 * one they are forgotten.  From the hundredth on, from all networks together,
 * the name can be tried once in 30 seconds.  The right password with wrong
 * codes locks the name for all networks as one alone does.  What counts for all
 * networks does not hold up those that the person signed in from within 30
 * days.
 *
 * A name that nobody has costs as much time as a wrong password, as far as
 * whoever compares them takes the same for "-", and is locked as others are.
 */
enum people_err people_prove(struct people *, const struct people_proof *,
    struct person *, struct people_words *);

/* ---- Sessions -------------------------------------------------------- */

#define SESSION_IDLE_S (30 * 60)
#define SESSION_LIFE_S (12 * 3600)

struct session {
	struct person person;
	char form[PEOPLE_SECRET_LEN + 1]; /* what its forms have to show */
};

/*
 * Begins one for a person who was proven.  PEOPLE_DENIED: was stopped
 * meanwhile.
 */
enum people_err people_session_new(struct people *, const char *name,
    char secret[PEOPLE_SECRET_LEN + 1], struct people_words *);
/*
 * Whose session is it?  PEOPLE_NOT_FOUND: nobody's, not used for
 * SESSION_IDLE_S, or older than SESSION_LIFE_S.
 */
enum people_err people_session_find(struct people *, const char *secret,
    struct session *, struct people_words *);
enum people_err people_session_end(
    struct people *, const char *secret, struct people_words *);
/* Ends those of a person but the one with this secret. */
enum people_err people_sessions_end(
    struct people *, const char *name, const char *but, struct people_words *);

/* Random numbers; false: there are none. */
bool people_secret(char secret[PEOPLE_SECRET_LEN + 1]);
/* The same texts, in a time that says nothing of where they differ. */
bool people_same(const char *, const char *);

#endif
