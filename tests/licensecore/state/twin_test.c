/*
 * twin_test.c - the two state files: every byte damaged, every step cut off,
 * every disk call and allocation failing.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "check.h"
#include "disk_calls.h"
#include "memory.h"
#include "state/mac.h"
#include "state/twin.h"

#if defined __SANITIZE_ADDRESS__
#define SLOW 1
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define SLOW 1
#endif
#endif
#ifdef SLOW
#define STRIDE 31
#else
#define STRIDE 1
#endif

#define MAIN "state.db"
#define TWIN "state-twin.db"

static const uint8_t key[LC_MAC_LEN] = "a key of the tests";

/* ---- A state, as it was read ----------------------------------------- */

#define ROWS_MAX 400

struct view {
	const char *dir;
	char *rows[ROWS_MAX];	/* as text, in order */
	size_t n;
	char told[4096];	/* notices, a line each */
	size_t ntold;
	struct lc_twin *twin;
};

static void
view_clear(void *arg)
{
	struct view *v = arg;

	for (size_t i = 0; i < v->n; i++)
		free(v->rows[i]);
	v->n = 0;
}

static enum lc_err
view_row(void *arg, enum lc_state_table table, int64_t at,
    const struct lc_value *values)
{
	struct view *v = arg;
	char text[2048];
	size_t len;

	len = (size_t)snprintf(text, sizeof text, "%d.%lld:", table,
	    (long long)at);
	for (int i = 0; i < lc_state_columns(table); i++) {
		if (values[i].kind == LC_V_INT)
			len += (size_t)snprintf(text + len, sizeof text - len,
			    " %lld", (long long)values[i].number);
		else
			len += (size_t)snprintf(text + len, sizeof text - len,
			    " '%.*s'", (int)values[i].len,
			    values[i].len > 0 ?
			    (const char *)values[i].bytes : "");
	}
	REQUIRE(v->n < ROWS_MAX && len < sizeof text);
	if ((v->rows[v->n] = strdup(text)) == NULL)
		return LC_ENOMEM;
	v->n++;
	return LC_OK;
}

static void
told(void *arg, enum lc_err err, const char *text)
{
	struct view *v = arg;
	size_t len = strlen(v->told);

	(void)err;
	v->ntold++;
	snprintf(v->told + len, sizeof v->told - len, "%s\n", text);
}

static enum lc_err
view_open(struct view *v, const char *dir)
{
	const struct lc_twin_options o = {
		.dir = dir, .key = key, .now = 1800000000,
		.loader = { v, view_clear, view_row },
		.notice = told, .arg = v,
	};
	struct lc_detail detail;

	v->dir = dir;
	v->told[0] = '\0';
	v->ntold = 0;
	v->twin = NULL;
	return lc_twin_open(&o, &v->twin, &detail);
}

static void
view_close(struct view *v)
{
	lc_twin_close(v->twin);
	v->twin = NULL;
	view_clear(v);
}

/* ---- What is written ------------------------------------------------- */

/* A pass through both files, in slices of these rows. */
static enum lc_err
twin_check_by(struct lc_twin *t, size_t n, struct lc_detail *why)
{
	uint64_t next, first;
	enum lc_err err;
	bool all;

	(void)lc_twin_passes(t, &first);
	do {
		if ((err = lc_twin_pass(t, n, &all)) != LC_OK)
			return err;
	} while (lc_twin_passes(t, &next) < first);
	return lc_twin_passed(t, why);
}

static enum lc_err
twin_check(struct lc_twin *t, struct lc_detail *why)
{
	return twin_check_by(t, 1000, why);
}

static void
change_begin(struct view *v)
{
	struct lc_detail why = { "" };

	CHECK_ERR(lc_twin_begin(v->twin, &why), LC_OK, &why);
}

static void
change_commit(struct view *v)
{
	struct lc_detail why = { "" };

	CHECK_ERR(lc_twin_commit(v->twin, &why), LC_OK, &why);
}

static enum lc_err
identity_put(struct lc_twin *t, int64_t n, int64_t used_ms)
{
	struct lc_value values[LC_IDENTITY_NCOLUMNS] = { { .kind = 0 } };
	char id[32];

	snprintf(id, sizeof id, "license-%lld", (long long)n);
	values[LC_IDENTITY_DEVICE] = lc_value_int(1);
	values[LC_IDENTITY_ID] = lc_value_text(id);
	values[LC_IDENTITY_FEATURE] = lc_value_text("feature");
	values[LC_IDENTITY_VERSION] = lc_value_text("1.0");
	values[LC_IDENTITY_DIGEST] = lc_value_blob(key, sizeof key);
	values[LC_IDENTITY_USED_MS] = lc_value_int(used_ms);
	values[LC_IDENTITY_FLAGS] = lc_value_int(2);
	return lc_twin_put(t, LC_T_IDENTITY, n, values);
}

static enum lc_err
copy_put(struct lc_twin *t, int64_t n)
{
	struct lc_value values[LC_COPY_NCOLUMNS] = { { .kind = 0 } };
	char line[500];

	memset(line, 'a' + (int)(n % 26), sizeof line - 1);
	line[sizeof line - 1] = '\0';
	values[LC_COPY_IDENTITY] = lc_value_int(n);
	values[LC_COPY_STORE] = lc_value_int(1);
	values[LC_COPY_INDEX] = lc_value_int(n);
	values[LC_COPY_HELD] = lc_value_int(1);
	values[LC_COPY_INSTALLED] = lc_value_int(1800000000);
	values[LC_COPY_LINE] = lc_value_text(line);
	return lc_twin_put(t, LC_T_COPY, n, values);
}

static enum lc_err
record_add(struct lc_twin *t, const char *what, const char *id)
{
	const struct lc_value values[LC_HISTORY_NCOLUMNS] = {
		lc_value_int(1800000000), lc_value_text(what),
		lc_value_text("TEST-1:SN1"), lc_value_int(1),
		lc_value_text(id), lc_value_text("{\"by\":\"test\"}"),
	};

	return lc_twin_append(t, values);
}

static enum lc_err
text_put(struct lc_twin *t, enum lc_state_table table, int64_t n, const char *name,
    const char *text)
{
	const struct lc_value values[2] = {
		lc_value_text(name), lc_value_text(text),
	};

	return lc_twin_put(t, table, n, values);
}

/* Some rows of each table. */
static void
fill(struct view *v, int64_t nlicenses)
{
	struct lc_twin *t = v->twin;

	change_begin(v);
	CHECK_INT(text_put(t, LC_T_DEVICE, 1, "TEST-1:SN1", NULL), LC_OK);
	for (int64_t n = 1; n <= nlicenses; n++) {
		char id[32];

		snprintf(id, sizeof id, "license-%lld", (long long)n);
		CHECK_INT(identity_put(t, n, n * 1000), LC_OK);
		CHECK_INT(copy_put(t, n), LC_OK);
		CHECK_INT(record_add(t, "install", id), LC_OK);
	}
	CHECK_INT(text_put(t, LC_T_SETTING, 1, "switch", "on"), LC_OK);
	CHECK_INT(text_put(t, LC_T_AGREEMENT, 1, "digest", "Use it well.\n"),
	    LC_OK);
	CHECK_INT(text_put(t, LC_T_EVENT, 1, "{\"kind\":1}", NULL), LC_OK);
	lc_twin_head(t)->high = 1800000000;
	lc_twin_head(t)->next_event = 2;
	change_commit(v);
}

/* A change that puts, changes and deletes. */
static enum lc_err
change(struct lc_twin *t)
{
	enum lc_err err;

	if ((err = lc_twin_begin(t, NULL)) != LC_OK)
		return err;
	if ((err = identity_put(t, 90, 1)) == LC_OK &&
	    (err = identity_put(t, 1, 77777)) == LC_OK &&
	    (err = copy_put(t, 90)) == LC_OK &&
	    (err = record_add(t, "install", "license-90")) == LC_OK &&
	    (err = lc_twin_delete(t, LC_T_EVENT, 1)) == LC_OK)
		err = lc_twin_commit(t, NULL);
	lc_twin_rollback(t);
	return err;
}

/* ---- Files ----------------------------------------------------------- */

struct files {
	char *data[2];
	size_t len[2];
};

static const char *
name_of(int which)
{
	return which == 0 ? MAIN : TWIN;
}

static void
files_keep(const char *dir, struct files *f)
{
	for (int i = 0; i < 2; i++)
		f->data[i] = check_read(check_path(dir, name_of(i)),
		    &f->len[i]);
}

static void
files_free(struct files *f)
{
	free(f->data[0]);
	free(f->data[1]);
}

static void
dir_clear(const char *dir)
{
	char command[600];

	snprintf(command, sizeof command, "rm -rf '%s'/*", dir);
	REQUIRE(system(command) == 0);
}

/* Without the time that check_path's memory and a shell would take. */
static void
file_put(const char *dir, int which, const char *data, size_t len)
{
	char path[512];

	snprintf(path, sizeof path, "%s/%s", dir, name_of(which));
	check_write(path, data, len);
}

static void
files_put_back(const char *dir, const struct files *f)
{
	for (int i = 0; i < 2; i++)
		file_put(dir, i, f->data[i], f->len[i]);
}

static void
check_rows(const struct view *found, const struct view *expected)
{
	CHECK_UINT(found->n, expected->n);
	for (size_t i = 0; i < found->n && i < expected->n; i++)
		CHECK_STR(found->rows[i], expected->rows[i]);
}

/* Both files, with some licenses, and what is read from them. */
static const char *
make(struct view *v, struct files *f, int64_t nlicenses)
{
	const char *dir = check_dir();

	disk_end_at(0, DISK_FAILS);	/* which makes it quick */
	REQUIRE(view_open(v, dir) == LC_OK);
	fill(v, nlicenses);
	lc_twin_close(v->twin);
	files_keep(dir, f);
	REQUIRE(view_open(v, dir) == LC_OK);
	CHECK_UINT(v->ntold, 0);
	lc_twin_close(v->twin);
	v->twin = NULL;
	return dir;
}

/* ---- Tests ----------------------------------------------------------- */

static void
rows_come_back(void)
{
	struct view v = { .n = 0 }, again = { .n = 0 };
	struct lc_detail why = { "" };
	const struct lc_value *values;
	struct files f;
	const char *dir = make(&v, &f, 5);
	int64_t at = 2;

	CHECK_UINT(v.n, 1 + 5 * 3 + 3);
	CHECK_INT(view_open(&again, dir), LC_OK);
	check_rows(&again, &v);
	CHECK_ERR(lc_twin_recording(again.twin, &why), LC_OK, &why);
	CHECK_ERR(lc_twin_doubled(again.twin, &why), LC_OK, &why);
	CHECK(lc_twin_restored(again.twin) == NULL);
	CHECK_INT(lc_twin_head(again.twin)->high, 1800000000);
	CHECK_INT(lc_twin_head(again.twin)->nrecords, 5);
	CHECK_INT(lc_twin_get(again.twin, LC_T_COPY, &at, &values), LC_OK);
	CHECK_INT(at, 2);
	CHECK_INT(values[LC_COPY_IDENTITY].number, 2);
	at = 6;
	CHECK_INT(lc_twin_get(again.twin, LC_T_COPY, &at, &values),
	    LC_ENOTFOUND);
	CHECK_INT(change(again.twin), LC_OK);
	CHECK_ERR(twin_check(again.twin, &why), LC_OK, &why);
	view_close(&again);
	CHECK_INT(view_open(&again, dir), LC_OK);
	CHECK_UINT(again.n, v.n + 2);
	CHECK_UINT(again.ntold, 0);
	view_close(&again);
	view_close(&v);
	files_free(&f);
}

/* One file is damaged: it opens, nothing is lost, nothing appears. */
static void
check_one_damaged(const char *dir, const struct view *v, bool is_told)
{
	struct view again = { .n = 0 };
	struct lc_detail why = { "" };

	CHECK_INT(view_open(&again, dir), LC_OK);
	REQUIRE(again.twin != NULL);
	check_rows(&again, v);
	CHECK_ERR(lc_twin_recording(again.twin, &why), LC_OK, &why);
	CHECK_ERR(lc_twin_doubled(again.twin, &why), LC_OK, &why);
	CHECK(!lc_twin_head(again.twin)->lost);
	if (is_told) {
		CHECK(lc_twin_restored(again.twin) != NULL);
		CHECK_HAS(again.told, "was made again from");
	}
	view_close(&again);
}

/*
 * The second file is only read through later: damage that its head does not
 * show is found by checking.
 */
static void
check_other_damaged(const char *dir, const struct view *v)
{
	struct view again = { .n = 0 };
	struct lc_detail why = { "" };

	CHECK_INT(view_open(&again, dir), LC_OK);
	REQUIRE(again.twin != NULL);
	check_rows(&again, v);
	CHECK_ERR(lc_twin_recording(again.twin, &why), LC_OK, &why);
	view_close(&again);
}

/* Every byte that says something, and some of the free ones. */
static void
every_byte(void)
{
	struct view v = { .n = 0 };
	struct files f;
	const char *dir = make(&v, &f, 3);
	unsigned n = 0;

	for (int which = 0; which < 2; which++) {
		for (size_t at = 0; at < f.len[which]; at += STRIDE) {
			char was = f.data[which][at];

			if (was == '\0' && at > 200 && at % 4096 > 16 &&
			    at % 64 != 0)
				continue;
			n++;
			check_context("%s, byte %zu", name_of(which), at);
			files_put_back(dir, &f);
			f.data[which][at] ^= at % 3 == 2 ? (char)0xff :
			    (char)(1 << at % 8);
			file_put(dir, which, f.data[which], f.len[which]);
			f.data[which][at] = was;
			if (which == 0)
				check_one_damaged(dir, &v, at < 24);
			else
				check_other_damaged(dir, &v);
		}
		dir_clear(dir);
	}
	CHECK(n > 6000 / STRIDE);
	printf("    %u bytes\n", n);
	files_free(&f);
	view_close(&v);
}

static void
spoil(const char *dir, int which, int how, const struct files *f)
{
	const char *path = check_path(dir, name_of(which));
	char *data = malloc(f->len[which]);

	REQUIRE(data != NULL);
	memcpy(data, f->data[which], f->len[which]);
	switch (how) {
	case 0:
		CHECK_INT(unlink(path), 0);
		break;
	case 1:
		check_write(path, "", 0);
		break;
	case 2:
		check_write(path, "no database at all, and never was one", 37);
		break;
	case 3:
		CHECK_INT(unlink(path), 0);
		CHECK_INT(mkdir(path, 0700), 0);
		break;
	case 4:
		CHECK_INT(truncate(path, (off_t)f->len[which] / 2), 0);
		break;
	case 5:
		CHECK_INT(truncate(path, (off_t)f->len[which] - 1), 0);
		break;
	case 6:
		memset(data, 0, 4096);
		check_write(path, data, f->len[which]);
		break;
	default:
		for (size_t i = 0; i < f->len[which]; i++)
			data[i] = (char)check_random(256);
		check_write(path, data, f->len[which]);
		break;
	}
	free(data);
}

static const char *const spoils[] = {
	"gone", "empty", "rubbish", "a directory", "halved", "cut by a byte",
	"no first page", "random bytes",
};

static void
whole_files(void)
{
	struct view v = { .n = 0 };
	struct files f;
	const char *dir = make(&v, &f, 3);

	for (int which = 0; which < 2; which++) {
		for (int how = 0; how < (int)CHECK_COUNT(spoils); how++) {
			check_context("%s: %s", name_of(which), spoils[how]);
			dir_clear(dir);
			files_put_back(dir, &f);
			spoil(dir, which, how, &f);
			if (which == 1 && (how == 4 || how == 5))
				check_other_damaged(dir, &v);
			else
				check_one_damaged(dir, &v, true);
			/* Until somebody has seen to it, it stays said. */
			check_one_damaged(dir, &v, false);
		}
	}
	files_free(&f);
	view_close(&v);
}

/* A row that was there before, or a part of one that is marked as lost. */
static bool
is_known(const char *row, const struct view *v)
{
	size_t key_len = strcspn(row, " ");

	for (size_t i = 0; i < v->n; i++) {
		if (strcmp(row, v->rows[i]) == 0)
			return true;
		/* Records are numbered again. */
		if (row[0] == '5' && v->rows[i][0] == '5' &&
		    strcmp(strchr(row, ' '), strchr(v->rows[i], ' ')) == 0)
			return true;
		if ((row[0] == '2' || row[0] == '4') &&
		    strncmp(row, v->rows[i], key_len) == 0 &&
		    strstr(row, "''") != NULL)
			return true;
	}
	return false;
}

/*
 * Both are damaged: what there is was there, what is gone is told.  If they
 * are damaged in different places nothing is gone.
 */
static void
check_both_damaged(const char *dir, const struct view *v, bool same_place)
{
	struct view again = { .n = 0 };
	struct lc_detail why = { "" };

	CHECK_INT(view_open(&again, dir), LC_OK);
	REQUIRE(again.twin != NULL);
	CHECK_HAS(again.told, "both state files are damaged");
	CHECK_ERR(lc_twin_recording(again.twin, &why), LC_OK, &why);
	CHECK_ERR(twin_check(again.twin, &why), LC_OK, &why);
	CHECK(lc_twin_head(again.twin)->lost);
	CHECK_INT(lc_twin_head(again.twin)->high, 1800000000);
	if (!same_place)
		check_rows(&again, v);
	for (size_t i = 0; i < again.n; i++) {
		if (!is_known(again.rows[i], v))
			CHECK_STR(again.rows[i], "");
	}
	view_close(&again);
}

static void
page_spoil(const char *dir, const struct files *f, int which, size_t page,
    int how)
{
	char *data = malloc(f->len[which]);

	REQUIRE(data != NULL);
	memcpy(data, f->data[which], f->len[which]);
	for (size_t i = page * 4096; i < (page + 1) * 4096; i++)
		data[i] = how == 0 ? '\0' : (char)check_random(256);
	file_put(dir, which, data, f->len[which]);
	free(data);
}

/*
 * Pages that say where others are: what only one of the files says then cannot
 * be reached in the other.
 */
static bool
is_root(size_t page)
{
	return page > 0 && page < 9;
}

/* Each page of the one with each of the other. */
static void
pairs_of_pages(void)
{
	struct view v = { .n = 0 };
	struct files f;
	const char *dir = make(&v, &f, 40);
	size_t pages = f.len[0] / 4096;

	CHECK(pages > 12);
	for (size_t i = 0; i < pages * pages; i += STRIDE) {
		check_context("pages %zu and %zu", i / pages, i % pages);
		files_put_back(dir, &f);
		page_spoil(dir, &f, 0, i / pages, i % 2);
		page_spoil(dir, &f, 1, i % pages, 1);
		check_both_damaged(dir, &v, i / pages == i % pages ||
		    is_root(i / pages) || is_root(i % pages));
		dir_clear(dir);
	}
	files_free(&f);
	view_close(&v);
}

/* An editor who has not the key. */
static void
edit(const char *dir, int which, const char *sql)
{
	struct lc_db *db = NULL;

	REQUIRE(lc_db_connect(check_path(dir, name_of(which)), false, &db,
	    NULL) == LC_OK);
	CHECK_INT(lc_db_exec(db, sql), LC_OK);
	lc_db_close(db);
}

static const char *const edits[] = {
	"UPDATE identity SET used_ms = 0 WHERE n = 2",
	"DELETE FROM identity WHERE n = 2",
	"UPDATE identity SET n = 20 WHERE n = 2",
	"INSERT INTO identity SELECT 9, device, id, feature, version, digest,"
	    " used_ms, expired_at, flags, priority, accepted_at, accepted_by, mark0,"
	    " mark1, mark2, mark3, mark4, mark5, mark6, mark7, seal FROM"
	    " identity WHERE n = 1",
	"UPDATE copy SET line = 'x' WHERE n = 1",
	"DELETE FROM copy",
	"UPDATE history SET what = 'clear' WHERE n = 1",
	"DELETE FROM history WHERE n = 3",
	"DELETE FROM history",
	"UPDATE head SET high = 1",
	"DELETE FROM head",
	"INSERT INTO head SELECT 2, high, floor, ahead, next_event, record,"
	    " lost, restored, serial, nrows, sum, chain, nrecords, seal FROM head;"
	    "UPDATE head SET serial = 99 WHERE n = 1",
	"CREATE TABLE more (x)",
	"CREATE INDEX i ON identity (id)",
	"CREATE TRIGGER t AFTER INSERT ON copy BEGIN DELETE FROM copy; END",
	"DROP TABLE event; CREATE VIEW event AS SELECT 1 AS n",
	"PRAGMA user_version = 99",
	"PRAGMA application_id = 1",
	"PRAGMA journal_mode = WAL; UPDATE setting SET value = 'off'",
};

static void
edits_show(void)
{
	struct view v = { .n = 0 };
	struct files f;
	const char *dir = make(&v, &f, 3);

	for (size_t i = 0; i < CHECK_COUNT(edits); i++) {
		check_context("%s", edits[i]);
		dir_clear(dir);
		files_put_back(dir, &f);
		edit(dir, 0, edits[i]);
		check_one_damaged(dir, &v, true);
		check_one_damaged(dir, &v, false);
	}
	files_free(&f);
	view_close(&v);
}

/* A license that has lost its row, or what the history still says. */
static bool
is_remains(const char *row)
{
	return row[0] == '5' || (row[0] == '2' &&
	    strstr(row, " '' '' '' 1 '' ''") != NULL);
}

/* In both files alike: it is told, and nothing is what the edit says. */
static void
edits_of_both_show(void)
{
	struct view v = { .n = 0 };
	struct files f;
	const char *dir = make(&v, &f, 3);

	for (size_t i = 0; i < CHECK_COUNT(edits); i++) {
		struct view again = { .n = 0 };
		bool newer = strstr(edits[i], "user_version") != NULL;

		check_context("%s", edits[i]);
		dir_clear(dir);
		files_put_back(dir, &f);
		edit(dir, 0, edits[i]);
		edit(dir, 1, edits[i]);
		CHECK_INT(view_open(&again, dir), newer ? LC_ENEWER : LC_OK);
		CHECK_INT(again.ntold > 0, !newer);
		CHECK(newer || lc_twin_head(again.twin)->lost);
		for (size_t j = 0; j < again.n; j++) {
			if (!is_known(again.rows[j], &v))
				CHECK(is_remains(again.rows[j]));
		}
		view_close(&again);
	}
	files_free(&f);
	view_close(&v);
}

/* A file from before: one commit is a crash, more is not. */
static void
an_older_file(void)
{
	for (int which = 0; which < 2; which++) {
		struct view v = { .n = 0 }, after = { .n = 0 };
		struct files old, new;
		const char *dir = make(&v, &old, 3);

		for (int behind = 1; behind <= 2; behind++) {
			check_context("%s, %d commits", name_of(which),
			    behind);
			REQUIRE(view_open(&after, dir) == LC_OK);
			CHECK_INT(change(after.twin), LC_OK);
			view_close(&after);
			REQUIRE(view_open(&after, dir) == LC_OK);
			lc_twin_close(after.twin);
			files_keep(dir, &new);
			file_put(dir, which, old.data[which], old.len[which]);
			check_one_damaged(dir, &after, behind > 1 &&
			    which == 0);
			view_clear(&after);
			files_put_back(dir, &new);
			files_free(&new);
		}
		files_free(&old);
		view_close(&v);
	}
}

/* ---- Faults ---------------------------------------------------------- */

/* Both are damaged, and which was used more is in the one that is behind. */
static void
the_larger_use(void)
{
	struct view v = { .n = 0 };
	struct files old;
	const char *dir = make(&v, &old, 3);
	struct view again = { .n = 0 };

	REQUIRE(view_open(&again, dir) == LC_OK);
	change_begin(&again);
	CHECK_INT(identity_put(again.twin, 2, 500), LC_OK);
	change_commit(&again);
	view_close(&again);
	file_put(dir, 1, old.data[1], old.len[1]);
	edit(dir, 0, "DELETE FROM copy WHERE n = 1");
	edit(dir, 1, "DELETE FROM copy WHERE n = 2");
	REQUIRE(view_open(&again, dir) == LC_OK);
	CHECK_UINT(again.n, v.n);
	for (size_t i = 0; i < again.n; i++) {
		if (strncmp(again.rows[i], "2.2:", 4) == 0)
			CHECK_HAS(again.rows[i], " 2000 ");
	}
	view_close(&again);
	files_free(&old);
	view_close(&v);
}

enum fault { MEMORY, READS, FAILS, DIES, FORGETS, NFAULTS };

static void
fault_arm(enum fault fault, unsigned n)
{
	static const enum disk_end ends[NFAULTS] = {
		[READS] = DISK_UNREADABLE, [FAILS] = DISK_FAILS,
		[DIES] = DISK_DIES, [FORGETS] = DISK_FORGETS,
	};

	if (fault == MEMORY)
		memory_fail_at(n);
	else
		disk_end_at(n, ends[fault]);
}

static bool
is_one_of(const struct view *found, const struct view *a,
    const struct view *b)
{
	const struct view *e = found->n == a->n ? a : b;

	check_rows(found, e);
	return e == a;
}

/* After a change that may have failed, and what it said. */
static void
check_changed(const char *dir, const struct view *before,
    const struct view *after, enum lc_err said)
{
	struct view again = { .n = 0 };
	struct lc_detail why = { "" };

	REQUIRE(view_open(&again, dir) == LC_OK);
	if (is_one_of(&again, before, after))
		CHECK(said != LC_OK);
	CHECK_ERR(lc_twin_recording(again.twin, &why), LC_OK, &why);
	CHECK_ERR(lc_twin_doubled(again.twin, &why), LC_OK, &why);
	CHECK_ERR(twin_check(again.twin, &why), LC_OK, &why);
	view_close(&again);
}

/* With the core going on: the next change is one again. */
static bool
change_fails(const char *dir, const struct view *before,
    const struct view *after, enum fault fault, unsigned n)
{
	struct view v = { .n = 0 };
	struct lc_detail why = { "" };
	enum lc_err err;
	bool failed;

	REQUIRE(view_open(&v, dir) == LC_OK);
	fault_arm(fault, n);
	err = change(v.twin);
	fault_arm(fault, 0);
	failed = fault == MEMORY ? memory_failed() : disk_ended();
	if (err != LC_OK) {
		CHECK(err == LC_EIO || err == LC_ENOMEM);
		CHECK_INT(lc_twin_head(v.twin)->nrecords, 3);
		err = change(v.twin);
		CHECK_INT(err, LC_OK);
	}
	CHECK_INT(lc_twin_head(v.twin)->nrecords, 4);
	CHECK_INT(lc_twin_tend(v.twin, 1800000000), LC_OK);
	CHECK_ERR(lc_twin_doubled(v.twin, &why), LC_OK, &why);
	view_close(&v);
	check_changed(dir, before, after, err);
	return failed;
}

static bool
change_dies(const char *dir, const struct view *before,
    const struct view *after, enum fault fault, unsigned n)
{
	int status = 0;
	pid_t child;

	fflush(NULL);
	if ((child = fork()) == 0) {
		struct view v = { .n = 0 };

		REQUIRE(view_open(&v, dir) == LC_OK);
		fault_arm(fault, n);
		disk_power_off(change(v.twin) == LC_OK ? 7 : 8);
	}
	REQUIRE(child > 0 && waitpid(child, &status, 0) == child);
	REQUIRE(WIFEXITED(status));
	fault_arm(FAILS, 0);
	check_changed(dir, before, after, WEXITSTATUS(status) == 7 ? LC_OK :
	    LC_EIO);
	return WEXITSTATUS(status) == DISK_DEAD;
}

static void
every_fault_of_a_change(void)
{
	static const char *const names[NFAULTS] = {
		"allocations", "reads", "writes", "deaths", "power failures",
	};
	struct view before = { .n = 0 }, after = { .n = 0 };
	struct files f;
	const char *dir = make(&before, &f, 3);

	REQUIRE(view_open(&after, dir) == LC_OK);
	CHECK_INT(change(after.twin), LC_OK);
	view_close(&after);
	REQUIRE(view_open(&after, dir) == LC_OK);
	lc_twin_close(after.twin);
	for (int fault = MEMORY; fault < NFAULTS; fault++) {
		bool goes_on = true;
		unsigned n = 0;

		while (goes_on && n < 1000) {
			check_context("%s, number %u", names[fault], ++n);
			dir_clear(dir);
			files_put_back(dir, &f);
			goes_on = fault < DIES ? change_fails(dir, &before,
			    &after, fault, n) : change_dies(dir, &before,
			    &after, fault, n);
		}
		CHECK(fault <= READS || n > 20);
		printf("    %u %s\n", n - 1, names[fault]);
	}
	files_free(&f);
	view_clear(&before);
	view_clear(&after);
}

/* What an opening does is cut off too: making a file again. */
static void
every_fault_of_an_opening(void)
{
	struct view v = { .n = 0 };
	struct files f;
	const char *dir = make(&v, &f, 3);

	for (int i = 0; i < 4 * 2; i++) {
		int which = i % 2;
		enum fault fault = i / 2 == 0 ? MEMORY : i / 2 == 1 ? READS :
		    i / 2 == 2 ? FAILS : DIES;
		bool goes_on = true;
		unsigned n = 0;

		while (goes_on && n < 1000) {
			struct view again = { .n = 0 };
			int status = 0;
			pid_t child = -1;

			check_context("%s gone, fault %d, number %u",
			    name_of(which), fault, ++n);
			dir_clear(dir);
			files_put_back(dir, &f);
			spoil(dir, which, 2, &f);
			fflush(NULL);
			if (fault == DIES && (child = fork()) == 0) {
				fault_arm(fault, n);
				(void)view_open(&again, dir);
				_exit(0);
			}
			if (fault == DIES) {
				REQUIRE(waitpid(child, &status, 0) == child);
				goes_on = WEXITSTATUS(status) == DISK_DEAD;
			} else {
				enum lc_err err;

				fault_arm(fault, n);
				err = view_open(&again, dir);
				fault_arm(fault, 0);
				goes_on = fault == MEMORY ? memory_failed() :
				    disk_ended();
				CHECK(err == LC_OK || err == LC_ENOMEM);
				if (err == LC_OK && again.n > 0)
					check_rows(&again, &v);
				view_close(&again);
			}
			check_one_damaged(dir, &v, false);
		}
		CHECK(n > 1);
	}
	files_free(&f);
	view_close(&v);
}

/* The commit of the second file fails; it is made again. */
static void
the_twin_fails(void)
{
	struct view before = { .n = 0 }, v = { .n = 0 }, again = { .n = 0 };
	struct lc_detail why = { "" };
	struct files f;
	const char *dir = make(&before, &f, 3);
	char blocker[600];

	REQUIRE(view_open(&v, dir) == LC_OK);
	/* Its journal cannot be made. */
	snprintf(blocker, sizeof blocker, "%s/%s-journal", dir, TWIN);
	CHECK_INT(mkdir(blocker, 0700), 0);
	CHECK_INT(change(v.twin), LC_OK);
	CHECK_ERR(lc_twin_recording(v.twin, &why), LC_OK, &why);
	CHECK_ERR(lc_twin_doubled(v.twin, &why), LC_EIO, NULL);
	CHECK_HAS(why.text, TWIN);
	CHECK_UINT(v.ntold, 1);
	CHECK_HAS(v.told, "changes are only in");
	CHECK_INT(rmdir(blocker), 0);
	CHECK_INT(lc_twin_tend(v.twin, 1800000000), LC_OK);
	CHECK_HAS(v.told, TWIN " was made again from");
	CHECK_ERR(lc_twin_doubled(v.twin, &why), LC_OK, &why);
	CHECK_ERR(twin_check(v.twin, &why), LC_OK, &why);
	view_close(&v);
	CHECK_INT(unlink(check_path(dir, MAIN)), 0);
	REQUIRE(view_open(&again, dir) == LC_OK);
	CHECK_UINT(again.n, before.n + 2);
	view_close(&again);
	files_free(&f);
	view_close(&before);
}

/* A file that is damaged while it is open: a pass or a change finds it. */
static void
damaged_meanwhile(void)
{
	for (int i = 0; i < 4; i++) {
		struct view before = { .n = 0 }, v = { .n = 0 };
		struct lc_detail why = { "" };
		struct files f;
		const char *dir = make(&before, &f, 40);
		int which = i % 2;
		bool by_pass = i < 2;

		check_context("%s, by a %s", name_of(which), by_pass ? "pass" :
		    "change");
		REQUIRE(view_open(&v, dir) == LC_OK);
		for (size_t j = 4096; j < f.len[which]; j++)
			f.data[which][j] = (char)check_random(256);
		f.data[which][27]++;	/* so that nothing cached counts */
		file_put(dir, which, f.data[which], f.len[which]);
		if (!by_pass && which == 0)
			CHECK_INT(change(v.twin), LC_EDAMAGED);
		else if (!by_pass)
			CHECK_INT(change(v.twin), LC_OK);
		CHECK_ERR(twin_check(v.twin, &why), LC_EDAMAGED, NULL);
		CHECK_HAS(why.text, name_of(which));
		if (by_pass || which == 0)
			CHECK_INT(change(v.twin), LC_OK);
		CHECK_INT(lc_twin_tend(v.twin, 1800000000), LC_OK);
		CHECK_ERR(twin_check(v.twin, &why), LC_OK, &why);
		view_close(&v);
		REQUIRE(view_open(&v, dir) == LC_OK);
		CHECK_UINT(v.n, before.n + 2);
		CHECK_UINT(v.ntold, 0);
		view_close(&v);
		files_free(&f);
		view_close(&before);
	}
}

/* A change of rows here and there, which may not take place. */
static void
random_change(struct view *v)
{
	int64_t n = 1 + (int64_t)check_random(50);

	change_begin(v);
	for (int i = 0; i < 3; i++) {
		switch (check_random(5)) {
		case 0:
			CHECK_INT(identity_put(v->twin, n, 5), LC_OK);
			break;
		case 1:
			CHECK_INT(copy_put(v->twin, n), LC_OK);
			break;
		case 2:
			CHECK_INT(record_add(v->twin, "clear", "x"), LC_OK);
			break;
		case 3:
			CHECK_INT(lc_twin_delete(v->twin, LC_T_COPY, n),
			    LC_OK);
			break;
		default:
			CHECK_INT(text_put(v->twin, LC_T_EVENT, n, "{}",
			    NULL), LC_OK);
		}
		n = 1 + (int64_t)check_random(50);
	}
	if (check_random(4) == 0)
		lc_twin_rollback(v->twin);
	else
		change_commit(v);
}

/* What changes between the slices of a pass is no damage. */
static void
changes_between_slices(void)
{
	for (size_t n = 1; n <= 4; n++) {
		struct view before = { .n = 0 }, v = { .n = 0 };
		struct lc_detail why = { "" };
		size_t slices = 0;
		struct files f;
		const char *dir = make(&before, &f, 40);
		bool all;

		check_context("%zu rows a slice", n);
		REQUIRE(view_open(&v, dir) == LC_OK);
		for (int passes = 0; passes < 3; slices++) {
			CHECK_INT(lc_twin_pass(v.twin, n, &all), LC_OK);
			CHECK_ERR(lc_twin_passed(v.twin, &why), LC_OK, &why);
			random_change(&v);
			passes += all;
		}
		/* Of 124 rows at least, in both files. */
		CHECK(slices > 3 * 2 * 120 / n);
		CHECK_UINT(v.ntold, 0);
		/* The second file is made again in the middle of one. */
		CHECK_INT(lc_twin_pass(v.twin, 50, &all), LC_OK);
		CHECK(!all);
		edit(dir, 1, "DELETE FROM copy");
		CHECK_INT(change(v.twin), LC_OK);
		CHECK_ERR(twin_check_by(v.twin, n, &why), LC_EDAMAGED, NULL);
		CHECK_HAS(why.text, TWIN);
		CHECK_INT(lc_twin_tend(v.twin, 1800000000), LC_OK);
		CHECK_ERR(twin_check_by(v.twin, n, &why), LC_OK, &why);
		view_close(&v);
		files_free(&f);
		view_close(&before);
	}
}

/* The same edit of both files while they are open, found by a pass. */
static void
edits_of_both_meanwhile(void)
{
	for (size_t i = 0; i < CHECK_COUNT(edits); i++) {
		struct view before = { .n = 0 }, v = { .n = 0 };
		struct lc_detail why = { "" };
		struct files f;
		const char *dir = make(&before, &f, 3);
		bool only_opened;

		check_context("%s", edits[i]);
		/* What SQLite has no use for is read at an opening only. */
		only_opened = strstr(edits[i], "user_version") != NULL ||
		    strstr(edits[i], "application_id") != NULL;
		REQUIRE(view_open(&v, dir) == LC_OK);
		edit(dir, 0, edits[i]);
		edit(dir, 1, edits[i]);
		CHECK_ERR(twin_check_by(v.twin, 1, &why), only_opened ?
		    LC_OK : LC_EDAMAGED, &why);
		CHECK_HAS(why.text, only_opened ? "" : MAIN);
		view_close(&v);
		files_free(&f);
		view_close(&before);
	}
}

/* No room at all, from the first opening on; then there is some. */
static void
no_room(void)
{
	struct view v = { .n = 0 };
	struct lc_detail why = { "" };
	const char *dir = check_dir();
	struct rlimit had, none;

	REQUIRE(getrlimit(RLIMIT_FSIZE, &had) == 0);
	none = had;
	none.rlim_cur = 100;
	(void)signal(SIGXFSZ, SIG_IGN);
	REQUIRE(setrlimit(RLIMIT_FSIZE, &none) == 0);
	CHECK_INT(view_open(&v, dir), LC_OK);
	CHECK_ERR(lc_twin_recording(v.twin, &why), LC_EIO, NULL);
	CHECK_HAS(why.text, dir);
	CHECK_INT(change(v.twin), LC_EIO);
	view_close(&v);
	REQUIRE(setrlimit(RLIMIT_FSIZE, &had) == 0);
	REQUIRE(view_open(&v, dir) == LC_OK);
	fill(&v, 3);
	view_close(&v);

	/* With a state: it can be read, and goes on later. */
	REQUIRE(setrlimit(RLIMIT_FSIZE, &none) == 0);
	REQUIRE(view_open(&v, dir) == LC_OK);
	CHECK_UINT(v.n, 13);
	CHECK_INT(change(v.twin), LC_EIO);
	REQUIRE(setrlimit(RLIMIT_FSIZE, &had) == 0);
	CHECK_INT(change(v.twin), LC_OK);
	CHECK_ERR(twin_check(v.twin, &why), LC_OK, &why);
	view_close(&v);
}

static void
an_opening_writes_nothing(void)
{
	struct view before = { .n = 0 }, v = { .n = 0 };
	struct files f, after;
	const char *dir = make(&before, &f, 3);

	disk_end_at(1, DISK_FAILS);
	REQUIRE(view_open(&v, dir) == LC_OK);
	CHECK(!disk_ended());
	disk_end_at(0, DISK_FAILS);
	view_close(&v);
	files_keep(dir, &after);
	for (int i = 0; i < 2; i++)
		CHECK_MEM(after.data[i], after.len[i], f.data[i], f.len[i]);
	files_free(&after);
	files_free(&f);
	view_close(&before);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "rows come back", rows_come_back },
		{ "every byte", every_byte },
		{ "whole files", whole_files },
		{ "pairs of pages", pairs_of_pages },
		{ "edits show", edits_show },
		{ "edits of both show", edits_of_both_show },
		{ "an older file", an_older_file },
		{ "the larger use", the_larger_use },
		{ "every fault of a change", every_fault_of_a_change },
		{ "every fault of an opening", every_fault_of_an_opening },
		{ "the twin fails", the_twin_fails },
		{ "damaged meanwhile", damaged_meanwhile },
		{ "changes between slices", changes_between_slices },
		{ "edits of both meanwhile", edits_of_both_meanwhile },
		{ "no room", no_room },
		{ "an opening writes nothing", an_opening_writes_nothing },
	};

	return check_main("twin", tests, CHECK_COUNT(tests), argc, argv);
}
