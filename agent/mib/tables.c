/* tables.c - all tables, and the scalars that need no file of their own. */
#include "tables.h"

#include "actions.h"

static const uint32_t configuration[] = { LICENSE_MIB, 1, 1 };
static const uint32_t device_information[] = { LICENSE_MIB, 1, 3 };

static bool
get_next_action(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	(void)column;
	(void)row;
	value_unsigned(value, actions_next_index(agent->actions));
	return true;
}

static bool
get_next_credential(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	(void)column;
	(void)row;
	value_unsigned(value, actions_next_index(agent->exports));
	return true;
}

static const struct column next_action[] = { COL_CALL(1, get_next_action) };
static const struct column next_credential[] = {
	COL_CALL(1, get_next_credential),
};

const struct table next_action_scalar = {
	ENTRY(configuration),
	.nindex = 1,
	COLUMNS(next_action),
	.rows = scalar_rows,
	.index = scalar_index,
};

const struct table next_credential_scalar = {
	ENTRY(device_information),
	.nindex = 1,
	COLUMNS(next_credential),
	.rows = scalar_rows,
	.index = scalar_index,
};

const struct table *const tables[] = {
	&entity_table,           /* before the module */
	&next_action_scalar,     /* 1.1 */
	&action_table,           /* 1.2 */
	&result_table,           /* 1.3 */
	&store_table,            /* 2.1 */
	&device_table,           /* 2.2 */
	&license_table,          /* 2.3 */
	&feature_table,          /* 2.4 */
	&next_credential_scalar, /* 3.1 */
	&cred_table,             /* 3.2 */
	&switch_scalars,         /* 4.1 to 4.3 */
	&image_table,            /* 1 of the other module */
	&image_map_table,        /* 2 */
	&image_eula_scalar,      /* 3 */
	&image_switch_scalar,    /* 4.1 */
};
const size_t ntables = NITEMS(tables);
