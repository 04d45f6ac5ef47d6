/* eula.c - accepting agreements, and their texts. */
#include "eula.h"

#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "format/type.h"
#include "lease.h"
#include "note.h"
#include "state/acceptance.h"
#include "state/change.h"
#include "state/meta.h"

/* ---- Accepting ------------------------------------------------------- */

enum lc_err
lc_eula_write(struct lc *lc, const struct lc_entry *e, const char *by)
{
	enum lc_err err;

	if ((err = lc_acceptance_add(&lc->state, e->identity->udi,
	    e->identity->id, by)) != LC_OK ||
	    (err = lc_note(lc, "accept", e, by)) != LC_OK)
		return err;
	return lc_event_tell(lc, LC_EVENT_EULA_ACCEPTED, e->use, e, by);
}

/* Is its license one that waits?  Each is once, whatever copies it has. */
static bool
waits(const struct lc_license *l)
{
	return !l->eula_accepted && lc_entry_is_first(lc_entry_of(l));
}

/* Within a change: of this license, or of all that wait. */
static enum lc_err
accept_write(struct lc *lc, const struct lc_entry *only, const char *by)
{
	const struct lc_model *m = lc->model;
	enum lc_err err = LC_OK;

	if (only != NULL)
		return lc_eula_write(lc, only, by);
	for (size_t i = 0; i < m->nlicenses && err == LC_OK; i++) {
		if (waits(m->licenses[i]))
			err = lc_eula_write(lc, lc_entry_of(m->licenses[i]),
			    by);
	}
	return err;
}

static void
accepted(struct lc *lc, const struct lc_entry *only)
{
	const struct lc_model *m = lc->model;

	for (size_t i = 0; i < m->nlicenses; i++) {
		const struct lc_entry *e = lc_entry_of(m->licenses[i]);

		if (only != NULL ? e != only : !waits(&e->public))
			continue;
		e->identity->accepted = true;
		lc_copies_refresh(e->identity);
	}
	lc_settle(lc);
}

enum lc_err
lc_eula_accept(struct lc *lc, uint32_t device, uint32_t store, uint32_t index,
    const char *by)
{
	const struct lc_entry *e =
	    lc_model_license(lc->model, device, store, index);
	enum lc_err err;

	if (e == NULL)
		return LC_ENOTFOUND;
	if (e->public.eula_accepted)
		return LC_OK;
	if ((err = lc_change_begin(&lc->state)) == LC_OK)
		err = accept_write(lc, e, by != NULL ? by : "");
	if ((err = lc_change_end(&lc->state, err)) == LC_OK)
		accepted(lc, e);
	return err;
}

/* Within a change. */
static enum lc_err
withdraw_write(struct lc *lc, const struct lc_entry *e, const char *by)
{
	enum lc_err err = lc_acceptance_remove(&lc->state,
	    e->identity->udi, e->identity->id);

	return err != LC_OK ? err : lc_note(lc, "withdraw", e, by);
}

enum lc_err
lc_eula_withdraw(struct lc *lc, uint32_t device, uint32_t store,
    uint32_t index, const char *by)
{
	struct lc_entry *e = lc_model_license(lc->model, device, store, index);
	enum lc_err err;

	if (e == NULL)
		return LC_ENOTFOUND;
	if (!e->public.eula_accepted)
		return LC_OK;
	if (!lc_terms_need_acceptance(&e->public.terms) || lc->eula_standing)
		return LC_EINVAL;
	if (e->identity->first->held)
		return LC_EINUSE;
	if ((err = lc_change_begin(&lc->state)) == LC_OK)
		err = withdraw_write(lc, e, by != NULL ? by : "");
	if ((err = lc_change_end(&lc->state, err)) != LC_OK)
		return err;
	e->identity->accepted = false;
	lc_copies_refresh(e->identity);
	lc_settle(lc);
	return LC_OK;
}

const struct lc_license *
lc_eula_pending(const struct lc *lc, const struct lc_license *after)
{
	const struct lc_model *m = lc->model;
	bool past = after == NULL;

	for (size_t i = 0; i < m->nlicenses; i++) {
		if (past && waits(m->licenses[i]))
			return m->licenses[i];
		past |= m->licenses[i] == after;
	}
	return NULL;
}

/* ---- Standing acceptance --------------------------------------------- */

/* In meta. */
#define STANDING "eula.standing"

void
lc_eula_load(struct lc *lc)
{
	lc->eula_standing = lc_meta_int(&lc->state, STANDING, 0) != 0;
}

enum lc_err
lc_eula_catch_up(struct lc *lc)
{
	enum lc_err err;

	if (!lc->eula_standing || lc_eula_pending(lc, NULL) == NULL)
		return LC_OK;
	if ((err = lc_change_begin(&lc->state)) == LC_OK)
		err = accept_write(lc, NULL, "standing");
	if ((err = lc_change_end(&lc->state, err)) == LC_OK)
		accepted(lc, NULL);
	return err;
}

static enum lc_err
standing_write(struct lc *lc, bool on, const char *by)
{
	enum lc_err err;

	err = lc_meta_set_int(&lc->state, STANDING, on);
	if (err == LC_OK)
		err = lc_history_add_json(&lc->state, (struct lc_record){
			.what = on ? "accept-all" : "accept-each",
			.udi = "", .id = "",
		}, json_pack("{s:s}", "by", by));
	return err == LC_OK && on ? accept_write(lc, NULL, by) : err;
}

bool
lc_eula_standing(const struct lc *lc)
{
	return lc->eula_standing;
}

enum lc_err
lc_eula_standing_set(struct lc *lc, bool on, const char *by)
{
	enum lc_err err;

	if (lc->eula_standing == on)
		return LC_OK;
	if ((err = lc_change_begin(&lc->state)) == LC_OK)
		err = standing_write(lc, on, by != NULL ? by : "");
	if ((err = lc_change_end(&lc->state, err)) != LC_OK)
		return err;
	lc->eula_standing = on;
	if (on)
		accepted(lc, NULL);
	return LC_OK;
}

/* ---- Texts ----------------------------------------------------------- */

enum lc_err
lc_eula_text(struct lc *lc, const char *digest, char **text)
{
	return lc_agreement_text(&lc->state, digest, text);
}

enum lc_err
lc_eula_append(struct lc *lc, const char *digest, struct lc_file_writer *w)
{
	enum lc_err err;
	char *text;

	if (*digest == '\0')
		return LC_OK;
	if ((err = lc_eula_text(lc, digest, &text)) != LC_OK)
		return err;
	err = lc_file_writer_eula(w, text, strlen(text), NULL);
	free(text);
	return err;
}
