/* events.h - what happened, for programs that wait for it: from the log. */
#ifndef LC_REPORT_EVENTS_H
#define LC_REPORT_EVENTS_H

#include <jansson.h>

#include "record/record.h"

struct lc_log_event {
	int64_t n;        /* of the entry of the log, or of the license */
	int64_t at;
	const char *type; /* "license.issued", ... */
	const char *account; /* whose it is; "": nobody's; NULL: everybody's */
	const char *udi;     /* of the device it is about; "" */
	const char *who;     /* of a license: in whose name it was issued */
	int64_t ends;        /* of a license; 0: it does not end */
	const json_t *data;
};
typedef enum lc_err lc_log_event_call(void *arg, const struct lc_log_event *);

/*
 * Events after an entry, in order, from limit entries at most that have one;
 * *upto is the last entry that was looked at.  license.issued, license.moved,
 * device.replaced, pak.stopped, key.rotated.
 *
 * told: license.expiring was told of what ends before it.  A license that was
 * issued later and ends before it too has its license.expiring here, with the
 * same n, after its license.issued.
 */
enum lc_err lc_log_events(struct lc_record *, int64_t after, int64_t limit,
    int64_t told, lc_log_event_call *, void *arg, int64_t *upto);

/*
 * Licenses that end after the one at *ends, *n, and not after until, as
 * license.expiring, limit at most; *ends and *n become the last one's.
 */
enum lc_err lc_log_events_expiring(struct lc_record *, int64_t until,
    int64_t limit, lc_log_event_call *, void *arg, int64_t *ends, int64_t *n);

/* The types, and "" after the last. */
extern const char *const lc_log_event_types[];

#endif
