/* history.c - what happened to licenses; and all that the daemon knows. */
#include <stdio.h>
#include <stdlib.h>

#include "commands.h"
#include "data.h"
#include "out.h"
#include "row.h"

/* A record names its device by the UDI; records about all have none. */
static bool
is_of_udi(const json_t *record, const void *udi)
{
	return is(record, "udi", "") || is(record, "udi", udi);
}

static int
ask_history(struct ctl *ctl, json_t **rows)
{
	json_t *devices;
	int status = ask_rows(ctl, "devices", NULL, &devices);

	if (status != EXIT_DONE)
		return status;
	status = ask_rows(ctl, "history", NULL, rows);
	if (status == EXIT_DONE && ctl->device != 0)
		keep_rows(*rows, is_of_udi,
		    text_of(json_array_get(devices, 0), "udi"));
	json_decref(devices);
	return status;
}

#define SHOWN_MAX 256 /* bytes of a text; a signed answer has thousands */

/* As one line, in which long texts are replaced; the caller frees. */
static char *
record_text(const json_t *record)
{
	json_t *shown = json_copy((json_t *)(uintptr_t)record), *value;
	const char *name;
	char *text, size[64];

	json_object_foreach(shown, name, value)
	{
		if (json_string_length(value) <= SHOWN_MAX)
			continue;
		snprintf(size, sizeof size, "(%zu bytes, with --json)",
		    json_string_length(value));
		(void)json_object_set_new(shown, name, json_string(size));
	}
	text = json_dumps(shown, JSON_COMPACT);
	json_decref(shown);
	return text;
}

static void
print_record(const json_t *row)
{
	char *body = record_text(json_object_get(row, "body"));

	print_words(stdout, "%lld %s %s %s %s ",
	    (long long)number_of(row, "seq"), text_of(row, "at"),
	    text_of(row, "what"),
	    is(row, "udi", "") ? "-" : text_of(row, "udi"),
	    is(row, "id", "") ? "-" : text_of(row, "id"));
	print_text(stdout, body != NULL ? body : "");
	putchar('\n');
	free(body);
}

int
show_history(struct ctl *ctl)
{
	json_t *rows, *row;
	size_t i;
	int status = ask_history(ctl, &rows);

	if (status != EXIT_DONE)
		return status;
	if (ctl->json)
		return print_json(rows);
	json_array_foreach(rows, i, row)
	{
		print_record(row);
	}
	json_decref(rows);
	return EXIT_DONE;
}

int
dump(struct ctl *ctl)
{
	static const char *const lists[] = { "devices", "stores", "features",
		"licenses", "leases", "modules" };
	json_t *all = json_object(), *part;
	int status = ask(ctl, json_pack("{s:s}", "do", "statistics"), &part);

	if (status == EXIT_DONE)
		(void)json_object_set_new(all, "statistics", part);
	for (size_t i = 0; status == EXIT_DONE && i < NITEMS(lists); i++)
		if ((status = ask_rows(ctl, lists[i], NULL, &part)) ==
		    EXIT_DONE)
			(void)json_object_set_new(all, lists[i], part);
	if (status == EXIT_DONE &&
	    (status = ask_history(ctl, &part)) == EXIT_DONE) {
		(void)json_object_set_new(all, "history", part);
		return print_json(all);
	}
	json_decref(all);
	return status;
}
