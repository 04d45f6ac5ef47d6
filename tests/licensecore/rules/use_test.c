/* use_test.c - which license serves, what leases get, and how meters run. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "device.h"

#define DAY 86400

/* A license for feature "one", locked to the device if its type wants that. */
static struct lc_terms
license(const char *id, enum lc_type type)
{
	struct lc_terms t = issuer_terms(id);

	t.feature = "one";
	t.type = type;
	if (!lc_type_node_locked(type))
		t.nudis = 0;
	if (lc_type_metered(type))
		t.period_s = 60 * DAY;
	if (lc_type_subscription(type))
		t.end = 1800000000 + 90 * DAY;
	return t;
}

static struct lc_terms
counted(const char *id, enum lc_type type, uint32_t count, bool additive)
{
	struct lc_terms t = license(id, type);

	t.feature = "phones";
	t.counted = true;
	t.count = count;
	t.additive = additive;
	return t;
}

static enum lc_status
status(const struct device *d, const char *id)
{
	const struct lc_license *l = device_license(d, id);

	REQUIRE(l != NULL);
	return lc_license_status(d->lc, l);
}

static uint32_t
left(const struct device *d, const char *id)
{
	return device_license(d, id)->count_left;
}

static struct lc_lease *
take(struct device *d, const char *feature, uint32_t n, enum lc_err expected)
{
	struct lc_lease_request r = { .feature = feature, .count = n };
	struct lc_detail detail = { "" };
	struct lc_lease *l = NULL;

	CHECK_ERR(lc_checkout(d->lc, &r, &l, &detail), expected, &detail);
	CHECK((l != NULL) == (expected == LC_OK));
	return l;
}

/* Each license supersedes those before it. */
static void
rank(void)
{
	struct device *d = device_new();
	struct lc_terms t = license("trial", LC_DEMO);

	device_open(d);
	(void)device_add(d, t);
	CHECK_INT(status(d, "trial"), LC_NOT_IN_USE);
	t = license("extension", LC_EXTENSION);
	(void)device_add(d, t);
	CHECK_INT(status(d, "trial"), LC_INACTIVE);
	t = license("subscription", LC_PAID_SUBSCRIPTION);
	t.start = d->wall + DAY;
	(void)device_add(d, t);
	CHECK_INT(status(d, "subscription"), LC_INACTIVE);
	CHECK_INT(status(d, "extension"), LC_NOT_IN_USE);
	device_pass(d, DAY);
	CHECK_INT(status(d, "subscription"), LC_NOT_IN_USE);
	CHECK_INT(status(d, "extension"), LC_INACTIVE);
	device_pass(d, 89 * DAY);
	CHECK_INT(status(d, "subscription"), LC_EXPIRED_NOT_IN_USE);
	CHECK_INT(status(d, "extension"), LC_NOT_IN_USE);
	(void)device_add(d, license("permanent", LC_PERMANENT));
	CHECK_INT(status(d, "extension"), LC_INACTIVE);

	/* And comes back when the winner goes, after a restart too. */
	CHECK_ERR(device_clear(d, device_license(d, "permanent")->index),
	    LC_OK, NULL);
	device_reopen(d);
	CHECK_INT(status(d, "extension"), LC_NOT_IN_USE);
	CHECK_INT(status(d, "trial"), LC_INACTIVE);
	device_free(d);
}

static void
additive_licenses_sum(void)
{
	struct device *d = device_new();
	struct lc_lease *l[3];

	device_open(d);
	(void)device_add(d, counted("a", LC_PERMANENT, 10, true));
	(void)device_add(d, counted("b", LC_PERMANENT, 20, true));
	(void)device_add(d, counted("c", LC_DEMO, 100, false));
	CHECK_INT(status(d, "c"), LC_INACTIVE);
	l[0] = take(d, "phones", 15, LC_OK);
	CHECK_UINT(left(d, "b"), 5);	/* the larger one first */
	CHECK_UINT(left(d, "a"), 10);
	CHECK_INT(status(d, "a"), LC_NOT_IN_USE);
	l[1] = take(d, "phones", 10, LC_OK);
	CHECK_INT(status(d, "b"), LC_COUNT_CONSUMED);
	CHECK_UINT(left(d, "a"), 5);
	CHECK_INT(status(d, "a"), LC_IN_USE);
	(void)take(d, "phones", 6, LC_EEXHAUSTED);
	l[2] = take(d, "phones", 5, LC_OK);
	CHECK_INT(status(d, "a"), LC_COUNT_CONSUMED);
	(void)take(d, "phones", 1, LC_EEXHAUSTED);
	CHECK_ERR(device_clear(d, device_license(d, "a")->index), LC_EINUSE,
	    NULL);

	lc_release(l[0]);
	CHECK_UINT(left(d, "a"), 10);
	CHECK_UINT(left(d, "b"), 5);
	CHECK_ERR(device_clear(d, device_license(d, "a")->index), LC_OK, NULL);
	(void)take(d, "phones", 6, LC_EEXHAUSTED);
	lc_release(l[1]);
	lc_release(l[2]);
	CHECK_UINT(left(d, "b"), 20);
	device_free(d);
}

static void
an_exclusive_one_stands_alone(void)
{
	struct device *d = device_new();
	struct lc_lease *l;

	device_open(d);
	(void)device_add(d, counted("a", LC_PERMANENT, 10, true));
	(void)device_add(d, counted("x", LC_PERMANENT, 50, false));
	CHECK_INT(status(d, "a"), LC_INACTIVE);
	l = take(d, "phones", 50, LC_OK);
	(void)take(d, "phones", 1, LC_EEXHAUSTED);

	/* A larger one takes over while leases draw on it. */
	(void)device_add(d, counted("y", LC_PERMANENT, 60, false));
	CHECK_INT(status(d, "x"), LC_INACTIVE);
	CHECK_UINT(left(d, "x"), 50);
	CHECK_UINT(left(d, "y"), 10);
	CHECK_INT(lc_lease_state(l), LC_LEASE_LICENSED);
	CHECK_UINT(d->nleases, 0);
	device_free(d);	/* which releases what is still held */
}

/* Why a feature gets no license. */
static void
refusals(void)
{
	struct device *d = device_new();
	struct lc_terms t = license("later", LC_PAID_SUBSCRIPTION);

	d->features[1].mandatory = true;
	device_open(d);
	(void)take(d, "nothing", 1, LC_ENOLICENSE);
	(void)take(d, "one", 1, LC_ENOLICENSE);
	t.start = d->wall + DAY;
	(void)device_add(d, t);
	(void)take(d, "one", 1, LC_ENOTYET);
	device_pass(d, 90 * DAY);
	(void)take(d, "one", 1, LC_EEXPIRED);

	/* What must run, runs. */
	{
		struct lc_lease *l = take(d, "phones", 3, LC_OK);

		CHECK_INT(lc_lease_state(l), LC_LEASE_UNLICENSED);
		(void)device_add(d, counted("a", LC_PERMANENT, 10, false));
		CHECK_INT(lc_lease_state(l), LC_LEASE_LICENSED);
		CHECK_UINT(d->nleases, 1);
		CHECK_UINT(left(d, "a"), 7);
	}
	device_free(d);
}

/* A trial counts use and nothing else, across restarts. */
static void
a_trial_is_metered(void)
{
	struct device *d = device_new();
	const struct lc_license *l;
	struct lc_lease *lease;

	device_open(d);
	(void)device_add(d, license("trial", LC_DEMO));
	device_pass(d, 100 * DAY);
	CHECK_UINT(lc_license_left_s(d->lc, device_license(d, "trial")),
	    60 * DAY);
	lease = take(d, "one", 1, LC_OK);
	CHECK_INT(status(d, "trial"), LC_IN_USE);
	device_pass(d, 20 * DAY);
	lc_release(lease);
	device_pass(d, 20 * DAY);
	l = device_license(d, "trial");
	CHECK_UINT(lc_license_left_s(d->lc, l), 40 * DAY);
	CHECK_UINT(lc_license_used_s(d->lc, l), 20 * DAY);

	/* Clearing and installing again gives no time back. */
	CHECK_ERR(device_clear(d, l->index), LC_OK, NULL);
	device_reopen(d);
	(void)device_add(d, license("trial", LC_DEMO));
	CHECK_UINT(lc_license_left_s(d->lc, device_license(d, "trial")),
	    40 * DAY);

	/* It runs out under its holder, who keeps it. */
	lease = take(d, "one", 1, LC_OK);
	device_pass(d, 40 * DAY);
	CHECK_INT(status(d, "trial"), LC_EXPIRED_IN_USE);
	CHECK_INT(lc_lease_state(lease), LC_LEASE_EXPIRED);
	CHECK_UINT(d->nleases, 1);
	(void)take(d, "one", 1, LC_EEXPIRED);
	device_pass(d, 3 * DAY);
	l = device_license(d, "trial");
	CHECK_UINT(lc_license_left_s(d->lc, l), 0);
	CHECK_UINT(lc_license_expired_s(d->lc, l), 3 * DAY);
	lc_release(lease);
	CHECK_INT(status(d, "trial"), LC_EXPIRED_NOT_IN_USE);
	device_reopen(d);
	CHECK_INT(status(d, "trial"), LC_EXPIRED_NOT_IN_USE);
	CHECK_UINT(lc_license_expired_s(d->lc, device_license(d, "trial")),
	    3 * DAY);
	device_free(d);
}

/* The state files are read through in pieces, a second apart. */
static void
read_through(struct device *d)
{
	int64_t wait = 1000;

	for (int i = 0; i < 100 && wait == 1000; i++) {
		d->boot_ms += wait;
		CHECK_ERR(lc_tick(d->lc, &wait), LC_OK, NULL);
	}
	CHECK_INT(wait, 86400000);
}

static void
a_crash_costs_a_minute(void)
{
	struct device *d = device_new();
	struct lc_lease *lease;
	int64_t wait;

	device_open(d);
	(void)device_add(d, license("trial", LC_DEMO));
	read_through(d);
	lease = take(d, "one", 1, LC_OK);
	CHECK_ERR(lc_tick(d->lc, &wait), LC_OK, NULL);
	CHECK_INT(wait, 60000);
	d->boot_ms += 59999;
	CHECK_ERR(lc_tick(d->lc, &wait), LC_OK, NULL);
	CHECK_INT(wait, 1);
	d->boot_ms += 1;
	CHECK_ERR(lc_tick(d->lc, &wait), LC_OK, NULL);
	CHECK_INT(wait, 60000);
	/* What is used a few seconds at a time is recorded no later. */
	d->boot_ms += 40000;
	lc_release(lease);
	CHECK_ERR(lc_tick(d->lc, &wait), LC_OK, NULL);
	CHECK_INT(wait, 20000);
	lease = take(d, "one", 1, LC_OK);
	CHECK_ERR(lc_tick(d->lc, &wait), LC_OK, NULL);
	CHECK_INT(wait, 20000);
	d->boot_ms += 20000;
	lc_release(lease);
	CHECK_ERR(lc_tick(d->lc, &wait), LC_OK, NULL);
	/* The state files are read through each day. */
	CHECK_INT(wait, 86400000 - 120000);
	device_free(d);
}

static void
a_right_to_use_trial_becomes_one(void)
{
	struct device *d = device_new();
	const struct lc_license *l;
	struct lc_lease *lease;

	device_open(d);
	(void)device_add(d, license("rtu", LC_EVAL_RIGHT_TO_USE));
	lease = take(d, "one", 1, LC_OK);
	device_pass(d, 60 * DAY - 1);
	l = device_license(d, "rtu");
	CHECK_INT(l->terms.type, LC_EVAL_RIGHT_TO_USE);
	CHECK_UINT(lc_license_left_s(d->lc, l), 1);
	device_pass(d, 1);
	CHECK_INT(l->terms.type, LC_RIGHT_TO_USE);
	CHECK_INT(l->priority, LC_PRIORITY_MEDIUM);
	CHECK_UINT(lc_license_left_s(d->lc, l), 0);
	device_pass(d, 5);
	CHECK_UINT(lc_license_used_s(d->lc, l), 60 * DAY + 5);
	CHECK_INT(status(d, "rtu"), LC_IN_USE);
	CHECK_INT(lc_lease_state(lease), LC_LEASE_LICENSED);
	device_reopen(d);
	l = device_license(d, "rtu");
	CHECK_INT(l->terms.type, LC_RIGHT_TO_USE);
	CHECK_UINT(lc_license_used_s(d->lc, l), 60 * DAY + 5);
	device_free(d);
}

/* The clock set back revives nothing. */
static void
time_does_not_run_backwards(void)
{
	struct device *d = device_new();

	device_open(d);
	(void)device_add(d, license("sub", LC_PAID_SUBSCRIPTION));
	device_pass(d, 90 * DAY);
	CHECK_INT(status(d, "sub"), LC_EXPIRED_NOT_IN_USE);
	CHECK_UINT(d->nnotices, 0);
	d->wall -= 30 * DAY;
	device_pass(d, 0);
	CHECK_INT(status(d, "sub"), LC_EXPIRED_NOT_IN_USE);
	CHECK_UINT(d->nnotices, 1);
	CHECK_HAS(d->notice, "set back by 2592000 seconds");
	device_pass(d, 1);
	CHECK_UINT(d->nnotices, 1);
	device_reopen(d);
	CHECK_INT(status(d, "sub"), LC_EXPIRED_NOT_IN_USE);
	device_free(d);
}

/* Nor does the clock set forward give the time back that it took. */
static void
a_clock_that_jumps_is_told(void)
{
	struct device *d = device_new();
	const struct lc_history *h;
	uint64_t seq = 0;
	int clocks = 0;

	device_open(d);
	(void)device_add(d, license("sub", LC_PAID_SUBSCRIPTION));
	/* The device was off: no jump. */
	device_close(d);
	d->wall += DAY;
	device_open(d);
	d->wall += 30;		/* ordinary time keeping */
	device_pass(d, 60);
	CHECK_UINT(d->nnotices, 0);
	d->wall += 90 * DAY;
	device_pass(d, 0);
	CHECK_UINT(d->nnotices, 1);
	CHECK_HAS(d->notice, "set forward by 7776000 seconds");
	CHECK_INT(status(d, "sub"), LC_EXPIRED_NOT_IN_USE);
	d->wall -= 90 * DAY;
	device_pass(d, 0);
	CHECK_UINT(d->nnotices, 2);
	CHECK_HAS(d->notice, "set back by 7776000 seconds");
	CHECK_INT(status(d, "sub"), LC_EXPIRED_NOT_IN_USE);
	while (lc_history_next(d->lc, seq, &h) == LC_OK) {
		seq = h->seq;
		clocks += strcmp(h->what, "clock") == 0;
	}
	CHECK_INT(clocks, 2);
	device_free(d);
}

/* Whoever calls late learns when it was. */
static void
an_end_is_when_it_was(void)
{
	struct device *d = device_new();
	struct lc_lease *lease;
	const struct lc_license *l;

	device_open(d);
	(void)device_add(d, license("trial", LC_DEMO));
	lease = take(d, "one", 1, LC_OK);
	device_pass(d, 60 * DAY + 30);
	l = device_license(d, "trial");
	CHECK_UINT(lc_license_expired_s(d->lc, l), 30);
	CHECK_UINT(lc_license_used_s(d->lc, l), 60 * DAY);
	lc_release(lease);
	device_reopen(d);
	l = device_license(d, "trial");
	CHECK_UINT(lc_license_expired_s(d->lc, l), 30);
	CHECK_UINT(lc_license_used_s(d->lc, l), 60 * DAY);
	device_free(d);
}

/* What is used and what is left are the whole, also within a second. */
static void
seconds_are_whole(void)
{
	struct device *d = device_new();
	const struct lc_license *l;

	device_open(d);
	(void)device_add(d, license("trial", LC_DEMO));
	(void)take(d, "one", 1, LC_OK);
	l = device_license(d, "trial");
	for (int ms = 0; ms < 3000; ms += 7) {
		check_context("%d ms", ms);
		d->boot_ms = 1000000 + ms;
		CHECK_UINT(lc_license_used_s(d->lc, l), (unsigned)ms / 1000);
		CHECK_UINT(lc_license_left_s(d->lc, l),
		    60 * DAY - (unsigned)ms / 1000);
	}
	device_free(d);
}

static void
extension_days(void)
{
	struct device *d = device_new();
	struct lc_terms t = license("sub", LC_PAID_SUBSCRIPTION);

	t.extension_days = 10;
	device_open(d);
	(void)device_add(d, t);
	device_pass(d, 100 * DAY - 1);
	CHECK_INT(status(d, "sub"), LC_NOT_IN_USE);
	device_pass(d, 1);
	CHECK_INT(status(d, "sub"), LC_EXPIRED_NOT_IN_USE);
	device_free(d);
}

/* What runs whenever the device does uses its license from the first moment. */
static void
always(void)
{
	struct device *d = device_new();
	struct lc_lease *l;

	d->features[0].always = true;
	d->features[1].always = true;
	device_open(d);
	(void)device_add(d, license("trial", LC_DEMO));
	CHECK_INT(status(d, "trial"), LC_IN_USE);
	device_pass(d, 10 * DAY);
	CHECK_UINT(lc_license_left_s(d->lc, device_license(d, "trial")),
	    50 * DAY);
	CHECK_ERR(device_clear(d, 1), LC_EINUSE, NULL);
	device_reopen(d);
	device_pass(d, 50 * DAY);
	CHECK_INT(status(d, "trial"), LC_EXPIRED_IN_USE);
	device_pass(d, DAY);
	CHECK_INT(status(d, "trial"), LC_EXPIRED_IN_USE);
	/* Until the device is told anew what it is. */
	CHECK_ERR(lc_reconfigure(d->lc, &d->options, NULL), LC_OK, NULL);
	CHECK_INT(status(d, "trial"), LC_EXPIRED_NOT_IN_USE);

	(void)device_add(d, counted("a", LC_PERMANENT, 10, false));
	CHECK_UINT(left(d, "a"), 9);
	l = take(d, "phones", 9, LC_OK);
	(void)take(d, "phones", 1, LC_EEXHAUSTED);
	lc_release(l);
	CHECK_UINT(left(d, "a"), 9);
	device_free(d);
}

static void
advice(void)
{
	struct device *d = device_new();
	struct lc_lease *l;

	d->features[0].advise = true;
	device_open(d);
	l = take(d, "one", 1, LC_OK);
	CHECK_INT(lc_lease_state(l), LC_LEASE_UNLICENSED);
	device_pass(d, DAY);
	CHECK_UINT(d->nevents, 0);
	device_free(d);
}

static void
priority(void)
{
	struct device *d = device_new();

	device_open(d);
	(void)device_add(d, license("trial", LC_DEMO));
	(void)device_add(d, license("permanent", LC_PERMANENT));
	CHECK_INT(device_license(d, "trial")->priority, LC_PRIORITY_LOW);
	CHECK_INT(device_license(d, "permanent")->priority,
	    LC_PRIORITY_MEDIUM);
	CHECK_INT(status(d, "trial"), LC_INACTIVE);
	CHECK_ERR(lc_priority_set(d->lc, 1, 1, 1, LC_PRIORITY_HIGH), LC_OK,
	    NULL);
	CHECK_INT(status(d, "trial"), LC_NOT_IN_USE);
	CHECK_INT(status(d, "permanent"), LC_INACTIVE);
	device_reopen(d);
	CHECK_INT(status(d, "permanent"), LC_INACTIVE);
	CHECK_ERR(lc_priority_set(d->lc, 1, 1, 3, LC_PRIORITY_HIGH),
	    LC_ENOTFOUND, NULL);
	CHECK_ERR(lc_priority_set(d->lc, 1, 1, 1, LC_PRIORITY_NONE),
	    LC_EINVAL, NULL);
	device_free(d);
}

static void
a_feature_sums_up(void)
{
	struct device *d = device_new();
	struct lc_terms a = counted("a", LC_PAID_SUBSCRIPTION, 10, true);
	struct lc_terms b = counted("b", LC_PAID_SUBSCRIPTION, 10, true);
	const struct lc_feature *const *features;
	struct lc_feature_use use;
	size_t n;

	a.start = 1799000000;
	b.start = 1799500000;
	b.end = 1800000000 + 200 * DAY;
	device_open(d);
	features = lc_features(d->lc, &n);
	REQUIRE(n == 2);
	lc_feature_use(d->lc, features[1], &use);
	CHECK_INT(use.start, LC_NO_TIME);
	CHECK_INT(use.end, LC_NO_TIME);
	(void)device_add(d, a);
	(void)device_add(d, b);
	lc_feature_use(d->lc, features[1], &use);
	CHECK_INT(use.start, 1799000000);
	CHECK_INT(use.end, 1800000000 + 200 * DAY);
	CHECK_UINT(use.left_s, 0);
	(void)device_add(d, license("t", LC_DEMO));
	lc_feature_use(d->lc, features[0], &use);
	CHECK_UINT(use.left_s, 60 * DAY);
	device_free(d);
}

/* ---- What is reported of a selection --------------------------------- */

static void
check_selected(struct device *d, size_t i, enum lc_event_kind kind,
    uint32_t license, uint32_t count, const char *feature)
{
	check_context("selection %zu", i);
	REQUIRE(d->nselected > i);
	CHECK_INT(d->selected[i].kind, kind);
	CHECK_UINT(d->selected[i].license, license);
	CHECK_UINT(d->selected[i].count, count);
	CHECK_STR(d->selected[i].feature, feature);
	check_context(NULL);
}

static struct lc_terms
phones(const char *id, uint32_t count, bool additive)
{
	struct lc_terms t = license(id, LC_PERMANENT);

	t.feature = "phones";
	t.counted = true;
	t.count = count;
	t.additive = additive;
	return t;
}

/* Which license gives way, and of which features there are more. */
static void
a_selection_is_reported(void)
{
	struct device *d = device_new();
	uint32_t trial, small, large;
	const struct lc_event *e;

	device_open(d);
	trial = device_add(d, license("trial", LC_DEMO));
	CHECK_UINT(d->nselected, 0);		/* it counts nothing */
	(void)device_add(d, license("bought", LC_PERMANENT));
	CHECK_UINT(d->nselected, 1);
	check_selected(d, 0, LC_EVENT_SUPERSEDED, trial, LC_UNCOUNTED, "one");
	small = device_add(d, phones("small", 25, false));
	CHECK_UINT(d->nselected, 2);
	check_selected(d, 1, LC_EVENT_COUNT_RAISED, 0, 25, "phones");
	large = device_add(d, phones("large", 40, false));
	CHECK_UINT(d->nselected, 4);
	check_selected(d, 2, LC_EVENT_SUPERSEDED, small, 25, "phones");
	check_selected(d, 3, LC_EVENT_COUNT_RAISED, 0, 40, "phones");
	/* The smaller one, as the operator wants: there are less. */
	CHECK_ERR(lc_priority_set(d->lc, 1, 1, small, LC_PRIORITY_HIGH),
	    LC_OK, NULL);
	CHECK_UINT(d->nselected, 5);
	check_selected(d, 4, LC_EVENT_SUPERSEDED, large, 40, "phones");
	/* A new opening and new options change nothing. */
	device_reopen(d);
	CHECK_ERR(lc_reconfigure(d->lc, &d->options, NULL), LC_OK, NULL);
	device_pass(d, 60);
	CHECK_UINT(d->nselected, 5);
	/* One that goes is not superseded, and the other one is more. */
	CHECK_ERR(device_clear(d, small), LC_OK, NULL);
	CHECK_UINT(d->nselected, 6);
	check_selected(d, 5, LC_EVENT_COUNT_RAISED, 0, 40, "phones");
	/* They are no notifications. */
	for (uint64_t seq = 0; lc_event_next(d->lc, seq, &e) == LC_OK;
	    seq = e->seq)
		CHECK(e->kind <= LC_EVENT_BOOT_LEVEL);
	device_free(d);
}

/* Nothing is installed: a license's time has come. */
static void
a_beginning_supersedes(void)
{
	struct device *d = device_new();
	struct lc_terms later = phones("later", 90, false);
	uint32_t now;

	later.type = LC_PAID_SUBSCRIPTION;
	later.start = d->wall + DAY;
	later.end = d->wall + 10 * DAY;
	device_open(d);
	now = device_add(d, phones("now", 3, false));
	(void)device_add(d, later);
	CHECK_UINT(d->nselected, 1);
	device_pass(d, DAY);
	CHECK_UINT(d->nselected, 3);
	check_selected(d, 1, LC_EVENT_SUPERSEDED, now, 3, "phones");
	check_selected(d, 2, LC_EVENT_COUNT_RAISED, 0, 90, "phones");
	device_free(d);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "rank", rank },
		{ "additive licenses sum", additive_licenses_sum },
		{ "an exclusive one stands alone",
		    an_exclusive_one_stands_alone },
		{ "refusals", refusals },
		{ "a trial is metered", a_trial_is_metered },
		{ "a crash costs a minute", a_crash_costs_a_minute },
		{ "a right-to-use trial becomes one",
		    a_right_to_use_trial_becomes_one },
		{ "time does not run backwards", time_does_not_run_backwards },
		{ "a clock that jumps is told", a_clock_that_jumps_is_told },
		{ "an end is when it was", an_end_is_when_it_was },
		{ "seconds are whole", seconds_are_whole },
		{ "extension days", extension_days },
		{ "always", always },
		{ "advice", advice },
		{ "priority", priority },
		{ "a feature sums up", a_feature_sums_up },
		{ "a selection is reported", a_selection_is_reported },
		{ "a beginning supersedes", a_beginning_supersedes },
	};

	return check_main("use", tests, CHECK_COUNT(tests), argc, argv);
}
