/* action_test.c - installing and clearing: results, rows, events, faults. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "device.h"
#include "ops/missing.h"
#include "format/file.h"
#include "format/jws.h"

static struct lc_terms
demo(const char *id)
{
	struct lc_terms t = issuer_terms(id);

	t.type = LC_DEMO;
	t.nudis = 0;
	t.period_s = 5184000;
	return t;
}

/* What one result says. */
static void
check_result(const struct lc_action *a, size_t i, enum lc_action_state state,
    enum lc_err err)
{
	const struct lc_result *r;
	size_t n;

	r = lc_action_results(a, &n);
	REQUIRE(i < n);
	CHECK_INT(r[i].state, state);
	CHECK_ERR(r[i].err, err, &r[i].detail);
	CHECK((r[i].index != 0) == (state == LC_SUCCESSFUL));
}

/* Installs one license as it is, and looks at what became of it. */
static void
check_install(struct device *d, struct lc_terms t, struct lc_request r,
    enum lc_err expected)
{
	struct lc_action *a = device_install(d, &t, 1, r);

	check_result(a, 0, expected == LC_OK ? LC_SUCCESSFUL : LC_FAILED,
	    expected);
	CHECK_INT(lc_action_state(a),
	    expected == LC_OK ? LC_SUCCESSFUL : LC_FAILED);
	CHECK_ERR(lc_action_error(a), expected, NULL);
	lc_action_free(a);
}

/* It costs itself: the device opens, says so, and uses the other keys. */
static void
a_bad_file_among_the_keys(void)
{
	struct device *d = device_new();
	const char *bad = check_path(d->options.key_dir, "bad.jwk");
	struct lc_detail detail = { "" };
	const char *const *skipped;
	size_t n = 0;

	check_write(bad, "rubbish", 7);
	device_open(d);
	CHECK_UINT(d->nnotices, 1);
	CHECK_HAS(d->notice, "key file skipped: ");
	skipped = lc_keys_skipped(d->lc, &n);
	CHECK_UINT(n, 1);
	CHECK_HAS(n > 0 ? skipped[0] : "", "bad.jwk: not a public key");
	CHECK(device_add(d, issuer_terms("a")) != 0);
	REQUIRE(unlink(bad) == 0);
	CHECK_ERR(lc_reconfigure(d->lc, &d->options, &detail), LC_OK, &detail);
	(void)lc_keys_skipped(d->lc, &n);
	CHECK_UINT(n, 0);
	CHECK_UINT(d->nnotices, 1);
	CHECK(device_license(d, "a") != NULL);
	device_free(d);
}

static void
two_licenses(void)
{
	struct device *d = device_new();
	struct lc_terms t[] = { issuer_terms("a"), demo("b") };
	const struct lc_license *const *list;
	struct lc_action *a;
	size_t n;

	t[1].feature = "phones";
	t[1].counted = true;
	t[1].count = 100;
	t[1].comment = "from the issuer";
	device_open(d);
	a = device_install(d, t, 2, (struct lc_request){ .by = "test" });
	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	check_result(a, 0, LC_SUCCESSFUL, LC_OK);
	check_result(a, 1, LC_SUCCESSFUL, LC_OK);
	CHECK_STR(lc_action_results(a, &n)[1].feature, "phones");
	lc_action_free(a);

	for (int round = 0; round < 2; round++) {
		check_context("round %d", round);
		list = lc_licenses(d->lc, &n);
		REQUIRE(n == 2);
		CHECK_UINT(list[0]->index, 1);
		CHECK_STR(list[0]->terms.id, "a");
		CHECK_UINT(list[0]->count_left, LC_UNCOUNTED);
		CHECK_INT(list[0]->installed, d->wall);
		CHECK_UINT(list[1]->index, 2);
		CHECK_STR(list[1]->comment, "from the issuer");
		CHECK_UINT(list[1]->count_left, 100);
		CHECK_INT(lc_license_status(d->lc, list[1]), LC_NOT_IN_USE);
		CHECK_UINT(lc_license_left_s(d->lc, list[1]), 5184000);
		device_reopen(d);
	}
	CHECK_UINT(d->nevents, 2);
	CHECK_INT(d->events[1], LC_EVENT_INSTALLED);
	CHECK_UINT(d->nnotices, 0);
	device_free(d);
}

/* The same for a payload that licissue would not sign. */
static void
check_install_raw(struct device *d, const char *rest, enum lc_err expected)
{
	struct lc_file_writer w = { 0 };
	struct lc_action *a;
	char payload[512];
	char *line;

	snprintf(payload, sizeof payload, "{\"id\":\"b\",\"issuer\":\"T\","
	    "\"issued\":1700000000,\"feature\":\"f\",\"version\":\"1.0\",%s}",
	    rest);
	line = issuer_sign(d->issuer, LC_TYP_LICENSE, payload);
	lc_file_writer_lines(&w, (const char *const *)&line, 1);
	a = device_install_file(d, w.text, (struct lc_request){ 0 });
	check_result(a, 0, LC_FAILED, expected);
	lc_action_free(a);
	lc_file_writer_free(&w);
	free(line);
}

/* Causes in the order in which they are reported, each with what is next. */
static void
why_a_license_fails(void)
{
	static const char *const other[] = { "TEST-1:SN2" };
	struct device *d = device_new();
	const struct lc_request plain = { 0 };
	struct lc_terms t;

	d->stores[0].size = 1400;
	device_open(d);
	check_install(d, issuer_terms("a"), plain, LC_OK);
	check_install(d, issuer_terms("a"), plain, LC_EEXISTS);

	t = issuer_terms("a");
	t.udis = other;
	check_install(d, t, plain, LC_EUDI);
	check_install_raw(d, "\"type\":\"extension\","
	    "\"udi\":[\"TEST-1:SN2\"],\"count\":0,\"period\":0", LC_EUDI);
	check_install_raw(d, "\"type\":\"extension\","
	    "\"udi\":[\"TEST-1:SN1\"],\"count\":0,\"period\":0", LC_ECOUNT);
	check_install_raw(d, "\"type\":\"extension\","
	    "\"udi\":[\"TEST-1:SN1\"],\"count\":5,\"period\":0",
	    LC_EPERIOD);

	t = demo("b");
	t.eula = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
	check_install(d, t, plain, LC_EEULA);
	check_install(d, t, (struct lc_request){ .accept_eula = true },
	    LC_OK);
	CHECK(device_license(d, "b")->eula_accepted);
	check_install(d, issuer_terms("c"), plain, LC_OK);
	check_install(d, issuer_terms("d"), plain, LC_EFULL);
	device_free(d);
}

static void
where_a_license_goes(void)
{
	struct device *d = device_new();
	struct lc_request r = { .device = 2 };
	struct lc_detail detail;

	d->stores[1] = (struct lc_store_options){
		.device = 1, .index = 7, .kind = LC_STORE_REMOVABLE,
		.name = "usb:licenses", .size = 65536,
	};
	d->options.nstores = 2;
	device_open(d);
	check_install(d, issuer_terms("a"), (struct lc_request){ .store = 7 },
	    LC_OK);
	CHECK_UINT(device_license(d, "a")->store, 7);
	CHECK_ERR(lc_request_check(d->lc, &(struct lc_request){
	    .kind = LC_INSTALL, .store = 7 }, &detail), LC_OK, NULL);
	CHECK_STR(detail.text, "");

	for (int i = 0; i < 2; i++) {
		struct lc_terms t = issuer_terms("b");
		struct lc_action *a = device_install(d, &t, 1, r);
		size_t n;

		CHECK_INT(lc_action_state(a), LC_FAILED);
		CHECK_ERR(lc_action_error(a), i == 0 ? LC_EDEVICE : LC_ESTORE,
		    NULL);
		(void)lc_action_results(a, &n);
		CHECK_UINT(n, 0);
		lc_action_free(a);
		r = (struct lc_request){ .store = 3 };
	}
	device_free(d);
}

/* A stack: licenses find their device, and its default store. */
static void
several_devices(void)
{
	static const char *const second[] = { "TEST-1:SN2" };
	static const char *const both[] = { "TEST-1:SN1", "TEST-1:SN2" };
	struct device *d = device_new();
	struct lc_terms t[] = {
		issuer_terms("a"), issuer_terms("b"), issuer_terms("c"),
		demo("d"),
	};
	struct lc_action *a;

	t[1].udis = second;
	t[2].udis = both;
	t[2].nudis = 2;
	d->devices[1] = (struct lc_device_options){
		.index = 1001, .pid = "TEST-1", .sn = "SN2",
	};
	d->options.ndevices = 2;
	d->stores[1] = d->stores[0];
	d->stores[1].device = 1001;
	d->stores[2] = d->stores[0];
	d->stores[2].index = 2;
	d->stores[2].is_default = false;
	d->options.nstores = 3;
	device_open(d);

	a = device_install(d, t, 4, (struct lc_request){ .store = 2 });
	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	CHECK_UINT(device_license(d, "a")->device, 1);
	CHECK_UINT(device_license(d, "a")->store, 1);	/* not the one named */
	CHECK_UINT(device_license(d, "b")->device, 1001);
	CHECK_UINT(device_license(d, "b")->index, 1);
	CHECK_UINT(device_license(d, "c")->device, 1);
	CHECK_UINT(device_license(d, "d")->device, 1);
	lc_action_free(a);

	/* Once more: the device of the two that lacks it. */
	a = device_install(d, &t[2], 1, (struct lc_request){ 0 });
	CHECK_UINT(lc_action_results(a, &(size_t){ 0 })[0].device, 1001);
	lc_action_free(a);
	check_install(d, t[2], (struct lc_request){ 0 }, LC_EEXISTS);
	check_install(d, t[0], (struct lc_request){ .device = 1001 }, LC_EUDI);
	device_free(d);
}

static void
some_fail(void)
{
	static const char *const other[] = { "TEST-1:SN2" };
	struct device *d = device_new();
	struct lc_terms t[] = {
		issuer_terms("a"), issuer_terms("b"), issuer_terms("c"),
	};
	struct lc_action *a;

	t[1].udis = other;
	device_open(d);
	a = device_install(d, t, 3,
	    (struct lc_request){ .stop_on_failure = true });
	CHECK_INT(lc_action_state(a), LC_PARTIALLY_SUCCESSFUL);
	CHECK_ERR(lc_action_error(a), LC_OK, NULL);
	check_result(a, 0, LC_SUCCESSFUL, LC_OK);
	check_result(a, 1, LC_FAILED, LC_EUDI);
	check_result(a, 2, LC_NOT_STARTED, LC_OK);
	lc_action_free(a);

	a = device_install(d, t, 3, (struct lc_request){ 0 });
	CHECK_INT(lc_action_state(a), LC_PARTIALLY_SUCCESSFUL);
	check_result(a, 0, LC_FAILED, LC_EEXISTS);
	check_result(a, 1, LC_FAILED, LC_EUDI);
	check_result(a, 2, LC_SUCCESSFUL, LC_OK);
	lc_action_free(a);

	a = device_install(d, t, 3, (struct lc_request){ 0 });
	CHECK_INT(lc_action_state(a), LC_FAILED);
	CHECK_ERR(lc_action_error(a), LC_EMIXED, NULL);
	lc_action_free(a);

	a = device_install(d, &t[2], 1, (struct lc_request){ 0 });
	CHECK_ERR(lc_action_error(a), LC_EEXISTS, NULL);
	CHECK_HAS(lc_action_detail(a), "license c");
	lc_action_free(a);
	device_free(d);
}

static void
the_same_license_twice(void)
{
	struct device *d = device_new();
	struct lc_terms t[] = { issuer_terms("a"), issuer_terms("a") };
	struct lc_action *a;

	device_open(d);
	a = device_install(d, t, 2, (struct lc_request){ 0 });
	check_result(a, 0, LC_SUCCESSFUL, LC_OK);
	check_result(a, 1, LC_FAILED, LC_EEXISTS);
	lc_action_free(a);
	device_free(d);
}

/* A device gets one evaluation subscription of a feature, ever. */
static void
one_evaluation(void)
{
	struct device *d = device_new();
	struct lc_terms t = issuer_terms("a"), two[2];
	struct lc_action *a;

	t.type = LC_EVALUATION_SUBSCRIPTION;
	t.end = d->wall + 1000;
	device_open(d);
	check_install(d, t, (struct lc_request){ 0 }, LC_OK);
	CHECK_ERR(device_clear(d, 1), LC_OK, NULL);
	device_reopen(d);
	check_install(d, t, (struct lc_request){ 0 }, LC_OK);
	t.id = "b";
	check_install(d, t, (struct lc_request){ 0 }, LC_EEXISTS);
	t.feature = "other";
	check_install(d, t, (struct lc_request){ 0 }, LC_OK);
	t.id = "c";
	t.type = LC_EXTENSION_SUBSCRIPTION;
	check_install(d, t, (struct lc_request){ 0 }, LC_OK);

	two[0] = two[1] = t;
	for (int i = 0; i < 2; i++) {
		two[i].type = LC_EVALUATION_SUBSCRIPTION;
		two[i].feature = "third";
		two[i].id = i == 0 ? "x" : "y";
	}
	a = device_install(d, two, 2, (struct lc_request){ 0 });
	check_result(a, 0, LC_SUCCESSFUL, LC_OK);
	check_result(a, 1, LC_FAILED, LC_EEXISTS);
	lc_action_free(a);
	device_free(d);
}

static void
not_a_license_file(void)
{
	struct device *d = device_new();
	struct lc_action *a;
	struct lc_terms t = issuer_terms("a");
	char *file, *signature;

	device_open(d);
	a = device_install_file(d, "rubbish\n", (struct lc_request){ 0 });
	CHECK_INT(lc_action_state(a), LC_FAILED);
	CHECK_ERR(lc_action_error(a), LC_EFILE, NULL);
	lc_action_free(a);

	file = device_file(d, &t, 1);
	signature = strrchr(file, '.') + 10;
	*signature = *signature == 'A' ? 'B' : 'A';
	a = device_install_file(d, file, (struct lc_request){ 0 });
	CHECK_ERR(lc_action_error(a), LC_ESIGNATURE, NULL);
	lc_action_free(a);
	free(file);
	CHECK(device_license(d, "a") == NULL);
	CHECK_UINT(d->nevents, 0);
	device_free(d);
}

static void
clearing(void)
{
	struct device *d = device_new();
	const struct lc_event *e;

	device_open(d);
	CHECK_UINT(device_add(d, issuer_terms("a")), 1);
	CHECK_UINT(device_add(d, issuer_terms("b")), 2);
	CHECK_ERR(lc_comment_set(d->lc, 1, 1, 2, "mine"), LC_OK, NULL);
	CHECK_ERR(device_clear(d, 3), LC_ENOTFOUND, NULL);
	CHECK_ERR(device_clear(d, 2), LC_OK, NULL);
	CHECK(device_license(d, "b") == NULL);
	CHECK_INT(d->events[2], LC_EVENT_CLEARED);

	/* The event keeps what the row held. */
	CHECK_ERR(lc_event_next(d->lc, 2, &e), LC_OK, NULL);
	CHECK_INT(e->kind, LC_EVENT_CLEARED);
	CHECK_UINT(e->license, 2);
	CHECK_STR(e->comment, "mine");

	device_reopen(d);
	CHECK(device_license(d, "b") == NULL);
	CHECK_UINT(device_add(d, issuer_terms("c")), 3);
	/* The same license has its index again, and not the comment. */
	CHECK_UINT(device_add(d, issuer_terms("b")), 2);
	CHECK_STR(device_license(d, "b")->comment, "");
	device_free(d);
}

static void
room_comes_back(void)
{
	struct device *d = device_new();
	const struct lc_store *const *stores;
	uint32_t before;
	size_t n;

	device_open(d);
	stores = lc_stores(d->lc, &n);
	REQUIRE(n == 1);
	CHECK_UINT(stores[0]->size_left, 65536);
	(void)device_add(d, issuer_terms("a"));
	before = lc_stores(d->lc, &n)[0]->size_left;
	CHECK(before < 65536);
	device_reopen(d);
	CHECK_UINT(lc_stores(d->lc, &n)[0]->size_left, before);
	CHECK_ERR(device_clear(d, 1), LC_OK, NULL);
	CHECK_UINT(lc_stores(d->lc, &n)[0]->size_left, 65536);
	device_free(d);
}

static void
events_wait(void)
{
	struct device *d = device_new();
	const struct lc_event *e;

	device_open(d);
	CHECK_ERR(lc_event_next(d->lc, 0, &e), LC_ENOTFOUND, NULL);
	CHECK_UINT(lc_event_waiting(d->lc), 0);
	(void)device_add(d, issuer_terms("a"));
	CHECK_ERR(lc_switch_set(d->lc, LC_SWITCH_DEPLOYMENT, false), LC_OK,
	    NULL);
	(void)device_add(d, issuer_terms("b"));	/* told, but not queued */
	device_reopen(d);
	CHECK(!lc_switch_get(d->lc, LC_SWITCH_DEPLOYMENT));
	CHECK(lc_switch_get(d->lc, LC_SWITCH_USAGE));
	CHECK_ERR(lc_switch_set(d->lc, LC_SWITCH_DEPLOYMENT, true), LC_OK,
	    NULL);
	(void)device_add(d, issuer_terms("c"));
	CHECK_UINT(d->nevents, 3);
	CHECK_UINT(lc_event_waiting(d->lc), 2);

	CHECK_ERR(lc_event_next(d->lc, 0, &e), LC_OK, NULL);
	CHECK_UINT(e->seq, 1);
	CHECK_STR(e->feature_name, "ipbasek9");
	CHECK_STR(e->udi, ISSUER_UDI);
	CHECK_INT(e->type, LC_PERMANENT);
	CHECK_UINT(e->feature, 0);	/* not one of the device */
	CHECK_ERR(lc_event_done(d->lc, 1), LC_OK, NULL);
	CHECK_UINT(lc_event_waiting(d->lc), 1);
	CHECK_ERR(lc_event_next(d->lc, 0, &e), LC_OK, NULL);
	CHECK_UINT(e->seq, 2);
	CHECK_UINT(e->license, 3);
	CHECK_ERR(lc_event_done(d->lc, 2), LC_OK, NULL);
	CHECK_UINT(lc_event_waiting(d->lc), 0);
	CHECK_ERR(lc_event_next(d->lc, 0, &e), LC_ENOTFOUND, NULL);
	device_free(d);
}

/* ---- What happens between the slices of an installation --------------- */

#define MANY 200

static void
meanwhile_nothing(struct device *d, unsigned step)
{
	(void)d;
	(void)step;
}

/* A change of its own: what was written of the installation gives way. */
static void
meanwhile_comment(struct device *d, unsigned step)
{
	char text[16];

	snprintf(text, sizeof text, "step %u", step);
	CHECK_ERR(lc_comment_set(d->lc, 1, 1, 1, text), LC_OK, NULL);
	CHECK_STR(device_license(d, "first")->comment, text);
}

static void
missing_count(void *arg, const char *text)
{
	unsigned *n = arg;

	(void)text;
	++*n;
}

/* Nobody sees what is not committed. */
static void
meanwhile_read(struct device *d, unsigned step)
{
	const struct lc_history *record;
	const struct lc_event *event;
	unsigned missing = 0;
	size_t n;

	(void)step;
	lc_missing_each(d->lc, missing_count, &missing);
	CHECK_UINT(missing, 0);
	(void)lc_licenses(d->lc, &n);
	CHECK_UINT(lc_event_waiting(d->lc), n);
	CHECK_ERR(lc_history_next(d->lc, n - 1, &record), LC_OK, NULL);
	CHECK_STR(record->what, "install");
	CHECK_ERR(lc_history_next(d->lc, n, &record), LC_ENOTFOUND, NULL);
	CHECK_ERR(lc_event_next(d->lc, n, &event), LC_ENOTFOUND, NULL);
}

static void
meanwhile_reconfigure(struct device *d, unsigned step)
{
	if (step == 5 || step == 15)
		CHECK_ERR(lc_reconfigure(d->lc, &d->options, NULL), LC_OK,
		    NULL);
}

/* Leases need no change, so they end no slices. */
static void
meanwhile_lease(struct device *d, unsigned step)
{
	struct lc_lease_request r = { .feature = "ipbasek9",
	    .version = "1.0" };
	struct lc_lease *lease = NULL;

	CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_OK, NULL);
	lc_release(lease);
	device_pass(d, step % 2);
}

/* A master agent takes the notification of the first license. */
static void
meanwhile_taken(struct device *d, unsigned step)
{
	(void)step;
	CHECK_ERR(lc_event_done(d->lc, 1), LC_OK, NULL);
}

static char *
many_lines(const struct device *d)
{
	struct lc_terms t[MANY];
	char ids[MANY][16];

	for (int i = 0; i < MANY; i++) {
		snprintf(ids[i], sizeof ids[i], "id%d", i);
		t[i] = issuer_terms(ids[i]);
	}
	return device_file(d, t, MANY);
}

static struct lc_action *
many_begin(struct device *d, const char *file)
{
	struct lc_request r = { .kind = LC_INSTALL, .data = file,
	    .len = strlen(file) };
	struct lc_action *a = NULL;

	REQUIRE(lc_action_new(d->lc, &r, &a) == LC_OK);
	return a;
}

static struct device *
many_device(void)
{
	struct device *d = device_new();

	d->stores[0].size = 1 << 20;
	device_open(d);
	(void)device_add(d, issuer_terms("first"));
	return d;
}

/*
 * Each license is there once, with its record and its event, and stays; so many
 * notifications wait.
 */
static void
many_check(struct device *d, size_t waiting)
{
	const struct lc_license *const *list;
	size_t n;

	for (int reopened = 0; reopened < 2; reopened++) {
		list = lc_licenses(d->lc, &n);
		CHECK_UINT(n, MANY + 1);
		for (size_t i = 0; i < n; i++)
			CHECK_UINT(list[i]->index, i + 1);
		CHECK_UINT(lc_event_waiting(d->lc), waiting);
		CHECK_UINT(d->nevents, MANY + 1);
		CHECK_UINT(d->nnotices, 0);
		device_reopen(d);
	}
}

/* An action that is given up half way, and one that works in slices. */
static void
slices(void)
{
	struct device *d = device_new();
	struct lc_action *a;
	unsigned steps = 1;
	char *file;
	size_t n;

	d->stores[0].size = 1 << 20;
	device_open(d);
	file = many_lines(d);
	a = many_begin(d, file);
	CHECK(!lc_action_step(a));
	CHECK(!lc_action_step(a));
	CHECK_INT(lc_action_state(a), LC_IN_PROGRESS);
	lc_action_free(a);
	(void)lc_licenses(d->lc, &n);
	CHECK_UINT(n, 0);

	a = many_begin(d, file);
	while (!lc_action_step(a)) {
		(void)lc_licenses(d->lc, &n);
		CHECK_UINT(lc_event_waiting(d->lc), n);
		steps++;
	}
	CHECK(steps > 5);
	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	lc_action_free(a);
	(void)lc_licenses(d->lc, &n);
	CHECK_UINT(n, MANY);
	free(file);
	device_free(d);
}

static void
between_slices(void)
{
	static void (*const meanwhile[])(struct device *, unsigned step) = {
		meanwhile_nothing, meanwhile_comment, meanwhile_read,
		meanwhile_reconfigure, meanwhile_lease, meanwhile_taken,
	};

	for (size_t i = 0; i < CHECK_COUNT(meanwhile); i++) {
		struct device *d = many_device();
		char *file = many_lines(d);
		struct lc_action *a = many_begin(d, file);
		unsigned step = 0;

		check_context("meanwhile %zu", i);
		while (!lc_action_step(a))
			meanwhile[i](d, step++);
		CHECK(step > MANY / 16 + 2);
		CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
		lc_action_free(a);
		many_check(d, meanwhile[i] == meanwhile_taken ? MANY :
		    MANY + 1);
		free(file);
		device_free(d);
	}
}

/* A step that leaves it waiting for the disk, or is the last one. */
static bool
step_to_rest(struct lc_action *a)
{
	bool over;

	do
		over = lc_action_step(a);
	while (!over && !lc_action_rests(a));
	return over;
}

/* Others change the state while the disk is waited for; or it is given up. */
static void
at_rest(void)
{
	struct device *d = many_device();
	char *file = many_lines(d);
	struct lc_action *a = many_begin(d, file);
	size_t n;

	CHECK(!step_to_rest(a));
	lc_action_free(a);
	(void)lc_licenses(d->lc, &n);
	CHECK_UINT(n, 1);

	a = many_begin(d, file);
	for (unsigned i = 0; i < 3; i++) {
		CHECK(!step_to_rest(a));
		(i == 1 ? meanwhile_read : meanwhile_comment)(d, i);
	}
	while (!lc_action_step(a))
		CHECK(!lc_action_rests(a));
	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	lc_action_free(a);
	many_check(d, MANY + 1);
	free(file);
	device_free(d);
}

/* Who does not step does not wait in a thread. */
static void
run_at_once(void)
{
	struct device *d = many_device();
	char *file = many_lines(d);
	struct lc_action *a = many_begin(d, file);

	lc_action_run(a);
	CHECK(!lc_action_rests(a));
	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	lc_action_free(a);
	many_check(d, MANY + 1);
	free(file);
	device_free(d);
}

/* What is given up before its commit has left nothing, also on disk. */
static void
given_up(void)
{
	struct device *d = many_device();
	char *file = many_lines(d);
	bool over = false;

	for (unsigned steps = 1; !over; steps++) {
		struct lc_action *a = many_begin(d, file);
		size_t n;

		check_context("after step %u", steps);
		for (unsigned i = 0; i < steps && !over; i++)
			over = lc_action_step(a);
		lc_action_free(a);
		device_reopen(d);
		(void)lc_licenses(d->lc, &n);
		CHECK(n == MANY + 1 || (n == 1 && !over));
		CHECK_UINT(lc_event_waiting(d->lc), n);
		over = n == MANY + 1;	/* what is left was to be told */
	}
	many_check(d, MANY + 1);
	free(file);
	device_free(d);
}

/* Keys that are withdrawn while lines wait to be written. */
static void
keys_change_meanwhile(void)
{
	struct device *d = device_new();
	struct lc_terms terms[40];
	const char *keys = d->options.key_dir, *none = check_dir();
	char ids[40][8], *file;
	const struct lc_result *results;
	size_t n;

	for (size_t i = 0; i < CHECK_COUNT(terms); i++) {
		snprintf(ids[i], sizeof ids[i], "l%zu", i);
		terms[i] = issuer_terms(ids[i]);
	}
	file = device_file(d, terms, CHECK_COUNT(terms));
	device_open(d);
	for (int back = 0; back < 2; back++) {
		struct lc_request r = { .kind = LC_INSTALL, .data = file,
			.len = strlen(file) };
		struct lc_action *a = NULL;

		check_context("the keys come back: %d", back);
		CHECK_ERR(lc_action_new(d->lc, &r, &a), LC_OK, NULL);
		CHECK(!lc_action_step(a));
		CHECK(!lc_action_step(a));
		d->options.key_dir = none;
		CHECK_ERR(lc_reconfigure(d->lc, &d->options, NULL), LC_OK,
		    NULL);
		if (back) {
			CHECK(!lc_action_step(a));
			d->options.key_dir = keys;
			CHECK_ERR(lc_reconfigure(d->lc, &d->options, NULL),
			    LC_OK, NULL);
		}
		lc_action_run(a);
		CHECK_ERR(lc_action_error(a), back ? LC_OK : LC_EKEY, NULL);
		results = lc_action_results(a, &n);
		CHECK_UINT(n, 40);
		CHECK_INT(results[0].state, back ? LC_SUCCESSFUL : LC_FAILED);
		CHECK_INT(results[39].state, back ? LC_SUCCESSFUL : LC_FAILED);
		lc_action_free(a);
		(void)lc_licenses(d->lc, &n);
		CHECK_UINT(n, back ? 40 : 0);
	}
	free(file);
	device_free(d);
}

/* MIB clmgmtLicenseDeviceInfoTable: a stack, each member with its stores. */
static void
sixty_four_devices(void)
{
	enum { N = 64 };
	static char sns[N][8], udis[N][24], ids[N][8];
	struct lc_device_options devices[N];
	struct lc_store_options stores[2 * N];
	struct lc_terms terms[N + 1];
	const char *of[N][1], *all[N];
	struct device *d = device_new();
	const struct lc_result *results;
	struct lc_action *a;
	size_t n;

	for (uint32_t i = 0; i < N; i++) {
		snprintf(sns[i], sizeof sns[i], "SN%u", i + 1);
		snprintf(udis[i], sizeof udis[i], "TEST-1:SN%u", i + 1);
		snprintf(ids[i], sizeof ids[i], "l%u", i + 1);
		devices[i] = (struct lc_device_options){
			.index = 1000 + i, .pid = "TEST-1", .sn = sns[i],
		};
		for (uint32_t j = 0; j < 2; j++)
			stores[2 * i + j] = (struct lc_store_options){
				.device = 1000 + i, .index = j + 1,
				.kind = LC_STORE_PRIMARY, .name = "flash",
				.size = 65536, .is_default = j == i % 2,
			};
		terms[i] = issuer_terms(ids[i]);
		terms[i].feature = "one";
		of[i][0] = all[i] = udis[i];
		terms[i].udis = of[i];
	}
	terms[N] = issuer_terms("every");
	terms[N].udis = all;
	terms[N].nudis = N;
	d->options.devices = devices;
	d->options.ndevices = N;
	d->options.stores = stores;
	d->options.nstores = 2 * (size_t)N;
	device_open(d);
	a = device_install(d, terms, N + 1, (struct lc_request){ .store = 2 });
	CHECK_ERR(lc_action_error(a), LC_OK, NULL);
	results = lc_action_results(a, &n);
	for (uint32_t i = 0; i < N; i++) {
		check_context("device %u", i);
		CHECK_UINT(results[i].device, 1000 + i);
		CHECK_UINT(results[i].store, 1 + i % 2);
		CHECK_UINT(results[i].index, 1);
	}
	lc_action_free(a);

	/* One license for all of them goes to each that is asked for. */
	for (uint32_t i = 0; i < N; i++) {
		a = device_install(d, &terms[N], 1,
		    (struct lc_request){ .device = 1000 + i });
		CHECK_ERR(lc_action_error(a), i == 0 ? LC_EEXISTS : LC_OK,
		    NULL);
		lc_action_free(a);
	}
	device_reopen(d);
	(void)lc_licenses(d->lc, &n);
	CHECK_UINT(n, 2 * N);
	for (uint32_t i = 0; i < N; i++) {
		struct lc_lease_request r = {
			.device = 1000 + i, .feature = "one",
		};
		struct lc_lease *lease = NULL;

		check_context("device %u", i);
		CHECK_STR(lc_device_find(d->lc, 1000 + i)->udi, udis[i]);
		CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_OK, NULL);
		CHECK_INT(lc_license_status(d->lc, lc_license_find(d->lc,
		    1000 + i, 1 + i % 2, 1)), LC_IN_USE);
		lc_release(lease);
	}
	CHECK_ERR(lc_check(d->lc, NULL), LC_OK, NULL);
	device_free(d);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "a bad file among the keys", a_bad_file_among_the_keys },
		{ "two licenses", two_licenses },
		{ "why a license fails", why_a_license_fails },
		{ "where a license goes", where_a_license_goes },
		{ "several devices", several_devices },
		{ "some fail", some_fail },
		{ "the same license twice", the_same_license_twice },
		{ "one evaluation", one_evaluation },
		{ "not a license file", not_a_license_file },
		{ "clearing", clearing },
		{ "room comes back", room_comes_back },
		{ "events wait", events_wait },
		{ "slices", slices },
		{ "between slices", between_slices },
		{ "at rest", at_rest },
		{ "run at once", run_at_once },
		{ "given up", given_up },
		{ "keys change meanwhile", keys_change_meanwhile },
		{ "64 devices", sixty_four_devices },
	};

	return check_main("action", tests, CHECK_COUNT(tests), argc, argv);
}
