/*
 * rows.c - the tables of a state file: rows.h.
 *
 * No table has an index: who reads all rows has read all that counts, and a
 * damaged page can only hide rows, which the sum in the head tells.  Whatever
 * SQLite says of the content of a file is damage, out of memory too: what it
 * would allocate for is a length that stands there.
 */
#include "rows.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/crypto.h>

#include "base/error.h"
#include "mac.h"

#define MAGIC 0x4c437477	/* application_id: "LCtw" */
#define VERSION 1		/* user_version */
#define PAGE 4096

/* ---- Tables ---------------------------------------------------------- */

/* A table's columns, and as many question marks. */
#define DEVICE_COLUMNS "udi"
#define DEVICE_MARKS "?"
#define SETTING_COLUMNS "name, value"
#define SETTING_MARKS "?, ?"
#define IDENTITY_COLUMNS "device, id, feature, version, digest, used_ms,"   \
	" expired_at, flags, priority, accepted_at, accepted_by, mark0, mark1," \
	" mark2, mark3, mark4, mark5, mark6, mark7"
#define IDENTITY_MARKS "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?," \
	" ?, ?"
#define AGREEMENT_COLUMNS "digest, text"
#define AGREEMENT_MARKS "?, ?"
#define COPY_COLUMNS "identity, store, idx, held, installed, comment, line"
#define COPY_MARKS "?, ?, ?, ?, ?, ?, ?"
#define HISTORY_COLUMNS "at, what, udi, store, id, body"
#define HISTORY_MARKS "?, ?, ?, ?, ?, ?"
#define EVENT_COLUMNS "body"
#define EVENT_MARKS "?"
#define HEAD_COLUMNS "high, floor, ahead, next_event, record, lost," \
	" restored, serial, nrows, sum, chain, nrecords"
#define HEAD_MARKS "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"

#define CREATE(table, columns)						\
	"CREATE TABLE " table " (n INTEGER PRIMARY KEY, " columns ", seal)"
#define TABLE(table, columns, marks, count) {				\
	.ncolumns = count,						\
	.select = "SELECT n, seal, " columns " FROM " table		\
	    " WHERE n >= ? ORDER BY n",					\
	.insert = "INSERT OR REPLACE INTO " table " (n, " columns	\
	    ", seal) VALUES (?, " marks ", ?)",				\
	.delete = "DELETE FROM " table " WHERE n = ?",			\
	.seal = "SELECT seal FROM " table " WHERE n = ?",		\
}

static const struct {
	int ncolumns;
	const char *select, *insert, *delete, *seal;
} tables[LC_NTABLES] = {
	[LC_T_DEVICE] = TABLE("device", DEVICE_COLUMNS, DEVICE_MARKS,
	    LC_DEVICE_NCOLUMNS),
	[LC_T_SETTING] = TABLE("setting", SETTING_COLUMNS, SETTING_MARKS,
	    LC_SETTING_NCOLUMNS),
	[LC_T_IDENTITY] = TABLE("identity", IDENTITY_COLUMNS, IDENTITY_MARKS,
	    LC_IDENTITY_NCOLUMNS),
	[LC_T_AGREEMENT] = TABLE("agreement", AGREEMENT_COLUMNS,
	    AGREEMENT_MARKS, LC_AGREEMENT_NCOLUMNS),
	[LC_T_COPY] = TABLE("copy", COPY_COLUMNS, COPY_MARKS,
	    LC_COPY_NCOLUMNS),
	[LC_T_HISTORY] = TABLE("history", HISTORY_COLUMNS, HISTORY_MARKS,
	    LC_HISTORY_NCOLUMNS),
	[LC_T_EVENT] = TABLE("event", EVENT_COLUMNS, EVENT_MARKS,
	    LC_EVENT_NCOLUMNS),
};

/* Joined by commas, what sqlite_schema says: in order, on pages 2 to 9. */
#define SCHEMA(X)							\
	X("2", CREATE("head", HEAD_COLUMNS), "")			\
	X("3", CREATE("device", DEVICE_COLUMNS), ",")			\
	X("4", CREATE("setting", SETTING_COLUMNS), ",")			\
	X("5", CREATE("identity", IDENTITY_COLUMNS), ",")		\
	X("6", CREATE("agreement", AGREEMENT_COLUMNS), ",")		\
	X("7", CREATE("copy", COPY_COLUMNS), ",")			\
	X("8", CREATE("history", HISTORY_COLUMNS), ",")			\
	X("9", CREATE("event", EVENT_COLUMNS), ",")
#define STATEMENT(page, create, comma) create ";"
#define SAID(page, create, comma) comma page " " create

int
lc_state_columns(enum lc_state_table table)
{
	return tables[table].ncolumns;
}

enum lc_err
lc_rows_create(struct lc_db *db)
{
	return lc_db_exec(db, "BEGIN;" SCHEMA(STATEMENT)
	    "PRAGMA application_id = 1279489143; PRAGMA user_version = 1;"
	    "COMMIT");
}

static enum lc_err
judged(enum lc_err err)
{
	return err == LC_ENOMEM ? LC_EDAMAGED : err;
}

enum lc_err
lc_rows_schema(struct lc_db *db)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(db, &rows, "SELECT group_concat(rootpage || ' ' ||"
	    " sql) FROM sqlite_schema", "");
	if (err != LC_OK || (err = lc_db_next(db, rows)) != LC_OK)
		return judged(err);
	if (strcmp(lc_db_text(rows, 0), SCHEMA(SAID)) != 0)
		err = LC_EDAMAGED;
	lc_db_stop(rows);
	return err;
}

/* ---- The beginning of a file ----------------------------------------- */

static uint32_t
number_at(const uint8_t *header, size_t at)
{
	return (uint32_t)header[at] << 24 | (uint32_t)header[at + 1] << 16 |
	       (uint32_t)header[at + 2] << 8 | header[at + 3];
}

/* SQLite's file header, section 1.3 of its file format. */
static enum lc_err
header_judge(const uint8_t *header)
{
	/* The text; pages of 4,096 bytes; a rollback journal; fractions. */
	static const uint8_t begins[24] = {
		'S', 'Q', 'L', 'i', 't', 'e', ' ', 'f', 'o', 'r', 'm', 'a',
		't', ' ', '3', '\0', 0x10, 0, 1, 1, 0, 64, 32, 32
	};
	static const struct {
		size_t at;
		uint32_t number;
	} numbers[] = {
		{ 44, 4 },	/* schema format */
		{ 48, 0 },	/* default cache size */
		{ 52, 0 },	/* vacuuming by itself */
		{ 56, 1 },	/* UTF-8 */
		{ 64, 0 },	/* vacuuming by itself */
		{ 68, MAGIC },
		{ 72, 0 }, { 76, 0 }, { 80, 0 }, { 84, 0 }, { 88, 0 },
	};
	uint32_t version = number_at(header, 60);

	if (memcmp(header, begins, sizeof begins) != 0)
		return LC_EDAMAGED;
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		if (number_at(header, numbers[i].at) != numbers[i].number)
			return LC_EDAMAGED;
	}
	return version == VERSION ? LC_OK :
	    version > VERSION ? LC_ENEWER : LC_EDAMAGED;
}

static enum lc_err
header_read(int fd, const char *path, struct lc_detail *detail)
{
	uint8_t header[100];
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0)
		return lc_fail(detail, LC_EIO, "%s: %s", path,
		    strerror(errno));
	if (!S_ISREG(st.st_mode))
		return lc_fail(detail, LC_EDAMAGED, "%s: not a regular file",
		    path);
	n = pread(fd, header, sizeof header, 0);
	if (n < 0)
		return lc_fail(detail, LC_EIO, "%s: %s", path,
		    strerror(errno));
	if (n < (ssize_t)sizeof header)
		return lc_fail(detail, LC_EDAMAGED, "%s: too short", path);
	switch (header_judge(header)) {
	case LC_OK:
		return LC_OK;
	case LC_ENEWER:
		return lc_fail(detail, LC_ENEWER, "%s: written by a newer"
		    " version of this software", path);
	default:
		return lc_fail(detail, LC_EDAMAGED, "%s: damaged, or not a"
		    " state file", path);
	}
}

enum lc_err
lc_rows_look(const char *path, struct lc_detail *detail)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	enum lc_err err;

	if (fd < 0 && errno == ENOENT)
		return LC_ENOTFOUND;
	if (fd < 0 && (errno == ELOOP || errno == ENXIO))
		return lc_fail(detail, LC_EDAMAGED, "%s: not a regular file",
		    path);
	if (fd < 0)
		return lc_fail(detail, LC_EIO, "%s: %s", path,
		    strerror(errno));
	err = header_read(fd, path, detail);
	(void)close(fd);	/* nothing was written through it */
	return err;
}

/* ---- Values ---------------------------------------------------------- */

struct lc_value
lc_value_int(int64_t number)
{
	return (struct lc_value){ .kind = LC_V_INT, .number = number };
}

struct lc_value
lc_value_text(const char *text)
{
	if (text == NULL)
		return lc_value_null;
	return (struct lc_value){ .kind = LC_V_TEXT, .bytes = text,
	    .len = strlen(text) };
}

struct lc_value
lc_value_blob(const void *bytes, size_t len)
{
	return (struct lc_value){ .kind = LC_V_BLOB, .bytes = bytes,
	    .len = len };
}

/* ---- Seals ----------------------------------------------------------- */

struct lc_sealer {
	struct lc_mac *mac;
	uint8_t *text;		/* a row, as it is sealed */
	size_t len, room;
};

void
lc_sealer_free(struct lc_sealer *s)
{
	if (s == NULL)
		return;
	lc_mac_free(s->mac);
	free(s->text);
	free(s);
}

enum lc_err
lc_sealer_new(const uint8_t *key, struct lc_sealer **out)
{
	struct lc_sealer *s = calloc(1, sizeof *s);
	enum lc_err err = LC_ENOMEM;

	if (s != NULL)
		err = lc_mac_new(key, &s->mac);
	if (err == LC_OK)
		*out = s;
	else
		lc_sealer_free(s);
	return err;
}

static enum lc_err
room_make(struct lc_sealer *s, size_t more)
{
	size_t room = s->room > 0 ? s->room : 1024;
	uint8_t *text;

	if (s->room - s->len >= more)
		return LC_OK;
	while (room - s->len < more)
		room *= 2;
	if ((text = realloc(s->text, room)) == NULL)
		return LC_ENOMEM;
	s->text = text;
	s->room = room;
	return LC_OK;
}

/* There is room for 8 bytes: the most significant one first. */
static void
number_add(struct lc_sealer *s, uint64_t number)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		s->text[s->len++] = (uint8_t)(number >> shift);
}

static enum lc_err
value_add(struct lc_sealer *s, const struct lc_value *v)
{
	enum lc_err err = room_make(s, 9 + v->len);

	if (err != LC_OK)
		return err;
	s->text[s->len++] = (uint8_t)v->kind;
	if (v->kind == LC_V_INT)
		number_add(s, (uint64_t)v->number);
	if (v->kind != LC_V_TEXT && v->kind != LC_V_BLOB)
		return err;
	number_add(s, v->len);
	if (v->len > 0)
		memcpy(s->text + s->len, v->bytes, v->len);
	s->len += v->len;
	return err;
}

/* The head is no table of these: its number is the one after them. */
static enum lc_err
row_seal(struct lc_sealer *s, int table, int64_t key,
    const struct lc_value *values, int n, const uint8_t *before,
    uint8_t *seal)
{
	static const uint8_t zeros[LC_ROW_SEAL_LEN];
	uint8_t sum[LC_MAC_LEN];
	enum lc_err err;

	s->len = 0;
	if ((err = room_make(s, 9)) != LC_OK)
		return err;
	s->text[s->len++] = (uint8_t)table;
	number_add(s, (uint64_t)key);
	for (int i = 0; i < n && err == LC_OK; i++)
		err = value_add(s, &values[i]);
	if (err == LC_OK)
		err = lc_mac_sum(s->mac, before != NULL ? before : zeros,
		    LC_ROW_SEAL_LEN, s->text, s->len, sum);
	if (err == LC_OK)
		memcpy(seal, sum, LC_ROW_SEAL_LEN);
	return err;
}

enum lc_err
lc_row_seal(struct lc_sealer *s, enum lc_state_table table, int64_t key,
    const struct lc_value *values, const uint8_t *before, uint8_t *seal)
{
	return row_seal(s, (int)table, key, values, tables[table].ncolumns,
	    table == LC_T_HISTORY ? before : NULL, seal);
}

static uint64_t
half(const uint8_t *bytes)
{
	return (uint64_t)number_at(bytes, 0) << 32 | number_at(bytes, 4);
}

void
lc_head_add(struct lc_head *h, enum lc_state_table table, int64_t key,
    const uint8_t *seal)
{
	uint64_t low = half(seal + 8);

	h->sum[1] += low;
	h->sum[0] += half(seal) + (h->sum[1] < low);
	h->nrows++;
	if (table != LC_T_HISTORY)
		return;
	memcpy(h->chain, seal, sizeof h->chain);
	h->nrecords = key;
}

void
lc_head_remove(struct lc_head *h, const uint8_t *seal)
{
	uint64_t low = half(seal + 8);

	h->sum[0] -= half(seal) + (h->sum[1] < low);
	h->sum[1] -= low;
	h->nrows--;
}

/* ---- The head -------------------------------------------------------- */

enum {
	HEAD_HIGH, HEAD_FLOOR, HEAD_AHEAD, HEAD_NEXT_EVENT, HEAD_RECORD,
	HEAD_LOST, HEAD_RESTORED, HEAD_SERIAL, HEAD_NROWS, HEAD_SUM, HEAD_CHAIN,
	HEAD_NRECORDS, HEAD_NCOLUMNS
};

static void
head_pack(const struct lc_head *h, struct lc_value *v, uint8_t sum[16])
{
	for (int i = 0; i < 16; i++)
		sum[i] = (uint8_t)(h->sum[i / 8] >> (56 - i % 8 * 8));
	v[HEAD_HIGH] = lc_value_int(h->high);
	v[HEAD_FLOOR] = lc_value_int(h->floor);
	v[HEAD_AHEAD] = lc_value_int(h->ahead);
	v[HEAD_NEXT_EVENT] = lc_value_int(h->next_event);
	v[HEAD_RECORD] = lc_value_int(h->record);
	v[HEAD_LOST] = lc_value_int(h->lost);
	v[HEAD_RESTORED] = lc_value_int(h->restored);
	v[HEAD_SERIAL] = lc_value_int(h->serial);
	v[HEAD_NROWS] = lc_value_int(h->nrows);
	v[HEAD_SUM] = lc_value_blob(sum, 16);
	v[HEAD_CHAIN] = lc_value_blob(h->chain, sizeof h->chain);
	v[HEAD_NRECORDS] = lc_value_int(h->nrecords);
}

static void
head_unpack(const struct lc_value *v, struct lc_head *h)
{
	const uint8_t *sum = v[HEAD_SUM].bytes;

	*h = (struct lc_head){
		.high = v[HEAD_HIGH].number,
		.floor = v[HEAD_FLOOR].number,
		.ahead = v[HEAD_AHEAD].number,
		.next_event = v[HEAD_NEXT_EVENT].number,
		.record = v[HEAD_RECORD].number,
		.lost = v[HEAD_LOST].number != 0,
		.restored = v[HEAD_RESTORED].number,
		.serial = v[HEAD_SERIAL].number,
		.nrows = v[HEAD_NROWS].number,
		.sum = { half(sum), half(sum + 8) },
		.nrecords = v[HEAD_NRECORDS].number,
	};
	memcpy(h->chain, v[HEAD_CHAIN].bytes, sizeof h->chain);
}

static enum lc_err
head_read(struct lc_rows *rows, struct lc_sealer *s, struct lc_head *h)
{
	struct lc_value v[HEAD_NCOLUMNS], seal;
	uint8_t held[LC_ROW_SEAL_LEN];
	enum lc_err err;

	for (int i = 0; i < HEAD_NCOLUMNS; i++)
		lc_db_value(rows, 1 + i, &v[i]);
	lc_db_value(rows, 0, &seal);
	if (seal.len != sizeof held || v[HEAD_SUM].len != 16 ||
	    v[HEAD_CHAIN].len != sizeof h->chain)
		return LC_EDAMAGED;
	err = row_seal(s, LC_NTABLES, 1, v, HEAD_NCOLUMNS, NULL, held);
	if (err != LC_OK)
		return err;
	if (CRYPTO_memcmp(held, seal.bytes, sizeof held) != 0)
		return LC_EDAMAGED;
	head_unpack(v, h);
	return LC_OK;
}

enum lc_err
lc_rows_head_get(struct lc_db *db, struct lc_sealer *s, struct lc_head *h)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(db, &rows, "SELECT seal, " HEAD_COLUMNS
	    " FROM head WHERE n = 1", "");
	if (err != LC_OK)
		return judged(err);
	if ((err = judged(lc_db_next(db, rows))) == LC_OK)
		err = head_read(rows, s, h);
	lc_db_stop(rows);
	return err == LC_ENOTFOUND ? LC_EDAMAGED : err;
}

enum lc_err
lc_rows_head_put(struct lc_db *db, struct lc_sealer *s,
    const struct lc_head *h)
{
	struct lc_value v[HEAD_NCOLUMNS], held;
	uint8_t sum[16], seal[LC_ROW_SEAL_LEN];
	enum lc_err err;

	head_pack(h, v, sum);
	err = row_seal(s, LC_NTABLES, 1, v, HEAD_NCOLUMNS, NULL, seal);
	if (err != LC_OK)
		return err;
	held = lc_value_blob(seal, sizeof seal);
	return lc_db_run(db, "INSERT OR REPLACE INTO head (n, " HEAD_COLUMNS
	    ", seal) VALUES (1, " HEAD_MARKS ", ?)", "vvvvvvvvvvvvv", &v[0],
	    &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7], &v[8], &v[9],
	    &v[10], &v[11], &held);
}

/* ---- Rows ------------------------------------------------------------ */

enum lc_err
lc_rows_put(struct lc_db *db, enum lc_state_table table, int64_t key,
    const struct lc_value *values, const uint8_t *seal)
{
	struct lc_value all[2 + LC_ROW_COLUMNS_MAX];
	size_t n = (size_t)tables[table].ncolumns;

	all[0] = lc_value_int(key);
	memcpy(all + 1, values, n * sizeof *values);
	all[n + 1] = lc_value_blob(seal, LC_ROW_SEAL_LEN);
	return lc_db_run_values(db, tables[table].insert, all, n + 2);
}

enum lc_err
lc_rows_delete(struct lc_db *db, enum lc_state_table table, int64_t key)
{
	return lc_db_run(db, tables[table].delete, "i", key);
}

enum lc_err
lc_rows_seal(struct lc_db *db, enum lc_state_table table, int64_t key,
    uint8_t *seal)
{
	struct lc_rows *rows;
	struct lc_value held;
	enum lc_err err;

	err = lc_db_query(db, &rows, tables[table].seal, "i", key);
	if (err != LC_OK || (err = lc_db_next(db, rows)) != LC_OK)
		return err;
	lc_db_value(rows, 0, &held);
	if (held.len == LC_ROW_SEAL_LEN)
		memcpy(seal, held.bytes, LC_ROW_SEAL_LEN);
	else
		err = LC_EDAMAGED;
	lc_db_stop(rows);
	return err;
}

enum lc_err
lc_scan_begin(struct lc_scan *scan, struct lc_db *db, enum lc_state_table table,
    int64_t from)
{
	scan->db = db;
	scan->table = table;
	scan->rows = NULL;
	return judged(lc_db_query(db, &scan->rows, tables[table].select, "i",
	    from));
}

enum lc_err
lc_scan_next(struct lc_scan *scan)
{
	struct lc_value seal;
	enum lc_err err = lc_db_next(scan->db, scan->rows);

	if (err != LC_OK) {
		scan->rows = NULL;	/* it was stopped */
		return judged(err);
	}
	scan->key = lc_db_int(scan->rows, 0);
	lc_db_value(scan->rows, 1, &seal);
	scan->has_seal = seal.len == LC_ROW_SEAL_LEN;
	if (scan->has_seal)
		memcpy(scan->seal, seal.bytes, LC_ROW_SEAL_LEN);
	for (int i = 0; i < tables[scan->table].ncolumns; i++)
		lc_db_value(scan->rows, 2 + i, &scan->values[i]);
	return LC_OK;
}

void
lc_scan_end(struct lc_scan *scan)
{
	lc_db_stop(scan->rows);
	scan->rows = NULL;
}
