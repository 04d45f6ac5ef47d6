/*
 * state.h - what is on disk, and what it takes to read and write it.
 *
 * The folder state/ has the only SQL.  It loads and saves what rules/ defines;
 * it uses base/, format/ and rules/, and decides nothing about licenses.
 *
 * Two files have the rows (twin.h), and all that is short is in memory as well
 * (book.h).  A change writes both; what meters that run have reached is written
 * beside them (running.h).
 */
#ifndef LC_STATE_H
#define LC_STATE_H

#include "base/host.h"
#include "book.h"
#include "devkey.h"
#include "rules/clock.h"

struct lc_running;
struct lc_twin;

struct lc_state {
	const struct lc_host *host;
	char *dir;
	struct lc_twin *twin;
	struct lc_book book;
	struct lc_devkey *devkey;
	struct lc_time time;
	struct lc_detail why;	/* what failed last, of what is on disk */

	struct lc_running *running;
	struct {
		int64_t number;		/* of the last one that was written */
		int64_t folded_ms;	/* boot time of the last folding */
	} record;

	/* Where removable stores are attached if there is no state file. */
	struct lc_db *spare;

	/* Events of the running change, published once it is committed. */
	struct {
		struct lc_event *list;
		size_t n, room;
		size_t next;	/* to be published, */
		size_t told;	/* up to this one: those are committed */
	} pending;
};

/* The time that licenses go by: both, or one of them. */
struct lc_instant lc_instant(const struct lc_state *);
int64_t lc_now(const struct lc_state *);	/* seconds, never backwards */
int64_t lc_boot_ms(const struct lc_state *);

/* To attach removable stores to, out of a change.  LC_ENOMEM. */
enum lc_err lc_state_db(struct lc_state *, struct lc_db **);

/* Of rows of the book, within a change. */
enum lc_err lc_known_write(struct lc_state *, const struct lc_known *);
/* line NULL: the one that is there stays. */
enum lc_err lc_copy_write(struct lc_state *, const struct lc_copy *,
    const char *line, size_t len);
/* Finds the license, or makes it; then the caller writes its row. */
enum lc_err lc_known_get(struct lc_state *, const char *udi,
    const struct lc_terms *, struct lc_known **);

#endif
