/*
 * address.h - where the portal is, and the proxy before it.
 */
#ifndef AGENT_CALLHOME_ADDRESS_H
#define AGENT_CALLHOME_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#define ADDRESS_URL_MAX 512 /* bytes */

struct portal_address {
	uint16_t port;
	int host_len; /* of what begins at `host`; IPv6 with its brackets */
	const char *host;
	int len; /* of the URL without slashes at its end */
};

/*
 * "https://HOST[:PORT][/PATH]": the base of a portal's API.  Neither a user nor
 * a query nor a fragment.  False: *why is what is wrong with it.
 */
bool address_portal(const char *url, struct portal_address *, const char **why);
/* "http://HOST:PORT": a proxy. */
bool address_proxy(const char *url, struct portal_address *, const char **why);

/* The same as rules of a configuration. */
bool is_portal(const char *url);
bool is_proxy(const char *url);

#endif
