/* item.c - licenses on their way into stores: item.h. */
#include "item.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/slice.h"
#include "eula.h"
#include "format/line.h"
#include "format/type.h"
#include "dates.h"
#include "recall.h"
#include "state/acceptance.h"
#include "state/licenses.h"
#include "store.h"

/* Lines verified in one slice, at most. */
#define SLICE_LINES 16

enum lc_err
lc_items_new(struct lc_items *items, struct lc_action *a, size_t n,
    size_t first)
{
	/* One more, as calloc may give NULL for none. */
	items->list = calloc(n + 1, sizeof *items->list);
	if (items->list == NULL)
		return LC_ENOMEM;
	items->n = n;
	items->keys = a->lc->keys;
	for (size_t i = 0; i < n; i++)
		items->list[i].result = &a->results[first + i];
	return LC_OK;
}

void
lc_items_free(struct lc_items *items)
{
	for (size_t i = 0; i < items->n; i++)
		lc_entry_free(items->list[i].entry);
	free(items->list);
}

/* ---- Lines ----------------------------------------------------------- */

static enum lc_err
line_open(struct lc_action *a, struct lc_item *item)
{
	struct lc_line *line;
	enum lc_err err;

	err = lc_line_open(item->text.text, item->text.len,
	    a->lc->model->trust, &line, &item->result->detail);
	if (err != LC_OK)
		return lc_file_line_fail(&item->text, err,
		    &item->result->detail);
	err = lc_entry_new(&a->lc->texts, line, &item->entry);
	lc_line_free(line);
	if (err != LC_OK)
		return err;
	item->entry->bytes = (uint32_t)item->text.len;
	return lc_result_describe(a, item->result, &item->entry->public.terms);
}

/* What it was judged for a review, but for a bad line. */
static void
forget(struct lc_item *item)
{
	item->place = NULL;
	item->accepts = false;
	if (item->entry == NULL)
		return;
	item->entry->public.device = item->entry->public.store = 0;
	lc_result_reset(item->result);
}

/* Other keys are in force than those that the first ones verified with. */
static void
verify_again(struct lc_action *a, struct lc_items *items)
{
	for (size_t i = 0; i < items->verified; i++) {
		struct lc_item *item = &items->list[i];

		forget(item);
		lc_entry_free(item->entry);
		item->entry = NULL;
		lc_result_reset(item->result);
	}
	items->verified = 0;
	items->keys = a->lc->keys;
}

bool
lc_items_verify(struct lc_action *a, struct lc_items *items)
{
	struct lc_slice slice = lc_slice_begin();
	size_t end;

	if (items->keys != a->lc->keys)
		verify_again(a, items);
	end = items->verified + SLICE_LINES;
	while (items->verified < items->n && items->verified < end &&
	    !lc_slice_is_over(&slice)) {
		struct lc_item *item = &items->list[items->verified++];
		enum lc_err err = line_open(a, item);

		if (err == LC_OK)
			continue;
		lc_result_fail(item->result, err);
		if (a->request.stop_on_failure)
			items->verified = items->n;
	}
	a->done = items->verified;
	a->total = items->n;
	return items->verified == items->n;
}

const struct lc_device *
lc_item_device(const struct lc_action *a, const struct lc_terms *t)
{
	const struct lc_model *m = a->lc->model;
	const struct lc_device *found = NULL;

	if (a->request.device != 0 || t->nudis == 0) {
		found = lc_model_device(m, a->request.device);
		return found != NULL && lc_terms_fit(t, found->udi) ?
		    found : NULL;
	}
	for (size_t i = 0; i < m->ndevices; i++) {
		const struct lc_device *d = m->devices[i];

		if (!lc_terms_fit(t, d->udi))
			continue;
		if (!lc_identity_is_present(m->identities, d->udi, t->id))
			return d;
		found = found != NULL ? found : d;
	}
	return found;
}

/* ---- Judging --------------------------------------------------------- */

enum lc_err
lc_items_begin(struct lc_action *a, struct lc_items *items)
{
	struct lc_model *m = a->lc->model;
	enum lc_err err;

	for (size_t i = 0; i < items->n; i++)
		forget(&items->list[i]);
	if ((err = lc_model_reserve(m, items->n)) != LC_OK)
		return err;
	lc_identities_untake(m->identities);
	for (size_t i = 0; i < m->nstores; i++)
		lc_place_of(m->stores[i])->planned = 0;
	return LC_OK;
}

/* MIB evaluationSubscription: a device gets one of a feature, ever. */
static enum lc_err
first_evaluation(struct lc *lc, const char *udi, const struct lc_terms *t,
    struct lc_detail *detail)
{
	const char *id = lc_license_once(&lc->state, udi, t);

	return id == NULL ? LC_OK : lc_fail(detail, LC_EEXISTS, "license %s:"
	    " %s had its evaluation subscription, license %s", t->id,
	    t->feature, id);
}

/* And not two of them in one file. */
static bool
evaluation_planned(const struct lc_items *items, const struct lc_entry *e)
{
	for (size_t i = 0; i < items->n; i++) {
		const struct lc_entry *other = items->list[i].entry;

		if (other != NULL && other != e &&
		    items->list[i].place != NULL &&
		    other->public.device == e->public.device &&
		    other->public.terms.type == e->public.terms.type &&
		    strcmp(other->public.terms.feature,
		    e->public.terms.feature) == 0)
			return true;
	}
	return false;
}

static enum lc_err
new_here(struct lc_action *a, const struct lc_items *items,
    const struct lc_entry *e, const struct lc_place *place,
    struct lc_detail *detail)
{
	bool once = lc_type_rules(e->public.terms.type)->once;
	const char *id = e->public.terms.id;
	const struct lc_identity *known =
	    lc_identity_find(&a->lc->state.book.identities, place->udi, id);
	enum lc_err err;

	if (known != NULL && (known->first != NULL || known->taken))
		return lc_fail(detail, LC_EEXISTS,
		    "license %s is installed already", id);
	if (once && evaluation_planned(items, e))
		return lc_fail(detail, LC_EEXISTS, "license %s: another"
		    " evaluation subscription of %s is in this file", id,
		    e->public.terms.feature);
	if (once && (err = first_evaluation(a->lc, place->udi,
	    &e->public.terms, detail)) != LC_OK)
		return err;
	return lc_store_not_revoked(&a->lc->state, place->udi, id, detail);
}

/* Does the request, or a standing acceptance, accept all agreements? */
static bool
agreed(const struct lc_action *a)
{
	return a->request.accept_eula || a->lc->eula_standing;
}

static enum lc_err
eula_judge(const struct lc_action *a, const struct lc_items *items,
    const struct lc_entry *e, struct lc_detail *detail)
{
	if (e->public.eula_accepted || items->eula_later ||
	    agreed(a))
		return LC_OK;
	return lc_fail(detail, LC_EEULA, "license %s: its end user license"
	    " agreement has to be accepted with the installation",
	    e->public.terms.id);
}

static enum lc_err
space_judge(const struct lc_place *place, const struct lc_entry *e,
    struct lc_detail *detail)
{
	int64_t left = (int64_t)place->public.size_left - place->planned;

	if ((int64_t)e->bytes <= left)
		return LC_OK;
	return lc_fail(detail, LC_EFULL, "store %s: %lld bytes left, the"
	    " license needs %u", place->public.name,
	    (long long)(left > 0 ? left : 0), e->bytes);
}

/* In the order in which causes are reported. */
enum lc_err
lc_item_judge(struct lc_action *a, struct lc_items *items,
    struct lc_item *item, struct lc_place *place)
{
	struct lc_detail *detail = &item->result->detail;
	struct lc_entry *e = item->entry;
	enum lc_err err;

	e->public.store = place->public.index;
	if ((err = new_here(a, items, e, place, detail)) != LC_OK ||
	    (err = lc_terms_check(&e->public.terms, detail)) != LC_OK ||
	    (err = lc_dates_judge(a->lc, &e->public.terms, detail)) !=
	    LC_OK ||
	    (err = lc_recall(a->lc, place, e)) != LC_OK ||
	    (err = eula_judge(a, items, e, detail)) != LC_OK ||
	    (err = space_judge(place, e, detail)) != LC_OK)
		return err;
	item->place = place;
	return LC_OK;
}

void
lc_item_plan(struct lc_item *item)
{
	item->entry->identity->taken = true;
	item->place->planned += (int64_t)item->entry->bytes;
}

/* ---- Writing --------------------------------------------------------- */

static enum lc_err
agreement_write(struct lc_action *a, const struct lc_file *file,
    struct lc_item *item)
{
	const struct lc_terms *t = &item->entry->public.terms;
	const struct lc_file_eula *eula;
	enum lc_err err;

	if (*t->eula == '\0')
		return LC_OK;
	eula = lc_file_find_eula(file, t->eula);
	if (eula != NULL &&
	    (err = lc_agreement_add(&a->lc->state, eula)) != LC_OK)
		return err;
	if (item->entry->public.eula_accepted || !agreed(a))
		return LC_OK;
	item->accepts = true;
	return lc_eula_write(a->lc, item->entry, a->request.by);
}

enum lc_err
lc_item_write(struct lc_action *a, const struct lc_file *file,
    struct lc_item *item)
{
	struct lc_entry *e = item->entry;
	enum lc_err err;

	e->public.installed = lc_now(&a->lc->state);
	if ((err = lc_license_put(&a->lc->state, item->place, e,
	    &item->text)) != LC_OK ||
	    (err = lc_action_note(a, "install", e)) != LC_OK ||
	    (err = agreement_write(a, file, item)) != LC_OK)
		return err;
	return lc_action_tell(a, LC_EVENT_INSTALLED, e);
}

void
lc_item_written(struct lc_action *a, struct lc_item *item)
{
	struct lc_result *r = item->result;
	struct lc_entry *e = item->entry;

	if (item->accepts)
		e->identity->accepted = true;
	lc_entry_refresh(e);
	item->place->public.size_left -= (uint32_t)e->bytes;
	r->state = LC_SUCCESSFUL;
	r->device = e->public.device;
	r->store = e->public.store;
	r->index = e->public.index;
	lc_model_add(a->lc->model, e);
	item->entry = NULL;
	item->place = NULL;
}
