/* endpoint.c - see endpoint.h. */
#include "endpoint.h"

#include <ctype.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

/* ---- Text ---- */

static bool
parse_unix(const char *path, struct endpoint *out, const char **wrong)
{
	if (path[0] != '/' ||
	    strlen(path) >= sizeof((struct sockaddr_un *)0)->sun_path) {
		*wrong = "the socket needs an absolute path of at most 107 "
			 "bytes";
		return false;
	}
	strcpy(out->host, path);
	return true;
}

static bool
is_port(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits > 0 && digits <= 5 && text[digits] == '\0' &&
	       atoi(text) >= 1 && atoi(text) <= 65535;
}

static bool
is_numeric(const char *host, int family, struct address *out)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST,
		.ai_family = family,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *found;

	if (getaddrinfo(host, NULL, &hints, &found) != 0)
		return false;
	memset(out, 0, sizeof *out);
	memcpy(&out->to, found->ai_addr, found->ai_addrlen);
	out->len = found->ai_addrlen;
	freeaddrinfo(found);
	return true;
}

static bool
is_host(const char *text)
{
	struct address address;

	if (is_numeric(text, AF_UNSPEC, &address))
		return true;
	if (!isalnum((unsigned char)text[0]))
		return false;
	for (; *text != '\0'; text++)
		if (!isalnum((unsigned char)*text) &&
		    strchr("-._", *text) == NULL)
			return false;
	return true;
}

static bool
parse_tcp(const char *text, struct endpoint *out, const char **wrong)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon != NULL ? (size_t)(colon - text) : 0;
	bool brackets = len > 2 && text[0] == '[' && text[len - 1] == ']';
	struct address address;

	if (brackets) {
		text++;
		len -= 2;
	}
	if (len == 0 || len > HOST_MAX || !is_port(colon + 1)) {
		*wrong = "expected tcp:HOST:PORT, with a port from 1 to 65535";
		return false;
	}
	memcpy(out->host, text, len);
	out->host[len] = '\0';
	strcpy(out->port, colon + 1);
	if (brackets ? is_numeric(out->host, AF_INET6, &address)
		     : is_host(out->host))
		return true;
	*wrong = "invalid host: a name, an IPv4 address, or an IPv6 address "
		 "in brackets is allowed";
	return false;
}

bool
endpoint_parse(const char *text, struct endpoint *out, const char **wrong)
{
	struct endpoint parsed = { .is_tcp = strncmp(text, "tcp:", 4) == 0 };

	if (parsed.is_tcp) {
		if (!parse_tcp(text + 4, &parsed, wrong))
			return false;
	} else if (strncmp(text, "unix:", 5) == 0) {
		if (!parse_unix(text + 5, &parsed, wrong))
			return false;
	} else {
		*wrong = "expected unix:PATH or tcp:HOST:PORT";
		return false;
	}
	*out = parsed;
	return true;
}

/* ---- Addresses ---- */

static void
set_port(struct address *address, const char *port)
{
	in_port_t number = htons((in_port_t)atoi(port));

	if (address->to.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&address->to)->sin6_port = number;
	else
		((struct sockaddr_in *)&address->to)->sin_port = number;
}

bool
endpoint_address(const struct endpoint *endpoint, struct address *out)
{
	struct sockaddr_un *sun = (struct sockaddr_un *)&out->to;

	if (endpoint->is_tcp) {
		if (!is_numeric(endpoint->host, AF_UNSPEC, out))
			return false;
		set_port(out, endpoint->port);
		return true;
	}
	memset(out, 0, sizeof *out);
	sun->sun_family = AF_UNIX;
	memcpy(sun->sun_path, endpoint->host, sizeof sun->sun_path - 1);
	out->len = sizeof *sun;
	return true;
}

const char *
address_text(const struct address *address, char room[ADDRESS_TEXT_MAX])
{
	char host[ADDRESS_TEXT_MAX - 2];

	if (address->to.ss_family == AF_UNIX)
		snprintf(room, ADDRESS_TEXT_MAX, "%s",
		    ((const struct sockaddr_un *)&address->to)->sun_path);
	else if (getnameinfo((const struct sockaddr *)&address->to,
		     address->len, host, sizeof host, NULL, 0,
		     NI_NUMERICHOST) != 0)
		strcpy(room, "?");
	else
		snprintf(room, ADDRESS_TEXT_MAX,
		    address->to.ss_family == AF_INET6 ? "[%s]" : "%s", host);
	return room;
}
