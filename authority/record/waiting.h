/*
 * waiting.h - what waits until somebody of the staff approves or declines it.
 * It is an entry of the log, and so is its end.
 *
 *   "asked"        an extension of a license, whose id is the subject
 *   "put back"     a state directory of a device, whose UDI is the subject
 *   "other key"    the same of a device that showed another key
 *   "above limit"  the same of one that was to be replaced
 */
#ifndef LC_RECORD_WAITING_H
#define LC_RECORD_WAITING_H

#include "record.h"

/*
 * The condition of an entry w of the log that it waits: nothing later is of its
 * kind and subject, and nobody has ended it.
 */
#define LC_WAITS \
	" w.kind IN ('asked', 'put back', 'other key', 'above limit')" \
	" AND w.subject <> ''" \
	" AND NOT EXISTS (SELECT 1 FROM log s WHERE s.kind = w.kind" \
	" AND s.subject = w.subject AND s.subject <> '' AND s.n > w.n)" \
	" AND NOT EXISTS (SELECT 1 FROM log e" \
	" WHERE e.kind IN ('approved', 'declined')" \
	" AND e.subject = w.subject AND e.subject <> '' AND e.n > w.n)" \
	" AND NOT EXISTS (SELECT 1 FROM rma r WHERE w.kind = 'above limit'" \
	" AND r.old_udi = w.subject AND r.at >= w.at)"

/*
 * While writing: somebody declines the entry n, for a reason.  LC_ENOTFOUND, in
 * words: it does not wait.
 */
struct lc_declining {
	int64_t n;
	const char *by, *reason; /* not "" */
};
enum lc_err lc_waiting_decline(
    struct lc_record *, const struct lc_declining *);

#endif
