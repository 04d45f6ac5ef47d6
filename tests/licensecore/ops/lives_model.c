/* lives_model.c - what licenses do, as the MIB and FORMAT say: lives.h. */
#include "lives.h"

#include "check.h"

/* ---- Copies ---------------------------------------------------------- */

int
model_first(const struct model *m, const struct license *l)
{
	for (int i = 0; i < NSTORES; i++) {
		if (l->copies[i].there && m->present[i])
			return i;
	}
	return -1;
}

size_t
model_ncopies(const struct model *m, const struct license *l)
{
	size_t n = 0;

	for (int i = 0; i < NSTORES; i++)
		n += l->copies[i].there && m->present[i];
	return n;
}

static bool
installed(const struct model *m, const struct license *l)
{
	return model_first(m, l) >= 0;
}

/* ---- The model: what serves ------------------------------------------ */

static bool
metered(const struct license *l)
{
	return l->type <= LC_GRACE_PERIOD ||
	       (l->type == LC_EVAL_RIGHT_TO_USE && !l->succeeded);
}

static bool
subscription(const struct license *l)
{
	return l->type >= LC_PAID_SUBSCRIPTION &&
	       l->type <= LC_EXTENSION_SUBSCRIPTION;
}

bool
model_expired(const struct model *m, const struct license *l)
{
	return l->ended_at != NONE || (subscription(l) &&
	    m->now >= l->end + l->extension * DAY);
}

static bool
usable(const struct model *m, const struct license *l)
{
	if (!installed(m, l) || !l->agreed || model_expired(m, l))
		return false;
	return l->start == NONE || l->start <= m->now;
}

/* Smaller comes first: trials after all others, then by what they are. */
static int
rank(const struct license *l)
{
	switch (l->succeeded ? LC_RIGHT_TO_USE : l->type) {
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

/* Trials give way, unless the operator wants them to come first. */
enum lc_priority
model_priority(const struct license *l)
{
	if (!l->agreed)
		return LC_PRIORITY_NONE;
	if (l->wanted != LC_PRIORITY_NONE)
		return l->wanted;
	return rank(l) == 3 ? LC_PRIORITY_LOW : LC_PRIORITY_MEDIUM;
}

static uint32_t
index_of(const struct model *m, const struct license *l)
{
	return l->copies[model_first(m, l)].index;
}

static bool
before(const struct model *m, const struct license *a,
    const struct license *b)
{
	if (model_priority(a) != model_priority(b))
		return model_priority(a) > model_priority(b);
	if (rank(a) != rank(b))
		return rank(a) < rank(b);
	if (a->count != b->count)
		return a->count > b->count;
	if (over(a) != over(b))
		return over(a) > over(b);
	return index_of(m, a) < index_of(m, b);
}

/* The best of a feature's licenses behind this one (NULL: of all). */
static struct license *
next_best(struct model *m, int feature, const struct license *after)
{
	struct license *best = NULL;

	for (int i = 0; i < NLICENSES; i++) {
		struct license *l = &m->licenses[i];

		if (installed(m, l) && l->feature == feature && l != after &&
		    (after == NULL || before(m, after, l)) &&
		    (best == NULL || before(m, l, best)))
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
		l->level_reported = 0;
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

void
model_select_feature(struct model *m, int feature)
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
			l->serving = l->serving && model_expired(m, l) &&
			    wanted(m, feature);
		else
			l->serving = l == first || (first->additive &&
			    l->additive && usable(m, l));
		l->superseded = first != NULL && !l->serving;
		give(m, l, &left);
	}
}

/* Its store was removed, or it was cleared. */
static void
stop(struct license *l)
{
	l->serving = l->superseded = l->held = l->running = false;
	l->in_use = 0;
}

void
model_select(struct model *m)
{
	for (int i = 0; i < NLICENSES; i++) {
		if (!installed(m, &m->licenses[i]))
			stop(&m->licenses[i]);
	}
	for (int i = 0; i < NFEATURES; i++)
		model_select_feature(m, i);
}

static bool
serves(const struct model *m, const struct license *l)
{
	return installed(m, l) && l->serving && !model_expired(m, l);
}

static uint64_t
supply(const struct model *m, int feature)
{
	uint64_t sum = 0;

	for (int i = 0; i < NLICENSES; i++) {
		const struct license *l = &m->licenses[i];

		if (l->feature != feature || !serves(m, l))
			continue;
		if (!l->counted)
			return UINT64_MAX;
		sum += l->count;
	}
	return sum;
}

void
model_look(struct model *m)
{
	for (int i = 0; i < NLICENSES; i++)
		m->licenses[i].served = serves(m, &m->licenses[i]);
	for (int i = 0; i < NFEATURES; i++)
		m->supply[i] = supply(m, i);
}

static bool
served(const struct model *m, int feature)
{
	for (int i = 0; i < NLICENSES; i++) {
		const struct license *l = &m->licenses[i];

		if (installed(m, l) && l->feature == feature && l->serving &&
		    !model_expired(m, l))
			return true;
	}
	return false;
}

/* A program for a feature: the count it gets, or why it does not. */
bool
model_grants(const struct model *m, int feature, uint32_t count)
{
	uint64_t room = 0, used = m->demand[feature] + (feature == ALWAYS);

	if (feature == MANDATORY)
		return true;
	for (int i = 0; i < NLICENSES; i++) {
		const struct license *l = &m->licenses[i];

		if (!installed(m, l) || l->feature != feature || !l->serving ||
		    model_expired(m, l))
			continue;
		if (!l->counted)
			return true;
		room += l->count;
	}
	return room > 0 && used + count <= room;
}

enum lc_status
model_status(const struct model *m, const struct license *l, bool first)
{
	if (model_expired(m, l))
		return first && l->held ? LC_EXPIRED_IN_USE :
		    LC_EXPIRED_NOT_IN_USE;
	if (!first || l->superseded || (l->start != NONE && m->now < l->start))
		return LC_INACTIVE;
	if (l->counted && l->held && l->in_use == l->count)
		return LC_COUNT_CONSUMED;
	return l->held ? LC_IN_USE : LC_NOT_IN_USE;
}

/* ---- The model: what is reported ----------------------------------------- */

uint32_t
model_left(const struct license *l)
{
	return metered(l) ? (uint32_t)(l->period - l->used) : 0;
}

void
model_expect(const struct model *m, struct list *list, enum lc_event_kind kind,
    int feature, const struct license *about)
{
	struct report t = {
		.kind = kind, .feature = feature, .end = NONE,
		.license = about != NULL ? (int)(about - m->licenses) : -1,
	};

	for (int i = 0; i < NLICENSES; i++) {
		const struct license *l = &m->licenses[i];

		if (!installed(m, l) || l->feature != feature || !l->serving)
			continue;
		t.left += model_left(l);
		t.end = l->end > t.end ? l->end : t.end;
	}
	if (about != NULL && t.end == NONE)
		t.end = about->end;
	if (about != NULL && about->counted)
		t.count_left = about->count - about->in_use;
	REQUIRE(list->n < CHECK_COUNT(list->reports));
	list->reports[list->n++] = t;
}

void
model_compare(struct model *m, struct list *list)
{
	for (int i = 0; i < NLICENSES; i++) {
		const struct license *l = &m->licenses[i];

		if (l->served && installed(m, l) && l->superseded &&
		    !model_expired(m, l))
			model_expect(m, list, LC_EVENT_SUPERSEDED, l->feature,
			    l);
	}
	for (int i = 0; i < NFEATURES; i++) {
		uint64_t now = supply(m, i);

		if (now <= m->supply[i] || now == UINT64_MAX)
			continue;
		model_expect(m, list, LC_EVENT_COUNT_RAISED, i, NULL);
		list->reports[list->n - 1].count = now;
	}
	model_look(m);
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
report(const struct model *m, struct list *list, enum lc_event_kind kind,
    struct license *l, int64_t at, bool due)
{
	if (!due)
		return;
	l->reported[kind] = at;
	model_expect(m, list, kind, l->feature, l);
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/*
 * How many a feature allows by this license (unless it is gone) and by those
 * of its rank or a better one that have begun by then and end later than now.
 */
static uint64_t
supply_by(const struct model *m, const struct license *l, bool gone,
    int64_t begun_by, int64_t now)
{
	struct model then = *m;
	const struct license *first = NULL;
	uint64_t sum = 0;

	then.now = now;
	for (const struct license *o = next_best(&then, l->feature, NULL);
	    o != NULL; o = next_best(&then, l->feature, o)) {
		bool itself = o - then.licenses == l - m->licenses;
		bool good = rank(o) <= rank(l) && o->agreed &&
		    !model_expired(&then, o) &&
		    (o->start == NONE || o->start <= begun_by) &&
		    (!subscription(o) || o->end > now);

		if (itself ? gone : !good)
			continue;
		if (first != NULL && !o->additive)
			continue;
		if (!o->counted)
			return UINT64_MAX;
		sum += o->count;
		if (!o->additive)
			break;
		first = o;
	}
	return sum;
}

/* It ends then, and the feature has less than before. */
static bool
missed(const struct model *m, const struct license *l, int64_t end, int64_t now)
{
	uint64_t after = supply_by(m, l, true, end, now);

	return after == 0 || after < supply_by(m, l, false, end - 1, now - 1);
}

static void
report_metered(const struct model *m, struct list *list, struct license *l)
{
	static const int warnings[] = {
		28 * 24, 21 * 24, 14 * 24, 7 * 24, 6 * 24, 5 * 24, 4 * 24,
		3 * 24, 2 * 24, 24, 0
	};
	static const int succeeding[] = { 10 * 24, 5 * 24, 0 };
	bool trial = l->type == LC_EVAL_RIGHT_TO_USE;
	enum lc_event_kind kind = trial ? LC_EVENT_RTU_WARNING :
	    LC_EVENT_EXPIRY_WARNING;
	int64_t at = l->used - l->period;

	if (l->succeeded && l->reported[LC_EVENT_RTU_TRANSITION] == NONE)
		report(m, list, LC_EVENT_RTU_TRANSITION, l, 0, true);
	if (l->succeeded)
		return;
	if (l->ended_at == NONE && l->serving)
		report(m, list, kind, l, at, warned(trial ? succeeding : warnings,
		    later(l->reported[kind], -l->period), at) &&
		    (trial || missed(m, l, m->now - at, m->now)));
	if (l->ended_at != NONE && !served(m, l->feature))
		report(m, list, LC_EVENT_EXPIRED, l, m->now - l->ended_at,
		    repeated(WEEK, l->reported[LC_EVENT_EXPIRED],
		    m->now - l->ended_at));
}

static void
report_subscription(const struct model *m, struct list *list, struct license *l)
{
	static const int warnings[] = {
		56 * 24, 49 * 24, 42 * 24, 35 * 24, 28 * 24, 21 * 24, 14 * 24,
		7 * 24, 6 * 24, 5 * 24, 4 * 24, 3 * 24, 2 * 24,
		24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9,
		8, 7, 6, 5, 4, 3, 2, 1, 0
	};
	int64_t begins = l->start != NONE ? l->start :
	    l->copies[model_first(m, l)].installed_at;
	int64_t at = m->now - l->end, gone = m->now - over(l);

	if (l->serving && at < 0)
		report(m, list, LC_EVENT_SUBSCRIPTION_WARNING, l, at,
		    warned(warnings, later(begins - l->end,
		    l->reported[LC_EVENT_SUBSCRIPTION_WARNING]), at) &&
		    missed(m, l, l->end, l->end));
	if (l->serving && at >= 0 && gone < 0)
		report(m, list, LC_EVENT_EXTENSION_WARNING, l, at,
		    repeated(DAY, l->reported[LC_EVENT_EXTENSION_WARNING], at) &&
		    missed(m, l, over(l), over(l)));
	if (gone >= 0 && !served(m, l->feature))
		report(m, list, LC_EVENT_SUBSCRIPTION_EXPIRED, l, gone,
		    repeated(DAY, l->reported[LC_EVENT_SUBSCRIPTION_EXPIRED],
		    gone));
}

static void
report_level(const struct model *m, struct list *list, struct license *l)
{
	if (level(l) <= l->level_reported)
		return;
	l->level_reported = level(l);
	model_expect(m, list, l->level_reported == 2 ? LC_EVENT_COUNT_EXCEEDED :
	    LC_EVENT_COUNT_WARNING, l->feature, l);
}

static void
report_mandatory(struct model *m, struct list *list)
{
	if (served(m, MANDATORY)) {
		m->complained = NONE;
	} else if (m->complained == NONE || m->now >= m->complained + DAY) {
		m->complained = m->now;
		model_expect(m, list, LC_EVENT_NOT_ENFORCED, MANDATORY, NULL);
	}
}

static void
end(const struct model *m, struct license *l)
{
	if (!metered(l) || l->ended_at != NONE || l->used < l->period)
		return;
	if (l->type == LC_EVAL_RIGHT_TO_USE) {
		l->succeeded = true;
		return;
	}
	l->ended_at = m->now - (l->used - l->period);
	l->used = l->period;
}

void
model_tick(struct model *m, struct list *list)
{
	for (int i = 0; i < NLICENSES; i++) {
		if (installed(m, &m->licenses[i]))
			end(m, &m->licenses[i]);
	}
	model_select(m);
	for (int i = 0; i < NLICENSES; i++) {
		struct license *l = &m->licenses[i];

		if (!installed(m, l))
			continue;
		if (subscription(l))
			report_subscription(m, list, l);
		else if (l->type != LC_PERMANENT)
			report_metered(m, list, l);
		report_level(m, list, l);
	}
	report_mandatory(m, list);
}

void
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

/* How much would have to be reported after so long? */
size_t
model_would_report(const struct model *m, int64_t seconds)
{
	struct model then = *m;
	struct list list = { .n = 0 };

	model_pass(&then, seconds);
	model_tick(&then, &list);
	return list.n;
}

/* After how long is there something to report; `until` if nothing before. */
int64_t
model_first_report(const struct model *m, int64_t until)
{
	int64_t low = 0, high = until;

	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;

		if (model_would_report(m, middle) > 0)
			high = middle;
		else
			low = middle;
	}
	return high;
}
