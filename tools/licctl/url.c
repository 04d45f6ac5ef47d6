/*
 * licctl_url.c - file names that are URLs, and the passwords in them.
 *
 * A password that was typed on the command line is taken out of what other
 * users see of it, and is never printed.  One that is missing is asked for,
 * without echo.
 */
#include "licctl.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>

#define PASSWORD_MAX 96 /* bytes, as the daemon takes them */

/* ---- Parts of a URL ---- */

struct parts {
	const char *user;     /* what stands before the @ */
	const char *password; /* behind the user's colon; NULL: none */
	const char *at;
};

/*
 * "me:pass/word@host/file": a / is to be written as %2F in a password, and the
 * daemon says so; but who forgot it shall not read the password, either.
 */
static const char *
behind_slash(const char *user, size_t slash)
{
	const char *colon = memchr(user, ':', slash);

	if (user[0] == '[' || colon == NULL ||
	    colon + 1 + strspn(colon + 1, "0123456789") == user + slash)
		return NULL;
	return strrchr(user + slash, '@');
}

/* False: it is no URL, or has no user. */
static bool
find_parts(const char *text, struct parts *parts)
{
	const char *begin = strstr(text, "://");
	size_t len;

	if (begin == NULL)
		return false;
	parts->user = begin + 3;
	len = strcspn(parts->user, "/");
	parts->at = memrchr(parts->user, '@', len);
	if (parts->at == NULL)
		parts->at = behind_slash(parts->user, len);
	if (parts->at == NULL)
		return false;
	parts->password =
	    memchr(parts->user, ':', (size_t)(parts->at - parts->user));
	if (parts->password != NULL)
		parts->password++;
	return true;
}

/* "ftp://me:*@host/file" */
static char *
without_password(const char *text)
{
	struct parts parts;
	char *shown;

	if (!find_parts(text, &parts) || parts.password == NULL)
		return strdup(text);
	if (asprintf(&shown, "%.*s*%s", (int)(parts.password - text), text,
		parts.at) < 0)
		return NULL;
	return shown;
}

static char *
with_password(const char *text, const char *password)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
	char escaped[3 * PASSWORD_MAX + 1];
	size_t used = 0;
	struct parts parts;
	char *whole;

	(void)find_parts(text, &parts);
	escaped[0] = '\0';
	for (; *password != '\0' && used + 4 <= sizeof escaped; password++)
		used += (size_t)snprintf(escaped + used, sizeof escaped - used,
		    strchr(plain, *password) != NULL ? "%c" : "%%%02X",
		    (unsigned char)*password);
	if (asprintf(&whole, "%.*s:%s%s", (int)(parts.at - text), text, escaped,
		parts.at) < 0)
		whole = NULL;
	explicit_bzero(escaped, sizeof escaped);
	return whole;
}

/* ---- Asking ---- */

static volatile sig_atomic_t caught;

static void
on_signal(int number)
{
	caught = number;
}

static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
#define NENDING (sizeof ending / sizeof ending[0])

/* One line, unless a signal comes first: it is blocked but while we wait. */
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

/* Without echo, and without a way to leave the terminal like that. */
static ssize_t
read_hidden(char *line, size_t size)
{
	struct sigaction before[NENDING];
	const struct sigaction catch = { .sa_handler = on_signal };
	struct termios usual, hidden;
	sigset_t block, unblocked;
	ssize_t n;

	if (tcgetattr(STDIN_FILENO, &usual) < 0)
		return -1;
	sigemptyset(&block);
	for (size_t i = 0; i < NENDING; i++)
		sigaddset(&block, ending[i]);
	(void)sigprocmask(SIG_BLOCK, &block, &unblocked);
	for (size_t i = 0; i < NENDING; i++)
		(void)sigaction(ending[i], &catch, &before[i]);
	hidden = usual;
	hidden.c_lflag &= (tcflag_t) ~(ECHO | ECHOE | ECHOK | ECHONL);
	hidden.c_cc[VSUSP] = _POSIX_VDISABLE;
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	n = read_line(line, size, &unblocked);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &usual);
	for (size_t i = 0; i < NENDING; i++)
		(void)sigaction(ending[i], &before[i], NULL);
	fputc('\n', stderr);
	if (caught != 0)
		(void)raise(caught); /* as if it had not been caught */
	(void)sigprocmask(SIG_SETMASK, &unblocked, NULL);
	return n;
}

static int
read_password_file(const char *path, char *password, size_t size)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	bool good;

	if (file == NULL)
		return fail("%s: %s", path, strerror(errno));
	good = fgets(password, (int)size, file) != NULL;
	if (file != stdin)
		(void)fclose(file); /* it was only read */
	if (!good)
		return fail("%s: there is no password in it", path);
	password[strcspn(password, "\r\n")] = '\0';
	return EXIT_DONE;
}

static int
get_password(
    const struct ctl *ctl, const char *shown, char *password, size_t size)
{
	if (ctl->password_file != NULL)
		return read_password_file(ctl->password_file, password, size);
	if (!has_terminal())
		return fail("%s: its password cannot be asked for without a "
			    "terminal; name a file that has it with "
			    "--password-file",
		    shown);
	fputs("Password for ", stderr);
	print_text(stderr, shown);
	fputs(": ", stderr);
	if (read_hidden(password, size) <= 0)
		return fail("no password, nothing was done");
	return EXIT_DONE;
}

/* ---- What commands get ---- */

/* The password of a command line shows in `ps`. */
static void
hide(char *word)
{
	struct parts parts;

	if (find_parts(word, &parts) && parts.password != NULL)
		memset(word + (parts.password - word), '*',
		    (size_t)(parts.at - parts.password));
}

static int
take_file(struct ctl *ctl, size_t i, struct file_name *file)
{
	char *word = ctl->args[i], password[PASSWORD_MAX + 2] = "";
	struct parts parts;
	int status = EXIT_DONE;

	file->shown = without_password(word);
	if (file->shown == NULL)
		return fail("out of memory");
	if (find_parts(word, &parts))
		(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* no core */
	if (!find_parts(word, &parts) || parts.password != NULL)
		file->url = strdup(word);
	else if ((status = get_password(ctl, file->shown, password,
		      sizeof password)) == EXIT_DONE) {
		if (strlen(password) > PASSWORD_MAX)
			status = fail("a password has at most 96 bytes");
		else
			file->url = with_password(word, password);
	}
	explicit_bzero(password, sizeof password);
	if (status != EXIT_DONE)
		return status;
	if (file->url == NULL)
		return fail("out of memory");
	hide(word);
	ctl->args[i] = file->url;
	return EXIT_DONE;
}

int
take_files(struct ctl *ctl, const char *args)
{
	size_t at = 0;
	int status = EXIT_DONE;

	for (; *args != '\0' && at < ctl->nargs && status == EXIT_DONE;
	     args++) {
		if (*args == '?')
			continue;
		if (*args == 'F')
			status = take_file(ctl, at, &ctl->files[at]);
		at++;
	}
	return status;
}

void
drop_files(struct ctl *ctl)
{
	for (size_t i = 0; i < FILES_MAX; i++) {
		struct file_name *file = &ctl->files[i];

		if (file->url != NULL)
			explicit_bzero(file->url, strlen(file->url));
		free(file->url);
		free(file->shown);
	}
}

const char *
shown_file(const struct ctl *ctl, size_t i)
{
	return ctl->files[i].shown;
}
