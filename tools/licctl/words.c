/* words.c - from the keywords of a command line to a command. */
#include "words.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "commands.h"
#include "data.h"
#include "out.h"
#include "row.h"

#define COMMAND(words, args, function, what) { words, args, function, what },
static const struct command commands[] = { COMMANDS(COMMAND) };
#undef COMMAND
#define NCOMMANDS NITEMS(commands)

/* ---- Arguments ---- */

/* Where the values of an argument can be found, to complete it. */
struct arg_kind {
	char letter;
	const char *name;
	const char *list, *key; /* the daemon's rows, and a field of them */
	const char *values;     /* or these */
};

static const struct arg_kind arg_kinds[] = {
	{ 'f', "FEATURE", "features", "feature", NULL },
	{ 'F', "FILE", NULL, NULL, NULL },
	{ 't', "TEXT", NULL, NULL, NULL },
	{ 'p', "low|medium|high", NULL, NULL, "low\nmedium\nhigh" },
	{ 'l', "LEVEL", "modules", "levels", NULL },
	{ 'm', "MODULE", "modules", "module", NULL },
	{ 'r', "--feature NAME [--count N] [--on-loss SIGNAL] -- COMMAND...",
	    NULL, NULL, NULL },
};

/* NULL: it is the '?' before an optional argument. */
static const struct arg_kind *
arg_kind_of(char letter)
{
	for (size_t i = 0; i < NITEMS(arg_kinds); i++)
		if (arg_kinds[i].letter == letter)
			return &arg_kinds[i];
	return NULL;
}

static void
print_usage(FILE *out, const struct command *command)
{
	fputs(command->words, out);
	for (const char *at = command->args; *at != '\0'; at++) {
		bool optional = *at == '?';

		at += optional;
		fprintf(out, " %s%s%s", optional ? "[" : "",
		    arg_kind_of(*at)->name, optional ? "]" : "");
	}
	fputc('\n', out);
}

void
print_commands(void)
{
	for (size_t i = 0; i < NCOMMANDS; i++) {
		printf("  ");
		print_usage(stdout, &commands[i]);
		printf("      %s\n", commands[i].what);
	}
}

bool
takes_command(const struct command *command)
{
	return command->args[0] == 'r';
}

bool
is_show(const struct command *command)
{
	return strncmp(command->words, "show ", 5) == 0;
}

/* At least and at most so many. */
static void
count_args(const struct command *command, size_t *min, size_t *max)
{
	bool optional = false;

	*min = *max = 0;
	for (const char *at = command->args; *at != '\0'; at++) {
		optional = optional || *at == '?';
		if (*at == '?')
			continue;
		++*max;
		*min += !optional;
		if (*at == 't') /* the rest of the line */
			*max = SIZE_MAX;
	}
	if (takes_command(command)) { /* which checks its words itself */
		*min = 0;
		*max = SIZE_MAX;
	}
}

/* ---- Keywords ---- */

/* The i-th keyword of a command; its length, 0: it has none. */
static size_t
keyword(const struct command *command, size_t i, const char **word)
{
	const char *at = command->words;

	for (; i > 0; i--) {
		if ((at = strchr(at, ' ')) == NULL)
			return 0;
		at++;
	}
	*word = at;
	return strcspn(at, " ");
}

/* 2: it is the keyword; 1: it abbreviates it; 0: neither. */
static int
matches(const struct command *command, size_t i, const char *typed)
{
	const char *word;
	size_t len = keyword(command, i, &word);
	size_t n = strlen(typed);

	if (len == 0 || n == 0 || n > len || strncasecmp(word, typed, n) != 0)
		return 0;
	return n == len ? 2 : 1;
}

/* Keeps the commands that continue with this word, and returns how many.  A
 * whole keyword excludes longer ones. */
static size_t
keep_matching(bool *in, size_t i, const char *typed)
{
	int best = 0;
	size_t n = 0;

	for (size_t c = 0; c < NCOMMANDS; c++)
		if (in[c] && matches(&commands[c], i, typed) > best)
			best = matches(&commands[c], i, typed);
	if (best == 0)
		return 0;
	for (size_t c = 0; c < NCOMMANDS; c++) {
		in[c] = in[c] && matches(&commands[c], i, typed) == best;
		n += in[c];
	}
	return n;
}

/* Do they all have the same i-th keyword? */
static bool
is_agreed(const bool *in, size_t i)
{
	const char *first = NULL, *word;
	size_t len = 0;

	for (size_t c = 0; c < NCOMMANDS; c++) {
		if (!in[c])
			continue;
		if (first == NULL)
			len = keyword(&commands[c], i, &first);
		else if (keyword(&commands[c], i, &word) != len ||
			 strncmp(first, word, len) != 0)
			return false;
	}
	return true;
}

/* The command that has only these words; NULL: none. */
static const struct command *
whole_command(const bool *in, size_t nwords)
{
	const char *word;

	for (size_t c = 0; c < NCOMMANDS; c++)
		if (in[c] && keyword(&commands[c], nwords, &word) == 0)
			return &commands[c];
	return NULL;
}

/* Does a command before the c-th have the same i-th keyword? */
static bool
is_listed(const bool *in, size_t i, size_t c, const char *word, size_t len)
{
	const char *other = "";

	for (size_t before = 0; before < c; before++)
		if (in[before] &&
		    keyword(&commands[before], i, &other) == len &&
		    strncmp(other, word, len) == 0)
			return true;
	return false;
}

/* Prints the keywords that could follow, each once; how many there are. */
static size_t
list_keywords(
    FILE *out, const bool *in, size_t i, const char *typed, const char *between)
{
	const char *word;
	size_t len, n = 0;

	for (size_t c = 0; c < NCOMMANDS; c++) {
		len = keyword(&commands[c], i, &word);
		if (!in[c] || len == 0 || is_listed(in, i, c, word, len) ||
		    (typed[0] != '\0' && !matches(&commands[c], i, typed)))
			continue;
		fprintf(out, "%s%.*s", n++ > 0 ? between : "", (int)len, word);
	}
	return n;
}

static bool
is_ambiguous(const bool *in, size_t i, const char *typed)
{
	if (is_agreed(in, i))
		return false;
	fprintf(stderr, "licctl: ambiguous command: ");
	print_text(stderr, typed);
	fprintf(stderr, " may be ");
	(void)list_keywords(stderr, in, i, typed, ", ");
	fputc('\n', stderr);
	return true;
}

/* A word that continues no command; NULL: a word is missing. */
static int
fail_word(const bool *in, size_t i, const char *typed)
{
	const char *word;
	bool any = false;

	for (size_t c = 0; c < NCOMMANDS; c++)
		any = any || (in[c] && keyword(&commands[c], i, &word) > 0);
	if (!any)
		return misuse("unexpected argument %s", typed);
	fputs("licctl: ", stderr);
	if (typed != NULL) {
		fputs("unknown command ", stderr);
		print_text(stderr, typed);
	} else
		fputs("incomplete command", stderr);
	fputs("; expected ", stderr);
	(void)list_keywords(stderr, in, i, "", ", ");
	fputc('\n', stderr);
	return EXIT_USAGE;
}

int
find_command(struct ctl *ctl, const struct command **out)
{
	bool in[NCOMMANDS], before[NCOMMANDS];
	const struct command *whole;
	size_t i, min, max;

	memset(in, true, sizeof in);
	for (i = 0; i < ctl->nargs; i++) {
		memcpy(before, in, sizeof in);
		if (keep_matching(in, i, ctl->args[i]) == 0)
			break;
		if (is_ambiguous(in, i, ctl->args[i]))
			return EXIT_USAGE;
	}
	whole = whole_command(in, i);
	if (whole == NULL || (i < ctl->nargs && whole->args[0] == '\0'))
		return fail_word(in, i, i < ctl->nargs ? ctl->args[i] : NULL);
	ctl->args += i;
	ctl->nargs -= i;
	count_args(whole, &min, &max);
	if (ctl->nargs > max || ctl->nargs < min) {
		fprintf(stderr, "usage: licctl ");
		print_usage(stderr, whole);
		return EXIT_USAGE;
	}
	*out = whole;
	return EXIT_DONE;
}

/* ---- Completion ---- */

void
complete_word(const char *word, const char *typed)
{
	if (word == NULL || strncmp(word, typed, strlen(typed)) != 0)
		return;
	print_text(stdout, word);
	putchar('\n');
}

/* Values are separated by line feeds; NULL: none. */
static void
complete_values(const char *values, const char *typed)
{
	for (size_t len; values != NULL && *values != '\0'; values += len) {
		len = strcspn(values, "\n");
		if (strncasecmp(values, typed, strlen(typed)) == 0)
			printf("%.*s\n", (int)len, values);
		len += values[len] == '\n';
	}
}

/* The field of each row: a text, or several. */
static void
complete_from_rows(
    struct ctl *ctl, const char *list, const char *key, const char *typed)
{
	json_t *rows, *row, *one;
	size_t i, j;

	/* Errors do not belong among the words. */
	if (!freopen("/dev/null", "w", stderr) ||
	    ask_rows(ctl, list, NULL, &rows) != EXIT_DONE)
		return;
	json_array_foreach(rows, i, row)
	{
		const json_t *value = json_object_get(row, key);

		complete_word(json_string_value(value), typed);
		json_array_foreach(value, j, one)
		{
			complete_word(json_string_value(one), typed);
		}
	}
	json_decref(rows);
}

/* NULL: the command has no such argument. */
static const struct arg_kind *
arg_at(const struct command *command, size_t at)
{
	for (const char *arg = command->args; *arg != '\0'; arg++)
		if (*arg != '?' && at-- == 0)
			return arg_kind_of(*arg);
	return NULL;
}

int
complete_words(struct ctl *ctl)
{
	bool in[NCOMMANDS];
	size_t last = ctl->nargs - 1, i = 0;
	const char *typed = ctl->args[last];
	const struct command *whole;
	const struct arg_kind *kind;

	memset(in, true, sizeof in);
	while (i < last && keep_matching(in, i, ctl->args[i]) > 0)
		i++;
	if (i == last && list_keywords(stdout, in, i, typed, "\n") > 0)
		putchar('\n');
	if ((whole = whole_command(in, i)) == NULL ||
	    (kind = arg_at(whole, last - i)) == NULL)
		return EXIT_DONE;
	complete_values(kind->values, typed);
	if (kind->list != NULL)
		complete_from_rows(ctl, kind->list, kind->key, typed);
	return EXIT_DONE;
}
