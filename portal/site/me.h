/* me.h - one's own password, second factor and sessions. */
#ifndef PORTAL_ME_H
#define PORTAL_ME_H

#include "portal/site/visit.h"

/* Pages for somebody who has signed in; each answers. */
void me_page(struct visit *);           /* GET /me */
void me_password(struct visit *);       /* POST /me/password */
void me_factor_start(struct visit *);   /* POST /me/factor */
void me_factor_confirm(struct visit *); /* POST /me/factor/confirm */
void me_factor_end(struct visit *);     /* POST /me/factor/end */
void me_sessions_end(struct visit *);   /* POST /me/sessions */

#endif
