/*
 * store.h - license stores: the lines in them, and their way into the model.
 *
 * A store is a SQLite file; a built-in one is a license file.  What a primary
 * store holds also stands in the persistence file (its mirror), so that a
 * store which is damaged or gone is made again.
 */
#ifndef LC_STORE_H
#define LC_STORE_H

#include "lc.h"
#include "format/file.h"

/*
 * Reads the store's licenses into the model, giving an index to those that
 * have none yet.  Lines that do not verify any more stay where they are, are
 * told to the host, and do not become licenses.  A removable store that is
 * away is no failure.
 */
enum lc_err lc_store_load(struct lc *, struct lc_model *, struct lc_place *,
    struct lc_detail *);

/*
 * Within a change, with the store attached: writes a new license with the
 * text of its line, and gives it an index if it has none.  The entry was
 * recalled; it says when it was installed.
 */
enum lc_err lc_store_put(struct lc_state *, const struct lc_place *,
    struct lc_entry *, const struct lc_file_line *);
/* last: it is the only copy of its license in the device. */
enum lc_err lc_store_remove(struct lc_state *, const struct lc_place *,
    const struct lc_entry *, bool last);

/* LC_EREVOKED if the device gave this license up. */
enum lc_err lc_store_not_revoked(struct lc_state *, const char *udi, const char *id,
    struct lc_detail *);

/*
 * Looks whether removable stores came or went, and takes their licenses in or
 * out; *changed, also on failure: licenses have to be selected anew.  Out of a
 * transaction.
 */
enum lc_err lc_store_watch(struct lc *, bool *changed);

/*
 * Reads a store file through, and compares it with its mirror: LC_EDAMAGED.
 * What has no file, or is away, is well.
 */
enum lc_err lc_store_check(struct lc *, const struct lc_place *,
    struct lc_detail *);

#endif
