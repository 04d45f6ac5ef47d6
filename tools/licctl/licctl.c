/*
 * licctl.c - the operator's command line; licctl(1).
 *
 * Commands are a table of keywords, which may be abbreviated as long as they
 * name one command only.  The same table completes them in a shell.
 */
#include "config.h"

#include "licctl.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORDS_MAX 8
#define NITEMS(array) (sizeof(array) / sizeof((array)[0]))

static const struct command {
	const char *words;
	const char *args; /* a letter each: f feature, F file, t text, p
			     priority, l level, m module; in lower case or upper
			     case as above; a
			     '?' before it: it may be left out */
	int (*run)(struct ctl *);
	const char *what;
} commands[] = {
	{ "show license", "?f", show_license, "licenses in use, by feature" },
	{ "show license all", "", show_all, "all licenses, store by store" },
	{ "show license detail", "?f", show_detail, "all there is to know" },
	{ "show license evaluation", "", show_evaluation, "trials" },
	{ "show license expiring", "", show_expiring,
	    "licenses that will run out" },
	{ "show license feature", "", show_feature, "features" },
	{ "show license file", "", show_file, "what issuers signed" },
	{ "show license in-use", "", show_in_use, "licenses that are held" },
	{ "show license level", "", show_level, "at which levels modules run" },
	{ "show license permanent", "", show_permanent,
	    "licenses that never run out" },
	{ "show license statistics", "", show_statistics,
	    "what was done since the daemon began" },
	{ "show license status", "", show_status, "what is possible" },
	{ "show license summary", "", show_license,
	    "licenses in use, by feature" },
	{ "show license udi", "", show_udi, "what licenses are locked to" },
	{ "show events", "", show_events, "what happens, as it happens" },
	{ "show history", "", show_history, "what happened to licenses" },
	{ "show leases", "", show_leases, "who holds what" },
	{ "license install", "F", license_install, "install a license file" },
	{ "license clear", "f", license_clear, "remove a feature's license" },
	{ "license comment add", "ft", license_comment_add,
	    "add a comment to a license" },
	{ "license comment delete", "f", license_comment_delete,
	    "delete the comment of a license" },
	{ "license modify priority", "fp", license_priority,
	    "choose which license a feature uses" },
	{ "license accept end user agreement", "?f", license_accept,
	    "accept agreements" },
	{ "no license accept end user agreement", "", license_accept_not,
	    "do not accept those of licenses that come later" },
	{ "license boot level", "l?m", license_boot_level,
	    "at which level a module runs from the next start on" },
	{ "no license boot level", "?m", license_boot_level_not,
	    "at the highest one that is licensed" },
	{ "license right-to-use activate", "f", license_activate,
	    "accept a feature's right-to-use license, and use it" },
	{ "license right-to-use deactivate", "f", license_deactivate,
	    "use it no more" },
	{ "license save", "F", license_save, "back up installed licenses" },
	{ "license save agreements", "FF", license_save_agreements,
	    "the agreements that a license file needs accepted" },
	{ "license save credential", "?F", license_save_credential,
	    "who the device is, for its issuer" },
	{ "license revoke", "FF", license_revoke,
	    "give licenses up for a permission ticket" },
	{ "license revoke last", "F?F", license_revoke_last,
	    "write the rehost ticket once more" },
	{ "check", "?f", check, "is a feature licensed; or: is all well" },
	{ "clock reset", "", clock_reset,
	    "take back a clock that was once set far ahead" },
	{ "run", "", run, "hold a license while a command runs" },
	{ "dump", "", dump, "all that the daemon knows, as JSON" },
};

static const struct option {
	const char *name;
	bool value;
	const char *what;
} options[] = {
	{ "--socket", true, "PATH  the daemon's control socket" },
	{ "--json", false, "      JSON, with the keys of licagent-control(7)" },
	{ "--device", true, "N     this device of a stack (entPhysicalIndex)" },
	{ "--yes", false, "      answer every question with yes" },
	{ "--accept-eula", false, "      accept the agreements of a file" },
	{ "--feature", true, "NAME  run: what to hold" },
	{ "--index", true,
	    "N     which license of a feature, if it has several" },
	{ "--store", true,
	    "N     install: into this store; others: of this store" },
	{ "--stop-on-failure", false,
	    "      install: not what comes behind a license that fails" },
	{ "--password-file", true,
	    "FILE  the password of a URL's user; - is standard input" },
	{ "--count", true, "N     run, check: how many of it" },
	{ "--on-loss", true,
	    "SIG   run: the command gets this signal when it is lost" },
	{ "--help", false, "      this" },
	{ "--version", false, "      the version" },
};

/* ---- Words ---- */

static void say(const char *format, va_list args)
    __attribute__((format(printf, 1, 0)));

static void
say(const char *format, va_list args)
{
	char text[1024];

	(void)vsnprintf(text, sizeof text, format, args);
	fputs("licctl: ", stderr);
	print_text(stderr, text);
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
misuse(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	fputs("Try \"licctl --help\".\n", stderr);
	return EXIT_USAGE;
}

void
advise(const char *code)
{
	static const struct {
		const char *code, *advice;
	} table[] = {
		{ "denied", "Become root, or a member of the group that "
			    "licagentd.conf(5) names." },
		{ "busy", "Try again when others have ended." },
		{ "eula", "\"licctl license accept end user agreement\" "
			  "accepts agreements." },
		{ "no-license", "\"licctl license install FILE\" installs a "
				"license; \"licctl show license feature\" "
				"lists the features." },
		{ "expired", "\"licctl license install FILE\" installs "
			     "another license." },
		{ "exhausted", "\"licctl show leases\" says who holds it." },
		{ "in-use", "\"licctl show leases\" says who holds it." },
		{ "no-device", "\"licctl show license udi\" lists the "
			       "devices." },
		{ "no-store", "\"licctl show license all\" lists the stores." },
		{ "no-file", "Files on the device have names like flash:NAME, "
			     "those on servers like ftp://USER@HOST/PATH." },
		{ "not-a-license-file", "\"licissue inspect FILE\" says what "
					"it is." },
		{ "other-device", "\"licctl show license udi\" says what "
				  "licenses of this device are locked to." },
		{ "untrusted-key", "Its issuer's key belongs into the folder "
				   "\"keys\" of licagentd.conf(5)." },
		{ "full", "\"licctl license clear FEATURE\" makes room." },
		{ "too-long", "\"licctl license save agreements FILE FILE\" "
			      "writes them where they can be read; "
			      "--accept-eula accepts them." },
		{ "superseded", "\"licctl license revoke last FILE\" writes "
				"the last rehost ticket again." },
		{ "io", "The daemon's log says more." },
		{ "damaged", "The daemon's log says more; \"licctl check\" "
			     "reads all that is on disk." },
		{ "failed", "The daemon's log says more." },
	};

	for (size_t i = 0; i < NITEMS(table); i++)
		if (strcmp(table[i].code, code) == 0)
			fprintf(stderr, "%s\n", table[i].advice);
}

int
no_device(const struct ctl *ctl)
{
	(void)fail("there is no device %u", ctl->device);
	advise("no-device");
	return EXIT_FAILED;
}

int
fail_lic(const struct ctl *ctl, enum lic_err err)
{
	const char *detail = ctl->lic != NULL ? lic_detail(ctl->lic) : "";

	(void)fail("%s", detail[0] != '\0' ? detail : lic_strerror(err));
	advise(ctl->lic != NULL     ? lic_code(ctl->lic)
	       : err == LIC_EDENIED ? "denied"
				    : "");
	if (err == LIC_EDENIED)
		return EXIT_DENIED;
	return err == LIC_EAWAY || err == LIC_ETIMEOUT ? EXIT_AWAY
						       : EXIT_FAILED;
}

static void
print_args(FILE *out, const char *args)
{
	for (; *args != '\0'; args++) {
		bool maybe = *args == '?';

		args += maybe;
		fprintf(out, " %s%s%s", maybe ? "[" : "",
		    *args == 'f'   ? "FEATURE"
		    : *args == 'F' ? "FILE"
		    : *args == 'p' ? "low|medium|high"
		    : *args == 'l' ? "LEVEL"
		    : *args == 'm' ? "MODULE"
				   : "TEXT",
		    maybe ? "]" : "");
	}
}

static int
help(void)
{
	puts("usage: licctl [OPTION...] COMMAND...\n"
	     "       licctl [OPTION...] run --feature NAME [--count N] "
	     "[--on-loss SIGNAL] -- COMMAND...\n\n"
	     "Keywords may be abbreviated.  Commands:\n");
	for (size_t i = 0; i < NITEMS(commands); i++) {
		printf("  %s", commands[i].words);
		print_args(stdout, commands[i].args);
		printf("\n      %s\n", commands[i].what);
	}
	puts("\nOptions, which may stand anywhere:\n");
	for (size_t i = 0; i < NITEMS(options); i++)
		printf("  %-18s%s\n", options[i].name, options[i].what);
	puts("\nThe manual is licctl(1).");
	return EXIT_DONE;
}

/* ---- Which command? ---- */

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

/* 2: it is the keyword, 1: it begins it, 0: neither. */
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

/* Those that go on with this word; a whole keyword rules out longer ones. */
static size_t
narrow(bool *in, size_t i, const char *typed)
{
	int best = 0;
	size_t n = 0;

	for (size_t c = 0; c < NITEMS(commands); c++)
		if (in[c] && matches(&commands[c], i, typed) > best)
			best = matches(&commands[c], i, typed);
	if (best == 0)
		return 0;
	for (size_t c = 0; c < NITEMS(commands); c++) {
		in[c] = in[c] && matches(&commands[c], i, typed) == best;
		n += in[c];
	}
	return n;
}

/* Do they all have the same i-th keyword? */
static bool
agree(const bool *in, size_t i)
{
	const char *first = NULL, *word;
	size_t len = 0;

	for (size_t c = 0; c < NITEMS(commands); c++) {
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

static const struct command *
complete_one(const bool *in, size_t nwords)
{
	const char *word;

	for (size_t c = 0; c < NITEMS(commands); c++)
		if (in[c] && keyword(&commands[c], nwords, &word) == 0)
			return &commands[c];
	return NULL;
}

/* Has a command before the c-th that may be meant this i-th keyword, too? */
static bool
listed(const bool *in, size_t i, size_t c, const char *word, size_t len)
{
	const char *other = "";

	for (size_t before = 0; before < c; before++)
		if (in[before] &&
		    keyword(&commands[before], i, &other) == len &&
		    strncmp(other, word, len) == 0)
			return true;
	return false;
}

/* The keywords that could stand there, each once; how many there are. */
static size_t
list_keywords(
    FILE *out, const bool *in, size_t i, const char *typed, const char *between)
{
	const char *word;
	size_t len, n = 0;

	for (size_t c = 0; c < NITEMS(commands); c++) {
		len = keyword(&commands[c], i, &word);
		if (!in[c] || len == 0 || listed(in, i, c, word, len) ||
		    (typed[0] != '\0' && !matches(&commands[c], i, typed)))
			continue;
		fprintf(out, "%s%.*s", n++ > 0 ? between : "", (int)len, word);
	}
	return n;
}

static bool
ambiguous(const bool *in, size_t i, const char *typed)
{
	if (agree(in, i))
		return false;
	fprintf(stderr, "licctl: ");
	print_text(stderr, typed);
	fprintf(stderr, " is ambiguous: ");
	(void)list_keywords(stderr, in, i, typed, ", ");
	fputc('\n', stderr);
	return true;
}

/* Words behind a whole command, or instead of the rest of one. */
static int
unknown(const bool *in, size_t i, const char *typed)
{
	fputs("licctl: ", stderr);
	if (typed != NULL) {
		print_text(stderr, typed);
		fputs(" is no keyword here; there are ", stderr);
	} else
		fputs("incomplete; there follow ", stderr);
	if (list_keywords(stderr, in, i, "", ", ") == 0)
		fputs("none (a command to run stands behind --)", stderr);
	fputc('\n', stderr);
	return EXIT_USAGE;
}

static size_t
count_args(const char *args, size_t *min)
{
	size_t max = 0;

	*min = 0;
	for (bool maybe = false; *args != '\0'; args++) {
		if (*args == '?') {
			maybe = true;
			continue;
		}
		max++;
		*min += !maybe;
		if (*args == 't') /* the rest of the line */
			max = SIZE_MAX;
	}
	return max;
}

/* EXIT_DONE, and the command; its arguments are what is left of the words. */
static int
find_command(struct ctl *ctl, const struct command **out)
{
	bool in[NITEMS(commands)], before[NITEMS(commands)];
	const struct command *whole;
	size_t i, min;

	memset(in, true, sizeof in);
	for (i = 0; i < ctl->nargs; i++) {
		memcpy(before, in, sizeof in);
		if (narrow(in, i, ctl->args[i]) == 0)
			break;
		if (ambiguous(in, i, ctl->args[i]))
			return EXIT_USAGE;
	}
	if ((whole = complete_one(in, i)) == NULL ||
	    (i < ctl->nargs && whole->args[0] == '\0'))
		return unknown(in, i, i < ctl->nargs ? ctl->args[i] : NULL);
	ctl->args += i;
	ctl->nargs -= i;
	if (ctl->nargs > count_args(whole->args, &min) || ctl->nargs < min) {
		fprintf(stderr, "usage: licctl %s", whole->words);
		print_args(stderr, whole->args);
		fputc('\n', stderr);
		return EXIT_USAGE;
	}
	ctl->words = whole->words;
	*out = whole;
	return EXIT_DONE;
}

/* ---- Completion ---- */

/* What a shell may take for the word that is being typed. */
static void
complete_word(const char *word, const char *typed)
{
	if (strncmp(word, typed, strlen(typed)) != 0)
		return;
	print_text(stdout, word);
	putchar('\n');
}

static int
complete_features(struct ctl *ctl, const char *typed)
{
	json_t *rows, *row;
	size_t i;

	if (!freopen("/dev/null", "w", stderr) || /* not between the words */
	    ask_rows(ctl, "features", NULL, &rows) != EXIT_DONE)
		return EXIT_DONE;
	json_array_foreach(rows, i, row)
	{
		complete_word(text_of(row, "feature"), typed);
	}
	json_decref(rows);
	return EXIT_DONE;
}

static int
complete_levels(struct ctl *ctl, const char *typed)
{
	json_t *rows, *row, *level;
	size_t i, j;

	if (!freopen("/dev/null", "w", stderr) ||
	    ask_rows(ctl, "modules", NULL, &rows) != EXIT_DONE)
		return EXIT_DONE;
	json_array_foreach(rows, i, row)
	{
		json_array_foreach(json_object_get(row, "levels"), j, level)
		{
			complete_word(json_string_value(level), typed);
		}
	}
	json_decref(rows);
	return EXIT_DONE;
}

/* The letter of the at-th argument; 0: there is none. */
static char
kind_of_arg(const char *args, size_t at)
{
	for (; *args != '\0'; args++)
		if (*args != '?' && at-- == 0)
			return *args;
	return '\0';
}

/* The words up to the one that is being typed; prints what it could be. */
static int
complete(struct ctl *ctl)
{
	bool in[NITEMS(commands)];
	const char *typed = ctl->nargs > 0 ? ctl->args[ctl->nargs - 1] : "";
	const struct command *whole;
	size_t i;

	if (typed[0] == '-') {
		for (i = 0; i < NITEMS(options); i++)
			if (strncmp(options[i].name, typed, strlen(typed)) == 0)
				puts(options[i].name);
		return EXIT_DONE;
	}
	memset(in, true, sizeof in);
	for (i = 0; i + 1 < ctl->nargs; i++)
		if (narrow(in, i, ctl->args[i]) == 0)
			break;
	if (ctl->nargs == 0)
		return EXIT_DONE;
	if (i + 1 == ctl->nargs)
		if (list_keywords(stdout, in, i, typed, "\n") > 0)
			putchar('\n');
	if ((whole = complete_one(in, i)) == NULL)
		return EXIT_DONE;
	switch (kind_of_arg(whole->args, ctl->nargs - 1 - i)) {
	case 'f':
		return complete_features(ctl, typed);
	case 'p':
		puts("low\nmedium\nhigh");
		break;
	case 'l':
		return complete_levels(ctl, typed);
	}
	return EXIT_DONE;
}

/* ---- Options ---- */

static bool
take_number(const char *name, const char *text, uint32_t *number)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)text[0]) || *end != '\0' || errno != 0 ||
	    value == 0 || value > UINT32_MAX) {
		(void)misuse("%s %s: it takes a number from 1 on", name, text);
		return false;
	}
	*number = (uint32_t)value;
	return true;
}

static bool
set_option(struct ctl *ctl, const char *name, const char *value)
{
	if (strcmp(name, "--socket") == 0)
		ctl->socket = value;
	else if (strcmp(name, "--feature") == 0)
		ctl->feature = value;
	else if (strcmp(name, "--on-loss") == 0)
		ctl->on_loss = value;
	else if (strcmp(name, "--password-file") == 0)
		ctl->password_file = value;
	else if (strcmp(name, "--stop-on-failure") == 0)
		ctl->stop_on_failure = true;
	else if (strcmp(name, "--store") == 0)
		return take_number(name, value, &ctl->store);
	else if (strcmp(name, "--json") == 0)
		ctl->json = true;
	else if (strcmp(name, "--yes") == 0)
		ctl->yes = true;
	else if (strcmp(name, "--accept-eula") == 0)
		ctl->accept_eula = true;
	else if (strcmp(name, "--count") == 0)
		return take_number(name, value, &ctl->count);
	else if (strcmp(name, "--index") == 0)
		return take_number(name, value, &ctl->index);
	else if (strcmp(name, "--device") == 0)
		return take_number(name, value, &ctl->device);
	return true;
}

/* "--name", or "--name=value". */
static const struct option *
option_find(const char *typed)
{
	size_t len = strcspn(typed, "=");

	for (size_t i = 0; i < NITEMS(options); i++)
		if (strlen(options[i].name) == len &&
		    strncmp(options[i].name, typed, len) == 0)
			return &options[i];
	return NULL;
}

/* Returns how many words it took; 0: it was wrong, and that was said. */
static int
take_option(struct ctl *ctl, char **words)
{
	const struct option *option = option_find(words[0]);
	const char *value = strchr(words[0], '=');

	if (option == NULL || (value != NULL && !option->value)) {
		(void)misuse("there is no option %s", words[0]);
		return 0;
	}
	if (strcmp(option->name, "--help") == 0)
		exit(help());
	if (strcmp(option->name, "--version") == 0) {
		puts("licctl " PACKAGE_VERSION);
		exit(EXIT_DONE);
	}
	if (!option->value)
		return set_option(ctl, option->name, NULL);
	if (value != NULL)
		return set_option(ctl, option->name, value + 1);
	if (words[1] == NULL) {
		(void)misuse("%s needs a value", option->name);
		return 0;
	}
	return set_option(ctl, option->name, words[1]) ? 2 : 0;
}

/* Options out, words together; words has room for them. */
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
		return misuse("which command?");
	}
	if ((status = find_command(ctl, &command)) != EXIT_DONE)
		return status;
	if (ctl->command != NULL && command->run != run)
		return misuse("only \"run\" takes a command behind --");
	if ((status = take_files(ctl, command->args)) == EXIT_DONE)
		status = command->run(ctl);
	drop_files(ctl);
	if (fflush(stdout) != 0 || ferror(stdout))
		return fail("standard output: %s", strerror(errno));
	return status;
}

/* Options that were typed before the word to complete are not words. */
static int
obey_completion(struct ctl *ctl, char **argv, char **words)
{
	static char none[] = "";
	char *last = none;
	size_t n = 0;

	while (argv[n] != NULL)
		last = argv[n++];
	if (n > 0)
		argv[n - 1] = NULL; /* it may be half an option */
	ctl->args = words;
	for (size_t i = 0; i + 1 < n && argv[i] != NULL; i++) {
		const struct option *option = option_find(argv[i]);

		if (argv[i][0] != '-')
			words[ctl->nargs++] = argv[i];
		else if (option != NULL && option->value &&
			 argv[i + 1] != NULL) {
			(void)set_option(ctl, option->name, argv[i + 1]);
			i++;
		}
	}
	words[ctl->nargs++] = last;
	return complete(ctl);
}

/* What is closed must not become a socket: words would go to the daemon.  It
 * is no output, either, so that writing fails. */
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
		status = obey_completion(&ctl, argv + 2, words);
	else if (parse(&ctl, argv + 1, words))
		status = obey(&ctl);
	lic_close(ctl.lic);
	free(words);
	return status;
}
