/* state_test.c - what is on disk: locks, damage, edits, new options. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <sqlite3.h>

#include "check.h"
#include "device.h"
#include "old_state.h"

static void
one_at_a_time(void)
{
	struct device *d = device_new();
	struct lc_detail detail = { "" };
	struct lc *second = NULL;
	char pid[32];

	device_open(d);
	CHECK_ERR(lc_open(&d->options, &second, &detail), LC_ELOCKED, NULL);
	snprintf(pid, sizeof pid, "process %ld", (long)getpid());
	CHECK_HAS(detail.text, pid);
	CHECK(second == NULL);
	device_free(d);
}

static void
options_that_are_refused(void)
{
	struct device *d = device_new();
	struct lc_detail detail = { "" };

	d->options.ndevices = 0;
	CHECK_ERR(lc_open(&d->options, &d->lc, &detail), LC_EOPTIONS, NULL);
	CHECK_STR(detail.text, "no devices: at least one is required");
	d->options.ndevices = 2;
	d->devices[1] = d->devices[0];
	CHECK_ERR(lc_open(&d->options, &d->lc, &detail), LC_EOPTIONS, NULL);
	CHECK_STR(detail.text, "duplicate device index 1");
	d->devices[1].index = 2;
	CHECK_ERR(lc_open(&d->options, &d->lc, &detail), LC_EOPTIONS, NULL);
	CHECK_STR(detail.text, "duplicate device TEST-1:SN1");
	d->devices[1].sn = "SN 2";
	CHECK_ERR(lc_open(&d->options, &d->lc, &detail), LC_EOPTIONS, NULL);
	CHECK_HAS(detail.text, "device 2: product ID and serial number");
	d->devices[1].sn = "SN2";
	CHECK_ERR(lc_open(&d->options, &d->lc, &detail), LC_EOPTIONS, NULL);
	CHECK_STR(detail.text, "device 2 has no default store: one of its"
	    " stores must be the default one");
	d->options.ndevices = 1;
	d->features[1].index = 1;
	CHECK_ERR(lc_open(&d->options, &d->lc, &detail), LC_EOPTIONS, NULL);
	CHECK_STR(detail.text, "duplicate feature index 1");
	device_free(d);
}

/* A state file that is not what it was is made again. */
static void
a_file_is_restored(const char *name)
{
	static const char *const cases[] = {
		"garbage", "gone", "emptied", "a line damaged", "a line gone",
		"a trigger", "a view", "no table", "an old copy",
	};
	struct device *d = device_new();
	const char *path = check_path(d->dir, name);
	size_t old_len;
	char *old;

	device_open(d);
	(void)device_add(d, issuer_terms("a"));
	old = check_read(path, &old_len);
	(void)device_add(d, issuer_terms("b"));
	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		check_context("%s: %s", name, cases[i]);
		device_close(d);
		switch (i) {
		case 0:
			check_write(path, "this is not a database, whatever it"
			    " was", 39);
			break;
		case 1:
			CHECK_INT(unlink(path), 0);
			break;
		case 2:
			check_write(path, "", 0);
			break;
		case 3:
			state_edit(d, name, "UPDATE copy SET line ="
			    " substr(line, 1, 100) WHERE n = 2");
			break;
		case 4:
			state_edit(d, name, "DELETE FROM copy");
			break;
		case 5:
			state_edit(d, name, "CREATE TRIGGER t AFTER"
			    " INSERT ON copy BEGIN DELETE FROM copy; END");
			break;
		case 6:
			state_edit(d, name, "ALTER TABLE copy RENAME"
			    " TO l; CREATE VIEW copy AS SELECT * FROM l");
			break;
		case 7:
			state_edit(d, name, "DROP TABLE copy");
			break;
		default:
			check_write(path, old, old_len);
			break;
		}
		d->nnotices = 0;
		device_open(d);
		REQUIRE(device_license(d, "b") != NULL);
		CHECK_UINT(device_license(d, "b")->index, 2);
		REQUIRE(device_license(d, "a") != NULL);
		/* Rows of the twin are read when they are needed. */
		if (strcmp(name, "state.db") == 0 || (i != 3 && i != 4)) {
			CHECK(d->nnotices > 0);
			CHECK_HAS(d->notice, "was made again from");
			CHECK_ERR(lc_check(d->lc, NULL), LC_OK, NULL);
		} else {
			CHECK_ERR(lc_check(d->lc, NULL), LC_EDAMAGED, NULL);
			CHECK_INT(unlink(path), 0);
		}
		device_reopen(d);
		d->nnotices = 0;
		device_reopen(d);
		CHECK_UINT(d->nnotices, 0);
	}
	free(old);
	device_free(d);
}

static void
a_state_file_is_restored(void)
{
	a_file_is_restored("state.db");
	a_file_is_restored("state-twin.db");
}

/* A file goes while it is in use: it is made again. */
static void
a_file_goes_meanwhile(void)
{
	static const char *const names[] = { "state.db", "state-twin.db" };

	for (size_t i = 0; i < CHECK_COUNT(names); i++) {
		struct device *d = device_new();
		struct lc_terms t = issuer_terms("b");
		struct lc_action *a;

		check_context("%s", names[i]);
		device_open(d);
		(void)device_add(d, issuer_terms("a"));
		CHECK_INT(unlink(check_path(d->dir, names[i])), 0);
		a = device_install(d, &t, 1, (struct lc_request){ 0 });
		CHECK_ERR(lc_action_error(a), i == 0 ? LC_EDAMAGED : LC_OK,
		    NULL);
		lc_action_free(a);
		if (i == 0)
			(void)device_add(d, t);
		device_pass(d, 60);
		CHECK_ERR(lc_check(d->lc, NULL), LC_OK, NULL);
		device_reopen(d);
		REQUIRE(device_license(d, "a") != NULL);
		REQUIRE(device_license(d, "b") != NULL);
		device_free(d);
	}
}

/* Both files go: it is told. */
static void
the_state_is_gone(void)
{
	struct device *d = device_new();

	device_open(d);
	(void)device_add(d, issuer_terms("a"));
	CHECK_UINT(d->nnotices, 0);
	device_close(d);
	CHECK_INT(unlink(check_path(d->dir, "state.db")), 0);
	CHECK_INT(unlink(check_path(d->dir, "state-twin.db")), 0);
	device_open(d);
	CHECK_UINT(d->nnotices, 1);
	CHECK_HAS(d->notice, "its state is gone");
	CHECK(device_license(d, "a") == NULL);
	device_reopen(d);
	CHECK_UINT(d->nnotices, 1);
	device_free(d);
}

/* What is not metered does not run out, whatever its records say. */
static void
a_permanent_license_stays(void)
{
	struct lc_lease_request r = { .feature = "one", .count = 1 };
	struct device *d = device_new();
	struct lc_terms t = issuer_terms("a");
	struct lc_lease *lease;

	t.feature = "one";
	device_open(d);
	(void)device_add(d, t);
	CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_OK, NULL);
	device_pass(d, 100);
	device_close(d);
	state_edit_both(d, "UPDATE identity SET used_ms = 1");
	device_open(d);
	CHECK(d->nnotices > 0);
	CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_OK, NULL);
	device_free(d);
}

static void
a_removable_store_comes_and_goes(void)
{
	struct device *d = device_new();
	const char *mount = check_dir();
	char *away;
	struct lc_terms t = issuer_terms("a");
	struct lc_action *a;
	size_t n;

	d->stores[1] = (struct lc_store_options){
		.device = 1, .index = 2, .kind = LC_STORE_REMOVABLE,
		.name = "usb:store", .size = 65536,
		.path = check_path(mount, "store.db"),
	};
	d->options.nstores = 2;
	device_open(d);
	a = device_install(d, &t, 1, (struct lc_request){ .store = 2 });
	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	lc_action_free(a);

	REQUIRE(asprintf(&away, "%s.away", mount) > 0);
	CHECK_INT(rename(mount, away), 0);
	device_reopen(d);
	CHECK(device_license(d, "a") == NULL);
	CHECK(!lc_stores(d->lc, &n)[1]->present);
	a = device_install(d, &t, 1, (struct lc_request){ .store = 2 });
	CHECK_ERR(lc_action_error(a), LC_ESTORE, NULL);
	CHECK_HAS(lc_action_detail(a), "not present");
	lc_action_free(a);
	CHECK_INT(rename(away, mount), 0);
	CHECK_ERR(lc_reconfigure(d->lc, &d->options, NULL), LC_OK, NULL);
	REQUIRE(device_license(d, "a") != NULL);
	CHECK_UINT(device_license(d, "a")->index, 1);
	free(away);
	device_free(d);
}

/* Without room it serves what it has, and goes on when there is some. */
static void
no_room(void)
{
	struct lc_lease_request one = { .feature = "one" };
	struct lc_lease_request other = { .feature = "phones" };
	struct device *d = device_new();
	struct lc_detail detail = { "" };
	struct lc_terms t = issuer_terms("trial"), more = issuer_terms("b");
	struct lc_terms bought = issuer_terms("a");
	struct lc_lease *lease = NULL;
	struct rlimit had, none;
	struct lc_action *a;
	int64_t wait;
	size_t n;

	t.feature = "one";
	t.type = LC_DEMO;
	t.nudis = 0;
	t.period_s = 1000;
	device_open(d);
	bought.feature = "phones";
	(void)device_add(d, bought);
	(void)device_add(d, t);
	device_close(d);
	REQUIRE(getrlimit(RLIMIT_FSIZE, &had) == 0);
	none = had;
	none.rlim_cur = 100;
	(void)signal(SIGXFSZ, SIG_IGN);
	REQUIRE(setrlimit(RLIMIT_FSIZE, &none) == 0);
	device_open(d);
	CHECK(device_license(d, "a") != NULL);
	CHECK_ERR(lc_checkout(d->lc, &other, &lease, NULL), LC_OK, NULL);
	/* What would be used up cannot be marked as used. */
	CHECK_ERR(lc_checkout(d->lc, &one, &lease, &detail), LC_EIO, NULL);
	CHECK_HAS(detail.text, "cannot be written");
	a = device_install(d, &more, 1, (struct lc_request){ 0 });
	CHECK_ERR(lc_action_error(a), LC_EIO, NULL);
	CHECK_HAS(lc_action_results(a, &n)[0].detail.text, "disk");
	lc_action_free(a);
	REQUIRE(setrlimit(RLIMIT_FSIZE, &had) == 0);
	CHECK_ERR(lc_tick(d->lc, &wait), LC_OK, NULL);
	CHECK_ERR(lc_checkout(d->lc, &one, &lease, NULL), LC_OK, NULL);
	(void)device_add(d, more);
	device_free(d);
}

/* From the first start on. */
static void
no_room_from_the_start(void)
{
	struct device *d = device_new();
	struct lc_detail detail = { "" };
	struct rlimit had, none;

	REQUIRE(getrlimit(RLIMIT_FSIZE, &had) == 0);
	none = had;
	none.rlim_cur = 1000;
	(void)signal(SIGXFSZ, SIG_IGN);
	REQUIRE(setrlimit(RLIMIT_FSIZE, &none) == 0);
	device_open(d);
	CHECK_ERR(lc_recording(d->lc, &detail), LC_EIO, NULL);
	CHECK_HAS(detail.text, d->dir);
	CHECK_ERR(lc_switch_set(d->lc, LC_SWITCH_USAGE, false), LC_EIO, NULL);
	REQUIRE(setrlimit(RLIMIT_FSIZE, &had) == 0);
	device_pass(d, 120);
	CHECK_ERR(lc_recording(d->lc, &detail), LC_OK, &detail);
	(void)device_add(d, issuer_terms("a"));
	device_reopen(d);
	CHECK(device_license(d, "a") != NULL);
	CHECK_ERR(lc_check(d->lc, &detail), LC_OK, &detail);
	device_free(d);
}

static struct device *
with_a_medium(const char *path)
{
	struct device *d = device_new();

	d->stores[1] = (struct lc_store_options){
		.device = 1, .index = 2, .kind = LC_STORE_REMOVABLE,
		.name = "usb:store", .size = 65536, .path = path,
	};
	d->options.nstores = 2;
	return d;
}

/* A medium with two bad lines in a folder: of another issuer, and rubbish. */
static const char *
medium_make(void)
{
	const char *folder = check_path(check_dir(), "mnt");
	const char *path = check_path(folder, "store.db");
	struct device *d = with_a_medium(path);
	struct lc_terms t = issuer_terms("m");
	struct lc_action *a;

	REQUIRE(mkdir(folder, 0700) == 0);
	device_open(d);
	a = device_install(d, &t, 1, (struct lc_request){ .store = 2 });
	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	lc_action_free(a);
	device_free(d);
	state_edit_at(path, "INSERT INTO line VALUES ('x', 'rubbish', 0)");
	return folder;
}

/*
 * A medium comes while nothing can be recorded: that, and that its lines are
 * bad, is told once, not with each try.
 */
static void
a_medium_without_room(void)
{
	const char *folder = medium_make();
	const char *away = check_path(check_dir(), "away");
	struct device *d = with_a_medium(check_path(folder, "store.db"));
	struct rlimit had, none;
	int64_t wait;

	CHECK_INT(rename(folder, away), 0);
	device_open(d);
	CHECK_UINT(d->nnotices, 0);
	REQUIRE(getrlimit(RLIMIT_FSIZE, &had) == 0);
	none = had;
	none.rlim_cur = 100;
	(void)signal(SIGXFSZ, SIG_IGN);
	CHECK_INT(rename(away, folder), 0);
	for (int i = 0; i < 5; i++) {
		d->boot_ms += 11000;
		REQUIRE(setrlimit(RLIMIT_FSIZE, &none) == 0);
		CHECK_ERR(lc_tick(d->lc, &wait), LC_EIO, NULL);
		REQUIRE(setrlimit(RLIMIT_FSIZE, &had) == 0);
		CHECK_UINT(d->nnotices, 3);
		CHECK_HAS(d->told, "changes are refused until");
	}
	device_pass(d, 11);
	CHECK_HAS(d->notice, "usb:store: ");
	CHECK_UINT(d->nnotices, 4);
	device_free(d);
}

/* A medium of which nothing is right keeps nothing from working. */
static void
a_hostile_medium(void)
{
	static const char *const edits[] = {
		"DROP TABLE line",
		"DROP TABLE line; CREATE VIEW line AS WITH RECURSIVE n(x) AS"
		    " (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS id,"
		    " x AS line, x AS installed FROM n",
		"CREATE TRIGGER t AFTER INSERT ON line BEGIN DELETE FROM line;"
		    " END",
		"CREATE TABLE more (x)",
		"PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql ="
		    " 'rubbish' WHERE name = 'line'",
		"PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage"
		    " = 999 WHERE name = 'line'",
		"PRAGMA writable_schema = ON; DELETE FROM sqlite_schema",
	};

	for (size_t i = 0; i < CHECK_COUNT(edits); i++) {
		const char *path = check_path(check_dir(), "store.db");
		struct device *d = with_a_medium(path);
		size_t n;

		check_context("%s", edits[i]);
		device_open(d);
		device_close(d);
		state_edit_at(path, edits[i]);
		d->nnotices = 0;
		device_open(d);
		CHECK_UINT(d->nnotices, 1);
		CHECK_HAS(d->told, "store usb:store: not used");
		CHECK(!lc_stores(d->lc, &n)[1]->present);
		(void)device_add(d, issuer_terms("a"));
		device_free(d);
	}
}

/* A license is there once, under however many names it stands in a store. */
static void
a_license_twice_on_a_medium(void)
{
	const char *path = check_path(check_dir(), "store.db");
	struct device *d = with_a_medium(path);
	struct lc_terms t = issuer_terms("a");
	size_t n;

	device_open(d);
	lc_action_free(device_install(d, &t, 1,
	    (struct lc_request){ .store = 2 }));
	device_close(d);
	state_edit_at(path, "INSERT INTO line SELECT 'b', line, installed FROM"
	    " line");
	/* For the first time here, too. */
	for (int i = 0; i < 2; i++) {
		d->nnotices = 0;
		device_open(d);
		CHECK_UINT(d->nnotices, i == 0 ? 1 : 2);
		CHECK_HAS(d->notice, "license a is there twice");
		(void)lc_licenses(d->lc, &n);
		CHECK_UINT(n, 1);
		device_close(d);
		if (i == 0) {
			CHECK_INT(unlink(check_path(d->dir, "state.db")), 0);
			CHECK_INT(unlink(check_path(d->dir,
			    "state-twin.db")), 0);
		}
	}
	device_free(d);
}

/* What cannot be taken in for another's sake is tried again. */
static void
a_medium_comes_at_a_bad_time(void)
{
	const char *path = check_path(check_dir(), "store.db");
	struct device *before = with_a_medium(path);
	struct device *d = with_a_medium(path);
	struct lc_terms t = issuer_terms("a");
	sqlite3 *other = NULL;
	size_t len;
	int64_t wait;
	char *store;

	/* It was written in another device. */
	device_open(before);
	lc_action_free(device_install(before, &t, 1,
	    (struct lc_request){ .store = 2 }));
	device_close(before);
	d->options.key_dir = before->issuer->dir;
	device_open(d);
	store = check_read(path, &len);
	device_close(d);
	CHECK_INT(unlink(check_path(d->dir, "state.db")), 0);
	CHECK_INT(unlink(check_path(d->dir, "state-twin.db")), 0);
	CHECK_INT(unlink(path), 0);
	device_open(d);
	CHECK_INT(unlink(path), 0);
	device_pass(d, 10);
	CHECK(device_license(d, "a") == NULL);

	/* The state cannot be written, and the license has to be recorded. */
	REQUIRE(sqlite3_open(check_path(d->dir, "state.db"), &other) ==
	    SQLITE_OK);
	CHECK_INT(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL),
	    SQLITE_OK);
	check_write(path, store, len);

	free(store);
	d->boot_ms += 10000;
	d->wall += 10;
	CHECK_ERR(lc_tick(d->lc, &wait), LC_ELOCKED, NULL);
	CHECK(device_license(d, "a") == NULL);
	sqlite3_close(other);
	device_pass(d, 10);
	CHECK(device_license(d, "a") != NULL);
	device_free(before);
	device_free(d);
}

/* The folder stays, as the one does where a medium is mounted. */
static void
a_medium_comes_and_goes(void)
{
	struct lc_lease_request r = { .feature = "one", .count = 1 };
	const char *path = check_path(check_dir(), "store.db");
	struct device *d = with_a_medium(path);
	struct lc_terms t = issuer_terms("a");
	struct lc_lease *lease = NULL;
	char *store;
	size_t n, len;

	t.feature = "one";
	t.type = LC_DEMO;
	t.nudis = 0;
	t.period_s = 1000;
	device_open(d);
	lc_action_free(device_install(d, &t, 1,
	    (struct lc_request){ .store = 2 }));
	REQUIRE(device_license(d, "a") != NULL);
	CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_OK, NULL);
	device_pass(d, 100);

	store = check_read(path, &len);
	CHECK_INT(unlink(path), 0);
	device_pass(d, 10);
	CHECK(device_license(d, "a") == NULL);
	CHECK(!lc_stores(d->lc, &n)[1]->present);
	CHECK_INT(lc_lease_state(lease), LC_LEASE_UNLICENSED);
	CHECK_HAS(d->notice, "store usb:store: away");
	CHECK_ERR(lc_check(d->lc, NULL), LC_OK, NULL);
	device_reopen(d);
	CHECK(device_license(d, "a") == NULL);
	CHECK(access(path, F_OK) != 0);
	device_pass(d, 10);

	check_write(path, store, len);
	d->nnotices = 0;
	device_pass(d, 10);
	CHECK_HAS(d->notice, "store usb:store: back again");
	CHECK_UINT(d->nnotices, 1);
	REQUIRE(device_license(d, "a") != NULL);
	CHECK_UINT(device_license(d, "a")->index, 1);
	CHECK_UINT(lc_license_left_s(d->lc, device_license(d, "a")), 890);
	CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_OK, NULL);

	/* Rubbish is no store; an empty file is a new one. */
	CHECK_INT(unlink(path), 0);
	device_pass(d, 10);
	check_write(path, "this is not a database, whatever it was", 39);
	device_pass(d, 10);
	CHECK_HAS(d->told, "store usb:store: not used");
	CHECK(!lc_stores(d->lc, &n)[1]->present);
	CHECK_INT(unlink(path), 0);
	device_pass(d, 10);
	check_write(path, "", 0);
	device_pass(d, 10);
	CHECK(lc_stores(d->lc, &n)[1]->present);
	CHECK_UINT(lc_stores(d->lc, &n)[1]->size_left, 65536);
	free(store);
	device_free(d);
}

/* A license in two stores counts once, and its meter goes with it. */
static void
in_two_stores(void)
{
	struct lc_lease_request r = { .feature = "one", .count = 10 };
	struct device *d = device_new();
	const char *mount = check_dir();
	struct lc_terms t = issuer_terms("a");
	struct lc_lease *lease = NULL;
	struct lc_action *a;
	char *away;
	size_t n;

	t.feature = "one";
	t.type = LC_DEMO;
	t.nudis = 0;
	t.period_s = 1000;
	t.counted = true;
	t.additive = true;
	t.count = 10;
	d->stores[1] = (struct lc_store_options){
		.device = 1, .index = 2, .kind = LC_STORE_REMOVABLE,
		.name = "usb:store", .size = 65536,
		.path = check_path(mount, "store.db"),
	};
	d->options.nstores = 2;
	device_open(d);
	a = device_install(d, &t, 1, (struct lc_request){ .store = 2 });
	CHECK_INT(lc_action_state(a), LC_SUCCESSFUL);
	lc_action_free(a);
	REQUIRE(asprintf(&away, "%s.away", mount) > 0);
	CHECK_INT(rename(mount, away), 0);
	device_reopen(d);
	(void)device_add(d, t);
	CHECK_INT(rename(away, mount), 0);
	device_reopen(d);
	(void)lc_licenses(d->lc, &n);
	CHECK_UINT(n, 2);
	CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_OK, NULL);
	r.count = 1;
	CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_EEXHAUSTED, NULL);
	device_pass(d, 100);
	lc_release(lease);
	for (uint32_t i = 1; i <= 2; i++) {
		const struct lc_license *l =
		    lc_license_find(d->lc, 1, i, 3 - i);

		REQUIRE(l != NULL);
		if (lc_license_left_s(d->lc, l) == 900) {
			CHECK_ERR(device_clear(d, l->index), LC_OK, NULL);
			break;
		}
	}
	(void)lc_licenses(d->lc, &n);
	REQUIRE(n == 1);
	CHECK_UINT(lc_license_left_s(d->lc, lc_licenses(d->lc, &n)[0]), 900);
	free(away);
	device_free(d);
}

/* The history shows what was done to it in both files, for good. */
static void
history_edits_show(void)
{
	static const char *const cases[] = {
		"UPDATE history SET at = at - 1 WHERE n = 2",
		"UPDATE history SET n = 9 WHERE n = 3",
		"DELETE FROM history WHERE n = 1",
		"DELETE FROM history WHERE n = 3",
		"DELETE FROM history",
		"DELETE FROM head",
	};

	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		struct device *d = device_new();
		struct lc_detail detail = { "" };

		check_context("%s", cases[i]);
		device_open(d);
		(void)device_add(d, issuer_terms("a"));
		(void)device_add(d, issuer_terms("b"));
		(void)device_add(d, issuer_terms("c"));
		device_reopen(d);
		CHECK_UINT(d->nnotices, 0);
		device_close(d);
		state_edit_both(d, cases[i]);
		device_open(d);
		CHECK(d->nnotices > 0);
		CHECK_INT(d->notices[0], LC_EDAMAGED);
		CHECK(device_license(d, "a") != NULL);
		CHECK(device_license(d, "c") != NULL);
		/* And what is added later does not hide it. */
		(void)device_add(d, issuer_terms("d"));
		device_reopen(d);
		CHECK_ERR(lc_check(d->lc, &detail), LC_EDAMAGED, NULL);
		CHECK_HAS(detail.text, "damaged before");
		device_free(d);
	}
}

/* Editing the record of a trial's use in both files makes it worse. */
static void
usage_edits_show(void)
{
	static const char *const cases[] = {
		"UPDATE identity SET used_ms = 0",
		"DELETE FROM identity",
		"UPDATE identity SET seal = zeroblob(16)",
		"UPDATE identity SET flags = 0, used_ms = 0",
	};

	for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
		struct lc_lease_request r = { .feature = "one", .count = 1 };
		struct device *d = device_new();
		struct lc_terms t = issuer_terms("trial");
		struct lc_lease *lease;

		check_context("%s", cases[i]);
		t.feature = "one";
		t.type = LC_DEMO;
		t.nudis = 0;
		t.period_s = 1000;
		device_open(d);
		(void)device_add(d, t);
		CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_OK, NULL);
		device_pass(d, 100);
		device_close(d);
		state_edit_both(d, cases[i]);
		device_open(d);
		CHECK(d->nnotices > 0);
		if (device_license(d, "trial") == NULL)
			(void)device_add(d, t);
		for (int round = 0; round < 2; round++) {
			CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL),
			    LC_EEXPIRED, NULL);
			d->nnotices = 0;
			device_reopen(d);
			CHECK_UINT(d->nnotices, 0);	/* told once */
		}
		device_free(d);
	}
}

/* Edits while the core is open are found by looking. */
static void
checking(void)
{
	struct device *d = device_new();
	struct lc_detail detail = { "" };
	const struct lc_history *h;

	device_open(d);
	CHECK_ERR(lc_check(d->lc, &detail), LC_OK, &detail);
	(void)device_add(d, issuer_terms("a"));
	(void)device_add(d, issuer_terms("b"));
	CHECK_ERR(lc_check(d->lc, &detail), LC_OK, &detail);
	state_edit(d, "state-twin.db", "DELETE FROM copy WHERE n = 2");
	CHECK_ERR(lc_check(d->lc, &detail), LC_EDAMAGED, NULL);
	CHECK_HAS(detail.text, "state-twin.db: not what was last written");
	CHECK_UINT(d->nnotices, 2);	/* that it counts no more, as well */
	CHECK_HAS(d->told, "state-twin.db: damaged; changes are only in");
	state_edit(d, "state.db", "UPDATE history SET what = 'nothing'");

	/* The history can be read, altered or not. */
	CHECK_ERR(lc_history_next(d->lc, 1, &h), LC_OK, NULL);
	CHECK_UINT(h->seq, 2);
	CHECK_STR(h->what, "nothing");
	CHECK_STR(h->udi, ISSUER_UDI);
	CHECK_STR(h->id, "b");
	CHECK_HAS(h->body, "\"feature\":\"ipbasek9\"");
	CHECK_ERR(lc_history_next(d->lc, 2, &h), LC_ENOTFOUND, NULL);
	CHECK_ERR(lc_check(d->lc, &detail), LC_EDAMAGED, NULL);
	CHECK_HAS(detail.text, "state.db: not what was last written");
	device_free(d);
}

static void
new_options(void)
{
	struct device *d = device_new();
	struct lc_lease_request r = { .feature = "one", .count = 1 };
	struct lc_detail detail;
	struct lc_terms t = issuer_terms("a");
	struct lc_lease *lease;
	size_t n;

	t.feature = "one";
	t.type = LC_DEMO;
	t.nudis = 0;
	t.period_s = 1000;
	device_open(d);
	(void)device_add(d, t);
	CHECK_ERR(lc_checkout(d->lc, &r, &lease, NULL), LC_OK, NULL);
	device_pass(d, 100);

	d->options.ndevices = 0;
	CHECK_ERR(lc_reconfigure(d->lc, &d->options, &detail), LC_EOPTIONS,
	    NULL);
	CHECK_STR(detail.text, "no devices: at least one is required");
	REQUIRE(device_license(d, "a") != NULL);

	/* Leases and meters go on. */
	d->options.ndevices = 1;
	d->options.nfeatures = 1;
	CHECK_ERR(lc_reconfigure(d->lc, &d->options, &detail), LC_OK,
	    &detail);
	(void)lc_features(d->lc, &n);
	CHECK_UINT(n, 1);
	device_pass(d, 100);
	CHECK_UINT(lc_license_left_s(d->lc, device_license(d, "a")), 800);
	CHECK_INT(lc_license_status(d->lc, device_license(d, "a")),
	    LC_IN_USE);
	lc_release(lease);
	device_pass(d, 100);
	CHECK_UINT(lc_license_left_s(d->lc, device_license(d, "a")), 800);
	device_free(d);
}

/* A built-in store is a license file; its licenses have indexes like others. */
static void
a_built_in_store(void)
{
	struct device *d = device_new();
	struct lc_terms t[2] = { issuer_terms("trial") };
	char *file;

	t[0].type = LC_DEMO;
	t[0].nudis = 0;
	t[0].period_s = 1000;
	t[1] = t[0];	/* a slip of whoever made the image */
	file = device_file(d, t, 2);
	check_write(check_path(d->dir, "builtin.lic"), file, strlen(file));
	free(file);
	d->stores[1] = (struct lc_store_options){
		.device = 1, .index = 2, .kind = LC_STORE_BUILT_IN,
		.name = "builtin:trials",
		.path = check_path(d->dir, "builtin.lic"),
	};
	d->options.nstores = 2;
	device_open(d);
	CHECK_HAS(d->notice, "license trial is there twice");
	REQUIRE(device_license(d, "trial") != NULL);
	CHECK_UINT(device_license(d, "trial")->index, 1);
	CHECK_INT(device_license(d, "trial")->installed, LC_NO_TIME);
	CHECK_ERR(device_clear(d, 1), LC_EREADONLY, NULL);
	CHECK_UINT(device_add(d, issuer_terms("a")), 2);
	CHECK_ERR(lc_comment_set(d->lc, 1, 2, 1, "try me"), LC_OK, NULL);
	device_reopen(d);
	CHECK_UINT(device_license(d, "trial")->index, 1);
	CHECK_STR(device_license(d, "trial")->comment, "try me");

	CHECK_INT(unlink(check_path(d->dir, "builtin.lic")), 0);
	CHECK_ERR(lc_reconfigure(d->lc, &d->options, NULL), LC_OK, NULL);
	CHECK_HAS(d->told, "store builtin:trials: not used");
	CHECK(device_license(d, "trial") == NULL);
	CHECK(device_license(d, "a") != NULL);
	device_free(d);
}

/* A line whose key is gone stays in its store, and waits. */
static void
a_key_is_withdrawn(void)
{
	struct device *d = device_new();
	const char *empty = check_dir();
	const char *keys = d->options.key_dir;

	device_open(d);
	(void)device_add(d, issuer_terms("a"));
	d->options.key_dir = empty;
	device_reopen(d);
	CHECK(device_license(d, "a") == NULL);
	CHECK_UINT(d->nnotices, 1);
	CHECK_INT(d->notices[0], LC_EKEY);
	d->options.key_dir = keys;
	device_reopen(d);
	REQUIRE(device_license(d, "a") != NULL);
	CHECK_UINT(device_license(d, "a")->index, 1);
	device_free(d);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "one at a time", one_at_a_time },
		{ "options that are refused", options_that_are_refused },
		{ "a state file is restored", a_state_file_is_restored },
		{ "a file goes meanwhile", a_file_goes_meanwhile },
		{ "the state is gone", the_state_is_gone },
		{ "a permanent license stays", a_permanent_license_stays },
		{ "a removable store comes and goes",
		    a_removable_store_comes_and_goes },
		{ "a medium comes and goes", a_medium_comes_and_goes },
		{ "no room", no_room },
		{ "a medium without room", a_medium_without_room },
		{ "no room from the start", no_room_from_the_start },
		{ "a hostile medium", a_hostile_medium },
		{ "a license twice on a medium", a_license_twice_on_a_medium },
		{ "a medium comes at a bad time",
		    a_medium_comes_at_a_bad_time },
		{ "in two stores", in_two_stores },
		{ "history edits show", history_edits_show },
		{ "usage edits show", usage_edits_show },
		{ "checking", checking },
		{ "new options", new_options },
		{ "a built-in store", a_built_in_store },
		{ "a key is withdrawn", a_key_is_withdrawn },
	};

	return check_main("state", tests, CHECK_COUNT(tests), argc, argv);
}
