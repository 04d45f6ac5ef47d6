/*
 * control_client.h - a program at the control socket, between the sources of
 * control.h.
 */
#ifndef AGENT_CONTROL_CLIENT_H
#define AGENT_CONTROL_CLIENT_H

#include <jansson.h>

#include "buffer.h"
#include "control.h"

/* licagent-control(7) promises these. */
#define CONTROL_VERSION 1
#define CONTROL_LINE_MAX 16384  /* bytes of a request, line feed included */
#define CONTROL_LEASES_MAX 1024 /* of one client */
#define CONTROL_JOBS_MAX 16     /* unfinished ones of one client */
#define CONTROL_PAGE 32768      /* about as many bytes are in one answer */

enum control_right {
	CONTROL_READ = 1,
	CONTROL_LEASE = 2,
	CONTROL_ADMIN = 4,
};

/* How many of a feature are held, by all clients. */
struct tally {
	struct tally *next;
	uint32_t device;
	char *feature, *version;
	uint32_t leases;
	uint64_t count;
};

struct held;        /* a lease; control_lease.c */
struct control_job; /* control_job.c */
struct supply;      /* control_watch.c */

struct client {
	struct control *control;
	struct client *next;
	uint32_t number; /* what it is called in the log */
	pid_t pid;
	uid_t uid;
	unsigned rights;
	char by[24]; /* for the history: "root", "uid 1000" */
	struct watch watch;
	struct task task; /* answers what is still in `in` */
	struct buffer in, out;
	int64_t partial_ms; /* since when half a request waits; 0: none does */
	bool subscribed;
	bool leaving; /* nothing more is read; ends when out is written */
	bool gone;    /* ends at the end of the turn */

	struct held **held; /* by their numbers */
	size_t nheld, held_size;
	uint32_t last_lease;
	size_t njobs;
};

struct control {
	struct control_options options;
	struct client *clients;
	size_t nclients;
	uint32_t last_number;
	struct task task;   /* ends those that are gone */
	struct timer retry; /* accepts again after running out of descriptors */
	struct timer sweep; /* half a request is not waited for without end */
	struct watch listener; /* fd -1: none */
	int lock;
	char *path;
	struct tally *tallies;
	struct control_job *jobs;
	struct supply *supply; /* what served when it was looked at last */
	struct task watch;
	struct timer beginning;
	struct buffer *findings; /* of a check that runs, else NULL */
	size_t nfindings;
	struct {
		uint64_t checkouts, refusals, releases, notices;
		uint64_t comments_added, comments_deleted;
	} counts;
};

/* What a request says; its strings live as long as the call. */
struct args {
	uint32_t device, store, license, lease, count;
	const char *feature, *version, *file, *output, *comment, *priority,
	    *after, *eula, *module, *level;
	bool accept_eula, stop_on_failure, on, progress;
};

struct call {
	struct client *client;
	json_int_t id; /* -1: it has none */
	struct args args;
};

/* ---- control.c ---- */

/* Ends the client at the end of this turn, for a reason that is logged. */
void client_drop(struct client *, const char *why);
/* A line of its own to the client; takes the reference, NULL drops it. */
void client_send(struct client *, json_t *message);

/* ---- control_request.c ---- */

/* One line, without its end.  False: what comes next cannot be trusted. */
bool control_request(struct client *, const char *line, size_t len);

/* What is no UTF-8 becomes '?': names of files, words of servers, and what was
 * cut off in the middle of a character. */
json_t *words_json(const char *text);

/* Answers; takes the reference.  NULL is out of memory. */
void call_answer(const struct call *, json_t *result);
/* The stable name of an error. */
const char *code_of(enum lc_err);
void call_refuse(const struct call *, const char *code, const char *text);
/* The core's sentence, or its words for the error if it has none. */
void call_fail(const struct call *, enum lc_err, const char *detail);
void call_done(const struct call *, enum lc_err); /* {} or the error */

/* ---- control_rows.c ---- */

/* Rows are written one by one until the answer has CONTROL_PAGE bytes. */
void rows_devices(const struct call *);
void rows_stores(const struct call *);
void rows_features(const struct call *);
void rows_licenses(const struct call *);
void rows_history(const struct call *);
void rows_leases(const struct call *);
void rows_modules(const struct call *);

json_t *event_json(const struct lc_event *);
json_t *time_json(int64_t seconds); /* null if none */
const char *priority_name(enum lc_priority);
bool priority_from_name(const char *name, enum lc_priority *);
const char *action_state_name(enum lc_action_state);

/* ---- control_lease.c ---- */

void lease_checkout(const struct call *);
void lease_release(const struct call *);
void leases_drop(struct client *);
void tallies_free(struct control *);
const struct tally *tally_find(const struct control *, uint32_t device,
    const char *feature, const char *version);
/* The i-th lease, as leases are shown. */
json_t *lease_json(const struct client *, size_t i);
uint32_t lease_number(const struct client *, size_t i);

/* ---- control_watch.c ---- */

void control_watch_init(struct control *);
void control_watch_free(struct control *);
bool control_watch_begin(struct control *);
/* Licenses may have come, gone, or taken over from each other. */
void control_watch_poke(struct control *);

/* ---- control_job.c ---- */

void job_install(const struct call *);
void job_clear_license(const struct call *);
void job_agreements(const struct call *);
void job_save(const struct call *);
void job_credentials(const struct call *);
void job_revoke(const struct call *);
void job_regenerate(const struct call *);
void jobs_drop(struct client *); /* what waits is canceled */
void control_jobs_free(struct control *);

#endif
