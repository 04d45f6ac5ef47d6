/*
 * schedule_test.c - whole lives of licenses, and what is told in them.
 *
 * A life is run second by second as lc_tick asks for it; what is told, and
 * when, is compared with the MIB's schedule written out here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "device.h"

#define HOUR INT64_C(3600)
#define DAY (24 * HOUR)
#define START 1800000000

struct told {
	enum lc_event_kind kind;
	int64_t at;		/* since START */
};

/* What happens to the device meanwhile. */
enum trouble {
	NONE,
	RESTARTS,		/* at random instants */
	CLOCK_STEPS,		/* the wall clock back and forth */
};

struct life {
	struct device *d;
	struct lc_lease *lease;	/* held again after restarts */
	struct told told[512];
	size_t n;
	int64_t now;		/* since START; true time */
	char name[64];
};

static void
told(void *arg, const struct lc_event *e)
{
	struct life *life = arg;

	if (e->kind == LC_EVENT_INSTALLED || e->kind == LC_EVENT_CLEARED ||
	    e->kind == LC_EVENT_EULA_ACCEPTED)
		return;
	CHECK_STR(e->feature_name, "one");
	CHECK_UINT(e->feature, 1);
	REQUIRE(life->n < CHECK_COUNT(life->told));
	if (e->kind > LC_EVENT_BOOT_LEVEL)
		return;		/* of selections: use_test.c */
	life->told[life->n++] = (struct told){ e->kind, life->now };
}

/* The clocks belong to the device, what is told to the life. */
static int64_t
wall(void *arg)
{
	return ((struct life *)arg)->d->wall;
}

static int64_t
boot_ms(void *arg)
{
	return ((struct life *)arg)->d->boot_ms;
}

static struct life *
life_new(void)
{
	struct life *life = calloc(1, sizeof *life);

	REQUIRE(life != NULL);
	life->d = device_new();
	life->d->wall = START;
	life->d->options.clock = (struct lc_clock){ wall, boot_ms, life };
	life->d->options.event = told;
	life->d->options.notice = NULL;
	life->d->options.lease = NULL;
	life->d->options.arg = life;
	life->d->options.flush_s = 86400;	/* not each minute of a year */
	device_open(life->d);
	return life;
}

static void
life_free(struct life *life)
{
	device_free(life->d);
	free(life);
}

static void
hold(struct life *life)
{
	struct lc_lease_request r = { .feature = "one", .count = 1 };

	life->lease = NULL;
	(void)lc_checkout(life->d->lc, &r, &life->lease, NULL);
}

static void
go(struct life *life, int64_t ms)
{
	life->d->boot_ms += ms;
	/* True seconds, and those of a wall clock that may be off. */
	life->d->wall += life->d->boot_ms / 1000 -
	    (life->d->boot_ms - ms) / 1000;
	life->now = (life->d->boot_ms - 1000000) / 1000;
}

static void
make_trouble(struct life *life, enum trouble trouble, bool held)
{
	if (trouble == RESTARTS && check_random(3) == 0) {
		device_reopen(life->d);
		if (held)
			hold(life);
	}
	if (trouble == CLOCK_STEPS && check_random(4) == 0)
		life->d->wall = START + life->now -
		    (int64_t)check_random(40 * DAY);
	else if (trouble == CLOCK_STEPS)
		life->d->wall = START + life->now;
}

/* Runs until the end, waking up no later than the core wants it. */
static void
live(struct life *life, int64_t until, enum trouble trouble, bool held)
{
	while (life->now < until) {
		int64_t wait, left = (until - life->now) * 1000;

		CHECK_ERR(lc_tick(life->d->lc, &wait), LC_OK, NULL);
		if (wait < 0 || wait > left)
			wait = left;
		/* Metering flushes each minute; a life has many. */
		REQUIRE(wait > 0 || lc_tick(life->d->lc, &wait) == LC_OK);
		go(life, wait > 0 ? wait : 1000);
		make_trouble(life, trouble, held);
	}
	life->d->wall = START + life->now;
	CHECK_ERR(lc_tick(life->d->lc, &(int64_t){ 0 }), LC_OK, NULL);
}

static void
check_told(const struct life *life, const struct told *expected, size_t n)
{
	for (size_t i = 0; i < n && i < life->n; i++) {
		check_context("%s %zu of %zu, at %.3f days", life->name, i, n,
		    (double)expected[i].at / (double)DAY);
		CHECK_INT(life->told[i].kind, expected[i].kind);
		CHECK_INT(life->told[i].at, expected[i].at);
	}
	check_context("all of %zu", n);
	CHECK_UINT(life->n, n);
}

/* ---- Schedules, as the MIB has them ---------------------------------- */

struct list {
	struct told told[512];
	size_t n;
};

static void
put(struct list *list, enum lc_event_kind kind, int64_t at)
{
	list->told[list->n++] = (struct told){ kind, at };
}

/* A metered license of so many days, used all the time, until this day. */
static void
metered_schedule(struct list *list, int days, int until)
{
	static const int left[] = { 28, 21, 14, 7, 6, 5, 4, 3, 2, 1 };

	for (size_t i = 0; i < CHECK_COUNT(left); i++) {
		if (left[i] < days)
			put(list, LC_EVENT_EXPIRY_WARNING,
			    (days - left[i]) * DAY);
	}
	for (int day = days; day <= until; day += 7)
		put(list, LC_EVENT_EXPIRED, day * DAY);
}

static void
subscription_schedule(struct list *list, int days, int extension, int until)
{
	for (int left = 56; left >= 14; left -= 7) {
		if (left < days)
			put(list, LC_EVENT_SUBSCRIPTION_WARNING,
			    (days - left) * DAY);
	}
	for (int left = 7; left >= 2; left--) {
		if (left < days)
			put(list, LC_EVENT_SUBSCRIPTION_WARNING,
			    (days - left) * DAY);
	}
	for (int hours = 24; hours >= 1; hours--) {
		if (hours < days * 24)
			put(list, LC_EVENT_SUBSCRIPTION_WARNING,
			    days * DAY - hours * HOUR);
	}
	for (int day = 0; day < extension; day++)
		put(list, LC_EVENT_EXTENSION_WARNING, (days + day) * DAY);
	for (int day = days + extension; day <= until; day++)
		put(list, LC_EVENT_SUBSCRIPTION_EXPIRED, day * DAY);
}

/* ---- Lives ----------------------------------------------------------- */

static struct lc_terms
license(enum lc_type type)
{
	struct lc_terms t = issuer_terms("it");

	t.feature = "one";
	t.type = type;
	if (!lc_type_node_locked(type))
		t.nudis = 0;
	return t;
}

static void
metered_life(enum lc_type type, int days, enum trouble trouble)
{
	struct life *life = life_new();
	struct lc_terms t = license(type);
	struct list list = { .n = 0 };

	snprintf(life->name, sizeof life->name, "%s, %d days, trouble %d",
	    lc_type_name(type), days, trouble);
	t.period_s = (uint32_t)(days * DAY);
	(void)device_add(life->d, t);
	hold(life);
	/* Restarts lose the lease of what is expired: it is not held again. */
	live(life, (days + 31) * DAY, trouble, true);
	metered_schedule(&list, days, days + 31);
	check_told(life, list.told, list.n);
	life_free(life);
}

static void
metered_licenses(void)
{
	static const enum lc_type types[] = {
		LC_DEMO, LC_EXTENSION, LC_GRACE_PERIOD,
	};

	for (size_t i = 0; i < CHECK_COUNT(types); i++)
		metered_life(types[i], 60, NONE);
	metered_life(LC_DEMO, 28, NONE);
	metered_life(LC_DEMO, 10, NONE);
	metered_life(LC_DEMO, 1, NONE);
	metered_life(LC_EXTENSION, 30, RESTARTS);
	metered_life(LC_EXTENSION, 30, CLOCK_STEPS);
}

static void
subscription_life(enum lc_type type, int days, int extension,
    enum trouble trouble)
{
	struct life *life = life_new();
	struct lc_terms t = license(type);
	struct list list = { .n = 0 };

	t.start = START;
	t.end = START + days * DAY;
	t.extension_days = (uint32_t)extension;
	(void)device_add(life->d, t);
	live(life, (days + extension + 30) * DAY, trouble, false);
	subscription_schedule(&list, days, extension, days + extension + 30);
	check_told(life, list.told, list.n);
	life_free(life);
}

static void
subscriptions(void)
{
	subscription_life(LC_PAID_SUBSCRIPTION, 365, 0, NONE);
	subscription_life(LC_EVALUATION_SUBSCRIPTION, 90, 10, NONE);
	subscription_life(LC_EXTENSION_SUBSCRIPTION, 56, 3, NONE);
	subscription_life(LC_PAID_SUBSCRIPTION, 5, 0, NONE);
	subscription_life(LC_PAID_SUBSCRIPTION, 1, 0, NONE);
	subscription_life(LC_PAID_SUBSCRIPTION, 100, 5, RESTARTS);
}

static void
right_to_use(void)
{
	static const int days[] = { 60, 10, 7, 5, 1 };

	for (size_t i = 0; i < CHECK_COUNT(days); i++) {
		struct life *life = life_new();
		struct lc_terms t = license(LC_EVAL_RIGHT_TO_USE);
		struct list list = { .n = 0 };

		t.period_s = (uint32_t)(days[i] * DAY);
		(void)device_add(life->d, t);
		hold(life);
		live(life, (days[i] + 30) * DAY, i == 0 ? RESTARTS : NONE,
		    true);
		if (days[i] > 10)
			put(&list, LC_EVENT_RTU_WARNING,
			    (days[i] - 10) * DAY);
		if (days[i] > 5)
			put(&list, LC_EVENT_RTU_WARNING, (days[i] - 5) * DAY);
		put(&list, LC_EVENT_RTU_TRANSITION, days[i] * DAY);
		check_told(life, list.told, list.n);
		life_free(life);
	}
}

/* The device was off across several instants: the last of them is told. */
static void
off_for_a_while(void)
{
	struct life *life = life_new();
	struct lc_terms t = license(LC_PAID_SUBSCRIPTION);
	static const struct told expected[] = {
		{ LC_EVENT_SUBSCRIPTION_WARNING, 44 * DAY },
		{ LC_EVENT_SUBSCRIPTION_WARNING, 70 * DAY },
		{ LC_EVENT_SUBSCRIPTION_EXPIRED, 200 * DAY },
		{ LC_EVENT_SUBSCRIPTION_EXPIRED, 201 * DAY },
	};

	t.start = START;
	t.end = START + 100 * DAY;
	(void)device_add(life->d, t);
	live(life, 45 * DAY, NONE, false);
	device_close(life->d);
	go(life, 25 * DAY * 1000);
	device_open(life->d);
	live(life, 70 * DAY, NONE, false);
	CHECK_ERR(lc_tick(life->d->lc, &(int64_t){ 0 }), LC_OK, NULL);
	device_close(life->d);
	go(life, 130 * DAY * 1000);
	device_open(life->d);
	live(life, 201 * DAY, NONE, false);
	check_told(life, expected, CHECK_COUNT(expected));
	life_free(life);
}

/* As live, without setting the clock right. */
static void
live_on(struct life *life, int64_t until)
{
	while (life->now < until) {
		int64_t wait, left = (until - life->now) * 1000;

		CHECK_ERR(lc_tick(life->d->lc, &wait), LC_OK, NULL);
		go(life, wait < 0 || wait > left ? left : wait);
	}
	CHECK_ERR(lc_tick(life->d->lc, &(int64_t){ 0 }), LC_OK, NULL);
}

static void
ahead_and_back(struct life *life)
{
	live_on(life, 10 * DAY);
	life->d->wall += 400 * DAY;
	live_on(life, 12 * DAY + DAY / 2);
	life->d->wall = START + life->now;
	live_on(life, 13 * DAY + HOUR);
	device_reopen(life->d);
	live_on(life, 17 * DAY);
}

/*
 * A clock that is set far ahead is believed, and nothing is repeated or lost
 * when it is right again: time goes on from there.
 */
static void
a_clock_far_ahead(void)
{
	static const enum lc_type types[] = {
		LC_PAID_SUBSCRIPTION, LC_DEMO, LC_EXTENSION,
	};
	/* Of a demo license of five days, and an extension of 40. */
	static const struct told expected[][10] = {
		{ { LC_EVENT_SUBSCRIPTION_EXPIRED, 10 * DAY },
		    { LC_EVENT_SUBSCRIPTION_EXPIRED, 11 * DAY },
		    { LC_EVENT_SUBSCRIPTION_EXPIRED, 12 * DAY },
		    { LC_EVENT_SUBSCRIPTION_EXPIRED, 13 * DAY },
		    { LC_EVENT_SUBSCRIPTION_EXPIRED, 14 * DAY },
		    { LC_EVENT_SUBSCRIPTION_EXPIRED, 15 * DAY },
		    { LC_EVENT_SUBSCRIPTION_EXPIRED, 16 * DAY },
		    { LC_EVENT_SUBSCRIPTION_EXPIRED, 17 * DAY } },
		{ { LC_EVENT_EXPIRY_WARNING, 1 * DAY },
		    { LC_EVENT_EXPIRY_WARNING, 2 * DAY },
		    { LC_EVENT_EXPIRY_WARNING, 3 * DAY },
		    { LC_EVENT_EXPIRY_WARNING, 4 * DAY },
		    { LC_EVENT_EXPIRED, 5 * DAY },
		    /* 405 days ago, of which 399 are whole weeks */
		    { LC_EVENT_EXPIRED, 10 * DAY },
		    { LC_EVENT_EXPIRED, 11 * DAY } },
		{ { LC_EVENT_EXPIRY_WARNING, 12 * DAY } },
	};

	for (size_t i = 0; i < CHECK_COUNT(types); i++) {
		struct life *life = life_new();
		struct lc_terms t = license(types[i]);
		size_t n = 0;

		snprintf(life->name, sizeof life->name, "%s",
		    lc_type_name(types[i]));
		if (types[i] == LC_PAID_SUBSCRIPTION)
			t.end = START + 100 * DAY;
		else
			t.period_s = (uint32_t)((i == 1 ? 5 : 40) * DAY);
		(void)device_add(life->d, t);
		hold(life);
		ahead_and_back(life);
		while (n < 10 && expected[i][n].kind != 0)
			n++;
		check_told(life, expected[i], n);
		life_free(life);
	}
}

/*
 * The operator takes a jump back: from then on everything is told when it
 * would have been without it.  What ran out meanwhile did so then at the latest.
 */
static void
a_jump_taken_back(void)
{
	struct life *life = life_new();
	struct lc_terms paid = license(LC_PAID_SUBSCRIPTION);
	struct lc_terms demo = license(LC_DEMO);
	struct list list = { .n = 0 };

	for (int day = 10; day <= 12; day++)
		put(&list, LC_EVENT_SUBSCRIPTION_EXPIRED, day * DAY);
	subscription_schedule(&list, 100, 0, 105);
	paid.start = START;
	paid.end = START + 100 * DAY;
	(void)device_add(life->d, paid);
	live_on(life, 10 * DAY);
	life->d->wall += 400 * DAY;
	live_on(life, 12 * DAY + HOUR);
	life->d->wall = START + life->now;
	CHECK_ERR(lc_clock_reset(life->d->lc, "me", NULL), LC_OK, NULL);
	live_on(life, 50 * DAY);
	device_reopen(life->d);
	live_on(life, 105 * DAY);
	check_told(life, list.told, list.n);
	life_free(life);

	list = (struct list){ .n = 0 };
	put(&list, LC_EVENT_EXPIRED, DAY + HOUR);
	for (int64_t at = 3 * DAY; at <= 31 * DAY; at += 7 * DAY)
		put(&list, LC_EVENT_EXPIRED, at + HOUR);
	life = life_new();
	demo.period_s = DAY;
	(void)device_add(life->d, demo);
	live_on(life, HOUR);
	life->d->wall += 400 * DAY;
	hold(life);
	live_on(life, 3 * DAY + HOUR);
	life->d->wall = START + life->now;
	CHECK_ERR(lc_clock_reset(life->d->lc, "me", NULL), LC_OK, NULL);
	live_on(life, 5 * DAY);
	device_reopen(life->d);
	CHECK_ERR(lc_check(life->d->lc, NULL), LC_OK, NULL);
	live_on(life, 32 * DAY);
	snprintf(life->name, sizeof life->name, "a demo license");
	check_told(life, list.told, list.n);
	life_free(life);
}

/* What ran out is not mentioned while something else serves. */
static void
another_license_ends_the_complaints(void)
{
	struct life *life = life_new();
	struct lc_terms t = license(LC_DEMO), p = license(LC_PERMANENT);
	static const struct told expected[] = {
		{ LC_EVENT_EXPIRED, 1 * DAY }, { LC_EVENT_EXPIRED, 8 * DAY },
		{ LC_EVENT_EXPIRED, 30 * DAY }, { LC_EVENT_EXPIRED, 36 * DAY },
	};

	t.period_s = DAY;
	p.id = "permanent";
	(void)device_add(life->d, t);
	hold(life);
	live(life, 10 * DAY, NONE, true);
	lc_release(life->lease);
	(void)device_add(life->d, p);
	live(life, 30 * DAY, NONE, false);
	CHECK_ERR(device_clear(life->d,
	    device_license(life->d, "permanent")->index), LC_OK, NULL);
	live(life, 40 * DAY, NONE, false);
	check_told(life, expected, CHECK_COUNT(expected));
	life_free(life);
}

/* ---- Renewals -------------------------------------------------------- */

#define SUBSCRIBED 100	/* days of the license that ends */
#define ALL (-1)

/* A license beside a subscription of 100 days, and how often that warns. */
static const struct renewal {
	const char *name;
	enum lc_type type;
	int64_t start, end;	/* since START; 0: none */
	uint32_t count, ending;	/* of both; 0: any number */
	bool additive;
	const char *feature;
	int warnings;
} renewals[] = {
	{ "from its end on", LC_PAID_SUBSCRIPTION,
	    SUBSCRIBED * DAY, 400 * DAY, 0, 0, false, "one", 0 },
	{ "from before its end on", LC_PAID_SUBSCRIPTION,
	    90 * DAY, 400 * DAY, 0, 0, false, "one", 0 },
	{ "from a second after its end on", LC_PAID_SUBSCRIPTION,
	    SUBSCRIBED * DAY + 1, 400 * DAY, 0, 0, false, "one", ALL },
	{ "which ends with it", LC_PAID_SUBSCRIPTION,
	    10 * DAY, SUBSCRIBED * DAY, 0, 0, false, "one", ALL },
	{ "which never ends", LC_PERMANENT, 0, 0, 0, 0, false, "one", 0 },
	{ "a trial", LC_DEMO, 0, 0, 0, 0, false, "one", ALL },
	{ "which bridges a gap", LC_EXTENSION_SUBSCRIPTION,
	    SUBSCRIBED * DAY, 400 * DAY, 0, 0, false, "one", ALL },
	{ "of another feature", LC_PERMANENT, 0, 0, 0, 0, false, "two", ALL },
	{ "as many", LC_PAID_SUBSCRIPTION,
	    90 * DAY, 400 * DAY, 25, 25, false, "one", 0 },
	{ "fewer", LC_PAID_SUBSCRIPTION,
	    90 * DAY, 400 * DAY, 24, 25, false, "one", ALL },
	{ "any number for 25", LC_PERMANENT, 0, 0, 0, 25, false, "one", 0 },
	{ "25 for any number", LC_PAID_SUBSCRIPTION,
	    SUBSCRIBED * DAY, 400 * DAY, 25, 0, false, "one", ALL },
	/* They add up until one of them ends. */
	{ "as many beside it", LC_PERMANENT,
	    0, 0, 25, 25, true, "one", ALL },
	{ "as many in its place", LC_PAID_SUBSCRIPTION,
	    SUBSCRIBED * DAY, 400 * DAY, 25, 25, true, "one", 0 },
};

static struct lc_terms
beside(const struct renewal *r)
{
	struct lc_terms t = license(r->type);

	t.id = "other";
	t.feature = r->feature;
	t.counted = r->count > 0;
	t.count = r->count > 0 ? r->count : LC_UNCOUNTED;
	t.additive = r->additive;
	if (lc_type_metered(r->type))
		t.period_s = 500 * DAY;
	if (r->start != 0)
		t.start = START + r->start;
	if (r->end != 0)
		t.end = START + r->end;
	return t;
}

static struct lc_terms
ending(uint32_t count, bool additive, int extension)
{
	struct lc_terms t = license(LC_PAID_SUBSCRIPTION);

	t.start = START;
	t.end = START + SUBSCRIBED * DAY;
	t.extension_days = (uint32_t)extension;
	t.counted = count > 0;
	t.count = count > 0 ? count : LC_UNCOUNTED;
	t.additive = additive;
	return t;
}

static void
renewals_ahead(void)
{
	for (size_t i = 0; i < CHECK_COUNT(renewals); i++) {
		const struct renewal *r = &renewals[i];
		struct life *life = life_new();
		struct list list = { .n = 0 };

		snprintf(life->name, sizeof life->name, "%s", r->name);
		life->d->features[1].name = "two";
		device_reopen(life->d);
		(void)device_add(life->d, ending(r->ending, r->additive, 0));
		(void)device_add(life->d, beside(r));
		live(life, SUBSCRIBED * DAY - 1, NONE, false);
		if (r->warnings == ALL)
			subscription_schedule(&list, SUBSCRIBED, 0, 0);
		check_told(life, list.told, list.n);
		life_free(life);
	}
}

/* Cleared again: the last instant that was reached is told, then all. */
static void
a_renewal_that_is_cleared(void)
{
	struct life *life = life_new();
	static const struct told expected[] = {
		{ LC_EVENT_SUBSCRIPTION_WARNING, 96 * DAY + HOUR },
		{ LC_EVENT_SUBSCRIPTION_WARNING, 97 * DAY },
		{ LC_EVENT_SUBSCRIPTION_WARNING, 98 * DAY },
	};

	(void)device_add(life->d, ending(0, false, 0));
	(void)device_add(life->d, beside(&renewals[0]));
	live(life, 96 * DAY + HOUR, NONE, false);
	CHECK_ERR(device_clear(life->d,
	    device_license(life->d, "other")->index), LC_OK, NULL);
	live(life, 98 * DAY + HOUR, NONE, false);
	check_told(life, expected, CHECK_COUNT(expected));
	life_free(life);
}

/* What begins within the extension days takes over from these alone. */
static void
a_renewal_in_the_extension(void)
{
	struct life *life = life_new();
	struct lc_terms t = beside(&renewals[0]);
	struct list list = { .n = 0 };

	t.start = START + 103 * DAY;
	(void)device_add(life->d, ending(0, false, 5));
	(void)device_add(life->d, t);
	live(life, 110 * DAY, NONE, false);
	subscription_schedule(&list, SUBSCRIBED, 0, 0);
	check_told(life, list.told, list.n);
	life_free(life);
}

/* An extension is for when a trial has been used up. */
static void
metered_renewals(void)
{
	static const struct {
		enum lc_type type;
		int64_t start, end;
		bool warns;
	} cases[] = {
		{ LC_EXTENSION, 0, 0, false },
		/* which serves from then on */
		{ LC_PAID_SUBSCRIPTION, 50 * DAY, 400 * DAY, false },
		{ LC_PAID_SUBSCRIPTION, 61 * DAY, 400 * DAY, true },
	};

	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		struct life *life = life_new();
		struct lc_terms t = license(LC_DEMO);
		struct renewal other = { .type = cases[i].type,
			.feature = "one", .start = cases[i].start,
			.end = cases[i].end };
		struct list list = { .n = 0 };

		snprintf(life->name, sizeof life->name, "demo, case %zu", i);
		t.period_s = 60 * DAY;
		(void)device_add(life->d, t);
		(void)lc_priority_set(life->d->lc, 1, 1, 1, LC_PRIORITY_HIGH);
		(void)device_add(life->d, beside(&other));
		hold(life);
		live(life, 60 * DAY - 1, NONE, true);
		if (cases[i].warns)
			metered_schedule(&list, 60, 0);
		check_told(life, list.told, list.n);
		life_free(life);
	}
}

static void
mandatory_features(void)
{
	struct life *life = life_new();
	struct lc_terms t = license(LC_PERMANENT);
	static const struct told expected[] = {
		{ LC_EVENT_NOT_ENFORCED, 0 }, { LC_EVENT_NOT_ENFORCED, DAY },
		{ LC_EVENT_NOT_ENFORCED, 2 * DAY },
		{ LC_EVENT_NOT_ENFORCED, 5 * DAY / 2 },
		{ LC_EVENT_NOT_ENFORCED, 7 * DAY / 2 },
	};

	life->d->features[0].mandatory = true;
	device_reopen(life->d);
	live(life, DAY / 2, NONE, false);
	device_reopen(life->d);
	live(life, 2 * DAY, NONE, false);
	(void)device_add(life->d, t);
	live(life, 5 * DAY / 2, NONE, false);
	CHECK_ERR(device_clear(life->d, 1), LC_OK, NULL);
	live(life, 4 * DAY, NONE, false);
	check_told(life, expected, CHECK_COUNT(expected));
	life_free(life);
}

/* ---- Counts ---------------------------------------------------------- */

static void
counts(void)
{
	static const struct {
		uint32_t used;
		enum lc_event_kind kind;	/* 0: nothing */
	} steps[] = {
		{ 79, 0 }, { 80, LC_EVENT_COUNT_WARNING }, { 81, 0 },
		{ 80, 0 }, { 99, 0 }, { 100, LC_EVENT_COUNT_EXCEEDED },
		{ 90, 0 }, { 100, 0 }, { 79, 0 },
		{ 100, LC_EVENT_COUNT_EXCEEDED }, { 0, 0 },
		{ 95, LC_EVENT_COUNT_WARNING },
	};
	struct life *life = life_new();
	struct lc_terms t = license(LC_PERMANENT);
	struct lc_lease_request r = { .feature = "one", .count = 1 };
	struct lc_lease *leases[100];
	uint32_t used = 0;

	t.counted = true;
	t.count = 100;
	(void)device_add(life->d, t);
	for (size_t i = 0; i < CHECK_COUNT(steps); i++) {
		int64_t wait;

		check_context("step %zu, %u used", i, steps[i].used);
		for (; used < steps[i].used; used++)
			REQUIRE(lc_checkout(life->d->lc, &r, &leases[used],
			    NULL) == LC_OK);
		while (used > steps[i].used)
			lc_release(leases[--used]);
		life->n = 0;
		CHECK_ERR(lc_tick(life->d->lc, &wait), LC_OK, NULL);
		CHECK(wait != 0);
		CHECK_UINT(life->n, steps[i].kind != 0);
		if (life->n > 0)
			CHECK_INT(life->told[0].kind, steps[i].kind);
	}
	life_free(life);
}

static struct lc_lease *
take(struct life *life, uint32_t count)
{
	struct lc_lease_request r = { .feature = "one", .count = count };
	struct lc_lease *lease = NULL;

	CHECK_ERR(lc_checkout(life->d->lc, &r, &lease, NULL), LC_OK, NULL);
	return lease;
}

/*
 * Programs that come back within a minute after the core was opened use what
 * they used before, which was told.
 */
static void
counts_across_restarts(void)
{
	struct life *life = life_new();
	struct lc_terms t = license(LC_PERMANENT);
	static const struct told expected[] = {
		{ LC_EVENT_COUNT_WARNING, 0 },
		{ LC_EVENT_COUNT_EXCEEDED, 200 },
		{ LC_EVENT_COUNT_WARNING, 400 },
		{ LC_EVENT_COUNT_WARNING, 400 },
	};

	t.counted = true;
	t.count = 100;
	(void)device_add(life->d, t);
	(void)take(life, 90);
	live(life, 100, NONE, false);
	device_reopen(life->d);
	live(life, 130, NONE, false);
	(void)take(life, 90);
	live(life, 200, NONE, false);
	CHECK_ERR(lc_reconfigure(life->d->lc, &life->d->options, NULL),
	    LC_OK, NULL);
	(void)take(life, 10);
	live(life, 300, NONE, false);
	/* Nobody comes back for a minute. */
	device_reopen(life->d);
	live(life, 400, NONE, false);
	life->lease = take(life, 80);
	live(life, 400, NONE, false);
	lc_release(life->lease);
	(void)take(life, 80);
	live(life, 500, NONE, false);
	check_told(life, expected, CHECK_COUNT(expected));
	life_free(life);
}

/* Big counts do not overflow. */
static void
big_counts(void)
{
	struct life *life = life_new();
	struct lc_terms t = license(LC_PERMANENT);
	struct lc_lease_request r = {
		.feature = "one", .count = UINT32_MAX / 5 * 4,
	};
	struct lc_lease *lease;
	int64_t wait;

	t.counted = true;
	t.count = UINT32_MAX - 1;
	(void)device_add(life->d, t);
	CHECK_ERR(lc_checkout(life->d->lc, &r, &lease, NULL), LC_OK, NULL);
	CHECK_ERR(lc_tick(life->d->lc, &wait), LC_OK, NULL);
	CHECK_UINT(life->n, 1);
	lc_release(lease);
	r.count -= 2;
	CHECK_ERR(lc_checkout(life->d->lc, &r, &lease, NULL), LC_OK, NULL);
	CHECK_ERR(lc_tick(life->d->lc, &wait), LC_OK, NULL);
	CHECK_UINT(life->n, 1);
	life_free(life);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "metered licenses", metered_licenses },
		{ "subscriptions", subscriptions },
		{ "right to use", right_to_use },
		{ "off for a while", off_for_a_while },
		{ "a clock far ahead", a_clock_far_ahead },
		{ "a jump taken back", a_jump_taken_back },
		{ "another license ends the complaints",
		    another_license_ends_the_complaints },
		{ "renewals ahead of time", renewals_ahead },
		{ "a renewal that is cleared", a_renewal_that_is_cleared },
		{ "a renewal in the extension", a_renewal_in_the_extension },
		{ "metered renewals", metered_renewals },
		{ "mandatory features", mandatory_features },
		{ "counts", counts },
		{ "counts across restarts", counts_across_restarts },
		{ "big counts", big_counts },
	};

	return check_main("schedule", tests, CHECK_COUNT(tests), argc, argv);
}
