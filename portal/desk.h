/*
 * desk.h - the portal's end of the issuing process: requests go there, and
 * answers come back to whoever asked.
 */
#ifndef PORTAL_DESK_H
#define PORTAL_DESK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "histogram.h"
#include "op.h"

struct desk;

/*
 * Called once for each request, in the desk's thread: status as HTTP's, body
 * JSON of len bytes that lives as long as the call.
 */
typedef void desk_call(
    void *arg, unsigned status, const char *body, size_t len);

#define DESK_WAITING_MAX 8192

/*
 * fd is the issuing process's, and the desk's from here on.  gone is called
 * once, in the desk's thread, when it has ended; all requests are answered with
 * 503 then.  NULL: no memory or no thread; fd is still the caller's.
 */
struct desk *desk_open(int fd, void (*gone)(void *arg), void *arg);
/*
 * Waits for the answers that are under way, and ends the issuing process;
 * desk_ask refuses from here on.  Then, once nobody can ask any more, close,
 * which ends it too if it was not.
 */
void desk_end(struct desk *);
void desk_close(struct desk *); /* NULL is fine */

/*
 * From any thread; never waits.  asked: see op_run.  False: nothing was sent,
 * since too many requests wait, or there is no memory, or the process is gone;
 * call is not called then.
 */
bool desk_ask(
    struct desk *, enum op, const json_t *asked, desk_call *, void *arg);

/* Requests that wait for their answer now. */
size_t desk_waiting(struct desk *);

/* Since the start. */
struct desk_counts {
	struct histogram groups;  /* requests of each commit */
	struct histogram seconds; /* from asking to the answer */
};
void desk_count(struct desk *, struct desk_counts *);

#endif
