/* pick.c - which license of a feature a command means. */
#include "pick.h"

#include <stdio.h>

#include "data.h"
#include "out.h"
#include "prompt.h"
#include "row.h"

void
print_choice(size_t number, const json_t *license)
{
	print_words(stderr, "%zu  %s %s, %s, store %lld, index %lld", number,
	    text_of(license, "version"), text_of(license, "type"),
	    text_of(license, "status"), (long long)number_of(license, "store"),
	    (long long)number_of(license, "license"));
	if (json_is_integer(json_object_get(license, "count")))
		fprintf(stderr, ", count %lld",
		    (long long)number_of(license, "count"));
	if (!is(license, "comment", "")) {
		fprintf(stderr, ", ");
		print_text(stderr, text_of(license, "comment"));
	}
	fputc('\n', stderr);
}

int
pick_row(const struct ctl *ctl, const json_t *rows, json_t **license)
{
	size_t n = json_array_size(rows), i, choice = ctl->index;
	json_t *row;

	if (n == 0)
		return fail("feature %s has no such license", ctl->args[0]);
	if (n > 1 && choice == 0) {
		json_array_foreach(rows, i, row)
		{
			print_choice(i + 1, row);
		}
		if (!has_terminal())
			return fail("feature %s has %zu licenses; choose one "
				    "with --index",
			    ctl->args[0], n);
		fprintf(
		    stderr, "Select the license by its number [1-%zu]: ", n);
		if ((choice = read_number()) == 0 || choice > n)
			return fail("no license chosen");
	}
	if (choice > n)
		return fail(
		    "feature %s has %zu such licenses", ctl->args[0], n);
	*license =
	    json_incref(json_array_get(rows, choice != 0 ? choice - 1 : 0));
	return EXIT_DONE;
}

/* Did the license come with the device? */
static bool
is_built_in(const json_t *stores, const json_t *license)
{
	const json_t *row;
	size_t i;

	json_array_foreach(stores, i, row)
	{
		if (is_same_device(row, license) &&
		    has_number(row, "store", number_of(license, "store")))
			return is(row, "kind", "built-in");
	}
	return false;
}

static bool
is_installed(const json_t *license, const void *stores)
{
	return !is_built_in(stores, license);
}

static bool
has_installed(const json_t *rows, const json_t *stores)
{
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		if (is_installed(row, stores))
			return true;
	}
	return false;
}

int
pick(struct ctl *ctl, enum among among, json_t **license)
{
	json_t *rows, *stores = NULL;
	int status = ask_rows(ctl, "licenses", ctl->args[0], &rows);

	if (status != EXIT_DONE)
		return status;
	if (among != ALL)
		status = ask_rows(ctl, "stores", NULL, &stores);
	if (status == EXIT_DONE) {
		if (among == INSTALLED ||
		    (among == INSTALLED_IF_ANY && has_installed(rows, stores)))
			keep_rows(rows, is_installed, stores);
		keep_number(rows, "store", ctl->store);
		status = pick_row(ctl, rows, license);
	}
	json_decref(rows);
	json_decref(stores);
	return status;
}

int
change(struct ctl *ctl, json_t *license, json_t *request)
{
	json_t *result = NULL;
	int status = ask_license(ctl, license, request, &result);

	json_decref(license);
	return finish(ctl, status, result);
}
