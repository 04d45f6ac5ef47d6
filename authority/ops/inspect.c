/* inspect.c - inspecting files: licenseauthority.h. */
#include "inspect.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "format/file.h"
#include "format/key.h"
#include "format/keydir.h"
#include "format/line.h"
#include "format/statement.h"
#include "format/trustlist.h"

struct lc_inspection {
	struct lc_inspected_statement statement;
	struct lc_statement *says; /* what statement shows */
	bool has_statement;
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
		(void)lc_file_line_fail(text, err, &found->detail);
	}
	if (err == LC_OK)
		err = lc_terms_check(found->terms, &found->detail);
	return err;
}

static void
inspect_line(struct lc_inspection *inspection, const struct lc_file *file,
    const struct lc_file_line *text, size_t i)
{
	struct lc_inspected *found = &inspection->found[i];
	struct lc_line **line = &inspection->lines[i];
	const struct lc_key *key;

	found->row = text->number;
	found->kid = found->key_name = "";
	found->err = lc_line_peek(text->text, text->len, line, &found->detail);
	if (found->err != LC_OK) {
		(void)lc_file_line_fail(text, found->err, &found->detail);
		return;
	}
	found->terms = &(*line)->terms;
	found->kid = (*line)->kid;
	found->has_eula_text =
	    lc_file_find_eula(file, found->terms->eula) != NULL;
	found->err = judge(inspection, text, found);
	if (found->verified &&
	    (key = lc_trust_find(inspection->trust, found->kid)) != NULL)
		found->key_name = key->name;
}

/* Line i of the file, or of the ticket that is in it. */
static struct lc_file_line
line_text(const struct lc_inspection *inspection, const struct lc_file *file,
    size_t i)
{
	const char *text;

	if (!inspection->has_statement)
		return file->lines[i];
	text = inspection->says->lines[i];
	return (struct lc_file_line){ .text = text, .len = strlen(text) };
}

static enum lc_err
inspect_all(struct lc_inspection *inspection, const struct lc_file *file)
{
	size_t n = file->nlines;

	if (inspection->has_statement)
		n = inspection->says == NULL ? 0 : inspection->says->nlines;
	/* One more, since nothing at all may be NULL. */
	inspection->found = calloc(n + 1, sizeof *inspection->found);
	inspection->lines = calloc(n + 1, sizeof *inspection->lines);
	if (inspection->found == NULL || inspection->lines == NULL)
		return LC_ENOMEM;
	inspection->n = n;
	for (size_t i = 0; i < n; i++) {
		struct lc_file_line text = line_text(inspection, file, i);

		inspect_line(inspection, file, &text, i);
		if (inspection->found[i].err == LC_ENOMEM)
			return LC_ENOMEM;
	}
	return LC_OK;
}

/* What an issuer signed is verified with a key that is trusted. */
static bool
is_device_statement(enum lc_statement_kind kind)
{
	return kind == LC_REHOST_TICKET || kind == LC_CREDENTIALS;
}

/* What a device states is verified in any case: the key is in it. */
static enum lc_err
verify_statement(struct lc_inspection *inspection, const char *text)
{
	struct lc_inspected_statement *found = &inspection->statement;
	struct lc_statement *opened = NULL;
	struct lc_trust *keys = NULL;
	const struct lc_key *key;

	if (found->kind == LC_TRUST_LIST &&
	    (found->err = lc_trust_list_keys(
		 found->says, &keys, &found->detail)) == LC_ENOMEM)
		return LC_ENOMEM;
	lc_trust_free(keys);
	if (found->err != LC_OK || (!is_device_statement(found->kind) &&
				       inspection->trust == NULL))
		return LC_OK;
	found->err = lc_statement_open(
	    found->kind, text, inspection->trust, &opened, &found->detail);
	found->verified = found->err == LC_OK;
	lc_statement_free(opened);
	if (found->verified && !is_device_statement(found->kind) &&
	    (key = lc_trust_find(inspection->trust, found->says->kid)) != NULL)
		found->key_name = key->name;
	return found->err == LC_ENOMEM ? LC_ENOMEM : LC_OK;
}

static enum lc_err
inspect_statement(struct lc_inspection *inspection, const struct lc_file *file,
    enum lc_statement_kind kind)
{
	struct lc_inspected_statement *found = &inspection->statement;
	char *text = NULL;
	enum lc_err err;

	inspection->has_statement = true;
	found->kind = kind;
	found->key_name = "";
	found->err = lc_file_statement(file, kind, &text, &found->detail);
	if (found->err == LC_OK)
		found->err = lc_statement_peek(
		    kind, text, &inspection->says, &found->detail);
	found->says = inspection->says;
	err = found->err == LC_ENOMEM ? LC_ENOMEM : LC_OK;
	if (found->err == LC_OK)
		err = verify_statement(inspection, text);
	free(text);
	return err;
}

/* A file is what stands in it first: a statement before license lines. */
static enum lc_err
inspect_file(struct lc_inspection *inspection, const struct lc_file *file,
    struct lc_detail *detail)
{
	enum lc_err err = LC_OK;

	for (int kind = 0; kind < LC_NSTATEMENTS && err == LC_OK &&
			   !inspection->has_statement;
	     kind++) {
		if (file->statements[kind].rows != NULL)
			err = inspect_statement(
			    inspection, file, (enum lc_statement_kind)kind);
	}
	if (err == LC_OK && !inspection->has_statement && file->nlines == 0 &&
	    file->neulas == 0)
		return lc_file_lacks(
		    file, "license line, ticket, credentials or trust list", detail);
	return err == LC_OK ? inspect_all(inspection, file) : err;
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

/* An authority remembers no list: whichever is there counts. */
enum lc_err
lc_inspect_keys(
    const char *dir, struct lc_trust **out, struct lc_detail *detail)
{
	const struct lc_trust_taken none = { .version = 0 };
	const char *why;
	enum lc_err err = lc_keydir_load(dir, true, out, detail);

	return err == LC_OK ? lc_trust_settle(*out, &none, &why) : err;
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
	if ((key_dir != NULL && (err = lc_inspect_keys(key_dir,
				     &inspection->trust,
				     detail)) != LC_OK) ||
	    (err = lc_file_scan(data, len, &file, detail)) != LC_OK ||
	    (err = inspect_file(inspection, file, detail)) != LC_OK ||
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
	lc_statement_free(inspection->says);
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

const struct lc_inspected_statement *
lc_inspection_statement(const struct lc_inspection *inspection)
{
	return inspection->has_statement ? &inspection->statement : NULL;
}

const char *const *
lc_inspection_eulas(const struct lc_inspection *inspection, size_t *n)
{
	*n = inspection->neulas;
	return inspection->eulas;
}

const char *const *
lc_inspection_keys_skipped(const struct lc_inspection *inspection, size_t *n)
{
	*n = 0;
	return inspection->trust == NULL
		   ? NULL
		   : lc_trust_skipped(inspection->trust, n);
}
