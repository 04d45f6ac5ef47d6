/*
 * licctl_lists.c - what is shown beside licenses: devices, counts, levels, and
 * what happened; and all of it at once.
 */
#include "licctl.h"

#include <stdlib.h>
#include <string.h>

/* ---- show license udi, statistics, status ---- */

int
show_udi(struct ctl *ctl)
{
	static const struct column columns[] = {
		{ "Device#", 10 },
		{ "PID", 24 },
		{ "SN", 24 },
		{ "UDI", 0 },
	};
	struct table table;
	json_t *rows, *row;
	size_t i;
	int status = ask_rows(ctl, "devices", NULL, &rows);

	if (status != EXIT_DONE)
		return status;
	if (json_array_size(rows) == 0) {
		json_decref(rows);
		return no_device(ctl);
	}
	if (ctl->json)
		return print_json(rows);
	table_begin(&table, columns, 4);
	if (!table.narrow)
		puts("-------------------------------------------------------"
		     "-----------------------");
	json_array_foreach(rows, i, row)
	{
		char number[32];

		snprintf(number, sizeof number, "%s%lld",
		    is_true(row, "master") ? "*" : " ",
		    (long long)number_of(row, "device") - 1);
		table_text(&table, number);
		table_text(&table, text_of(row, "pid"));
		table_text(&table, text_of(row, "sn"));
		table_text(&table, text_of(row, "udi"));
	}
	json_decref(rows);
	return EXIT_DONE;
}

int
show_statistics(struct ctl *ctl)
{
	static const struct {
		const char *name, *key; /* NULL: a heading */
	} lines[] = {
		{ "Administrative statistics", NULL },
		{ "Install success count:", "install_success" },
		{ "Install failure count:", "install_failure" },
		{ "Install duplicate count:", "install_duplicate" },
		{ "Comment add count:", "comment_add" },
		{ "Comment delete count:", "comment_delete" },
		{ "Clear count:", "clear" },
		{ "Client statistics", NULL },
		{ "Request success count:", "request_success" },
		{ "Request failure count:", "request_failure" },
		{ "Release count:", "release" },
		{ "Global Notify count:", "notify" },
		{ "Notification statistics", NULL },
		{ "Waiting count:", "notifications_waiting" },
		{ "Dropped count:", "notifications_dropped" },
	};
	json_t *result;
	int status = ask(ctl, json_pack("{s:s}", "do", "statistics"), &result);

	if (status != EXIT_DONE)
		return status;
	if (ctl->json)
		return print_json(result);
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		if (lines[i].key == NULL)
			printf("%s%s\n", i != 0 ? "\n" : "", lines[i].name);
		else
			printf("\t%-29s%lld\n", lines[i].name,
			    (long long)number_of(result, lines[i].key));
	json_decref(result);
	return EXIT_DONE;
}

int
show_status(struct ctl *ctl)
{
	static const char *const supported[] = { "permanent", "extension",
		"evaluation", "subscription", "right-to-use" };
	static const char *const meanings[] = { "Non-expiring node locked",
		"Expiring node locked", "Expiring non node locked",
		"Expiring node locked, by calendar",
		"Non-expiring non node locked" };
	static const char *const operations[] = { "install", "clear",
		"annotate", "save", "revoke" };
	static const char *const actions[] = { "Install", "Clear", "Comment",
		"Save", "Revoke" };
	json_t *list;

	if (ctl->json) {
		list = json_pack("{s:[], s:[]}", "types", "operations");
		for (size_t i = 0; i < 5; i++) {
			(void)json_array_append_new(
			    json_object_get(list, "types"),
			    json_string(supported[i]));
			(void)json_array_append_new(
			    json_object_get(list, "operations"),
			    json_string(operations[i]));
		}
		return print_json(list);
	}
	puts("License Type Supported");
	for (size_t i = 0; i < 5; i++)
		printf("\t%-15s%s license\n", supported[i], meanings[i]);
	puts("License Operation Supported");
	for (size_t i = 0; i < 5; i++)
		printf("\t%-15s%s license\n", operations[i], actions[i]);
	return EXIT_DONE;
}

/* ---- show history, leases, license level; dump ---- */

/* A device is known by its UDI there, and what is about all by none. */
static int
ask_history(struct ctl *ctl, json_t **rows)
{
	json_t *devices;
	const char *udi;
	int status = ask_rows(ctl, "devices", NULL, &devices);

	if (status != EXIT_DONE)
		return status;
	udi = text_of(json_array_get(devices, 0), "udi");
	if (json_array_size(devices) == 0)
		status = no_device(ctl);
	else
		status = ask_rows(ctl, "history", NULL, rows);
	for (size_t i = status == EXIT_DONE ? json_array_size(*rows) : 0;
	     ctl->device != 0 && i-- > 0;)
		if (!is(json_array_get(*rows, i), "udi", "") &&
		    !is(json_array_get(*rows, i), "udi", udi))
			(void)json_array_remove(*rows, i);
	json_decref(devices);
	return status;
}

#define SHOWN_MAX 256 /* bytes of a text; a signed answer has thousands */

/* As one line; what is too long for it is in the JSON. */
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
	json_decref(rows);
	return EXIT_DONE;
}

int
show_leases(struct ctl *ctl)
{
	static const struct column columns[] = {
		{ "Process", 10 },
		{ "User", 10 },
		{ "Count", 12 },
		{ "State", 12 },
		{ "Feature", 26 },
		{ "Version", 0 },
	};
	struct table table;
	json_t *rows, *row;
	size_t i;
	int status = ask_rows(ctl, "leases", NULL, &rows);

	if (status != EXIT_DONE)
		return status;
	if (ctl->json)
		return print_json(rows);
	table_begin(&table, columns, 6);
	json_array_foreach(rows, i, row)
	{
		table_number(&table, number_of(row, "pid"));
		table_number(&table, number_of(row, "uid"));
		table_number(&table, number_of(row, "count"));
		table_text(&table, text_of(row, "state"));
		table_text(&table, text_of(row, "feature"));
		table_text(&table, text_of(row, "version"));
	}
	json_decref(rows);
	return EXIT_DONE;
}

/* "base entservices": the levels from the base on. */
static char *
level_names(const json_t *module)
{
	const json_t *levels = json_object_get(module, "levels"), *level;
	char *text = NULL;
	size_t i, size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	json_array_foreach(levels, i, level)
	{
		fprintf(
		    out, "%s%s", i != 0 ? " " : "", json_string_value(level));
	}
	return fclose(out) == 0 ? text : NULL;
}

int
show_level(struct ctl *ctl)
{
	static const struct column columns[] = {
		{ "Device#", 10 },
		{ "Module", 16 },
		{ "Running", 16 },
		{ "Next", 16 },
		{ "Levels", 0 },
	};
	struct table table;
	json_t *rows, *row;
	size_t i;
	int status = ask_rows(ctl, "modules", NULL, &rows);

	if (status != EXIT_DONE)
		return status;
	if (ctl->json)
		return print_json(rows);
	table_begin(&table, columns, 5);
	json_array_foreach(rows, i, row)
	{
		char *names = level_names(row);

		table_number(&table, number_of(row, "device") - 1);
		table_text(&table, text_of(row, "module"));
		table_text(&table, text_of(row, "running"));
		table_text(&table,
		    is(row, "wanted", "") ? "highest" : text_of(row, "wanted"));
		table_text(&table, names != NULL ? names : "");
		free(names);
	}
	json_decref(rows);
	return EXIT_DONE;
}

static const char *const lists[] = { "devices", "stores", "features",
	"licenses", "leases", "modules" };

int
dump(struct ctl *ctl)
{
	json_t *all = json_object(), *part;
	int status = ask(ctl, json_pack("{s:s}", "do", "statistics"), &part);

	if (status == EXIT_DONE)
		(void)json_object_set_new(all, "statistics", part);
	for (size_t i = 0;
	     status == EXIT_DONE && i < sizeof lists / sizeof lists[0]; i++) {
		status = ask_rows(ctl, lists[i], NULL, &part);
		if (status == EXIT_DONE)
			(void)json_object_set_new(all, lists[i], part);
	}
	if (status == EXIT_DONE &&
	    (status = ask_history(ctl, &part)) == EXIT_DONE)
		(void)json_object_set_new(all, "history", part);
	if (status == EXIT_DONE)
		return print_json(all);
	json_decref(all);
	return status;
}
