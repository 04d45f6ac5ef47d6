/*
 * twins_test.c - a license that is in two stores is one license.
 *
 * It gets into two stores as in the field: a medium with it is removed, it is
 * installed once more, and the medium comes back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "device.h"
#include "ticket.h"

#define DAY 86400
#define NOTICED 11		/* seconds, until the core looks for media */
#define EULA "0123456789012345678901234567890123456789012"

/* The stores of a device: a primary one, and a removable one. */
struct twins {
	struct device *d;
	uint32_t primary, removable;
	const char *path, *away;
};

static struct twins
twins_new(uint32_t primary, uint32_t removable)
{
	struct twins t = {
		.d = device_new(), .primary = primary, .removable = removable,
		.path = check_path(check_dir(), "medium.db"),
		.away = check_path(check_dir(), "away.db"),
	};

	t.d->stores[0].index = primary;
	t.d->stores[1] = (struct lc_store_options){
		.device = 1, .index = removable, .kind = LC_STORE_REMOVABLE,
		.name = "medium", .size = 65536, .path = t.path,
	};
	t.d->options.nstores = 2;
	device_open(t.d);
	return t;
}

static void
medium_remove(const struct twins *t)
{
	CHECK_INT(rename(t->path, t->away), 0);
	device_pass(t->d, NOTICED);
}

static void
medium_insert(const struct twins *t)
{
	CHECK_INT(rename(t->away, t->path), 0);
	device_pass(t->d, NOTICED);
}

static void
install(const struct twins *t, struct lc_terms terms, uint32_t store)
{
	struct lc_action *a = device_install(t->d, &terms, 1,
	    (struct lc_request){ .store = store, .accept_eula = true });

	CHECK_ERR(lc_action_error(a), LC_OK, NULL);
	lc_action_free(a);
}

/* In both stores. */
static void
install_twin(const struct twins *t, struct lc_terms terms)
{
	install(t, terms, t->removable);
	medium_remove(t);
	install(t, terms, t->primary);
	medium_insert(t);
}

/* Its copy in a store, or NULL. */
static const struct lc_license *
copy_of(const struct twins *t, const char *id, uint32_t store)
{
	const struct lc_license *const *list;
	size_t n;

	list = lc_licenses(t->d->lc, &n);
	for (size_t i = 0; i < n; i++) {
		if (list[i]->store == store &&
		    strcmp(list[i]->terms.id, id) == 0)
			return list[i];
	}
	return NULL;
}

static enum lc_status
status(const struct twins *t, const char *id, uint32_t store)
{
	const struct lc_license *l = copy_of(t, id, store);

	REQUIRE(l != NULL);
	return lc_license_status(t->d->lc, l);
}

static void
check_used(const struct twins *t, const char *id, uint32_t used)
{
	for (uint32_t store = 1; store <= 2; store++) {
		const struct lc_license *l = copy_of(t, id, store);

		if (l != NULL)
			CHECK_UINT(lc_license_used_s(t->d->lc, l), used);
	}
}

static struct lc_lease *
take(const struct twins *t, uint32_t count, enum lc_err expected)
{
	struct lc_lease_request r = { .feature = "phones", .count = count };
	struct lc_lease *lease = NULL;

	CHECK_ERR(lc_checkout(t->d->lc, &r, &lease, NULL), expected, NULL);
	return lease;
}

static struct lc_terms
license(const char *id, enum lc_type type)
{
	struct lc_terms t = issuer_terms(id);

	t.feature = "phones";
	t.type = type;
	if (lc_type_metered(type))
		t.period_s = 36000;
	if (lc_type_subscription(type))
		t.end = 1800000000 + 100 * DAY;
	if (lc_type_needs_eula(type))
		t.eula = EULA;
	return t;
}

static size_t
events(const struct device *d, enum lc_event_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < d->nevents; i++)
		n += d->events[i] == kind;
	return n;
}

static size_t
records(const struct device *d, const char *what)
{
	const struct lc_history *h;
	uint64_t seq = 0;
	size_t n = 0;

	while (lc_history_next(d->lc, seq, &h) == LC_OK) {
		seq = h->seq;
		n += strcmp(h->what, what) == 0;
	}
	return n;
}

/* ---- Use ------------------------------------------------------------- */

/* Twenty others make tables grow: which copy serves is none of them. */
static void
use_outlives_others(void)
{
	struct twins t = twins_new(1, 2);
	struct lc_lease *lease;
	char id[16];

	install_twin(&t, license("grace", LC_GRACE_PERIOD));
	lease = take(&t, 1, LC_OK);
	device_pass(t.d, 21600);
	lc_release(lease);
	for (int i = 0; i < 20; i++) {
		snprintf(id, sizeof id, "other-%d", i);
		install(&t, issuer_terms(id), t.primary);
	}
	check_used(&t, "grace", 21600);
	device_reopen(t.d);
	check_used(&t, "grace", 21600);
	CHECK_UINT(lc_license_left_s(t.d->lc, copy_of(&t, "grace", 1)),
	    14400);
	device_free(t.d);
}

static void
check_first(uint32_t primary, uint32_t removable)
{
	struct twins t = twins_new(primary, removable);
	struct lc_lease *lease;

	check_context("primary store %u", primary);
	install_twin(&t, license("a", LC_GRACE_PERIOD));
	CHECK_INT(status(&t, "a", 1), LC_NOT_IN_USE);
	CHECK_INT(status(&t, "a", 2), LC_INACTIVE);
	lease = take(&t, 1, LC_OK);
	CHECK_INT(status(&t, "a", 1), LC_IN_USE);
	CHECK_INT(status(&t, "a", 2), LC_INACTIVE);
	device_reopen(t.d);
	(void)lease;
	lease = take(&t, 1, LC_OK);
	CHECK_INT(status(&t, "a", 1), LC_IN_USE);
	CHECK_INT(status(&t, "a", 2), LC_INACTIVE);
	device_free(t.d);
}

static void
the_first_store_serves(void)
{
	check_first(1, 2);
	check_first(2, 1);
}

/* The medium with the copy that serves goes, and comes: nothing is missing. */
static void
a_medium_goes_in_use(void)
{
	struct twins t = twins_new(2, 1);
	struct lc_lease *lease;

	install_twin(&t, license("a", LC_GRACE_PERIOD));
	lease = take(&t, 1, LC_OK);
	device_pass(t.d, 1000);
	medium_remove(&t);
	CHECK_INT(status(&t, "a", 2), LC_IN_USE);
	CHECK_INT(lc_lease_state(lease), LC_LEASE_LICENSED);
	check_used(&t, "a", 1000 + NOTICED);
	device_pass(t.d, 1000);
	medium_insert(&t);
	CHECK_INT(status(&t, "a", 1), LC_IN_USE);
	CHECK_INT(status(&t, "a", 2), LC_INACTIVE);
	check_used(&t, "a", 2000 + 2 * NOTICED);
	CHECK_UINT(t.d->nleases, 0);
	device_reopen(t.d);
	check_used(&t, "a", 2000 + 2 * NOTICED);
	CHECK_UINT(records(t.d, "use"), 1);
	device_free(t.d);
}

/* The only copy goes: its meter stands still, and goes on from there. */
static void
the_only_medium_goes_in_use(void)
{
	struct twins t = twins_new(1, 2);
	struct lc_lease *lease;

	install(&t, license("a", LC_GRACE_PERIOD), 2);
	lease = take(&t, 1, LC_OK);
	device_pass(t.d, 1000);
	medium_remove(&t);
	CHECK_INT(lc_lease_state(lease), LC_LEASE_UNLICENSED);
	device_pass(t.d, 5000);
	medium_insert(&t);
	CHECK_INT(lc_lease_state(lease), LC_LEASE_LICENSED);
	check_used(&t, "a", 1000 + NOTICED);
	device_pass(t.d, 30);
	medium_remove(&t);
	device_close(t.d);
	CHECK_INT(rename(t.away, t.path), 0);
	device_open(t.d);
	check_used(&t, "a", 1030 + 2 * NOTICED);
	CHECK_UINT(records(t.d, "use"), 1);
	device_free(t.d);
}

/* ---- Ends ------------------------------------------------------------ */

static void
both_expire_once(void)
{
	struct twins t = twins_new(1, 2);
	struct lc_lease *lease;

	install_twin(&t, license("a", LC_GRACE_PERIOD));
	lease = take(&t, 1, LC_OK);
	device_pass(t.d, 36000);
	CHECK_INT(status(&t, "a", 1), LC_EXPIRED_IN_USE);
	CHECK_INT(status(&t, "a", 2), LC_EXPIRED_NOT_IN_USE);
	CHECK_UINT(events(t.d, LC_EVENT_EXPIRED), 1);
	CHECK_UINT(records(t.d, "expire"), 1);
	/* What is in use stays so, on whichever copy is left. */
	medium_remove(&t);
	CHECK_INT(status(&t, "a", 1), LC_EXPIRED_IN_USE);
	medium_insert(&t);
	CHECK_INT(lc_lease_state(lease), LC_LEASE_EXPIRED);
	lc_release(lease);
	CHECK_INT(status(&t, "a", 1), LC_EXPIRED_NOT_IN_USE);
	CHECK_UINT(lc_license_expired_s(t.d->lc, copy_of(&t, "a", 2)),
	    2 * NOTICED);
	device_free(t.d);
}

static void
what_expired_stays_on_the_other_copy(void)
{
	struct twins t = twins_new(2, 1);
	struct lc_lease *lease;

	install_twin(&t, license("a", LC_GRACE_PERIOD));
	lease = take(&t, 1, LC_OK);
	device_pass(t.d, 36000);
	medium_remove(&t);
	CHECK_INT(status(&t, "a", 2), LC_EXPIRED_IN_USE);
	CHECK_INT(lc_lease_state(lease), LC_LEASE_EXPIRED);
	CHECK_UINT(events(t.d, LC_EVENT_EXPIRED), 1);
	device_free(t.d);
}

static void
both_become_rtu_once(void)
{
	struct twins t = twins_new(1, 2);

	install_twin(&t, license("a", LC_EVAL_RIGHT_TO_USE));
	CHECK_INT(copy_of(&t, "a", 2)->priority, LC_PRIORITY_LOW);
	(void)take(&t, 1, LC_OK);
	device_pass(t.d, 36000);
	for (uint32_t store = 1; store <= 2; store++) {
		CHECK_INT(copy_of(&t, "a", store)->terms.type,
		    LC_RIGHT_TO_USE);
		CHECK_INT(copy_of(&t, "a", store)->priority,
		    LC_PRIORITY_MEDIUM);
	}
	CHECK_UINT(events(t.d, LC_EVENT_RTU_TRANSITION), 1);
	CHECK_UINT(records(t.d, "transition"), 1);
	medium_remove(&t);
	medium_insert(&t);
	CHECK_INT(copy_of(&t, "a", 2)->terms.type, LC_RIGHT_TO_USE);
	device_reopen(t.d);
	CHECK_INT(copy_of(&t, "a", 1)->terms.type, LC_RIGHT_TO_USE);
	CHECK_INT(copy_of(&t, "a", 2)->terms.type, LC_RIGHT_TO_USE);
	device_free(t.d);
}

static void
a_subscription_warns_once(void)
{
	struct twins t = twins_new(1, 2);

	install_twin(&t, license("a", LC_PAID_SUBSCRIPTION));
	device_pass(t.d, 50 * DAY);	/* 50 days are left: 56 were */
	CHECK_UINT(events(t.d, LC_EVENT_SUBSCRIPTION_WARNING), 1);
	medium_remove(&t);
	medium_insert(&t);
	CHECK_UINT(events(t.d, LC_EVENT_SUBSCRIPTION_WARNING), 1);
	device_free(t.d);
}

/* ---- Counts ---------------------------------------------------------- */

static void
a_count_counts_once(void)
{
	struct twins t = twins_new(1, 2);
	struct lc_terms more = license("b", LC_PERMANENT);
	struct lc_terms terms = license("a", LC_PERMANENT);

	terms.counted = terms.additive = more.counted = more.additive = true;
	terms.count = 10;
	more.count = 5;
	install_twin(&t, terms);
	install(&t, more, 1);
	(void)take(&t, 16, LC_EEXHAUSTED);
	(void)take(&t, 15, LC_OK);
	CHECK_INT(status(&t, "a", 1), LC_COUNT_CONSUMED);
	CHECK_INT(status(&t, "a", 2), LC_INACTIVE);
	CHECK_UINT(copy_of(&t, "a", 2)->count_left, 10);
	device_pass(t.d, 1);
	CHECK_UINT(events(t.d, LC_EVENT_COUNT_EXCEEDED), 2);	/* a and b */
	medium_remove(&t);
	medium_insert(&t);
	CHECK_UINT(events(t.d, LC_EVENT_COUNT_EXCEEDED), 2);
	device_free(t.d);
}

/* ---- Agreements and priorities --------------------------------------- */

static void
an_agreement_is_for_both(void)
{
	struct twins t = twins_new(1, 2);
	const struct lc_license *l;

	install_twin(&t, license("a", LC_GRACE_PERIOD));
	CHECK_UINT(events(t.d, LC_EVENT_EULA_ACCEPTED), 1);
	l = copy_of(&t, "a", 2);
	CHECK_ERR(lc_eula_withdraw(t.d->lc, 1, 2, l->index, "alice"), LC_OK,
	    NULL);
	CHECK(!copy_of(&t, "a", 1)->eula_accepted && !l->eula_accepted);
	CHECK_INT(copy_of(&t, "a", 1)->priority, LC_PRIORITY_NONE);
	(void)take(&t, 1, LC_EEULA);
	l = lc_eula_pending(t.d->lc, NULL);
	REQUIRE(l != NULL);
	CHECK_UINT(l->store, 1);
	CHECK(lc_eula_pending(t.d->lc, l) == NULL);
	/* Each copy may name it, and it is accepted once. */
	l = copy_of(&t, "a", 2);
	CHECK_ERR(lc_eula_accept(t.d->lc, 1, 2, l->index, "bob"), LC_OK, NULL);
	CHECK(copy_of(&t, "a", 1)->eula_accepted && l->eula_accepted);
	CHECK_UINT(events(t.d, LC_EVENT_EULA_ACCEPTED), 2);
	CHECK_UINT(records(t.d, "accept"), 2);
	(void)take(&t, 1, LC_OK);
	CHECK_ERR(lc_eula_withdraw(t.d->lc, 1, 2, l->index, "alice"),
	    LC_EINUSE, NULL);
	device_reopen(t.d);
	CHECK(copy_of(&t, "a", 1)->eula_accepted);
	CHECK(copy_of(&t, "a", 2)->eula_accepted);
	device_free(t.d);
}

static void
accept_all_accepts_once(void)
{
	struct twins t = twins_new(1, 2);

	install_twin(&t, license("a", LC_GRACE_PERIOD));
	CHECK_ERR(lc_eula_withdraw(t.d->lc, 1, 1,
	    copy_of(&t, "a", 1)->index, "alice"), LC_OK, NULL);
	CHECK_ERR(lc_eula_standing_set(t.d->lc, true, "bob"), LC_OK, NULL);
	CHECK(copy_of(&t, "a", 1)->eula_accepted);
	CHECK(copy_of(&t, "a", 2)->eula_accepted);
	CHECK_UINT(events(t.d, LC_EVENT_EULA_ACCEPTED), 2);
	device_free(t.d);
}

/* What is withdrawn while a medium is away is so when it comes back. */
static void
an_agreement_reaches_what_is_away(void)
{
	struct twins t = twins_new(1, 2);

	install_twin(&t, license("a", LC_GRACE_PERIOD));
	medium_remove(&t);
	CHECK_ERR(lc_eula_withdraw(t.d->lc, 1, 1,
	    copy_of(&t, "a", 1)->index, "alice"), LC_OK, NULL);
	medium_insert(&t);
	CHECK(!copy_of(&t, "a", 2)->eula_accepted);
	device_free(t.d);
}

static void
check_priorities(const struct twins *t, enum lc_priority priority)
{
	for (uint32_t store = 1; store <= 2; store++) {
		const struct lc_license *l = copy_of(t, "a", store);

		if (l != NULL)
			CHECK_INT(l->priority, priority);
	}
}

static void
a_priority_is_of_both(void)
{
	struct twins t = twins_new(1, 2);

	install_twin(&t, license("a", LC_GRACE_PERIOD));
	CHECK_ERR(lc_priority_set(t.d->lc, 1, 2, copy_of(&t, "a", 2)->index,
	    LC_PRIORITY_HIGH), LC_OK, NULL);
	check_priorities(&t, LC_PRIORITY_HIGH);
	device_reopen(t.d);
	check_priorities(&t, LC_PRIORITY_HIGH);
	/* Of what is away, too. */
	medium_remove(&t);
	CHECK_ERR(lc_priority_set(t.d->lc, 1, 1, copy_of(&t, "a", 1)->index,
	    LC_PRIORITY_LOW), LC_OK, NULL);
	device_close(t.d);
	CHECK_INT(rename(t.away, t.path), 0);
	device_open(t.d);
	check_priorities(&t, LC_PRIORITY_LOW);
	device_free(t.d);
}

/* ---- Clearing -------------------------------------------------------- */

static void
a_cleared_copy_leaves_the_other(void)
{
	struct twins t = twins_new(1, 2);
	struct lc_lease *lease;
	uint32_t index;

	install_twin(&t, license("a", LC_GRACE_PERIOD));
	CHECK_ERR(lc_priority_set(t.d->lc, 1, 1, copy_of(&t, "a", 1)->index,
	    LC_PRIORITY_HIGH), LC_OK, NULL);
	lease = take(&t, 1, LC_OK);
	device_pass(t.d, 100);
	index = copy_of(&t, "a", 2)->index;
	CHECK_ERR(device_clear(t.d, copy_of(&t, "a", 1)->index), LC_EINUSE,
	    NULL);
	/* The other copy is not the one in use. */
	CHECK_ERR(device_clear(t.d, index), LC_OK, NULL);
	CHECK_UINT(events(t.d, LC_EVENT_CLEARED), 1);
	check_used(&t, "a", 100);
	CHECK_INT(status(&t, "a", 1), LC_IN_USE);
	lc_release(lease);
	check_priorities(&t, LC_PRIORITY_HIGH);
	CHECK(copy_of(&t, "a", 1)->eula_accepted);
	/* With the last one the operator's wish goes; what was used stays. */
	CHECK_ERR(device_clear(t.d, copy_of(&t, "a", 1)->index), LC_OK, NULL);
	install(&t, license("a", LC_GRACE_PERIOD), 1);
	check_used(&t, "a", 100);
	check_priorities(&t, LC_PRIORITY_MEDIUM);
	device_reopen(t.d);
	check_used(&t, "a", 100);
	check_priorities(&t, LC_PRIORITY_MEDIUM);
	CHECK_UINT(records(t.d, "use"), 1);
	device_free(t.d);
}

/* The copy that served is cleared: the other one serves with all there is. */
static void
the_first_copy_is_cleared(void)
{
	struct twins t = twins_new(1, 2);
	struct lc_lease *lease;

	install_twin(&t, license("a", LC_GRACE_PERIOD));
	lease = take(&t, 1, LC_OK);
	device_pass(t.d, 100);
	lc_release(lease);
	CHECK_ERR(device_clear(t.d, copy_of(&t, "a", 1)->index), LC_OK, NULL);
	CHECK_INT(status(&t, "a", 2), LC_NOT_IN_USE);
	check_used(&t, "a", 100);
	lease = take(&t, 1, LC_OK);
	device_pass(t.d, 100);
	check_used(&t, "a", 200);
	device_reopen(t.d);
	check_used(&t, "a", 200);
	device_free(t.d);
}

static void
a_ticket_takes_both(void)
{
	struct twins t = twins_new(1, 2);
	struct ticket ticket = { .id = "t", .seq = 1, .remove = { "a" } };
	struct lc_action *a;

	install_twin(&t, license("a", LC_GRACE_PERIOD));
	(void)take(&t, 1, LC_OK);
	device_pass(t.d, 100);
	a = ticket_process(t.d, &ticket, (struct lc_request){ .by = "test" });
	CHECK_ERR(lc_action_error(a), LC_OK, NULL);
	lc_action_free(a);
	CHECK(device_license(t.d, "a") == NULL);
	CHECK_UINT(events(t.d, LC_EVENT_REVOKED), 1);
	CHECK_UINT(records(t.d, "revoke"), 1);
	CHECK_UINT(records(t.d, "use"), 1);
	device_reopen(t.d);
	CHECK(device_license(t.d, "a") == NULL);
	device_free(t.d);
}

/* ---- Once in what goes out ------------------------------------------- */

static void
a_backup_has_it_once(void)
{
	struct twins t = twins_new(1, 2);
	struct lc_request r = { .kind = LC_BACKUP };
	struct lc_action *a = NULL;
	const char *text;
	size_t len;

	install_twin(&t, license("a", LC_PERMANENT));
	REQUIRE(lc_action_new(t.d->lc, &r, &a) == LC_OK);
	lc_action_run(a);
	REQUIRE((text = lc_action_output(a, &len)) != NULL);
	CHECK_HAS(text, "backup of the 1 licenses");
	lc_action_free(a);
	device_free(t.d);
}

/* New options leave what runs, and read nothing again. */
static void
a_reconfiguration_keeps_it(void)
{
	struct twins t = twins_new(1, 2);
	struct lc_lease *lease;

	install_twin(&t, license("a", LC_GRACE_PERIOD));
	lease = take(&t, 1, LC_OK);
	device_pass(t.d, 100);
	CHECK_ERR(lc_reconfigure(t.d->lc, &t.d->options, NULL), LC_OK, NULL);
	CHECK_INT(status(&t, "a", 1), LC_IN_USE);
	CHECK_INT(status(&t, "a", 2), LC_INACTIVE);
	CHECK_INT(lc_lease_state(lease), LC_LEASE_LICENSED);
	device_pass(t.d, 100);
	check_used(&t, "a", 200);
	device_free(t.d);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "use outlives others", use_outlives_others },
		{ "the first store serves", the_first_store_serves },
		{ "a medium goes in use", a_medium_goes_in_use },
		{ "the only medium goes in use", the_only_medium_goes_in_use },
		{ "both expire once", both_expire_once },
		{ "what expired stays on the other copy",
		    what_expired_stays_on_the_other_copy },
		{ "both become RTU once", both_become_rtu_once },
		{ "a subscription warns once", a_subscription_warns_once },
		{ "a count counts once", a_count_counts_once },
		{ "an agreement is for both", an_agreement_is_for_both },
		{ "accept-all accepts once", accept_all_accepts_once },
		{ "an agreement reaches what is away",
		    an_agreement_reaches_what_is_away },
		{ "a priority is of both", a_priority_is_of_both },
		{ "a cleared copy leaves the other",
		    a_cleared_copy_leaves_the_other },
		{ "the first copy is cleared", the_first_copy_is_cleared },
		{ "a ticket takes both", a_ticket_takes_both },
		{ "a backup has it once", a_backup_has_it_once },
		{ "a reconfiguration keeps it", a_reconfiguration_keeps_it },
	};

	return check_main("twins", tests, CHECK_COUNT(tests), argc, argv);
}
