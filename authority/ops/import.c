/* import.c - see import.h. */
#include "import.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "format/file.h"
#include "format/jws.h"
#include "format/line.h"
#include "format/trust.h"
#include "inspect.h"
#include "record/authority.h"
#include "record/license.h"

struct import {
	struct lc_record *record;
	struct lc_trust *trust;
	struct lc_file *file;
	struct lc_imported result;
};

/* known: it is the one that the database has. */
static enum lc_err
known_judge(struct lc_record *record, const struct lc_terms *terms,
    const char *text, bool *known)
{
	char *kept = NULL;
	enum lc_err err = lc_issued_text(record, terms->id, &kept);

	*known = false;
	if (err != LC_OK)
		return err == LC_ENOTFOUND ? LC_OK : err;
	*known = strcmp(kept, text) == 0;
	free(kept);
	if (*known)
		return LC_OK;
	return lc_fail(record->detail, LC_EEXISTS,
	    "license %s is in the database already, and is another one",
	    terms->id);
}

static enum lc_err
line_put(struct import *i, const struct lc_terms *terms, const char *text)
{
	static const struct lc_origin origin = { .source = "foreign" };
	bool known;
	enum lc_err err = known_judge(i->record, terms, text, &known);

	if (err != LC_OK)
		return err;
	*(known ? &i->result.known : &i->result.taken) += 1;
	return known ? LC_OK : lc_issued_put(i->record, terms, text, &origin);
}

static enum lc_err
line_take(struct import *i, const struct lc_file_line *found)
{
	struct lc_detail *detail = i->record->detail;
	struct lc_line *line = NULL;
	char *text = NULL;
	enum lc_err err =
	    lc_line_open(found->text, found->len, i->trust, &line, detail);

	if (err == LC_OK)
		err = lc_terms_check(&line->terms, detail);
	if (err != LC_OK) {
		lc_line_free(line);
		return lc_file_line_fail(found, err, detail);
	}
	if ((text = strndup(found->text, found->len)) == NULL) {
		lc_line_free(line);
		return LC_ENOMEM;
	}
	lc_jws_normalize(text, found->len);
	err = line_put(i, &line->terms, text);
	lc_line_free(line);
	free(text);
	return err;
}

static enum lc_err
all_take(struct import *i)
{
	enum lc_err err = LC_OK;

	for (size_t n = 0; n < i->file->neulas && err == LC_OK; n++)
		err = lc_agreement_put(i->record, i->file->eulas[n].text,
		    i->file->eulas[n].len);
	for (size_t n = 0; n < i->file->nlines && err == LC_OK; n++)
		err = line_take(i, &i->file->lines[n]);
	if (err == LC_EKEY || err == LC_ESIGNATURE)
		return lc_refused(i->record, err, "");
	return err;
}

enum lc_err
lc_import(const struct lc_authority *authority, const void *data, size_t len,
    const char *key_dir, struct lc_imported *out)
{
	struct import i = { .record = authority->record };
	struct lc_detail *detail = i.record->detail;
	enum lc_err err;

	if ((err = lc_inspect_keys(key_dir, &i.trust, detail)) == LC_OK &&
	    (err = lc_file_parse(data, len, &i.file, detail)) == LC_OK &&
	    (err = all_take(&i)) == LC_OK)
		*out = i.result;
	lc_file_free(i.file);
	lc_trust_free(i.trust);
	return err;
}
