/* due.c - what time brings: lc_tick. */
#include "due.h"

#include "clock_reset.h"
#include "eula.h"
#include "event.h"
#include "keys.h"
#include "lease.h"
#include "missing.h"
#include "rules/count.h"
#include "rules/meter.h"
#include "rules/schedule.h"
#include "state/change.h"
#include "state/marks.h"
#include "state/repair.h"
#include "state/twin.h"
#include "state/usage.h"
#include "store.h"

#define DAY_MS INT64_C(86400000)
#define HOUR_MS INT64_C(3600000)
#define RETRY_MS INT64_C(1000)
#define LOOK_MS INT64_C(10000)	/* for removable stores */
#define MEND_MS INT64_C(60000)	/* for a disk that works again */
#define PASS_ROWS 1000		/* at a time: a few milliseconds */
#define PASS_MS INT64_C(1000)	/* until the next ones */
/* How long programs may take to be back after the core was opened. */
#define SETTLE_MS INT64_C(60000)

void
lc_due_begin(struct lc *lc)
{
	lc->uses.settled_ms = lc_host_boot_ms(&lc->host) + SETTLE_MS;
	lc->due.mend_ms = INT64_MAX;
	lc->due.pass_ms = 0;
}

/* ---- Reporting ------------------------------------------------------- */

/* Within a change, as all of these. */
static enum lc_err
track_report(struct lc *lc, const struct lc_entry *e, size_t i,
    struct lc_instant at)
{
	int64_t reached = lc_track_reached(lc->model, e, i, at);
	enum lc_event_kind kind = lc_track_kind(i);
	enum lc_err err;

	if (e->identity->marks != NULL)
		e->identity->marks->reached[i] = reached;
	if (reached == LC_NOT_YET)
		return LC_OK;
	if ((err = lc_identity_marks(e->identity)) != LC_OK)
		return err;
	e->identity->marks->reached[i] = reached;
	err = lc_event_tell(lc, kind, e->use, e, "");
	return err != LC_OK ? err :
	    lc_marks_write(&lc->state, e->identity, kind, reached);
}

/* One mark is for both levels. */
static enum lc_err
count_report(struct lc *lc, const struct lc_entry *e, struct lc_instant at)
{
	int known = lc_count_known(e, at.boot_ms >= lc->uses.settled_ms);
	int now = lc_count_level(e);
	enum lc_err err = LC_OK;

	e->identity->level_reached = now > known ? now : known;
	if (now > known)
		err = lc_event_tell(lc, now == 2 ? LC_EVENT_COUNT_EXCEEDED :
		    LC_EVENT_COUNT_WARNING, e->use, e, "");
	if (err != LC_OK ||
	    e->identity->level_reached == e->identity->level_reported)
		return err;
	return lc_marks_write(&lc->state, e->identity, LC_EVENT_COUNT_WARNING,
	    e->identity->level_reached);
}

static enum lc_err
license_report(struct lc *lc, const struct lc_entry *e, struct lc_instant at)
{
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < LC_NTRACKS && err == LC_OK; i++)
		err = track_report(lc, e, i, at);
	return err != LC_OK ? err : count_report(lc, e, at);
}

static void
license_reported(struct lc_identity *identity)
{
	struct lc_identity_marks *marks = identity->marks;

	for (size_t i = 0; i < LC_NTRACKS && marks != NULL; i++) {
		if (marks->reached[i] != LC_NOT_YET)
			marks->last[i] = marks->reached[i];
	}
	identity->level_reported = identity->level_reached;
	identity->level_fell = false;
}

static enum lc_err
complaint_write(struct lc *lc, const struct lc_use *use)
{
	return lc_marks_write_use(&lc->state,
	    lc_model_device(lc->model, use->device)->udi, use,
	    use->complaining);
}

static enum lc_err
use_report(struct lc *lc, struct lc_use *use, struct lc_instant at)
{
	enum lc_err err;

	use->complaining = use->complained;
	if (!use->mandatory)
		return LC_OK;
	if (lc_use_served(lc->model, use, at)) {
		use->complaining = LC_NO_TIME;
		return use->complained == LC_NO_TIME ? LC_OK :
		    complaint_write(lc, use);
	}
	if (lc_complaint_due_s(lc->model, use, at) > 0)
		return LC_OK;
	use->complaining = at.now;
	err = lc_event_tell(lc, LC_EVENT_NOT_ENFORCED, use, NULL, "");
	return err != LC_OK ? err : complaint_write(lc, use);
}

/* Reports what came due of all licenses and mandatory features. */
static enum lc_err
report(struct lc *lc)
{
	struct lc_instant at = lc_instant(&lc->state);
	const struct lc_identities *all = &lc->state.book.identities;
	enum lc_err err = lc_change_begin(&lc->state);

	for (size_t i = 0; i < all->n && err == LC_OK; i++) {
		if (all->list[i]->first != NULL)
			err = license_report(lc, all->list[i]->first, at);
	}
	for (size_t i = 0; i < lc->uses.n && err == LC_OK; i++)
		err = use_report(lc, lc->uses.list[i], at);
	if ((err = lc_change_end(&lc->state, err)) != LC_OK)
		return err;
	for (size_t i = 0; i < all->n; i++) {
		if (all->list[i]->first != NULL)
			license_reported(all->list[i]);
	}
	for (size_t i = 0; i < lc->uses.n; i++)
		lc->uses.list[i]->complained = lc->uses.list[i]->complaining;
	lc_change_publish(&lc->state);
	return LC_OK;
}

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
	if (lc_meter_any(&lc->state.book.identities))
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

/* Waits longer each time, up to a minute. */
static void
mend_later(struct lc *lc, int64_t boot)
{
	int64_t wait = lc->due.mend_wait_ms * 2;

	lc->due.mend_wait_ms = wait < RETRY_MS ? RETRY_MS :
	    min(wait, MEND_MS);
	lc->due.mend_ms = boot + lc->due.mend_wait_ms;
}

/* A change of nothing shows whether it can be recorded again. */
static enum lc_err
try_change(struct lc *lc)
{
	struct lc_state *st = &lc->state;

	if (lc_twin_trouble(st->twin, NULL) == LC_OK)
		return LC_OK;
	lc_twin_retry(st->twin);
	return lc_change_end(st, lc_change_begin(st));
}

/* What could not be written to the disk may be by now. */
static enum lc_err
mend(struct lc *lc)
{
	struct lc_twin *twin = lc->state.twin;
	int64_t boot = lc_host_boot_ms(&lc->host);
	enum lc_err err;

	if (lc_recording(lc, NULL) == LC_OK &&
	    lc_twin_doubled(twin, NULL) == LC_OK) {
		lc->due.mend_ms = INT64_MAX;
		lc->due.mend_wait_ms = 0;
		return LC_OK;
	}
	if (lc->due.mend_ms == INT64_MAX)
		lc->due.mend_ms = boot;
	if (boot < lc->due.mend_ms)
		return lc_twin_recording(twin, NULL);
	err = lc_twin_can_be_ready(twin) ?
	    lc_twin_tend(twin, lc_now(&lc->state)) : lc_begin_again(lc);
	if (err == LC_OK)
		err = lc_twin_recording(lc->state.twin, NULL);
	if (err == LC_OK)
		err = try_change(lc);
	if (err == LC_OK)
		err = lc_state_note_restored(&lc->state);
	if (err != LC_OK)
		mend_later(lc, boot);
	else
		lc_due_changed(lc);
	return lc_twin_recording(lc->state.twin, NULL);
}

/* So does flash rot: each day the files are read through. */
static void
pass(struct lc *lc)
{
	int64_t boot = lc_host_boot_ms(&lc->host);
	bool all = true;

	if (boot < lc->due.pass_ms)
		return;
	/* What keeps from reading is told by those who need it. */
	(void)lc_twin_pass(lc->state.twin, PASS_ROWS, &all);
	lc->due.pass_ms = boot + (all ? DAY_MS : PASS_MS);
}

/* Media come and go without a word. */
static enum lc_err
look(struct lc *lc)
{
	int64_t boot = lc_host_boot_ms(&lc->host);
	enum lc_err err;
	bool changed;

	if (boot < lc->due.look_ms)
		return LC_OK;
	lc->due.look_ms = has_removable(lc) ? boot + LOOK_MS : INT64_MAX;
	err = lc_store_watch(lc, &changed);
	if (changed)
		lc_settle(lc);
	if (err == LC_OK && changed)
		err = lc_missing_look(lc);
	return err == LC_OK && changed ? lc_eula_catch_up(lc) : err;
}

static int64_t
later(int64_t from, int64_t by)
{
	return by != INT64_MAX ? from + by : INT64_MAX;
}

/* Looks through the licenses again, after anything has changed. */
static void
due_learn(struct lc *lc)
{
	struct lc_instant at = lc_instant(&lc->state);
	int64_t left, every, report_ms;

	if (lc->due.known)
		return;
	left = lc_meter_due_ms(lc->model, at);
	every = flush_every(lc);
	report_ms = lc_schedule_due_ms(lc->model, at);
	lc->due.expire_ms = later(at.boot_ms, left);
	lc->due.report_ms = later(at.boot_ms, report_ms);
	lc->due.flush_ms = every != INT64_MAX ?
	    min(lc->due.flush_ms, later(at.boot_ms, every)) : INT64_MAX;
	lc->due.known = true;
}

static enum lc_err
due_do(struct lc *lc)
{
	struct lc_instant at = lc_instant(&lc->state);
	bool select = at.now >= lc->model->selected_until;
	enum lc_err err = LC_OK;

	if (at.boot_ms < lc->due.expire_ms && at.boot_ms < lc->due.flush_ms &&
	    at.boot_ms < lc->due.report_ms && !select)
		return LC_OK;
	if (at.boot_ms >= lc->due.expire_ms)
		err = lc_usage_end(&lc->state, &lc->state.book.identities, &select);
	if (select)
		lc_settle(lc);
	if (err == LC_OK && lc_schedule_due_ms(lc->model,
	    lc_instant(&lc->state)) == 0)
		err = report(lc);
	if (err == LC_OK &&
	    (err = lc_usage_flush(&lc->state, &lc->state.book.identities,
	    lc->model->selected_until != INT64_MAX)) == LC_OK) {
		lc->due.flush_ms = INT64_MAX;
		lc_due_changed(lc);
	}
	return err;
}

/* The wall clock may be set meanwhile: look at it once a day at least. */
static int64_t
wait_for(const struct lc *lc)
{
	int64_t boot = lc_host_boot_ms(&lc->host);
	int64_t wait = lc->due.pass_ms - boot;
	int64_t until = lc->model->selected_until;

	until = min(until, lc->list_expires);
	if (until != INT64_MAX)
		wait = min(wait, (until - lc_now(&lc->state)) * 1000);
	if (lc->due.look_ms != INT64_MAX)
		wait = min(wait, lc->due.look_ms - boot);
	if (lc->due.expire_ms != INT64_MAX)
		wait = min(wait, lc->due.expire_ms - boot);
	if (lc->due.flush_ms != INT64_MAX)
		wait = min(wait, lc->due.flush_ms - boot);
	if (lc->due.report_ms != INT64_MAX)
		wait = min(wait, lc->due.report_ms - boot);
	if (lc->due.mend_ms != INT64_MAX)
		wait = min(wait, lc->due.mend_ms - boot);
	return wait > 0 ? wait : 0;
}

enum lc_err
lc_tick(struct lc *lc, int64_t *wait_ms)
{
	enum lc_err err;

	pass(lc);
	/* Without the disk it goes on with what needs none. */
	if ((err = mend(lc)) != LC_OK) {
		lc_settle(lc);
		*wait_ms = lc->due.mend_ms - lc_host_boot_ms(&lc->host);
		return err;
	}
	if ((err = look(lc)) == LC_OK)
		err = lc_clock_watch(lc);
	lc_keys_tick(lc);
	due_learn(lc);
	if (err == LC_OK)
		err = due_do(lc);
	due_learn(lc);
	*wait_ms = err == LC_OK ? wait_for(lc) : RETRY_MS;
	return err;
}

