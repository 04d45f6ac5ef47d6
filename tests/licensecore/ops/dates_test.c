/*
 * dates_test.c - what the issue dates of licenses show of the time, and what
 * they do not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "device.h"
#include "ticket.h"

#define DAY INT64_C(86400)
#define MEDIUM 2

static enum lc_err
wants(struct device *d, const char *feature)
{
	struct lc_lease_request r = { .feature = feature };
	struct lc_lease *lease = NULL;
	enum lc_err err = lc_checkout(d->lc, &r, &lease, NULL);

	lc_release(lease);
	return err;
}

/* For "phones" by the calendar. */
static struct lc_terms
subscription(const char *id, int64_t issued, int64_t end)
{
	struct lc_terms t = issuer_terms(id);

	t.feature = "phones";
	t.type = LC_PAID_SUBSCRIPTION;
	t.issued = issued;
	t.end = end;
	return t;
}

static struct lc_terms
permanent(const char *id, int64_t issued)
{
	struct lc_terms t = issuer_terms(id);

	t.feature = "one";
	t.issued = issued;
	return t;
}

static enum lc_err
install(struct device *d, struct lc_terms t, uint32_t store,
    struct lc_detail *detail)
{
	struct lc_action *a = device_install(d, &t, 1,
	    (struct lc_request){ .store = store });
	enum lc_err err = lc_action_error(a);
	size_t n;

	if (detail != NULL)
		*detail = lc_action_results(a, &n)[0].detail;
	lc_action_free(a);
	return err;
}

static size_t
records(struct device *d, const char *what)
{
	const struct lc_history *h = NULL;
	uint64_t last = 0;
	size_t n = 0;

	while (lc_history_next(d->lc, last, &h) == LC_OK) {
		last = h->seq;
		n += strcmp(h->what, what) == 0;
	}
	return n;
}

/* ---- A device whose clock is behind ----------------------------------- */

/* The subscription ends when it should, and somebody is told. */
static void
behind(void)
{
	struct device *d = device_new();
	int64_t right = d->wall + 25 * DAY;

	device_open(d);
	CHECK_ERR(install(d, subscription("s", right, right + 10 * DAY), 1,
	    NULL), LC_OK, NULL);
	CHECK_INT(lc_clock_now_s(d->lc), right);
	CHECK_INT(lc_clock_ahead_s(d->lc), 0);
	CHECK_UINT(d->nnotices, 0);
	device_pass(d, 0);
	CHECK_UINT(d->nnotices, 1);
	CHECK_HAS(d->notice, "at least 2160000 seconds behind");
	CHECK_UINT(records(d, "clock"), 1);
	device_pass(d, 9 * DAY);
	CHECK_ERR(wants(d, "phones"), LC_OK, NULL);
	CHECK_UINT(d->nnotices, 1);
	device_reopen(d);
	CHECK_INT(lc_clock_now_s(d->lc), right + 9 * DAY);
	device_pass(d, DAY);
	CHECK_ERR(wants(d, "phones"), LC_EEXPIRED, NULL);
	/* It is certain: there is nothing to take back. */
	CHECK_ERR(lc_clock_reset(d->lc, "me", NULL), LC_ENOTFOUND, NULL);
	CHECK_UINT(records(d, "clock-reset"), 0);
	device_free(d);
}

/* Clocks that agree as well as clocks do are not worth a word. */
static void
a_little_behind(void)
{
	struct device *d = device_new();

	device_open(d);
	(void)device_add(d, permanent("a", d->wall + 60));
	CHECK_INT(lc_clock_now_s(d->lc), d->wall + 60);
	device_pass(d, 10);
	CHECK_INT(lc_clock_now_s(d->lc), d->wall + 60);
	CHECK_UINT(d->nnotices, 0);
	CHECK_UINT(records(d, "clock"), 0);
	device_free(d);
}

/* Nothing of it is installed until the clock is set. */
static void
far_behind(void)
{
	struct device *d = device_new();
	int64_t right = d->wall + 300 * DAY;
	struct lc_terms t = subscription("s", right, right + 10 * DAY);
	struct lc_detail detail = { "" };

	device_open(d);
	CHECK_ERR(install(d, t, 1, &detail), LC_EFUTURE, NULL);
	CHECK_STR(detail.text, "license s was issued on 2027-11-11T08:00:00Z,"
	    " and the device's time is 2027-01-15T08:00:00Z: set its clock,"
	    " then try again");
	CHECK(device_license(d, "s") == NULL);
	CHECK_ERR(install(d, permanent("p", right), 1, NULL), LC_EFUTURE,
	    NULL);
	CHECK_INT(lc_clock_now_s(d->lc), d->wall);
	d->wall = right - 30 * DAY - 1;
	CHECK_ERR(install(d, t, 1, NULL), LC_EFUTURE, NULL);
	d->wall++;
	CHECK_ERR(install(d, t, 1, NULL), LC_OK, NULL);
	CHECK_INT(lc_clock_now_s(d->lc), right);
	device_free(d);
}

/* A ticket whose license is refused revokes nothing. */
static void
by_a_ticket(void)
{
	struct device *d = device_new();
	struct lc_terms t = permanent("new", d->wall + 31 * DAY);
	struct ticket ticket = { .id = "t1", .seq = 1, .remove = { "old" },
	    .add = { t }, .nadd = 1 };
	struct lc_action *a;

	device_open(d);
	(void)device_add(d, permanent("old", d->wall));
	a = ticket_process(d, &ticket, (struct lc_request){ 0 });
	CHECK_ERR(lc_action_error(a), LC_EFUTURE, NULL);
	lc_action_free(a);
	CHECK(device_license(d, "old") != NULL);
	CHECK(device_license(d, "new") == NULL);
	device_free(d);
}

/* ---- An issuer whose clock is ahead ------------------------------------ */

static void
issuer_ahead(void)
{
	struct device *d = device_new();
	int64_t begin = d->wall;

	device_open(d);
	(void)device_add(d, subscription("s", begin, begin + 100 * DAY));
	CHECK_ERR(install(d, permanent("wrong", begin + 365 * DAY), 1, NULL),
	    LC_EFUTURE, NULL);
	CHECK_ERR(wants(d, "phones"), LC_OK, NULL);
	device_pass(d, DAY);
	CHECK_INT(lc_clock_now_s(d->lc), begin + DAY);
	device_pass(d, 98 * DAY);
	CHECK_ERR(wants(d, "phones"), LC_OK, NULL);
	device_free(d);
}

/* ---- Licenses that are installed already ------------------------------- */

/* With both of them on a medium, and an issue date each. */
static struct device *
with_medium(int64_t issued)
{
	struct device *d = device_new();
	const char *path = check_path(check_dir(), "medium.db");

	d->stores[1] = (struct lc_store_options){
		.device = 1, .index = MEDIUM, .kind = LC_STORE_REMOVABLE,
		.name = "medium", .size = 65536, .path = path,
	};
	d->options.nstores = 2;
	device_open(d);
	CHECK_ERR(install(d, subscription("s", issued, issued + 500 * DAY),
	    MEDIUM, NULL), LC_OK, NULL);
	CHECK_ERR(install(d, permanent("p", issued), MEDIUM, NULL), LC_OK,
	    NULL);
	device_close(d);
	return d;
}

static void
state_remove(struct device *d)
{
	static const char *const names[] = {
		"state.db", "state-twin.db", "running", "running-twin",
	};

	for (size_t i = 0; i < CHECK_COUNT(names); i++)
		(void)unlink(check_path(d->dir, names[i]));
}

/* The time is known no more, and the clock is wrong: they wait for it. */
static void
clock_went_back(void)
{
	struct device *d = device_new();
	int64_t right = d->wall;

	device_free(d);
	d = with_medium(right);
	state_remove(d);
	d->wall = right - 300 * DAY;
	d->nnotices = 0;
	device_open(d);
	CHECK_HAS(d->notice, "the clock is behind: 2 of the licenses have an"
	    " issue date in the future, license ");
	CHECK_HAS(d->notice, " has 2027-01-15T08:00:00Z");
	CHECK_INT(lc_clock_now_s(d->lc), d->wall);
	CHECK_ERR(wants(d, "phones"), LC_ENOTYET, NULL);
	CHECK_ERR(wants(d, "one"), LC_OK, NULL);
	d->nnotices = 0;
	device_pass(d, DAY);
	CHECK_UINT(d->nnotices, 0);	/* told once */
	d->wall = right - 20 * DAY;
	device_pass(d, 1);
	CHECK_ERR(wants(d, "phones"), LC_OK, NULL);
	CHECK_INT(lc_clock_now_s(d->lc), right);
	device_free(d);
}

/* By the calendar alone, it serves as soon as its date has come. */
static void
waits_for_its_date(void)
{
	struct device *d = device_new();
	int64_t right = d->wall, wait;

	device_free(d);
	d = with_medium(right);
	state_remove(d);
	d->wall = right - 30 * DAY - 1000;
	device_open(d);
	CHECK_ERR(wants(d, "phones"), LC_ENOTYET, NULL);
	CHECK_ERR(lc_tick(d->lc, &wait), LC_OK, NULL);
	CHECK(wait <= 1000000);
	device_pass(d, 1000);
	CHECK_ERR(wants(d, "phones"), LC_OK, NULL);
	device_free(d);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "behind", behind },
		{ "a little behind", a_little_behind },
		{ "far behind", far_behind },
		{ "by a ticket", by_a_ticket },
		{ "issuer ahead", issuer_ahead },
		{ "the clock went back", clock_went_back },
		{ "waits for its date", waits_for_its_date },
	};

	return check_main("dates", tests, CHECK_COUNT(tests), argc, argv);
}
