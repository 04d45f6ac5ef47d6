/* store.c - license stores: their lines, and the way of these into the model. */
#include "store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "state/change.h"
#include "rules/clock.h"
#include "core.h"
#include "state/db.h"
#include "base/error.h"
#include "format/file.h"
#include "state/history.h"
#include "base/disk.h"
#include "format/line.h"
#include "format/type.h"
#include "rules/meter.h"
#include "rules/model.h"
#include "rules/schedule.h"
#include "state/seal.h"
#include "state/sealed.h"
#include "rules/use.h"

/* ---- Agreements ------------------------------------------------------ */

static enum lc_err
acceptance_judge(const struct lc *lc, const char *udi, const char *id,
    struct lc_rows *rows)
{
	struct lc_seal seal;
	const void *bytes;
	enum lc_err err;
	size_t len;

	err = lc_sealed_acceptance(lc, udi, id, lc_db_int(rows, 0),
	    lc_db_text(rows, 1), &seal);
	bytes = lc_db_blob(rows, 2, &len);
	return err == LC_OK && !lc_seal_equal(&seal, bytes, len) ?
	    LC_EDAMAGED : err;
}

enum lc_err
lc_store_accepted(struct lc *lc, const char *udi, const struct lc_terms *t,
    bool *accepted)
{
	struct lc_rows *rows;
	enum lc_err err;

	*accepted = true;
	if (!lc_terms_need_acceptance(t))
		return LC_OK;
	err = lc_db_query(lc->db, &rows, "SELECT at, by, mac FROM acceptance"
	    " WHERE udi = ? AND id = ?", "ss", udi, t->id);
	if (err == LC_OK && (err = lc_db_next(lc->db, rows)) == LC_OK) {
		err = acceptance_judge(lc, udi, t->id, rows);
		lc_db_stop(rows);
	}
	*accepted = err == LC_OK;
	if (err == LC_EDAMAGED)
		lc_notice(lc, err, "license %s: the acceptance of its"
		    " agreement was altered, and does not count", t->id);
	return err == LC_ENOTFOUND || err == LC_EDAMAGED ? LC_OK : err;
}

enum lc_err
lc_store_accept(struct lc *lc, const char *udi, const char *id, const char *by)
{
	int64_t at = lc_now(lc);
	struct lc_seal seal;
	enum lc_err err = lc_sealed_acceptance(lc, udi, id, at, by, &seal);

	/* One that does not count is replaced. */
	return err != LC_OK ? err : lc_db_run(lc->db, "INSERT OR REPLACE INTO"
	    " acceptance (udi, id, at, by, mac) VALUES (?, ?, ?, ?, ?)",
	    "ssisb", udi, id, at, by, (const void *)seal.bytes,
	    sizeof seal.bytes);
}

enum lc_err
lc_store_withdraw(struct lc *lc, const char *udi, const char *id)
{
	return lc_db_run(lc->db,
	    "DELETE FROM acceptance WHERE udi = ? AND id = ?", "ss", udi, id);
}

enum lc_err
lc_store_put_agreement(struct lc *lc, const struct lc_file_eula *eula)
{
	return lc_db_run(lc->db, "INSERT INTO agreement (digest, text)"
	    " VALUES (?, ?) ON CONFLICT (digest) DO NOTHING", "sx",
	    eula->digest, eula->text, eula->len);
}

void
lc_entry_accepted(struct lc_entry *e, bool accepted)
{
	e->shown.eula_accepted = accepted;
	if (!accepted)
		e->shown.priority = LC_PRIORITY_NONE;
	else
		e->shown.priority = e->wanted != LC_PRIORITY_NONE ?
		    e->wanted : lc_type_rules(e->shown.terms.type)->priority;
}

enum lc_err
lc_store_not_revoked(struct lc *lc, const char *udi, const char *id,
    struct lc_detail *detail)
{
	bool revoked = false;
	enum lc_err err = lc_history_has(lc, "revoke", udi, id, &revoked);

	if (err != LC_OK || !revoked)
		return err;
	return lc_fail(detail, LC_EREVOKED, "license %s was revoked: %s gave"
	    " it up for good", id, udi);
}

/* ---- What is kept for good about a license --------------------------- */

/* Its index, 0 if it has none yet, and what the operator wanted. */
static enum lc_err
keep_get(struct lc *lc, const struct lc_place *place, struct lc_entry *e)
{
	struct lc_rows *rows;
	enum lc_err err;

	e->shown.index = 0;
	err = lc_db_query(lc->db, &rows, "SELECT idx, comment IS NULL, comment,"
	    " coalesce(priority, 0) FROM license WHERE udi = ? AND store = ? AND id = ?", "sis",
	    place->udi, (int64_t)e->shown.store, e->shown.terms.id);
	if (err != LC_OK)
		return err;
	if ((err = lc_db_next(lc->db, rows)) == LC_OK) {
		e->shown.index = (uint32_t)lc_db_int(rows, 0);
		if (lc_db_int(rows, 1) == 0)
			err = lc_entry_comment(e, lc_db_text(rows, 2));
		e->wanted = (enum lc_priority)lc_db_int(rows, 3);
		lc_db_stop(rows);
	}
	return err == LC_ENOTFOUND ? LC_OK : err;
}

enum lc_err
lc_store_recall(struct lc *lc, const struct lc_place *place,
    struct lc_entry *e)
{
	enum lc_err err;
	bool accepted;

	if ((err = keep_get(lc, place, e)) != LC_OK ||
	    (err = lc_store_accepted(lc, place->udi, &e->shown.terms,
	    &accepted)) != LC_OK ||
	    (err = lc_meter_load(lc, place->udi, e)) != LC_OK ||
	    (err = lc_schedule_load(lc, place->udi, e)) != LC_OK ||
	    (err = lc_use_get(lc, place->device, e->shown.terms.feature,
	    e->shown.terms.version, &e->use)) != LC_OK)
		return err;
	lc_entry_accepted(e, accepted);
	return LC_OK;
}

/* A new index in its device: above all that were ever given. */
static enum lc_err
index_give(struct lc *lc, const char *udi, struct lc_entry *e)
{
	struct lc_rows *rows;
	int64_t index;
	enum lc_err err;

	err = lc_db_query(lc->db, &rows,
	    "SELECT coalesce(max(idx), 0) + 1 FROM license WHERE udi = ?",
	    "s", udi);
	if (err != LC_OK || (err = lc_db_next(lc->db, rows)) != LC_OK)
		return err;
	index = lc_db_int(rows, 0);
	lc_db_stop(rows);
	if (index > UINT32_MAX)
		return LC_EDAMAGED;
	e->shown.index = (uint32_t)index;
	return lc_db_run(lc->db, "INSERT INTO license (udi, store, id, idx)"
	    " VALUES (?, ?, ?, ?)", "sisi", udi, (int64_t)e->shown.store,
	    e->shown.terms.id, index);
}

/* ---- Writing --------------------------------------------------------- */

static enum lc_err
mirror_put(struct lc *lc, const struct lc_place *place,
    const struct lc_entry *e, const struct lc_file_line *line)
{
	if (place->shown.kind != LC_STORE_PRIMARY)
		return LC_OK;
	return lc_db_run(lc->db, "INSERT OR REPLACE INTO mirror (udi, store,"
	    " id, line, installed) VALUES (?, ?, ?, ?, ?)", "sisxi", place->udi,
	    (int64_t)e->shown.store, e->shown.terms.id, line->text, line->len,
	    e->shown.installed);
}

enum lc_err
lc_store_put(struct lc *lc, const struct lc_place *place, struct lc_entry *e,
    const struct lc_file_line *line)
{
	/* A line that is there, but did not load, is replaced. */
	static const char *const insert[] = LC_DB_EACH(
	    "INSERT OR REPLACE INTO ", ".line (id, line, installed) VALUES (?, ?, ?)");
	enum lc_err err;

	if (e->shown.index == 0 &&
	    (err = index_give(lc, place->udi, e)) != LC_OK)
		return err;
	err = lc_db_run(lc->db, insert[place->slot], "sxi",
	    e->shown.terms.id, line->text, line->len, e->shown.installed);
	return err == LC_OK ? mirror_put(lc, place, e, line) : err;
}

enum lc_err
lc_store_delete(struct lc *lc, const struct lc_place *place,
    const struct lc_entry *e)
{
	static const char *const delete[] = LC_DB_EACH("DELETE FROM ",
	    ".line WHERE id = ?");
	const char *id = e->shown.terms.id;
	int64_t store = e->shown.store;
	enum lc_err err;

	/* The index stays taken; the operator's wishes go with the license. */
	if ((err = lc_db_run(lc->db, delete[place->slot], "s",
	    id)) != LC_OK ||
	    (err = lc_db_run(lc->db, "DELETE FROM mirror WHERE udi = ? AND"
	    " store = ? AND id = ?", "sis", place->udi, store, id)) != LC_OK)
		return err;
	return lc_db_run(lc->db, "UPDATE license SET comment = NULL,"
	    " priority = NULL WHERE udi = ? AND store = ? AND id = ?", "sis", place->udi,
	    store, id);
}

/* ---- Loading lines --------------------------------------------------- */

/* Licenses on their way into the model. */
struct load {
	struct lc *lc;
	struct lc_model *model;
	struct lc_place *place;
	struct lc_entry **entries;
	size_t n, room;
	struct lc_ids ids;
};

static enum lc_err
line_judge(const struct load *load, const char *text, size_t len,
    struct lc_line **line, struct lc_detail *why)
{
	enum lc_err err;

	err = lc_line_open(text, len, load->model->trust, line, why);
	if (err != LC_OK)
		return err;
	if (!lc_terms_fit(&(*line)->terms, load->place->udi))
		err = lc_fail(why, LC_EUDI, "license %s: for %s, not for %s",
		    (*line)->terms.id, (*line)->terms.udis[0],
		    load->place->udi);
	else
		err = lc_terms_check(&(*line)->terms, why);
	if (err != LC_OK) {
		lc_line_free(*line);
		*line = NULL;
	}
	return err;
}

static enum lc_err
entry_make(const struct load *load, struct lc_line *line, size_t len,
    int64_t installed, struct lc_entry **out)
{
	const struct lc_place *place = load->place;
	struct lc_entry *e;
	enum lc_err err;

	if ((err = lc_entry_new(line, NULL, &e)) != LC_OK) {
		lc_line_free(line);
		return err;
	}
	e->shown.device = place->shown.device;
	e->shown.store = place->shown.index;
	e->shown.installed = installed;
	e->bytes = len;
	if ((err = lc_store_recall(load->lc, place, e)) != LC_OK) {
		lc_entry_free(e);
		return err;
	}
	*out = e;
	return LC_OK;
}

static enum lc_err
load_push(struct load *load, struct lc_entry *e)
{
	if (load->n == load->room) {
		size_t room = load->room > 0 ? load->room * 2 : 16;
		struct lc_entry **more = reallocarray(load->entries, room,
		    sizeof(struct lc_entry *));

		if (more == NULL)
			return LC_ENOMEM;
		load->entries = more;
		load->room = room;
	}
	if (lc_ids_reserve(&load->ids, 1) != LC_OK)
		return LC_ENOMEM;
	lc_ids_add(&load->ids, e);
	load->entries[load->n++] = e;
	return LC_OK;
}

/*
 * An old copy of a store that is put back brings no license back, and one that
 * stands in a store twice is there once.
 */
static enum lc_err
line_again(const struct load *load, struct lc_line *line,
    struct lc_detail *why)
{
	const char *id = line->terms.id;
	enum lc_err err = lc_store_not_revoked(load->lc, load->place->udi, id,
	    why);

	if (err == LC_OK && lc_ids_find(&load->ids, load->place->shown.device,
	    id) != NULL)
		err = lc_fail(why, LC_EEXISTS, "license %s is there twice",
		    id);
	if (err != LC_OK)
		lc_line_free(line);
	return err;
}

static void
line_not_used(const struct load *load, enum lc_err err,
    const struct lc_detail *why)
{
	lc_notice(load->lc, err, "store %s: a license in it is not used: %s",
	    load->place->shown.name,
	    *why->text != '\0' ? why->text : lc_strerror(err));
}

/* A line that does not verify is told and passed over: only others fail. */
static enum lc_err
line_load(struct load *load, const char *text, size_t len, int64_t installed)
{
	struct lc_line *line;
	struct lc_detail why = { "" };
	struct lc_entry *e;
	enum lc_err err;

	load->place->shown.size_left -= len < load->place->shown.size_left ?
	    (uint32_t)len : load->place->shown.size_left;
	err = line_judge(load, text, len, &line, &why);
	if (err == LC_ENOMEM)
		return err;
	if (err != LC_OK) {
		line_not_used(load, err, &why);
		return LC_OK;
	}
	if ((err = line_again(load, line, &why)) != LC_OK) {
		if (err != LC_EREVOKED && err != LC_EEXISTS)
			return err;
		line_not_used(load, err, &why);
		return LC_OK;
	}
	if ((err = entry_make(load, line, len, installed, &e)) != LC_OK)
		return err;
	if ((err = load_push(load, e)) != LC_OK)
		lc_entry_free(e);
	return err;
}

static enum lc_err
indexes_give(struct load *load)
{
	enum lc_err err = LC_OK;
	bool missing = false;

	for (size_t i = 0; i < load->n; i++)
		missing |= load->entries[i]->shown.index == 0;
	if (!missing)
		return LC_OK;
	if ((err = lc_db_begin(load->lc->db)) != LC_OK)
		return err;
	for (size_t i = 0; i < load->n && err == LC_OK; i++) {
		if (load->entries[i]->shown.index == 0)
			err = index_give(load->lc, load->place->udi,
			    load->entries[i]);
	}
	if (err != LC_OK) {
		lc_db_rollback(load->lc->db);
		return err;
	}
	return lc_db_commit(load->lc->db);
}

/* ---- Built-in stores ------------------------------------------------- */

static enum lc_err
built_in_lines(struct load *load, const struct lc_file *file)
{
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < file->nlines && err == LC_OK; i++)
		err = line_load(load, file->lines[i].text,
		    file->lines[i].len, LC_NO_TIME);
	for (size_t i = 0; i < file->neulas && err == LC_OK; i++)
		err = lc_store_put_agreement(load->lc, &file->eulas[i]);
	return err;
}

static enum lc_err
built_in_load(struct load *load, struct lc_detail *detail)
{
	struct lc_place *place = load->place;
	struct lc_file *file = NULL;
	struct lc_detail why = { "" };
	char *data = NULL;
	enum lc_err err;
	size_t len;

	err = lc_disk_read(place->path, LC_FILE_MAX, &data, &len, NULL,
	    detail);
	if (err != LC_OK)
		return err == LC_ENOTFOUND ? LC_EIO : err;
	place->shown.size = (uint32_t)len;
	if ((err = lc_file_parse(data, len, &file, &why)) != LC_OK)
		(void)lc_fail(detail, err, "%s: %s", place->path,
		    *why.text != '\0' ? why.text : lc_strerror(err));
	else
		err = built_in_lines(load, file);
	place->shown.size_left = 0;
	place->shown.present = err == LC_OK;
	lc_file_free(file);
	free(data);
	return err;
}

/* ---- Store files ----------------------------------------------------- */

static bool
exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

static bool
folder_exists(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder;
	bool there;

	if (slash == NULL || slash == path)
		return true;
	folder = strndup(path, (size_t)(slash - path));
	there = folder == NULL || exists(folder);
	free(folder);
	return there;
}

/* Was there ever a store at this place? */
static enum lc_err
removable_known(struct lc *lc, const struct lc_place *place, bool *known)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(lc->db, &rows, "SELECT 1 FROM meta WHERE name ="
	    " 'removable ' || ? || ' ' || ?", "si", place->udi,
	    (int64_t)place->shown.index);
	if (err == LC_OK && (err = lc_db_next(lc->db, rows)) == LC_OK)
		lc_db_stop(rows);
	*known = err == LC_OK;
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static enum lc_err
removable_know(struct lc *lc, const struct lc_place *place)
{
	return lc_db_run(lc->db, "INSERT OR IGNORE INTO meta (name, value)"
	    " VALUES ('removable ' || ? || ' ' || ?, 1)", "si", place->udi,
	    (int64_t)place->shown.index);
}

/*
 * Its file is missing: a removable store is away if it was there before.  The
 * place where a medium is mounted is a folder without one, too.
 */
static enum lc_err
away(struct lc *lc, const struct lc_place *place, bool *gone)
{
	*gone = false;
	if (place->shown.kind != LC_STORE_REMOVABLE || exists(place->path))
		return LC_OK;
	*gone = !folder_exists(place->path);
	return *gone ? LC_OK : removable_known(lc, place, gone);
}

static enum lc_err
record(struct lc *lc, const struct lc_place *place, const char *what,
    const char *body)
{
	const struct lc_record r = {
		.what = what, .udi = place->udi, .store = place->shown.index,
		.id = "", .body = body,
	};

	return lc_history_add(lc, &r);
}

/* ---- Mirrors --------------------------------------------------------- */

/*
 * What a primary store holds, its mirror holds too, changed by the same
 * commits.  From the first loading on the mirror is what counts: a store file
 * that is gone, damaged, emptied or put back from an older copy is made again
 * from it.  Before that, with a new persistence file, the store counts.
 */

static enum lc_err
mirror_known(struct lc *lc, const struct lc_place *place, bool *known)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(lc->db, &rows, "SELECT 1 FROM meta WHERE name ="
	    " 'mirror ' || ? || ' ' || ?", "si", place->udi,
	    (int64_t)place->shown.index);
	if (err == LC_OK && (err = lc_db_next(lc->db, rows)) == LC_OK)
		lc_db_stop(rows);
	*known = err == LC_OK;
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static enum lc_err
mirror_compare(struct lc *lc, const struct lc_place *place, bool *same)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(lc->db, &rows,
	    "SELECT NOT EXISTS (SELECT id, line FROM store.line EXCEPT"
	    " SELECT id, line FROM mirror WHERE udi = ?1 AND store = ?2)"
	    " AND NOT EXISTS (SELECT id, line FROM mirror WHERE udi = ?1 AND"
	    " store = ?2 EXCEPT SELECT id, line FROM store.line)",
	    "si", place->udi, (int64_t)place->shown.index);
	if (err != LC_OK || (err = lc_db_next(lc->db, rows)) != LC_OK)
		return err;
	*same = lc_db_int(rows, 0) != 0;
	lc_db_stop(rows);
	return LC_OK;
}

/* A change to the attached store and its mirror, with its record. */
static enum lc_err
mirror_change(struct lc *lc, const struct lc_place *place, const char *what,
    enum lc_err (*change)(struct lc *, const struct lc_place *))
{
	enum lc_err err;

	if ((err = lc_change_begin(lc)) != LC_OK)
		return err;
	if ((err = change(lc, place)) != LC_OK ||
	    (err = record(lc, place, what, "{}")) != LC_OK) {
		lc_change_rollback(lc);
		return err;
	}
	return lc_change_commit(lc);
}

/* The mirror takes what the store holds, and counts from now on. */
static enum lc_err
adopt(struct lc *lc, const struct lc_place *place)
{
	int64_t index = place->shown.index;
	enum lc_err err;

	if ((err = lc_db_run(lc->db, "DELETE FROM mirror WHERE udi = ? AND"
	    " store = ?", "si", place->udi, index)) != LC_OK ||
	    (err = lc_db_run(lc->db, "INSERT INTO mirror (udi, store, id,"
	    " line, installed) SELECT ?, ?, id, line, installed FROM"
	    " store.line ORDER BY rowid", "si", place->udi, index)) != LC_OK)
		return err;
	return lc_db_run(lc->db, "INSERT INTO meta (name, value) VALUES"
	    " ('mirror ' || ? || ' ' || ?, 1)", "si", place->udi, index);
}

/* The store takes what its mirror holds. */
static enum lc_err
fill(struct lc *lc, const struct lc_place *place)
{
	enum lc_err err = lc_db_run(lc->db, "DELETE FROM store.line", "");

	if (err != LC_OK)
		return err;
	return lc_db_run(lc->db, "INSERT INTO store.line (id, line, installed)"
	    " SELECT id, line, installed FROM mirror WHERE udi = ? AND"
	    " store = ? ORDER BY rowid", "si", place->udi,
	    (int64_t)place->shown.index);
}

/* Moves a store out of the way, keeping it for people to look at. */
static enum lc_err
set_aside(struct lc *lc, const struct lc_place *place,
    struct lc_detail *detail)
{
	char aside[4096];
	int len = snprintf(aside, sizeof aside, "%s.damaged-%lld",
	    place->path, (long long)lc_now(lc));

	if (len < 0 || (size_t)len >= sizeof aside ||
	    rename(place->path, aside) != 0)
		return lc_fail(detail, LC_EIO, "%s: damaged, and cannot be"
		    " moved away: %s", place->path, strerror(errno));
	lc_notice(lc, LC_EDAMAGED, "store %s: %s is damaged, or not what was"
	    " last written there, and was moved to %s", place->shown.name,
	    place->path, aside);
	return LC_OK;
}

static enum lc_err
restore(struct lc *lc, const struct lc_place *place, struct lc_detail *detail)
{
	enum lc_err err = lc_db_attach(lc->db, place->path, true, detail);

	if (err == LC_OK)
		err = mirror_change(lc, place, "restore", fill);
	if (err == LC_OK)
		lc_notice(lc, LC_EDAMAGED, "store %s: %s was made again from"
		    " the copy in %s", place->shown.name, place->path,
		    lc->state_dir);
	return err;
}

/* Attaches a primary store, and sees to it that it is what its mirror says. */
static enum lc_err
primary_open(struct lc *lc, const struct lc_place *place,
    struct lc_detail *detail)
{
	bool missing = !exists(place->path), known, same = false;
	enum lc_err err;

	if ((err = mirror_known(lc, place, &known)) != LC_OK)
		return err;
	err = lc_db_attach(lc->db, place->path, true, detail);
	if (err == LC_OK && !known)
		return mirror_change(lc, place, "adopt", adopt);
	if (err == LC_OK &&
	    ((err = mirror_compare(lc, place, &same)) != LC_OK || same))
		return err;
	if (err != LC_OK && err != LC_EDAMAGED)
		return err;
	lc_db_detach(lc->db);
	if (!missing && (err = set_aside(lc, place, detail)) != LC_OK)
		return err;
	if (known)
		return restore(lc, place, detail);
	err = lc_db_attach(lc->db, place->path, true, detail);
	return err == LC_OK ? mirror_change(lc, place, "adopt", adopt) : err;
}

enum lc_err
lc_store_check(struct lc *lc, const struct lc_place *place,
    struct lc_detail *detail)
{
	enum lc_err err;
	bool same = true;

	if (place->shown.kind == LC_STORE_BUILT_IN || !place->shown.present)
		return LC_OK;
	if (!exists(place->path))
		return lc_fail(detail, LC_EDAMAGED, "%s: is gone",
		    place->path);
	err = lc_db_attach(lc->db, place->path, true, detail);
	if (err != LC_OK)
		return err;
	if (place->shown.kind == LC_STORE_PRIMARY)
		err = mirror_compare(lc, place, &same);
	lc_db_detach(lc->db);
	if (err == LC_OK && !same)
		err = lc_fail(detail, LC_EDAMAGED,
		    "%s: is not what was last written to it", place->path);
	return err;
}

static enum lc_err
lines_load(struct load *load)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(load->lc->db, &rows,
	    "SELECT line, installed FROM store.line ORDER BY rowid", "");
	if (err != LC_OK)
		return err;
	while ((err = lc_db_next(load->lc->db, rows)) == LC_OK) {
		const char *text = lc_db_text(rows, 0);

		err = line_load(load, text, strlen(text), lc_db_int(rows, 1));
		if (err != LC_OK) {
			lc_db_stop(rows);
			return err;
		}
	}
	return err == LC_ENOTFOUND ? LC_OK : err;
}

/* A removable store that cannot be read counts as away: the rest goes on. */
static enum lc_err
place_failed(struct lc *lc, const struct lc_place *place, enum lc_err err,
    const struct lc_detail *detail)
{
	if (place->shown.kind != LC_STORE_REMOVABLE || err == LC_ENOMEM)
		return err;
	lc_notice(lc, err, "store %s: not used: %s", place->shown.name,
	    detail->text);
	return LC_OK;
}

static enum lc_err
place_load(struct load *load, struct lc_detail *detail)
{
	struct lc_place *place = load->place;
	struct lc *lc = load->lc;
	enum lc_err err;
	bool gone;

	if (place->shown.kind == LC_STORE_BUILT_IN)
		return built_in_load(load, detail);
	if ((err = away(lc, place, &gone)) != LC_OK || gone)
		return err;
	err = place->shown.kind == LC_STORE_PRIMARY ?
	    primary_open(lc, place, detail) :
	    lc_db_attach(lc->db, place->path, true, detail);
	if (err != LC_OK) {
		lc_db_detach(lc->db);
		return place_failed(lc, place, err, detail);
	}
	err = lines_load(load);
	if (err == LC_OK && place->shown.kind == LC_STORE_REMOVABLE)
		err = removable_know(lc, place);
	place->shown.present = err == LC_OK;
	lc_db_detach(lc->db);
	return err;
}

enum lc_err
lc_store_load(struct lc *lc, struct lc_model *model, struct lc_place *place,
    struct lc_detail *detail)
{
	struct load load = { .lc = lc, .model = model, .place = place };
	enum lc_err err;

	err = place_load(&load, detail);
	place->seen = exists(place->path);	/* it may have been made */
	if (err == LC_OK &&
	    (err = indexes_give(&load)) == LC_OK &&
	    (err = lc_model_reserve(model, load.n)) == LC_OK) {
		for (size_t i = 0; i < load.n; i++)
			lc_model_add(model, load.entries[i]);
		load.n = 0;
	}
	for (size_t i = 0; i < load.n; i++)
		lc_entry_free(load.entries[i]);
	free(load.entries);
	lc_ids_free(&load.ids);
	return err;
}

/* ---- Media that come and go ------------------------------------------ */

/* Licenses that are in it no more; what they used is recorded. */
static void
unload(struct lc *lc, const struct lc_place *place)
{
	struct lc_model *m = lc->model;

	for (size_t i = m->nlicenses; i > 0; i--) {
		struct lc_entry *e = lc_entry_of(m->licenses[i - 1]);

		if (e->shown.device != place->shown.device ||
		    e->shown.store != place->shown.index)
			continue;
		lc_model_remove(m, e);
		lc_entry_free(e);
	}
}

static enum lc_err
goes(struct lc *lc, struct lc_place *place)
{
	enum lc_err err = lc_meter_flush(lc);

	if (err != LC_OK)
		return err;
	unload(lc, place);
	place->shown.present = false;
	lc_notice(lc, LC_OK, "store %s: away, and its licenses with it",
	    place->shown.name);
	return LC_OK;
}

/* What cannot be read is told once, until the file is another one. */
static enum lc_err
comes(struct lc *lc, struct lc_place *place)
{
	struct lc_detail why = { "" };
	enum lc_err err;

	place->shown.size_left = place->shown.size;
	if ((err = lc_store_load(lc, lc->model, place, &why)) != LC_OK)
		return err;
	lc_model_sort(lc->model);
	if (place->shown.present)
		lc_notice(lc, LC_OK, "store %s: back again",
		    place->shown.name);
	return LC_OK;
}

enum lc_err
lc_store_watch(struct lc *lc, bool *changed)
{
	const struct lc_model *m = lc->model;
	enum lc_err err = LC_OK;

	*changed = false;
	for (size_t i = 0; i < m->nstores && err == LC_OK; i++) {
		struct lc_place *place = lc_place_of(m->stores[i]);
		bool there;

		if (place->shown.kind != LC_STORE_REMOVABLE)
			continue;
		there = exists(place->path);
		if (there == place->seen)
			continue;
		err = there ? comes(lc, place) : goes(lc, place);
		/* What failed is tried again. */
		place->seen = err == LC_OK ? there : !there;
		*changed |= err == LC_OK;
	}
	return err;
}
