/*
 * twin.h - the state on disk: two files with the same rows.
 *
 * A file whose sum holds is whole.  The whole file that has come furthest
 * counts, and the other one is made again from it.  Only when neither is
 * whole, single rows are taken from both, and what is lost is told.
 *
 * A change is committed in state.db, then in state-twin.db.  It is done with
 * the first commit; if the second one fails the twin is behind, and
 * lc_twin_tend makes it again.
 */
#ifndef LC_TWIN_H
#define LC_TWIN_H

#include "rows.h"

struct lc_twin;

struct lc_twin_options {
	const char *dir;
	/* LC_MAC_LEN bytes, for the seals; NULL: it cannot be had, and why. */
	const uint8_t *key;
	const struct lc_detail *why;
	int64_t now;		/* for names of files that are set aside */
	struct lc_loader loader;
	void (*notice)(void *arg, enum lc_err, const char *text);
	void *arg;
};

/*
 * Opens the files, making those that are missing, and loads their rows.  That
 * nothing can be read or written is no failure: lc_twin_recording tells, and
 * nothing or only what could be read was loaded.  LC_ENEWER: what there is was
 * written by a later version; LC_ENOMEM.
 */
enum lc_err lc_twin_open(const struct lc_twin_options *, struct lc_twin **,
    struct lc_detail *);
void lc_twin_close(struct lc_twin *);	/* NULL is fine */

/* Was there no state before this opening? */
bool lc_twin_is_made(const struct lc_twin *);

/* Does the head of one of the files in the directory hold under this key? */
bool lc_twin_fits(const char *dir, const uint8_t *key);

/* Can changes be recorded?  If not, why. */
enum lc_err lc_twin_recording(const struct lc_twin *, struct lc_detail *);
/*
 * Did the last change fail because of the disk, or can the files not be written
 * as it seems?  LC_EIO, with the reason.  It may be over; lc_twin_retry.
 */
enum lc_err lc_twin_trouble(const struct lc_twin *, struct lc_detail *);
/* Out of a change, nothing attached: opens the files again for the next one. */
void lc_twin_retry(struct lc_twin *);
/* Can lc_twin_ready or lc_twin_tend mend it, or only another opening? */
bool lc_twin_can_be_ready(const struct lc_twin *);
/* Do both files have all of it?  If not, why. */
enum lc_err lc_twin_doubled(const struct lc_twin *, struct lc_detail *);
/*
 * Which of the files was made again: its name, or NULL.  Whoever has recorded
 * it sets the head's restored to 0.
 */
const char *lc_twin_restored(const struct lc_twin *);

/* Nothing can be recorded from now on, for a reason beyond it. */
void lc_twin_suspend(struct lc_twin *, const struct lc_detail *why);

/* What the head says; of the change that is under way, which may write it. */
struct lc_head *lc_twin_head(struct lc_twin *);

/*
 * The connection to the file that was read, for reading and for attaching
 * removable stores; NULL if there is none.  It may be another one after
 * lc_twin_ready, which is called with nothing attached before a change.
 */
struct lc_db *lc_twin_db(struct lc_twin *);
enum lc_err lc_twin_ready(struct lc_twin *, struct lc_detail *);

/* What an error in a change, or while reading, came from. */
const char *lc_twin_words(const struct lc_twin *, enum lc_err);

/* ---- Changes --------------------------------------------------------- */

enum lc_err lc_twin_begin(struct lc_twin *, struct lc_detail *);
/* A new row, or other values of one that is there. */
enum lc_err lc_twin_put(struct lc_twin *, enum lc_state_table, int64_t key,
    const struct lc_value *values);
/* LC_ENOTFOUND is LC_OK. */
enum lc_err lc_twin_delete(struct lc_twin *, enum lc_state_table, int64_t key);
/* A row of the history; its key is lc_twin_head's nrecords then. */
enum lc_err lc_twin_append(struct lc_twin *, const struct lc_value *values);
/* On failure nothing has changed. */
enum lc_err lc_twin_commit(struct lc_twin *, struct lc_detail *);
void lc_twin_rollback(struct lc_twin *);	/* not begun is fine */
/*
 * Leaves the change open until lc_twin_resume.  Whatever else is done with the
 * twin meanwhile, but for asking how it is, sees what was committed last: the
 * change is rolled back first, and dropped is called.
 */
void lc_twin_pause(struct lc_twin *, void (*dropped)(void *arg), void *arg);
/* False: it was rolled back. */
bool lc_twin_resume(struct lc_twin *);
/*
 * Has a thread write what a change has changed, while the change is paused.
 * Whoever resumes the change, or has it rolled back, waits for the end of that.
 */
void lc_twin_flush(struct lc_twin *);
bool lc_twin_is_flushing(const struct lc_twin *);

/* ---- Reading --------------------------------------------------------- */

/*
 * The first row whose key is at least this one; values live until the next
 * call.  One that is damaged in the first file is read from the other.
 * LC_ENOTFOUND; LC_EDAMAGED.
 */
enum lc_err lc_twin_get(struct lc_twin *, enum lc_state_table, int64_t *key,
    const struct lc_value **values);

/*
 * From time to time, out of a change: makes the twin again if it is behind.
 * LC_OK: both files are in step.
 */
enum lc_err lc_twin_tend(struct lc_twin *, int64_t now);

/* ---- Passes ---------------------------------------------------------- */

/*
 * One slice of a pass through both files, out of a change: the next rows, at
 * most n, or all pages of one file.  Changes between two slices are fine.  A
 * file that turns out damaged counts no more: lc_twin_tend makes it again, or
 * the state has to be opened again.  *all, also on failure: nothing more now.
 * LC_EIO, LC_ENOMEM: the next call tries again.
 */
enum lc_err lc_twin_pass(struct lc_twin *, size_t n, bool *all);
/*
 * How many passes ended since the opening, and the number of the one that
 * begins next.
 */
uint64_t lc_twin_passes(const struct lc_twin *, uint64_t *next);
/* What the last one found.  LC_EDAMAGED: the first file that is not whole. */
enum lc_err lc_twin_passed(const struct lc_twin *, struct lc_detail *);

#endif
