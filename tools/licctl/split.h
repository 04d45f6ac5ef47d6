/* split.h - a line that was typed, as words. */
#ifndef LICCTL_SPLIT_H
#define LICCTL_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

#define SPLIT_MAX 255 /* words */

struct split {
	char *words[SPLIT_MAX + 1]; /* NULL at the end; point into the line */
	size_t n;
	bool open;     /* a quote is not closed */
	bool too_many; /* there are more words */
};

/*
 * Splits at blanks, in place.  '...' and "..." keep blanks, a backslash keeps
 * the next character (not within '...').  A word that begins with | is a
 * filter: it goes to the end of the line as it is.
 *
 * With `partial` the last word is still being typed: it is "" after a blank,
 * and filters are split, too.
 */
void split_line(struct split *, char *line, bool partial);

#endif
