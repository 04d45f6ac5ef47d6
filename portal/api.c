/*
 * api.c - see api.h.
 *
 * What only reads is answered at once, from a connection of the readers.  What
 * writes is kept, sent to the issuing process, and answered when it is done.
 */
#include "api.h"

#include "access.h"
#include "api_read.h"
#include "api_write.h"
#include "array.h"
#include "web/answer.h"
#include "web/route.h"

struct operation {
	unsigned may;
	/* One of both. */
	void (*read)(struct portal *, struct web_request *,
	    const struct lc_token *, const char *const *parts);
	struct writing writing;
};

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
		write_run(portal, request, &operation->writing, &token, parts);
}

#define READ(who, call)                      \
	operate, &(const struct operation)   \
	{                                    \
		.may = (who), .read = (call) \
	}
#define WRITE_OF(who, what, kind)                          \
	operate, &(const struct operation)                 \
	{                                                  \
		.may = (who), .writing = {(what), (kind) } \
	}
#define WRITE(who, what) WRITE_OF(who, what, FILES_NONE)

static const struct web_route routes[] = {
	{ "GET", "/api/v1/skus", READ(MAY_ANYBODY, read_skus) },
	{ "POST", "/api/v1/paks", WRITE(MAY(LC_ROLE_PAK_DESK), OP_PAK_CREATE) },
	{ "GET", "/api/v1/paks/{code}", READ(MAY_ANYBODY, read_pak) },
	{ "POST", "/api/v1/paks/{code}/redeem",
	    WRITE(MAY_REDEEM | MAY(LC_ROLE_NONE), OP_REDEEM) },
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
