/* flags.c - see flags.h. */
#include "flags.h"

#include <getopt.h>
#include <string.h>

#define FLAGS_MAX 16
#define FIRST 256 /* the value of flags[0] among getopt's */

static void
options_fill(struct option *options, const struct flag *flags, size_t n)
{
	for (size_t i = 0; i < n; i++)
		options[i] = (struct option){
			.name = flags[i].name,
			.has_arg = flags[i].truth != NULL ? no_argument
							  : required_argument,
			.val = FIRST + (int)i,
		};
	options[n] = (struct option){ "help", no_argument, NULL, 'h' };
	options[n + 1] = (struct option){ 0 };
}

static const struct flag *
flag_of(const struct flag *flags, size_t n, int c)
{
	for (size_t i = 0; i < n; i++) {
		if (c == FIRST + (int)i ||
		    (c == 'o' && strcmp(flags[i].name, "output") == 0))
			return &flags[i];
	}
	return NULL;
}

static int
flag_take(const struct flag *flag)
{
	if (flag->truth != NULL)
		*flag->truth = true;
	else if (flag->text != NULL)
		*flag->text = optarg;
	else
		return flag->call(flag->arg, optarg);
	return EXIT_DONE;
}

int
take_flags(const char *command, const char *usage, const struct flag *flags,
    size_t nflags, int least, int most, const char *args, int argc, char **argv)
{
	struct option options[FLAGS_MAX + 2];
	const struct flag *flag;
	int c, status;

	options_fill(options, flags, nflags);
	while ((c = getopt_long(argc, argv, "ho:", options, NULL)) != -1) {
		if (c == 'h') {
			fputs(usage, stdout);
			return EXIT_DONE;
		}
		if ((flag = flag_of(flags, nflags, c)) == NULL)
			return hint(command);
		if ((status = flag_take(flag)) != EXIT_DONE)
			return status == EXIT_USAGE ? hint(command) : status;
	}
	if (argc - optind < least)
		return misuse(command, "missing argument: %s", args);
	if (argc - optind > most)
		return misuse(
		    command, "unexpected argument \"%s\"", argv[optind + most]);
	return -1;
}
