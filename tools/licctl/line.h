/*
 * line.h - a command line: options, a command, and a filter for what it
 * prints.
 */
#ifndef LICCTL_LINE_H
#define LICCTL_LINE_H

#include <stdbool.h>

#include "ctl.h"

/*
 * Separates options, words and filter; `words` has room for all of argv, and
 * ctl borrows both.  False: it said what is wrong.
 */
bool parse_line(struct ctl *, char **argv, char **words);
/* Does what was parsed; returns an exit status. */
int obey_line(struct ctl *);
/* Prints what the last word of argv could become, a line each. */
int complete_line(struct ctl *, char **argv, char **words);
/* Likewise, with what it does. */
int help_line(struct ctl *, char **argv, char **words);

#endif
