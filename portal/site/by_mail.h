/* by_mail.h - license files that somebody wants by mail, at the doors. */
#ifndef PORTAL_BY_MAIL_H
#define PORTAL_BY_MAIL_H

#include "portal/site/visit.h"

/*
 * If the form has an address, the licenses of its request go there once they
 * are issued; part is of the operation's path.  False: answered, since that cannot be promised.
 */
bool by_mail_request(const struct visit *, const char *part);

/* POST /send-again/mail: the current licenses of a device. */
void by_mail_device(struct visit *);

#endif
