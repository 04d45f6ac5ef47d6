/*
 * words.h - from the keywords of a command line to a command.
 *
 * Keywords may be abbreviated as long as they name one command only.
 */
#ifndef LICCTL_WORDS_H
#define LICCTL_WORDS_H

#include <stdbool.h>

#include "ctl.h"

struct command {
	const char *words;        /* its keywords, "show license" */
	const char *args;         /* a letter each; commands.h */
	int (*run)(struct ctl *); /* NULL: IOS has it, and we do not */
	const char *what;         /* it does, or why it is not needed */
	bool at_prompt;           /* and nowhere else */
};

/*
 * The command that the words in ctl->args name; what is left there is its
 * arguments.  Returns an exit status.
 */
int find_command(struct ctl *, const struct command **);
/* Does it take a command after "--"? */
bool takes_command(const struct command *);
/* Does this word begin a command that only the prompt has? */
bool is_prompt_command(const char *word);
/* Does it only show something? */
bool is_show(const struct command *);
/* All commands, for --help. */
void print_commands(void);
/* Prints what the last word in ctl->args could become, a line each. */
void complete_words(struct ctl *);
/* Likewise, with what it does: what IOS answers to '?'. */
void help_words(struct ctl *);

#endif
