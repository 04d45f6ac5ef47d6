/*
 * mail.h - mails (RFC 5322, MIME) from templates.
 *
 * A mail has one template, "NAME.txt": its first line is the subject, and the
 * rest, after an empty line, the text.  The HTML is the same text, escaped, in
 * the frame "mail.html", which gets
 *
 *   subject, and the data
 *   paragraphs   each {lines}, of which each is {text} or {link}: a line that
 *                is an address below url
 *
 * Whatever the data holds: a value stays on its line of the text, no header
 * comes from it, and it is no markup.
 */
#ifndef WEB_MAIL_H
#define WEB_MAIL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/buffer.h"
#include "template.h"

struct web_mail_file {
	const char *name; /* in ASCII, without quotes */
	const char *text;
	size_t len;
};

struct web_mail {
	const char *from; /* "ADDRESS" or "Name <ADDRESS>", in UTF-8 */
	const char *to;   /* an address */
	const char
	    *id; /* the same each time it is sent: letters, digits, - _ */
	const char *host; /* of the message id */
	const char
	    *url;     /* of the program; lines with addresses of it are links */
	int64_t date; /* seconds since 1970 */
	const struct web_mail_file *files; /* attached */
	size_t nfiles;
};

/*
 * Appends the message, with CRLF at the ends of its lines.  False: no such
 * template, from or to is no address, or the buffer failed.
 */
bool web_mail_make(const struct web_mail *, const struct web_templates *,
    const char *name, const json_t *data, struct buffer *);

/* One that SMTP takes as it is: ASCII, one "@", nothing that needs quoting. */
bool web_mail_is_address(const char *);
/* The address in a from; it is a part of the text.  False: it has none. */
bool web_mail_address(const char *from, const char **at, size_t *len);

#endif
