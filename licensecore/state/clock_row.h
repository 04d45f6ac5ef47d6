/* clock_row.h - the record of the time, and of how far the state has come. */
#ifndef LC_CLOCK_ROW_H
#define LC_CLOCK_ROW_H

#include "state.h"

/* At opening: the time and serial number recorded so far. */
enum lc_err lc_clock_load(struct lc_state *);
/* Within a transaction: records the time, with this serial number. */
enum lc_err lc_clock_record(struct lc_state *, int64_t serial);

#endif
