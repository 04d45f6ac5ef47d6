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
#include "base/slice.h"
#include "format/file.h"
#include "item.h"
#include "lease.h"
#include "state/change.h"
#include "state/lines.h"

/*
 * So many bytes of the file are read, and so many licenses judged, written and
 * reported in one slice, unless it lasts too long.  What is installed may change between slices; then they are judged
 * again.  After some such changes the rest goes in one slice, so that it comes
 * to an end.
 */
#define SLICE_READ 65536
#define SLICE_JUDGED 100
#define SLICE_WRITTEN 50
#define SLICE_TOLD 100
#define RESTARTS 3

enum phase {
	JUDGING,
	WRITING,	/* the change is open, and paused between slices, */
	FLUSHING,	/* and all is written but for the commit */
	TELLING,
};

struct install {
	struct lc_file_reader *reader;
	struct lc_file *file;		/* once it was read */
	struct lc_items items;		/* one for each result */
	enum phase phase;
	bool begun;			/* to judge */
	bool several;			/* devices */
	size_t at;			/* the next one */
	struct lc_place *place;		/* that is written to */
	uint64_t settled, untaken;	/* as they were judged by */
	unsigned restarts;
	struct lc_slice slice;
	size_t slice_end;	/* items of it, */
};

static void
slice_begin(struct install *in, size_t n)
{
	in->slice = lc_slice_begin();
	in->slice_end = in->restarts < RESTARTS && n < in->items.n - in->at ?
	    in->at + n : in->items.n;
}

/* Does the next one belong to another slice? */
static bool
slice_is_over(const struct install *in)
{
	return in->at == in->slice_end || (in->restarts < RESTARTS &&
	    lc_slice_is_over(&in->slice));
}

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

/* Judges the next ones, up to a bad one if that stops the action. */
static void
items_judge(struct lc_action *a, struct install *in)
{
	slice_begin(in, SLICE_JUDGED);
	while (!slice_is_over(in)) {
		struct lc_item *item = &in->items.list[in->at++];
		enum lc_err err = LC_OK;

		if (item->result->state != LC_FAILED)
			err = item_judge(a, &in->items, item, in->several);
		if (err != LC_OK)
			lc_result_fail(item->result, err);
		if (item->result->state != LC_FAILED)
			lc_item_plan(item);
		else if (a->request.stop_on_failure)
			in->at = in->slice_end = in->items.n;
	}
}

static enum lc_err
judge_begin(struct lc_action *a, struct install *in)
{
	enum lc_err err;

	/* The device or the store may have gone since the first slice. */
	if ((err = lc_request_check(a->lc, &a->request, &a->detail)) != LC_OK ||
	    (err = lc_items_begin(a, &in->items)) != LC_OK)
		return err;
	in->several = devices_assign(a, &in->items);
	in->settled = a->lc->settled;
	in->untaken = a->lc->state.book.identities.untaken;
	in->at = 0;
	in->begun = true;
	return LC_OK;
}

/* Is what they were judged by as it was? */
static bool
judged_still(const struct lc_action *a, const struct install *in)
{
	return in->settled == a->lc->settled &&
	       in->untaken == a->lc->state.book.identities.untaken;
}

/* A slice of judging; *all: there are no more. */
static enum lc_err
judge(struct lc_action *a, struct install *in, bool *all)
{
	enum lc_err err = LC_OK;

	if (in->begun && !judged_still(a, in)) {
		in->restarts++;
		in->begun = false;
	}
	if (!in->begun)
		err = judge_begin(a, in);
	if (err == LC_OK)
		items_judge(a, in);
	*all = in->at == in->items.n;
	return err;
}

/* ---- Writing --------------------------------------------------------- */

static enum lc_err
line_write(struct lc_action *a, struct install *in,
    const struct lc_place *place)
{
	struct lc_item *item = &in->items.list[in->at++];

	return item->place == place ? lc_item_write(a, in->file, item) : LC_OK;
}

static enum lc_err
write_end(struct lc_action *a, const struct lc_place *place, enum lc_err err,
    struct lc_detail *detail)
{
	struct lc_state *st = &a->lc->state;

	if ((err = lc_change_end(st, err)) != LC_OK)
		(void)lc_fail(detail, err, "store %s: %s",
		    place->public.name, st->why.text);
	return err;
}

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
	for (in->at = 0; err == LC_OK && in->at < in->items.n;)
		err = line_write(a, in, place);
	err = write_end(a, place, err, detail);
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
	lc_settle_quietly(a->lc);
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

/* ---- Writing in slices ----------------------------------------------- */

/* The primary store that all of them go to, or NULL. */
static struct lc_place *
only_place(const struct install *in)
{
	struct lc_place *found = NULL;

	for (size_t i = 0; i < in->items.n; i++) {
		struct lc_place *place = in->items.list[i].place;

		if (place == NULL)
			continue;
		if (place->public.kind != LC_STORE_PRIMARY ||
		    (found != NULL && place != found))
			return NULL;
		found = place;
	}
	return found;
}

/* The change was rolled back, or has to be: all are judged again. */
static void
restart(struct lc_action *a, struct install *in)
{
	if (lc_change_resume(&a->lc->state))
		lc_change_drop(&a->lc->state);
	in->phase = JUDGING;
	in->begun = false;
	in->restarts++;
}

static void
written(struct lc_action *a, struct install *in, enum lc_err err)
{
	struct lc_detail detail = { "" };

	err = write_end(a, in->place, err, &detail);
	if (err == LC_OK)
		place_written(a, &in->items, in->place);
	else
		place_not_written(&in->items, in->place, err, &detail);
	in->phase = TELLING;
}

/* Many, so that others should not wait for the disk with us? */
static bool
flushes(const struct lc_action *a, const struct install *in)
{
	return !a->alone && in->items.n > SLICE_WRITTEN &&
	    in->restarts < RESTARTS;
}

static void
write_on(struct lc_action *a, struct install *in, enum lc_err err)
{
	slice_begin(in, SLICE_WRITTEN);
	while (err == LC_OK && !slice_is_over(in))
		err = line_write(a, in, in->place);
	if (err == LC_OK && in->at < in->items.n)
		lc_change_pause(&a->lc->state);
	else if (err == LC_OK && flushes(a, in)) {
		lc_change_flush(&a->lc->state);
		a->rests = true;
		in->phase = FLUSHING;
	} else
		written(a, in, err);
}

static void
write_begin(struct lc_action *a, struct install *in)
{
	if ((in->place = only_place(in)) == NULL) {
		items_write(a, in);
		in->phase = TELLING;
		return;
	}
	in->phase = WRITING;
	in->at = 0;
	write_on(a, in, lc_change_begin(&a->lc->state));
}

static void
write_again(struct lc_action *a, struct install *in)
{
	if (!judged_still(a, in) || !lc_change_resume(&a->lc->state))
		restart(a, in);
	else if (in->phase == WRITING)
		write_on(a, in, LC_OK);
	else
		written(a, in, LC_OK);
}

/* True: all events are told. */
static bool
tell(struct lc_action *a)
{
	if (!lc_change_publish_some(&a->lc->state, SLICE_TOLD))
		return false;
	lc_settle_report(a->lc);
	return true;
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
	return lc_file_reader_new(a->request.data, a->request.len,
	    &in->reader, &a->detail);
}

/* The file was read. */
static enum lc_err
items_begin(struct lc_action *a, struct install *in)
{
	enum lc_err err;

	lc_file_reader_free(in->reader);
	in->reader = NULL;
	if ((err = lc_file_check_lines(in->file, &a->detail)) != LC_OK ||
	    (err = lc_action_results_new(a, in->file->nlines)) != LC_OK ||
	    (err = lc_items_new(&in->items, a, in->file->nlines, 0)) != LC_OK)
		return err;
	for (size_t i = 0; i < in->items.n; i++)
		in->items.list[i].text = in->file->lines[i];
	return LC_OK;
}

static enum lc_err
read_on(struct lc_action *a, struct install *in)
{
	enum lc_err err = LC_OK;

	in->slice = lc_slice_begin();
	while (err == LC_OK && in->file == NULL &&
	    !lc_slice_is_over(&in->slice))
		err = lc_file_read_on(in->reader, SLICE_READ, &in->file);
	return err == LC_OK && in->file != NULL ? items_begin(a, in) : err;
}

/* As if agreements were accepted, which is what is asked then. */
static enum lc_err
review(struct lc_action *a, struct install *in, bool *over)
{
	bool accept = a->request.accept_eula;
	enum lc_err err;

	a->request.accept_eula = true;
	err = judge(a, in, over);
	a->request.accept_eula = accept;
	if (err != LC_OK || !*over)
		return err;
	in->begun = false;
	err = lc_items_agreements(a, in->file, &in->items);
	a->waits = err == LC_OK;
	return err;
}

/* A slice of what comes after judging; true: that was the last one. */
static bool
finish_on(struct lc_action *a, struct install *in)
{
	a->rests = in->phase == FLUSHING &&
	    lc_change_is_flushing(&a->lc->state);
	if (in->phase == JUDGING)
		write_begin(a, in);
	else if (in->phase != TELLING && !a->rests)
		write_again(a, in);
	/* A short file needs no slice of its own for that. */
	return in->phase == TELLING && tell(a);
}

static enum lc_err
finish(struct lc_action *a, struct install *in, bool *over)
{
	bool judged = in->phase != JUDGING;
	enum lc_err err = judged ? LC_OK : judge(a, in, &judged);

	*over = err == LC_OK && judged && finish_on(a, in);
	return err;
}

static enum lc_err
verified(struct lc_action *a, struct install *in, bool *over)
{
	if (a->request.kind != LC_GENERATE_EULA)
		return a->request.review ? review(a, in, over) :
		    finish(a, in, over);
	*over = true;
	return lc_agreements_generate(a, in->file, &in->items);
}

static bool
step(struct lc_action *a)
{
	struct install *in = a->work;
	enum lc_err err = LC_OK;
	bool over = false;

	if (in == NULL)
		err = begin(a);
	else if (in->file == NULL)
		err = read_on(a, in);
	else if (in->phase == TELLING || lc_items_verify(a, &in->items))
		err = verified(a, in, &over);
	if (err != LC_OK)
		lc_action_fail(a, err);
	return over || err != LC_OK;
}

/* What was told borrows from the action. */
static void
end(struct lc_action *a)
{
	struct install *in = a->work;

	if (in == NULL)
		return;
	if (in->phase == WRITING || in->phase == FLUSHING)
		restart(a, in);
	else if (in->phase == TELLING)
		lc_settle_report(a->lc);
	lc_items_free(&in->items);
	lc_file_reader_free(in->reader);
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
