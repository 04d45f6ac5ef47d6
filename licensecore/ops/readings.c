/* readings.c - what there is, and what depends on the time. */
#include "readings.h"

#include "rules/meter.h"

/* ---- What there is --------------------------------------------------- */

const struct lc_device *const *
lc_devices(const struct lc *lc, size_t *n)
{
	*n = lc->model->ndevices;
	return (const struct lc_device *const *)lc->model->devices;
}

const struct lc_store *const *
lc_stores(const struct lc *lc, size_t *n)
{
	*n = lc->model->nstores;
	return (const struct lc_store *const *)lc->model->stores;
}

const struct lc_license *const *
lc_licenses(const struct lc *lc, size_t *n)
{
	*n = lc->model->nlicenses;
	return (const struct lc_license *const *)lc->model->licenses;
}

const struct lc_feature *const *
lc_features(const struct lc *lc, size_t *n)
{
	*n = lc->model->nfeatures;
	return (const struct lc_feature *const *)lc->model->features;
}

/* How many licenses come before this place. */
static size_t
licenses_before(const struct lc_model *m, uint32_t device, uint32_t store,
    uint32_t index)
{
	size_t low = 0, high = m->nlicenses;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct lc_license *l = m->licenses[middle];

		if (l->device != device ? l->device < device :
		    l->store != store ? l->store < store : l->index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint32_t
lc_store_position(const struct lc *lc, uint32_t device, uint32_t store,
    uint32_t index)
{
	return (uint32_t)(licenses_before(lc->model, device, store, index) -
	    licenses_before(lc->model, device, store, 0));
}

const struct lc_device *
lc_device_find(const struct lc *lc, uint32_t device)
{
	return lc_model_device(lc->model, device);
}

const struct lc_license *
lc_license_find(const struct lc *lc, uint32_t device, uint32_t store,
    uint32_t index)
{
	const struct lc_entry *e =
	    lc_model_license(lc->model, device, store, index);

	return e != NULL ? &e->public : NULL;
}

const struct lc_feature *
lc_feature_find(const struct lc *lc, uint32_t device, const char *name,
    const char *version)
{
	return lc_model_feature(lc->model, device, name, version);
}

/* ---- What depends on the time ---------------------------------------- */

static uint32_t
seconds(int64_t ms)
{
	int64_t s = ms / 1000;

	return s <= 0 ? 0 : s < UINT32_MAX ? (uint32_t)s : UINT32_MAX;
}

/* DOMAIN: expired first, then superseded or to come, then by use. */
enum lc_status
lc_license_status(const struct lc *lc, const struct lc_license *l)
{
	struct lc_instant at = lc_instant(&lc->state);
	const struct lc_entry *e = lc_entry_of(l);

	if (lc_entry_is_expired(e, at))
		return e->held ? LC_EXPIRED_IN_USE : LC_EXPIRED_NOT_IN_USE;
	if (e->superseded ||
	    (l->terms.start != LC_NO_TIME && at.now < l->terms.start))
		return LC_INACTIVE;
	if (l->terms.counted && e->in_use == l->terms.count && e->held)
		return LC_COUNT_CONSUMED;
	return e->held ? LC_IN_USE : LC_NOT_IN_USE;
}

static uint32_t
left_s(const struct lc_license *l, struct lc_instant at)
{
	if (!lc_type_metered(l->terms.type))
		return 0;
	/* Whole seconds: used and left are the period. */
	return seconds((l->terms.period_s -
	    lc_meter_used_ms(lc_entry_of(l)->identity, at) / 1000) * 1000);
}

uint32_t
lc_license_left_s(const struct lc *lc, const struct lc_license *l)
{
	return left_s(l, lc_instant(&lc->state));
}

/* clmgmtLicenseExpiredPeriod: demo, extension and grace period alone. */
uint32_t
lc_license_expired_s(const struct lc *lc, const struct lc_license *l)
{
	int64_t since = lc_entry_of(l)->identity->meter.expired_at;

	return since == LC_NO_TIME ? 0 :
	    seconds((lc_now(&lc->state) - since) * 1000);
}

uint32_t
lc_license_used_s(const struct lc *lc, const struct lc_license *l)
{
	return seconds(lc_meter_used_ms(lc_entry_of(l)->identity,
	    lc_instant(&lc->state)));
}

static uint32_t
add(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static void
license_add(const struct lc_license *l, struct lc_instant at,
    struct lc_feature_use *sum)
{
	const struct lc_terms *t = &l->terms;

	sum->left_s = add(sum->left_s, left_s(l, at));
	sum->used_s = add(sum->used_s,
	    seconds(lc_meter_used_ms(lc_entry_of(l)->identity, at)));
	if (t->start != LC_NO_TIME &&
	    (sum->start == LC_NO_TIME || t->start < sum->start))
		sum->start = t->start;
	if (t->end != LC_NO_TIME &&
	    (sum->end == LC_NO_TIME || t->end > sum->end))
		sum->end = t->end;
}

void
lc_use_sum(const struct lc *lc, const struct lc_use *use,
    struct lc_feature_use *sum)
{
	struct lc_instant at = lc_instant(&lc->state);

	*sum = (struct lc_feature_use){
		.start = LC_NO_TIME, .end = LC_NO_TIME,
	};
	for (size_t i = 0; use != NULL && i < use->n; i++) {
		const struct lc_entry *e = lc_use_entry(lc->model, use, i);

		if (e->serving)
			license_add(&e->public, at, sum);
	}
}

void
lc_feature_use(const struct lc *lc, const struct lc_feature *f,
    struct lc_feature_use *sum)
{
	lc_use_sum(lc, lc_use_find(&lc->uses, f->device, f->name, f->version),
	    sum);
}

/* ---- History --------------------------------------------------------- */

enum lc_err
lc_history_next(struct lc *lc, uint64_t after, const struct lc_history **out)
{
	enum lc_err err = lc_history_read(&lc->state, after, &lc->record);

	if (err == LC_OK)
		*out = &lc->record.public;
	return err;
}
