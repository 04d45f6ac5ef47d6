/* table.c - a list as a table. */
#include "table.h"

#include <stdio.h>
#include <string.h>

#include "out.h"

#define LINE                                                         \
	"----------------------------------------------------------" \
	"--------------------"

void
table_begin(
    struct table *t, const struct column *columns, size_t n,
    enum table_form form)
{
	size_t width = 0, have = form == TABLE_PLAIN ? columns_of(stdout) : 0;

	for (size_t i = 0; i < n; i++)
		width += columns[i].width != 0 ? columns[i].width
					       : text_width(columns[i].head);
	*t = (struct table){
		.columns = columns, .n = n, .narrow = have != 0 && have < width
	};
	if (t->narrow)
		return;
	for (size_t i = 0; i < n; i++)
		printf("%-*s%s", (int)columns[i].width, columns[i].head,
		    i + 1 == n ? "\n" : "");
	if (form == TABLE_IOS_LINE)
		puts(LINE);
}

void
table_cell(struct table *t, const char *text)
{
	const struct column *column = &t->columns[t->at];
	size_t width = text_width(text);

	if (t->narrow && t->at == 0 && t->rows++ != 0)
		putchar('\n');
	if (t->narrow)
		printf("%.*s: ", (int)strcspn(column->head, " "), column->head);
	print_text(stdout, text);
	if (!t->narrow && column->width != 0)
		printf("%*s",
		    width < column->width ? (int)(column->width - width) : 1,
		    "");
	t->at = (t->at + 1) % t->n;
	if (t->narrow || t->at == 0)
		putchar('\n');
}

static const char *
array_text(const json_t *array, char buffer[CELL_SIZE])
{
	const json_t *one;
	size_t i, used = 0;

	buffer[0] = '\0';
	json_array_foreach(array, i, one)
	{
		const char *text = json_string_value(one);

		if (text != NULL && used < CELL_SIZE)
			used += (size_t)snprintf(buffer + used,
			    CELL_SIZE - used, "%s%s", i != 0 ? " " : "", text);
	}
	return buffer;
}

static const char *
cell_text(
    const struct column *column, const json_t *row, char buffer[CELL_SIZE])
{
	const json_t *value;

	if (column->text != NULL)
		return column->text(row, buffer);
	value = json_object_get(row, column->key);
	if (json_is_array(value))
		return array_text(value, buffer);
	if (json_is_string(value))
		return json_string_value(value);
	snprintf(
	    buffer, CELL_SIZE, "%lld", (long long)json_integer_value(value));
	return buffer;
}

void
table_print(
    const struct column *columns, size_t n, enum table_form form,
    const json_t *rows)
{
	char buffer[CELL_SIZE];
	struct table table;
	const json_t *row;
	size_t i, j;

	table_begin(&table, columns, n, form);
	json_array_foreach(rows, i, row)
	{
		for (j = 0; j < n; j++)
			table_cell(&table, cell_text(&columns[j], row, buffer));
	}
}
