/*
 * fake_core.h - a core whose rows and behavior the tests of the agent choose.
 *
 * It stands behind licensecore.h in place of the real one: rows with awkward
 * indexes, actions that take as many slices as they like, calls that fail.
 */
#ifndef FAKE_CORE_H
#define FAKE_CORE_H

#include "licensecore.h"

#define FAKE_MAX 64

/* What depends on the time, of a license. */
struct fake_meter {
	enum lc_status status;
	uint32_t left_s, expired_s, used_s;
};

/* What an install does: a text file of lines, each "FEATURE" (installed),
 * "!exists", "!period", "!udi" or "!file" (fails with that error). */
struct lc {
	struct lc_device devices[FAKE_MAX];
	const struct lc_device *device_rows[FAKE_MAX];
	size_t ndevices;
	struct lc_store stores[FAKE_MAX];
	const struct lc_store *store_rows[FAKE_MAX];
	size_t nstores;
	struct lc_license licenses[FAKE_MAX];
	const struct lc_license *license_rows[FAKE_MAX];
	struct fake_meter meters[FAKE_MAX]; /* of each of them */
	size_t nlicenses;
	struct lc_feature features[FAKE_MAX];
	const struct lc_feature *feature_rows[FAKE_MAX];
	struct lc_feature_use uses[FAKE_MAX]; /* of each of them */
	size_t nfeatures;
	struct lc_module modules[FAKE_MAX];
	const struct lc_module *module_rows[FAKE_MAX];
	size_t nmodules;
	struct lc_level levels[FAKE_MAX];
	const struct lc_level *level_rows[FAKE_MAX];
	size_t nlevels;
	bool standing;     /* acceptance of agreements */
	unsigned accepted; /* times that it was given */

	char comments[FAKE_MAX][LC_COMMENT_MAX + 1];
	bool off[LC_NSWITCHES];
	struct lc_event events[4096];
	char names[FAKE_MAX][32];
	uint64_t last_seq;
	uint64_t done_seq;

	enum lc_err comment_err; /* of lc_comment_set, once comment_good */
	unsigned comment_good;   /* calls have succeeded */
	enum lc_err switch_err;  /* of lc_switch_set for LC_SWITCH_ERROR */
	unsigned slices;         /* of each action; at least 1 */
	bool rests;              /* each action, before its last slice */
	unsigned runs;           /* actions that were begun */
	unsigned done;           /* and those that came to their end */
};

/* Zeroed, with time and nothing else. */
void fake_core_init(struct lc *);

struct lc_device *fake_device(struct lc *, uint32_t index);
struct lc_store *fake_store(struct lc *, uint32_t device, uint32_t index);
struct lc_license *fake_license(struct lc *, uint32_t device, uint32_t store,
    uint32_t index, const char *feature);
struct lc_feature *fake_feature(
    struct lc *, uint32_t device, uint32_t index, const char *name);
void fake_module(struct lc *, uint32_t device, const char *name,
    const char *const *levels, size_t n);
/* Queues an event of the last license. */
void fake_event(struct lc *, enum lc_event_kind);

#endif
