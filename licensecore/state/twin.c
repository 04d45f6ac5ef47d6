/*
 * twin.c - the two state files: which one counts, and changes to both.
 */
#include "twin.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/crypto.h>

#include "base/error.h"
#include "flush.h"
#include "half.h"
#include "salvage.h"

/* A pass through both files, in slices. */
struct pass {
	int half;		/* which is read */
	struct lc_reading at;	/* its rows, then its pages */
	struct lc_head next;	/* the sum there, as the change has it */
	bool bad[2];		/* so far */
	uint64_t nbegun, nended;
	bool found[2];		/* what was bad in the last one that ended */
};

struct lc_twin {
	char *dir;
	struct lc_half halves[2];
	/* The one that was read; the first, if changes can be recorded. */
	struct lc_half *counts;
	struct lc_sealer *sealer;
	struct lc_loader loader;
	struct lc_head head;		/* as committed */
	struct lc_head next;		/* as the change has it */
	bool changing, twin_changing;
	struct lc_flush flush;
	bool paused;			/* the change, */
	void (*dropped)(void *arg);	/* and what gives way then */
	void *dropped_arg;
	enum lc_err failed;		/* the first file, in the change */
	struct lc_detail trouble;	/* why the last one failed, or "" */
	bool twin_behind;		/* it is open, but not in step */
	int64_t owed;		/* what a head has to say of restoring it */
	bool made;		/* there was none */
	bool is_new;		/* the first one, so that the other is missing */
	struct pass pass;
	int64_t now;
	void (*notice)(void *arg, enum lc_err, const char *text);
	void *arg;
	/* What lc_twin_get handed out last: no statement is left open. */
	struct lc_value got[LC_ROW_COLUMNS_MAX];
	char *bytes;
	size_t room;
};

static const char *const names[2] = { "state.db", "state-twin.db" };

static void __attribute__((format(printf, 3, 4)))
tell(const struct lc_twin *t, enum lc_err err, const char *format, ...)
{
	char text[512];
	va_list args;

	if (t->notice == NULL)
		return;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	t->notice(t->arg, err, text);
}

/* A change that is paused, before anything else is done. */
static void
give_way(struct lc_twin *t)
{
	if (!t->paused)
		return;
	(void)lc_twin_resume(t);
	lc_twin_rollback(t);
	t->dropped(t->dropped_arg);
}

static struct lc_half *
other(struct lc_twin *t, const struct lc_half *h)
{
	return h == &t->halves[0] ? &t->halves[1] : &t->halves[0];
}

/* ---- Making one again ------------------------------------------------ */

/*
 * Makes the half again from the other one, which is whole.  What stood there
 * is kept for people to look at, unless it is only older.
 */
static enum lc_err
make_again(struct lc_twin *t, struct lc_half *h, bool keep, int64_t restored)
{
	char *aside = NULL, suffix[40];
	enum lc_err err;

	(void)snprintf(suffix, sizeof suffix, ".damaged-%lld",
	    (long long)t->now);
	if (keep && (aside = lc_half_beside(h, suffix)) == NULL)
		return LC_ENOMEM;
	err = lc_half_make(h, other(t, h), restored, aside, t->sealer);
	if (err == LC_OK && keep)
		tell(t, LC_EDAMAGED, "%s: damaged, or not what was last"
		    " written there; moved to %s", h->path, aside);
	free(aside);
	return err;
}

/* The same when it is told. */
static enum lc_err
restore(struct lc_twin *t, struct lc_half *h)
{
	bool older = h->state == LC_HALF_GOOD;
	enum lc_err err;

	/* That both were damaged is recorded otherwise, or both are new. */
	t->owed = older || t->is_new ? 0 : h - t->halves + 1;
	err = make_again(t, h, h->state == LC_HALF_DAMAGED, t->owed);
	if (err != LC_OK)
		return err;
	tell(t, LC_EDAMAGED, "%s was made again from %s", h->path,
	    other(t, h)->path);
	if (t->owed != 0)
		t->head.restored = t->owed;
	t->owed = 0;
	return err;
}

/* ---- Opening --------------------------------------------------------- */

/* A file that was behind by one commit when the process or power ended. */
static bool
was_cut_off(const struct lc_twin *t, const struct lc_half *h)
{
	return (h->state == LC_HALF_GOOD &&
	    h->head.serial + 1 == t->head.serial) ||
	    (h->state == LC_HALF_MISSING && t->head.serial == 0);
}

/* Whole by its head, and the same as the one that counts. */
static bool
is_in_step(const struct lc_twin *t, const struct lc_half *h)
{
	return h->state == LC_HALF_GOOD &&
	       h->head.serial == t->head.serial &&
	       h->head.nrows == t->head.nrows &&
	       memcmp(h->head.sum, t->head.sum, sizeof h->head.sum) == 0;
}

/* The other one, once it is known which counts. */
static enum lc_err
other_judge(struct lc_twin *t)
{
	struct lc_half *h = other(t, t->counts);
	enum lc_err err;

	if (is_in_step(t, h)) {
		if (h->head.restored != 0)
			t->head.restored = h->head.restored;
		return LC_OK;
	}
	if (h->state == LC_HALF_UNREADABLE) {
		tell(t, LC_EIO, "%s; trying again", h->why.text);
		return LC_OK;
	}
	/* Only the twin can be behind by more: it may have failed for long. */
	if (h == &t->halves[0] && h->state == LC_HALF_GOOD &&
	    !was_cut_off(t, h))
		lc_half_fail(h, LC_EDAMAGED);
	if (was_cut_off(t, h))
		err = make_again(t, h, false, 0);
	else
		err = restore(t, h);
	if (err == LC_OK || err == LC_ENOMEM)
		return err;
	tell(t, err, "%s; trying again", h->why.text);
	if (h->state == LC_HALF_GOOD)
		lc_half_fail(h, err);
	return LC_OK;
}

/* Takes this one if it is whole. */
static enum lc_err
half_try(struct lc_twin *t, struct lc_half *h)
{
	enum lc_err err;

	if (h->state != LC_HALF_GOOD)
		return LC_OK;
	err = lc_half_read(h, t->sealer, &t->loader);
	if (err == LC_OK) {
		t->counts = h;
		t->head = h->head;
		t->is_new = t->head.lost || t->head.serial == 0;
	} else if (!lc_err_is_final(err)) {
		lc_half_fail(h, err);
		err = LC_OK;
	}
	return err;
}

static bool
any_is(const struct lc_twin *t, enum lc_half_state state)
{
	return t->halves[0].state == state || t->halves[1].state == state;
}

/* Neither is whole. */
static enum lc_err
none_whole(struct lc_twin *t, struct lc_detail *detail)
{
	struct lc_half *h = &t->halves[0];
	enum lc_err err;

	t->loader.reset(t->loader.arg);
	if (any_is(t, LC_HALF_NEWER)) {
		*detail = h->state == LC_HALF_NEWER ? h->why :
		    t->halves[1].why;
		return LC_ENEWER;
	}
	if (any_is(t, LC_HALF_UNREADABLE))
		return LC_OK;	/* what it holds may be the whole of it */
	t->made = !any_is(t, LC_HALF_DAMAGED);
	if (t->made)
		err = lc_half_make(h, NULL, 0, NULL, t->sealer);
	else
		err = lc_salvage(t->halves, t->sealer, t->now, t->notice,
		    t->arg);
	if (err == LC_OK)
		err = half_try(t, h);
	return lc_err_is_final(err) ? err : LC_OK;
}

/* One of a later version beside one that is whole is a damaged one. */
static void
newer_judge(struct lc_twin *t)
{
	struct lc_half *h = other(t, t->counts);

	if (h->state == LC_HALF_NEWER)
		h->state = LC_HALF_DAMAGED;
}

static enum lc_err
open_both(struct lc_twin *t, struct lc_detail *detail)
{
	struct lc_half *first = &t->halves[0], *second = &t->halves[1];
	enum lc_err err;

	if ((err = lc_half_open(first, t->sealer)) != LC_OK ||
	    (err = lc_half_open(second, t->sealer)) != LC_OK)
		return err;
	if (first->state == LC_HALF_GOOD && second->state == LC_HALF_GOOD &&
	    second->head.serial > first->head.serial) {
		first = second;
		second = &t->halves[0];
	}
	if ((err = half_try(t, first)) == LC_OK && t->counts == NULL)
		err = half_try(t, second);
	if (err == LC_OK && t->counts == NULL)
		err = none_whole(t, detail);
	if (err != LC_OK || t->counts == NULL)
		return err;
	newer_judge(t);
	return other_judge(t);
}

/* Whatever the cause, the system's word for it says more than SQLite's. */
static bool
is_barred(struct lc_twin *t)
{
	const char *path = t->halves[0].path;

	if (access(t->dir, W_OK) == 0 && access(path, W_OK) == 0)
		return false;
	(void)lc_fail(&t->trouble, LC_EIO, "%s: cannot be written: %s", path,
	    strerror(errno));
	return true;
}

/* Without the key nothing can be told of the files. */
static enum lc_err
open_none(struct lc_twin *t, const struct lc_detail *why)
{
	for (int i = 0; i < 2; i++) {
		t->halves[i].why = *why;
		t->halves[i].state = LC_HALF_UNREADABLE;
	}
	t->loader.reset(t->loader.arg);
	return LC_OK;
}

enum lc_err
lc_twin_open(const struct lc_twin_options *o, struct lc_twin **out,
    struct lc_detail *detail)
{
	struct lc_twin *t = calloc(1, sizeof *t);
	enum lc_err err = LC_ENOMEM;

	if (t == NULL)
		return err;
	t->loader = o->loader;
	t->now = o->now;
	t->notice = o->notice;
	t->arg = o->arg;
	if ((t->dir = strdup(o->dir)) == NULL)
		goto out;
	for (int i = 0; i < 2; i++) {
		if (asprintf(&t->halves[i].path, "%s/%s", o->dir,
		    names[i]) < 0) {
			t->halves[i].path = NULL;
			goto out;
		}
	}
	if (o->key == NULL)
		err = open_none(t, o->why);
	else if ((err = lc_sealer_new(o->key, &t->sealer)) == LC_OK)
		err = open_both(t, detail);
	/* A read-only file system shows before the first change. */
	if (err == LC_OK && t->halves[0].state == LC_HALF_GOOD && is_barred(t))
		tell(t, LC_EIO, "%s; changes are refused until it can be",
		    t->trouble.text);
	if (err == LC_OK) {
		*out = t;
		t = NULL;	/* the caller's now */
	}
out:
	lc_twin_close(t);
	return err;
}

void
lc_twin_close(struct lc_twin *t)
{
	if (t == NULL)
		return;
	give_way(t);
	for (int i = 0; i < 2; i++) {
		lc_half_close(&t->halves[i]);
		free(t->halves[i].path);
	}
	lc_sealer_free(t->sealer);
	free(t->dir);
	free(t->bytes);
	free(t);
}

bool
lc_twin_is_made(const struct lc_twin *t)
{
	return t->made;
}

bool
lc_twin_fits(const char *dir, const uint8_t *key)
{
	struct lc_sealer *sealer;
	bool fits = false;

	if (lc_sealer_new(key, &sealer) != LC_OK)
		return false;
	for (int i = 0; i < 2 && !fits; i++) {
		struct lc_half h = { .path = NULL };

		if (asprintf(&h.path, "%s/%s", dir, names[i]) < 0)
			break;
		fits = lc_half_open(&h, sealer) == LC_OK &&
		    h.state == LC_HALF_GOOD;
		lc_half_close(&h);
		free(h.path);
	}
	lc_sealer_free(sealer);
	return fits;
}

/* ---- How it is ------------------------------------------------------- */

enum lc_err
lc_twin_recording(const struct lc_twin *t, struct lc_detail *detail)
{
	const struct lc_half *h = &t->halves[0];

	if (h->state == LC_HALF_GOOD)
		return LC_OK;
	return lc_fail(detail, LC_EIO, "%s", h->why.text);
}

enum lc_err
lc_twin_trouble(const struct lc_twin *t, struct lc_detail *detail)
{
	return *t->trouble.text == '\0' ? LC_OK :
	    lc_fail(detail, LC_EIO, "%s", t->trouble.text);
}

/* A file that was opened for reading only stays so. */
void
lc_twin_retry(struct lc_twin *t)
{
	give_way(t);
	for (int i = 0; i < 2; i++) {
		struct lc_half *h = &t->halves[i];

		if (h->state == LC_HALF_GOOD)
			(void)lc_half_open(h, t->sealer);
	}
	if (t->counts != NULL && t->counts->state != LC_HALF_GOOD)
		t->counts = NULL;
}

bool
lc_twin_can_be_ready(const struct lc_twin *t)
{
	return t->counts != NULL &&
	       t->halves[0].state != LC_HALF_UNREADABLE;
}

enum lc_err
lc_twin_doubled(const struct lc_twin *t, struct lc_detail *detail)
{
	const struct lc_half *h = &t->halves[1];

	if (h->state == LC_HALF_GOOD && !t->twin_behind)
		return LC_OK;
	return lc_fail(detail, LC_EIO, "%s", h->why.text);
}

const char *
lc_twin_restored(const struct lc_twin *t)
{
	int64_t which = t->head.restored;

	return which == 1 || which == 2 ? names[which - 1] : NULL;
}

void
lc_twin_suspend(struct lc_twin *t, const struct lc_detail *why)
{
	give_way(t);
	t->halves[0].state = LC_HALF_UNREADABLE;
	t->halves[0].why = *why;
	t->counts = NULL;
}

struct lc_head *
lc_twin_head(struct lc_twin *t)
{
	return t->changing && !t->paused ? &t->next : &t->head;
}

struct lc_db *
lc_twin_db(struct lc_twin *t)
{
	give_way(t);
	return t->counts != NULL ? t->counts->db : NULL;
}

const char *
lc_twin_words(const struct lc_twin *t, enum lc_err err)
{
	return lc_db_words(t->halves[0].db, err);
}

/* ---- Changes --------------------------------------------------------- */

/* It is told when it begins. */
static void
trouble_take(struct lc_twin *t, enum lc_err err)
{
	bool known = *t->trouble.text != '\0';

	if (!is_barred(t))
		(void)lc_fail(&t->trouble, err, "%s: %s", t->halves[0].path,
		    lc_db_words(t->halves[0].db, err));
	if (!known)
		tell(t, err, "%s; changes are refused until it can be written",
		    t->trouble.text);
}

/*
 * Something is wrong with the first file: at once it counts no more, and it is
 * made again when nothing is attached to it.
 */
static void
first_failed(struct lc_twin *t, enum lc_err err)
{
	/* Else it may be the medium that has no room. */
	if (err == LC_EIO && !lc_db_is_attached(t->halves[0].db))
		trouble_take(t, err);
	if (err != LC_EDAMAGED)
		return;
	/* Somebody may be reading from it: it stays open until then. */
	t->halves[0].state = LC_HALF_DAMAGED;
	(void)lc_fail(&t->halves[0].why, err, "%s: damaged, or not what was"
	    " last written there", t->halves[0].path);
	if (t->halves[1].state == LC_HALF_GOOD && !t->twin_behind)
		t->counts = &t->halves[1];
	else
		t->counts = NULL;
}

/* The change goes on without the second one. */
static void
second_failed(struct lc_twin *t, enum lc_err err)
{
	struct lc_half *h = &t->halves[1];

	if (t->twin_changing)
		lc_db_rollback(h->db);
	t->twin_changing = false;
	*h->why.text = '\0';
	(void)lc_fail(&h->why, err, "%s: %s", h->path,
	    err == LC_EDAMAGED ? "damaged" : lc_db_words(h->db, err));
	if (!t->twin_behind)
		tell(t, err, "%s; changes are only in %s until it can be made"
		    " again", h->why.text, t->halves[0].path);
	t->twin_behind = true;
	if (err == LC_EDAMAGED)
		lc_half_fail(h, err);
}

enum lc_err
lc_twin_ready(struct lc_twin *t, struct lc_detail *detail)
{
	struct lc_half *h = &t->halves[0];
	enum lc_err err;

	give_way(t);
	if (h->state == LC_HALF_GOOD)
		return LC_OK;
	if (t->counts == NULL || h->state == LC_HALF_UNREADABLE)
		return lc_twin_recording(t, detail);
	if ((err = restore(t, h)) != LC_OK)
		return lc_fail(detail, err, "%s", h->why.text);
	t->counts = h;
	return err;
}

static enum lc_err
first_begin(struct lc_twin *t, struct lc_detail *detail)
{
	struct lc_half *h = &t->halves[0];
	struct lc_head head;
	enum lc_err err;

	if ((err = lc_db_begin(h->db)) == LC_OK) {
		err = lc_rows_head_get(h->db, t->sealer, &head);
		/* A commit that failed may have been one all the same. */
		if (err == LC_OK && head.serial != t->head.serial)
			err = LC_EDAMAGED;
		if (err == LC_OK)
			return err;
		lc_db_rollback(h->db);
	}
	(void)lc_fail(detail, err, "%s: %s", h->path, lc_db_words(h->db, err));
	first_failed(t, err);
	return err;
}

static void
second_begin(struct lc_twin *t)
{
	struct lc_half *h = &t->halves[1];
	struct lc_head head;
	enum lc_err err;

	t->twin_changing = false;
	if (h->state != LC_HALF_GOOD || t->twin_behind)
		return;
	if ((err = lc_db_begin(h->db)) == LC_OK) {
		t->twin_changing = true;
		err = lc_rows_head_get(h->db, t->sealer, &head);
		if (err == LC_OK && head.serial != t->head.serial)
			err = LC_EDAMAGED;
	}
	if (err != LC_OK)
		second_failed(t, err);
}

enum lc_err
lc_twin_begin(struct lc_twin *t, struct lc_detail *detail)
{
	enum lc_err err = lc_twin_ready(t, detail);

	if (err != LC_OK || (err = first_begin(t, detail)) != LC_OK)
		return err;
	second_begin(t);
	t->failed = LC_OK;
	t->next = t->head;
	t->next.serial++;
	t->pass.next = t->pass.at.sum;
	t->changing = true;
	return LC_OK;
}

void
lc_twin_rollback(struct lc_twin *t)
{
	if (!t->changing)
		return;
	t->changing = false;
	lc_db_rollback(t->halves[0].db);
	if (t->twin_changing)
		lc_db_rollback(t->halves[1].db);
	t->twin_changing = false;
	first_failed(t, t->failed);
}

void
lc_twin_pause(struct lc_twin *t, void (*dropped)(void *arg), void *arg)
{
	t->dropped = dropped;
	t->dropped_arg = arg;
	t->paused = true;
}

bool
lc_twin_resume(struct lc_twin *t)
{
	bool open = t->paused;

	lc_flush_end(&t->flush);
	t->paused = false;
	return open;
}

void
lc_twin_flush(struct lc_twin *t)
{
	lc_flush_begin(&t->flush, t->halves[0].db,
	    t->twin_changing ? t->halves[1].db : NULL);
}

bool
lc_twin_is_flushing(const struct lc_twin *t)
{
	return !lc_flush_is_over(&t->flush);
}

/* Of the first file, within a change. */
static enum lc_err
first_said(struct lc_twin *t, enum lc_err err)
{
	if (err != LC_OK && err != LC_ENOTFOUND)
		t->failed = err;
	return err;
}

/* The seal of the row that goes. */
static enum lc_err
seal_remove(struct lc_twin *t, enum lc_state_table table, int64_t key)
{
	uint8_t seal[LC_ROW_SEAL_LEN];
	enum lc_err err;

	err = first_said(t, lc_rows_seal(t->halves[0].db, table, key, seal));
	if (err != LC_OK)
		return err;
	lc_head_remove(&t->next, seal);
	if (lc_reading_has(&t->pass.at, table, key))
		lc_head_remove(&t->pass.next, seal);
	return err;
}

static enum lc_err
row_write(struct lc_twin *t, enum lc_state_table table, int64_t key,
    const struct lc_value *values)
{
	uint8_t seal[LC_ROW_SEAL_LEN];
	enum lc_err err;

	err = lc_row_seal(t->sealer, table, key, values, t->next.chain, seal);
	if (err != LC_OK)
		return err;
	err = first_said(t, lc_rows_put(t->halves[0].db, table, key, values,
	    seal));
	if (err != LC_OK)
		return err;
	lc_head_add(&t->next, table, key, seal);
	if (lc_reading_has(&t->pass.at, table, key))
		lc_head_add(&t->pass.next, table, key, seal);
	if (t->twin_changing) {
		err = lc_rows_put(t->halves[1].db, table, key, values, seal);
		if (err != LC_OK)
			second_failed(t, err);
	}
	return LC_OK;
}

enum lc_err
lc_twin_put(struct lc_twin *t, enum lc_state_table table, int64_t key,
    const struct lc_value *values)
{
	enum lc_err err = seal_remove(t, table, key);

	return err != LC_OK && err != LC_ENOTFOUND ? err :
	    row_write(t, table, key, values);
}

enum lc_err
lc_twin_append(struct lc_twin *t, const struct lc_value *values)
{
	return row_write(t, LC_T_HISTORY, t->next.nrecords + 1, values);
}

enum lc_err
lc_twin_delete(struct lc_twin *t, enum lc_state_table table, int64_t key)
{
	enum lc_err err = seal_remove(t, table, key);

	if (err == LC_OK)
		err = first_said(t, lc_rows_delete(t->halves[0].db, table,
		    key));
	if (err != LC_OK)
		return err == LC_ENOTFOUND ? LC_OK : err;
	if (t->twin_changing) {
		err = lc_rows_delete(t->halves[1].db, table, key);
		if (err != LC_OK)
			second_failed(t, err);
	}
	return LC_OK;
}

/* Done already, with the first one. */
static void
second_commit(struct lc_twin *t)
{
	struct lc_half *h = &t->halves[1];
	enum lc_err err;

	if (!t->twin_changing)
		return;
	err = lc_rows_head_put(h->db, t->sealer, &t->head);
	if (err == LC_OK)
		err = lc_db_commit(h->db);
	if (err != LC_OK)
		second_failed(t, err);
	t->twin_changing = false;
}

enum lc_err
lc_twin_commit(struct lc_twin *t, struct lc_detail *detail)
{
	struct lc_half *h = &t->halves[0];
	enum lc_err err;

	err = lc_rows_head_put(h->db, t->sealer, &t->next);
	if (err == LC_OK)
		err = lc_db_commit(h->db);
	if (err != LC_OK) {
		(void)lc_fail(detail, err, "%s: %s", h->path,
		    lc_db_words(h->db, err));
		lc_twin_rollback(t);
		first_failed(t, err);
		return err;
	}
	t->head = t->next;
	t->pass.at.sum = t->pass.next;
	t->changing = false;
	*t->trouble.text = '\0';
	second_commit(t);
	return LC_OK;
}

/* ---- Reading --------------------------------------------------------- */

static enum lc_err
got_judge(struct lc_twin *t, const struct lc_scan *scan)
{
	uint8_t seal[LC_ROW_SEAL_LEN];
	enum lc_err err;

	if (scan->table == LC_T_HISTORY)	/* needs the seal before */
		return LC_OK;
	err = lc_row_seal(t->sealer, scan->table, scan->key, scan->values,
	    NULL, seal);
	return err == LC_OK && (!scan->has_seal ||
	    CRYPTO_memcmp(seal, scan->seal, sizeof seal) != 0) ?
	    LC_EDAMAGED : err;
}

static enum lc_err
got_copy(struct lc_twin *t, const struct lc_scan *scan)
{
	int n = lc_state_columns(scan->table);
	size_t len = 0, at = 0;

	for (int i = 0; i < n; i++)
		len += scan->values[i].len + 1;
	if (len > t->room) {
		char *more = realloc(t->bytes, len);

		if (more == NULL)
			return LC_ENOMEM;
		t->bytes = more;
		t->room = len;
	}
	for (int i = 0; i < n; i++) {
		const struct lc_value *v = &scan->values[i];

		t->got[i] = *v;
		if (v->kind != LC_V_TEXT && v->kind != LC_V_BLOB)
			continue;
		t->got[i].bytes = t->bytes + at;
		if (v->len > 0)
			memcpy(t->bytes + at, v->bytes, v->len);
		t->bytes[at + v->len] = '\0';
		at += v->len + 1;
	}
	return LC_OK;
}

static enum lc_err
get_from(struct lc_twin *t, const struct lc_half *h,
    enum lc_state_table table, int64_t *key)
{
	struct lc_scan scan;
	enum lc_err err;

	if ((err = lc_scan_begin(&scan, h->db, table, *key)) != LC_OK)
		return err;
	if ((err = lc_scan_next(&scan)) == LC_OK &&
	    (err = got_judge(t, &scan)) == LC_OK &&
	    (err = got_copy(t, &scan)) == LC_OK)
		*key = scan.key;
	lc_scan_end(&scan);
	return err;
}

enum lc_err
lc_twin_get(struct lc_twin *t, enum lc_state_table table, int64_t *key,
    const struct lc_value **values)
{
	enum lc_err err;

	give_way(t);
	if (t->counts == NULL)
		return LC_ENOTFOUND;
	err = get_from(t, t->counts, table, key);
	if (err == LC_EDAMAGED && !t->changing &&
	    t->counts == &t->halves[0]) {
		first_failed(t, err);
		if (t->counts != NULL)
			err = get_from(t, t->counts, table, key);
	}
	if (err == LC_OK)
		*values = t->got;
	return err;
}

enum lc_err
lc_twin_tend(struct lc_twin *t, int64_t now)
{
	struct lc_half *h = &t->halves[1];
	int64_t restored;
	enum lc_err err;

	give_way(t);
	t->now = now;
	if (t->halves[0].state != LC_HALF_GOOD)
		return lc_twin_ready(t, NULL);
	if (h->state == LC_HALF_GOOD && !t->twin_behind)
		return LC_OK;
	restored = t->is_new ? 0 : h->state == LC_HALF_DAMAGED ||
	    h->state == LC_HALF_MISSING ? 2 : t->owed;
	err = make_again(t, h, h->state == LC_HALF_DAMAGED, restored);
	if (err != LC_OK) {
		if (h->state == LC_HALF_GOOD)
			lc_half_fail(h, err);
		return err;
	}
	t->twin_behind = false;
	t->owed = 0;
	if (restored != 0)
		t->head.restored = restored;
	tell(t, LC_OK, "%s was made again from %s", h->path,
	    t->halves[0].path);
	return LC_OK;
}

/* ---- Passes ---------------------------------------------------------- */

/* Is the head what was last written there? */
static enum lc_err
head_check(struct lc_twin *t, struct lc_half *h)
{
	struct lc_head head;
	enum lc_err err;

	if (h->state != LC_HALF_GOOD)
		return LC_EDAMAGED;
	/* What counts stands on the disk, not in memory. */
	(void)lc_db_exec(h->db, "PRAGMA shrink_memory");
	if ((err = lc_rows_head_get(h->db, t->sealer, &head)) != LC_OK)
		return err;
	if (head.serial != t->head.serial)
		return LC_EDAMAGED;
	h->head = head;
	return LC_OK;
}

/* Free space has no rows, but the next change needs it. */
static enum lc_err
pages_check(struct lc_half *h)
{
	enum lc_err err = lc_rows_schema(h->db);

	if (err == LC_OK)
		err = lc_db_check(h->db);
	return err == LC_ENEWER ? LC_EDAMAGED : err;
}

/* The next rows, then the pages.  LC_ENOTFOUND: that was all of the file. */
static enum lc_err
half_check_on(struct lc_twin *t, struct lc_half *h, struct lc_reading *r,
    size_t n)
{
	enum lc_err err;

	if ((err = head_check(t, h)) != LC_OK)
		return err;
	if (r->table == LC_NTABLES) {
		err = pages_check(h);
		return err == LC_OK ? LC_ENOTFOUND : err;
	}
	r->half = h;
	r->sealer = t->sealer;
	err = lc_half_read_on(r, n);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static enum lc_err
half_check(struct lc_twin *t, struct lc_half *h)
{
	struct lc_reading r = { .half = h };
	enum lc_err err;

	while ((err = half_check_on(t, h, &r, SIZE_MAX)) == LC_OK)
		continue;
	return err == LC_ENOTFOUND ? LC_OK : err;
}

/* Does it count no more, or not yet again? */
static bool
is_out(const struct lc_twin *t, int which)
{
	return t->halves[which].state != LC_HALF_GOOD ||
	       (which == 1 && t->twin_behind);
}

/*
 * One of them is damaged.  Before it is made again from the other one, that is
 * read through as well: if it is no better, rows are taken from both.
 */
static enum lc_err
both_judge(struct lc_twin *t)
{
	for (int i = 1; i >= 0; i--) {
		enum lc_err err = is_out(t, i) ? LC_OK :
		    half_check(t, &t->halves[i]);

		if (err == LC_EDAMAGED && i == 1)
			second_failed(t, err);
		else if (err == LC_EDAMAGED)
			first_failed(t, err);
		else if (err != LC_OK)
			return err;
		t->pass.bad[i] |= is_out(t, i);
	}
	return LC_OK;
}

/* To the other file, or to the end.  True: that was the last one. */
static bool
pass_next(struct pass *p)
{
	p->at = (struct lc_reading){ .half = NULL };
	p->half = !p->half;
	if (p->half != 0)
		return false;
	memcpy(p->found, p->bad, sizeof p->found);
	p->nended = p->nbegun;
	return true;
}

enum lc_err
lc_twin_pass(struct lc_twin *t, size_t n, bool *all)
{
	struct pass *p = &t->pass;
	enum lc_err err = LC_ENOTFOUND;

	give_way(t);
	if (p->nbegun == p->nended) {
		p->nbegun++;
		memset(p->bad, 0, sizeof p->bad);
	}
	if (is_out(t, p->half))
		p->bad[p->half] = true;
	else
		err = half_check_on(t, &t->halves[p->half], &p->at, n);
	if (err == LC_EDAMAGED && (err = both_judge(t)) == LC_OK) {
		p->half = 1;		/* it ends here */
		err = LC_ENOTFOUND;
	}
	*all = err != LC_OK && (err != LC_ENOTFOUND || pass_next(p));
	return err == LC_ENOTFOUND ? LC_OK : err;
}

uint64_t
lc_twin_passes(const struct lc_twin *t, uint64_t *next)
{
	*next = t->pass.nbegun + 1;
	return t->pass.nended;
}

enum lc_err
lc_twin_passed(const struct lc_twin *t, struct lc_detail *detail)
{
	for (int i = 0; i < 2; i++) {
		if (t->pass.found[i])
			return lc_fail(detail, LC_EDAMAGED, "%s: not what was"
			    " last written there", t->halves[i].path);
	}
	return LC_OK;
}
