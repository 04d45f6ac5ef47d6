/*
 * generate.c - the agreements that the licenses of a file need accepted.
 *
 * Nothing is installed: the file's lines are verified, and those of them whose
 * agreement waits for its acceptance are sorted by it.
 */
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "base/error.h"
#include "eula.h"
#include "format/file.h"
#include "format/type.h"
#include "item.h"
#include "state/acceptance.h"

struct generate {
	struct lc_file *file;
	struct lc_items items;		/* one for each result */
	struct lc_item **needed;	/* those to accept, by digest */
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
		err = lc_acceptance_load(&a->lc->state, d->udi, t, &accepted);
	if (err == LC_OK && !accepted)
		g->needed[g->nneeded++] = item;
	return err;
}

static int
digest_order(const void *x, const void *y)
{
	const struct lc_item *const *a = x, *const *b = y;
	int by = strcmp((*a)->entry->public.terms.eula,
	    (*b)->entry->public.terms.eula);

	return by != 0 ? by : (*a < *b ? -1 : *a > *b);
}

/* From the file, else from what files brought before. */
static enum lc_err
text_append(struct lc_action *a, const struct generate *g, const char *digest,
    struct lc_file_writer *w)
{
	const struct lc_file_eula *eula = lc_file_find_eula(g->file, digest);

	return eula != NULL ?
	    lc_file_writer_eula(w, eula->text, eula->len, NULL) :
	    lc_eula_append(a->lc, digest, w);
}

/* One agreement under the licenses that need it: items from to end. */
static enum lc_err
agreement_append(struct lc_action *a, const struct generate *g, size_t from,
    size_t end, struct lc_file_writer *w)
{
	const char *digest = g->needed[from]->entry->public.terms.eula;
	struct lc_file_writer text = { 0 };
	enum lc_err err = text_append(a, g, digest, &text);

	for (size_t i = from; i < end && err == LC_OK; i++) {
		const struct lc_terms *t = &g->needed[i]->entry->public.terms;

		lc_file_writer_text(w, "License:   %s %s, %s, %s\n",
		    t->feature, t->version, lc_type_name(t->type), t->id);
	}
	for (size_t i = from; i < end && err == LC_ENOTFOUND; i++) {
		struct lc_result *r = g->needed[i]->result;

		lc_result_fail(r, lc_fail(&r->detail, LC_EEULA, "the text of"
		    " its agreement is not in the file"));
	}
	if (err == LC_OK)
		lc_file_writer_text(w, "Agreement: %s\n%s\n", digest,
		    text.text);
	lc_file_writer_free(&text);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static size_t
run_end(const struct generate *g, size_t from)
{
	size_t end = from;

	while (end < g->nneeded &&
	    strcmp(g->needed[from]->entry->public.terms.eula,
	    g->needed[end]->entry->public.terms.eula) == 0)
		end++;
	return end;
}

static enum lc_err
finish(struct lc_action *a, struct generate *g)
{
	struct lc_file_writer w = { 0 };
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < g->items.n && err == LC_OK; i++) {
		struct lc_item *item = &g->items.list[i];

		if (item->entry == NULL || item->result->state == LC_FAILED)
			continue;
		item->result->state = LC_SUCCESSFUL;
		err = need_judge(a, g, item);
	}
	if (err == LC_OK && g->nneeded > 0)
		qsort(g->needed, g->nneeded, sizeof(struct lc_item *),
		    digest_order);
	for (size_t i = 0, end; i < g->nneeded && err == LC_OK; i = end) {
		end = run_end(g, i);
		err = agreement_append(a, g, i, end, &w);
	}
	if (err == LC_OK)
		return lc_action_output_take(a, &w);
	lc_file_writer_free(&w);
	return err;
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

const struct lc_job lc_job_generate_eula = { complete, step, end };
