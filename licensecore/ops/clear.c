/* clear.c - a license out of its store. */
#include <jansson.h>

#include "action.h"
#include "base/error.h"
#include "lease.h"
#include "missing.h"
#include "state/change.h"
#include "state/licenses.h"
#include "state/lines.h"
#include "state/usage.h"
#include "store.h"

static enum lc_err
find(struct lc_action *a, struct lc_entry **entry, struct lc_place **place)
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
	*place = lc_model_store(m, device, e->public.store);
	if (e->held)
		return lc_fail(&a->detail, LC_EINUSE, "license %u is in use by"
		    " feature %s", r->license, e->public.terms.feature);
	if ((*place)->public.kind == LC_STORE_BUILT_IN)
		return lc_fail(&a->detail, LC_EREADONLY,
		    "license %u is built in and cannot be cleared",
		    r->license);
	return LC_OK;
}

/* The only copy of its license in the device? */
static bool
is_last(const struct lc_entry *e)
{
	return lc_entry_is_first(e) && e->next == NULL;
}

static enum lc_err
write_change(struct lc_action *a, struct lc_entry *e,
    const struct lc_place *place)
{
	struct lc_state *st = &a->lc->state;
	enum lc_err err;

	err = lc_medium_attach(st, place, false, &a->detail);
	if (err != LC_OK)
		return err;
	if ((err = lc_change_begin(st)) == LC_OK &&
	    (err = lc_license_remove(st, place, e, is_last(e))) == LC_OK &&
	    (err = lc_usage_write(st, e->identity)) == LC_OK &&
	    (err = lc_action_note(a, "clear", e)) == LC_OK)
		err = lc_action_tell(a, LC_EVENT_CLEARED, e);
	if ((err = lc_change_end(st, err)) != LC_OK)
		(void)lc_fail(&a->detail, err, "store %s: %s",
		    place->public.name, st->why.text);
	lc_medium_detach(st);
	return err;
}

/* Out of memory; the entry lives until the event was told. */
static void
written(struct lc_action *a, struct lc_entry *e, struct lc_place *place)
{
	struct lc_result *r = &a->results[0];

	r->state = LC_SUCCESSFUL;
	r->device = e->public.device;
	r->store = e->public.store;
	r->index = e->public.index;
	place->public.size_left += (uint32_t)e->bytes;
	lc_usage_written(e->identity);
	if (is_last(e))
		e->identity->wanted = LC_PRIORITY_NONE;
	lc_model_remove(a->lc->model, e);
	lc_settle(a->lc);
	lc_entry_free(e);
}

/* ---- One that is missing --------------------------------------------- */

static struct lc_copy *
missing(const struct lc_action *a)
{
	const struct lc_request *r = &a->request;

	if (lc_request_check(a->lc, r, NULL) != LC_OK)
		return NULL;
	return lc_missing_find(a->lc, lc_model_device(a->lc->model,
	    r->device)->index, r->store, r->license);
}

/* Nobody has to look for it any more. */
static enum lc_err
missing_write(struct lc_action *a, struct lc_copy *copy)
{
	const struct lc_known *k = copy->known;
	const struct lc_identity *id = lc_known_identity(k);
	struct lc_state *st = &a->lc->state;
	enum lc_err err;

	if ((err = lc_book_keep(&st->book, &copy->facts,
	    sizeof copy->facts)) != LC_OK)
		return err;
	copy->facts = (struct lc_copy_facts){ .installed = LC_NO_TIME };
	if ((err = lc_copy_write(st, copy, NULL, 0)) != LC_OK)
		return err;
	return lc_history_add_json(st, (struct lc_record){
		.what = "clear", .udi = id->udi,
		.store = copy->store, .id = id->id,
	}, json_pack("{s:I, s:s, s:s, s:s}", "index",
	    (json_int_t)copy->index, "feature", k->feature, "version",
	    k->version, "by", a->request.by));
}

static enum lc_err
missing_clear(struct lc_action *a, struct lc_copy *copy)
{
	struct lc_state *st = &a->lc->state;
	struct lc_result *r = &a->results[0];
	enum lc_err err;

	if ((err = lc_change_begin(st)) == LC_OK)
		err = missing_write(a, copy);
	if ((err = lc_change_end(st, err)) != LC_OK)
		return lc_fail(&a->detail, err, "%s", st->why.text);
	r->state = LC_SUCCESSFUL;
	r->device = lc_model_device(a->lc->model, a->request.device)->index;
	r->store = copy->store;
	r->index = copy->index;
	return LC_OK;
}

static enum lc_err
clear(struct lc_action *a)
{
	struct lc_entry *e = NULL;
	struct lc_place *place = NULL;
	struct lc_copy *copy = missing(a);
	enum lc_err err;

	if (copy != NULL)
		return missing_clear(a, copy);
	err = find(a, &e, &place);
	if (err == LC_OK)
		err = lc_result_describe(a, &a->results[0], &e->public.terms);
	if (err == LC_OK)
		err = write_change(a, e, place);
	if (err == LC_OK)
		written(a, e, place);
	return err;
}

static bool
step(struct lc_action *a)
{
	enum lc_err err = lc_action_results_new(a, 1);

	if (err != LC_OK) {
		lc_action_fail(a, err);
	} else if ((err = clear(a)) != LC_OK) {
		a->results[0].detail = a->detail;
		lc_result_fail(&a->results[0], err);
	}
	return true;
}

static bool
complete(const struct lc_request *r)
{
	(void)r;
	return true;
}

const struct lc_job lc_job_clear = { complete, step, NULL, NULL };
