/* marks.h - what was reported, on disk: rules/schedule.h, rules/count.h. */
#ifndef LC_MARKS_H
#define LC_MARKS_H

#include "rules/identity.h"
#include "rules/use.h"
#include "state.h"

/* At loading: the license's marks; those of a feature.  LC_ENOMEM. */
enum lc_err lc_marks_load(struct lc_identity *);
enum lc_err lc_marks_load_use(const struct lc_state *, const char *udi,
    struct lc_use *);

/* Within a change: how far this kind of event was reported of a license. */
enum lc_err lc_marks_write(struct lc_state *, const struct lc_identity *,
    enum lc_event_kind, int64_t mark);
/* When a feature's lack of a license was; LC_NO_TIME: it has one. */
enum lc_err lc_marks_write_use(struct lc_state *, const char *udi,
    const struct lc_use *, int64_t at);

/*
 * Within a change, and in memory after it: nothing that goes by the calendar
 * has been reported.  What is due then is reported again.
 */
enum lc_err lc_marks_drop_calendar(struct lc_state *);
void lc_marks_dropped(struct lc_identities *, struct lc_uses *);

#endif
