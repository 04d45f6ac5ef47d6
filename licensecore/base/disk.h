/* disk.h - reading and writing whole files, atomically. */
#ifndef LC_DISK_H
#define LC_DISK_H

#include <sys/stat.h>

#include "licensecore.h"

/*
 * Reads a regular file of at most max bytes, without blocking on a FIFO or
 * device.  A NUL follows the data.  Caller frees, and cleanses secrets.  *st
 * (may be NULL) is the status of the file.  LC_ENOTFOUND: no such file; LC_EIO;
 * LC_ENOMEM.
 */
enum lc_err lc_disk_read(const char *path, size_t max, char **data, size_t *len,
    struct stat *st, struct lc_detail *);

/* The same for an open file; path is its name in details. */
enum lc_err lc_disk_read_fd(int fd, const char *path, size_t max, char **data,
    size_t *len, struct stat *, struct lc_detail *);

/* openat(2), again if a signal interrupts it, as it may on a slow disk. */
int lc_disk_openat(int dir, const char *name, int flags, mode_t mode);

/*
 * Writes a file atomically and durably: after a crash there is the old file or
 * the complete new one.  Without replace an existing file is kept and
 * LC_EEXISTS returned.  mode is subject to the umask.
 */
enum lc_err lc_disk_write(const char *path, const void *data, size_t len,
    mode_t mode, bool replace, struct lc_detail *);

/*
 * Replaces a file by one that others have written completely but not synced,
 * durably.
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
