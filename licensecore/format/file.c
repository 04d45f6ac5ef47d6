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
	[STATEMENT + LC_PERMISSION_TICKET] = {
	    "-----BEGIN PERMISSION TICKET-----",
	    "-----END PERMISSION TICKET-----" },
	[STATEMENT + LC_REHOST_TICKET] = { "-----BEGIN REHOST TICKET-----",
	    "-----END REHOST TICKET-----" },
	[STATEMENT + LC_CREDENTIALS] = { "-----BEGIN DEVICE CREDENTIALS-----",
	    "-----END DEVICE CREDENTIALS-----" },
};
#define NDELIMITERS (sizeof delimiters / sizeof delimiters[0])

/* Row length of statements: terminals truncate long rows. */
#define STATEMENT_ROW 64

/* ---- Rows ------------------------------------------------------------ */

struct row {
	const char *start; /* as it stands in the data */
	const char *text;  /* without blanks around it */
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
	lc_text_trim(&row->text, &row->len);
	return true;
}

static bool
row_is(const struct row *row, const char *text)
{
	return row->len == strlen(text) &&
	       memcmp(row->text, text, row->len) == 0;
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

/* A file that grows; the arrays are writable here only. */
struct parser {
	struct lc_file_line *lines;
	struct lc_file_eula *eulas;
	size_t nlines, lines_size, neulas, eulas_size;
	struct lc_file_line statements[LC_NSTATEMENTS];
	struct rows rows;
	enum block block; /* which we are in, */
	unsigned since;   /* the row that began it, */
	const char *text; /* and where its text begins */
	struct lc_detail *detail;
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
add_line(struct parser *parser, const struct row *row)
{
	struct lc_file_line *lines;

	if (parser->nlines == LC_FILE_LINES_MAX)
		return lc_fail(parser->detail, LC_EFILE,
		    "more than %d license lines", LC_FILE_LINES_MAX);
	lines = make_room(
	    parser->lines, parser->nlines, &parser->lines_size, sizeof *lines);
	if (lines == NULL)
		return LC_ENOMEM;
	parser->lines = lines;
	parser->lines[parser->nlines++] =
	    (struct lc_file_line){ row->text, row->len, row->number };
	return LC_OK;
}

static bool
has_eula(const struct parser *parser, const char *digest)
{
	for (size_t i = 0; i < parser->neulas; i++) {
		if (strcmp(parser->eulas[i].digest, digest) == 0)
			return true;
	}
	return false;
}

/* The text ends where the END row starts. */
static enum lc_err
add_eula(struct parser *parser, const struct row *row)
{
	struct lc_file_eula eula = {
		.text = parser->text,
		.len = (size_t)(row->start - parser->text),
	};
	enum lc_err err = lc_eula_digest(eula.text, eula.len, eula.digest);
	struct lc_file_eula *eulas;

	if (err != LC_OK || has_eula(parser, eula.digest))
		return err;
	if (parser->neulas == EULAS_MAX)
		return lc_fail(parser->detail, LC_EFILE,
		    "more than %d agreements", EULAS_MAX);
	eulas = make_room(
	    parser->eulas, parser->neulas, &parser->eulas_size, sizeof *eulas);
	if (eulas == NULL)
		return LC_ENOMEM;
	parser->eulas = eulas;
	parser->eulas[parser->neulas++] = eula;
	return LC_OK;
}

static enum lc_err
row_outside(struct parser *parser, const struct row *row)
{
	for (size_t i = LICENSE; i < NDELIMITERS; i++) {
		if (row_is(row, delimiters[i].end))
			return lc_fail(parser->detail, LC_EFILE,
			    "row %u: END row without a BEGIN row",
			    row->number);
		if (row_is(row, delimiters[i].begin)) {
			parser->block = (enum block)i;
			parser->since = row->number;
			parser->text = parser->rows.next;
		}
	}
	return LC_OK;
}

static enum lc_err
add_statement(struct parser *parser, const struct row *row)
{
	struct lc_file_line *statement =
	    &parser->statements[parser->block - STATEMENT];

	if (statement->text != NULL)
		return lc_fail(parser->detail, LC_EFILE,
		    "rows %u and %u: only one block of this kind allowed",
		    statement->number, parser->since);
	*statement = (struct lc_file_line){ parser->text,
		(size_t)(row->start - parser->text), parser->since };
	return LC_OK;
}

static enum lc_err
row_inside(struct parser *parser, const struct row *row)
{
	if (row->len == 0 || parser->block == EULA)
		return LC_OK;
	if (row->len >= 5 && memcmp(row->text, "-----", 5) == 0)
		return lc_fail(parser->detail, LC_EFILE,
		    "row %u: the block begun in row %u has no END row",
		    row->number, parser->since);
	return parser->block == LICENSE ? add_line(parser, row) : LC_OK;
}

static enum lc_err
block_end(struct parser *parser, const struct row *row)
{
	enum lc_err err = LC_OK;

	if (parser->block == EULA)
		err = add_eula(parser, row);
	else if (parser->block != LICENSE)
		err = add_statement(parser, row);
	parser->block = OUTSIDE;
	return err;
}

static enum lc_err
parse_row(struct parser *parser, const struct row *row)
{
	if (parser->block == OUTSIDE)
		return row_outside(parser, row);
	if (row_is(row, delimiters[parser->block].end))
		return block_end(parser, row);
	return row_inside(parser, row);
}

static enum lc_err
parse_rows(struct parser *parser)
{
	enum lc_err err = LC_OK;
	struct row row;

	while (err == LC_OK && next_row(&parser->rows, &row))
		err = parse_row(parser, &row);
	if (err != LC_OK)
		return err;
	if (parser->block != OUTSIDE)
		return lc_fail(parser->detail, LC_EFILE,
		    "block begun in row %u has no END row (truncated file?)",
		    parser->since);
	return LC_OK;
}

static enum lc_err
judge(const char *data, size_t len, struct lc_detail *detail)
{
	if (len > LC_FILE_MAX)
		return lc_fail(detail, LC_EFILE,
		    "%zu bytes, at most %d allowed", len,
		    LC_FILE_MAX);
	if (!lc_text_is_rows(data, len))
		return lc_fail(detail, LC_EFILE,
		    "not text (UTF-8 without control characters)");
	return LC_OK;
}

enum lc_err
lc_file_scan(const void *data, size_t len, struct lc_file **out,
    struct lc_detail *detail)
{
	const char *text = len == 0 ? "" : data; /* it may be NULL then */
	struct parser parser = {
		.rows = { text, text + len, 0 },
		.detail = detail,
	};
	struct lc_file *file = NULL;
	enum lc_err err;

	if ((err = judge(text, len, detail)) != LC_OK ||
	    (err = parse_rows(&parser)) != LC_OK)
		goto out;
	if ((file = malloc(sizeof *file)) == NULL) {
		err = LC_ENOMEM;
		goto out;
	}
	*file = (struct lc_file){ parser.lines, parser.nlines, parser.eulas,
		parser.neulas, { { 0 } } };
	memcpy(file->statements, parser.statements, sizeof file->statements);
	parser.lines = NULL;
	parser.eulas = NULL;
	*out = file;
out:
	free(parser.lines);
	free(parser.eulas);
	return err;
}

enum lc_err
lc_file_parse(const void *data, size_t len, struct lc_file **out,
    struct lc_detail *detail)
{
	struct lc_file *file = NULL;
	enum lc_err err = lc_file_scan(data, len, &file, detail);

	if (err != LC_OK)
		return err;
	if (file->nlines == 0) {
		lc_file_free(file);
		return lc_fail(detail, LC_EFILE, "no license line found");
	}
	*out = file;
	return LC_OK;
}

void
lc_file_free(struct lc_file *file)
{
	if (file == NULL)
		return;
	free((void *)(uintptr_t)file->lines);
	free((void *)(uintptr_t)file->eulas);
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

enum lc_err
lc_file_statement(const struct lc_file *file, enum lc_statement_kind kind,
    char **out, struct lc_detail *detail)
{
	const struct lc_file_line *found = &file->statements[kind];
	size_t len = 0;
	char *text;

	if (found->text == NULL)
		return lc_fail(detail, LC_EFILE, "no row \"%s\" found",
		    delimiters[STATEMENT + kind].begin);
	if ((text = malloc(found->len + 1)) == NULL)
		return LC_ENOMEM;
	for (size_t i = 0; i < found->len; i++) {
		if (!lc_text_is_blank(found->text[i]))
			text[len++] = found->text[i];
	}
	text[len] = '\0';
	lc_jws_normalize(text, len);
	if (len > LC_TICKET_MAX) {
		free(text);
		return lc_fail(detail, LC_EFILE,
		    "block begun in row %u: %zu bytes, at most %d allowed",
		    found->number, len, LC_TICKET_MAX);
	}
	*out = text;
	return LC_OK;
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

void
lc_file_writer_lines(
    struct lc_file_writer *writer, const char *const *lines, size_t n)
{
	const struct delimiter *delimiter = &delimiters[LICENSE];

	add_row(writer, delimiter->begin, strlen(delimiter->begin));
	for (size_t i = 0; i < n; i++)
		add_row(writer, lines[i], strlen(lines[i]));
	add_row(writer, delimiter->end, strlen(delimiter->end));
}

void
lc_file_writer_statement(struct lc_file_writer *writer,
    enum lc_statement_kind kind, const char *text)
{
	const struct delimiter *delimiter = &delimiters[STATEMENT + kind];
	size_t left = strlen(text);

	add_row(writer, delimiter->begin, strlen(delimiter->begin));
	while (left > 0) {
		size_t len = left < STATEMENT_ROW ? left : STATEMENT_ROW;

		add_row(writer, text, len);
		text += len;
		left -= len;
	}
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
