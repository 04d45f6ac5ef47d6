/* time.c - what time does to licenses: what is due, and what reads how long. */
#include "rules/clock.h"
#include "core.h"
#include "eula.h"
#include "rules/meter.h"
#include "rules/model.h"
#include "rules/schedule.h"
#include "rules/select.h"
#include "store.h"
#include "rules/use.h"

#define DAY_MS INT64_C(86400000)
#define HOUR_MS INT64_C(3600000)
#define RETRY_MS INT64_C(1000)
#define LOOK_MS INT64_C(10000)	/* for removable stores */

/* ---- What is due ----------------------------------------------------- */

static int64_t
min(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/*
 * How often to record: running meters as the host wants it; the time, on
 * which subscriptions depend, so that a crash makes an hour at most of a clock
 * that is set back.
 */
static int64_t
flush_every(const struct lc *lc)
{
	if (lc_meter_any(lc))
		return lc->flush_ms;
	return lc->model->selected_until != INT64_MAX ? HOUR_MS : INT64_MAX;
}

static bool
has_removable(const struct lc *lc)
{
	const struct lc_model *m = lc->model;

	for (size_t i = 0; i < m->nstores; i++) {
		if (m->stores[i]->kind == LC_STORE_REMOVABLE)
			return true;
	}
	return false;
}

/* Media come and go without a word. */
static enum lc_err
look(struct lc *lc)
{
	int64_t boot = lc_boot_ms(lc);
	enum lc_err err;
	bool changed;

	if (boot < lc->due.look_ms)
		return LC_OK;
	lc->due.look_ms = has_removable(lc) ? boot + LOOK_MS : INT64_MAX;
	err = lc_store_watch(lc, &changed);
	if (changed)
		lc_select(lc);
	return err == LC_OK && changed ? lc_eula_catch_up(lc) : err;
}

/* Looks through the licenses again, after anything has changed. */
static void
due_learn(struct lc *lc)
{
	int64_t boot, left, every, tell;

	if (lc->due.known)
		return;
	boot = lc_boot_ms(lc);
	left = lc_meter_due_ms(lc);
	every = flush_every(lc);
	tell = lc_schedule_due_ms(lc);
	lc->due.expire_ms = left != INT64_MAX ? boot + left : INT64_MAX;
	lc->due.tell_ms = tell != INT64_MAX ? boot + tell : INT64_MAX;
	lc->due.flush_ms = every != INT64_MAX ?
	    min(lc->due.flush_ms, boot + every) : INT64_MAX;
	lc->due.known = true;
}

static enum lc_err
due_do(struct lc *lc)
{
	int64_t boot = lc_boot_ms(lc);
	bool select = lc_now(lc) >= lc->model->selected_until;
	enum lc_err err = LC_OK;

	if (boot < lc->due.expire_ms && boot < lc->due.flush_ms &&
	    boot < lc->due.tell_ms && !select)
		return LC_OK;
	if (boot >= lc->due.expire_ms)
		err = lc_meter_expire(lc, &select);
	if (select)
		lc_select(lc);
	if (err == LC_OK && lc_schedule_due_ms(lc) == 0)
		err = lc_schedule_run(lc);
	if (err == LC_OK && (err = lc_meter_flush(lc)) == LC_OK) {
		lc->due.flush_ms = INT64_MAX;
		lc->due.known = false;
	}
	return err;
}

/* The wall clock may be set meanwhile: look at it once a day at least. */
static int64_t
wait_for(const struct lc *lc)
{
	int64_t boot = lc_boot_ms(lc), wait = INT64_MAX;
	int64_t until = lc->model->selected_until;

	if (until != INT64_MAX)
		wait = min((until - lc_now(lc)) * 1000, DAY_MS);
	if (lc->due.look_ms != INT64_MAX)
		wait = min(wait, lc->due.look_ms - boot);
	if (lc->due.expire_ms != INT64_MAX)
		wait = min(wait, lc->due.expire_ms - boot);
	if (lc->due.flush_ms != INT64_MAX)
		wait = min(wait, lc->due.flush_ms - boot);
	if (lc->due.tell_ms != INT64_MAX)
		wait = min(wait, lc->due.tell_ms - boot);
	return wait == INT64_MAX ? -1 : wait > 0 ? wait : 0;
}

enum lc_err
lc_tick(struct lc *lc, int64_t *wait_ms)
{
	enum lc_err err;

	if ((err = look(lc)) == LC_OK)
		err = lc_clock_watch(lc);
	due_learn(lc);
	if (err == LC_OK)
		err = due_do(lc);
	due_learn(lc);
	*wait_ms = err == LC_OK ? wait_for(lc) : RETRY_MS;
	return err;
}

/* ---- Readings -------------------------------------------------------- */

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
	const struct lc_entry *e = lc_entry_of(l);

	if (lc_entry_expired(lc, e))
		return e->held ? LC_EXPIRED_IN_USE : LC_EXPIRED_NOT_IN_USE;
	if (e->superseded ||
	    (l->terms.start != LC_NO_TIME && lc_now(lc) < l->terms.start))
		return LC_INACTIVE;
	if (l->terms.counted && e->in_use == l->terms.count && e->held)
		return LC_COUNT_CONSUMED;
	return e->held ? LC_IN_USE : LC_NOT_IN_USE;
}

uint32_t
lc_license_left_s(const struct lc *lc, const struct lc_license *l)
{
	if (!lc_type_metered(l->terms.type))
		return 0;
	/* Whole seconds: used and left are the period. */
	return seconds((l->terms.period_s - lc_meter_used_ms(lc,
	    lc_entry_of(l)) / 1000) * 1000);
}

/* clmgmtLicenseExpiredPeriod: demo, extension and grace period alone. */
uint32_t
lc_license_expired_s(const struct lc *lc, const struct lc_license *l)
{
	int64_t at = lc_entry_of(l)->meter.expired_at;

	return at == LC_NO_TIME ? 0 : seconds((lc_now(lc) - at) * 1000);
}

uint32_t
lc_license_used_s(const struct lc *lc, const struct lc_license *l)
{
	return seconds(lc_meter_used_ms(lc, lc_entry_of(l)));
}

static uint32_t
add(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static void
license_add(const struct lc *lc, const struct lc_license *l,
    struct lc_feature_use *sum)
{
	const struct lc_terms *t = &l->terms;

	sum->left_s = add(sum->left_s, lc_license_left_s(lc, l));
	sum->used_s = add(sum->used_s, lc_license_used_s(lc, l));
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
	*sum = (struct lc_feature_use){
		.start = LC_NO_TIME, .end = LC_NO_TIME,
	};
	for (size_t i = 0; use != NULL && i < use->n; i++) {
		const struct lc_license *l =
		    lc->model->by_feature[use->first + i];

		if (lc_entry_of(l)->serving)
			license_add(lc, l, sum);
	}
}

void
lc_feature_use(const struct lc *lc, const struct lc_feature *f,
    struct lc_feature_use *sum)
{
	lc_use_sum(lc, lc_use_find(lc, f->device, f->name, f->version), sum);
}
