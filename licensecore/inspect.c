/* inspect.c - looking into a license file: licenseissue.h. */
#include "licenseissue.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "file.h"
#include "key.h"
#include "line.h"
#include "trust.h"

struct lc_inspection {
	struct lc_inspected *found;
	struct lc_line **lines; /* what found[i] shows; NULL: unreadable */
	size_t n;
	struct lc_trust *trust; /* NULL: signatures are not looked at */
	char (*digests)[LC_EULA_DIGEST_LEN + 1];
	const char **eulas; /* to each of the digests */
	size_t neulas;
};

/* With keys: what a device would say.  Without: as far as that goes. */
static enum lc_err
judge(const struct lc_inspection *inspection, const struct lc_file_line *text,
    struct lc_inspected *found)
{
	struct lc_line *line = NULL;
	enum lc_err err = LC_OK;

	if (inspection->trust != NULL) {
		err = lc_line_open(text->text, text->len, inspection->trust,
		    &line, &found->detail);
		found->verified = err == LC_OK;
		lc_line_free(line);
	}
	if (err == LC_OK)
		err = lc_terms_check(found->terms, &found->detail);
	return err;
}

static void
inspect_line(
    struct lc_inspection *inspection, const struct lc_file *file, size_t i)
{
	struct lc_inspected *found = &inspection->found[i];
	const struct lc_file_line *text = &file->lines[i];
	struct lc_line **line = &inspection->lines[i];
	const struct lc_key *key;

	found->row = text->number;
	found->kid = found->key_name = "";
	found->err = lc_line_peek(text->text, text->len, line, &found->detail);
	if (found->err != LC_OK)
		return;
	found->terms = &(*line)->terms;
	found->kid = (*line)->kid;
	found->has_eula_text =
	    lc_file_find_eula(file, found->terms->eula) != NULL;
	found->err = judge(inspection, text, found);
	if (found->verified &&
	    (key = lc_trust_find(inspection->trust, found->kid)) != NULL)
		found->key_name = key->name;
}

static enum lc_err
inspect_all(struct lc_inspection *inspection, const struct lc_file *file)
{
	size_t n = file->nlines;

	inspection->found = calloc(n, sizeof *inspection->found);
	inspection->lines = calloc(n, sizeof *inspection->lines);
	if (inspection->found == NULL || inspection->lines == NULL)
		return LC_ENOMEM;
	inspection->n = n;
	for (size_t i = 0; i < n; i++) {
		inspect_line(inspection, file, i);
		if (inspection->found[i].err == LC_ENOMEM)
			return LC_ENOMEM;
	}
	return LC_OK;
}

static enum lc_err
take_eulas(struct lc_inspection *inspection, const struct lc_file *file)
{
	size_t n = file->neulas;

	/* One more, since nothing at all may be NULL. */
	inspection->digests = calloc(n + 1, sizeof *inspection->digests);
	inspection->eulas = calloc(n + 1, sizeof *inspection->eulas);
	if (inspection->digests == NULL || inspection->eulas == NULL)
		return LC_ENOMEM;
	inspection->neulas = n;
	for (size_t i = 0; i < n; i++) {
		memcpy(inspection->digests[i], file->eulas[i].digest,
		    sizeof inspection->digests[i]);
		inspection->eulas[i] = inspection->digests[i];
	}
	return LC_OK;
}

enum lc_err
lc_inspect(const void *data, size_t len, const char *key_dir,
    struct lc_inspection **out, struct lc_detail *detail)
{
	struct lc_inspection *inspection = calloc(1, sizeof *inspection);
	struct lc_file *file = NULL;
	enum lc_err err = LC_ENOMEM;

	if (inspection == NULL)
		return err;
	if ((key_dir != NULL && (err = lc_trust_load(key_dir, true,
				     &inspection->trust, detail)) != LC_OK) ||
	    (err = lc_file_parse(data, len, &file, detail)) != LC_OK ||
	    (err = inspect_all(inspection, file)) != LC_OK ||
	    (err = take_eulas(inspection, file)) != LC_OK)
		goto out;
	*out = inspection;
	inspection = NULL; /* the caller's now */
out:
	lc_file_free(file);
	lc_inspection_free(inspection);
	return err;
}

void
lc_inspection_free(struct lc_inspection *inspection)
{
	if (inspection == NULL)
		return;
	for (size_t i = 0; i < inspection->n; i++)
		lc_line_free(inspection->lines[i]);
	free(inspection->found);
	free(inspection->lines);
	free(inspection->digests);
	free(inspection->eulas);
	lc_trust_free(inspection->trust);
	free(inspection);
}

const struct lc_inspected *
lc_inspection_lines(const struct lc_inspection *inspection, size_t *n)
{
	*n = inspection->n;
	return inspection->found;
}

const char *const *
lc_inspection_eulas(const struct lc_inspection *inspection, size_t *n)
{
	*n = inspection->neulas;
	return inspection->eulas;
}
