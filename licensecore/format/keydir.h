/*
 * keydir.h - the directory of public keys and trust lists (FORMAT "Trust").
 */
#ifndef LC_KEYDIR_H
#define LC_KEYDIR_H

#include "trust.h"

/*
 * Reads every *.jwk in dir, and every *.trust.  Fails with LC_ETRUST, and says
 * which path, with which owner and mode, and what to do, if anyone but root -
 * or, with own_keys, but root and this process's effective user - may write the
 * directory or a folder above it; if dir is missing; if it has more than 1,024
 * *.jwk or 64 *.trust.  LC_EIO; LC_ENOMEM: no memory, or no more files may be
 * open.
 *
 * A file costs only itself: it is skipped if others may write it, if it cannot
 * be read, or if it is no key or no trust list signed with a root key of the
 * directory.  Of two files with one key the withdrawn one counts, else the
 * first by name; of several lists, that of the highest version, else the first
 * by name.  lc_trust_skipped has those that do not.  The keys of the list count
 * after lc_trust_settle.
 *
 * Symbolic links are resolved first and the place they lead to is judged.  A
 * directory without keys is no error: nothing will verify (lc_trust_nkeys).
 *
 * For lc_trust_has_since the directory is read again, but only if it was
 * changed.
 */
enum lc_err lc_keydir_load(
    const char *dir, bool own_keys, struct lc_trust **, struct lc_detail *);

#endif
