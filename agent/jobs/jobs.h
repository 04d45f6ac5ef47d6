/*
 * The folder agent/jobs/ does what an operator asks of the core, whoever asks
 * for it: actions that take their time, the local and remote files that they
 * read and write, and the lines of the operator's log.  It uses daemon/ and the
 * core; libcurl in the program licagent-transfer alone.
 *
 * jobs.h - the queues of actions, and how each is carried out.
 *
 * Jobs that need no server run one after the other, and so do the jobs of each
 * server; the loop runs them in slices.  A server that does not answer holds up
 * its own jobs and no others.  The core works on one job at a time.
 */
#ifndef AGENT_JOBS_H
#define AGENT_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "files.h"
#include "job.h"
#include "loop.h"

/* The files and servers of jobs; borrowed. */
struct jobs_conf {
	const struct files *files;
	const struct transfer_conf *transfer;
};

struct jobs;

struct jobs *jobs_new(struct loop *, struct lc *, const struct jobs_conf *);
/* Queued jobs stay as they are; transfers are given up. */
void jobs_free(struct jobs *);

/* From now on; only while no job is in progress. */
void jobs_set_conf(struct jobs *, const struct jobs_conf *);
const struct files *jobs_files(const struct jobs *); /* borrowed */
/* Defers the task until no job is in progress; none begins before that. */
void jobs_when_idle(struct jobs *, struct task *);
bool jobs_running(const struct jobs *); /* is any in progress? */

void jobs_add(struct jobs *, struct job *);
/* Takes a pending job out of its queue, as if it had never been added. */
void jobs_cancel(struct job *);
/* In its queue: 1 is the next to begin; 0: not pending. */
uint32_t jobs_position(const struct job *);

/* Counters since the daemon started; of licenses, not actions. */
struct jobs_counts {
	uint64_t installed, existing, failed; /* of installations */
	uint64_t cleared;
};
const struct jobs_counts *jobs_counts(const struct jobs *);

/* Frees the results, and what was reviewed. */
void job_clear(struct job *);

#endif
