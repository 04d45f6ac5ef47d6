/* address.c - where the portal is, and the proxy before it. */
#include "address.h"

#include <stdlib.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static bool
take_host(const char **at, struct portal_address *a)
{
	size_t len;

	a->host = *at;
	if (**at == '[') {
		len = 1 + strspn(*at + 1, DIGITS "abcdefABCDEF:.");
		if (len < 3 || (*at)[len] != ']')
			return false;
		len++;
	} else
		len = strspn(*at, LETTERS DIGITS "-._");
	if (len == 0 || len > 255)
		return false;
	a->host_len = (int)len;
	*at += len;
	return true;
}

/* Leaves the port alone if there is none. */
static bool
take_port(const char **at, struct portal_address *a)
{
	char *end;
	unsigned long port;

	if (**at != ':')
		return true;
	if (strspn(*at + 1, DIGITS) == 0)
		return false;
	port = strtoul(*at + 1, &end, 10);
	if (port == 0 || port > UINT16_MAX)
		return false;
	a->port = (uint16_t)port;
	*at = end;
	return true;
}

static bool
is_path(const char *at)
{
	return *at == '\0' ||
	       (*at == '/' && at[strspn(at, LETTERS DIGITS "-._~/%")] == '\0');
}

static bool
parse(const char *url, const char *scheme, struct portal_address *a,
    const char **at)
{
	size_t len = strlen(scheme);

	if (strlen(url) > ADDRESS_URL_MAX || strncmp(url, scheme, len) != 0)
		return false;
	*at = url + len;
	return take_host(at, a) && take_port(at, a);
}

bool
address_portal(const char *url, struct portal_address *out, const char **why)
{
	struct portal_address a = { .port = 443 };
	const char *at;

	*why = "expected https://HOST[:PORT][/PATH]";
	if (!parse(url, "https://", &a, &at) || !is_path(at))
		return false;
	a.len = (int)strlen(url);
	while (url[a.len - 1] == '/')
		a.len--;
	*out = a;
	return true;
}

bool
address_proxy(const char *url, struct portal_address *out, const char **why)
{
	struct portal_address a = { .port = 0 };
	const char *at;

	*why = "expected http://HOST:PORT";
	if (!parse(url, "http://", &a, &at) || a.port == 0 ||
	    strspn(at, "/") != strlen(at))
		return false;
	a.len = (int)(at - url);
	*out = a;
	return true;
}

bool
is_portal(const char *url)
{
	struct portal_address a;
	const char *why;

	return address_portal(url, &a, &why);
}

bool
is_proxy(const char *url)
{
	struct portal_address a;
	const char *why;

	return address_proxy(url, &a, &why);
}
