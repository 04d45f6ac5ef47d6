/*
 * salvage.c - rows out of damaged state files: salvage.h.
 *
 * Every state file has the same tables on the same pages, so that the first
 * page of a new one stands in for a damaged one.  Rows are read in order of
 * their keys; where the pages of a table do not hold together, reading goes on
 * behind them.
 */
#include "salvage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/crypto.h>

#include "base/disk.h"
#include "base/error.h"
#include "base/text.h"

#define PAGE 4096
#define ROOTS_LEN ((LC_NTABLES + 2) * PAGE)	/* where each table begins */
#define FILE_BYTES_MAX (INT64_C(1) << 30)
#define TOLD_MAX 20	/* rows that are named; the others are counted */

/* One of the files. */
struct side {
	struct lc_db *db;	/* NULL: nothing of it can be read */
	bool has_head;
	struct lc_head head;
	struct lc_scan scan;
	bool has_row, holds;	/* the row of the scan, and does its seal? */
	int64_t from, step;	/* where to go on, and how far to leap then */
};

struct salvage {
	struct side sides[2];	/* the one that has come further is first */
	struct lc_sealer *sealer;
	struct lc_db *made;
	struct lc_head head;	/* of what is made */
	/* The last record that was read, as it stood there. */
	int64_t record;
	uint8_t chain[LC_ROW_SEAL_LEN];
	int64_t latest;		/* the time that the history proves */
	size_t nlost;
	void (*notice)(void *arg, enum lc_err, const char *text);
	void *arg;
};

/* ---- The files ------------------------------------------------------- */

static void
number_set(uint8_t *at, uint32_t number)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(number >> (24 - 8 * i));
}

/* The first page of a new file, but for what it says of this one's length. */
static void
page_replace(uint8_t *data, size_t len, const uint8_t *page)
{
	memcpy(data, page, PAGE);
	number_set(data + 28, (uint32_t)(len / PAGE));	/* pages */
	memcpy(data + 92, data + 24, 4);	/* which that is valid for */
	number_set(data + 32, 0);		/* no free ones: all may be */
	number_set(data + 36, 0);		/* in use */
}

/* Without a root page for each table SQLite reads none of them. */
static bool
roots_add(char **data, size_t *len)
{
	char *more;

	if (*len >= ROOTS_LEN)
		return true;
	if ((more = realloc(*data, ROOTS_LEN)) == NULL)
		return false;
	memset(more + *len, 0, ROOTS_LEN - *len);
	*data = more;
	*len = ROOTS_LEN;
	return true;
}

static enum lc_err
side_open(struct salvage *v, struct side *side, const char *path,
    const uint8_t *page)
{
	char *data = NULL;
	enum lc_err err;
	size_t len;

	err = lc_disk_read(path, FILE_BYTES_MAX, &data, &len, NULL, NULL);
	if (err != LC_OK)
		return err == LC_ENOMEM ? err : LC_OK;
	len -= len % PAGE;
	if (len > PAGE && !roots_add(&data, &len)) {
		free(data);
		return LC_ENOMEM;
	}
	if (len > PAGE) {
		page_replace((uint8_t *)data, len, page);
		err = lc_db_connect_bytes(data, len, &side->db);
	}
	free(data);
	if (side->db == NULL)
		return err == LC_ENOMEM ? err : LC_OK;
	err = lc_rows_head_get(side->db, v->sealer, &side->head);
	side->has_head = err == LC_OK;
	return err == LC_ENOMEM ? err : LC_OK;
}

/* ---- Reading rows ---------------------------------------------------- */

static enum lc_err
seal_judge(struct salvage *v, struct side *side)
{
	const uint8_t *before = NULL;
	uint8_t seal[LC_ROW_SEAL_LEN];
	enum lc_err err;

	side->holds = false;
	if (!side->scan.has_seal)
		return LC_OK;
	/* A record's seal needs the one before it. */
	if (side->scan.table == LC_T_HISTORY) {
		if (side->scan.key != v->record + 1)
			return LC_OK;
		before = v->chain;
	}
	err = lc_row_seal(v->sealer, side->scan.table, side->scan.key,
	    side->scan.values, before, seal);
	side->holds = err == LC_OK &&
	    CRYPTO_memcmp(seal, side->scan.seal, sizeof seal) == 0;
	return err;
}

/* Behind the place that cannot be read: nearby first, then in leaps. */
static bool
leap(struct side *side)
{
	lc_scan_end(&side->scan);
	if (side->from > UINT32_MAX)
		return false;
	side->from += side->step;
	if (side->from % 256 == 0 || side->step > 1)
		side->step *= 2;
	return lc_scan_begin(&side->scan, side->db, side->scan.table,
	    side->from) == LC_OK;
}

static void
side_next(struct side *side)
{
	enum lc_err err;

	side->has_row = false;
	while (side->db != NULL && side->scan.rows != NULL) {
		err = lc_scan_next(&side->scan);
		if (err == LC_ENOTFOUND)
			return;
		if (err == LC_OK && side->scan.key >= side->from) {
			side->has_row = true;
			side->from = side->scan.key + 1;
			side->step = 1;
			return;
		}
		if (!leap(side))
			return;
	}
}

static void
side_begin(struct side *side, enum lc_state_table table)
{
	side->from = 1;
	side->step = 1;
	side->scan.rows = NULL;
	side->has_row = false;
	if (side->db == NULL ||
	    lc_scan_begin(&side->scan, side->db, table, 1) != LC_OK)
		return;
	side_next(side);
}

/* ---- Judging rows ---------------------------------------------------- */

static bool
is_number(const struct lc_value *v)
{
	return v->kind == LC_V_INT;
}

static bool
is_plain(const struct lc_value *v)
{
	return v->kind == LC_V_TEXT && lc_text_is_plain(v->bytes, v->len) &&
	       memchr(v->bytes, '\0', v->len) == NULL;
}

static void
lost_tell(struct salvage *v, enum lc_state_table table, int64_t key,
    const char *what)
{
	static const char *const names[LC_NTABLES] = {
		"device", "setting", "license", "agreement",
		"place of a license", "record of the history", "event",
	};
	struct lc_detail text;

	v->nlost++;
	if (v->notice == NULL || v->nlost > TOLD_MAX)
		return;
	(void)lc_fail(&text, LC_EDAMAGED, "%s %s%s%lld: damaged in both state"
	    " files", names[table], what, *what != '\0' ? ", row " : "row ",
	    (long long)key);
	v->notice(v->arg, LC_EDAMAGED, text.text);
}

/* What is left of a license: that there was one. */
static bool
identity_keep(struct salvage *v, struct lc_scan *scan)
{
	struct lc_value *values = scan->values;

	if (!is_number(&values[LC_IDENTITY_DEVICE]) ||
	    !is_plain(&values[LC_IDENTITY_ID]) ||
	    !lc_text_is_id(values[LC_IDENTITY_ID].bytes) ||
	    !is_plain(&values[LC_IDENTITY_FEATURE]) ||
	    !is_plain(&values[LC_IDENTITY_VERSION])) {
		lost_tell(v, scan->table, scan->key, "");
		return false;
	}
	lost_tell(v, scan->table, scan->key, values[LC_IDENTITY_ID].bytes);
	for (int i = LC_IDENTITY_DIGEST; i < LC_IDENTITY_NCOLUMNS; i++)
		values[i] = lc_value_null;
	values[LC_IDENTITY_FLAGS] = lc_value_int(LC_IDENTITY_LOST);
	return true;
}

static bool
copy_keep(struct salvage *v, struct lc_scan *scan)
{
	struct lc_value *values = scan->values;

	lost_tell(v, scan->table, scan->key, "");
	if (!is_number(&values[LC_COPY_IDENTITY]) ||
	    !is_number(&values[LC_COPY_STORE]) ||
	    !is_number(&values[LC_COPY_INDEX]))
		return false;
	/* A line proves itself, when it is loaded. */
	for (int i = LC_COPY_HELD; i < LC_COPY_LINE; i++)
		values[i] = lc_value_null;
	if (!is_plain(&values[LC_COPY_LINE]))
		values[LC_COPY_LINE] = lc_value_null;
	values[LC_COPY_HELD] = lc_value_int(1);
	return true;
}

static bool
record_keep(struct salvage *v, struct lc_scan *scan)
{
	const struct lc_value *values = scan->values;

	lost_tell(v, scan->table, scan->key, "");
	return is_number(&values[LC_HISTORY_AT]) &&
	       is_plain(&values[LC_HISTORY_WHAT]) &&
	       is_plain(&values[LC_HISTORY_UDI]) &&
	       is_number(&values[LC_HISTORY_STORE]) &&
	       is_plain(&values[LC_HISTORY_ID]) &&
	       is_plain(&values[LC_HISTORY_BODY]);
}

/* Its seal holds in neither file: is a part of it kept? */
static bool
is_kept(struct salvage *v, struct lc_scan *scan)
{
	switch (scan->table) {
	case LC_T_IDENTITY:
		return identity_keep(v, scan);
	case LC_T_COPY:
		return copy_keep(v, scan);
	case LC_T_HISTORY:
		return record_keep(v, scan);
	default:
		lost_tell(v, scan->table, scan->key, "");
		return false;
	}
}

static int64_t
max(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* ---- Making the file ------------------------------------------------- */

static enum lc_err
row_write(struct salvage *v, const struct lc_scan *scan)
{
	int64_t key = scan->table == LC_T_HISTORY ? v->head.nrecords + 1 :
	    scan->key;
	uint8_t seal[LC_ROW_SEAL_LEN];
	enum lc_err err;

	err = lc_row_seal(v->sealer, scan->table, key, scan->values,
	    v->head.chain, seal);
	if (err == LC_OK)
		err = lc_rows_put(v->made, scan->table, key, scan->values,
		    seal);
	if (err != LC_OK)
		return err;
	lc_head_add(&v->head, scan->table, key, seal);
	return LC_OK;
}

static bool
is_what(const struct lc_scan *scan, const char *what)
{
	const struct lc_value *v = &scan->values[LC_HISTORY_WHAT];

	return v->kind == LC_V_TEXT && strcmp(v->bytes, what) == 0;
}

/* To what the clock was taken back: a member of the record's body. */
static int64_t
reset_to(const struct lc_scan *scan)
{
	const struct lc_value *v = &scan->values[LC_HISTORY_BODY];
	const char *to = v->kind == LC_V_TEXT ?
	    strstr(v->bytes, "\"to\":") : NULL;

	return to != NULL ? strtoll(to + strlen("\"to\":"), NULL, 10) : 0;
}

/*
 * The latest time in the history since the clock was last taken back: a head
 * from before that was put back from an older state.
 */
static void
time_learn(struct salvage *v, const struct side *from)
{
	int64_t at = from->scan.values[LC_HISTORY_AT].number;

	if (!from->holds || at > UINT32_MAX)
		return;
	v->latest = is_what(&from->scan, "clock-reset") ?
	    reset_to(&from->scan) : max(v->latest, at);
}

static void
head_learn(struct salvage *v, const struct side *from)
{
	if (from->scan.table == LC_T_EVENT)
		v->head.next_event = max(v->head.next_event,
		    from->scan.key + 1);
	if (from->scan.table == LC_T_HISTORY)
		time_learn(v, from);
}

/* Both have the row, and both seals hold: they are of different times. */
static void
use_raise(struct side *better, const struct side *other)
{
	struct lc_value *used = &better->scan.values[LC_IDENTITY_USED_MS];

	if (better->scan.table == LC_T_IDENTITY &&
	    other->scan.values[LC_IDENTITY_USED_MS].number > used->number)
		*used = other->scan.values[LC_IDENTITY_USED_MS];
}

/* What came and went since the file that is behind was written. */
static bool
is_stale(const struct salvage *v, const struct side *from)
{
	return from == &v->sides[1] && v->sides[0].has_head &&
	       from->has_head &&
	       from->head.serial < v->sides[0].head.serial &&
	       (from->scan.table == LC_T_EVENT ||
	       from->scan.table == LC_T_SETTING);
}

/* One row: the sides that stand at the lowest key. */
static enum lc_err
row_merge(struct salvage *v)
{
	struct side *a = &v->sides[0], *b = &v->sides[1], *from;
	bool both = a->has_row && b->has_row && a->scan.key == b->scan.key;
	bool a_first = a->has_row && (!b->has_row || a->scan.key <=
	    b->scan.key);
	enum lc_err err = LC_OK;

	from = a_first ? a : b;
	if (a_first)
		err = seal_judge(v, a);
	if (err == LC_OK && (!a_first || both))
		err = seal_judge(v, b);
	if (err != LC_OK)
		return err;
	if (both && !a->holds && b->holds)
		from = b;
	if (both && a->holds && b->holds)
		use_raise(a, b);
	head_learn(v, from);
	if (!is_stale(v, from) && (from->holds || is_kept(v, &from->scan)))
		err = row_write(v, &from->scan);
	v->record = from->scan.key;
	if (from->scan.has_seal)
		memcpy(v->chain, from->scan.seal, sizeof v->chain);
	if (a_first)
		side_next(a);
	if (!a_first || both)
		side_next(b);
	return err;
}

static enum lc_err
table_merge(struct salvage *v, enum lc_state_table table)
{
	enum lc_err err = LC_OK;

	v->record = 0;
	memset(v->chain, 0, sizeof v->chain);
	side_begin(&v->sides[0], table);
	side_begin(&v->sides[1], table);
	while (err == LC_OK && (v->sides[0].has_row || v->sides[1].has_row))
		err = row_merge(v);
	lc_scan_end(&v->sides[0].scan);
	lc_scan_end(&v->sides[1].scan);
	return err;
}

/* Nothing goes back: neither time nor the numbers of changes. */
static void
head_merge(struct salvage *v)
{
	struct lc_head *h = &v->head;

	for (int i = 0; i < 2; i++) {
		const struct side *side = &v->sides[i];

		if (!side->has_head)
			continue;
		h->high = max(h->high, side->head.high);
		h->floor = max(h->floor, side->head.floor);
		h->ahead = max(h->ahead, side->head.ahead);
		h->next_event = max(h->next_event, side->head.next_event);
		h->record = max(h->record, side->head.record);
		h->serial = max(h->serial, side->head.serial);
	}
	h->serial++;
	h->lost = true;
}

static void
time_merge(struct salvage *v)
{
	if (v->latest <= v->head.high)
		return;
	v->head.high = v->head.floor = v->latest;
	v->head.ahead = 0;
}

static enum lc_err
merge(struct salvage *v)
{
	enum lc_err err = lc_db_begin(v->made);

	head_merge(v);
	for (int i = 0; i < LC_NTABLES && err == LC_OK; i++)
		err = table_merge(v, (enum lc_state_table)i);
	time_merge(v);
	if (err == LC_OK)
		err = lc_rows_head_put(v->made, v->sealer, &v->head);
	return err == LC_OK ? lc_db_commit(v->made) : err;
}

/* The new file: empty, but for its tables. */
static enum lc_err
made_begin(struct salvage *v, const char *made, char **page,
    struct lc_detail *why)
{
	enum lc_err err;
	size_t len;

	(void)unlink(made);	/* of one that was not completed */
	if ((err = lc_db_connect(made, true, &v->made, why)) != LC_OK)
		return err;
	if ((err = lc_db_exec(v->made, "PRAGMA page_size = 4096")) != LC_OK ||
	    (err = lc_rows_create(v->made)) != LC_OK)
		return lc_fail(why, err, "%s: %s", made,
		    lc_db_words(v->made, err));
	return lc_disk_read(made, FILE_BYTES_MAX, page, &len, NULL, why);
}

static enum lc_err
sides_open(struct salvage *v, const struct lc_half *halves,
    const char *page)
{
	enum lc_err err = LC_OK;

	for (int i = 0; i < 2 && err == LC_OK; i++)
		err = side_open(v, &v->sides[i], halves[i].path,
		    (const uint8_t *)page);
	if (v->sides[1].has_head && (!v->sides[0].has_head ||
	    v->sides[1].head.serial > v->sides[0].head.serial)) {
		struct side first = v->sides[1];

		v->sides[1] = v->sides[0];
		v->sides[0] = first;
	}
	return err;
}

static enum lc_err
put_in_place(struct lc_half *h, const char *made, struct lc_sealer *s,
    int64_t now)
{
	char suffix[40], *aside;
	enum lc_err err;

	(void)snprintf(suffix, sizeof suffix, ".damaged-%lld",
	    (long long)now);
	if ((aside = lc_half_beside(h, suffix)) == NULL)
		return LC_ENOMEM;
	err = lc_half_take(h, made, aside, s);
	free(aside);
	return err;
}

static void
sum_tell(const struct salvage *v)
{
	const struct side *side = &v->sides[0];
	int64_t missing = side->has_head ?
	    side->head.nrows - v->head.nrows : 0;
	struct lc_detail text;

	if (v->notice == NULL)
		return;
	(void)lc_fail(&text, LC_EDAMAGED, "both state files are damaged: what"
	    " is whole in either of them was kept; %zu rows are damaged, and"
	    " %lld are missing", v->nlost, (long long)(missing > 0 ? missing :
	    0));
	v->notice(v->arg, LC_EDAMAGED, text.text);
}

enum lc_err
lc_salvage(struct lc_half *halves, struct lc_sealer *sealer, int64_t now,
    void (*notice)(void *arg, enum lc_err, const char *text), void *arg)
{
	struct salvage v = { .sealer = sealer, .notice = notice, .arg = arg };
	char *made = lc_half_beside(&halves[0], ".new"), *page = NULL;
	enum lc_err err = LC_ENOMEM;

	if (made != NULL)
		err = made_begin(&v, made, &page, &halves[0].why);
	if (err == LC_OK && (err = sides_open(&v, halves, page)) == LC_OK &&
	    (err = merge(&v)) != LC_OK)
		(void)lc_fail(&halves[0].why, err, "%s: %s", made,
		    lc_db_words(v.made, err));
	lc_db_close(v.made);
	lc_db_close(v.sides[0].db);
	lc_db_close(v.sides[1].db);
	if (err == LC_OK)
		err = put_in_place(&halves[0], made, sealer, now);
	if (err == LC_OK)
		sum_tell(&v);
	else if (made != NULL)
		(void)unlink(made);
	free(page);
	free(made);
	return err;
}
