/*
 * api.c - see api.h.
 *
 * What only reads is answered at once, from a connection of the readers.  What
 * writes is kept, sent to the issuing process, and answered when it is done.
 */
#include "api.h"

#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "api_read.h"
#include "api_staff.h"
#include "array.h"
#include "metrics.h"
#include "openapi.h"
#include "web/answer.h"
#include "web/route.h"

static void
read_openapi(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *const *parts)
{
	char *copy = malloc(openapi_len);

	(void)portal;
	(void)token;
	(void)parts;
	if (copy != NULL)
		memcpy(copy, openapi_text, openapi_len);
	web_answer(request, 200, "application/json", copy, openapi_len);
}

static void
operate(void *arg, struct web_request *request, const struct web_route *route,
    const char *const *parts)
{
	const struct operation *operation = route->more;
	struct portal *portal = arg;
	struct lc_token token;

	web_count(request,
	    metrics_operation(portal->metrics, (size_t)(route - api_routes)));
	if (!access_check(portal, request, operation->may, &token) ||
	    !access_may_ask(portal, request, &token))
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

const struct web_route api_routes[] = {
	{ "GET", "/api/v1/openapi.json", READ(MAY_ANYBODY, read_openapi) },
	{ "GET", "/api/v1/skus", READ(MAY_ANYBODY, read_skus) },
	{ "POST", "/api/v1/paks", WRITE(MAY(LC_ROLE_PAK_DESK), OP_PAK_CREATE) },
	{ "GET", "/api/v1/paks/{code}", READ(MAY_ANYBODY, read_pak) },
	{ "POST", "/api/v1/paks/{code}/redeem",
	    WRITE_OF(MAY_REDEEM | MAY(LC_ROLE_NONE), OP_REDEEM, FILES_LISTS) },
	{ "POST", "/api/v1/paks/{code}/stop",
	    WRITE(MAY(LC_ROLE_PAK_DESK), OP_PAK_STOP) },
	{ "POST", "/api/v1/paks/{code}/start",
	    WRITE(MAY(LC_ROLE_PAK_DESK), OP_PAK_START) },
	{ "POST", "/api/v1/contracts/{number}/redeem",
	    WRITE_OF(MAY_REDEEM, OP_CONTRACT_REDEEM, FILES_LISTS) },
	{ "PUT", "/api/v1/catalog",
	    WRITE_OF(MAY(LC_ROLE_CATALOG), OP_CATALOG, FILES_CATALOG) },
	{ "GET", "/api/v1/catalog", READ(MAY_STAFF, read_catalog) },
	{ "GET", "/api/v1/catalog/file", READ(MAY_STAFF, read_catalog_file) },
	{ "GET", "/api/v1/accounts", READ(MAY_STAFF, read_accounts) },
	{ "POST", "/api/v1/evaluations", WRITE(MAY_REDEEM, OP_EVALUATION) },
	{ "POST", "/api/v1/extensions",
	    WRITE(MAY(LC_ROLE_SUPPORT), OP_EXTENSION) },
	{ "POST", "/api/v1/extensions/requests",
	    WRITE(MAY_REDEEM, OP_EXTENSION_ASK) },
	{ "GET", "/api/v1/approvals",
	    READ(MAY(LC_ROLE_SUPPORT) | MAY(LC_ROLE_AUDITOR), list_waiting) },
	{ "POST", "/api/v1/approvals/{entry}/decline",
	    WRITE(MAY(LC_ROLE_SUPPORT), OP_DECLINE) },
	{ "POST", "/api/v1/subscriptions",
	    WRITE(MAY(LC_ROLE_PAK_DESK), OP_SUBSCRIPTION) },
	{ "POST", "/api/v1/subscriptions/{id}/renew",
	    WRITE(MAY(LC_ROLE_PAK_DESK), OP_RENEW) },
	{ "POST", "/api/v1/rights-to-use",
	    WRITE(MAY(LC_ROLE_SUPPORT), OP_RIGHT_TO_USE) },
	{ "POST", "/api/v1/counts", WRITE(MAY(LC_ROLE_PAK_DESK), OP_COUNT) },
	{ "POST", "/api/v1/lots", WRITE(MAY(LC_ROLE_FACTORY), OP_LOT) },
	{ "POST", "/api/v1/rehosts/permits", WRITE(MAY_REDEEM, OP_PERMIT) },
	{ "POST", "/api/v1/rehosts", WRITE(MAY_REDEEM, OP_REHOST) },
	{ "POST", "/api/v1/rmas", WRITE(MAY_REDEEM, OP_RMA) },
	{ "POST", "/api/v1/rmas/{udi}/returned",
	    WRITE(MAY(LC_ROLE_SUPPORT), OP_RMA_RETURNED) },
	{ "POST", "/api/v1/imports", WRITE(MAY_REDEEM, OP_IMPORT) },
	{ "POST", "/api/v1/devices",
	    WRITE(MAY(LC_ROLE_FACTORY), OP_DEVICE_REGISTER) },
	{ "POST", "/api/v1/devices/credentials",
	    WRITE(MAY_REDEEM | MAY(LC_ROLE_FACTORY), OP_DEVICE_CREDENTIALS) },
	{ "POST", "/api/v1/devices/{udi}/approve",
	    WRITE(MAY(LC_ROLE_SUPPORT), OP_DEVICE_APPROVE) },
	{ "POST", "/api/v1/tokens",
	    WRITE(MAY(LC_ROLE_ACCOUNT_ADMIN), OP_TOKEN_CREATE) },
	{ "POST", "/api/v1/tokens/{name}/stop",
	    WRITE(MAY(LC_ROLE_ACCOUNT_ADMIN), OP_TOKEN_STOP) },
	{ "GET", "/api/v1/paks", READ(MAY_LIST, list_paks) },
	{ "GET", "/api/v1/devices", READ(MAY_LIST, list_devices) },
	{ "GET", "/api/v1/devices/{udi}", READ(MAY_LIST, read_device) },
	{ "GET", "/api/v1/tokens",
	    READ(MAY(LC_ROLE_ACCOUNT_ADMIN), read_tokens) },
	{ "GET", "/api/v1/keys/proposals",
	    READ(MAY(LC_ROLE_AUDITOR), read_proposals) },
	{ "POST", "/api/v1/keys/proposals",
	    WRITE(MAY(LC_ROLE_ADMIN), OP_KEY_PROPOSE) },
	{ "POST", "/api/v1/keys/proposals/{id}/confirm",
	    WRITE(MAY(LC_ROLE_ADMIN), OP_KEY_CONFIRM) },
	{ "POST", "/api/v1/keys/proposals/{id}/drop",
	    WRITE(MAY(LC_ROLE_ADMIN), OP_KEY_DROP) },
	{ "GET", "/api/v1/devices/{udi}/licenses.lic",
	    READ(MAY_ACCOUNT | MAY(LC_ROLE_SUPPORT), read_licenses) },
	{ "GET", "/api/v1/devices/{udi}/licenses",
	    READ(MAY_LIST, list_device_licenses) },
	{ "GET", "/api/v1/devices/{udi}/history",
	    READ(MAY_LIST, list_device_history) },
	{ "GET", "/api/v1/devices/{udi}/extensions",
	    READ(MAY_LIST, list_device_asked) },
	{ "GET", "/api/v1/licenses", READ(MAY_LIST, list_licenses) },
	{ "GET", "/api/v1/rmas", READ(MAY_LIST, list_rmas) },
	{ "GET", "/api/v1/lots", READ(MAY_STAFF, list_lots) },
	{ "GET", "/api/v1/keys", READ(MAY_LIST, read_keys) },
	{ "GET", "/api/v1/keys/trust", READ(MAY_LIST, read_trust) },
	{ "GET", "/api/v1/log", READ(MAY_STAFF, list_log) },
	{ "GET", "/api/v1/log/checkpoint", READ(MAY_LIST, read_checkpoint) },
	{ "GET", "/api/v1/log/audit", READ(MAY(LC_ROLE_AUDITOR), read_audit) },
	{ "POST", "/api/v1/log/audit", READ(MAY(LC_ROLE_AUDITOR), read_audit) },
	{ "POST", "/api/v1/webhooks",
	    WRITE(MAY(LC_ROLE_ACCOUNT_ADMIN), OP_WEBHOOK_CREATE) },
	{ "GET", "/api/v1/webhooks",
	    READ(MAY(LC_ROLE_ACCOUNT_ADMIN), list_webhooks) },
	{ "DELETE", "/api/v1/webhooks/{id}",
	    WRITE(MAY(LC_ROLE_ACCOUNT_ADMIN), OP_WEBHOOK_REMOVE) },
	{ "GET", "/api/v1/reports/{name}", READ(MAY_LIST, list_report) },
	{ "GET", "/api/v1/calendar", READ(MAY_LIST, read_calendar) },
	{ "GET", "/api/v1/nonce", READ(MAY_ANYBODY, read_nonce) },
	{ "POST", "/api/v1/requests",
	    WRITE(MAY_REDEEM | MAY(LC_ROLE_NONE), OP_CALL_HOME) },
	{ "GET", "/metrics", READ(MAY_ANYBODY, read_metrics) },
};

const size_t api_nroutes = NITEMS(api_routes);

const struct operation *
api_operation(const char *name)
{
	for (size_t i = 0; i < api_nroutes; i++) {
		size_t len = strlen(api_routes[i].method);

		if (strncmp(name, api_routes[i].method, len) == 0 &&
		    name[len] == ' ' &&
		    strcmp(name + len + 1, api_routes[i].pattern) == 0)
			return api_routes[i].more;
	}
	return NULL;
}

void
api_handle(void *arg, struct web_request *request)
{
	char allow[64];
	unsigned status =
	    web_route(api_routes, api_nroutes, arg, request, allow);

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

void
api_routes_print(FILE *to)
{
	for (size_t i = 0; i < api_nroutes; i++) {
		const struct operation *operation = api_routes[i].more;
		unsigned may = operation->may | MAY(LC_ROLE_ADMIN);

		fprintf(
		    to, "%s %s", api_routes[i].method, api_routes[i].pattern);
		for (int role = LC_ROLE_NONE; role < LC_NROLES; role++) {
			if ((may & MAY(role)) != 0)
				fprintf(to, " %s",
				    lc_role_name((enum lc_role)role));
		}
		putc('\n', to);
	}
}
