/*
 * lanes.h - queues of jobs: one for jobs without a server, and one for each
 * server.
 *
 * A lane runs its jobs one after the other; lanes run side by side.  Gates
 * bound what they do at the same time: the core works for one lane, and a few
 * lanes have a transfer.
 */
#ifndef AGENT_LANES_H
#define AGENT_LANES_H

#include "files.h"
#include "job.h"
#include "loop.h"

enum gate_name { GATE_TRANSFER, GATE_CORE, NGATES };

/* At most so many lanes with a server at a time: each may have a process, and a
 * file in memory. */
#define LANES_TRANSFERS 4

struct gate {
	unsigned free;
	struct lane *first, **end; /* waiting */
};

struct lane {
	struct lanes *lanes;
	struct lane *next;
	int32_t type; /* of the server's address; ADDRESS_UNKNOWN: no server */
	size_t len;
	uint8_t address[256];
	struct job *queue; /* the first one is in progress, or the next */
	bool busy;         /* has begun, or waits to begin, its first job */
	struct task task;
	struct timer timer;
	void (*step)(struct lane *);
	bool inside[NGATES];
	struct lane *next_waiting;

	/* Of the job in progress. */
	struct lc_action *action;
	struct file_source source; /* while it is read */
	uint8_t *data;             /* the file that was read */
	size_t len_data;
	struct transfer *transfer;
	void (*transferred)(struct lane *, enum transfer_result, const char *);
	struct file_target target;
	bool writable; /* the target was tried */
};

struct lanes {
	struct loop *loop;
	void (*begin)(struct lane *);
	void *arg;         /* the owner's */
	struct lane local; /* jobs without a server */
	struct lane *servers;
	struct gate gates[NGATES];
	unsigned running;
	struct task *idle; /* waits until none is running */
};

/* begin: carries out the first job of the lane, in steps, up to lane_finish. */
void lanes_init(
    struct lanes *, struct loop *, void (*begin)(struct lane *), void *arg);
/* Every lane is given up: let_go releases what its job has under way. */
void lanes_free(struct lanes *, void (*let_go)(struct lane *));

/* server: NULL if the job needs none; copied. */
void lanes_add(struct lanes *, struct job *, const struct server *);
/* A pending one. */
void lanes_cancel(struct job *);
bool lanes_have(const struct lanes *, enum job_kind);
void lanes_when_idle(struct lanes *, struct task *);

/* The next step, after everybody else had a turn. */
void lane_go_on(struct lane *, void (*step)(struct lane *));
/* The same a millisecond later: there is nothing to do before. */
void lane_go_on_later(struct lane *, void (*step)(struct lane *));
/* True: the lane is inside, until it leaves.  False: step is called when its
 * turn comes, and must ask again. */
bool lane_enter(struct lane *, enum gate_name, void (*step)(struct lane *));
void lane_leave(struct lane *, enum gate_name);
/* Its first job leaves the queue, and the next one begins.  The lane may be
 * gone. */
void lane_finish(struct lane *);

#endif
