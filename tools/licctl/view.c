/* view.c - what the views of licenses start from. */
#include "view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"
#include "license.h"
#include "out.h"
#include "row.h"

/* Of a license, or of all that serve a feature together. */
struct count {
	json_int_t active, used, expired;
};

/* The additive licenses of one feature. */
struct group {
	json_t *first; /* of its licenses; a reference */
	struct count sum;
};

const json_t *
store_of(const struct view *view, const json_t *license)
{
	return find_row(view->stores, is_same_store, license);
}

const char *
store_text(const json_t *store)
{
	if (is(store, "kind", "primary"))
		return "Primary License Storage";
	if (is(store, "kind", "built-in"))
		return "Built-In License Storage";
	return "Removable License Storage";
}

/* ---- Counts ---- */

/* What the leases of the feature ask for; 0 if it is not configured. */
static json_int_t
demand_of(const struct view *view, const json_t *license)
{
	return number_of(
	    find_row(view->features, is_same_feature, license), "in_use");
}

static void
add_count(struct count *sum, const json_t *license)
{
	json_int_t count = number_of(license, "count");
	json_int_t used = count - number_of(license, "count_left");

	if (!is_true(license, "counted"))
		return;
	sum->active += count;
	sum->used += used;
	if (is(license, "status", "expiredInUse"))
		sum->expired += used;
}

/* Does it serve its feature together with others? */
static bool
is_grouped(const json_t *license)
{
	return is_true(license, "additive") &&
	       !is(license, "status", "inactive") &&
	       !is(license, "status", "expiredNotInUse") &&
	       is_true(license, "eula_accepted");
}

static int
by_group(const void *a, const void *b)
{
	const json_t *x = ((const struct group *)a)->first;
	const json_t *y = ((const struct group *)b)->first;
	json_int_t by = number_of(x, "device") - number_of(y, "device");

	if (by != 0)
		return by < 0 ? -1 : 1;
	if ((by = strcmp(text_of(x, "feature"), text_of(y, "feature"))) != 0)
		return (int)by;
	return strcmp(text_of(x, "version"), text_of(y, "version"));
}

/* One group for each license; those of one feature become one. */
static size_t
merge_groups(struct group *groups, size_t n)
{
	size_t kept = 0;

	qsort(groups, n, sizeof *groups, by_group);
	for (size_t i = 0; i < n; i++) {
		struct group *last = &groups[kept - (kept > 0)];
		const struct count *more = &groups[i].sum;

		if (kept > 0 && by_group(last, &groups[i]) == 0) {
			last->sum.active += more->active;
			last->sum.used += more->used;
			last->sum.expired += more->expired;
		} else
			groups[kept++] = groups[i];
	}
	return kept;
}

static bool
make_groups(struct view *view)
{
	json_t *row;
	size_t i, n = 0;

	view->groups =
	    calloc(json_array_size(view->licenses) + 1, sizeof *view->groups);
	if (view->groups == NULL)
		return false;
	json_array_foreach(view->licenses, i, row)
	{
		if (!is_grouped(row))
			continue;
		view->groups[n].first = row;
		add_count(&view->groups[n++].sum, row);
	}
	view->ngroups = merge_groups(view->groups, n);
	/* The list loses the rows that a view does not show. */
	for (i = 0; i < view->ngroups; i++)
		(void)json_incref(view->groups[i].first);
	return true;
}

static struct count
count_of(const struct view *view, const json_t *license)
{
	struct count sum = { 0, 0, 0 };
	const struct group key = { .first = (json_t *)(uintptr_t)license };
	const struct group *group = NULL;

	if (is_true(license, "additive"))
		group = bsearch(&key, view->groups, view->ngroups,
		    sizeof *view->groups, by_group);
	if (group != NULL)
		sum = group->sum;
	if (!is_grouped(license))
		add_count(&sum, license);
	return sum;
}

/* ---- Lines ---- */

void
print_field(const char *name, const char *value)
{
	printf("\t%s: ", name);
	print_text(stdout, value);
	putchar('\n');
}

void
print_state(const json_t *license)
{
	print_field("License State", state_text(license));
}

static void
print_sums(const json_t *license, const struct count *count, json_int_t over)
{
	if (!is_true(license, "counted"))
		print_field("License Count", "Non-Counted");
	else if (is_trial(license))
		printf("\tLicense Count: %lld/%lld  (In-use/Violation)\n",
		    (long long)count->used, (long long)over);
	else
		printf("\tLicense Count: %lld/%lld/%lld  "
		       "(Active/In-use/Violation)\n",
		    (long long)count->active, (long long)count->used,
		    (long long)over);
}

/* In violation is what is held beyond what licenses give. */
void
print_count(const struct view *view, const json_t *license)
{
	struct count count = count_of(view, license);
	json_int_t demand = demand_of(view, license), over = count.expired;

	if (is_in_use(license) && demand > count.used)
		over += demand - count.used;
	print_sums(license, &count, over);
}

void
print_own_count(const struct view *view, const json_t *license)
{
	struct count count = { 0, 0, 0 };

	if (!is_grouped(license)) {
		print_count(view, license);
		return;
	}
	add_count(&count, license);
	print_sums(license, &count, count.expired);
}

/* ---- Views ---- */

static void
view_free(struct view *view)
{
	json_decref(view->devices);
	json_decref(view->stores);
	json_decref(view->features);
	json_decref(view->licenses);
	for (size_t i = 0; i < view->ngroups; i++)
		json_decref(view->groups[i].first);
	free(view->groups);
}

static bool
has_feature(const struct ctl *ctl, const struct view *view)
{
	return ctl->nargs == 0 || json_array_size(view->licenses) > 0 ||
	       find_row(view->features, is_named, ctl->args[0]) != NULL;
}

/* On failure the caller frees what came, too. */
static int
view_load(struct ctl *ctl, struct view *view)
{
	const char *feature = ctl->nargs > 0 ? ctl->args[0] : NULL;
	int status;

	*view = (struct view){ .devices = NULL };
	if ((status = ask_rows(ctl, "devices", NULL, &view->devices)) !=
		EXIT_DONE ||
	    (status = ask_rows(ctl, "stores", NULL, &view->stores)) !=
		EXIT_DONE ||
	    (status = ask_rows(ctl, "features", NULL, &view->features)) !=
		EXIT_DONE ||
	    (status = ask_rows(ctl, "licenses", feature, &view->licenses)) !=
		EXIT_DONE)
		return status;
	if (!has_feature(ctl, view))
		return fail("feature %s does not exist; \"licctl show license "
			    "feature\" lists the features",
		    feature);
	return make_groups(view) ? EXIT_DONE : fail("out of memory");
}

/* The members of a stack are named when all are shown. */
static void
name_device(const struct view *view, const json_t *device)
{
	if (json_array_size(view->devices) < 2)
		return;
	print_words(stdout, "Device %lld: %s",
	    (long long)number_of(device, "device"), text_of(device, "udi"));
	putchar('\n');
}

static bool
is_master(const json_t *device, const void *arg)
{
	(void)arg;
	return is_true(device, "master");
}

/* Readers of IOS know one device: the one that they are logged in to. */
static void
show_devices(
    const struct ctl *ctl, const struct view *view, view_print *print)
{
	bool all = ctl->all_devices || ctl->device != 0 ||
		   find_row(view->devices, is_master, NULL) == NULL;
	const json_t *device;
	size_t i;

	json_array_foreach(view->devices, i, device)
	{
		if (!all && !is_master(device, NULL))
			continue;
		if (all)
			name_device(view, device);
		print(ctl, view, device);
	}
	if (!all && json_array_size(view->devices) > 1 &&
	    columns_of(stdout) != 0) {
		(void)fflush(stdout);
		fputs("This is the master alone; add \"switch N\" or \"switch "
		      "all\" for other members.\n",
		    stderr);
	}
}

struct selection {
	bool (*keep)(const json_t *license);
	json_int_t within_s; /* 0: however long it has left */
};

static bool
is_selected(const json_t *license, const void *arg)
{
	const struct selection *selection = arg;

	return selection->keep(license) &&
	       (selection->within_s == 0 ||
		   number_of(license, "left_s") <= selection->within_s);
}

int
view_show(
    struct ctl *ctl, bool (*keep)(const json_t *license), view_print *print)
{
	const struct selection selection = { keep,
		(json_int_t)ctl->within_days * 86400 };
	struct view view;
	int status = view_load(ctl, &view);

	if (status == EXIT_DONE && keep != NULL)
		keep_rows(view.licenses, is_selected, &selection);
	if (status == EXIT_DONE && ctl->json)
		status = print_json(json_incref(view.licenses));
	else if (status == EXIT_DONE)
		show_devices(ctl, &view, print);
	view_free(&view);
	return status;
}
