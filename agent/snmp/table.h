/*
 * The folder agent/snmp/ speaks AgentX with the master agent and answers from
 * tables that are data; it knows no MIB.  It uses net-snmp, in agentx.c and
 * pdu.c alone, and daemon/; of the core no more than its limits and texts.
 *
 * table.h - a MIB table is data: how its rows are found, and a line for each
 * column.
 *
 * Rows come straight from arrays that their owner keeps sorted by index.
 * Scalars are columns of a table with one row whose index is 0, which is what
 * their object identifiers say.
 */
#ifndef AGENT_TABLE_H
#define AGENT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "array.h"
#include "licensecore.h"
#include "oid.h"
#include "value.h"

struct agent; /* what the tables read from: theirs, unknown here */

/* Sub-identifiers in an index: a device, a module's name, a level. */
#define INDEX_MAX (3 + LC_MODULE_MAX)

struct column;

/* False: the row has no value in this column. */
typedef bool column_get(const struct column *, const struct agent *,
    const void *row, struct value *);

/* What a SET may bring to a column: see set.h. */
struct syntax;

struct column {
	uint32_t id; /* sub-identifier under the entry */
	size_t at;   /* the field's offset in the row */
	column_get *get;
	/* Of columns that can be written; else NULL. */
	const struct syntax *syntax;
	size_t draft_at;   /* the field's offset in the draft of a row */
	uint32_t min, max; /* of the number, or of the length */
};

/* Borrowed from whoever owns the rows, sorted by index. */
struct rows {
	const void *const *row;
	size_t n;
};

struct edit;

struct table {
	const uint32_t *entry; /* columns' parent */
	size_t entry_len;
	unsigned nindex; /* parts of the index */
	/* Which of them (never the first) is a text: its length stands there,
	 * and its bytes behind.  0: none. */
	unsigned text;
	const struct column *columns; /* by id */
	size_t ncolumns;
	struct rows (*rows)(const struct agent *);
	void (*index)(const void *row, uint32_t *index);
	const struct edit *edit; /* NULL: nothing can be written */
};

#define ENTRY(oid) .entry = (oid), .entry_len = NITEMS(oid)
#define COLUMNS(list) .columns = (list), .ncolumns = NITEMS(list)

/* A field's offset; a field of another type does not compile. */
#define AT(row, field, ctype) \
	_Generic(((row *)NULL)->field, ctype : offsetof(row, field))

column_get get_u32, get_enum, get_truth, get_text;

#define COL(id_, at_, get_)                             \
	{                                               \
		.id = (id_), .at = (at_), .get = (get_) \
	}
#define COL_U32(id, row, field) COL(id, AT(row, field, uint32_t), get_u32)
#define COL_TRUTH(id, row, field) COL(id, AT(row, field, bool), get_truth)
#define COL_TEXT(id, row, field) COL(id, AT(row, field, const char *), get_text)
/* An enumeration whose numbers are the MIB's. */
#define COL_ENUM(id, row, field, ctype) COL(id, AT(row, field, ctype), get_enum)
/* Computed from the row at each read. */
#define COL_CALL(id, get) COL(id, 0, get)

/* The only row of scalars. */
struct rows scalar_rows(const struct agent *);
void scalar_index(const void *row, uint32_t *index);

/* All tables of an agent, at least one, in the order of their columns'
 * identifiers, of which none begins with another. */
struct mib {
	const struct table *const *tables;
	size_t ntables;
	const struct agent *agent;
	size_t *hints; /* for each table, where the last row was found */
};

/* The value of this very variable, or VALUE_NO_OBJECT or VALUE_NO_INSTANCE. */
void mib_get(const struct mib *, const struct oid *name, struct value *);

/*
 * The first variable after name (at name, if include), and before end unless
 * end is empty; name becomes its name.  VALUE_END, and name as it was, if
 * there is none.
 */
void mib_next(const struct mib *, struct oid *name, bool include,
    const struct oid *end, struct value *);

/* The table and column that name lies in; NULL if there are none. */
const struct table *mib_table(const struct mib *, const struct oid *name);
const struct column *table_column(const struct table *, const struct oid *name);

/* How many sub-identifiers this index of the table has. */
size_t table_index_len(const struct table *, const uint32_t *index);

/* The row with exactly this index, or NULL. */
const void *table_row(const struct table *, const struct agent *,
    const uint32_t *index, size_t len, size_t *hint);

#endif
