/* fold_test.c - signed text in rows, after what mail does to rows. */
#include "format/fold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "format/file.h"

#define ALPHABET \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
#define LINES 3
#define LINE_SIZE 2000
#define TEXT_SIZE 100000

/* ---- Texts ----------------------------------------------------------- */

static size_t
random_part(char *out, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out[i] = ALPHABET[check_random(64)];
	return len;
}

/* Of the form of a license line: a header, a payload, a signature. */
static void
random_line(char *out)
{
	size_t len = (size_t)sprintf(out, "eyJhbGci");

	len += random_part(out + len, 20 + check_random(120));
	out[len++] = '.';
	len += random_part(out + len, 20 + check_random(1200));
	out[len++] = '.';
	len += random_part(out + len, 86);
	out[len] = '\0';
}

static void
rows_are_short(void)
{
	char line[LINE_SIZE];

	for (unsigned i = 0; i < 2000; i++) {
		const char *text = line;
		size_t left, len;

		random_line(line);
		for (left = strlen(line); left > 0; left -= len, text += len) {
			len = lc_fold_row(text, left);
			CHECK(len >= 1 && len <= 64 && len <= left);
			CHECK(text == line || (*text != '.' && *text != '-'));
			CHECK(len > 40 || len == left);
		}
	}
	memset(line, '-', 100);
	CHECK_UINT(lc_fold_row(line, 100), 1);
}

/* ---- What mail does -------------------------------------------------- */

/* Each changes a text of rows; out has room for what it becomes. */

static void
crlf(const char *text, char *out)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			*out++ = '\r';
		*out++ = *text;
	}
	*out = '\0';
}

static void
before_rows(const char *text, const char *what, char *out)
{
	bool is_start = true;

	for (; *text != '\0'; text++) {
		if (is_start)
			out = stpcpy(out, what);
		is_start = *text == '\n';
		*out++ = *text;
	}
	*out = '\0';
}

static void
after_rows(const char *text, const char *what, char *out)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			out = stpcpy(out, what);
		*out++ = *text;
	}
	*out = '\0';
}

static void
quote(const char *text, char *out)
{
	before_rows(text, "> ", out);
}

static void
quote_bare(const char *text, char *out)
{
	before_rows(text, ">", out);
}

static void
indent(const char *text, char *out)
{
	before_rows(text, "\t  ", out);
}

static void
no_break_spaces(const char *text, char *out)
{
	before_rows(text, "\xc2\xa0", out);
}

static void
trailing_spaces(const char *text, char *out)
{
	after_rows(text, "  ", out);
}

static void
zero_width(const char *text, char *out)
{
	after_rows(text, "\xe2\x80\x8b", out);
}

static void
double_space(const char *text, char *out)
{
	after_rows(text, "\n", out);
}

static void
byte_order_mark(const char *text, char *out)
{
	(void)stpcpy(stpcpy(out, "\xef\xbb\xbf"), text);
}

/* A signed mail (RFC 9580 section 7.2). */
static void
dash_escape(const char *text, char *out)
{
	bool is_start = true;

	for (; *text != '\0'; text++) {
		if (is_start && *text == '-')
			out = stpcpy(out, "- ");
		is_start = *text == '\n';
		*out++ = *text;
	}
	*out = '\0';
}

/* A row of a dot that a program forgot to take back. */
static void
dot_stuff(const char *text, char *out)
{
	bool is_start = true;

	for (; *text != '\0'; text++) {
		if (is_start && *text == '.')
			*out++ = '.';
		is_start = *text == '\n';
		*out++ = *text;
	}
	*out = '\0';
}

/* Rows are broken after so many bytes; those of delimiters are shorter. */
static void
wrap(const char *text, size_t width, const char *end, char *out)
{
	size_t len = 0;

	for (; *text != '\0'; text++) {
		bool is_within = ((unsigned char)*text & 0xc0) == 0x80;

		if (len >= width && *text != '\n' && !is_within) {
			out = stpcpy(out, end);
			len = 0;
		}
		len = *text == '\n' ? 0 : len + 1;
		*out++ = *text;
	}
	*out = '\0';
}

static void
wrap_50(const char *text, char *out)
{
	wrap(text, 50, "\n", out);
}

static void
wrap_76(const char *text, char *out)
{
	wrap(text, 76, "\n", out);
}

static void
fold_998(const char *text, char *out)
{
	wrap(text, 998, "\r\n ", out);
}

/* Not within the code of a byte, but perhaps within a character. */
static void
soft_breaks(const char *text, char *out)
{
	size_t len = 0, n;

	for (; *text != '\0'; text += n, len += n) {
		n = *text == '=' ? 3 : 1;
		if (len + n > 75 && *text != '\n') {
			out = stpcpy(out, "=\n");
			len = 0;
		}
		out = mempcpy(out, text, n);
		if (*text == '\n')
			len = (size_t)-1;
	}
	*out = '\0';
}

/* Bytes that need it not may be encoded too, and some are by some. */
static void
encode(const char *text, char *out)
{
	for (; *text != '\0'; text++) {
		if (*text != '\n' && (*text < ' ' || *text == '=' ||
					 *text > '~' || *text == '.'))
			out += sprintf(out, "=%02X", (unsigned char)*text);
		else
			*out++ = *text;
	}
	*out = '\0';
}

static const struct {
	const char *name;
	void (*apply)(const char *text, char *out);
} changes[] = {
	{ "crlf", crlf },
	{ "quote", quote },
	{ "quote_bare", quote_bare },
	{ "indent", indent },
	{ "no_break_spaces", no_break_spaces },
	{ "trailing_spaces", trailing_spaces },
	{ "zero_width", zero_width },
	{ "double_space", double_space },
	{ "byte_order_mark", byte_order_mark },
	{ "dash_escape", dash_escape },
	{ "dot_stuff", dot_stuff },
	{ "wrap_50", wrap_50 },
	{ "wrap_76", wrap_76 },
	{ "fold_998", fold_998 },
	{ "soft_breaks", soft_breaks },
	{ "encode", encode },
};
#define NCHANGES CHECK_COUNT(changes)
#define NQP 2 /* the last ones: nothing comes between them */

/* ---- The property ---------------------------------------------------- */

/* In short rows, or each line in one row, as licissue wrote them once. */
static void
write_file(char lines[LINES][LINE_SIZE], bool in_rows, char *out)
{
	const char *const texts[LINES] = { lines[0], lines[1], lines[2] };
	struct lc_file_writer writer = { 0 };

	if (in_rows) {
		lc_file_writer_text(&writer, "Dear customer,\n");
		lc_file_writer_lines(&writer, texts, LINES);
		lc_file_writer_text(&writer, "Yours\n");
		REQUIRE(lc_file_writer_end(&writer) == LC_OK);
		(void)stpcpy(out, writer.text);
		lc_file_writer_free(&writer);
		return;
	}
	(void)sprintf(out,
	    "Dear customer,\n-----BEGIN LICENSE-----\n%s\n%s\n%s\n"
	    "-----END LICENSE-----\nYours\n",
	    lines[0], lines[1], lines[2]);
}

static void
check_file(const char *text, char lines[LINES][LINE_SIZE])
{
	struct lc_detail detail = { "" };
	struct lc_file *file = NULL;

	CHECK_ERR(
	    lc_file_parse(text, strlen(text), &file, &detail), LC_OK, &detail);
	REQUIRE(file != NULL);
	CHECK_UINT(file->nlines, LINES);
	for (size_t i = 0; i < file->nlines && i < LINES; i++)
		CHECK_MEM(file->lines[i].text, file->lines[i].len, lines[i],
		    strlen(lines[i]));
	lc_file_free(file);
}

static void
each_change_alone(void)
{
	char lines[LINES][LINE_SIZE], *text = malloc(TEXT_SIZE);
	char *changed = malloc(TEXT_SIZE);

	REQUIRE(text != NULL && changed != NULL);
	for (size_t i = 0; i < 2 * NCHANGES; i++) {
		for (size_t j = 0; j < LINES; j++)
			random_line(lines[j]);
		check_context("%s, rows of %s", changes[i / 2].name,
		    i % 2 == 0 ? "64" : "any length");
		write_file(lines, i % 2 == 0, text);
		changes[i / 2].apply(text, changed);
		check_file(changed, lines);
	}
	free(text);
	free(changed);
}

/* What comes after quoted-printable are quote marks, and line ends. */
static void
several_changes(void)
{
	char lines[LINES][LINE_SIZE];
	char *text = malloc(TEXT_SIZE), *changed = malloc(TEXT_SIZE);

	REQUIRE(text != NULL && changed != NULL);
	for (unsigned i = 0; i < 500; i++) {
		char names[200] = "";

		for (size_t j = 0; j < LINES; j++)
			random_line(lines[j]);
		write_file(lines, check_random(2) == 0, text);
		for (unsigned j = 0; j < 3; j++) {
			size_t k = check_random(NCHANGES - NQP);

			(void)strcat(strcat(names, " "), changes[k].name);
			changes[k].apply(text, changed);
			(void)stpcpy(text, changed);
		}
		if (check_random(2) == 0) {
			(void)strcat(names, " quoted-printable");
			encode(text, changed);
			soft_breaks(changed, text);
		}
		check_context("round %u:%s", i, names);
		check_file(text, lines);
	}
	free(text);
	free(changed);
}

/* ---- What is broken -------------------------------------------------- */

#define A10 "AAAAAAAAAA"
#define A60 A10 A10 A10 A10 A10 A10
#define ROW A60 "AAAA\n"
/* 10 rows: the second part ends in the eighth, so that the signature is 86. */
#define HEAD A10 "." A10 A10 A10 A10 A10 "AAA\n"
#define TAIL A10 A10 A10 A10 "A." A10 A10 "AA\n"
#define LAST ROW

static void
faults(void)
{
	static const struct {
		const char *rows, *says;
		bool is_fine;
	} rows[] = {
		{ HEAD ROW ROW ROW TAIL LAST, "", true },
		{ HEAD ROW "AAA!" A60 "\n" ROW TAIL LAST,
		    "row 9 (row 3 of the license that begins in row 7): "
		    "foreign character \"!\"",
		    false },
		{ HEAD "\n> " A60 "\xc3\xa9"
		       "AAA\n" ROW TAIL LAST,
		    "row 9 (row 3 of the license that begins in row 7): "
		    "foreign character \"\xc3\xa9\"",
		    false },
		{ "\xff" HEAD, "row 7: foreign byte 0xff", false },
		{ HEAD ROW A60 "\n" ROW ROW TAIL LAST,
		    "row 9 (row 3 of the license that begins in row 7): 60 "
		    "characters, other rows have 64",
		    false },
		{ HEAD ROW A60 "AAAAA\n" ROW ROW TAIL LAST,
		    "row 9 (row 3 of the license that begins in row 7): 65 "
		    "characters, other rows have 64",
		    false },
		/* One that is short since the next one may not begin so. */
		{ HEAD ROW A60 "AAA\nA-" A60 "AA\n" A60 "\n" ROW TAIL LAST,
		    "row 11 (row 5 of the license that begins in row 7): 60 "
		    "characters, other rows have 64",
		    false },
		{ HEAD ROW ROW,
		    "row 9 (row 3 of the license that begins in row 7): the "
		    "license ends early: 2 of its 3 parts are there",
		    false },
		{ HEAD ROW TAIL A10 "\n",
		    "row 10 (row 4 of the license that begins in row 7): the "
		    "signature of the license has 32 characters, not 86",
		    false },
		{ A10 "." A10 ".A." A10 "\n",
		    "row 7: the license has 4 parts, not 3", false },
		/* Two of another length: rows that were broken anew. */
		{ HEAD A60 "\n" A10 "\n" ROW ROW ROW TAIL LAST, "", true },
	};

	for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
		struct lc_detail detail = { "" };

		check_context("row %zu", i);
		CHECK_INT(lc_unfold_fault(rows[i].rows, strlen(rows[i].rows), 7,
			      "license", true, &detail),
		    !rows[i].is_fine);
		CHECK_STR(detail.text, rows[i].says);
	}
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "rows are short", rows_are_short },
		{ "each change alone", each_change_alone },
		{ "several changes", several_changes },
		{ "faults", faults },
	};

	return check_main("fold", tests, CHECK_COUNT(tests), argc, argv);
}
