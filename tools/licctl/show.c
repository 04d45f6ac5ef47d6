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

static void
print_feature(const struct view *view, const json_t *feature, unsigned number)
{
	const json_t *license = best_license(view, feature);
	int blanks = 31 - (int)text_width(text_of(feature, "feature"));

	printf("Index %u Feature: ", number);
	print_text(stdout, text_of(feature, "feature"));
	printf("%*s\n", blanks > 0 ? blanks : 1, "");
	if (license != NULL)
		print_short(view, license);
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
			print_feature(view, row, number);
	}
	json_array_foreach(view->licenses, i, row)
	{
		if (is_same_device(row, device) && is_new(view, row) &&
		    is_wanted(ctl, row))
			print_feature(view, row, ++number);
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
