/*
 * secret.h - passphrases and PINs of the authority's keys, from files; the
 * issuing process alone has them.
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
 * Reads the first line of each file (NULL: none), which nobody but its owner
 * may read.  A name without a slash is one of systemd's credentials.  False: it
 * was logged why.
 */
bool secrets_read(
    struct secrets *, const char *passphrase_file, const char *pin_file);
void secrets_forget(struct secrets *);

#endif
