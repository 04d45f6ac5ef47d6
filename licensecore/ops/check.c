/* check.c - is everything on disk as it was written? */
#include <stdlib.h>

#include "base/error.h"
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

enum lc_err
lc_check(struct lc *lc, struct lc_detail *detail)
{
	struct findings f = { .lc = lc, .first = detail };
	enum lc_err err;

	if ((err = check_files(&f)) != LC_OK ||
	    (err = check_findings(&f)) != LC_OK)
		return err;
	return f.any ? LC_EDAMAGED : LC_OK;
}
