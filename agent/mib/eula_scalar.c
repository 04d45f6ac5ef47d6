/*
 * eula_scalar.c - cilmEULAAccepted: are all agreements accepted, also those to
 * come?
 */
#include "jobs/eventlog.h"
#include "log.h"
#include "snmp/set.h"
#include "tables.h"

static const uint32_t entry[] = { IMAGE_MIB, 1 };

static bool
get_accepted(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	(void)column;
	(void)row;
	value_truth(value, lc_eula_standing(agent->core));
	return true;
}

struct draft {
	bool accepted;
};

static bool
load(const struct agent *agent, const uint32_t *index, void *row)
{
	struct draft *draft = row;

	draft->accepted = lc_eula_standing(agent->core);
	return index[0] == 0;
}

static bool
accept_all(struct agent *agent, const struct draft *draft)
{
	bool was = lc_eula_standing(agent->core);
	enum lc_err err =
	    lc_eula_standing_set(agent->core, draft->accepted, "snmp");

	if (err == LC_OK && was != draft->accepted)
		eventlog_accept_all(draft->accepted, "snmp");
	if (err != LC_OK)
		log_warn("table",
		    "cannot record the acceptance of agreements: %s; SET "
		    "failed",
		    lc_strerror(err));
	return err == LC_OK;
}

static bool
store(struct agent *agent, const struct change *change)
{
	return accept_all(agent, change->after);
}

/* What was accepted meanwhile stays so: somebody has said it. */
static bool
undo(struct agent *agent, const struct change *change)
{
	return accept_all(agent, change->before);
}

static const struct edit edit = {
	.size = sizeof(struct draft),
	.last = true,
	.load = load,
	.store = store,
	.undo = undo,
};

static const struct column columns[] = {
	COL_WRITE(3, 0, get_accepted, truth_syntax,
	    offsetof(struct draft, accepted), 0, 0),
};

const struct table image_eula_scalar = {
	ENTRY(entry),
	.nindex = 1,
	COLUMNS(columns),
	.rows = scalar_rows,
	.index = scalar_index,
	.edit = &edit,
};
