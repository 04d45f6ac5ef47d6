/*
 * lives_test.c - random lives of many licenses, beside a model of them.
 *
 * The model is written for this test alone and knows nothing of how the core
 * works: it counts whole seconds and looks, whenever the core is called, which
 * of all the MIB's instants lie between the last notification and now.  Both
 * are told the same: time that passes, programs that come and go, licenses
 * installed and cleared, restarts, crashes, clocks that are set.  What the
 * core tells has to be what the model expects, each time.
 *
 * Beside that there are rules that hold whatever happens, looked at after every
 * step: "invariants" below.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "device.h"

#define HOUR INT64_C(3600)
#define DAY (24 * HOUR)
#define WEEK (7 * DAY)
#define NONE INT64_MIN
#define START INT64_C(1800000000)

#define NDEVICES 16
#define NLICENSES 20
#define LIFE (365 * DAY)
#define FLUSH HOUR
#define SETTLE 60
#define NKINDS 15
#define NLEASES 32

/* ---- What there is --------------------------------------------------- */

enum { PLAIN, MANDATORY, ALWAYS, PHONES, UNKNOWN, NFEATURES };

/* The device does not have the last one; licenses name it all the same. */
static const char *const feature_names[NFEATURES] = {
	"plain", "mandatory", "always", "phones", "unknown",
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
	bool installed, agreed, turned;
	uint32_t index;			/* 0: never was installed */
	int64_t installed_at, used, ended_at;
	bool serving, superseded, held, running;
	uint32_t in_use;
	int64_t told[NKINDS];		/* where it was then */
	int level_told;
	bool level_loaded;
};

struct model {
	int64_t truth, offset;	/* of the wall clock from it */
	int64_t now;		/* what licenses go by */
	int64_t boot, settled;
	bool behind, watched;
	struct license licenses[NLICENSES];
	int64_t complained;	/* of the mandatory feature */
	uint64_t demand[NFEATURES];
	int nleases[NFEATURES];
	bool switches[LC_NSWITCHES];
};

struct told {
	enum lc_event_kind kind;
	int license;		/* -1: about none */
	int feature;
	uint32_t left, count_left;
	int64_t end;
};

struct list {
	struct told told[256];
	size_t n;
};

/* One device's life. */
struct world {
	struct device *d;
	struct lc_feature_options features[NFEATURES];
	struct model m;
	struct list expected, got;
	uint64_t queued[LC_QUEUE_MAX];	/* kind and license, to be delivered */
	size_t nqueued, delivered;
	uint64_t seq;			/* of the last one delivered */
	int back, forward;		/* steps of the clock that were told */
	int expected_back, expected_forward;
	struct lc_lease *leases[NFEATURES][NLEASES];
	int64_t wait_ms;
	size_t steps, reinstalls, clock_steps, restarts, crashes;
	size_t *counts;			/* of events, by kind; of all lives */
};

/* ---- The model: what serves ------------------------------------------ */

static bool
metered(const struct license *l)
{
	return l->type <= LC_GRACE_PERIOD ||
	       (l->type == LC_EVAL_RIGHT_TO_USE && !l->turned);
}

static bool
subscription(const struct license *l)
{
	return l->type >= LC_PAID_SUBSCRIPTION &&
	       l->type <= LC_EXTENSION_SUBSCRIPTION;
}

static bool
expired(const struct model *m, const struct license *l)
{
	return l->ended_at != NONE || (subscription(l) &&
	    m->now >= l->end + l->extension * DAY);
}

static bool
usable(const struct model *m, const struct license *l)
{
	if (!l->installed || !l->agreed || expired(m, l))
		return false;
	return l->start == NONE || l->start <= m->now;
}

/* Smaller comes first: trials after all others, then by what they are. */
static int
rank(const struct license *l)
{
	switch (l->turned ? LC_RIGHT_TO_USE : l->type) {
	case LC_PERMANENT:
	case LC_PAID_SUBSCRIPTION:
	case LC_RIGHT_TO_USE:
	case LC_PERMANENT_RIGHT_TO_USE:
		return 1;
	case LC_EXTENSION:
	case LC_GRACE_PERIOD:
	case LC_EXTENSION_SUBSCRIPTION:
		return 2;
	default:
		return 3;
	}
}

static int64_t
over(const struct license *l)
{
	return subscription(l) ? l->end + l->extension * DAY : INT64_MAX;
}

static bool
before(const struct license *a, const struct license *b)
{
	if (a->agreed != b->agreed)
		return a->agreed;
	if (rank(a) != rank(b))
		return rank(a) < rank(b);
	if (a->count != b->count)
		return a->count > b->count;
	if (over(a) != over(b))
		return over(a) > over(b);
	return a->index < b->index;
}

/* The best of a feature's licenses behind this one (NULL: of all). */
static struct license *
next_best(struct model *m, int feature, const struct license *after)
{
	struct license *best = NULL;

	for (int i = 0; i < NLICENSES; i++) {
		struct license *l = &m->licenses[i];

		if (l->installed && l->feature == feature && l != after &&
		    (after == NULL || before(after, l)) &&
		    (best == NULL || before(l, best)))
			best = l;
	}
	return best;
}

static bool
wanted(const struct model *m, int feature)
{
	return m->nleases[feature] > 0 || feature == ALWAYS;
}

static int
level(const struct license *l)
{
	if (!l->counted || (uint64_t)l->in_use * 100 < (uint64_t)l->count * 80)
		return 0;
	return l->in_use < l->count ? 1 : 2;
}

static void
level_watch(const struct model *m, struct license *l)
{
	if (level(l) > 0)
		l->level_loaded = false;
	else if (!l->level_loaded || m->boot >= m->settled)
		l->level_told = 0;
}

static void
give(const struct model *m, struct license *l, uint64_t *left)
{
	bool used = l->serving && wanted(m, l->feature);

	l->in_use = 0;
	if (used && l->counted)
		l->in_use = *left < l->count ? (uint32_t)*left : l->count;
	l->held = used && (!l->counted || l->in_use > 0);
	if (used)
		*left = l->counted ? *left - l->in_use : 0;
	l->running = l->held && l->ended_at == NONE;
	level_watch(m, l);
}

static void
select_feature(struct model *m, int feature)
{
	uint64_t left = m->demand[feature] + (feature == ALWAYS);
	struct license *first = NULL;

	for (struct license *l = next_best(m, feature, NULL);
	    l != NULL && first == NULL; l = next_best(m, feature, l)) {
		if (usable(m, l))
			first = l;
	}
	for (struct license *l = next_best(m, feature, NULL); l != NULL;
	    l = next_best(m, feature, l)) {
		if (first == NULL)
			l->serving = l->serving && expired(m, l) &&
			    wanted(m, feature);
		else
			l->serving = l == first || (first->additive &&
			    l->additive && usable(m, l));
		l->superseded = first != NULL && !l->serving;
		give(m, l, &left);
	}
}

static void
select_all(struct model *m)
{
	for (int i = 0; i < NFEATURES; i++)
		select_feature(m, i);
}

static bool
served(const struct model *m, int feature)
{
	for (int i = 0; i < NLICENSES; i++) {
		const struct license *l = &m->licenses[i];

		if (l->installed && l->feature == feature && l->serving &&
		    !expired(m, l))
			return true;
	}
	return false;
}

/* ---- The model: what is told ----------------------------------------- */

static uint32_t
left(const struct license *l)
{
	return metered(l) ? (uint32_t)(l->period - l->used) : 0;
}

static void
expect(const struct model *m, struct list *list, enum lc_event_kind kind,
    int feature, const struct license *about)
{
	struct told t = {
		.kind = kind, .feature = feature, .end = NONE,
		.license = about != NULL ? (int)(about - m->licenses) : -1,
	};

	for (int i = 0; i < NLICENSES; i++) {
		const struct license *l = &m->licenses[i];

		if (!l->installed || l->feature != feature || !l->serving)
			continue;
		t.left += left(l);
		t.end = l->end > t.end ? l->end : t.end;
	}
	if (about != NULL && t.end == NONE)
		t.end = about->end;
	if (about != NULL && about->counted)
		t.count_left = about->count - about->in_use;
	REQUIRE(list->n < CHECK_COUNT(list->told));
	list->told[list->n++] = t;
}

/* Is there an instant behind `from`, up to `at`?  What is left, in hours. */
static bool
warned(const int *hours, int64_t from, int64_t at)
{
	for (; *hours != 0; hours++) {
		if (-*hours * HOUR > from && -*hours * HOUR <= at)
			return true;
	}
	return false;
}

static bool
repeated(int64_t every, int64_t from, int64_t at)
{
	for (int64_t i = 0; i <= at; i += every) {
		if (i > from)
			return true;
	}
	return false;
}

static void
tell(const struct model *m, struct list *list, enum lc_event_kind kind,
    struct license *l, int64_t at, bool due)
{
	if (!due)
		return;
	l->told[kind] = at;
	expect(m, list, kind, l->feature, l);
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void
tell_metered(const struct model *m, struct list *list, struct license *l)
{
	static const int warnings[] = {
		28 * 24, 21 * 24, 14 * 24, 7 * 24, 6 * 24, 5 * 24, 4 * 24,
		3 * 24, 2 * 24, 24, 0
	};
	static const int turning[] = { 10 * 24, 5 * 24, 0 };
	bool trial = l->type == LC_EVAL_RIGHT_TO_USE;
	enum lc_event_kind kind = trial ? LC_EVENT_RTU_WARNING :
	    LC_EVENT_EXPIRY_WARNING;
	int64_t at = l->used - l->period;

	if (l->turned && l->told[LC_EVENT_RTU_TRANSITION] == NONE)
		tell(m, list, LC_EVENT_RTU_TRANSITION, l, 0, true);
	if (l->turned)
		return;
	if (l->ended_at == NONE && l->serving)
		tell(m, list, kind, l, at, warned(trial ? turning : warnings,
		    later(l->told[kind], -l->period), at));
	if (l->ended_at != NONE && !served(m, l->feature))
		tell(m, list, LC_EVENT_EXPIRED, l, m->now - l->ended_at,
		    repeated(WEEK, l->told[LC_EVENT_EXPIRED],
		    m->now - l->ended_at));
}

static void
tell_subscription(const struct model *m, struct list *list, struct license *l)
{
	static const int warnings[] = {
		56 * 24, 49 * 24, 42 * 24, 35 * 24, 28 * 24, 21 * 24, 14 * 24,
		7 * 24, 6 * 24, 5 * 24, 4 * 24, 3 * 24, 2 * 24,
		24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9,
		8, 7, 6, 5, 4, 3, 2, 1, 0
	};
	int64_t begins = l->start != NONE ? l->start : l->installed_at;
	int64_t at = m->now - l->end, gone = m->now - over(l);

	if (l->serving && at < 0)
		tell(m, list, LC_EVENT_SUBSCRIPTION_WARNING, l, at,
		    warned(warnings, later(begins - l->end,
		    l->told[LC_EVENT_SUBSCRIPTION_WARNING]), at));
	if (l->serving && at >= 0 && gone < 0)
		tell(m, list, LC_EVENT_EXTENSION_WARNING, l, at,
		    repeated(DAY, l->told[LC_EVENT_EXTENSION_WARNING], at));
	if (gone >= 0 && !served(m, l->feature))
		tell(m, list, LC_EVENT_SUBSCRIPTION_EXPIRED, l, gone,
		    repeated(DAY, l->told[LC_EVENT_SUBSCRIPTION_EXPIRED],
		    gone));
}

static void
tell_level(const struct model *m, struct list *list, struct license *l)
{
	if (level(l) <= l->level_told)
		return;
	l->level_told = level(l);
	expect(m, list, l->level_told == 2 ? LC_EVENT_COUNT_EXCEEDED :
	    LC_EVENT_COUNT_WARNING, l->feature, l);
}

static void
tell_mandatory(struct model *m, struct list *list)
{
	if (served(m, MANDATORY)) {
		m->complained = NONE;
	} else if (m->complained == NONE || m->now >= m->complained + DAY) {
		m->complained = m->now;
		expect(m, list, LC_EVENT_NOT_ENFORCED, MANDATORY, NULL);
	}
}

static void
run_out(const struct model *m, struct license *l)
{
	if (!metered(l) || l->ended_at != NONE || l->used < l->period)
		return;
	if (l->type == LC_EVAL_RIGHT_TO_USE) {
		l->turned = true;
		return;
	}
	l->ended_at = m->now - (l->used - l->period);
	l->used = l->period;
}

static void
model_tick(struct model *m, struct list *list)
{
	for (int i = 0; i < NLICENSES; i++) {
		if (m->licenses[i].installed)
			run_out(m, &m->licenses[i]);
	}
	select_all(m);
	for (int i = 0; i < NLICENSES; i++) {
		struct license *l = &m->licenses[i];

		if (!l->installed)
			continue;
		if (subscription(l))
			tell_subscription(m, list, l);
		else if (l->type != LC_PERMANENT)
			tell_metered(m, list, l);
		tell_level(m, list, l);
	}
	tell_mandatory(m, list);
}

static void
model_pass(struct model *m, int64_t seconds)
{
	m->truth += seconds;
	m->boot += seconds;
	m->now = later(m->now + seconds, m->truth + m->offset);
	for (int i = 0; i < NLICENSES; i++) {
		if (m->licenses[i].running)
			m->licenses[i].used += seconds;
	}
}

/* How much would have to be told after so long? */
static size_t
would_tell(const struct model *m, int64_t seconds)
{
	struct model then = *m;
	struct list list = { .n = 0 };

	model_pass(&then, seconds);
	model_tick(&then, &list);
	return list.n;
}

/* After how long is there something to tell; `until` if nothing before. */
static int64_t
first_to_tell(const struct model *m, int64_t until)
{
	int64_t low = 0, high = until;

	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;

		if (would_tell(m, middle) > 0)
			high = middle;
		else
			low = middle;
	}
	return high;
}

/* ---- The core, beside it --------------------------------------------- */

static struct license *
license_by_index(struct world *w, uint32_t index)
{
	for (int i = 0; i < NLICENSES; i++) {
		if (w->m.licenses[i].index == index)
			return &w->m.licenses[i];
	}
	return NULL;
}

static int
feature_by_name(const char *name)
{
	for (int i = 0; i < NFEATURES; i++) {
		if (strcmp(feature_names[i], name) == 0)
			return i;
	}
	return -1;
}

static enum lc_switch
switch_of(enum lc_event_kind kind)
{
	return kind >= LC_EVENT_INSTALLED && kind <= LC_EVENT_EULA_ACCEPTED ?
	    LC_SWITCH_DEPLOYMENT : kind == LC_EVENT_NOT_ENFORCED ?
	    LC_SWITCH_ERROR : LC_SWITCH_USAGE;
}

/* What has no row of the feature to show cannot be sent. */
static bool
sent(const struct model *m, enum lc_event_kind kind, int feature)
{
	return m->switches[switch_of(kind)] && (feature != UNKNOWN ||
	    (kind >= LC_EVENT_INSTALLED && kind <= LC_EVENT_REVOKED));
}

static uint64_t
in_queue(const struct lc_event *e)
{
	return (uint64_t)e->kind << 32 | e->license;
}

static void
on_event(void *arg, const struct lc_event *e)
{
	struct world *w = arg;
	struct told *t = &w->got.told[w->got.n++];
	int feature = feature_by_name(e->feature_name);

	REQUIRE(w->got.n < CHECK_COUNT(w->got.told));
	*t = (struct told){
		.kind = e->kind, .feature = feature, .license = -1,
		.left = e->left_s, .end = e->end,
	};
	CHECK_INT(e->at, w->m.now);
	CHECK_UINT(e->feature, feature != UNKNOWN ? (unsigned)feature + 1 : 0);
	if (e->license != 0) {
		const struct license *l = license_by_index(w, e->license);

		/* The first installation is where it gets its index. */
		t->license = l != NULL ? (int)(l - w->m.licenses) : -2;
		t->count_left = e->count_left == LC_UNCOUNTED ? 0 :
		    e->count_left;
	}
	CHECK_INT(e->seq != 0, sent(&w->m, e->kind, feature));
	REQUIRE(w->nqueued < CHECK_COUNT(w->queued));
	if (e->seq != 0)
		w->queued[w->nqueued++] = in_queue(e);
}

static void
on_notice(void *arg, enum lc_err err, const char *text)
{
	struct world *w = arg;

	w->back += strstr(text, "set back by") != NULL;
	w->forward += strstr(text, "set forward by") != NULL;
	CHECK_ERR(err, LC_OK, NULL);
}

static int64_t
wall(void *arg)
{
	const struct model *m = &((struct world *)arg)->m;

	return m->truth + m->offset;
}

static int64_t
boot_ms(void *arg)
{
	return ((struct world *)arg)->m.boot * 1000;
}

static bool
same(const struct told *a, const struct told *b)
{
	if (a->kind != b->kind || a->feature != b->feature)
		return false;
	/* What deployment events carry beside the license is of before. */
	if (switch_of(a->kind) == LC_SWITCH_DEPLOYMENT)
		return true;
	return a->license == b->license && a->left == b->left &&
	       a->end == b->end && a->count_left == b->count_left;
}

static void
print(const char *what, const struct told *t)
{
	printf("# %s: kind %d, license %d of feature %d, %u s and %u left, end"
	    " %lld\n", what, t->kind, t->license, t->feature, t->left,
	    t->count_left, (long long)t->end);
}

/* Each of the one list is in the other, as often. */
static void
compare(struct world *w)
{
	struct list missing = w->expected, more = { .n = 0 };

	for (size_t i = 0; i < w->got.n; i++) {
		size_t j = 0;

		while (j < missing.n && !same(&w->got.told[i],
		    &missing.told[j]))
			j++;
		if (j < missing.n)
			missing.told[j] = missing.told[--missing.n];
		else
			more.told[more.n++] = w->got.told[i];
	}
	for (size_t i = 0; i < missing.n; i++)
		print("missing", &missing.told[i]);
	for (size_t i = 0; i < more.n; i++)
		print("too many", &more.told[i]);
	CHECK_UINT(missing.n + more.n, 0);
	CHECK_INT(w->back, w->expected_back);
	CHECK_INT(w->forward, w->expected_forward);
	for (size_t i = 0; i < w->got.n; i++)
		w->counts[w->got.told[i].kind]++;
	w->expected.n = w->got.n = 0;
}

/* The clock is behind what was, or far ahead of it. */
static void
expect_steps(struct world *w, int64_t by_boot)
{
	struct model *m = &w->m;
	int64_t clock = m->truth + m->offset;

	if (clock < by_boot - 60 && !m->behind)
		w->expected_back++;
	if (clock > by_boot + 60 && m->watched && !m->behind)
		w->expected_forward++;
	m->behind = clock < by_boot - 60;
	m->watched = true;
}

static void
tick(struct world *w)
{
	int rounds = 0;

	model_tick(&w->m, &w->expected);
	do {
		CHECK_ERR(lc_tick(w->d->lc, &w->wait_ms), LC_OK, NULL);
	} while (w->wait_ms == 0 && ++rounds < 3);
	CHECK(w->wait_ms != 0);
	compare(w);
}

static void
pass(struct world *w, int64_t seconds)
{
	int64_t by_boot = w->m.now + seconds;

	model_pass(&w->m, seconds);
	expect_steps(w, by_boot);
	tick(w);
}

/* ---- What shows ------------------------------------------------------ */

static enum lc_status
status(const struct model *m, const struct license *l)
{
	if (expired(m, l))
		return l->held ? LC_EXPIRED_IN_USE : LC_EXPIRED_NOT_IN_USE;
	if (l->superseded || (l->start != NONE && m->now < l->start))
		return LC_INACTIVE;
	if (l->counted && l->held && l->in_use == l->count)
		return LC_COUNT_CONSUMED;
	return l->held ? LC_IN_USE : LC_NOT_IN_USE;
}

static void
check_license(const struct world *w, const struct license *l)
{
	const struct lc_license *found = device_license(w->d, l->id);

	CHECK_INT(found != NULL, l->installed);
	if (found == NULL || !l->installed)
		return;
	CHECK_UINT(lc_license_used_s(w->d->lc, found), (uint64_t)l->used);
	CHECK_UINT(lc_license_left_s(w->d->lc, found), left(l));
	CHECK_UINT(lc_license_expired_s(w->d->lc, found),
	    l->ended_at != NONE ? (uint64_t)(w->m.now - l->ended_at) : 0);
	CHECK_INT(lc_license_status(w->d->lc, found), status(&w->m, l));
	if (l->counted)
		CHECK_UINT(found->count_left, l->count - l->in_use);
}

/* ---- Invariants ------------------------------------------------------ */

/* No more is in use than there is, and no one has less than he took. */
static void
count_invariant(const struct lc_license *l)
{
	if (!l->terms.counted)
		CHECK_UINT(l->count_left, LC_UNCOUNTED);
	else
		CHECK(l->count_left <= l->terms.count);
}

/* Use is never less than it was, and never more than the period. */
static void
use_invariant(const struct world *w, struct license *mine,
    const struct lc_license *l)
{
	uint32_t used = lc_license_used_s(w->d->lc, l);

	CHECK(used >= mine->least_used);
	mine->least_used = used;
	if (lc_type_metered(l->terms.type))
		CHECK_UINT(lc_license_left_s(w->d->lc, l) + used,
		    l->terms.period_s);
}

/* What is over stays over, whatever becomes of it and of the clock. */
static void
end_invariant(const struct world *w, struct license *mine,
    const struct lc_license *l)
{
	enum lc_status status = lc_license_status(w->d->lc, l);
	bool ended = status == LC_EXPIRED_IN_USE ||
	    status == LC_EXPIRED_NOT_IN_USE;

	CHECK(ended || !mine->ended);
	mine->ended |= ended;
}

static void
invariants(struct world *w)
{
	for (int i = 0; i < NLICENSES; i++) {
		struct license *mine = &w->m.licenses[i];
		const struct lc_license *l = device_license(w->d, mine->id);

		if (l == NULL)
			continue;
		count_invariant(l);
		use_invariant(w, mine, l);
		end_invariant(w, mine, l);
	}
	w->steps++;
}

/* ---- What happens ---------------------------------------------------- */

static struct lc_terms
terms(const struct license *l)
{
	struct lc_terms t = issuer_terms(l->id);

	t.feature = feature_names[l->feature];
	t.type = l->type;
	if (!lc_type_node_locked(l->type))
		t.nudis = 0;
	t.period_s = (uint32_t)l->period;
	t.start = l->start;
	t.end = l->end;
	t.extension_days = (uint32_t)l->extension;
	t.counted = l->counted;
	t.count = l->count;
	t.additive = l->additive;
	if (l->agreement)
		t.eula = "0123456789012345678901234567890123456789012";
	return t;
}

static void
installed(struct world *w, struct license *l)
{
	if (l->agreement && !l->agreed)
		expect(&w->m, &w->expected, LC_EVENT_EULA_ACCEPTED,
		    l->feature, l);
	expect(&w->m, &w->expected, LC_EVENT_INSTALLED, l->feature, l);
	w->reinstalls += l->index != 0;
	if (l->index != 0)
		CHECK_UINT(device_license(w->d, l->id)->index, l->index);
	l->index = device_license(w->d, l->id)->index;
	l->installed = l->agreed = l->level_loaded = true;
	l->installed_at = w->m.now;
	l->serving = false;
}

/* Was another evaluation subscription of its feature ever installed? */
static bool
evaluated(const struct model *m, const struct license *l)
{
	for (int i = 0; i < NLICENSES; i++) {
		const struct license *other = &m->licenses[i];

		if (other != l && other->index != 0 &&
		    other->feature == l->feature &&
		    other->type == LC_EVALUATION_SUBSCRIPTION &&
		    l->type == LC_EVALUATION_SUBSCRIPTION)
			return true;
	}
	return false;
}

static void
install(struct world *w)
{
	struct license *l = &w->m.licenses[check_random(NLICENSES)];
	bool accept = check_random(4) != 0;
	struct lc_terms t = terms(l);
	struct lc_action *a;
	enum lc_err err = LC_OK;

	if (l->installed || evaluated(&w->m, l))
		err = LC_EEXISTS;
	else if (l->agreement && !l->agreed && !accept)
		err = LC_EEULA;
	a = device_install(w->d, &t, 1,
	    (struct lc_request){ .accept_eula = accept });
	REQUIRE(CHECK_ERR(lc_action_error(a), err, NULL));
	lc_action_free(a);
	if (err == LC_OK)
		installed(w, l);
}

static void
clear(struct world *w)
{
	struct license *l = &w->m.licenses[check_random(NLICENSES)];

	if (!l->installed)
		return;
	CHECK_ERR(device_clear(w->d, l->index), l->held ? LC_EINUSE : LC_OK,
	    NULL);
	if (l->held)
		return;
	expect(&w->m, &w->expected, LC_EVENT_CLEARED, l->feature, l);
	l->installed = l->serving = l->running = false;
}

/* A program for a feature: the count it gets, or why it does not. */
static bool
granted(const struct model *m, int feature, uint32_t count)
{
	uint64_t room = 0, used = m->demand[feature] + (feature == ALWAYS);

	if (feature == MANDATORY)
		return true;
	for (int i = 0; i < NLICENSES; i++) {
		const struct license *l = &m->licenses[i];

		if (!l->installed || l->feature != feature || !l->serving ||
		    expired(m, l))
			continue;
		if (!l->counted)
			return true;
		room += l->count;
	}
	return room > 0 && used + count <= room;
}

/* Counts are what happens most with programs. */
static int
any_feature(void)
{
	return check_random(2) == 0 ? PHONES : (int)check_random(NFEATURES);
}

static void
take(struct world *w)
{
	int feature = any_feature();
	uint32_t count = feature != PHONES ? 1 :
	    1 + (uint32_t)check_random(30);
	struct lc_lease_request r = {
		.feature = feature_names[feature], .version = "1.0",
		.count = count,
	};
	bool may = granted(&w->m, feature, count);
	struct lc_lease *lease = NULL;

	if (w->m.nleases[feature] == NLEASES)
		return;
	CHECK_INT(lc_checkout(w->d->lc, &r, &lease, NULL) == LC_OK, may);
	if (lease == NULL)
		return;
	w->leases[feature][w->m.nleases[feature]++] = lease;
	w->m.demand[feature] += count;
	select_feature(&w->m, feature);
}

static void
release(struct world *w, int feature)
{
	int n = w->m.nleases[feature], i;
	struct lc_lease *lease;

	if (n == 0)
		return;
	i = (int)check_random((uint64_t)n);
	lease = w->leases[feature][i];
	w->leases[feature][i] = w->leases[feature][n - 1];
	w->m.nleases[feature]--;
	w->m.demand[feature] -= lc_lease_count(lease);
	lc_release(lease);
	select_feature(&w->m, feature);
}

static void
set_clock(struct world *w)
{
	int64_t by_boot = w->m.now;

	w->clock_steps++;
	switch (check_random(4)) {
	case 0:
		w->m.offset = -(int64_t)check_random(40 * DAY);
		break;
	case 1:
		w->m.offset = (int64_t)check_random(3 * DAY);
		break;
	default:
		w->m.offset = 0;
		break;
	}
	w->m.now = later(by_boot, w->m.truth + w->m.offset);
	expect_steps(w, by_boot);
}

static void
flip_switch(struct world *w)
{
	enum lc_switch which = (enum lc_switch)check_random(LC_NSWITCHES);

	w->m.switches[which] = check_random(2) == 0;
	CHECK_ERR(lc_switch_set(w->d->lc, which, w->m.switches[which]),
	    LC_OK, NULL);
}

/* Takes some of what waits. */
static void
deliver(struct world *w, size_t most)
{
	const struct lc_event *e;

	for (; most > 0 && w->delivered < w->nqueued; most--) {
		enum lc_err err = lc_event_next(w->d->lc, w->seq, &e);

		CHECK_ERR(err, LC_OK, NULL);
		if (err != LC_OK)
			return;
		CHECK_UINT(in_queue(e), w->queued[w->delivered++]);
		CHECK(e->seq > w->seq);
		w->seq = e->seq;
	}
	CHECK_ERR(lc_event_done(w->d->lc, w->seq), LC_OK, NULL);
	CHECK_UINT(lc_event_waiting(w->d->lc), w->nqueued - w->delivered);
	if (w->delivered == w->nqueued)
		CHECK_ERR(lc_event_next(w->d->lc, w->seq, &e), LC_ENOTFOUND,
		    NULL);
}

/* ---- Restarts -------------------------------------------------------- */

/*
 * What was not recorded is forgotten.  A reload leaves what ran out with the
 * programs that hold it.
 */
static void
model_load(struct model *m, bool reload)
{
	for (int i = 0; i < NLICENSES; i++) {
		struct license *l = &m->licenses[i];

		l->serving = l->serving && reload && l->feature != ALWAYS;
		l->level_loaded = true;
	}
	select_all(m);
}

static void
model_open(struct world *w, int64_t off)
{
	struct model *m = &w->m;
	int64_t recorded = m->now;

	memset(m->nleases, 0, sizeof m->nleases);
	memset(m->demand, 0, sizeof m->demand);
	m->truth += off;
	m->boot = check_random(2) == 0 ? m->boot + off :
	    10 + (int64_t)check_random(1000);
	m->settled = m->boot + SETTLE;
	m->now = later(recorded, m->truth + m->offset);
	m->behind = m->watched = false;
	expect_steps(w, recorded);
	model_load(m, false);
}

/* Some programs are back at once. */
static void
restart(struct world *w)
{
	w->restarts++;
	device_close(w->d);
	model_open(w, check_random(3) == 0 ? (int64_t)check_random(20 * DAY) :
	    (int64_t)check_random(100));
	device_open(w->d);
	for (uint64_t n = check_random(6); n > 0; n--)
		take(w);
}

struct file {
	char path[512], *data;
	size_t len;
};

/* What is on disk when the power fails; the lock is none of it. */
static size_t
disk_read(const char *dir, struct file *files, size_t room)
{
	DIR *d = opendir(dir);
	const struct dirent *entry;
	size_t n = 0;

	REQUIRE(d != NULL);
	while ((entry = readdir(d)) != NULL) {
		if (strstr(entry->d_name, ".db") == NULL)
			continue;
		REQUIRE(n < room);
		snprintf(files[n].path, sizeof files[n].path, "%s/%s", dir,
		    entry->d_name);
		files[n].data = check_read(files[n].path, &files[n].len);
		n++;
	}
	closedir(d);
	REQUIRE(n > 0);
	return n;
}

/* What was used since it was recorded last is lost, and that is not much. */
static void
crash(struct world *w)
{
	struct file files[8];
	size_t n = disk_read(w->d->dir, files, CHECK_COUNT(files));
	int64_t off = (int64_t)check_random(2 * DAY);

	w->crashes++;
	device_close(w->d);
	for (size_t i = 0; i < n; i++) {
		check_write(files[i].path, files[i].data, files[i].len);
		free(files[i].data);
	}
	model_open(w, off);
	device_open(w->d);
	for (int i = 0; i < NLICENSES; i++) {
		struct license *l = &w->m.licenses[i];
		int64_t used;

		if (!l->installed)
			continue;
		used = lc_license_used_s(w->d->lc, device_license(w->d, l->id));
		CHECK(used <= l->used && l->used - used <= FLUSH);
		l->used = used;
		l->least_used = (uint32_t)used;
	}
}

static void
reload(struct world *w)
{
	CHECK_ERR(lc_reconfigure(w->d->lc, &w->d->options, NULL), LC_OK, NULL);
	model_load(&w->m, true);
}

/* ---- Lives ----------------------------------------------------------- */

static void
act(struct world *w)
{
	uint64_t what = check_random(16);

	check_context("device of license %s, day %.3f, action %u",
	    w->m.licenses[0].id, (double)(w->m.truth - START) / (double)DAY,
	    (unsigned)what);
	switch (what) {
	case 0: case 1: case 2:
		install(w);
		break;
	case 3:
		clear(w);
		break;
	case 4: case 5: case 6: case 7: case 8:
		take(w);
		break;
	case 9: case 10:
		release(w, any_feature());
		break;
	case 11:
		set_clock(w);
		break;
	case 12:
		flip_switch(w);
		break;
	case 13:
		restart(w);
		break;
	case 14:
		if (w->m.offset == 0 && w->m.now == w->m.truth)
			crash(w);
		else
			reload(w);
		break;
	default:
		deliver(w, check_random(40));
		break;
	}
	tick(w);
	check_license(w, &w->m.licenses[check_random(NLICENSES)]);
	invariants(w);
}

/* The next time at which the core is called, no later than `until`. */
static int64_t
next_call(const struct world *w, int64_t until)
{
	int64_t asked = w->wait_ms >= 0 ? w->wait_ms / 1000 : INT64_MAX;
	int64_t due;

	switch (check_random(12)) {
	case 0:		/* when it asked to be */
		due = asked < until ? asked : until;
		if (due > 1)
			CHECK_UINT(would_tell(&w->m, due - 1), 0);
		return due;
	case 1:		/* late: several instants are one */
		return until;
	default:	/* at the next instant, which it must not miss */
		due = first_to_tell(&w->m, until);
		CHECK(asked <= due || due == until);
		return due;
	}
}

static void
go_on(struct world *w, int64_t seconds)
{
	while (seconds > 0) {
		int64_t next;

		check_context("device of license %s, day %.3f",
		    w->m.licenses[0].id,
		    (double)(w->m.truth - START) / (double)DAY);
		next = next_call(w, seconds);
		pass(w, next);
		invariants(w);
		seconds -= next;
	}
}

static void
license_make(struct license *l, int device, int number)
{
	*l = (struct license){
		.feature = (int)check_random(NFEATURES),
		.type = (enum lc_type)(1 + check_random(10)),
		.start = NONE, .end = NONE, .ended_at = NONE,
		.count = LC_UNCOUNTED,
	};
	snprintf(l->id, sizeof l->id, "d%d-l%d", device, number);
	for (int i = 0; i < NKINDS; i++)
		l->told[i] = NONE;
	if (metered(l))
		l->period = HOUR + (int64_t)check_random(35 * DAY);
	if (check_random(4) == 0 && metered(l))
		l->period = DAY * (1 + (int64_t)check_random(30));
	if (subscription(l)) {
		l->end = START + HOUR + (int64_t)check_random(350 * DAY);
		if (check_random(2) == 0)
			l->start = l->end - 1 -
			    (int64_t)check_random(90 * DAY);
		l->extension = (int64_t)check_random(2) * 5;
	}
	l->counted = l->feature == PHONES;
	if (l->counted)
		l->count = 1 + (uint32_t)check_random(100);
	l->additive = check_random(2) == 0;
	l->agreement = lc_type_needs_eula(l->type) && check_random(2) == 0;
	l->agreed = !l->agreement;
}

static struct world *
world_new(int device, size_t *counts)
{
	struct world *w = calloc(1, sizeof *w);

	REQUIRE(w != NULL);
	w->counts = counts;
	w->m = (struct model){
		.truth = START, .now = START, .boot = 1000, .settled = 1000 +
		SETTLE, .complained = NONE, .switches = { true, true, true },
		.watched = true,
	};
	for (int i = 0; i < NLICENSES; i++)
		license_make(&w->m.licenses[i], device, i);
	for (int i = 0; i < UNKNOWN; i++)
		w->features[i] = (struct lc_feature_options){
			.index = (uint32_t)i + 1, .name = feature_names[i],
			.version = "1.0", .mandatory = i == MANDATORY,
			.always = i == ALWAYS,
			.what_is_counted = i == PHONES ? "phones" : NULL,
		};
	w->d = device_new();
	w->d->options.features = w->features;
	w->d->options.nfeatures = UNKNOWN;
	w->d->options.clock = (struct lc_clock){ wall, boot_ms, w };
	w->d->options.event = on_event;
	w->d->options.notice = on_notice;
	w->d->options.lease = NULL;
	w->d->options.arg = w;
	w->d->options.flush_s = FLUSH;
	device_open(w->d);
	return w;
}

static void
live(int device, size_t *counts, struct world *sums)
{
	struct world *w = world_new(device, counts);
	struct lc_detail detail = { "" };

	tick(w);
	for (int i = 0; i < NLICENSES; i++)
		install(w);
	tick(w);
	while (w->m.truth < START + LIFE) {
		go_on(w, 1 + (int64_t)check_random(3 * DAY));
		act(w);
	}
	deliver(w, SIZE_MAX);
	CHECK_ERR(lc_check(w->d->lc, &detail), LC_OK, &detail);
	sums->steps += w->steps;
	sums->reinstalls += w->reinstalls;
	sums->clock_steps += w->clock_steps;
	sums->restarts += w->restarts;
	sums->crashes += w->crashes;
	device_free(w->d);
	free(w);
}

static void
random_lives(void)
{
	static struct world sums;
	size_t counts[NKINDS] = { 0 };

	for (int i = 0; i < NDEVICES; i++)
		live(i, counts, &sums);
	check_context("all lives");
	printf("# %d years, %zu steps; %zu installed again, %zu clocks set,"
	    " %zu restarts, %zu crashes\n", NDEVICES, sums.steps,
	    sums.reinstalls, sums.clock_steps, sums.restarts, sums.crashes);
	CHECK(sums.reinstalls > 0 && sums.clock_steps > 0 &&
	    sums.restarts > 0 && sums.crashes > 0);
	printf("# %d licenses; events by kind:", NDEVICES * NLICENSES);
	for (int kind = 1; kind < NKINDS; kind++) {
		printf(" %zu", counts[kind]);
		/* Nobody revokes here. */
		CHECK_INT(counts[kind] > 0, kind != LC_EVENT_REVOKED);
	}
	printf("\n");
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "random lives", random_lives },
	};

	return check_main("lives", tests, CHECK_COUNT(tests), argc, argv);
}
