/* api_calendar.c - how many licenses end on which day. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api_read.h"
#include "fail.h"
#include "report/report.h"
#include "report/rows.h"
#include "web/answer.h"

#define DAYS 182
#define DAYS_MAX 36500
#define ROWS_MAX 20000 /* of days and features */

struct filling {
	json_t *rows;
};

static enum lc_err
row_add(void *arg, const struct lc_cell *cells)
{
	const struct filling *f = arg;
	char date[LC_ROWS_DATE];

	return json_array_append_new(
		   f->rows, json_pack("{s:s, s:s, s:I}", "date",
				lc_rows_date(cells[0].number, date), "feature",
				cells[1].text != NULL ? cells[1].text : "",
				"licenses", (json_int_t)cells[2].number)) == 0
		   ? LC_OK
		   : LC_ENOMEM;
}

/* False: answered. */
static bool
days_take(struct web_request *request, uint32_t *days)
{
	const char *text = web_query(request, "days");
	unsigned long n;
	char *end;

	*days = DAYS;
	if (text == NULL)
		return true;
	errno = 0;
	n = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 ||
	    n < 1 || n > DAYS_MAX) {
		web_problem(request, 400, "bad-query",
		    "days: not a number from 1 to %d", DAYS_MAX);
		return false;
	}
	*days = (uint32_t)n;
	return true;
}

/* An account sees what is its own. */
void
read_calendar(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *const *parts)
{
	struct lc_report_filter filter = {
		.now = portal->now(),
		.account = token->account[0] != '\0' ? token->account : NULL,
	};
	struct lc_report_place place = { .n = 0 };
	struct filling f = { json_array() };
	struct lc_detail detail = { "" };
	struct lc_record *record;
	char from[LC_ROWS_DATE];
	bool more = false;
	enum lc_err err;

	(void)parts;
	if (!days_take(request, &filter.days)) {
		json_decref(f.rows);
		return;
	}
	record = readers_take(portal->readers);
	err = lc_report_page(record, &lc_list_calendar, &filter, &place,
	    ROWS_MAX, &more, row_add, &f, &detail);
	readers_return(portal->readers, record);
	if (err != LC_OK) {
		json_decref(f.rows);
		read_fail(request, err, &detail);
		return;
	}
	web_answer_json(request, 200,
	    json_pack("{s:s, s:I, s:b, s:o}", "from",
		lc_rows_date(filter.now, from), "days", (json_int_t)filter.days,
		"complete", !more, "calendar", f.rows));
}
