/*
 * lives.h - random lives of many licenses, beside a model of them.
 *
 * The model (lives_model.c) is written for this test alone and knows nothing of
 * how the core works: it counts whole seconds and looks, whenever the core is
 * called, which of all the MIB's instants lie between the last notification and
 * now.  Both are told the same (lives_test.c): time that passes, programs that
 * come and go, licenses installed and cleared, media that are removed and
 * inserted, priorities, agreements, restarts, crashes, clocks that are set.
 * What the core reports has to be what the model expects, each time.
 *
 * Beside that there are rules that hold whatever happens, looked at after every
 * step: lives_invariants.c.
 */
#ifndef LIVES_H
#define LIVES_H

#include "device.h"

#define HOUR INT64_C(3600)
#define DAY (24 * HOUR)
#define WEEK (7 * DAY)
#define NONE INT64_MIN
#define START INT64_C(1800000000)

#define NLICENSES 20
#define NSTORES 3
#define SETTLE 60
#define NKINDS (LC_EVENT_MISSING + 1)
#define NLEASES 32

enum { PLAIN, MANDATORY, ALWAYS, PHONES, UNKNOWN, NFEATURES };

/* A license's copy in a store. */
struct copy {
	bool there;		/* in the store, wherever that is */
	uint32_t index;		/* 0: never was in it */
	int64_t installed_at;
};

struct license {
	char id[32];
	int feature;
	enum lc_type type;
	int64_t period, start, end, extension;	/* NONE: no date */
	bool counted, additive, agreement;
	uint32_t count;

	/* Looked at without the model: never less, never again. */
	uint32_t least_used;
	bool ended;

	/* What became of it. */
	struct copy copies[NSTORES];
	bool agreed, succeeded;
	enum lc_priority wanted;	/* NONE: the usual one */
	int64_t used, ended_at;
	bool serving, superseded, held, running;
	bool served;		/* when it was looked at last */
	uint32_t in_use;
	int64_t reported[NKINDS];	/* where it was then */
	int level_reported;
	bool level_loaded;
};

struct model {
	int64_t truth, offset;	/* of the wall clock from it */
	int64_t now;		/* what licenses go by */
	int64_t boot, settled;
	bool behind, watched;
	bool present[NSTORES];
	struct license licenses[NLICENSES];
	int64_t complained;	/* of the mandatory feature */
	uint64_t demand[NFEATURES];
	/* How many were licensed when it was looked at last; UINT64_MAX: any
	   number. */
	uint64_t supply[NFEATURES];
	int nleases[NFEATURES];
	bool switches[LC_NSWITCHES];
};

struct report {
	enum lc_event_kind kind;
	int license;		/* -1: about none */
	int feature;
	uint32_t left, count_left;
	uint64_t count;		/* of what was raised */
	int64_t end;
};

struct list {
	struct report reports[256];
	size_t n;
};

/* ---- The model ------------------------------------------------------- */

/* The copy that stands for it, in the first of the stores; -1: none is there. */
int model_first(const struct model *, const struct license *);
/* The copies that show. */
size_t model_ncopies(const struct model *, const struct license *);
bool model_expired(const struct model *, const struct license *);
enum lc_priority model_priority(const struct license *);
/* What it shows, and what its other copies do. */
enum lc_status model_status(const struct model *, const struct license *,
    bool first);
uint32_t model_left(const struct license *);

void model_select_feature(struct model *, int feature);
void model_select(struct model *);
/* Would a program for so many of the feature get its lease? */
bool model_grants(const struct model *, int feature, uint32_t count);

/* An event about the license (NULL: about none), as things are now. */
void model_expect(const struct model *, struct list *, enum lc_event_kind,
    int feature, const struct license *);

/* What there is, without a word; or what changed since it was looked at. */
void model_look(struct model *);
void model_compare(struct model *, struct list *);

void model_pass(struct model *, int64_t seconds);
/* What the core does when it is called. */
void model_tick(struct model *, struct list *);
/* How much would have to be reported after so long? */
size_t model_would_report(const struct model *, int64_t seconds);
/* After how long is there something; `until` if nothing before. */
int64_t model_first_report(const struct model *, int64_t until);

/* ---- What holds whatever happens ------------------------------------- */

void invariants(const struct device *, struct model *);

#endif
