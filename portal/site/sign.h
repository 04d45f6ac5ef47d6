/* sign.h - signing in and out, and choosing a password. */
#ifndef PORTAL_SIGN_H
#define PORTAL_SIGN_H

#include "portal/access.h"
#include "portal/site/visit.h"

/*
 * Whose session the browser has, if any: session, signed_in and token.  With
 * a header that says who asks, it is theirs.
 */
void sign_find(struct visit *);

/*
 * Has the portal what this page is about: passwords, second factors?  False:
 * answered.
 */
bool sign_has(const struct visit *, bool has);

/*
 * What the form and its request show of a person, to be proved: its fields
 * "_code" and "_key", and the network.
 */
struct sign_proof {
	struct people_proof proof;
	char from[ACCESS_NETWORK_SIZE];
};
void sign_show_proof(const struct visit *, const char *name,
    const char *password, struct sign_proof *);
/* Who guesses has to wait; the status that goes with a failure. */
void sign_denied(const struct visit *, enum people_err);
unsigned sign_status(enum people_err);
/* Proves a person, as people_prove. */
enum people_err sign_prove(struct visit *, const char *name,
    const char *password, struct people_words *);
/*
 * Begins a session for one who was proven, in place of the browser's: the
 * cookie is set.
 */
enum people_err sign_begin(
    struct visit *, const char *name, struct people_words *);

/* Pages; each answers. */
void sign_page(struct visit *);      /* GET /sign-in */
void sign_in(struct visit *);        /* POST /sign-in */
void sign_out(struct visit *);       /* POST /sign-out */
void sign_link_page(struct visit *); /* GET /link/{secret} */
void sign_link(struct visit *);      /* POST /link/{secret} */

#endif
