/*
 * shell.h - the prompt: commands one after the other, as in IOS's EXEC mode.
 */
#ifndef LICCTL_SHELL_H
#define LICCTL_SHELL_H

#include <stdbool.h>

#include "ctl.h"

/* Is there a terminal, and a prompt in this build? */
bool has_shell(void);
/* Reads commands until the end; each begins with these options.  Returns an
 * exit status. */
int run_shell(const struct ctl *);

#endif
