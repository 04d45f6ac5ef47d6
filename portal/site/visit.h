/*
 * The folder portal/site/ is the portal for people: pages over the operations
 * of the interface for programs.
 *
 * visit.h - one request of a browser: who it is, what their page shows.
 *
 * A page is an operation's JSON through a template.  Beside the JSON a template
 * has the object "page":
 *
 *   title, url      of the page; of the portal
 *   person          {name, account, role}, if somebody has signed in
 *   is_staff, is_admin, is_account_admin
 *   may             what their role may do, as booleans
 *   form            what each form of a person has to send as _form
 *   key             a new key for a request, to be sent as _key
 *   fields          what a form sent, as JSON; see web/form.h
 *   query           the filters of a list, as the address has them
 *   at              the part of the pages, as {"at_paks": true}
 *   here            the address with these, "?pak=A&", for more to be added
 *   turned          the same from its other end: the last row first, or last
 *   csv             the same of a report as a whole table
 *   cursor          where the page of the list begins, if the address says so
 *   passwords       the portal has passwords of its own
 *   factors         and second factors
 *   named           the web server in front says who asks
 *   mails           the portal sends mails
 *   mailed          where the licenses of this form's request go by mail
 *   is_form         a form was sent
 *   done            what a form asked for was done
 *   is_unsure       nobody knows whether what a form asked for was done
 *   qr              the license file as a picture, if it is small
 *   mail_given      the mail address that the form had
 *   path            of the form that this page answers
 *   sent            its fields, {name, value}: sent again with "_file" beside
 *                   them, they get the file; see files.h
 *   back            where a form begins that is checked or shown again: going
 *                   back in the history leads there
 *
 * What a form asked for and was refused is "problem" beside "page", where the
 * form is shown again; otherwise problem.html shows it.
 */
#ifndef PORTAL_VISIT_H
#define PORTAL_VISIT_H

#include <jansson.h>

#include "portal/portal.h"
#include "web/form.h"
#include "web/people.h"
#include "web/template.h"

struct site {
	struct portal *portal;
	const struct web_templates *templates;
	struct people *people; /* NULL: nobody can sign in */
	const char *host;      /* of the portal's URL, "licenses.example.net" */
	const char *header;    /* that says who asks; NULL: sessions do alone */
	bool has_passwords;    /* of people, in its database */
	bool has_factors;      /* second ones */
};

struct visit {
	struct site *site;
	struct web_request *request;
	struct session session; /* counts if signed_in */
	bool signed_in;
	struct lc_token token; /* what they may do */
	struct web_form *form; /* of a POST; NULL otherwise */
	/* What a form had that is shown again, in place of it; or NULL. */
	const json_t *fields;
	const char *const *parts; /* of the path */
};

/* A form that is shown again; no template: none. */
struct page;
struct view_form {
	const char *template, *title;
	void (*prepare)(json_t *value, const json_t *page);
	/* What its page shows; NULL: that cannot be read. */
	json_t *(*read)(const struct visit *, const struct page *);
	const struct page *page;
	/* Where it begins, a path; is_check: this page only checks it. */
	const char *back;
	bool is_check;
};

/* How an answer is shown. */
struct view {
	const char *template, *title;
	/* Where a browser goes from a success, a path; NULL: it is shown. */
	const char *then;
	/* The file that a button asks for is the answer itself, as JSON, and
	   not the license file in it. */
	bool is_answer;
	/* Makes the answer ready for the template on the page; NULL: it is. */
	void (*prepare)(json_t *value, const json_t *page);
	struct view_form form; /* that leads to this page */
};

/*
 * Has the answer of the request shown in this way, and errors by its form, or
 * "problem.html".  False: no memory, answered.
 */
bool visit_show(const struct visit *, const struct view *);

/*
 * Answers with a template over a value, which is taken over; NULL is an empty
 * one.
 */
void visit_answer(const struct visit *, unsigned status, const char *template,
    const char *title, json_t *value);

/* The same with "problem.html": a title, and a sentence. */
void visit_problem(const struct visit *, unsigned status, const char *title,
    const char *detail);

/* Answers with 303 to a path of the portal. */
void visit_redirect(const struct visit *, const char *path);

/* The path after which a form says that it was done: "?done=1" is added. */
void visit_done(const struct visit *, const char *path);

/* A filter of lists that the address has without a value. */
bool visit_has_empty_filter(const struct visit *);
/* The query without those and the cursor: "?pak=A&", or "?". */
void visit_query(const struct visit *, struct buffer *);

/* The value of a cookie, the caller frees it; NULL: there is none. */
char *visit_cookie(const struct web_request *, const char *name);

/* Is it a path of this portal that a browser may be sent to? */
bool visit_is_path(const char *path);

#define SESSION_COOKIE "__Host-licportal"

#endif
