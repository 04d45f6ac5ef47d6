/*
 * url.c - arguments that are files, and the passwords in their URLs.
 *
 * A password typed on the command line is hidden from the process list, and
 * never printed.  A missing one is asked for, without echo.
 */
#include "url.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "out.h"
#include "prompt.h"

#define PASSWORD_MAX 96 /* bytes; the daemon's limit */

/* ---- Parts of a URL ---- */

struct parts {
	const char *user;     /* up to the @, with the password */
	const char *password; /* after the user's colon; NULL: none */
	const char *at;
};

/*
 * "me:pass/word@host/file": the daemon refuses it, because a password has %2F
 * for a slash.  Its password is hidden nevertheless.
 */
static const char *
at_after_slash(const char *user, size_t slash)
{
	const char *colon = memchr(user, ':', slash);

	if (user[0] == '[' || colon == NULL ||
	    colon + 1 + strspn(colon + 1, "0123456789") == user + slash)
		return NULL;
	return strrchr(user + slash, '@');
}

/* False: not a URL, or a URL without a user. */
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
		parts->at = at_after_slash(parts->user, len);
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

bool
holds_password(const char *line)
{
	struct parts parts;

	for (; (line = strstr(line, "://")) != NULL; line += 3)
		if (find_parts(line, &parts) && parts.password != NULL)
			return true;
	return false;
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

/* ---- Passwords ---- */

/* One line, byte by byte: no buffer keeps it, and a second one can follow. */
static bool
read_line(int fd, char *line, size_t size)
{
	size_t len = 0;
	ssize_t n = 0;

	while (len + 1 < size &&
	       ((n = read(fd, line + len, 1)) > 0 || (n < 0 && errno == EINTR)))
		if (n > 0 && line[len++] == '\n')
			break;
	line[len] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	return len > 0;
}

static int
read_password_file(const char *path, char *password, size_t size)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	bool good;

	if (fd < 0)
		return fail("%s: %s", path, strerror(errno));
	good = read_line(fd, password, size);
	if (!is_stdin)
		close(fd);
	return good ? EXIT_DONE : fail("%s: no password in it", path);
}

static int
get_password(
    const struct ctl *ctl, const char *shown, char *password, size_t size)
{
	if (ctl->password_file != NULL)
		return read_password_file(ctl->password_file, password, size);
	if (!has_terminal())
		return fail("%s: password required; without a terminal, give "
			    "it with --password-file",
		    shown);
	fputs("Password for ", stderr);
	print_text(stderr, shown);
	fputs(": ", stderr);
	if (read_hidden(password, size) <= 0)
		return fail("no password given");
	return EXIT_DONE;
}

/* ---- The arguments of a command ---- */

/* `ps` would show the password of a command line. */
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
			status = fail("password longer than 96 bytes");
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
take_files(struct ctl *ctl, const char *letters)
{
	size_t at = 0;
	int status = EXIT_DONE;

	for (; *letters != '\0' && at < ctl->nargs && status == EXIT_DONE;
	     letters++) {
		if (*letters == '?')
			continue;
		if (*letters == 'F')
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
