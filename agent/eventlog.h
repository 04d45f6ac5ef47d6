/*
 * eventlog.h - the core's events in the operator's log, in the words that
 * operators of such devices know: "%LICENSE-6-INSTALL: ...".
 */
#ifndef AGENT_EVENTLOG_H
#define AGENT_EVENTLOG_H

#include "licensecore.h"

void eventlog(const struct lc_event *);

#endif
