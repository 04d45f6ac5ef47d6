/* pick.c - which license of a feature a command means. */
#include "pick.h"

#include <stdio.h>

#include "data.h"
#include "out.h"
#include "prompt.h"
#include "row.h"

void
print_choice(const json_t *license)
{
	print_words(stderr,
	    "License Index %lld: ", (long long)number_of(license, "license"));
	print_text(stderr, text_of(license, "feature"));
	print_words(stderr, " %s %s, %s, store %lld",
	    text_of(license, "version"), text_of(license, "type"),
	    text_of(license, "status"), (long long)number_of(license, "store"));
	if (json_is_integer(json_object_get(license, "count")))
		fprintf(stderr, ", count %lld",
		    (long long)number_of(license, "count"));
	if (!is(license, "comment", "")) {
		fprintf(stderr, ", ");
		print_text(stderr, text_of(license, "comment"));
	}
	fputc('\n', stderr);
}

/* NULL: none, or, in a stack, several. */
static json_t *
find_index(const json_t *rows, json_int_t index)
{
	json_t *row, *found = NULL;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		if (!has_number(row, "license", index))
			continue;
		if (found != NULL)
			return NULL;
		found = row;
	}
	return found;
}

static int
fail_choice(const struct ctl *ctl, size_t n)
{
	if (ctl->index != 0)
		return fail("feature %s: --index %u is not one of these%s",
		    ctl->args[0], ctl->index,
		    ctl->device == 0 ? " (in a stack, use --device)" : "");
	return fail("feature %s has %zu such licenses; choose one with "
		    "--index",
	    ctl->args[0], n);
}

int
pick_row(const struct ctl *ctl, const json_t *rows, json_t **license)
{
	size_t n = json_array_size(rows), i;
	json_t *row, *chosen = NULL;

	if (n == 0)
		return fail("feature %s has no such license", ctl->args[0]);
	if (ctl->index != 0)
		chosen = find_index(rows, ctl->index);
	else if (n == 1)
		chosen = json_array_get(rows, 0);
	if (chosen == NULL) {
		json_array_foreach(rows, i, row)
		{
			print_choice(row);
		}
		if (ctl->index != 0 || !has_terminal())
			return fail_choice(ctl, n);
		fprintf(stderr, "License Index: ");
		chosen = find_index(rows, (json_int_t)read_number());
	}
	if (chosen == NULL)
		return fail("no license chosen");
	*license = json_incref(chosen);
	return EXIT_DONE;
}

/* Did it not come with the device? */
static bool
is_installed(const json_t *license, const void *stores)
{
	return !is(
	    find_row(stores, is_same_store, license), "kind", "built-in");
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
		    (among == INSTALLED_IF_ANY &&
			find_row(rows, is_installed, stores) != NULL))
			keep_rows(rows, is_installed, stores);
		keep_number(rows, "store", ctl->store);
		status = pick_row(ctl, rows, license);
	}
	json_decref(rows);
	json_decref(stores);
	return status;
}

int
change(struct ctl *ctl, json_t *license, json_t *request, const char *outcome)
{
	json_t *result = NULL;
	int status = ask_license(ctl, license, request, &result);

	if (status == EXIT_DONE && !ctl->json) {
		print_text(stdout, text_of(license, "feature"));
		printf(", License Index %lld: %s\n",
		    (long long)number_of(license, "license"), outcome);
	}
	json_decref(license);
	return finish(ctl, status, result);
}
