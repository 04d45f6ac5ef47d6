/*
 * action_table.c - clmgmtLicenseActionTable.
 *
 * A row is ready when it has what its action cannot do without; it is active
 * from then on for good, and its action runs once.  Files and servers are
 * judged when the action runs, not in the SET.
 */
#include "tables.h"

#include <string.h>

#include "actions.h"

#define ROW struct action

static const uint32_t entry[] = { LICENSE_MIB, 1, 1, 2, 1 };

/* InetAddressType */
enum {
	ADDRESS_UNKNOWN = 0,
	ADDRESS_IPV4,
	ADDRESS_IPV6,
	ADDRESS_IPV4Z,
	ADDRESS_IPV6Z,
	ADDRESS_DNS = 16,
};

enum { STORAGE_VOLATILE = 2 };

enum {
	COLUMN_ADDRESS_TYPE = 4,
	COLUMN_ADDRESS = 5,
	COLUMN_STATUS = 20,
};

static struct rows
rows(const struct agent *agent)
{
	return actions_rows(agent->actions);
}

static void
index_of(const void *row, uint32_t *index)
{
	const struct action *action = row;

	index[0] = action->index;
}

/* ---- Reading ---- */

static bool
get_chars(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	(void)agent;
	value_text(value, (const char *)row + column->at);
	return true;
}

static bool
get_octets(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	const struct octets *octets =
	    (const void *)((const uint8_t *)row + column->at);

	(void)agent;
	value_octets(value, octets->data, octets->len);
	return true;
}

static bool
get_nothing(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	(void)column;
	(void)agent;
	(void)row;
	value_text(value, ""); /* a password is never read */
	return true;
}

static bool
get_position(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	(void)column;
	(void)agent;
	value_unsigned(value, actions_position(row));
	return true;
}

/* ---- Writing ---- */

static enum snmp_error
check_address_type(const struct column *column, const struct value *value)
{
	(void)column;
	return (value->integer >= ADDRESS_UNKNOWN &&
		   value->integer <= ADDRESS_IPV6Z) ||
		       value->integer == ADDRESS_DNS
		   ? SNMP_OK
		   : SNMP_WRONG_VALUE;
}

static bool
all(const uint8_t *data, size_t len, uint8_t byte)
{
	for (size_t i = 0; i < len; i++)
		if (data[i] != byte)
			return false;
	return len != 0;
}

/* No server has an address of all zeros or all ones. */
static enum snmp_error
check_address(const struct column *column, const struct value *value)
{
	const uint8_t *data = value->octets.data;
	size_t len = value->octets.len;

	if (len > column->max)
		return SNMP_WRONG_LENGTH;
	return all(data, len, 0x00) || all(data, len, 0xff) ? SNMP_WRONG_VALUE
							    : SNMP_OK;
}

static bool
is_name(const struct octets *address)
{
	for (size_t i = 0; i < address->len; i++)
		if (address->data[i] <= ' ' || address->data[i] >= 0x7f)
			return false;
	return true;
}

/* Does the address go with its type?  Not yet set goes with every one. */
static bool
address_fits(const struct ask *ask)
{
	size_t len = ask->address.len;

	if (len == 0)
		return true;
	switch (ask->address_type) {
	case ADDRESS_IPV4:
		return len == 4;
	case ADDRESS_IPV6:
		return len == 16;
	case ADDRESS_IPV4Z:
		return len == 8 && !all(ask->address.data, 4, 0x00) &&
		       !all(ask->address.data, 4, 0xff);
	case ADDRESS_IPV6Z:
		return len == 20 && !all(ask->address.data, 16, 0x00) &&
		       !all(ask->address.data, 16, 0xff);
	case ADDRESS_DNS:
		return is_name(&ask->address);
	default:
		return false;
	}
}

static enum snmp_error
check(const void *draft, uint32_t *column)
{
	const struct ask *ask = draft;

	if (address_fits(ask))
		return SNMP_OK;
	*column = ask->address_type == ADDRESS_UNKNOWN ? COLUMN_ADDRESS
						       : COLUMN_ADDRESS_TYPE;
	return SNMP_INCONSISTENT_VALUE;
}

/* A protocol that is not offered fails when the action runs, with a cause of
 * its own: no server is asked for before. */
static bool
ready(const void *draft)
{
	const struct ask *ask = draft;

	switch ((enum job_kind)ask->action) {
	case JOB_NOTHING:
		return true;
	case JOB_INSTALL:
		return ask->license_file[0] != '\0';
	case JOB_CLEAR:
		return ask->license != 0;
	}
	return false;
}

static bool
load(const struct agent *agent, const uint32_t *index, void *draft)
{
	const struct action *action = actions_find(agent->actions, index[0]);

	if (action == NULL)
		return false;
	memcpy(draft, &action->ask, sizeof action->ask);
	return true;
}

static bool
init(const uint32_t *index, void *draft)
{
	*(struct ask *)draft = (struct ask){ .protocol = PROTOCOL_NONE,
		.action = JOB_NOTHING,
		.storage = STORAGE_VOLATILE,
		.row_status = ROW_NOT_READY };
	return index[0] != 0;
}

static size_t
room(const struct agent *agent)
{
	return actions_room(agent->actions);
}

static bool
removable(const struct agent *agent, const uint32_t *index)
{
	const struct action *action = actions_find(agent->actions, index[0]);

	return action == NULL || action->job.state != LC_IN_PROGRESS;
}

/* A row that is to go is taken out of the queue now, so that it cannot begin
 * in between, and goes once the SET is sure. */
static bool
store(struct agent *agent, const struct change *change)
{
	if (change->after == NULL)
		return actions_hold(agent->actions, change->index[0]);
	return actions_put(agent->actions, change->index[0], change->after);
}

static bool
was_active(const struct change *change)
{
	const struct ask *before = change->before;

	return before->row_status == ROW_ACTIVE;
}

static void
undo(struct agent *agent, const struct change *change)
{
	uint32_t index = change->index[0];

	if (change->before == NULL)
		actions_remove(agent->actions, index);
	else if (change->after != NULL)
		(void)actions_put(agent->actions, index, change->before);
	else if (was_active(change))
		actions_start(agent->actions, index);
}

static void
finish(struct agent *agent, const struct change *change)
{
	if (change->after == NULL)
		actions_remove(agent->actions, change->index[0]);
	else if (change->activated)
		actions_start(agent->actions, change->index[0]);
}

static const struct edit edit = {
	.size = sizeof(struct ask),
	.status = COLUMN_STATUS,
	.status_at = offsetof(struct ask, row_status),
	.load = load,
	.init = init,
	.room = room,
	.check = check,
	.ready = ready,
	.removable = removable,
	.store = store,
	.undo = undo,
	.finish = finish,
};

static const struct syntax address_type_syntax = { VALUE_INTEGER,
	check_address_type, write_integer };
static const struct syntax address_syntax = { VALUE_OCTETS, check_address,
	write_octets };

/* A column whose draft is the field that is read. */
#define COL_ASK(id, field, ctype, get, syntax, min, max)      \
	COL_WRITE(id, AT(ROW, ask.field, ctype), get, syntax, \
	    offsetof(struct ask, field), min, max)
#define COL_NUMBER(id, field) \
	COL_ASK(id, field, uint32_t, get_u32, unsigned_syntax, 0, UINT32_MAX)
#define COL_INTEGER(id, field, min, max) \
	COL_ASK(id, field, int32_t, get_enum, integer_syntax, min, max)
#define COL_BOOL(id, field) \
	COL_ASK(id, field, bool, get_truth, truth_syntax, 0, 0)
#define COL_CHARS(id, field, get)                       \
	COL_ASK(id, field, char *, get, text_syntax, 0, \
	    sizeof(((ROW *)NULL)->ask.field) - 1)

static const struct column columns[] = {
	COL_INTEGER(2, device, 0, INT32_MAX),
	COL_INTEGER(3, protocol, 1, 8),
	COL_ASK(COLUMN_ADDRESS_TYPE, address_type, int32_t, get_enum,
	    address_type_syntax, 0, 0),
	COL_ASK(COLUMN_ADDRESS, address, struct octets, get_octets,
	    address_syntax, 0, 255),
	COL_CHARS(6, user, get_chars),
	COL_CHARS(7, password, get_nothing),
	COL_CHARS(8, license_file, get_chars),
	COL_NUMBER(9, store),
	COL_NUMBER(10, license),
	COL_CHARS(11, permission_file, get_chars),
	COL_CHARS(12, rehost_file, get_chars),
	COL_CHARS(13, backup_file, get_chars),
	COL_BOOL(14, stop_on_failure),
	COL_INTEGER(15, action, JOB_NOTHING, JOB_CLEAR),
	COL_ENUM(16, ROW, job.state, enum lc_action_state),
	COL_CALL(17, get_position),
	COL_ENUM(18, ROW, job.cause, enum fail_cause),
	COL_INTEGER(19, storage, STORAGE_VOLATILE, STORAGE_VOLATILE),
	COL_ASK(
	    COLUMN_STATUS, row_status, int32_t, get_enum, status_syntax, 0, 0),
	COL_BOOL(21, accept_eula),
	COL_CHARS(22, eula_file, get_chars),
};

const struct table action_table = {
	ENTRY(entry),
	.nindex = 1,
	COLUMNS(columns),
	.rows = rows,
	.index = index_of,
	.edit = &edit,
};
