/* secret.c - see secret.h. */
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/log.h"

/* Asked for a passphrase or a PIN, "PIN of pkcs11:..."; new ones are the same.
 */
static bool
ask(void *arg, const char *what, bool is_new, char *secret, size_t size)
{
	const struct secrets *secrets = arg;
	const char *known =
	    strncmp(what, "PIN ", 4) == 0 ? secrets->pin : secrets->passphrase;

	(void)is_new;
	if (known[0] == '\0' || strlen(known) >= size)
		return false;
	strcpy(secret, known);
	return true;
}

static bool
path_of(const char *name, char path[4096])
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");

	if (strchr(name, '/') != NULL)
		return snprintf(path, 4096, "%s", name) < 4096;
	if (folder != NULL)
		return snprintf(path, 4096, "%s/%s", folder, name) < 4096;
	log_error("secret",
	    "%s: no service manager has given a credential of this name", name);
	return false;
}

/* Without what follows the first line. */
static bool
line_read(int fd, char secret[LC_SECRET_SIZE])
{
	ssize_t n = read(fd, secret, LC_SECRET_SIZE - 1);

	if (n < 0)
		return false;
	secret[n] = '\0';
	secret[strcspn(secret, "\r\n")] = '\0';
	errno = EINVAL;
	return secret[0] != '\0';
}

bool
secret_file_read(const char *name, char secret[LC_SECRET_SIZE])
{
	char path[4096];
	struct stat st;
	bool good = false;
	int fd;

	if (name == NULL)
		return true;
	if (!path_of(name, path))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) != 0)
		log_error("secret", "%s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0)
		log_error("secret",
		    "%s: others may read it, or it is not a file: chmod 600",
		    path);
	else if (!line_read(fd, secret))
		log_error("secret",
		    "%s: its first line is empty, or it cannot "
		    "be read",
		    path);
	else
		good = true;
	if (fd >= 0)
		(void)close(fd);
	return good;
}

bool
secrets_read(
    struct secrets *secrets, const char *passphrase_file, const char *pin_file)
{
	memset(secrets, 0, sizeof *secrets);
	secrets->source = (struct lc_secret){ ask, secrets };
	return secret_file_read(passphrase_file, secrets->passphrase) &&
	       secret_file_read(pin_file, secrets->pin);
}

void
secrets_forget(struct secrets *secrets)
{
	explicit_bzero(secrets, sizeof *secrets);
}
