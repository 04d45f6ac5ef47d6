/*
 * api_staff.h - reading what administrators look after: tokens, proposals.
 */
#ifndef PORTAL_API_STAFF_H
#define PORTAL_API_STAFF_H

#include "portal.h"

/* Each answers; parts are the variable parts of the path. */
/* Those of the token's account, or all. */
void read_tokens(struct portal *, struct web_request *, const struct lc_token *,
    const char *const *parts);
/* What waits to be confirmed. */
void read_proposals(struct portal *, struct web_request *,
    const struct lc_token *, const char *const *parts);

#endif
