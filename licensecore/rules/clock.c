/* clock.c - wall time that does not run backwards. */
#include "clock.h"

/* Steps that ordinary time keeping takes are not worth a record. */
#define TOLERANCE_S 60
/* How long a step ahead may be taken back. */
#define STANDS_S (30 * INT64_C(86400))

static int64_t
passed(int64_t from_ms, int64_t to_ms)
{
	return to_ms > from_ms ? to_ms - from_ms : 0;
}

void
lc_time_begin(struct lc_time *t, int64_t high, int64_t floor, int64_t ahead_s,
    int64_t boot_ms)
{
	t->high = high;
	t->high_ms = t->floor_at_ms = boot_ms;
	t->floor_ms = floor * 1000;
	t->ahead_ms = ahead_s * 1000;
	t->behind = t->proven = false;
}

int64_t
lc_time_least(const struct lc_time *t, int64_t boot_ms)
{
	return t->high + passed(t->high_ms, boot_ms) / 1000;
}

struct lc_instant
lc_time_at(const struct lc_time *t, int64_t wall, int64_t boot_ms)
{
	int64_t least = lc_time_least(t, boot_ms);

	return (struct lc_instant){ wall > least ? wall : least, boot_ms };
}

int64_t
lc_time_floor(const struct lc_time *t, int64_t boot_ms)
{
	return (t->floor_ms + passed(t->floor_at_ms, boot_ms)) / 1000;
}

int64_t
lc_time_ahead_s(const struct lc_time *t, struct lc_instant at)
{
	int64_t ahead = at.now - lc_time_floor(t, at.boot_ms);

	return ahead > LC_AHEAD_S ? ahead : 0;
}

/* Time that passed while the core was not open is no step. */
bool
lc_time_stepped(const struct lc_time *t, int64_t wall, int64_t boot_ms)
{
	int64_t least = lc_time_least(t, boot_ms);

	if (t->behind && !t->proven)
		return false;
	return wall < least - TOLERANCE_S ||
	       (wall > least + TOLERANCE_S && t->watched);
}

/*
 * What the time is for certain goes on with boot time, and follows the clock
 * as long as that makes no great steps; one has to stand for a while.
 */
static void
floor_follow(struct lc_time *t, struct lc_instant at)
{
	int64_t ran = passed(t->floor_at_ms, at.boot_ms);
	bool first = t->floor_ms < LC_AHEAD_S * 1000;	/* of all times */
	bool far;

	t->floor_ms += ran;
	t->floor_at_ms = at.boot_ms;
	far = at.now * 1000 - t->floor_ms > LC_AHEAD_S * 1000;
	if (far)
		t->ahead_ms += ran;
	if (first || !far || t->ahead_ms >= STANDS_S * 1000) {
		t->floor_ms = at.now * 1000;
		t->ahead_ms = 0;
	}
}

bool
lc_time_has_come(int64_t issued, int64_t now)
{
	return issued <= now + LC_ISSUE_AHEAD_S;
}

/* What a license proves is as certain as what boot time does. */
bool
lc_time_prove(struct lc_time *t, int64_t issued, int64_t wall,
    int64_t boot_ms)
{
	if (issued <= lc_time_at(t, wall, boot_ms).now)
		return false;
	t->high = issued;
	t->high_ms = boot_ms;
	t->proven = issued > wall + TOLERANCE_S;
	if (lc_time_floor(t, boot_ms) < issued) {
		t->floor_ms = issued * 1000;
		t->floor_at_ms = boot_ms;
	}
	return true;
}

bool
lc_time_follow(struct lc_time *t, int64_t wall, int64_t boot_ms)
{
	int64_t least = lc_time_least(t, boot_ms);

	if (wall >= least) {
		t->high = wall;
		t->high_ms = boot_ms;
	}
	t->behind = wall < least - TOLERANCE_S;
	t->watched = true;
	t->proven = false;
	floor_follow(t, lc_time_at(t, wall, boot_ms));
	return wall > least + 1;
}
