/* check.c - is everything on disk as it was written? */
#include <stdlib.h>

#include "base/disk.h"
#include "base/error.h"
#include "format/file.h"
#include "format/line.h"
#include "missing.h"
#include "state/lines.h"
#include "state/twin.h"
#include "store.h"

/* Findings go on; what keeps from looking ends it. */
struct findings {
	struct lc *lc;
	struct lc_detail *first;
	bool any;
};

static enum lc_err
found(struct findings *f, enum lc_err err, const char *text)
{
	if (err != LC_EDAMAGED)
		return err;
	if (!f->any)
		(void)lc_fail(f->first, err, "%s", text);
	f->any = true;
	lc_notice(&f->lc->host, err, "%s", text);
	return LC_OK;
}

static enum lc_err
check_files(struct findings *f)
{
	const struct lc_model *m = f->lc->model;
	struct lc_detail why = { "" };
	enum lc_err err;

	err = lc_twin_check(f->lc->state.twin, &why);
	if (err == LC_EDAMAGED)		/* the next tick makes it again */
		f->lc->due.compare_ms = 0;
	err = found(f, err, why.text);
	for (size_t i = 0; i < m->nstores && err == LC_OK; i++)
		err = found(f, lc_store_check(f->lc,
		    lc_place_of(m->stores[i]), &why), why.text);
	return err;
}

static void
missing_found(void *arg, const char *text)
{
	(void)found(arg, LC_EDAMAGED, text);
}

/* ---- Lines ----------------------------------------------------------- */

/*
 * A line that was altered.  That its key does not count (any more) is no damage,
 * but this is where one looks for it, since it is in no list.
 */
static enum lc_err
line_check(struct findings *f, const struct lc_place *place, const char *text,
    size_t len, const char *id)
{
	struct lc_detail why = { "" }, finding;
	struct lc_line *line = NULL;
	enum lc_err err;

	err = lc_line_open(text, len, f->lc->model->trust, &line, &why);
	lc_line_free(line);
	if (err == LC_EKEY)
		lc_store_line_unused(f->lc, place, text, len, err, &why);
	if (err != LC_ELINE && err != LC_ESIGNATURE)
		return err == LC_ENOMEM ? err : LC_OK;
	(void)lc_fail(&finding, err, "store %s: license %s: %s",
	    place->public.name, id, *why.text != '\0' ? why.text :
	    lc_strerror(err));
	return found(f, LC_EDAMAGED, finding.text);
}

static enum lc_err
rows_check(struct findings *f, const struct lc_place *place)
{
	struct lc_stored_line line;
	struct lc_lines lines;
	enum lc_err err;

	err = lc_lines_begin(&lines, &f->lc->state, place);
	if (err != LC_OK)
		return err;
	while ((err = lc_lines_next(&lines, &line)) == LC_OK &&
	    (err = line_check(f, place, line.text, line.len,
	    line.id)) == LC_OK)
		continue;
	lc_lines_end(&lines);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static enum lc_err
built_in_check(struct findings *f, const struct lc_place *place)
{
	struct lc_file *file = NULL;
	char *data = NULL;
	enum lc_err err;
	size_t len;

	err = lc_disk_read(place->path, LC_FILE_MAX, &data, &len, NULL, NULL);
	if (err == LC_OK)
		err = lc_file_parse(data, len, &file, NULL);
	for (size_t i = 0; err == LC_OK && i < file->nlines; i++)
		err = line_check(f, place, file->lines[i].text,
		    file->lines[i].len, "of the file");
	lc_file_free(file);
	free(data);
	return err;
}

/* One that is away is well, and one that was not read was told. */
static enum lc_err
lines_check(struct findings *f, const struct lc_place *place)
{
	struct lc_detail why = { "" };
	enum lc_err err;

	if (!place->public.present)
		return LC_OK;
	if (place->public.kind == LC_STORE_BUILT_IN) {
		err = built_in_check(f, place);
	} else {
		err = lc_medium_attach(&f->lc->state, place, false, &why);
		if (err == LC_OK)
			err = rows_check(f, place);
		lc_medium_detach(&f->lc->state);
	}
	if (err == LC_OK || err == LC_ENOMEM)
		return err;
	if (*why.text == '\0')
		(void)lc_fail(&why, err, "store %s: %s", place->public.name,
		    lc_strerror(err));
	return found(f, LC_EDAMAGED, why.text);
}

static enum lc_err
check_lines(struct findings *f)
{
	const struct lc_model *m = f->lc->model;
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < m->nstores && err == LC_OK; i++)
		err = lines_check(f, lc_place_of(m->stores[i]));
	return err;
}

/* ---- All of it ------------------------------------------------------- */

/* Whatever was added since: once found damaged, the history stays so. */
static enum lc_err
check_findings(struct findings *f)
{
	struct lc_detail why;
	char *body;
	enum lc_err err = lc_history_damage(&f->lc->state, &body);

	if (err != LC_OK || body == NULL)
		return err;
	(void)lc_fail(&why, LC_EDAMAGED, "history: it was found damaged"
	    " before: %s", body);
	free(body);
	return found(f, LC_EDAMAGED, why.text);
}

enum lc_err
lc_check(struct lc *lc, struct lc_detail *detail)
{
	struct findings f = { .lc = lc, .first = detail };
	enum lc_err err;

	if ((err = check_files(&f)) != LC_OK ||
	    (err = check_lines(&f)) != LC_OK ||
	    (err = check_findings(&f)) != LC_OK)
		return err;
	lc_missing_each(lc, missing_found, &f);
	return f.any ? LC_EDAMAGED : LC_OK;
}
