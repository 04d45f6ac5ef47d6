/* api_read.h - operations of the interface for programs that only read. */
#ifndef PORTAL_API_READ_H
#define PORTAL_API_READ_H

#include "portal.h"

/* Each answers; parts are the variable parts of the path. */
void read_skus(struct portal *, struct web_request *, const struct lc_token *,
    const char *const *parts);
void read_pak(struct portal *, struct web_request *, const struct lc_token *,
    const char *const *parts);
/* The current licenses of a device, as a license file. */
void read_licenses(struct portal *, struct web_request *,
    const struct lc_token *, const char *const *parts);
void read_metrics(struct portal *, struct web_request *,
    const struct lc_token *, const char *const *parts);

#endif
