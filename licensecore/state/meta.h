/* meta.h - single values of the state, by name. */
#ifndef LC_META_H
#define LC_META_H

#include "state.h"

/* That of a name; none if there is none.  Texts are the book's. */
int64_t lc_meta_int(const struct lc_state *, const char *name, int64_t none);
const char *lc_meta_text(const struct lc_state *, const char *name);

/* Within a change.  NULL takes the text away. */
enum lc_err lc_meta_set_int(struct lc_state *, const char *name,
    int64_t value);
enum lc_err lc_meta_set_text(struct lc_state *, const char *name,
    const char *value);

#endif
