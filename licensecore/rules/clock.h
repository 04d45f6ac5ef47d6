/*
 * clock.h - the time that licenses go by.
 *
 * Wall time never runs backwards: when the clock is set back, it goes on from
 * where it was by boot time, and across a restart from the time recorded last,
 * so that setting the clock back revives nothing and stops nothing.
 *
 * A clock that is set far ahead would end subscriptions for good, whoever sets
 * it right again.  So the time by boot time from before such a step is kept as
 * well, until the step has stood for 30 days of running; until then the
 * operator can take it back to that (lc_clock_reset), and no further.
 *
 * A verified license proves that its issue date has come, so that a clock that
 * was always behind stretches no subscription.  But an issuer's clock may be
 * wrong as well: a date that is far ahead proves nothing.
 */
#ifndef LC_CLOCK_H
#define LC_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* An instant: whoever decides by time is given one, and reads no clock. */
struct lc_instant {
	int64_t now;		/* seconds since 1970, never backwards */
	int64_t boot_ms;	/* milliseconds; suspend counts */
};

struct lc_time {
	int64_t high;		/* a time that was, and */
	int64_t high_ms;	/* the boot time then */
	bool behind;		/* the clock was seen below it */
	bool watched;		/* since the core was opened */
	bool proven;		/* a license showed that the clock is behind,
				   and nobody was told yet */
	/* What the time was at least before the clock was set far ahead
	   (milliseconds), the boot time then, and how long it has been. */
	int64_t floor_ms, floor_at_ms;
	int64_t ahead_ms;
};

/* A step that may be a mistake, and can be taken back. */
#define LC_AHEAD_S INT64_C(86400)
/* How far an issuer's clock may be ahead of the device's. */
#define LC_ISSUE_AHEAD_S (30 * INT64_C(86400))

/* Goes on from recorded times (seconds). */
void lc_time_begin(struct lc_time *, int64_t high, int64_t floor,
    int64_t ahead_s, int64_t boot_ms);

struct lc_instant lc_time_at(const struct lc_time *, int64_t wall,
    int64_t boot_ms);
/* By boot time alone (seconds): what it is at least; what is certain. */
int64_t lc_time_least(const struct lc_time *, int64_t boot_ms);
int64_t lc_time_floor(const struct lc_time *, int64_t boot_ms);
/* How far the clock was set ahead, if that can be taken back; else 0. */
int64_t lc_time_ahead_s(const struct lc_time *, struct lc_instant);

/*
 * Was the clock set since it was followed last?  One that was set back is so
 * once, until it has caught up.
 */
bool lc_time_stepped(const struct lc_time *, int64_t wall, int64_t boot_ms);
/*
 * Does a license of that issue date show that the time has come, rather than
 * that one of two clocks is wrong?
 */
bool lc_time_has_come(int64_t issued, int64_t now);
/* It has: the time is that at least.  True: that is later than it was. */
bool lc_time_prove(struct lc_time *, int64_t issued, int64_t wall,
    int64_t boot_ms);
/* True: the time is further than boot time has gone. */
bool lc_time_follow(struct lc_time *, int64_t wall, int64_t boot_ms);

#endif
