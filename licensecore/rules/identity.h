/*
 * identity.h - what a license is, whatever store it is in.
 *
 * A license may be in several stores of a device: a removable store brought a
 * copy of it.  It is one license all the same: its meter, what was reported of
 * it, the acceptance of its agreement and its priority belong to the device
 * and the license's id, and are here.  What belongs to one copy (store, index,
 * comment) is in struct lc_entry.  An identity stays as long as the core is
 * open, so that nothing is read from disk again, and nothing that runs is lost,
 * when a store is removed and inserted.
 *
 * The first copy, in the order of the device's stores, stands for the license:
 * it alone serves.  The others show as inactive.
 */
#ifndef LC_IDENTITY_H
#define LC_IDENTITY_H

#include "base/pool.h"
#include "licensecore.h"

struct lc_entry;

#define LC_NTRACKS 7	/* schedule.c */
/* Earlier than any instant that is reported. */
#define LC_NOT_YET INT64_MIN

struct lc_identity {
	const char *udi;
	struct lc_identity *chain;	/* with the same hash */
	struct lc_entry *first;	/* select.c: its copies; NULL: no store */
	uint32_t store;		/* that the first copy is in, or was last */
	enum lc_priority wanted; /* the operator's, NONE: the usual one */
	bool loaded;		/* what was recorded of it was read */
	bool taken;		/* found in the store that is read, or planned
				   by the action that runs */

	bool serving;		/* select.c: its feature uses it, */
	bool displaced;		/* or did until it was selected anew, and another
				   license serves instead */

	bool accepted;		/* its agreement */
	bool succeeded;		/* it is of its type's successor by now */
	struct {		/* meter.c */
		int64_t used_ms;	/* up to `since` */
		int64_t since_ms;	/* boot time; -1: stands still */
		int64_t expired_at;	/* LC_NO_TIME: not yet */
		int64_t ended_at;	/* if it is ending */
		bool recorded;		/* has a row of its own */
		bool dirty;		/* which is not up to date */
		bool altered;		/* and was changed by others */
		bool ending;		/* being recorded as ended */
	} meter;
	/* Of instants that are reported (schedule.c); NULL: none was. */
	struct lc_identity_marks {
		int64_t last[LC_NTRACKS];	/* those reported last, */
		int64_t reached[LC_NTRACKS];	/* and being reported now */
	} *marks;
	int level_reported, level_reached;	/* count.c */
	bool level_fell;	/* to 0 since it was reported */
	bool level_loaded;	/* reported before the core was opened */
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

/* All of them, as long as a core; { 0 } is an empty one. */
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
