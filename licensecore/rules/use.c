/* use.c - features that are used: leases, and the licenses they draw on. */
#include "use.h"

#include <stdlib.h>
#include <string.h>

#include "ops/core.h"
#include "base/error.h"
#include "level.h"
#include "meter.h"
#include "model.h"
#include "schedule.h"
#include "select.h"

struct lc_lease {
	struct lc *lc;
	struct lc_use *use;
	struct lc_lease *next, **link;	/* in use->leases */
	uint32_t count;
	enum lc_lease_state state;
	void *arg;
};

/* ---- Uses ------------------------------------------------------------ */

static int
use_order(uint32_t device, const char *feature, const char *version,
    const struct lc_use *use)
{
	int by = (device > use->device) - (device < use->device);

	if (by == 0)
		by = strcmp(feature, use->feature);
	return by != 0 ? by : strcmp(version, use->version);
}

/* Where it is in lc->uses, or would have to be. */
static size_t
use_search(const struct lc *lc, uint32_t device, const char *feature,
    const char *version, bool *found)
{
	size_t low = 0, high = lc->nuses;

	*found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int by = use_order(device, feature, version,
		    lc->uses[middle]);

		if (by == 0) {
			*found = true;
			return middle;
		}
		if (by < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

struct lc_use *
lc_use_find(const struct lc *lc, uint32_t device, const char *feature,
    const char *version)
{
	bool found;
	size_t at = use_search(lc, device, feature, version, &found);

	return found ? lc->uses[at] : NULL;
}

static void
use_free(struct lc_use *use)
{
	free(use->feature);
	free(use->version);
	free(use);
}

static enum lc_err
use_new(struct lc *lc, const struct lc_device *device, const char *feature,
    const char *version, struct lc_use **out)
{
	struct lc_use *use = calloc(1, sizeof *use);
	enum lc_err err = LC_ENOMEM;

	if (use == NULL)
		return err;
	use->device = device->index;
	use->feature = strdup(feature);
	use->version = strdup(version);
	if (use->feature != NULL && use->version != NULL)
		err = lc_schedule_feature(lc, device->udi, use);
	if (err == LC_OK)
		*out = use;
	else
		use_free(use);
	return err;
}

enum lc_err
lc_use_get(struct lc *lc, const struct lc_device *device, const char *feature,
    const char *version, struct lc_use **out)
{
	bool found;
	size_t at = use_search(lc, device->index, feature, version, &found);
	struct lc_use **more, *use;
	enum lc_err err;

	if (found) {
		*out = lc->uses[at];
		return LC_OK;
	}
	more = reallocarray(lc->uses, lc->nuses + 1, sizeof(struct lc_use *));
	if (more == NULL)
		return LC_ENOMEM;
	lc->uses = more;
	if ((err = use_new(lc, device, feature, version, &use)) != LC_OK)
		return err;
	memmove(&more[at + 1], &more[at], (lc->nuses - at) * sizeof *more);
	more[at] = use;
	lc->nuses++;
	*out = use;
	return LC_OK;
}

void
lc_use_free_all(struct lc *lc)
{
	for (size_t i = 0; i < lc->nuses; i++) {
		struct lc_use *use = lc->uses[i];

		while (use->leases != NULL) {
			struct lc_lease *lease = use->leases;

			use->leases = lease->next;
			free(lease);
		}
		use_free(use);
	}
	free(lc->uses);
}

static struct lc_entry *
entry_at(const struct lc *lc, const struct lc_use *use, size_t i)
{
	return lc_entry_of(lc->model->by_feature[use->first + i]);
}

bool
lc_use_served(const struct lc *lc, const struct lc_use *use)
{
	for (size_t i = 0; i < use->n; i++) {
		const struct lc_entry *e = entry_at(lc, use, i);

		if (e->serving && !lc_entry_expired(lc, e))
			return true;
	}
	return false;
}

bool
lc_use_wanted(const struct lc_use *use)
{
	return use->nleases > 0 || use->always;
}

static uint64_t
demand(const struct lc_use *use)
{
	return use->demand + use->always;
}

/* ---- What licenses give ---------------------------------------------- */

/* What one license gives towards what is left of the demand. */
static void
entry_give(struct lc *lc, struct lc_entry *e, bool used, uint64_t *left)
{
	const struct lc_terms *t = &e->shown.terms;

	e->in_use = 0;
	if (used && t->counted)
		e->in_use = *left < t->count ? (uint32_t)*left : t->count;
	e->held = used && (!t->counted || e->in_use > 0);
	*left = t->counted ? *left - e->in_use : used ? 0 : *left;
	e->shown.count_left = t->counted ? t->count - e->in_use : LC_UNCOUNTED;
	lc_schedule_count(lc, e);
	lc_meter_run(lc, e, e->held && e->meter.expired_at == LC_NO_TIME);
}

static enum lc_lease_state
state_of(const struct lc *lc, const struct lc_use *use)
{
	enum lc_lease_state state = lc_level_includes(lc->model, use) ?
	    LC_LEASE_LICENSED : LC_LEASE_UNLICENSED;

	for (size_t i = 0; i < use->n; i++) {
		const struct lc_entry *e = entry_at(lc, use, i);

		if (!e->serving)
			continue;
		if (!lc_entry_expired(lc, e))
			return LC_LEASE_LICENSED;
		state = LC_LEASE_EXPIRED;
	}
	return state;
}

static void
leases_tell(struct lc *lc, struct lc_use *use)
{
	enum lc_lease_state state;

	if (use->leases == NULL)
		return;
	state = state_of(lc, use);
	for (struct lc_lease *l = use->leases; l != NULL; l = l->next) {
		if (l->state == state)
			continue;
		l->state = state;
		if (lc->lease != NULL)
			lc->lease(lc->arg, l);
	}
}

static void
use_update(struct lc *lc, struct lc_use *use)
{
	uint64_t left = demand(use);

	for (size_t i = 0; i < use->n; i++) {
		struct lc_entry *e = entry_at(lc, use, i);

		entry_give(lc, e, e->serving && lc_use_wanted(use), &left);
	}
}

void
lc_use_all(struct lc *lc)
{
	for (size_t i = 0; i < lc->nuses; i++) {
		use_update(lc, lc->uses[i]);
		leases_tell(lc, lc->uses[i]);
	}
}

/* ---- Leases ---------------------------------------------------------- */

/* What the licenses that serve have left; UINT64_MAX: any number. */
static uint64_t
room(const struct lc *lc, const struct lc_use *use, bool *served)
{
	uint64_t sum = 0;

	*served = false;
	for (size_t i = 0; i < use->n; i++) {
		const struct lc_entry *e = entry_at(lc, use, i);

		if (!e->serving || lc_entry_expired(lc, e))
			continue;
		*served = true;
		if (!e->shown.terms.counted)
			return UINT64_MAX;
		sum += e->shown.terms.count;
	}
	return sum > demand(use) ? sum - demand(use) : 0;
}

/* Nothing serves: the reason that can be helped most easily. */
static enum lc_err
why_not(const struct lc *lc, const struct lc_use *use)
{
	enum lc_err err = LC_ENOLICENSE;

	for (size_t i = 0; i < use->n; i++) {
		const struct lc_entry *e = entry_at(lc, use, i);

		if (lc_entry_expired(lc, e))
			err = err == LC_ENOLICENSE ? LC_EEXPIRED : err;
		else if (!e->shown.eula_accepted)
			return LC_EEULA;
		else
			err = LC_ENOTYET;
	}
	return err;
}

static enum lc_err
judge(const struct lc *lc, const struct lc_use *use, uint32_t count,
    struct lc_detail *detail)
{
	bool served;
	uint64_t left = room(lc, use, &served);

	if (!served && lc_level_includes(lc->model, use))
		return LC_OK;
	if (!served)
		return lc_fail(detail, why_not(lc, use), "feature %s %s: %s",
		    use->feature, use->version,
		    lc_strerror(why_not(lc, use)));
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
		return lc_use_get(lc, d, f->name, f->version, use);
	*use = lc_use_find(lc, d->index, r->feature,
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
	struct lc_use *use;
	struct lc_lease *l;
	enum lc_err err;

	if (r->feature == NULL)
		return LC_EINVAL;
	if ((err = use_wanted(lc, r, &use, detail)) != LC_OK)
		return err;
	err = judge(lc, use, count, detail);
	if (err != LC_OK && !tolerated(lc, use))
		return err;
	if ((l = lease_new(lc, use, count, r->arg)) == NULL)
		return LC_ENOMEM;
	use_update(lc, use);
	l->state = state_of(lc, use);
	*out = l;
	return LC_OK;
}

void
lc_release(struct lc_lease *l)
{
	struct lc *lc;

	if (l == NULL)
		return;
	lc = l->lc;
	*l->link = l->next;
	if (l->next != NULL)
		l->next->link = l->link;
	l->use->nleases--;
	l->use->demand -= l->count;
	/* What had run out was held by its leases alone. */
	if (l->use->nleases == 0)
		lc_select_use(lc, l->use);
	use_update(lc, l->use);
	free(l);
}

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
