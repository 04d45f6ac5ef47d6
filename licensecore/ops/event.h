/* event.h - events: made and queued within the change that they tell of. */
#ifndef LC_EVENT_H
#define LC_EVENT_H

#include "lc.h"

/*
 * Within a change: tells of a feature and, unless it is NULL, of a license for
 * it.  The event is queued (unless its switch is off, or it is about a feature
 * that the device does not have and so has no row to show) and kept for
 * lc_change_publish; the strings behind it are borrowed until then.
 */
enum lc_err lc_event_tell(struct lc *, enum lc_event_kind,
    const struct lc_use *, const struct lc_entry *, const char *by);

/* The same of a module whose wanted level becomes another one. */
enum lc_err lc_event_tell_level(struct lc *, const struct lc_module *,
    const char *wanted);

/* The same of a license that is missing from the store; it is not queued. */
enum lc_err lc_event_tell_missing(struct lc *, const struct lc_copy *,
    const struct lc_place *);

/*
 * Out of a change, after licenses were selected: which were superseded, and of
 * which features there are more.
 */
void lc_event_report_selection(struct lc *);

#endif
