/* no_shell.c - a build without libedit has no prompt. */
#include "out.h"
#include "shell.h"

bool
has_shell(void)
{
	return false;
}

int
run_shell(const struct ctl *options)
{
	(void)options;
	return misuse("no command given");
}
