/*
 * asked.c - the list of what became of extensions that were asked for, for the
 * licenses of a device.  Asking and answering are entries of the log:
 * record/waiting.h.
 */
#include <jansson.h>
#include <string.h>

#include "reporting.h"

static const struct lc_report_column columns[] = {
	{ "entry", "Entry", LC_CELL_NUMBER, false }, /* of the log */
	{ "at", "At", LC_CELL_DATE, false },
	{ "who", "Who", LC_CELL_TEXT, false },
	{ "license", "License", LC_CELL_TEXT, false },
	{ "feature", "Feature", LC_CELL_TEXT, false },
	{ "days", "Days", LC_CELL_NUMBER, false },
	{ "of_use", "Of use", LC_CELL_TRUTH, false }, /* these days */
	{ "reason", "Reason", LC_CELL_TEXT, false },
	{ "state", "State", LC_CELL_TEXT, false },
	{ "decided", "Decided", LC_CELL_DATE, false },
	{ "answer", "Answer", LC_CELL_TEXT, false }, /* the staff's reason */
};
enum { N, AT, WHO, LICENSE, SAYS, AGAIN, END, END_AT, END_KIND, END_SAYS };

static const char *
text_of(const json_t *wish, const char *name)
{
	const char *text = json_string_value(json_object_get(wish, name));

	return text != NULL ? text : "";
}

/* "asked, by WHO: REASON" */
static const char *
reason_of(const char *says)
{
	const char *at = strstr(says, ": ");

	return at != NULL ? at + 2 : "";
}

static void
put_end(struct lc_reporting *r, struct db_rows *rows)
{
	int64_t again = db_int(rows, AGAIN), end = db_int(rows, END);

	if (again != 0 && (end == 0 || again < end)) {
		lc_put_text(r, "repeated"); /* the later one counts */
	} else if (end == 0) {
		lc_put_text(r, "waiting");
	} else {
		lc_put_text(r, db_text(rows, END_KIND));
		lc_put_number(r, db_int(rows, END_AT));
		lc_put_text(r, reason_of(db_text(rows, END_SAYS)));
		return;
	}
	lc_put_none(r);
	lc_put_none(r);
}

/* One for another device of the license is left out. */
static enum lc_err
each(struct lc_reporting *r, struct db_rows *rows)
{
	json_t *wish = json_loads(db_text(rows, SAYS), 0, NULL);
	enum lc_err err = LC_OK;

	r->n = db_int(rows, N);
	if (strcmp(text_of(wish, "udi"), r->filter->udi) == 0) {
		lc_put_number(r, r->n);
		lc_put_number(r, db_int(rows, AT));
		lc_put_text(r, db_text(rows, WHO));
		lc_put_text(r, db_text(rows, LICENSE));
		lc_put_text(r, text_of(wish, "feature"));
		lc_put_number(
		    r, json_integer_value(json_object_get(wish, "days")));
		lc_put_number(
		    r, json_is_true(json_object_get(wish, "of_use")));
		lc_put_text(r, text_of(wish, "reason"));
		put_end(r, rows);
		err = lc_put_row(r);
	}
	json_decref(wish);
	return err;
}

#define OF_DEVICE \
	"(SELECT id FROM license WHERE udi = $2 AND udi <> ''" \
	" UNION SELECT l.id FROM license_udi u" \
	" JOIN license l ON l.n = u.license WHERE u.udi = $2)"
/* The first entry after w of one of the kinds, about the same license. */
#define FIRST(kinds) \
	"(SELECT min(s.n) FROM log s WHERE s.kind IN (" kinds ")" \
	" AND s.subject = w.subject AND s.subject <> '' AND s.n > w.n)"
#define ASKED(after, order) \
	"SELECT x.n, x.at, x.who, x.subject, x.says, x.again, e.n, e.at," \
	" e.kind, e.says FROM (SELECT w.n, w.at, w.who, w.subject, w.says, " \
	FIRST("'asked'") " AS again, " FIRST("'approved', 'declined'") \
	" AS ended FROM log w WHERE w.kind = 'asked' AND w.subject <> ''" \
	" AND w.subject IN " OF_DEVICE " AND w.n " after " $1" \
	" ORDER BY w.n" order " LIMIT $3) x LEFT JOIN log e ON e.n = x.ended" \
	" ORDER BY x.n" order

static enum lc_err
asked_page(struct lc_reporting *r, size_t *n)
{
	struct db_rows *rows = NULL;

	return lc_report_rows(r,
	    db_query(r->record->db, &rows, LC_SORTED(r, ASKED), "isi", r->n,
		r->filter->udi, r->limit),
	    &rows, each, n);
}

const struct lc_report lc_list_asked = {
	.name = "extensions",
	.columns = columns,
	.ncolumns = sizeof columns / sizeof columns[0],
	.limits = LC_LIMIT_UDI | LC_LIMIT_SORT,
	.needs = LC_LIMIT_UDI,
	.page = asked_page,
};
