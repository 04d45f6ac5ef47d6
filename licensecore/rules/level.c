/* level.c - modules that run at one of several levels. */
#include "level.h"

#include <stdlib.h>
#include <string.h>

#include "use.h"

/* ---- Options --------------------------------------------------------- */

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
	m->public.device = device;
	m->public.name = lc_arena_text(arena, o->name);
	m->public.levels = texts_copy(arena, o->levels, o->nlevels);
	m->public.nlevels = o->nlevels;
	m->public.wanted = o->nlevels;
	m->version = lc_arena_text(arena, o->version != NULL ? o->version : "");
	return m->public.name != NULL && m->public.levels != NULL &&
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
			m->modules[m->nmodules++] = &e->public;
		}
	}
	if (m->nmodules > 0)
		qsort(m->modules, m->nmodules, sizeof *m->modules,
		    module_order);
	return LC_OK;
}

enum lc_err
lc_level_options(struct lc_model *m, const struct lc_options *o)
{
	enum lc_err err = modules_make(m, o);

	return err == LC_OK ? levels_make(m) : err;
}

/* ---- What runs ------------------------------------------------------- */

size_t
lc_level_find(const struct lc_module *m, const char *level)
{
	size_t i = 0;

	while (i < m->nlevels && strcmp(m->levels[i], level) != 0)
		i++;
	return i;
}

struct lc_module *
lc_module_find(const struct lc_model *m, uint32_t device, const char *name)
{
	for (size_t i = 0; i < m->nmodules; i++) {
		if (m->modules[i]->device == device &&
		    strcmp(m->modules[i]->name, name) == 0)
			return m->modules[i];
	}
	return NULL;
}

struct lc_use *
lc_level_use(const struct lc_model *m, const struct lc_module *module,
    size_t level)
{
	return lc_use_find(m->uses, module->device, module->levels[level],
	    lc_module_entry_of(module)->version);
}

static bool
licensed(const struct lc_model *m, const struct lc_module *module,
    size_t level, struct lc_instant at)
{
	const struct lc_use *use = lc_level_use(m, module, level);

	return use != NULL && lc_use_served(m, use, at);
}

size_t
lc_level_next(const struct lc_model *m, const struct lc_module *module,
    struct lc_instant at)
{
	size_t level = module->wanted < module->nlevels ? module->wanted :
	    module->nlevels - 1;

	while (level > 0 && !licensed(m, module, level, at))
		level--;
	return level;
}

void
lc_level_choose(struct lc_model *m, struct lc_instant at)
{
	for (size_t i = 0; i < m->nmodules; i++)
		m->modules[i]->running =
		    lc_level_next(m, m->modules[i], at);
}

void
lc_level_keep(const struct lc_model *old, struct lc_model *m)
{
	for (size_t i = 0; old != NULL && i < m->nmodules; i++) {
		struct lc_module *module = m->modules[i];
		const struct lc_module *was =
		    lc_module_find(old, module->device, module->name);
		size_t level = was != NULL ? lc_level_find(module,
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
	*level = lc_level_find(module, use->feature);
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
