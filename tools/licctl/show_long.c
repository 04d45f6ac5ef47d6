/* show_long.c - views that show all there is to know of licenses. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "license.h"
#include "out.h"
#include "row.h"
#include "view.h"

/* ---- One license ---- */

/* "<UDI><PID>...</PID><SN>...</SN></UDI>", of the first UDI.  A node-locked
 * license that is not counted has no <UDI> around it, as on an ASR 903. */
static void
print_vendor(const json_t *license)
{
	const char *udi = json_string_value(
	    json_array_get(json_object_get(license, "udis"), 0));
	const char *colon = udi != NULL ? strchr(udi, ':') : NULL;
	bool bare = colon != NULL && !is_true(license, "counted");

	printf("\tVendor info: %s<PID>", bare ? "" : "<UDI>");
	if (colon == NULL)
		printf("NOTLOCKED</PID><SN>NOTLOCKED");
	else
		print_words(stdout, "%.*s</PID><SN>%s", (int)(colon - udi), udi,
		    colon + 1);
	printf("</SN>%s%s\n", bare ? "" : "</UDI>",
	    is_right_to_use(license) ? "<T>RTU</T>" : "");
}

static void
print_period(const char *name, json_int_t seconds)
{
	char period[PERIOD_SIZE];

	printf("\t    %s: %s\n", name, period_text(seconds, period));
}

static void
print_periods(const json_t *license)
{
	if (is_trial(license)) {
		print_period(
		    "Evaluation total period", number_of(license, "period_s"));
		print_period(
		    "Evaluation period left", number_of(license, "left_s"));
		print_period("Period used", number_of(license, "used_s"));
	}
	if (is_subscription(license)) {
		printf("\t    ");
		/* Without a start it counts from its issue. */
		print_words(stdout, "Start date: %s, End date: %s",
		    text_of(license, json_is_string(json_object_get(
					 license, "start"))
					 ? "start"
					 : "issued"),
		    text_of(license, "end"));
		putchar('\n');
		print_period(
		    "Subscription period left", number_of(license, "left_s"));
	}
}

static void
print_long(const struct view *view, const json_t *license)
{
	bool locked = json_array_size(json_object_get(license, "udis")) > 0;

	print_field("License Type", type_text(license));
	print_state(license);
	print_periods(license);
	print_field("Lock type", locked ? "Node locked" : "Non Node locked");
	print_vendor(license);
	print_field("License Addition",
	    is_true(license, "additive") ? "Additive" : "Exclusive");
	print_field("License Generation version",
	    is_right_to_use(license) ? "0x8200000" : "0x8100000");
	print_own_count(view, license);
	print_field("License Priority", priority_text(license));
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

/* ---- By feature ---- */

static int
by_feature(const void *a, const void *b)
{
	static const char *const keys[] = { "store", "license" };
	const json_t *x = *(const json_t *const *)a;
	const json_t *y = *(const json_t *const *)b;
	int order = strcmp(text_of(x, "feature"), text_of(y, "feature"));

	for (size_t i = 0; order == 0 && i < NITEMS(keys); i++)
		order = (number_of(x, keys[i]) > number_of(y, keys[i])) -
			(number_of(x, keys[i]) < number_of(y, keys[i]));
	return order;
}

/* The device's licenses by name; the caller frees the array. */
static const json_t **
sort_licenses(const struct view *view, const json_t *device, size_t *n)
{
	size_t size = json_array_size(view->licenses), i;
	const json_t **list = calloc(size + 1, sizeof *list);
	const json_t *row;

	*n = 0;
	if (list == NULL)
		return NULL;
	json_array_foreach(view->licenses, i, row)
	{
		if (is_same_device(row, device))
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
	const json_t **list = sort_licenses(view, device, &n);

	(void)ctl;
	if (list == NULL)
		(void)fail("out of memory");
	for (size_t i = 0; i < n; i++) {
		printf("Index: %zu \tFeature: ", i + 1);
		print_name(list[i]);
		print_long(view, list[i]);
		printf(
		    "\tStore Index: %lld\n", (long long)number_of(list[i], "store_index"));
		print_field("Store Name", store_text(store_of(view, list[i])));
		printf("\tLicense Index: %lld\n",
		    (long long)number_of(list[i], "license"));
	}
	free(list);
}

int
show_detail(struct ctl *ctl)
{
	return view_show(ctl, NULL, print_details);
}

/* ---- By store ---- */

static void
print_stores(const struct view *view, const json_t *device,
    void (*print)(const struct view *, const json_t *license))
{
	const json_t *store, *row;
	size_t i, j;

	json_array_foreach(view->stores, i, store)
	{
		if (!is_same_device(store, device))
			continue;
		printf("License Store: %s\n", store_text(store));
		json_array_foreach(view->licenses, j, row)
		{
			if (store_of(view, row) == store)
				print(view, row);
		}
	}
}

static void
print_stored(const struct view *view, const json_t *license)
{
	printf("StoreIndex: %lld  Feature: ", (long long)number_of(license, "store_index"));
	print_name(license);
	print_long(view, license);
}

static void
print_all(const struct ctl *ctl, const struct view *view, const json_t *device)
{
	(void)ctl;
	print_stores(view, device, print_stored);
}

int
show_all(struct ctl *ctl)
{
	return view_show(ctl, NULL, print_all);
}

int
show_evaluation(struct ctl *ctl)
{
	return view_show(ctl, is_evaluation, print_all);
}

static bool
parse_days(const char *text, uint32_t *days)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || value == 0 ||
	    value > 49710)
		return false;
	*days = (uint32_t)value;
	return true;
}

int
show_expiring(struct ctl *ctl)
{
	if (ctl->nargs > 0 && !parse_days(ctl->args[0], &ctl->within_days))
		return misuse("show license expiring: expected a number of "
			      "days from 1 to 49710, not %s",
		    ctl->args[0]);
	ctl->nargs = 0; /* it is no feature */
	return view_show(ctl, is_expiring, print_all);
}

int
show_in_use(struct ctl *ctl)
{
	return view_show(ctl, is_in_use, print_all);
}

int
show_permanent(struct ctl *ctl)
{
	return view_show(ctl, is_permanent, print_all);
}

static void
print_signed(const struct view *view, const json_t *license)
{
	(void)view;
	printf("  Store Index: %lld\n    License: ",
	    (long long)number_of(license, "store_index"));
	print_words(stdout, "%s ", text_of(license, "id"));
	print_text(stdout, text_of(license, "feature"));
	print_words(stdout, " %s %s, issued %s by ",
	    text_of(license, "version"), text_of(license, "type"),
	    text_of(license, "issued"));
	print_text(stdout, text_of(license, "issuer"));
	printf("\n    Comment: ");
	print_text(stdout, text_of(license, "comment"));
	putchar('\n');
}

static void
print_file(const struct ctl *ctl, const struct view *view, const json_t *device)
{
	(void)ctl;
	print_stores(view, device, print_signed);
}

int
show_file(struct ctl *ctl)
{
	return view_show(ctl, NULL, print_file);
}
