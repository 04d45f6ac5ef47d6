/*
 * rows.h - the tables of a state file, and the seals of their rows.
 *
 * FORMAT "State on disk" has the columns.  A row is a key, which is a number
 * above 0, and values; its seal is an HMAC under the device's key over the
 * table, the key and the values, so that a row which was changed, or moved to
 * another key or table, is found.  The head of a file has the number of rows
 * and the sum of their seals under a seal of its own: a file that lost a row,
 * or has one from an older state, is found as well.
 *
 * Everything here works on one file; twin.h keeps two.
 */
#ifndef LC_STATE_ROWS_H
#define LC_STATE_ROWS_H

#include "db.h"

#define LC_ROW_SEAL_LEN 16
#define LC_ROW_COLUMNS_MAX 20

/* In the order in which they are read. */
enum lc_state_table {
	LC_T_DEVICE,
	LC_T_SETTING,
	LC_T_IDENTITY,
	LC_T_AGREEMENT,
	LC_T_COPY,
	LC_T_HISTORY,		/* a chain: each seal covers the one before */
	LC_T_EVENT,
	LC_NTABLES,
};

/* Columns of each, in order. */
enum { LC_DEVICE_UDI, LC_DEVICE_NCOLUMNS };
enum { LC_SETTING_NAME, LC_SETTING_VALUE, LC_SETTING_NCOLUMNS };
enum {
	LC_IDENTITY_DEVICE,
	LC_IDENTITY_ID,
	LC_IDENTITY_FEATURE,
	LC_IDENTITY_VERSION,
	LC_IDENTITY_DIGEST,
	LC_IDENTITY_USED_MS,
	LC_IDENTITY_EXPIRED_AT,
	LC_IDENTITY_FLAGS,
	LC_IDENTITY_PRIORITY,
	LC_IDENTITY_ACCEPTED_AT,
	LC_IDENTITY_ACCEPTED_BY,
	LC_IDENTITY_MARKS,		/* 8 of them */
	LC_IDENTITY_NCOLUMNS = LC_IDENTITY_MARKS + 8
};
enum { LC_AGREEMENT_DIGEST, LC_AGREEMENT_TEXT, LC_AGREEMENT_NCOLUMNS };
enum {
	LC_COPY_IDENTITY,
	LC_COPY_STORE,
	LC_COPY_INDEX,
	LC_COPY_HELD,
	LC_COPY_INSTALLED,
	LC_COPY_COMMENT,
	LC_COPY_LINE,
	LC_COPY_NCOLUMNS
};
#define LC_HELD_MISSING 2	/* LC_COPY_HELD: it should have it */
enum {
	LC_HISTORY_AT,
	LC_HISTORY_WHAT,
	LC_HISTORY_UDI,
	LC_HISTORY_STORE,
	LC_HISTORY_ID,
	LC_HISTORY_BODY,
	LC_HISTORY_NCOLUMNS
};
enum { LC_EVENT_BODY, LC_EVENT_NCOLUMNS };

/* A bit of LC_IDENTITY_FLAGS that rows.c knows: the row was lost. */
#define LC_IDENTITY_LOST 1

struct lc_head {
	/* The caller's; 0 in a new file. */
	int64_t high, floor, ahead;	/* clock.h, in seconds */
	int64_t next_event;
	int64_t record;		/* the number of the newest running record */
	bool lost;		/* rows are missing, and it was not seen to */
	int64_t restored;	/* 1, 2: this file was made again, likewise */

	int64_t serial;		/* raised by each commit */
	int64_t nrows;
	uint64_t sum[2];	/* of the seals, modulo 2^128 */
	uint8_t chain[LC_ROW_SEAL_LEN];	/* the seal of the last record */
	int64_t nrecords;		/* and its key */
};

/* What seals are made with. */
struct lc_sealer;
enum lc_err lc_sealer_new(const uint8_t *key, struct lc_sealer **);
void lc_sealer_free(struct lc_sealer *);	/* NULL is fine */

int lc_state_columns(enum lc_state_table);

/* Text is a literal or lives as long as the value. */
struct lc_value lc_value_int(int64_t number);
struct lc_value lc_value_text(const char *text);	/* NULL: SQL's NULL */
struct lc_value lc_value_blob(const void *bytes, size_t len);
static const struct lc_value lc_value_null = { .kind = LC_V_NULL };

/* The seal of a row; before is that of the record before it, or NULL. */
enum lc_err lc_row_seal(struct lc_sealer *, enum lc_state_table, int64_t key,
    const struct lc_value *values, const uint8_t *before, uint8_t *seal);

/* ---- A file ---------------------------------------------------------- */

/* Makes the tables in an empty file. */
enum lc_err lc_rows_create(struct lc_db *);
/*
 * Are these the tables of a state file, and is nothing else there?
 * LC_EDAMAGED; LC_ENEWER: of a later version.
 */
enum lc_err lc_rows_schema(struct lc_db *);
/*
 * Is the beginning of the file that of a state file?  It has to be asked
 * before SQLite opens it, which would believe what stands there.
 * LC_ENOTFOUND: there is no file; LC_EDAMAGED, LC_ENEWER, LC_EIO.
 */
enum lc_err lc_rows_look(const char *path, struct lc_detail *);

enum lc_err lc_rows_head_get(struct lc_db *, struct lc_sealer *,
    struct lc_head *);
enum lc_err lc_rows_head_put(struct lc_db *, struct lc_sealer *,
    const struct lc_head *);

/* The head has to be written afterwards, with what lc_head_add made of it. */
enum lc_err lc_rows_put(struct lc_db *, enum lc_state_table, int64_t key,
    const struct lc_value *values, const uint8_t *seal);
enum lc_err lc_rows_delete(struct lc_db *, enum lc_state_table, int64_t key);
/* The seal that stands there.  LC_ENOTFOUND. */
enum lc_err lc_rows_seal(struct lc_db *, enum lc_state_table, int64_t key,
    uint8_t *seal);
/* A row comes, or goes.  Records come in order, and do not go. */
void lc_head_add(struct lc_head *, enum lc_state_table, int64_t key,
    const uint8_t *seal);
void lc_head_remove(struct lc_head *, const uint8_t *seal);

/* Who takes the rows that are read at an opening. */
struct lc_loader {
	void *arg;
	void (*reset)(void *arg);	/* what was taken does not count */
	/* LC_ENOMEM; LC_EDAMAGED: this cannot be. */
	enum lc_err (*row)(void *arg, enum lc_state_table, int64_t key,
	    const struct lc_value *values);
};

/*
 * Reads rows of a table from a key on, in order.  Values live until the next
 * one.  The end is LC_ENOTFOUND.
 */
struct lc_scan {
	struct lc_db *db;
	struct lc_rows *rows;
	enum lc_state_table table;
	int64_t key;
	struct lc_value values[LC_ROW_COLUMNS_MAX];
	uint8_t seal[LC_ROW_SEAL_LEN];	/* as it stands there */
	bool has_seal;			/* of the right length */
};
enum lc_err lc_scan_begin(struct lc_scan *, struct lc_db *, enum lc_state_table,
    int64_t from);
enum lc_err lc_scan_next(struct lc_scan *);
void lc_scan_end(struct lc_scan *);	/* not begun, or at its end, is fine */

#endif
