/* words.c - from the keywords of a command line to a command. */
#include "words.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "args.h"
#include "commands.h"
#include "near.h"
#include "out.h"

#define COMMAND(words, args, function, what) \
	{ words, args, function, what, false },
#define AT_PROMPT(words, args, function, what) \
	{ words, args, function, what, true },
#define NOT_NEEDED(words, why) { words, "?t", NULL, why, false },
static const struct command commands[] = { COMMANDS(COMMAND)
	    PROMPT_COMMANDS(AT_PROMPT) NOT_NEEDED_COMMANDS(NOT_NEEDED) };
#undef COMMAND
#undef AT_PROMPT
#undef NOT_NEEDED
#define NCOMMANDS NITEMS(commands)

static void
print_usage(FILE *out, const struct command *command)
{
	fputs(command->words, out);
	print_args(out, command->args);
	fputc('\n', out);
}

void
print_commands(void)
{
	for (size_t i = 0; i < NCOMMANDS; i++) {
		if (commands[i].run == NULL || commands[i].at_prompt)
			continue;
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

/* All commands that can be meant. */
static void
begin_words(const struct ctl *ctl, bool *in)
{
	for (size_t c = 0; c < NCOMMANDS; c++)
		in[c] = ctl->console != NULL || !commands[c].at_prompt;
}

/* Does a command that we have share its i-th keyword? */
static bool
is_needed(const struct command *command, size_t i)
{
	const char *word = "", *other = "";
	size_t len = keyword(command, i, &word);

	for (size_t c = 0; c < NCOMMANDS && commands[c].run != NULL; c++)
		if (keyword(&commands[c], i, &other) == len &&
		    strncmp(other, word, len) == 0)
			return true;
	return false;
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

bool
is_prompt_command(const char *word)
{
	for (size_t c = 0; c < NCOMMANDS; c++)
		if (commands[c].at_prompt && matches(&commands[c], 0, word))
			return true;
	return false;
}

/* An abbreviation means a keyword that we have rather than one that only IOS
 * has. */
static void
drop_not_needed(bool *in, size_t i)
{
	bool any = false;

	for (size_t c = 0; c < NCOMMANDS; c++)
		any = any || (in[c] && commands[c].run != NULL &&
				 !commands[c].at_prompt);
	for (size_t c = 0; any && c < NCOMMANDS; c++)
		if (in[c] && commands[c].run == NULL)
			in[c] = is_needed(&commands[c], i);
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
	for (size_t c = 0; c < NCOMMANDS; c++)
		in[c] = in[c] && matches(&commands[c], i, typed) == best;
	if (best == 1)
		drop_not_needed(in, i);
	for (size_t c = 0; c < NCOMMANDS; c++)
		n += in[c];
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
		if (!in[c] || commands[c].run == NULL || len == 0 ||
		    is_listed(in, i, c, word, len) ||
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
		any = any || (in[c] && commands[c].run != NULL &&
				 keyword(&commands[c], i, &word) > 0);
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

/* The keyword that was meant by one that is mistyped, or NULL. */
static const char *
nearest_keyword(const bool *in, size_t i, const char *typed, size_t *len)
{
	const char *word, *best = NULL;
	size_t n, far, least = 3;

	for (size_t c = 0; c < NCOMMANDS && commands[c].run != NULL; c++) {
		n = in[c] ? keyword(&commands[c], i, &word) : 0;
		if (n == 0 || (far = distance(word, n, typed)) >= least)
			continue;
		least = far;
		best = word;
		*len = n;
	}
	return best;
}

/* Neither the i-th keyword of a command nor a feature. */
static int
fail_feature(const bool *in, size_t i, const char *typed)
{
	size_t len;
	const char *meant = nearest_keyword(in, i, typed, &len);

	fputs("licctl: ", stderr);
	print_text(stderr, typed);
	fputs(" is neither a feature nor a keyword; ", stderr);
	if (meant != NULL)
		fprintf(stderr, "did you mean %.*s?", (int)len, meant);
	else {
		fputs("expected a feature, ", stderr);
		(void)list_keywords(stderr, in, i, "", ", ");
	}
	fputc('\n', stderr);
	return EXIT_FAILED;
}

/* Where a feature or a keyword can stand, a mistyped keyword is no feature,
 * and a feature is not the beginning of a keyword. */
static int
judge_feature(struct ctl *ctl, const bool *in, size_t i, bool *is_feature)
{
	const struct command *whole = whole_command(in, i);
	const char *typed = ctl->args[i], *word;
	bool any = false, abbreviates = false;
	int status;

	*is_feature = false;
	if (whole == NULL || !takes_feature(whole->args) ||
	    i + 1 + count_switch(whole->args, ctl->args, ctl->nargs) !=
		ctl->nargs)
		return EXIT_DONE;
	for (size_t c = 0; c < NCOMMANDS; c++) {
		if (!in[c] || keyword(&commands[c], i, &word) == 0)
			continue;
		any = true;
		if (matches(&commands[c], i, typed) == 2)
			return EXIT_DONE;
		abbreviates = abbreviates || matches(&commands[c], i, typed);
	}
	if (!any)
		return EXIT_DONE;
	status = find_feature(ctl, i, !abbreviates, is_feature);
	if (status != EXIT_DONE || *is_feature || abbreviates)
		return status;
	return fail_feature(in, i, typed);
}
static int
fail_not_needed(const struct command *command)
{
	fprintf(stderr, "licctl: %s: %s\n", command->words, command->what);
	return EXIT_USAGE;
}

/* The keywords were read; what is left must be arguments. */
static int
take_args(struct ctl *ctl, const struct command *command)
{
	size_t min, max;

	if (command->run == NULL)
		return fail_not_needed(command);
	count_args(command->args, &min, &max);
	if (ctl->nargs > max || ctl->nargs < min) {
		fprintf(stderr, "usage: licctl ");
		print_usage(stderr, command);
		return EXIT_USAGE;
	}
	return resolve_args(ctl, command->args);
}

int
find_command(struct ctl *ctl, const struct command **out)
{
	bool in[NCOMMANDS], is_feature;
	size_t i;
	int status;

	begin_words(ctl, in);
	for (i = 0; i < ctl->nargs; i++) {
		status = judge_feature(ctl, in, i, &is_feature);
		if (status != EXIT_DONE)
			return status;
		if (is_feature || keep_matching(in, i, ctl->args[i]) == 0)
			break;
		if (is_ambiguous(in, i, ctl->args[i]))
			return EXIT_USAGE;
	}
	*out = whole_command(in, i);
	if (*out == NULL || (i < ctl->nargs && (*out)->args[0] == '\0'))
		return fail_word(in, i, i < ctl->nargs ? ctl->args[i] : NULL);
	ctl->args += i;
	ctl->nargs -= i;
	return take_args(ctl, *out);
}

/* ---- Completion ---- */

/* Reads all words but the last; how many of them are keywords. */
static size_t
read_keywords(const struct ctl *ctl, bool *in)
{
	size_t i = 0;

	begin_words(ctl, in);
	while (i + 1 < ctl->nargs && keep_matching(in, i, ctl->args[i]) > 0)
		i++;
	return i;
}

void
complete_words(struct ctl *ctl)
{
	bool in[NCOMMANDS];
	size_t last = ctl->nargs - 1, i = read_keywords(ctl, in);
	const char *typed = ctl->args[last];
	const struct command *whole = whole_command(in, i);

	if (i == last && list_keywords(stdout, in, i, typed, "\n") > 0)
		putchar('\n');
	if (whole != NULL)
		complete_arg(ctl, whole->args, i);
}

/* ---- Help ---- */

/* What the commands that begin with these words do. */
static const struct {
	const char *words, *what;
} groups[] = {
	{ "show", "what the device has, and what happens" },
	{ "license", "change licenses" },
	{ "no", "take back" },
	{ "no license", "take back" },
	{ "terminal", "this terminal" },
	{ "clock", "the time that licenses follow" },
	{ "license comment", "comments of licenses" },
	{ "license modify", "priorities of licenses" },
	{ "license accept", "agreements of licenses" },
	{ "license call-home", "licenses from the licensing portal" },
	{ "license call-home install", "licenses for a PAK" },
	{ "license call-home revoke", "licenses for another device" },
	{ "license lease", "leases of processes" },
	{ "license boot", "levels of modules, from their next start" },
	{ "license right-to-use", "right-to-use licenses" },
	{ "no license accept", "agreements of licenses to come" },
	{ "no license boot", "levels of modules, from their next start" },
};

static const char *
group_text(const char *words, size_t len)
{
	for (size_t i = 0; i < NITEMS(groups); i++)
		if (strlen(groups[i].words) == len &&
		    strncmp(groups[i].words, words, len) == 0)
			return groups[i].what;
	return "";
}

/* Of the i-th keyword of a command: what the command does that ends there, or
 * those that go on. */
static const char *
keyword_text(const bool *in, size_t i, size_t c)
{
	bool narrowed[NCOMMANDS];
	const struct command *whole;
	const char *word = "", *theirs = "";
	size_t len = keyword(&commands[c], i, &word);

	for (size_t other = 0; other < NCOMMANDS; other++) {
		narrowed[other] =
		    in[other] && keyword(&commands[other], i, &theirs) == len &&
		    strncmp(word, theirs, len) == 0;
	}
	whole = whole_command(narrowed, i + 1);
	return whole != NULL && whole->run != NULL
		   ? whole->what
		   : group_text(commands[c].words,
			 (size_t)(word - commands[c].words) + len);
}

static void
help_keywords(const bool *in, size_t i, const char *typed)
{
	const char *word;
	size_t len;

	for (size_t c = 0; c < NCOMMANDS && commands[c].run != NULL; c++) {
		len = keyword(&commands[c], i, &word);
		if (in[c] && len > 0 && !is_listed(in, i, c, word, len) &&
		    (typed[0] == '\0' || matches(&commands[c], i, typed)))
			help_entry(word, len, keyword_text(in, i, c));
	}
}

void
help_words(struct ctl *ctl)
{
	bool in[NCOMMANDS];
	size_t last = ctl->nargs - 1, i = read_keywords(ctl, in);
	const char *typed = ctl->args[last];
	const struct command *whole = whole_command(in, i);

	if (i == last)
		help_keywords(in, i, typed);
	if (whole == NULL || whole->run == NULL)
		return;
	if (!help_arg(ctl, whole->args, i))
		return;
	if (is_show(whole))
		help_entry("|", 1, "filter what is printed");
	help_entry("<cr>", 4, "");
}
