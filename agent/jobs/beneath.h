/*
 * beneath.h - files below a directory, whatever their names try.
 *
 * Neither "..", nor a link, nor an absolute name leads out of the directory,
 * also while others rename in it.
 */
#ifndef AGENT_BENEATH_H
#define AGENT_BENEATH_H

/*
 * open(2) of a name below the directory, with O_CLOEXEC; -1 with errno: EXDEV
 * if it leads out.  Without openat2(2), which is in Linux 5.6 and may be
 * refused in a container, names with links or ".." are not opened (ENOTSUP).
 */
int beneath_open(const char *directory, const char *name, int flags);

#endif
