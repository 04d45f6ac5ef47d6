/* level.c - modules that run at one of several levels. */
#include "level.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/change.h"
#include "ops/core.h"
#include "state/db.h"
#include "base/error.h"
#include "ops/event.h"
#include "model.h"
#include "select.h"
#include "use.h"

/* ---- Options --------------------------------------------------------- */

static enum lc_err
module_check(const struct lc_options *o, size_t i, struct lc_detail *detail)
{
	const struct lc_module_options *m = &o->modules[i];

	if (m->name == NULL || *m->name == '\0' ||
	    strlen(m->name) > LC_MODULE_MAX)
		return lc_fail(detail, LC_EOPTIONS, "module %zu: its name must"
		    " have 1 to %d bytes", i + 1, LC_MODULE_MAX);
	if (m->nlevels == 0 || m->nlevels > LC_NLEVELS_MAX)
		return lc_fail(detail, LC_EOPTIONS, "module %s: it must have 1"
		    " to %d levels, not %zu", m->name, LC_NLEVELS_MAX,
		    m->nlevels);
	for (size_t j = 0; j < i; j++) {
		if (strcmp(o->modules[j].name, m->name) == 0)
			return lc_fail(detail, LC_EOPTIONS,
			    "module %s is there twice", m->name);
	}
	for (size_t j = 1; j < m->nlevels; j++) {
		for (size_t k = 0; k < j; k++) {
			if (strcmp(m->levels[j], m->levels[k]) == 0)
				return lc_fail(detail, LC_EOPTIONS, "module %s"
				    " has level %s twice", m->name,
				    m->levels[j]);
		}
	}
	return LC_OK;
}

static const char **
texts_copy(struct lc_arena *arena, const char *const *texts, size_t n)
{
	const char **copy = lc_arena_alloc(arena, n * sizeof *copy);

	for (size_t i = 0; i < n && copy != NULL; i++) {
		if ((copy[i] = lc_arena_text(arena, texts[i])) == NULL)
			return NULL;
	}
	return copy;
}

static struct lc_module_entry *
module_new(struct lc_arena *arena, uint32_t device,
    const struct lc_module_options *o)
{
	struct lc_module_entry *m = lc_arena_alloc(arena, sizeof *m);

	if (m == NULL)
		return NULL;
	m->shown.device = device;
	m->shown.name = lc_arena_text(arena, o->name);
	m->shown.levels = texts_copy(arena, o->levels, o->nlevels);
	m->shown.nlevels = o->nlevels;
	m->shown.wanted = o->nlevels;
	m->version = lc_arena_text(arena, o->version != NULL ? o->version : "");
	return m->shown.name != NULL && m->shown.levels != NULL &&
	    m->version != NULL ? m : NULL;
}

/* That of object identifiers with the name in them. */
static int
module_order(const void *a, const void *b)
{
	const struct lc_module *x = *(const struct lc_module *const *)a;
	const struct lc_module *y = *(const struct lc_module *const *)b;
	size_t xlen = strlen(x->name), ylen = strlen(y->name);

	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	if (xlen != ylen)
		return xlen < ylen ? -1 : 1;
	return strcmp(x->name, y->name);
}

static enum lc_err
levels_make(struct lc_model *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->nmodules; i++)
		n += m->modules[i]->nlevels;
	m->levels = lc_arena_alloc(&m->arena, n * sizeof *m->levels);
	if (m->levels == NULL)
		return LC_ENOMEM;
	for (size_t i = 0; i < m->nmodules; i++) {
		const struct lc_module *module = m->modules[i];

		for (size_t j = 0; j < module->nlevels; j++) {
			struct lc_level *l =
			    lc_arena_alloc(&m->arena, sizeof *l);

			if (l == NULL)
				return LC_ENOMEM;
			l->module = module;
			l->number = (uint32_t)j + 1;
			l->name = module->levels[j];
			l->license = j > 0 ? l->name : "";
			m->levels[m->nlevels++] = l;
		}
	}
	return LC_OK;
}

static enum lc_err
modules_make(struct lc_model *m, const struct lc_options *o)
{
	m->modules = lc_arena_alloc(&m->arena,
	    m->ndevices * o->nmodules * sizeof *m->modules);
	if (m->modules == NULL)
		return LC_ENOMEM;
	for (size_t i = 0; i < m->ndevices; i++) {
		for (size_t j = 0; j < o->nmodules; j++) {
			struct lc_module_entry *e = module_new(&m->arena,
			    m->devices[i]->index, &o->modules[j]);

			if (e == NULL)
				return LC_ENOMEM;
			m->modules[m->nmodules++] = &e->shown;
		}
	}
	if (m->nmodules > 0)
		qsort(m->modules, m->nmodules, sizeof *m->modules,
		    module_order);
	return LC_OK;
}

enum lc_err
lc_level_options(struct lc_model *m, const struct lc_options *o,
    struct lc_detail *detail)
{
	enum lc_err err;

	for (size_t i = 0; i < o->nmodules; i++) {
		if ((err = module_check(o, i, detail)) != LC_OK)
			return err;
	}
	err = modules_make(m, o);
	return err == LC_OK ? levels_make(m) : err;
}

/* ---- What the operator wants ----------------------------------------- */

/* In meta; neither a UDI nor this prefix has a blank in it. */
static enum lc_err
key_of(const struct lc_model *m, const struct lc_module *module, char **key)
{
	return asprintf(key, "boot %s %s",
	    lc_model_device(m, module->device)->udi, module->name) < 0 ?
	    LC_ENOMEM : LC_OK;
}

static size_t
level_find(const struct lc_module *m, const char *level)
{
	size_t i = 0;

	while (i < m->nlevels && strcmp(m->levels[i], level) != 0)
		i++;
	return i;
}

static enum lc_err
wanted_load(struct lc *lc, const struct lc_model *m, struct lc_module *module)
{
	struct lc_rows *rows;
	enum lc_err err;
	char *key;

	if ((err = key_of(m, module, &key)) != LC_OK)
		return err;
	err = lc_db_query(lc->db, &rows,
	    "SELECT value FROM meta WHERE name = ?", "s", key);
	if (err == LC_OK && (err = lc_db_next(lc->db, rows)) == LC_OK) {
		module->wanted = level_find(module, lc_db_text(rows, 0));
		lc_db_stop(rows);
	}
	free(key);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

enum lc_err
lc_level_load(struct lc *lc, struct lc_model *m)
{
	struct lc_use *use;
	enum lc_err err;

	for (size_t i = 0; i < m->nmodules; i++) {
		struct lc_module *module = m->modules[i];

		if ((err = wanted_load(lc, m, module)) != LC_OK)
			return err;
		for (size_t j = 0; j < module->nlevels; j++) {
			err = lc_use_get(lc, lc_model_device(m,
			    module->device), module->levels[j],
			    lc_module_entry_of(module)->version, &use);
			if (err != LC_OK)
				return err;
		}
	}
	return LC_OK;
}

static struct lc_module *
module_find(const struct lc_model *m, uint32_t device, const char *name)
{
	for (size_t i = 0; i < m->nmodules; i++) {
		if (m->modules[i]->device == device &&
		    strcmp(m->modules[i]->name, name) == 0)
			return m->modules[i];
	}
	return NULL;
}

static enum lc_err
wanted_store(struct lc *lc, const struct lc_module *module, const char *level)
{
	enum lc_err err;
	char *key;

	if ((err = key_of(lc->model, module, &key)) != LC_OK)
		return err;
	if (level == NULL)
		err = lc_db_run(lc->db, "DELETE FROM meta WHERE name = ?",
		    "s", key);
	else
		err = lc_db_run(lc->db, "INSERT INTO meta (name, value)"
		    " VALUES (?, ?) ON CONFLICT (name)"
		    " DO UPDATE SET value = excluded.value", "ss", key, level);
	free(key);
	return err;
}

enum lc_err
lc_boot_level_set(struct lc *lc, uint32_t device, const char *name,
    const char *level)
{
	const struct lc_device *d = lc_model_device(lc->model, device);
	struct lc_module *module;
	size_t wanted;
	enum lc_err err;

	if (d == NULL)
		return LC_EDEVICE;
	if ((module = module_find(lc->model, d->index, name)) == NULL)
		return LC_ENOTFOUND;
	wanted = level != NULL ? level_find(module, level) : module->nlevels;
	if (level != NULL && wanted == module->nlevels)
		return LC_ENOTFOUND;
	if ((err = lc_change_begin(lc)) != LC_OK)
		return err;
	err = wanted_store(lc, module, level);
	if (err == LC_OK && wanted != module->wanted)
		err = lc_event_tell_level(lc, module,
		    level != NULL ? level : "");
	if (err != LC_OK) {
		lc_change_rollback(lc);
		return err;
	}
	if ((err = lc_change_commit(lc)) != LC_OK)
		return err;
	module->wanted = wanted;
	lc_change_publish(lc);
	return LC_OK;
}

const struct lc_module *const *
lc_modules(const struct lc *lc, size_t *n)
{
	*n = lc->model->nmodules;
	return (const struct lc_module *const *)lc->model->modules;
}

const struct lc_level *const *
lc_levels(const struct lc *lc, size_t *n)
{
	*n = lc->model->nlevels;
	return (const struct lc_level *const *)lc->model->levels;
}

/* ---- What runs ------------------------------------------------------- */

static bool
licensed(const struct lc *lc, const struct lc_module *module, size_t level)
{
	const struct lc_use *use = lc_use_find(lc, module->device,
	    module->levels[level], lc_module_entry_of(module)->version);

	return use != NULL && lc_use_served(lc, use);
}

size_t
lc_module_next(const struct lc *lc, const struct lc_module *m)
{
	size_t level = m->wanted < m->nlevels ? m->wanted : m->nlevels - 1;

	while (level > 0 && !licensed(lc, m, level))
		level--;
	return level;
}

const struct lc_license *
lc_module_license(const struct lc *lc, const struct lc_module *module,
    size_t level)
{
	const struct lc_use *use = lc_use_find(lc, module->device,
	    module->levels[level], lc_module_entry_of(module)->version);

	for (size_t i = 0; use != NULL && i < use->n; i++) {
		const struct lc_license *l =
		    lc->model->by_feature[use->first + i];

		if (lc_entry_of(l)->serving)
			return l;
	}
	return NULL;
}

void
lc_level_choose(struct lc *lc)
{
	for (size_t i = 0; i < lc->model->nmodules; i++) {
		struct lc_module *m = lc->model->modules[i];

		m->running = lc_module_next(lc, m);
	}
}

void
lc_level_keep(const struct lc_model *old, struct lc_model *m)
{
	for (size_t i = 0; old != NULL && i < m->nmodules; i++) {
		struct lc_module *module = m->modules[i];
		const struct lc_module *was =
		    module_find(old, module->device, module->name);
		size_t level = was != NULL ? level_find(module,
		    was->levels[was->running]) : module->nlevels;

		module->running = level < module->nlevels ? level : 0;
	}
}

static bool
level_of(const struct lc_model *m, size_t i, const struct lc_use *use,
    size_t *level)
{
	const struct lc_module *module = m->modules[i];

	if (module->device != use->device ||
	    strcmp(lc_module_entry_of(module)->version, use->version) != 0)
		return false;
	*level = level_find(module, use->feature);
	return *level < module->nlevels;
}

bool
lc_level_runs(const struct lc_model *m, const struct lc_use *use)
{
	size_t level;

	for (size_t i = 0; i < m->nmodules; i++) {
		if (level_of(m, i, use, &level) &&
		    level == m->modules[i]->running)
			return true;
	}
	return false;
}

bool
lc_level_includes(const struct lc_model *m, const struct lc_use *use)
{
	size_t level;

	for (size_t i = 0; i < m->nmodules; i++) {
		if (level_of(m, i, use, &level) &&
		    level <= m->modules[i]->running)
			return true;
	}
	return false;
}
