/* clock.c - wall time that does not run backwards, and boot time. */
#include "clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "state/change.h"
#include "ops/core.h"
#include "state/db.h"
#include "base/error.h"
#include "state/history.h"
#include "meter.h"
#include "model.h"
#include "schedule.h"
#include "state/sealed.h"
#include "select.h"

/* Steps that ordinary time keeping takes are not worth a record. */
#define TOLERANCE_S 60
/* A step that may be a mistake, and how long it may be taken back after it. */
#define AHEAD_S INT64_C(86400)
#define STANDS_S (30 * INT64_C(86400))

static int64_t
wall(const struct lc *lc)
{
	return lc->clock.wall != NULL ? lc->clock.wall(lc->clock.arg) :
	    (int64_t)time(NULL);
}

/* What the time is at least, by boot time. */
static int64_t
least(const struct lc *lc, int64_t boot_ms)
{
	int64_t went = boot_ms - lc->time.high_ms;

	return lc->time.high + (went > 0 ? went / 1000 : 0);
}

/* Boot time is read first: what passes in between is not a clock set back. */
int64_t
lc_now(const struct lc *lc)
{
	int64_t by_boot = least(lc, lc_boot_ms(lc)), now = wall(lc);

	return now > by_boot ? now : by_boot;
}

int64_t
lc_boot_ms(const struct lc *lc)
{
	struct timespec ts;

	if (lc->clock.boot_ms != NULL)
		return lc->clock.boot_ms(lc->clock.arg);
	(void)clock_gettime(CLOCK_BOOTTIME, &ts);	/* exists since 2.6.39 */
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* ---- What is recorded ------------------------------------------------ */

/*
 * The latest time in the history counts instead of a record that was altered or
 * removed, or is from before that: then it was put back from an older state.
 */
static enum lc_err
load(struct lc *lc, int64_t numbers[4])
{
	int64_t latest = 0;
	enum lc_err held, err;

	held = lc_sealed_get(lc, LC_SEALED_CLOCK, numbers, 4);
	if (held != LC_OK && held != LC_ENOTFOUND && held != LC_EDAMAGED)
		return held;
	err = lc_history_latest(lc, &latest);
	if (err == LC_ENOTFOUND && held == LC_ENOTFOUND)
		return LC_OK;	/* a new one has neither */
	if (err != LC_OK && err != LC_ENOTFOUND)
		return err;
	if (held == LC_OK && numbers[1] >= latest)
		return LC_OK;
	lc_notice(lc, LC_EDAMAGED, "the record of the time was altered, removed"
	    " or put back; licenses go by the latest time in the history");
	numbers[1] = numbers[2] = latest;
	numbers[3] = 0;
	return LC_OK;
}

enum lc_err
lc_clock_load(struct lc *lc)
{
	int64_t numbers[4] = { 0 };
	enum lc_err err = load(lc, numbers);

	if (err != LC_OK)
		return err;
	lc->time.serial = numbers[0];
	lc->time.high = numbers[1];
	lc->time.high_ms = lc->time.floor_at_ms = lc_boot_ms(lc);
	lc->time.floor_ms = numbers[2] * 1000;
	lc->time.ahead_ms = numbers[3] * 1000;
	return LC_OK;
}

static int64_t
floor_now(const struct lc *lc)
{
	int64_t went = lc_boot_ms(lc) - lc->time.floor_at_ms;

	return (lc->time.floor_ms + (went > 0 ? went : 0)) / 1000;
}

enum lc_err
lc_clock_record(struct lc *lc)
{
	const int64_t numbers[4] = {
		lc->time.serial + 1, lc_now(lc), floor_now(lc),
		lc->time.ahead_ms / 1000,
	};

	return lc_sealed_set(lc, LC_SEALED_CLOCK, numbers, 4);
}

/* ---- Watching -------------------------------------------------------- */

static enum lc_err
note(struct lc *lc, int64_t now, int64_t by_boot)
{
	char body[96];
	enum lc_err err;

	(void)snprintf(body, sizeof body, "{\"wall\":%lld,\"recorded\":%lld}",
	    (long long)now, (long long)by_boot);
	if ((err = lc_change_begin(lc)) != LC_OK)
		return err;
	err = lc_history_add(lc, &(struct lc_record){
		.what = "clock", .udi = "", .id = "", .body = body,
	});
	if (err == LC_OK)
		return lc_change_commit(lc);
	lc_change_rollback(lc);
	return err;
}

static void
tell(const struct lc *lc, int64_t now, int64_t by_boot)
{
	if (now < by_boot)
		lc_notice(lc, LC_OK, "the clock was set back by %lld seconds;"
		    " licenses go by the time recorded before until it has"
		    " caught up", (long long)(by_boot - now));
	else
		lc_notice(lc, LC_OK, "the clock was set forward by %lld"
		    " seconds; licenses go by it from now on, also if it is"
		    " set back again", (long long)(now - by_boot));
}

/* Time that passed while the core was not open is no step. */
static bool
stepped(const struct lc *lc, int64_t now, int64_t by_boot)
{
	if (now < by_boot - TOLERANCE_S)
		return !lc->time.told;
	return now > by_boot + TOLERANCE_S && lc->time.watched &&
	       !lc->time.told;
}

/*
 * What the time is for certain goes on with boot time, and follows the clock
 * as long as that makes no great steps; one has to stand for a while.
 */
static void
floor_watch(struct lc *lc, int64_t boot)
{
	int64_t went = boot - lc->time.floor_at_ms;
	int64_t now_ms = lc_now(lc) * 1000;
	bool first = lc->time.floor_ms < AHEAD_S * 1000;	/* of all times */

	went = went > 0 ? went : 0;
	lc->time.floor_ms += went;
	lc->time.floor_at_ms = boot;
	if (now_ms - lc->time.floor_ms > AHEAD_S * 1000)
		lc->time.ahead_ms += went;
	if (first || now_ms - lc->time.floor_ms <= AHEAD_S * 1000 ||
	    lc->time.ahead_ms >= STANDS_S * 1000) {
		lc->time.floor_ms = now_ms;
		lc->time.ahead_ms = 0;
	}
}

enum lc_err
lc_clock_watch(struct lc *lc)
{
	int64_t boot = lc_boot_ms(lc), now = wall(lc);
	int64_t by_boot = least(lc, boot);
	enum lc_err err;

	if (stepped(lc, now, by_boot)) {
		if ((err = note(lc, now, by_boot)) != LC_OK)
			return err;
		tell(lc, now, by_boot);
	}
	/* What is due by the wall clock is nearer than it was thought. */
	if (now > by_boot + 1)
		lc->due.known = false;
	if (now >= by_boot) {
		lc->time.high = now;
		lc->time.high_ms = boot;
	}
	lc->time.told = now < by_boot - TOLERANCE_S;
	lc->time.watched = true;
	floor_watch(lc, boot);
	return LC_OK;
}

/* ---- A clock that was set far ahead ---------------------------------- */

int64_t
lc_clock_ahead_s(const struct lc *lc)
{
	int64_t ahead = lc_now(lc) - floor_now(lc);

	return ahead > AHEAD_S ? ahead : 0;
}

/* No device had a license before it was issued. */
static int64_t
latest_issue(const struct lc *lc)
{
	const struct lc_model *m = lc->model;
	int64_t latest = 0;

	for (size_t i = 0; i < m->nlicenses; i++) {
		if (m->licenses[i]->terms.issued > latest)
			latest = m->licenses[i]->terms.issued;
	}
	return latest;
}

static enum lc_err
reset_write(struct lc *lc, int64_t to, const char *by)
{
	json_t *json = json_pack("{s:I, s:I, s:s}", "from",
	    (json_int_t)lc_now(lc), "to", (json_int_t)to, "by", by);
	char *body = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
	const int64_t numbers[4] = { lc->time.serial + 1, to, to, 0 };
	enum lc_err err = LC_ENOMEM;

	if (body != NULL)
		err = lc_history_add(lc, &(struct lc_record){
			.what = "clock-reset", .udi = "", .id = "",
			.body = body,
		});
	free(body);
	json_decref(json);
	if (err == LC_OK)
		err = lc_schedule_forget(lc);
	return err == LC_OK ?
	    lc_sealed_set(lc, LC_SEALED_CLOCK, numbers, 4) : err;
}

static void
reset_done(struct lc *lc, int64_t to)
{
	lc->time.serial++;
	lc->time.high = to;
	lc->time.high_ms = lc->time.floor_at_ms = lc_boot_ms(lc);
	lc->time.floor_ms = to * 1000;
	lc->time.ahead_ms = 0;
	lc->time.told = false;
	lc_meter_taken_back(lc);
	lc_schedule_forgotten(lc);
	lc_select(lc);
}

enum lc_err
lc_clock_reset(struct lc *lc, const char *by, struct lc_detail *detail)
{
	int64_t to = floor_now(lc), now = wall(lc), issued = latest_issue(lc);
	enum lc_err err;

	if (lc_clock_ahead_s(lc) == 0)
		return lc_fail(detail, LC_ENOTFOUND, "the clock was not set"
		    " far ahead, or so long ago that it counts");
	to = issued > to ? issued : to;
	to = now > to ? now : to;
	if (to > lc_now(lc) - AHEAD_S)
		return lc_fail(detail, LC_EINVAL, "the clock is still far"
		    " ahead, or a license was issued then: set the clock"
		    " first");
	if ((err = lc_db_begin(lc->db)) != LC_OK)
		return err;
	if ((err = reset_write(lc, to, by != NULL ? by : "")) != LC_OK) {
		lc_db_rollback(lc->db);
		return err;
	}
	if ((err = lc_db_commit(lc->db)) == LC_OK)
		reset_done(lc, to);
	return err;
}
