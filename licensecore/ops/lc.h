/*
 * lc.h - what hangs off a struct lc.
 *
 * The folder ops/ has what licensecore.h offers: opening and closing, actions,
 * leases, and what time brings.  It may use all the other folders: it loads
 * with state/, lets rules/ decide, records with state/, and then changes
 * memory.
 */
#ifndef LC_LC_H
#define LC_LC_H

#include <jansson.h>

#include "base/host.h"
#include "rules/model.h"
#include "rules/use.h"
#include "state/history.h"
#include "state/state.h"

struct lc {
	struct lc_state state;
	int lock_fd;			/* held while the core is open */
	bool is_open;			/* lc_open is done */
	uint64_t keys;		/* raised when other keys come into force */
	uint64_t settled;	/* raised by lc_settle */
	bool selection_told;	/* what came of the last selection */
	bool switches[LC_NSWITCHES];
	bool eula_standing;		/* eula.c */
	struct lc_uses uses;
	struct lc_pool texts;		/* that licenses have in common */
	size_t nfuture;			/* dates.c: licenses told of last */
	int64_t list_expires;		/* keys.c: when to tell that the trust
					   list is out of date, or INT64_MAX */

	/* When lc_tick has to do something; boot time, INT64_MAX: never. */
	struct {
		bool known;
		int64_t expire_ms;	/* a meter reaches its period */
		int64_t flush_ms;	/* meters have to be recorded */
		int64_t report_ms;	/* an event has to be reported */
		int64_t look_ms;	/* removable stores may have come */
		int64_t pass_ms;	/* state files have to be read */
		int64_t mend_ms;	/* the disk may work again */
		int64_t mend_wait_ms;	/* how long to wait then */
	} due;

	/* The part that lc_reconfigure replaces. */
	struct lc_model *model;
	struct lc_host host;
	int64_t flush_ms;

	/* What lc_history_next handed out last. */
	struct lc_history_row record;
	/* What lc_event_next handed out last, and the memory behind it. */
	struct lc_event next;
	json_t *next_body;
};

/*
 * Nothing could be recorded: opens the state again, and loads what there is,
 * as at an opening; leases stay.
 */
enum lc_err lc_begin_again(struct lc *);

/* Something may be due at another time than before: lc_tick looks again. */
static inline void
lc_due_changed(struct lc *lc)
{
	lc->due.known = false;
}

/* A meter begins or ends: it has to be recorded, and nothing else is due. */
static inline void
lc_due_flush(struct lc *lc, struct lc_instant at)
{
	if (lc->due.flush_ms > at.boot_ms + lc->flush_ms)
		lc->due.flush_ms = at.boot_ms + lc->flush_ms;
}

#endif
