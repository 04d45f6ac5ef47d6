/*
 * use.h - features that are used: leases, and the licenses they draw on.
 *
 * A lease asks for n of a feature.  What the licenses that serve the feature
 * give is worked out from the sum of its leases, in rank order, whenever
 * either side changes; nothing else is kept, so nothing can drift.
 */
#ifndef LC_USE_H
#define LC_USE_H

#include "licensecore.h"

struct lc_entry;

/* A feature of a device, from its first license or lease on. */
struct lc_use {
	uint32_t device;
	char *feature;
	char *version;
	struct lc_lease *leases;
	size_t nleases;
	uint64_t demand;	/* sum of the leases' counts */
	bool mandatory;		/* has to run, licensed or not */
	bool always;		/* the core itself uses one */
	/* When its lack of a license was told last, LC_NO_TIME if it has one. */
	int64_t complained, complaining;
	size_t first, n;	/* its licenses in model->by_feature */
};

struct lc_use *lc_use_find(const struct lc *, uint32_t device,
    const char *feature, const char *version);	/* or NULL */
/* Finds it, or makes it.  It stays until the core is closed. */
enum lc_err lc_use_get(struct lc *, const struct lc_device *,
    const char *feature, const char *version, struct lc_use **);

/* What the licenses that serve it have left and have used, in sum. */
void lc_use_sum(const struct lc *, const struct lc_use *,
    struct lc_feature_use *);

/* Does a license serve it that has not run out? */
bool lc_use_served(const struct lc *, const struct lc_use *);

/* Does anyone use it, or would if it were licensed? */
bool lc_use_wanted(const struct lc_use *);

/* After licenses were selected: works out every use anew. */
void lc_use_all(struct lc *);

void lc_use_free_all(struct lc *);	/* with leases that are still held */

#endif
