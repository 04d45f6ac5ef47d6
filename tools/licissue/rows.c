/* rows.c - see rows.h. */
#include "rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/rows.h"

#define CELL_SIZE 512

json_t *
text_or_null(const char *text)
{
	return text[0] == '\0' ? json_null() : json_string(text);
}

json_t *
date_or_null(int64_t date)
{
	char text[DATE_SIZE];

	return date == LC_NO_TIME ? json_null()
				  : json_string(date_text(date, text));
}

static int
no_memory(void)
{
	return fail("%s", lc_strerror(LC_ENOMEM));
}

static int
flush(void)
{
	return fflush(stdout) == 0 ? EXIT_DONE : fail("standard output: %m");
}

int
print_object(json_t *object)
{
	if (object == NULL)
		return no_memory();
	(void)json_dumpf(object, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(object);
	return flush();
}

static const char *
cell(const json_t *row, const char *name, char text[CELL_SIZE])
{
	const json_t *value = json_object_get(row, name);

	if (json_is_string(value))
		(void)snprintf(text, CELL_SIZE, "%s", json_string_value(value));
	else if (json_is_integer(value))
		(void)snprintf(text, CELL_SIZE, "%" JSON_INTEGER_FORMAT,
		    json_integer_value(value));
	else if (json_is_boolean(value))
		strcpy(text, json_is_true(value) ? "yes" : "no");
	else
		text[0] = '\0';
	return text;
}

static void
put_text(struct lc_rows *csv, const char *text)
{
	lc_rows_add(csv, text, strlen(text));
}

static void
put_csv(struct lc_rows *csv, const json_t *row, const char *name)
{
	char text[CELL_SIZE];

	(void)cell(row, name, text);
	if (json_is_string(json_object_get(row, name)))
		lc_rows_add_csv(csv, text);
	else
		put_text(csv, text);
}

static int
print_csv(const json_t *rows, const struct rows_column *columns, size_t n)
{
	struct lc_rows csv = { .form = LC_ROWS_CSV };
	int status = EXIT_DONE;

	for (size_t i = 0; i < n; i++) {
		put_text(&csv, i > 0 ? "," : "");
		put_text(&csv, columns[i].name);
	}
	put_text(&csv, "\r\n");
	for (size_t r = 0; r < json_array_size(rows); r++) {
		for (size_t i = 0; i < n; i++) {
			put_text(&csv, i > 0 ? "," : "");
			put_csv(&csv, json_array_get(rows, r), columns[i].name);
		}
		put_text(&csv, "\r\n");
	}
	if (csv.failed)
		status = no_memory();
	else
		(void)fwrite(csv.text, 1, csv.len, stdout);
	lc_rows_free(&csv);
	return status;
}

/* The widest cell of a column, its title included. */
static int
width_of(const json_t *rows, const struct rows_column *column)
{
	size_t width = strlen(column->title);
	char text[CELL_SIZE];

	for (size_t r = 0; r < json_array_size(rows); r++) {
		size_t len =
		    strlen(cell(json_array_get(rows, r), column->name, text));

		width = len > width ? len : width;
	}
	return (int)width;
}

/* Nothing is filled up at the end of a line. */
static void
print_cells(const char *const *texts, const int *widths, size_t n)
{
	size_t last = n;

	while (last > 0 && texts[last - 1][0] == '\0')
		last--;
	for (size_t i = 0; i < last; i++) {
		if (i + 1 < last)
			printf("%-*s  ", widths[i], texts[i]);
		else
			printf("%s", texts[i]);
	}
	putchar('\n');
}

#define COLUMNS_MAX 16

static void
print_table(const json_t *rows, const struct rows_column *columns, size_t n)
{
	static char cells[COLUMNS_MAX][CELL_SIZE];
	const struct rows_column *shown[COLUMNS_MAX];
	const char *texts[COLUMNS_MAX];
	int widths[COLUMNS_MAX];
	size_t nshown = 0;

	for (size_t i = 0; i < n; i++) {
		if (columns[i].title == NULL)
			continue;
		shown[nshown] = &columns[i];
		texts[nshown] = columns[i].title;
		widths[nshown++] = width_of(rows, &columns[i]);
	}
	print_cells(texts, widths, nshown);
	for (size_t r = 0; r < json_array_size(rows); r++) {
		for (size_t i = 0; i < nshown; i++)
			texts[i] = cell(
			    json_array_get(rows, r), shown[i]->name, cells[i]);
		print_cells(texts, widths, nshown);
	}
}

int
print_rows(json_t *rows, const struct rows_column *columns, size_t n, bool json,
    bool csv)
{
	int status = EXIT_DONE;

	if (rows == NULL)
		return no_memory();
	if (json)
		return print_object(rows);
	if (csv)
		status = print_csv(rows, columns, n);
	else if (json_array_size(rows) > 0)
		print_table(rows, columns, n);
	json_decref(rows);
	return status == EXIT_DONE ? flush() : status;
}

int
print_list(const struct rows_list *list, authority_work *read,
    const struct rows_column *columns, size_t n)
{
	json_t *rows = json_array();
	int status = with_authority(list->dir, read, rows);

	if (status == EXIT_DONE)
		return print_rows(rows, columns, n, list->json, list->csv);
	json_decref(rows);
	return status;
}
