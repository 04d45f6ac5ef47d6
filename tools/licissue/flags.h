/* flags.h - options of a command, as a table. */
#ifndef LICISSUE_FLAGS_H
#define LICISSUE_FLAGS_H

#include "licissue.h"

struct flag {
	const char *name;  /* without the dashes; "output" is -o, too */
	const char **text; /* its argument goes there, */
	bool *truth;       /* or it has none, */
	/* or for each one that is given: an exit status, with a message
	   unless it is EXIT_DONE. */
	int (*call)(void *arg, const char *value);
	void *arg;
};

/*
 * Reads the options; -h and --help print the usage.  At least and at most so
 * many arguments stay, and args says of what kind they are ("the authority's
 * directory and a PAK").  -1: go on, they are argv[optind] and so on; else an
 * exit status.
 */
int take_flags(const char *command, const char *usage, const struct flag *,
    size_t nflags, int least, int most, const char *args, int argc,
    char **argv);

#endif
