/* core.c - opening and closing a core, and what it shows. */
#include "core.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <openssl/crypto.h>

#include "rules/clock.h"
#include "state/copy.h"
#include "state/db.h"
#include "state/devkey.h"
#include "base/error.h"
#include "eula.h"
#include "state/history.h"
#include "rules/level.h"
#include "rules/meter.h"
#include "rules/model.h"
#include "rules/schedule.h"
#include "rules/select.h"
#include "store.h"
#include "base/text.h"
#include "format/trust.h"
#include "rules/use.h"

/* ---- Host ------------------------------------------------------------ */

void
lc_notice(const struct lc *lc, enum lc_err err, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	if (lc->notice == NULL)
		return;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	lc->notice(lc->arg, err, text);
}

static void
host_take(struct lc *lc, const struct lc_options *o)
{
	lc->clock = o->clock;
	lc->notice = o->notice;
	lc->event = o->event;
	lc->lease = o->lease;
	lc->flush_ms = (int64_t)(o->flush_s != 0 ? o->flush_s : LC_FLUSH_S) *
	    1000;
	lc->due.known = false;
	lc->due.look_ms = 0;
	lc->arg = o->arg;
}

/* ---- State directory ------------------------------------------------- */

static enum lc_err
path_of(const struct lc *lc, const char *name, char **path)
{
	if (asprintf(path, "%s/%s", lc->state_dir, name) < 0)
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
	    lc->state_dir, n > 0 ? pid : "unknown");
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
		return lc_fail(detail, LC_EIO, "%s: %s", lc->state_dir,
		    strerror(error));
	if (flock(lc->lock_fd, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK ? lock_taken(lc, detail) :
		    lc_fail(detail, LC_EIO, "%s: cannot be locked: %s",
		    lc->state_dir, strerror(errno));
	/* Only for people: without it the message names nobody. */
	if (ftruncate(lc->lock_fd, 0) == 0)
		(void)dprintf(lc->lock_fd, "%ld\n", (long)getpid());
	return LC_OK;
}

static enum lc_err
key_open(struct lc *lc, struct lc_detail *detail)
{
	enum lc_err err;
	char *path;

	if ((err = path_of(lc, "device.key", &path)) != LC_OK)
		return err;
	lc->key_made = access(path, F_OK) != 0;
	err = lc_devkey_open(path, &lc->devkey, detail);
	free(path);
	if (err == LC_OK)
		*detail->text = '\0';	/* it may have had to be made */
	if (err == LC_OK)
		err = lc_devkey_mac_key(lc->devkey, "history", lc->mac_key);
	return err;
}

static enum lc_err
persistence_open(struct lc *lc, struct lc_detail *detail)
{
	struct lc_detail why = { "" };
	bool fresh = false;
	enum lc_err err;

	if ((err = lc_copy_open(lc, detail)) != LC_OK ||
	    (err = lc_history_start(lc, &fresh)) != LC_OK)
		return err;
	if (fresh && !lc->key_made)
		lc_notice(lc, LC_EDAMAGED, "%s: the device is not new, but its"
		    " history is gone: what was used and revoked before is not"
		    " known any more", lc->state_dir);
	if ((err = lc_clock_load(lc)) != LC_OK)
		return err;
	err = lc_history_check(lc, &why);
	if (err != LC_EDAMAGED)
		return err;
	lc_notice(lc, err, "%s", why.text);
	return lc_history_damaged(lc, why.text);
}

/* ---- Switches -------------------------------------------------------- */

static const char *
switch_name(enum lc_switch which)
{
	switch (which) {
	case LC_SWITCH_USAGE:
		return "switch.usage";
	case LC_SWITCH_DEPLOYMENT:
		return "switch.deployment";
	case LC_SWITCH_ERROR:
		return "switch.error";
	case LC_SWITCH_LEVEL:
		return "switch.level";
	}
	return NULL;
}

static enum lc_err
switch_load(struct lc *lc, enum lc_switch which)
{
	struct lc_rows *rows;
	enum lc_err err;

	lc->switches[which] = which != LC_SWITCH_LEVEL;	/* DEFVAL */
	err = lc_db_query(lc->db, &rows,
	    "SELECT value FROM meta WHERE name = ?", "s", switch_name(which));
	if (err == LC_OK && (err = lc_db_next(lc->db, rows)) == LC_OK) {
		lc->switches[which] = lc_db_int(rows, 0) != 0;
		lc_db_stop(rows);
	}
	return err == LC_ENOTFOUND ? LC_OK : err;
}

bool
lc_switch_get(const struct lc *lc, enum lc_switch which)
{
	return lc->switches[which];
}

enum lc_err
lc_switch_set(struct lc *lc, enum lc_switch which, bool on)
{
	const char *name = switch_name(which);
	enum lc_err err;

	if (name == NULL)
		return LC_EINVAL;
	if (lc->switches[which] == on)
		return LC_OK;
	err = lc_db_run(lc->db, "INSERT INTO meta (name, value) VALUES (?, ?)"
	    " ON CONFLICT (name) DO UPDATE SET value = excluded.value", "si",
	    name, (int64_t)on);
	if (err == LC_OK)
		lc->switches[which] = on;
	return err;
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
		    lc_use_get(lc, lc_model_device(m, f->device), f->name,
		    f->version, &use);
		if (err != LC_OK)
			return err;
	}
	return LC_OK;
}

static enum lc_err
model_load(struct lc *lc, const struct lc_options *o, struct lc_model **out,
    struct lc_detail *detail)
{
	struct lc_model *m;
	enum lc_err err;

	if ((err = lc_model_new(o, &m, detail)) != LC_OK)
		return err;
	err = lc_trust_load(o->key_dir, o->own_keys, &m->trust, detail);
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
	for (size_t i = 0; i < lc->nuses; i++) {
		struct lc_use *use = lc->uses[i];
		const struct lc_feature *f = lc_model_feature(lc->model,
		    use->device, use->feature, use->version);

		use->mandatory = f != NULL && f->mandatory;
		use->always = (f != NULL && f->always) ||
		    lc_level_runs(lc->model, use);
	}
}

/* What only memory knows of a license: that it serves after it ran out. */
static void
entries_keep(const struct lc_model *old, struct lc_model *m)
{
	for (size_t i = 0; old != NULL && i < m->nlicenses; i++) {
		struct lc_entry *e = lc_entry_of(m->licenses[i]);
		const struct lc_entry *was = lc_ids_find(&old->ids,
		    e->shown.device, e->shown.terms.id);

		if (was != NULL)
			e->serving = was->serving && !e->use->always;
	}
}

static void
model_take(struct lc *lc, struct lc_model *m)
{
	lc_level_keep(lc->model, m);
	entries_keep(lc->model, m);
	lc_model_free(lc->model);
	lc->model = m;
	uses_set(lc);
	lc_select(lc);
}

static enum lc_err
core_new(const struct lc_options *o, struct lc **out)
{
	struct lc *lc = calloc(1, sizeof *lc);

	if (lc == NULL)
		return LC_ENOMEM;
	lc->lock_fd = -1;
	host_take(lc, o);
	if ((lc->state_dir = strdup(o->state_dir)) == NULL) {
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
	if ((err = lock(lc, detail)) != LC_OK ||
	    (err = key_open(lc, detail)) != LC_OK ||
	    (err = persistence_open(lc, detail)) != LC_OK)
		goto out;
	for (int i = 0; i < LC_NSWITCHES && err == LC_OK; i++)
		err = switch_load(lc, (enum lc_switch)i);
	lc_schedule_begin(lc);
	if (err != LC_OK || (err = lc_eula_load(lc)) != LC_OK ||
	    (err = model_load(lc, o, &model, detail)) != LC_OK)
		goto out;
	model_take(lc, model);
	lc_level_choose(lc);
	uses_set(lc);
	lc_select(lc);
	if ((err = lc_clock_watch(lc)) != LC_OK ||
	    (err = lc_meter_flush(lc)) != LC_OK ||
	    (err = lc_eula_catch_up(lc)) != LC_OK)
		goto out;
	*out = lc;
	lc = NULL;
out:
	if (err == LC_EIO && *detail->text == '\0' && lc->db != NULL)
		(void)lc_fail(detail, err, "%s: %s", lc->state_dir,
		    lc_db_words(lc->db));
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
		(void)lc_meter_flush(lc);
	lc_use_free_all(lc);
	lc_model_free(lc->model);
	json_decref(lc->next_body);
	lc_history_forget(lc);
	free(lc->pending.list);
	lc_db_close(lc->db);
	lc_devkey_free(lc->devkey);
	if (lc->lock_fd >= 0)
		(void)close(lc->lock_fd);	/* which unlocks */
	free(lc->state_dir);
	OPENSSL_cleanse(lc->mac_key, sizeof lc->mac_key);
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
	if (o->state_dir == NULL || strcmp(o->state_dir, lc->state_dir) != 0)
		return lc_fail(detail, LC_EOPTIONS,
		    "the state directory cannot be changed from %s while it is"
		    " in use", lc->state_dir);
	if (o->key_dir == NULL)
		return lc_fail(detail, LC_EOPTIONS,
		    "the keys directory has to be named");
	/* The new model reads its meters from where the old one leaves them. */
	if ((err = lc_meter_flush(lc)) != LC_OK ||
	    (err = model_load(lc, o, &model, detail)) != LC_OK)
		return err;
	host_take(lc, o);
	lc->keys++;
	model_take(lc, model);
	/* What cannot be accepted now waits for the next occasion. */
	(void)lc_eula_catch_up(lc);
	return LC_OK;
}

/* ---- Showing --------------------------------------------------------- */

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

	return e != NULL ? &e->shown : NULL;
}

const struct lc_feature *
lc_feature_find(const struct lc *lc, uint32_t device, const char *name,
    const char *version)
{
	return lc_model_feature(lc->model, device, name, version);
}

/* ---- Comments -------------------------------------------------------- */

enum lc_err
lc_comment_set(struct lc *lc, uint32_t device, uint32_t store, uint32_t index,
    const char *text)
{
	struct lc_entry *e = lc_model_license(lc->model, device, store, index);
	size_t len = strlen(text);
	char *copy;
	enum lc_err err;

	if (e == NULL)
		return LC_ENOTFOUND;
	if (len > LC_COMMENT_MAX || !lc_text_is_plain(text, len))
		return LC_EINVAL;
	if ((copy = strdup(text)) == NULL)
		return LC_ENOMEM;
	err = lc_db_run(lc->db, "UPDATE license SET comment = ?"
	    " WHERE udi = ? AND store = ? AND id = ?", "ssis", text,
	    lc_model_store(lc->model, device, store)->udi, (int64_t)store,
	    e->shown.terms.id);
	if (err != LC_OK) {
		free(copy);
		return err;
	}
	free(e->comment);
	e->comment = copy;
	e->shown.comment = copy;
	return LC_OK;
}

/* ---- Priority -------------------------------------------------------- */

enum lc_err
lc_priority_set(struct lc *lc, uint32_t device, uint32_t store,
    uint32_t index, enum lc_priority priority)
{
	struct lc_entry *e = lc_model_license(lc->model, device, store, index);
	enum lc_err err;

	if (e == NULL)
		return LC_ENOTFOUND;
	if (priority < LC_PRIORITY_LOW || priority > LC_PRIORITY_HIGH)
		return LC_EINVAL;
	if (!e->shown.eula_accepted)
		return LC_EEULA;
	err = lc_db_run(lc->db, "UPDATE license SET priority = ?"
	    " WHERE udi = ? AND store = ? AND id = ?", "isis",
	    (int64_t)priority, lc_model_store(lc->model, device, store)->udi,
	    (int64_t)store, e->shown.terms.id);
	if (err != LC_OK)
		return err;
	e->wanted = priority;
	e->shown.priority = priority;
	lc_select(lc);
	return LC_OK;
}
