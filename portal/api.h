/* api.h - the portal's interface for programs, below /api/v1. */
#ifndef PORTAL_API_H
#define PORTAL_API_H

#include "portal.h"

/* A web_handler; arg is a struct portal. */
void api_handle(void *arg, struct web_request *);

#endif
