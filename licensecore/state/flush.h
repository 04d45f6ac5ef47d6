/*
 * flush.h - a thread that waits for the disk, so that a loop need not.
 *
 * What a long transaction has changed is written and synced before its commit,
 * which then has as little to wait for as that of a short one.  Nothing is
 * committed by that: if the power fails, the journals take it back.
 */
#ifndef LC_FLUSH_H
#define LC_FLUSH_H

#include <pthread.h>
#include <stdatomic.h>

#include "db.h"

struct lc_flush {
	struct lc_db *files[2];		/* the thread's own until the end */
	pthread_t thread;
	bool runs;			/* it has to be ended */
	atomic_bool over;
};

/* In transactions; NULL: none.  Without a thread nothing is done. */
void lc_flush_begin(struct lc_flush *, struct lc_db *, struct lc_db *);
/* False: lc_flush_end would wait. */
bool lc_flush_is_over(const struct lc_flush *);
/* From now on the files can be used again.  Not begun is fine. */
void lc_flush_end(struct lc_flush *);

#endif
