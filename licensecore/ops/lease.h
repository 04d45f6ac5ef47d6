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

void lc_leases_free(struct lc *);	/* all that are still held */

#endif
