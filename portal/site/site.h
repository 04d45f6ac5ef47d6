/* site.h - the pages, and who may see them. */
#ifndef PORTAL_SITE_H
#define PORTAL_SITE_H

#include "portal/portal.h"

struct site;

/*
 * folder has the templates; people is where those who sign in stand: a file,
 * or an address of PostgreSQL; NULL: nobody can sign in.  bootstrap is the
 * style sheet of that name.  NULL: why is a sentence.
 */
struct site *site_open(struct portal *, const char *folder, const char *people,
    const char *bootstrap, char *why, size_t size);
void site_close(struct site *); /* NULL is fine */

/* A web_handler; arg is a struct site. */
void site_handle(void *arg, struct web_request *);

#endif
