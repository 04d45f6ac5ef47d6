/*
 * level.h - modules that run at one of several levels.
 *
 * At opening the highest level that is licensed is chosen, up to the one that
 * the operator wants, else the base level.  The level that runs uses its
 * license all the time, and stands for the levels below it.
 */
#ifndef LC_LEVEL_H
#define LC_LEVEL_H

#include "clock.h"
#include "model.h"

struct lc_use;

/* Makes the modules of options that lc_model_new took.  LC_ENOMEM. */
enum lc_err lc_level_options(struct lc_model *, const struct lc_options *);

struct lc_module *lc_module_find(const struct lc_model *, uint32_t device,
    const char *name);	/* or NULL */
/* Which of the module's levels it is; nlevels: none. */
size_t lc_level_find(const struct lc_module *, const char *level);
/* The use of the level's feature; NULL: there is none yet. */
struct lc_use *lc_level_use(const struct lc_model *, const struct lc_module *,
    size_t level);

/* The level at which the module would run, were it chosen now. */
size_t lc_level_next(const struct lc_model *, const struct lc_module *,
    struct lc_instant);
/* At opening, once licenses were selected. */
void lc_level_choose(struct lc_model *, struct lc_instant);
/* A new model goes on at the levels of the old one (NULL: there is none). */
void lc_level_keep(const struct lc_model *old, struct lc_model *);

/* Is this the level that runs?  Is it that one, or one below it? */
bool lc_level_runs(const struct lc_model *, const struct lc_use *);
bool lc_level_includes(const struct lc_model *, const struct lc_use *);

#endif
