/* licctl.c - the operator's command line, licctl(1): main. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "licclient.h"
#include "line.h"
#include "out.h"
#include "shell.h"

/* A closed standard stream must not become a socket, or output would go to the
 * daemon.  It is opened for reading, so that writing fails. */
static void
hold_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* No command, on a terminal: there is a prompt. */
static bool
wants_shell(const struct ctl *ctl)
{
	return ctl->nargs == 0 && ctl->filter == NULL && ctl->command == NULL &&
	       has_shell();
}

int
main(int argc, char **argv)
{
	struct ctl ctl = { .socket = NULL };
	char **words = calloc((size_t)argc + 1, sizeof *words);
	int status = EXIT_USAGE;

	hold_streams();
	if (words == NULL)
		return fail("out of memory");
	if (argc > 1 && strcmp(argv[1], "--complete") == 0)
		status = complete_line(&ctl, argv + 2, words);
	else if (parse_line(&ctl, argv + 1, words))
		status = wants_shell(&ctl) ? run_shell(&ctl) : obey_line(&ctl);
	lic_close(ctl.lic);
	free(words);
	return status;
}
