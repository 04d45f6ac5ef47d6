/* report_print.c - see report_print.h. */
#include "report_print.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "licissue.h"
#include "report/rows.h"

#define COLUMNS_MAX 32
#define WAITING_MAX 500 /* rows of a table that its widths are taken from */

struct report_printer {
	const struct lc_report *report;
	enum report_form form;
	size_t rows;
	struct lc_rows text; /* of JSON and CSV */
	/* Of a table: rows that wait, a text for each cell. */
	char **waiting;
	size_t nwaiting;
	bool is_begun;
	size_t widths[COLUMNS_MAX];
};

/* ---- Cells ----------------------------------------------------------- */

/* As a table has it; perhaps in buffer. */
static const char *
cell_text(const struct lc_report_column *column, const struct lc_cell *cell,
    char buffer[DATE_SIZE])
{
	if (cell->is_none)
		return "";
	switch (column->kind) {
	case LC_CELL_TEXT:
	case LC_CELL_LIST:
		return cell->text;
	case LC_CELL_DATE:
		return date_text(cell->number, buffer);
	case LC_CELL_TRUTH:
		return cell->number != 0 ? "yes" : "no";
	case LC_CELL_NUMBER:
		break;
	}
	(void)snprintf(buffer, DATE_SIZE, "%" PRId64, cell->number);
	return buffer;
}

/* ---- Tables ---------------------------------------------------------- */

/* Characters, of UTF-8. */
static size_t
width_of(const char *text)
{
	size_t width = 0;

	for (; *text != '\0'; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

/* The next column that a table has, from i on. */
static size_t
table_column(const struct lc_report *report, size_t i)
{
	while (i < report->ncolumns && report->columns[i].is_detail)
		i++;
	return i;
}

/* A cell, and blanks up to the next one.  Control characters do nothing. */
static void
table_cell(const struct report_printer *p, size_t column, const char *text)
{
	size_t width = width_of(text), want = p->widths[column];
	bool is_last =
	    table_column(p->report, column + 1) == p->report->ncolumns;

	for (const char *at = text; *at != '\0'; at++)
		putchar((unsigned char)*at < ' ' || *at == 0x7f ? '?' : *at);
	if (is_last)
		putchar('\n');
	else
		printf("%*s", (int)(width < want ? want - width : 0) + 2, "");
}

/* The head, and the rows that waited. */
static void
table_begin(struct report_printer *p)
{
	const struct lc_report *report = p->report;
	size_t n = report->ncolumns;

	for (size_t i = table_column(report, 0); i < n;
	     i = table_column(report, i + 1)) {
		p->widths[i] = width_of(report->columns[i].title);
		for (size_t row = 0; row < p->nwaiting; row++) {
			size_t width = width_of(p->waiting[row * n + i]);

			if (width > p->widths[i])
				p->widths[i] = width;
		}
	}
	for (size_t i = table_column(report, 0); i < n;
	     i = table_column(report, i + 1))
		table_cell(p, i, report->columns[i].title);
	for (size_t row = 0; row < p->nwaiting; row++)
		for (size_t i = table_column(report, 0); i < n;
		     i = table_column(report, i + 1))
			table_cell(p, i, p->waiting[row * n + i]);
	p->is_begun = true;
}

static enum lc_err
table_row(struct report_printer *p, const struct lc_cell *cells)
{
	const struct lc_report *report = p->report;
	char buffer[DATE_SIZE];

	if (!p->is_begun && p->nwaiting == WAITING_MAX)
		table_begin(p);
	for (size_t i = 0; i < report->ncolumns; i++) {
		const char *text =
		    cell_text(&report->columns[i], &cells[i], buffer);
		char **place = &p->waiting[p->nwaiting * report->ncolumns + i];

		if (report->columns[i].is_detail)
			continue;
		if (p->is_begun)
			table_cell(p, i, text);
		else if ((*place = strdup(text)) == NULL)
			return LC_ENOMEM;
	}
	p->nwaiting += !p->is_begun;
	return LC_OK;
}

/* ---- Printing -------------------------------------------------------- */

struct report_printer *
report_printer_new(const struct lc_report *report, enum report_form form)
{
	struct report_printer *p = calloc(1, sizeof *p);

	if (p == NULL)
		return NULL;
	p->report = report;
	p->form = form;
	p->waiting =
	    calloc((WAITING_MAX + 1) * report->ncolumns, sizeof *p->waiting);
	if (p->waiting == NULL) {
		report_printer_free(p);
		return NULL;
	}
	p->text.report = report;
	p->text.form = form == REPORT_JSON ? LC_ROWS_JSON : LC_ROWS_CSV;
	if (form == REPORT_CSV)
		lc_rows_head(&p->text);
	if (form == REPORT_JSON)
		putchar('[');
	return p;
}

/* What there is so far. */
static void
text_print(struct report_printer *p)
{
	(void)fwrite(p->text.text, 1, p->text.len, stdout); /* ferror tells */
	p->text.len = 0;
}

enum lc_err
report_print_row(void *arg, const struct lc_cell *cells)
{
	struct report_printer *p = arg;
	enum lc_err err = LC_OK;

	if (p->form == REPORT_TABLE)
		err = table_row(p, cells);
	else if ((err = lc_rows_row(&p->text, cells)) == LC_OK)
		text_print(p);
	p->rows++;
	if (!isatty(STDOUT_FILENO)) /* else the rows show it */
		show_progress(p->report->name, (int64_t)p->rows, 0);
	return err == LC_OK && ferror(stdout) ? LC_EIO : err;
}

void
report_print_end(struct report_printer *p)
{
	if (p->form == REPORT_TABLE && !p->is_begun)
		table_begin(p);
	if (p->form == REPORT_CSV)
		text_print(p); /* the head, without a row */
	if (p->form == REPORT_JSON)
		fputs(p->rows > 0 ? "\n]\n" : "]\n", stdout);
}

void
report_printer_free(struct report_printer *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0;
	     p->waiting != NULL && i < (WAITING_MAX + 1) * p->report->ncolumns;
	     i++)
		free(p->waiting[i]);
	free(p->waiting);
	lc_rows_free(&p->text);
	free(p);
}
