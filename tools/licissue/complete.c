/*
 * complete.c - licissue --complete WORD...: what the last word can become, for
 * the shells.
 *
 * Commands are those of the table; options, and what they take, are read from
 * the --help of the command, so that neither can be forgotten here.  A row
 * ":file" stands for the names of files.
 */
#include "licissue.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HELP_MAX 16384

/* ---- Commands -------------------------------------------------------- */

static void
offer(const char *word, size_t len, const char *typed)
{
	if (len >= strlen(typed) && strncmp(word, typed, strlen(typed)) == 0)
		printf("%.*s\n", (int)len, word);
}

/* First words; each group once. */
static void
offer_first(const char *typed)
{
	const char *name, *before = "";

	for (size_t i = 0; (name = command_name(i)) != NULL; i++) {
		size_t len = strcspn(name, " ");

		if (strcspn(before, " ") != len ||
		    strncmp(before, name, len) != 0)
			offer(name, len, typed);
		before = name;
	}
}

/* Second words, of a group. */
static void
offer_second(const char *group, const char *typed)
{
	size_t len = strlen(group);
	const char *name;

	for (size_t i = 0; (name = command_name(i)) != NULL; i++)
		if (strncmp(name, group, len) == 0 && name[len] == ' ')
			offer(name + len + 1, strlen(name + len + 1), typed);
}

/* ---- Options --------------------------------------------------------- */

/* What "licissue WORDS --help" prints, by a file; false: nothing. */
static bool
help_read(char *group, char *word, char help[HELP_MAX])
{
	static char option[] = "--help";
	char *argv[] = { group, word != NULL ? word : option,
		word != NULL ? option : NULL, NULL };
	FILE *file = tmpfile();
	int before = dup(STDOUT_FILENO);
	size_t len = 0;
	bool ok;

	ok = file != NULL && before >= 0 && fflush(stdout) == 0 &&
	     dup2(fileno(file), STDOUT_FILENO) >= 0;
	if (ok) {
		ok = command_run(word != NULL ? 3 : 2, argv) == EXIT_DONE;
		(void)fflush(stdout); /* what is missing is not offered */
		ok = dup2(before, STDOUT_FILENO) >= 0 && ok;
		rewind(file);
		len = fread(help, 1, HELP_MAX - 1, file);
	}
	help[len] = '\0';
	if (before >= 0)
		(void)close(before);
	if (file != NULL)
		(void)fclose(file); /* it was only read */
	return ok;
}

/*
 * The next option that a help text describes, "  -o, --output FILE   ...", from
 * *at on: its names in row, up to what it means.  False: no more.
 */
static bool
option_next(const char **at, char row[256])
{
	const char *line = *at, *end;

	for (; *line != '\0'; line = end + (*end == '\n')) {
		size_t indent = strspn(line, " "), len = 0;

		end = line + strcspn(line, "\n");
		if (indent == 0 || line[indent] != '-')
			continue;
		line += indent;
		while (line + len < end && strncmp(line + len, "  ", 2) != 0)
			len++;
		(void)snprintf(row, 256, "%.*s", (int)len, line);
		*at = end;
		return true;
	}
	return false;
}

static void
offer_options(const char *help, const char *typed)
{
	char row[256];

	while (option_next(&help, row)) {
		const char *name = strstr(row, "--");

		if (name != NULL)
			offer(name, strcspn(name, " "), typed);
	}
}

/* What an option takes, into value; "" if nothing. */
static void
value_find(const char *help, const char *option, char value[256])
{
	char row[256], *save, *word;
	bool is_it;

	value[0] = '\0';
	while (option_next(&help, row)) {
		is_it = false;
		for (word = strtok_r(row, " ,", &save); word != NULL;
		     word = strtok_r(NULL, " ,", &save)) {
			if (strcmp(word, option) == 0)
				is_it = true;
			else if (is_it && word[0] != '-')
				strcpy(value, word);
		}
		if (is_it)
			return;
	}
}

static void
offer_value(const char *value, const char *typed)
{
	enum lc_type type = LC_DEMO;

	if (strcmp(value, "FILE") == 0 || strcmp(value, "DIR") == 0 ||
	    strcmp(value, "FOLDER") == 0 || strcmp(value, "REHOST-TICKET") == 0)
		puts(":file");
	for (; strcmp(value, "TYPE") == 0 && lc_type_name(type) != NULL; type++)
		offer(lc_type_name(type), strlen(lc_type_name(type)), typed);
}

/* After a command of one word, or of two. */
static void
offer_after(char *group, char *word, const char *last, const char *typed)
{
	char *text = malloc(HELP_MAX), value[256] = "";
	const char *help;

	/* Options are described after the usage. */
	if (text == NULL || !help_read(group, word, text) ||
	    (help = strstr(text, "\n\n")) == NULL) {
		free(text);
		return;
	}
	if (last[0] == '-')
		value_find(help, last, value);
	if (value[0] != '\0')
		offer_value(value, typed);
	else if (typed[0] == '-')
		offer_options(help, typed);
	else
		puts(":file");
	free(text);
}

/* Behind the options that stand before a command. */
static int
complete_command(int argc, char **argv)
{
	static char empty[] = "";
	char *typed = argc > 0 ? argv[argc - 1] : empty;
	int words;

	if (argc > 1 && strcmp(argv[0], "help") == 0) {
		if (argc == 2)
			offer_first(typed);
		else if (argc == 3)
			offer_second(argv[1], typed);
		return EXIT_DONE;
	}
	if (argc <= 1) {
		offer_first(typed);
		offer("help", 4, typed);
		offer("--help", 6, typed);
		offer("--passphrase-fd", 15, typed);
		offer("--version", 9, typed);
		return EXIT_DONE;
	}
	if (argc == 2)
		offer_second(argv[0], typed);
	words = command_words(argc - 1, argv);
	if (words > 0)
		offer_after(argv[0], words == 2 ? argv[1] : NULL,
		    argv[argc - 2], typed);
	return EXIT_DONE;
}

int
complete_words(int argc, char **argv)
{
	while (argc > 1 && strcmp(argv[0], "--passphrase-fd") == 0) {
		if (argc == 2)
			return EXIT_DONE; /* a number */
		argc -= 2;
		argv += 2;
	}
	return complete_command(argc, argv);
}
