/*
 * The folder agent/callhome/ asks a licensing portal over HTTPS for licenses:
 * by a PAK, once more, or for another device.  What comes is installed by
 * jobs/, as any other file.  It uses jobs/, daemon/, the core and jansson.
 *
 * callhome.h - call home, as the control socket and the daemon see it.
 *
 * Nothing is sent unless it is asked for, but a daily report, if that is
 * configured.  One visit at a time is under way; nothing waits for it.
 */
#ifndef AGENT_CALLHOME_H
#define AGENT_CALLHOME_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "jobs/jobs.h"
#include "licensecore.h"
#include "loop.h"
#include "order.h"

struct callhome;
struct visit;

struct callhome_options {
	struct loop *loop;
	struct lc *core;
	struct jobs *jobs;
	const struct callhome_conf *conf;     /* borrowed, as is this: */
	const struct transfer_conf *transfer; /* limits of time and size */
};

struct callhome *callhome_new(const struct callhome_options *); /* NULL */
/* Visits are given up, and nobody hears of it. */
void callhome_free(struct callhome *); /* NULL is fine */
void callhome_set_conf(struct callhome *, const struct callhome_conf *,
    const struct transfer_conf *);
/* The clock was set. */
void callhome_clock_changed(struct callhome *);

/*
 * NULL: out of memory.  Else `over` is called once, never from within; the
 * visit is gone after it.
 */
struct visit *callhome_ask(struct callhome *, const struct callhome_order *,
    callhome_over *over, void *arg);
/* It goes on to its end, but nobody is told. */
void callhome_let_go(struct visit *);

/* The answer to a request was processed, well or not: only then is its id
 * forgotten, if it was about a unit of a PAK. */
void callhome_settle(struct callhome *, const char *id, bool good);

/*
 * Withdraws a request that waits for its answer; the same command makes a new
 * one.  What the portal gave for it is given again by a resend, and an answer
 * that comes as a file is taken if it has licenses for this device.
 * LC_ENOTFOUND: none has this id; LC_EREVOKED: its licenses were given up, so
 * that only its answer is left to get; LC_EINUSE: it is under way.
 */
enum lc_err callhome_cancel(struct callhome *, const char *id, const char *by);

/* NULL: none; the one that the operator chose wins. */
const char *callhome_url(const struct callhome *);
/* Where it is from: "none", "configuration", "operator". */
const char *callhome_url_source(const struct callhome *);
/* NULL: back to the configuration's.  LC_EINVAL: *why. */
enum lc_err callhome_set_url(
    struct callhome *, const char *url, const char **why);

const struct callhome_conf *callhome_conf(const struct callhome *);
/* kept.h has their form; borrowed. */
const json_t *callhome_pending(const struct callhome *);
const json_t *callhome_last(const struct callhome *); /* NULL: none */
/* The transfer that was begun; NULL: none. */
const json_t *callhome_transfer(
    const struct callhome *, uint32_t device, const char *to);
int64_t callhome_next_report(const struct callhome *); /* LC_NO_TIME: none */

#endif
