/* rows.c - see rows.h. */
#include "rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Text ------------------------------------------------------------ */

/* Room for so much more; false: none, or it failed before. */
static bool
grow(struct lc_rows *rows, size_t len)
{
	size_t size = 2 * rows->size + len + 4096;
	char *larger;

	if (rows->failed)
		return false;
	if ((larger = realloc(rows->text, size)) == NULL) {
		rows->failed = true;
		return false;
	}
	rows->text = larger;
	rows->size = size;
	return true;
}

void
lc_rows_add(struct lc_rows *rows, const char *text, size_t len)
{
	if (len == 0 || (len > rows->size - rows->len && !grow(rows, len)))
		return;
	memcpy(rows->text + rows->len, text, len);
	rows->len += len;
}

static void
add(struct lc_rows *rows, const char *text)
{
	lc_rows_add(rows, text, strlen(text));
}

/* Two digits, and what follows them. */
static char *
digits_put(char *at, int64_t number, char after)
{
	*at++ = (char)('0' + number / 10);
	*at++ = (char)('0' + number % 10);
	*at++ = after;
	return at;
}

/*
 * As gmtime and strftime have it, at a tenth of their cost: a page may have 150
 * dates.  Years begin in March here, so that a leap day comes last.
 */
const char *
lc_rows_date(int64_t date, char text[LC_ROWS_DATE])
{
	int64_t days = date / 86400 + 719468, second = date % 86400;
	int64_t era, day, year, month;
	char *at = text;

	if (date < 0 || date >= 253402300800) { /* not 1970 to 9999 */
		(void)snprintf(text, LC_ROWS_DATE, "%" PRId64, date);
		return text;
	}
	era = days / 146097;
	day = days % 146097; /* of the era of 400 years */
	year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= 365 * year + year / 4 - year / 100;
	month = (5 * day + 2) / 153; /* 0: March */
	day += 1 - (153 * month + 2) / 5;
	year += 400 * era + (month >= 10);
	month += month < 10 ? 3 : -9;
	*at++ = (char)('0' + year / 1000);
	*at++ = (char)('0' + year / 100 % 10);
	at = digits_put(at, year % 100, '-');
	at = digits_put(at, month, '-');
	at = digits_put(at, day, 'T');
	at = digits_put(at, second / 3600, ':');
	at = digits_put(at, second / 60 % 60, ':');
	at = digits_put(at, second % 60, 'Z');
	*at = '\0';
	return text;
}

/* ---- JSON ------------------------------------------------------------ */

static void
add_escaped(struct lc_rows *rows, unsigned char c)
{
	static const char escapes[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	char text[8];

	for (const char *at = escapes; *at != '\0'; at += 2) {
		if ((unsigned char)at[0] == c) {
			lc_rows_add(rows, (char[]){ '\\', at[1] }, 2);
			return;
		}
	}
	(void)snprintf(text, sizeof text, "\\u%04X", c);
	add(rows, text);
}

static void
json_string(struct lc_rows *rows, const char *text, size_t len)
{
	size_t from = 0;

	lc_rows_add(rows, "\"", 1);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= ' ' && c != '"' && c != '\\')
			continue;
		lc_rows_add(rows, text + from, i - from);
		add_escaped(rows, c);
		from = i + 1;
	}
	lc_rows_add(rows, text + from, len - from);
	lc_rows_add(rows, "\"", 1);
}

void
lc_rows_add_json(struct lc_rows *rows, const char *text)
{
	json_string(rows, text, strlen(text));
}

static void
json_words(struct lc_rows *rows, const char *text)
{
	add(rows, "[");
	for (bool is_first = true; *text != '\0'; is_first = false) {
		size_t len = strcspn(text, " ");

		if (!is_first)
			add(rows, ", ");
		json_string(rows, text, len);
		text += len + (text[len] == ' ');
	}
	add(rows, "]");
}

static void
json_cell(struct lc_rows *rows, enum lc_cell_kind kind,
    const struct lc_cell *cell)
{
	char text[LC_ROWS_DATE];

	if (kind == LC_CELL_LIST) {
		json_words(rows, cell->is_none ? "" : cell->text);
	} else if (cell->is_none) {
		add(rows, "null");
	} else if (kind == LC_CELL_TEXT) {
		lc_rows_add_json(rows, cell->text);
	} else if (kind == LC_CELL_DATE) {
		lc_rows_add_json(rows, lc_rows_date(cell->number, text));
	} else if (kind == LC_CELL_TRUTH) {
		add(rows, cell->number != 0 ? "true" : "false");
	} else {
		(void)snprintf(text, sizeof text, "%" PRId64, cell->number);
		add(rows, text);
	}
}

static void
json_row(struct lc_rows *rows, const struct lc_cell *cells)
{
	const struct lc_report *report = rows->report;

	add(rows, rows->n > 0 ? ",\n{" : "\n{");
	for (size_t i = 0; i < report->ncolumns; i++) {
		if (i > 0)
			add(rows, ", ");
		add(rows, "\"");
		add(rows, report->columns[i].name);
		add(rows, "\": ");
		json_cell(rows, report->columns[i].kind, &cells[i]);
	}
	add(rows, "}");
}

/* ---- CSV ------------------------------------------------------------- */

/* The length of the first of these that the text begins with; 0: none. */
static size_t
begins_with(const char *text, const char *const *words)
{
	for (; *words != NULL; words++) {
		size_t len = strlen(*words);

		if (strncmp(text, *words, len) == 0)
			return len;
	}
	return 0;
}

/* What spreadsheets take for one, which pass over some characters before it. */
static bool
is_formula(const char *text)
{
	static const char *const signs[] = { "=", "+", "-", "@", "\t", "\r",
		"\n", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20", NULL };
	/* Byte order mark, blanks of all kinds. */
	static const char *const passed[] = { "\uFEFF", " ", "\u00A0",
		"\u200B", "\u3000", NULL };
	size_t len;

	while ((len = begins_with(text, passed)) > 0)
		text += len;
	return begins_with(text, signs) > 0;
}

void
lc_rows_add_csv(struct lc_rows *rows, const char *text)
{
	bool formula = is_formula(text);
	bool is_quoted = formula || strpbrk(text, ",\"\r\n") != NULL;

	if (is_quoted)
		add(rows, formula ? "\"'" : "\"");
	for (; *text != '\0'; text++) {
		if (*text == '"')
			add(rows, "\"");
		lc_rows_add(rows, text, 1);
	}
	if (is_quoted)
		add(rows, "\"");
}

static void
csv_cell(struct lc_rows *rows, enum lc_cell_kind kind,
    const struct lc_cell *cell)
{
	char text[LC_ROWS_DATE];

	if (cell->is_none)
		return;
	if (kind == LC_CELL_NUMBER) {
		(void)snprintf(text, sizeof text, "%" PRId64, cell->number);
		add(rows, text);
	} else if (kind == LC_CELL_DATE) {
		add(rows, lc_rows_date(cell->number, text));
	} else if (kind == LC_CELL_TRUTH) {
		add(rows, cell->number != 0 ? "yes" : "no");
	} else {
		lc_rows_add_csv(rows, cell->text);
	}
}

static void
csv_row(struct lc_rows *rows, const struct lc_cell *cells)
{
	for (size_t i = 0; i < rows->report->ncolumns; i++) {
		if (i > 0)
			add(rows, ",");
		csv_cell(rows, rows->report->columns[i].kind, &cells[i]);
	}
	add(rows, "\r\n");
}

/* ---- Rows ------------------------------------------------------------ */

void
lc_rows_head(struct lc_rows *rows)
{
	const struct lc_report *report = rows->report;

	for (size_t i = 0; rows->form == LC_ROWS_CSV && i < report->ncolumns;
	     i++) {
		if (i > 0)
			add(rows, ",");
		add(rows, report->columns[i].name);
	}
	if (rows->form == LC_ROWS_CSV)
		add(rows, "\r\n");
}

enum lc_err
lc_rows_row(void *arg, const struct lc_cell *cells)
{
	struct lc_rows *rows = arg;

	if (rows->form == LC_ROWS_JSON)
		json_row(rows, cells);
	else
		csv_row(rows, cells);
	rows->n++;
	return rows->failed ? LC_ENOMEM : LC_OK;
}

void
lc_rows_free(struct lc_rows *rows)
{
	free(rows->text);
	*rows = (struct lc_rows){ .report = rows->report, .form = rows->form };
}
