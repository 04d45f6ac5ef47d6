/* store.c - license stores: their lines, and the way of these into the model. */
#include "store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/disk.h"
#include "base/error.h"
#include "format/file.h"
#include "format/jws.h"
#include "format/line.h"
#include "format/type.h"
#include "recall.h"
#include "state/acceptance.h"
#include "state/change.h"
#include "state/licenses.h"
#include "state/lines.h"
#include "state/usage.h"

enum lc_err
lc_store_not_revoked(struct lc_state *st, const char *udi, const char *id,
    struct lc_detail *detail)
{
	return !lc_license_is_revoked(st, udi, id) ? LC_OK :
	    lc_fail(detail, LC_EREVOKED, "license %s was revoked: %s gave it"
	    " up for good", id, udi);
}

/* ---- Loading lines --------------------------------------------------- */

/* Licenses on their way into the model. */
struct load {
	struct lc *lc;
	struct lc_model *model;
	struct lc_place *place;
	struct loaded {
		struct lc_entry *entry;
		uint8_t digest[LC_LINE_DIGEST_LEN];
		bool is_new;	/* to the state: this line, or at all */
	} *list;
	size_t n, room;
};

/* What verified before is not verified again, if its key still counts. */
static enum lc_err
line_open(const struct load *load, const char *text, size_t len,
    struct loaded *l, struct lc_line **line, struct lc_detail *why)
{
	const struct lc_trust *trust = load->model->trust;
	enum lc_err err;

	if ((err = lc_line_digest(text, len, l->digest)) != LC_OK ||
	    (err = lc_line_open_again(text, len, trust, line, why)) != LC_OK)
		return err;
	l->is_new = !lc_license_is_verified(&load->lc->state,
	    load->place->udi, (*line)->terms.id, l->digest);
	if (!l->is_new)
		return LC_OK;
	lc_line_free(*line);
	*line = NULL;
	return lc_line_open(text, len, trust, line, why);
}

static enum lc_err
line_judge(const struct load *load, const char *text, size_t len,
    struct loaded *l, struct lc_line **line, struct lc_detail *why)
{
	enum lc_err err;

	if ((err = line_open(load, text, len, l, line, why)) != LC_OK)
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

	err = lc_entry_new(&load->lc->texts, line, &e);
	lc_line_free(line);
	if (err != LC_OK)
		return err;
	e->public.device = place->public.device;
	e->public.store = place->public.index;
	e->public.installed = installed;
	e->bytes = (uint32_t)len;
	if ((err = lc_recall(load->lc, place, e)) != LC_OK) {
		lc_entry_free(e);
		return err;
	}
	lc_entry_share_id(e);	/* nothing comes between this and the model */
	*out = e;
	return LC_OK;
}

static enum lc_err
load_push(struct load *load, const struct loaded *l)
{
	if (load->n == load->room) {
		size_t room = load->room > 0 ? load->room * 2 : 16;
		struct loaded *more = reallocarray(load->list, room,
		    sizeof *more);

		if (more == NULL)
			return LC_ENOMEM;
		load->list = more;
		load->room = room;
	}
	l->entry->identity->taken = true;
	load->list[load->n] = *l;
	load->list[load->n++].is_new |= l->entry->public.index == 0;
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
	const char *id = line->terms.id, *udi = load->place->udi;
	const struct lc_identity *known =
	    lc_identity_find(&load->lc->state.book.identities, udi, id);
	enum lc_err err;

	err = lc_store_not_revoked(&load->lc->state, udi, id, why);
	if (err == LC_OK && known != NULL && known->taken)
		err = lc_fail(why, LC_EEXISTS, "license %s is there twice",
		    id);
	if (err != LC_OK)
		lc_line_free(line);
	return err;
}

/*
 * A line that is refused is there all the same, unless it is not the one that
 * was verified.  id is the store's word for whose it is, or NULL.
 */
static enum lc_err
line_refused(const struct load *load, const char *id,
    const struct lc_file_line *line, const struct loaded *l, enum lc_err err)
{
	uint32_t store = load->place->public.index;
	bool damaged = err == LC_ELINE || err == LC_ESIGNATURE;
	struct lc_line *peeked = NULL;
	const struct lc_known *k;
	struct lc_copy *copy;

	if (id == NULL && lc_line_peek(line->text, line->len, &peeked,
	    NULL) == LC_ENOMEM)
		return LC_ENOMEM;
	if (id == NULL && peeked != NULL)
		id = peeked->terms.id;
	k = id != NULL ? lc_book_known(&load->lc->state.book,
	    load->place->udi, id) : NULL;
	lc_line_free(peeked);
	if (k != NULL && k->facts.verified)
		damaged |= memcmp(k->facts.digest, l->digest,
		    sizeof l->digest) != 0;
	load->place->spoiled |= damaged;
	if (!damaged && (copy = lc_known_copy(k, store)) != NULL)
		copy->found = true;
	return LC_OK;
}

void
lc_store_line_unused(const struct lc *lc, const struct lc_place *place,
    const char *text, size_t len, enum lc_err err,
    const struct lc_detail *why)
{
	const char *says = *why->text != '\0' ? why->text : lc_strerror(err);
	struct lc_line *line;

	if (lc_line_peek(text, len, &line, NULL) != LC_OK) {
		lc_notice(&lc->host, err, "store %s: a license in it is not"
		    " used: %s", place->public.name, says);
		return;
	}
	lc_notice(&lc->host, err, "store %s: license %s for %s is not used:"
	    " %s", place->public.name, line->terms.id, line->terms.feature,
	    says);
	lc_line_free(line);
}

/*
 * A line that does not verify is told and passed over: only others fail.  id
 * is the store's word for whose it is, or NULL.
 */
static enum lc_err
line_load(struct load *load, const char *id, const char *text, size_t len,
    int64_t installed)
{
	struct loaded l = { .entry = NULL };
	struct lc_detail why = { "" };
	struct lc_line *line = NULL;
	enum lc_err err;

	if ((err = lc_host_asks(&load->lc->host)) != LC_OK)
		return err;
	load->place->public.size_left -= len < load->place->public.size_left ?
	    (uint32_t)len : load->place->public.size_left;
	err = line_judge(load, text, len, &l, &line, &why);
	if (err == LC_ENOMEM)
		return err;
	if (err == LC_OK)
		err = line_again(load, line, &why);
	if (err != LC_OK) {
		if (!load->place->tried)
			lc_store_line_unused(load->lc, load->place, text, len,
			    err, &why);
		return line_refused(load, id, &(struct lc_file_line){
			.text = text, .len = len }, &l, err);
	}
	err = entry_make(load, line, len, installed, &l.entry);
	if (err != LC_OK)
		return err;
	if ((err = load_push(load, &l)) != LC_OK)
		lc_entry_free(l.entry);
	return err;
}

/* What the state does not know yet: an index, that the line was verified. */
static enum lc_err
found_write(struct load *load)
{
	struct lc_state *st = &load->lc->state;
	bool any = false;
	enum lc_err err;

	for (size_t i = 0; i < load->n; i++)
		any |= load->list[i].is_new;
	if (!any)
		return LC_OK;
	err = lc_change_begin(st);
	for (size_t i = 0; i < load->n && err == LC_OK; i++) {
		const struct loaded *l = &load->list[i];

		if (l->is_new && (err = lc_host_asks(st->host)) == LC_OK)
			err = lc_license_found(st, load->place, l->entry,
			    l->digest);
	}
	return lc_change_end(st, err);
}

/* ---- Built-in stores ------------------------------------------------- */

static enum lc_err
agreements_keep(struct lc_state *st, const struct lc_file *file)
{
	bool known = true;
	enum lc_err err;

	for (size_t i = 0; i < file->neulas; i++)
		known &= lc_agreement_is_known(st, file->eulas[i].digest);
	if (known)
		return LC_OK;
	err = lc_change_begin(st);
	for (size_t i = 0; i < file->neulas && err == LC_OK; i++)
		err = lc_agreement_add(st, &file->eulas[i]);
	return lc_change_end(st, err);
}

static enum lc_err
built_in_lines(struct load *load, const struct lc_file *file)
{
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < file->nlines && err == LC_OK; i++)
		err = line_load(load, NULL, file->lines[i].text,
		    file->lines[i].len, LC_NO_TIME);
	return err == LC_OK ? agreements_keep(&load->lc->state, file) : err;
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
	place->public.size = (uint32_t)len;
	if ((err = lc_file_parse(data, len, &file, &why)) != LC_OK)
		(void)lc_fail(detail, err, "%s: %s", place->path,
		    *why.text != '\0' ? why.text : lc_strerror(err));
	else
		err = built_in_lines(load, file);
	place->public.size_left = 0;
	place->public.present = err == LC_OK;
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

/*
 * Its file is missing: a removable store is away if it was there before.  The
 * place where a medium is mounted is a folder without one, too.
 */
static enum lc_err
away(struct lc *lc, const struct lc_place *place, bool *gone)
{
	*gone = false;
	if (place->public.kind != LC_STORE_REMOVABLE || exists(place->path))
		return LC_OK;
	*gone = !folder_exists(place->path);
	return *gone ? LC_OK : lc_medium_is_known(&lc->state, place, gone);
}

enum lc_err
lc_store_attach(struct lc *lc, const struct lc_place *place, bool check,
    struct lc_detail *detail)
{
	return exists(place->path) ? lc_medium_attach(&lc->state, place,
	    check, detail) : lc_fail(detail, LC_EDAMAGED, "%s: is gone",
	    place->path);
}

static enum lc_err
lines_load(struct load *load)
{
	struct lc_stored_line line;
	struct lc_lines lines;
	enum lc_err err;

	err = lc_lines_begin(&lines, &load->lc->state, load->place);
	if (err != LC_OK)
		return err;
	while ((err = lc_lines_next(&lines, &line)) == LC_OK) {
		err = line_load(load, line.id, line.text, line.len,
		    line.installed);
		if (err != LC_OK)
			break;
	}
	lc_lines_end(&lines);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

/* From now on its file may be missing. */
static enum lc_err
removable_know(struct lc_state *st, const struct lc_place *place)
{
	bool known = false;
	enum lc_err err = lc_medium_is_known(st, place, &known);

	if (err != LC_OK || known)
		return err;
	if ((err = lc_change_begin(st)) == LC_OK)
		err = lc_medium_know(st, place);
	return lc_change_end(st, err);
}

/* A store that cannot be read counts as away: the rest goes on. */
static enum lc_err
place_failed(struct lc *lc, struct lc_place *place, enum lc_err err,
    const struct lc_detail *detail)
{
	if (lc_err_is_final(err))
		return err;
	place->public.present = false;
	place->spoiled = true;
	lc_notice(&lc->host, err, "store %s: not used: %s", place->public.name,
	    *detail->text != '\0' ? detail->text : lc_strerror(err));
	return LC_OK;
}

static enum lc_err
removable_load(struct load *load, struct lc_detail *detail)
{
	struct lc_state *st = &load->lc->state;
	struct lc_place *place = load->place;
	enum lc_err err;
	bool gone;

	if ((err = away(load->lc, place, &gone)) != LC_OK || gone)
		return err;
	err = lc_medium_attach(st, place, true, detail);
	if (err == LC_OK)
		err = lines_load(load);
	place->public.present = err == LC_OK;
	lc_medium_detach(st);
	return err;
}

static enum lc_err
place_load(struct load *load, struct lc_detail *detail)
{
	switch (load->place->public.kind) {
	case LC_STORE_BUILT_IN:
		return built_in_load(load, detail);
	case LC_STORE_REMOVABLE:
		return removable_load(load, detail);
	case LC_STORE_PRIMARY:
		break;
	}
	load->place->public.present = true;
	return lines_load(load);
}

static void
loaded_free(struct load *load)
{
	for (size_t i = 0; i < load->n; i++)
		lc_entry_free(load->list[i].entry);
	free(load->list);
}

/* Nothing of it was found yet. */
static void
found_reset(struct lc *lc, struct lc_place *place)
{
	const struct lc_book *b = &lc->state.book;

	place->spoiled = false;
	for (size_t i = 0; i < b->nknown; i++) {
		struct lc_copy *copy = lc_known_copy(b->known[i],
		    place->public.index);

		if (copy != NULL &&
		    strcmp(lc_known_identity(copy->known)->udi, place->udi) == 0)
			copy->found = false;
	}
}

static void
entry_found(struct lc *lc, const struct lc_place *place,
    const struct lc_entry *e)
{
	struct lc_copy *copy = lc_known_copy(lc_book_known(&lc->state.book,
	    place->udi, e->public.terms.id), place->public.index);

	if (copy != NULL)
		copy->found = true;
}

enum lc_err
lc_store_load(struct lc *lc, struct lc_model *model, struct lc_place *place)
{
	struct load load = { .lc = lc, .model = model, .place = place };
	struct lc_detail why = { "" };
	enum lc_err err;

	lc_identities_untake(&lc->state.book.identities);
	found_reset(lc, place);
	err = place_load(&load, &why);
	place->seen = exists(place->path);	/* it may have been made */
	if (err != LC_OK) {
		loaded_free(&load);
		return place_failed(lc, place, err, &why);
	}
	err = found_write(&load);
	if (err == LC_OK && place->public.present &&
	    place->public.kind == LC_STORE_REMOVABLE)
		err = removable_know(&lc->state, place);
	place->tried = err != LC_OK;
	if (err == LC_OK &&
	    (err = lc_model_reserve(model, load.n)) == LC_OK) {
		for (size_t i = 0; i < load.n; i++) {
			entry_found(lc, place, load.list[i].entry);
			lc_model_add(model, load.list[i].entry);
		}
		load.n = 0;
	}
	place->public.present &= err == LC_OK;
	loaded_free(&load);
	return err;
}

/* ---- Media that come and go ------------------------------------------ */

/* Copies that are in it no more; their identities stay. */
static void
unload(struct lc *lc, const struct lc_place *place)
{
	struct lc_model *m = lc->model;

	for (size_t i = m->nlicenses; i > 0; i--) {
		struct lc_entry *e = lc_entry_of(m->licenses[i - 1]);

		if (e->public.device != place->public.device ||
		    e->public.store != place->public.index)
			continue;
		lc_model_remove(m, e);
		lc_entry_free(e);
	}
}

static void
store_removed(struct lc *lc, struct lc_place *place)
{
	unload(lc, place);
	place->public.present = false;
	lc_notice(&lc->host, LC_OK, "store %s: away, and its licenses with it",
	    place->public.name);
}

/* What cannot be read is told once, until the file is another one. */
static enum lc_err
store_inserted(struct lc *lc, struct lc_place *place)
{
	enum lc_err err;

	place->public.size_left = place->public.size;
	if ((err = lc_store_load(lc, lc->model, place)) != LC_OK)
		return err;
	lc_model_sort(lc->model);
	if (place->public.present)
		lc_notice(&lc->host, LC_OK, "store %s: back again",
		    place->public.name);
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

		if (place->public.kind != LC_STORE_REMOVABLE)
			continue;
		there = exists(place->path);
		if (there == place->seen)
			continue;
		if (there)
			err = store_inserted(lc, place);
		else
			store_removed(lc, place);
		/* What failed is tried again. */
		place->seen = err == LC_OK ? there : !there;
		*changed |= err == LC_OK;
	}
	return err;
}
