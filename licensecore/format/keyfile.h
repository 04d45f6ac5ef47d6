/* keyfile.h - files that hold a private key, which nobody else may read. */
#ifndef LC_KEYFILE_H
#define LC_KEYFILE_H

#include "key.h"

/*
 * Loads a private key (PEM).  LC_ENOTFOUND: no such file; LC_ETRUST: it
 * belongs neither to root nor to the process's effective user, can be read or
 * written by others, or holds no key of ours; LC_EIO: it cannot be read, or is
 * no plain file; LC_ENOMEM.
 */
enum lc_err lc_keyfile_load(
    const char *path, struct lc_key **, struct lc_detail *);

/*
 * Writes a private key, mode 0600, durably.  LC_EEXISTS: there is something
 * of this name, which stays; LC_EIO; LC_ENOMEM.
 */
enum lc_err lc_keyfile_save(
    const char *path, const struct lc_key *, struct lc_detail *);

#endif
