/* check.c - is everything on disk as it was written? */
#include <stdlib.h>

#include "base/error.h"
#include "format/line.h"
#include "state/lines.h"
#include "state/twin.h"
#include "store.h"

/* Findings go on; what keeps from looking ends it. */
struct findings {
	struct lc *lc;
	struct lc_detail *first;
	bool any;
};

static enum lc_err
found(struct findings *f, enum lc_err err, const char *text)
{
	if (err != LC_EDAMAGED)
		return err;
	if (!f->any)
		(void)lc_fail(f->first, err, "%s", text);
	f->any = true;
	lc_notice(&f->lc->host, err, "%s", text);
	return LC_OK;
}

static enum lc_err
check_files(struct findings *f)
{
	const struct lc_model *m = f->lc->model;
	struct lc_detail why = { "" };
	enum lc_err err;

	err = lc_twin_check(f->lc->state.twin, &why);
	if (err == LC_EDAMAGED)		/* the next tick makes it again */
		f->lc->due.compare_ms = 0;
	err = found(f, err, why.text);
	for (size_t i = 0; i < m->nstores && err == LC_OK; i++)
		err = found(f, lc_store_check(f->lc,
		    lc_place_of(m->stores[i]), &why), why.text);
	return err;
}

/* Whatever was added since: once found damaged, the history stays so. */
static enum lc_err
check_findings(struct findings *f)
{
	struct lc_detail why;
	char *body;
	enum lc_err err = lc_history_damage(&f->lc->state, &body);

	if (err != LC_OK || body == NULL)
		return err;
	(void)lc_fail(&why, LC_EDAMAGED, "history: it was found damaged"
	    " before: %s", body);
	free(body);
	return found(f, LC_EDAMAGED, why.text);
}

/* A license that is loaded is used, or was told not to be. */
static bool
is_loaded(const struct lc *lc, const struct lc_place *place, const char *id)
{
	const struct lc_identity *known = lc_identity_find(&lc->identities,
	    place->udi, id);

	return known != NULL && known->first != NULL;
}

static enum lc_err
check_lines(const struct lc *lc, const struct lc_place *place,
    struct lc_lines *lines)
{
	struct lc_stored_line text;
	struct lc_line *line;
	enum lc_err err;

	while ((err = lc_lines_next(lines, &text)) == LC_OK) {
		struct lc_detail why = { "" };

		if (is_loaded(lc, place, text.id))
			continue;
		err = lc_line_open_again(text.text, text.len,
		    lc->model->trust, &line, &why);
		if (err == LC_OK)
			lc_line_free(line);
		else if (err == LC_EKEY)
			lc_store_line_unused(lc, place, text.text, text.len,
			    err, &why);
		else if (err == LC_ENOMEM)
			return err;
	}
	return err == LC_ENOTFOUND ? LC_OK : err;
}

/*
 * Licenses whose key does not count (any more): nothing is damaged, but this is
 * where one looks for them, since they are in no list.
 */
static enum lc_err
check_keys(struct lc *lc)
{
	const struct lc_model *m = lc->model;
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < m->nstores && err == LC_OK; i++) {
		const struct lc_place *place = lc_place_of(m->stores[i]);
		struct lc_lines lines;

		if (!place->public.present ||
		    place->public.kind == LC_STORE_BUILT_IN)
			continue;
		err = lc_medium_attach(&lc->state, place, false, NULL);
		if (err == LC_OK)
			err = lc_lines_begin(&lines, &lc->state, place);
		if (err == LC_OK) {
			err = check_lines(lc, place, &lines);
			lc_lines_end(&lines);
		}
		lc_medium_detach(&lc->state);
	}
	return err;
}

enum lc_err
lc_check(struct lc *lc, struct lc_detail *detail)
{
	struct findings f = { .lc = lc, .first = detail };
	enum lc_err err;

	if ((err = check_files(&f)) != LC_OK ||
	    (err = check_findings(&f)) != LC_OK)
		return err;
	/* What is damaged was told already. */
	if (!f.any && (err = check_keys(lc)) != LC_OK)
		return err;
	return f.any ? LC_EDAMAGED : LC_OK;
}
