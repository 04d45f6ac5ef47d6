/* licissue.c - the command line of a license authority; licissue(1). */
#include "licissue.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
} commands[] = {
	{ "init", init_command, "create an authority with a signing key" },
	{ "issue", issue_command, "write a license file, or add to one" },
	{ "inspect", inspect_command,
	    "show and verify licenses, tickets, credentials" },
	{ "permission-ticket", permission_command,
	    "write a ticket: a device gives up licenses" },
	{ "rehost", rehost_command,
	    "turn its answer into licenses for another device" },
};
#define NCOMMANDS (sizeof commands / sizeof commands[0])

static void say(const char *format, va_list args)
    __attribute__((format(printf, 1, 0)));

static void
say(const char *format, va_list args)
{
	fputs("licissue: ", stderr);
	(void)vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

int
fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	return EXIT_FAILED;
}

int
hint(const char *command)
{
	fprintf(stderr, "Try \"licissue %s%s--help\".\n", command,
	    command[0] == '\0' ? "" : " ");
	return EXIT_USAGE;
}

int
misuse(const char *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	return hint(command);
}

int
not_one(const char *command, const char *needs, int argc, char **argv)
{
	if (argc - optind < 1)
		return misuse(command, "missing argument: %s", needs);
	return misuse(command, "unexpected argument \"%s\"", argv[argc - 1]);
}

int
fail_core(enum lc_err err, const struct lc_detail *detail)
{
	if (detail->text[0] == '\0')
		return fail("%s", lc_strerror(err));
	return fail("%s", detail->text);
}

static bool
read_all(FILE *file, char *data, size_t max, size_t *len)
{
	if (file == NULL || data == NULL)
		return false;
	*len = fread(data, 1, max + 1, file);
	return !ferror(file);
}

char *
read_file(const char *path, size_t max, size_t *len)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	char *data = malloc(max + 1);
	bool ok = read_all(file, data, max, len);

	if (!ok)
		(void)fail("%s: cannot read: %m", path);
	else if (*len > max)
		(void)fail("%s: more than %zu bytes", path, max);
	if (file != NULL && file != stdin)
		(void)fclose(file); /* it was only read */
	if (ok && *len <= max)
		return data;
	free(data);
	return NULL;
}

static void
usage(FILE *out)
{
	fputs("usage: licissue COMMAND ...\n\n"
	      "Issues software licenses that licagent devices install.\n\n",
	    out);
	for (size_t i = 0; i < NCOMMANDS; i++)
		fprintf(out, "  %-19s%s\n", commands[i].name, commands[i].what);
	fputs("\n"
	      "  licissue COMMAND --help   the command's options\n"
	      "  licissue --version\n\n"
	      "The manual is licissue(1).\n",
	    out);
}

static const struct command *
command_find(const char *name)
{
	for (size_t i = 0; i < NCOMMANDS; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

/* "licissue help" and "licissue help COMMAND". */
static int
help(int argc, char **argv)
{
	static char option[] = "--help";
	const struct command *command;
	char *args[] = { argv[1], option, NULL };

	if (argc < 2) {
		usage(stdout);
		return EXIT_DONE;
	}
	if ((command = command_find(argv[1])) == NULL)
		return misuse("", "unknown command \"%s\"", argv[1]);
	return command->run(2, args);
}

int
main(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "-h") == 0)
		return help(argc - 1, argv + 1);
	if (strcmp(argv[1], "--version") == 0) {
		printf("licissue %s\n", lc_version());
		return EXIT_DONE;
	}
	if ((command = command_find(argv[1])) == NULL)
		return misuse("", "unknown command \"%s\"", argv[1]);
	return command->run(argc - 1, argv + 1);
}
