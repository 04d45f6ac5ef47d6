/* eula.c - accepting agreements, and their texts. */
#include "eula.h"

#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "state/change.h"
#include "core.h"
#include "state/db.h"
#include "base/error.h"
#include "event.h"
#include "format/file.h"
#include "format/type.h"
#include "state/history.h"
#include "rules/model.h"
#include "state/sealed.h"
#include "rules/select.h"
#include "store.h"

/* ---- Accepting ------------------------------------------------------- */

bool
lc_eula_agreed(const struct lc_action *a)
{
	return a->request.accept_eula || a->lc->eula_standing;
}

enum lc_err
lc_eula_write(struct lc *lc, const struct lc_entry *e,
    const struct lc_place *place, const char *by)
{
	enum lc_err err;

	if ((err = lc_store_accept(lc, place->udi, e->shown.terms.id,
	    by)) != LC_OK ||
	    (err = lc_note(lc, "accept", e, place, by)) != LC_OK)
		return err;
	return lc_event_tell(lc, LC_EVENT_EULA_ACCEPTED, e->use, e, by);
}

/* Of all licenses, or of one: does it wait? */
static bool
waits(const struct lc_license *l, const struct lc_entry *only)
{
	return !l->eula_accepted && (only == NULL || &only->shown == l);
}

/* Within a change. */
static enum lc_err
accept_write(struct lc *lc, const struct lc_entry *only, const char *by)
{
	const struct lc_model *m = lc->model;
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < m->nlicenses && err == LC_OK; i++) {
		const struct lc_license *l = m->licenses[i];

		if (waits(l, only))
			err = lc_eula_write(lc, lc_entry_of(l),
			    lc_model_store(m, l->device, l->store), by);
	}
	return err;
}

static void
accepted(struct lc *lc, const struct lc_entry *only)
{
	const struct lc_model *m = lc->model;

	for (size_t i = 0; i < m->nlicenses; i++) {
		if (waits(m->licenses[i], only))
			lc_entry_accepted(lc_entry_of(m->licenses[i]), true);
	}
	lc_select(lc);
	lc_change_publish(lc);
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
	if (e->shown.eula_accepted)
		return LC_OK;
	if ((err = lc_change_begin(lc)) != LC_OK)
		return err;
	if ((err = accept_write(lc, e, by != NULL ? by : "")) != LC_OK) {
		lc_change_rollback(lc);
		return err;
	}
	if ((err = lc_change_commit(lc)) == LC_OK)
		accepted(lc, e);
	return err;
}

/* Within a change. */
static enum lc_err
withdraw_write(struct lc *lc, const struct lc_entry *e, const char *by)
{
	const struct lc_place *place = lc_model_store(lc->model,
	    e->shown.device, e->shown.store);
	enum lc_err err = lc_store_withdraw(lc, place->udi, e->shown.terms.id);

	return err != LC_OK ? err : lc_note(lc, "withdraw", e, place, by);
}

enum lc_err
lc_eula_withdraw(struct lc *lc, uint32_t device, uint32_t store,
    uint32_t index, const char *by)
{
	struct lc_entry *e = lc_model_license(lc->model, device, store, index);
	enum lc_err err;

	if (e == NULL)
		return LC_ENOTFOUND;
	if (!e->shown.eula_accepted)
		return LC_OK;
	if (!lc_terms_need_acceptance(&e->shown.terms) || lc->eula_standing)
		return LC_EINVAL;
	if (e->held)
		return LC_EINUSE;
	if ((err = lc_change_begin(lc)) != LC_OK)
		return err;
	if ((err = withdraw_write(lc, e, by != NULL ? by : "")) != LC_OK) {
		lc_change_rollback(lc);
		return err;
	}
	if ((err = lc_change_commit(lc)) != LC_OK)
		return err;
	lc_entry_accepted(e, false);
	lc_select(lc);
	lc_change_publish(lc);
	return LC_OK;
}

const struct lc_license *
lc_eula_pending(const struct lc *lc, const struct lc_license *after)
{
	const struct lc_model *m = lc->model;
	bool past = after == NULL;

	for (size_t i = 0; i < m->nlicenses; i++) {
		if (past && waits(m->licenses[i], NULL))
			return m->licenses[i];
		past |= m->licenses[i] == after;
	}
	return NULL;
}

/* ---- Standing acceptance --------------------------------------------- */

enum lc_err
lc_eula_load(struct lc *lc)
{
	int64_t on = 0;
	enum lc_err err = lc_sealed_get(lc, LC_SEALED_EULA, &on, 1);

	if (err == LC_EDAMAGED)
		lc_notice(lc, err, "the standing acceptance of agreements was"
		    " altered, and does not count");
	lc->eula_standing = err == LC_OK && on != 0;
	return err == LC_ENOTFOUND || err == LC_EDAMAGED ? LC_OK : err;
}

enum lc_err
lc_eula_catch_up(struct lc *lc)
{
	enum lc_err err;

	if (!lc->eula_standing || lc_eula_pending(lc, NULL) == NULL)
		return LC_OK;
	if ((err = lc_change_begin(lc)) != LC_OK)
		return err;
	if ((err = accept_write(lc, NULL, "standing")) != LC_OK) {
		lc_change_rollback(lc);
		return err;
	}
	if ((err = lc_change_commit(lc)) == LC_OK)
		accepted(lc, NULL);
	return err;
}

static enum lc_err
standing_write(struct lc *lc, bool on, const char *by)
{
	int64_t number = on;
	enum lc_err err;

	if ((err = lc_sealed_set(lc, LC_SEALED_EULA, &number, 1)) != LC_OK ||
	    (err = lc_history_add(lc, &(struct lc_record){
	    .what = on ? "accept-all" : "accept-each", .udi = "", .id = "",
	    .body = "{}" })) != LC_OK)
		return err;
	return on ? accept_write(lc, NULL, by) : LC_OK;
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
	if ((err = lc_change_begin(lc)) != LC_OK)
		return err;
	if ((err = standing_write(lc, on, by != NULL ? by : "")) != LC_OK) {
		lc_change_rollback(lc);
		return err;
	}
	if ((err = lc_change_commit(lc)) != LC_OK)
		return err;
	lc->eula_standing = on;
	if (on)
		accepted(lc, NULL);
	return LC_OK;
}

/* ---- Texts ----------------------------------------------------------- */

/* The text is what the digest names, or it is not handed out. */
static enum lc_err
text_take(struct lc_rows *rows, const char *digest, char **out)
{
	const char *text = lc_db_text(rows, 0);
	char found[LC_EULA_DIGEST_LEN + 1];
	enum lc_err err = lc_eula_digest(text, strlen(text), found);
	char *copy;

	if (err != LC_OK)
		return err;
	if (strcmp(found, digest) != 0)
		return LC_EDAMAGED;
	if ((copy = strdup(text)) == NULL)
		return LC_ENOMEM;
	*out = copy;
	return LC_OK;
}

enum lc_err
lc_eula_text(struct lc *lc, const char *digest, char **text)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(lc->db, &rows,
	    "SELECT text FROM agreement WHERE digest = ?", "s", digest);
	if (err != LC_OK || (err = lc_db_next(lc->db, rows)) != LC_OK)
		return err;
	err = text_take(rows, digest, text);
	lc_db_stop(rows);
	return err;
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
