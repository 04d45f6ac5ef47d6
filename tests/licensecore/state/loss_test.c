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
#define MAIN "persistence.db"
#define COPY "persistence-copy.db"

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
	free(key);
	CHECK_INT(unlink(check_path(other->dir, MAIN)), 0);
	CHECK_INT(unlink(check_path(other->dir, COPY)), 0);
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
the_persistence_file(void)
{
	one_file(MAIN, MAIN " was made again from");
}

static void
its_copy(void)
{
	one_file(COPY, COPY " was made again from");
}

/* Nothing is thrown away. */
static void
both_files_damaged(void)
{
	struct device *d = with_past();
	struct lc_detail detail = { "" };
	char *data;
	size_t len;

	lose(d, MAIN, RUBBISH, NULL, 0);
	lose(d, COPY, RUBBISH, NULL, 0);
	CHECK_ERR(lc_open(&d->options, &d->lc, &detail), LC_EDAMAGED, NULL);
	CHECK_HAS(detail.text, "damaged, or not a license database");
	data = check_read(check_path(d->dir, MAIN), &len);
	CHECK_UINT(len, 41);
	free(data);
	device_free(d);
}

/* The store goes with it: its licenses are known no more, their use is. */
static void
with_the_store(void)
{
	struct device *d = with_past();

	lose(d, MAIN, GONE, NULL, 0);
	lose(d, "store-1-1.db", GONE, NULL, 0);
	device_open(d);
	CHECK(device_license(d, "trial") == NULL);
	(void)device_add(d, trial("trial"));
	CHECK_UINT(lc_license_left_s(d->lc, device_license(d, "trial")), 600);
	device_free(d);
}

static void
a_newer_version(void)
{
	static const char *const names[] = { MAIN, COPY, "store-1-1.db" };

	for (size_t i = 0; i < CHECK_COUNT(names); i++) {
		struct device *d = with_past();
		struct lc_detail detail = { "" };

		check_context("%s", names[i]);
		state_edit(d, names[i], "PRAGMA user_version = 99");
		CHECK_ERR(lc_open(&d->options, &d->lc, &detail), LC_ENEWER,
		    NULL);
		CHECK_HAS(detail.text, "written by a newer version");
		CHECK_HAS(detail.text, names[i]);
		device_free(d);
	}
}

/* ---- Edits ----------------------------------------------------------- */

static void
edits_show(void)
{
	static const struct {
		const char *sql, *says, *check_says;
	} edits[] = {
		{ "UPDATE acceptance SET mac = NULL",
		    "the acceptance of its agreement was altered",
		    "license trial: the acceptance of its agreement" },
		{ "UPDATE acceptance SET id = 'other'", "",
		    "license other: the acceptance of its agreement" },
		{ "INSERT INTO acceptance VALUES ('TEST-1:SN1', 'x', 1, 'me',"
		    " zeroblob(32))", "", "license x: the acceptance" },
		{ "INSERT INTO sealed VALUES ('eula', '[1]', zeroblob(32))",
		    "the standing acceptance of agreements was altered",
		    "the record \"eula\" was altered" },
		{ "UPDATE usage SET used_ms = 1 WHERE id = 'cleared'", "",
		    "license cleared of TEST-1:SN1: the record of its use" },
		{ "DELETE FROM usage WHERE id = 'cleared'", "",
		    "license cleared of TEST-1:SN1: the record of its use" },
	};

	for (size_t i = 0; i < CHECK_COUNT(edits); i++) {
		struct device *d = with_past();
		struct lc_detail detail = { "" };

		check_context("%s", edits[i].sql);
		state_edit_both(d, edits[i].sql);
		device_open(d);
		CHECK_UINT(d->nnotices, edits[i].says[0] != '\0');
		CHECK_HAS(d->notice, edits[i].says);
		CHECK(!lc_eula_standing(d->lc));
		CHECK_ERR(lc_check(d->lc, &detail), LC_EDAMAGED, NULL);
		CHECK_HAS(detail.text, edits[i].check_says);
		device_free(d);
	}
}

/* What was changed in one of the two files is set right by the other. */
static void
one_file_edited(void)
{
	static const char *const edits[] = {
		"UPDATE acceptance SET mac = NULL",
		"DELETE FROM history WHERE what = 'revoke'",
		"DELETE FROM history WHERE what = 'use'; DELETE FROM usage",
		"UPDATE history SET what = 'nothing' WHERE what = 'revoke'",
		"UPDATE usage SET used_ms = 1",
		"UPDATE usage SET mac = zeroblob(32)",
		"DELETE FROM history",
		"DELETE FROM history; DELETE FROM meta",
		"DELETE FROM sealed; DELETE FROM usage; DELETE FROM history",
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

/* What is not sealed is as the persistence file has it. */
static void
the_copy_follows(void)
{
	struct device *d = with_past();

	state_edit(d, MAIN, "UPDATE license SET comment = 'mine'"
	    " WHERE id = 'trial'");
	device_open(d);
	CHECK_HAS(d->notice, COPY " was made again from");
	CHECK_STR(device_license(d, "trial")->comment, "mine");
	check_past(d);
	device_free(d);
}

/* Keeps the persistence file as it is now, for state_put_back. */
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
		state_put_back(d, "old.db", "usage", "id = 'trial'");
		if (both)
			state_edit_both(d, "SELECT 1");
		d->nnotices = 0;
		device_open(d);
		CHECK_UINT(d->nnotices, 1);
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
		state_put_back(d, "old.db", "sealed", "name = 'clock'");
		state_edit_both(d, removed ? "DELETE FROM sealed" : "SELECT 1");
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
		    " seq = 2", times[i]);
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

	state_edit_both(d, "UPDATE acceptance SET at = 1");
	device_open(d);
	CHECK(!device_license(d, "trial")->eula_accepted);
	CHECK_ERR(lc_eula_accept(d->lc, 1, 1, 3, "me"), LC_OK, NULL);
	CHECK(device_license(d, "trial")->eula_accepted);
	device_reopen(d);
	CHECK(device_license(d, "trial")->eula_accepted);
	CHECK_ERR(lc_check(d->lc, NULL), LC_OK, NULL);
	device_free(d);
}

/* The time that was recorded last cannot be edited away. */
static void
the_time_stays(void)
{
	static const char *const edits[] = {
		"UPDATE sealed SET body = '[1,1,1,0]' WHERE name = 'clock'",
		"UPDATE sealed SET body = 'x' WHERE name = 'clock'",
		"DELETE FROM sealed",
		"INSERT INTO meta VALUES ('unsealed', 1);"
		    "INSERT INTO meta VALUES ('clock.high', 1);"
		    "DELETE FROM sealed",
	};

	for (size_t i = 0; i < 2 * CHECK_COUNT(edits); i++) {
		const char *sql = edits[i / 2];
		bool copy_too = i % 2 != 0;
		struct device *d = device_new();
		struct lc_lease_request r = { .feature = "phones" };
		struct lc_lease *lease;

		check_context("%s%s", sql, copy_too ? ", no copy" : "");
		device_open(d);
		(void)device_add(d, subscription("s", d->wall + 10 * DAY));
		device_pass(d, 11 * DAY);
		(void)device_add(d, issuer_terms("later"));
		device_close(d);
		state_edit(d, MAIN, sql);
		if (copy_too)
			CHECK_INT(unlink(check_path(d->dir, COPY)), 0);
		d->wall -= 11 * DAY;
		device_open(d);
		CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_EEXPIRED,
		    NULL);
		device_free(d);
	}
}

/* Marks are not sealed; whatever they say, things go on. */
static void
marks_that_are_no_times(void)
{
	static const char *const values[] = {
		"9223372036854775807", "-9223372036854775807",
		"-9223372036854775808", "1099511627775", "'x'",
	};

	for (size_t i = 0; i < CHECK_COUNT(values); i++) {
		struct device *d = device_new();
		struct lc_terms t = subscription("s", d->wall + 50 * DAY);
		char sql[100];

		check_context("%s", values[i]);
		t.counted = true;
		t.count = 1;
		d->features[0].mandatory = true;
		device_open(d);
		(void)device_add(d, t);
		(void)device_add(d, trial("trial"));
		use(d, 400);
		device_pass(d, 10 * DAY);
		device_close(d);
		snprintf(sql, sizeof sql, "UPDATE mark SET value = %s",
		    values[i]);
		state_edit(d, MAIN, sql);
		device_open(d);
		d->nevents = 0;
		for (int day = 0; day < 45; day++)
			device_pass(d, DAY);
		CHECK(d->nevents > 0);
		CHECK_INT(lc_license_status(d->lc, device_license(d, "s")),
		    LC_EXPIRED_NOT_IN_USE);
		device_free(d);
	}
}

/* ---- Versions -------------------------------------------------------- */

static void
from_version_1(void)
{
	struct device *d = with_past();

	device_open(d);
	CHECK_ERR(lc_eula_standing_set(d->lc, true, "me"), LC_OK, NULL);
	old_state(d);
	/* Which wrote records without the time. */
	state_edit(d, MAIN, "UPDATE meta SET value = value - 100000"
	    " WHERE name = 'clock.high'");
	device_open(d);
	CHECK_UINT(d->nnotices, 0);
	CHECK(lc_eula_standing(d->lc));
	check_past(d);
	device_reopen(d);
	CHECK_UINT(d->nnotices, 0);
	CHECK(lc_eula_standing(d->lc));
	device_free(d);
}

/* A file of version 1 that is put in the place of a later one. */
static void
back_to_version_1(void)
{
	struct device *d = with_past();
	size_t len;
	char *copy;

	copy = check_read(check_path(d->dir, COPY), &len);
	device_open(d);
	old_state(d);
	check_write(check_path(d->dir, COPY), copy, len);
	free(copy);
	device_open(d);
	CHECK_HAS(d->notice, MAIN " was made again from");
	check_past(d);
	device_free(d);
}

/* Without the key nobody makes one of version 1. */
static void
a_forged_version_1(void)
{
	struct device *d = with_past();

	device_open(d);
	old_state(d);
	state_edit(d, MAIN, "UPDATE meta SET value = zeroblob(32) WHERE name ="
	    " 'history.head'");
	device_open(d);
	CHECK(d->nnotices > 0);
	CHECK(!device_license(d, "trial")->eula_accepted);
	CHECK_UINT(lc_license_left_s(d->lc, device_license(d, "trial")), 600);
	CHECK_ERR(lc_check(d->lc, NULL), LC_EDAMAGED, NULL);
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
	state_edit_both(d, "DELETE FROM sealed");
	device_open(d);
	CHECK_ERR(wants_phones(d), LC_OK, NULL);

	/* And it ends when it has to, with a word about it. */
	device_reopen(d);
	CHECK_ERR(lc_check(d->lc, &detail), LC_OK, &detail);
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
		{ "the persistence file", the_persistence_file },
		{ "its copy", its_copy },
		{ "both files damaged", both_files_damaged },
		{ "with the store", with_the_store },
		{ "a newer version", a_newer_version },
		{ "edits show", edits_show },
		{ "one file edited", one_file_edited },
		{ "the copy follows", the_copy_follows },
		{ "use is put back", use_is_put_back },
		{ "the time is put back", the_time_is_put_back },
		{ "a record from nowhere", a_record_from_nowhere },
		{ "accepting again", accepting_again },
		{ "the time stays", the_time_stays },
		{ "marks that are no times", marks_that_are_no_times },
		{ "from version 1", from_version_1 },
		{ "back to version 1", back_to_version_1 },
		{ "a forged version 1", a_forged_version_1 },
		{ "a jump is taken back", a_jump_is_taken_back },
		{ "time is not gained", time_is_not_gained },
		{ "a step that stands", a_step_that_stands },
		{ "an issue is proof", an_issue_is_proof },
		{ "opening takes time", opening_takes_time },
	};

	return check_main("loss", tests, CHECK_COUNT(tests), argc, argv);
}
