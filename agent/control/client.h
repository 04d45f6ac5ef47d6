/*
 * client.h - a program at the control socket, and what all of them share.
 */
#ifndef AGENT_CONTROL_CLIENT_H
#define AGENT_CONTROL_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "access.h"
#include "buffer.h"
#include "jobs/jobs.h"
#include "licensecore.h"
#include "loop.h"

/* licagent-control(7) promises these. */
#define CONTROL_VERSION 1
#define CONTROL_LINE_MAX 16384  /* bytes of a request, line feed included */
#define CONTROL_LEASES_MAX 1024 /* of one client */
#define CONTROL_JOBS_MAX 16     /* unfinished ones of one client */
#define CONTROL_WAITING_MAX 16  /* check-outs of one client that wait */
#define CONTROL_PAGE 32768      /* about as many bytes are in one answer */

/* No more requests are read while as many bytes wait to be written. */
#define CONTROL_OUT_HIGH CONTROL_PAGE

struct held;          /* a lease; lease.c */
struct listener;      /* listener.c */
struct tally;         /* what is counted of a feature; tally.c */
struct control_job;   /* job.c */
struct home_visit;    /* home.c */
struct control_check; /* check.c */
struct supply;        /* watch.c */

/* Clients that wait for a turn (turns.h). */
struct line {
	struct client *first, **end;
};

/* A user who is connected; all administrators are one. */
struct user {
	struct user *next;
	uid_t uid;
	size_t nclients;
	size_t nwaiting; /* check-outs that wait */
	struct line line;
	struct share *shares; /* of features; quota.c */
};

struct client {
	struct control *control;
	struct client *next;
	struct user *user;
	bool in_line;
	struct client *next_in_line;
	uint32_t number; /* what it is called in the log */
	pid_t pid;
	uid_t uid;
	unsigned rights;
	char by[24]; /* for the history: "root", "uid 1000" */
	struct watch watch;
	struct buffer in, out;
	int64_t partial_ms; /* since when half a request waits; 0: none does */
	bool subscribed;
	bool awaits_reload; /* with this id */
	json_int_t reload_id;
	bool leaving; /* nothing more is read; ends when out is written */
	bool gone;    /* ends at the end of the turn */

	struct held **held; /* by their numbers */
	size_t nheld, held_size;
	uint32_t last_lease;
	size_t njobs;
	size_t nwaiting;
};

struct control {
	struct loop *loop;
	struct lc *core;
	struct jobs *jobs;
	struct control_access access;
	void (*changed)(void *arg); /* leases came or went */
	void (*reload)(void *arg);  /* somebody asks for it */
	void *arg;

	struct client *clients;
	size_t nclients;
	struct user admins, *users;
	struct task turn;
	bool (*serve)(struct client *);
	int64_t share_us; /* when the client that is served has had its share */
	uint32_t last_number;
	struct task task;          /* ends those that are gone */
	struct timer sweep;        /* ends those that sent half a request */
	struct listener *listener; /* NULL: none */
	struct tally *tallies;
	size_t nwaiting;     /* check-outs that wait */
	int64_t returned_ms; /* when those who held leases before the start are
				back; 0: nobody is served yet */
	struct timer returned;
	struct control_job *control_jobs;
	struct callhome *callhome;
	struct home_visit *home_visits;
	struct control_check *checks;   /* the first one has the next slice */
	struct control_check *checking; /* whose slice runs, else NULL */
	struct task check_task;
	struct {
		uint64_t checkouts, refusals, releases, notices;
		uint64_t comments_added, comments_deleted;
	} counts;
};

/* Ends the client at the end of this turn, for a reason that is logged. */
void client_drop(struct client *, const char *why);
/* A line of its own to the client; takes the reference, NULL drops it. */
void client_send(struct client *, json_t *message);
/* The same, ready for the wire. */
void client_send_text(struct client *, const char *text, size_t len);
/* Writes as much as the client takes.  False: it is gone. */
bool client_flush(struct client *);
/* Says what the loop is to wait for, after in or out have changed. */
void client_await(struct client *);

#endif
