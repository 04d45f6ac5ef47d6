/*
 * keys.h - the keys in force, and the trust list that the device took.
 *
 * The state remembers the version of the newest trust list, so that an older
 * one does not bring a withdrawn key back (FORMAT "Trust list").
 */
#ifndef LC_KEYS_H
#define LC_KEYS_H

#include "lc.h"

/*
 * Reads the key directory for a model, and reports what does not count there.
 * Errors as lc_keydir_load.
 */
enum lc_err lc_keys_load(
    struct lc *, struct lc_model *, const char *dir, bool own_keys,
    struct lc_detail *);

/*
 * The state is another one than before: judges the list of the model's trust
 * again.  LC_ENOMEM.
 */
enum lc_err lc_keys_judge(struct lc *, struct lc_model *);

/*
 * The model's keys came into force: remembers the version of their list.  What
 * cannot be recorded now waits for the next occasion.  LC_ENOMEM.
 */
enum lc_err lc_keys_took(struct lc *);

/* Reports, once, that the list is out of date. */
void lc_keys_tick(struct lc *);

#endif
