/* recall.h - what the persistence file knows of licenses and features. */
#ifndef LC_RECALL_H
#define LC_RECALL_H

#include "lc.h"

/*
 * Of a license that is (or will be) in this store: its index there (0: none
 * yet) and comment, its use, and its identity.  An identity is read from disk
 * once: later it is memory that counts.
 */
enum lc_err lc_recall(struct lc *, const struct lc_place *, struct lc_entry *);

/* Of a feature, which begins to be used with this if it was not before. */
enum lc_err lc_recall_use(struct lc *, const struct lc_device *,
    const char *feature, const char *version, struct lc_use **);

#endif
