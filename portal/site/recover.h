/*
 * recover.h - who forgot the password asks for a link by mail.
 *
 * The answer is the same, and takes as long, whether there is such a person:
 * the mailer looks for them later.
 */
#ifndef PORTAL_RECOVER_H
#define PORTAL_RECOVER_H

#include "portal/site/visit.h"

void recover_page(struct visit *); /* GET /recover */
void recover(struct visit *);      /* POST /recover */

#endif
