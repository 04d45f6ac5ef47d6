/*
 * entity_table.c - the devices in entPhysicalTable, as far as we know them.
 *
 * The region is registered at a low priority: an agent that has the real
 * ENTITY-MIB wins.  What is not known is what RFC 4133 says for it: a
 * zero-length string, 0.0, no container.
 */
#include "tables.h"

#include <string.h>

#define ROW struct lc_device
#define SERIAL_MAX 32

static const uint32_t entry[] = { ENTITY_TABLE, 1 };

enum { CLASS_CHASSIS = 3, PARENT_NONE = 0, POSITION_NONE = -1 };

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

static bool
get_vendor_type(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	static const uint32_t zero_dot_zero[] = { 0, 0 };

	(void)column;
	(void)agent;
	(void)row;
	value_oid(value, zero_dot_zero, NITEMS(zero_dot_zero));
	return true;
}

/* A number that is the same for all devices; it stands in column->min. */
static bool
get_constant(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	(void)agent;
	(void)row;
	value_integer(value, (int32_t)column->min);
	return true;
}

static bool
get_empty(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	(void)column;
	(void)agent;
	(void)row;
	value_text(value, "");
	return true;
}

/* One that does not fit is not known: half of it would be another's. */
static bool
get_serial(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	const struct lc_device *device = row;

	(void)column;
	(void)agent;
	value_text(value, strlen(device->sn) <= SERIAL_MAX ? device->sn : "");
	return true;
}

static bool
get_true(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	(void)column;
	(void)agent;
	(void)row;
	value_truth(value, true);
	return true;
}

#define COL_CONSTANT(id_, number)                                           \
	{                                                                   \
		.id = (id_), .get = get_constant, .min = (uint32_t)(number) \
	}

static const struct column columns[] = {
	COL_TEXT(2, ROW, name), /* entPhysicalDescr */
	COL_CALL(3, get_vendor_type), COL_CONSTANT(4, PARENT_NONE),
	COL_CONSTANT(5, CLASS_CHASSIS), COL_CONSTANT(6, POSITION_NONE),
	COL_TEXT(7, ROW, name),
	COL_CALL(8, get_empty),  /* entPhysicalHardwareRev */
	COL_CALL(9, get_empty),  /* entPhysicalFirmwareRev */
	COL_CALL(10, get_empty), /* entPhysicalSoftwareRev */
	COL_CALL(11, get_serial),
	COL_CALL(12, get_empty), /* entPhysicalMfgName */
	COL_TEXT(13, ROW, pid),  /* entPhysicalModelName */
	COL_CALL(14, get_empty), /* entPhysicalAlias */
	COL_CALL(15, get_empty), /* entPhysicalAssetID */
	COL_CALL(16, get_true),  /* entPhysicalIsFRU */
};

const struct table entity_table = {
	ENTRY(entry),
	.nindex = 1,
	COLUMNS(columns),
	.rows = rows,
	.index = index_of,
};
