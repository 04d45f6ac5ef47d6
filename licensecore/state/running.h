/*
 * running.h - what the meters that run have reached: a small record, written
 * in place once for each flush interval, in two files.
 *
 * The record says more than the rows of the state while meters run, and
 * nothing when they stand still.
 */
#ifndef LC_RUNNING_H
#define LC_RUNNING_H

#include "licensecore.h"

#define LC_BOOT_ID_MAX 40

struct lc_mac;
struct lc_running;

struct lc_running_meter {
	int64_t identity;	/* its key in LC_T_IDENTITY */
	int64_t used_ms;
	bool runs;
};

struct lc_running_record {
	int64_t number;		/* raised by each */
	/* As in the head of the state, in seconds. */
	int64_t high, floor, ahead;
	int64_t boot_ms;	/* then, on this boot */
	char boot_id[LC_BOOT_ID_MAX];
	struct lc_running_meter *meters;
	size_t n;
};

/* Nothing is looked at or made yet.  LC_ENOMEM. */
enum lc_err lc_running_new(const char *dir, const uint8_t *key,
    struct lc_running **);
void lc_running_free(struct lc_running *);	/* NULL is fine */

/*
 * The newest record of the two files that is whole; caller frees its meters.
 * LC_ENOTFOUND: there is none.  *damaged: a file is there, and is not one; if
 * it can be, it is renamed, with aside at its end.
 */
enum lc_err lc_running_read(struct lc_running *, const char *aside,
    struct lc_running_record *, bool *damaged);

/*
 * Writes it into both files, durably; they are made if they are missing.  One
 * of the two is enough, and *detail tells of the other.  LC_EIO: neither could
 * be written; LC_ENOMEM.
 */
enum lc_err lc_running_write(struct lc_running *,
    const struct lc_running_record *, struct lc_detail *);

#endif
