/*
 * db_test.c - the one place that talks to SQLite, and how errors get out of it.
 */
#include "state/db.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "device.h"
#include "disk_calls.h"
#include "old_state.h"

static struct lc_db *
connect_to(const char *path, bool create)
{
	struct lc_detail detail = { "" };
	struct lc_db *db = NULL;

	CHECK_ERR(lc_db_connect(path, create, &db, &detail), LC_OK, &detail);
	REQUIRE(db != NULL);
	return db;
}

static struct lc_db *
database(void)
{
	struct lc_db *db = connect_to(check_path(check_dir(), "p.db"), true);

	CHECK_INT(lc_db_exec(db, "CREATE TABLE meta (name TEXT PRIMARY KEY,"
	    " value)"), LC_OK);
	return db;
}

/* Statements are kept by their address: there may be any number of them. */
static void
many_statements(void)
{
	struct lc_db *db = database();
	char *texts[300];
	int64_t value = -1;

	for (size_t i = 0; i < CHECK_COUNT(texts); i++) {
		REQUIRE(asprintf(&texts[i], "SELECT %zu", i) > 0);
		CHECK_INT(lc_db_get_int(db, &value, texts[i], ""), LC_OK);
		CHECK_INT(value, (int64_t)i);
	}
	for (size_t i = 0; i < CHECK_COUNT(texts); i++) {
		CHECK_INT(lc_db_get_int(db, &value, texts[i], ""), LC_OK);
		CHECK_INT(value, (int64_t)i);
	}
	lc_db_close(db);
	for (size_t i = 0; i < CHECK_COUNT(texts); i++)
		free(texts[i]);
}

static void
single_values(void)
{
	struct lc_db *db = database();
	int64_t value = 7;
	char *text = NULL;

	CHECK_INT(lc_db_get_int(db, &value, "SELECT value FROM meta"
	    " WHERE name = ?", "s", "none"), LC_ENOTFOUND);
	CHECK_INT(value, 7);
	CHECK_INT(lc_db_get_text(db, &text, "SELECT 'a text'", ""), LC_OK);
	CHECK_STR(text, "a text");
	free(text);
	/* It does not hold on to the file. */
	CHECK_INT(lc_db_begin(db), LC_OK);
	CHECK_INT(lc_db_commit(db), LC_OK);
	lc_db_close(db);
}

static enum lc_err
insert(struct lc_db *db)
{
	return lc_db_run(db, "INSERT INTO meta (name, value) VALUES ('a', 1)",
	    "");
}

/* What SQLite said is told with the error that it was about, once. */
static void
words_of_an_error(void)
{
	struct lc_db *db = database();

	CHECK_INT(lc_db_begin(db), LC_OK);
	CHECK_INT(insert(db), LC_OK);
	CHECK_INT(insert(db), LC_EDAMAGED);
	lc_db_rollback(db);
	CHECK_HAS(lc_db_words(db, LC_EDAMAGED), "UNIQUE constraint failed");
	CHECK_STR(lc_db_words(db, LC_ENOMEM), lc_strerror(LC_ENOMEM));
	CHECK_INT(lc_db_begin(db), LC_OK);
	CHECK_STR(lc_db_words(db, LC_EDAMAGED), lc_strerror(LC_EDAMAGED));
	lc_db_rollback(db);
	CHECK_STR(lc_db_words(NULL, LC_EIO), lc_strerror(LC_EIO));
	lc_db_close(db);
}

/* A history that cannot be read has not come to its end. */
static void
an_unreadable_history(void)
{
	struct device *d = device_new();
	const struct lc_history *h;

	disk_end_at(0, DISK_FAILS);	/* from now on calls are counted */
	device_open(d);
	(void)device_add(d, issuer_terms("a"));
	CHECK_INT(lc_history_next(d->lc, 0, &h), LC_OK);
	CHECK_INT(lc_history_next(d->lc, h->seq, &h), LC_ENOTFOUND);
	disk_end_at(1, DISK_UNREADABLE);
	CHECK_INT(lc_history_next(d->lc, 0, &h), LC_EIO);
	disk_end_at(0, DISK_FAILS);
	CHECK_INT(lc_history_next(d->lc, 0, &h), LC_OK);
	device_free(d);
}

/* ---- What the operator sets ------------------------------------------ */

struct setting {
	const char *name;
	enum lc_err (*set)(struct device *);
	bool (*is_set)(const struct device *);
};

static const struct lc_license *
license_a(const struct device *d)
{
	return device_license(d, "a");
}

static enum lc_err
set_comment(struct device *d)
{
	return lc_comment_set(d->lc, 1, 1, license_a(d)->index, "spare");
}

static bool
is_commented(const struct device *d)
{
	return strcmp(license_a(d)->comment, "spare") == 0;
}

static enum lc_err
set_priority(struct device *d)
{
	return lc_priority_set(d->lc, 1, 1, license_a(d)->index,
	    LC_PRIORITY_HIGH);
}

static bool
is_preferred(const struct device *d)
{
	return license_a(d)->priority == LC_PRIORITY_HIGH;
}

static enum lc_err
set_switch(struct device *d)
{
	return lc_switch_set(d->lc, LC_SWITCH_USAGE, false);
}

static bool
is_switched(const struct device *d)
{
	return !lc_switch_get(d->lc, LC_SWITCH_USAGE);
}

static enum lc_err
set_level(struct device *d)
{
	return lc_boot_level_set(d->lc, 1, "software", "full");
}

static bool
is_levelled(const struct device *d)
{
	size_t n;

	return lc_modules(d->lc, &n)[0]->wanted == 1;
}

static enum lc_err
set_standing(struct device *d)
{
	return lc_eula_standing_set(d->lc, true, "test");
}

static bool
is_standing(const struct device *d)
{
	return lc_eula_standing(d->lc);
}

/* The file as it was before is put back: its twin has come further. */
static void
check_setting(const struct setting *s)
{
	static const char *const levels[] = { "base", "full" };
	static const struct lc_module_options module = {
		.name = "software", .version = "1.0", .levels = levels,
		.nlevels = 2,
	};
	struct device *d = device_new();
	const char *file = check_path(d->dir, "state.db");
	const char *copy = check_path(d->dir, "state-twin.db");
	char *before, *after;
	size_t len, copy_len;

	check_context("%s", s->name);
	d->options.modules = &module;
	d->options.nmodules = 1;
	device_open(d);
	(void)device_add(d, issuer_terms("a"));
	before = check_read(file, &len);
	CHECK(!s->is_set(d));
	CHECK_ERR(s->set(d), LC_OK, NULL);
	after = check_read(copy, &copy_len);
	device_close(d);	/* which records the time: not in these */
	check_write(file, before, len);
	check_write(copy, after, copy_len);
	free(before);
	free(after);
	device_open(d);
	CHECK(s->is_set(d));
	CHECK_ERR(lc_check(d->lc, NULL), LC_OK, NULL);
	device_free(d);
}

static void
settings_raise_the_serial(void)
{
	static const struct setting settings[] = {
		{ "comment", set_comment, is_commented },
		{ "priority", set_priority, is_preferred },
		{ "switch", set_switch, is_switched },
		{ "boot level", set_level, is_levelled },
		{ "accept all", set_standing, is_standing },
	};

	for (size_t i = 0; i < CHECK_COUNT(settings); i++)
		check_setting(&settings[i]);
}

/* Where SQLite has 32-bit times it cannot open such a file by itself. */
static void
written_in_2040(void)
{
	const struct timespec date = { .tv_sec = (time_t)INT64_C(2208988800) };
	const char *path = check_path(check_dir(), "p.db");
	struct lc_db *db = connect_to(path, true);
	int64_t value = 0;

	CHECK_INT(lc_db_exec(db, "CREATE TABLE t (a)"), LC_OK);
	CHECK_INT(lc_db_exec(db, "INSERT INTO t VALUES (5)"), LC_OK);
	lc_db_close(db);
	REQUIRE(utimensat(AT_FDCWD, path,
	    (const struct timespec[]){ date, date }, 0) == 0);
	db = connect_to(path, false);
	CHECK_INT(lc_db_get_int(db, &value, "SELECT a FROM t", ""), LC_OK);
	CHECK_INT(value, 5);
	lc_db_close(db);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "many statements", many_statements },
		{ "single values", single_values },
		{ "words of an error", words_of_an_error },
		{ "an unreadable history", an_unreadable_history },
		{ "a database of 2040", written_in_2040 },
		{ "settings raise the serial", settings_raise_the_serial },
	};

	return check_main("db", tests, CHECK_COUNT(tests), argc, argv);
}
