/* console.c - commands that change the prompt itself. */
#include <stdlib.h>

#include "commands.h"
#include "out.h"

#define NUMBER_MAX 512

int
leave_prompt(struct ctl *ctl)
{
	ctl->console->over = true;
	return EXIT_DONE;
}

static int
take_number(const char *text, bool *has, size_t *number)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' ||
	    value > NUMBER_MAX)
		return misuse("%s: expected a number from 0 to 512", text);
	*number = (size_t)value;
	*has = true;
	return EXIT_DONE;
}

int
terminal_length(struct ctl *ctl)
{
	return take_number(
	    ctl->args[0], &ctl->console->has_length, &ctl->console->length);
}

int
terminal_width(struct ctl *ctl)
{
	return take_number(
	    ctl->args[0], &ctl->console->has_width, &ctl->console->width);
}
