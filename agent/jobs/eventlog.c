/* eventlog.c - the core's events in the operator's log. */
#include "eventlog.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <syslog.h>
#include <time.h>

#include "array.h"
#include "log.h"

#define DETAIL_SIZE 384
#define HOUR_S 3600
#define DAY_S (24 * HOUR_S)

/* ---- What follows the sentence ---- */

static void
where(const struct lc_event *event, char *text)
{
	snprintf(text, DETAIL_SIZE, " UDI=%s; StoreIndex=%u:%s", event->udi,
	    event->store_index, event->store_name);
}

static void
whose(const struct lc_event *event, char *text)
{
	snprintf(text, DETAIL_SIZE, " UDI=%s", event->udi);
}

/* "28 days", "23 hours"; events may come a moment late. */
static const char *
span(int64_t seconds, char room[32])
{
	int64_t n = seconds;
	const char *unit = "second";

	if (seconds > 2 * DAY_S - HOUR_S / 2) {
		n = (seconds + DAY_S / 2) / DAY_S;
		unit = "day";
	} else if (seconds > HOUR_S / 2) {
		n = (seconds + HOUR_S / 2) / HOUR_S;
		unit = "hour";
	}
	snprintf(room, 32, "%lld %s%s", (long long)n, unit, n == 1 ? "" : "s");
	return room;
}

static void
left(const struct lc_event *event, char *text)
{
	char room[32];

	snprintf(text, DETAIL_SIZE, " Use left: %s. UDI=%s",
	    span(event->left_s, room), event->udi);
}

static void
end(const struct lc_event *event, char *text)
{
	time_t when = (time_t)event->end;
	struct tm tm;
	char date[32] = "unknown", room[32];
	bool ahead = event->end != LC_NO_TIME && event->end > event->at;

	if (event->end != LC_NO_TIME && gmtime_r(&when, &tm) != NULL)
		(void)strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &tm);
	snprintf(text, DETAIL_SIZE, " End date: %s%s%s. UDI=%s", date,
	    ahead ? ", in " : "",
	    ahead ? span(event->end - event->at, room) : "", event->udi);
}

static void
count(const struct lc_event *event, char *text)
{
	snprintf(text, DETAIL_SIZE,
	    " %u of %u %s are left. UDI=%s; StoreIndex=%u:%s",
	    event->count_left, event->count,
	    event->what_is_counted[0] != '\0' ? event->what_is_counted : "uses",
	    event->udi, event->store_index, event->store_name);
}

static void
wanted(const struct lc_event *event, char *text)
{
	snprintf(text, DETAIL_SIZE,
	    " Module %s will start with %s%s next time. UDI=%s", event->module,
	    event->wanted[0] != '\0' ? "level " : "its highest licensed level",
	    event->wanted, event->udi);
}

static void
missing(const struct lc_event *event, char text[DETAIL_SIZE])
{
	snprintf(text, DETAIL_SIZE, " License %s. UDI=%s; StoreIndex=%u:%s",
	    event->id, event->udi, event->license - 1, event->store_name);
}

/* ---- Sentences ---- */

static const struct {
	enum lc_event_kind kind;
	int severity; /* of syslog; also the number in the name */
	const char *name;
	const char *before, *after; /* around the feature's name and version */
	void (*detail)(const struct lc_event *, char text[DETAIL_SIZE]);
} kinds[] = {
	{ LC_EVENT_EXPIRED, LOG_ALERT, "EXPIRED", "License for feature",
	    "has expired", whose },
	{ LC_EVENT_EXPIRY_WARNING, LOG_CRIT, "EXPIRING", "License for feature",
	    "is about to expire", left },
	{ LC_EVENT_COUNT_EXCEEDED, LOG_CRIT, "COUNT_EXCEEDED",
	    "License for feature", "is used up", count },
	{ LC_EVENT_COUNT_WARNING, LOG_WARNING, "COUNT_WARNING",
	    "License for feature", "is nearly used up", count },
	{ LC_EVENT_INSTALLED, LOG_INFO, "INSTALL", "Feature",
	    "was installed in this device", where },
	{ LC_EVENT_CLEARED, LOG_INFO, "REMOVE", "Feature",
	    "was removed from this device", where },
	{ LC_EVENT_REVOKED, LOG_INFO, "REVOKE", "Feature",
	    "was revoked from this device", where },
	{ LC_EVENT_EULA_ACCEPTED, LOG_INFO, "EULA_ACCEPTED", "EULA for feature",
	    "has been accepted", where },
	{ LC_EVENT_NOT_ENFORCED, LOG_CRIT, "UNLICENSED", "Feature",
	    "is mandatory and has no license", whose },
	{ LC_EVENT_SUBSCRIPTION_WARNING, LOG_CRIT, "EXPIRING",
	    "Subscription for feature", "is about to end", end },
	{ LC_EVENT_EXTENSION_WARNING, LOG_CRIT, "EXPIRING",
	    "Subscription for feature", "has ended and is in its extension",
	    end },
	{ LC_EVENT_SUBSCRIPTION_EXPIRED, LOG_ALERT, "EXPIRED",
	    "Subscription for feature", "has expired", end },
	{ LC_EVENT_RTU_WARNING, LOG_NOTICE, "RTU_TRANSITION_WARNING",
	    "Evaluation license for feature",
	    "is about to become a right-to-use license", left },
	{ LC_EVENT_RTU_TRANSITION, LOG_NOTICE, "RTU_TRANSITION",
	    "Evaluation license for feature",
	    "has become a right-to-use license", where },
	{ LC_EVENT_BOOT_LEVEL, LOG_INFO, "LEVEL", "Level", "runs now", wanted },
	{ LC_EVENT_MISSING, LOG_CRIT, "MISSING", "License for feature",
	    "is missing from its store", missing },
};

void
eventlog(const struct lc_event *event)
{
	char detail[DETAIL_SIZE];

	for (size_t i = 0; i < NITEMS(kinds); i++) {
		if (kinds[i].kind != event->kind)
			continue;
		kinds[i].detail(event, detail);
		log_event(kinds[i].severity, "%%LICENSE-%d-%s: %s %s %s %s.%s",
		    kinds[i].severity, kinds[i].name, kinds[i].before,
		    event->feature_name, event->feature_version, kinds[i].after,
		    detail);
	}
}

/* ---- Decisions ---- */

void
eventlog_accept_all(bool on, const char *by)
{
	if (on)
		log_event(LOG_INFO,
		    "%%LICENSE-6-EULA_ACCEPT_ALL: The EULAs of all licenses, "
		    "including those to come, have been accepted by %s.",
		    by);
	else
		log_event(LOG_INFO,
		    "%%LICENSE-6-EULA_ACCEPT_ALL: The EULAs of licenses to "
		    "come are no longer accepted automatically, by %s.",
		    by);
}

void
eventlog_priority(const struct lc_license *license, uint32_t store_index,
    const char *priority, const char *by)
{
	log_event(LOG_INFO,
	    "%%LICENSE-6-PRIORITY: License for feature %s %s was given "
	    "priority %s by %s. StoreIndex=%u",
	    license->terms.feature, license->terms.version, priority, by,
	    store_index);
}

void
eventlog_lease_ended(
    const struct eventlog_lease *lease, const char *by, const char *reason)
{
	log_event(LOG_NOTICE,
	    "%%LICENSE-5-LEASE_ENDED: Lease of feature %s %s was ended by %s. "
	    "Count=%u Holder=%s%s%s",
	    lease->feature, lease->version, by, lease->count, lease->holder,
	    reason[0] != '\0' ? " Reason=" : "", reason);
}
