/*
 * takeover_test.c - states of the layout before: all that they hold, and no
 * more than their seals let them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "device.h"
#include "old_state.h"
#include "state/db.h"
#include "state/devkey.h"
#include "state/seal.h"

#define MAIN "persistence.db"
#define COPY "persistence-copy.db"
#define STORE "store-1-1.db"

static struct device *
with_old(void)
{
	static const char *const levels[] = { "base", "lite", "full" };
	static const struct lc_module_options module = {
		.name = "software", .version = "1.0", .levels = levels,
		.nlevels = CHECK_COUNT(levels),
	};
	struct device *d = device_new();

	d->options.modules = &module;
	d->options.nmodules = 1;
	old_state(d);
	return d;
}

static void
check_installs(struct device *d, const char *id, enum lc_type type,
    enum lc_err expected)
{
	struct lc_terms t = issuer_terms(id);
	const char *keys = d->options.key_dir;
	struct lc_action *a;

	t.type = type;
	if (lc_type_subscription(type)) {
		t.feature = "phones";
		t.end = d->wall + 1000000;
	}
	d->options.key_dir = d->issuer->dir;
	CHECK_ERR(lc_reconfigure(d->lc, &d->options, NULL), LC_OK, NULL);
	a = device_install(d, &t, 1, (struct lc_request){ 0 });
	CHECK_ERR(lc_action_error(a), expected, NULL);
	lc_action_free(a);
	d->options.key_dir = keys;
	CHECK_ERR(lc_reconfigure(d->lc, &d->options, NULL), LC_OK, NULL);
}

static void
check_licenses(struct device *d)
{
	const struct lc_license *trial = device_license(d, "trial");
	const struct lc_license *s = device_license(d, "s");

	REQUIRE(trial != NULL && s != NULL);
	CHECK_UINT(trial->index, 3);
	CHECK(trial->eula_accepted);
	CHECK_UINT(lc_license_left_s(d->lc, trial), 600);
	CHECK_UINT(s->index, 4);
	CHECK_STR(s->comment, "in the cellar");
	CHECK_INT(s->priority, LC_PRIORITY_HIGH);
	CHECK(device_license(d, "gone") == NULL);
	CHECK(device_license(d, "cleared") == NULL);
}

static void
check_all(struct device *d, uint64_t events)
{
	struct lc_detail detail = { "" };
	const struct lc_event *e = NULL;
	const struct lc_history *h = NULL;
	char *text = NULL;
	uint64_t last = 0;
	size_t n;

	check_licenses(d);
	CHECK(lc_eula_standing(d->lc));
	CHECK(!lc_switch_get(d->lc, LC_SWITCH_ERROR));
	CHECK(lc_switch_get(d->lc, LC_SWITCH_USAGE));
	CHECK_UINT(lc_modules(d->lc, &n)[0]->wanted, 1);
	CHECK_UINT(lc_event_waiting(d->lc), events);
	if (events > 0) {
		CHECK_ERR(lc_event_next(d->lc, 0, &e), LC_OK, NULL);
		CHECK_UINT(e->seq, 4);
	}
	CHECK_ERR(lc_eula_text(d->lc, "owsJ-KYorwzPKPZumJAMFI5DunU1iIXDMa75"
	    "dGNhmaI", &text), LC_OK, NULL);
	CHECK_STR(text, "Use it well.\n");
	free(text);
	CHECK_ERR(lc_history_next(d->lc, 1, &h), LC_OK, NULL);
	CHECK_STR(h->what, "install");
	CHECK_STR(h->id, "cleared");
	CHECK_INT(h->at, 1800000010);
	while (lc_history_next(d->lc, last, &h) == LC_OK)
		last = h->seq;
	CHECK_STR(h->what, "upgrade");
	CHECK_ERR(lc_check(d->lc, &detail), LC_OK, &detail);
	check_installs(d, "gone", LC_PERMANENT, LC_EREVOKED);
	check_installs(d, "s2", LC_EVALUATION_SUBSCRIPTION, LC_EEXISTS);
	CHECK_UINT(lc_license_left_s(d->lc, device_license(d, "trial")), 600);
}

static bool
is_there(const struct device *d, const char *name)
{
	return access(check_path(d->dir, name), F_OK) == 0;
}

static void
all_of_it(void)
{
	struct device *d = with_old();

	device_open(d);
	CHECK_UINT(d->nnotices, 0);
	check_all(d, 6);
	CHECK(!is_there(d, MAIN) && is_there(d, MAIN ".old"));
	CHECK(!is_there(d, COPY) && is_there(d, COPY ".old"));
	CHECK(!is_there(d, STORE) && is_there(d, STORE ".old"));
	d->nnotices = 0;
	device_reopen(d);
	CHECK_UINT(d->nnotices, 0);
	check_all(d, 6);
	device_free(d);
}

/* It was done, and the power failed before the files were renamed. */
static void
only_once(void)
{
	static const char *const names[] = { MAIN, COPY, STORE };
	struct lc_lease_request r = { .feature = "one", .count = 1 };
	struct device *d = with_old();
	struct lc_lease *lease;

	device_open(d);
	CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_OK, NULL);
	device_pass(d, 100);
	lc_release(lease);
	device_close(d);
	for (size_t i = 0; i < CHECK_COUNT(names); i++) {
		char old[64];

		snprintf(old, sizeof old, "%s.old", names[i]);
		REQUIRE(rename(check_path(d->dir, old), check_path(d->dir,
		    names[i])) == 0);
	}
	device_open(d);
	CHECK_UINT(lc_license_left_s(d->lc, device_license(d, "trial")), 500);
	CHECK(!is_there(d, MAIN));
	device_free(d);
}

/* What one of the files lost, the others have. */
static void
files_damaged(void)
{
	static const struct {
		const char *name;
		bool gone;
		uint64_t events;	/* which stood in the first alone */
	} cases[] = {
		{ MAIN, true, 0 }, { MAIN, false, 0 },
		{ COPY, true, 6 }, { COPY, false, 6 },
		{ STORE, true, 6 }, { STORE, false, 6 },
	};

	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		const char *path;
		struct device *d = with_old();

		check_context("%s, case %zu", cases[i].name, i);
		path = check_path(d->dir, cases[i].name);
		if (cases[i].gone)
			CHECK_INT(unlink(path), 0);
		else
			check_write(path, "this is no database at all", 26);
		device_open(d);
		check_all(d, cases[i].events);
		device_free(d);
	}
}

/* Licenses stay; of trials it is not known what they were used. */
static void
both_damaged(void)
{
	struct lc_lease_request r = { .feature = "one", .count = 1 };
	struct device *d = with_old();
	struct lc_lease *lease;

	check_write(check_path(d->dir, MAIN), "rubbish", 7);
	check_write(check_path(d->dir, COPY), "rubbish", 7);
	device_open(d);
	CHECK(d->nnotices > 0);
	CHECK_INT(d->notices[0], LC_EDAMAGED);
	REQUIRE(device_license(d, "trial") != NULL);
	REQUIRE(device_license(d, "s") != NULL);
	CHECK_UINT(lc_license_left_s(d->lc, device_license(d, "trial")), 0);
	CHECK(lc_checkout(d->lc, &r, &lease, NULL) != LC_OK);
	device_free(d);
}

static void
edit_both(struct device *d, const char *main_sql, const char *copy_sql)
{
	state_edit(d, MAIN, main_sql);
	state_edit(d, COPY, copy_sql);
}

/* Edits without the key give nothing. */
static void
edits_show(void)
{
	static const struct {
		const char *main_sql, *copy_sql;
		uint32_t left;
		bool accepted, standing, checks;
	} cases[] = {
		{ "UPDATE usage SET used_ms = 1",
		    "UPDATE kept_usage SET used_ms = 1", 0, true, true, true },
		{ "DELETE FROM usage", "DELETE FROM kept_usage", 0, true,
		    true, true },
		{ "UPDATE acceptance SET at = 1",
		    "UPDATE kept_acceptance SET at = 1", 600, true, true,
		    true },
		{ "UPDATE sealed SET body = '[0]' WHERE name = 'eula';"
		  "DELETE FROM acceptance",
		    "UPDATE kept_sealed SET body = '[0]' WHERE name = 'eula';"
		    "DELETE FROM kept_acceptance", 600, false, false, true },
		{ "UPDATE history SET what = 'x' WHERE what = 'revoke'",
		    "UPDATE kept_history SET what = 'x' WHERE what ="
		    " 'revoke'", 600, true, true, false },
		{ "UPDATE usage SET used_ms = 1", "SELECT 1", 600, true, true,
		    true },
		{ "SELECT 1", "UPDATE kept_usage SET used_ms = 1", 600, true,
		    true, true },
	};

	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		struct device *d = with_old();
		const struct lc_license *l;

		check_context("%s", cases[i].main_sql);
		edit_both(d, cases[i].main_sql, cases[i].copy_sql);
		device_open(d);
		l = device_license(d, "trial");
		REQUIRE(l != NULL);
		CHECK_UINT(lc_license_left_s(d->lc, l), cases[i].left);
		CHECK_INT(l->eula_accepted, cases[i].accepted);
		CHECK_INT(lc_eula_standing(d->lc), cases[i].standing);
		CHECK_ERR(lc_check(d->lc, NULL), cases[i].checks ? LC_OK :
		    LC_EDAMAGED, NULL);
		device_free(d);
	}
}

/* A line that was altered on one side is taken from the other. */
static void
lines_that_verify(void)
{
	static const char *const edits[2] = {
		"UPDATE mirror SET line = substr(line, 1, 200)",
		"UPDATE line SET line = substr(line, 1, 200)",
	};

	for (int i = 0; i < 2; i++) {
		struct device *d = with_old();

		check_context("%s", edits[i]);
		state_edit(d, i == 0 ? MAIN : STORE, edits[i]);
		device_open(d);
		check_licenses(d);
		device_free(d);
	}
}

/* A line that only the store has was put there by others. */
static void
a_line_too_many(void)
{
	struct device *d = with_old();
	const struct lc_license *const *list;
	size_t n;

	state_edit(d, MAIN, "DELETE FROM mirror WHERE id = 's'");
	device_open(d);
	list = lc_licenses(d->lc, &n);
	REQUIRE(n == 1);
	CHECK_STR(list[0]->terms.id, "trial");
	device_free(d);
}

/* Copies had priorities of their own: the first store's counts. */
static void
priorities(void)
{
	struct device *d = with_old();

	edit_both(d, "INSERT INTO license VALUES ('TEST-1:SN1', 2, 's', 5,"
	    " NULL, 1)", "INSERT INTO kept_license VALUES ('TEST-1:SN1', 2,"
	    " 's', 5, NULL, 1)");
	device_open(d);
	check_licenses(d);
	device_close(d);
	device_free(d);
}

/* Version 1: without seals but those of the history and of use. */
static void
make_version_1(struct device *d, bool forged)
{
	struct lc_devkey *devkey = NULL;
	struct lc_seal last = { { 0 } }, head;
	uint8_t key[LC_MAC_KEY_LEN];
	struct lc_db *db = NULL;
	struct lc_rows *rows;
	char sql[200], hex[2 * LC_SEAL_LEN + 1];
	struct lc_value v;
	bool made;

	REQUIRE(lc_devkey_open(check_path(d->dir, "device.key"), "", NULL, NULL, &devkey,
	    &made, NULL) == LC_OK);
	REQUIRE(lc_devkey_mac_key(devkey, "history", key) == LC_OK);
	lc_devkey_free(devkey);
	REQUIRE(lc_db_connect(check_path(d->dir, MAIN), false, &db, NULL) ==
	    LC_OK);
	REQUIRE(lc_db_query(db, &rows, "SELECT mac FROM history ORDER BY seq"
	    " DESC LIMIT 1", "") == LC_OK && lc_db_next(db, rows) == LC_OK);
	lc_db_value(rows, 0, &v);
	REQUIRE(v.len == LC_SEAL_LEN);
	memcpy(last.bytes, v.bytes, v.len);
	lc_db_close(db);
	REQUIRE(lc_seal(key, &last, forged ? "?" : "history.head", &head) ==
	    LC_OK);
	for (size_t i = 0; i < LC_SEAL_LEN; i++)
		sprintf(hex + 2 * i, "%02x", head.bytes[i]);
	snprintf(sql, sizeof sql, "UPDATE meta SET value = x'%s' WHERE name ="
	    " 'history.head'", hex);
	state_edit(d, MAIN, sql);
	state_edit(d, MAIN, "INSERT INTO meta SELECT 'clock.high',"
	    " json_extract(body, '$[1]') FROM sealed WHERE name = 'clock';"
	    "INSERT INTO meta SELECT 'eula.standing', json_extract(body,"
	    " '$[0]') FROM sealed WHERE name = 'eula';"
	    "DROP TABLE sealed;"
	    "ALTER TABLE acceptance DROP COLUMN mac;"
	    "PRAGMA user_version = 1");
	CHECK_INT(unlink(check_path(d->dir, COPY)), 0);
}

static void
from_version_1(void)
{
	struct device *d = with_old();

	make_version_1(d, false);
	device_open(d);
	CHECK_UINT(d->nnotices, 0);
	check_all(d, 6);
	device_free(d);
}

static void
a_forged_version_1(void)
{
	struct device *d = with_old();

	make_version_1(d, true);
	device_open(d);
	CHECK(d->nnotices > 0);
	CHECK(!lc_eula_standing(d->lc));
	CHECK(!device_license(d, "trial")->eula_accepted);
	CHECK_UINT(lc_license_left_s(d->lc, device_license(d, "trial")), 600);
	CHECK_ERR(lc_check(d->lc, NULL), LC_EDAMAGED, NULL);
	device_free(d);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "all of it", all_of_it },
		{ "only once", only_once },
		{ "files damaged", files_damaged },
		{ "both damaged", both_damaged },
		{ "edits show", edits_show },
		{ "lines that verify", lines_that_verify },
		{ "a line too many", a_line_too_many },
		{ "priorities", priorities },
		{ "from version 1", from_version_1 },
		{ "a forged version 1", a_forged_version_1 },
	};

	return check_main("takeover", tests, CHECK_COUNT(tests), argc, argv);
}
