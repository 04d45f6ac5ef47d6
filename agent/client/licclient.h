/*
 * licclient.h - check features out of licagentd, and hear when that changes.
 *
 * A client is one connection to the daemon's control socket.  It runs no
 * threads, keeps nothing in globals, and calls back from within lic_process
 * only (progress alone comes within lic_request).  A client must not be used by
 * two threads at once; two clients do not know of each other.  After a fork
 * only one of the processes may go on using it.
 *
 * Leases end with their client, so a program that crashes gives back what it
 * held.  When the daemon ends, leases become LIC_AWAY; when it is back, the
 * client connects again, from within lic_process or any call that needs the
 * daemon, and takes every lease again.
 *
 * Strings are UTF-8.  Calls return enum lic_err, LIC_OK (0) being success;
 * results go through the last parameter and are written on success only.
 */
#ifndef LICCLIENT_H
#define LICCLIENT_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LIC_API __attribute__((visibility("default")))

enum lic_err {
	LIC_OK = 0,
	LIC_EINVAL, /* an argument breaks this header's contract */
	LIC_ENOMEM,
	LIC_EAWAY,      /* no daemon answers at the socket */
	LIC_ETIMEOUT,   /* it did not answer in time */
	LIC_EDENIED,    /* it does not let this process do that */
	LIC_EBUSY,      /* it has no place for one more client, or lease */
	LIC_EPROTOCOL,  /* what answers is no licagentd that we know */
	LIC_ENOLICENSE, /* the feature has no license */
	LIC_EEULA,      /* its agreement has to be accepted first */
	LIC_EEXPIRED,   /* its license ran out */
	LIC_ENOTYET,    /* its license begins later */
	LIC_EEXHAUSTED, /* less than asked for is left */
	LIC_EREFUSED,   /* anything else; lic_detail says what */
};

/* A few words for people; never NULL. */
LIC_API const char *lic_strerror(enum lic_err);

enum lic_state {
	LIC_LICENSED,
	LIC_EXPIRED,    /* its license ran out and stays until it is released */
	LIC_UNLICENSED, /* held without a license: the feature has to run */
	LIC_AWAY,       /* the daemon is away; the lease is taken again later */
	LIC_LOST,       /* the daemon came back and refused it; tried again
			   every 10 seconds */
};

/* "licensed"; never NULL. */
LIC_API const char *lic_state_name(enum lic_state);

struct lic;
struct lic_lease;

/* What happened to the device's licenses; borrowed for the call. */
struct lic_event {
	const char *kind; /* "installed", "expired", "superseded",
			     "countRaised"...: licagent-control(7) */
	const char *at;   /* 2026-12-31T18:30:00Z */
	const char *feature;
	const char *version;
	const char *type; /* "permanent"...; "" if it is about none */
	uint32_t device, store, license;
	int64_t left_s;            /* of the feature */
	const char *end;           /* likewise; "" if it has none */
	int64_t count, count_left; /* of the license; -1 if not counted */
};

struct lic_options {
	const char *socket; /* NULL: the one that the daemon has if it is
			       not configured; copied */
	int timeout_ms;     /* how long to wait for an answer; 0: 5000 */
	/* The state of a lease has changed.  It may be released here. */
	void (*lease)(void *arg, struct lic_lease *);
	/* Something happened.  NULL: nothing is told. */
	void (*event)(void *arg, const struct lic_event *);
	/*
	 * How far a request is that asked for it ("progress"): `what` is
	 * "bytes" or "licenses", total 0 if it is not known.  Called from
	 * within lic_request, and must not use the client.
	 */
	void (*progress)(
	    void *arg, const char *what, uint64_t done, uint64_t total);
	void *arg; /* for all three */
};

/* NULL stands for options that are all zero. */
LIC_API enum lic_err lic_open(const struct lic_options *, struct lic **);
/* With all its leases; not from a callback.  NULL is fine. */
LIC_API void lic_close(struct lic *);

/*
 * Readable whenever lic_process has something to do; the same for the client's
 * life.  For poll, select, epoll, and the loops that are built of them.
 */
LIC_API int lic_fd(const struct lic *);
/*
 * Does what there is to do without waiting for anything: calls back, connects
 * again.  LIC_EAWAY: not connected now, which will be tried again.  Fails
 * otherwise only with LIC_ENOMEM.
 */
LIC_API enum lic_err lic_process(struct lic *);

/*
 * Takes count of a feature (0 stands for 1).  version NULL: the one that the
 * device has it in.  The lease belongs to the client.
 */
LIC_API enum lic_err lic_checkout(struct lic *, const char *feature,
    const char *version, uint32_t count, struct lic_lease **);
/* Gives it back.  The lease is gone in any case.  NULL is fine. */
LIC_API enum lic_err lic_release(struct lic_lease *);

/* As far as is known now. */
LIC_API enum lic_state lic_lease_state(const struct lic_lease *);
LIC_API const char *lic_lease_feature(const struct lic_lease *);
LIC_API uint32_t lic_lease_count(const struct lic_lease *);
/* One pointer of yours; at first NULL. */
LIC_API void lic_lease_set_arg(struct lic_lease *, void *);
LIC_API void *lic_lease_arg(const struct lic_lease *);

/*
 * Any request of licagent-control(7): a JSON object without "id".  The answer
 * is the JSON text of its "result", which the caller frees.  On failure
 * lic_code has the name of the error, and lic_detail its sentence.
 */
LIC_API enum lic_err lic_request(
    struct lic *, const char *request, char **answer);

/*
 * What the daemon, or the system, said when a call failed last: a sentence,
 * and the name of the daemon's error.  "" if there was none.  Borrowed until
 * the next call.
 */
LIC_API const char *lic_detail(const struct lic *);
LIC_API const char *lic_code(const struct lic *);

/* Why lic_open failed, which leaves no client to ask: into text. */
LIC_API enum lic_err lic_open_detail(
    const struct lic_options *, struct lic **, char *text, int size);

#ifdef __cplusplus
}
#endif
#endif
