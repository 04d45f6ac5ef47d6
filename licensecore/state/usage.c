/*
 * usage.c - how long licenses have been in use, on disk.
 *
 * Rows are kept for the license's identity on the device, whatever becomes of
 * the license.  One that was lost or altered counts as used up.
 *
 * The record says what has to be added to the rows while its number is above
 * the one in the head of the state; folding raises that one.
 */
#include "usage.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "change.h"
#include "history.h"
#include "rules/meter.h"
#include "rules/use.h"
#include "running.h"
#include "twin.h"

#define MINUTE_S 60
#define DAY_MS INT64_C(86400000)

/* ---- Rows ------------------------------------------------------------ */

/* Counts as used up, and is written so with the next change. */
static void
tampered(struct lc_state *st, const struct lc_entry *e)
{
	bool metered = lc_type_metered(e->public.terms.type);
	struct lc_identity *identity = e->identity;

	lc_notice(st->host, LC_EDAMAGED, "license %s: the record of its use was"
	    " altered or removed%s", identity->id,
	    metered ? "; it counts as used up" : "");
	identity->meter.used_ms = metered ? lc_meter_period_ms(e) : 0;
	if (metered && !lc_entry_has_successor(e))
		identity->meter.expired_at = lc_now(st);
	identity->meter.recorded = true;
	identity->meter.altered = true;
	identity->meter.dirty = true;
}

/* What an unclean end was charged is at most what was left. */
static int64_t
used_at_most(const struct lc_entry *e, int64_t used)
{
	int64_t period = lc_meter_period_ms(e);

	return lc_type_metered(e->public.terms.type) &&
	    !lc_entry_has_successor(e) && used > period ? period : used;
}

void
lc_usage_load(struct lc_state *st, const struct lc_entry *e)
{
	struct lc_identity *identity = e->identity;
	const struct lc_known *k = lc_identity_known(identity);

	if (k != NULL && (k->facts.flags & LC_IDENTITY_LOST) != 0) {
		tampered(st, e);
	} else if (k != NULL) {
		identity->meter.used_ms = used_at_most(e, k->facts.used_ms);
		identity->meter.expired_at = k->facts.expired_at;
		identity->meter.recorded =
		    (k->facts.flags & LC_KNOWN_USED) != 0;
		identity->meter.dirty = k->facts.stale;
		lc_meter_not_after(identity, lc_now(st));
	}
	identity->succeeded = lc_entry_has_successor(e) &&
	    identity->meter.used_ms >= lc_meter_period_ms(e);
}

static enum lc_err
note(struct lc_state *st, const struct lc_identity *identity, const char *what)
{
	return lc_history_add(st, &(struct lc_record){
		.what = what, .udi = identity->udi, .store = identity->store,
		.id = identity->id, .body = "{}",
	});
}

static enum lc_err
row_write(struct lc_state *st, const struct lc_identity *identity,
    int64_t used_ms, int64_t expired_at)
{
	struct lc_known *k = lc_identity_known(identity);
	enum lc_err err = LC_OK;

	if (k == NULL)
		return LC_EDAMAGED;	/* it has an index, and so a row */
	if (!identity->meter.recorded)
		err = note(st, identity, "use");
	if (err == LC_OK && identity->meter.altered)
		err = note(st, identity, "altered");
	if (err != LC_OK || (err = lc_book_keep(&st->book, &k->facts,
	    sizeof k->facts)) != LC_OK)
		return err;
	k->facts.used_ms = used_ms;
	k->facts.expired_at = expired_at;
	k->facts.flags &= ~(uint32_t)LC_IDENTITY_LOST;
	k->facts.flags |= LC_KNOWN_USED;
	k->facts.stale = false;
	return lc_known_write(st, k);
}

static bool
is_behind(const struct lc_identity *identity)
{
	return identity->meter.dirty || identity->meter.since_ms >= 0;
}

enum lc_err
lc_usage_write(struct lc_state *st, const struct lc_identity *identity)
{
	return !is_behind(identity) ? LC_OK : row_write(st, identity,
	    lc_meter_used_ms(identity, lc_instant(st)),
	    identity->meter.expired_at);
}

void
lc_usage_written(struct lc_identity *identity)
{
	if (!is_behind(identity))
		return;
	identity->meter.recorded = true;
	identity->meter.dirty = false;
	identity->meter.altered = false;
}

/* ---- The record ------------------------------------------------------ */

/* Different after each start of the machine; "" if it cannot be told. */
static void
boot_id_get(char id[LC_BOOT_ID_MAX])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	memset(id, 0, LC_BOOT_ID_MAX);
	if (fd < 0)
		return;
	n = read(fd, id, LC_BOOT_ID_MAX - 1);
	id[n > 0 ? n : 0] = '\0';
	id[strcspn(id, "\n")] = '\0';
	(void)close(fd);	/* nothing was written through it */
}

/* What may have passed since the record, at most flush_ms. */
static int64_t
charge_of(const struct lc_state *st, const struct lc_running_record *r,
    int64_t flush_ms)
{
	int64_t passed = lc_boot_ms(st) - r->boot_ms;
	char id[LC_BOOT_ID_MAX];

	boot_id_get(id);
	return *id != '\0' && strcmp(id, r->boot_id) == 0 && passed >= 0 &&
	    passed < flush_ms ? passed : flush_ms;
}

static void
meter_take(struct lc_state *st, const struct lc_running_meter *meter,
    int64_t charge)
{
	struct lc_book *b = &st->book;
	struct lc_known *k;
	int64_t used = meter->used_ms + (meter->runs ? charge : 0);

	if (meter->identity < 1 || meter->identity > (int64_t)b->nknown ||
	    (k = b->known[meter->identity - 1]) == NULL ||
	    used <= k->facts.used_ms)
		return;
	k->facts.used_ms = used;
	k->facts.stale = true;
}

enum lc_err
lc_usage_open(struct lc_state *st, int64_t flush_ms)
{
	const struct lc_head *head = lc_twin_head(st->twin);
	struct lc_running_record r = { .n = 0 };
	struct lc_time *time = &st->time;
	bool damaged = false;
	char aside[40];
	int64_t charge;
	enum lc_err err;

	st->record.folded_ms = lc_boot_ms(st);
	st->record.number = head->record;
	(void)snprintf(aside, sizeof aside, ".damaged-%lld",
	    (long long)lc_host_wall(st->host));
	err = lc_running_read(st->running, aside, &r, &damaged);
	if (damaged)
		lc_notice(st->host, LC_EDAMAGED, "%s: a record of what is in"
		    " use is damaged%s", st->dir, err == LC_OK ?
		    "; its twin counts" : "");
	if (err != LC_OK || r.number <= head->record) {
		free(r.meters);
		return err == LC_ENOMEM ? err : LC_OK;
	}
	st->record.number = r.number;
	charge = charge_of(st, &r, flush_ms);
	for (size_t i = 0; i < r.n; i++)
		meter_take(st, &r.meters[i], charge);
	if (r.high > time->high)
		lc_time_begin(time, r.high, r.floor, r.ahead,
		    lc_boot_ms(st));
	free(r.meters);
	return LC_OK;
}

static size_t
meters_list(const struct lc_state *st, const struct lc_identities *all,
    struct lc_running_meter *list)
{
	struct lc_instant at = lc_instant(st);
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		const struct lc_identity *identity = all->list[i];
		const struct lc_known *k;

		if (!is_behind(identity) || (k = lc_identity_known(identity)) == NULL)
			continue;
		if (list != NULL)
			list[n] = (struct lc_running_meter){
				.identity = k->key,
				.used_ms = lc_meter_used_ms(identity, at),
				.runs = identity->meter.since_ms >= 0,
			};
		n++;
	}
	return n;
}

static void
recorded(struct lc_state *st, const struct lc_running_record *r)
{
	struct lc_book *b = &st->book;

	for (size_t i = 0; i < b->nknown; i++) {
		if (b->known[i] != NULL)
			b->known[i]->on_record = false;
	}
	for (size_t i = 0; i < r->n; i++)
		b->known[r->meters[i].identity - 1]->on_record =
		    r->meters[i].runs;
	st->record.number = r->number;
}

static enum lc_err
record_write(struct lc_state *st, const struct lc_identities *all,
    struct lc_detail *detail)
{
	struct lc_instant at = lc_instant(st);
	struct lc_running_record r = {
		.number = st->record.number + 1,
		.high = at.now,
		.floor = lc_time_floor(&st->time, at.boot_ms),
		.ahead = st->time.ahead_ms / 1000,
		.boot_ms = at.boot_ms,
		.n = meters_list(st, all, NULL),
	};
	enum lc_err err;

	/* What it would add to can be another state by then. */
	if ((err = lc_twin_recording(st->twin, detail)) != LC_OK)
		return err;
	boot_id_get(r.boot_id);
	if ((r.meters = calloc(r.n + 1, sizeof *r.meters)) == NULL)
		return LC_ENOMEM;
	(void)meters_list(st, all, r.meters);
	if ((err = lc_running_write(st->running, &r, detail)) == LC_OK)
		recorded(st, &r);
	free(r.meters);
	return err;
}

enum lc_err
lc_usage_started(struct lc_state *st, const struct lc_model *m,
    const struct lc_use *use, struct lc_detail *detail)
{
	for (size_t i = 0; i < use->span; i++) {
		const struct lc_entry *e = lc_use_entry(m, use, i);
		const struct lc_identity *identity = e->identity;
		const struct lc_known *k;

		if (identity->meter.since_ms < 0 ||
		    !lc_type_metered(e->public.terms.type))
			continue;
		k = lc_identity_known(identity);
		if (k == NULL || !k->on_record)
			return record_write(st, m->identities, detail);
	}
	return LC_OK;
}

/* ---- Recording ------------------------------------------------------- */

/* Licenses that are in no store now. */
static enum lc_err
stale_write(struct lc_state *st)
{
	struct lc_book *b = &st->book;
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < b->nknown && err == LC_OK; i++) {
		struct lc_known *k = b->known[i];

		if (k == NULL || !k->facts.stale)
			continue;
		err = lc_book_keep(b, &k->facts, sizeof k->facts);
		if (err != LC_OK)
			return err;
		k->facts.stale = false;
		err = lc_known_write(st, k);
	}
	return err;
}

static enum lc_err
rows_write(struct lc_state *st, const struct lc_identities *all)
{
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < all->n && err == LC_OK; i++)
		err = lc_usage_write(st, all->list[i]);
	if (err == LC_OK)
		err = stale_write(st);
	if (err == LC_OK)
		lc_twin_head(st->twin)->record = st->record.number;
	return err;
}

enum lc_err
lc_usage_fold(struct lc_state *st, struct lc_identities *all)
{
	enum lc_err err;

	if ((err = lc_change_begin(st)) == LC_OK)
		err = rows_write(st, all);
	if ((err = lc_change_end(st, err)) != LC_OK)
		return err;
	st->record.folded_ms = lc_boot_ms(st);
	for (size_t i = 0; i < all->n; i++)
		lc_usage_written(all->list[i]);
	for (size_t i = 0; i < st->book.nknown; i++) {
		if (st->book.known[i] != NULL)
			st->book.known[i]->on_record = false;
	}
	return LC_OK;
}

/* Does a meter say what only its row can keep? */
static bool
has_to_fold(const struct lc_state *st, const struct lc_identities *all)
{
	bool any = false;

	for (size_t i = 0; i < all->n; i++) {
		const struct lc_identity *identity = all->list[i];
		bool runs = identity->meter.since_ms >= 0;

		if ((identity->meter.dirty && !runs) ||
		    identity->meter.altered ||
		    (runs && !identity->meter.recorded))
			return true;
		any |= runs;
	}
	return any && lc_boot_ms(st) - st->record.folded_ms >= DAY_MS;
}

static bool
any_stale(const struct lc_book *b)
{
	for (size_t i = 0; i < b->nknown; i++) {
		if (b->known[i] != NULL && b->known[i]->facts.stale)
			return true;
	}
	return false;
}

enum lc_err
lc_usage_settle(struct lc_state *st, struct lc_identities *all)
{
	return has_to_fold(st, all) || any_stale(&st->book) ?
	    lc_usage_fold(st, all) : LC_OK;
}

enum lc_err
lc_usage_close(struct lc_state *st, struct lc_identities *all)
{
	const struct lc_head *head = lc_twin_head(st->twin);

	if (!has_to_fold(st, all) && !any_stale(&st->book) &&
	    !lc_meter_any(all) && st->record.number == head->record &&
	    lc_now(st) - head->high < MINUTE_S)
		return LC_OK;
	return lc_usage_fold(st, all);
}

enum lc_err
lc_usage_flush(struct lc_state *st, struct lc_identities *all, bool time)
{
	enum lc_err err;

	*st->why.text = '\0';
	err = lc_usage_settle(st, all);
	/* What runs on is marked again. */
	if (err == LC_OK && (time || lc_meter_any(all)))
		err = record_write(st, all, &st->why);
	return err;
}

/* ---- Ends ---------------------------------------------------------- */

/* Time goes on until it is done: those found ending are marked. */
static bool
ends_mark(const struct lc_identities *all, struct lc_instant at)
{
	bool any = false;

	for (size_t i = 0; i < all->n; i++) {
		struct lc_identity *identity = all->list[i];
		const struct lc_entry *e = identity->first;

		identity->meter.ending = e != NULL && lc_meter_ends(e, at);
		if (!identity->meter.ending)
			continue;
		identity->meter.ended_at = lc_meter_ended_at(e, at);
		any = true;
	}
	return any;
}

static enum lc_err
end_write(struct lc_state *st, const struct lc_identity *identity,
    struct lc_instant at)
{
	const struct lc_entry *e = identity->first;
	bool trial = lc_entry_has_successor(e);
	enum lc_err err;

	err = note(st, identity, trial ? "transition" : "expire");
	if (err != LC_OK)
		return err;
	return trial ? row_write(st, identity,
	    lc_meter_used_ms(identity, at), LC_NO_TIME) : row_write(st,
	    identity, lc_meter_period_ms(e), identity->meter.ended_at);
}

enum lc_err
lc_usage_end(struct lc_state *st, struct lc_identities *all, bool *any)
{
	struct lc_instant at = lc_instant(st);
	enum lc_err err;

	*any = false;
	if (!ends_mark(all, at))
		return LC_OK;
	err = lc_change_begin(st);
	for (size_t i = 0; i < all->n && err == LC_OK; i++) {
		if (all->list[i]->meter.ending)
			err = end_write(st, all->list[i], at);
	}
	if ((err = lc_change_end(st, err)) != LC_OK)
		return err;
	for (size_t i = 0; i < all->n; i++) {
		if (!all->list[i]->meter.ending)
			continue;
		lc_usage_written(all->list[i]);
		lc_meter_end(all->list[i]);
	}
	*any = true;
	return LC_OK;
}
