/* status.c - counters, what is supported, the clock, the configuration. */
#include <stdio.h>

#include "commands.h"
#include "data.h"
#include "license.h"
#include "out.h"
#include "row.h"
#include "table.h"

static void
print_statistics(const json_t *result)
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
		{ "Check-out statistics", NULL },
		{ "Denied count:", "request_failure" },
		{ "Waiting count:", "request_waiting" },
	};

	for (size_t i = 0; i < NITEMS(lines); i++)
		if (lines[i].key == NULL)
			printf("%s%s\n", i != 0 ? "\n" : "", lines[i].name);
		else
			printf("\t%-29s%lld\n", lines[i].name,
			    (long long)number_of(result, lines[i].key));
}

static bool
has_demand(const json_t *feature, const void *arg)
{
	(void)arg;
	return number_of(feature, "denied") > 0 ||
	       number_of(feature, "waiting") > 0;
}

/* Of each feature, what is counted of its check-outs. */
static void
keep_figures(json_t *features)
{
	static const char *const kept[] = { "device", "feature", "version",
		"denied", "waiting" };
	json_t *row, *figures;
	size_t i;

	json_array_foreach(features, i, row)
	{
		figures = json_object();
		for (size_t k = 0; k < NITEMS(kept); k++)
			(void)json_object_set(
			    figures, kept[k], json_object_get(row, kept[k]));
		(void)json_array_set_new(features, i, figures);
	}
}

static void
print_figures(json_t *features)
{
	static const struct column columns[] = {
		{ "Device", 8, "device", NULL },
		{ "Feature", 26, "feature", NULL },
		{ "Version", 12, "version", NULL },
		{ "Denied", 10, "denied", NULL },
		{ "Waiting", 0, "waiting", NULL },
	};

	keep_rows(features, has_demand, NULL);
	if (json_array_size(features) == 0)
		return;
	putchar('\n');
	table_print(columns, NITEMS(columns), TABLE_PLAIN, features);
}

int
show_statistics(struct ctl *ctl)
{
	json_t *result, *features;
	int status = ask_rows(ctl, "features", NULL, &features);

	if (status != EXIT_DONE)
		return status;
	ctl->device = 0; /* all other figures are of all devices */
	status = ask(ctl, json_pack("{s:s}", "do", "statistics"), &result);
	if (status != EXIT_DONE)
		goto out;
	if (ctl->json) {
		keep_figures(features);
		(void)json_object_set(result, "features", features);
		status = print_json(result);
		goto out;
	}
	print_statistics(result);
	print_figures(features);
	json_decref(result);
out:
	json_decref(features);
	return status;
}

/* A word of the JSON, and what IOS says of it. */
struct support {
	const char *word, *meaning;
};

static const struct support types[] = {
	{ "permanent", "Non-expiring node locked" },
	{ "extension", "Expiring node locked" },
	{ "evaluation", "Expiring non node locked" },
	{ "subscription", "Expiring node locked, by calendar" },
	{ "right-to-use", "Non-expiring non node locked" },
};

static const struct support operations[] = {
	{ "install", "Install" },
	{ "clear", "Clear" },
	{ "annotate", "Comment" },
	{ "save", "Save" },
	{ "revoke", "Revoke" },
};

static json_t *
support_json(const struct support *list, size_t n)
{
	json_t *words = json_array();

	for (size_t i = 0; i < n; i++)
		(void)json_array_append_new(words, json_string(list[i].word));
	return words;
}

static void
print_support(const char *head, const struct support *list, size_t n)
{
	puts(head);
	for (size_t i = 0; i < n; i++)
		printf("\t%-15s%s license\n", list[i].word, list[i].meaning);
}

static void
print_item(const char *name, const char *value)
{
	printf("\t%-15s%s\n", name, value);
}

/* Licenses follow a time of their own, which never runs backwards. */
static void
print_time(const json_t *clock)
{
	int64_t behind =
	    time_of(text_of(clock, "time")) - time_of(text_of(clock, "clock"));
	char period[PERIOD_SIZE];

	puts("License Time");
	print_item("licenses", text_of(clock, "time"));
	print_item("clock", text_of(clock, "clock"));
	if (number_of(clock, "ahead_s") > 0) {
		print_item("set ahead by",
		    period_text(number_of(clock, "ahead_s"), period));
		puts("\tOnce the clock is right, \"licctl clock reset\" takes "
		     "that back.");
	} else if (behind > 1) {
		print_item("set back by", period_text(behind, period));
		puts("\tLicenses keep the later time until the clock reaches "
		     "it.");
	}
}

/* Nothing is said where there never was one. */
static void
print_trust_list(const json_t *list)
{
	char text[128];

	if (!json_is_object(list))
		return;
	if (!json_is_integer(json_object_get(list, "version")))
		snprintf(text, sizeof text,
		    "none counts; version %lld was in use",
		    number_of(list, "newest"));
	else
		snprintf(text, sizeof text, "version %lld, %s %s",
		    number_of(list, "version"),
		    json_is_true(json_object_get(list, "out_of_date"))
			? "out of date since"
			: "up to date until",
		    text_of(list, "expires"));
	print_item("trust list", text);
}

/* Beside the trust list, only what is wrong is told. */
static void
print_state(const json_t *state)
{
	const char *recording = text_of(state, "recording");
	const char *doubled = text_of(state, "doubled");
	const json_t *skipped = json_object_get(state, "keys_skipped"), *key;
	size_t i;

	puts("License State");
	if (recording[0] != '\0') {
		print_item("not recorded", recording);
		puts("\tChanges are refused until they can be recorded.");
	} else {
		print_item("recorded",
		    doubled[0] != '\0' ? "in one file" : "in both files");
	}
	if (doubled[0] != '\0')
		print_item("one file", doubled);
	print_trust_list(json_object_get(state, "trust_list"));
	json_array_foreach(skipped, i, key)
	    print_item("key skipped", json_string_value(key));
}

/* EXIT_DONE: the clock, with what is wrong with the state. */
static int
ask_status(struct ctl *ctl, json_t **clock)
{
	json_t *state;
	int status = ask(ctl, json_pack("{s:s}", "do", "clock"), clock);

	if (status != EXIT_DONE)
		return status;
	status = ask(ctl, json_pack("{s:s}", "do", "state"), &state);
	if (status != EXIT_DONE)
		json_decref(*clock);
	else
		(void)json_object_update_new(*clock, state);
	return status;
}

int
show_status(struct ctl *ctl)
{
	json_t *clock;
	int status = ask_status(ctl, &clock);

	if (status != EXIT_DONE)
		return status;
	if (ctl->json) {
		(void)json_object_set_new(
		    clock, "types", support_json(types, NITEMS(types)));
		(void)json_object_set_new(clock, "operations",
		    support_json(operations, NITEMS(operations)));
		return print_json(clock);
	}
	print_support("License Type Supported", types, NITEMS(types));
	print_support(
	    "License Operation Supported", operations, NITEMS(operations));
	print_time(clock);
	print_state(clock);
	json_decref(clock);
	return EXIT_DONE;
}

int
clock_reset(struct ctl *ctl)
{
	json_t *result = NULL;
	int status = ask(ctl, json_pack("{s:s}", "do", "clock_reset"), &result);

	if (status == EXIT_DONE && !ctl->json)
		puts("Licenses follow the clock again.");
	return finish(ctl, status, result);
}

int
reload(struct ctl *ctl)
{
	json_t *result = NULL;
	int status;

	ctl->slow = true; /* an action that runs ends first */
	status = ask(ctl, json_pack("{s:s}", "do", "reload"), &result);
	if (status == EXIT_DONE && !ctl->json)
		puts("The configuration is in force.");
	return finish(ctl, status, result);
}
