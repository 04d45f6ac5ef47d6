/*
 * audit.h - the verification of the log as a job, in a thread and with a
 * connection of its own.
 */
#ifndef PORTAL_AUDIT_H
#define PORTAL_AUDIT_H

#include <jansson.h>
#include <stdbool.h>

struct audit;

/* Of the authority in dir, which is borrowed.  NULL: no memory. */
struct audit *audit_open(const char *dir);
/* Waits for what is under way to end; NULL is fine. */
void audit_close(struct audit *);

/* Starts one, unless one is under way.  False: no thread. */
bool audit_start(struct audit *);
/*
 * The one that is under way, or the last one: "state" is "none", "running",
 * "done" or "failed".  NULL: no memory.
 */
json_t *audit_json(struct audit *);

#endif
