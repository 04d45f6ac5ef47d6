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

#endif
