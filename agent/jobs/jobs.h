/*
 * The folder agent/jobs/ does what an operator asks of the core, whoever asks
 * for it: actions that take their time, the local and remote files that they
 * read and write, and the lines of the operator's log.  It uses daemon/ and the
 * core; libcurl in the program licagent-transfer alone.
 *
 * jobs.h - the actions that wait to be done, one at a time, in order.
 *
 * A job belongs to whoever adds it (a row of one of the action tables) and
 * must outlive its time in the queue.  It is done by the loop, in slices,
 * never by the call that added it.
 */
#ifndef AGENT_JOBS_H
#define AGENT_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "files.h"
#include "licensecore.h"
#include "loop.h"
#include "cause.h"
#include "transfer.h"

enum job_kind {
	/* clmgmtLicenseAction */
	JOB_NOTHING = 1,
	JOB_INSTALL,
	JOB_CLEAR,
	JOB_PROCESS_TICKET,
	JOB_REGENERATE_TICKET,
	JOB_BACKUP,
	JOB_GENERATE_EULA,
	/* clmgmtDevCredCommand: noOp, which fails here, and the other one */
	JOB_EXPORT_NOTHING,
	JOB_EXPORT_CREDENTIALS,
};

/* What became of one license. */
struct job_result {
	enum lc_action_state state;
	enum fail_cause cause;
};

/* How a file comes or goes. */
struct job_way {
	int32_t protocol;
	struct server server; /* of protocols that have one */
};

struct job {
	/* What is asked for; fixed while it is queued.  Strings are borrowed
	 * from the owner. */
	enum job_kind kind;
	uint32_t device;
	uint32_t store;
	uint32_t license;
	struct job_way in, out; /* of input and output */
	const char *input;      /* the file to read, if it reads one; NULL: the
				   last ticket is regenerated */
	const char *output;     /* and the one to write; NULL: what comes out is
				   for report() alone (not of tickets) */
	bool accept_eula;
	bool stop_on_failure;
	bool keep_existing; /* fails if there is a local file to write to */
	/*
	 * JOB_INSTALL, JOB_PROCESS_TICKET: verify the file, report what would
	 * be done (lc_action_plan), and leave the queue as NOT_STARTED with the
	 * action and the file kept.  Added once more, the job does it.
	 */
	bool review;
	const char *by;  /* who asks, for the history */
	uint32_t number; /* what it is called in the log */

	/* What has become of it. */
	enum lc_action_state state;
	enum fail_cause cause;
	struct job_result *results; /* in the order of the file */
	size_t nresults;

	/* How far it is: bytes of a file, or licenses; total 0: not known.  May
	 * be NULL. */
	void (*progress)(
	    void *arg, const char *what, uint64_t done, uint64_t total);
	/*
	 * It is over, or all but over: what the core made of it, while that
	 * can be looked at.  The action is NULL if there was none, the cause
	 * CAUSE_NONE if it did not fail; `why` is then "".  May be NULL.
	 */
	void (*report)(void *arg, const struct lc_action *, enum fail_cause,
	    enum lc_err, const char *why);
	/* It is over, and not in the queue any more. */
	void (*over)(void *arg, struct job *);
	void *arg;

	struct job *next; /* the queue's */
	bool behind_clear;
	struct lc_action *reviewed; /* that waits; NULL: none */
	uint8_t *data;              /* its file */
	size_t len;
};

/* What jobs have to do with; borrowed. */
struct jobs_conf {
	const struct files *files;
	const struct transfer_conf *transfer;
};

struct jobs;

struct jobs *jobs_new(struct loop *, struct lc *, const struct jobs_conf *);
/* Jobs that are queued stay as they are; a transfer is given up. */
void jobs_free(struct jobs *);

/* From now on; only while no job runs. */
void jobs_set_conf(struct jobs *, const struct jobs_conf *);
/* Defers the task as soon as no job runs, before the next one begins. */
void jobs_when_idle(struct jobs *, struct task *);

void jobs_add(struct jobs *, struct job *);
/* Takes a pending job out of the queue, as if it had never been added. */
void jobs_cancel(struct jobs *, struct job *);
/* 1: the next to run; 0: not pending. */
uint32_t jobs_position(const struct jobs *, const struct job *);
/* Is one in progress? */
bool jobs_running(const struct jobs *);

/* What actions did since the daemon began; licenses, not actions. */
struct jobs_counts {
	uint64_t installed, existing, failed; /* of installations */
	uint64_t cleared;
};
const struct jobs_counts *jobs_counts(const struct jobs *);

/* Frees the results, and what was reviewed. */
void job_clear(struct job *);

#endif
