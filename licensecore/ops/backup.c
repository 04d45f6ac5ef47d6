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
#include "base/error.h"
#include "eula.h"
#include "format/file.h"
#include "state/db.h"
#include "state/lines.h"

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
    const struct lc_stored_line *line)
{
	const struct lc_identity *identity = lc_identity_find(
	    &a->lc->state.book.identities, place->udi, line->id);

	/* Of several copies, the first. */
	if (identity == NULL || identity->first == NULL ||
	    identity->first->public.store != place->public.index)
		return LC_OK;
	lc_file_writer_text(&b->lines, "%s%.*s", b->n > 0 ? "\n" : "",
	    (int)line->len, line->text);
	b->n++;
	return eula_add(a, b, identity->first->public.terms.eula);
}

static enum lc_err
lines_add(struct lc_action *a, struct backup *b, const struct lc_place *place)
{
	struct lc_stored_line line;
	struct lc_lines lines;
	enum lc_err err;

	if ((err = lc_lines_begin(&lines, &a->lc->state, place)) != LC_OK)
		return err;
	while ((err = lc_lines_next(&lines, &line)) == LC_OK) {
		if ((err = line_add(a, b, place, &line)) != LC_OK)
			break;
	}
	lc_lines_end(&lines);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static enum lc_err
place_add(struct lc_action *a, struct backup *b, const struct lc_place *place)
{
	enum lc_err err = lc_medium_attach(&a->lc->state, place, false,
	    &a->detail);

	if (err == LC_OK)
		err = lines_add(a, b, place);
	lc_medium_detach(&a->lc->state);
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

		if (place->public.device == d->index && place->public.present &&
		    place->public.kind != LC_STORE_BUILT_IN)
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
	if ((err = places_add(a, b, d)) != LC_OK)
		return err;
	/* What cannot be installed again as a whole is no backup. */
	if (b->n > LC_FILE_LINES_MAX)
		return lc_fail(&a->detail, LC_EFILE, "device %u has %zu"
		    " licenses, and a license file has at most %d", d->index,
		    b->n, LC_FILE_LINES_MAX);
	if ((err = lc_file_writer_end(&b->lines)) == LC_ENOMEM ||
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

const struct lc_job lc_job_backup = { complete, step, NULL, NULL };
