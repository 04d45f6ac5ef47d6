/*
 * image_table.c - cilmBootImageLevelTable.
 *
 * The level of the next start can be written, if the operator has accepted
 * what has to be accepted: the device-wide acceptance that the core knows.
 */
#include "image_table.h"

#include <string.h>

#include "log.h"
#include "snmp/set.h"
#include "tables.h"

static const uint32_t entry[] = { IMAGE_MIB, 1, 1, 1 };

enum { COLUMN_CONFIGURED = 3 };

static struct rows
rows(const struct agent *agent)
{
	struct rows rows;

	rows.row = (const void *const *)lc_modules(agent->core, &rows.n);
	return rows;
}

size_t
image_index(const struct lc_module *module, uint32_t *index)
{
	size_t len = strlen(module->name);

	index[0] = module->device;
	index[1] = (uint32_t)len;
	for (size_t i = 0; i < len; i++)
		index[2 + i] = (uint8_t)module->name[i];
	return 2 + len;
}

static void
index_of(const void *row, uint32_t *index)
{
	(void)image_index(row, index);
}

/* ---- Reading ---- */

static bool
get_level(const struct lc_module *module, size_t level, struct value *value)
{
	value_text(value, level < module->nlevels ? module->levels[level] : "");
	return true;
}

static bool
get_current(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	const struct lc_module *module = row;

	(void)column;
	(void)agent;
	return get_level(module, module->running, value);
}

static bool
get_configured(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	const struct lc_module *module = row;

	(void)column;
	(void)agent;
	return get_level(module, module->wanted, value);
}

static bool
get_next(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	(void)column;
	return get_level(row, lc_module_next(agent->core, row), value);
}

/* at: of the field, in the license that serves this level; 0 without one. */
static bool
get_of_license(const struct column *column, const struct agent *agent,
    const void *row, size_t level, struct value *value)
{
	const struct lc_license *license =
	    lc_module_license(agent->core, row, level);

	value_unsigned(value,
	    license == NULL
		? 0
		: *(const uint32_t *)((const uint8_t *)license + column->at));
	return true;
}

static bool
get_of_current(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	const struct lc_module *module = row;

	return get_of_license(column, agent, row, module->running, value);
}

static bool
get_of_next(const struct column *column, const struct agent *agent,
    const void *row, struct value *value)
{
	return get_of_license(
	    column, agent, row, lc_module_next(agent->core, row), value);
}

/* ---- The level of the next start ---- */

struct draft {
	char level[LC_FEATURE_MAX + 1]; /* "": the best that is licensed */
	const struct lc_module *module;
};

static const struct lc_module *
find(const struct agent *agent, const uint32_t *index)
{
	uint32_t found[INDEX_MAX];
	size_t n, len = 2 + (size_t)index[1];
	const struct lc_module *const *modules = lc_modules(agent->core, &n);

	for (size_t i = 0; i < n; i++)
		if (image_index(modules[i], found) == len &&
		    memcmp(found, index, len * sizeof *index) == 0)
			return modules[i];
	return NULL;
}

static bool
load(const struct agent *agent, const uint32_t *index, void *row)
{
	const struct lc_module *module = find(agent, index);
	struct draft *draft = row;

	if (module == NULL)
		return false;
	draft->module = module;
	if (module->wanted < module->nlevels)
		strncpy(draft->level, module->levels[module->wanted],
		    sizeof draft->level - 1);
	return true;
}

/* A level that the module does not have may be one after a reconfiguration. */
static bool
has_level(const struct draft *draft)
{
	size_t i = 0;

	if (draft->level[0] == '\0')
		return true;
	while (i < draft->module->nlevels &&
	       strcmp(draft->module->levels[i], draft->level) != 0)
		i++;
	return i < draft->module->nlevels;
}

static enum snmp_error
check(const struct agent *agent, const void *draft, uint32_t *column)
{
	*column = COLUMN_CONFIGURED;
	return lc_eula_standing(agent->core) && has_level(draft)
		   ? SNMP_OK
		   : SNMP_INCONSISTENT_VALUE;
}

static bool
want(struct agent *agent, const uint32_t *index, const struct draft *draft)
{
	const struct lc_module *module = find(agent, index);
	enum lc_err err = LC_ENOTFOUND;

	if (module != NULL)
		err =
		    lc_boot_level_set(agent->core, module->device, module->name,
			draft->level[0] != '\0' ? draft->level : NULL);
	if (err != LC_OK)
		log_warn("table",
		    "cannot change the boot level: %s; SET failed",
		    lc_strerror(err));
	return err == LC_OK;
}

static bool
store(struct agent *agent, const struct change *change)
{
	return want(agent, change->index, change->after);
}

static bool
undo(struct agent *agent, const struct change *change)
{
	return want(agent, change->index, change->before);
}

static const struct edit edit = {
	.size = sizeof(struct draft),
	.load = load,
	.check = check,
	.store = store,
	.undo = undo,
};

#define COL_OF_LICENSE(id, field, get) \
	COL(id, AT(struct lc_license, field, uint32_t), get)

static const struct column columns[] = {
	COL_CALL(2, get_current),
	COL_WRITE(COLUMN_CONFIGURED, 0, get_configured, text_syntax,
	    offsetof(struct draft, level), 0, LC_FEATURE_MAX),
	COL_CALL(4, get_next),
	COL_OF_LICENSE(5, store, get_of_current),
	COL_OF_LICENSE(6, index, get_of_current),
	COL_OF_LICENSE(7, store, get_of_next),
	COL_OF_LICENSE(8, index, get_of_next),
};

const struct table image_table = {
	ENTRY(entry),
	.nindex = 2,
	.text = 1,
	COLUMNS(columns),
	.rows = rows,
	.index = index_of,
	.edit = &edit,
};
