/* readings.h - what depends on the time, computed now. */
#ifndef LC_READINGS_H
#define LC_READINGS_H

#include "lc.h"

/* What the licenses that serve it have left and have used; NULL: nothing. */
void lc_use_sum(const struct lc *, const struct lc_use *,
    struct lc_feature_use *);

#endif
