/*
 * identity.h - what a license is, whatever store it is in.
 *
 * A license may be in several stores of a device: a removable store brought a
 * copy of it.  It is one license all the same: its meter, what was reported of
 * it, the acceptance of its agreement and its priority belong to the device
 * and the license's id, and are here.  What belongs to one copy (store, index,
 * comment) is in struct lc_entry.  An identity stays as long as the state is
 * open, so that nothing is read from disk again, and nothing that runs is lost,
 * when a store is removed and inserted.
 *
 * The first copy, in the order of the device's stores, stands for the license:
 * it alone serves.  The others show as inactive.
 *
 * What the state says of the license is in the same object: a device may know
 * 100,000.
 */
#ifndef LC_IDENTITY_H
#define LC_IDENTITY_H

#include <stddef.h>

#include "base/pool.h"
#include "licensecore.h"

struct lc_copy;
struct lc_entry;

#define LC_NTRACKS 7	/* schedule.c */
/* Earlier than any instant that is reported. */
#define LC_NOT_YET INT64_MIN

/*
 * Its rows in the state, which state/ reads and writes; key 0: it has none, as
 * one that was never installed.
 */
struct lc_known {
	const char *feature, *version;	/* the book's */
	char *accepted_by;	/* NULL: its agreement is not accepted */
	int64_t *marks;		/* LC_NMARKS; each LC_NOT_YET, or all NULL */
	struct lc_copy *copies;
	struct lc_known_facts {
		uint8_t digest[32];	/* SHA-256 of its line */
		int64_t used_ms;
		int64_t expired_at;	/* LC_NO_TIME: not yet */
		int64_t accepted_at;
		uint16_t flags;
		int16_t priority;	/* the operator's; 0: none */
		bool verified;		/* the digest is that of its line */
		bool stale;	/* it was used more than its row says */
	} facts;
	uint32_t key;
	bool on_record;		/* as one whose meter runs: usage.c */
};

struct lc_identity {
	const char *udi;
	struct lc_identity *chain;	/* with the same hash */
	struct lc_entry *first;	/* select.c: its copies; NULL: no store */
	struct {		/* meter.c */
		int64_t used_ms;	/* up to `since` */
		int64_t since_ms;	/* boot time; -1: stands still */
		int64_t expired_at;	/* LC_NO_TIME: not yet */
		int64_t ended_at;	/* if it is ending */
		bool recorded : 1;	/* has a row of its own */
		bool dirty : 1;		/* which is not up to date */
		bool altered : 1;	/* and was changed by others */
		bool ending : 1;	/* being recorded as ended */
	} meter;
	/* Of instants that are reported (schedule.c); NULL: none was. */
	struct lc_identity_marks {
		int64_t last[LC_NTRACKS];	/* those reported last, */
		int64_t reached[LC_NTRACKS];	/* and being reported now */
	} *marks;
	struct lc_known known;
	uint32_t store;		/* that the first copy is in, or was last */
	uint8_t wanted;		/* the operator's priority, NONE: the usual */
	int8_t level_reported, level_reached;	/* count.c */
	bool level_fell : 1;	/* to 0 since it was reported */
	bool level_loaded : 1;	/* reported before the core was opened */

	bool loaded : 1;	/* what was recorded of it was read */
	bool taken : 1;		/* found in the store that is read, or planned
				   by the action that runs */
	bool serving : 1;	/* select.c: its feature uses it, */
	bool displaced : 1;	/* or did until it was selected anew, and
				   another license serves instead */
	bool accepted : 1;	/* its agreement */
	bool succeeded : 1;	/* it is of its type's successor by now */
	char id[];
};

/* The last instant that was reported, or LC_NOT_YET. */
static inline int64_t
lc_identity_mark(const struct lc_identity *identity, size_t track)
{
	return identity->marks != NULL ? identity->marks->last[track] :
	    LC_NOT_YET;
}
/* Makes room for marks.  LC_ENOMEM. */
enum lc_err lc_identity_marks(struct lc_identity *);

/* The one that these rows are about. */
static inline const struct lc_identity *
lc_known_identity(const struct lc_known *k)
{
	return (const struct lc_identity *)(const void *)((const char *)k -
	    offsetof(struct lc_identity, known));
}

/* All of them, as long as a state is open; { 0 } is an empty one. */
struct lc_identities {
	struct lc_pool udis;
	struct lc_identity **list;	/* as they came */
	size_t n, room;
	struct lc_identity **buckets;
	size_t nbuckets;		/* a power of two, or 0 */
	uint64_t untaken;		/* how often lc_identities_untake was
					   called */
};

struct lc_identity *lc_identity_find(const struct lc_identities *,
    const char *udi, const char *id);	/* or NULL */
/* Finds it, or makes it: not loaded, never used.  LC_ENOMEM. */
enum lc_err lc_identity_get(struct lc_identities *, const char *udi,
    const char *id, struct lc_identity **);
void lc_identities_free(struct lc_identities *);

/* Is the license in a store of the device that is present? */
bool lc_identity_is_present(const struct lc_identities *, const char *udi,
    const char *id);

/* None is taken. */
void lc_identities_untake(struct lc_identities *);

#endif
