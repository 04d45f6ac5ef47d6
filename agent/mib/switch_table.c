/* switch_table.c - the switches of notifications, which are scalars. */
#include "tables.h"

#include "log.h"
#include "snmp/set.h"

static const uint32_t entry[] = { LICENSE_MIB, 1, 4 };
static const uint32_t image_entry[] = { IMAGE_MIB, 1, 4 };

static bool
get_switch(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	(void)row;
	value_truth(
	    value, lc_switch_get(agent->core, (enum lc_switch)column->at));
	return true;
}

struct draft {
	bool on[LC_NSWITCHES];
};

static bool
load(const struct agent *agent, const uint32_t *index, void *row)
{
	struct draft *draft = row;

	for (unsigned i = 0; i < LC_NSWITCHES; i++)
		draft->on[i] = lc_switch_get(agent->core, (enum lc_switch)i);
	return index[0] == 0;
}

static bool
turn(struct agent *agent, const struct draft *from, const struct draft *to)
{
	for (unsigned i = 0; i < LC_NSWITCHES; i++) {
		enum lc_err err = LC_OK;

		if (from->on[i] != to->on[i])
			err = lc_switch_set(
			    agent->core, (enum lc_switch)i, to->on[i]);
		if (err != LC_OK) {
			log_warn("table",
			    "cannot change a notification switch: %s; SET "
			    "failed",
			    lc_strerror(err));
			return false;
		}
	}
	return true;
}

static bool
undo(struct agent *agent, const struct change *change)
{
	struct draft now;

	(void)load(agent, change->index, &now); /* some may not have turned */
	return turn(agent, &now, change->before);
}

static bool
store(struct agent *agent, const struct change *change)
{
	if (turn(agent, change->before, change->after))
		return true;
	(void)undo(agent, change); /* logged */
	return false;
}

static const struct edit edit = {
	.size = sizeof(struct draft),
	.load = load,
	.store = store,
	.undo = undo,
};

#define COL_SWITCH(id, which)                          \
	COL_WRITE(id, which, get_switch, truth_syntax, \
	    offsetof(struct draft, on) + (which) * sizeof(bool), 0, 0)

static const struct column columns[] = {
	COL_SWITCH(1, LC_SWITCH_USAGE),
	COL_SWITCH(2, LC_SWITCH_DEPLOYMENT),
	COL_SWITCH(3, LC_SWITCH_ERROR),
};

static const struct column image_columns[] = {
	COL_SWITCH(1, LC_SWITCH_LEVEL),
};

const struct table switch_scalars = {
	ENTRY(entry),
	.nindex = 1,
	COLUMNS(columns),
	.rows = scalar_rows,
	.index = scalar_index,
	.edit = &edit,
};

const struct table image_switch_scalar = {
	ENTRY(image_entry),
	.nindex = 1,
	COLUMNS(image_columns),
	.rows = scalar_rows,
	.index = scalar_index,
	.edit = &edit,
};
