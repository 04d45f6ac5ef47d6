/*
 * install.c - license files into stores.
 *
 * Lines are verified in slices, which costs time and depends on nothing but
 * the trusted keys; everything that depends on what is installed is judged in
 * the last slice, together with the writing.
 */
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "change.h"
#include "clock.h"
#include "core.h"
#include "db.h"
#include "error.h"
#include "file.h"
#include "line.h"
#include "model.h"
#include "select.h"
#include "store.h"

/* Lines verified in one slice: about two milliseconds of signatures. */
#define SLICE_LINES 16

/* A license of an installation. */
struct item {
	const struct lc_file_line *text;
	struct lc_entry *entry;		/* once its line was opened */
	struct lc_place *place;		/* once it was judged good */
};

struct install {
	struct lc_file *file;
	struct item *items;		/* one for each result */
	size_t n, verified;
	struct lc_ids planned;		/* judged good in this action */
};

/* ---- Installing: lines ----------------------------------------------- */

static enum lc_err
line_open(struct lc_action *a, struct item *item, struct lc_result *r)
{
	struct lc_line *line;
	enum lc_err err;

	err = lc_line_open(item->text->text, item->text->len,
	    a->lc->model->trust, &line, &r->detail);
	if (err != LC_OK)
		return err;
	if ((err = lc_entry_new(line, NULL, &item->entry)) != LC_OK) {
		lc_line_free(line);
		return err;
	}
	item->entry->bytes = item->text->len;
	return lc_result_describe(a, r, &item->entry->shown.terms);
}

static bool
line_verify(struct lc_action *a, struct install *in, size_t i)
{
	enum lc_err err;

	in->items[i].text = &in->file->lines[i];
	err = line_open(a, &in->items[i], &a->results[i]);
	if (err != LC_OK)
		lc_result_fail(&a->results[i], err);
	return err == LC_OK;
}

/*
 * The device that a license is for: the one that was asked for, else the one
 * of its UDIs that lacks it, else the master.
 */
static const struct lc_device *
device_for(const struct lc_action *a, const struct lc_terms *t)
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
		if (lc_ids_find(&m->ids, d->index, t->id) == NULL)
			return d;
		found = found != NULL ? found : d;
	}
	return found;
}

/* Gives each verified license its device; do they differ? */
static bool
devices_assign(struct lc_action *a, struct install *in)
{
	uint32_t first = 0;
	bool several = false;

	for (size_t i = 0; i < a->nresults; i++) {
		struct lc_entry *e = in->items[i].entry;
		const struct lc_device *d;

		if (e == NULL || (d = device_for(a, &e->shown.terms)) == NULL)
			continue;
		e->shown.device = d->index;
		a->results[i].device = d->index;
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

/* ---- Installing: judging --------------------------------------------- */

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
eula_judge(const struct lc_action *a, const struct lc_entry *e,
    struct lc_detail *detail)
{
	if (e->shown.eula_accepted || a->request.accept_eula)
		return LC_OK;
	return lc_fail(detail, LC_EEULA, "license %s: its end user license"
	    " agreement has to be accepted with the installation",
	    e->shown.terms.id);
}

static enum lc_err
space_judge(const struct lc_place *place, const struct lc_entry *e,
    struct lc_detail *detail)
{
	if (e->bytes <= place->shown.size_left - place->planned)
		return LC_OK;
	return lc_fail(detail, LC_EFULL, "store %s: %u bytes left, the license"
	    " needs %zu", place->shown.name,
	    place->shown.size_left - place->planned, e->bytes);
}

/* Everything but the signature, in the order in which causes are reported. */
static enum lc_err
item_judge(struct lc_action *a, struct install *in, struct item *item,
    bool several, struct lc_detail *detail)
{
	struct lc_entry *e = item->entry;
	const struct lc_terms *t = &e->shown.terms;
	struct lc_place *place;
	enum lc_err err;

	if (e->shown.device == 0)
		return udi_problem(a, t, detail);
	place = place_for(a, e->shown.device, several);
	if (place == NULL || !place->shown.present ||
	    place->shown.kind == LC_STORE_BUILT_IN)
		return lc_fail(detail, LC_ESTORE, "device %u has no store %u"
		    " to install to", e->shown.device, a->request.store);
	if (lc_ids_find(&a->lc->model->ids, e->shown.device, t->id) != NULL ||
	    lc_ids_find(&in->planned, e->shown.device, t->id) != NULL)
		return lc_fail(detail, LC_EEXISTS,
		    "license %s is installed already", t->id);
	e->shown.store = place->shown.index;
	if ((err = lc_terms_check(t, detail)) != LC_OK ||
	    (err = lc_store_recall(a->lc, place, e)) != LC_OK ||
	    (err = eula_judge(a, e, detail)) != LC_OK ||
	    (err = space_judge(place, e, detail)) != LC_OK)
		return err;
	item->place = place;
	return LC_OK;
}

/* Judges all, up to the first bad one if that stops the action. */
static void
items_judge(struct lc_action *a, struct install *in)
{
	bool several = devices_assign(a, in);

	for (size_t i = 0; i < a->nresults; i++) {
		struct lc_result *r = &a->results[i];
		struct item *item = &in->items[i];
		enum lc_err err;

		if (r->state != LC_FAILED) {
			err = item_judge(a, in, item, several,
			    &r->detail);
			if (err != LC_OK)
				lc_result_fail(r, err);
		}
		if (r->state != LC_FAILED) {
			lc_ids_add(&in->planned, item->entry);
			item->place->planned += (uint32_t)item->entry->bytes;
		} else if (a->request.stop_on_failure) {
			break;
		}
	}
}

/* ---- Installing: writing --------------------------------------------- */

static enum lc_err
agreement_write(struct lc_action *a, const struct lc_file *file,
    struct item *item)
{
	const struct lc_terms *t = &item->entry->shown.terms;
	const struct lc_file_eula *eula;
	enum lc_err err;

	if (*t->eula == '\0')
		return LC_OK;
	eula = lc_file_find_eula(file, t->eula);
	if (eula != NULL &&
	    (err = lc_store_put_agreement(a->lc, eula)) != LC_OK)
		return err;
	if (item->entry->shown.eula_accepted)
		return LC_OK;
	lc_entry_accepted(item->entry, true);
	if ((err = lc_store_accept(a->lc, item->place->udi, t->id,
	    a->request.by)) != LC_OK ||
	    (err = lc_action_note(a, "accept", item->entry, item->place)) != LC_OK)
		return err;
	return lc_action_tell(a, LC_EVENT_EULA_ACCEPTED, item->entry);
}

static enum lc_err
item_write(struct lc_action *a, const struct lc_file *file, struct item *item)
{
	struct lc_entry *e = item->entry;
	enum lc_err err;

	e->shown.installed = lc_now(a->lc);
	if ((err = lc_store_put(a->lc, item->place, e, item->text)) != LC_OK ||
	    (err = lc_action_note(a, "install", e, item->place)) != LC_OK ||
	    (err = agreement_write(a, file, item)) != LC_OK)
		return err;
	return lc_action_tell(a, LC_EVENT_INSTALLED, e);
}

/* One store's licenses, in one transaction. */
static enum lc_err
place_write(struct lc_action *a, struct install *in,
    const struct lc_place *place, struct lc_detail *detail)
{
	enum lc_err err;

	if ((err = lc_db_attach(a->lc->db, place->path, false,
	    detail)) != LC_OK)
		return err;
	err = lc_change_begin(a->lc);
	for (size_t i = 0; i < a->nresults && err == LC_OK; i++) {
		if (in->items[i].place == place)
			err = item_write(a, in->file, &in->items[i]);
	}
	if (err == LC_OK)
		err = lc_change_commit(a->lc);
	if (err != LC_OK) {
		(void)lc_fail(detail, err, "store %s: %s",
		    place->shown.name, lc_db_words(a->lc->db));
		lc_change_rollback(a->lc);
	}
	lc_db_detach(a->lc->db);
	return err;
}

/* Into memory, which cannot fail: the model has room. */
static void
place_written(struct lc_action *a, struct install *in, struct lc_place *place)
{
	for (size_t i = 0; i < a->nresults; i++) {
		struct lc_result *r = &a->results[i];
		struct item *item = &in->items[i];

		if (item->place != place)
			continue;
		lc_ids_remove(&in->planned, item->entry);
		place->shown.size_left -= (uint32_t)item->entry->bytes;
		r->state = LC_SUCCESSFUL;
		r->store = item->entry->shown.store;
		r->index = item->entry->shown.index;
		lc_model_add(a->lc->model, item->entry);
		item->entry = NULL;
		item->place = NULL;
	}
	lc_model_sort(a->lc->model);
	lc_select(a->lc);
	lc_change_publish(a->lc);
}

static void
place_not_written(struct lc_action *a, struct install *in,
    const struct lc_place *place, enum lc_err err,
    const struct lc_detail *detail)
{
	for (size_t i = 0; i < a->nresults; i++) {
		if (in->items[i].place != place)
			continue;
		a->results[i].detail = *detail;
		lc_result_fail(&a->results[i], err);
		in->items[i].place = NULL;
	}
}

static void
items_write(struct lc_action *a, struct install *in)
{
	for (size_t i = 0; i < a->nresults; i++) {
		struct lc_place *place = in->items[i].place;
		struct lc_detail detail = { "" };
		enum lc_err err;

		if (place == NULL)
			continue;
		err = place_write(a, in, place, &detail);
		if (err == LC_OK)
			place_written(a, in, place);
		else
			place_not_written(a, in, place, err, &detail);
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
	    &a->detail)) != LC_OK)
		return err;
	in->items = calloc(in->file->nlines, sizeof *in->items);
	if (in->items == NULL)
		return LC_ENOMEM;
	in->n = in->file->nlines;
	return lc_action_results_new(a, in->n);
}

/* Some signatures; true when there are no more. */
static bool
verify(struct lc_action *a, struct install *in)
{
	size_t end = in->verified + SLICE_LINES;

	while (in->verified < in->n && in->verified < end) {
		if (!line_verify(a, in, in->verified++) &&
		    a->request.stop_on_failure)
			in->verified = in->n;
	}
	return in->verified == in->n;
}

static enum lc_err
finish(struct lc_action *a, struct install *in)
{
	struct lc_model *m = a->lc->model;
	enum lc_err err;

	/* The device or the store may have gone since the first slice. */
	if ((err = lc_request_check(a->lc, &a->request, &a->detail)) != LC_OK ||
	    (err = lc_model_reserve(m, in->n)) != LC_OK ||
	    (err = lc_ids_reserve(&in->planned, in->n)) != LC_OK)
		return err;
	for (size_t i = 0; i < m->nstores; i++)
		lc_place_of(m->stores[i])->planned = 0;
	items_judge(a, in);
	items_write(a, in);
	return LC_OK;
}

static bool
step(struct lc_action *a)
{
	enum lc_err err = LC_OK;
	bool over = false;

	if (a->work == NULL)
		err = begin(a);
	else if (verify(a, a->work)) {
		err = finish(a, a->work);
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
	for (size_t i = 0; i < in->n; i++)
		lc_entry_free(in->items[i].entry);
	free(in->items);
	lc_ids_free(&in->planned);
	lc_file_free(in->file);
	free(in);
}

static bool
complete(const struct lc_request *r)
{
	return r->data != NULL;
}

const struct lc_job lc_job_install = { complete, step, end };
