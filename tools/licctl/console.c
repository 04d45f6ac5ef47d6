/* console.c - commands that change the prompt itself. */
#include <stdio.h>
#include <stdlib.h>

#include "commands.h"
#include "out.h"

#define LINES_MAX 512

int
leave_prompt(struct ctl *ctl)
{
	ctl->console->over = true;
	return EXIT_DONE;
}

/* 0: no pager. */
int
terminal_length(struct ctl *ctl)
{
	char *end;
	unsigned long lines = strtoul(ctl->args[0], &end, 10);

	if (ctl->args[0][0] < '0' || ctl->args[0][0] > '9' || *end != '\0' ||
	    lines > LINES_MAX)
		return misuse(
		    "%s: expected a number from 0 to 512", ctl->args[0]);
	ctl->console->length = (size_t)lines;
	ctl->console->has_length = true;
	return EXIT_DONE;
}
