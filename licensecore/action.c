/*
 * action.c - complete requests and their results.
 *
 * An installation verifies its lines in slices, which costs time and depends
 * on nothing but the trusted keys; everything that depends on what is
 * installed is judged in the last slice, together with the writing.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <jansson.h>

#include "change.h"
#include "clock.h"
#include "core.h"
#include "db.h"
#include "error.h"
#include "file.h"
#include "history.h"
#include "line.h"
#include "meter.h"
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

struct lc_action {
	struct lc *lc;
	struct lc_request request;	/* by points into arena */
	struct lc_arena arena;		/* texts of the results */
	enum lc_action_state state;
	enum lc_err err;
	struct lc_detail detail;

	struct lc_result *results;
	size_t nresults;

	/* Installation. */
	struct lc_file *file;
	struct item *items;		/* one for each result */
	size_t verified;
	struct lc_ids planned;		/* judged good in this action */
};

/* ---- Requests -------------------------------------------------------- */

/* Is there such a store where the licenses may go? */
static enum lc_err
store_check(const struct lc_model *m, const struct lc_request *r,
    struct lc_detail *detail)
{
	bool installs = r->kind == LC_INSTALL;
	enum lc_err err = LC_ESTORE;

	if (r->store == 0)
		return LC_OK;
	for (size_t i = 0; i < m->nstores && err != LC_OK; i++) {
		const struct lc_store *s = m->stores[i];

		if (s->index != r->store ||
		    (r->device != 0 && s->device != r->device) ||
		    (r->device == 0 && !installs && s->device != m->master))
			continue;
		if (!s->present)
			(void)lc_fail(detail, err, "store %s is not present",
			    s->name);
		else if (installs && s->kind == LC_STORE_BUILT_IN)
			(void)lc_fail(detail, err, "store %s is built in,"
			    " nothing can be installed there", s->name);
		else
			err = LC_OK;
	}
	if (err != LC_OK && (detail == NULL || *detail->text == '\0'))
		(void)lc_fail(detail, err, "there is no license store %u",
		    r->store);
	return err;
}

enum lc_err
lc_request_check(const struct lc *lc, const struct lc_request *r,
    struct lc_detail *detail)
{
	if (detail != NULL)
		*detail->text = '\0';
	if (lc_model_device(lc->model, r->device) == NULL)
		return lc_fail(detail, LC_EDEVICE,
		    "there is no device with entPhysicalIndex %u", r->device);
	return store_check(lc->model, r, detail);
}

enum lc_err
lc_action_new(struct lc *lc, const struct lc_request *request,
    struct lc_action **out)
{
	struct lc_action *a;

	if ((request->kind != LC_INSTALL && request->kind != LC_CLEAR) ||
	    (request->kind == LC_INSTALL && request->data == NULL))
		return LC_EINVAL;
	if ((a = calloc(1, sizeof *a)) == NULL)
		return LC_ENOMEM;
	a->lc = lc;
	a->state = LC_NOT_STARTED;
	a->request = *request;
	a->request.by = lc_arena_text(&a->arena,
	    request->by != NULL ? request->by : "");
	if (a->request.by == NULL) {
		lc_action_free(a);
		return LC_ENOMEM;
	}
	*out = a;
	return LC_OK;
}

void
lc_action_free(struct lc_action *a)
{
	if (a == NULL)
		return;
	for (size_t i = 0; i < a->nresults && a->items != NULL; i++)
		lc_entry_free(a->items[i].entry);
	free(a->items);
	free(a->results);
	lc_ids_free(&a->planned);
	lc_file_free(a->file);
	lc_arena_free(&a->arena);
	free(a);
}

enum lc_action_state
lc_action_state(const struct lc_action *a)
{
	return a->state;
}

enum lc_err
lc_action_error(const struct lc_action *a)
{
	return a->err;
}

const char *
lc_action_detail(const struct lc_action *a)
{
	return a->detail.text;
}

const struct lc_result *
lc_action_results(const struct lc_action *a, size_t *n)
{
	*n = a->nresults;
	return a->results;
}

/* ---- Results --------------------------------------------------------- */

/* The whole of it failed, before any license was tried. */
static void
action_fail(struct lc_action *a, enum lc_err err)
{
	a->state = LC_FAILED;
	a->err = err;
}

static void
result_fail(struct lc_result *r, enum lc_err err)
{
	r->state = LC_FAILED;
	r->err = err;
	r->index = 0;
}

static bool
results_make(struct lc_action *a, size_t n)
{
	a->results = calloc(n, sizeof *a->results);
	a->items = calloc(n, sizeof *a->items);
	if (a->results == NULL || a->items == NULL)
		return false;
	a->nresults = n;
	for (size_t i = 0; i < n; i++) {
		a->results[i].state = LC_NOT_STARTED;
		a->results[i].feature = "";
		a->results[i].version = "";
	}
	return true;
}

/* What the license is, kept beyond the license's own life. */
static bool
result_describe(struct lc_action *a, struct lc_result *r,
    const struct lc_terms *t)
{
	const char *feature = lc_arena_text(&a->arena, t->feature);
	const char *version = lc_arena_text(&a->arena, t->version);

	if (feature == NULL || version == NULL)
		return false;
	r->feature = feature;
	r->version = version;
	return true;
}

/* The action's state from those of its licenses. */
static void
action_finish(struct lc_action *a)
{
	size_t good = 0, bad = 0;
	enum lc_err err = LC_OK;
	const char *detail = "";

	for (size_t i = 0; i < a->nresults; i++) {
		const struct lc_result *r = &a->results[i];

		good += r->state == LC_SUCCESSFUL;
		if (r->state != LC_FAILED)
			continue;
		if (bad++ == 0) {
			err = r->err;
			detail = r->detail.text;
		} else if (r->err != err) {
			err = LC_EMIXED;
			detail = "";
		}
	}
	a->state = bad == 0 ? LC_SUCCESSFUL :
	    good > 0 ? LC_PARTIALLY_SUCCESSFUL : LC_FAILED;
	a->err = a->state == LC_FAILED ? err : LC_OK;
	(void)lc_fail(&a->detail, err, "%s", detail);
}

/* ---- Telling --------------------------------------------------------- */

static enum lc_err
event_tell(struct lc_action *a, enum lc_event_kind kind,
    const struct lc_entry *e, const struct lc_place *place)
{
	const struct lc_terms *t = &e->shown.terms;
	const struct lc_feature *f = lc_model_feature(a->lc->model,
	    e->shown.device, t->feature, t->version);
	const struct lc_event event = {
		.kind = kind,
		.device = e->shown.device,
		.store = e->shown.store,
		.license = e->shown.index,
		.feature = f != NULL ? f->index : 0,
		.type = t->type,
		.feature_name = t->feature,
		.feature_version = t->version,
		.comment = e->shown.comment,
		.udi = place->udi,
		.store_name = place->shown.name,
		.by = a->request.by,
	};

	return lc_change_tell(a->lc, &event);
}

static enum lc_err
record(struct lc_action *a, const char *what, const struct lc_entry *e,
    const struct lc_place *place)
{
	const struct lc_terms *t = &e->shown.terms;
	json_t *json = json_pack("{s:I, s:s, s:s, s:s, s:s}",
	    "index", (json_int_t)e->shown.index, "feature", t->feature,
	    "version", t->version, "type", lc_type_name(t->type),
	    "by", a->request.by);
	char *body = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
	enum lc_err err = LC_ENOMEM;

	if (body != NULL)
		err = lc_history_add(a->lc, &(struct lc_record){
			.what = what, .udi = place->udi,
			.store = e->shown.store, .id = t->id, .body = body,
		});
	free(body);
	json_decref(json);
	return err;
}

/* ---- Installing: lines ----------------------------------------------- */

static bool
line_verify(struct lc_action *a, size_t i)
{
	struct lc_result *r = &a->results[i];
	struct item *item = &a->items[i];
	struct lc_line *line;
	enum lc_err err;

	item->text = &a->file->lines[i];
	err = lc_line_open(item->text->text, item->text->len,
	    a->lc->model->trust, &line, &r->detail);
	if (err == LC_OK &&
	    (err = lc_entry_new(line, NULL, &item->entry)) != LC_OK)
		lc_line_free(line);
	else if (err == LC_OK &&
	    !result_describe(a, r, &item->entry->shown.terms))
		err = LC_ENOMEM;
	if (err != LC_OK)
		result_fail(r, err);
	else
		item->entry->bytes = item->text->len;
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
devices_assign(struct lc_action *a)
{
	uint32_t first = 0;
	bool several = false;

	for (size_t i = 0; i < a->nresults; i++) {
		struct lc_entry *e = a->items[i].entry;
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
item_judge(struct lc_action *a, struct item *item, bool several,
    struct lc_detail *detail)
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
	    lc_ids_find(&a->planned, e->shown.device, t->id) != NULL)
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
items_judge(struct lc_action *a)
{
	bool several = devices_assign(a);

	for (size_t i = 0; i < a->nresults; i++) {
		struct lc_result *r = &a->results[i];
		struct item *item = &a->items[i];
		enum lc_err err;

		if (r->state != LC_FAILED) {
			err = item_judge(a, item, several, &r->detail);
			if (err != LC_OK)
				result_fail(r, err);
		}
		if (r->state != LC_FAILED) {
			lc_ids_add(&a->planned, item->entry);
			item->place->planned += (uint32_t)item->entry->bytes;
		} else if (a->request.stop_on_failure) {
			break;
		}
	}
}

/* ---- Installing: writing --------------------------------------------- */

static enum lc_err
agreement_write(struct lc_action *a, struct item *item)
{
	const struct lc_terms *t = &item->entry->shown.terms;
	const struct lc_file_eula *eula;
	enum lc_err err;

	if (*t->eula == '\0')
		return LC_OK;
	eula = lc_file_find_eula(a->file, t->eula);
	if (eula != NULL &&
	    (err = lc_store_put_agreement(a->lc, eula)) != LC_OK)
		return err;
	if (item->entry->shown.eula_accepted)
		return LC_OK;
	lc_entry_accepted(item->entry, true);
	if ((err = lc_store_accept(a->lc, item->place->udi, t->id,
	    a->request.by)) != LC_OK ||
	    (err = record(a, "accept", item->entry, item->place)) != LC_OK)
		return err;
	return event_tell(a, LC_EVENT_EULA_ACCEPTED, item->entry,
	    item->place);
}

static enum lc_err
item_write(struct lc_action *a, struct item *item)
{
	struct lc_entry *e = item->entry;
	enum lc_err err;

	e->shown.installed = lc_now(a->lc);
	if ((err = lc_store_put(a->lc, item->place, e, item->text)) != LC_OK ||
	    (err = record(a, "install", e, item->place)) != LC_OK ||
	    (err = agreement_write(a, item)) != LC_OK)
		return err;
	return event_tell(a, LC_EVENT_INSTALLED, e, item->place);
}

/* One store's licenses, in one transaction. */
static enum lc_err
place_write(struct lc_action *a, const struct lc_place *place,
    struct lc_detail *detail)
{
	enum lc_err err;

	if ((err = lc_db_attach(a->lc->db, place->path, false,
	    detail)) != LC_OK)
		return err;
	err = lc_change_begin(a->lc);
	for (size_t i = 0; i < a->nresults && err == LC_OK; i++) {
		if (a->items[i].place == place)
			err = item_write(a, &a->items[i]);
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
place_written(struct lc_action *a, struct lc_place *place)
{
	for (size_t i = 0; i < a->nresults; i++) {
		struct lc_result *r = &a->results[i];
		struct item *item = &a->items[i];

		if (item->place != place)
			continue;
		lc_ids_remove(&a->planned, item->entry);
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
place_not_written(struct lc_action *a, const struct lc_place *place,
    enum lc_err err, const struct lc_detail *detail)
{
	for (size_t i = 0; i < a->nresults; i++) {
		if (a->items[i].place != place)
			continue;
		a->results[i].detail = *detail;
		result_fail(&a->results[i], err);
		a->items[i].place = NULL;
	}
}

static void
items_write(struct lc_action *a)
{
	for (size_t i = 0; i < a->nresults; i++) {
		struct lc_place *place = a->items[i].place;
		struct lc_detail detail = { "" };
		enum lc_err err;

		if (place == NULL)
			continue;
		err = place_write(a, place, &detail);
		if (err == LC_OK)
			place_written(a, place);
		else
			place_not_written(a, place, err, &detail);
		if (err != LC_OK && a->request.stop_on_failure)
			break;
	}
}

/* ---- Installing ------------------------------------------------------ */

static bool
install_begin(struct lc_action *a)
{
	enum lc_err err = lc_request_check(a->lc, &a->request, &a->detail);

	if (err == LC_OK)
		err = lc_file_parse(a->request.data, a->request.len, &a->file,
		    &a->detail);
	if (err == LC_OK && !results_make(a, a->file->nlines))
		err = LC_ENOMEM;
	if (err != LC_OK)
		action_fail(a, err);
	return err == LC_OK;
}

/* A slice of signatures; true when there are no more. */
static bool
install_verify(struct lc_action *a)
{
	size_t end = a->verified + SLICE_LINES;

	while (a->verified < a->nresults && a->verified < end) {
		if (!line_verify(a, a->verified++) &&
		    a->request.stop_on_failure) {
			a->verified = a->nresults;
		}
	}
	return a->verified == a->nresults;
}

static void
install_end(struct lc_action *a)
{
	struct lc_model *m = a->lc->model;
	enum lc_err err;

	/* The device or the store may have gone since the first slice. */
	if ((err = lc_request_check(a->lc, &a->request, &a->detail)) != LC_OK ||
	    (err = lc_model_reserve(m, a->nresults)) != LC_OK ||
	    (err = lc_ids_reserve(&a->planned, a->nresults)) != LC_OK) {
		action_fail(a, err);
		return;
	}
	for (size_t i = 0; i < m->nstores; i++)
		lc_place_of(m->stores[i])->planned = 0;
	items_judge(a);
	items_write(a);
	action_finish(a);
}

/* ---- Clearing -------------------------------------------------------- */

static enum lc_err
clear_find(struct lc_action *a, struct lc_entry **entry,
    struct lc_place **place)
{
	const struct lc_request *r = &a->request;
	const struct lc_model *m = a->lc->model;
	uint32_t device;
	struct lc_entry *e;
	enum lc_err err;

	if ((err = lc_request_check(a->lc, r, &a->detail)) != LC_OK)
		return err;
	device = lc_model_device(m, r->device)->index;
	e = r->store != 0 ?
	    lc_model_license(m, device, r->store, r->license) :
	    lc_model_license_by_index(m, device, r->license);
	if (e == NULL)
		return lc_fail(&a->detail, LC_ENOTFOUND,
		    "device %u has no license with index %u%s", device,
		    r->license, r->store != 0 ? " in that store" : "");
	*entry = e;
	*place = lc_model_store(m, device, e->shown.store);
	if (e->held)
		return lc_fail(&a->detail, LC_EINUSE, "license %u is in use by"
		    " feature %s", r->license, e->shown.terms.feature);
	if ((*place)->shown.kind == LC_STORE_BUILT_IN)
		return lc_fail(&a->detail, LC_EREADONLY,
		    "license %u is built in and cannot be cleared",
		    r->license);
	return LC_OK;
}

static enum lc_err
clear_write(struct lc_action *a, struct lc_entry *e,
    const struct lc_place *place)
{
	struct lc *lc = a->lc;
	enum lc_err err;

	err = lc_db_attach(lc->db, place->path, false, &a->detail);
	if (err != LC_OK)
		return err;
	if ((err = lc_change_begin(lc)) != LC_OK ||
	    (err = lc_store_delete(lc, place, e)) != LC_OK ||
	    (err = lc_meter_write(lc, e)) != LC_OK ||
	    (err = record(a, "clear", e, place)) != LC_OK ||
	    (err = event_tell(a, LC_EVENT_CLEARED, e, place)) != LC_OK ||
	    (err = lc_change_commit(lc)) != LC_OK) {
		(void)lc_fail(&a->detail, err, "store %s: %s",
		    place->shown.name, lc_db_words(lc->db));
		lc_change_rollback(lc);
	}
	lc_db_detach(lc->db);
	return err;
}

/* Out of memory; the entry lives until the event was told. */
static void
clear_written(struct lc_action *a, struct lc_entry *e, struct lc_place *place)
{
	struct lc_result *r = &a->results[0];

	r->state = LC_SUCCESSFUL;
	r->device = e->shown.device;
	r->store = e->shown.store;
	r->index = e->shown.index;
	place->shown.size_left += (uint32_t)e->bytes;
	lc_model_remove(a->lc->model, e);
	lc_select(a->lc);
	lc_change_publish(a->lc);
	lc_entry_free(e);
}

static void
clear(struct lc_action *a)
{
	struct lc_entry *e = NULL;
	struct lc_place *place = NULL;
	enum lc_err err;

	if (!results_make(a, 1)) {
		action_fail(a, LC_ENOMEM);
		return;
	}
	err = clear_find(a, &e, &place);
	if (e != NULL && !result_describe(a, &a->results[0], &e->shown.terms))
		err = LC_ENOMEM;
	if (err == LC_OK)
		err = clear_write(a, e, place);
	if (err == LC_OK) {
		clear_written(a, e, place);
	} else {
		a->results[0].detail = a->detail;
		result_fail(&a->results[0], err);
	}
	action_finish(a);
}

/* ---- Stepping -------------------------------------------------------- */

bool
lc_action_step(struct lc_action *a)
{
	switch (a->state) {
	case LC_NOT_STARTED:
		a->state = LC_IN_PROGRESS;
		if (a->request.kind == LC_CLEAR)
			clear(a);
		else
			(void)install_begin(a);
		break;
	case LC_IN_PROGRESS:
		if (install_verify(a))
			install_end(a);
		break;
	default:
		break;
	}
	return a->state != LC_IN_PROGRESS;
}

void
lc_action_run(struct lc_action *a)
{
	while (!lc_action_step(a))
		;
}
