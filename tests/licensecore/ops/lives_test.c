/* lives_test.c - random lives of many licenses: lives.h. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "lives.h"

#define NDEVICES 16
#define LIFE (365 * DAY)
#define FLUSH HOUR
#define LOOK 11			/* after so long a medium is noticed */

/* The device does not have the last one; licenses name it all the same. */
static const char *const feature_names[NFEATURES] = {
	"plain", "mandatory", "always", "phones", "unknown",
};

/* One device's life. */
struct world {
	struct device *d;
	struct lc_feature_options features[NFEATURES];
	int primary;			/* which of the stores */
	struct model m;
	struct list expected, got;
	uint64_t queued[LC_QUEUE_MAX];	/* kind and license, to be delivered */
	size_t nqueued, delivered;
	uint64_t seq;			/* of the last one delivered */
	int back, forward;		/* steps of the clock that were told */
	int expected_back, expected_forward;
	int missing;			/* licenses on media that were lost */
	struct lc_lease *leases[NFEATURES][NLEASES];
	int64_t wait_ms;
	struct tally {
		size_t steps, reinstalls, clock_steps, restarts, crashes;
		size_t twins, removed, inserted, lost, withdrawn, priorities;
	} tally;
	size_t *counts;			/* of events, by kind; of all lives */
};

/* ---- The core, beside it --------------------------------------------- */

static struct license *
license_by_index(struct world *w, uint32_t index)
{
	for (int i = 0; i < NLICENSES; i++) {
		for (int s = 0; s < NSTORES; s++) {
			if (w->m.licenses[i].copies[s].index == index)
				return &w->m.licenses[i];
		}
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
	if (kind > LC_EVENT_BOOT_LEVEL)
		return false;
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
	struct report *t = &w->got.reports[w->got.n++];
	int feature = feature_by_name(e->feature_name);

	REQUIRE(w->got.n < CHECK_COUNT(w->got.reports));
	*t = (struct report){
		.kind = e->kind, .feature = feature, .license = -1,
		.left = e->left_s, .end = e->end,
	};
	if (e->kind == LC_EVENT_COUNT_RAISED)
		t->count = e->count;
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
	if (w->missing > 0 && strstr(text, " is missing from store ") != NULL)
		CHECK_ERR(err, LC_EDAMAGED, NULL);
	else
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
same(const struct report *a, const struct report *b)
{
	if (a->kind != b->kind || a->feature != b->feature)
		return false;
	/* What deployment events carry beside the license is of before. */
	if (switch_of(a->kind) == LC_SWITCH_DEPLOYMENT)
		return true;
	return a->license == b->license && a->left == b->left &&
	       a->count == b->count &&
	       a->end == b->end && a->count_left == b->count_left;
}

static void
print(const char *what, const struct report *t)
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

		while (j < missing.n && !same(&w->got.reports[i],
		    &missing.reports[j]))
			j++;
		if (j < missing.n)
			missing.reports[j] = missing.reports[--missing.n];
		else
			more.reports[more.n++] = w->got.reports[i];
	}
	for (size_t i = 0; i < missing.n; i++)
		print("missing", &missing.reports[i]);
	for (size_t i = 0; i < more.n; i++)
		print("too many", &more.reports[i]);
	CHECK_UINT(missing.n + more.n, 0);
	CHECK_INT(w->back, w->expected_back);
	CHECK_INT(w->forward, w->expected_forward);
	for (size_t i = 0; i < w->got.n; i++)
		w->counts[w->got.reports[i].kind]++;
	w->expected.n = w->got.n = 0;
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
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
	model_compare(&w->m, &w->expected);
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

/* The row of a license's copy, or NULL. */
static const struct lc_license *
row(const struct world *w, const struct license *l, int store)
{
	return lc_license_find(w->d->lc, 1, (uint32_t)store + 1,
	    l->copies[store].index);
}

static void
check_copy(const struct world *w, const struct license *l, int store)
{
	const struct lc_license *found = row(w, l, store);
	bool first = model_first(&w->m, l) == store;
	bool there = l->copies[store].there && w->m.present[store];

	CHECK_INT(found != NULL, there);
	if (found == NULL || !there)
		return;
	CHECK_STR(found->terms.id, l->id);
	CHECK_UINT(lc_license_used_s(w->d->lc, found), (uint64_t)l->used);
	CHECK_UINT(lc_license_left_s(w->d->lc, found), model_left(l));
	CHECK_UINT(lc_license_expired_s(w->d->lc, found),
	    l->ended_at != NONE ? (uint64_t)(w->m.now - l->ended_at) : 0);
	CHECK_INT(lc_license_status(w->d->lc, found),
	    model_status(&w->m, l, first));
	CHECK_INT(found->eula_accepted, l->agreed);
	CHECK_INT(found->priority, model_priority(l));
	if (l->counted)
		CHECK_UINT(found->count_left,
		    first ? l->count - l->in_use : l->count);
}

static void
check_license(const struct world *w, const struct license *l)
{
	for (int i = 0; i < NSTORES; i++)
		check_copy(w, l, i);
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

/* A store that is there. */
static int
any_store(const struct world *w)
{
	int store = (int)check_random(NSTORES);

	return w->m.present[store] ? store : w->primary;
}

/* Any of its copies that show; -1: none. */
static int
any_copy(const struct world *w, const struct license *l)
{
	int store = any_store(w);

	return l->copies[store].there && w->m.present[store] ? store :
	    model_first(&w->m, l);
}

static void
installed(struct world *w, struct license *l, int store)
{
	struct copy *copy = &l->copies[store];
	uint32_t index = device_license(w->d, l->id)->index;

	if (!l->agreed)
		model_expect(&w->m, &w->expected, LC_EVENT_EULA_ACCEPTED,
		    l->feature, l);
	model_expect(&w->m, &w->expected, LC_EVENT_INSTALLED, l->feature, l);
	w->tally.reinstalls += copy->index != 0;
	if (copy->index != 0)
		CHECK_UINT(index, copy->index);
	*copy = (struct copy){ true, index, w->m.now };
	l->agreed = true;
}

static bool
ever_installed(const struct license *l)
{
	uint32_t any = 0;

	for (int i = 0; i < NSTORES; i++)
		any |= l->copies[i].index;
	return any != 0;
}

/* Was another evaluation subscription of its feature ever installed? */
static bool
evaluated(const struct model *m, const struct license *l)
{
	for (int i = 0; i < NLICENSES; i++) {
		const struct license *other = &m->licenses[i];

		if (other != l && ever_installed(other) &&
		    other->feature == l->feature &&
		    other->type == LC_EVALUATION_SUBSCRIPTION &&
		    l->type == LC_EVALUATION_SUBSCRIPTION)
			return true;
	}
	return false;
}

static void
install(struct world *w, int store)
{
	struct license *l = &w->m.licenses[check_random(NLICENSES)];
	bool accept = check_random(4) != 0;
	struct lc_terms t = terms(l);
	struct lc_action *a;
	enum lc_err err = LC_OK;

	if (model_first(&w->m, l) >= 0 || evaluated(&w->m, l))
		err = LC_EEXISTS;
	else if (!l->agreed && !accept)
		err = LC_EEULA;
	a = device_install(w->d, &t, 1, (struct lc_request){
		.accept_eula = accept, .store = (uint32_t)store + 1,
	});
	REQUIRE(CHECK_ERR(lc_action_error(a), err, NULL));
	lc_action_free(a);
	if (err == LC_OK)
		installed(w, l, store);
}

static void
clear(struct world *w)
{
	struct license *l = &w->m.licenses[check_random(NLICENSES)];
	int store = any_copy(w, l);
	bool used = l->held && store == model_first(&w->m, l);

	if (store < 0)
		return;
	CHECK_ERR(device_clear(w->d, l->copies[store].index),
	    used ? LC_EINUSE : LC_OK, NULL);
	if (used)
		return;
	model_expect(&w->m, &w->expected, LC_EVENT_CLEARED, l->feature, l);
	l->copies[store].there = false;
	if (model_first(&w->m, l) < 0)
		l->wanted = LC_PRIORITY_NONE;
}

/* ---- Agreements and priorities --------------------------------------- */

static void
withdraw(struct world *w)
{
	struct license *l = &w->m.licenses[check_random(NLICENSES)];
	int store = any_copy(w, l);
	enum lc_err err = !l->agreed ? LC_OK : !l->agreement ? LC_EINVAL :
	    l->held ? LC_EINUSE : LC_OK;

	if (store < 0)
		return;
	CHECK_ERR(lc_eula_withdraw(w->d->lc, 1, (uint32_t)store + 1,
	    l->copies[store].index, "test"), err, NULL);
	if (err == LC_OK)
		l->agreed = false;
	w->tally.withdrawn += err == LC_OK;
}

static void
accept(struct world *w)
{
	struct license *l = &w->m.licenses[check_random(NLICENSES)];
	int store = any_copy(w, l);

	if (store < 0)
		return;
	CHECK_ERR(lc_eula_accept(w->d->lc, 1, (uint32_t)store + 1,
	    l->copies[store].index, "test"), LC_OK, NULL);
	if (!l->agreed)
		model_expect(&w->m, &w->expected, LC_EVENT_EULA_ACCEPTED,
		    l->feature, l);
	l->agreed = true;
}

static void
prefer(struct world *w)
{
	struct license *l = &w->m.licenses[check_random(NLICENSES)];
	enum lc_priority priority = (enum lc_priority)(1 + check_random(3));
	int store = any_copy(w, l);

	if (store < 0)
		return;
	CHECK_ERR(lc_priority_set(w->d->lc, 1, (uint32_t)store + 1,
	    l->copies[store].index, priority), l->agreed ? LC_OK : LC_EEULA,
	    NULL);
	if (l->agreed)
		l->wanted = priority;
	w->tally.priorities += l->agreed;
}

/* ---- Programs -------------------------------------------------------- */

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
	bool may = model_grants(&w->m, feature, count);
	struct lc_lease *lease = NULL;

	if (w->m.nleases[feature] == NLEASES)
		return;
	CHECK_INT(lc_checkout(w->d->lc, &r, &lease, NULL) == LC_OK, may);
	if (lease == NULL)
		return;
	w->leases[feature][w->m.nleases[feature]++] = lease;
	w->m.demand[feature] += count;
	model_select_feature(&w->m, feature);
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
	model_select_feature(&w->m, feature);
}

static void
set_clock(struct world *w)
{
	int64_t by_boot = w->m.now;

	w->tally.clock_steps++;
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

/* ---- Media ----------------------------------------------------------- */

static const char *
path_of(const struct world *w, int store)
{
	return w->d->stores[store].path;
}

static const char *
path_away(const struct world *w, int store)
{
	static char path[512];

	snprintf(path, sizeof path, "%s.away", path_of(w, store));
	return path;
}

/* Time passes until the core looks, in which what was there is used. */
static void
noticed(struct world *w, int store, bool present)
{
	int64_t by_boot = w->m.now + LOOK;

	model_pass(&w->m, LOOK);
	w->m.present[store] = present;
	expect_steps(w, by_boot);
	tick(w);
}

/* A medium that is lost for good: the next one is empty. */
static void
medium_lose(struct world *w, int store)
{
	w->tally.lost++;
	CHECK_INT(unlink(path_away(w, store)), 0);
	check_write(path_of(w, store), "", 0);
	for (int i = 0; i < NLICENSES; i++) {
		struct license *l = &w->m.licenses[i];

		if (!l->copies[store].there)
			continue;
		l->copies[store].there = false;
		w->missing++;
		REQUIRE(w->expected.n < CHECK_COUNT(w->expected.reports));
		w->expected.reports[w->expected.n++] = (struct report){
			.kind = LC_EVENT_MISSING, .license = i,
			.feature = l->feature, .end = LC_NO_TIME,
		};
	}
}

static void
swap_medium(struct world *w)
{
	int store = (int)check_random(NSTORES);
	bool present = w->m.present[store];

	if (store == w->primary)
		return;
	if (present) {
		w->tally.removed++;
		CHECK_INT(rename(path_of(w, store), path_away(w, store)), 0);
	} else if (check_random(12) == 0) {
		medium_lose(w, store);
	} else {
		w->tally.inserted++;
		CHECK_INT(rename(path_away(w, store), path_of(w, store)), 0);
	}
	noticed(w, store, !present);
}

/* ---- Restarts -------------------------------------------------------- */

/*
 * What was not recorded is forgotten.  A reload leaves what expired with the
 * programs that hold it.
 */
static void
model_load(struct model *m, bool reload)
{
	for (int i = 0; i < NLICENSES; i++) {
		struct license *l = &m->licenses[i];

		l->serving = l->serving && reload && l->feature != ALWAYS;
		l->level_loaded |= !reload;
	}
	model_select(m);
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
	model_look(m);
}

/* Some programs are back at once. */
static void
restart(struct world *w)
{
	w->tally.restarts++;
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
		if (strstr(entry->d_name, ".db") == NULL &&
		    strncmp(entry->d_name, "running", 7) != 0)
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

/*
 * What was used since it was recorded last is charged as if all of that time it
 * had been in use, which is not much.
 */
static void
crash(struct world *w)
{
	struct file files[8];
	size_t n;
	int64_t off = (int64_t)check_random(2 * DAY);

	/* What a medium that is away used is recorded by now. */
	pass(w, FLUSH);
	n = disk_read(w->d->dir, files, CHECK_COUNT(files));
	w->tally.crashes++;
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

		if (model_first(&w->m, l) < 0)
			continue;
		used = lc_license_used_s(w->d->lc, device_license(w->d, l->id));
		CHECK(used - l->used <= FLUSH && l->used - used <= FLUSH);
		l->used = used;
		l->least_used = (uint32_t)used;
	}
	model_look(&w->m);
}

static void
reload(struct world *w)
{
	CHECK_ERR(lc_reconfigure(w->d->lc, &w->d->options, NULL), LC_OK, NULL);
	model_load(&w->m, true);
}

/* ---- Lives ----------------------------------------------------------- */

static void
look_at_all(struct world *w)
{
	const struct license *l = &w->m.licenses[check_random(NLICENSES)];

	check_license(w, l);
	invariants(w->d, &w->m);
	w->tally.steps++;
	for (int i = 0; i < NLICENSES; i++)
		w->tally.twins += model_ncopies(&w->m,
		    &w->m.licenses[i]) > 1;
}

static void
act_on_license(struct world *w)
{
	switch (check_random(10)) {
	case 0: case 1: case 2: case 3:
		install(w, any_store(w));
		break;
	case 4: case 5:
		clear(w);
		break;
	case 6:
		withdraw(w);
		break;
	case 7:
		accept(w);
		break;
	default:
		prefer(w);
		break;
	}
	model_select(&w->m);
}

static void
act(struct world *w)
{
	uint64_t what = check_random(20);

	check_context("device of license %s, day %.3f, action %u",
	    w->m.licenses[0].id, (double)(w->m.truth - START) / (double)DAY,
	    (unsigned)what);
	switch (what) {
	case 0: case 1: case 2: case 3: case 4: case 5:
		act_on_license(w);
		break;
	case 6: case 7: case 8: case 9: case 10:
		take(w);
		break;
	case 11: case 12:
		release(w, any_feature());
		break;
	case 13:
		set_clock(w);
		break;
	case 14:
		flip_switch(w);
		break;
	case 15:
		restart(w);
		break;
	case 16:
		if (w->m.offset == 0 && w->m.now == w->m.truth)
			crash(w);
		else
			reload(w);
		break;
	case 17: case 18:
		swap_medium(w);
		break;
	default:
		deliver(w, check_random(40));
		break;
	}
	tick(w);
	look_at_all(w);
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
			CHECK_UINT(model_would_report(&w->m, due - 1), 0);
		return due;
	case 1:		/* late: several instants are one */
		return until;
	default:	/* at the next instant, which it must not miss */
		due = model_first_report(&w->m, until);
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
		look_at_all(w);
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
		l->reported[i] = NONE;
	if (lc_type_metered(l->type))
		l->period = HOUR + (int64_t)check_random(35 * DAY);
	if (check_random(4) == 0 && lc_type_metered(l->type))
		l->period = DAY * (1 + (int64_t)check_random(30));
	if (lc_type_subscription(l->type)) {
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

/* A primary store, before, between or behind two removable ones. */
static void
stores_make(struct world *w)
{
	static const char *const names[NSTORES] = {
		"store one", "store two", "store three",
	};

	for (int i = 0; i < NSTORES; i++) {
		w->m.present[i] = true;
		w->d->stores[i] = (struct lc_store_options){
			.device = 1, .index = (uint32_t)i + 1,
			.kind = LC_STORE_REMOVABLE, .name = names[i],
			.size = 65536,
			.path = check_path(check_dir(), "medium.db"),
		};
	}
	w->d->stores[w->primary].kind = LC_STORE_PRIMARY;
	w->d->stores[w->primary].path = NULL;
	w->d->stores[w->primary].is_default = true;
	w->d->options.nstores = NSTORES;
}

static struct world *
world_new(int device, size_t *counts)
{
	struct world *w = calloc(1, sizeof *w);

	REQUIRE(w != NULL);
	w->counts = counts;
	w->primary = device % NSTORES;
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
	stores_make(w);
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
tally_add(struct tally *sums, const struct tally *more)
{
	const size_t *from = (const size_t *)more;
	size_t *to = (size_t *)sums;

	for (size_t i = 0; i < sizeof *sums / sizeof *to; i++)
		to[i] += from[i];
}

/* Each kind of thing happened: else the seed proves nothing of it. */
static void
tally_check(const struct tally *sums)
{
	const size_t *counts = (const size_t *)sums;

	printf("# %d years, %zu steps; %zu installed again, %zu clocks set,"
	    " %zu restarts, %zu crashes\n", NDEVICES, sums->steps,
	    sums->reinstalls, sums->clock_steps, sums->restarts,
	    sums->crashes);
	printf("# %zu twins seen; media: %zu removed, %zu inserted, %zu lost;"
	    " %zu agreements withdrawn, %zu priorities\n", sums->twins,
	    sums->removed, sums->inserted, sums->lost, sums->withdrawn,
	    sums->priorities);
	for (size_t i = 0; i < sizeof *sums / sizeof *counts; i++)
		CHECK(counts[i] > 0);
}

static void
live(int device, size_t *counts, struct tally *sums)
{
	struct world *w = world_new(device, counts);
	struct lc_detail detail = { "" };

	tick(w);
	for (int i = 0; i < NLICENSES; i++) {
		install(w, any_store(w));
		tick(w);
	}
	while (w->m.truth < START + LIFE) {
		go_on(w, 1 + (int64_t)check_random(3 * DAY));
		act(w);
	}
	deliver(w, SIZE_MAX);
	if (lc_check(w->d->lc, &detail) != LC_OK)
		CHECK(w->missing > 0 &&
		    strstr(detail.text, " is missing from store ") != NULL);
	tally_add(sums, &w->tally);
	device_free(w->d);
	free(w);
}

static void
random_lives(void)
{
	struct tally sums = { .steps = 0 };
	size_t counts[NKINDS] = { 0 };

	for (int i = 0; i < NDEVICES; i++)
		live(i, counts, &sums);
	check_context("all lives");
	tally_check(&sums);
	printf("# %d licenses; events by kind:", NDEVICES * NLICENSES);
	for (int kind = 1; kind < NKINDS; kind++) {
		printf(" %zu", counts[kind]);
		/* Nobody revokes here, and there are no levels; a medium that
		   is lost may have been empty. */
		if (kind != LC_EVENT_MISSING)
			CHECK_INT(counts[kind] > 0, kind != LC_EVENT_REVOKED &&
			    kind != LC_EVENT_BOOT_LEVEL);
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
