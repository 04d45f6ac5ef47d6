/* store_table.c - clmgmtLicenseStoreInfoTable. */
#include "tables.h"

#define ROW struct lc_store

static const uint32_t entry[] = { LICENSE_MIB, 1, 2, 1, 1 };

static struct rows
rows(const struct agent *agent)
{
	struct rows rows;

	rows.row = (const void *const *)lc_stores(agent->core, &rows.n);
	return rows;
}

static void
index_of(const void *row, uint32_t *index)
{
	const struct lc_store *store = row;

	index[0] = store->device;
	index[1] = store->index;
}

static const struct column columns[] = {
	COL_TEXT(2, ROW, name),
	COL_U32(3, ROW, size),
	COL_U32(4, ROW, size_left),
};

const struct table store_table = {
	ENTRY(entry),
	.nindex = 2,
	COLUMNS(columns),
	.rows = rows,
	.index = index_of,
};
