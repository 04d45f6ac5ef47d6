/*
 * job.h - an action that an operator requests.
 *
 * A job belongs to whoever adds it (a row of an action table, a request of the
 * control socket) and must outlive its time in the queue.
 */
#ifndef AGENT_JOB_H
#define AGENT_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cause.h"
#include "licensecore.h"
#include "transfer.h"

struct lane;

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

/* The result of one license. */
struct job_result {
	enum lc_action_state state;
	enum fail_cause cause;
};

/* Where a file is. */
struct job_way {
	int32_t protocol;
	struct server server; /* if the protocol has one */
};

struct job {
	/* The request; fixed while it is queued.  Strings are borrowed from
	 * the owner. */
	enum job_kind kind;
	uint32_t device;
	uint32_t store;
	uint32_t license;
	struct job_way in, out; /* of input and output */
	const char *input;      /* the file to read, if it reads one; NULL: the
				   last ticket is regenerated */
	const char *output;     /* and the one to write; NULL: what comes out is
				   for report() alone */
	bool accept_eula;
	bool stop_on_failure;
	bool keep_existing; /* fails if there is a local file to write to */
	/*
	 * JOB_INSTALL, JOB_PROCESS_TICKET: verify the file, report what would
	 * be done (lc_action_plan), and leave the queue as NOT_STARTED with the
	 * action and the file kept.  Added once more, the job does it.
	 */
	bool review;
	const char *by;  /* who requested it, for the history */
	uint32_t number; /* in the log */

	/* The outcome. */
	enum lc_action_state state;
	enum fail_cause cause;
	struct job_result *results; /* in the order of the file */
	size_t nresults;

	/* Reports progress: bytes of a file, or licenses; total 0: unknown.
	 * May be NULL. */
	void (*progress)(
	    void *arg, const char *what, uint64_t done, uint64_t total);
	/*
	 * Called before over(), while the core's action can still be read.
	 * The action is NULL if there was none; the cause is CAUSE_NONE, and
	 * `why` is "", if the job did not fail.  May be NULL.
	 */
	void (*report)(void *arg, const struct lc_action *, enum fail_cause,
	    enum lc_err, const char *why);
	/* The job is over and out of the queue. */
	void (*over)(void *arg, struct job *);
	void *arg;

	/* The queue's. */
	struct job *next;
	struct lane *lane; /* NULL: it is not queued */
	bool behind_clear;
	struct lc_action *reviewed; /* that waits; NULL: none */
	/* Its file.  Whoever adds the job may have it at hand, allocated: then
	 * `input` is not read.  Credentials: what their nonce is made of. */
	uint8_t *data;
	size_t len;
};

#endif
