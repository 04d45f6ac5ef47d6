/* result_table.c - clmgmtLicenseActionResultTable. */
#include "tables.h"

#include "actions.h"

#define ROW struct result

static const uint32_t entry[] = { LICENSE_MIB, 1, 1, 3, 1 };

static struct rows
rows(const struct agent *agent)
{
	return actions_results(agent->actions);
}

static void
index_of(const void *row, uint32_t *index)
{
	const struct result *result = row;

	index[0] = result->action;
	index[1] = result->number;
}

static const struct column columns[] = {
	COL_ENUM(2, ROW, outcome.state, enum lc_action_state),
	COL_ENUM(3, ROW, outcome.cause, enum fail_cause),
};

const struct table result_table = {
	ENTRY(entry),
	.nindex = 2,
	COLUMNS(columns),
	.rows = rows,
	.index = index_of,
};
