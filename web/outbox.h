/*
 * outbox.h - mails that wait until they are sent, in the database of people.
 *
 * At least once: a mail stays until the mail server has taken it, and has the
 * same id each time, by which receivers tell repetitions.  Of several programs
 * on one database, one has a mail at a time.
 */
#ifndef WEB_OUTBOX_H
#define WEB_OUTBOX_H

#include "people.h"

#define OUTBOX_ID_LEN 43
#define OUTBOX_KIND_MAX 15
#define OUTBOX_WAITING_MAX 100000
#define OUTBOX_LEASE_S 180 /* longer than sending one takes */

/* A mail to be put. */
struct outbox_new {
	const char *kind;
	const char *address; /* "": whose it is, about says */
	/*
	 * With kind and address it makes the id: the same is not put while it
	 * waits, nor within a day after it was sent.
	 */
	const char *reason;
	char *about; /* what the mail is made from, as the program likes */
};

struct outbox_mail {
	char id[OUTBOX_ID_LEN + 1];
	char kind[OUTBOX_KIND_MAX + 1];
	char address[PERSON_MAIL_MAX + 1];
	char *about; /* the caller frees */
	int64_t made;
	int64_t failing; /* since then; 0: it does not */
	int64_t tries;   /* that failed */
};

/* PEOPLE_UNAVAILABLE: also if OUTBOX_WAITING_MAX wait. */
enum people_err outbox_put(
    struct people *, const struct outbox_new *, struct people_words *);

/*
 * How far a program has looked through something that mails come from: two
 * numbers of its own, 0 at first.
 */
struct outbox_place {
	const char *name;
	int64_t n, at;
};
enum people_err outbox_place(
    struct people *, struct outbox_place *, struct people_words *);
/*
 * Puts mails, and moves the place on to n and at: both or neither.
 * PEOPLE_EXISTS: another program has moved it.
 */
enum people_err outbox_move(struct people *, const struct outbox_place *from,
    int64_t n, int64_t at, const struct outbox_new *, size_t nmails,
    struct people_words *);

/*
 * One that is due; it is the caller's for OUTBOX_LEASE_S.  PEOPLE_NOT_FOUND:
 * none is.
 */
enum people_err outbox_take(
    struct people *, struct outbox_mail *, struct people_words *);
/* Ends that: it is to be sent at due, and has failed so far as the mail says.
 */
enum people_err outbox_return(struct people *, const struct outbox_mail *,
    int64_t due, struct people_words *);
/* It was sent, or will never be; but its id is left of it, for a day. */
enum people_err outbox_done(
    struct people *, const struct outbox_mail *, struct people_words *);

/* How many wait. */
enum people_err outbox_waiting(
    struct people *, int64_t *n, struct people_words *);

#endif
