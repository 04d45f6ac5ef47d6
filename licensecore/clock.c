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

int64_t
lc_now(const struct lc *lc)
{
	int64_t now = wall(lc), went = lc_boot_ms(lc) - lc->time.high_ms;
	int64_t least = lc->time.high + (went > 0 ? went / 1000 : 0);

	return now > least ? now : least;
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
set_back(struct lc *lc, int64_t now)
{
	char body[96];
	enum lc_err err;

	(void)snprintf(body, sizeof body, "{\"wall\":%lld,\"recorded\":%lld}",
	    (long long)now, (long long)lc_now(lc));
	if ((err = lc_db_begin(lc->db)) != LC_OK)
		return err;
	err = lc_history_add(lc, &(struct lc_record){
		.what = "clock", .udi = "", .id = "", .body = body,
	});
	if (err != LC_OK) {
		lc_db_rollback(lc->db);
		return err;
	}
	if ((err = lc_db_commit(lc->db)) == LC_OK)
		lc_notice(lc, LC_OK, "the clock was set back by %lld seconds;"
		    " licenses go by the time recorded before until it has"
		    " caught up", (long long)(lc_now(lc) - now));
	return err;
}

enum lc_err
lc_clock_watch(struct lc *lc)
{
	int64_t now = wall(lc);
	bool back = now < lc_now(lc) - TOLERANCE_S;
	bool told = lc->time.told;

	if (now == lc_now(lc)) {
		lc->time.high = now;
		lc->time.high_ms = lc_boot_ms(lc);
	}
	lc->time.told = back;
	return back && !told ? set_back(lc, now) : LC_OK;
}
