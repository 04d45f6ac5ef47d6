/* args.c - the arguments of a command. */
#include "args.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "data.h"
#include "out.h"
#include "row.h"

/* ---- Numbers ---- */

bool
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

/* ---- Kinds ---- */

/* Where the values of an argument can be found, to complete it. */
static const struct arg_kind {
	char letter;
	const char *name;
	const char *what;
	const char *list, *key; /* the daemon's rows, and a field of them */
	const char *values;     /* or these, and no others */
} kinds[] = {
	{ 'f', "FEATURE", "a feature", "features", "feature", NULL },
	{ 'F', "FILE", "PREFIX:NAME, or a URL", NULL, NULL, NULL },
	{ 't', "TEXT", "text to the end of the line", NULL, NULL, NULL },
	{ 'p', "low|medium|high", "the priority", NULL, NULL,
	    "low\nmedium\nhigh" },
	{ 'l', "LEVEL", "a level of the module", "modules", "levels", NULL },
	{ 'm', "MODULE", "a module", "modules", "module", NULL },
	{ 'n', "NUMBER", "0 to 512; 0: no end", NULL, NULL, NULL },
	{ 'd', "DAYS", "those that end within so many days", NULL, NULL, NULL },
	{ 'k', "technology-package", "the level, as a package", NULL, NULL,
	    "technology-package" },
	{ 'a', "all|acceptEULA", "all devices; agreements accepted", NULL, NULL,
	    "all\nacceptEULA" },
	{ 'c', "PAK", "a product authorization key", NULL, NULL, NULL },
	{ 'u', "UDI", "the other device, PID:SN", NULL, NULL, NULL },
	{ 'U', "URL|default",
	    "https://HOST[:PORT][/PATH], or the configured one", NULL, NULL,
	    NULL },
	{ 'h', "HANDLE", "a lease, by its handle", "leases", "handle", NULL },
	{ 's', "switch", "another member of the stack, or all", NULL, NULL,
	    "switch" },
	{ 'S', "NUMBER|all", "a member of the stack, or all", "devices",
	    "device", NULL },
	{ 'r',
	    "--feature NAME [--count N] [--wait[=N]] [--on-loss SIGNAL] -- "
	    "COMMAND...",
	    "what to run", NULL, NULL, NULL },
};

/* NULL: it is the '?' before an optional argument. */
static const struct arg_kind *
kind_of(char letter)
{
	for (size_t i = 0; i < NITEMS(kinds); i++)
		if (kinds[i].letter == letter)
			return &kinds[i];
	return NULL;
}

static bool
is_begun(const char *value, size_t len, const char *typed)
{
	return strlen(typed) <= len &&
	       strncasecmp(value, typed, strlen(typed)) == 0;
}

/* "switch" and what follows it are the last two words. */
static bool
begins_switch(char *const *args, size_t n, size_t at)
{
	return at + 2 == n && args[at][0] != '\0' &&
	       is_begun("switch", 6, args[at]);
}

size_t
count_switch(const char *letters, char *const *args, size_t n)
{
	return n >= 2 && strchr(letters, 's') != NULL &&
		       begins_switch(args, n, n - 2)
		   ? 2
		   : 0;
}

/*
 * What the word is at this place among n; NULL: the command has no such
 * argument.  An optional one that is left out stands before "switch" only.
 */
static const struct arg_kind *
kind_at(const char *letters, char *const *args, size_t n, size_t at)
{
	const char *member = strchr(letters, 's');

	for (size_t i = 0; *letters != '\0'; i++, letters++) {
		letters += *letters == '?';
		if (member != NULL && begins_switch(args, n, i))
			letters = member;
		if (i == at || *letters == 't')
			return kind_of(*letters);
	}
	return NULL;
}

void
print_args(FILE *out, const char *letters)
{
	bool optional = false;

	for (; *letters != '\0'; letters++) {
		const char *before = " ";

		if (*letters == '?') {
			before = optional ? "] [" : " [";
			optional = true;
			letters++;
		}
		fprintf(out, "%s%s", before, kind_of(*letters)->name);
	}
	if (optional)
		fputc(']', out);
}

void
count_args(const char *letters, size_t *min, size_t *max)
{
	bool optional = false;

	*min = *max = 0;
	for (; *letters != '\0'; letters++) {
		optional = optional || *letters == '?';
		if (*letters == '?')
			continue;
		++*max;
		*min += !optional;
		if (*letters == 't') /* the rest of the line */
			*max = SIZE_MAX;
		if (*letters == 'r') { /* which checks its words itself */
			*min = 0;
			*max = SIZE_MAX;
		}
	}
}

bool
takes_feature(const char *letters)
{
	return letters[strspn(letters, "?")] == 'f';
}

/* ---- Names that the daemon knows ---- */

/* Calls back for each name in a row: its field is a text, or several. */
static void
each_name(const json_t *row, const char *key,
    void (*each)(void *arg, const char *name), void *arg)
{
	const json_t *value = json_object_get(row, key), *one;
	size_t i;

	char number[24];

	if (json_is_string(value))
		each(arg, json_string_value(value));
	if (json_is_integer(value)) {
		snprintf(number, sizeof number, "%lld",
		    (long long)json_integer_value(value));
		each(arg, number);
	}
	json_array_foreach(value, i, one)
	{
		if (json_is_string(one))
			each(arg, json_string_value(one));
	}
}

static int
ask_names(struct ctl *ctl, const struct arg_kind *kind,
    void (*each)(void *arg, const char *name), void *arg)
{
	json_t *rows, *row;
	size_t i;
	int status = ask_rows(ctl, kind->list, NULL, &rows);

	if (status != EXIT_DONE)
		return status;
	json_array_foreach(rows, i, row)
	{
		each_name(row, kind->key, each, arg);
	}
	json_decref(rows);
	return EXIT_DONE;
}

/* ---- Writing out ---- */

/* The names that begin with what was typed. */
struct names {
	const char *typed;
	char *first;
	bool exact, several;
};

static void
take_name(void *arg, const char *name)
{
	struct names *names = arg;

	names->exact = names->exact || strcmp(name, names->typed) == 0;
	if (strncasecmp(name, names->typed, strlen(names->typed)) != 0)
		return;
	if (names->first == NULL)
		names->first = strdup(name);
	else if (strcmp(names->first, name) != 0)
		names->several = true;
}

/* What no name begins with is left alone: the command says so. */
static int
expand_name(struct ctl *ctl, size_t at, const struct arg_kind *kind)
{
	struct names names = { .typed = ctl->args[at] };
	int status = ask_names(ctl, kind, take_name, &names);

	if (status == EXIT_DONE && names.several && !names.exact)
		status = misuse("%s is ambiguous", names.typed);
	if (status != EXIT_DONE || names.exact || names.first == NULL ||
	    ctl->nnames == NITEMS(ctl->names)) {
		free(names.first);
		return status;
	}
	ctl->args[at] = ctl->names[ctl->nnames++] = names.first;
	return EXIT_DONE;
}

int
find_feature(struct ctl *ctl, size_t at, bool expand, bool *found)
{
	static const char *const lists[] = { "features", "licenses" };
	json_t *rows;
	int status = EXIT_DONE;

	*found = false;
	if (expand && ctl->console != NULL)
		status = expand_name(ctl, at, kind_of('f'));
	for (size_t i = 0; i < NITEMS(lists) && status == EXIT_DONE; i++) {
		status = ask_rows(ctl, lists[i], ctl->args[at], &rows);
		if (status != EXIT_DONE)
			break;
		*found = *found || json_array_size(rows) > 0;
		json_decref(rows);
	}
	return status;
}

/* The length of the next of some values; 0: there are no more. */
static size_t
next_value(const char **values)
{
	*values += **values == '\n';
	return strcspn(*values, "\n");
}

/* The value that is typed, whole or in part; its length, 0: none. */
static size_t
find_value(const char *values, const char *typed, const char **value)
{
	size_t len;

	while (typed[0] != '\0' && (len = next_value(&values)) > 0) {
		*value = values;
		if (is_begun(values, len, typed))
			return len;
		values += len;
	}
	return 0;
}

static int
resolve_value(struct ctl *ctl, size_t at, const struct arg_kind *kind)
{
	const char *value;
	size_t len = find_value(kind->values, ctl->args[at], &value);
	char *name;

	if (len == 0)
		return misuse("%s: expected %s", ctl->args[at], kind->name);
	if (ctl->nnames == NITEMS(ctl->names))
		return EXIT_DONE;
	if ((name = strndup(value, len)) == NULL)
		return fail("out of memory");
	ctl->args[at] = ctl->names[ctl->nnames++] = name;
	return EXIT_DONE;
}

static int
take_switch(const struct ctl *ctl, size_t at)
{
	if (!begins_switch(ctl->args, ctl->nargs, at))
		return misuse(is_begun("switch", 6, ctl->args[at])
				  ? "%s: the number of a member, or all, is "
				    "missing"
				  : "unexpected argument %s",
		    ctl->args[at]);
	return EXIT_DONE;
}

static int
take_member(struct ctl *ctl, size_t at)
{
	const char *which = ctl->args[at];

	if (which[0] != '\0' && is_begun("all", 3, which))
		ctl->all_devices = true;
	else if (!parse_number(which, &ctl->device))
		return misuse(
		    "switch: expected the number of a member, or all, "
		    "not %s",
		    which);
	return EXIT_DONE;
}

static int
resolve_arg(struct ctl *ctl, size_t at, const struct arg_kind *kind)
{
	if (kind->letter == 's')
		return take_switch(ctl, at);
	if (kind->letter == 'S')
		return take_member(ctl, at);
	if (kind->values != NULL)
		return resolve_value(ctl, at, kind);
	if (kind->list != NULL && ctl->console != NULL)
		return expand_name(ctl, at, kind);
	return EXIT_DONE;
}

int
resolve_args(struct ctl *ctl, const char *letters)
{
	int status = EXIT_DONE;

	for (size_t i = 0; i < ctl->nargs && status == EXIT_DONE; i++) {
		const struct arg_kind *kind =
		    kind_at(letters, ctl->args, ctl->nargs, i);

		if (kind == NULL || kind->letter == 't')
			break;
		status = resolve_arg(ctl, i, kind);
	}
	ctl->nargs -= count_switch(letters, ctl->args, ctl->nargs);
	return status;
}

void
drop_names(struct ctl *ctl)
{
	while (ctl->nnames > 0)
		free(ctl->names[--ctl->nnames]);
}

/* ---- Completion and help ---- */

void
complete_word(const char *word, const char *typed)
{
	if (strncmp(word, typed, strlen(typed)) != 0)
		return;
	print_text(stdout, word);
	putchar('\n');
}

static void
complete_name(void *typed, const char *name)
{
	complete_word(name, typed);
}

static void
complete_values(const char *values, const char *typed)
{
	for (size_t len; (len = next_value(&values)) > 0; values += len)
		if (is_begun(values, len, typed))
			printf("%.*s\n", (int)len, values);
}

/* The daemon knows its files; lists of rows have no such question. */
static void
complete_file(struct ctl *ctl, const char *typed)
{
	json_t *page, *row;
	size_t i;

	ctl->device = 0;
	if (ask(ctl, json_pack("{s:s, s:s}", "do", "files", "file", typed),
		&page) != EXIT_DONE)
		return;
	json_array_foreach(json_object_get(page, "rows"), i, row)
	{
		complete_word(text_of(row, "file"), typed);
	}
	json_decref(page);
}

/* What the last word may be: an argument, */
static const struct arg_kind *
last_kind(const struct ctl *ctl, const char *letters, size_t first)
{
	char *const *words = ctl->args + first;
	size_t n = ctl->nargs - first;

	if (count_switch(letters, words, n - 1) > 0)
		return NULL; /* nothing follows it */
	return kind_at(letters, words, n, n - 1);
}

/* or "switch" in its place; NULL: it may not. */
static const struct arg_kind *
other_kind(const struct arg_kind *kind, const char *letters)
{
	const char *at = strchr(letters, kind->letter);

	return kind->letter != 'S' && at > letters && at[-1] == '?' &&
		       at[1] == '?' && at[2] == 's'
		   ? kind_of('s')
		   : NULL;
}

static void
complete_kind(struct ctl *ctl, const struct arg_kind *kind, const char *typed)
{
	if (kind->values != NULL)
		complete_values(kind->values, typed);
	if (kind->letter == 'S')
		complete_word("all", typed);
	/* Errors do not belong among the words. */
	if (freopen("/dev/null", "w", stderr) == NULL)
		return;
	if (kind->letter == 'F')
		complete_file(ctl, typed);
	else if (kind->list != NULL)
		(void)ask_names(
		    ctl, kind, complete_name, (void *)(uintptr_t)typed);
}

void
complete_arg(struct ctl *ctl, const char *letters, size_t first)
{
	const struct arg_kind *kind = last_kind(ctl, letters, first), *other;
	const char *typed = ctl->args[ctl->nargs - 1];

	if (kind == NULL)
		return;
	if ((other = other_kind(kind, letters)) != NULL)
		complete_kind(ctl, other, typed);
	complete_kind(ctl, kind, typed);
}

static void
help_kind(const struct arg_kind *kind, const char *typed)
{
	const char *values = kind->values;

	if (values == NULL)
		help_entry(kind->name, strcspn(kind->name, " "), kind->what);
	for (size_t len; values != NULL && (len = next_value(&values)) > 0;
	     values += len)
		if (is_begun(values, len, typed))
			help_entry(values, len, kind->what);
}

bool
help_arg(const struct ctl *ctl, const char *letters, size_t first)
{
	const struct arg_kind *kind = last_kind(ctl, letters, first), *other;
	const char *typed = ctl->args[ctl->nargs - 1];
	size_t min, max;

	count_args(letters, &min, &max);
	if (kind != NULL) {
		help_kind(kind, typed);
		if ((other = other_kind(kind, letters)) != NULL)
			help_kind(other, typed);
	}
	return typed[0] == '\0' && ctl->nargs - first > min &&
	       (kind == NULL || kind->letter != 'S');
}
