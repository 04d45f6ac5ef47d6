/* site.h - the pages, and who may see them. */
#ifndef PORTAL_SITE_H
#define PORTAL_SITE_H

#include "portal/portal.h"

struct site;

struct site_options {
	const char *pages;     /* the folder of the templates */
	const char *bootstrap; /* the style sheet of that name */
	/* Where those who sign in stand: a file, or an address of PostgreSQL;
	   NULL: nobody can. */
	const char *people;
	/* What says who they are in place of that; NULL: nothing. */
	const char *pam;    /* a service, web/pam.h */
	const char *header; /* that the web server in front sets */
};

/* Borrows the options' texts.  NULL: why is a sentence. */
struct site *site_open(
    struct portal *, const struct site_options *, char *why, size_t size);
/* Are the files of the pages all there, and right?  False: why is a sentence. */
bool site_check(const struct site_options *, char *why, size_t size);
/* Before the server stops: what other threads do for it is done then. */
void site_end(struct site *);
void site_close(struct site *); /* NULL is fine */

/* A web_handler; arg is a struct site. */
void site_handle(void *arg, struct web_request *);

#endif
