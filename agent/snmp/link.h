/*
 * link.h - the connection to the master agent (RFC 2741).
 *
 * The link comes up when the master does, also long after the daemon, and
 * comes back when it was lost; nothing here ever blocks.  A host name is
 * looked up for each round of attempts, and all its addresses are tried.  The
 * link registers one region for each of the agent's modules and answers what
 * is asked there.
 *
 * AgentX is spoken by net-snmp's library (agentx.h), over a connection that is
 * made, watched and given up here: the library's own subagent opens, closes and
 * pings a session synchronously, so that a stopped master would hold up the
 * whole daemon.
 */
#ifndef AGENT_LINK_H
#define AGENT_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "endpoint.h"
#include "loop.h"
#include "sender.h"
#include "serve.h"
#include "value.h"

/* The master agent, as it is configured. */
struct link_master {
	const char *name; /* for the log */
	struct endpoint endpoint;
	/* A master over TCP that says nothing for so long is pinged, and
	 * given up after as long again.  The kernel tells when one at a Unix
	 * socket is gone, so those are not. */
	uint32_t ping_s;
};

/* A subtree to answer for. */
struct link_region {
	const uint32_t *id;
	size_t len;
	uint8_t priority;        /* RFC 2741: 127 is the default, lower wins */
	const char *description; /* its sysORDescr; NULL: none */
};

struct link_options {
	struct link_master master;
	const struct link_region *regions; /* the first one names the agent */
	size_t nregions;
	struct serve serve;
	/* All NULL or all set.  up: registered, notifications may be sent.
	 * down: it was up and is lost; what was sent and not answered is not
	 * answered any more.  answered: the master took the notification,
	 * or refused it. */
	void (*up)(void *arg);
	void (*down)(void *arg);
	void (*answered)(void *arg, uint32_t packet, bool taken);
	void *arg;
};

struct link;

/* Options are copied, what they point to is borrowed.  NULL: no memory. */
struct link *link_new(struct loop *, const struct link_options *);
/* Says good-bye to the master, if it listens, without waiting. */
void link_free(struct link *); /* NULL is fine */

/* Another master; reconnects if its name is not that of the old one. */
void link_move(struct link *, const struct link_master *);

bool link_is_up(const struct link *);

/*
 * Hands a notification (snmpTrapOID.0 first; the master puts sysUpTime.0
 * before it) to the master.  0: not taken, the link is not up; else the packet
 * that `answered` will name.
 */
uint32_t link_notify(struct link *, const struct varbind *varbinds, size_t n);
/* The same, for those who do not care how. */
struct sender link_sender(struct link *);

#endif
