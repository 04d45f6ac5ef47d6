/* disk.h - whole files: read with care, written so that no crash halves them.
 */
#ifndef LC_DISK_H
#define LC_DISK_H

#include <sys/stat.h>

#include "licensecore.h"

/*
 * Reads a plain file of at most max bytes; a FIFO or device does not make it
 * wait.  A NUL follows the data.  Caller frees, and cleanses what is secret.
 * *st (may be NULL) is the status of the file that was read.  LC_ENOTFOUND:
 * there is none; LC_EIO; LC_ENOMEM.
 */
enum lc_err lc_disk_read(const char *path, size_t max, char **data, size_t *len,
    struct stat *st, struct lc_detail *);

/* The same of a file that is open; path is its name in a detail. */
enum lc_err lc_disk_read_fd(int fd, const char *path, size_t max, char **data,
    size_t *len, struct stat *, struct lc_detail *);

/* openat(2), again if a signal interrupts it, as it may on a slow disk. */
int lc_disk_openat(int dir, const char *name, int flags, mode_t mode);

/*
 * Puts a file in place: after a crash there is the old one, if there was one,
 * or the new one whole.  It is durable on return.  Without replace an existing
 * file stays and LC_EEXISTS is returned.  mode is subject to the umask.
 */
enum lc_err lc_disk_write(const char *path, const void *data, size_t len,
    mode_t mode, bool replace, struct lc_detail *);

/*
 * Puts a file that was written by others, whole but not yet synced, in the
 * place of another one, durably.
 */
enum lc_err lc_disk_replace(const char *from, const char *to,
    struct lc_detail *);
/*
 * Removes what a process that was killed has left of files it was making
 * (NAME.new, NAME.new-journal) from a folder that nobody else makes files in.
 * What cannot be removed stays.
 */
void lc_disk_clean(const char *dir);
/* The entries of the folder that a file is in; errno tells why not. */
bool lc_disk_sync_dir(const char *path);
/* Renames a file for people to look at; it need not last. */
enum lc_err lc_disk_set_aside(const char *path, const char *to,
    struct lc_detail *);

#endif
