/* lease.h - leases: who uses a feature, and whether it is licensed. */
#ifndef LC_LEASE_H
#define LC_LEASE_H

#include "lc.h"

/*
 * Licenses, or whether they can be used, have changed: selects for every
 * feature, and tells the host of leases whose state has changed, of the events
 * of the change, and of what comes of the selection.
 */
void lc_settle(struct lc *);
/*
 * The same but for the events, which may be many: they are published with
 * lc_change_publish_some, and lc_settle_report is called after them, or by the
 * next one that settles.
 */
void lc_settle_quietly(struct lc *);
void lc_settle_report(struct lc *);

void lc_leases_free(struct lc *);	/* all that are still held */

#endif
