/*
 * licclient.h - check features out of licagentd, and follow their licenses.
 *
 * A client is one connection to the daemon's control socket.  It has no threads
 * and no global state, and calls back from within lic_process only (progress:
 * from within lic_request).  Only one thread may use a client at a time.
 * Clients are independent of each other.  After a fork only one of the
 * processes may use a client.
 *
 * Leases end with their client, so a program that crashes gives back what it
 * held.  When the daemon ends, leases become LIC_AWAY; when it is back, the
 * client reconnects, from within lic_process or any call that needs the daemon,
 * and takes every lease again.
 *
 * Strings are UTF-8.  Functions return enum lic_err, LIC_OK (0) on success;
 * results go through the last parameter and are written only on success.
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
	LIC_EINVAL, /* invalid argument */
	LIC_ENOMEM,
	LIC_EAWAY,      /* no daemon answers at the socket */
	LIC_ETIMEOUT,   /* the daemon did not answer in time */
	LIC_EDENIED,    /* permission denied by the daemon */
	LIC_EBUSY,      /* too many clients or leases */
	LIC_EPROTOCOL,  /* not a licagentd of this protocol version */
	LIC_ENOLICENSE, /* no license for the feature */
	LIC_EEULA,      /* license agreement not accepted */
	LIC_EEXPIRED,   /* license expired */
	LIC_ENOTYET,    /* license not valid yet */
	LIC_EEXHAUSTED, /* fewer left than requested */
	LIC_EREFUSED,   /* refused for another reason: lic_detail */
};

/* A text such as "license expired"; never NULL. */
LIC_API const char *lic_strerror(enum lic_err);

enum lic_state {
	LIC_LICENSED,
	LIC_EXPIRED,    /* the license expired; the lease is still held */
	LIC_UNLICENSED, /* held without a license: the feature must run */
	LIC_AWAY,       /* not connected; the lease is taken again later */
	LIC_LOST,       /* refused after a reconnection, and requested again
			   every 10 seconds; or ended by an administrator */
};

/* "licensed"; never NULL. */
LIC_API const char *lic_state_name(enum lic_state);

struct lic;
struct lic_lease;

/* Something happened to licenses of the device; valid during the call. */
struct lic_event {
	const char *kind; /* "installed", "expired", "superseded",
			     "countRaised"...: licagent-control(7) */
	const char *at;   /* 2026-12-31T18:30:00Z */
	const char *feature;
	const char *version;
	const char *type; /* "permanent"...; "" if no license is meant */
	uint32_t device, store, license;
	int64_t left_s;            /* of the feature */
	const char *end;           /* likewise, a date; "": none */
	int64_t count, count_left; /* of the license; -1: not counted */
};

struct lic_options {
	const char *socket; /* copied; NULL: the daemon's default */
	int timeout_ms;     /* how long to wait for an answer; 0: 5000 */
	/* The state of a lease has changed.  It may be released here. */
	void (*lease)(void *arg, struct lic_lease *);
	/* NULL: the client does not subscribe to events. */
	void (*event)(void *arg, const struct lic_event *);
	/*
	 * Progress of a request that has "progress": true.  `what` is "bytes"
	 * or "licenses"; total is 0 if unknown.  Or, once, a check-out begins
	 * to wait: `what` is "waiting", and done how many wait before it.
	 * Called from within lic_request and lic_checkout_wait; must not use
	 * the client.
	 */
	void (*progress)(
	    void *arg, const char *what, uint64_t done, uint64_t total);
	void *arg; /* of all three */
};

/* Connects.  NULL options: all zero. */
LIC_API enum lic_err lic_open(const struct lic_options *, struct lic **);
/* Ends all its leases.  Not from a callback.  NULL is fine. */
LIC_API void lic_close(struct lic *);

/*
 * A descriptor that is readable whenever lic_process has something to do; the
 * same for the client's life.  For poll, select, epoll, and event loops.
 */
LIC_API int lic_fd(const struct lic *);
/*
 * Calls back, and reconnects, without waiting.  LIC_EAWAY: not connected, and
 * will be tried again.  Other errors: LIC_ENOMEM.
 */
LIC_API enum lic_err lic_process(struct lic *);

/*
 * Checks out a count of a feature (0 means 1).  version NULL: the one the
 * device is configured for.  The lease belongs to the client.
 */
LIC_API enum lic_err lic_checkout(struct lic *, const char *feature,
    const char *version, uint32_t count, struct lic_lease **);
/*
 * The same, but where fewer are left than requested (LIC_EEXHAUSTED), or of
 * the user's quota, it waits in the daemon for wait_s seconds, or
 * LIC_FOREVER, until there are enough.  Whoever came first is served first.
 * When the time is over it returns the reason.  If the daemon goes away
 * meanwhile it waits for the daemon, too.
 */
#define LIC_FOREVER UINT32_MAX
LIC_API enum lic_err lic_checkout_wait(struct lic *, const char *feature,
    const char *version, uint32_t count, uint32_t wait_s, struct lic_lease **);
/* Gives it back, and frees the lease whatever the result.  NULL is fine. */
LIC_API enum lic_err lic_release(struct lic_lease *);

/* As of the last message that was read. */
LIC_API enum lic_state lic_lease_state(const struct lic_lease *);
/* Of a lease in LIC_LOST, why it was lost; else "".  Valid until the next
 * call. */
LIC_API const char *lic_lease_why(const struct lic_lease *);
LIC_API const char *lic_lease_feature(const struct lic_lease *);
LIC_API uint32_t lic_lease_count(const struct lic_lease *);
/* One pointer of yours; at first NULL. */
LIC_API void lic_lease_set_arg(struct lic_lease *, void *);
LIC_API void *lic_lease_arg(const struct lic_lease *);

/*
 * Any request of licagent-control(7): a JSON object without "id".  The answer
 * is the JSON text of its "result"; the caller frees it.  On failure lic_code
 * is the code of the error, and lic_detail its text.
 */
LIC_API enum lic_err lic_request(
    struct lic *, const char *request, char **answer);

/*
 * The text of the last error, from the daemon or the system, and the code of
 * the daemon's error; "" if there is none.  Valid until the next call.
 */
LIC_API const char *lic_detail(const struct lic *);
LIC_API const char *lic_code(const struct lic *);

/* lic_open, which on failure writes the text of the error. */
LIC_API enum lic_err lic_open_detail(
    const struct lic_options *, struct lic **, char *text, int size);

#ifdef __cplusplus
}
#endif
#endif
