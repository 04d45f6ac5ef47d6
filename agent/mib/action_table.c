/*
 * action_table.c - clmgmtLicenseActionTable.
 *
 * A row is ready when it has what its action cannot do without; it is active
 * from then on for good, and its action runs once.  Files and servers are
 * judged when the action runs, not in the SET.
 */
#include "tables.h"

#include "action_rows.h"

#define ROW struct action

static const uint32_t entry[] = { LICENSE_MIB, 1, 1, 2, 1 };

enum { COLUMN_STATUS = 20 };

static struct rows
rows(const struct agent *agent)
{
	return actions_rows(agent->actions);
}

/* The files that the action needs; entries of clmgmtLicenseActionEntry. */
static bool
has_files(const struct ask *ask)
{
	switch ((enum job_kind)ask->action) {
	case JOB_INSTALL:
		return ask->license_file[0] != '\0';
	case JOB_PROCESS_TICKET:
	case JOB_REGENERATE_TICKET:
		return ask->permission_file[0] != '\0' &&
		       ask->rehost_file[0] != '\0';
	case JOB_BACKUP:
		return ask->backup_file[0] != '\0';
	case JOB_GENERATE_EULA:
		return ask->license_file[0] != '\0' &&
		       ask->eula_file[0] != '\0';
	case JOB_NOTHING:
	case JOB_CLEAR:
	case JOB_EXPORT_NOTHING:
	case JOB_EXPORT_CREDENTIALS:
		break;
	}
	return true;
}

static bool
ready(const void *draft)
{
	const struct ask *ask = draft;

	if (ask->action == JOB_NOTHING)
		return true;
	if (ask->action == JOB_CLEAR)
		return ask->license != 0;
	return has_files(ask) && ask_has_server(ask);
}

static bool
load(const struct agent *agent, const uint32_t *index, void *draft)
{
	return ask_load(agent->actions, index, draft);
}

static size_t
room(const struct agent *agent)
{
	return actions_room(agent->actions);
}

static bool
removable(const struct agent *agent, const uint32_t *index)
{
	return ask_removable(agent->actions, index);
}

static bool
store(struct agent *agent, const struct change *change)
{
	return ask_store(agent->actions, change);
}

static bool
undo(struct agent *agent, const struct change *change)
{
	return ask_undo(agent->actions, change);
}

static void
finish(struct agent *agent, const struct change *change)
{
	ask_finish(agent->actions, change);
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
	COL_CHARS(8, license_file, get_chars),
	COL_NUMBER(9, store),
	COL_NUMBER(10, license),
	COL_CHARS(11, permission_file, get_chars),
	COL_CHARS(12, rehost_file, get_chars),
	COL_CHARS(13, backup_file, get_chars),
	COL_BOOL(14, stop_on_failure),
	COL_INTEGER(15, action, JOB_NOTHING, JOB_GENERATE_EULA),
	COL_ENUM(16, ROW, job.state, enum lc_action_state),
	COL_CALL(17, get_position),
	COL_ENUM(18, ROW, job.cause, enum fail_cause),
	COL_INTEGER(19, storage, STORAGE_VOLATILE, STORAGE_VOLATILE),
	COL_STATUS(COLUMN_STATUS),
	COL_BOOL(21, accept_eula),
	COL_CHARS(22, eula_file, get_chars),
};

const struct table action_table = {
	ENTRY(entry),
	.nindex = 1,
	COLUMNS(columns),
	.rows = rows,
	.index = action_index,
	.edit = &edit,
};
