/* license.c - a license in the words of IOS. */
#include "license.h"

#include <stdio.h>

#include "format/type.h"
#include "out.h"
#include "row.h"

#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define WEEK (7 * DAY)

/* Permanent if the daemon knows more types than we do. */
static enum lc_type
type_of(const json_t *license)
{
	enum lc_type type = LC_PERMANENT;

	(void)lc_type_from_name(text_of(license, "type"), &type);
	return type;
}

bool
is_trial(const json_t *license)
{
	return lc_type_metered(type_of(license));
}

bool
is_subscription(const json_t *license)
{
	return lc_type_subscription(type_of(license));
}

bool
is_permanent(const json_t *license)
{
	return !is_trial(license) && !is_subscription(license);
}

bool
is_right_to_use(const json_t *license)
{
	return lc_type_rules(type_of(license))->right_to_use;
}

bool
is_evaluation(const json_t *license)
{
	return lc_type_rules(type_of(license))->class == LC_CLASS_TRIAL;
}

bool
is_expiring(const json_t *license)
{
	return !is_expired(license) &&
	       ((is_trial(license) && is_true(license, "eula_accepted")) ||
		   is_subscription(license));
}

bool
is_expired(const json_t *license)
{
	return is(license, "status", "expiredInUse") ||
	       is(license, "status", "expiredNotInUse");
}

bool
is_in_use(const json_t *license)
{
	return is(license, "status", "inUse") ||
	       is(license, "status", "expiredInUse") ||
	       is(license, "status", "usageCountConsumed");
}

/* All of its time is left then, and less from its start on. */
bool
is_to_come(const json_t *license)
{
	int64_t start = time_of(text_of(license, "start"));
	int64_t end = time_of(text_of(license, "end")) +
		      number_of(license, "extension_days") * DAY;

	return start >= 0 && number_of(license, "left_s") >= end - start;
}

/* ---- Words ---- */

const char *
type_text(const json_t *license)
{
	return lc_type_rules(type_of(license))->title;
}

const char *
state_text(const json_t *license)
{
	if (is(license, "status", "inactive"))
		return "Inactive";
	if (is(license, "status", "expiredInUse"))
		return "Expired, In Use";
	if (is(license, "status", "expiredNotInUse"))
		return "Expired, Not in Use";
	if (!is(license, "status", "notInUse"))
		return "Active, In Use";
	if (!is_true(license, "eula_accepted"))
		return "Active, Not in Use, EULA not accepted";
	return is_right_to_use(license) ? "Active, Not in Use, EULA accepted"
					: "Active, Not in Use";
}

const char *
priority_text(const json_t *license)
{
	static const char *const names[][2] = { { "low", "Low" },
		{ "medium", "Medium" }, { "high", "High" } };

	for (size_t i = 0; i < NITEMS(names); i++)
		if (is(license, "priority", names[i][0]))
			return names[i][1];
	return "None";
}

/* ---- Periods ---- */

/* The two largest units.  Minutes and seconds have no plural there. */
const char *
period_text(json_int_t seconds, char text[PERIOD_SIZE])
{
	static const struct {
		json_int_t unit, next;
		const char *names;
	} forms[] = {
		{ WEEK, DAY, "%lld  weeks %lld  days " },
		{ DAY, HOUR, "%lld  days  %lld  hours " },
		{ HOUR, MINUTE, "%lld  hours %lld  minutes " },
		{ MINUTE, 1, "%lld  minute  %lld  second  " },
	};
	size_t i = 0;

	while (i < 3 && seconds < forms[i].unit)
		i++;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(text, PERIOD_SIZE, forms[i].names,
	    (long long)(seconds / forms[i].unit),
	    (long long)(seconds % forms[i].unit / forms[i].next));
#pragma GCC diagnostic pop
	return text;
}

const char *
left_text(const json_t *license, char text[PERIOD_SIZE])
{
	if (is_trial(license) && !is_true(license, "eula_accepted"))
		return "Not Activated";
	if (is_permanent(license))
		return "Life time";
	return period_text(number_of(license, "left_s"), text);
}
