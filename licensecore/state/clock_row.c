/* clock_row.c - the record of the time. */
#include "clock_row.h"

#include "history.h"
#include "sealed.h"

/*
 * The latest time in the history counts instead of a record that was altered or
 * removed, or is from before that: then it was put back from an older state.
 */
static enum lc_err
row_load(struct lc_state *st, int64_t numbers[4])
{
	int64_t latest = 0;
	enum lc_err held, err;

	held = lc_sealed_get(st, LC_SEALED_CLOCK, numbers, 4);
	if (held != LC_OK && held != LC_ENOTFOUND && held != LC_EDAMAGED)
		return held;
	err = lc_history_latest(st, &latest);
	if (err == LC_ENOTFOUND && held == LC_ENOTFOUND)
		return LC_OK;	/* a new one has neither */
	if (err != LC_OK && err != LC_ENOTFOUND)
		return err;
	if (held == LC_OK && numbers[1] >= latest)
		return LC_OK;
	lc_notice(st->host, LC_EDAMAGED, "the record of the time was altered,"
	    " removed or put back; licenses go by the latest time in the"
	    " history");
	numbers[1] = numbers[2] = latest;
	numbers[3] = 0;
	return LC_OK;
}

enum lc_err
lc_clock_load(struct lc_state *st)
{
	int64_t numbers[4] = { 0 };
	enum lc_err err = row_load(st, numbers);

	if (err != LC_OK)
		return err;
	st->serial = numbers[0];
	lc_time_begin(&st->time, numbers[1], numbers[2], numbers[3],
	    lc_boot_ms(st));
	return LC_OK;
}

enum lc_err
lc_clock_record(struct lc_state *st, int64_t serial)
{
	struct lc_instant at = lc_instant(st);
	const int64_t numbers[4] = {
		serial, at.now, lc_time_floor(&st->time, at.boot_ms),
		st->time.ahead_ms / 1000,
	};

	return lc_sealed_set(st, LC_SEALED_CLOCK, numbers, 4);
}
