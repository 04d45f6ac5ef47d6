/* boot_level.c - the levels of modules, and the one that is wanted. */
#include "boot_level.h"

#include <stdio.h>
#include <stdlib.h>

#include "event.h"
#include "recall.h"
#include "rules/level.h"
#include "state/change.h"
#include "state/meta.h"

/* In meta; neither a UDI nor this prefix has a blank in it. */
static enum lc_err
key_of(const struct lc_model *m, const struct lc_module *module, char **key)
{
	return asprintf(key, "boot %s %s",
	    lc_model_device(m, module->device)->udi, module->name) < 0 ?
	    LC_ENOMEM : LC_OK;
}

static enum lc_err
wanted_load(struct lc *lc, const struct lc_model *m, struct lc_module *module)
{
	const char *level;
	enum lc_err err;
	char *key;

	if ((err = key_of(m, module, &key)) != LC_OK)
		return err;
	level = lc_meta_text(&lc->state, key);
	if (level != NULL)
		module->wanted = lc_level_find(module, level);
	free(key);
	return LC_OK;
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
			err = lc_recall_use(lc, lc_model_device(m,
			    module->device), module->levels[j],
			    lc_module_entry_of(module)->version, &use);
			if (err != LC_OK)
				return err;
		}
	}
	return LC_OK;
}

static enum lc_err
wanted_store(struct lc *lc, const struct lc_module *module, const char *level)
{
	enum lc_err err;
	char *key;

	if ((err = key_of(lc->model, module, &key)) != LC_OK)
		return err;
	err = lc_meta_set_text(&lc->state, key, level);
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
	if ((module = lc_module_find(lc->model, d->index, name)) == NULL)
		return LC_ENOTFOUND;
	wanted = level != NULL ? lc_level_find(module, level) : module->nlevels;
	if (level != NULL && wanted == module->nlevels)
		return LC_ENOTFOUND;
	if ((err = lc_change_begin(&lc->state)) == LC_OK)
		err = wanted_store(lc, module, level);
	if (err == LC_OK && wanted != module->wanted)
		err = lc_event_tell_level(lc, module,
		    level != NULL ? level : "");
	if ((err = lc_change_end(&lc->state, err)) != LC_OK)
		return err;
	module->wanted = wanted;
	lc_change_publish(&lc->state);
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

size_t
lc_module_next(const struct lc *lc, const struct lc_module *m)
{
	return lc_level_next(lc->model, m, lc_instant(&lc->state));
}

const struct lc_license *
lc_module_license(const struct lc *lc, const struct lc_module *module,
    size_t level)
{
	const struct lc_use *use = lc_level_use(lc->model, module, level);

	for (size_t i = 0; use != NULL && i < use->n; i++) {
		const struct lc_entry *e = lc_use_entry(lc->model, use, i);

		if (e->serving)
			return &e->public;
	}
	return NULL;
}
