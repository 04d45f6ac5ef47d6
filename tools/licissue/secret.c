/*
 * secret.c - passphrases and PINs: from the terminal without echo, or from a
 * descriptor (--passphrase-fd), a line for each.
 */
#include "licissue.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static int from_fd = -1;          /* where lines come from; -1: the terminal */
static char last[LC_SECRET_SIZE]; /* that came from there */

/* ---- Lines ----------------------------------------------------------- */

/* Without the line end; false: too long, at the end, or interrupted. */
static bool
read_line(int fd, char *line, size_t size)
{
	size_t len = 0;
	ssize_t n;
	char c;

	while ((n = read(fd, &c, 1)) == 1 && c != '\n') {
		if (len + 1 == size)
			return false;
		line[len++] = c;
	}
	line[len] = '\0';
	return n == 1 || (n == 0 && len > 0);
}

/* The next line, or the last one once more. */
static bool
ask_fd(char *secret, size_t size)
{
	char line[LC_SECRET_SIZE];

	if (read_line(from_fd, line, sizeof line))
		memcpy(last, line, sizeof last);
	explicit_bzero(line, sizeof line);
	if (last[0] == '\0' || strlen(last) >= size)
		return false;
	strcpy(secret, last);
	return true;
}

static void
forget(void)
{
	explicit_bzero(last, sizeof last);
}

/* ---- The terminal ---------------------------------------------------- */

static volatile sig_atomic_t signalled;

static void
on_signal(int number)
{
	signalled = number;
}

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
#define NSIGNALS (sizeof signals / sizeof signals[0])

/*
 * A line, or a signal, which is only let in while nothing is there: one that
 * came just before the reading would be missed.
 */
static bool
wait_line(int tty, const sigset_t *let_in, char *secret, size_t size)
{
	struct pollfd pfd = { .fd = tty, .events = POLLIN };

	return ppoll(&pfd, 1, NULL, let_in) == 1 &&
	       read_line(tty, secret, size);
}

/*
 * A signal ends the reading, and comes again when the terminal is as it was.
 * What was typed before the prompt does not count.
 */
static bool
read_hidden(int tty, const char *prompt, char *secret, size_t size)
{
	struct sigaction catch = { .sa_handler = on_signal }, before[NSIGNALS];
	struct termios was, quiet;
	sigset_t ours, mask;
	bool good;

	if (tcgetattr(tty, &was) != 0)
		return false;
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	signalled = 0;
	(void)sigemptyset(&ours);
	for (size_t i = 0; i < NSIGNALS; i++)
		(void)sigaddset(&ours, signals[i]);
	(void)sigprocmask(SIG_BLOCK, &ours, &mask);
	for (size_t i = 0; i < NSIGNALS; i++)
		(void)sigaction(signals[i], &catch, &before[i]);
	(void)tcsetattr(tty, TCSAFLUSH, &quiet);
	(void)dprintf(tty, "%s", prompt);
	good = wait_line(tty, &mask, secret, size);
	(void)tcsetattr(tty, TCSAFLUSH, &was);
	(void)dprintf(tty, "\n");
	for (size_t i = 0; i < NSIGNALS; i++)
		(void)sigaction(signals[i], &before[i], NULL);
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
	if (signalled != 0)
		(void)raise(signalled);
	return good && signalled == 0;
}

static bool
ask_terminal(const char *what, bool is_new, char *secret, size_t size)
{
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	char again[LC_SECRET_SIZE], prompt[LC_TOKEN_MAX + 64];
	bool good;

	if (tty < 0) {
		(void)fail("no terminal to ask for the %s: use "
			   "--passphrase-fd",
		    what);
		return false;
	}
	(void)snprintf(prompt, sizeof prompt, "Enter the %s%s: ",
	    is_new ? "new " : "", what);
	good = read_hidden(tty, prompt, secret, size);
	if (good && is_new) {
		good = read_hidden(tty, "Once more: ", again, sizeof again);
		if (good && strcmp(secret, again) != 0) {
			(void)fail("the two differ");
			good = false;
		}
		explicit_bzero(again, sizeof again);
	}
	(void)close(tty);
	return good;
}

/* ---- For the library ------------------------------------------------- */

static bool
ask(void *arg, const char *what, bool is_new, char *secret, size_t size)
{
	(void)arg;
	return from_fd >= 0 ? ask_fd(secret, size)
			    : ask_terminal(what, is_new, secret, size);
}

const struct lc_secret *
secret_source(void)
{
	static const struct lc_secret source = { ask, NULL };

	return &source;
}

bool
secret_from(const char *number)
{
	uint32_t fd;

	if (!parse_number(number, 0, 1 << 20, &fd) ||
	    fcntl((int)fd, F_GETFD) < 0)
		return false;
	from_fd = (int)fd;
	(void)atexit(forget);
	return true;
}
