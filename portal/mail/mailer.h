/*
 * mailer.h - a thread that sends the portal's mails: to people about their
 * licenses, what expires, what they have to approve, and their passwords.
 */
#ifndef PORTAL_MAIL_MAILER_H
#define PORTAL_MAIL_MAILER_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/conf_read.h"
#include "portal/mail/post.h"

/* The group "mail" of licportal.conf(5). */
struct mail_conf {
	struct where where;
	char *url; /* NULL: no mails are sent */
	char *from;
	char *user, *password_file; /* NULL: neither */
	char *ca;                   /* NULL: the system's */
	uint32_t retry, give_up;    /* seconds */
};

struct mailer;

struct mailer_options {
	const struct mail_conf *conf;
	const char *password; /* NULL: none */
	const char *dir;      /* of the authority */
	const char *people;   /* their database */
	const char *pages;    /* the folder of the templates */
	const char *url;      /* of the portal */
	int64_t (*now)(void);
};

struct mailer_counts {
	unsigned long sent, failed, given_up, waiting;
};

/* Borrows the options' texts.  NULL: why has a sentence. */
struct mailer *mailer_open(
    const struct mailer_options *, char *why, size_t size);
/* Breaks off what is under way, which is sent again; NULL is fine. */
void mailer_close(struct mailer *);
/* A mail was put, from any thread; without it, it takes a second more. */
void mailer_wake(struct mailer *);
void mailer_count(struct mailer *, struct mailer_counts *);

#endif
