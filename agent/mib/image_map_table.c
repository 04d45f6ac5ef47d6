/* image_map_table.c - cilmImageLevelToLicenseMapTable. */
#include "image_table.h"
#include "tables.h"

#define ROW struct lc_level

static const uint32_t entry[] = { IMAGE_MIB, 1, 2, 1 };

static struct rows
rows(const struct agent *agent)
{
	struct rows rows;

	rows.row = (const void *const *)lc_levels(agent->core, &rows.n);
	return rows;
}

static void
index_of(const void *row, uint32_t *index)
{
	const struct lc_level *level = row;

	index[image_index(level->module, index)] = level->number;
}

static const struct column columns[] = {
	COL_TEXT(2, ROW, name), COL_TEXT(3, ROW, license),
	COL_U32(4, ROW, number), /* cilmImageLicensePriority: its rank */
};

const struct table image_map_table = {
	ENTRY(entry),
	.nindex = 3,
	.text = 1,
	COLUMNS(columns),
	.rows = rows,
	.index = index_of,
};
