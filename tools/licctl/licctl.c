/*
 * licctl.c - the operator's command line; licctl(1): options, and main.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "licclient.h"
#include "out.h"
#include "url.h"
#include "words.h"

/* ---- Options ---- */

enum option_kind { FLAG, NUMBER, TEXT, SHOW_HELP, SHOW_VERSION };

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
	{ "--count", NUMBER, AT(count), "N", "run, check: how many" },
	{ "--on-loss", TEXT, AT(on_loss), "SIGNAL",
	    "run: signal for the command when the license is lost" },
	{ "--help", SHOW_HELP, 0, "", "show this help" },
	{ "--version", SHOW_VERSION, 0, "", "show the version" },
#undef AT
};

static int
help(void)
{
	puts("usage: licctl [OPTION...] COMMAND...\n\n"
	     "Keywords may be abbreviated.  Commands:\n");
	print_commands();
	puts("\nOptions, anywhere on the command line:\n");
	for (size_t i = 0; i < NITEMS(options); i++)
		printf("  %s %-*s%s\n", options[i].name,
		    23 - (int)strlen(options[i].name), options[i].value,
		    options[i].what);
	puts("\nSee licctl(1).");
	return EXIT_DONE;
}

static bool
takes_value(const struct option *option)
{
	return option->kind == NUMBER || option->kind == TEXT;
}

static bool
parse_number(const char *text, uint32_t *number)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 ||
	    value == 0 || value > UINT32_MAX)
		return false;
	*number = (uint32_t)value;
	return true;
}

static bool
set_option(struct ctl *ctl, const struct option *option, const char *value)
{
	void *field = (char *)ctl + option->at;

	switch (option->kind) {
	case FLAG:
		*(bool *)field = true;
		break;
	case NUMBER:
		if (parse_number(value, field))
			break;
		(void)misuse("%s: %s is not a number from 1 to 4294967295",
		    option->name, value);
		return false;
	case TEXT:
		*(const char **)field = value;
		break;
	case SHOW_HELP:
		exit(help());
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
	if (value != NULL && !takes_value(option)) {
		(void)misuse("option %s takes no value", option->name);
		return 0;
	}
	if (value != NULL || !takes_value(option))
		return set_option(ctl, option, value != NULL ? value + 1 : "");
	if (words[1] == NULL) {
		(void)misuse("option %s requires a value", option->name);
		return 0;
	}
	return set_option(ctl, option, words[1]) ? 2 : 0;
}

/* ---- The command line ---- */

/* Separates options from words; `words` has room for all. */
static bool
parse(struct ctl *ctl, char **argv, char **words)
{
	ctl->args = words;
	while (*argv != NULL) {
		int took;

		if (strcmp(*argv, "--") == 0) {
			ctl->command = argv + 1;
			break;
		}
		if (argv[0][0] != '-' || argv[0][1] == '\0') {
			words[ctl->nargs++] = *argv++;
			continue;
		}
		if ((took = take_option(ctl, argv)) == 0)
			return false;
		argv += took;
	}
	return true;
}

static int
obey(struct ctl *ctl)
{
	const struct command *command;
	int status;

	if (ctl->nargs == 0 || strcmp(ctl->args[0], "help") == 0) {
		if (ctl->nargs != 0)
			return help();
		return misuse("no command given");
	}
	if ((status = find_command(ctl, &command)) != EXIT_DONE)
		return status;
	if (ctl->command != NULL && !takes_command(command))
		return misuse("only \"run\" takes a command after --");
	if ((status = take_files(ctl, command->args)) == EXIT_DONE)
		status = command->run(ctl);
	drop_files(ctl);
	if (fflush(stdout) != 0)
		return fail("standard output: %s", strerror(errno));
	if (ferror(stdout)) /* of an earlier write, whose errno is lost */
		return fail("standard output: write error");
	return status;
}

/* Takes the options out; the last word is the one to complete. */
static int
complete(struct ctl *ctl, char **argv, char **words)
{
	const char *typed = argv[0] != NULL ? "" : NULL;
	size_t n = 0;

	while (argv[n] != NULL)
		typed = argv[n++];
	if (typed == NULL)
		return EXIT_DONE;
	ctl->args = words;
	for (size_t i = 0; i + 1 < n; i++) {
		const struct option *option = find_option(argv[i]);

		if (argv[i][0] != '-')
			words[ctl->nargs++] = argv[i];
		else if (option != NULL && takes_value(option) && i + 2 < n)
			(void)set_option(ctl, option, argv[++i]);
	}
	words[ctl->nargs++] = argv[n - 1];
	if (typed[0] != '-')
		return complete_words(ctl);
	for (size_t i = 0; i < NITEMS(options); i++)
		complete_word(options[i].name, typed);
	return EXIT_DONE;
}

/* A closed standard stream must not become a socket, or output would go to the
 * daemon.  It is opened for reading, so that writing fails. */
static void
hold_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int
main(int argc, char **argv)
{
	struct ctl ctl = { .socket = NULL };
	char **words = calloc((size_t)argc + 1, sizeof *words);
	int status = EXIT_USAGE;

	hold_streams();
	if (words == NULL)
		return fail("out of memory");
	if (argc > 1 && strcmp(argv[1], "--complete") == 0)
		status = complete(&ctl, argv + 2, words);
	else if (parse(&ctl, argv + 1, words))
		status = obey(&ctl);
	lic_close(ctl.lic);
	free(words);
	return status;
}
