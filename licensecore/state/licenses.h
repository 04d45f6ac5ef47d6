/*
 * licenses.h - what is kept about a license in a store, for good: its index,
 * and as long as it is there the operator's wishes.
 */
#ifndef LC_LICENSES_H
#define LC_LICENSES_H

#include "rules/model.h"
#include "state.h"

/* Index (0: it has none yet) and comment. */
enum lc_err lc_license_load(struct lc_state *, const char *udi,
    struct lc_entry *);
/* The priority that is wanted: the same in all stores. */
enum lc_err lc_license_load_priority(struct lc_state *, struct lc_identity *);

/* Within a change: a new index in its device, above all ever given. */
enum lc_err lc_license_add(struct lc_state *, const char *udi,
    struct lc_entry *);
enum lc_err lc_license_set_comment(struct lc_state *, const char *udi,
    const struct lc_entry *, const char *comment);
enum lc_err lc_license_set_priority(struct lc_state *,
    const struct lc_identity *, enum lc_priority);
/*
 * The index stays taken; the operator's wishes go with the license, priority
 * with the last copy of it in the device.
 */
enum lc_err lc_license_remove(struct lc_state *, const char *udi,
    const struct lc_entry *, bool last);

#endif
