/*
 * license_table.c - clmgmtLicenseInfoTable.
 *
 * Only the comments can be written; what depends on the time is computed at
 * each read.
 */
#include "tables.h"

#include <string.h>

#include "log.h"
#include "snmp/set.h"

#define ROW struct lc_license

static const uint32_t entry[] = { LICENSE_MIB, 1, 2, 3, 1 };

static struct rows
rows(const struct agent *agent)
{
	struct rows rows;

	rows.row = (const void *const *)lc_licenses(agent->core, &rows.n);
	return rows;
}

static void
index_of(const void *row, uint32_t *index)
{
	const struct lc_license *license = row;

	index[0] = license->device;
	index[1] = license->store;
	index[2] = license->index;
}

/* ---- What depends on the time ---- */

static bool
get_left(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	(void)column;
	value_unsigned(value, lc_license_left_s(agent->core, row));
	return true;
}

static bool
get_expired(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	(void)column;
	value_unsigned(value, lc_license_expired_s(agent->core, row));
	return true;
}

static bool
get_used(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	(void)column;
	value_unsigned(value, lc_license_used_s(agent->core, row));
	return true;
}

static bool
get_status(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	(void)column;
	value_integer(value, (int32_t)lc_license_status(agent->core, row));
	return true;
}

static bool
get_date(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	(void)agent;
	value_date(
	    value, *(const int64_t *)((const uint8_t *)row + column->at));
	return true;
}

/* ---- Comments ---- */

struct draft {
	char comment[LC_COMMENT_MAX + 1];
};

static bool
load(const struct agent *agent, const uint32_t *index, void *row)
{
	const struct lc_license *license =
	    lc_license_find(agent->core, index[0], index[1], index[2]);
	struct draft *draft = row;

	if (license == NULL)
		return false;
	strncpy(draft->comment, license->comment, sizeof draft->comment - 1);
	return true;
}

static bool
write_comment(
    struct agent *agent, const uint32_t *index, const struct draft *draft)
{
	enum lc_err err = lc_comment_set(
	    agent->core, index[0], index[1], index[2], draft->comment);

	if (err != LC_OK)
		log_warn("table",
		    "cannot change the comment of license %u.%u.%u: %s; SET "
		    "failed",
		    index[0], index[1], index[2], lc_strerror(err));
	return err == LC_OK;
}

static bool
store(struct agent *agent, const struct change *change)
{
	return write_comment(agent, change->index, change->after);
}

static bool
undo(struct agent *agent, const struct change *change)
{
	return write_comment(agent, change->index, change->before);
}

static const struct edit edit = {
	.size = sizeof(struct draft),
	.load = load,
	.store = store,
	.undo = undo,
};

static const struct column columns[] = {
	COL_TEXT(3, ROW, terms.feature),
	COL_TEXT(4, ROW, terms.version),
	COL_ENUM(5, ROW, terms.type, enum lc_type),
	COL_TRUTH(6, ROW, terms.counted),
	COL_U32(7, ROW, terms.period_s),
	COL_CALL(8, get_left),
	COL_CALL(9, get_expired),
	COL_U32(10, ROW, terms.count),
	COL_U32(11, ROW, count_left),
	COL_TRUTH(12, ROW, eula_accepted),
	COL_WRITE(13, AT(ROW, comment, const char *), get_text, line_syntax,
	    offsetof(struct draft, comment), 0, LC_COMMENT_MAX),
	COL_CALL(14, get_status),
	COL(15, AT(ROW, terms.start, int64_t), get_date),
	COL(16, AT(ROW, terms.end, int64_t), get_date),
	COL_CALL(17, get_used),
};

const struct table license_table = {
	ENTRY(entry),
	.nindex = 3,
	COLUMNS(columns),
	.rows = rows,
	.index = index_of,
	.edit = &edit,
};
