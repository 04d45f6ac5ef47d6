/* device_table.c - clmgmtLicenseDeviceInfoTable. */
#include "tables.h"

#define ROW struct lc_device

static const uint32_t entry[] = { LICENSE_MIB, 1, 2, 2, 1 };

static struct rows
rows(const struct agent *agent)
{
	struct rows rows;

	rows.row = (const void *const *)lc_devices(agent->core, &rows.n);
	return rows;
}

static void
index_of(const void *row, uint32_t *index)
{
	const struct lc_device *device = row;

	index[0] = device->index;
}

static const struct column columns[] = {
	COL_U32(1, ROW, default_store),
};

const struct table device_table = {
	ENTRY(entry),
	.nindex = 1,
	COLUMNS(columns),
	.rows = rows,
	.index = index_of,
};
