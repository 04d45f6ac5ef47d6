/*
 * visit.h - one thing that is asked of the portal: its requests, and its end.
 *
 * A request is a chain of steps: a nonce is fetched, the core signs, it is
 * sent.  Each may be repeated after a crash.  steps.h says which requests a
 * visit makes.
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
	/* A signed request was not sent but is to be written. */
	void (*written)(struct visit *, const char *envelope);
	void (*answered)(struct visit *); /* by a good `answer` */
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

/* Zeros but for its home; NULL: out of memory. */
struct visit *visit_new(struct callhome *);
/* Whatever is under way is given up. */
void visit_free(struct visit *); /* NULL is fine */

/* Of the portal; NULL: none.  The one that the operator chose wins. */
const char *visit_url(const struct callhome *);
/* The member of an object, "" if there is no such text; borrowed. */
const char *visit_text(const json_t *object, const char *key);

/*
 * The steps; each returns at once.  Whatever fails ends the visit, which is
 * then logged, recorded as the last contact, and told its caller, later in the
 * loop.
 */

/*
 * Asks the portal for api/v1/path and calls back with the body of a good
 * answer.  id: of a request that is posted; NULL: something is read.
 */
void visit_ask(struct visit *, const char *path, const char *id,
    const char *body,
    void (*transferred)(struct visit *, const void *, size_t));
/*
 * Signs v->row as a request of this kind (with v->ticket, if there is one)
 * under a nonce of the portal, and sends it; v->answered follows.  Offline it
 * has no nonce, and v->written follows.
 */
void visit_submit(struct visit *, const char *kind);

/* A job of the core about the visit's device, which gets the data. */
void visit_run_job(struct visit *, enum job_kind, char *data, size_t len,
    void (*report)(void *, const struct lc_action *, enum fail_cause,
	enum lc_err, const char *),
    void (*over)(void *, struct job *));
/* For `report`: a copy of what came out, or NULL and v->outcome.err. */
void visit_take_output(struct visit *, char **out, const struct lc_action *,
    enum fail_cause, enum lc_err, const char *why);

/* ---- The end; once ---- */

void visit_succeed(struct visit *);
void visit_fail(struct visit *, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void visit_fail_core(struct visit *, enum lc_err, const char *why);
/* With what visit_take_output found. */
void visit_fail_job(struct visit *);
/* The id of the request is not used again. */
void visit_forget(struct visit *);

#endif
