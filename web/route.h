/* route.h - which handler a request is for, and what its path holds. */
#ifndef WEB_ROUTE_H
#define WEB_ROUTE_H

#include "http.h"

#define WEB_PARTS 4 /* variable parts of a path, at most */

/*
 * The pattern of a path: "/api/v1/paks/{code}/redeem".  A part in braces
 * matches any text but an empty one, percent-encoded slashes included.
 */
struct web_route {
	const char *method;
	const char *pattern;
	void (*handle)(void *arg, struct web_request *,
	    const struct web_route *, const char *const *parts);
	const void *more; /* the program's own */
};

/*
 * Finds the route of a request and runs its handler with the decoded parts,
 * which live as long as the call.  0 if a handler ran; otherwise nothing was
 * answered: 404, no such path; 405, only with other methods, which allow then
 * names ("GET, POST"); 400, a part cannot be decoded; 503, no memory.
 */
unsigned web_route(const struct web_route *, size_t n, void *arg,
    struct web_request *, char allow[64]);

#endif
