/* post.h - what the parts of the portal's mail share. */
#ifndef PORTAL_MAIL_POST_H
#define PORTAL_MAIL_POST_H

#include "licenseauthority.h"
#include "web/outbox.h"
#include "web/people.h"
#include "web/template.h"

struct lc_record;

struct post {
	struct lc_record *record; /* the authority's database */
	struct people *people;
	const struct web_templates *templates;
	const char *url;  /* of the portal */
	const char *host; /* of that */
	const char *from;
};

/* Kinds of mails; each has the template "mail-KIND.txt". */
#define MAIL_LICENSES "licenses" /* about {"request"}, {"n"} or {"udi"} */
#define MAIL_EXPIRING "expiring" /* about what the template shows */
#define MAIL_APPROVAL "approval" /* the same */
#define MAIL_PASSWORD "password" /* about {"name"} */
#define MAIL_WELCOME "welcome"   /* about {"name"} */

#define MAIL_ROWS 50 /* that a mail shows; it says how many more there are */

/*
 * Looks through the log and the ends of licenses, and puts mails.  The words
 * say what failed; it is looked through again.
 */
enum people_err post_scan(struct post *, struct people_words *);

/*
 * A mail that waits as a message to an address.  PEOPLE_NOT_FOUND: there is
 * nothing to send; PEOPLE_LOCKED: not yet.
 */
struct buffer;
enum people_err post_compose(struct post *, const struct outbox_mail *,
    char to[PERSON_MAIL_MAX + 1], struct buffer *, struct people_words *);

#endif
