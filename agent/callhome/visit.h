/*
 * visit.h - one thing that is asked of the portal, from the question to the
 * file that comes of it.
 *
 * A visit is a chain of steps: a nonce is fetched, the core signs the request,
 * it is sent; of a transfer to another device, the core processes the ticket
 * that came, and a second request follows.  Each step may be repeated after a
 * crash.
 */
#ifndef AGENT_CALLHOME_VISIT_H
#define AGENT_CALLHOME_VISIT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "jobs/jobs.h"
#include "kept.h"
#include "loop.h"
#include "message.h"
#include "order.h"

struct visit;

/* What all visits share. */
struct callhome {
	struct loop *loop;
	struct lc *core;
	struct jobs *jobs;
	const struct callhome_conf *conf;
	const struct transfer_conf *transfer;
	struct kept kept;
	struct visit *first;             /* it is under way; the others wait */
	void (*visited)(struct visit *); /* it is over, and to be freed */
	struct timer report;
	int64_t report_at; /* LC_NO_TIME: reports are off */
};

struct visit {
	struct callhome *home;
	struct visit *next;
	enum callhome_kind kind;
	uint32_t device, number;
	bool accept_eula, overwrite, offline;
	char by[24];
	char *output; /* NULL: none was named */
	char *input;  /* to import */
	char *pak;    /* to look up */
	json_t *asked;
	callhome_over *over;
	void *arg;

	/* What it has come to. */
	const char *message; /* the kind of the request that is under way */
	json_t *row;         /* kept.h; NULL: not yet */
	char *ticket;        /* the rehost ticket */
	char *request, *credentials;
	char nonce[MESSAGE_NONCE_MAX + 1];
	struct transfer *transfer;
	void (*transferred)(struct visit *, const void *body, size_t len);
	struct job job;
	struct timer retry;
	unsigned tries;
	struct task end;

	/* How it ended. */
	struct callhome_outcome outcome;
	char why[MESSAGE_WHY_MAX + 256];
	char *name; /* of the file that was written */
	json_t *answer;
};

/* Takes the first step. */
void visit_begin(struct visit *);
/* Whatever is under way is given up. */
void visit_free(struct visit *); /* NULL is fine */

/* Of the portal; NULL: none.  The one that the operator chose wins. */
const char *visit_url(const struct callhome *);

#endif
