/* meta.h - single values in the persistence file, by name. */
#ifndef LC_META_H
#define LC_META_H

#include "state.h"

/* value stays what it was if there is none of that name. */
enum lc_err lc_meta_int(struct lc_state *, const char *name, int64_t *value);
/* The caller frees; NULL if there is none. */
enum lc_err lc_meta_text(struct lc_state *, const char *name, char **value);

/* Within a change.  NULL takes the text away. */
enum lc_err lc_meta_set_int(struct lc_state *, const char *name,
    int64_t value);
enum lc_err lc_meta_set_text(struct lc_state *, const char *name,
    const char *value);

#endif
