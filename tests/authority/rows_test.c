/* rows_test.c - dates of rows, beside those of the C library. */
#include "report/rows.h"

#include <stdio.h>
#include <time.h>

#include "check.h"

#define END 253402300800 /* of the year 9999 */

static void
dates(void)
{
	char got[LC_ROWS_DATE], want[LC_ROWS_DATE];

	/* Each day of 400 years, and some beyond. */
	for (int64_t date = 0; date < END;
	     date += date < 13000000000 ? 86399 : 86400 * 97 + 61) {
		time_t seconds = (time_t)date;
		struct tm tm;

		REQUIRE(gmtime_r(&seconds, &tm) != NULL);
		(void)strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%SZ", &tm);
		CHECK_STR(lc_rows_date(date, got), want);
	}
	CHECK_STR(lc_rows_date(951782399, got), "2000-02-28T23:59:59Z");
	CHECK_STR(lc_rows_date(951782400, got), "2000-02-29T00:00:00Z");
	CHECK_STR(lc_rows_date(951868800, got), "2000-03-01T00:00:00Z");
	CHECK_STR(lc_rows_date(4107542399, got), "2100-02-28T23:59:59Z");
	CHECK_STR(lc_rows_date(4107542400, got), "2100-03-01T00:00:00Z");
	CHECK_STR(lc_rows_date(END - 1, got), "9999-12-31T23:59:59Z");
	CHECK_STR(lc_rows_date(END, got), "253402300800");
	CHECK_STR(lc_rows_date(-1, got), "-1");
}

/* Texts, and their cells. */
static void
cells(void)
{
	static const char *const texts[][2] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "a=b", "a=b" },
		{ "a,b", "\"a,b\"" },
		{ "say \"x\"", "\"say \"\"x\"\"\"" },
		{ "=1+1", "\"'=1+1\"" },
		{ "+1", "\"'+1\"" },
		{ "-1", "\"'-1\"" },
		{ "@SUM(1)", "\"'@SUM(1)\"" },
		{ "\t=1", "\"'\t=1\"" },
		{ "\r=1", "\"'\r=1\"" },
		{ "\n=1", "\"'\n=1\"" },
		{ "\uFEFF=1", "\"'\uFEFF=1\"" },
		{ " =1", "\"' =1\"" },
		{ "\uFEFF \u00A0\u3000=1", "\"'\uFEFF \u00A0\u3000=1\"" },
		{ "\uFF1D1", "\"'\uFF1D1\"" },
		{ "\uFF0B1", "\"'\uFF0B1\"" },
		{ "\uFF0D1", "\"'\uFF0D1\"" },
		{ "\uFF20x", "\"'\uFF20x\"" },
		{ "\uFF1C", "\uFF1C" }, /* less than, full width */
		{ " x", " x" },
	};

	for (size_t i = 0; i < CHECK_COUNT(texts); i++) {
		struct lc_rows rows = { .form = LC_ROWS_CSV };
		char got[64];

		check_context("text %zu", i);
		lc_rows_add_csv(&rows, texts[i][0]);
		(void)snprintf(got, sizeof got, "%.*s", (int)rows.len,
		    rows.text != NULL ? rows.text : "");
		CHECK_STR(got, texts[i][1]);
		lc_rows_free(&rows);
	}
}

static const struct check_test tests[] = {
	{ "dates", dates },
	{ "cells of CSV", cells },
};

int
main(int argc, char **argv)
{
	return check_main("rows", tests, CHECK_COUNT(tests), argc, argv);
}
