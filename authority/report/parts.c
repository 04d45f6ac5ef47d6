/* parts.c - which texts of a filter are parts: report.h. */
#include <string.h>

#include "reporting.h"

#define IS_UDI \
	"SELECT 1 FROM (SELECT udi FROM device WHERE udi = $1" \
	" UNION SELECT udi FROM license WHERE udi = $1 AND udi <> ''" \
	" UNION SELECT udi FROM license_udi WHERE udi = $1) x LIMIT 1"

/* Is it there as a whole?  false: no index would find it. */
static enum lc_err
is_whole(struct lc_record *record, const char *sql, const char *text,
    bool *whole)
{
	struct db_rows *rows = NULL;
	int64_t found;
	enum lc_err err;

	*whole = false;
	if (sql == NULL)
		return LC_OK;
	err = lc_record_number(
	    record, db_query(record->db, &rows, sql, "s", text), &rows, &found);
	*whole = err == LC_OK && found != 0;
	return err;
}

/* May it be looked up? */
static bool
is_open(const struct lc_report_filter *f, unsigned bit, bool may_see_udi)
{
	return f->account == NULL || (bit == LC_LIMIT_UDI && may_see_udi);
}

enum lc_err
lc_report_parts(struct lc_record *record, const struct lc_report *report,
    bool may_see_udi, struct lc_report_filter *f, struct lc_detail *detail)
{
	const struct {
		unsigned bit;
		const char *text, *sql;
	} texts[] = {
		{ LC_LIMIT_UDI, f->udi, IS_UDI },
		{ LC_LIMIT_PAK, f->pak, "SELECT 1 FROM pak WHERE code = $1" },
		{ LC_LIMIT_ORDER, f->order,
		    "SELECT 1 FROM pak WHERE order_number = $1"
		    " AND order_number <> '' LIMIT 1" },
		{ LC_LIMIT_SKU, f->sku, "SELECT 1 FROM sku WHERE code = $1" },
		{ LC_LIMIT_FEATURE, f->feature, NULL },
		{ LC_LIMIT_SUBJECT, f->subject, NULL },
		{ LC_LIMIT_WHO, f->who, NULL },
	};
	enum lc_err err = LC_OK;
	bool whole;

	lc_record_tell(record, detail);
	f->parts = 0;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0] && err == LC_OK;
	     i++) {
		if (texts[i].text == NULL ||
		    (report->limits & texts[i].bit) == 0)
			continue;
		whole = false;
		if (is_open(f, texts[i].bit, may_see_udi))
			err = is_whole(
			    record, texts[i].sql, texts[i].text, &whole);
		if (!whole)
			f->parts |= texts[i].bit;
		else if (texts[i].bit == LC_LIMIT_UDI && may_see_udi &&
			 f->pak == NULL)
			f->account = NULL;
	}
	return err;
}
