/*
 * names.c - values of the core in JSON, under the names that
 * licagent-control(7) promises.
 */
#include "names.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "array.h"

/* ---- Values ---- */

json_t *
time_json(int64_t seconds)
{
	time_t when = (time_t)seconds;
	struct tm tm;
	char text[32];

	if (seconds == LC_NO_TIME || gmtime_r(&when, &tm) == NULL ||
	    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return json_null();
	return json_string(text);
}

/* Uncounted is null. */
json_t *
count_json(uint32_t count, bool counted)
{
	return counted ? json_integer(count) : json_null();
}

/* Of the character that begins there; 0: it is not UTF-8, or cut off. */
static size_t
char_length(const char *text, size_t left)
{
	for (size_t len = 1; len <= 4 && len <= left; len++)
		if (lc_text_is_utf8(text, len))
			return len;
	return 0;
}

json_t *
words_json(const char *text)
{
	json_t *json = json_string(text); /* NULL: it is not UTF-8 */
	char *copy = json == NULL ? strdup(text) : NULL;
	size_t left = strlen(text), len;

	if (copy == NULL)
		return json;
	for (char *at = copy; left > 0; at += len, left -= len)
		if ((len = char_length(at, left)) == 0) {
			*at = '?';
			len = 1;
		}
	json = json_string(copy);
	free(copy);
	return json;
}

/* ---- Names ---- */

const char *
program_version(void)
{
	return PACKAGE_VERSION;
}

const char *
error_code(enum lc_err err)
{
	switch (err) {
	case LC_EINVAL:
		return "invalid";
	case LC_ENOMEM:
		return "no-memory";
	case LC_EIO:
		return "io";
	case LC_EDAMAGED:
		return "damaged";
	case LC_EDEVICE:
		return "no-device";
	case LC_ESTORE:
		return "no-store";
	case LC_ENOTFOUND:
		return "not-found";
	case LC_EREADONLY:
		return "read-only";
	case LC_EINUSE:
		return "in-use";
	case LC_EFILE:
		return "not-a-license-file";
	case LC_ELINE:
		return "bad-line";
	case LC_ESIGNATURE:
		return "bad-signature";
	case LC_EKEY:
		return "untrusted-key";
	case LC_EUDI:
		return "other-device";
	case LC_EEXISTS:
		return "exists";
	case LC_ECOUNT:
		return "bad-count";
	case LC_EPERIOD:
		return "bad-period";
	case LC_EFUTURE:
		return "issued-in-future";
	case LC_EEULA:
		return "eula";
	case LC_EFULL:
		return "full";
	case LC_ENOLICENSE:
		return "no-license";
	case LC_EEXPIRED:
		return "expired";
	case LC_EEXHAUSTED:
		return "exhausted";
	case LC_ENOTYET:
		return "not-yet";
	case LC_EMIXED:
		return "mixed";
	case LC_EREVOKED:
		return "revoked";
	case LC_ETICKET:
		return "not-a-ticket";
	case LC_ESUPERSEDED:
		return "superseded";
	case LC_ENOTICKET:
		return "no-ticket";
	case LC_OK: /* the rest has no code of its own */
	case LC_ELOCKED:
	case LC_ENEWER:
	case LC_EOPTIONS:
	case LC_ETRUST:
	case LC_ESTOPPED:
		break;
	}
	return "failed";
}

static const char *const priorities[] = {
	[LC_PRIORITY_NONE] = "none",
	[LC_PRIORITY_LOW] = "low",
	[LC_PRIORITY_MEDIUM] = "medium",
	[LC_PRIORITY_HIGH] = "high",
};

const char *
priority_name(enum lc_priority priority)
{
	return priorities[priority];
}

bool
priority_from_name(const char *name, enum lc_priority *priority)
{
	for (size_t i = LC_PRIORITY_LOW; i < NITEMS(priorities); i++)
		if (strcmp(priorities[i], name) == 0) {
			*priority = (enum lc_priority)i;
			return true;
		}
	return false;
}

const char *
action_state_name(enum lc_action_state state)
{
	static const char *const names[] = {
		[LC_NOT_STARTED] = "notStarted",
		[LC_PENDING] = "pending",
		[LC_IN_PROGRESS] = "inProgress",
		[LC_SUCCESSFUL] = "successful",
		[LC_PARTIALLY_SUCCESSFUL] = "partiallySuccessful",
		[LC_FAILED] = "failed",
	};

	return names[state];
}

const char *
status_name(enum lc_status status)
{
	static const char *const names[] = {
		[LC_INACTIVE] = "inactive",
		[LC_NOT_IN_USE] = "notInUse",
		[LC_IN_USE] = "inUse",
		[LC_EXPIRED_IN_USE] = "expiredInUse",
		[LC_EXPIRED_NOT_IN_USE] = "expiredNotInUse",
		[LC_COUNT_CONSUMED] = "usageCountConsumed",
	};

	return names[status];
}

const char *
store_kind_name(enum lc_store_kind kind)
{
	static const char *const names[] = {
		[LC_STORE_PRIMARY] = "primary",
		[LC_STORE_BUILT_IN] = "built-in",
		[LC_STORE_REMOVABLE] = "removable",
	};

	return names[kind];
}

const char *
lease_state_name(enum lc_lease_state state)
{
	switch (state) {
	case LC_LEASE_LICENSED:
		return "licensed";
	case LC_LEASE_EXPIRED:
		return "expired";
	case LC_LEASE_UNLICENSED:
		return "unlicensed";
	}
	return "?";
}

/* ---- Licenses ---- */

static json_t *
udis_json(const struct lc_terms *terms)
{
	json_t *udis = json_array();

	for (size_t i = 0; udis != NULL && i < terms->nudis; i++)
		(void)json_array_append_new(udis, json_string(terms->udis[i]));
	return udis;
}

json_t *
terms_json(const struct lc_terms *t)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:b, s:b, s:o, s:I, "
			 "s:I, s:o, s:o, s:o, s:s}",
	    "id", t->id, "issuer", t->issuer, "feature", t->feature, "version",
	    t->version, "type", lc_type_name(t->type), "udis", udis_json(t),
	    "counted", t->counted, "additive", t->additive, "count",
	    count_json(t->count, t->counted), "period_s",
	    (json_int_t)t->period_s, "extension_days",
	    (json_int_t)t->extension_days, "issued", time_json(t->issued),
	    "start", time_json(t->start), "end", time_json(t->end), "eula",
	    t->eula);
}

/* ---- Events ---- */

static const char *
event_name(enum lc_event_kind kind)
{
	static const char *const names[] = {
		[LC_EVENT_EXPIRED] = "expired",
		[LC_EVENT_EXPIRY_WARNING] = "expiryWarning",
		[LC_EVENT_COUNT_EXCEEDED] = "usageCountExceeded",
		[LC_EVENT_COUNT_WARNING] = "usageCountAboutToExceed",
		[LC_EVENT_INSTALLED] = "installed",
		[LC_EVENT_CLEARED] = "cleared",
		[LC_EVENT_REVOKED] = "revoked",
		[LC_EVENT_EULA_ACCEPTED] = "eulaAccepted",
		[LC_EVENT_NOT_ENFORCED] = "notEnforced",
		[LC_EVENT_SUBSCRIPTION_WARNING] = "subscriptionExpiryWarning",
		[LC_EVENT_EXTENSION_WARNING] = "subscriptionExtExpiryWarning",
		[LC_EVENT_SUBSCRIPTION_EXPIRED] = "subscriptionExpired",
		[LC_EVENT_RTU_WARNING] = "evalRTUTransitionWarning",
		[LC_EVENT_RTU_TRANSITION] = "evalRTUTransition",
		[LC_EVENT_BOOT_LEVEL] = "bootImageLevelChanged",
		[LC_EVENT_SUPERSEDED] = "superseded",
		[LC_EVENT_COUNT_RAISED] = "countRaised",
		[LC_EVENT_MISSING] = "missing",
	};

	if ((size_t)kind < NITEMS(names) && names[kind] != NULL)
		return names[kind];
	return "other";
}

/* False: out of memory. */
static bool
add_module(json_t *event, const struct lc_event *e)
{
	return json_object_update_new(
		   event, json_pack("{s:s, s:s, s:s}", "module", e->module,
			      "level", e->level, "wanted", e->wanted)) == 0;
}

json_t *
event_json(const struct lc_event *e)
{
	bool counted = e->count != LC_UNCOUNTED;
	json_t *event =
	    json_pack("{s:s, s:o, s:I, s:I, s:I, s:s, s:s, s:s?, s:s, s:s, "
		      "s:s, s:s, s:I, s:o, s:o, s:o, s:s}",
		"kind", event_name(e->kind), "at", time_json(e->at), "device",
		(json_int_t)e->device, "store", (json_int_t)e->store, "license",
		(json_int_t)e->license, "feature", e->feature_name, "version",
		e->feature_version, "type", lc_type_name(e->type), "comment",
		e->comment, "udi", e->udi, "store_name", e->store_name, "by",
		e->by, "left_s", (json_int_t)e->left_s, "end",
		time_json(e->end), "count", count_json(e->count, counted),
		"count_left", count_json(e->count_left, counted),
		"what_is_counted", e->what_is_counted);

	if (event == NULL)
		return NULL;
	if ((e->kind == LC_EVENT_BOOT_LEVEL && !add_module(event, e)) ||
	    (e->kind == LC_EVENT_MISSING && json_object_set_new(event, "id",
	    json_string(e->id)) != 0)) {
		json_decref(event);
		return NULL;
	}
	return event;
}
