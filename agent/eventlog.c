/* eventlog.c - the core's events in the operator's log. */
#include "eventlog.h"

#include <stddef.h>
#include <syslog.h>

#include "log.h"

static const struct {
	enum lc_event_kind kind;
	int severity; /* of syslog; also the number in the name */
	const char *name;
	const char *before, *after; /* around the feature's name and version */
} kinds[] = {
	{ LC_EVENT_INSTALLED, LOG_INFO, "INSTALL", "Feature",
	    "was installed in this device" },
	{ LC_EVENT_CLEARED, LOG_INFO, "REMOVE", "Feature",
	    "was removed from this device" },
	{ LC_EVENT_EULA_ACCEPTED, LOG_INFO, "EULA_ACCEPTED", "EULA for feature",
	    "has been accepted" },
};

/* StoreIndex counts from 0, clmgmtLicenseIndex from 1. */
static unsigned
store_index(const struct lc_event *event)
{
	return event->license != 0 ? event->license - 1 : 0;
}

void
eventlog(const struct lc_event *event)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].kind == event->kind)
			log_event(kinds[i].severity,
			    "%%LICENSE-%d-%s: %s %s %s %s. UDI=%s; "
			    "StoreIndex=%u:%s",
			    kinds[i].severity, kinds[i].name, kinds[i].before,
			    event->feature_name, event->feature_version,
			    kinds[i].after, event->udi, store_index(event),
			    event->store_name);
}
