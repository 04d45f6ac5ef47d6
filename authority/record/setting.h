/* setting.h - numbers that an authority's owner chose. */
#ifndef LC_SETTING_H
#define LC_SETTING_H

#include "record.h"

/* The value, or what it is where nobody chose. */
enum lc_err lc_setting_get(
    struct lc_record *, const char *name, int64_t usual, int64_t *value);
enum lc_err lc_setting_put(struct lc_record *, const char *name, int64_t);

#endif
