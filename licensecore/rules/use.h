/*
 * use.h - features that are used, and the licenses that their leases draw on.
 *
 * A lease asks for n of a feature.  What the licenses that serve the feature
 * give is worked out from the sum of its leases, in rank order, whenever
 * either side changes; nothing else is kept, so nothing can drift.
 */
#ifndef LC_USE_H
#define LC_USE_H

#include "clock.h"
#include "model.h"

/* A feature of a device, from its first license or lease on. */
struct lc_use {
	uint32_t device;
	char *feature;
	char *version;
	struct lc_lease *leases;	/* ops/lease.c */
	size_t nleases;
	uint64_t demand;	/* sum of the leases' counts */
	bool mandatory;		/* has to run, licensed or not */
	bool always;		/* the core itself uses one */
	bool loaded;		/* the next is what was recorded */
	/* When its lack of a license was reported last, LC_NO_TIME if it has
	   one; and what is being reported now. */
	int64_t complained, complaining;
	size_t first, n;	/* its licenses in model->by_feature */
	size_t span;		/* of these, none behind it serves or is held */
	/* How many of it are licensed, UINT64_MAX: any number; and how many
	   were before licenses were selected anew. */
	uint64_t supply, supply_before;
};

/* What is used, sorted by device, feature and version; as long as a core. */
struct lc_uses {
	struct lc_use **list;
	size_t n;
	/* The boot time when programs that held leases have come back. */
	int64_t settled_ms;
};

struct lc_use *lc_use_find(const struct lc_uses *, uint32_t device,
    const char *feature, const char *version);	/* or NULL */
/* Finds it, or makes it.  It stays until lc_uses_free. */
enum lc_err lc_use_get(struct lc_uses *, uint32_t device, const char *feature,
    const char *version, struct lc_use **);
void lc_uses_free(struct lc_uses *);	/* without leases */

/* Its licenses, i below use->n. */
struct lc_entry *lc_use_entry(const struct lc_model *, const struct lc_use *,
    size_t i);

/* Does a license serve it that has not expired? */
bool lc_use_served(const struct lc_model *, const struct lc_use *,
    struct lc_instant);
/* Does anyone use it, or would if it were licensed? */
bool lc_use_wanted(const struct lc_use *);

/*
 * How many the licenses that serve it allow, UINT64_MAX: any number; and how
 * many of these are left.  *served: is there one that has not expired?
 */
uint64_t lc_use_supply(const struct lc_model *, const struct lc_use *,
    struct lc_instant, bool *served);
uint64_t lc_use_room(const struct lc_model *, const struct lc_use *,
    struct lc_instant, bool *served);
/* Does it use what has expired, since its leases hold it? */
bool lc_use_outlasts(const struct lc_model *, const struct lc_use *,
    struct lc_instant);

/* What a change of leases may bring nearer, the later ones more of it. */
enum lc_use_change {
	LC_USE_SAME,
	LC_USE_RUNS,	/* other meters run, whose licenses no use ends */
	LC_USE_DUE,	/* anything may be due at another time */
};

/*
 * After licenses were selected, or leases have changed: works out what each
 * license gives.
 */
enum lc_use_change lc_use_update(struct lc_model *, struct lc_use *,
    struct lc_instant);

#endif
