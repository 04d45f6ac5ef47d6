/*
 * smtp.h - one mail to a mail server (RFC 5321), with TLS unless the server is
 * on this machine.
 */
#ifndef PORTAL_MAIL_SMTP_H
#define PORTAL_MAIL_SMTP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct smtp;

struct smtp_options {
	const char *url;  /* "smtps://HOST[:PORT]" or "smtp://HOST[:PORT]" */
	const char *host; /* this one's name, for the greeting */
	const char *user, *password; /* NULL: neither */
	const char *ca_file;         /* NULL: the system's */
};

enum smtp_result {
	SMTP_SENT,
	SMTP_REFUSED, /* this mail: others may get through */
	SMTP_AWAY,    /* the server, or it wants another configuration */
};

/* Is it an address as in smtp_options, of a server that needs no path? */
bool smtp_is_url(const char *);

/* Borrows the options' texts; ends breaks a transfer off.  NULL: no memory. */
struct smtp *smtp_new(const struct smtp_options *, const atomic_bool *ends);
void smtp_free(struct smtp *); /* NULL is fine */

/*
 * Addresses are web_mail_is_address.  Unless it was sent, why says why, without
 * secrets.
 */
enum smtp_result smtp_send(struct smtp *, const char *from, const char *to,
    const char *message, size_t len, char *why, size_t size);

#endif
