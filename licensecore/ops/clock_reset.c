/* clock_reset.c - when the clock is set, and set right again. */
#include "clock_reset.h"

#include "base/error.h"
#include "dates.h"
#include "lease.h"
#include "rules/meter.h"
#include "state/change.h"
#include "state/marks.h"

/* ---- Watching -------------------------------------------------------- */

static enum lc_err
note(struct lc *lc, int64_t wall, int64_t least)
{
	enum lc_err err;

	if ((err = lc_change_begin(&lc->state)) == LC_OK)
		err = lc_history_add_json(&lc->state, (struct lc_record){
			.what = "clock", .udi = "", .id = "",
		}, json_pack("{s:I, s:I}", "wall", (json_int_t)wall,
		    "recorded", (json_int_t)least));
	return lc_change_end(&lc->state, err);
}

static void
tell(const struct lc *lc, int64_t wall, int64_t least)
{
	if (lc->state.time.proven)
		lc_notice(&lc->host, LC_OK, "the clock is at least %lld seconds"
		    " behind, as the issue date of a license shows; licenses"
		    " go by that date from now on: set the clock",
		    (long long)(least - wall));
	else if (wall < least)
		lc_notice(&lc->host, LC_OK, "the clock was set back by %lld"
		    " seconds; licenses go by the time recorded before until"
		    " it has caught up", (long long)(least - wall));
	else
		lc_notice(&lc->host, LC_OK, "the clock was set forward by %lld"
		    " seconds; licenses go by it from now on, also if it is"
		    " set back again", (long long)(wall - least));
}

enum lc_err
lc_clock_watch(struct lc *lc)
{
	struct lc_time *time = &lc->state.time;
	int64_t boot_ms = lc_host_boot_ms(&lc->host);
	int64_t wall = lc_host_wall(&lc->host);
	int64_t least = lc_time_least(time, boot_ms);
	enum lc_err err;

	if (lc_time_stepped(time, wall, boot_ms)) {
		if ((err = note(lc, wall, least)) != LC_OK)
			return err;
		tell(lc, wall, least);
	}
	/* What is due by the wall clock is nearer than it was thought. */
	if (lc_time_follow(time, wall, boot_ms))
		lc_due_changed(lc);
	return LC_OK;
}

/* ---- A clock that was set far ahead ---------------------------------- */

int64_t
lc_clock_now_s(const struct lc *lc)
{
	return lc_now(&lc->state);
}

int64_t
lc_clock_wall_s(const struct lc *lc)
{
	return lc_host_wall(&lc->host);
}

int64_t
lc_clock_ahead_s(const struct lc *lc)
{
	return lc_time_ahead_s(&lc->state.time, lc_instant(&lc->state));
}

/* Within a change. */
static enum lc_err
reset_write(struct lc *lc, int64_t to, const char *by)
{
	enum lc_err err = lc_history_add_json(&lc->state, (struct lc_record){
		.what = "clock-reset", .udi = "", .id = "",
	}, json_pack("{s:I, s:I, s:s}", "from",
	    (json_int_t)lc_now(&lc->state), "to", (json_int_t)to, "by", by));

	return err == LC_OK ? lc_marks_drop_calendar(&lc->state) : err;
}

/* What is recorded with the change is the time as it is then. */
static enum lc_err
reset(struct lc *lc, int64_t to, const char *by)
{
	struct lc_time before = lc->state.time;
	enum lc_err err;

	if ((err = lc_change_begin(&lc->state)) == LC_OK)
		err = reset_write(lc, to, by);
	lc_time_begin(&lc->state.time, to, to, 0,
	    lc_host_boot_ms(&lc->host));
	if ((err = lc_change_end(&lc->state, err)) != LC_OK)
		lc->state.time = before;
	return err;
}

enum lc_err
lc_clock_reset(struct lc *lc, const char *by, struct lc_detail *detail)
{
	struct lc_instant at = lc_instant(&lc->state);
	int64_t to = lc_time_floor(&lc->state.time, at.boot_ms);
	int64_t wall = lc_host_wall(&lc->host), issued;
	enum lc_err err;

	if (lc_clock_ahead_s(lc) == 0)
		return lc_fail(detail, LC_ENOTFOUND, "the clock was not set"
		    " far ahead, or so long ago that it counts");
	/* No device had a license before it was issued. */
	issued = lc_dates_latest(lc->model);
	to = issued > to ? issued : to;
	to = wall > to ? wall : to;
	if (to > at.now - LC_AHEAD_S)
		return lc_fail(detail, LC_EINVAL, "the clock is still far"
		    " ahead, or a license was issued then: set the clock"
		    " first");
	if ((err = reset(lc, to, by != NULL ? by : "")) != LC_OK)
		return err;
	for (size_t i = 0; i < lc->state.book.identities.n; i++)
		lc_meter_not_after(lc->state.book.identities.list[i], to);
	lc_marks_dropped(&lc->state.book.identities, &lc->uses);
	lc_settle(lc);
	return LC_OK;
}
