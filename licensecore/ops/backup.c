/*
 * backup.c - all licenses that were installed in a device, as a license file.
 *
 * Lines leave as they came; they are read from the stores, and only those
 * whose license counts are taken: what was revoked, or is for another device,
 * does not come back by way of a backup.
 */
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "core.h"
#include "state/db.h"
#include "base/error.h"
#include "eula.h"
#include "format/file.h"
#include "rules/model.h"

struct backup {
	struct lc_file_writer lines;	/* joined by line feeds */
	struct lc_file_writer eulas;
	const char **digests;	/* of the agreements that are in it */
	size_t ndigests;
	size_t n;		/* lines */
};

static enum lc_err
eula_add(struct lc_action *a, struct backup *b, const char *digest)
{
	enum lc_err err;

	for (size_t i = 0; i < b->ndigests; i++) {
		if (strcmp(b->digests[i], digest) == 0)
			return LC_OK;
	}
	err = lc_eula_append(a->lc, digest, &b->eulas);
	if (err == LC_OK)
		b->digests[b->ndigests++] = digest;
	/* Its text came with no file: the license stands without it. */
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static enum lc_err
line_add(struct lc_action *a, struct backup *b, const struct lc_place *place,
    const char *id, const char *line)
{
	const struct lc_entry *e = lc_ids_find(&a->lc->model->ids,
	    place->shown.device, id);

	if (e == NULL || e->shown.store != place->shown.index)
		return LC_OK;
	lc_file_writer_text(&b->lines, "%s%s", b->n > 0 ? "\n" : "", line);
	b->n++;
	return eula_add(a, b, e->shown.terms.eula);
}

static enum lc_err
lines_add(struct lc_action *a, struct backup *b, const struct lc_place *place)
{
	struct lc_rows *rows;
	enum lc_err err;

	err = lc_db_query(a->lc->db, &rows,
	    "SELECT id, line FROM store.line ORDER BY rowid", "");
	if (err != LC_OK)
		return err;
	while ((err = lc_db_next(a->lc->db, rows)) == LC_OK) {
		err = line_add(a, b, place, lc_db_text(rows, 0),
		    lc_db_text(rows, 1));
		if (err != LC_OK)
			break;
	}
	lc_db_stop(rows);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static enum lc_err
place_add(struct lc_action *a, struct backup *b, const struct lc_place *place)
{
	enum lc_err err = lc_db_attach(a->lc->db, place->path, false,
	    &a->detail);

	if (err == LC_OK)
		err = lines_add(a, b, place);
	lc_db_detach(a->lc->db);
	return err;
}

static enum lc_err
places_add(struct lc_action *a, struct backup *b, const struct lc_device *d)
{
	const struct lc_model *m = a->lc->model;
	enum lc_err err = LC_OK;

	b->digests = calloc(m->nlicenses + 1, sizeof *b->digests);
	if (b->digests == NULL)
		return LC_ENOMEM;
	for (size_t i = 0; i < m->nstores && err == LC_OK; i++) {
		const struct lc_place *place = lc_place_of(m->stores[i]);

		if (place->shown.device == d->index && place->shown.present &&
		    place->shown.kind != LC_STORE_BUILT_IN)
			err = place_add(a, b, place);
	}
	return err;
}

static enum lc_err
backup(struct lc_action *a, struct backup *b)
{
	struct lc_file_writer w = { 0 };
	const struct lc_device *d;
	enum lc_err err;

	if ((err = lc_request_check(a->lc, &a->request, &a->detail)) != LC_OK)
		return err;
	d = lc_action_device(a);
	if ((err = places_add(a, b, d)) != LC_OK ||
	    (err = lc_file_writer_end(&b->lines)) == LC_ENOMEM ||
	    (err = lc_file_writer_end(&b->eulas)) == LC_ENOMEM)
		return err;
	lc_file_writer_text(&w, "License file: backup of the %zu licenses that"
	    " were installed in a device.\n\nDevice:    %s\n%s", b->n,
	    d->udi, b->eulas.len > 0 ? b->eulas.text : "");
	if (b->n > 0)	/* all of them, in one block */
		lc_file_writer_lines(&w,
		    (const char *const *)&b->lines.text, 1);
	return lc_action_output_take(a, &w);
}

static bool
step(struct lc_action *a)
{
	struct backup b = { .n = 0 };
	enum lc_err err = backup(a, &b);

	if (err != LC_OK)
		lc_action_fail(a, err);
	lc_file_writer_free(&b.lines);
	lc_file_writer_free(&b.eulas);
	free(b.digests);
	return true;
}

static bool
complete(const struct lc_request *r)
{
	(void)r;
	return true;
}

const struct lc_job lc_job_backup = { complete, step, NULL };
