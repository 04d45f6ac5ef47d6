/*
 * loss_test.c - what a device still knows when its records are lost, put back
 * from an older state, or changed with an editor.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "device.h"
#include "format/file.h"
#include "old_state.h"
#include "ticket.h"

#define DAY INT64_C(86400)
#define MAIN "state.db"
#define TWIN "state-twin.db"

/* ---- A device with a past -------------------------------------------- */

static const char agreement[] = "Use it well.\n";

static struct lc_terms
trial(const char *id)
{
	struct lc_terms t = issuer_terms(id);

	t.feature = "one";
	t.type = LC_DEMO;
	t.nudis = 0;
	t.period_s = 1000;
	return t;
}

static struct lc_terms
subscription(const char *id, int64_t end)
{
	struct lc_terms t = issuer_terms(id);

	t.feature = "phones";
	t.type = LC_PAID_SUBSCRIPTION;
	t.end = end;
	return t;
}

static void
use(struct device *d, int64_t seconds)
{
	struct lc_lease_request r = { .feature = "one", .count = 1 };
	struct lc_lease *lease = NULL;

	CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_OK, NULL);
	device_pass(d, seconds);
	lc_release(lease);
}

/*
 * A trial of which 400 seconds were used, with its agreement accepted; a
 * license that was revoked; one that was cleared after it was used.
 */
static struct device *
with_past(void)
{
	char digest[LC_EULA_DIGEST_LEN + 1];
	struct device *d = device_new();
	struct ticket t = { .id = "t1", .seq = 1, .remove = { "gone" } };
	struct lc_terms terms = trial("trial");

	REQUIRE(lc_eula_digest(agreement, strlen(agreement), digest) ==
	    LC_OK);
	terms.eula = digest;
	device_open(d);
	(void)device_add(d, trial("cleared"));
	use(d, 100);
	CHECK_ERR(device_clear(d, 1), LC_OK, NULL);
	(void)device_add(d, issuer_terms("gone"));
	lc_action_free(ticket_process(d, &t, (struct lc_request){ 0 }));
	CHECK(device_license(d, "gone") == NULL);
	(void)device_add(d, terms);
	use(d, 400);
	device_close(d);
	d->nnotices = 0;
	return d;
}

/* It is all there. */
static void
check_past(struct device *d)
{
	struct lc_terms gone = issuer_terms("gone");
	struct lc_detail detail = { "" };
	const struct lc_license *l = device_license(d, "trial");
	struct lc_action *a;

	REQUIRE(l != NULL);
	CHECK_UINT(l->index, 3);
	CHECK(l->eula_accepted);
	CHECK_UINT(lc_license_left_s(d->lc, l), 600);
	a = device_install(d, &gone, 1, (struct lc_request){ 0 });
	CHECK_ERR(lc_action_error(a), LC_EREVOKED, NULL);
	lc_action_free(a);
	(void)device_add(d, trial("cleared"));
	CHECK_UINT(lc_license_left_s(d->lc, device_license(d, "cleared")),
	    900);
	CHECK_ERR(lc_check(d->lc, &detail), LC_OK, &detail);
}

/* ---- Losing files ---------------------------------------------------- */

enum loss { GONE, EMPTIED, RUBBISH, OLDER, CUT };

static void
lose(struct device *d, const char *name, enum loss loss, const char *old,
    size_t old_len)
{
	const char *path = check_path(d->dir, name);

	switch (loss) {
	case GONE:
		CHECK_INT(unlink(path), 0);
		break;
	case EMPTIED:
		check_write(path, "", 0);
		break;
	case RUBBISH:
		check_write(path, "this is no database at all, and never was",
		    41);
		break;
	case OLDER:
		check_write(path, old, old_len);
		break;
	case CUT:
		CHECK_INT(truncate(path, 5000), 0);
		break;
	}
}

/* As it was before anything had been used. */
static char *
young(struct device *d, const char *name, size_t *len)
{
	struct device *other = device_new();
	char *data;

	/* The same device: its key says so. */
	char *key = check_read(check_path(d->dir, "device.key"), len);

	device_open(other);
	device_close(other);
	check_write(check_path(other->dir, "device.key"), key, *len);
	check_write(check_path(other->dir, "device-twin.key"), key, *len);
	free(key);
	CHECK_INT(unlink(check_path(other->dir, MAIN)), 0);
	CHECK_INT(unlink(check_path(other->dir, TWIN)), 0);
	device_open(other);
	(void)device_add(other, trial("trial"));
	device_close(other);
	data = check_read(check_path(other->dir, name), len);
	device_free(other);
	return data;
}

static void
one_file(const char *name, const char *says)
{
	static const char *const losses[] = {
		"gone", "emptied", "rubbish", "older", "cut",
	};

	for (size_t i = 0; i < CHECK_COUNT(losses); i++) {
		struct device *d = with_past();
		size_t len;
		char *old = young(d, name, &len);

		check_context("%s: %s", name, losses[i]);
		lose(d, name, (enum loss)i, old, len);
		device_open(d);
		CHECK(d->nnotices > 0);
		CHECK_INT(d->notices[0], LC_EDAMAGED);
		CHECK_HAS(d->notice, says);
		check_past(d);
		d->nnotices = 0;
		device_reopen(d);
		CHECK_UINT(d->nnotices, 0);
		free(old);
		device_free(d);
	}
}

static void
the_first_file(void)
{
	one_file(MAIN, MAIN " was made again from");
}

static void
its_twin(void)
{
	one_file(TWIN, TWIN " was made again from");
}

/* Nothing is thrown away, and the device starts. */
static void
both_files_damaged(void)
{
	struct device *d = with_past();
	struct lc_detail detail = { "" };
	char path[64];
	char *data;
	size_t len;

	lose(d, MAIN, RUBBISH, NULL, 0);
	lose(d, TWIN, RUBBISH, NULL, 0);
	device_open(d);
	CHECK(d->nnotices > 0);
	CHECK_INT(d->notices[0], LC_EDAMAGED);
	CHECK(device_license(d, "trial") == NULL);
	CHECK_ERR(lc_check(d->lc, &detail), LC_EDAMAGED, NULL);
	snprintf(path, sizeof path, MAIN ".damaged-%lld",
	    (long long)d->wall);
	data = check_read(check_path(d->dir, path), &len);
	CHECK_UINT(len, 41);
	free(data);
	device_free(d);
}

/* In different places: it is all there, and never told to be whole again. */
static void
both_files_in_part(void)
{
	struct device *d = with_past();
	struct lc_detail detail = { "" };
	const struct lc_license *l;

	state_edit(d, MAIN, "UPDATE copy SET line = 'x' WHERE n = 3");
	state_edit(d, TWIN, "DELETE FROM history WHERE n > 4");
	device_open(d);
	l = device_license(d, "trial");
	REQUIRE(l != NULL);
	CHECK_UINT(l->index, 3);
	CHECK(l->eula_accepted);
	CHECK_UINT(lc_license_left_s(d->lc, l), 600);
	CHECK_ERR(lc_check(d->lc, &detail), LC_EDAMAGED, NULL);
	CHECK_HAS(detail.text, "damaged before");
	device_free(d);
}

/* One that is newer beside one that is not is a damaged one. */
static void
a_newer_version(void)
{
	struct device *d = with_past();
	struct lc_detail detail = { "" };

	state_edit(d, MAIN, "PRAGMA user_version = 99");
	device_open(d);
	check_past(d);
	device_close(d);
	state_edit_both(d, "PRAGMA user_version = 99");
	CHECK_ERR(lc_open(&d->options, &d->lc, &detail), LC_ENEWER, NULL);
	CHECK_HAS(detail.text, "written by a newer version");
	CHECK_HAS(detail.text, MAIN);
	device_free(d);
}

/* ---- Edits ----------------------------------------------------------- */

/* In both files: what was edited does not count, and takes nothing back. */
static void
edits_show(void)
{
	static const char *const edits[] = {
		"UPDATE identity SET accepted_at = 1 WHERE id = 'trial'",
		"UPDATE identity SET used_ms = 1",
		"UPDATE identity SET flags = 0 WHERE id = 'gone'",
		"UPDATE identity SET expired_at = NULL, used_ms = 0",
		"DELETE FROM identity WHERE id <> 'trial'",
		"INSERT INTO setting VALUES (50, 'eula.standing', 1,"
		    " zeroblob(16))",
		"UPDATE copy SET held = 0, line = NULL WHERE n = 3",
		"DELETE FROM history WHERE what = 'revoke'",
	};

	for (size_t i = 0; i < CHECK_COUNT(edits); i++) {
		struct device *d = with_past();
		struct lc_terms gone = issuer_terms("gone");
		struct lc_detail detail = { "" };
		const struct lc_license *l;
		struct lc_action *a;

		check_context("%s", edits[i]);
		state_edit_both(d, edits[i]);
		device_open(d);
		CHECK(d->nnotices > 0);
		CHECK_INT(d->notices[0], LC_EDAMAGED);
		CHECK(!lc_eula_standing(d->lc));
		/* Only what was removed from both is not there. */
		l = device_license(d, "trial");
		CHECK_INT(l == NULL, strstr(edits[i], "line = NULL") != NULL);
		if (l == NULL) {
			(void)device_add(d, trial("trial"));
			l = device_license(d, "trial");
		}
		CHECK(lc_license_left_s(d->lc, l) <= 600);
		a = device_install(d, &gone, 1, (struct lc_request){ 0 });
		CHECK_ERR(lc_action_error(a), LC_EREVOKED, NULL);
		lc_action_free(a);
		(void)device_add(d, trial("cleared"));
		CHECK(lc_license_left_s(d->lc,
		    device_license(d, "cleared")) <= 900);
		CHECK_ERR(lc_check(d->lc, &detail), LC_EDAMAGED, NULL);
		CHECK_HAS(detail.text, "damaged before");
		device_free(d);
	}
}

/* What was changed in one of the two files is set right by the other. */
static void
one_file_edited(void)
{
	static const char *const edits[] = {
		"UPDATE identity SET accepted_by = NULL",
		"UPDATE copy SET comment = 'mine'",
		"DELETE FROM history WHERE what = 'revoke'",
		"DELETE FROM history WHERE what = 'use'; DELETE FROM identity",
		"UPDATE history SET what = 'nothing' WHERE what = 'revoke'",
		"UPDATE identity SET used_ms = 1",
		"UPDATE identity SET seal = zeroblob(16)",
		"DELETE FROM history",
		"DELETE FROM history; DELETE FROM head",
		"DELETE FROM setting; DELETE FROM identity; DELETE FROM copy",
	};

	for (size_t i = 0; i < CHECK_COUNT(edits); i++) {
		struct device *d = with_past();

		check_context("%s", edits[i]);
		state_edit(d, MAIN, edits[i]);
		device_open(d);
		CHECK_INT(d->notices[0], LC_EDAMAGED);
		CHECK_HAS(d->notice, MAIN " was made again from");
		check_past(d);
		d->nnotices = 0;
		device_reopen(d);
		CHECK_UINT(d->nnotices, 0);
		device_free(d);
	}
}

/* Keeps the state as it is now, for state_put_back. */
static void
keep(struct device *d)
{
	size_t len;
	char *data;

	device_close(d);
	data = check_read(check_path(d->dir, MAIN), &len);
	check_write(check_path(d->dir, "old.db"), data, len);
	free(data);
	device_open(d);
}

/* A row whose seal holds, but from before it was used up. */
static void
use_is_put_back(void)
{
	for (int both = 0; both < 2; both++) {
		struct device *d = with_past();
		struct lc_lease_request r = { .feature = "one", .count = 1 };
		struct lc_lease *lease;

		check_context("%s", both ? "both" : "one file");
		device_open(d);
		keep(d);
		use(d, both ? 700 : 200);
		device_close(d);
		if (both)
			state_put_back(d, "old.db", "identity", "id = 'trial'");
		else
			state_edit(d, MAIN, "UPDATE identity SET used_ms = 1");
		d->nnotices = 0;
		device_open(d);
		CHECK(d->nnotices > 0);
		CHECK_UINT(lc_license_left_s(d->lc, device_license(d,
		    "trial")), both ? 0 : 400);
		CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL),
		    both ? LC_EEXPIRED : LC_OK, NULL);
		device_free(d);
	}
}

/* The same of the row with the time. */
static void
the_time_is_put_back(void)
{
	for (int removed = 0; removed < 2; removed++) {
		struct device *d = device_new();
		struct lc_lease_request r = { .feature = "phones" };
		struct lc_lease *lease;

		check_context("%s", removed ? "removed" : "put back");
		device_open(d);
		(void)device_add(d, subscription("s", d->wall + 10 * DAY));
		keep(d);
		device_pass(d, 11 * DAY);
		(void)device_add(d, issuer_terms("later"));
		device_close(d);
		if (removed)
			state_edit_both(d, "DELETE FROM head");
		else
			state_put_back(d, "old.db", "head", "n = 1");
		d->wall -= 11 * DAY;
		d->nnotices = 0;
		device_open(d);
		CHECK(d->nnotices > 0);
		CHECK_INT(d->notices[0], LC_EDAMAGED);
		CHECK_ERR(lc_clock_reset(d->lc, "me", NULL), LC_ENOTFOUND,
		    NULL);
		CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_EEXPIRED,
		    NULL);
		device_free(d);
	}
}

/* A time that is none, in a history that was altered. */
static void
a_record_from_nowhere(void)
{
	static const char *const times[] = {
		"9223372036854775807", "-9223372036854775808", "'x'", "x'00'",
	};

	for (size_t i = 0; i < CHECK_COUNT(times); i++) {
		struct device *d = with_past();
		char sql[100];

		check_context("%s", times[i]);
		snprintf(sql, sizeof sql, "UPDATE history SET at = %s WHERE"
		    " n = 2", times[i]);
		state_edit_both(d, sql);
		device_open(d);
		CHECK_INT(d->notices[0], LC_EDAMAGED);
		device_pass(d, DAY);
		CHECK_ERR(lc_check(d->lc, NULL), LC_EDAMAGED, NULL);
		device_free(d);
	}
}

/* An acceptance that does not count can be given again. */
static void
accepting_again(void)
{
	struct device *d = with_past();

	state_edit_both(d, "UPDATE identity SET accepted_at = 1");
	device_open(d);
	CHECK(!device_license(d, "trial")->eula_accepted);
	CHECK_ERR(lc_eula_accept(d->lc, 1, 1, 3, "me"), LC_OK, NULL);
	CHECK(device_license(d, "trial")->eula_accepted);
	device_reopen(d);
	CHECK(device_license(d, "trial")->eula_accepted);
	device_free(d);
}

/* The time that was recorded last cannot be edited away. */
static void
the_time_stays(void)
{
	static const char *const edits[] = {
		"UPDATE head SET high = 1, floor = 1",
		"UPDATE head SET high = 'x'",
		"DELETE FROM head",
	};

	for (size_t i = 0; i < 2 * CHECK_COUNT(edits); i++) {
		const char *sql = edits[i / 2];
		bool twin_too = i % 2 != 0;
		struct device *d = device_new();
		struct lc_lease_request r = { .feature = "phones" };
		struct lc_lease *lease;

		check_context("%s%s", sql, twin_too ? ", no twin" : "");
		device_open(d);
		(void)device_add(d, subscription("s", d->wall + 10 * DAY));
		device_pass(d, 11 * DAY);
		(void)device_add(d, issuer_terms("later"));
		device_close(d);
		state_edit(d, MAIN, sql);
		if (twin_too)
			CHECK_INT(unlink(check_path(d->dir, TWIN)), 0);
		d->wall -= 11 * DAY;
		device_open(d);
		CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_EEXPIRED,
		    NULL);
		device_free(d);
	}
}

/* ---- A meter that ran ------------------------------------------------ */

/* The process dies: what is on disk then, the core opened again. */
static void
killed(struct device *d, int64_t seconds)
{
	static const char *const names[] = {
		MAIN, TWIN, "running", "running-twin",
	};
	char *data[CHECK_COUNT(names)];
	size_t len[CHECK_COUNT(names)];

	for (size_t i = 0; i < CHECK_COUNT(names); i++)
		data[i] = check_read(check_path(d->dir, names[i]), &len[i]);
	device_close(d);
	for (size_t i = 0; i < CHECK_COUNT(names); i++) {
		check_write(check_path(d->dir, names[i]), data[i], len[i]);
		free(data[i]);
	}
	d->wall += seconds;
	d->boot_ms += seconds * 1000;
	device_open(d);
}

static struct device *
with_trial(struct lc_lease **lease)
{
	struct lc_lease_request r = { .feature = "one", .count = 1 };
	struct device *d = device_new();

	device_open(d);
	(void)device_add(d, trial("trial"));
	CHECK_ERR(lc_checkout(d->lc, &r, lease, NULL), LC_OK, NULL);
	return d;
}

static uint32_t
left(struct device *d)
{
	return lc_license_left_s(d->lc, device_license(d, "trial"));
}

/* Five times for four seconds, and killed: none of it is lost. */
static void
killed_again_and_again(void)
{
	struct lc_lease_request r = { .feature = "one", .count = 1 };
	struct lc_lease *lease = NULL;
	struct device *d = with_trial(&lease);

	for (uint32_t i = 1; i <= 5; i++) {
		killed(d, 4);
		CHECK_UINT(left(d), 1000 - 4 * i);
		CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_OK, NULL);
	}
	CHECK_ERR(lc_check(d->lc, NULL), LC_OK, NULL);
	device_free(d);
}

/* However long it was down, one interval at most is charged. */
static void
killed_for_long(void)
{
	struct lc_lease *lease = NULL;
	struct device *d = with_trial(&lease);

	device_pass(d, 100);
	killed(d, 500);
	CHECK_UINT(left(d), 1000 - 100 - LC_FLUSH_S);
	/* Charged once. */
	device_reopen(d);
	CHECK_UINT(left(d), 1000 - 100 - LC_FLUSH_S);
	device_free(d);
}

static void
one_record_is_lost(void)
{
	static const char *const names[] = { "running", "running-twin" };

	for (size_t i = 0; i < CHECK_COUNT(names); i++) {
		struct lc_lease *lease = NULL;
		struct device *d = with_trial(&lease);

		device_pass(d, 100);
		check_write(check_path(d->dir, names[i]), "x", 1);
		killed(d, 10);
		CHECK_HAS(d->notice, "its twin counts");
		CHECK_UINT(left(d), 1000 - 110);
		device_free(d);
	}
}

/* A record from before does not count, nor does one after a clean end. */
static void
an_old_record(void)
{
	struct lc_lease *lease = NULL;
	struct device *d = with_trial(&lease);
	size_t len;
	char *data;

	device_pass(d, 60);
	data = check_read(check_path(d->dir, "running"), &len);
	device_pass(d, 40);
	device_close(d);
	check_write(check_path(d->dir, "running"), data, len);
	check_write(check_path(d->dir, "running-twin"), data, len);
	free(data);
	d->wall += 1000;
	d->boot_ms += 1000000;
	device_open(d);
	CHECK_UINT(left(d), 900);
	device_free(d);
}

/* ---- A clock that was set far ahead ---------------------------------- */

static enum lc_err
wants_phones(struct device *d)
{
	struct lc_lease_request r = { .feature = "phones" };
	struct lc_lease *lease = NULL;
	enum lc_err err = lc_checkout(d->lc, &r, &lease, NULL);

	lc_release(lease);
	return err;
}

/* A subscription for 100 days, and a feature that has to run. */
static struct device *
subscribed(void)
{
	struct device *d = device_new();

	d->features[0].mandatory = true;
	device_open(d);
	(void)device_add(d, subscription("s", d->wall + 100 * DAY));
	device_pass(d, DAY);
	CHECK_ERR(wants_phones(d), LC_OK, NULL);
	return d;
}

static void
jump(struct device *d, int64_t seconds)
{
	d->wall += seconds;
	device_pass(d, 1);
}

static void
a_jump_is_taken_back(void)
{
	struct device *d = subscribed();
	struct lc_detail detail = { "" };
	const struct lc_history *h = NULL;
	uint64_t last = 0;

	CHECK_INT(lc_clock_ahead_s(d->lc), 0);
	CHECK_ERR(lc_clock_reset(d->lc, "me", &detail), LC_ENOTFOUND, NULL);
	jump(d, 4000 * DAY);
	CHECK_ERR(wants_phones(d), LC_EEXPIRED, NULL);
	CHECK_INT(lc_clock_ahead_s(d->lc), 4000 * DAY);
	CHECK_ERR(lc_clock_reset(d->lc, "me", &detail), LC_EINVAL, NULL);
	CHECK_HAS(detail.text, "set the clock first");
	jump(d, -4000 * DAY);
	CHECK_ERR(wants_phones(d), LC_EEXPIRED, NULL);
	device_reopen(d);
	CHECK_ERR(wants_phones(d), LC_EEXPIRED, NULL);
	CHECK_ERR(lc_clock_reset(d->lc, "me", &detail), LC_OK, &detail);
	CHECK_ERR(wants_phones(d), LC_OK, NULL);
	CHECK_INT(lc_clock_ahead_s(d->lc), 0);
	while (lc_history_next(d->lc, last, &h) == LC_OK)
		last = h->seq;
	CHECK_STR(h->what, "clock-reset");
	CHECK_HAS(h->body, "\"by\":\"me\"");

	/* Without the record of the time it is what it was set to, too. */
	device_close(d);
	state_edit_both(d, "DELETE FROM head");
	device_open(d);
	CHECK_ERR(wants_phones(d), LC_OK, NULL);

	/* And it ends when it has to, with a word about it. */
	device_reopen(d);
	device_pass(d, 98 * DAY);
	CHECK_ERR(wants_phones(d), LC_OK, NULL);
	d->nevents = 0;
	device_pass(d, DAY);
	CHECK_ERR(wants_phones(d), LC_EEXPIRED, NULL);
	CHECK_UINT(d->nevents, 2);	/* and the mandatory feature's */
	CHECK(d->events[0] == LC_EVENT_SUBSCRIPTION_EXPIRED ||
	    d->events[1] == LC_EVENT_SUBSCRIPTION_EXPIRED);
	device_free(d);
}

/* What passed meanwhile has passed. */
static void
time_is_not_gained(void)
{
	struct device *d = subscribed();

	/* Used for 60 days with the clock two days ahead. */
	jump(d, 2 * DAY);
	for (int i = 0; i < 25; i++)
		device_pass(d, DAY);
	CHECK_INT(lc_clock_ahead_s(d->lc), 2 * DAY);
	d->wall -= 40 * DAY;	/* a lie */
	device_reopen(d);
	CHECK_ERR(lc_clock_reset(d->lc, "me", NULL), LC_OK, NULL);
	device_pass(d, 73 * DAY);
	CHECK_ERR(wants_phones(d), LC_OK, NULL);
	device_pass(d, DAY + 10);
	CHECK_ERR(wants_phones(d), LC_EEXPIRED, NULL);
	device_free(d);
}

static void
a_step_that_stands(void)
{
	struct device *d = subscribed();

	jump(d, 50 * DAY);
	for (int i = 0; i < 15; i++)
		device_pass(d, DAY);
	CHECK_INT(lc_clock_ahead_s(d->lc), 50 * DAY);
	device_reopen(d);
	for (int i = 0; i < 15; i++)
		device_pass(d, DAY);
	CHECK_INT(lc_clock_ahead_s(d->lc), 0);
	d->wall -= 50 * DAY;
	device_reopen(d);
	CHECK_ERR(lc_clock_reset(d->lc, "me", NULL), LC_ENOTFOUND, NULL);
	device_free(d);
}

/* A license that was issued after the step proves that time went on. */
static void
an_issue_is_proof(void)
{
	struct device *d = subscribed();
	struct lc_terms t = issuer_terms("new");

	jump(d, 400 * DAY);
	t.issued = d->wall - 10;
	(void)device_add(d, t);
	jump(d, -400 * DAY);
	CHECK_ERR(lc_clock_reset(d->lc, "me", NULL), LC_EINVAL, NULL);
	CHECK_ERR(wants_phones(d), LC_EEXPIRED, NULL);
	device_free(d);
}

/* A clock on which time passes while it is looked at. */
static int64_t
ticking(void *arg)
{
	return ((struct device *)arg)->boot_ms += 7;
}

static void
opening_takes_time(void)
{
	struct device *d = device_new();

	d->options.clock.boot_ms = ticking;
	device_open(d);
	CHECK_INT(lc_clock_ahead_s(d->lc), 0);
	device_reopen(d);
	CHECK_INT(lc_clock_ahead_s(d->lc), 0);
	device_free(d);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "the first file", the_first_file },
		{ "its twin", its_twin },
		{ "both files damaged", both_files_damaged },
		{ "both files in part", both_files_in_part },
		{ "a newer version", a_newer_version },
		{ "edits show", edits_show },
		{ "one file edited", one_file_edited },
		{ "use is put back", use_is_put_back },
		{ "the time is put back", the_time_is_put_back },
		{ "a record from nowhere", a_record_from_nowhere },
		{ "accepting again", accepting_again },
		{ "the time stays", the_time_stays },
		{ "killed again and again", killed_again_and_again },
		{ "killed for long", killed_for_long },
		{ "one record is lost", one_record_is_lost },
		{ "an old record", an_old_record },
		{ "a jump is taken back", a_jump_is_taken_back },
		{ "time is not gained", time_is_not_gained },
		{ "a step that stands", a_step_that_stands },
		{ "an issue is proof", an_issue_is_proof },
		{ "opening takes time", opening_takes_time },
	};

	return check_main("loss", tests, CHECK_COUNT(tests), argc, argv);
}
