/*
 * check.c - is everything on disk as it was written?
 *
 * A check is done in slices, between which licenses may be installed and
 * cleared, stores may come and go, and the configuration may change.  What is
 * new where the check has been already was verified when it came.
 */
#include <stdlib.h>
#include <string.h>

#include "base/disk.h"
#include "base/error.h"
#include "format/file.h"
#include "format/line.h"
#include "missing.h"
#include "state/lines.h"
#include "state/twin.h"
#include "store.h"

/* What a slice reads at most: a few milliseconds. */
#define SLICE_ROWS 1000		/* of a state file */
#define SLICE_LINES 16		/* whose signature is verified */

/* Findings go on; what keeps from looking ends it. */
struct lc_check {
	struct lc *lc;
	int part;		/* in parts; NPARTS: it is over */
	enum lc_err err;
	struct lc_detail first;
	bool any;

	uint64_t pass;		/* through the state files; twin.h */
	int64_t last;		/* row of a line that was verified last */
	/* The first store, in their order, that was not done with. */
	uint32_t device, store;
	bool is_begun;
	struct lc_file *file;	/* of a built-in one */
	size_t line;
};

static enum lc_err
found(struct lc_check *c, enum lc_err err, const char *text)
{
	if (err != LC_EDAMAGED)
		return err;
	if (!c->any)
		(void)lc_fail(&c->first, err, "%s", text);
	c->any = true;
	lc_notice(&c->lc->host, err, "%s", text);
	return LC_OK;
}

/* ---- The state files ------------------------------------------------- */

/* The parts: LC_OK: there is more; LC_ENOTFOUND: that was all. */

/* The first pass that begins from now on, whoever else takes part in it. */
static enum lc_err
files_check(struct lc_check *c)
{
	struct lc_twin *twin = c->lc->state.twin;
	struct lc_detail why = { "" };
	uint64_t next;
	enum lc_err err;
	bool all;

	(void)lc_twin_passes(twin, &next);
	if (c->pass == 0 || c->pass > next)	/* it was opened again */
		c->pass = next;
	err = lc_twin_pass(twin, SLICE_ROWS, &all);
	if (err != LC_OK || lc_twin_passes(twin, &next) < c->pass)
		return err;
	err = found(c, lc_twin_passed(twin, &why), why.text);
	return err == LC_OK ? LC_ENOTFOUND : err;
}

/* ---- Lines ----------------------------------------------------------- */

/*
 * A line that was altered.  That its key does not count (any more) is no damage,
 * but this is where one looks for it, since it is in no list.
 */
static enum lc_err
line_check(struct lc_check *c, const struct lc_place *place, const char *text,
    size_t len, const char *id)
{
	struct lc_detail why = { "" }, finding;
	struct lc_line *line = NULL;
	enum lc_err err;

	err = lc_line_open(text, len, c->lc->model->trust, &line, &why);
	lc_line_free(line);
	if (err == LC_EKEY)
		lc_store_line_unused(c->lc, place, text, len, err, &why);
	if (err != LC_ELINE && err != LC_ESIGNATURE)
		return err == LC_ENOMEM ? err : LC_OK;
	(void)lc_fail(&finding, err, "store %s: license %s: %s",
	    place->public.name, id, *why.text != '\0' ? why.text :
	    lc_strerror(err));
	return found(c, LC_EDAMAGED, finding.text);
}

/* Of primary stores; one that is away has none. */
static enum lc_err
row_check(struct lc_check *c, const struct lc_stored_line *line)
{
	const struct lc_model *m = c->lc->model;

	for (size_t i = 0; i < m->nstores; i++) {
		const struct lc_place *place = lc_place_of(m->stores[i]);

		if (place->public.kind == LC_STORE_PRIMARY &&
		    place->public.index == line->store &&
		    strcmp(place->udi, line->udi) == 0)
			return line_check(c, place, line->text, line->len,
			    line->id);
	}
	return LC_OK;
}

/* place NULL: of all primary stores. */
static enum lc_err
lines_check(struct lc_check *c, const struct lc_place *place)
{
	struct lc_stored_line line;
	struct lc_lines lines;
	enum lc_err err;

	err = lc_lines_begin_at(&lines, &c->lc->state, place, c->last,
	    SLICE_LINES);
	if (err != LC_OK)
		return err;
	while ((err = lc_lines_next(&lines, &line)) == LC_OK &&
	    (err = place == NULL ? row_check(c, &line) : line_check(c, place,
	    line.text, line.len, line.id)) == LC_OK)
		continue;
	lc_lines_end(&lines);
	c->last = lines.last;
	return err == LC_ENOTFOUND && lines.left == 0 ? LC_OK : err;
}

static enum lc_err
rows_check(struct lc_check *c)
{
	return lines_check(c, NULL);
}

/* ---- Stores ---------------------------------------------------------- */

static enum lc_err
file_begin(struct lc_check *c, const struct lc_place *place)
{
	char *data = NULL;
	enum lc_err err;
	size_t len;

	err = lc_disk_read(place->path, LC_FILE_MAX, &data, &len, NULL, NULL);
	if (err == LC_OK)
		err = lc_file_parse(data, len, &c->file, NULL);
	free(data);
	return err == LC_ENOTFOUND ? LC_EIO : err;
}

static enum lc_err
file_check(struct lc_check *c, const struct lc_place *place)
{
	enum lc_err err = LC_OK;

	if (!c->is_begun)
		return file_begin(c, place);
	for (int n = 0; n < SLICE_LINES && err == LC_OK; n++) {
		const struct lc_file_line *line = &c->file->lines[c->line];

		if (c->line++ == c->file->nlines)
			return LC_ENOTFOUND;
		err = line_check(c, place, line->text, line->len,
		    "of the file");
	}
	return err;
}

/* First its pages, then its lines. */
static enum lc_err
removable_check(struct lc_check *c, const struct lc_place *place,
    struct lc_detail *why)
{
	enum lc_err err = lc_store_attach(c->lc, place, !c->is_begun, why);

	if (err == LC_OK && c->is_begun)
		err = lines_check(c, place);
	lc_medium_detach(&c->lc->state);
	return err;
}

/* One that is away is well, and one that was not read was told. */
static const struct lc_place *
place_next(const struct lc_check *c)
{
	const struct lc_model *m = c->lc->model;

	for (size_t i = 0; i < m->nstores; i++) {
		const struct lc_store *s = m->stores[i];

		if (s->kind != LC_STORE_PRIMARY && s->present &&
		    (s->device > c->device || (s->device == c->device &&
		    s->index >= c->store)))
			return lc_place_of(s);
	}
	return NULL;
}

static void
store_seek(struct lc_check *c, uint32_t device, uint32_t store)
{
	if (device == c->device && store == c->store)
		return;
	c->device = device;
	c->store = store;
	c->is_begun = false;
	c->last = 0;
	lc_file_free(c->file);
	c->file = NULL;
	c->line = 0;
}

static enum lc_err
stores_check(struct lc_check *c)
{
	const struct lc_place *place = place_next(c);
	struct lc_detail why = { "" };
	enum lc_err err;

	if (place == NULL)
		return LC_ENOTFOUND;
	store_seek(c, place->public.device, place->public.index);
	err = place->public.kind == LC_STORE_BUILT_IN ? file_check(c, place) :
	    removable_check(c, place, &why);
	c->is_begun = true;
	if (err == LC_OK || err == LC_ENOMEM)
		return err;
	store_seek(c, c->device, c->store + 1);
	if (err == LC_ENOTFOUND)
		return LC_OK;
	if (*why.text == '\0')
		(void)lc_fail(&why, err, "store %s: %s", place->public.name,
		    lc_strerror(err));
	return found(c, LC_EDAMAGED, why.text);
}

/* ---- What the state says --------------------------------------------- */

static void
missing_found(void *arg, const char *text)
{
	(void)found(arg, LC_EDAMAGED, text);
}

static enum lc_err
missing_check(struct lc_check *c)
{
	lc_missing_each(c->lc, missing_found, c);
	return LC_ENOTFOUND;
}

/* Whatever was added since: once found damaged, the history stays so. */
static enum lc_err
damage_check(struct lc_check *c)
{
	struct lc_detail why;
	char *body;
	enum lc_err err = lc_history_damage(&c->lc->state, &body);

	if (err != LC_OK)
		return err == LC_ENOTFOUND ? LC_EIO : err;
	if (body == NULL)
		return LC_ENOTFOUND;
	(void)lc_fail(&why, LC_EDAMAGED, "history: it was found damaged"
	    " before: %s", body);
	free(body);
	err = found(c, LC_EDAMAGED, why.text);
	return err == LC_OK ? LC_ENOTFOUND : err;
}

/* ---- All of it ------------------------------------------------------- */

static enum lc_err (*const parts[])(struct lc_check *) = {
	files_check, rows_check, stores_check, damage_check, missing_check,
};
#define NPARTS ((int)(sizeof parts / sizeof parts[0]))

enum lc_err
lc_check_new(struct lc *lc, struct lc_check **out)
{
	struct lc_check *c = calloc(1, sizeof *c);

	if (c == NULL)
		return LC_ENOMEM;
	c->lc = lc;
	*out = c;
	return LC_OK;
}

void
lc_check_free(struct lc_check *c)
{
	if (c == NULL)
		return;
	lc_file_free(c->file);
	free(c);
}

bool
lc_check_step(struct lc_check *c)
{
	enum lc_err err = c->part < NPARTS ? parts[c->part](c) : LC_OK;

	if (err == LC_ENOTFOUND) {
		c->part++;
	} else if (err != LC_OK) {
		c->err = err;
		c->part = NPARTS;
	}
	return c->part == NPARTS;
}

enum lc_err
lc_check_result(const struct lc_check *c, struct lc_detail *detail)
{
	if (c->err != LC_OK || !c->any)
		return c->err;
	return lc_fail(detail, LC_EDAMAGED, "%s", c->first.text);
}

enum lc_err
lc_check(struct lc *lc, struct lc_detail *detail)
{
	struct lc_check *c;
	enum lc_err err;

	if ((err = lc_check_new(lc, &c)) != LC_OK)
		return err;
	while (!lc_check_step(c))
		continue;
	err = lc_check_result(c, detail);
	lc_check_free(c);
	return err;
}
