/* list.c - see list.h. */
#include "list.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "licissue.h"

/* The end of a value in quotes, which are taken off; NULL: not closed. */
static char *
quotes_take(char *value)
{
	char *from = value, *to = value;

	for (from++; *from != '\0'; from++) {
		if (*from == '"' && *++from != '"') {
			*to = '\0';
			return from;
		}
		*to++ = *from;
	}
	return NULL;
}

/*
 * The value at *p, which becomes what stands behind it and begins with *after:
 * a comma, or the end of the row.  NULL: a quote is wrong.
 */
static char *
value_take(char **p, char *after)
{
	char *value = *p;

	*p = *value == '"' ? quotes_take(value) : value + strcspn(value, ",");
	if (*p == NULL || (**p != ',' && **p != '\0'))
		return NULL;
	*after = **p;
	**p = '\0';
	return value;
}

static char *
trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len > 0 && strchr(" \t", text[len - 1]) != NULL)
		text[--len] = '\0';
	return text;
}

/* The columns of one row; false: too many, or a quote is wrong. */
static bool
row_take(char *text, size_t columns, struct list_row *row)
{
	char after = ',', *value;

	for (size_t i = 0; i < LIST_COLUMNS; i++)
		row->columns[i] = "";
	for (size_t i = 0; after == ','; i++) {
		if ((value = value_take(&text, &after)) == NULL ||
		    (i >= columns && *trim(value) != '\0'))
			return false;
		if (i < columns)
			row->columns[i] = trim(value);
		text++;
	}
	return true;
}

static bool
is_passed_over(const struct list_row *row, size_t n)
{
	return row->columns[0][0] == '\0' ||
	       (n == 0 && strcasecmp(row->columns[0], "udi") == 0);
}

static int
rows_read(const char *path, size_t columns, struct list *list)
{
	char *text = list->text, *next;

	for (unsigned number = 1; text != NULL; text = next, number++) {
		struct list_row *row = &list->rows[list->n];

		if ((next = strchr(text, '\n')) != NULL)
			*next++ = '\0';
		text[strcspn(text, "\r")] = '\0';
		if (!row_take(text, columns, row))
			return fail("%s: row %u: not %zu column%s of CSV", path,
			    number, columns, columns == 1 ? "" : "s");
		row->number = number;
		if (!is_passed_over(row, list->n))
			list->n++;
	}
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
	if (memchr(list.text, '\0', len) != NULL ||
	    !lc_text_is_utf8(list.text, len)) {
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
