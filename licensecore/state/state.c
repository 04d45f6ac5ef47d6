/* state.c - what is on disk: the time it is written at. */
#include "state.h"

/* Boot time is read first: what passes in between is not a clock set back. */
struct lc_instant
lc_instant(const struct lc_state *st)
{
	int64_t boot_ms = lc_host_boot_ms(st->host);

	return lc_time_at(&st->time, lc_host_wall(st->host), boot_ms);
}

int64_t
lc_now(const struct lc_state *st)
{
	return lc_instant(st).now;
}

int64_t
lc_boot_ms(const struct lc_state *st)
{
	return lc_host_boot_ms(st->host);
}
