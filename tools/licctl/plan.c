/* plan.c - what a command would do, before it does it. */
#include "plan.h"

#include "data.h"
#include "out.h"
#include "row.h"

static bool
is_revocation(const json_t *planned, const void *license)
{
	return is_true(planned, "revoked") &&
	       is_same_device(planned, license) &&
	       is(planned, "id", text_of(license, "id"));
}

static bool
affects(const json_t *planned, const void *row)
{
	return is_true(planned, "revoked") && is_same_feature(planned, row);
}

/* Does a license that goes serve the feature of this row? */
static bool
is_affected(const json_t *row, const void *plan)
{
	return find_row(json_object_get(plan, "licenses"), affects, row) !=
	       NULL;
}

/* ---- What is left ---- */

#define UNLIMITED INT64_MAX

/* Exclusive licenses serve one at a time, additive ones together. */
struct left {
	json_int_t exclusive, additive;
};

static void
add_left(struct left *left, const json_t *license)
{
	json_int_t count = is_true(license, "counted")
			       ? number_of(license, "count")
			       : UNLIMITED;

	if (is_true(license, "additive") && left->additive < UNLIMITED - count)
		left->additive += count;
	else if (count > left->exclusive)
		left->exclusive = count;
}

/* Could it serve?  An inactive one may be superseded, or begin later. */
static bool
is_usable(const json_t *license)
{
	if (!is_true(license, "eula_accepted") ||
	    is(license, "status", "expiredInUse") ||
	    is(license, "status", "expiredNotInUse"))
		return false;
	return !is(license, "status", "inactive") || is(license, "start", "");
}

static json_int_t
left_of(const json_t *plan, const json_t *licenses, const json_t *feature)
{
	const json_t *planned = json_object_get(plan, "licenses"), *row;
	struct left left = { 0, 0 };
	size_t i;

	json_array_foreach(licenses, i, row)
	{
		if (is_same_feature(row, feature) && is_usable(row) &&
		    find_row(planned, is_revocation, row) == NULL)
			add_left(&left, row);
	}
	json_array_foreach(planned, i, row)
	{
		if (is_same_feature(row, feature) && !is_true(row, "revoked") &&
		    is(row, "state", "planned"))
			add_left(&left, row);
	}
	return left.exclusive > left.additive ? left.exclusive : left.additive;
}

/* Features of the configuration whose leases could not all be served. */
static json_t *
find_stops(const json_t *plan, const json_t *features, const json_t *licenses)
{
	json_t *stops = json_array(), *row;
	size_t i;

	json_array_foreach(features, i, row)
	{
		json_int_t left = left_of(plan, licenses, row);

		if (is_affected(row, plan) && left < number_of(row, "in_use"))
			(void)json_array_append_new(stops,
			    json_pack("{s:O, s:O, s:O, s:O, s:I}", "device",
				json_object_get(row, "device"), "feature",
				json_object_get(row, "feature"), "version",
				json_object_get(row, "version"), "in_use",
				json_object_get(row, "in_use"), "left", left));
	}
	return stops;
}

int
plan_complete(struct ctl *ctl, json_t *plan)
{
	json_t *leases = NULL, *features = NULL, *licenses = NULL;
	int status;

	if ((status = ask_rows(ctl, "leases", NULL, &leases)) == EXIT_DONE &&
	    (status = ask_rows(ctl, "features", NULL, &features)) ==
		EXIT_DONE &&
	    (status = ask_rows(ctl, "licenses", NULL, &licenses)) ==
		EXIT_DONE) {
		keep_rows(leases, is_affected, plan);
		(void)json_object_set(plan, "leases", leases);
		(void)json_object_set_new(
		    plan, "stops", find_stops(plan, features, licenses));
	}
	json_decref(leases);
	json_decref(features);
	json_decref(licenses);
	return status;
}

/* ---- Printing ---- */

static void
print_planned(FILE *to, const json_t *license)
{
	print_words(to, "  %s %s %s", text_of(license, "feature"),
	    text_of(license, "version"), text_of(license, "type"));
	if (number_of(license, "license") != 0)
		fprintf(to, ", License Index %lld",
		    (long long)number_of(license, "license"));
	if (is_true(license, "counted"))
		fprintf(
		    to, ", count %lld", (long long)number_of(license, "count"));
	if (number_of(license, "period_s") != 0)
		fprintf(to, ", %lld days of use",
		    (long long)(number_of(license, "period_s") + 86399) /
			86400);
	if (!is(license, "end", ""))
		print_words(to, ", until %s", text_of(license, "end"));
	if (is(license, "state", "failed") || is(license, "state", "existing"))
		print_words(to, ": %s", text_of(license, "text"));
	fputc('\n', to);
}

static void
print_licenses(FILE *to, const json_t *plan, const char *head, bool gone)
{
	const json_t *list = json_object_get(plan, "licenses"), *row;
	size_t i, n = 0;

	json_array_foreach(list, i, row)
	{
		if (is_true(row, "revoked") != gone)
			continue;
		if (n++ == 0)
			fprintf(to, "%s:\n", head);
		print_planned(to, row);
	}
}

void
plan_print(FILE *to, const json_t *plan, const char *gone)
{
	const json_t *row;
	size_t i;
	json_int_t more =
	    number_of(plan, "planned") -
	    (json_int_t)json_array_size(json_object_get(plan, "licenses"));

	print_licenses(to, plan, gone, true);
	print_licenses(to, plan, "Installed", false);
	if (more > 0)
		fprintf(to, "...and %lld more\n", (long long)more);
	json_array_foreach(json_object_get(plan, "leases"), i, row)
	{
		if (i == 0)
			fputs("Held by:\n", to);
		print_words(to, "  process %lld, user %lld: %lld of %s %s",
		    (long long)number_of(row, "pid"),
		    (long long)number_of(row, "uid"),
		    (long long)number_of(row, "count"), text_of(row, "feature"),
		    text_of(row, "version"));
		fputc('\n', to);
	}
	json_array_foreach(json_object_get(plan, "stops"), i, row)
	{
		print_words(to,
		    "Warning: %lld of %s %s in use, %lld left afterwards: "
		    "programs lose their license",
		    (long long)number_of(row, "in_use"),
		    text_of(row, "feature"), text_of(row, "version"),
		    (long long)number_of(row, "left"));
		fputc('\n', to);
	}
}

int
plan_only(struct ctl *ctl, json_t *plan, const char *gone)
{
	int status = plan_complete(ctl, plan);

	if (status == EXIT_DONE && ctl->json)
		return print_json(plan);
	if (status == EXIT_DONE)
		plan_print(stdout, plan, gone);
	json_decref(plan);
	return status;
}
