/* sign.h - signing in and out, and choosing a password. */
#ifndef PORTAL_SIGN_H
#define PORTAL_SIGN_H

#include "portal/site/visit.h"

/* Whose session the browser has, if any: session, signed_in and token. */
void sign_find(struct visit *);

/* Pages; each answers. */
void sign_page(struct visit *);      /* GET /sign-in */
void sign_in(struct visit *);        /* POST /sign-in */
void sign_out(struct visit *);       /* POST /sign-out */
void sign_link_page(struct visit *); /* GET /link/{secret} */
void sign_link(struct visit *);      /* POST /link/{secret} */

#endif
