/* prompt.c - questions on the terminal. */
#include "prompt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

#include "out.h"

bool
has_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

bool
confirm(const struct ctl *ctl, const char *question)
{
	char answer[16];
	size_t len;

	if (ctl->yes)
		return true;
	if (!has_terminal())
		return false;
	print_text(stderr, question);
	fputs(" (yes/[no]): ", stderr);
	if (fgets(answer, sizeof answer, stdin) == NULL) {
		fputc('\n', stderr);
		return false;
	}
	len = strcspn(answer, "\r\n");
	return len > 0 && len <= 3 && strncasecmp(answer, "yes", len) == 0;
}

unsigned long
read_number(void)
{
	char answer[16], *end;
	unsigned long number;

	if (fgets(answer, sizeof answer, stdin) == NULL)
		return 0;
	number = strtoul(answer, &end, 10);
	return end != answer && *end == '\n' ? number : 0;
}

/* ---- Without echo ---- */

static volatile sig_atomic_t caught;

static void
on_signal(int number)
{
	caught = number;
}

static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

/* One line, or a signal, which is blocked except while we wait. */
static ssize_t
read_line(char *line, size_t size, const sigset_t *unblocked)
{
	struct pollfd wait = { .fd = STDIN_FILENO, .events = POLLIN };
	ssize_t n;

	while (ppoll(&wait, 1, NULL, unblocked) < 0)
		if (errno != EINTR || caught != 0)
			return -1;
	n = read(STDIN_FILENO, line, size - 1);
	line[n > 0 ? n : 0] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	return n;
}

ssize_t
read_hidden(char *line, size_t size)
{
	struct sigaction before[NITEMS(ending)];
	const struct sigaction catch = { .sa_handler = on_signal };
	struct termios usual, hidden;
	sigset_t block, unblocked;
	ssize_t n;

	if (tcgetattr(STDIN_FILENO, &usual) < 0)
		return -1;
	sigemptyset(&block);
	for (size_t i = 0; i < NITEMS(ending); i++)
		sigaddset(&block, ending[i]);
	(void)sigprocmask(SIG_BLOCK, &block, &unblocked);
	for (size_t i = 0; i < NITEMS(ending); i++)
		(void)sigaction(ending[i], &catch, &before[i]);
	hidden = usual;
	hidden.c_lflag &= (tcflag_t) ~(ECHO | ECHOE | ECHOK | ECHONL);
	hidden.c_cc[VSUSP] = _POSIX_VDISABLE;
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	n = read_line(line, size, &unblocked);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &usual);
	for (size_t i = 0; i < NITEMS(ending); i++)
		(void)sigaction(ending[i], &before[i], NULL);
	fputc('\n', stderr);
	if (caught != 0)
		(void)raise(caught); /* as if it had not been caught */
	(void)sigprocmask(SIG_SETMASK, &unblocked, NULL);
	return n;
}
