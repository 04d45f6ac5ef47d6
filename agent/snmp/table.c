/*
 * table.c - GET and GETNEXT over tables that are data.
 *
 * A row is found by binary search, after a look at where the last one was: a
 * walk asks for the next one, several columns at once ask for the same.  From
 * there a row is as a rule as far away as its number: where rows are many, the
 * steps of the search would cost more than all the rest.
 */
#include "table.h"

#include <string.h>

/* ---- Plain fields ---- */

static const void *
field(const struct column *column, const void *row)
{
	return (const uint8_t *)row + column->at;
}

bool
get_u32(const struct column *column, const struct agent *agent, const void *row,
    struct value *value)
{
	(void)agent;
	value_unsigned(value, *(const uint32_t *)field(column, row));
	return true;
}

bool
get_enum(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	int32_t number;

	(void)agent;
	memcpy(&number, field(column, row), sizeof number);
	value_integer(value, number);
	return true;
}

bool
get_truth(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	(void)agent;
	value_truth(value, *(const bool *)field(column, row));
	return true;
}

bool
get_text(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	(void)agent;
	value_text(value, *(const char *const *)field(column, row));
	return true;
}

struct rows
scalar_rows(const struct agent *agent)
{
	static const char scalars; /* what the columns say needs no row */
	static const void *const row[] = { &scalars };

	(void)agent;
	return (struct rows){ row, 1 };
}

void
scalar_index(const void *row, uint32_t *index)
{
	(void)row;
	index[0] = 0;
}

/* ---- Rows ---- */

size_t
table_index_len(const struct table *table, const uint32_t *index)
{
	return table->nindex + (table->text != 0 ? index[table->text] : 0);
}

static int
compare_index(
    const struct table *table, const void *row, const uint32_t *key, size_t len)
{
	uint32_t index[INDEX_MAX];

	table->index(row, index);
	return oid_compare(index, table_index_len(table, index), key, len);
}

/* Is `at` the first row whose index is not below the key? */
static bool
lands_at(const struct table *table, const struct rows *rows, size_t at,
    const uint32_t *key, size_t len)
{
	if (at > rows->n)
		return false;
	return (at == rows->n ||
		   compare_index(table, rows->row[at], key, len) >= 0) &&
	       (at == 0 ||
		   compare_index(table, rows->row[at - 1], key, len) < 0);
}

/*
 * Where the key would be if from the row `at` on there was one for each number:
 * rows whose indices differ in the last one are as far apart as the numbers
 * are, unless some are missing.
 */
static size_t
guess(const struct table *table, const struct rows *rows, size_t at,
    const uint32_t *key, size_t len)
{
	uint32_t index[INDEX_MAX], apart;

	if (at >= rows->n || len == 0)
		return at;
	table->index(rows->row[at], index);
	if (table_index_len(table, index) != len ||
	    memcmp(index, key, (len - 1) * sizeof *key) != 0)
		return at;
	if (key[len - 1] < index[len - 1]) {
		apart = index[len - 1] - key[len - 1];
		return apart < at ? at - apart : 0;
	}
	apart = key[len - 1] - index[len - 1];
	return apart < rows->n - at ? at + apart : rows->n;
}

/* The first row whose index is not below the key. */
static size_t
rows_from(const struct table *table, const struct rows *rows,
    const uint32_t *key, size_t len, size_t *hint)
{
	size_t low = 0, high = rows->n;

	if (lands_at(table, rows, *hint, key, len))
		return *hint;
	*hint = guess(table, rows, *hint, key, len);
	if (lands_at(table, rows, *hint, key, len))
		return *hint;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_index(table, rows->row[middle], key, len) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*hint = low;
	return low;
}

const void *
table_row(const struct table *table, const struct agent *agent,
    const uint32_t *index, size_t len, size_t *hint)
{
	struct rows rows = table->rows(agent);
	size_t at = rows_from(table, &rows, index, len, hint);

	if (at == rows.n || compare_index(table, rows.row[at], index, len) != 0)
		return NULL;
	return rows.row[at];
}

/* ---- Finding the place ---- */

const struct column *
table_column(const struct table *table, const struct oid *name)
{
	if (name->len <= table->entry_len ||
	    !oid_starts(name, table->entry, table->entry_len))
		return NULL;
	for (size_t i = 0; i < table->ncolumns; i++)
		if (table->columns[i].id == name->id[table->entry_len])
			return &table->columns[i];
	return NULL;
}

/* Is the table's first column at name, or before it? */
static bool
begins_by(const struct table *table, const struct oid *name)
{
	size_t len = table->entry_len;
	int order;

	if (name->len <= len)
		return oid_compare(table->entry, len, name->id, name->len) < 0;
	order = oid_compare(table->entry, len, name->id, len);
	return order < 0 ||
	       (order == 0 && table->columns[0].id <= name->id[len]);
}

/*
 * The last table that begins at name or before it, else the first one.  All
 * before it end before name, since no column's identifier begins with
 * another's.
 */
static size_t
find_table(const struct mib *mib, const struct oid *name)
{
	size_t low = 0, high = mib->ntables;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (begins_by(mib->tables[middle], name))
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? low - 1 : 0;
}

const struct table *
mib_table(const struct mib *mib, const struct oid *name)
{
	const struct table *table = mib->tables[find_table(mib, name)];

	return table_column(table, name) != NULL ? table : NULL;
}

void
mib_get(const struct mib *mib, const struct oid *name, struct value *value)
{
	size_t i = find_table(mib, name);
	const struct table *table = mib->tables[i];
	const struct column *column = table_column(table, name);
	size_t skip = table->entry_len + 1;
	const void *row;

	if (column == NULL) {
		value->type = VALUE_NO_OBJECT;
		return;
	}
	row = table_row(table, mib->agent, name->id + skip, name->len - skip,
	    &mib->hints[i]);
	if (row == NULL || !column->get(column, mib->agent, row, value))
		value->type = VALUE_NO_INSTANCE;
}

/* ---- The next one ---- */

/* Where a search begins within a table. */
struct start {
	uint32_t column;
	const uint32_t *index; /* in that column; later ones from their top */
	size_t len;
	bool include;
};

/* False: name is past the whole table. */
static bool
start_in(const struct table *table, const struct oid *name, bool include,
    struct start *start)
{
	size_t skip = table->entry_len + 1;

	*start = (struct start){ .include = true };
	if (name->len < skip ||
	    !oid_starts(name, table->entry, table->entry_len))
		return oid_compare(name->id, name->len, table->entry,
			   table->entry_len) <= 0;
	*start = (struct start){ .column = name->id[skip - 1],
		.index = name->id + skip,
		.len = name->len - skip,
		.include = include };
	return true;
}

/* The first row of the column from there on that has a value in it. */
static const void *
column_next(const struct column *column, const struct table *table,
    const struct agent *agent, const struct start *start, size_t *hint,
    struct value *value)
{
	struct rows rows = table->rows(agent);
	size_t at = rows_from(table, &rows, start->index, start->len, hint);

	if (!start->include && at < rows.n &&
	    compare_index(table, rows.row[at], start->index, start->len) == 0)
		at++;
	for (; at < rows.n; at++)
		if (column->get(column, agent, rows.row[at], value)) {
			*hint = at;
			return rows.row[at];
		}
	return NULL;
}

static void
name_of(const struct table *table, const struct column *column, const void *row,
    struct oid *name)
{
	uint32_t index[INDEX_MAX];

	table->index(row, index);
	(void)oid_set(name, table->entry, table->entry_len); /* all of them */
	(void)oid_append(name, &column->id, 1);              /* are short */
	(void)oid_append(name, index, table_index_len(table, index));
}

static bool
table_next(const struct mib *mib, size_t which, const struct oid *name,
    bool include, struct oid *found, struct value *value)
{
	static const struct start top = { .include = true };
	const struct table *table = mib->tables[which];
	struct start start;

	if (!start_in(table, name, include, &start))
		return false;
	for (size_t i = 0; i < table->ncolumns; i++) {
		const struct column *column = &table->columns[i];
		const void *row;

		if (column->id < start.column)
			continue;
		row = column_next(column, table, mib->agent,
		    column->id == start.column ? &start : &top,
		    &mib->hints[which], value);
		if (row != NULL) {
			name_of(table, column, row, found);
			return true;
		}
	}
	return false;
}

void
mib_next(const struct mib *mib, struct oid *name, bool include,
    const struct oid *end, struct value *value)
{
	struct oid found;

	for (size_t i = find_table(mib, name); i < mib->ntables; i++) {
		if (!table_next(mib, i, name, include, &found, value))
			continue;
		if (end->len != 0 &&
		    oid_compare(found.id, found.len, end->id, end->len) >= 0)
			break;
		(void)oid_set(name, found.id, found.len);
		return;
	}
	value->type = VALUE_END;
}
