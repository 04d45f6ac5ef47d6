/*
 * feature_table.c - clmgmtLicensableFeatureTable.
 *
 * The MIB has the periods and dates of "the licenses used by this feature".
 * These are the ones that serve it, whether anybody uses the feature at this
 * moment or not: warnings of an end that is near carry these columns, and are
 * due while the feature rests, too; and what a feature has left does not fall
 * to 0 with each release.  A license that waits behind others, or has not
 * begun, does not count.
 */
#include "tables.h"

#define ROW struct lc_feature

static const uint32_t entry[] = { LICENSE_MIB, 1, 2, 4, 1 };

static struct rows
rows(const struct agent *agent)
{
	struct rows rows;

	rows.row = (const void *const *)lc_features(agent->core, &rows.n);
	return rows;
}

static void
index_of(const void *row, uint32_t *index)
{
	const struct lc_feature *feature = row;

	index[0] = feature->device;
	index[1] = feature->index;
}

static bool
get_left(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	struct lc_feature_use use;

	(void)column;
	lc_feature_use(agent->core, row, &use);
	value_unsigned(value, use.left_s);
	return true;
}

static bool
get_used(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	struct lc_feature_use use;

	(void)column;
	lc_feature_use(agent->core, row, &use);
	value_unsigned(value, use.used_s);
	return true;
}

static bool
get_start(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	struct lc_feature_use use;

	(void)column;
	lc_feature_use(agent->core, row, &use);
	value_date(value, use.start);
	return true;
}

static bool
get_end(const struct column *column, const struct agent *agent, const void *row,
    struct value *value)
{
	struct lc_feature_use use;

	(void)column;
	lc_feature_use(agent->core, row, &use);
	value_date(value, use.end);
	return true;
}

static const struct column columns[] = {
	COL_TEXT(2, ROW, name),
	COL_TEXT(3, ROW, version),
	COL_CALL(4, get_left),
	COL_TEXT(5, ROW, what_is_counted),
	COL_CALL(6, get_start),
	COL_CALL(7, get_end),
	COL_CALL(8, get_used),
};

const struct table feature_table = {
	ENTRY(entry),
	.nindex = 2,
	COLUMNS(columns),
	.rows = rows,
	.index = index_of,
};
