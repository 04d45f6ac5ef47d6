/*
 * filter.c - which lines of a show command are printed.
 *
 * Patterns are extended regular expressions; all blanks behind the first one
 * belong to them, as on IOS.
 */
#include "filter.h"

#include <errno.h>
#include <regex.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "out.h"

#define TEXT_SIZE 1024

struct filter {
	bool (*keeps)(struct filter *, const char *line);
	regex_t pattern;
	bool begun;    /* begin: a line has matched */
	size_t indent; /* section: of the line that began it */
};

/* ---- The filters ---- */

static bool
matches(const struct filter *filter, const char *line)
{
	return regexec(&filter->pattern, line, 0, NULL, 0) == 0;
}

static bool
excludes(struct filter *filter, const char *line)
{
	return !matches(filter, line);
}

static bool
includes(struct filter *filter, const char *line)
{
	return matches(filter, line);
}

static bool
begins(struct filter *filter, const char *line)
{
	filter->begun = filter->begun || matches(filter, line);
	return filter->begun;
}

/* In columns. */
static size_t
indent_of(const char *line)
{
	size_t at = 0;

	for (; *line == ' ' || *line == '\t'; line++)
		at += *line == ' ' ? 1 : 8 - at % 8;
	return at;
}

/* A line that matches, and the lines under it that are indented more. */
static bool
is_in_section(struct filter *filter, const char *line)
{
	size_t indent = indent_of(line);

	if (filter->begun && indent > filter->indent)
		return true;
	filter->begun = matches(filter, line);
	filter->indent = indent;
	return filter->begun;
}

static const struct kind {
	const char *name, *what;
	bool (*keeps)(struct filter *, const char *line);
} kinds[] = {
	{ "begin", "from the first line that matches", begins },
	{ "exclude", "lines that do not match", excludes },
	{ "include", "lines that match", includes },
	{ "section", "lines that match, and what is indented under them",
	    is_in_section },
};

void
complete_filter(const char *typed)
{
	for (size_t i = 0; i < NITEMS(kinds); i++)
		if (strncasecmp(kinds[i].name, typed, strlen(typed)) == 0)
			puts(kinds[i].name);
}

void
help_filter(const char *typed)
{
	for (size_t i = 0; i < NITEMS(kinds); i++)
		if (strncasecmp(kinds[i].name, typed, strlen(typed)) == 0)
			help_entry(kinds[i].name, strlen(kinds[i].name),
			    kinds[i].what);
}

/* ---- From words to a filter ---- */

/* The words with blanks between them, without the '|'; false: too long. */
static bool
join(char *const *words, size_t n, char text[TEXT_SIZE])
{
	size_t used = 0;

	for (size_t i = 0; i < n && used < TEXT_SIZE; i++)
		used += (size_t)snprintf(text + used, TEXT_SIZE - used, "%s%s",
		    i > 1 || (i == 1 && words[0][1] != '\0') ? " " : "",
		    words[i] + (i == 0));
	return used < TEXT_SIZE;
}

static const struct kind *
find_kind(const char *word, size_t len)
{
	for (size_t i = 0; i < NITEMS(kinds) && len > 0; i++)
		if (strlen(kinds[i].name) >= len &&
		    strncasecmp(kinds[i].name, word, len) == 0)
			return &kinds[i];
	return NULL;
}

static int
compile(struct filter *filter, const char *pattern)
{
	char why[256];
	int error =
	    regcomp(&filter->pattern, pattern, REG_EXTENDED | REG_NOSUB);

	if (error == 0)
		return EXIT_DONE;
	(void)regerror(error, &filter->pattern, why, sizeof why);
	return misuse("invalid pattern %s: %s", pattern, why);
}

int
filter_new(char *const *words, size_t n, struct filter **out)
{
	char text[TEXT_SIZE], *word, *pattern;
	const struct kind *kind;
	struct filter *filter;
	int status;

	if (!join(words, n, text))
		return misuse("the filter is longer than 1023 bytes");
	word = text + strspn(text, " ");
	pattern = word + strcspn(word, " ");
	kind = find_kind(word, (size_t)(pattern - word));
	if (kind == NULL)
		return misuse("a filter is include, exclude, begin or section, "
			      "and a pattern");
	pattern += strspn(pattern, " ");
	if (*pattern == '\0')
		return misuse("| %s requires a pattern", kind->name);
	if ((filter = calloc(1, sizeof *filter)) == NULL)
		return fail("out of memory");
	filter->keeps = kind->keeps;
	if ((status = compile(filter, pattern)) != EXIT_DONE) {
		free(filter);
		return status;
	}
	*out = filter;
	return EXIT_DONE;
}

void
filter_free(struct filter *filter)
{
	regfree(&filter->pattern);
	free(filter);
}

/* ---- At work ---- */

int
filter_run(void *arg, FILE *from)
{
	struct filter *filter = arg;
	char *line = NULL;
	size_t size = 0, len;
	bool good = true;

	setvbuf(stdout, NULL, _IOLBF, 0); /* events are shown as they come */
	while (getline(&line, &size, from) > 0) {
		len = strcspn(line, "\n");
		line[len] = '\0';
		if (filter->keeps(filter, line) && puts(line) == EOF && good) {
			(void)fail("standard output: %s", strerror(errno));
			good = false; /* read on: the command ends by itself */
		}
	}
	free(line);
	return good ? EXIT_DONE : EXIT_FAILED;
}
