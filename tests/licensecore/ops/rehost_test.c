/* rehost_test.c - permission tickets: refused, processed once, for good. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "disk_calls.h"
#include "format/file.h"
#include "ops/lc.h"
#include "format/key.h"
#include "format/statement.h"
#include "ticket.h"

#define GRACE_S 5184000

static struct lc_terms
grace(const char *id)
{
	struct lc_terms t = issuer_terms(id);

	t.type = LC_GRACE_PERIOD;
	t.period_s = GRACE_S;
	return t;
}

/* The text of an agreement, and what names it. */
static const char agreement[] = "Use it for sixty days.\n";
static char digest[LC_EULA_DIGEST_LEN + 1];

static struct lc_terms
grace_with_eula(const char *id)
{
	struct lc_terms t = grace(id);

	REQUIRE(lc_eula_digest(agreement, strlen(agreement), digest) == LC_OK);
	t.eula = digest;
	return t;
}

static void
check_action(const struct lc_action *a, enum lc_action_state state,
    enum lc_err err)
{
	struct lc_detail detail;

	snprintf(detail.text, sizeof detail.text, "%s", lc_action_detail(a));
	CHECK_ERR(lc_action_error(a), err, &detail);
	CHECK_INT(lc_action_state(a), state);
	CHECK((lc_action_output(a, &(size_t){ 0 }) != NULL) == (err == LC_OK));
}

static size_t
count(const struct device *d)
{
	size_t n;

	(void)lc_licenses(d->lc, &n);
	return n;
}

static void
check_history(struct device *d)
{
	struct lc_detail detail = { "" };
	int64_t wait;

	/* What failed in the second file is mended. */
	d->boot_ms += 60000;
	d->wall += 60;
	CHECK_ERR(lc_tick(d->lc, &wait), LC_OK, NULL);
	CHECK_ERR(lc_check(d->lc, &detail), LC_OK, &detail);
}

/* ---- A whole life ---------------------------------------------------- */

/* One held and counted, one held and metered; a grace license instead. */
static struct device *
two_in_use(struct lc_lease **one, struct lc_lease **two)
{
	struct device *d = device_new();
	struct lc_terms permanent = issuer_terms("perm");
	struct lc_terms extension = issuer_terms("ext");

	permanent.feature = "phones";
	permanent.counted = true;
	permanent.count = 25;
	extension.feature = "one";
	extension.type = LC_EXTENSION;
	extension.period_s = 1000;
	device_open(d);
	(void)device_add(d, permanent);
	(void)device_add(d, extension);
	REQUIRE(lc_checkout(d->lc, &(struct lc_lease_request){
	    .feature = "phones", .count = 5 }, one, NULL) == LC_OK);
	REQUIRE(lc_checkout(d->lc, &(struct lc_lease_request){
	    .feature = "one", .count = 1 }, two, NULL) == LC_OK);
	device_pass(d, 99);
	d->boot_ms += 500;
	d->nevents = 0;
	return d;
}

static struct ticket
both(bool eula)
{
	struct ticket t = {
		.id = "ticket-1", .seq = 7, .remove = { "perm", "ext" },
		.nadd = 1, .eula = eula ? agreement : NULL,
	};

	t.add[0] = eula ? grace_with_eula("grace") : grace("grace");
	t.add[0].feature = "phones";
	t.add[0].counted = true;
	t.add[0].count = 25;
	return t;
}

static void
check_answer(const struct lc_action *a)
{
	struct lc_statement *s = ticket_output(a, LC_REHOST_TICKET);

	CHECK_STR(s->id, "ticket-1");
	CHECK_UINT(s->seq, 7);
	CHECK_STR(s->udi, ISSUER_UDI);
	CHECK_INT(s->issued, 1800000099);
	REQUIRE(s->nids == 2);
	CHECK_STR(s->ids[0], "perm");
	CHECK_UINT(s->used[0], 100);
	CHECK_STR(s->ids[1], "ext");
	CHECK_UINT(s->used[1], 100);	/* 99.5 seconds, begun ones count */
	lc_statement_free(s);
}

static void
a_whole_life(void)
{
	struct lc_lease *one, *two;
	struct device *d = two_in_use(&one, &two);
	struct ticket t = both(true);
	const struct lc_license *l;
	const struct lc_result *r;
	struct lc_action *a;
	size_t n;

	a = ticket_process(d, &t, (struct lc_request){ .by = "alice" });
	check_action(a, LC_SUCCESSFUL, LC_OK);
	check_answer(a);
	r = lc_action_results(a, &n);
	REQUIRE(n == 3);
	for (size_t i = 0; i < n; i++) {
		CHECK_INT(r[i].state, LC_SUCCESSFUL);
		CHECK_UINT(r[i].index, i + 1);
		CHECK_UINT(r[i].store, 1);
	}
	CHECK_STR(r[0].feature, "phones");
	CHECK_STR(r[1].feature, "one");
	lc_action_free(a);

	REQUIRE(d->nevents == 3);
	CHECK_INT(d->events[0], LC_EVENT_REVOKED);
	CHECK_INT(d->events[1], LC_EVENT_REVOKED);
	CHECK_INT(d->events[2], LC_EVENT_INSTALLED);
	CHECK_UINT(count(d), 1);
	l = device_license(d, "grace");
	REQUIRE(l != NULL);
	CHECK(!l->eula_accepted);
	CHECK_UINT(lc_license_left_s(d->lc, l), GRACE_S);

	/* Nothing serves until the agreement is accepted. */
	CHECK_INT(lc_lease_state(one), LC_LEASE_UNLICENSED);
	CHECK_INT(lc_lease_state(two), LC_LEASE_UNLICENSED);
	CHECK_ERR(lc_eula_accept(d->lc, 1, 1, 3, "alice"), LC_OK, NULL);
	CHECK_INT(d->events[3], LC_EVENT_EULA_ACCEPTED);
	CHECK_INT(lc_lease_state(one), LC_LEASE_LICENSED);
	CHECK_UINT(device_license(d, "grace")->count_left, 20);

	device_reopen(d);
	CHECK_UINT(count(d), 1);
	CHECK_UINT(d->nnotices, 0);
	check_history(d);
	device_free(d);
}

/* With the agreement accepted the grace license takes over at once. */
static void
accepted_at_once(void)
{
	struct lc_lease *one, *two;
	struct device *d = two_in_use(&one, &two);
	struct ticket t = both(true);
	struct lc_action *a;

	d->nleases = 0;
	a = ticket_process(d, &t, (struct lc_request){ .accept_eula = true });
	check_action(a, LC_SUCCESSFUL, LC_OK);
	lc_action_free(a);
	CHECK_INT(lc_lease_state(one), LC_LEASE_LICENSED);
	CHECK_INT(lc_lease_state(two), LC_LEASE_UNLICENSED);
	CHECK_UINT(d->nleases, 1);
	CHECK(device_license(d, "grace")->eula_accepted);
	CHECK_UINT(d->nevents, 4);
	device_free(d);
}

/* ---- Once and for good ----------------------------------------------- */

static char *
output_of(struct lc_action *a)
{
	size_t len;
	const char *output = lc_action_output(a, &len);
	char *copy;

	REQUIRE(output != NULL);
	copy = strdup(output);
	REQUIRE(copy != NULL);
	lc_action_free(a);
	return copy;
}

static void
the_same_ticket_again(void)
{
	struct lc_lease *one, *two;
	struct device *d = two_in_use(&one, &two);
	struct ticket t = both(false);
	char *file = ticket_file(d->issuer, &t);
	char *first, *again;
	struct lc_action *a;
	size_t n;

	first = output_of(ticket_run(d, LC_PROCESS_TICKET, file,
	    (struct lc_request){ 0 }));
	device_pass(d, 1000);
	for (int round = 0; round < 2; round++) {
		check_context("round %d", round);
		d->nevents = 0;
		a = ticket_run(d, LC_PROCESS_TICKET, file,
		    (struct lc_request){ 0 });
		check_action(a, LC_SUCCESSFUL, LC_OK);
		(void)lc_action_results(a, &n);
		CHECK_UINT(n, 0);
		again = output_of(a);
		CHECK_STR(again, first);
		free(again);
		CHECK_UINT(d->nevents, 0);
		CHECK_UINT(count(d), 1);

		again = output_of(ticket_run(d, LC_REGENERATE_TICKET, file,
		    (struct lc_request){ 0 }));
		CHECK_STR(again, first);
		free(again);
		again = output_of(ticket_run(d, LC_REGENERATE_TICKET, NULL,
		    (struct lc_request){ .device = 1 }));
		CHECK_STR(again, first);
		free(again);
		device_reopen(d);
	}
	free(first);
	free(file);
	device_free(d);
}

/* Older tickets of the same issuer are refused, and can be asked about. */
static void
superseded_tickets(void)
{
	struct device *d = device_new();
	struct issuer *other = issuer_new(LC_ES256);
	struct ticket first = { .id = "t1", .seq = 5, .remove = { "a" } };
	struct ticket second = { .id = "t2", .seq = 6, .remove = { "b" } };
	struct ticket third = { .id = "t3", .seq = 1, .remove = { "c" } };
	struct lc_action *a;
	struct lc_statement *s;
	char *file, *jwk;

	jwk = check_read(check_path(other->dir, "issuer.jwk"), NULL);
	check_write(check_path(d->issuer->dir, "other.jwk"), jwk, strlen(jwk));
	free(jwk);
	device_open(d);
	(void)device_add(d, issuer_terms("a"));
	(void)device_add(d, issuer_terms("b"));
	(void)device_add(d, issuer_terms("c"));
	file = ticket_file(d->issuer, &first);
	lc_action_free(ticket_run(d, LC_PROCESS_TICKET, file,
	    (struct lc_request){ 0 }));
	a = ticket_process(d, &second, (struct lc_request){ 0 });
	check_action(a, LC_SUCCESSFUL, LC_OK);
	lc_action_free(a);

	/* Processed or not, one that is older than the last. */
	a = ticket_run(d, LC_PROCESS_TICKET, file, (struct lc_request){ 0 });
	check_action(a, LC_FAILED, LC_ESUPERSEDED);
	lc_action_free(a);
	first.id = "t0";
	a = ticket_process(d, &first, (struct lc_request){ 0 });
	check_action(a, LC_FAILED, LC_ESUPERSEDED);
	CHECK_HAS(lc_action_detail(a), "number 6 was processed");
	lc_action_free(a);

	/* Its answer can still be had; one that is new means the last. */
	a = ticket_run(d, LC_REGENERATE_TICKET, file, (struct lc_request){ 0 });
	s = ticket_output(a, LC_REHOST_TICKET);
	CHECK_STR(s->id, "t1");
	lc_statement_free(s);
	lc_action_free(a);
	free(file);
	file = ticket_file(d->issuer, &first);
	a = ticket_run(d, LC_REGENERATE_TICKET, file, (struct lc_request){ 0 });
	s = ticket_output(a, LC_REHOST_TICKET);
	CHECK_STR(s->id, "t2");
	lc_statement_free(s);
	lc_action_free(a);
	free(file);

	/* Another issuer counts for itself. */
	file = ticket_file(other, &third);
	a = ticket_run(d, LC_PROCESS_TICKET, file, (struct lc_request){ 0 });
	check_action(a, LC_SUCCESSFUL, LC_OK);
	lc_action_free(a);
	CHECK_UINT(count(d), 0);
	free(file);
	issuer_free(other);
	device_free(d);
}

static void
revoked_for_good(void)
{
	struct device *d = device_new();
	struct ticket t = { .id = "t1", .seq = 1, .remove = { "a" } };
	const char *store = check_path(d->dir, "state.db");
	struct lc_terms terms[] = { issuer_terms("a"), issuer_terms("b") };
	struct lc_action *a;
	char *old;
	size_t len, n;

	device_open(d);
	(void)device_add(d, terms[0]);
	(void)device_add(d, terms[1]);
	device_close(d);
	old = check_read(store, &len);
	device_open(d);
	a = ticket_process(d, &t, (struct lc_request){ 0 });
	check_action(a, LC_SUCCESSFUL, LC_OK);
	lc_action_free(a);

	a = device_install(d, terms, 1, (struct lc_request){ 0 });
	check_action(a, LC_FAILED, LC_EREVOKED);
	CHECK_HAS(lc_action_results(a, &n)[0].detail.text, "license a was"
	    " revoked");
	lc_action_free(a);

	/* An older copy of the state, put back: by more than one change. */
	CHECK_ERR(lc_switch_set(d->lc, LC_SWITCH_ERROR, false), LC_OK, NULL);
	device_close(d);
	check_write(store, old, len);
	free(old);
	device_open(d);
	CHECK(device_license(d, "a") == NULL);
	CHECK(device_license(d, "b") != NULL);
	CHECK_INT(d->notices[0], LC_EDAMAGED);
	CHECK_HAS(d->notice, "was made again from");

	/* The file lost, and made again from its twin. */
	device_close(d);
	REQUIRE(unlink(store) == 0);
	device_open(d);
	CHECK(device_license(d, "a") == NULL);
	CHECK(device_license(d, "b") != NULL);
	a = device_install(d, terms, 1, (struct lc_request){ 0 });
	check_action(a, LC_FAILED, LC_EREVOKED);
	lc_action_free(a);
	check_history(d);
	device_free(d);
}

static void
nothing_to_regenerate(void)
{
	struct device *d = device_new();
	struct ticket t = { .id = "t1", .seq = 1, .remove = { "a" } };
	char *file = ticket_file(d->issuer, &t);
	struct lc_action *a;

	device_open(d);
	a = ticket_run(d, LC_REGENERATE_TICKET, NULL, (struct lc_request){ 0 });
	check_action(a, LC_FAILED, LC_ENOTICKET);
	lc_action_free(a);
	a = ticket_run(d, LC_REGENERATE_TICKET, file, (struct lc_request){ 0 });
	check_action(a, LC_FAILED, LC_ENOTICKET);
	lc_action_free(a);
	a = ticket_run(d, LC_REGENERATE_TICKET, "rubbish",
	    (struct lc_request){ 0 });
	check_action(a, LC_FAILED, LC_ETICKET);
	lc_action_free(a);
	free(file);
	device_free(d);
}

/* ---- Refusals -------------------------------------------------------- */

/* What is wrong with a ticket that else would be processed. */
static void wrong_nothing(struct ticket *t) { (void)t; }
static void wrong_udi(struct ticket *t) { t->udi = "TEST-1:SN2"; }
static void wrong_missing(struct ticket *t) { t->remove[1] = "x"; }
static void wrong_built_in(struct ticket *t) { t->remove[1] = "trial"; }
static void wrong_revoked(struct ticket *t) { t->remove[1] = "gone"; }
static void wrong_old(struct ticket *t) { t->seq = 1; }
static void wrong_exists(struct ticket *t) { t->add[0] = grace("b"); }
static void wrong_again(struct ticket *t) { t->add[0] = grace("gone"); }
static void wrong_full(struct ticket *t) { t->nadd = 3; }

static void
wrong_key(struct ticket *t)
{
	t->device = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
}

static void
wrong_twice(struct ticket *t)
{
	t->add[1] = t->add[0];
	t->add[1].comment = "another line";
	t->nadd = 2;
}

static void
wrong_added_udi(struct ticket *t)
{
	static const char *const other[] = { "TEST-1:SN2" };

	t->add[0].udis = other;
}

static const struct refusal {
	const char *name;
	void (*wrong)(struct ticket *);
	uint32_t device;
	enum lc_err err;
	int result;		/* the one that fails, -1: none is tried */
} refusals[] = {
	{ "no such device", wrong_nothing, 2, LC_EDEVICE, -1 },
	{ "another UDI", wrong_udi, 0, LC_EUDI, -1 },
	{ "another device's key", wrong_key, 0, LC_EUDI, -1 },
	{ "superseded", wrong_old, 0, LC_ESUPERSEDED, -1 },
	{ "a license that is not here", wrong_missing, 0, LC_ENOTFOUND, 1 },
	{ "a built-in license", wrong_built_in, 0, LC_EREADONLY, 1 },
	{ "a license revoked before", wrong_revoked, 0, LC_EREVOKED, 1 },
	{ "an addition for another", wrong_added_udi, 0, LC_EUDI, 2 },
	{ "an addition that is here", wrong_exists, 0, LC_EEXISTS, 2 },
	{ "an addition given up", wrong_again, 0, LC_EREVOKED, 2 },
	{ "an addition that is twice", wrong_twice, 0, LC_EEXISTS, 3 },
	{ "no room for the additions", wrong_full, 0, LC_EFULL, 4 },
};

/* A store for three licenses, with two; and a built-in one. */
static struct device *
nearly_full(void)
{
	struct ticket t = { .id = "t0", .seq = 1, .remove = { "gone" } };
	struct device *d = device_new();
	struct lc_terms trial = issuer_terms("trial");
	char *file;

	trial.type = LC_DEMO;
	trial.period_s = 100;
	file = device_file(d, &trial, 1);
	check_write(check_path(d->dir, "builtin.lic"), file, strlen(file));
	free(file);
	d->stores[0].size = 1100;
	d->stores[1] = (struct lc_store_options){
		.device = 1, .index = 2, .kind = LC_STORE_BUILT_IN,
		.name = "builtin", .path = check_path(d->dir, "builtin.lic"),
	};
	d->options.nstores = 2;
	device_open(d);
	(void)device_add(d, issuer_terms("gone"));
	lc_action_free(ticket_process(d, &t, (struct lc_request){ 0 }));
	(void)device_add(d, issuer_terms("a"));
	(void)device_add(d, issuer_terms("b"));
	d->nevents = 0;
	return d;
}

static void
why_a_ticket_fails(void)
{
	struct device *d = nearly_full();
	struct ticket good = {
		.id = "t2", .seq = 9, .remove = { "a", "b" },
		.add = { grace("g1"), grace("g2"), grace("g3") }, .nadd = 1,
	};
	struct lc_action *a;

	for (size_t i = 0; i < CHECK_COUNT(refusals); i++) {
		const struct refusal *f = &refusals[i];
		const struct lc_result *r;
		struct ticket t = good;
		size_t n;

		check_context("%s", f->name);
		f->wrong(&t);
		a = ticket_process(d, &t,
		    (struct lc_request){ .device = f->device });
		check_action(a, LC_FAILED, f->err);
		r = lc_action_results(a, &n);
		for (size_t j = 0; j < n; j++) {
			check_context("%s, result %zu", f->name, j);
			CHECK_INT(r[j].state, (int)j == f->result ?
			    LC_FAILED : LC_NOT_STARTED);
			CHECK_ERR(r[j].err, (int)j == f->result ?
			    f->err : LC_OK, &r[j].detail);
			CHECK_UINT(r[j].index, 0);
		}
		CHECK(lc_action_detail(a)[0] != '\0');
		lc_action_free(a);
		CHECK_UINT(count(d), 3);
		CHECK_UINT(d->nevents, 0);
	}
	check_context("%s", "the good one");
	a = ticket_process(d, &good, (struct lc_request){ 0 });
	check_action(a, LC_SUCCESSFUL, LC_OK);
	lc_action_free(a);
	CHECK_UINT(count(d), 2);
	device_free(d);
}

/* Files that hold no permission ticket that counts. */
static void
not_a_ticket(void)
{
	struct device *d = device_new();
	struct issuer *stranger = issuer_new(LC_ED25519);
	struct ticket t = { .id = "t1", .seq = 1, .remove = { "a" } };
	struct lc_terms terms = issuer_terms("b");
	char *good = ticket_file(d->issuer, &t);
	char *altered = ticket_file(d->issuer, &t);
	char *strange = ticket_file(stranger, &t);
	char *license = device_file(d, &terms, 1);
	char *cut = strndup(good, strlen(good) - 10);
	char *twice = NULL, *at;

	at = strstr(altered, "-----END") - 10;	/* within the signature */
	*at = *at == 'A' ? 'B' : 'A';
	REQUIRE(cut != NULL && asprintf(&twice, "%s%s", good, good) > 0);
	const struct {
		const char *name, *file;
	} bad[] = {
		{ "empty", "" }, { "rubbish", "rubbish\n" },
		{ "altered", altered }, { "a stranger's", strange },
		{ "a license file", license }, { "cut off", cut },
		{ "two in one file", twice },
	};

	device_open(d);
	(void)device_add(d, issuer_terms("a"));
	for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
		struct lc_action *a = ticket_run(d, LC_PROCESS_TICKET,
		    bad[i].file, (struct lc_request){ 0 });

		check_context("%s", bad[i].name);
		check_action(a, LC_FAILED, LC_ETICKET);
		CHECK_HAS(lc_action_detail(a), "permission ticket: ");
		lc_action_free(a);
	}
	CHECK_UINT(count(d), 1);
	free(good);
	free(altered);
	free(strange);
	free(license);
	free(cut);
	free(twice);
	issuer_free(stranger);
	device_free(d);
}

/* The issuer's key is withdrawn between the first slice and the last. */
static void
the_key_goes_meanwhile(void)
{
	struct ticket t = { .id = "t1", .seq = 1, .remove = { "a" } };
	struct device *d = device_new();
	struct lc_request r = { .kind = LC_PROCESS_TICKET };
	const char *keys = d->options.key_dir;
	struct lc_action *a = NULL;
	char *file;

	device_open(d);
	(void)device_add(d, issuer_terms("a"));
	file = ticket_file(d->issuer, &t);
	r.data = file;
	r.len = strlen(file);
	REQUIRE(lc_action_new(d->lc, &r, &a) == LC_OK);
	CHECK(!lc_action_step(a));
	d->options.key_dir = check_dir();
	CHECK_ERR(lc_reconfigure(d->lc, &d->options, NULL), LC_OK, NULL);
	lc_action_run(a);
	check_action(a, LC_FAILED, LC_ETICKET);
	lc_action_free(a);
	d->options.key_dir = keys;
	CHECK_ERR(lc_reconfigure(d->lc, &d->options, NULL), LC_OK, NULL);
	CHECK(device_license(d, "a") != NULL);
	free(file);
	device_free(d);
}

/* Payloads that no authority would sign: each is one member off. */
static void
malformed_payloads(void)
{
	static const struct {
		const char *name, *payload;
	} bad[] = {
		{ "no id", "{%.0s\"issuer\":\"T\",\"issued\":1,\"udi\":\"A:B\","
		    "\"seq\":1,\"remove\":[]}" },
		{ "unknown member", "{%s,\"remove\":[\"a\"],\"until\":1}" },
		{ "no removals at all", "{%s}" },
		{ "twice the same", "{%s,\"remove\":[\"a\",\"a\"]}" },
		{ "not an id", "{%s,\"remove\":[\"a b\"]}" },
		{ "an empty id", "{%s,\"remove\":[\"\"]}" },
		{ "a number", "{%s,\"remove\":[1]}" },
		{ "not an array", "{%s,\"remove\":\"a\"}" },
		{ "a line that is none", "{%s,\"remove\":[],\"add\":[5]}" },
		{ "a key id too short", "{%s,\"remove\":[],\"device\":\"x\"}" },
		{ "another's member", "{%s,\"remove\":[],\"used\":[]}" },
	};
	static const char rest[] = "\"id\":\"t\",\"issuer\":\"T\","
	    "\"issued\":1700000000,\"udi\":\"" ISSUER_UDI "\",\"seq\":1";
	struct device *d = device_new();

	device_open(d);
	(void)device_add(d, issuer_terms("a"));
	for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
		struct lc_file_writer w = { 0 };
		char payload[512], *text;
		struct lc_action *a;

		check_context("%s", bad[i].name);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(payload, sizeof payload, bad[i].payload, rest);
#pragma GCC diagnostic pop
		text = issuer_sign(d->issuer, "licagent-permission-ticket",
		    payload);
		lc_file_writer_statement(&w, LC_PERMISSION_TICKET, text);
		a = ticket_run(d, LC_PROCESS_TICKET, w.text,
		    (struct lc_request){ 0 });
		check_action(a, LC_FAILED, LC_ETICKET);
		lc_action_free(a);
		lc_file_writer_free(&w);
		free(text);
	}
	CHECK_UINT(count(d), 1);
	device_free(d);
}

/* ---- Several stores, faults ------------------------------------------ */

/* Licenses "a" in the primary store and "b" in a removable one. */
static struct device *
two_stores(void)
{
	struct device *d = device_new();
	struct lc_terms t = issuer_terms("b");
	struct lc_action *a;

	d->stores[1] = (struct lc_store_options){
		.device = 1, .index = 2, .kind = LC_STORE_REMOVABLE,
		.name = "usb", .size = 65536,
	};
	d->options.nstores = 2;
	disk_end_at(0, DISK_FAILS);	/* from now on calls are counted */
	device_open(d);
	(void)device_add(d, issuer_terms("a"));
	a = device_install(d, &t, 1, (struct lc_request){ .store = 2 });
	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	lc_action_free(a);
	return d;
}

static const struct ticket from_two = {
	.id = "t1", .seq = 1, .remove = { "a", "b" }, .nadd = 1,
};

/* Both licenses, or only the grace license; never anything between. */
static bool
check_old_or_new(struct device *d)
{
	bool done = device_license(d, "g") != NULL;

	CHECK((device_license(d, "a") == NULL) == done);
	CHECK((device_license(d, "b") == NULL) == done);
	CHECK_UINT(count(d), done ? 1 : 2);
	check_history(d);
	return done;
}

static void
from_several_stores(void)
{
	struct device *d = two_stores();
	struct ticket t = from_two;
	struct lc_action *a;

	t.add[0] = grace("g");
	a = ticket_process(d, &t, (struct lc_request){ 0 });
	check_action(a, LC_SUCCESSFUL, LC_OK);
	lc_action_free(a);
	CHECK(check_old_or_new(d));
	device_reopen(d);
	CHECK(check_old_or_new(d));
	CHECK_UINT(d->nnotices, 0);	/* their lines are gone from both */
	device_free(d);
}

static void
a_store_that_fails(void)
{
	struct device *d = two_stores();
	struct ticket t = from_two;
	struct lc_action *a;

	t.add[0] = grace("g");
	check_write(check_path(d->dir, "store-1-2.db"), "rubbish", 7);
	a = ticket_process(d, &t, (struct lc_request){ 0 });
	check_action(a, LC_FAILED, LC_EDAMAGED);
	lc_action_free(a);
	CHECK(device_license(d, "a") != NULL && device_license(d, "b") !=
	    NULL);
	CHECK(device_license(d, "g") == NULL);
	CHECK_ERR(lc_check(d->lc, NULL), LC_EDAMAGED, NULL);
	device_free(d);
}

/* The nth call to the disk fails, for every n. */
static void
a_disk_that_fails(void)
{
	struct device *d = two_stores();
	struct ticket t = from_two;
	bool failed = true, done = false;
	unsigned n = 0;

	t.add[0] = grace("g");
	while (failed && n < 500) {
		struct lc_action *a;

		check_context("call %u", ++n);
		disk_end_at(n, DISK_FAILS);
		a = ticket_process(d, &t, (struct lc_request){ 0 });
		disk_end_at(0, DISK_FAILS);
		failed = disk_ended();
		done = lc_action_state(a) == LC_SUCCESSFUL;
		CHECK(done || lc_action_error(a) == LC_EIO);
		CHECK_INT(check_old_or_new(d), done);
		lc_action_free(a);
		device_reopen(d);
		CHECK_INT(check_old_or_new(d), done);
		if (done) {	/* in spite of it, or at last */
			device_free(d);
			d = two_stores();
		}
	}
	CHECK(done && n > 10);
	printf("    %u disk calls failed\n", n - 1);
	device_free(d);
}

/* Its own process dies at the nth call, or after the last one. */
static bool
die_at(struct device *d, unsigned n)
{
	struct ticket t = from_two;
	pid_t child;
	int status = 0;

	t.add[0] = grace("g");
	device_close(d);
	fflush(NULL);
	if ((child = fork()) == 0) {
		disk_end_at(n, DISK_DIES);
		if (lc_open(&d->options, &d->lc, NULL) == LC_OK)
			(void)ticket_process(d, &t, (struct lc_request){ 0 });
		_exit(0);	/* before the answer is written anywhere */
	}
	REQUIRE(child > 0 && waitpid(child, &status, 0) == child);
	REQUIRE(WIFEXITED(status));
	return WEXITSTATUS(status) == DISK_DEAD;
}

/* Processed before the death or after it, the answer is one and the same. */
static void
check_answers(struct device *d)
{
	struct ticket t = from_two;
	struct lc_action *a;
	char *one, *other;

	t.add[0] = grace("g");
	a = ticket_process(d, &t, (struct lc_request){ 0 });
	check_action(a, LC_SUCCESSFUL, LC_OK);
	one = output_of(a);
	other = output_of(ticket_run(d, LC_REGENERATE_TICKET, NULL,
	    (struct lc_request){ 0 }));
	CHECK_STR(one, other);
	CHECK(check_old_or_new(d));
	free(one);
	free(other);
}

static void
a_machine_that_dies(void)
{
	struct device *d = two_stores();
	unsigned n = 0, revoked = 0;
	bool died = true;

	while (died && n < 500) {
		check_context("call %u", ++n);
		died = die_at(d, n);
		device_open(d);
		if (!check_old_or_new(d))
			continue;
		revoked++;
		check_answers(d);
		device_free(d);
		d = two_stores();
	}
	CHECK(!died && n > 10);
	CHECK(revoked > 1);
	printf("    %u deaths, %u after the commit\n", n - 1, revoked - 1);
	check_answers(d);
	device_free(d);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "a whole life", a_whole_life },
		{ "accepted at once", accepted_at_once },
		{ "the same ticket again", the_same_ticket_again },
		{ "superseded tickets", superseded_tickets },
		{ "revoked for good", revoked_for_good },
		{ "nothing to regenerate", nothing_to_regenerate },
		{ "why a ticket fails", why_a_ticket_fails },
		{ "not a ticket", not_a_ticket },
		{ "the key goes meanwhile", the_key_goes_meanwhile },
		{ "malformed payloads", malformed_payloads },
		{ "from several stores", from_several_stores },
		{ "a store that fails", a_store_that_fails },
		{ "a disk that fails", a_disk_that_fails },
		{ "a machine that dies", a_machine_that_dies },
	};

	return check_main("rehost", tests, CHECK_COUNT(tests), argc, argv);
}
