/* clock.c - wall time that does not run backwards, and boot time. */
#include "clock.h"

#include <stdio.h>
#include <time.h>

#include "core.h"
#include "db.h"
#include "history.h"

/* Steps that ordinary time keeping takes are not worth a record. */
#define TOLERANCE_S 60

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

enum lc_err
lc_clock_load(struct lc *lc)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(lc->db, &rows,
	    "SELECT value FROM meta WHERE name = 'clock.high'", "");
	if (err == LC_OK && (err = lc_db_next(lc->db, rows)) == LC_OK) {
		lc->time.high = lc_db_int(rows, 0);
		lc_db_stop(rows);
	}
	lc->time.high_ms = lc_boot_ms(lc);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

enum lc_err
lc_clock_record(struct lc *lc)
{
	return lc_db_run(lc->db, "INSERT INTO meta (name, value)"
	    " VALUES ('clock.high', ?)"
	    " ON CONFLICT (name) DO UPDATE SET value = excluded.value", "i",
	    lc_now(lc));
}

static enum lc_err
note(struct lc *lc, int64_t now, int64_t by_boot)
{
	char body[96];
	enum lc_err err;

	(void)snprintf(body, sizeof body, "{\"wall\":%lld,\"recorded\":%lld}",
	    (long long)now, (long long)by_boot);
	if ((err = lc_db_begin(lc->db)) != LC_OK)
		return err;
	err = lc_history_add(lc, &(struct lc_record){
		.what = "clock", .udi = "", .id = "", .body = body,
	});
	if (err == LC_OK)
		return lc_db_commit(lc->db);
	lc_db_rollback(lc->db);
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
	return LC_OK;
}
