/* eula_test.c - agreements: accepted one by one, for good, and exported. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "format/file.h"
#include "ticket.h"

static const char text[] = "Try it, then pay for it.\n";
static const char other_text[] = "Do not resell it.\n";

/* Lives as long as the program. */
static const char *
digest_of(const char *agreement)
{
	static char digests[16][LC_EULA_DIGEST_LEN + 1];
	static size_t n;
	char *digest = digests[n++ % 16];

	REQUIRE(lc_eula_digest(agreement, strlen(agreement), digest) == LC_OK);
	return digest;
}

static struct lc_terms
trial(const char *id, const char *digest)
{
	struct lc_terms t = issuer_terms(id);

	t.feature = "one";
	t.type = LC_EVAL_RIGHT_TO_USE;
	t.period_s = 1000;
	t.eula = digest;
	return t;
}

/* A file with the terms' lines after the agreements in it. */
static char *
file_with(const struct device *d, const struct lc_terms *t, size_t n,
    const char *const *agreements)
{
	struct lc_file_writer w = { 0 };

	for (; *agreements != NULL; agreements++)
		REQUIRE(lc_file_writer_eula(&w, *agreements,
		    strlen(*agreements), NULL) == LC_OK);
	for (size_t i = 0; i < n; i++) {
		char *line = issuer_line(d->issuer, &t[i]);

		lc_file_writer_lines(&w, (const char *const *)&line, 1);
		free(line);
	}
	return w.text;
}

/* A built-in trial (license 1 of store 2), whose agreement is at hand. */
static struct device *
with_trial(const char *digest)
{
	static const char *const agreements[] = { text, NULL };
	struct device *d = device_new();
	struct lc_terms t = trial("trial", digest);
	char *file = file_with(d, &t, 1, agreements);

	check_write(check_path(d->dir, "builtin.lic"), file, strlen(file));
	free(file);
	d->stores[1] = (struct lc_store_options){
		.device = 1, .index = 2, .kind = LC_STORE_BUILT_IN,
		.name = "builtin", .path = check_path(d->dir, "builtin.lic"),
	};
	d->options.nstores = 2;
	return d;
}

static void
a_built_in_trial(void)
{
	const char *digest = digest_of(text);
	struct device *d = with_trial(digest);
	struct lc_lease_request r = { .feature = "one", .count = 1 };
	const struct lc_license *l;
	struct lc_lease *lease;
	char *found = NULL;

	device_open(d);
	l = lc_eula_pending(d->lc, NULL);
	REQUIRE(l != NULL);
	CHECK_STR(l->terms.id, "trial");
	CHECK(lc_eula_pending(d->lc, l) == NULL);
	CHECK_ERR(lc_eula_text(d->lc, l->terms.eula, &found), LC_OK, NULL);
	CHECK_STR(found, text);
	free(found);
	CHECK_ERR(lc_eula_text(d->lc, digest_of("?"), &found), LC_ENOTFOUND,
	    NULL);

	CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_EEULA, NULL);
	CHECK_ERR(lc_eula_accept(d->lc, 1, 2, 9, "x"), LC_ENOTFOUND, NULL);
	CHECK_ERR(lc_eula_accept(d->lc, 1, 2, l->index, "alice"), LC_OK, NULL);
	CHECK_ERR(lc_eula_accept(d->lc, 1, 2, l->index, "bob"), LC_OK, NULL);
	CHECK_UINT(d->nevents, 1);
	CHECK_INT(d->events[0], LC_EVENT_EULA_ACCEPTED);
	CHECK(lc_eula_pending(d->lc, NULL) == NULL);
	CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_OK, NULL);

	device_reopen(d);
	CHECK(device_license(d, "trial")->eula_accepted);
	CHECK_INT(device_license(d, "trial")->priority, LC_PRIORITY_LOW);
	device_free(d);
}

static void
taking_it_back(void)
{
	struct device *d = with_trial(digest_of(text));
	struct lc_lease_request r = { .feature = "one", .count = 1 };
	struct lc_terms sold = issuer_terms("sold");
	struct lc_lease *lease;
	struct lc_action *a;

	device_open(d);
	CHECK_ERR(lc_eula_withdraw(d->lc, 1, 2, 9, "x"), LC_ENOTFOUND, NULL);
	CHECK_ERR(lc_eula_withdraw(d->lc, 1, 2, 1, "x"), LC_OK, NULL);
	CHECK_ERR(lc_eula_accept(d->lc, 1, 2, 1, "alice"), LC_OK, NULL);
	CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_OK, NULL);
	CHECK_ERR(lc_eula_withdraw(d->lc, 1, 2, 1, "bob"), LC_EINUSE, NULL);
	lc_release(lease);
	CHECK_ERR(lc_eula_withdraw(d->lc, 1, 2, 1, "bob"), LC_OK, NULL);
	CHECK_INT(device_license(d, "trial")->priority, LC_PRIORITY_NONE);
	CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_EEULA, NULL);

	device_reopen(d);
	CHECK(!device_license(d, "trial")->eula_accepted);
	CHECK_ERR(lc_eula_accept(d->lc, 1, 2, 1, "alice"), LC_OK, NULL);
	CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_OK, NULL);
	lc_release(lease);
	/* What needs no acceptance, or gets it anyway. */
	a = device_install(d, &sold, 1, (struct lc_request){ 0 });
	CHECK_ERR(lc_eula_withdraw(d->lc, 1, 1,
	    lc_action_results(a, &(size_t){ 0 })[0].index, "x"), LC_EINVAL,
	    NULL);
	lc_action_free(a);
	CHECK_ERR(lc_eula_standing_set(d->lc, true, "alice"), LC_OK, NULL);
	CHECK_ERR(lc_eula_withdraw(d->lc, 1, 2, 1, "bob"), LC_EINVAL, NULL);
	device_free(d);
}

static void
a_standing_acceptance(void)
{
	const char *digest = digest_of(text);
	struct device *d = with_trial(digest);
	struct lc_terms more = trial("more", digest);
	struct lc_terms last = trial("last", digest);
	struct lc_action *a;

	device_open(d);
	CHECK(!lc_eula_standing(d->lc));
	CHECK_ERR(lc_eula_standing_set(d->lc, true, "alice"), LC_OK, NULL);
	CHECK(device_license(d, "trial")->eula_accepted);
	CHECK_UINT(d->nevents, 1);
	a = device_install(d, &more, 1, (struct lc_request){ 0 });
	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	lc_action_free(a);
	CHECK(device_license(d, "more")->eula_accepted);

	device_reopen(d);
	CHECK(lc_eula_standing(d->lc));
	CHECK_ERR(lc_eula_standing_set(d->lc, false, "alice"), LC_OK, NULL);
	CHECK(device_license(d, "more")->eula_accepted);
	a = device_install(d, &last, 1, (struct lc_request){ 0 });
	CHECK_ERR(lc_action_error(a), LC_EEULA, NULL);
	lc_action_free(a);
	device_free(d);
}

/* Who set it, and who took it back, is on record. */
static void
who_accepts_all(void)
{
	struct device *d = device_new();
	const struct lc_history *h;

	device_open(d);
	CHECK_ERR(lc_eula_standing_set(d->lc, true, "alice"), LC_OK, NULL);
	CHECK_ERR(lc_eula_standing_set(d->lc, false, "bob"), LC_OK, NULL);
	REQUIRE(lc_history_next(d->lc, 0, &h) == LC_OK);
	CHECK_STR(h->what, "accept-all");
	CHECK_STR(h->body, "{\"by\":\"alice\"}");
	REQUIRE(lc_history_next(d->lc, 1, &h) == LC_OK);
	CHECK_STR(h->what, "accept-each");
	CHECK_STR(h->body, "{\"by\":\"bob\"}");
	device_free(d);
}

/* A new image brings a trial while the acceptance stands. */
static void
what_comes_later(void)
{
	const char *digest = digest_of(text);
	struct device *d = with_trial(digest);

	d->options.nstores = 1;
	device_open(d);
	CHECK_ERR(lc_eula_standing_set(d->lc, true, "alice"), LC_OK, NULL);
	CHECK_UINT(d->nevents, 0);
	d->options.nstores = 2;
	CHECK_ERR(lc_reconfigure(d->lc, &d->options, NULL), LC_OK, NULL);
	REQUIRE(device_license(d, "trial") != NULL);
	CHECK(device_license(d, "trial")->eula_accepted);
	CHECK_UINT(d->nevents, 1);
	device_free(d);
}

static void
generating(void)
{
	static const char *const both[] = { text, other_text, NULL };
	static const char *const second[] = { "TEST-1:SN2" };
	const char *one = digest_of(text), *two = digest_of(other_text);
	struct device *d = with_trial(one);
	struct lc_terms t[] = {
		trial("a", two), issuer_terms("b"), trial("c", one),
		trial("d", two), trial("e", two),
	};
	struct lc_file *found = NULL;
	struct lc_action *a;
	const char *output;
	char *file;
	size_t len;

	t[1].eula = one;	/* a permanent one: accepted by installing */
	t[4].udis = second;
	file = file_with(d, t, CHECK_COUNT(t), both);
	device_open(d);
	a = ticket_run(d, LC_GENERATE_EULA, file, (struct lc_request){ 0 });
	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	output = lc_action_output(a, &len);
	REQUIRE(output != NULL);
	CHECK_HAS(output, "one 1.0, evalRightToUse, a\n");
	CHECK_HAS(output, "one 1.0, evalRightToUse, e\n");
	CHECK(strstr(output, "permanent") == NULL);
	CHECK_ERR(lc_file_scan(output, len, &found, NULL), LC_OK, NULL);
	REQUIRE(found != NULL);
	CHECK_UINT(found->neulas, 2);
	CHECK(lc_file_find_eula(found, one) != NULL);
	lc_file_free(found);
	lc_action_free(a);
	(void)lc_licenses(d->lc, &len);
	CHECK_UINT(len, 1);	/* nothing was installed */

	/* None is needed any more: an empty file. */
	CHECK_ERR(lc_eula_standing_set(d->lc, true, "alice"), LC_OK, NULL);
	a = ticket_run(d, LC_GENERATE_EULA, file, (struct lc_request){ 0 });
	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	output = lc_action_output(a, &len);
	REQUIRE(output != NULL);
	CHECK_UINT(len, 0);
	lc_action_free(a);
	free(file);
	device_free(d);
}

static void
generating_fails(void)
{
	static const char *const none[] = { NULL };
	struct device *d = device_new();
	struct lc_terms t[] = {
		issuer_terms("a"), trial("b", digest_of("elsewhere\n")),
	};
	const struct lc_result *r;
	struct lc_action *a;
	char *file = file_with(d, t, 2, none);
	size_t n;

	device_open(d);
	a = ticket_run(d, LC_GENERATE_EULA, "rubbish",
	    (struct lc_request){ 0 });
	CHECK_ERR(lc_action_error(a), LC_EFILE, NULL);
	CHECK(lc_action_output(a, &n) == NULL);
	lc_action_free(a);
	a = ticket_run(d, LC_GENERATE_EULA, file, (struct lc_request){ 0 });
	CHECK_INT(lc_action_state(a), LC_PARTIALLY_SUCCESSFUL);
	r = lc_action_results(a, &n);
	REQUIRE(n == 2);
	CHECK_INT(r[0].state, LC_SUCCESSFUL);
	CHECK_ERR(r[1].err, LC_EEULA, &r[1].detail);
	lc_action_free(a);
	free(file);
	device_free(d);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "a built-in trial", a_built_in_trial },
		{ "taking it back", taking_it_back },
		{ "a standing acceptance", a_standing_acceptance },
		{ "who accepts all", who_accepts_all },
		{ "what comes later", what_comes_later },
		{ "generating", generating },
		{ "generating fails", generating_fails },
	};

	return check_main("eula", tests, CHECK_COUNT(tests), argc, argv);
}
