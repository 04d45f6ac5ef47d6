/*
 * history.c - the report "history": all entries of the log that have to do with
 * a device, in words.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "format/line.h"
#include "format/type.h"
#include "reporting.h"

static const struct lc_report_column columns[] = {
	{ "entry", "Entry", LC_CELL_NUMBER, false },
	{ "at", "At", LC_CELL_DATE, false },
	{ "who", "Who", LC_CELL_TEXT, false },
	{ "what", "What", LC_CELL_TEXT, false },  /* the kind of the entry */
	{ "about", "About", LC_CELL_TEXT, true }, /* id of a license, number, UDI */
	{ "says", "Says", LC_CELL_TEXT, false },
};

#define TEXT_SIZE 1024
struct words {
	char about[256];
	char text[TEXT_SIZE];
};

static void say(struct words *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
say(struct words *w, const char *format, ...)
{
	size_t len = strlen(w->text);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(w->text + len, TEXT_SIZE - len, format, args);
	va_end(args);
}

/* ---- Licenses -------------------------------------------------------- */

static void
say_terms(struct words *w, const struct lc_terms *t)
{
	const char *type = lc_type_name(t->type);

	say(w, "%s %s, %s", t->feature, t->version,
	    type != NULL ? type : "invalid type");
	if (t->counted)
		say(w, ", count %" PRIu32, t->count);
}

static enum lc_err
say_license(struct lc_reporting *r, struct words *w, int64_t n)
{
	struct db_rows *rows = NULL;
	struct lc_line *line;
	const char *text;
	enum lc_err err;

	err = lc_record_first(r->record,
	    db_query(r->record->db, &rows,
		"SELECT l.id, l.line, l.source, l.sku, p.pak FROM license l"
		" LEFT JOIN pak_line p ON p.n = l.pak_line WHERE l.n = $1",
		"i", n),
	    &rows);
	if (err != LC_OK)
		return err == LC_ENOTFOUND ? LC_OK : err;
	text = db_text(rows, 1);
	(void)snprintf(w->about, sizeof w->about, "%s", db_text(rows, 0));
	if ((err = lc_line_peek(text, strlen(text), &line, NULL)) == LC_OK) {
		say_terms(w, &line->terms);
		lc_line_free(line);
	}
	say(w, "; %s", db_text(rows, 2));
	if (db_text(rows, 3)[0] != '\0')
		say(w, ", %s", db_text(rows, 3));
	if (db_text(rows, 4)[0] != '\0')
		say(w, " of PAK %s", db_text(rows, 4));
	db_stop(rows);
	return err == LC_ENOMEM ? err : LC_OK;
}

/* ---- Images of rows -------------------------------------------------- */

/* "" where there is nothing. */
static const char *
value(const json_t *image, size_t column)
{
	const char *text = json_string_value(json_array_get(image, column));

	return text != NULL ? text : "";
}

/* Each has the columns of its table in record/image.c. */

static void
say_device(struct words *w, const json_t *row, const char *udi)
{
	(void)udi;
	say(w, "key %s (%s)", value(row, 1), value(row, 2));
	if (strcmp(value(row, 5), "0") != 0)
		say(w, ", history of %s", value(row, 3));
}

static void
say_ended(struct words *w, const json_t *row, const char *udi)
{
	(void)udi;
	(void)snprintf(w->about, sizeof w->about, "%s", value(row, 2));
	say(w, "%s", value(row, 3));
	if (value(row, 4)[0] != '\0')
		say(w, " (%s)", value(row, 4));
}

static void
say_ticket(struct words *w, const json_t *row, const char *udi)
{
	(void)udi;
	say(w, "permission ticket %s for %s", value(row, 1), value(row, 2));
	if (value(row, 4)[0] != '\0')
		say(w, ", redeemed for %s", value(row, 4));
}

static void
say_evaluation(struct words *w, const json_t *row, const char *udi)
{
	(void)udi;
	(void)snprintf(w->about, sizeof w->about, "%s", value(row, 4));
	say(w, "%s %s", value(row, 2), value(row, 3));
}

static void
say_account(struct words *w, const json_t *row, const char *udi)
{
	(void)udi;
	say(w, "of account %s, whose token it showed", value(row, 1));
}

static void
say_rma(struct words *w, const json_t *row, const char *udi)
{
	if (strcmp(value(row, 1), udi) == 0)
		say(w, "replaced by %s", value(row, 2));
	else
		say(w, "replaces %s", value(row, 1));
	if (value(row, 4)[0] != '\0')
		say(w, ": %s", value(row, 4));
}

static void
say_contract(struct words *w, const json_t *row, const char *udi)
{
	(void)udi;
	say(w, "contract %s is good for it", value(row, 1));
}

static void
say_request(struct words *w, const json_t *row, const char *udi)
{
	(void)udi;
	(void)snprintf(w->about, sizeof w->about, "%s", value(row, 1));
	say(w, "%s", value(row, 2));
}

static const struct {
	const char *kind;
	void (*say)(struct words *, const json_t *row, const char *udi);
} sayers[] = {
	{ "contract_udi", say_contract },
	{ "device", say_device },
	{ "device_account", say_account },
	{ "ended", say_ended },
	{ "evaluation", say_evaluation },
	{ "request", say_request },
	{ "rma", say_rma },
	{ "ticket", say_ticket },
};

/* Others say what they say. */
static void
say_entry(struct words *w, const char *kind, const char *says, const char *udi)
{
	json_t *row = json_loads(says, 0, NULL);
	size_t i, n = sizeof sayers / sizeof sayers[0];

	for (i = 0; i < n && strcmp(sayers[i].kind, kind) != 0; i++)
		;
	if (i < n && json_is_array(row))
		sayers[i].say(w, row, udi);
	else
		say(w, "%s", says);
	json_decref(row);
}

/* ---- Pages ----------------------------------------------------------- */

static enum lc_err
each(struct lc_reporting *r, struct db_rows *rows)
{
	const char *kind = db_text(rows, 3);
	struct words w = { .text = "" };
	enum lc_err err = LC_OK;

	r->n = db_int(rows, 0);
	(void)snprintf(w.about, sizeof w.about, "%s", db_text(rows, 4));
	if (strcmp(kind, "license") == 0)
		err = say_license(r, &w, r->n);
	else
		say_entry(&w, kind, db_text(rows, 5), r->filter->udi);
	if (err != LC_OK)
		return err;
	lc_put_number(r, r->n);
	lc_put_number(r, db_int(rows, 1));
	lc_put_text(r, db_text(rows, 2));
	lc_put_text(r, kind);
	lc_put_text(r, w.about);
	lc_put_text(r, w.text);
	return lc_put_row(r);
}

/*
 * Entries that vouch for rows with the UDI, those of the requests that made
 * such licenses, those about the UDI or such a license itself, and those of its
 * tickets.
 */
#define ITS_LICENSES \
	"(SELECT n FROM license WHERE udi = $2 AND udi <> ''" \
	" UNION SELECT license FROM license_udi WHERE udi = $2)"
#define ENTRIES \
	"(SELECT n FROM license WHERE udi = $2 AND udi <> ''" \
	" UNION SELECT license FROM license_udi WHERE udi = $2" \
	" UNION SELECT request FROM license WHERE request IS NOT NULL" \
	" AND n IN " ITS_LICENSES \
	" UNION SELECT n FROM ended WHERE udi = $2" \
	" UNION SELECT n FROM evaluation WHERE udi = $2" \
	" UNION SELECT n FROM rma WHERE old_udi = $2 OR new_udi = $2" \
	" UNION SELECT n FROM contract_udi WHERE udi = $2" \
	" UNION SELECT n FROM log WHERE subject <> '' AND subject IN" \
	" (SELECT CAST($2 AS TEXT) UNION SELECT id FROM license" \
	" WHERE n IN " ITS_LICENSES ")" \
	" UNION SELECT n FROM log WHERE kind = 'ticket' AND subject IN" \
	" (SELECT CAST(seq AS TEXT) FROM ticket" \
	" WHERE udi = $2 OR redeemed_for = $2) AND subject <> '')"

static enum lc_err
history_page(struct lc_reporting *r, size_t *n)
{
	struct db_rows *rows = NULL;

	return lc_report_rows(r,
	    db_query(r->record->db, &rows,
		"SELECT n, at, who, kind, subject, says FROM log"
		" WHERE n > $1 AND n IN " ENTRIES " ORDER BY n LIMIT $3",
		"isi", r->n, r->filter->udi, r->limit),
	    &rows, each, n);
}

const struct lc_report lc_report_history = {
	.name = "history",
	.columns = columns,
	.ncolumns = sizeof columns / sizeof columns[0],
	.limits = LC_LIMIT_UDI,
	.needs = LC_LIMIT_UDI,
	.page = history_page,
};
