/* agreements.c - agreements to accept, as a text: agreements.h. */
#include "agreements.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "eula.h"
#include "format/type.h"
#include "state/acceptance.h"

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
text_append(struct lc_action *a, const struct lc_file *file,
    const char *digest, struct lc_file_writer *w)
{
	const struct lc_file_eula *eula = lc_file_find_eula(file, digest);

	return eula != NULL ?
	    lc_file_writer_eula(w, eula->text, eula->len, NULL) :
	    lc_eula_append(a->lc, digest, w);
}

/* One agreement, with the n licenses that need it. */
static enum lc_err
agreement_append(struct lc_action *a, const struct lc_file *file,
    struct lc_item *const *needed, size_t n, struct lc_file_writer *w)
{
	const char *digest = needed[0]->entry->public.terms.eula;
	struct lc_file_writer text = { 0 };
	enum lc_err err = text_append(a, file, digest, &text);

	if (err == LC_ENOTFOUND && a->request.review) {
		lc_file_writer_text(&text, "(text not available)\n");
		err = lc_file_writer_end(&text);
	}
	for (size_t i = 0; i < n && err == LC_OK; i++) {
		const struct lc_terms *t = &needed[i]->entry->public.terms;

		lc_file_writer_text(w, "License:   %s %s, %s, %s\n",
		    t->feature, t->version, lc_type_name(t->type), t->id);
	}
	for (size_t i = 0; i < n && err == LC_ENOTFOUND; i++) {
		struct lc_result *r = needed[i]->result;

		lc_result_fail(r, lc_fail(&r->detail, LC_EEULA, "the text of"
		    " its agreement is not in the file"));
	}
	if (err == LC_OK)
		lc_file_writer_text(w, "Agreement: %s\n%s\n", digest,
		    text.text);
	lc_file_writer_free(&text);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

/* How many of these have the first one's agreement. */
static size_t
run_length(struct lc_item *const *needed, size_t n)
{
	const char *digest = needed[0]->entry->public.terms.eula;
	size_t len = 1;

	while (len < n &&
	    strcmp(needed[len]->entry->public.terms.eula, digest) == 0)
		len++;
	return len;
}

enum lc_err
lc_agreements_output(struct lc_action *a, const struct lc_file *file,
    struct lc_item **needed, size_t n)
{
	struct lc_file_writer w = { 0 };
	enum lc_err err = LC_OK;

	if (n > 0)
		qsort(needed, n, sizeof(struct lc_item *), digest_order);
	for (size_t i = 0, len; i < n && err == LC_OK; i += len) {
		len = run_length(needed + i, n - i);
		err = agreement_append(a, file, needed + i, len, &w);
	}
	if (err == LC_OK)
		return lc_action_output_take(a, &w);
	lc_file_writer_free(&w);
	return err;
}

/* ---- Of a file ------------------------------------------------------- */

static bool
is_needed(const struct lc_action *a, const struct lc_terms *t)
{
	const struct lc_device *d = lc_item_device(a, t);

	return lc_terms_need_acceptance(t) && !a->lc->eula_standing &&
	       (d == NULL || !lc_acceptance_is_there(&a->lc->state, d->udi,
	       t->id));
}

enum lc_err
lc_agreements_generate(struct lc_action *a, const struct lc_file *file,
    struct lc_items *items)
{
	struct lc_item **list = calloc(items->n + 1, sizeof(struct lc_item *));
	enum lc_err err = list != NULL ? LC_OK : LC_ENOMEM;
	size_t n = 0;

	for (size_t i = 0; i < items->n && err == LC_OK; i++) {
		struct lc_item *item = &items->list[i];

		if (item->entry == NULL || item->result->state == LC_FAILED)
			continue;
		item->result->state = LC_SUCCESSFUL;
		if (is_needed(a, &item->entry->public.terms))
			list[n++] = item;
	}
	if (err == LC_OK)
		err = lc_agreements_output(a, file, list, n);
	free(list);
	return err;
}

/* ---- Review ---------------------------------------------------------- */

bool
lc_item_show(const struct lc_action *a, const struct lc_item *item,
    struct lc_plan *plan)
{
	const struct lc_license *l;

	if (item->entry == NULL)
		return false;
	l = &item->entry->public;
	*plan = (struct lc_plan){
		.terms = &l->terms,
		.needs_eula = item->result->state != LC_FAILED &&
		    lc_terms_need_acceptance(&l->terms) && !l->eula_accepted &&
		    !a->lc->eula_standing,
	};
	return true;
}

enum lc_err
lc_items_agreements(struct lc_action *a, const struct lc_file *file,
    struct lc_items *items)
{
	struct lc_item **needed = calloc(items->n + 1,
	    sizeof(struct lc_item *));
	struct lc_plan plan;
	size_t n = 0;
	enum lc_err err;

	if (needed == NULL)
		return LC_ENOMEM;
	for (size_t i = 0; i < items->n; i++) {
		if (lc_item_show(a, &items->list[i], &plan) && plan.needs_eula)
			needed[n++] = &items->list[i];
	}
	err = lc_agreements_output(a, file, needed, n);
	free(needed);
	return err;
}
