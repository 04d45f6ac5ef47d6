/*
 * notify.h - the core's events become notifications.
 *
 * They wait in the core's durable queue until the master has taken them, and
 * go out in order, a few at a time, while the link is up.
 */
#ifndef AGENT_NOTIFY_H
#define AGENT_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "licensecore.h"
#include "loop.h"
#include "snmp/sender.h"

struct notify;

/* NULL: out of memory. */
struct notify *notify_new(struct loop *, struct lc *);
void notify_free(struct notify *);

/* Where to send to; what it is of is borrowed. */
void notify_set_sender(struct notify *, const struct sender *);

/* There may be something to send: the link is up, an event was queued. */
void notify_poke(struct notify *);
/* What is not answered will be sent again. */
void notify_link_down(struct notify *);
/* Sends no more from now on. */
void notify_stop(struct notify *);
/* Is anything on its way that the master has not answered for? */
bool notify_waits(const struct notify *);
/* What was sent under this number was taken, or was refused. */
void notify_answered(struct notify *, uint32_t packet, bool taken);

#endif
