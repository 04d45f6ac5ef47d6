/* part.c - see part.h. */
#include "part.h"

#include <stdlib.h>
#include <string.h>

#include "format/file.h"
#include "format/jws.h"
#include "format/line.h"
#include "licenseauthority.h"

struct part {
	const struct lc_file *file;
	const char *udi;
	struct lc_bundle *bundle;
	size_t n;
};

static enum lc_err
agreement_add(struct part *p, const char *wanted)
{
	char digest[LC_EULA_DIGEST_LEN + 1];

	for (size_t i = 0; i < p->file->neulas; i++) {
		const struct lc_file_eula *eula = &p->file->eulas[i];

		if (strcmp(eula->digest, wanted) == 0)
			return lc_bundle_add_eula(
			    p->bundle, eula->text, eula->len, digest, NULL);
	}
	return LC_OK;
}

static bool
is_for(const struct lc_terms *terms, const char *udi)
{
	for (size_t i = 0; i < terms->nudis; i++) {
		if (strcmp(terms->udis[i], udi) == 0)
			return true;
	}
	return false;
}

/* The line if it is the device's. */
static enum lc_err
line_add(struct part *p, const struct lc_file_line *row)
{
	char *text = strndup(row->text, row->len);
	const char *const lines[] = { text };
	struct lc_line *line = NULL;
	enum lc_err err = text != NULL ? LC_OK : LC_ENOMEM;

	if (err == LC_OK) {
		lc_jws_normalize(text, row->len);
		err = lc_line_peek(text, strlen(text), &line, NULL);
	}
	if (err == LC_OK && is_for(&line->terms, p->udi)) {
		p->n++;
		if ((err = agreement_add(p, line->terms.eula)) == LC_OK)
			err = lc_bundle_add_lines(
			    p->bundle, &line->terms, lines, 1, NULL);
	}
	lc_line_free(line);
	free(text);
	return err;
}

char *
part_make(const char *text, const char *udi)
{
	struct part p = { .udi = udi };
	struct lc_file *file = NULL;
	const char *made;
	char *copy = NULL;
	size_t len;
	enum lc_err err = lc_file_parse(text, strlen(text), &file, NULL);

	p.file = file;
	if (err == LC_OK)
		err = lc_bundle_new(&p.bundle);
	for (size_t i = 0; err == LC_OK && i < file->nlines; i++)
		err = line_add(&p, &file->lines[i]);
	if (err == LC_OK && p.n > 0 &&
	    lc_bundle_text(p.bundle, &made, &len, NULL) == LC_OK)
		copy = strndup(made, len);
	lc_bundle_free(p.bundle);
	lc_file_free(file);
	return copy;
}
