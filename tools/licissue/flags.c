/* flags.c - see flags.h. */
#include "flags.h"

#include <assert.h>
#include <getopt.h>
#include <string.h>

#define FLAGS_MAX 24
#define FIRST 256 /* the value of flags[0] among getopt's */

struct taking {
	const char *command, *usage;
	const struct flag *flags;
	size_t n;
	bool given[FLAGS_MAX];
};

/* ---- Values ---------------------------------------------------------- */

const char *
number_words(uint32_t least, uint32_t most)
{
	static char text[64];

	(void)snprintf(
	    text, sizeof text, "a number from %u to %u", least, most);
	return text;
}

const char *
take_reason(void *arg, const char *value)
{
	const char **text = arg;

	*text = value;
	return is_reason(value) ? NULL : "a text of at most 255 bytes";
}

static const char *
text_take(const struct flag *flag, const char *value)
{
	static char full[32];

	if (value[0] == '\0' && !flag->may_be_empty)
		return "a text";
	if (flag->list == NULL) {
		*flag->text = value;
		return NULL;
	}
	if (*flag->n == flag->most) {
		(void)snprintf(
		    full, sizeof full, "one of at most %u", flag->most);
		return full;
	}
	flag->list[(*flag->n)++] = value;
	return NULL;
}

/* NULL: it was taken; else what it is not. */
static const char *
value_take(const struct flag *flag, const char *value)
{
	if (flag->call != NULL)
		return flag->call(flag->arg, value);
	if (flag->number != NULL)
		return parse_number(
			   value, flag->least, flag->most, flag->number)
			   ? NULL
			   : number_words(flag->least, flag->most);
	if (flag->period_s != NULL)
		return parse_period(value, flag->period_s)
			   ? NULL
			   : "seconds (3600) or days (60d)";
	if (flag->date != NULL)
		return parse_date(value, flag->date)
			   ? NULL
			   : "a date between 1970 and 2106 such as 2026-12-31 "
			     "or 2026-12-31T18:00:00+01:00";
	if (flag->type != NULL)
		return lc_type_from_name(value, flag->type)
			   ? NULL
			   : "a license type (\"licissue issue --help\" lists "
			     "them)";
	return text_take(flag, value);
}

/* ---- Options --------------------------------------------------------- */

static int
code_of(const struct taking *t, size_t i)
{
	return t->flags[i].letter != '\0' ? t->flags[i].letter : FIRST + (int)i;
}

/* For getopt: the long names, and the letters, after "+h". */
static void
options_fill(const struct taking *t, struct option *options, char *letters)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct flag *flag = &t->flags[i];
		bool has_value = flag->truth == NULL;

		if (flag->name == NULL)
			continue;
		*options++ = (struct option){
			.name = flag->name,
			.has_arg = has_value ? required_argument : no_argument,
			.val = code_of(t, i),
		};
		if (flag->letter != '\0')
			*letters++ = flag->letter;
		if (flag->letter != '\0' && has_value)
			*letters++ = ':';
	}
	*options++ = (struct option){ "help", no_argument, NULL, 'h' };
	*options = (struct option){ 0 };
	*letters = '\0';
}

static int
option_take(struct taking *t, int c)
{
	const struct flag *flag;
	const char *wants;
	size_t i = 0;

	while (i < t->n && code_of(t, i) != c)
		i++;
	if (i == t->n)
		return hint(t->command);
	flag = &t->flags[i];
	t->given[i] = true;
	if (flag->truth != NULL)
		*flag->truth = true;
	else if ((wants = value_take(flag, optarg)) != NULL)
		return misuse(t->command, "--%s: \"%s\" is not %s", flag->name,
		    optarg, wants);
	return -1;
}

static int
options_take(struct taking *t, int argc, char **argv)
{
	struct option options[FLAGS_MAX + 2];
	char letters[2 * FLAGS_MAX + 3] = "+h", *from = letters + 1;
	int c, status = -1;

	options_fill(t, options, letters + 2);
	for (size_t i = 0; i < t->n; i++)
		if (t->flags[i].has_dashes)
			from = letters;
	while (status < 0 &&
	       (c = getopt_long(argc, argv, from, options, NULL)) != -1) {
		if (c != 'h') {
			status = option_take(t, c);
			continue;
		}
		if (t->usage == NULL)
			return FLAGS_HELP;
		fputs(t->usage, stdout);
		status = EXIT_DONE;
	}
	return status;
}

/* ---- Arguments ------------------------------------------------------- */

static int
arguments_take(const struct taking *t, int argc, char **argv)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct flag *flag = &t->flags[i];

		if (flag->argument == NULL)
			continue;
		if (flag->list != NULL)
			while (optind < argc && *flag->n < flag->most)
				flag->list[(*flag->n)++] = argv[optind++];
		else if (optind < argc)
			*flag->text = argv[optind++];
		else if (!flag->is_optional)
			return misuse(
			    t->command, "missing argument: %s", flag->argument);
	}
	if (optind < argc)
		return misuse(
		    t->command, "unexpected argument \"%s\"", argv[optind]);
	return -1;
}

/* ---- What goes together ---------------------------------------------- */

static bool
is_peer(const struct flag *flag, const struct flag *other)
{
	return flag == other ||
	       (flag->group != '\0' && flag->group == other->group);
}

#define NAMES_SIZE 256

/* "--udi, --csv or --xml", the group of a flag, into text. */
static const char *
names_of(const struct taking *t, const struct flag *flag, const char *last,
    char text[NAMES_SIZE])
{
	size_t left = 0, len = 0;

	for (size_t i = 0; i < t->n; i++)
		left += is_peer(flag, &t->flags[i]);
	for (size_t i = 0; i < t->n; i++) {
		const struct flag *peer = &t->flags[i];
		const char letter[] = { peer->letter, '\0' };

		if (!is_peer(flag, peer))
			continue;
		left--;
		len += (size_t)snprintf(text + len, NAMES_SIZE - len, "%s%s%s",
		    letter[0] != '\0' ? "-" : "--",
		    letter[0] != '\0' ? letter : peer->name,
		    left > 1    ? ", "
		    : left == 1 ? last
				: "");
	}
	return text;
}

static int
groups_check(const struct taking *t)
{
	char names[NAMES_SIZE];

	for (size_t i = 0; i < t->n; i++) {
		const struct flag *flag = &t->flags[i];
		size_t given = 0;

		for (size_t j = 0; j < t->n; j++)
			given += t->given[j] && is_peer(flag, &t->flags[j]);
		if (given == 0 && flag->is_needed)
			return misuse(t->command, "%s is missing",
			    names_of(t, flag, " or ", names));
		if (given > 1)
			return misuse(t->command, "%s exclude each other",
			    names_of(t, flag, " and ", names));
	}
	return -1;
}

int
take_flags(const char *command, const char *usage, const struct flag *flags,
    int argc, char **argv)
{
	struct taking t = {
		.command = command, .usage = usage, .flags = flags
	};
	int status;

	while (flags[t.n].name != NULL || flags[t.n].argument != NULL)
		t.n++;
	assert(t.n <= FLAGS_MAX);
	if ((status = options_take(&t, argc, argv)) < -1 || status >= 0 ||
	    (status = arguments_take(&t, argc, argv)) >= 0)
		return status;
	return groups_check(&t);
}
