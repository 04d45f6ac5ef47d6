/* action_rows.c - what both action tables have in common. */
#include "action_rows.h"

#include <string.h>

void
action_index(const void *row, uint32_t *index)
{
	const struct action *action = row;

	index[0] = action->index;
}

/* ---- Reading ---- */

bool
get_chars(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	(void)agent;
	value_text(value, (const char *)row + column->at);
	return true;
}

bool
get_octets(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	const struct octets *octets =
	    (const void *)((const uint8_t *)row + column->at);

	(void)agent;
	value_octets(value, octets->data, octets->len);
	return true;
}

bool
get_nothing(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	(void)column;
	(void)agent;
	(void)row;
	value_text(value, ""); /* a password is never read */
	return true;
}

bool
get_position(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	(void)column;
	(void)agent;
	value_unsigned(value, actions_position(row));
	return true;
}

/* ---- Columns ---- */

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

const struct syntax address_type_syntax = { VALUE_INTEGER, check_address_type,
	write_integer };
const struct syntax address_syntax = { VALUE_OCTETS, check_address,
	write_octets };

/* ---- Rows ---- */

enum snmp_error
ask_check(const struct agent *agent, const void *draft, uint32_t *column)
{
	const struct ask *ask = draft;

	(void)agent;
	if (address_fits(ask))
		return SNMP_OK;
	*column = ask->address_type == ADDRESS_UNKNOWN ? COLUMN_ADDRESS
						       : COLUMN_ADDRESS_TYPE;
	return SNMP_INCONSISTENT_VALUE;
}

/* A protocol that is not supported fails when the action runs, with a cause of
 * its own: no server is asked for before. */
bool
ask_has_server(const struct ask *ask)
{
	const struct protocol *protocol = protocol_of(ask->protocol);

	if (!protocol->is_supported || !protocol->is_remote)
		return true;
	return ask->address.len != 0 &&
	       (!protocol->mib_needs_user || ask->user[0] != '\0');
}

bool
ask_init(const uint32_t *index, void *draft)
{
	*(struct ask *)draft = (struct ask){ .protocol = PROTOCOL_NONE,
		.action = JOB_NOTHING,
		.storage = STORAGE_VOLATILE,
		.row_status = ROW_NOT_READY };
	return index[0] != 0;
}

bool
ask_load(const struct actions *actions, const uint32_t *index, void *draft)
{
	const struct action *action = actions_find(actions, index[0]);

	if (action == NULL)
		return false;
	memcpy(draft, &action->ask, sizeof action->ask);
	return true;
}

bool
ask_removable(const struct actions *actions, const uint32_t *index)
{
	const struct action *action = actions_find(actions, index[0]);

	return action == NULL || action->job.state != LC_IN_PROGRESS;
}

/* A row that is to go is taken out of the queue now, so that it cannot begin
 * in between, and goes once the SET is sure. */
bool
ask_store(struct actions *actions, const struct change *change)
{
	if (change->after == NULL)
		return actions_hold(actions, change->index[0]);
	return actions_put(actions, change->index[0], change->after);
}

static bool
was_active(const struct change *change)
{
	const struct ask *before = change->before;

	return before->row_status == ROW_ACTIVE;
}

bool
ask_undo(struct actions *actions, const struct change *change)
{
	uint32_t index = change->index[0];

	if (change->before == NULL)
		actions_remove(actions, index);
	else if (change->after != NULL)
		return actions_put(actions, index, change->before);
	else if (was_active(change))
		actions_start(actions, index);
	return true;
}

void
ask_finish(struct actions *actions, const struct change *change)
{
	if (change->after == NULL)
		actions_remove(actions, change->index[0]);
	else if (change->activated)
		actions_start(actions, change->index[0]);
}
