/*
 * url.c - file names as operators type them.
 *
 * An error never repeats what is between "://" and "@": it may be a password.
 */
#include "url.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool __attribute__((format(printf, 3, 4)))
wrong(char *why, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, size, format, args);
	va_end(args);
	return false;
}

/* ---- Parts ---- */

static int
hex(char digit)
{
	static const char digits[] = "0123456789abcdef";
	const char *at =
	    digit != '\0'
		? strchr(
		      digits, digit >= 'A' && digit <= 'F' ? digit + 32 : digit)
		: NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* Undoes %XX; false: it does not fit, or is no text. */
static bool
decode(const char *text, size_t len, char *out, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < len; i++) {
		int byte = (unsigned char)text[i];

		if (text[i] == '%') {
			if (len - i < 3 || hex(text[i + 1]) < 0 ||
			    hex(text[i + 2]) < 0)
				return false;
			byte = hex(text[i + 1]) * 16 + hex(text[i + 2]);
			i += 2;
		}
		if (byte == '\0' || used + 1 >= size)
			return false;
		out[used++] = (char)byte;
	}
	out[used] = '\0';
	return true;
}

/* "USER[:PASSWORD]" */
static bool
take_user(struct url *url, const char *text, size_t len, char *why, size_t size)
{
	const struct protocol *protocol = protocol_of(url->protocol);
	const char *colon = memchr(text, ':', len);
	size_t name = colon != NULL ? (size_t)(colon - text) : len;

	if (!protocol->takes_user)
		return wrong(
		    why, size, "%s has no users; omit USER@", protocol->name);
	if (!decode(text, name, url->user, sizeof url->user) ||
	    url->user[0] == '\0')
		return wrong(why, size,
		    "invalid user name before the @: 1 to 96 bytes, with %%XX "
		    "for special characters");
	if (colon != NULL && !decode(colon + 1, len - name - 1, url->password,
				 sizeof url->password))
		return wrong(why, size,
		    "invalid password: at most 96 bytes, with %%XX for special "
		    "characters (two hexadecimal digits; a %% itself is %%25)");
	return true;
}

static bool
take_port(struct url *url, const char *text, size_t len)
{
	uint32_t port = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9' || port > 65535)
			return false;
		port = 10 * port + (uint32_t)(text[i] - '0');
	}
	url->port = port;
	return port >= 1 && port <= 65535;
}

/* "fe80::1%eth0", where the interface may be a number. */
static bool
take_ipv6(struct url *url, const char *text, size_t len)
{
	char address[64], *zone;
	uint32_t scope;

	if (len >= sizeof address)
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	if ((zone = strchr(address, '%')) != NULL)
		*zone++ = '\0';
	if (inet_pton(AF_INET6, address, url->address) != 1)
		return false;
	url->type = ADDRESS_IPV6;
	url->len = 16;
	if (zone == NULL)
		return true;
	if (strncmp(zone, "25", 2) == 0 && zone[2] != '\0')
		zone += 2; /* %25 is how RFC 6874 writes the % */
	if ((scope = if_nametoindex(zone)) == 0)
		scope = (uint32_t)strtoul(zone, NULL, 10);
	url->type = ADDRESS_IPV6Z;
	url->len = 20;
	for (size_t i = 0; i < 4; i++)
		url->address[16 + i] = (uint8_t)(scope >> (24 - 8 * i));
	return scope != 0;
}

static bool
take_host(struct url *url, const char *text, size_t len)
{
	char name[256];

	if (len == 0 || len >= sizeof name)
		return false;
	if (text[0] == '[')
		return text[len - 1] == ']' &&
		       take_ipv6(url, text + 1, len - 2);
	memcpy(name, text, len);
	name[len] = '\0';
	if (inet_pton(AF_INET, name, url->address) == 1) {
		url->type = ADDRESS_IPV4;
		url->len = 4;
		return true;
	}
	url->type = ADDRESS_DNS;
	url->len = len;
	memcpy(url->address, name, len);
	return strspn(name, "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._") == len;
}

/* "HOST[:PORT]" */
static bool
take_place(
    struct url *url, const char *text, size_t len, char *why, size_t size)
{
	const char *end = text + len, *colon = end, *bracket;

	bracket = memrchr(text, ']', len);
	colon = memrchr(text, ':', len);
	if (colon != NULL && bracket != NULL && colon < bracket)
		colon = NULL;
	if (colon != NULL &&
	    !take_port(url, colon + 1, (size_t)(end - colon - 1)))
		return wrong(why, size,
		    "invalid port: a number from 1 to 65535 (an IPv6 address "
		    "goes in brackets, and a / in a password is %%2F)");
	if (!take_host(url, text, colon != NULL ? (size_t)(colon - text) : len))
		return wrong(why, size,
		    "invalid host: a name, an IPv4 address, or an IPv6 address "
		    "in brackets");
	return true;
}

static bool
parse_remote(struct url *url, const char *rest, char *why, size_t size)
{
	const struct protocol *protocol = protocol_of(url->protocol);
	/* A password may hold an @, a path too: it is the last before the
	 * first slash. */
	const char *slash = strchr(rest, '/');
	size_t len = slash != NULL ? (size_t)(slash - rest) : strlen(rest);
	const char *at = memrchr(rest, '@', len);

	if (slash == NULL || slash[1] == '\0')
		return wrong(why, size, "no file name: PROTOCOL://HOST/PATH");
	if (!decode(slash + 1, strlen(slash + 1), url->path, sizeof url->path))
		return wrong(why, size,
		    "invalid path: at most 255 bytes, with %%XX for special "
		    "characters (two hexadecimal digits; a %% itself is %%25)");
	if (at != NULL && !take_user(url, rest, (size_t)(at - rest), why, size))
		return false;
	if (at != NULL) {
		len -= (size_t)(at + 1 - rest);
		rest = at + 1;
	}
	if (!take_place(url, rest, len, why, size))
		return false;
	if (url->user[0] == '\0' && protocol->needs_user)
		return wrong(why, size, "%s needs a user: %s://USER@HOST/PATH",
		    protocol->name, protocol->name);
	return true;
}

/* ---- The whole ---- */

/* A known scheme, or its secure sister, which is not supported. */
static bool
is_scheme(const char *text, size_t len)
{
	int32_t number;
	const char *rest;
	char url[16];

	if (len + sizeof "://" > sizeof url)
		return false;
	snprintf(url, sizeof url, "%.*s://", (int)len, text);
	if (protocol_of_url(url, &number, &rest))
		return true;
	return len > 1 && (text[len - 1] | 0x20) == 's' &&
	       is_scheme(text, len - 1);
}

bool
url_may_hold_password(const char *text)
{
	const char *slashes = strstr(text, "://");
	const char *colon = strchr(text, ':');

	if (slashes != NULL)
		return strchr(slashes, '@') != NULL;
	return colon != NULL && strchr(colon, '@') != NULL &&
	       is_scheme(text, (size_t)(colon - text));
}

static bool
unsupported(const char *text, char *why, size_t size)
{
	const char *slashes = strstr(text, "://");
	char list[PROTOCOL_LIST_MAX];

	if (slashes == NULL || !is_scheme(text, (size_t)(slashes - text)))
		return wrong(why, size,
		    "invalid URL: PROTOCOL://HOST/PATH, where PROTOCOL is one "
		    "of %s",
		    protocol_list(list));
	return wrong(why, size, "%.*s is not supported; there are %s",
	    (int)(slashes - text), text, protocol_list(list));
}

bool
url_parse(const char *text, struct url *url, char *why, size_t why_size)
{
	int32_t protocol = PROTOCOL_LOCAL;
	const char *rest = NULL, *slashes = strstr(text, "://");
	bool found = protocol_of_url(text, &protocol, &rest);

	*url = (struct url){ .protocol = protocol };
	if (found && protocol_of(protocol)->is_supported)
		return parse_remote(url, rest, why, why_size);
	if (found || url_may_hold_password(text) ||
	    (slashes != NULL && is_scheme(text, (size_t)(slashes - text))))
		return unsupported(text, why, why_size);
	if (strlen(text) >= sizeof url->path)
		return wrong(
		    why, why_size, "the file name is longer than 255 bytes");
	strcpy(url->path, text);
	return true;
}

struct server
url_server(const struct url *url)
{
	return (struct server){ .type = url->type,
		.address = url->address,
		.len = url->len,
		.port = url->port,
		.user = url->user,
		.password = url->password };
}
