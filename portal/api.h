/* api.h - the portal's interface for programs, below /api/v1. */
#ifndef PORTAL_API_H
#define PORTAL_API_H

#include <stdio.h>

#include "api_write.h"
#include "web/route.h"
#include "portal.h"

/* What can be asked for, and who may. */
struct operation {
	unsigned may; /* access.h */
	/* One of both. */
	void (*read)(struct portal *, struct web_request *,
	    const struct lc_token *, const char *const *parts);
	struct writing writing;
};

/* By method and pattern, "GET /api/v1/paks/{code}"; NULL: there is none. */
const struct operation *api_operation(const char *name);

/* Those of all operations. */
extern const struct web_route api_routes[];
extern const size_t api_nroutes;

/* A web_handler; arg is a struct portal. */
void api_handle(void *arg, struct web_request *);

/* A row for each operation: method, path, and the roles that may use it. */
void api_routes_print(FILE *);

#endif
