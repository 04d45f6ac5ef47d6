/*
 * compat.h - functions that older C libraries and musl lack, under the names
 * and with the promises of glibc.  configure says which ones are missing.
 */
#ifndef COMPAT_H
#define COMPAT_H

#include <spawn.h>
#include <stdio.h>

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif
#ifndef HAVE_RENAMEAT2 /* glibc 2.28 */
int renameat2(
    int from_dir, const char *from, int to_dir, const char *to, unsigned flags);
#endif

#ifndef HAVE_SIGABBREV_NP /* glibc 2.32 */
const char *sigabbrev_np(int sig);
#endif

/* The replacement closes what is open at the time of this call. */
#ifndef HAVE_POSIX_SPAWN_FILE_ACTIONS_ADDCLOSEFROM_NP /* glibc 2.34 */
int posix_spawn_file_actions_addclosefrom_np(
    posix_spawn_file_actions_t *, int from);
#endif

#endif
