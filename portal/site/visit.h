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
 *   is_staff, is_admin, is_account_admin, may_redeem
 *   form            what each form of a person has to send as _form
 *   key             a new key for a request, to be sent as _key
 *   fields          what a form sent, as JSON; see web/form.h
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
	atomic_uint proving;   /* passwords that are being compared */
};

struct visit {
	struct site *site;
	struct web_request *request;
	struct session session; /* counts if signed_in */
	bool signed_in;
	struct lc_token token;    /* what they may do */
	struct web_form *form;    /* of a POST; NULL otherwise */
	const char *const *parts; /* of the path */
};

/*
 * Has the answer of the request shown by a template: answers that are no
 * errors; errors by "problem.html".  False: no memory, answered.
 */
bool visit_show(const struct visit *, const char *template, const char *title);

/*
 * Answers with a template over a value, which is taken over; NULL is an empty
 * one.
 */
void visit_answer(const struct visit *, unsigned status, const char *template,
    const char *title, json_t *value);

/* Answers with 303 to a path of the portal. */
void visit_redirect(const struct visit *, const char *path);

/* The value of a cookie, the caller frees it; NULL: there is none. */
char *visit_cookie(const struct web_request *, const char *name);

/* Is it a path of this portal that a browser may be sent to? */
bool visit_is_path(const char *path);

#define SESSION_COOKIE "__Host-licportal"

#endif
