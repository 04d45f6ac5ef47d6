/*
 * store.h - license stores: the lines in them, and their way into the model.
 *
 * What a primary store holds are rows of the state.  A removable store is a
 * SQLite file, a built-in one a license file.
 */
#ifndef LC_STORE_H
#define LC_STORE_H

#include "lc.h"
#include "format/file.h"

/*
 * Reads the store's licenses into the model, giving an index to those that
 * have none yet.  Lines that do not verify any more stay where they are, are
 * told to the host, and do not become licenses.  A store that is away, or that
 * cannot be read, which is told, is no failure.  That its licenses cannot be
 * recorded is one: it is not present then.
 */
enum lc_err lc_store_load(struct lc *, struct lc_model *, struct lc_place *);

/* LC_EREVOKED if the device gave this license up. */
enum lc_err lc_store_not_revoked(struct lc_state *, const char *udi, const char *id,
    struct lc_detail *);

/*
 * Looks whether removable stores came or went, and takes their licenses in or
 * out; *changed, also on failure: licenses have to be selected anew.  Out of a
 * transaction.
 */
enum lc_err lc_store_watch(struct lc *, bool *changed);

/* Tells the host that this line in a store is not used, and why. */
void lc_store_line_unused(const struct lc *, const struct lc_place *,
    const char *text, size_t len, enum lc_err, const struct lc_detail *why);

/*
 * As lc_medium_attach, of a removable store that is present.  LC_EDAMAGED as
 * well if its file is gone.
 */
enum lc_err lc_store_attach(struct lc *, const struct lc_place *, bool check,
    struct lc_detail *);

#endif
