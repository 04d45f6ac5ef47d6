/* conf.h - the portal's configuration file; licportal.conf(5). */
#ifndef PORTAL_CONF_H
#define PORTAL_CONF_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "daemon/conf_read.h"
#include "portal/mail/mailer.h"

#ifndef PORTAL_CONF_DEFAULT
#define PORTAL_CONF_DEFAULT "/etc/licagent/licportal.conf"
#endif

#ifndef PORTAL_PAGES_DEFAULT
#define PORTAL_PAGES_DEFAULT "/usr/share/licagent/pages"
#endif
#define PORTAL_BOOTSTRAP_DEFAULT \
	"/usr/share/javascript/bootstrap5/css/bootstrap.min.css"

struct portal_conf {
	struct where where;
	char *authority; /* its folder */
	char *listen;    /* path of the Unix socket */
	char *url;       /* for people, without a slash at the end */
	char *user;      /* NULL: whoever started it */
	char *group;     /* who may connect to the socket; NULL: the user */
	char *passphrase_file, *pin_file; /* NULL: none */
	char *foreign_keys; /* a folder with keys of other authorities; NULL */
	char *people;       /* their database; NULL: nobody signs in */
	/* Who compares their passwords, or says who asks, in place of that
	   database; NULL: nobody. */
	char *people_pam, *people_header;
	char *pages;     /* folder of the templates; NULL: the installed one */
	char *bootstrap; /* that style sheet; NULL: Debian's */
	uint32_t threads, connections;
	uint32_t body;        /* bytes of a request */
	char *webhook_ca;     /* a file; NULL: the system's */
	bool webhook_private; /* addresses of private networks are fine */
	uint32_t webhook_retry, webhook_give_up; /* seconds */
	struct mail_conf mail;
	/* Of user and group. */
	uid_t uid;
	gid_t gid, socket_gid;
};

/*
 * NULL: error has the file, the line, and what is wrong.  Free it with
 * conf_free.
 */
struct portal_conf *portal_conf_load(
    const char *path, char error[CONF_ERROR_MAX]);
void portal_conf_free(struct portal_conf *);

#endif
