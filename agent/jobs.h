/*
 * jobs.h - the actions that wait to be done, one at a time, in order.
 *
 * A job belongs to whoever adds it (a row of clmgmtLicenseActionTable) and
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
#include "map.h"

/* clmgmtLicenseAction: those that this version offers. */
enum job_kind {
	JOB_NOTHING = 1,
	JOB_INSTALL,
	JOB_CLEAR,
};

/* ClmgmtLicenseTransferProtocol: those that this version offers. */
enum job_protocol {
	PROTOCOL_NONE = 1,
	PROTOCOL_LOCAL,
};
bool job_protocol_offered(int32_t protocol);

/* What became of one license. */
struct job_result {
	enum lc_action_state state;
	enum fail_cause cause;
};

struct job {
	/* What is asked for; fixed while it is queued.  Strings are borrowed
	 * from the owner. */
	enum job_kind kind;
	uint32_t device;
	uint32_t store;
	uint32_t license;
	int32_t protocol;
	const char *file;
	bool accept_eula;
	bool stop_on_failure;
	const char *by;  /* who asks, for the history */
	uint32_t number; /* what it is called in the log */

	/* What has become of it. */
	enum lc_action_state state;
	enum fail_cause cause;
	struct job_result *results; /* in the order of the file */
	size_t nresults;

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
};

struct jobs;

struct jobs *jobs_new(struct loop *, struct lc *, const struct files *);
/* Jobs that are queued stay as they are. */
void jobs_free(struct jobs *);

/* From now on; does not touch the job that runs. */
void jobs_set_files(struct jobs *, const struct files *);

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

void job_clear(struct job *); /* frees the results */

#endif
