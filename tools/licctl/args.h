/*
 * args.h - the arguments of a command: checked, completed, expanded.
 *
 * `letters` describes them as in commands.h.
 */
#ifndef LICCTL_ARGS_H
#define LICCTL_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "ctl.h"

/* From 1 to 4294967295. */
bool parse_number(const char *text, uint32_t *number);

/* " FEATURE [TEXT]" */
void print_args(FILE *, const char *letters);
/* At least and at most so many. */
void count_args(const char *letters, size_t *min, size_t *max);
/* Can the first argument be a feature? */
bool takes_feature(const char *letters);

/* How many of these words, the last ones, are "switch" and a member. */
size_t count_switch(const char *letters, char *const *args, size_t n);

/*
 * Checks the arguments that are one of a few words, and writes them out;
 * likewise, at the prompt, names that the daemon knows.  Takes "switch" and a
 * member out, which choose devices.  Returns an exit status.
 */
int resolve_args(struct ctl *, const char *letters);
/* Frees the names that were written out. */
void drop_names(struct ctl *);
/*
 * Is this argument the name of a feature that the device or a license has?  At
 * the prompt it may be the beginning of one, which is written out, if `expand`.
 * Returns an exit status.
 */
int find_feature(struct ctl *, size_t at, bool expand, bool *found);

/*
 * Prints what the last word could become, a line each; the words from `first`
 * on are arguments.
 */
void complete_arg(struct ctl *, const char *letters, size_t first);
/* Prints a word that the typed text begins, as a line. */
void complete_word(const char *word, const char *typed);
/* Likewise, a line for each value, or one for the argument; nothing if there is
 * none.  True: the command may as well end before that word. */
bool help_arg(const struct ctl *, const char *letters, size_t first);

#endif
