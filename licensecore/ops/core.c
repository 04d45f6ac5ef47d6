/* core.c - opening and closing a core. */
#include "lc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <openssl/crypto.h>

#include "base/disk.h"
#include "base/error.h"
#include "boot_level.h"
#include "clock_reset.h"
#include "due.h"
#include "eula.h"
#include "keys.h"
#include "lease.h"
#include "missing.h"
#include "recall.h"
#include "rules/level.h"
#include "settings.h"
#include "state/change.h"
#include "state/db.h"
#include "state/repair.h"
#include "state/running.h"
#include "state/takeover.h"
#include "state/twin.h"
#include "state/usage.h"
#include "store.h"

static void
host_take(struct lc *lc, const struct lc_options *o)
{
	lc->host = (struct lc_host){
		.clock = o->clock,
		.notice = o->notice,
		.event = o->event,
		.lease = o->lease,
		.arg = o->arg,
	};
	lc->flush_ms = (int64_t)(o->flush_s != 0 ? o->flush_s : LC_FLUSH_S) *
	    1000;
	lc->due.look_ms = 0;
	lc_due_changed(lc);
}

/* ---- State directory ------------------------------------------------- */

/* The process that holds the lock wrote its number into it. */
static enum lc_err
lock_taken(const struct lc *lc, struct lc_detail *detail)
{
	char pid[16] = "";
	ssize_t n = pread(lc->lock_fd, pid, sizeof pid - 1, 0);

	while (n > 0 && (pid[n - 1] < '0' || pid[n - 1] > '9'))
		pid[--n] = '\0';
	return lc_fail(detail, LC_ELOCKED, "%s: in use by process %s",
	    lc->state.dir, n > 0 ? pid : "unknown");
}

static enum lc_err
lock(struct lc *lc, struct lc_detail *detail)
{
	bool missing;
	char *path;

	if (lc->lock_fd >= 0)
		return LC_OK;
	if (asprintf(&path, "%s/lock", lc->state.dir) < 0)
		return LC_ENOMEM;
	lc->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	missing = lc->lock_fd < 0 && errno == ENOENT;
	if (lc->lock_fd < 0)
		lc->lock_fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	free(path);
	if (missing)	/* the directory: nobody means that */
		return lc_fail(detail, LC_EIO, "%s: %s", lc->state.dir,
		    strerror(ENOENT));
	/* Where no file can be made nothing can be written either. */
	if (lc->lock_fd < 0)
		return LC_OK;
	if (flock(lc->lock_fd, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK ? lock_taken(lc, detail) :
		    lc_fail(detail, LC_EIO, "%s: cannot be locked: %s",
		    lc->state.dir, strerror(errno));
	lc_disk_clean(lc->state.dir);
	/* Only for people: without it the message names nobody. */
	if (ftruncate(lc->lock_fd, 0) == 0)
		(void)dprintf(lc->lock_fd, "%ld\n", (long)getpid());
	return LC_OK;
}

/* Was the state sealed with it? */
static bool
key_fits(void *arg, const struct lc_devkey *devkey)
{
	const struct lc_state *st = arg;
	uint8_t key[LC_MAC_KEY_LEN];
	bool fits;

	if (lc_devkey_mac_key(devkey, "state", key) != LC_OK)
		return false;
	fits = lc_twin_fits(st->dir, key);
	OPENSSL_cleanse(key, sizeof key);
	return fits;
}

/*
 * *made: just now, as the device is new.  One that cannot be read or made for
 * lack of a disk that works is one for this run: nothing is signed with it.
 */
static enum lc_err
key_open(struct lc_state *st, bool *made, struct lc_detail *detail)
{
	struct lc_detail why = { "" };
	char *path, aside[40];
	enum lc_err err;

	if (asprintf(&path, "%s/device.key", st->dir) < 0)
		return LC_ENOMEM;
	(void)snprintf(aside, sizeof aside, ".damaged-%lld",
	    (long long)lc_host_wall(st->host));
	err = lc_devkey_open(path, aside, key_fits, st, &st->devkey, made,
	    &why);
	free(path);
	if (err == LC_OK && *why.text != '\0')
		lc_notice(st->host, LC_EDAMAGED, "%s; %s", why.text, *made ?
		    "the device has a new key, and what was sealed with the"
		    " old one does not count" : "its twin counts");
	if (err == LC_EIO) {
		st->why = why;
		return lc_devkey_new(&st->devkey);
	}
	if (err != LC_OK)
		*detail = why;
	return err;
}

/* Now that there is a state, the device is no new one any more. */
static enum lc_err
key_double(struct lc_state *st)
{
	enum lc_err err;
	char *path;

	if (asprintf(&path, "%s/device.key", st->dir) < 0)
		return LC_ENOMEM;
	err = lc_devkey_double(st->devkey, path);
	free(path);
	return err == LC_ENOMEM ? err : LC_OK;
}

/* ---- Rows ------------------------------------------------------------ */

/* So many, in about a millisecond, until the host is asked again. */
#define ROWS_ASK 128

static void
rows_reset(void *arg)
{
	struct lc_state *st = arg;

	lc_book_reset(&st->book);
}

static enum lc_err
row_load(void *arg, enum lc_state_table table, int64_t key,
    const struct lc_value *values)
{
	struct lc_state *st = arg;
	enum lc_err err = LC_OK;

	if (key % ROWS_ASK == 1)
		err = lc_host_asks(st->host);
	return err != LC_OK ? err :
	    lc_book_row(&st->book, table, key, values);
}

/* The rows, and what meters that ran had reached. */
static enum lc_err
rows_open(struct lc *lc, const uint8_t *key, struct lc_detail *detail)
{
	struct lc_state *st = &lc->state;
	const struct lc_twin_options o = {
		.dir = st->dir, .key = key, .why = &st->why,
		.now = lc_host_wall(st->host),
		.loader = { st, rows_reset, row_load },
		.notice = st->host->notice, .arg = st->host->arg,
	};
	const struct lc_head *head;
	enum lc_err err;

	if ((err = lc_twin_open(&o, &st->twin, detail)) != LC_OK ||
	    key == NULL ||
	    (err = lc_running_new(st->dir, key, &st->running)) != LC_OK)
		return err;
	head = lc_twin_head(st->twin);
	lc_time_begin(&st->time, head->high, head->floor, head->ahead,
	    lc_boot_ms(st));
	return lc_usage_open(st, lc->flush_ms);
}

/*
 * What is left of a damaged state counts once it was seen to: what is lost
 * must not be granted again.
 */
static enum lc_err
repair(struct lc_state *st)
{
	enum lc_err err = lc_state_repair(st);

	if (err == LC_OK || err == LC_ENOMEM)
		return err;
	lc_notice(st->host, err, "%s: %s; trying again", st->dir,
	    *st->why.text != '\0' ? st->why.text : lc_strerror(err));
	lc_twin_suspend(st->twin, &st->why);
	return LC_OK;
}

/* All that can be known is that there was one. */
static enum lc_err
state_gone(struct lc_state *st)
{
	lc_notice(st->host, LC_EDAMAGED, "%s: the device is not new, but its"
	    " state is gone: what was installed, used and revoked before is"
	    " not known any more", st->dir);
	return lc_state_note_gone(st);
}

static enum lc_err
state_open(struct lc *lc, struct lc_detail *detail)
{
	struct lc_state *st = &lc->state;
	uint8_t key[LC_MAC_KEY_LEN];
	bool new_key = false;
	enum lc_err err;

	if ((err = lock(lc, detail)) != LC_OK ||
	    (err = key_open(st, &new_key, detail)) != LC_OK ||
	    (err = lc_devkey_mac_key(st->devkey, "state", key)) != LC_OK)
		return err;
	err = rows_open(lc, lc_devkey_is_kept(st->devkey) ? key : NULL,
	    detail);
	OPENSSL_cleanse(key, sizeof key);
	if (err != LC_OK || lc_twin_recording(st->twin, NULL) != LC_OK)
		return err;
	if (!new_key && !lc_devkey_is_single(st->devkey) &&
	    lc_twin_is_made(st->twin) && !lc_takeover_is_due(st))
		err = state_gone(st);
	if (err != LC_ENOMEM)
		err = key_double(st);
	if (err != LC_ENOMEM && (err = repair(st)) == LC_OK)
		err = lc_state_note_restored(st);
	/* What cannot be recorded now is found again at the next opening. */
	return err == LC_ENOMEM ? err : LC_OK;
}

/* ---- Opening --------------------------------------------------------- */

/* These are used, or missed, without anyone asking for a license. */
static enum lc_err
uses_get(struct lc *lc, const struct lc_model *m)
{
	struct lc_use *use;
	enum lc_err err;

	for (size_t i = 0; i < m->nfeatures; i++) {
		const struct lc_feature *f = m->features[i];

		err = !f->mandatory && !f->always ? LC_OK :
		    lc_recall_use(lc, lc_model_device(m, f->device), f->name,
		    f->version, &use);
		if (err != LC_OK)
			return err;
	}
	return LC_OK;
}

/* Nearly all licenses name one of these. */
static enum lc_err
udis_take(struct lc *lc, const struct lc_model *m)
{
	for (size_t i = 0; i < m->ndevices; i++) {
		if (lc_pool_text(&lc->texts, m->devices[i]->udi) == NULL)
			return LC_ENOMEM;
	}
	return LC_OK;
}

/* What cannot be recorded keeps one store from being used, and no other. */
static enum lc_err
place_load(struct lc *lc, struct lc_model *m, struct lc_place *place)
{
	enum lc_err err = lc_store_load(lc, m, place);

	if (err == LC_OK || lc_err_is_final(err))
		return err;
	lc_notice(&lc->host, err, "store %s: not used: %s",
	    place->public.name, *lc->state.why.text != '\0' ?
	    lc->state.why.text : lc_strerror(err));
	return LC_OK;
}

/* Before anything is written: what the layout before this one held. */
static enum lc_err
takeover(struct lc *lc, const struct lc_model *m)
{
	struct lc_state *st = &lc->state;
	enum lc_err err;

	if (lc_twin_recording(st->twin, NULL) != LC_OK ||
	    !lc_takeover_is_due(st))
		return LC_OK;
	err = lc_takeover(st, m, m->trust);
	if (err == LC_OK || lc_err_is_final(err))
		return err;
	lc_notice(&lc->host, err, "%s: what was recorded before cannot be"
	    " taken over: %s; trying again", st->dir, *st->why.text != '\0' ?
	    st->why.text : lc_strerror(err));
	lc_twin_suspend(st->twin, &st->why);
	return LC_OK;
}

static enum lc_err
model_load(struct lc *lc, const struct lc_options *o, struct lc_model **out,
    struct lc_detail *detail)
{
	struct lc_model *m;
	enum lc_err err;

	if ((err = lc_model_new(o, &lc->state.book.identities, &lc->uses, &m,
	    detail)) != LC_OK)
		return err;
	if ((err = udis_take(lc, m)) == LC_OK &&
	    (err = lc_level_options(m, o)) == LC_OK)
		err = lc_keys_load(lc, m, o->key_dir, o->own_keys, detail);
	if (err == LC_OK)
		err = takeover(lc, m);
	for (size_t i = 0; i < m->nstores && err == LC_OK; i++)
		err = place_load(lc, m, lc_place_of(m->stores[i]));
	if (err == LC_OK && (err = uses_get(lc, m)) == LC_OK)
		err = lc_level_load(lc, m);
	if (err != LC_OK) {
		lc_model_free(m);
		return err;
	}
	lc_model_sort(m);
	*out = m;
	return LC_OK;
}

/* What the model says of how features are used. */
static void
uses_set(struct lc *lc)
{
	for (size_t i = 0; i < lc->uses.n; i++) {
		struct lc_use *use = lc->uses.list[i];
		const struct lc_feature *f = lc_model_feature(lc->model,
		    use->device, use->feature, use->version);

		use->mandatory = f != NULL && f->mandatory;
		use->always = (f != NULL && f->always) ||
		    lc_level_runs(lc->model, use);
	}
}

static void
model_take(struct lc *lc, struct lc_model *m)
{
	lc_level_keep(lc->model, m);
	/* Nothing expired stays with a feature that the core uses itself. */
	for (size_t i = 0; i < m->nlicenses; i++) {
		struct lc_entry *e = lc_entry_of(m->licenses[i]);

		if (e->use->always)
			e->identity->serving = false;
	}
	lc_model_free(lc->model);
	lc->model = m;
	uses_set(lc);
	lc_settle(lc);
}

static enum lc_err
core_new(const struct lc_options *o, struct lc **out)
{
	struct lc *lc = calloc(1, sizeof *lc);

	if (lc == NULL)
		return LC_ENOMEM;
	lc->lock_fd = -1;
	lc->selection_told = true;
	host_take(lc, o);
	lc->host.stop = o->stop;
	lc->state.host = &lc->host;
	if ((lc->state.dir = strdup(o->state_dir)) == NULL) {
		free(lc);
		return LC_ENOMEM;
	}
	*out = lc;
	return LC_OK;
}

/* What cannot be recorded now waits for a tick: it is not asked for. */
static enum lc_err
opened(struct lc *lc)
{
	enum lc_err err;

	if ((err = lc_clock_watch(lc)) == LC_ENOMEM ||
	    (err = lc_usage_settle(&lc->state, &lc->state.book.identities)) == LC_ENOMEM)
		return err;
	if ((err = lc_keys_took(lc)) != LC_OK ||
	    (err = lc_missing_look(lc)) != LC_OK)
		return err;
	err = lc_eula_catch_up(lc);
	return err == LC_ENOMEM ? err : LC_OK;
}

enum lc_err
lc_open(const struct lc_options *o, struct lc **out, struct lc_detail *detail)
{
	struct lc_detail why;
	struct lc_model *model;
	struct lc *lc;
	enum lc_err err;

	if (detail == NULL)
		detail = &why;
	*detail->text = '\0';
	if (o->state_dir == NULL || o->key_dir == NULL)
		return lc_fail(detail, LC_EOPTIONS,
		    "the state and the keys directory have to be named");
	if ((err = core_new(o, &lc)) != LC_OK)
		return err;
	if (!lc_host_has_clocks(&lc->host)) {
		err = lc_fail(detail, LC_EIO,
		    "the system's clock cannot be read: %s", strerror(errno));
		goto out;
	}
	if ((err = state_open(lc, detail)) != LC_OK)
		goto out;
	lc_due_begin(lc);
	if ((err = model_load(lc, o, &model, detail)) != LC_OK)
		goto out;
	lc_switches_load(lc);
	lc_eula_load(lc);
	model_take(lc, model);
	lc_level_choose(lc->model, lc_instant(&lc->state));
	uses_set(lc);
	lc_settle(lc);
	if ((err = opened(lc)) != LC_OK)
		goto out;
	lc->is_open = true;
	lc->host.stop = NULL;
	*out = lc;
	lc = NULL;
out:
	lc_close(lc);
	return err;
}

static void
state_close(struct lc_state *st)
{
	lc_running_free(st->running);
	lc_twin_close(st->twin);
	lc_db_close(st->spare);
	lc_book_free(&st->book);
	lc_devkey_free(st->devkey);
	st->running = NULL;
	st->twin = NULL;
	st->spare = NULL;
	st->devkey = NULL;
}

void
lc_close(struct lc *lc)
{
	if (lc == NULL)
		return;
	/* What it cannot record is what a crash would lose. */
	if (lc->model != NULL) {
		lc_settle_report(lc);
		(void)lc_usage_close(&lc->state, &lc->state.book.identities);
		(void)lc_twin_tend(lc->state.twin, lc_now(&lc->state));
	}
	lc_leases_free(lc);
	lc_model_free(lc->model);
	lc_uses_free(&lc->uses);
	lc_pool_free(&lc->texts);
	json_decref(lc->next_body);
	lc_history_free(&lc->record);
	free(lc->state.pending.list);
	state_close(&lc->state);
	if (lc->lock_fd >= 0)
		(void)close(lc->lock_fd);	/* which unlocks */
	free(lc->state.dir);
	free(lc);
}

enum lc_err
lc_reconfigure(struct lc *lc, const struct lc_options *o,
    struct lc_detail *detail)
{
	struct lc_detail why;
	struct lc_model *model;
	enum lc_err err;

	if (detail == NULL)
		detail = &why;
	*detail->text = '\0';
	if (o->state_dir == NULL || strcmp(o->state_dir, lc->state.dir) != 0)
		return lc_fail(detail, LC_EOPTIONS,
		    "the state directory cannot be changed from %s while it is"
		    " in use", lc->state.dir);
	if (o->key_dir == NULL)
		return lc_fail(detail, LC_EOPTIONS,
		    "the keys directory has to be named");
	lc_settle_report(lc);
	lc_change_clear(&lc->state);
	if ((err = model_load(lc, o, &model, detail)) != LC_OK)
		return err;
	host_take(lc, o);
	lc->keys++;
	model_take(lc, model);
	/* What cannot be recorded now waits for the next occasion. */
	(void)lc_keys_took(lc);
	(void)lc_missing_look(lc);
	(void)lc_eula_catch_up(lc);
	return LC_OK;
}

/* ---- What is wrong --------------------------------------------------- */

enum lc_err
lc_recording(const struct lc *lc, struct lc_detail *detail)
{
	enum lc_err err = lc_twin_recording(lc->state.twin, detail);

	return err != LC_OK ? err : lc_twin_trouble(lc->state.twin, detail);
}

enum lc_err
lc_doubled(const struct lc *lc, struct lc_detail *detail)
{
	return lc_twin_doubled(lc->state.twin, detail);
}

/* ---- Beginning again ------------------------------------------------- */

static void
licenses_unload(struct lc_model *m)
{
	while (m->nlicenses > 0) {
		struct lc_entry *e = lc_entry_of(m->licenses[m->nlicenses - 1]);

		lc_model_remove(m, e);
		lc_entry_free(e);
	}
}

static enum lc_err
licenses_load(struct lc *lc)
{
	struct lc_model *m = lc->model;
	enum lc_err err;

	for (size_t i = 0; i < lc->uses.n; i++)
		lc->uses.list[i]->loaded = false;
	lc->keys++;
	if ((err = lc_keys_judge(lc, m)) == LC_OK)
		err = takeover(lc, m);
	for (size_t i = 0; i < m->nstores && err == LC_OK; i++) {
		struct lc_place *place = lc_place_of(m->stores[i]);

		place->public.size_left = place->public.size;
		err = place_load(lc, m, place);
	}
	if (err == LC_OK)
		err = lc_level_load(lc, m);
	lc_model_sort(m);
	return err;
}

enum lc_err
lc_begin_again(struct lc *lc)
{
	struct lc_state old;
	struct lc_detail why;
	enum lc_err err;

	lc_change_clear(&lc->state);
	old = lc->state;
	lc->state = (struct lc_state){ .host = old.host, .dir = old.dir,
	    .pending = old.pending };
	if ((err = state_open(lc, &why)) != LC_OK) {
		state_close(&lc->state);
		lc->state = old;
		return err;
	}
	licenses_unload(lc->model);
	state_close(&old);
	/* Time goes on, whatever the state says of it. */
	if (old.time.high > lc->state.time.high)
		lc->state.time = old.time;
	lc->is_open = false;	/* what is loaded is no news */
	err = licenses_load(lc);
	lc_switches_load(lc);
	lc_eula_load(lc);
	lc_settle(lc);
	lc->is_open = true;
	return err != LC_OK ? err : opened(lc);
}
