/*
 * install.c - license files into stores; or the agreements they need.
 *
 * Lines are verified in slices, which costs time and depends on nothing but
 * the trusted keys; everything that depends on what is installed is judged in
 * the last slice, together with the writing.
 */
#include <stdlib.h>

#include "action.h"
#include "agreements.h"
#include "base/error.h"
#include "format/file.h"
#include "item.h"
#include "lease.h"
#include "state/change.h"
#include "state/lines.h"

struct install {
	struct lc_file *file;
	struct lc_items items;		/* one for each result */
};

/* ---- Where to -------------------------------------------------------- */

/* Gives each verified license its device; do they differ? */
static bool
devices_assign(struct lc_action *a, struct lc_items *items)
{
	uint32_t first = 0;
	bool several = false;

	for (size_t i = 0; i < items->n; i++) {
		struct lc_entry *e = items->list[i].entry;
		const struct lc_device *d;

		if (e == NULL || (d = lc_item_device(a, &e->public.terms)) == NULL)
			continue;
		e->public.device = d->index;
		items->list[i].result->device = d->index;
		if (first == 0)
			first = d->index;
		several |= d->index != first;
	}
	return several;
}

/* MIB clmgmtLicenseActionEntry: several devices, each its default store. */
static struct lc_place *
place_for(const struct lc_action *a, uint32_t device, bool several)
{
	const struct lc_model *m = a->lc->model;
	uint32_t store = several ? 0 : a->request.store;

	if (store == 0)
		store = lc_model_device(m, device)->default_store;
	return lc_model_store(m, device, store);
}

/* ---- Judging --------------------------------------------------------- */

static enum lc_err
udi_problem(struct lc_action *a, const struct lc_terms *t,
    struct lc_detail *detail)
{
	const struct lc_device *d =
	    lc_model_device(a->lc->model, a->request.device);

	return lc_fail(detail, LC_EUDI, "license %s is for %s%s, this is %s",
	    t->id, t->udis[0], t->nudis > 1 ? " and others" : "",
	    d != NULL ? d->udi : "no device any more");
}

static enum lc_err
item_judge(struct lc_action *a, struct lc_items *items, struct lc_item *item,
    bool several)
{
	struct lc_detail *detail = &item->result->detail;
	struct lc_entry *e = item->entry;
	struct lc_place *place;

	if (e->public.device == 0)
		return udi_problem(a, &e->public.terms, detail);
	place = place_for(a, e->public.device, several);
	if (place == NULL || !place->public.present ||
	    place->public.kind == LC_STORE_BUILT_IN)
		return lc_fail(detail, LC_ESTORE, "device %u has no store %u"
		    " to install to", e->public.device, a->request.store);
	return lc_item_judge(a, items, item, place);
}

/* Judges all, up to the first bad one if that stops the action. */
static void
items_judge(struct lc_action *a, struct lc_items *items)
{
	bool several = devices_assign(a, items);

	for (size_t i = 0; i < items->n; i++) {
		struct lc_item *item = &items->list[i];
		enum lc_err err = LC_OK;

		if (item->result->state != LC_FAILED)
			err = item_judge(a, items, item, several);
		if (err != LC_OK)
			lc_result_fail(item->result, err);
		if (item->result->state != LC_FAILED)
			lc_item_plan(item);
		else if (a->request.stop_on_failure)
			break;
	}
}

/* ---- Writing --------------------------------------------------------- */

/* One store's licenses, in one transaction. */
static enum lc_err
place_write(struct lc_action *a, struct install *in,
    const struct lc_place *place, struct lc_detail *detail)
{
	struct lc_state *st = &a->lc->state;
	enum lc_err err;

	if ((err = lc_medium_attach(st, place, false, detail)) != LC_OK)
		return err;
	err = lc_change_begin(st);
	for (size_t i = 0; i < in->items.n && err == LC_OK; i++) {
		if (in->items.list[i].place == place)
			err = lc_item_write(a, in->file, &in->items.list[i]);
	}
	if ((err = lc_change_end(st, err)) != LC_OK)
		(void)lc_fail(detail, err, "store %s: %s",
		    place->public.name, st->why.text);
	lc_medium_detach(st);
	return err;
}

/* Into memory, which cannot fail: the model has room. */
static void
place_written(struct lc_action *a, struct lc_items *items,
    const struct lc_place *place)
{
	for (size_t i = 0; i < items->n; i++) {
		if (items->list[i].place == place)
			lc_item_written(a, &items->list[i]);
	}
	lc_model_sort(a->lc->model);
	lc_settle(a->lc);
}

static void
place_not_written(struct lc_items *items, const struct lc_place *place,
    enum lc_err err, const struct lc_detail *detail)
{
	for (size_t i = 0; i < items->n; i++) {
		struct lc_item *item = &items->list[i];

		if (item->place != place)
			continue;
		item->result->detail = *detail;
		lc_result_fail(item->result, err);
		item->place = NULL;
	}
}

static void
items_write(struct lc_action *a, struct install *in)
{
	for (size_t i = 0; i < in->items.n; i++) {
		const struct lc_place *place = in->items.list[i].place;
		struct lc_detail detail = { "" };
		enum lc_err err;

		if (place == NULL)
			continue;
		err = place_write(a, in, place, &detail);
		if (err == LC_OK)
			place_written(a, &in->items, place);
		else
			place_not_written(&in->items, place, err, &detail);
		if (err != LC_OK && a->request.stop_on_failure)
			break;
	}
}

/* ---- Slices ---------------------------------------------------------- */

static enum lc_err
begin(struct lc_action *a)
{
	struct install *in;
	enum lc_err err;

	if ((err = lc_request_check(a->lc, &a->request, &a->detail)) != LC_OK)
		return err;
	if ((a->work = in = calloc(1, sizeof *in)) == NULL)
		return LC_ENOMEM;
	if ((err = lc_file_parse(a->request.data, a->request.len, &in->file,
	    &a->detail)) != LC_OK ||
	    (err = lc_action_results_new(a, in->file->nlines)) != LC_OK ||
	    (err = lc_items_new(&in->items, a, in->file->nlines, 0)) != LC_OK)
		return err;
	for (size_t i = 0; i < in->items.n; i++)
		in->items.list[i].text = in->file->lines[i];
	return LC_OK;
}

static enum lc_err
judge(struct lc_action *a, struct install *in)
{
	enum lc_err err;

	/* The device or the store may have gone since the first slice. */
	if ((err = lc_request_check(a->lc, &a->request, &a->detail)) != LC_OK ||
	    (err = lc_items_begin(a, &in->items)) != LC_OK)
		return err;
	items_judge(a, &in->items);
	return LC_OK;
}

/* As if agreements were accepted, which is what is asked then. */
static enum lc_err
review(struct lc_action *a, struct install *in)
{
	bool accept = a->request.accept_eula;
	enum lc_err err;

	a->request.accept_eula = true;
	err = judge(a, in);
	a->request.accept_eula = accept;
	if (err == LC_OK)
		err = lc_items_agreements(a, in->file, &in->items);
	a->waits = err == LC_OK;
	return err;
}

static enum lc_err
finish(struct lc_action *a, struct install *in)
{
	enum lc_err err = judge(a, in);

	if (err == LC_OK)
		items_write(a, in);
	return err;
}

static enum lc_err
last_slice(struct lc_action *a, struct install *in)
{
	if (a->request.kind == LC_GENERATE_EULA)
		return lc_agreements_generate(a, in->file, &in->items);
	return a->request.review ? review(a, in) : finish(a, in);
}

static bool
step(struct lc_action *a)
{
	struct install *in = a->work;
	enum lc_err err = LC_OK;
	bool over = false;

	if (in == NULL)
		err = begin(a);
	else if (lc_items_verify(a, &in->items)) {
		err = last_slice(a, in);
		over = true;
	}
	if (err != LC_OK)
		lc_action_fail(a, err);
	return over || err != LC_OK;
}

static void
end(struct lc_action *a)
{
	struct install *in = a->work;

	if (in == NULL)
		return;
	lc_items_free(&in->items);
	lc_file_free(in->file);
	free(in);
}

static bool
plan(const struct lc_action *a, size_t i, struct lc_plan *out)
{
	const struct install *in = a->work;

	return lc_item_show(a, &in->items.list[i], out);
}

static bool
complete(const struct lc_request *r)
{
	return r->data != NULL;
}

const struct lc_job lc_job_install = { complete, step, end, plan };
const struct lc_job lc_job_generate_eula = { complete, step, end, NULL };
