/*
 * request_fuzz.c - requests of the portal's interface: which operation a path
 * is, and what a JSON body holds.
 *
 * An input is a method, a blank, a path, a line end, and a body.
 */
#include "fuzz.h"

#include <string.h>

#include "web/answer.h"
#include "web/decode.h"
#include "web/route.h"

#define DEPTH 8

/* ---- A request that no connection brought ---------------------------- */

struct web_request {
	char *method, *path, *body;
	size_t len;
	unsigned answers, status;
	unsigned handled;
};

const char *
web_method(const struct web_request *request)
{
	return request->method;
}

const char *
web_path(const struct web_request *request)
{
	return request->path;
}

const char *
web_body(const struct web_request *request, size_t *len)
{
	*len = request->len;
	return request->body;
}

const char *
web_header(const struct web_request *request, const char *name)
{
	(void)request;
	return strcmp(name, "Content-Type") == 0 ? "application/json" : NULL;
}

bool
web_header_add(struct web_request *request, const char *name, const char *value)
{
	(void)request;
	(void)name;
	(void)value;
	return true;
}

void
web_refused(const struct web_request *request, const char *kind)
{
	(void)request;
	(void)kind;
}

web_show *
web_get_show(const struct web_request *request, void **arg)
{
	(void)request;
	*arg = NULL;
	return NULL;
}

void
web_answer(struct web_request *request, unsigned status, const char *type,
    char *body, size_t len)
{
	json_t *json = json_loadb(body, len, 0, NULL);

	/* An error is a problem that programs can read, whatever was sent. */
	require(strcmp(type, "application/problem+json") == 0);
	require(json_integer_value(json_object_get(json, "status")) ==
		(json_int_t)status);
	require(json_is_string(json_object_get(json, "detail")));
	json_decref(json);
	free(body);
	request->answers++;
	request->status = status;
}

/* ---- The routes ------------------------------------------------------ */

static void
handle(void *arg, struct web_request *request, const struct web_route *route,
    const char *const *parts)
{
	size_t n = 0;

	(void)arg;
	for (const char *c = route->pattern; *c != '\0'; c++)
		n += *c == '{';
	for (size_t i = 0; i < WEB_PARTS; i++) {
		require((parts[i] != NULL) == (i < n));
		require(parts[i] == NULL ||
			(parts[i][0] != '\0' && web_is_utf8(parts[i])));
	}
	require(strcmp(route->method, request->method) == 0 ||
		strcmp(request->method, "HEAD") == 0);
	request->handled++;
}

static const struct web_route routes[] = {
	{ "GET", "/", handle, NULL },
	{ "GET", "/metrics", handle, NULL },
	{ "GET", "/api/v1/paks", handle, NULL },
	{ "POST", "/api/v1/paks", handle, NULL },
	{ "GET", "/api/v1/paks/{code}", handle, NULL },
	{ "POST", "/api/v1/paks/{code}/redeem", handle, NULL },
	{ "DELETE", "/api/v1/webhooks/{id}", handle, NULL },
	{ "GET", "/a/{one}/{two}/{three}/{four}", handle, NULL },
};

static void
route_try(struct web_request *request)
{
	char allow[64];
	unsigned status = web_route(routes, sizeof routes / sizeof routes[0],
	    NULL, request, allow);

	require(request->handled == (status == 0));
	require(status == 0 || status == 400 || status == 404 || status == 405);
	require((status == 405) == (status != 0 && status != 400 &&
				       allow[0] != '\0'));
}

/* ---- The body -------------------------------------------------------- */

static size_t
depth_of(const json_t *value)
{
	size_t deepest = 0, i;
	const char *name;
	json_t *inner;

	if (json_is_array(value)) {
		json_array_foreach((json_t *)value, i, inner)
		{
			if (depth_of(inner) > deepest)
				deepest = depth_of(inner);
		}
	} else if (json_is_object(value)) {
		json_object_foreach((json_t *)value, name, inner)
		{
			if (depth_of(inner) > deepest)
				deepest = depth_of(inner);
		}
	} else {
		return 0;
	}
	return deepest + 1;
}

static void
body_try(struct web_request *request)
{
	json_t *body = web_body_json(request);

	require((body != NULL) == (request->answers == 0));
	require(request->answers <= 1);
	require(body == NULL || json_is_object(body));
	require(body == NULL || depth_of(body) <= DEPTH);
	require(body != NULL ||
		(request->status >= 400 && request->status < 500));
	json_decref(body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1), *end;
	struct web_request request = { .method = text };

	require(text != NULL);
	memcpy(text, data, len);
	text[len] = '\0';
	request.path = text + strcspn(text, " ");
	if (*request.path != '\0')
		*request.path++ = '\0';
	end = request.path + strcspn(request.path, "\n");
	request.body = end + (*end != '\0');
	*end = '\0';
	request.len = (size_t)(text + len - request.body);
	route_try(&request);
	body_try(&request);
	free(text);
	return 0;
}
