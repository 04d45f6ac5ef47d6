/*
 * endpoint.h - where the master agent listens: as it is written, and as
 * sockets take it.
 */
#ifndef AGENT_ENDPOINT_H
#define AGENT_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#define HOST_MAX 253         /* of a name in DNS */
#define ADDRESSES_MAX 16     /* of one host; the others are left out */
#define ADDRESS_TEXT_MAX 128 /* with the terminating null byte */

struct endpoint {
	bool is_tcp;
	char host[HOST_MAX + 1]; /* a name or an address; else the path */
	char port[6];            /* of TCP: 1 to 65535 */
};

/*
 * "unix:PATH", "tcp:HOST:PORT" (an IPv6 address in brackets).  No name is
 * looked up.  False: *wrong says what is wrong with the text.
 */
bool endpoint_parse(const char *text, struct endpoint *, const char **wrong);

struct address {
	struct sockaddr_storage to;
	socklen_t len;
};

struct addresses {
	size_t n;
	struct address at[ADDRESSES_MAX];
};

/* Without a lookup.  False: its host has a name, which needs one. */
bool endpoint_address(const struct endpoint *, struct address *);

/* "192.0.2.1", "[2001:db8::1]", "/var/agentx/master". */
const char *address_text(const struct address *, char room[ADDRESS_TEXT_MAX]);

#endif
