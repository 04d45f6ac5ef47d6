/*
 * rules_test.c - the MIB's ten license types and its 22 fail causes: each rule
 * in a table, and what shows that it is kept.
 *
 * Causes of transfers and of jobs that overlap are not the core's to give;
 * tests/system/causes.py has the request for each of them on the real agent.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "device.h"
#include "format/file.h"
#include "format/jws.h"
#include "format/line.h"
#include "jobs/cause.h"
#include "ticket.h"
#include "authority/ops/sign.h"

#define DAY INT64_C(86400)
#define PERIOD 1000
#define LASTS (100 * DAY)

enum how { BY_USE, BY_CALENDAR, FOREVER };
enum after { EXPIRES, TURNS, STAYS };

/* ---- Types ----------------------------------------------------------- */

static const struct rule {
	enum lc_type type;
	const char *label;	/* clmgmtLicenseType's */
	bool locked;		/* has to name its devices */
	enum how metered;
	bool agreement;		/* to be accepted in so many words */
	bool once;		/* for a feature of a device */
	enum lc_priority priority;
	int rank;		/* the lower one is used */
	enum after after;
	enum lc_event_kind event;	/* when it is over */
} rules[] = {
	/* clang-format off */
	{ LC_DEMO, "demo", false, BY_USE, true, false, LC_PRIORITY_LOW, 3, EXPIRES, LC_EVENT_EXPIRED },
	{ LC_EXTENSION, "extension", true, BY_USE, true, false, LC_PRIORITY_MEDIUM, 2, EXPIRES, LC_EVENT_EXPIRED },
	{ LC_GRACE_PERIOD, "gracePeriod", true, BY_USE, true, false, LC_PRIORITY_MEDIUM, 2, EXPIRES, LC_EVENT_EXPIRED },
	{ LC_PERMANENT, "permanent", true, FOREVER, false, false, LC_PRIORITY_MEDIUM, 1, STAYS, 0 },
	{ LC_PAID_SUBSCRIPTION, "paidSubscription", true, BY_CALENDAR, false, false, LC_PRIORITY_MEDIUM, 1, EXPIRES, LC_EVENT_SUBSCRIPTION_EXPIRED },
	{ LC_EVALUATION_SUBSCRIPTION, "evaluationSubscription", true, BY_CALENDAR, true, true, LC_PRIORITY_LOW, 3, EXPIRES, LC_EVENT_SUBSCRIPTION_EXPIRED },
	{ LC_EXTENSION_SUBSCRIPTION, "extensionSubscription", true, BY_CALENDAR, true, false, LC_PRIORITY_MEDIUM, 2, EXPIRES, LC_EVENT_SUBSCRIPTION_EXPIRED },
	{ LC_EVAL_RIGHT_TO_USE, "evalRightToUse", false, BY_USE, true, false, LC_PRIORITY_LOW, 3, TURNS, LC_EVENT_RTU_TRANSITION },
	{ LC_RIGHT_TO_USE, "rightToUse", false, FOREVER, true, false, LC_PRIORITY_MEDIUM, 1, STAYS, 0 },
	{ LC_PERMANENT_RIGHT_TO_USE, "permanentRightToUse", false, FOREVER, true, false, LC_PRIORITY_MEDIUM, 1, STAYS, 0 },
	/* clang-format on */
};
#define NTYPES CHECK_COUNT(rules)

/* A good license of the type for the feature "one". */
static struct lc_terms
terms_of(const struct rule *r, const struct device *d, const char *id)
{
	struct lc_terms t = issuer_terms(id);

	t.feature = "one";
	t.type = r->type;
	if (r->metered == BY_USE)
		t.period_s = PERIOD;
	if (r->metered == BY_CALENDAR)
		t.end = d->wall + LASTS;
	return t;
}

static enum lc_err
install(struct device *d, struct lc_terms t, bool accept)
{
	struct lc_action *a = device_install(d, &t, 1,
	    (struct lc_request){ .accept_eula = accept });
	enum lc_err err = lc_action_error(a);

	lc_action_free(a);
	return err;
}

static enum lc_err
take(struct device *d, uint32_t count, struct lc_lease **lease)
{
	struct lc_lease_request r = { .feature = "one", .count = count };

	*lease = NULL;
	return lc_checkout(d->lc, &r, lease, NULL);
}

static enum lc_status
status(const struct device *d, const char *id)
{
	return lc_license_status(d->lc, device_license(d, id));
}

static void
its_name(const struct rule *r, struct device *d)
{
	enum lc_type type = 0;

	(void)d;
	CHECK_INT(r->type, r - rules + 1);	/* the MIB's number */
	CHECK_STR(lc_type_name(r->type), r->label);
	CHECK(lc_type_from_name(r->label, &type));
	CHECK_INT(type, r->type);
	CHECK_INT(lc_type_node_locked(r->type), r->locked);
	CHECK_INT(lc_type_metered(r->type), r->metered == BY_USE);
	CHECK_INT(lc_type_subscription(r->type), r->metered == BY_CALENDAR);
	CHECK_INT(lc_type_needs_eula(r->type), r->agreement);
}

/* For no device in particular; for another one. */
static void
node_lock(const struct rule *r, struct device *d)
{
	static const char *const other[] = { "TEST-1:SN2" };
	struct lc_terms t = terms_of(r, d, "a");
	char *line = NULL;

	t.udis = other;
	CHECK_ERR(install(d, t, true), LC_EUDI, NULL);
	t.nudis = 0;
	CHECK_ERR(lc_line_sign(&t, d->issuer->key, &line, NULL),
	    r->locked ? LC_ELINE : LC_OK, NULL);
	free(line);
	if (!r->locked)
		CHECK_ERR(install(d, t, true), LC_OK, NULL);
}

static void
agreements(const struct rule *r, struct device *d)
{
	struct lc_terms t = terms_of(r, d, "a");

	t.eula = "0123456789012345678901234567890123456789012";
	CHECK_ERR(install(d, t, false), r->agreement ? LC_EEULA : LC_OK, NULL);
	if (r->agreement)
		CHECK_ERR(install(d, t, true), LC_OK, NULL);
	CHECK(device_license(d, "a")->eula_accepted);
	CHECK_INT(device_license(d, "a")->priority, r->priority);
}

/* What counts: seconds of use, days of the calendar, or nothing. */
static void
metering(const struct rule *r, struct device *d)
{
	const struct lc_license *l;
	struct lc_lease *lease;

	CHECK_ERR(install(d, terms_of(r, d, "a"), true), LC_OK, NULL);
	l = device_license(d, "a");
	CHECK_INT(status(d, "a"), LC_NOT_IN_USE);
	device_pass(d, 500);
	CHECK_UINT(lc_license_used_s(d->lc, l), 0);
	CHECK_UINT(lc_license_left_s(d->lc, l),
	    r->metered == BY_USE ? PERIOD : 0);
	CHECK_ERR(take(d, 1, &lease), LC_OK, NULL);
	device_pass(d, 100);
	d->wall += 50;		/* the clock alone */
	CHECK_INT(status(d, "a"), LC_IN_USE);
	CHECK_UINT(lc_license_used_s(d->lc, l), 100);
	CHECK_UINT(lc_license_left_s(d->lc, l),
	    r->metered == BY_USE ? PERIOD - 100 : 0);
	lc_release(lease);
	CHECK_INT(status(d, "a"), LC_NOT_IN_USE);

	/* Clearing and installing again gives nothing back. */
	CHECK_ERR(device_clear(d, 1), LC_OK, NULL);
	CHECK_ERR(install(d, terms_of(r, d, "a"), true), LC_OK, NULL);
	l = device_license(d, "a");
	CHECK_UINT(l->index, 1);
	CHECK_UINT(lc_license_used_s(d->lc, l), 100);
}

/* A second license of the type for the feature, after the first was cleared. */
static void
once(const struct rule *r, struct device *d)
{
	CHECK_ERR(install(d, terms_of(r, d, "a"), true), LC_OK, NULL);
	CHECK_ERR(install(d, terms_of(r, d, "a"), true), LC_EEXISTS, NULL);
	CHECK_ERR(device_clear(d, 1), LC_OK, NULL);
	CHECK_ERR(install(d, terms_of(r, d, "b"), true),
	    r->once ? LC_EEXISTS : LC_OK, NULL);
}

static void
counts(const struct rule *r, struct device *d)
{
	struct lc_terms t = terms_of(r, d, "a");
	struct lc_lease *three, *more;

	CHECK_ERR(install(d, t, true), LC_OK, NULL);
	CHECK_UINT(device_license(d, "a")->terms.count, LC_UNCOUNTED);
	CHECK_UINT(device_license(d, "a")->count_left, LC_UNCOUNTED);
	CHECK_ERR(take(d, 1000, &more), LC_OK, NULL);
	CHECK_UINT(device_license(d, "a")->count_left, LC_UNCOUNTED);
	lc_release(more);
	CHECK_ERR(device_clear(d, 1), LC_OK, NULL);
	t.counted = true;
	t.count = 5;
	CHECK_ERR(install(d, t, true), LC_OK, NULL);
	CHECK_ERR(take(d, 3, &three), LC_OK, NULL);
	CHECK_UINT(device_license(d, "a")->count_left, 2);
	CHECK_ERR(take(d, 3, &more), LC_EEXHAUSTED, NULL);
	CHECK_UINT(device_license(d, "a")->count_left, 2);
	CHECK_ERR(take(d, 2, &more), LC_OK, NULL);
	CHECK_INT(status(d, "a"), LC_COUNT_CONSUMED);
	lc_release(three);
	CHECK_UINT(device_license(d, "a")->count_left, 3);
	lc_release(more);
}

/* Two of the type: exclusive ones supersede each other, additive ones sum. */
static void
addition(const struct rule *r, struct device *d)
{
	struct lc_terms t[2] = { terms_of(r, d, "a"), terms_of(r, d, "b") };
	struct lc_lease *lease;

	if (r->once)
		return;		/* there cannot be two */
	for (int additive = 0; additive < 2; additive++) {
		t[0].counted = t[1].counted = true;
		t[0].count = 5;
		t[1].count = 4;
		t[0].additive = t[1].additive = additive;
		CHECK_ERR(install(d, t[0], true), LC_OK, NULL);
		CHECK_ERR(install(d, t[1], true), LC_OK, NULL);
		CHECK_INT(status(d, "b"), additive ? LC_NOT_IN_USE :
		    LC_INACTIVE);
		CHECK_ERR(take(d, 9, &lease), additive ? LC_OK :
		    LC_EEXHAUSTED, NULL);
		lc_release(lease);
		CHECK_ERR(device_clear(d, device_license(d, "a")->index),
		    LC_OK, NULL);
		CHECK_INT(status(d, "b"), LC_NOT_IN_USE);
		CHECK_ERR(device_clear(d, device_license(d, "b")->index),
		    LC_OK, NULL);
	}
}

static bool
was_told(const struct device *d, enum lc_event_kind kind)
{
	for (size_t i = 0; i < d->nevents; i++) {
		if (d->events[i] == kind)
			return true;
	}
	return false;
}

static void
the_end(const struct rule *r, struct device *d)
{
	struct lc_lease *lease, *other;
	const struct lc_license *l;

	CHECK_ERR(install(d, terms_of(r, d, "a"), true), LC_OK, NULL);
	CHECK_ERR(take(d, 1, &lease), LC_OK, NULL);
	device_pass(d, PERIOD - 1);
	CHECK_INT(status(d, "a"), LC_IN_USE);
	d->nevents = 0;
	device_pass(d, LASTS);
	device_pass(d, 1);	/* what follows from it */
	l = device_license(d, "a");
	CHECK(r->event == 0 || was_told(d, r->event));
	CHECK_INT(l->terms.type, r->after == TURNS ? LC_RIGHT_TO_USE :
	    r->type);
	CHECK_UINT(lc_license_left_s(d->lc, l), 0);
	if (r->after != EXPIRES) {
		CHECK_INT(status(d, "a"), LC_IN_USE);
		CHECK_UINT(lc_license_used_s(d->lc, l), PERIOD + LASTS);
		lc_release(lease);
		return;
	}
	CHECK_INT(status(d, "a"), LC_EXPIRED_IN_USE);
	CHECK_INT(lc_lease_state(lease), LC_LEASE_EXPIRED);
	CHECK_ERR(take(d, 1, &other), LC_EEXPIRED, NULL);
	lc_release(lease);
	CHECK_INT(status(d, "a"), LC_EXPIRED_NOT_IN_USE);
	CHECK_ERR(take(d, 1, &other), LC_EEXPIRED, NULL);
	device_reopen(d);
	CHECK_INT(status(d, "a"), LC_EXPIRED_NOT_IN_USE);
}

/* It begins later, if it may. */
static void
the_start(const struct rule *r, struct device *d)
{
	struct lc_terms t = terms_of(r, d, "a");
	struct lc_lease *lease;
	char *line = NULL;

	t.start = d->wall + DAY;
	CHECK_ERR(lc_line_sign(&t, d->issuer->key, &line, NULL),
	    r->metered == BY_CALENDAR ? LC_OK : LC_EPERIOD, NULL);
	free(line);
	if (r->metered != BY_CALENDAR)
		return;
	CHECK_ERR(install(d, t, true), LC_OK, NULL);
	CHECK_INT(status(d, "a"), LC_INACTIVE);
	CHECK_ERR(take(d, 1, &lease), LC_ENOTYET, NULL);
	device_pass(d, DAY);
	CHECK_INT(status(d, "a"), LC_NOT_IN_USE);
	CHECK_ERR(take(d, 1, &lease), LC_OK, NULL);
}

/* Beside each type that ranks lower. */
static void
rank(const struct rule *r, struct device *d)
{
	for (size_t i = 0; i < NTYPES; i++) {
		char id[8];
		uint32_t best, other;

		if (rules[i].rank <= r->rank)
			continue;
		snprintf(id, sizeof id, "b%zu", i);
		best = device_add(d, terms_of(r, d, "a"));
		other = device_add(d, terms_of(&rules[i], d, id));
		CHECK_INT(status(d, "a"), LC_NOT_IN_USE);
		CHECK_INT(status(d, id), LC_INACTIVE);

		/* The operator may prefer it; else it takes over. */
		CHECK_ERR(lc_priority_set(d->lc, 1, 1, other,
		    LC_PRIORITY_HIGH), LC_OK, NULL);
		CHECK_INT(status(d, "a"), LC_INACTIVE);
		CHECK_INT(status(d, id), LC_NOT_IN_USE);
		CHECK_ERR(lc_priority_set(d->lc, 1, 1, other,
		    rules[i].priority), LC_OK, NULL);
		CHECK_ERR(device_clear(d, best), LC_OK, NULL);
		CHECK_INT(status(d, id), LC_NOT_IN_USE);
		CHECK_ERR(device_clear(d, other), LC_OK, NULL);
	}
}

static void
each_type(void (*check)(const struct rule *, struct device *))
{
	for (size_t i = 0; i < NTYPES; i++) {
		struct device *d = device_new();

		check_context("%s", rules[i].label);
		device_open(d);
		check(&rules[i], d);
		CHECK_ERR(lc_check(d->lc, NULL), LC_OK, NULL);
		device_free(d);
	}
}

#define EACH(name, rule) static void name(void) { each_type(rule); }
EACH(names, its_name)
EACH(node_locks, node_lock)
EACH(agreements_of, agreements)
EACH(meters, metering)
EACH(once_only, once)
EACH(counting, counts)
EACH(additions, addition)
EACH(starts, the_start)
EACH(ends, the_end)
EACH(ranks, rank)

/* ---- Fail causes ----------------------------------------------------- */

/* The device has license "a" (held), "c" (free) and a full second store. */
static enum lc_err
run(struct device *d, struct lc_request r, const char *file)
{
	struct lc_action *a = NULL;
	enum lc_err err;

	r.data = file;
	r.len = file != NULL ? strlen(file) : 0;
	CHECK_ERR(lc_action_new(d->lc, &r, &a), LC_OK, NULL);
	lc_action_run(a);
	err = lc_action_error(a);
	CHECK_INT(lc_action_state(a), err == LC_OK ? LC_SUCCESSFUL :
	    LC_FAILED);
	lc_action_free(a);
	return err;
}

static enum lc_err
run_install(struct device *d, struct lc_terms t, struct lc_request r)
{
	char *file = device_file(d, &t, 1);
	enum lc_err err;

	r.kind = LC_INSTALL;
	err = run(d, r, file);
	free(file);
	return err;
}

/* A line that licissue would not sign. */
static enum lc_err
run_payload(struct device *d, const char *type)
{
	struct lc_file_writer w = { 0 };
	char payload[512], *line;
	enum lc_err err;

	snprintf(payload, sizeof payload, "{\"id\":\"b\",\"issuer\":\"T\","
	    "\"issued\":1700000000,\"feature\":\"f\",\"version\":\"1.0\","
	    "\"udi\":[\"TEST-1:SN1\"],%s}", type);
	line = issuer_sign(d->issuer, LC_TYP_LICENSE, payload);
	lc_file_writer_lines(&w, (const char *const *)&line, 1);
	err = run(d, (struct lc_request){ .kind = LC_INSTALL }, w.text);
	lc_file_writer_free(&w);
	free(line);
	return err;
}

static enum lc_err
good_license(struct device *d)
{
	return run_install(d, issuer_terms("new"), (struct lc_request){ 0 });
}

static enum lc_err
not_accepted(struct device *d)
{
	struct lc_terms t = issuer_terms("b");

	t.type = LC_EXTENSION;
	t.period_s = PERIOD;
	t.eula = "0123456789012345678901234567890123456789012";
	return run_install(d, t, (struct lc_request){ 0 });
}

static enum lc_err
no_such_device(struct device *d)
{
	return run_install(d, issuer_terms("b"),
	    (struct lc_request){ .device = 9 });
}

static enum lc_err
no_license_file(struct device *d)
{
	return run(d, (struct lc_request){ .kind = LC_INSTALL },
	    "no license\n");
}

static enum lc_err
forged_line(struct device *d)
{
	struct issuer *stranger = issuer_new(LC_ED25519), *own = d->issuer;
	enum lc_err err;

	d->issuer = stranger;
	err = run_install(d, issuer_terms("b"), (struct lc_request){ 0 });
	d->issuer = own;
	issuer_free(stranger);
	return err;
}

static enum lc_err
there_already(struct device *d)
{
	return run_install(d, issuer_terms("a"), (struct lc_request){ 0 });
}

static enum lc_err
for_another(struct device *d)
{
	static const char *const other[] = { "TEST-1:SN2" };
	struct lc_terms t = issuer_terms("b");

	t.udis = other;
	return run_install(d, t, (struct lc_request){ 0 });
}

static enum lc_err
count_of_none(struct device *d)
{
	return run_payload(d, "\"type\":\"permanent\",\"count\":0");
}

static enum lc_err
period_of_none(struct device *d)
{
	return run_payload(d, "\"type\":\"extension\",\"period\":0");
}

static enum lc_err
in_the_future(struct device *d)
{
	struct lc_terms t = issuer_terms("b");

	t.issued = d->wall + 31 * DAY;
	return run_install(d, t, (struct lc_request){ 0 });
}

static enum lc_err
held(struct device *d)
{
	return run(d, (struct lc_request){ .kind = LC_CLEAR,
	    .license = device_license(d, "a")->index }, NULL);
}

static enum lc_err
no_such_store(struct device *d)
{
	return run_install(d, issuer_terms("b"),
	    (struct lc_request){ .store = 9 });
}

static enum lc_err
no_room(struct device *d)
{
	return run_install(d, issuer_terms("b"),
	    (struct lc_request){ .store = 2 });
}

static enum lc_err
no_ticket(struct device *d)
{
	return run(d, (struct lc_request){ .kind = LC_PROCESS_TICKET },
	    "no ticket\n");
}

static enum lc_err
nothing_to_regenerate(struct device *d)
{
	return run(d, (struct lc_request){ .kind = LC_REGENERATE_TICKET },
	    NULL);
}

static const struct {
	enum fail_cause cause;
	const char *label;
	enum lc_err (*request)(struct device *);	/* NULL: not of the core */
} causes[] = {
	{ CAUSE_NONE, "none", good_license },
	{ CAUSE_GENERAL, "generalFailure", not_accepted },
	{ CAUSE_PROTOCOL, "transferProtocolNotSupported", NULL },
	{ CAUSE_SERVER, "fileServerNotReachable", NULL },
	{ CAUSE_DEVICE, "unrecognizedEntPhysicalIndex", no_such_device },
	{ CAUSE_FILE_PATH, "invalidLicenseFilePath", NULL },
	{ CAUSE_FILE, "invalidLicenseFile", no_license_file },
	{ CAUSE_LINE, "invalidLicenseLine", forged_line },
	{ CAUSE_EXISTS, "licenseAlreadyExists", there_already },
	{ CAUSE_OTHER_DEVICE, "licenseNotValidForDevice", for_another },
	{ CAUSE_COUNT, "invalidLicenseCount", count_of_none },
	{ CAUSE_PERIOD, "invalidLicensePeriod", period_of_none },
	{ CAUSE_IN_USE, "licenseInUse", held },
	{ CAUSE_STORE, "invalidLicenseStore", no_such_store },
	{ CAUSE_STORE_FULL, "licenseStorageFull", no_room },
	{ CAUSE_TICKET_PATH, "invalidPermissionTicketFile", NULL },
	{ CAUSE_TICKET, "invalidPermissionTicket", no_ticket },
	{ CAUSE_REHOST_PATH, "invalidRehostTicketFile", NULL },
	{ CAUSE_REHOST, "invalidRehostTicket", nothing_to_regenerate },
	{ CAUSE_BACKUP_PATH, "invalidLicenseBackupFile", NULL },
	{ CAUSE_CLEAR_RUNNING, "licenseClearInProgress", NULL },
	{ CAUSE_EULA_PATH, "invalidLicenseEULAFile", NULL },
};

static void
fail_causes(void)
{
	struct device *d = device_new();
	struct lc_lease_request r = { .feature = "ipbasek9", .version = "1.0" };
	struct lc_lease *lease;
	size_t n, before;

	d->stores[1] = (struct lc_store_options){
		.device = 1, .index = 2, .kind = LC_STORE_PRIMARY,
		.name = "full", .size = 100,
	};
	d->options.nstores = 2;
	device_open(d);
	(void)device_add(d, issuer_terms("a"));
	CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_OK, NULL);
	CHECK_UINT(CHECK_COUNT(causes), 22);
	for (size_t i = 0; i < CHECK_COUNT(causes); i++) {
		enum lc_err err;

		check_context("%s", causes[i].label);
		CHECK_INT(causes[i].cause, i + 1);	/* the MIB's number */
		CHECK_STR(cause_name(causes[i].cause), causes[i].label);
		if (causes[i].request == NULL) {
			for (err = LC_OK; err <= LC_EMIXED; err++)
				CHECK(cause_of(err) != causes[i].cause);
			continue;
		}
		(void)lc_licenses(d->lc, &before);
		err = causes[i].request(d);
		CHECK_INT(cause_of(err), causes[i].cause);
		(void)lc_licenses(d->lc, &n);
		CHECK_UINT(n, before + (err == LC_OK));
	}
	CHECK_INT(cause_of(in_the_future(d)), CAUSE_PERIOD);
	CHECK_ERR(lc_check(d->lc, NULL), LC_OK, NULL);
	device_free(d);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "names", names },
		{ "node locks", node_locks },
		{ "agreements", agreements_of },
		{ "meters", meters },
		{ "once only", once_only },
		{ "counting", counting },
		{ "additions", additions },
		{ "starts", starts },
		{ "ends", ends },
		{ "ranks", ranks },
		{ "fail causes", fail_causes },
	};

	return check_main("rules", tests, CHECK_COUNT(tests), argc, argv);
}
