/* bundle.c - license files in memory: licenseauthority.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/disk.h"
#include "base/error.h"
#include "bundle.h"
#include "format/file.h"

/* ---- License files --------------------------------------------------- */

struct lc_bundle {
	struct lc_file_writer writer;
	size_t nlines;
	char (*eulas)[LC_EULA_DIGEST_LEN + 1];
	size_t neulas;
	lc_bundle_call *call; /* NULL is fine */
	void *arg;
};

enum lc_err
lc_bundle_new(struct lc_bundle **out)
{
	struct lc_bundle *bundle = calloc(1, sizeof *bundle);

	if (bundle == NULL)
		return LC_ENOMEM;
	*out = bundle;
	return LC_OK;
}

void
lc_bundle_free(struct lc_bundle *bundle)
{
	if (bundle == NULL)
		return;
	lc_file_writer_free(&bundle->writer);
	free(bundle->eulas);
	free(bundle);
}

void
lc_bundle_tell(struct lc_bundle *bundle, lc_bundle_call *call, void *arg)
{
	bundle->call = call;
	bundle->arg = arg;
}

bool
lc_bundle_has_eula(const struct lc_bundle *bundle, const char *digest)
{
	for (size_t i = 0; i < bundle->neulas; i++) {
		if (strcmp(bundle->eulas[i], digest) == 0)
			return true;
	}
	return false;
}

static enum lc_err
note_eula(struct lc_bundle *bundle, const char *digest)
{
	void *larger = realloc(
	    bundle->eulas, (bundle->neulas + 1) * sizeof *bundle->eulas);

	if (larger == NULL)
		return LC_ENOMEM;
	bundle->eulas = larger;
	strcpy(bundle->eulas[bundle->neulas++], digest);
	return LC_OK;
}

/* Takes over what a file holds, after looking whether it is one. */
static enum lc_err
fill(struct lc_bundle *bundle, const char *data, size_t len,
    struct lc_detail *detail)
{
	struct lc_file *file = NULL;
	enum lc_err err = lc_file_parse(data, len, &file, detail);

	if (err != LC_OK)
		return err;
	bundle->nlines = file->nlines;
	for (size_t i = 0; i < file->neulas && err == LC_OK; i++)
		err = note_eula(bundle, file->eulas[i].digest);
	lc_file_writer_text(
	    &bundle->writer, "%s%s", data, data[len - 1] == '\n' ? "" : "\n");
	lc_file_free(file);
	return err == LC_OK && bundle->writer.failed ? LC_ENOMEM : err;
}

enum lc_err
lc_bundle_load(
    const char *path, struct lc_bundle **out, struct lc_detail *detail)
{
	struct lc_detail why = { "" };
	struct lc_bundle *bundle = NULL;
	char *data = NULL;
	size_t len = 0;
	enum lc_err err;

	if ((err = lc_disk_read(
		 path, LC_FILE_MAX, &data, &len, NULL, detail)) != LC_OK)
		return err;
	if ((err = lc_bundle_new(&bundle)) == LC_OK)
		err = fill(bundle, data, len, &why);
	free(data);
	if (err == LC_OK) {
		*out = bundle;
		return LC_OK;
	}
	lc_bundle_free(bundle);
	return lc_fail(detail, err, "%s: %s", path,
	    why.text[0] != '\0' ? why.text : lc_strerror(err));
}

/* Is there all that was added, and room for it in a file? */
static enum lc_err
judge(const struct lc_bundle *bundle, struct lc_detail *detail)
{
	enum lc_err err = lc_file_writer_end(&bundle->writer);

	if (err == LC_EFILE)
		return lc_fail(detail, err,
		    "license file too big: at most %d bytes, not %zu",
		    LC_FILE_MAX, bundle->writer.len);
	return err;
}

/* Once, at the top. */
static void
add_title(struct lc_file_writer *writer)
{
	if (writer->len == 0)
		lc_file_writer_text(writer,
		    "License file.  Only what stands between the BEGIN and "
		    "END rows counts;\nthe rest is for people.\n");
}

enum lc_err
lc_bundle_add_eula(struct lc_bundle *bundle, const char *text, size_t len,
    char digest[LC_EULA_DIGEST_LEN + 1], struct lc_detail *detail)
{
	enum lc_err err = lc_eula_digest(text, len, digest);

	if (err != LC_OK || lc_bundle_has_eula(bundle, digest))
		return err;
	add_title(&bundle->writer);
	lc_file_writer_text(&bundle->writer, "\nAgreement: %s\n", digest);
	err = lc_file_writer_eula(&bundle->writer, text, len, detail);
	if (err == LC_OK)
		err = note_eula(bundle, digest);
	return err == LC_OK ? judge(bundle, detail) : err;
}

/* A word before every value: none can be taken for a delimiter. */
static void
add_heading(
    struct lc_file_writer *writer, const struct lc_terms *terms, size_t n)
{
	char date[32] = "?";
	time_t issued = (time_t)terms->issued;
	struct tm tm;

	if (gmtime_r(&issued, &tm) != NULL)
		(void)strftime(date, sizeof date, "%Y-%m-%d", &tm);
	lc_file_writer_text(writer, "\nLicense:   %s %s, %s", terms->feature,
	    terms->version, lc_type_name(terms->type));
	if (terms->counted)
		lc_file_writer_text(writer, ", for %u", terms->count);
	if (n > 1)
		lc_file_writer_text(writer, ", %zu times", n);
	lc_file_writer_text(writer, "\n");
	for (size_t i = 0; i < terms->nudis; i++)
		lc_file_writer_text(writer, "Device:    %s\n", terms->udis[i]);
	lc_file_writer_text(
	    writer, "Issued:    %s by %s\n", date, terms->issuer);
	if (terms->comment[0] != '\0')
		lc_file_writer_text(writer, "Comment:   %s\n", terms->comment);
}

enum lc_err
lc_bundle_add_lines(struct lc_bundle *bundle, const struct lc_terms *terms,
    const char *const *lines, size_t n, struct lc_detail *detail)
{
	enum lc_err err;

	if (n > LC_FILE_LINES_MAX - bundle->nlines)
		return lc_fail(detail, LC_EFILE,
		    "too many lines for a license file: at most %d, not %zu",
		    LC_FILE_LINES_MAX, bundle->nlines + n);
	add_title(&bundle->writer);
	add_heading(&bundle->writer, terms, n);
	lc_file_writer_lines(&bundle->writer, lines, n);
	bundle->nlines += n;
	err = judge(bundle, detail);
	for (size_t i = 0; i < n && err == LC_OK && bundle->call != NULL; i++)
		err = bundle->call(bundle->arg, terms);
	return err;
}

struct lc_file_writer *
lc_bundle_writer(struct lc_bundle *bundle)
{
	return &bundle->writer;
}

enum lc_err
lc_bundle_text(const struct lc_bundle *bundle, const char **text, size_t *len,
    struct lc_detail *detail)
{
	const struct lc_file_writer *writer = &bundle->writer;
	enum lc_err err = judge(bundle, detail);

	if (err != LC_OK)
		return err;
	*text = writer->len > 0 ? writer->text : "";
	*len = writer->len;
	return LC_OK;
}

enum lc_err
lc_bundle_save(const struct lc_bundle *bundle, const char *path, bool replace,
    struct lc_detail *detail)
{
	const char *text;
	size_t len;
	enum lc_err err = lc_bundle_text(bundle, &text, &len, detail);

	if (err != LC_OK)
		return err;
	return lc_disk_write(path, text, len, 0666, replace, detail);
}
