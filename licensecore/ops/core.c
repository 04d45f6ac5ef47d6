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
#include "format/trust.h"
#include "lease.h"
#include "recall.h"
#include "rules/level.h"
#include "settings.h"
#include "state/change.h"
#include "state/clock_row.h"
#include "state/copy.h"
#include "state/db.h"
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

static enum lc_err
path_of(const struct lc *lc, const char *name, char **path)
{
	if (asprintf(path, "%s/%s", lc->state.dir, name) < 0)
		return LC_ENOMEM;
	return LC_OK;
}

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
	enum lc_err err;
	char *path;
	int error;

	if ((err = path_of(lc, "lock", &path)) != LC_OK)
		return err;
	lc->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	error = errno;
	free(path);
	if (lc->lock_fd < 0)
		return lc_fail(detail, LC_EIO, "%s: %s", lc->state.dir,
		    strerror(error));
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

/* *made: just now, as the device is new. */
static enum lc_err
key_open(struct lc_state *st, const char *path, bool *made,
    struct lc_detail *detail)
{
	struct lc_detail why = { "" };
	enum lc_err err;

	*made = access(path, F_OK) != 0;
	if ((err = lc_devkey_open(path, &st->devkey, &why)) != LC_OK) {
		*detail = why;
		return err;
	}
	return lc_devkey_mac_key(st->devkey, "history", st->mac_key);
}

/* What is added later does not make it whole again: each finding, once. */
static enum lc_err
damage_record(struct lc_state *st, const char *finding)
{
	struct lc_detail body;
	enum lc_err err;
	char *last;
	bool again;

	(void)lc_fail(&body, LC_OK, "{\"finding\":\"%s\"}", finding);
	if ((err = lc_history_damage(st, &last)) != LC_OK)
		return err;
	again = last != NULL && strcmp(last, body.text) == 0;
	free(last);
	if (again)
		return LC_OK;
	if ((err = lc_change_begin(st)) == LC_OK)
		err = lc_history_add(st, &(struct lc_record){
			.what = "damaged", .udi = "", .id = "",
			.body = body.text,
		});
	return lc_change_end(st, err);
}

static enum lc_err
persistence_open(struct lc_state *st, bool new_key, struct lc_detail *detail)
{
	struct lc_detail why = { "" };
	bool fresh = false;
	enum lc_err err;

	if ((err = lc_copy_open(st, detail)) != LC_OK ||
	    (err = lc_history_start(st, &fresh)) != LC_OK)
		return err;
	if (fresh && !new_key)
		lc_notice(st->host, LC_EDAMAGED, "%s: the device is not new,"
		    " but its history is gone: what was used and revoked"
		    " before is not known any more", st->dir);
	if ((err = lc_clock_load(st)) != LC_OK)
		return err;
	err = lc_history_check(st, &why);
	if (err != LC_EDAMAGED)
		return err;
	lc_notice(st->host, err, "%s", why.text);
	return damage_record(st, why.text);
}

static enum lc_err
state_open(struct lc *lc, struct lc_detail *detail)
{
	bool new_key = false;
	enum lc_err err;
	char *path;

	if ((err = lock(lc, detail)) != LC_OK ||
	    (err = path_of(lc, "device.key", &path)) != LC_OK)
		return err;
	err = key_open(&lc->state, path, &new_key, detail);
	free(path);
	return err != LC_OK ? err :
	    persistence_open(&lc->state, new_key, detail);
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

static void
keys_notice(const struct lc_host *host, const struct lc_trust *trust)
{
	size_t n;
	const char *const *skipped = lc_trust_skipped(trust, &n);

	for (size_t i = 0; i < n; i++)
		lc_notice(host, LC_ETRUST, "key file skipped: %s", skipped[i]);
}

const char *const *
lc_keys_skipped(const struct lc *lc, size_t *n)
{
	return lc_trust_skipped(lc->model->trust, n);
}

static enum lc_err
model_load(struct lc *lc, const struct lc_options *o, struct lc_model **out,
    struct lc_detail *detail)
{
	struct lc_model *m;
	enum lc_err err;

	if ((err = lc_model_new(o, &lc->identities, &lc->uses, &m,
	    detail)) != LC_OK)
		return err;
	if ((err = lc_level_options(m, o, detail)) == LC_OK)
		err = lc_trust_load(o->key_dir, o->own_keys, &m->trust,
		    detail);
	if (err == LC_OK)
		keys_notice(&lc->host, m->trust);
	for (size_t i = 0; i < m->nstores && err == LC_OK; i++)
		err = lc_store_load(lc, m, lc_place_of(m->stores[i]), detail);
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
	host_take(lc, o);
	lc->state.host = &lc->host;
	if ((lc->state.dir = strdup(o->state_dir)) == NULL) {
		free(lc);
		return LC_ENOMEM;
	}
	*out = lc;
	return LC_OK;
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
	if ((err = state_open(lc, detail)) != LC_OK ||
	    (err = lc_switches_load(lc)) != LC_OK)
		goto out;
	lc_due_begin(lc);
	if ((err = lc_eula_load(lc)) != LC_OK ||
	    (err = model_load(lc, o, &model, detail)) != LC_OK)
		goto out;
	model_take(lc, model);
	lc_level_choose(lc->model, lc_instant(&lc->state));
	uses_set(lc);
	lc_settle(lc);
	if ((err = lc_clock_watch(lc)) != LC_OK ||
	    (err = lc_usage_flush(&lc->state, &lc->identities)) != LC_OK ||
	    (err = lc_eula_catch_up(lc)) != LC_OK)
		goto out;
	lc->is_open = true;
	*out = lc;
	lc = NULL;
out:
	if (err == LC_EIO && *detail->text == '\0' && lc->state.db != NULL)
		(void)lc_fail(detail, err, "%s: %s", lc->state.dir,
		    lc_db_words(lc->state.db, err));
	lc_close(lc);
	return err;
}

void
lc_close(struct lc *lc)
{
	if (lc == NULL)
		return;
	/* What it cannot record is what a crash would lose. */
	if (lc->model != NULL)
		(void)lc_usage_flush(&lc->state, &lc->identities);
	lc_leases_free(lc);
	lc_model_free(lc->model);
	lc_identities_free(&lc->identities);
	lc_uses_free(&lc->uses);
	json_decref(lc->next_body);
	lc_history_free(&lc->record);
	free(lc->state.pending.list);
	lc_db_close(lc->state.db);
	lc_devkey_free(lc->state.devkey);
	if (lc->lock_fd >= 0)
		(void)close(lc->lock_fd);	/* which unlocks */
	free(lc->state.dir);
	OPENSSL_cleanse(lc->state.mac_key, sizeof lc->state.mac_key);
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
	if ((err = model_load(lc, o, &model, detail)) != LC_OK)
		return err;
	host_take(lc, o);
	lc->keys++;
	model_take(lc, model);
	/* What cannot be accepted now waits for the next occasion. */
	(void)lc_eula_catch_up(lc);
	return LC_OK;
}
