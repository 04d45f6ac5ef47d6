/* api.h - the portal's interface for programs, below /api/v1. */
#ifndef PORTAL_API_H
#define PORTAL_API_H

#include <stdio.h>

#include "portal.h"

/* A web_handler; arg is a struct portal. */
void api_handle(void *arg, struct web_request *);

/* A row for each operation: method, path, and the roles that may use it. */
void api_routes_print(FILE *);

#endif
