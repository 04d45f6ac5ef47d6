/*
 * api.c - see api.h.
 *
 * What only reads is answered at once, from a connection of the readers.  What
 * writes is kept, sent to the issuing process, and answered when it is done.
 */
#include "api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "access.h"
#include "api_read.h"
#include "array.h"
#include "base/b64.h"
#include "base/text.h"
#include "web/answer.h"
#include "web/route.h"

#define KEY_MAX 128 /* bytes of an Idempotency-Key */
#define ID_PREFIX "api."

struct operation {
	unsigned may;
	/* One of both. */
	void (*read)(struct portal *, struct web_request *,
	    const struct lc_token *, const char *const *parts);
	enum op op;
	const char *part; /* the argument that the path has, or NULL */
};

/* ---- Writing --------------------------------------------------------- */

/* A request that waits for the issuing process. */
struct kept {
	struct portal *portal;
	struct web_request *request;
};

static void
answer_kept(void *arg, unsigned status, const char *body, size_t len)
{
	struct kept *kept = arg;
	char *copy = strndup(body, len);

	kept->portal->requests[status / 100 % 6]++;
	if (status == 200) {
		web_answer(kept->request, status, "application/json", copy,
		    copy != NULL ? len : 1);
	} else {
		json_t *problem = json_loadb(body, len, 0, NULL);
		const char *kind =
		    json_string_value(json_object_get(problem, "kind"));
		const char *detail =
		    json_string_value(json_object_get(problem, "detail"));

		free(copy);
		if (status == 503)
			(void)web_header_add(kept->request, "Retry-After", "5");
		web_problem(kept->request, status,
		    kind != NULL ? kind : "internal", "%s",
		    detail != NULL ? detail : "no reason was given");
		json_decref(problem);
	}
	free(kept);
}

/*
 * The id of the request for the library: of the token and its key, since two
 * tokens may use the same key.
 */
static bool
request_id(const struct lc_token *token, const char *key,
    char id[sizeof ID_PREFIX + LC_DIGEST_LEN])
{
	const char *name = token->role != LC_ROLE_NONE ? token->name : "";
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	uint8_t digest[32];
	bool ok = md != NULL && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1;

	/* With its end, so that no two names and keys are the same text. */
	ok = ok && EVP_DigestUpdate(md, name, strlen(name) + 1) == 1 &&
	     EVP_DigestUpdate(md, key, strlen(key)) == 1 &&
	     EVP_DigestFinal_ex(md, digest, NULL) == 1;
	EVP_MD_CTX_free(md);
	if (!ok)
		return false;
	strcpy(id, ID_PREFIX);
	lc_b64_encode(digest, sizeof digest, id + sizeof ID_PREFIX - 1);
	return true;
}

/* False: answered. */
static bool
key_add(struct web_request *request, const struct lc_token *token, json_t *args)
{
	const char *key = web_header(request, "Idempotency-Key");
	char id[sizeof ID_PREFIX + LC_DIGEST_LEN];

	if (key == NULL || key[0] == '\0' || strlen(key) > KEY_MAX ||
	    !lc_text_is_plain(key, strlen(key))) {
		web_problem(request, 400, "no-key",
		    "an Idempotency-Key of 1 to %d characters is needed: a "
		    "request that is repeated with it is done once",
		    KEY_MAX);
		return false;
	}
	if (request_id(token, key, id) &&
	    json_object_set_new(args, "request", json_string(id)) == 0)
		return true;
	web_problem(request, 503, "unavailable", "no memory");
	return false;
}

static void
write_start(struct portal *portal, struct web_request *request,
    const struct operation *operation, const struct lc_token *token,
    json_t *args)
{
	struct kept *kept = malloc(sizeof *kept);
	char who[LC_TOKEN_NAME_MAX + 16];

	access_who(token, who);
	if (kept != NULL) {
		*kept = (struct kept){ portal, request };
		if (desk_ask(portal->desk, operation->op, who,
			json_incref(args), answer_kept, kept))
			return;
	}
	free(kept);
	(void)web_header_add(request, "Retry-After", "1");
	web_problem(request, 503, "busy",
	    "too many requests are waiting; repeat it with the same key");
}

static void
write_run(struct portal *portal, struct web_request *request,
    const struct operation *operation, const struct lc_token *token,
    const char *const *parts)
{
	json_t *args = web_body_json(request);

	if (args == NULL)
		return;
	if (operation->part != NULL &&
	    json_object_set_new(args, operation->part, json_string(parts[0])) !=
		0)
		web_problem(request, 503, "unavailable", "no memory");
	else if (key_add(request, token, args))
		write_start(portal, request, operation, token, args);
	json_decref(args);
}

/* ---- Routes ---------------------------------------------------------- */

static void
operate(void *arg, struct web_request *request, const struct web_route *route,
    const char *const *parts)
{
	const struct operation *operation = route->more;
	struct portal *portal = arg;
	struct lc_token token;

	if (!access_check(portal, request, operation->may, &token))
		return;
	if (operation->read != NULL)
		operation->read(portal, request, &token, parts);
	else
		write_run(portal, request, operation, &token, parts);
}

#define READ(who, call)                      \
	operate, &(const struct operation)   \
	{                                    \
		.may = (who), .read = (call) \
	}
#define WRITE(who, what, where)                             \
	operate, &(const struct operation)                  \
	{                                                   \
		.may = (who), .op = (what), .part = (where) \
	}

static const struct web_route routes[] = {
	{ "GET", "/api/v1/skus", READ(MAY_ANYBODY, read_skus) },
	{ "POST", "/api/v1/paks",
	    WRITE(MAY(LC_ROLE_PAK_DESK), OP_PAK_CREATE, NULL) },
	{ "GET", "/api/v1/paks/{code}", READ(MAY_ANYBODY, read_pak) },
	{ "POST", "/api/v1/paks/{code}/redeem",
	    WRITE(MAY(LC_ROLE_NONE) | MAY(LC_ROLE_MEMBER) |
		      MAY(LC_ROLE_ACCOUNT_ADMIN) | MAY(LC_ROLE_SUPPORT),
		OP_REDEEM, "pak") },
	{ "GET", "/api/v1/devices/{udi}/licenses.lic",
	    READ(MAY_ACCOUNT | MAY(LC_ROLE_SUPPORT), read_licenses) },
	{ "GET", "/metrics", READ(MAY_ANYBODY, read_metrics) },
};

void
api_handle(void *arg, struct web_request *request)
{
	char allow[64];
	unsigned status =
	    web_route(routes, NITEMS(routes), arg, request, allow);

	if (status == 0)
		return;
	if (status == 405)
		(void)web_header_add(request, "Allow", allow);
	web_problem(request, status,
	    status == 405   ? "method"
	    : status == 404 ? "no-such-path"
			    : "bad-path",
	    status == 405   ? "this path takes other methods"
	    : status == 404 ? "there is nothing at this path"
			    : "the path cannot be read");
}
