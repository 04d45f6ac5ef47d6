/*
 * quota.h - what each user holds of a feature, and how much that may be.
 *
 * Administrators have no quotas, and what they hold is not counted here.
 */
#ifndef AGENT_CONTROL_QUOTA_H
#define AGENT_CONTROL_QUOTA_H

#include <stdbool.h>

#include "client.h"

/* What is asked for, with the names and the version that the core takes. */
struct quota_request {
	uint32_t device;
	const char *feature, *version;
	uint32_t count;
};

/* May the client's user hold so much more?  If not, detail says why. */
bool quota_allows(const struct client *, const struct quota_request *,
    struct lc_detail *detail);

/* It does, and does no more.  False: out of memory. */
bool quota_take(struct client *, const struct quota_request *);
void quota_give(struct client *, const struct quota_request *);

#endif
