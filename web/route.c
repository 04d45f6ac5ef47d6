/* route.c - see route.h. */
#include "route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"

/* The end of the part that begins here. */
static const char *
part_end(const char *text)
{
	return text + strcspn(text, "/");
}

/*
 * Does the path follow the pattern?  at and lens get where its variable parts
 * are.
 */
static bool
matches(const char *pattern, const char *path, const char **at, size_t *lens)
{
	size_t n = 0;

	while (*pattern == '/' && *path == '/') {
		const char *p = ++pattern, *t = ++path;

		pattern = part_end(p);
		path = part_end(t);
		if (*p == '{') {
			if (path == t)
				return false;
			at[n] = t;
			lens[n++] = (size_t)(path - t);
		} else if (pattern - p != path - t ||
			   memcmp(p, t, (size_t)(path - t)) != 0) {
			return false;
		}
	}
	return *pattern == '\0' && *path == '\0';
}

static void
allow_add(char allow[64], const char *method)
{
	size_t len = strlen(allow);

	(void)snprintf(
	    allow + len, 64 - len, "%s%s", len > 0 ? ", " : "", method);
}

static bool
method_fits(const struct web_route *route, const char *method)
{
	return strcmp(route->method, method) == 0 ||
	       (strcmp(route->method, "GET") == 0 &&
		   strcmp(method, "HEAD") == 0);
}

/* The handler with decoded copies of the parts. */
static unsigned
run(const struct web_route *route, void *arg, struct web_request *request,
    const char *const *at, const size_t *lens)
{
	char *parts[WEB_PARTS] = { NULL };
	unsigned status = 0;

	for (size_t i = 0; i < WEB_PARTS && at[i] != NULL && status == 0; i++) {
		if ((parts[i] = strndup(at[i], lens[i])) == NULL)
			status = 503;
		else if (!web_decode(parts[i]) || !web_is_utf8(parts[i]))
			status = 400;
	}
	if (status == 0)
		route->handle(arg, request, route, (const char *const *)parts);
	for (size_t i = 0; i < WEB_PARTS; i++)
		free(parts[i]);
	return status;
}

unsigned
web_route(const struct web_route *routes, size_t n, void *arg,
    struct web_request *request, char allow[64])
{
	unsigned status = 404;

	allow[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		const char *at[WEB_PARTS] = { NULL };
		size_t lens[WEB_PARTS] = { 0 };

		if (!matches(routes[i].pattern, web_path(request), at, lens))
			continue;
		if (method_fits(&routes[i], web_method(request)))
			return run(&routes[i], arg, request, at, lens);
		allow_add(allow, routes[i].method);
		status = 405;
	}
	return status;
}
