/* review_test.c - actions that wait: what they show, and what they do then. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "format/file.h"
#include "format/statement.h"
#include "ticket.h"

static const char agreement[] = "Use it for sixty days.\n";
static char digest[LC_EULA_DIGEST_LEN + 1];

static struct lc_terms
trial(const char *id, enum lc_type type)
{
	struct lc_terms t = issuer_terms(id);

	REQUIRE(lc_eula_digest(agreement, strlen(agreement), digest) == LC_OK);
	t.type = type;
	t.period_s = 5184000;
	t.eula = digest;
	return t;
}

static size_t
count(const struct device *d)
{
	size_t n;

	(void)lc_licenses(d->lc, &n);
	return n;
}

static void
check_plan(const struct lc_action *a, size_t i, const char *id, bool revoked,
    bool needs_eula)
{
	struct lc_plan plan;

	check_context("plan %zu", i);
	REQUIRE(lc_action_plan(a, i, &plan));
	CHECK_STR(plan.terms->id, id);
	CHECK_INT(plan.revoked, revoked);
	CHECK_INT(plan.needs_eula, needs_eula);
	check_context(NULL);
}

static void
check_result(const struct lc_action *a, size_t i, enum lc_action_state state,
    enum lc_err err)
{
	size_t n;
	const struct lc_result *results = lc_action_results(a, &n);

	REQUIRE(i < n);
	check_context("result %zu: %s", i, results[i].detail.text);
	CHECK_INT(results[i].state, state);
	CHECK_INT(results[i].err, err);
	check_context(NULL);
}

/* ---- Installations --------------------------------------------------- */

/* One that needs acceptance, one that does not, one that is there. */
static struct device *
installing(struct lc_action **a, char **file)
{
	struct device *d = device_new();
	struct lc_terms terms[] = {
		trial("trial", LC_EXTENSION), issuer_terms("plain"),
		issuer_terms("there"),
	};

	device_open(d);
	(void)device_add(d, terms[2]);
	d->nevents = 0;
	*file = device_file(d, terms, 3);
	*a = device_install_file(d, *file,
	    (struct lc_request){ .review = true });
	CHECK(lc_action_waits(*a));
	CHECK_INT(lc_action_state(*a), LC_IN_PROGRESS);
	CHECK_UINT(count(d), 1);
	CHECK_UINT(d->nevents, 0);
	return d;
}

static void
confirm(struct lc_action *a, bool accept_eula)
{
	lc_action_confirm(a, accept_eula);
	CHECK(!lc_action_waits(a));
	lc_action_run(a);
}

static void
installation(void)
{
	for (int accept = 0; accept < 2; accept++) {
		struct lc_action *a;
		size_t len;
		char *file;
		struct device *d = installing(&a, &file);

		check_plan(a, 0, "trial", false, true);
		check_plan(a, 1, "plain", false, false);
		check_plan(a, 2, "there", false, false);
		check_result(a, 0, LC_NOT_STARTED, LC_OK);
		check_result(a, 2, LC_FAILED, LC_EEXISTS);
		CHECK(!lc_action_plan(a, 3, &(struct lc_plan){ 0 }));
		CHECK_HAS(lc_action_output(a, &len), "text not available");
		confirm(a, accept != 0);
		CHECK_INT(lc_action_state(a), LC_PARTIALLY_SUCCESSFUL);
		check_result(a, 0, accept ? LC_SUCCESSFUL : LC_FAILED,
		    accept ? LC_OK : LC_EEULA);
		check_result(a, 1, LC_SUCCESSFUL, LC_OK);
		check_result(a, 2, LC_FAILED, LC_EEXISTS);
		CHECK_UINT(count(d), accept ? 3 : 2);
		CHECK(!lc_action_plan(a, 0, &(struct lc_plan){ 0 }));
		lc_action_free(a);
		free(file);
		device_free(d);
	}
}

static void
given_up(void)
{
	struct lc_action *a;
	char *file;
	struct device *d = installing(&a, &file);

	lc_action_free(a);
	CHECK_UINT(count(d), 1);
	free(file);
	device_reopen(d);
	CHECK_UINT(count(d), 1);
	device_free(d);
}

static void
installed_meanwhile(void)
{
	struct lc_action *a;
	char *file;
	struct device *d = installing(&a, &file);

	(void)device_add(d, issuer_terms("plain"));
	confirm(a, true);
	check_result(a, 0, LC_SUCCESSFUL, LC_OK);
	check_result(a, 1, LC_FAILED, LC_EEXISTS);
	CHECK_UINT(count(d), 3);
	lc_action_free(a);
	free(file);
	device_free(d);
}

/* Withdrawn keys count, and what was judged with them is forgotten. */
static void
keys_withdrawn(void)
{
	struct lc_detail detail = { "" };
	struct lc_action *a;
	char *file;
	struct device *d = installing(&a, &file);

	d->options.key_dir = check_dir();
	CHECK_ERR(lc_reconfigure(d->lc, &d->options, &detail), LC_OK, &detail);
	confirm(a, true);
	CHECK_INT(lc_action_state(a), LC_FAILED);
	check_result(a, 0, LC_FAILED, LC_EKEY);
	check_result(a, 1, LC_FAILED, LC_EKEY);
	CHECK_UINT(count(d), 0);	/* no license of this key is known */
	lc_action_free(a);
	free(file);
	device_free(d);
}

/* ---- Tickets --------------------------------------------------------- */

static const struct ticket *
grace_for_old(void)
{
	static struct ticket t;

	t = (struct ticket){
		.id = "ticket-1", .seq = 1, .remove = { "old" },
		.add = { trial("grace", LC_GRACE_PERIOD) }, .nadd = 1,
		.eula = agreement,
	};
	return &t;
}

static struct device *
revoking(struct lc_action **a, char **file, uint32_t *index)
{
	struct device *d = device_new();

	device_open(d);
	*index = device_add(d, issuer_terms("old"));
	*file = ticket_file(d->issuer, grace_for_old());
	*a = ticket_run(d, LC_PROCESS_TICKET, *file,
	    (struct lc_request){ .review = true });
	CHECK(lc_action_waits(*a));
	CHECK_UINT(count(d), 1);
	return d;
}

static void
revocation(void)
{
	struct lc_action *a;
	struct lc_lease *lease;
	struct lc_plan plan;
	uint32_t index;
	size_t n, len;
	char *file;
	struct device *d = revoking(&a, &file, &index);

	REQUIRE(lc_checkout(d->lc, &(struct lc_lease_request){
	    .feature = "ipbasek9", .version = "1.0", .count = 1 }, &lease, NULL) == LC_OK);
	check_plan(a, 0, "old", true, false);
	check_plan(a, 1, "grace", false, true);
	(void)lc_action_results(a, &n);
	CHECK_UINT(n, 2);
	REQUIRE(lc_action_plan(a, 0, &plan));
	CHECK_UINT(plan.index, index);
	CHECK_HAS(lc_action_output(a, &len), agreement);
	confirm(a, true);
	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	CHECK(device_license(d, "old") == NULL);
	CHECK(device_license(d, "grace") != NULL);
	/* The grace license serves at once. */
	CHECK_INT(lc_lease_state(lease), LC_LEASE_LICENSED);
	CHECK_UINT(d->nleases, 0);
	lc_statement_free(ticket_output(a, LC_REHOST_TICKET));
	lc_release(lease);
	lc_action_free(a);

	/* The same ticket once more plans nothing. */
	a = ticket_run(d, LC_PROCESS_TICKET, file,
	    (struct lc_request){ .review = true });
	CHECK(lc_action_waits(a));
	(void)lc_action_results(a, &n);
	CHECK_UINT(n, 0);
	CHECK_STR(lc_action_output(a, &len), "");
	confirm(a, false);
	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	lc_statement_free(ticket_output(a, LC_REHOST_TICKET));
	lc_action_free(a);
	free(file);
	device_free(d);
}

static void
cleared_meanwhile(void)
{
	struct lc_action *a;
	uint32_t index;
	char *file;
	struct device *d = revoking(&a, &file, &index);

	CHECK_INT(device_clear(d, index), LC_OK);
	confirm(a, true);
	CHECK_INT(lc_action_state(a), LC_FAILED);
	check_result(a, 0, LC_FAILED, LC_ENOTFOUND);
	CHECK_UINT(count(d), 0);
	lc_action_free(a);
	free(file);
	device_free(d);
}

static void
jobs_without_review(void)
{
	struct device *d = device_new();
	struct lc_action *a;

	device_open(d);
	CHECK_INT(lc_action_new(d->lc, &(struct lc_request){
	    .kind = LC_BACKUP, .review = true }, &a), LC_EINVAL);
	device_free(d);
}

static const struct check_test tests[] = {
	{ "an installation waits, and goes on as confirmed", installation },
	{ "one that is given up leaves nothing", given_up },
	{ "a license that was installed meanwhile", installed_meanwhile },
	{ "keys that were withdrawn meanwhile", keys_withdrawn },
	{ "a revocation shows both sides, and then does it", revocation },
	{ "a license that was cleared meanwhile", cleared_meanwhile },
	{ "other actions do not wait", jobs_without_review },
};

int
main(int argc, char **argv)
{
	return check_main("review", tests, CHECK_COUNT(tests), argc, argv);
}
