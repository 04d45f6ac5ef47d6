/* keyfile.h - files with private keys. */
#ifndef LC_KEYFILE_H
#define LC_KEYFILE_H

#include "key.h"

/*
 * Reads a file with a private key; the caller cleanses and frees.  LC_ENOTFOUND:
 * no such file; LC_ETRUST: not owned by root or the process's effective user,
 * or accessible to others; LC_EIO: unreadable, or not a regular file;
 * LC_ENOMEM.
 */
enum lc_err lc_keyfile_read(
    const char *path, char **pem, size_t *len, struct lc_detail *);

/*
 * Loads a private key (PEM).  LC_ENOTFOUND: no such file; LC_ETRUST: not owned
 * by root or the process's effective user, accessible to others, or without a
 * key of a supported algorithm; LC_EIO: unreadable, or not a regular file;
 * LC_ENOMEM.
 */
enum lc_err lc_keyfile_load(
    const char *path, struct lc_key **, struct lc_detail *);

/*
 * Writes a private key, mode 0600, durably.  LC_EEXISTS: the file exists, and
 * is not changed; LC_EIO; LC_ENOMEM.
 */
enum lc_err lc_keyfile_save(
    const char *path, const struct lc_key *, struct lc_detail *);

#endif
