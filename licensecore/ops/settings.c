/*
 * settings.c - what the operator sets: switches, comments, priorities; and what
 * the program keeps.
 */
#include "settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "lease.h"
#include "state/change.h"
#include "state/licenses.h"
#include "state/meta.h"

/* ---- Switches -------------------------------------------------------- */

static const char *
switch_name(enum lc_switch which)
{
	switch (which) {
	case LC_SWITCH_USAGE:
		return "switch.usage";
	case LC_SWITCH_DEPLOYMENT:
		return "switch.deployment";
	case LC_SWITCH_ERROR:
		return "switch.error";
	case LC_SWITCH_LEVEL:
		return "switch.level";
	}
	return NULL;
}

void
lc_switches_load(struct lc *lc)
{
	for (int i = 0; i < LC_NSWITCHES; i++) {
		bool on = i != LC_SWITCH_LEVEL;	/* DEFVAL */

		lc->switches[i] = lc_meta_int(&lc->state,
		    switch_name((enum lc_switch)i), on) != 0;
	}
}

bool
lc_switch_get(const struct lc *lc, enum lc_switch which)
{
	return lc->switches[which];
}

enum lc_err
lc_switch_set(struct lc *lc, enum lc_switch which, bool on)
{
	const char *name = switch_name(which);
	enum lc_err err;

	if (name == NULL)
		return LC_EINVAL;
	if (lc->switches[which] == on)
		return LC_OK;
	if ((err = lc_change_begin(&lc->state)) == LC_OK)
		err = lc_meta_set_int(&lc->state, name, on);
	err = lc_change_end(&lc->state, err);
	if (err == LC_OK)
		lc->switches[which] = on;
	return err;
}

/* ---- Texts of the program -------------------------------------------- */

#define HOST_NAME_MAX 32
#define HOST_PREFIX "host."

static bool
host_key(const char *name, char key[sizeof HOST_PREFIX + HOST_NAME_MAX])
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz-");

	if (len == 0 || len > HOST_NAME_MAX || name[len] != '\0')
		return false;
	snprintf(key, sizeof HOST_PREFIX + HOST_NAME_MAX, HOST_PREFIX "%s",
	    name);
	return true;
}

const char *
lc_host_text(const struct lc *lc, const char *name)
{
	char key[sizeof HOST_PREFIX + HOST_NAME_MAX];

	return host_key(name, key) ? lc_meta_text(&lc->state, key) : NULL;
}

enum lc_err
lc_host_text_set(struct lc *lc, const char *name, const char *text)
{
	char key[sizeof HOST_PREFIX + HOST_NAME_MAX];
	size_t len = text != NULL ? strlen(text) : 0;
	enum lc_err err;

	if (!host_key(name, key) || len > LC_HOST_TEXT_MAX ||
	    (text != NULL && !lc_text_is_plain(text, len)))
		return LC_EINVAL;
	if ((err = lc_change_begin(&lc->state)) == LC_OK)
		err = lc_meta_set_text(&lc->state, key, text);
	return lc_change_end(&lc->state, err);
}

/* ---- Of a license ---------------------------------------------------- */

enum lc_err
lc_comment_set(struct lc *lc, uint32_t device, uint32_t store, uint32_t index,
    const char *text)
{
	struct lc_entry *e = lc_model_license(lc->model, device, store, index);
	size_t len = strlen(text);
	char *copy;
	enum lc_err err;

	if (e == NULL)
		return LC_ENOTFOUND;
	if (len > LC_COMMENT_MAX || !lc_text_is_plain(text, len))
		return LC_EINVAL;
	if ((copy = strdup(text)) == NULL)
		return LC_ENOMEM;
	if ((err = lc_change_begin(&lc->state)) == LC_OK)
		err = lc_license_set_comment(&lc->state, e->identity->udi, e,
		    text);
	if ((err = lc_change_end(&lc->state, err)) != LC_OK) {
		free(copy);
		return err;
	}
	lc_entry_comment(e, copy);
	return LC_OK;
}

enum lc_err
lc_priority_set(struct lc *lc, uint32_t device, uint32_t store,
    uint32_t index, enum lc_priority priority)
{
	struct lc_entry *e = lc_model_license(lc->model, device, store, index);
	enum lc_err err;

	if (e == NULL)
		return LC_ENOTFOUND;
	if (priority < LC_PRIORITY_LOW || priority > LC_PRIORITY_HIGH)
		return LC_EINVAL;
	if (!e->public.eula_accepted)
		return LC_EEULA;
	if ((err = lc_change_begin(&lc->state)) == LC_OK)
		err = lc_license_set_priority(&lc->state, e->identity,
		    priority);
	if ((err = lc_change_end(&lc->state, err)) != LC_OK)
		return err;
	e->identity->wanted = priority;
	lc_copies_refresh(e->identity);
	lc_settle(lc);
	return LC_OK;
}
