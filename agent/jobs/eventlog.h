/*
 * eventlog.h - the core's events in the operator's log, in the words that
 * operators of such devices know: "%LICENSE-6-INSTALL: ...".
 */
#ifndef AGENT_EVENTLOG_H
#define AGENT_EVENTLOG_H

#include <stdbool.h>

#include "licensecore.h"

void eventlog(const struct lc_event *);

/* What the core has no event for: the operator's own decisions.  by: whose. */
void eventlog_accept_all(bool on, const char *by);
/* store_index: lc_store_position of the license. */
void eventlog_priority(const struct lc_license *, uint32_t store_index,
    const char *priority, const char *by);

struct eventlog_lease {
	const char *feature, *version;
	uint32_t count;
	const char *holder; /* "process 123, user 1000" */
};
/* An administrator ended it.  reason: "": none was given. */
void eventlog_lease_ended(
    const struct eventlog_lease *, const char *by, const char *reason);

#endif
