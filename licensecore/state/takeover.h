/* takeover.h - states as they were before there were two files alike. */
#ifndef LC_TAKEOVER_H
#define LC_TAKEOVER_H

#include "format/trust.h"
#include "rules/model.h"
#include "state.h"

/* Is there one in the directory? */
bool lc_takeover_is_due(const struct lc_state *);

/*
 * Takes into the state, which is new, what persistence.db, its copy and the
 * files of primary stores hold, as far as their own seals and signatures hold;
 * a change of its own.  Once it is done the files are renamed to NAME.old.
 */
enum lc_err lc_takeover(struct lc_state *, const struct lc_model *,
    const struct lc_trust *);

#endif
