/*
 * level.h - modules that run at one of several levels.
 *
 * At opening the highest level that is licensed is chosen, up to the one that
 * the operator wants, else the base level.  The level that runs uses its
 * license all the time, and stands for the levels below it.
 */
#ifndef LC_LEVEL_H
#define LC_LEVEL_H

#include "licensecore.h"

struct lc_model;
struct lc_use;

/* Checks the options and makes the modules.  LC_EOPTIONS, LC_ENOMEM. */
enum lc_err lc_level_options(struct lc_model *, const struct lc_options *,
    struct lc_detail *);

/* At loading: reads what the operator wants, and gets the levels' uses. */
enum lc_err lc_level_load(struct lc *, struct lc_model *);

/* At opening, once licenses were selected. */
void lc_level_choose(struct lc *);
/* A new model goes on at the levels of the old one. */
void lc_level_keep(const struct lc_model *old, struct lc_model *);

/* Is this the level that runs?  Is it that one, or one below it? */
bool lc_level_runs(const struct lc_model *, const struct lc_use *);
bool lc_level_includes(const struct lc_model *, const struct lc_use *);

#endif
