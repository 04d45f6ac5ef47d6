/*
 * cred_table.c - clmgmtDevCredExportActionTable.
 *
 * Its rows live as those of clmgmtLicenseActionTable do, and wait in the same
 * queue.
 */
#include "tables.h"

#include "action_rows.h"

#define ROW struct action

static const uint32_t entry[] = { LICENSE_MIB, 1, 3, 2, 1 };

enum { COLUMN_STATUS = 13 };

static struct rows
rows(const struct agent *agent)
{
	return actions_rows(agent->exports);
}

/* clmgmtDevCredCommandFailCause, whose first numbers are those of the other
 * table; a path that is no good is invalidFile here. */
static bool
get_cause(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	const struct action *action = row;
	enum fail_cause cause = action->job.cause;

	(void)column;
	(void)agent;
	value_integer(
	    value, cause <= CAUSE_FILE_PATH ? (int32_t)cause : CAUSE_GENERAL);
	return true;
}

/* The file is mandatory whatever the command. */
static bool
ready(const void *draft)
{
	const struct ask *ask = draft;

	return ask->export_file[0] != '\0' && ask_has_server(ask);
}

static bool
load(const struct agent *agent, const uint32_t *index, void *draft)
{
	return ask_load(agent->exports, index, draft);
}

static size_t
room(const struct agent *agent)
{
	return actions_room(agent->exports);
}

static bool
removable(const struct agent *agent, const uint32_t *index)
{
	return ask_removable(agent->exports, index);
}

static bool
store(struct agent *agent, const struct change *change)
{
	return ask_store(agent->exports, change);
}

static bool
undo(struct agent *agent, const struct change *change)
{
	return ask_undo(agent->exports, change);
}

static void
finish(struct agent *agent, const struct change *change)
{
	ask_finish(agent->exports, change);
}

static const struct edit edit = {
	.size = sizeof(struct ask),
	.status = COLUMN_STATUS,
	.status_at = offsetof(struct ask, row_status),
	.load = load,
	.init = ask_init,
	.room = room,
	.check = ask_check,
	.ready = ready,
	.removable = removable,
	.store = store,
	.undo = undo,
	.finish = finish,
};

static const struct column columns[] = {
	COLS_SERVER,
	COL_CHARS(8, export_file, get_chars),
	COL_INTEGER(9, action, COMMAND_NOTHING, COMMAND_EXPORT),
	COL_ENUM(10, ROW, job.state, enum lc_action_state),
	COL_CALL(11, get_cause),
	COL_INTEGER(12, storage, STORAGE_VOLATILE, STORAGE_VOLATILE),
	COL_STATUS(COLUMN_STATUS),
};

const struct table cred_table = {
	ENTRY(entry),
	.nindex = 1,
	COLUMNS(columns),
	.rows = rows,
	.index = action_index,
	.edit = &edit,
};
