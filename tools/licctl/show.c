/*
 * licctl_show.c - what IOS shows of licenses, as IOS shows it.
 *
 * Scripts read this text: fields, their order, words and blanks are those of
 * `show license` on IOS, odd as some are.  What IOS does not have is in the
 * JSON, and in commands of its own.
 */
#include "licctl.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- Words of IOS ---- */

static bool
is_trial(const json_t *license)
{
	return lc_type_metered(type_of(license));
}

static bool
is_subscription(const json_t *license)
{
	return lc_type_subscription(type_of(license));
}

static const char *
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
	return is_true(license, "eula_accepted")
		   ? "Active, Not in Use"
		   : "Active, Not in Use, EULA not accepted";
}

static const char *
priority_text(const json_t *license)
{
	static const char *const names[] = { "none", "None", "low", "Low",
		"medium", "Medium", "high", "High" };

	for (size_t i = 0; i < 8; i += 2)
		if (is(license, "priority", names[i]))
			return names[i + 1];
	return "None";
}

/* IOS numbers a store's licenses from 0. */
static json_int_t
store_index(const json_t *license)
{
	return number_of(license, "license") - 1;
}

static bool
in_use(const json_t *license)
{
	return is(license, "status", "inUse") ||
	       is(license, "status", "expiredInUse") ||
	       is(license, "status", "usageCountConsumed");
}

/* Seconds until a subscription is over, extension days too. */
static uint64_t
subscription_left(const json_t *license)
{
	int64_t end = time_of(text_of(license, "end")), now = time(NULL);

	if (end < 0)
		return 0;
	end += number_of(license, "extension_days") * 86400;
	return end > now ? (uint64_t)(end - now) : 0;
}

static const char *
left_text(const json_t *license, char text[PERIOD_SIZE])
{
	if (is_trial(license) && !is_true(license, "eula_accepted"))
		return "Not Activated";
	if (is_trial(license))
		return period_text(
		    (uint64_t)number_of(license, "left_s"), text);
	if (is_subscription(license))
		return period_text(subscription_left(license), text);
	return "Life time";
}

/* ---- A terminal ---- */

static bool
colored(void)
{
	return isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;
}

static void
print_state(const json_t *license)
{
	const char *text = state_text(license), *color = "";

	if (strncmp(text, "Expired", 7) == 0)
		color = "31";
	else if (strstr(text, "EULA") != NULL)
		color = "33";
	else if (strcmp(text, "Active, In Use") == 0)
		color = "32";
	if (color[0] != '\0' && colored())
		printf("\tLicense State: \033[%sm%s\033[0m\n", color, text);
	else
		printf("\tLicense State: %s\n", text);
}

static void
field(const char *name, const char *value)
{
	printf("\t%s: ", name);
	print_text(stdout, value);
	putchar('\n');
}

/* ---- What is there ---- */

/* Of a license, or of all that serve a feature together. */
struct count {
	json_int_t active, used, expired;
};

/* The additive licenses of one feature. */
struct group {
	json_t *first; /* of its licenses; a reference */
	struct count sum;
};

struct view {
	json_t *devices, *stores, *features, *licenses;
	struct group *groups; /* by device, feature, version */
	size_t ngroups;
};

static void
forget(struct view *view)
{
	json_decref(view->devices);
	json_decref(view->stores);
	json_decref(view->features);
	json_decref(view->licenses);
	for (size_t i = 0; i < view->ngroups; i++)
		json_decref(view->groups[i].first);
	free(view->groups);
}

static bool make_groups(struct view *);

static int
look(struct ctl *ctl, struct view *view)
{
	int status;

	*view = (struct view){ .devices = NULL };
	if ((status = ask_rows(ctl, "devices", NULL, &view->devices)) !=
		EXIT_DONE ||
	    (status = ask_rows(ctl, "stores", NULL, &view->stores)) !=
		EXIT_DONE ||
	    (status = ask_rows(ctl, "features", NULL, &view->features)) !=
		EXIT_DONE ||
	    (status = ask_rows(ctl, "licenses",
		 ctl->nargs > 0 ? ctl->args[0] : NULL, &view->licenses)) !=
		EXIT_DONE)
		forget(view);
	else if (json_array_size(view->devices) == 0) {
		forget(view);
		status = no_device(ctl);
	} else if (!make_groups(view)) {
		forget(view);
		status = fail("out of memory");
	}
	return status;
}

/* Between the devices of a stack; one alone is not named. */
static void
name_device(const struct view *view, const json_t *device)
{
	if (json_array_size(view->devices) > 1) {
		print_words(stdout, "Device %lld: %s",
		    (long long)number_of(device, "device"),
		    text_of(device, "udi"));
		putchar('\n');
	}
}

static bool
same_feature(const json_t *a, const json_t *b)
{
	return number_of(a, "device") == number_of(b, "device") &&
	       strcmp(text_of(a, "feature"), text_of(b, "feature")) == 0 &&
	       strcmp(text_of(a, "version"), text_of(b, "version")) == 0;
}

static const json_t *
store_of(const struct view *view, const json_t *license)
{
	const json_t *row;
	size_t i;

	json_array_foreach(view->stores, i, row)
	{
		if (number_of(row, "device") == number_of(license, "device") &&
		    number_of(row, "store") == number_of(license, "store"))
			return row;
	}
	return NULL;
}

static const char *
store_text(const json_t *store)
{
	if (is(store, "kind", "primary"))
		return "Primary License Storage";
	if (is(store, "kind", "built-in"))
		return "Built-In License Storage";
	return "Removable License Storage";
}

/* ---- Counts ---- */

/* What the leases of the feature ask for; a license that has no feature in
 * the configuration has none. */
static json_int_t
demand(const struct view *view, const json_t *license)
{
	const json_t *row;
	size_t i;

	json_array_foreach(view->features, i, row)
	{
		if (same_feature(row, license))
			return number_of(row, "in_use");
	}
	return 0;
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
together(const json_t *license)
{
	return is_true(license, "additive") &&
	       !is(license, "status", "inactive") &&
	       !is(license, "status", "expiredNotInUse") &&
	       is_true(license, "eula_accepted");
}

static int
group_order(const json_t *a, const json_t *b)
{
	int by = (number_of(a, "device") > number_of(b, "device")) -
		 (number_of(a, "device") < number_of(b, "device"));

	if (by == 0)
		by = strcmp(text_of(a, "feature"), text_of(b, "feature"));
	return by != 0 ? by
		       : strcmp(text_of(a, "version"), text_of(b, "version"));
}

static int
by_group(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	return group_order(x->first, y->first);
}

/* One for each license at first, then those of a feature become one. */
static bool
make_groups(struct view *view)
{
	json_t *row;
	size_t i, n = 0, kept = 0;

	view->groups =
	    calloc(json_array_size(view->licenses) + 1, sizeof *view->groups);
	if (view->groups == NULL)
		return false;
	json_array_foreach(view->licenses, i, row)
	{
		if (!together(row))
			continue;
		view->groups[n].first = row;
		add_count(&view->groups[n++].sum, row);
	}
	qsort(view->groups, n, sizeof *view->groups, by_group);
	for (i = 0; i < n; i++) {
		struct group *last = &view->groups[kept - (kept > 0)];
		const struct count *more = &view->groups[i].sum;

		if (kept > 0 && by_group(last, &view->groups[i]) == 0) {
			last->sum.active += more->active;
			last->sum.used += more->used;
			last->sum.expired += more->expired;
		} else
			view->groups[kept++] = view->groups[i];
	}
	/* They outlive the list, from which views take out what they do not
	 * show. */
	for (i = 0; i < kept; i++)
		(void)json_incref(view->groups[i].first);
	view->ngroups = kept;
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
	if (!together(license))
		add_count(&sum, license);
	return sum;
}

/* In violation is what is held beyond what licenses give. */
static void
print_count(const struct view *view, const json_t *license)
{
	struct count count = count_of(view, license);
	json_int_t over = 0;

	if (!is_true(license, "counted")) {
		field("License Count", "Non-Counted");
		return;
	}
	if (in_use(license) && demand(view, license) > count.used)
		over = demand(view, license) - count.used;
	over += count.expired;
	if (is_trial(license))
		printf("\tLicense Count: %lld/%lld  (In-use/Violation)\n",
		    (long long)count.used, (long long)over);
	else
		printf("\tLicense Count: %lld/%lld/%lld  "
		       "(Active/In-use/Violation)\n",
		    (long long)count.active, (long long)count.used,
		    (long long)over);
}

/* ---- show license ---- */

/* The one that IOS would show of a feature's. */
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
chosen(const struct view *view, const json_t *feature)
{
	const json_t *row, *best = NULL;
	size_t i;

	json_array_foreach(view->licenses, i, row)
	{
		if (same_feature(row, feature) &&
		    (best == NULL || rank(row) < rank(best)))
			best = row;
	}
	return best;
}

static void
print_short(const struct view *view, const json_t *license)
{
	char period[PERIOD_SIZE];

	field("Period left", left_text(license, period));
	if (is_trial(license))
		field("Period Used",
		    period_text(
			(uint64_t)number_of(license, "used_s"), period));
	field("License Type", lc_type_rules(type_of(license))->title);
	print_state(license);
	print_count(view, license);
	field("License Priority", priority_text(license));
}

/* Is it a feature only because a license says so?  Then, the first time. */
static bool
is_new(const struct view *view, size_t at)
{
	const json_t *license = json_array_get(view->licenses, at), *row;
	size_t i;

	json_array_foreach(view->features, i, row)
	{
		if (same_feature(row, license))
			return false;
	}
	for (i = 0; i < at; i++)
		if (same_feature(json_array_get(view->licenses, i), license))
			return false;
	return true;
}

static void
print_feature(const struct view *view, const json_t *feature, unsigned *number)
{
	const json_t *license = chosen(view, feature);
	int blanks = 31 - (int)text_width(text_of(feature, "feature"));

	printf("Index %u Feature: ", ++*number);
	print_text(stdout, text_of(feature, "feature"));
	printf("%*s\n", blanks > 0 ? blanks : 1, "");
	if (license != NULL)
		print_short(view, license);
}

static bool
wanted(const struct ctl *ctl, const json_t *row)
{
	return ctl->nargs == 0 || is(row, "feature", ctl->args[0]);
}

/* Numbers stay the same when only one feature is shown. */
static void
print_features(
    const struct ctl *ctl, const struct view *view, const json_t *device)
{
	const json_t *row;
	unsigned number = 0;
	size_t i;

	json_array_foreach(view->features, i, row)
	{
		if (number_of(row, "device") != number_of(device, "device"))
			continue;
		if (wanted(ctl, row))
			print_feature(view, row, &number);
		else
			number++;
	}
	json_array_foreach(view->licenses, i, row)
	{
		if (number_of(row, "device") == number_of(device, "device") &&
		    is_new(view, i) && wanted(ctl, row))
			print_feature(view, row, &number);
	}
}

static bool
unknown_feature(const struct ctl *ctl, const struct view *view)
{
	const json_t *row;
	size_t i;

	if (ctl->nargs == 0 || json_array_size(view->licenses) > 0)
		return false;
	json_array_foreach(view->features, i, row)
	{
		if (wanted(ctl, row))
			return false;
	}
	(void)fail("there is no feature %s; \"licctl show license feature\" "
		   "lists them",
	    ctl->args[0]);
	return true;
}

/* Looks, and hands the rest to `print`; JSON is always the licenses. */
static int
show(struct ctl *ctl, void (*print)(const struct ctl *, const struct view *,
			  const json_t *device))
{
	struct view view;
	const json_t *device;
	size_t i;
	int status = look(ctl, &view);

	if (status != EXIT_DONE)
		return status;
	if (unknown_feature(ctl, &view))
		status = EXIT_FAILED;
	else if (ctl->json)
		status = print_json(json_incref(view.licenses));
	else
		json_array_foreach(view.devices, i, device)
		{
			name_device(&view, device);
			print(ctl, &view, device);
		}
	forget(&view);
	return status;
}

int
show_license(struct ctl *ctl)
{
	return show(ctl, print_features);
}

/* ---- show license detail, all and their selections ---- */

/* "<UDI><PID>...</PID><SN>...</SN></UDI>", of the first UDI. */
static void
print_vendor(const json_t *license)
{
	const char *udi = json_string_value(
	    json_array_get(json_object_get(license, "udis"), 0));
	const char *colon = udi != NULL ? strchr(udi, ':') : NULL;

	printf("\tVendor info: <UDI><PID>");
	if (colon == NULL)
		printf("NOTLOCKED</PID><SN>NOTLOCKED");
	else
		print_words(stdout, "%.*s</PID><SN>%s", (int)(colon - udi), udi,
		    colon + 1);
	printf("</SN></UDI>%s\n",
	    is_right_to_use(license) ? "<T>RTU</T>" : "");
}

static void
print_periods(const json_t *license)
{
	char period[PERIOD_SIZE];

	if (is_trial(license)) {
		printf("\t    Evaluation total period: %s\n",
		    period_text(
			(uint64_t)number_of(license, "period_s"), period));
		printf("\t    Evaluation period left: %s\n",
		    period_text(
			(uint64_t)number_of(license, "left_s"), period));
		printf("\t    Period used: %s\n",
		    period_text(
			(uint64_t)number_of(license, "used_s"), period));
	}
	if (is_subscription(license)) {
		printf("\t    ");
		print_words(stdout, "Start date: %s, End date: %s",
		    text_of(license, "start"), text_of(license, "end"));
		printf("\n\t    Subscription period left: %s\n",
		    period_text(subscription_left(license), period));
	}
}

static void
print_long(const struct view *view, const json_t *license)
{
	bool locked = json_array_size(json_object_get(license, "udis")) > 0;
	bool right = is_right_to_use(license);

	field("License Type", lc_type_rules(type_of(license))->title);
	print_state(license);
	print_periods(license);
	field("Lock type", locked ? "Node locked" : "Non Node locked");
	print_vendor(license);
	field("License Addition",
	    is_true(license, "additive") ? "Additive" : "Exclusive");
	field("License Generation version", right ? "0x8200000" : "0x8100000");
	print_count(view, license);
	field("License Priority", priority_text(license));
}

static void
print_name(const json_t *license)
{
	const char *name = text_of(license, "feature");
	int blanks = 34 - (int)text_width(name);

	print_text(stdout, name);
	printf("%*sVersion: ", blanks > 0 ? blanks : 1, "");
	print_text(stdout, text_of(license, "version"));
	putchar('\n');
}

static int
by_feature(const void *a, const void *b)
{
	const json_t *x = *(const json_t *const *)a;
	const json_t *y = *(const json_t *const *)b;
	int order = strcmp(text_of(x, "feature"), text_of(y, "feature"));

	if (order == 0)
		order = (number_of(x, "store") > number_of(y, "store")) -
			(number_of(x, "store") < number_of(y, "store"));
	if (order == 0)
		order = (number_of(x, "license") > number_of(y, "license")) -
			(number_of(x, "license") < number_of(y, "license"));
	return order;
}

/* The device's licenses by name; the caller frees the array. */
static const json_t **
sorted(const struct view *view, const json_t *device, size_t *n)
{
	size_t size = json_array_size(view->licenses), i;
	const json_t **list = calloc(size + 1, sizeof *list);
	const json_t *row;

	*n = 0;
	if (list == NULL)
		return NULL;
	json_array_foreach(view->licenses, i, row)
	{
		if (number_of(row, "device") == number_of(device, "device"))
			list[(*n)++] = row;
	}
	qsort(list, *n, sizeof *list, by_feature);
	return list;
}

static void
print_details(
    const struct ctl *ctl, const struct view *view, const json_t *device)
{
	size_t n;
	const json_t **list = sorted(view, device, &n);

	(void)ctl;
	for (size_t i = 0; list != NULL && i < n; i++) {
		printf("Index: %zu \tFeature: ", i + 1);
		print_name(list[i]);
		print_long(view, list[i]);
		printf(
		    "\tStore Index: %lld\n", (long long)store_index(list[i]));
		field("Store Name", store_text(store_of(view, list[i])));
	}
	free(list);
}

int
show_detail(struct ctl *ctl)
{
	return show(ctl, print_details);
}

static void
print_stores(
    const struct ctl *ctl, const struct view *view, const json_t *device)
{
	const json_t *store, *row;
	size_t i, j;

	(void)ctl;
	json_array_foreach(view->stores, i, store)
	{
		if (number_of(store, "device") != number_of(device, "device"))
			continue;
		printf("License Store: %s\n", store_text(store));
		json_array_foreach(view->licenses, j, row)
		{
			if (store_of(view, row) != store)
				continue;
			printf("StoreIndex: %lld  Feature: ",
			    (long long)store_index(row));
			print_name(row);
			print_long(view, row);
		}
	}
}

int
show_all(struct ctl *ctl)
{
	return show(ctl, print_stores);
}

/* Only the licenses that `keep` keeps. */
static int
show_some(struct ctl *ctl, bool (*keep)(const json_t *))
{
	struct view view;
	const json_t *device;
	size_t i;
	int status = look(ctl, &view);

	if (status != EXIT_DONE)
		return status;
	for (i = json_array_size(view.licenses); i-- > 0;)
		if (!keep(json_array_get(view.licenses, i)))
			(void)json_array_remove(view.licenses, i);
	if (ctl->json)
		status = print_json(json_incref(view.licenses));
	else
		json_array_foreach(view.devices, i, device)
		{
			name_device(&view, device);
			print_stores(ctl, &view, device);
		}
	forget(&view);
	return status;
}

static bool
is_evaluation(const json_t *license)
{
	return lc_type_rules(type_of(license))->class == LC_CLASS_TRIAL;
}

/* It runs, or ran, out by itself. */
static bool
is_expiring(const json_t *license)
{
	return (is_trial(license) && is_true(license, "eula_accepted")) ||
	       is_subscription(license);
}

static bool
is_permanent(const json_t *license)
{
	return !is_trial(license) && !is_subscription(license);
}

int
show_evaluation(struct ctl *ctl)
{
	return show_some(ctl, is_evaluation);
}

int
show_expiring(struct ctl *ctl)
{
	return show_some(ctl, is_expiring);
}

int
show_in_use(struct ctl *ctl)
{
	return show_some(ctl, in_use);
}

int
show_permanent(struct ctl *ctl)
{
	return show_some(ctl, is_permanent);
}

/* ---- show license feature ---- */

static bool
any(const struct view *view, const json_t *feature,
    bool (*keep)(const json_t *))
{
	const json_t *row;
	size_t i;

	json_array_foreach(view->licenses, i, row)
	{
		if (same_feature(row, feature) && keep(row))
			return true;
	}
	return false;
}

static const char *
yes_no(bool truth)
{
	return truth ? "yes" : "no";
}

static void
print_feature_row(struct table *t, const struct view *view, const json_t *f)
{
	bool enforced = !is_true(f, "mandatory") && !is_true(f, "advise");

	table_text(t, text_of(f, "feature"));
	table_text(t, yes_no(enforced));
	table_text(t, yes_no(any(view, f, is_evaluation)));
	table_text(t, yes_no(any(view, f, is_subscription)));
	table_text(t, yes_no(any(view, f, in_use)));
	table_text(t, yes_no(any(view, f, is_right_to_use)));
}

static void
print_feature_table(
    const struct ctl *ctl, const struct view *view, const json_t *device)
{
	static const struct column columns[] = {
		{ "Feature name", 25 },
		{ "Enforcement", 13 },
		{ "Evaluation", 12 },
		{ "Subscription", 15 },
		{ "Enabled", 9 },
		{ "RightToUse", 11 },
	};
	struct table table;
	const json_t *row;
	size_t i;

	(void)ctl;
	table_begin(&table, columns, 6);
	json_array_foreach(view->features, i, row)
	{
		if (number_of(row, "device") == number_of(device, "device"))
			print_feature_row(&table, view, row);
	}
}

static int
print_rows(struct ctl *ctl, const char *list)
{
	json_t *rows;
	int status = ask_rows(ctl, list, NULL, &rows);

	return status == EXIT_DONE ? print_json(rows) : status;
}

int
show_feature(struct ctl *ctl)
{
	return ctl->json ? print_rows(ctl, "features")
			 : show(ctl, print_feature_table);
}

/* ---- show license file ---- */

static void
print_file(const struct ctl *ctl, const struct view *view, const json_t *device)
{
	const json_t *store, *row;
	size_t i, j;

	(void)ctl;
	json_array_foreach(view->stores, i, store)
	{
		if (number_of(store, "device") != number_of(device, "device"))
			continue;
		printf("License Store: %s\n", store_text(store));
		json_array_foreach(view->licenses, j, row)
		{
			if (store_of(view, row) != store)
				continue;
			printf("  Store Index: %lld\n    License: ",
			    (long long)store_index(row));
			print_words(stdout, "%s ", text_of(row, "id"));
			print_text(stdout, text_of(row, "feature"));
			print_words(stdout, " %s %s, issued %s by ",
			    text_of(row, "version"), text_of(row, "type"),
			    text_of(row, "issued"));
			print_text(stdout, text_of(row, "issuer"));
			printf("\n    Comment: ");
			print_text(stdout, text_of(row, "comment"));
			putchar('\n');
		}
	}
}

int
show_file(struct ctl *ctl)
{
	return show(ctl, print_file);
}
