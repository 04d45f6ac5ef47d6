/*
 * schedule.h - what has to be reported, and when: warnings and expiry.
 *
 * Each kind of event about a license is a track: a row of instants.  A mark
 * says how far along the row it has been reported; it is recorded together
 * with the event.  So nothing is reported twice or forgotten, and of several
 * instants that passed at once only the last is reported.  No warning is given
 * of an end at which another license takes over (select.h).
 */
#ifndef LC_SCHEDULE_H
#define LC_SCHEDULE_H

#include "clock.h"
#include "model.h"

struct lc_use;

/* Tracks count from 0 to LC_NTRACKS - 1; this is what they report. */
enum lc_event_kind lc_track_kind(size_t track);
/* Does its time stand still without use?  Else it is a calendar. */
bool lc_track_is_by_use(size_t track);
/* The last instant that was reached since the mark, or LC_NOT_YET. */
int64_t lc_track_reached(const struct lc_model *, const struct lc_entry *,
    size_t track, struct lc_instant);

/* Seconds until a feature's lack of a license is due; INT64_MAX: never. */
int64_t lc_complaint_due_s(const struct lc_model *, const struct lc_use *,
    struct lc_instant);

/*
 * Milliseconds until something has to be reported, 0 if it has now, INT64_MAX
 * if nothing is in sight.
 */
int64_t lc_schedule_due_ms(const struct lc_model *, struct lc_instant);

#endif
