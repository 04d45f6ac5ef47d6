/*
 * report.h - what an authority has done, as lists: licenses, those that expire,
 * PAKs, SKUs, devices, and the history of a device.
 *
 * The folder report/ reads the database page by page, and holds one row at a
 * time (SQLite) or one page (PostgreSQL).  It decides nothing and writes
 * nothing.  How rows look is for whoever gets them.
 */
#ifndef LC_REPORT_H
#define LC_REPORT_H

#include "record/record.h"

enum lc_cell_kind {
	LC_CELL_TEXT,
	LC_CELL_NUMBER,
	LC_CELL_DATE, /* a number: seconds since 1970, UTC */
	LC_CELL_LIST, /* a text: words with blanks between them */
	LC_CELL_TRUTH, /* a number: 0 or 1 */
};

struct lc_report_column {
	const char *name;  /* lower case, without blanks: a key of JSON */
	const char *title; /* for people */
	enum lc_cell_kind kind;
	bool is_detail; /* left out where there is little room */
};

struct lc_cell {
	bool is_none;     /* there is no value */
	const char *text; /* UTF-8; borrowed for the call */
	int64_t number;
};

struct lc_reporting;

/* What a report can be limited to. */
enum lc_report_limit {
	LC_LIMIT_UDI = 1 << 0,
	LC_LIMIT_FEATURE = 1 << 1,
	LC_LIMIT_PAK = 1 << 2,
	LC_LIMIT_SKU = 1 << 3,
	LC_LIMIT_DAYS = 1 << 4,
	LC_LIMIT_ORDER = 1 << 5,
	LC_LIMIT_ACCOUNT = 1 << 6,
	LC_LIMIT_TYPE = 1 << 7,
	LC_LIMIT_LEFT = 1 << 8,
	LC_LIMIT_KIND = 1 << 9,
	LC_LIMIT_SUBJECT = 1 << 10,
	LC_LIMIT_WHO = 1 << 11,
	LC_LIMIT_TIME = 1 << 12,  /* since, until */
	LC_LIMIT_SORT = 1 << 13,  /* newest */
	LC_LIMIT_PARTS = 1 << 14, /* texts that are parts */
};

struct lc_report {
	const char *name;
	const struct lc_report_column *columns;
	size_t ncolumns;
	unsigned limits; /* that it takes */
	unsigned needs;  /* some of them */
	/* The next page; *n is the number of its rows. */
	enum lc_err (*page)(struct lc_reporting *, size_t *n);
};

/* "licenses", "expiring", "paks", "skus", "devices", "history". */
extern const struct lc_report *const lc_reports[];
extern const size_t lc_nreports;
extern const struct lc_report lc_report_licenses, lc_report_expiring,
    lc_report_paks, lc_report_skus, lc_report_devices, lc_report_history;
/* Further lists, for lc_report_page. */
extern const struct lc_report lc_list_rmas, lc_list_lots, lc_list_log,
    lc_list_waiting, lc_list_calendar, lc_list_asked;

struct lc_report_filter {
	/* NULL: all */
	const char *udi, *feature, *pak, *sku, *order, *account, *type;
	/* Whose PAKs are named on devices, and whose they are; NULL: all. */
	const char *names_of;
	const char *kind, *subject, *who;      /* of the log */
	int64_t since, until;                  /* of the log; 0: always */
	/*
	 * Bits of udi, feature, pak, sku, order, subject and who: the text is
	 * a part of what is looked for, in any case of its letters; of a PAK,
	 * the beginning.  See lc_report_parts.
	 */
	unsigned parts;
	bool newest;                           /* the last one first */
	bool left;                             /* PAKs with units left */
	uint32_t days;                         /* of "expiring" */
	int64_t now;                           /* seconds since 1970 */
};

#define LC_LIMIT_TEXTS \
	(LC_LIMIT_UDI | LC_LIMIT_FEATURE | LC_LIMIT_PAK | LC_LIMIT_SKU | \
	    LC_LIMIT_ORDER | LC_LIMIT_SUBJECT | LC_LIMIT_WHO)

/*
 * Sets parts for the texts that the filter has, and the list can be limited to,
 * but those that there are as a whole: an index finds these.  With an account
 * none is looked up, so that it does not learn what others have, but a device
 * that it may see: then the filter is limited to this, and not to the account,
 * unless a PAK is looked for, whose beginning would be told of others' as well.
 */
enum lc_err lc_report_parts(struct lc_record *, const struct lc_report *,
    bool may_see_udi, struct lc_report_filter *, struct lc_detail *);

/* As many cells as there are columns.  An error ends the report. */
typedef enum lc_err lc_report_row(void *arg, const struct lc_cell *cells);

/*
 * Calls row for each row, of one state of the database, in the order in which
 * things were recorded, or the other way round ("expiring": of the dates, "skus" and "devices": of the
 * names).  Errors of row, and of lc_record_begin.
 */
enum lc_err lc_report_run(struct lc_record *, const struct lc_report *,
    const struct lc_report_filter *, lc_report_row *row, void *arg,
    struct lc_detail *);

/* Where a page begins: after a row that was there.  {0}: at the beginning. */
#define LC_REPORT_KEY_MAX 511
struct lc_report_place {
	int64_t n, ends;
	char key[LC_REPORT_KEY_MAX + 1];
	int64_t until; /* then the clock may change the page before it */
};

/*
 * What the database says, in short: the digest of the log's last entry.  Where
 * it is the same, so is each report, but for what the clock changes: whatever
 * changes a row that a report reads is an entry of the log, in the same
 * transaction, which "licissue log verify" proves.  LC_ENOTFOUND: nothing was
 * done yet.
 */
struct lc_report_state {
	uint8_t digest[LC_LOG_DIGEST];
};
enum lc_err lc_report_state(
    struct lc_record *, struct lc_report_state *, struct lc_detail *);

/*
 * The same for one page, limit rows at most; fewer if many are left out by a
 * filter.  place is where it begins, and then where the next one does, if
 * there may be one: *more.
 */
enum lc_err lc_report_page(struct lc_record *, const struct lc_report *,
    const struct lc_report_filter *, struct lc_report_place *place,
    size_t limit, bool *more, lc_report_row *row, void *arg,
    struct lc_detail *);

#endif
