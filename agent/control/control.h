/*
 * The folder agent/control/ is the control socket: clients, their requests and
 * answers in JSON, the leases and actions that they hold, what subscribers
 * hear.  It uses callhome/, jobs/, daemon/, the core and jansson, and knows no SNMP.
 *
 * control.h - the control socket: what programs of the device ask the daemon.
 *
 * A Unix stream socket, one JSON object per line both ways; the requests are
 * in licagent-control(7).  What a peer may do follows from who it is
 * (SO_PEERCRED), never from what it says.  Whatever a client does, or does not
 * do, costs a bounded amount of memory and never makes anybody wait.
 */
#ifndef AGENT_CONTROL_H
#define AGENT_CONTROL_H

#include <stdbool.h>

#include "access.h"
#include "callhome/callhome.h"
#include "jobs/jobs.h"
#include "listener.h"
#include "licensecore.h"
#include "loop.h"

struct control;

struct control_options {
	struct loop *loop;
	struct lc *core;
	struct jobs *jobs;
	struct callhome *callhome;
	struct control_access access;
	/* Leases came or went: the core wants to be called (lc_tick). */
	void (*changed)(void *arg);
	/* The configuration is to be read again; control_reloaded follows. */
	void (*reload)(void *arg);
	void *arg;
};

/* NULL: out of memory.  Nobody is served before control_listen. */
struct control *control_new(const struct control_options *);
/* Releases every lease.  Before callhome_free, jobs_free and lc_close; NULL is
 * fine. */
void control_free(struct control *);

#define CONTROL_ERROR_MAX LISTENER_ERROR_MAX

/*
 * Serves at this path from now on, and no more at the one before; who is
 * connected stays.  False: nothing has changed, and `why` is one sentence.
 */
bool control_listen(
    struct control *, const char *path, char why[CONTROL_ERROR_MAX]);
/* Nobody connects any more; who is connected stays. */
void control_close(struct control *);
/* For those who connect from now on. */
void control_set_access(struct control *, const struct control_access *);

/* To those who asked for it.  why: one sentence; NULL: it is in force. */
void control_reloaded(struct control *, const char *why);

/* lc_tick was called: what it found, or what led to it, may be what somebody
 * waits for. */
void control_ticked(struct control *);

/* lc_options' event, lease and notice; none of them calls the core. */
void control_event(struct control *, const struct lc_event *);
void control_lease(struct lc_lease *);
void control_notice(struct control *, enum lc_err, const char *text);

#endif
