/*
 * generate.c - the agreements that the licenses of a file need accepted.
 *
 * Nothing is installed: the file's lines are verified, and those of them are
 * picked whose agreement waits for its acceptance.
 */
#include <stdlib.h>

#include "action.h"
#include "agreements.h"
#include "format/file.h"
#include "format/type.h"
#include "item.h"
#include "state/acceptance.h"

struct generate {
	struct lc_file *file;
	struct lc_items items;		/* one for each result */
	struct lc_item **needed;	/* those to accept */
	size_t nneeded;
};

static enum lc_err
begin(struct lc_action *a)
{
	struct generate *g;
	enum lc_err err;

	if ((err = lc_request_check(a->lc, &a->request, &a->detail)) != LC_OK)
		return err;
	if ((a->work = g = calloc(1, sizeof *g)) == NULL)
		return LC_ENOMEM;
	if ((err = lc_file_parse(a->request.data, a->request.len, &g->file,
	    &a->detail)) != LC_OK ||
	    (err = lc_action_results_new(a, g->file->nlines)) != LC_OK ||
	    (err = lc_items_new(&g->items, a, g->file->nlines, 0)) != LC_OK)
		return err;
	for (size_t i = 0; i < g->items.n; i++)
		g->items.list[i].text = g->file->lines[i];
	g->needed = calloc(g->items.n, sizeof(struct lc_item *));
	return g->needed != NULL ? LC_OK : LC_ENOMEM;
}

/* Accepted, or in need of no acceptance, is not needed. */
static enum lc_err
need_judge(struct lc_action *a, struct generate *g, struct lc_item *item)
{
	const struct lc_terms *t = &item->entry->public.terms;
	const struct lc_device *d = lc_item_device(a, t);
	bool accepted = !lc_terms_need_acceptance(t) || a->lc->eula_standing;
	enum lc_err err = LC_OK;

	if (!accepted && d != NULL)
		err = lc_acceptance_load(&a->lc->state, d->udi, t->id,
		    &accepted);
	if (err == LC_OK && !accepted)
		g->needed[g->nneeded++] = item;
	return err;
}

static enum lc_err
finish(struct lc_action *a, struct generate *g)
{
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < g->items.n && err == LC_OK; i++) {
		struct lc_item *item = &g->items.list[i];

		if (item->entry == NULL || item->result->state == LC_FAILED)
			continue;
		item->result->state = LC_SUCCESSFUL;
		err = need_judge(a, g, item);
	}
	if (err != LC_OK)
		return err;
	return lc_agreements_output(a, g->file, g->needed, g->nneeded);
}

static bool
step(struct lc_action *a)
{
	struct generate *g = a->work;
	enum lc_err err = LC_OK;
	bool over = false;

	if (g == NULL)
		err = begin(a);
	else if (lc_items_verify(a, &g->items)) {
		err = finish(a, g);
		over = true;
	}
	if (err != LC_OK)
		lc_action_fail(a, err);
	return over || err != LC_OK;
}

static void
end(struct lc_action *a)
{
	struct generate *g = a->work;

	if (g == NULL)
		return;
	lc_items_free(&g->items);
	lc_file_free(g->file);
	free(g->needed);
	free(g);
}

static bool
complete(const struct lc_request *r)
{
	return r->data != NULL;
}

const struct lc_job lc_job_generate_eula = { complete, step, end, NULL };
