/* access.c - see access.h. */
#include "access.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "catalog/catalog.h"
#include "guess.h"
#include "web/answer.h"

#define SCHEME "Bearer "
#define GUESSER_SIZE (64 + 1 + LC_TOKEN_NAME_MAX + 1)

static void
refuse(struct web_request *request, const char *why)
{
	(void)web_header_add(
	    request, "WWW-Authenticate", "Bearer realm=\"licensing portal\"");
	web_problem(request, 401, "no-token", "%s", why);
}

/* False: answered. */
static bool
token_find(struct portal *portal, struct web_request *request, const char *text,
    struct lc_token *token)
{
	struct lc_detail detail = { "" };
	struct lc_record *record = readers_take(portal->readers);
	enum lc_err err =
	    lc_token_find(record, text, portal->now(), token, &detail);

	readers_return(portal->readers, record);
	if (err == LC_OK)
		return true;
	if (err == LC_ENOTFOUND || err == LC_EREVOKED || err == LC_EEXPIRED)
		refuse(request, detail.text);
	else
		web_problem(request, 503, "unavailable",
		    "the database cannot be read; try again");
	return false;
}

bool
access_check(struct portal *portal, struct web_request *request, unsigned may,
    struct lc_token *token)
{
	const char *header = web_header(request, "Authorization");

	memset(token, 0, sizeof *token);
	if (header != NULL &&
	    strncasecmp(header, SCHEME, sizeof SCHEME - 1) != 0) {
		refuse(request, "the scheme of Authorization must be Bearer");
		return false;
	}
	if (header != NULL &&
	    !token_find(portal, request, header + sizeof SCHEME - 1, token))
		return false;
	if ((may & MAY(token->role)) != 0 || token->role == LC_ROLE_ADMIN)
		return true;
	if (token->role == LC_ROLE_NONE)
		refuse(request, "this needs a token");
	else
		web_problem(request, 403, "role",
		    "the role \"%s\" of token %s may not do this",
		    lc_role_name(token->role), token->name);
	return false;
}

/* As the web server in front saw it; nobody else gets to the socket. */
static const char *
address_of(const struct web_request *request)
{
	const char *list = web_header(request, "X-Forwarded-For");
	const char *last = list != NULL ? strrchr(list, ',') : NULL;

	if (last != NULL)
		return last + 1 + strspn(last + 1, " ");
	return list;
}

/*
 * Of IPv6 the /64: whoever has one address of it has them all.  A socket for
 * both shows IPv4 within IPv6.
 */
static const char *
network_of(const char *address, char network[INET6_ADDRSTRLEN])
{
	struct in6_addr in6;

	if (inet_pton(AF_INET6, address, &in6) != 1)
		return address;
	if (IN6_IS_ADDR_V4MAPPED(&in6))
		return inet_ntop(
		    AF_INET, &in6.s6_addr[12], network, INET6_ADDRSTRLEN);
	memset(&in6.s6_addr[8], 0, 8);
	return inet_ntop(AF_INET6, &in6, network, INET6_ADDRSTRLEN);
}

void
access_network(
    const struct web_request *request, char network[ACCESS_NETWORK_SIZE])
{
	const char *address = address_of(request);
	char text[INET6_ADDRSTRLEN];
	struct in6_addr in6;
	struct in_addr in;

	network[0] = '\0';
	if (address == NULL)
		return;
	address = network_of(address, text);
	if (inet_pton(AF_INET, address, &in) == 1) {
		in.s_addr &= htonl(0xffffff00);
		(void)inet_ntop(AF_INET, &in, network, ACCESS_NETWORK_SIZE);
	} else if (inet_pton(AF_INET6, address, &in6) == 1) {
		strcpy(network, address);
	}
}

/*
 * Who guesses: an address, or a token or a person at an address, since a whole
 * network may be behind one.  False: it did not come through the web server.
 */
static bool
guesser(const struct web_request *request, const struct lc_token *token,
    char who[GUESSER_SIZE])
{
	const char *address = address_of(request);
	char network[INET6_ADDRSTRLEN];

	if (address == NULL)
		return false;
	(void)snprintf(who, GUESSER_SIZE, "%.64s %s",
	    network_of(address, network),
	    token->role != LC_ROLE_NONE ? token->name : "");
	return true;
}

void
access_denied(struct portal *portal, const struct web_request *request,
    const struct lc_token *token)
{
	char who[GUESSER_SIZE];

	if (guesser(request, token, who))
		guesses_miss(portal->guesses, who, portal->now());
}

void
access_missed(struct portal *portal, const struct web_request *request,
    const struct lc_token *token)
{
	portal->unknown++;
	access_denied(portal, request, token);
}

bool
access_may_ask(struct portal *portal, struct web_request *request,
    const struct lc_token *token)
{
	char who[GUESSER_SIZE], seconds[16];
	unsigned wait;

	if (lc_role_is_staff(token->role) || !guesser(request, token, who))
		return true;
	wait = guesses_wait(portal->guesses, who, portal->now());
	if (wait == 0)
		return true;
	portal->slowed++;
	(void)snprintf(seconds, sizeof seconds, "%u", wait);
	(void)web_header_add(request, "Retry-After", seconds);
	web_problem(request, 429, "too-many-misses",
	    "too many PAKs, devices or passwords %s were wrong; try again in "
	    "%u seconds",
	    token->role != LC_ROLE_NONE ? "that you gave" : "from your address",
	    wait);
	return false;
}

void
access_who(const struct lc_token *token, char who[LC_TOKEN_NAME_MAX + 16])
{
	if (token->role == LC_ROLE_NONE)
		strcpy(who, "nobody");
	else if (token->name[0] == '@') /* as no token's name begins */
		(void)snprintf(
		    who, LC_TOKEN_NAME_MAX + 16, "person %s", token->name + 1);
	else
		(void)snprintf(
		    who, LC_TOKEN_NAME_MAX + 16, "token %s", token->name);
}

bool
access_sees(const struct lc_token *token, const char *account)
{
	return lc_role_is_staff(token->role) || account[0] == '\0' ||
	       strcmp(token->account, account) == 0;
}

bool
access_is_account(struct portal *portal, const char *name)
{
	struct lc_record *record = readers_take(portal->readers);
	struct lc_arena arena = { 0 };
	struct lc_account *account;
	struct lc_detail detail = { "" };
	enum lc_err err;

	lc_record_tell(record, &detail);
	err = lc_account_find(record, &arena, name, &account);
	readers_return(portal->readers, record);
	lc_arena_free(&arena);
	return err == LC_OK;
}
