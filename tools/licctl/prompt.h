/*
 * prompt.h - questions on the terminal.
 *
 * Without a terminal nothing is asked, and the answer is no.
 */
#ifndef LICCTL_PROMPT_H
#define LICCTL_PROMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "ctl.h"

bool has_terminal(void); /* to ask, and to read the answer */
/* "QUESTION (yes/[no]): "; --yes answers it. */
bool confirm(const struct ctl *, const char *question);
/* A number from standard input; 0: anything else was typed. */
unsigned long read_number(void);
/*
 * A line from the terminal, without echo; its length, or -1.  A signal that
 * ends the program restores the terminal first.
 */
ssize_t read_hidden(char *line, size_t size);

#endif
