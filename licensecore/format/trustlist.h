/*
 * trustlist.h - trust lists: issuers' keys and withdrawals, signed by a root
 * key (FORMAT "Trust list").
 */
#ifndef LC_TRUSTLIST_H
#define LC_TRUSTLIST_H

#include "trust.h"

/* Bytes of a file with a trust list: its rows, and text for people. */
#define LC_TRUST_LIST_FILE_MAX (2 * LC_TICKET_MAX)

/*
 * Reads a trust list from a file's content; path is its name.  The root keys
 * are those of the trust.  LC_EFILE, LC_ELINE: none, or malformed, or a key in
 * it is; LC_EKEY; LC_ESIGNATURE; LC_ENOMEM.  Details begin with the path.
 */
enum lc_err lc_trust_list_read(const void *data, size_t len, const char *path,
    const struct lc_trust *, struct lc_trust_list **, struct lc_detail *);

/*
 * The keys of a list, a trust of their own.  LC_ELINE: one is no public key,
 * is a root key, or is there twice; LC_ENOMEM.
 */
enum lc_err lc_trust_list_keys(
    const struct lc_statement *, struct lc_trust **, struct lc_detail *);

#endif
