/*
 * secret.h - passwords from files: passphrases and PINs of the authority's keys,
 * which the issuing process alone has, and that of the mail server.
 */
#ifndef PORTAL_SECRET_H
#define PORTAL_SECRET_H

#include <stdbool.h>

#include "licenseauthority.h"

struct secrets {
	char passphrase[LC_SECRET_SIZE], pin[LC_SECRET_SIZE]; /* "": none */
	struct lc_secret source; /* for the library; its arg is this struct */
};

/*
 * Reads the first line of a file (NULL: none), which nobody but its owner may
 * read.  A name without a slash is one of systemd's credentials.  False: it was
 * logged why.
 */
bool secret_file_read(const char *name, char secret[LC_SECRET_SIZE]);

/* The same for each of both. */
bool secrets_read(
    struct secrets *, const char *passphrase_file, const char *pin_file);
void secrets_forget(struct secrets *);

#endif
