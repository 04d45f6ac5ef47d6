/* line.c - a command line: options, command, filter. */
#include "line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "commands.h"
#include "filter.h"
#include "out.h"
#include "pager.h"
#include "sink.h"
#include "url.h"
#include "words.h"

/* ---- Options ---- */

enum option_kind {
	FLAG,
	NUMBER,
	SECONDS, /* a number, or nothing: without end */
	TEXT,
	SHOW_HELP,
	SHOW_VERSION,
};

static const struct option {
	const char *name;
	enum option_kind kind;
	size_t at; /* in struct ctl */
	const char *value, *what;
} options[] = {
#define AT(field) offsetof(struct ctl, field)
	{ "--socket", TEXT, AT(socket), "PATH",
	    "control socket of the daemon" },
	{ "--json", FLAG, AT(json), "",
	    "print JSON, with the keys of licagent-control(7)" },
	{ "--device", NUMBER, AT(device), "N",
	    "this device of a stack (entPhysicalIndex)" },
	{ "--yes", FLAG, AT(yes), "", "answer yes to every question" },
	{ "--dry-run", FLAG, AT(dry_run), "",
	    "install, clear, revoke: show what would be done" },
	{ "--accept-eula", FLAG, AT(accept_eula), "",
	    "accept license agreements" },
	{ "--feature", TEXT, AT(feature), "NAME", "run: the feature to hold" },
	{ "--index", NUMBER, AT(index), "N",
	    "the license with this index (clmgmtLicenseIndex)" },
	{ "--store", NUMBER, AT(store), "N",
	    "install into this store; others: licenses of this store" },
	{ "--stop-on-failure", FLAG, AT(stop_on_failure), "",
	    "install: stop at the first license that fails" },
	{ "--password-file", TEXT, AT(password_file), "FILE",
	    "password for a URL's user; - is standard input" },
	{ "--sku", TEXT, AT(sku), "SKU", "call-home install: what of the PAK" },
	{ "--quantity", NUMBER, AT(quantity), "N",
	    "call-home install: how many of it" },
	{ "--offline", TEXT, AT(offline), "FILE",
	    "call-home: write the request to a file instead" },
	{ "--count", NUMBER, AT(count), "N", "run, check: how many" },
	{ "--wait", SECONDS, AT(wait_s), "[=N]",
	    "run: wait until enough is left, N seconds at most" },
	{ "--on-loss", TEXT, AT(on_loss), "SIGNAL",
	    "run: signal for the command when the license is lost" },
	{ "--help", SHOW_HELP, 0, "", "show this help" },
	{ "--version", SHOW_VERSION, 0, "", "show the version" },
#undef AT
};

static void
print_help(void)
{
	puts("usage: licctl [OPTION...] COMMAND... [| FILTER]\n\n"
	     "Keywords may be abbreviated.  Commands:\n");
	print_commands();
	puts("\nOptions, anywhere on the command line:\n");
	for (size_t i = 0; i < NITEMS(options); i++)
		printf("  %s%s%-*s%s\n", options[i].name,
		    options[i].value[0] == '[' ? "" : " ",
		    23 + (options[i].value[0] == '[') -
			(int)strlen(options[i].name),
		    options[i].value, options[i].what);
	puts("\nAfter a show command: | include PATTERN, | exclude, | begin, "
	     "| section.\nSee licctl(1).");
}

int
show_help(struct ctl *ctl)
{
	(void)ctl;
	print_help();
	return EXIT_DONE;
}

static bool
takes_value(const struct option *option)
{
	return option->kind == NUMBER || option->kind == TEXT;
}

static bool
fail_number(const struct option *option, const char *value)
{
	(void)misuse(
	    "%s: %s is not a number from 1 to 4294967295", option->name, value);
	return false;
}

static bool
set_option(struct ctl *ctl, const struct option *option, const char *value)
{
	void *field = (char *)ctl + option->at;

	switch (option->kind) {
	case FLAG:
		*(bool *)field = true;
		break;
	case SECONDS:
	case NUMBER:
		if (option->kind == SECONDS && value == NULL)
			*(uint32_t *)field = UINT32_MAX;
		else if (!parse_number(value, field))
			return fail_number(option, value);
		break;
	case TEXT:
		*(const char **)field = value;
		break;
	case SHOW_HELP:
		print_help();
		exit(EXIT_DONE);
	case SHOW_VERSION:
		puts("licctl " PACKAGE_VERSION);
		exit(EXIT_DONE);
	}
	return true;
}

/* "--name", or "--name=value". */
static const struct option *
find_option(const char *typed)
{
	size_t len = strcspn(typed, "=");

	for (size_t i = 0; i < NITEMS(options); i++)
		if (strlen(options[i].name) == len &&
		    strncmp(options[i].name, typed, len) == 0)
			return &options[i];
	return NULL;
}

static bool
may_have_value(const struct option *option)
{
	return takes_value(option) || option->kind == SECONDS;
}

/* Returns how many words it took; 0: an error, which was said. */
static int
take_option(struct ctl *ctl, char **words)
{
	const struct option *option = find_option(words[0]);
	const char *value = strchr(words[0], '=');

	if (option == NULL) {
		(void)misuse("unknown option %s", words[0]);
		return 0;
	}
	if (value != NULL && !may_have_value(option)) {
		(void)misuse("option %s takes no value", option->name);
		return 0;
	}
	if (value != NULL || !takes_value(option))
		return set_option(
		    ctl, option, value != NULL ? value + 1 : NULL);
	if (words[1] == NULL) {
		(void)misuse("option %s requires a value", option->name);
		return 0;
	}
	return set_option(ctl, option, words[1]) ? 2 : 0;
}

/* ---- The command line ---- */

/* "|include" is "| include"; the text of a filter goes to its end. */
static void
take_word(struct ctl *ctl, char *word)
{
	if (ctl->filter == NULL && word[0] == '|')
		ctl->filter = ctl->args + ctl->nargs;
	ctl->args[ctl->nargs++] = word;
}

bool
parse_line(struct ctl *ctl, char **argv, char **words)
{
	ctl->args = words;
	while (*argv != NULL) {
		int took;

		if (strcmp(*argv, "--") == 0) {
			ctl->command = argv + 1;
			break;
		}
		if (argv[0][0] != '-' || argv[0][1] == '\0') {
			take_word(ctl, *argv++);
			continue;
		}
		if ((took = take_option(ctl, argv)) == 0)
			return false;
		argv += took;
	}
	if (ctl->filter != NULL) {
		ctl->nfilter = ctl->nargs - (size_t)(ctl->filter - words);
		ctl->nargs -= ctl->nfilter;
	}
	return true;
}

static int
flush_output(void)
{
	if (fflush(stdout) != 0)
		return fail("standard output: %s", strerror(errno));
	if (ferror(stdout)) /* of an earlier write, whose errno is lost */
		return fail("standard output: write error");
	return EXIT_DONE;
}

static int
run_command(struct ctl *ctl, const struct command *command)
{
	int status = take_files(ctl, command->args), flushed;

	if (status == EXIT_DONE)
		status = command->run(ctl);
	drop_files(ctl);
	flushed = flush_output();
	return flushed != EXIT_DONE ? flushed : status;
}

/* The exit status is the command's. */
static int
run_filtered(struct ctl *ctl, const struct command *command)
{
	struct filter *filter;
	struct sink sink;
	int status = EXIT_DONE;

	if (ctl->filter == NULL)
		return run_command(ctl, command);
	if (!is_show(command))
		return misuse("only the output of \"show\" can be filtered");
	if (ctl->json)
		return misuse("JSON is not filtered; leave out --json or the "
			      "filter");
	status = filter_new(ctl->filter, ctl->nfilter, &filter);
	if (status != EXIT_DONE)
		return status;
	if (sink_open(&sink, filter_run, filter)) {
		status = run_command(ctl, command);
		if (!sink_close(&sink) && status == EXIT_DONE)
			status = EXIT_FAILED;
	} else
		status = fail("cannot start the filter: %s", strerror(errno));
	filter_free(filter);
	return status;
}

/* Events come when they come. */
static bool
is_paged(const struct ctl *ctl, const struct command *command)
{
	return ctl->console != NULL && isatty(STDOUT_FILENO) &&
	       (is_show(command) || command->run == dump ||
		   command->run == show_help) &&
	       command->run != show_events;
}

static struct screen
screen_of(const struct console *console)
{
	struct screen screen = terminal_screen();

	if (console->has_length)
		screen.lines =
		    console->length != 0 ? console->length : SIZE_MAX;
	if (console->has_width)
		screen.columns =
		    console->width != 0 ? console->width : SIZE_MAX;
	return screen;
}

static int
run_paged(struct ctl *ctl, const struct command *command)
{
	struct screen screen = screen_of(ctl->console);
	struct sink sink;
	int status;

	if (!sink_open(&sink, pager_run, &screen))
		return fail("cannot start the pager: %s", strerror(errno));
	status = run_filtered(ctl, command);
	(void)sink_close(&sink);
	return status;
}

int
obey_line(struct ctl *ctl)
{
	const struct command *command;
	int status;

	if (ctl->nargs == 0)
		return misuse("no command given");
	if ((status = find_command(ctl, &command)) != EXIT_DONE)
		goto out;
	if (ctl->command != NULL && !takes_command(command))
		status = misuse("only \"run\" takes a command after --");
	else if (is_paged(ctl, command))
		status = run_paged(ctl, command);
	else
		status = run_filtered(ctl, command);
out:
	drop_names(ctl);
	return status;
}

/* ---- Completion ---- */

/* All but the last word, which is the one to complete. */
static void
take_words(struct ctl *ctl, char **argv, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++) {
		const struct option *option = find_option(argv[i]);

		if (argv[i][0] != '-')
			take_word(ctl, argv[i]);
		else if (option != NULL && takes_value(option) && i + 2 < n)
			(void)set_option(ctl, option, argv[++i]);
	}
}

/* What is printed about the last word. */
struct telling {
	void (*filter)(const char *typed);
	void (*words)(struct ctl *);
	void (*option)(const struct option *, const char *typed);
};

static int
tell(struct ctl *ctl, char **argv, char **words, const struct telling *t)
{
	size_t n = 0;

	while (argv[n] != NULL)
		n++;
	if (n == 0)
		return EXIT_DONE;
	ctl->args = words;
	take_words(ctl, argv, n);
	if (ctl->filter != NULL) {
		if (ctl->filter + 1 == ctl->args + ctl->nargs)
			t->filter(argv[n - 1]);
		return EXIT_DONE;
	}
	words[ctl->nargs++] = argv[n - 1];
	if (argv[n - 1][0] != '-') {
		t->words(ctl);
		return EXIT_DONE;
	}
	for (size_t i = 0; i < NITEMS(options); i++)
		t->option(&options[i], argv[n - 1]);
	return EXIT_DONE;
}

static void
complete_option(const struct option *option, const char *typed)
{
	complete_word(option->name, typed);
}

int
complete_line(struct ctl *ctl, char **argv, char **words)
{
	static const struct telling completion = { complete_filter,
		complete_words, complete_option };

	return tell(ctl, argv, words, &completion);
}

static void
help_option(const struct option *option, const char *typed)
{
	if (strncmp(option->name, typed, strlen(typed)) == 0)
		help_entry(option->name, strlen(option->name), option->what);
}

int
help_line(struct ctl *ctl, char **argv, char **words)
{
	static const struct telling help = { help_filter, help_words,
		help_option };

	return tell(ctl, argv, words, &help);
}
