/* reporting.h - what the reports share: pages, and rows as they are built. */
#ifndef LC_REPORTING_H
#define LC_REPORTING_H

#include <stdint.h>

#include "report.h"

#define LC_REPORT_PAGE 1000 /* rows */
#define LC_REPORT_CELLS 20  /* of a row, at most */

struct lc_reporting {
	struct lc_record *record;
	const struct lc_report *report;
	const struct lc_report_filter *filter;
	lc_report_row *row;
	void *arg;
	int64_t limit; /* rows of the page that is read now */
	size_t nput;   /* rows that were complete */
	int64_t until; /* when the clock changes one of them, the earliest */
	/* The key of the last row, after which the next page begins. */
	int64_t n, ends;
	char key[LC_REPORT_KEY_MAX + 1];
	/* The row that is being built. */
	struct lc_cell cells[LC_REPORT_CELLS];
	size_t ncells;
};

/*
 * Calls for each row of a query that was just started, ends it, and counts
 * them.
 */
typedef enum lc_err lc_report_each(struct lc_reporting *, struct db_rows *);
enum lc_err lc_report_rows(struct lc_reporting *, enum db_err started,
    struct db_rows *const *rows, lc_report_each *, size_t *n);

/* The next cell of the row. */
void lc_put_text(struct lc_reporting *, const char *); /* NULL, "": none */
void lc_put_number(struct lc_reporting *, int64_t);
void lc_put_none(struct lc_reporting *);
/* The row is complete. */
enum lc_err lc_put_row(struct lc_reporting *);

/*
 * The text of a query, from a macro over the comparison that the next page's
 * rows are found by, and the order.
 */
#define LC_SORTED(r, query) \
	((r)->filter->newest ? query("<", " DESC") : query(">", ""))

/* A text of the filter: as a whole, or as a part; NULL: it is the other. */
#define LC_WHOLE(f, bit, text) (((f)->parts & (bit)) == 0 ? (f)->text : NULL)
#define LC_PART(f, bit, text) (((f)->parts & (bit)) != 0 ? (f)->text : NULL)

/*
 * Rows in the order of n that no index finds are looked for in a part of the
 * table, so that a page takes a bounded time: from low to high.  Others, in all
 * of it.
 */
struct lc_window {
	int64_t low, high;
	bool is_last;
};
#define LC_WINDOW_ALL { 0, INT32_MAX, true }
enum lc_err lc_window_next(struct lc_reporting *, struct lc_window *);
/* After its rows were read, *n of them: if they were all, the next page begins
   behind the window. */
void lc_window_end(
    struct lc_reporting *, const struct lc_window *, size_t *n);

/* The key of the next page. */
void lc_report_key(struct lc_reporting *, const char *);

/* A condition that counts if parameter n is not NULL. */
#define LC_OPTIONAL(n, condition) \
	" AND (CAST($" #n " AS TEXT) IS NULL OR " condition ")"
/* Behind all PAKs that begin with parameter n, in any collation of PostgreSQL. */
#define LC_PAK_END(n) "$" #n " || 'zzzzzzzzzzzz'"
/* The column has parameter n in it, in any case of its letters, or n is NULL. */
#define LC_HAS(n, column) \
	"(CAST($" #n " AS TEXT) IS NULL OR replace(upper(" column ")," \
	" upper(CAST($" #n " AS TEXT)), '') <> upper(" column "))"
/* License l counts on a device, and is the latest with its id. */
#define LC_COUNTS(udi) \
	" AND (NOT EXISTS (SELECT 1 FROM ended e" \
	" WHERE e.udi = " udi " AND e.id = l.id)" \
	" OR EXISTS (SELECT 1 FROM license_udi u WHERE u.license = l.n))" \
	" AND NOT EXISTS" \
	" (SELECT 1 FROM license s WHERE s.id = l.id AND s.n > l.n)"
/* The lines of an account's PAKs and contracts; n is the parameter. */
#define LC_ACCOUNT_LINES(n) \
	"(SELECT n FROM pak_line WHERE pak IN" \
	" (SELECT code FROM pak WHERE account = $" #n ")" \
	" UNION SELECT n FROM contract_sku WHERE contract IN" \
	" (SELECT number FROM contract WHERE account = $" #n "))"

#endif
