/* lease.c - leases: who uses a feature, and whether it is licensed. */
#include "lease.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "event.h"
#include "dates.h"
#include "recall.h"
#include "rules/level.h"
#include "rules/meter.h"
#include "rules/select.h"
#include "state/change.h"
#include "state/usage.h"

struct lc_lease {
	struct lc *lc;
	struct lc_use *use;
	struct lc_lease *next, **link;	/* in use->leases */
	uint32_t count;
	enum lc_lease_state state;
	void *arg;
};

/* ---- State ----------------------------------------------------------- */

static enum lc_lease_state
state_of(const struct lc *lc, const struct lc_use *use, struct lc_instant at)
{
	enum lc_lease_state state = lc_level_includes(lc->model, use) ?
	    LC_LEASE_LICENSED : LC_LEASE_UNLICENSED;

	for (size_t i = 0; i < use->span; i++) {
		const struct lc_entry *e = lc_use_entry(lc->model, use, i);

		if (!e->serving)
			continue;
		if (!lc_entry_is_expired(e, at))
			return LC_LEASE_LICENSED;
		state = LC_LEASE_EXPIRED;
	}
	return state;
}

static void
leases_tell(struct lc *lc, const struct lc_use *use, struct lc_instant at)
{
	enum lc_lease_state state;

	if (use->leases == NULL)
		return;
	state = state_of(lc, use, at);
	for (struct lc_lease *l = use->leases; l != NULL; l = l->next) {
		if (l->state == state)
			continue;
		l->state = state;
		if (lc->host.lease != NULL)
			lc->host.lease(lc->host.arg, l);
	}
}

void
lc_settle_report(struct lc *lc)
{
	lc_change_publish(&lc->state);
	if (!lc->selection_told)
		lc_event_report_selection(lc);
	lc->selection_told = true;
}

void
lc_settle_quietly(struct lc *lc)
{
	struct lc_instant at;

	if (!lc->selection_told)
		lc_event_report_selection(lc);
	lc->selection_told = false;
	lc->settled++;
	lc_dates_learn(lc);
	at = lc_instant(&lc->state);
	lc_select(lc->model, at);
	lc_due_changed(lc);
	for (size_t i = 0; i < lc->uses.n; i++)
		leases_tell(lc, lc->uses.list[i], at);
}

void
lc_settle(struct lc *lc)
{
	lc_settle_quietly(lc);
	lc_settle_report(lc);
}

static void
use_update(struct lc *lc, struct lc_use *use, struct lc_instant at)
{
	switch (lc_use_update(lc->model, use, at)) {
	case LC_USE_SAME:
		break;
	case LC_USE_RUNS:
		lc_due_flush(lc, at);
		break;
	case LC_USE_DUE:
		lc_due_changed(lc);
		break;
	}
}

/* ---- Leases ---------------------------------------------------------- */

/* Nothing serves: the reason that can be helped most easily. */
static enum lc_err
why_not(const struct lc *lc, const struct lc_use *use, struct lc_instant at)
{
	enum lc_err err = LC_ENOLICENSE;

	for (size_t i = 0; i < use->n; i++) {
		const struct lc_entry *e = lc_use_entry(lc->model, use, i);

		if (lc_entry_is_expired(e, at))
			err = err == LC_ENOLICENSE ? LC_EEXPIRED : err;
		else if (!e->public.eula_accepted)
			return LC_EEULA;
		else
			err = LC_ENOTYET;
	}
	return err;
}

static enum lc_err
judge(const struct lc *lc, const struct lc_use *use, uint32_t count,
    struct lc_instant at, struct lc_detail *detail)
{
	bool served;
	uint64_t left = lc_use_room(lc->model, use, at, &served);
	enum lc_err err;

	if (!served && lc_level_includes(lc->model, use))
		return LC_OK;
	if (!served) {
		err = why_not(lc, use, at);
		return lc_fail(detail, err, "feature %s %s: %s", use->feature,
		    use->version, lc_strerror(err));
	}
	if (count > left)
		return lc_fail(detail, LC_EEXHAUSTED, "feature %s %s: %u asked"
		    " for, %llu left", use->feature, use->version, count,
		    (unsigned long long)left);
	return LC_OK;
}

/* A feature that must run, does; its lease is without a license then. */
static bool
tolerated(const struct lc *lc, const struct lc_use *use)
{
	const struct lc_feature *f = lc_model_feature(lc->model, use->device,
	    use->feature, use->version);

	return f != NULL && (f->mandatory || f->advise);
}

static enum lc_err
use_wanted(struct lc *lc, const struct lc_lease_request *r,
    struct lc_use **use, struct lc_detail *detail)
{
	const struct lc_device *d = lc_model_device(lc->model, r->device);
	const struct lc_feature *f;
	const char *version = r->version;

	if (d == NULL)
		return lc_fail(detail, LC_EDEVICE,
		    "there is no device %u", r->device);
	f = lc_model_feature(lc->model, d->index, r->feature, version);
	if (f != NULL)
		return lc_recall_use(lc, d, f->name, f->version, use);
	*use = lc_use_find(&lc->uses, d->index, r->feature,
	    version != NULL ? version : "");
	if (*use == NULL)
		return lc_fail(detail, LC_ENOLICENSE, "feature %s: not a"
		    " feature of this device, and no license names it",
		    r->feature);
	return LC_OK;
}

static struct lc_lease *
lease_new(struct lc *lc, struct lc_use *use, uint32_t count, void *arg)
{
	struct lc_lease *l = calloc(1, sizeof *l);

	if (l == NULL)
		return NULL;
	l->lc = lc;
	l->use = use;
	l->count = count;
	l->arg = arg;
	l->next = use->leases;
	l->link = &use->leases;
	if (l->next != NULL)
		l->next->link = &l->next;
	use->leases = l;
	use->nleases++;
	use->demand += count;
	return l;
}

enum lc_err
lc_checkout(struct lc *lc, const struct lc_lease_request *r,
    struct lc_lease **out, struct lc_detail *detail)
{
	uint32_t count = r->count != 0 ? r->count : 1;
	struct lc_instant at = lc_instant(&lc->state);
	struct lc_use *use;
	struct lc_lease *l;
	enum lc_err err;

	if (r->feature == NULL)
		return LC_EINVAL;
	if ((err = use_wanted(lc, r, &use, detail)) != LC_OK)
		return err;
	err = judge(lc, use, count, at, detail);
	if (err != LC_OK && !tolerated(lc, use))
		return err;
	if ((l = lease_new(lc, use, count, r->arg)) == NULL)
		return LC_ENOMEM;
	use_update(lc, use, at);
	/* What is used up by use has to be marked before it is used. */
	err = lc_usage_started(&lc->state, lc->model, use, detail);
	if (err != LC_OK) {
		lc_release(l);
		return err;
	}
	l->state = state_of(lc, use, at);
	*out = l;
	return LC_OK;
}

void
lc_release(struct lc_lease *l)
{
	struct lc_instant at;
	struct lc *lc;

	if (l == NULL)
		return;
	lc = l->lc;
	at = lc_instant(&lc->state);
	*l->link = l->next;
	if (l->next != NULL)
		l->next->link = l->link;
	l->use->nleases--;
	l->use->demand -= l->count;
	/* What had expired was held by its leases alone. */
	if (l->use->nleases == 0 && lc_use_outlasts(lc->model, l->use, at))
		lc_select_use(lc->model, l->use, at);
	use_update(lc, l->use, at);
	free(l);
}

enum lc_err
lc_feature_room(struct lc *lc, const struct lc_lease_request *r,
    struct lc_room *out, struct lc_detail *detail)
{
	struct lc_instant at = lc_instant(&lc->state);
	struct lc_room any = { UINT64_MAX, UINT64_MAX };
	struct lc_use *use;
	bool served;
	enum lc_err err;

	if (r->feature == NULL)
		return LC_EINVAL;
	if ((err = use_wanted(lc, r, &use, detail)) != LC_OK)
		return err;
	if (tolerated(lc, use)) {
		*out = any;
		return LC_OK;
	}
	if ((err = judge(lc, use, 0, at, detail)) != LC_OK)
		return err;
	*out = any;
	if (lc_use_served(lc->model, use, at)) {
		out->allowed = lc_use_supply(lc->model, use, at, &served);
		out->left = lc_use_room(lc->model, use, at, &served);
	}
	return LC_OK;
}

/* ---- Ending the lease of another ------------------------------------- */

static enum lc_err
ending_record(struct lc_lease *l, const struct lc_lease_ending *ending)
{
	const struct lc_use *use = l->use;
	const struct lc_device *d = lc_model_device(l->lc->model, use->device);

	return lc_history_add_json(&l->lc->state, (struct lc_record){
		.what = "lease-end", .udi = d != NULL ? d->udi : "", .id = "",
	}, json_pack("{s:s, s:s, s:I, s:s, s:s, s:s}", "feature",
	    use->feature, "version", use->version, "count",
	    (json_int_t)l->count, "holder", ending->holder, "by", ending->by,
	    "reason", ending->reason));
}

enum lc_err
lc_lease_end(struct lc_lease *l, const struct lc_lease_ending *ending)
{
	size_t len = strlen(ending->reason);
	enum lc_err err;

	if (len > LC_COMMENT_MAX || !lc_text_is_plain(ending->reason, len))
		return LC_EINVAL;
	if ((err = lc_change_begin(&l->lc->state)) == LC_OK)
		err = ending_record(l, ending);
	err = lc_change_end(&l->lc->state, err);
	if (err == LC_OK)
		lc_release(l);
	return err;
}

/* ---- What is told of a lease ----------------------------------------- */

enum lc_lease_state
lc_lease_state(const struct lc_lease *l)
{
	return l->state;
}

uint32_t
lc_lease_count(const struct lc_lease *l)
{
	return l->count;
}

void *
lc_lease_arg(const struct lc_lease *l)
{
	return l->arg;
}

void
lc_leases_free(struct lc *lc)
{
	for (size_t i = 0; i < lc->uses.n; i++) {
		struct lc_use *use = lc->uses.list[i];

		while (use->leases != NULL) {
			struct lc_lease *lease = use->leases;

			use->leases = lease->next;
			free(lease);
		}
	}
}
