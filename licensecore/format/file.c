/*
 * file.c - see file.h.
 *
 * A file is read row by row.  Text outside of blocks is ignored; the BEGIN row
 * of a block decides what it contains.
 */
#include "file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/text.h"
#include "fold.h"
#include "jws.h"

#define EULAS_MAX 1000 /* texts in a file */

enum block {
	OUTSIDE,
	LICENSE,
	EULA,
	STATEMENT, /* and those of the other kinds of statement */
};

static const struct delimiter {
	const char *begin, *end;
} delimiters[] = {
	[LICENSE] = { "-----BEGIN LICENSE-----", "-----END LICENSE-----" },
	[EULA] = { "-----BEGIN EULA-----", "-----END EULA-----" },
	[STATEMENT +
	    LC_PERMISSION_TICKET] = { "-----BEGIN PERMISSION TICKET-----",
	    "-----END PERMISSION TICKET-----" },
	[STATEMENT + LC_REHOST_TICKET] = { "-----BEGIN REHOST TICKET-----",
	    "-----END REHOST TICKET-----" },
	[STATEMENT + LC_CREDENTIALS] = { "-----BEGIN DEVICE CREDENTIALS-----",
	    "-----END DEVICE CREDENTIALS-----" },
	[STATEMENT + LC_TRUST_LIST] = { "-----BEGIN TRUST LIST-----",
	    "-----END TRUST LIST-----" },
};
#define NDELIMITERS (sizeof delimiters / sizeof delimiters[0])

/* ---- Rows ------------------------------------------------------------ */

struct row {
	const char *start; /* as it stands in the data */
	const char *text;  /* without quote marks and blanks around it */
	size_t len;        /* of text */
	unsigned number;
};

struct rows {
	const char *next, *end;
	unsigned number;
};

static bool
next_row(struct rows *rows, struct row *row)
{
	const char *end;

	if (rows->next == rows->end)
		return false;
	row->start = row->text = rows->next;
	row->number = ++rows->number;
	end = memchr(rows->next, '\n', (size_t)(rows->end - rows->next));
	rows->next = end == NULL ? rows->end : end + 1;
	row->len = (size_t)(rows->next - row->text);
	lc_unfold_trim(&row->text, &row->len);
	return true;
}

/* Delimiters begin with five hyphens, and so does nothing else in a block. */
static bool
row_is_delimiter(const struct row *row)
{
	return row->len >= 5 && memcmp(row->text, "-----", 5) == 0;
}

static bool
row_is(const struct row *row, const char *delimiter)
{
	return row_is_delimiter(row) &&
	       lc_unfold_is(row->text, row->len, delimiter);
}

/* ---- Agreements' digests --------------------------------------------- */

/* A row without its end, then a line feed. */
static bool
digest_row(EVP_MD_CTX *ctx, const char *text, size_t len)
{
	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	return EVP_DigestUpdate(ctx, text, len) == 1 &&
	       EVP_DigestUpdate(ctx, "\n", 1) == 1;
}

enum lc_err
lc_eula_digest(
    const char *text, size_t len, char digest[LC_EULA_DIGEST_LEN + 1])
{
	struct rows rows = { text, text + len, 0 };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t bytes[32];
	struct row row;
	bool ok = ctx != NULL && EVP_DigestInit(ctx, EVP_sha256()) == 1;

	while (ok && next_row(&rows, &row))
		ok =
		    digest_row(ctx, row.start, (size_t)(rows.next - row.start));
	ok = ok && EVP_DigestFinal(ctx, bytes, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	if (!ok)
		return LC_ENOMEM;
	lc_b64_encode(bytes, sizeof bytes, digest);
	return LC_OK;
}

/* ---- Parsing --------------------------------------------------------- */

/* How far a line has come. */
struct progress {
	unsigned dots;
	size_t tail; /* characters since the last one */
};

/* A file that grows; the arrays are writable here only. */
struct lc_file_reader {
	const char *data, *end;
	const char *proven; /* it is text up to here */
	struct lc_file_line *lines;
	struct lc_file_eula *eulas;
	size_t nlines, lines_size, neulas, eulas_size;
	struct lc_file_line statements[LC_NSTATEMENTS];
	struct rows rows;
	enum block block;   /* which we are in, */
	unsigned since;     /* the row that began it, */
	const char *text;   /* where its text begins, */
	struct row begin;   /* and what stands before it in each row */
	char *joined, *out; /* texts put together, and where the next goes */
	unsigned base64, nearly;
	struct lc_detail *detail;

	/* Of a block of lines that has ended: they are put together. */
	bool joins;
	struct lc_unfold unfold;
	struct lc_file_line line; /* as far as it has come */
	struct progress progress;
};

/* The array with room for one more, perhaps elsewhere; NULL: no memory. */
static void *
make_room(void *array, size_t n, size_t *size, size_t each)
{
	size_t wanted = *size == 0 ? 16 : 2 * *size;
	void *larger;

	if (n < *size)
		return array;
	if ((larger = realloc(array, wanted * each)) != NULL)
		*size = wanted;
	return larger;
}

static enum lc_err
add_line(struct lc_file_reader *reader, const struct lc_file_line *line)
{
	struct lc_file_line *lines;

	if (reader->nlines == LC_FILE_LINES_MAX)
		return lc_fail(reader->detail, LC_EFILE,
		    "more than %d license lines", LC_FILE_LINES_MAX);
	lines = make_room(
	    reader->lines, reader->nlines, &reader->lines_size, sizeof *lines);
	if (lines == NULL)
		return LC_ENOMEM;
	reader->lines = lines;
	reader->lines[reader->nlines++] = *line;
	return LC_OK;
}

/* Does a line begin here, with the first member of its header? */
static bool
is_header(const char *text, size_t len)
{
	static const char *const members[] = {
		"eyJhbGci", /* {"alg" in base64url */
		"eyJraWQi", /* {"kid" */
		"eyJ0eXAi", /* {"typ" */
	};

	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
		size_t n = strlen(members[i]);

		if (len >= n && memcmp(text, members[i], n) == 0)
			return true;
	}
	return false;
}

static void
advance(struct progress *progress, const char *text, size_t len)
{
	const char *end = text + len, *dot;

	while ((dot = memchr(text, '.', (size_t)(end - text))) != NULL) {
		progress->dots++;
		progress->tail = 0;
		text = dot + 1;
	}
	progress->tail += (size_t)(end - text);
}

static bool
is_complete(const struct progress *progress)
{
	return progress->dots == 2 &&
	       progress->tail >= LC_B64_LEN(LC_SIGNATURE_LEN);
}

static enum lc_err
end_line(struct lc_file_reader *reader)
{
	enum lc_err err =
	    reader->line.len > 0 ? add_line(reader, &reader->line) : LC_OK;

	reader->line.len = 0;
	return err;
}

/*
 * A line goes on until it has a whole signature, or another one begins.  So one
 * that lost its end does not take the next one with it.
 */
static enum lc_err
add_word(struct lc_file_reader *reader, const struct lc_fold_word *word)
{
	struct lc_file_line *line = &reader->line;
	enum lc_err err = LC_OK;

	if (is_complete(&reader->progress) ||
	    is_header(reader->out, word->len))
		err = end_line(reader);
	if (line->len == 0) {
		*line = (struct lc_file_line){ reader->out, 0, word->row,
			word->start, 0 };
		reader->progress = (struct progress){ 0 };
	}
	advance(&reader->progress, reader->out, word->len);
	line->len += word->len;
	line->rows_len = (size_t)(word->end - line->rows);
	reader->out += word->len;
	return err;
}

/* The block has ended with this row. */
static void
begin_lines(struct lc_file_reader *reader, const struct row *row)
{
	reader->unfold = (struct lc_unfold){ reader->text, row->start,
		reader->since + 1, true };
	reader->progress = (struct progress){ 0 };
	reader->joins = true;
}

/* Words up to this place in the file. */
static enum lc_err
join_lines(struct lc_file_reader *reader, const char *end)
{
	struct lc_fold_word word;
	enum lc_err err = LC_OK;

	while (err == LC_OK && reader->unfold.at < end) {
		if (lc_unfold_word(&reader->unfold, reader->out, &word)) {
			err = add_word(reader, &word);
			continue;
		}
		reader->joins = false;
		return end_line(reader);
	}
	return err;
}

static bool
has_eula(const struct lc_file_reader *reader, const char *digest)
{
	for (size_t i = 0; i < reader->neulas; i++) {
		if (strcmp(reader->eulas[i].digest, digest) == 0)
			return true;
	}
	return false;
}

static enum lc_err
add_eula(struct lc_file_reader *reader, const char *text, size_t len)
{
	struct lc_file_eula eula = { .text = text, .len = len };
	enum lc_err err = lc_eula_digest(eula.text, eula.len, eula.digest);
	struct lc_file_eula *eulas;

	if (err != LC_OK || has_eula(reader, eula.digest))
		return err;
	if (reader->neulas == EULAS_MAX)
		return lc_fail(reader->detail, LC_EFILE,
		    "more than %d agreements", EULAS_MAX);
	eulas = make_room(
	    reader->eulas, reader->neulas, &reader->eulas_size, sizeof *eulas);
	if (eulas == NULL)
		return LC_ENOMEM;
	reader->eulas = eulas;
	reader->eulas[reader->neulas++] = eula;
	return LC_OK;
}

/* The rows without what stands before the BEGIN row: quote marks, blanks. */
static size_t
unquote(const struct row *begin, const char *text, size_t len, char *out)
{
	const char *end = text + len;
	size_t quote = (size_t)(begin->text - begin->start), n = 0;

	while (text < end) {
		const char *feed = memchr(text, '\n', (size_t)(end - text));
		size_t row = (size_t)((feed == NULL ? end : feed + 1) - text);
		size_t skip = 0;

		while (skip < quote && skip < row &&
		       text[skip] == begin->start[skip])
			skip++;
		memcpy(out + n, text + skip, row - skip);
		n += row - skip;
		text += row;
	}
	return n;
}

static bool
has_delimiter(const char *text, size_t len, const char *delimiter)
{
	struct rows rows = { text, text + len, 0 };
	struct row row;

	while (next_row(&rows, &row)) {
		if (row_is(&row, delimiter))
			return true;
	}
	return false;
}

/*
 * The text ends where the END row starts.  What looks like quoted-printable is
 * kept in both forms: the digest tells which one was signed.
 */
static enum lc_err
add_eulas(struct lc_file_reader *reader, const struct row *row)
{
	const char *text = reader->text;
	size_t len = (size_t)(row->start - text), decoded;
	enum lc_err err;

	if (reader->begin.text != reader->begin.start) {
		len = unquote(&reader->begin, text, len, reader->out);
		text = reader->out;
		reader->out += len;
	}
	if ((err = add_eula(reader, text, len)) != LC_OK)
		return err;
	decoded = lc_unfold_printable(text, len, reader->out);
	if (decoded == 0 ||
	    has_delimiter(reader->out, decoded, delimiters[EULA].end))
		return LC_OK;
	text = reader->out;
	reader->out += decoded;
	return add_eula(reader, text, decoded);
}

/* What explains why nothing is found. */
static void
note_outside(struct lc_file_reader *reader, const struct row *row)
{
	static const char base64[] = "Content-Transfer-Encoding: base64";
	static const char nearly[] = "BEGIN LICENSE";

	if (row->len == sizeof base64 - 1 &&
	    strncasecmp(row->text, base64, row->len) == 0)
		reader->base64 = row->number;
	else if (memmem(row->text, row->len, nearly, sizeof nearly - 1) != NULL)
		reader->nearly = row->number;
}

static enum lc_err
row_outside(struct lc_file_reader *reader, const struct row *row)
{
	for (size_t i = LICENSE; i < NDELIMITERS; i++) {
		if (row_is(row, delimiters[i].end))
			return lc_fail(reader->detail, LC_EFILE,
			    "row %u: END row without a BEGIN row", row->number);
		if (row_is(row, delimiters[i].begin)) {
			reader->block = (enum block)i;
			reader->since = row->number;
			reader->text = reader->rows.next;
			reader->begin = *row;
		}
	}
	if (reader->block == OUTSIDE)
		note_outside(reader, row);
	return LC_OK;
}

static enum lc_err
add_statement(struct lc_file_reader *reader, const struct row *row)
{
	struct lc_file_line *statement =
	    &reader->statements[reader->block - STATEMENT];

	if (statement->rows != NULL)
		return lc_fail(reader->detail, LC_EFILE,
		    "rows %u and %u: only one block of this kind allowed",
		    statement->number - 1, reader->since);
	*statement = (struct lc_file_line){ NULL, 0, reader->since + 1,
		reader->text, (size_t)(row->start - reader->text) };
	return LC_OK;
}

static enum lc_err
row_inside(struct lc_file_reader *reader, const struct row *row)
{
	if (reader->block == EULA || !row_is_delimiter(row))
		return LC_OK;
	return lc_fail(reader->detail, LC_EFILE,
	    "row %u: the block begun in row %u has no END row", row->number,
	    reader->since);
}

static enum lc_err
block_end(struct lc_file_reader *reader, const struct row *row)
{
	enum lc_err err = LC_OK;

	if (reader->block == LICENSE)
		begin_lines(reader, row);
	else if (reader->block == EULA)
		err = add_eulas(reader, row);
	else
		err = add_statement(reader, row);
	reader->block = OUTSIDE;
	return err;
}

static enum lc_err
parse_row(struct lc_file_reader *reader, const struct row *row)
{
	if (reader->block == OUTSIDE)
		return row_outside(reader, row);
	if (row_is(row, delimiters[reader->block].end))
		return block_end(reader, row);
	return row_inside(reader, row);
}

/* Rows up to this place, or to the end of a block of lines. */
static enum lc_err
parse_rows(struct lc_file_reader *reader, const char *end)
{
	enum lc_err err = LC_OK;
	struct row row;

	while (err == LC_OK && !reader->joins && reader->rows.next < end &&
	       next_row(&reader->rows, &row))
		err = parse_row(reader, &row);
	if (err != LC_OK || reader->rows.next < reader->end)
		return err;
	if (reader->block != OUTSIDE)
		return lc_fail(reader->detail, LC_EFILE,
		    "block begun in row %u has no END row (truncated file?)",
		    reader->since);
	return LC_OK;
}

static enum lc_err
no_text(const struct lc_file_reader *reader)
{
	const char *data = reader->data;
	struct rows rows = { data, reader->end, 0 };
	struct row row;

	if (reader->end - data >= 2 && (memcmp(data, "\xff\xfe", 2) == 0 ||
					   memcmp(data, "\xfe\xff", 2) == 0))
		return lc_fail(reader->detail, LC_EFILE,
		    "not text in UTF-8 but in UTF-16: save it as UTF-8");
	while (next_row(&rows, &row)) {
		size_t row_len = (size_t)(rows.next - row.start);

		if (!lc_text_is_rows(row.start, row_len))
			break;
	}
	return lc_fail(reader->detail, LC_EFILE,
	    "row %u: not text (UTF-8 without control characters)", row.number);
}

/* Are the rows text, up to the one that has this place? */
static enum lc_err
prove(struct lc_file_reader *reader, const char *end)
{
	const char *feed = memchr(end - 1, '\n', (size_t)(reader->end - end) + 1);
	const char *from = reader->proven;

	reader->proven = feed == NULL ? reader->end : feed + 1;
	return lc_text_is_rows(from, (size_t)(reader->proven - from))
		   ? LC_OK
		   : no_text(reader);
}

static bool
is_read(const struct lc_file_reader *reader)
{
	return reader->rows.next == reader->end && !reader->joins;
}

/* So many bytes further, if there are so many. */
static const char *
further(const struct lc_file_reader *reader, const char *at, size_t n)
{
	size_t left = (size_t)(reader->end - at);

	return at + (n < left ? n : left);
}

static enum lc_err
read_on(struct lc_file_reader *reader, size_t n)
{
	if (reader->proven < reader->end)
		return prove(reader, further(reader, reader->proven, n));
	if (reader->joins)
		return join_lines(
		    reader, further(reader, reader->unfold.at, n));
	return parse_rows(reader, further(reader, reader->rows.next, n));
}

enum lc_err
lc_file_reader_new(const void *data, size_t len, struct lc_file_reader **out,
    struct lc_detail *detail)
{
	const char *text = len == 0 ? "" : data; /* it may be NULL then */
	struct lc_file_reader *reader;

	if (len > LC_FILE_MAX)
		return lc_fail(detail, LC_EFILE,
		    "%zu bytes, at most %d allowed", len, LC_FILE_MAX);
	if ((reader = calloc(1, sizeof *reader)) == NULL)
		return LC_ENOMEM;
	reader->data = reader->proven = text;
	reader->end = text + len;
	reader->rows = (struct rows){ text, text + len, 0 };
	reader->detail = detail;
	/* An agreement may be there twice: unquoted, and decoded too. */
	reader->joined = reader->out = malloc(2 * len + 1);
	if (reader->joined == NULL) {
		free(reader);
		return LC_ENOMEM;
	}
	*out = reader;
	return LC_OK;
}

void
lc_file_reader_free(struct lc_file_reader *reader)
{
	if (reader == NULL)
		return;
	free(reader->joined);
	free(reader->lines);
	free(reader->eulas);
	free(reader);
}

enum lc_err
lc_file_read_on(struct lc_file_reader *reader, size_t n, struct lc_file **out)
{
	enum lc_err err = read_on(reader, n);
	struct lc_file *file;

	if (err != LC_OK || !is_read(reader))
		return err;
	if ((file = malloc(sizeof *file)) == NULL)
		return LC_ENOMEM;
	*file = (struct lc_file){ reader->lines, reader->nlines, reader->eulas,
		reader->neulas, { { 0 } }, reader->joined, reader->base64,
		reader->nearly };
	memcpy(file->statements, reader->statements, sizeof file->statements);
	reader->joined = NULL;
	reader->lines = NULL;
	reader->eulas = NULL;
	*out = file;
	return LC_OK;
}

enum lc_err
lc_file_scan(const void *data, size_t len, struct lc_file **out,
    struct lc_detail *detail)
{
	struct lc_file_reader *reader = NULL;
	struct lc_file *file = NULL;
	enum lc_err err = lc_file_reader_new(data, len, &reader, detail);

	while (err == LC_OK && file == NULL)
		err = lc_file_read_on(reader, SIZE_MAX, &file);
	lc_file_reader_free(reader);
	if (err == LC_OK)
		*out = file;
	return err;
}

enum lc_err
lc_file_lacks(
    const struct lc_file *file, const char *what, struct lc_detail *detail)
{
	if (file->nearly > 0)
		return lc_fail(detail, LC_EFILE,
		    "no %s found: row %u is nearly \"%s\", but not the same",
		    what, file->nearly, delimiters[LICENSE].begin);
	if (file->base64 > 0)
		return lc_fail(detail, LC_EFILE,
		    "no %s found: a part of this mail is encoded in base64 "
		    "(row %u); save its text or its attachment from a mail "
		    "program",
		    what, file->base64);
	return lc_fail(detail, LC_EFILE, "no %s found", what);
}

enum lc_err
lc_file_check_lines(const struct lc_file *file, struct lc_detail *detail)
{
	return file->nlines > 0 ? LC_OK
				: lc_file_lacks(file, "license line", detail);
}

enum lc_err
lc_file_parse(const void *data, size_t len, struct lc_file **out,
    struct lc_detail *detail)
{
	struct lc_file *file = NULL;
	enum lc_err err = lc_file_scan(data, len, &file, detail);

	if (err == LC_OK)
		err = lc_file_check_lines(file, detail);
	if (err == LC_OK)
		*out = file;
	else
		lc_file_free(file);
	return err;
}

void
lc_file_free(struct lc_file *file)
{
	if (file == NULL)
		return;
	free((void *)(uintptr_t)file->lines);
	free((void *)(uintptr_t)file->eulas);
	free(file->text);
	free(file);
}

const struct lc_file_eula *
lc_file_find_eula(const struct lc_file *file, const char *digest)
{
	for (size_t i = 0; i < file->neulas; i++) {
		if (strcmp(file->eulas[i].digest, digest) == 0)
			return &file->eulas[i];
	}
	return NULL;
}

/* ---- Statements ------------------------------------------------------ */

static size_t
join(const struct lc_file_line *line, char *out)
{
	struct lc_unfold u = { line->rows, line->rows + line->rows_len,
		line->number, true };
	struct lc_fold_word word;
	size_t len = 0;

	while (lc_unfold_word(&u, out + len, &word))
		len += word.len;
	return len;
}

enum lc_err
lc_file_statement(const struct lc_file *file, enum lc_statement_kind kind,
    char **out, struct lc_detail *detail)
{
	const struct lc_file_line *found = &file->statements[kind];
	const char *begin = delimiters[STATEMENT + kind].begin;
	enum lc_err err = LC_OK;
	size_t len;
	char *text;

	if (found->rows == NULL && file->base64 > 0)
		return lc_file_lacks(file, begin, detail);
	if (found->rows == NULL)
		return lc_fail(detail, LC_EFILE, "no row \"%s\" found", begin);
	if ((text = malloc(found->rows_len + 1)) == NULL)
		return LC_ENOMEM;
	len = join(found, text);
	text[len] = '\0';
	lc_jws_normalize(text, len);
	if (len > LC_TICKET_MAX)
		err = lc_fail(detail, LC_EFILE,
		    "block begun in row %u: %zu bytes, at most %d allowed",
		    found->number - 1, len, LC_TICKET_MAX);
	else if (lc_unfold_fault(found->rows, found->rows_len, found->number,
		     "statement", false, detail))
		err = LC_ELINE;
	if (err != LC_OK) {
		free(text);
		return err;
	}
	*out = text;
	return LC_OK;
}

/* ---- Faults ---------------------------------------------------------- */

enum lc_err
lc_file_line_fail(
    const struct lc_file_line *line, enum lc_err err, struct lc_detail *detail)
{
	struct lc_detail why;

	if ((err != LC_ELINE && err != LC_ESIGNATURE) || line->rows == NULL ||
	    detail == NULL)
		return err;
	why = *detail;
	if (!lc_unfold_fault(line->rows, line->rows_len, line->number,
		"license", true, detail))
		(void)lc_fail(detail, err, "license that begins in row %u: %s",
		    line->number, why.text);
	return err;
}

/* ---- Writing --------------------------------------------------------- */

/* Room for len more bytes and a NUL; where they go, or NULL. */
static char *
extend(struct lc_file_writer *writer, size_t len)
{
	size_t size = writer->size == 0 ? 4096 : writer->size;
	char *larger;

	while (size - writer->len <= len)
		size *= 2;
	if (writer->failed)
		return NULL;
	if (size != writer->size) {
		if ((larger = realloc(writer->text, size)) == NULL) {
			writer->failed = true;
			return NULL;
		}
		writer->text = larger;
		writer->size = size;
	}
	writer->len += len;
	return writer->text + writer->len - len;
}

static void
add(struct lc_file_writer *writer, const char *text, size_t len)
{
	char *at = extend(writer, len);

	if (at == NULL)
		return;
	memcpy(at, text, len);
	at[len] = '\0';
}

static void
add_row(struct lc_file_writer *writer, const char *text, size_t len)
{
	add(writer, text, len);
	add(writer, "\n", 1);
}

void
lc_file_writer_text(struct lc_file_writer *writer, const char *format, ...)
{
	va_list args;
	char *text = NULL;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0) {
		writer->failed = true;
		return;
	}
	add(writer, text, (size_t)len);
	free(text);
}

/* A signed text in rows. */
static void
add_rows(struct lc_file_writer *writer, const char *text, size_t left)
{
	while (left > 0) {
		size_t len = lc_fold_row(text, left);

		add_row(writer, text, len);
		text += len;
		left -= len;
	}
}

void
lc_file_writer_lines(
    struct lc_file_writer *writer, const char *const *lines, size_t n)
{
	const struct delimiter *delimiter = &delimiters[LICENSE];

	add_row(writer, delimiter->begin, strlen(delimiter->begin));
	for (size_t i = 0; i < n; i++) {
		const char *text = lines[i];
		size_t len;

		if (i > 0)
			add_row(writer, "", 0);
		while (text[len = strcspn(text, "\n")] != '\0') {
			add_rows(writer, text, len);
			add_row(writer, "", 0);
			text += len + 1;
		}
		add_rows(writer, text, len);
	}
	add_row(writer, delimiter->end, strlen(delimiter->end));
}

void
lc_file_writer_statement(struct lc_file_writer *writer,
    enum lc_statement_kind kind, const char *text)
{
	const struct delimiter *delimiter = &delimiters[STATEMENT + kind];

	add_row(writer, delimiter->begin, strlen(delimiter->begin));
	add_rows(writer, text, strlen(text));
	add_row(writer, delimiter->end, strlen(delimiter->end));
}

enum lc_err
lc_file_writer_eula(struct lc_file_writer *writer, const char *text, size_t len,
    struct lc_detail *detail)
{
	const struct delimiter *delimiter = &delimiters[EULA];
	struct rows rows = { text, text + len, 0 };
	struct row row;

	if (!lc_text_is_rows(text, len))
		return lc_fail(detail, LC_EINVAL,
		    "agreement: not text (UTF-8 without control characters)");
	while (next_row(&rows, &row)) {
		if (row_is(&row, delimiter->end))
			return lc_fail(detail, LC_EINVAL,
			    "agreement: row %u is an END row", row.number);
	}
	add_row(writer, delimiter->begin, strlen(delimiter->begin));
	add(writer, text, len);
	if (len > 0 && text[len - 1] != '\n')
		add(writer, "\n", 1);
	add_row(writer, delimiter->end, strlen(delimiter->end));
	return LC_OK;
}

enum lc_err
lc_file_writer_end(const struct lc_file_writer *writer)
{
	if (writer->failed)
		return LC_ENOMEM;
	return writer->len > LC_FILE_MAX ? LC_EFILE : LC_OK;
}

void
lc_file_writer_free(struct lc_file_writer *writer)
{
	free(writer->text);
	*writer = (struct lc_file_writer){ 0 };
}
