/* show.c - `show license`: each feature with the license it uses or could. */
#include <stdio.h>

#include "commands.h"
#include "data.h"
#include "license.h"
#include "out.h"
#include "row.h"
#include "table.h"
#include "view.h"

/* ---- The short form ---- */

/* IOS shows the license of a feature that has the lowest rank. */
static int
rank(const json_t *license)
{
	static const char *const order[] = { "inUse", "usageCountConsumed",
		"expiredInUse", "notInUse", "inactive", "expiredNotInUse" };
	int i = 0;

	while (i < 5 && !is(license, "status", order[i]))
		i++;
	return 2 * i + !is_true(license, "eula_accepted");
}

static const json_t *
best_license(const struct view *view, const json_t *feature)
{
	const json_t *row, *best = NULL;
	size_t i;

	json_array_foreach(view->licenses, i, row)
	{
		if (is_same_feature(row, feature) &&
		    (best == NULL || rank(row) < rank(best)))
			best = row;
	}
	return best;
}

static void
print_short(const struct view *view, const json_t *license)
{
	char period[PERIOD_SIZE];

	print_field("Period left", left_text(license, period));
	if (is_trial(license))
		print_field("Period Used",
		    period_text(number_of(license, "used_s"), period));
	print_field("License Type", type_text(license));
	print_state(license);
	print_count(view, license);
	print_field("License Priority", priority_text(license));
}

/* ---- Why a license does not serve ---- */

static bool
is_other_copy(const json_t *row, const void *license)
{
	return is_same_device(row, license) &&
	       is(row, "id", text_of(license, "id")) &&
	       number_of(row, "store") < number_of(license, "store");
}

/* Of those that serve the feature; NULL: none does. */
static const json_t *
serving_license(const struct view *view, const json_t *feature)
{
	const json_t *best = best_license(view, feature);

	return best != NULL && !is_expired(best) &&
		       is_true(best, "eula_accepted") &&
		       !is(best, "status", "inactive")
		   ? best
		   : NULL;
}

/* Selection is the core's; licagent-license(5) has its order. */
static void
print_why_inactive(const json_t *license, const json_t *serving)
{
	long long other = (long long)number_of(serving, "license");
	bool additive = is_true(license, "additive");

	if (serving == NULL)
		return;
	if (additive && !is_true(serving, "additive"))
		printf(": it can add nothing to license %lld, which is "
		       "exclusive", other);
	else if (!additive && is_true(serving, "additive"))
		printf(": it is exclusive, and additive licenses come first");
	else
		printf(": license %lld comes first", other);
}

static void
print_why(const struct view *view, const json_t *license)
{
	const json_t *copy = find_row(view->licenses, is_other_copy, license);

	printf("\tLicense %lld: %s, %s", (long long)number_of(license,
					     "license"),
	    type_text(license), state_text(license));
	if (copy != NULL)
		printf(": license %lld is the same one, in another store",
		    (long long)number_of(copy, "license"));
	else if (is(license, "status", "inactive") && is_to_come(license))
		print_words(stdout, ": it begins at %s",
		    text_of(license, "start"));
	else if (is(license, "status", "inactive"))
		print_why_inactive(license, serving_license(view, license));
	putchar('\n');
}

/* What IOS does not say: which license serves, and why others do not. */
static void
print_others(const struct view *view, const json_t *feature)
{
	const json_t *shown = best_license(view, feature), *row;
	bool first = true;
	size_t i;

	json_array_foreach(view->licenses, i, row)
	{
		if (row == shown || !is_same_feature(row, feature))
			continue;
		if (first)
			printf("\tLicense Index: %lld\nOther licenses of the "
			       "feature\n",
			    (long long)number_of(shown, "license"));
		first = false;
		print_why(view, row);
	}
}

/* ---- Features ---- */

static void
print_feature(const struct ctl *ctl, const struct view *view,
    const json_t *feature, unsigned number)
{
	const json_t *license = best_license(view, feature);
	int blanks = 31 - (int)text_width(text_of(feature, "feature"));

	printf("Index %u Feature: ", number);
	print_text(stdout, text_of(feature, "feature"));
	printf("%*s\n", blanks > 0 ? blanks : 1, "");
	if (license != NULL)
		print_short(view, license);
	if (ctl->nargs > 0)
		print_others(view, feature);
}

/* A feature that only licenses have, not the configuration: its first one. */
static bool
is_new(const struct view *view, const json_t *license)
{
	return find_row(view->features, is_same_feature, license) == NULL &&
	       find_row(view->licenses, is_same_feature, license) == license;
}

static bool
is_wanted(const struct ctl *ctl, const json_t *row)
{
	return ctl->nargs == 0 || is(row, "feature", ctl->args[0]);
}

/* A feature has the same number when it is shown alone. */
static void
print_features(
    const struct ctl *ctl, const struct view *view, const json_t *device)
{
	const json_t *row;
	unsigned number = 0;
	size_t i;

	json_array_foreach(view->features, i, row)
	{
		if (is_same_device(row, device) && ++number > 0 &&
		    is_wanted(ctl, row))
			print_feature(ctl, view, row, number);
	}
	json_array_foreach(view->licenses, i, row)
	{
		if (is_same_device(row, device) && is_new(view, row) &&
		    is_wanted(ctl, row))
			print_feature(ctl, view, row, ++number);
	}
}

int
show_license(struct ctl *ctl)
{
	return view_show(ctl, NULL, print_features);
}

/* ---- show license feature ---- */

static const char *
yes_no(bool truth)
{
	return truth ? "yes" : "no";
}

/* Does a license of the feature have this property? */
static const char *
any(const struct view *view, const json_t *feature,
    bool (*has)(const json_t *license))
{
	const json_t *row;
	size_t i;

	json_array_foreach(view->licenses, i, row)
	{
		if (is_same_feature(row, feature) && has(row))
			return yes_no(true);
	}
	return yes_no(false);
}

static void
print_feature_table(
    const struct ctl *ctl, const struct view *view, const json_t *device)
{
	static const struct column columns[] = {
		{ .head = "Feature name", .width = 25 },
		{ .head = "Enforcement", .width = 13 },
		{ .head = "Evaluation", .width = 12 },
		{ .head = "Subscription", .width = 15 },
		{ .head = "Enabled", .width = 9 },
		{ .head = "RightToUse", .width = 11 },
	};
	struct table table;
	const json_t *row;
	size_t i;

	(void)ctl;
	table_begin(&table, columns, NITEMS(columns), TABLE_IOS);
	json_array_foreach(view->features, i, row)
	{
		if (!is_same_device(row, device))
			continue;
		table_cell(&table, text_of(row, "feature"));
		table_cell(&table, yes_no(!is_true(row, "mandatory") &&
					  !is_true(row, "advise")));
		table_cell(&table, any(view, row, is_trial));
		table_cell(&table, any(view, row, is_subscription));
		table_cell(&table, any(view, row, is_in_use));
		table_cell(&table, any(view, row, is_right_to_use));
	}
}

int
show_feature(struct ctl *ctl)
{
	json_t *rows;
	int status;

	if (!ctl->json)
		return view_show(ctl, NULL, print_feature_table);
	status = ask_rows(ctl, "features", NULL, &rows);
	return status == EXIT_DONE ? print_json(rows) : status;
}
