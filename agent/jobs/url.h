/*
 * url.h - file names as operators type them: "flash:new.lic", or
 * "scp://user@host/new.lic".
 */
#ifndef AGENT_URL_H
#define AGENT_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "transfer.h"

#define URL_TEXT_MAX 1024 /* bytes */

/* Where a file is; a name without a protocol in front is a local one. */
struct url {
	int32_t protocol;     /* enum protocol_number */
	int32_t type;         /* InetAddressType of the address */
	uint8_t address[256]; /* or the name of the host */
	size_t len;
	uint32_t port; /* 0: the one that is configured */
	char user[97];
	char password[97];
	char path[256]; /* on the server, or the whole local name */
};

/*
 * PROTOCOL://[USER[:PASSWORD]@]HOST[:PORT]/PATH, with %XX for bytes that mean
 * something else there.  A path that begins with a second slash is absolute.
 * False: `why` is one sentence, and has no password in it.
 */
bool url_parse(const char *text, struct url *, char *why, size_t why_size);

/*
 * Is it, or was it meant for, a URL with a user: "smb://me:password@host/a",
 * "ftp:/me:password@host/a"?  No local name, and nothing for a log.
 */
bool url_may_hold_password(const char *text);

/* Borrows from the URL. */
struct server url_server(const struct url *);

#endif
