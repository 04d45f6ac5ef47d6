/* list.c - see list.h. */
#include "list.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "licissue.h"

static bool
is_short(const struct lc_csv_row *row, size_t columns)
{
	for (size_t i = columns; i < LC_CSV_FIELDS; i++)
		if (row->fields[i][0] != '\0')
			return false;
	return row->wrong == NULL;
}

static int
rows_read(const char *path, size_t columns, struct list *list)
{
	struct lc_csv_row *row = list->rows;
	struct lc_csv csv;

	lc_csv_begin(&csv, list->text);
	for (; lc_csv_next(&csv, row); row = &list->rows[++list->n])
		if (!is_short(row, columns))
			return fail("%s: row %u: not %zu column%s of CSV", path,
			    row->number, columns, columns == 1 ? "" : "s");
	return list->n > 0 ? EXIT_DONE : fail("%s: no device in it", path);
}

int
list_read(const char *path, size_t columns, struct list *out)
{
	struct list list = { 0 };
	size_t len = 0, nrows = 1;
	int status;

	if ((list.text = read_file(path, LIST_MAX, &len)) == NULL)
		return EXIT_FAILED;
	if (!lc_text_is_rows(list.text, len)) { /* it is shown */
		free(list.text);
		return fail("%s: not UTF-8 text", path);
	}
	list.text[len] = '\0';
	for (size_t i = 0; i < len; i++)
		nrows += list.text[i] == '\n';
	if ((list.rows = calloc(nrows, sizeof *list.rows)) == NULL)
		status = fail("%s", lc_strerror(LC_ENOMEM));
	else
		status = rows_read(path, columns, &list);
	if (status == EXIT_DONE)
		*out = list;
	else
		list_free(&list);
	return status;
}

void
list_free(struct list *list)
{
	free(list->rows);
	free(list->text);
}
