/*
 * rehost.c - permission tickets: licenses given up for good, others in their
 * place, and a rehost ticket as the proof.
 *
 * The history decides: with the record of a revocation a license is gone,
 * whatever a store holds.  It is committed as one with the stores and with the
 * answer, so that a ticket is either not processed, or processed with an
 * answer that can be had again.
 */
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "agreements.h"
#include "base/error.h"
#include "format/file.h"
#include "format/statement.h"
#include "format/type.h"
#include "item.h"
#include "journal.h"
#include "lease.h"
#include "rules/meter.h"
#include "state/change.h"
#include "state/licenses.h"
#include "state/lines.h"
#include "state/usage.h"
#include "store.h"

struct rehost {
	struct lc_file *file;
	struct lc_statement *ticket;
	uint64_t keys;			/* lc->keys that it verified with */
	struct lc_journal journal;	/* what is to be recorded of it */
	const char *udi;		/* the device's, as in the ticket */

	/* Installed licenses that it removes; result of each. */
	struct removal {
		struct lc_entry *entry;
		struct lc_place *place;
		struct lc_result *result;
	} *removals;
	size_t nremovals;
	uint32_t *used;			/* seconds, for each of ticket->ids */
	struct lc_items items;		/* that it adds */
};

/* ---- The ticket ------------------------------------------------------ */

/* Whatever is wrong with a ticket is one error: MIB invalidPermissionTicket. */
static enum lc_err
ticket_bad(struct lc_action *a, enum lc_err err, const struct lc_detail *why)
{
	if (err == LC_OK || err == LC_ENOMEM)
		return err;
	return lc_fail(&a->detail, LC_ETICKET, "permission ticket: %s",
	    *why->text != '\0' ? why->text : lc_strerror(err));
}

static enum lc_err
ticket_open(struct lc_action *a, struct rehost *w)
{
	struct lc_detail why = { "" };
	char *text = NULL;
	enum lc_err err;

	w->keys = a->lc->keys;
	if ((err = lc_file_scan(a->request.data, a->request.len, &w->file,
	    &why)) == LC_OK &&
	    (err = lc_file_statement(w->file, LC_PERMISSION_TICKET, &text,
	    &why)) == LC_OK &&
	    (err = lc_statement_open(LC_PERMISSION_TICKET, text,
	    a->lc->model->trust, &w->ticket, &why)) == LC_OK &&
	    (err = lc_statement_digest(text, w->journal.digest)) == LC_OK) {
		strcpy(w->journal.kid, w->ticket->kid);
		w->journal.seq = w->ticket->seq;
		w->udi = w->ticket->udi;
	}
	free(text);
	return ticket_bad(a, err, &why);
}

/* Its key may have been withdrawn since it was opened. */
static enum lc_err
ticket_open_again(struct lc_action *a, const struct rehost *w)
{
	struct lc_detail why = { "" };
	struct lc_statement *ticket = NULL;
	char *text = NULL;
	enum lc_err err;

	if (w->keys == a->lc->keys)
		return LC_OK;
	if ((err = lc_file_statement(w->file, LC_PERMISSION_TICKET, &text,
	    &why)) == LC_OK)
		err = lc_statement_open(LC_PERMISSION_TICKET, text,
		    a->lc->model->trust, &ticket, &why);
	lc_statement_free(ticket);
	free(text);
	return ticket_bad(a, err, &why);
}

/* The device that it names, if the request means that one. */
static const struct lc_device *
device_of(const struct lc_action *a, const struct rehost *w)
{
	const struct lc_model *m = a->lc->model;

	for (size_t i = 0; i < m->ndevices; i++) {
		const struct lc_device *d = m->devices[i];

		if (strcmp(d->udi, w->udi) == 0 && (a->request.device == 0 ||
		    a->request.device == d->index))
			return d;
	}
	return NULL;
}

static enum lc_err
device_judge(struct lc_action *a, const struct rehost *w)
{
	const char *kid = lc_devkey_key(a->lc->state.devkey)->kid;

	if (device_of(a, w) == NULL)
		return lc_fail(&a->detail, LC_EUDI,
		    "permission ticket %s is for %s, this is %s",
		    w->ticket->id, w->udi, lc_action_device(a)->udi);
	if (*w->ticket->device != '\0' && strcmp(w->ticket->device, kid) != 0)
		return lc_fail(&a->detail, LC_EUDI, "permission ticket %s is"
		    " for a device with the key %s, this one has %s: send its"
		    " credentials to the issuer", w->ticket->id,
		    w->ticket->device, kid);
	return LC_OK;
}

/* ---- Answers --------------------------------------------------------- */

static enum lc_err
answer_output(struct lc_action *a, const char *answer)
{
	struct lc_file_writer w = { 0 };
	struct lc_statement *s;
	enum lc_err err;

	err = lc_statement_peek(LC_REHOST_TICKET, answer, &s, &a->detail);
	if (err != LC_OK)
		return err;
	lc_file_writer_text(&w, "Rehost ticket: the proof that a device gave"
	    " licenses up.  Only what stands\nbetween the BEGIN and END rows"
	    " counts; the rest is for people.\n\n"
	    "Device:    %s\nTicket:    %s, number %u\n", s->udi, s->id,
	    s->seq);
	for (size_t i = 0; i < s->nids; i++)
		lc_file_writer_text(&w, "Revoked:   %s\n", s->ids[i]);
	lc_file_writer_statement(&w, LC_REHOST_TICKET, answer);
	lc_statement_free(s);
	return lc_action_output_take(a, &w);
}

/*
 * Was it processed, or one that came after it?  *again: this very one was the
 * last, and its answer became the output.
 */
static enum lc_err
journal_judge(struct lc_action *a, const struct rehost *w, bool *again)
{
	struct lc_journal last;
	enum lc_err err;

	*again = false;
	err = lc_journal_last(a->lc, w->udi, w->ticket->kid, &last);
	if (err != LC_OK)
		return err == LC_ENOTFOUND ? LC_OK : err;
	if (last.seq == w->journal.seq &&
	    strcmp(last.digest, w->journal.digest) == 0) {
		*again = true;
		err = answer_output(a, last.answer);
	} else if (last.seq >= w->journal.seq) {
		err = lc_fail(&a->detail, LC_ESUPERSEDED, "permission ticket"
		    " %s has number %u, and number %u was processed already",
		    w->ticket->id, w->journal.seq, last.seq);
	}
	free(last.answer);
	return err;
}

static enum lc_err
answer_sign(struct lc_action *a, struct rehost *w)
{
	const struct lc_key *key = lc_devkey_key(a->lc->state.devkey);
	struct lc_statement s = {
		.kind = LC_REHOST_TICKET,
		.id = w->ticket->id,
		.issued = lc_now(&a->lc->state),
		.udi = w->udi,
		.seq = w->ticket->seq,
		.ids = w->ticket->ids,
		.nids = w->ticket->nids,
		.used = w->used,
		.digest = w->journal.digest,
	};
	char *jwk = NULL;
	enum lc_err err = lc_key_to_jwk(key, &jwk);

	s.jwk = jwk;
	if (err == LC_OK)
		err = lc_statement_sign(&s, key, &w->journal.answer,
		    &a->detail);
	free(jwk);
	return err;
}

/* ---- Judging --------------------------------------------------------- */

static enum lc_err
removal_add(struct rehost *w, struct lc_action *a, struct lc_entry *e,
    size_t i)
{
	struct lc_result *r = &a->results[i];
	struct lc_place *place = lc_model_store(a->lc->model, e->public.device,
	    e->public.store);
	int64_t used = (lc_meter_used_ms(e->identity,
	    lc_instant(&a->lc->state)) + 999) / 1000;

	if (place->public.kind == LC_STORE_BUILT_IN)
		return lc_fail(&r->detail, LC_EREADONLY,
		    "license %s is built in and cannot be given up",
		    w->ticket->ids[i]);
	if (used > w->used[i])
		w->used[i] = used < UINT32_MAX ? (uint32_t)used : UINT32_MAX;
	place->planned -= (int64_t)e->bytes;
	w->removals[w->nremovals++] = (struct removal){ e, place, r };
	r->device = e->public.device;
	return lc_result_describe(a, r, &e->public.terms);
}

/* It may be in several stores: it goes from all of them. */
static enum lc_err
removal_judge(struct lc_action *a, struct rehost *w,
    const struct lc_device *d, size_t i)
{
	const char *id = w->ticket->ids[i];
	const struct lc_identity *identity =
	    lc_identity_find(&a->lc->state.book.identities, d->udi, id);
	enum lc_err err = LC_OK;

	if (identity == NULL || identity->first == NULL) {
		err = lc_store_not_revoked(&a->lc->state, d->udi, id,
		    &a->results[i].detail);
		return err != LC_OK ? err : lc_fail(&a->results[i].detail,
		    LC_ENOTFOUND, "license %s is not installed in %s", id,
		    d->udi);
	}
	for (struct lc_entry *e = identity->first; e != NULL && err == LC_OK;
	    e = e->next)
		err = removal_add(w, a, e, i);
	return err;
}

static enum lc_err
addition_judge(struct lc_action *a, struct rehost *w,
    const struct lc_device *d, struct lc_item *item)
{
	const struct lc_terms *t = &item->entry->public.terms;
	struct lc_place *place = lc_model_store(a->lc->model, d->index,
	    d->default_store);
	struct lc_detail *detail = &item->result->detail;
	enum lc_err err;

	if (!lc_terms_fit(t, d->udi))
		return lc_fail(detail, LC_EUDI, "license %s is for %s, this is"
		    " %s", t->id, t->udis[0], d->udi);
	if (!place->public.present)
		return lc_fail(detail, LC_ESTORE, "store %s is not present",
		    place->public.name);
	item->entry->public.device = d->index;
	item->result->device = d->index;
	if ((err = lc_item_judge(a, &w->items, item, place)) == LC_OK)
		lc_item_plan(item);
	return err;
}

/* Result i: one to remove, or one to add whose line may have failed already. */
static enum lc_err
judge(struct lc_action *a, struct rehost *w, const struct lc_device *d,
    size_t i)
{
	size_t nremove = w->ticket->nids;

	if (a->results[i].state == LC_FAILED)
		return a->results[i].err;
	return i < nremove ? removal_judge(a, w, d, i) :
	    addition_judge(a, w, d, &w->items.list[i - nremove]);
}

/* Is all of it good?  If not, the results say why. */
static bool
judge_all(struct lc_action *a, struct rehost *w)
{
	const struct lc_device *d = device_of(a, w);
	bool good = true;

	for (size_t i = 0; i < a->nresults; i++) {
		enum lc_err err = judge(a, w, d, i);

		if (err == LC_OK)
			continue;
		lc_result_fail(&a->results[i], err);
		good = false;
		if (a->request.stop_on_failure)
			break;
	}
	return good;
}

/* ---- Writing --------------------------------------------------------- */

static bool
changes(const struct rehost *w, const struct lc_place *place)
{
	for (size_t i = 0; i < w->nremovals; i++) {
		if (w->removals[i].place == place)
			return true;
	}
	for (size_t i = 0; i < w->items.n; i++) {
		if (w->items.list[i].place == place)
			return true;
	}
	return false;
}

static enum lc_err
stores_attach(struct lc_action *a, const struct rehost *w)
{
	const struct lc_model *m = a->lc->model;
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < m->nstores && err == LC_OK; i++) {
		struct lc_place *place = lc_place_of(m->stores[i]);

		if (changes(w, place))
			err = lc_medium_attach_more(&a->lc->state, place,
			    &a->detail);
	}
	return err;
}

static void
stores_detach(struct lc_action *a)
{
	const struct lc_model *m = a->lc->model;

	lc_medium_detach(&a->lc->state);
	for (size_t i = 0; i < m->nstores; i++)
		lc_place_of(m->stores[i])->slot = 0;
}

/* All copies of a license go; it is given up once. */
static enum lc_err
removal_write(struct lc_action *a, const struct removal *r)
{
	struct lc_state *st = &a->lc->state;
	const struct lc_entry *e = r->entry;
	enum lc_err err;

	err = lc_license_remove(st, r->place, e, true);
	if (err != LC_OK || !lc_entry_is_first(e))
		return err;
	if ((err = lc_usage_write(st, e->identity)) != LC_OK ||
	    (err = lc_action_note(a, "revoke", e)) != LC_OK)
		return err;
	return lc_action_tell(a, LC_EVENT_REVOKED, e);
}

static enum lc_err
change_write(struct lc_action *a, struct rehost *w)
{
	struct lc_state *st = &a->lc->state;
	enum lc_err err = lc_change_begin(st);

	for (size_t i = 0; i < w->nremovals && err == LC_OK; i++)
		err = removal_write(a, &w->removals[i]);
	for (size_t i = 0; i < w->items.n && err == LC_OK; i++)
		err = lc_item_write(a, w->file, &w->items.list[i]);
	if (err == LC_OK)
		err = lc_journal_add(a->lc, w->udi, w->ticket->id,
		    &w->journal, a->request.by);
	if ((err = lc_change_end(st, err)) != LC_OK)
		(void)lc_fail(&a->detail, err, "permission ticket %s was not"
		    " processed: %s", w->ticket->id, st->why.text);
	return err;
}

/* Out of memory and into it; what is gone lives until its event was told. */
static void
written(struct lc_action *a, struct rehost *w)
{
	struct lc_model *m = a->lc->model;

	for (size_t i = 0; i < w->nremovals; i++) {
		const struct removal *r = &w->removals[i];

		r->result->state = LC_SUCCESSFUL;
		r->result->store = r->entry->public.store;
		r->result->index = r->entry->public.index;
		r->place->public.size_left += (uint32_t)r->entry->bytes;
		lc_usage_written(r->entry->identity);
		r->entry->identity->wanted = LC_PRIORITY_NONE;
		lc_model_remove(m, r->entry);
	}
	for (size_t i = 0; i < w->items.n; i++)
		lc_item_written(a, &w->items.list[i]);
	lc_model_sort(m);
	lc_settle(a->lc);
	for (size_t i = 0; i < w->nremovals; i++)
		lc_entry_free(w->removals[i].entry);
}

/* ---- Processing ------------------------------------------------------ */

static enum lc_err
process_begin(struct lc_action *a)
{
	struct rehost *w;
	size_t n;
	bool again;
	enum lc_err err;

	if ((err = lc_request_check(a->lc, &a->request, &a->detail)) != LC_OK)
		return err;
	if ((a->work = w = calloc(1, sizeof *w)) == NULL)
		return LC_ENOMEM;
	/* Judged once more at the end: this is for who makes room meanwhile. */
	if ((err = ticket_open(a, w)) != LC_OK ||
	    (err = device_judge(a, w)) != LC_OK ||
	    (err = journal_judge(a, w, &again)) != LC_OK)
		return err;
	n = w->ticket->nids;
	if ((err = lc_action_results_new(a, n + w->ticket->nlines)) != LC_OK ||
	    (err = lc_items_new(&w->items, a, w->ticket->nlines, n)) != LC_OK)
		return err;
	w->items.eula_later = true;
	for (size_t i = 0; i < w->items.n; i++)
		w->items.list[i].text = (struct lc_file_line){
			.text = w->ticket->lines[i],
			.len = strlen(w->ticket->lines[i]),
		};
	w->used = calloc(n + 1, sizeof *w->used);
	return w->used != NULL ? LC_OK : LC_ENOMEM;
}

/* From the beginning, also if a review has done it before. */
static enum lc_err
judge_afresh(struct lc_action *a, struct rehost *w, bool *good)
{
	size_t most = a->lc->model->nlicenses + 1;
	enum lc_err err;

	free(w->removals);
	w->nremovals = 0;
	if ((w->removals = calloc(most, sizeof *w->removals)) == NULL)
		return LC_ENOMEM;
	for (size_t i = 0; i < w->ticket->nids; i++) {
		w->used[i] = 0;
		lc_result_reset(&a->results[i]);
	}
	err = lc_items_begin(a, &w->items);
	if (err == LC_OK)
		*good = judge_all(a, w);
	return err;
}

static enum lc_err
process(struct lc_action *a, struct rehost *w)
{
	bool good;
	enum lc_err err;

	if ((err = judge_afresh(a, w, &good)) != LC_OK || !good)
		return err;
	if ((err = answer_sign(a, w)) != LC_OK ||
	    (err = answer_output(a, w->journal.answer)) != LC_OK)
		return err;
	if ((err = stores_attach(a, w)) == LC_OK)
		err = change_write(a, w);
	stores_detach(a);
	if (err == LC_OK)
		written(a, w);
	return err;
}

/* Nothing is planned for a ticket that was processed already. */
static enum lc_err
process_review(struct lc_action *a, struct rehost *w, bool again)
{
	bool good;
	enum lc_err err;

	if (again) {
		a->nresults = 0;
		err = lc_agreements_output(a, w->file, NULL, 0);
	} else if ((err = judge_afresh(a, w, &good)) == LC_OK) {
		err = lc_items_agreements(a, w->file, &w->items);
	}
	a->waits = err == LC_OK;
	return err;
}

static enum lc_err
process_finish(struct lc_action *a, struct rehost *w)
{
	bool again;
	enum lc_err err;

	/* The device or the ticket's turn may have gone since the beginning. */
	if ((err = lc_request_check(a->lc, &a->request, &a->detail)) != LC_OK ||
	    (err = ticket_open_again(a, w)) != LC_OK ||
	    (err = device_judge(a, w)) != LC_OK ||
	    (err = journal_judge(a, w, &again)) != LC_OK)
		return err;
	if (a->request.review)
		return process_review(a, w, again);
	if (again) {
		a->nresults = 0;
		return LC_OK;
	}
	return process(a, w);
}

static bool
process_step(struct lc_action *a)
{
	struct rehost *w = a->work;
	enum lc_err err = LC_OK;
	bool over = false;

	if (w == NULL)
		err = process_begin(a);
	else if (lc_items_verify(a, &w->items)) {
		err = process_finish(a, w);
		over = true;
	}
	if (err != LC_OK)
		lc_action_fail(a, err);
	return over || err != LC_OK;
}

static void
end(struct lc_action *a)
{
	struct rehost *w = a->work;

	if (w == NULL)
		return;
	lc_items_free(&w->items);
	lc_statement_free(w->ticket);
	lc_file_free(w->file);
	free(w->journal.answer);
	free(w->removals);
	free(w->used);
	free(w);
}

static bool
has_ticket(const struct lc_request *r)
{
	return r->data != NULL;
}

/* Of licenses in several stores, the terms are the same. */
static bool
process_plan(const struct lc_action *a, size_t i, struct lc_plan *out)
{
	const struct rehost *w = a->work;

	if (i >= w->ticket->nids)
		return lc_item_show(a, &w->items.list[i - w->ticket->nids],
		    out);
	for (size_t j = 0; j < w->nremovals; j++) {
		const struct lc_license *l = &w->removals[j].entry->public;

		if (w->removals[j].result != &a->results[i])
			continue;
		*out = (struct lc_plan){
			.terms = &l->terms, .revoked = true,
			.store = l->store, .index = l->index,
		};
		return true;
	}
	return false;
}

const struct lc_job lc_job_process_ticket = {
	has_ticket, process_step, end, process_plan,
};

/* ---- Regenerating ---------------------------------------------------- */

/*
 * The answer to the ticket.  One that was not processed, as an authority may
 * give for just this purpose, asks for the last answer, like none at all.
 */
static enum lc_err
regenerate(struct lc_action *a, struct rehost *w)
{
	struct lc_journal found;
	enum lc_err err = LC_ENOTFOUND;

	if ((err = lc_request_check(a->lc, &a->request, &a->detail)) != LC_OK)
		return err;
	w->udi = lc_action_device(a)->udi;
	if (a->request.data != NULL &&
	    ((err = ticket_open(a, w)) != LC_OK ||
	    (err = device_judge(a, w)) != LC_OK))
		return err;
	err = w->ticket == NULL ? LC_ENOTFOUND :
	    lc_journal_find(a->lc, w->udi, w->ticket->id, &found);
	if (err == LC_ENOTFOUND)
		err = lc_journal_last(a->lc, w->udi, NULL, &found);
	if (err == LC_ENOTFOUND)
		return lc_fail(&a->detail, LC_ENOTICKET,
		    "%s has processed no permission ticket yet", w->udi);
	if (err != LC_OK)
		return err;
	err = answer_output(a, found.answer);
	free(found.answer);
	return err;
}

static bool
regenerate_step(struct lc_action *a)
{
	struct rehost *w = calloc(1, sizeof *w);
	enum lc_err err = LC_ENOMEM;

	if ((a->work = w) != NULL)
		err = regenerate(a, w);
	if (err != LC_OK)
		lc_action_fail(a, err);
	return true;
}

static bool
always(const struct lc_request *r)
{
	(void)r;
	return true;
}

const struct lc_job lc_job_regenerate_ticket = {
	always, regenerate_step, end, NULL,
};
