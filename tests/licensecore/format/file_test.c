/* file_test.c - license files: what counts in them, and what breaks them. */
#include "format/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define BEGIN "-----BEGIN LICENSE-----\n"
#define END "-----END LICENSE-----\n"
#define EULA "-----BEGIN EULA-----\n"
/* Lines have three parts, and the third has 86 characters. */
#define X10 "xxxxxxxxxx"
#define REST "." X10 "." X10 X10 X10 X10 X10 X10 X10 X10 "xxxxxx"
#define EULA_END "-----END EULA-----\n"

/* In pieces it is the same, wherever they end. */
static void
check_pieces(const char *text, size_t n, const struct lc_file *whole,
    enum lc_err expected, const struct lc_detail *says)
{
	struct lc_detail detail = { "" };
	struct lc_file_reader *reader = NULL;
	struct lc_file *file = NULL;
	enum lc_err err =
	    lc_file_reader_new(text, strlen(text), &reader, &detail);

	while (err == LC_OK && file == NULL)
		err = lc_file_read_on(reader, n, &file);
	if (err == LC_OK)
		err = lc_file_check_lines(file, &detail);
	CHECK_ERR(err, expected, &detail);
	CHECK_STR(detail.text, says->text);
	for (size_t i = 0; whole != NULL && i < whole->nlines; i++) {
		REQUIRE(i < file->nlines);
		CHECK_MEM(file->lines[i].text, file->lines[i].len,
		    whole->lines[i].text, whole->lines[i].len);
		CHECK(file->lines[i].rows == whole->lines[i].rows);
		CHECK_UINT(file->lines[i].rows_len, whole->lines[i].rows_len);
		CHECK_UINT(file->lines[i].number, whole->lines[i].number);
	}
	if (whole != NULL) {
		CHECK_UINT(file->nlines, whole->nlines);
		CHECK_UINT(file->neulas, whole->neulas);
	}
	lc_file_free(file);
	lc_file_reader_free(reader);
}

static struct lc_file *
parse(const char *text, enum lc_err expected, const char *says)
{
	static const size_t pieces[] = { 1, 7, 100, 65536 };
	struct lc_detail detail = { "" };
	struct lc_file *file = NULL;

	CHECK_ERR(lc_file_parse(text, strlen(text), &file, &detail), expected,
	    &detail);
	CHECK_HAS(detail.text, says);
	CHECK_INT(file != NULL, expected == LC_OK);
	for (size_t i = strlen(text) < 65536 ? 0 : 3; i < CHECK_COUNT(pieces);
	     i++)
		check_pieces(text, pieces[i], file, expected, &detail);
	return file;
}

static void
check_line(
    const struct lc_file *file, size_t i, const char *text, unsigned number)
{
	REQUIRE(i < file->nlines);
	CHECK_MEM(file->lines[i].text, file->lines[i].len, text, strlen(text));
	CHECK_UINT(file->lines[i].number, number);
}

static void
lines_are_found(void)
{
	struct lc_file *file =
	    parse("For people\n\n" BEGIN "one" REST "\n\n  two" REST " \t\r\n"
		  END "more words\n---- BEGIN LICENSE ----\n" BEGIN
		  "three" REST "\n-----END LICENSE-----",
		LC_OK, "");

	CHECK_UINT(file->nlines, 3);
	check_line(file, 0, "one" REST, 4);
	check_line(file, 1, "two" REST, 6);
	check_line(file, 2, "three" REST, 11);
	CHECK_UINT(file->neulas, 0);
	lc_file_free(file);
	lc_file_free(NULL);
}

static void
line_ends_of_every_kind(void)
{
	struct lc_file *file = parse("\xef\xbb\xbfwords\r\n"
				     "-----BEGIN LICENSE-----  \r\n"
				     "one\r\n"
				     "\t-----END LICENSE-----\r\n",
	    LC_OK, "");

	CHECK_UINT(file->nlines, 1);
	check_line(file, 0, "one", 3);
	lc_file_free(file);
}

static void
agreements_are_found_by_their_digest(void)
{
	/* SHA-256 of "All is yours.\nAlmost.\n", made with openssl dgst. */
	static const char digest[] =
	    "f_cW4EBdr-xtn07-BE92oMDuAkfrJ_KshVP_8S8QJyk";
	static const char *const rows[] = {
		EULA "All is yours.\nAlmost.\n" EULA_END BEGIN "x\n" END,
		BEGIN "x\n" END EULA "All is yours.\r\nAlmost.\r\n" EULA_END,
		EULA "All is yours.\nAlmost.\n" EULA_END EULA
		     "All is yours.\r\nAlmost.\n" EULA_END BEGIN "x\n" END,
	};
	static const char *const others[] = {
		EULA "All is yours.\nAlmost\n" EULA_END BEGIN "x\n" END,
		EULA "All is yours.\n\nAlmost.\n" EULA_END BEGIN "x\n" END,
		EULA " All is yours.\nAlmost.\n" EULA_END BEGIN "x\n" END,
	};

	for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
		struct lc_file *file = parse(rows[i], LC_OK, "");

		CHECK_UINT(file->neulas, 1);
		CHECK_STR(file->eulas[0].digest, digest);
		CHECK(lc_file_find_eula(file, digest) == &file->eulas[0]);
		CHECK(strncmp(file->eulas[0].text, "All is", 6) == 0);
		lc_file_free(file);
	}
	for (size_t i = 0; i < CHECK_COUNT(others); i++) {
		struct lc_file *file = parse(others[i], LC_OK, "");

		CHECK_UINT(file->neulas, 1);
		CHECK(lc_file_find_eula(file, digest) == NULL);
		lc_file_free(file);
	}
}

/* What stands in an agreement is its text, whatever it looks like. */
static void
an_agreement_cannot_hold_lines(void)
{
	struct lc_file *file = parse(
	    EULA BEGIN "forged\n" END EULA_END BEGIN "real\n" END, LC_OK, "");

	CHECK_UINT(file->nlines, 1);
	check_line(file, 0, "real", 7);
	lc_file_free(file);
}

/* Lines that stand in several rows, or several in one. */
static void
lines_are_put_together(void)
{
	static const struct {
		const char *text;
		size_t n;
		struct {
			const char *text;
			unsigned row;
		} lines[3];
	} rows[] = {
		{ "one\n." X10 "\n\n  ." X10 X10 X10 X10 "\n>" X10 X10 X10 X10
		  "xxx\nxxx\ntwo" REST "\n",
		    2, { { "one" REST, 2 }, { "two" REST, 8 } } },
		{ "one" REST " two" REST "\n", 2,
		    { { "one" REST, 2 }, { "two" REST, 2 } } },
		/* A damaged one costs only itself. */
		{ "one." X10 "\neyJhbGci" REST "\ntwo" REST "\n", 3,
		    { { "one." X10, 2 }, { "eyJhbGci" REST, 3 },
			{ "two" REST, 4 } } },
		{ "one" REST "y\ntwo" REST "\n", 2,
		    { { "one" REST "y", 2 }, { "two" REST, 3 } } },
		{ X10 "\neyJraWQi" REST "\neyJ0eXAi" REST "\n", 3,
		    { { X10, 2 }, { "eyJraWQi" REST, 3 },
			{ "eyJ0eXAi" REST, 4 } } },
	};
	char text[1000];

	for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
		struct lc_file *file;

		check_context("row %zu", i);
		(void)snprintf(text, sizeof text, BEGIN "%s" END, rows[i].text);
		file = parse(text, LC_OK, "");
		REQUIRE(file != NULL);
		CHECK_UINT(file->nlines, rows[i].n);
		for (size_t j = 0; j < rows[i].n; j++)
			check_line(file, j, rows[i].lines[j].text,
			    rows[i].lines[j].row);
		lc_file_free(file);
	}
}

static void
agreements_that_went_by_mail(void)
{
	/* SHA-256 of the first one's text, by sha256sum. */
	static const char digest[] =
	    "OIo1dV0hdWUdSBEiIyv2_9WRL5F0aE2Bh0y9T1w_RX4";
	static const char *const rows[] = {
		EULA "One = 1.\nZwei = \xc3\xbc"
		     "ber 1.\n\n> 2\n" EULA_END,
		"> -----BEGIN EULA-----\n> One = 1.\n"
		"> Zwei = \xc3\xbc"
		"ber 1.\n>\n> > 2\n> -----END EULA-----\n",
		" -----BEGIN EULA-----\r\n One = 1.\r\n"
		" Zwei = \xc3\xbc"
		"ber 1.\r\n\r\n > 2\r\n"
		" -----END EULA-----\r\n",
		EULA "One =3D 1.\nZwei =3D =C3=\n=BCber 1=2E\n\n> 2\n" EULA_END,
		">> -----BEGIN EULA-----\r\n>> One =3D =\r\n>> 1.\r\n"
		">> Zwei =3D =C3=BCber 1.\r\n>>\r\n>> > 2\r\n"
		">> -----END EULA-----=20\r\n",
	};

	for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
		struct lc_detail detail = { "" };
		struct lc_file *file = NULL;

		check_context("row %zu", i);
		CHECK_ERR(
		    lc_file_scan(rows[i], strlen(rows[i]), &file, &detail),
		    LC_OK, &detail);
		REQUIRE(file != NULL);
		CHECK(lc_file_find_eula(file, digest) != NULL);
		lc_file_free(file);
	}
}

/* What is decoded may not bring what is refused as it stands. */
static void
an_agreement_hides_nothing(void)
{
	static const char *const rows[] = {
		EULA "One =1B[2J.\n" EULA_END,
		EULA "One =00.\n" EULA_END,
		EULA "One =FF.\n" EULA_END,
		EULA "One.\n=2D----END EULA-----\n" EULA_END,
	};

	for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
		struct lc_file *file = NULL;

		check_context("row %zu", i);
		CHECK_ERR(lc_file_scan(rows[i], strlen(rows[i]), &file, NULL),
		    LC_OK, NULL);
		REQUIRE(file != NULL);
		CHECK_UINT(file->neulas, 1);
		lc_file_free(file);
	}
}

static void
broken_files(void)
{
	/* clang-format off */
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "", "no license line" },
		{ "hello\n", "no license line" },
		{ BEGIN END, "no license line" },
		{ BEGIN "\n \n" END, "no license line" },
		{ EULA "x\n" EULA_END, "no license line" },
		{ BEGIN "x\n", "begun in row 1 has no END row (truncated" },
		{ "\n\n" BEGIN "x\n-----END LICENSE----", "block begun in row 3 has no END row" },
		{ "\n" BEGIN "x\n" END "y\n" BEGIN, "begun in row 6 has no END row" },
		{ BEGIN "x\n" END EULA "y\n", "begun in row 4 has no END row" },
		{ END, "row 1: END row without a BEGIN row" },
		{ EULA_END, "row 1: END row without a BEGIN row" },
		{ BEGIN "x\n" BEGIN "y\n" END, "row 3: the block begun in row 1 has no END row" },
		{ BEGIN "x\n" EULA "y\n" EULA_END, "row 3: the block begun in row 1" },
		{ BEGIN "x\n-----END EULA-----\n", "row 3: the block begun in row 1" },
		{ BEGIN "x\x01\n" END, "row 2: not text" },
		{ BEGIN "x\x7f\n" END, "not text" },
		{ "\x1b[2J" BEGIN "x\n" END, "not text" },
		{ "\xc2\x9b" "2J" BEGIN "x\n" END, "not text" },
		{ "\xff" BEGIN "x\n" END, "not text" },
		{ "\xe2\x82" BEGIN "x\n" END, "not text" },
		{ "\xff\xfe-", "UTF-16: save it as UTF-8" },
		{ "a\n ----BEGIN LICENSE-----\nx\n", "row 2 is nearly \"-----BEGIN LICENSE-----\"" },
		{ "content-transfer-encoding: BASE64\n\nZXlK\n", "encoded in base64 (row 1)" },
	};
	/* clang-format on */

	for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
		check_context("row %zu", i);
		(void)parse(rows[i].text, LC_EFILE, rows[i].says);
	}
}

static void
nul_is_not_text(void)
{
	static const char text[] = BEGIN "x\0y\n" END;
	struct lc_file *file = NULL;

	CHECK_ERR(
	    lc_file_parse(text, sizeof text - 1, &file, NULL), LC_EFILE, NULL);
	CHECK_ERR(lc_file_parse(NULL, 0, &file, NULL), LC_EFILE, NULL);
}

static void
sizes(void)
{
	struct lc_detail detail = { "" };
	struct lc_file *file = NULL;
	size_t max = LC_FILE_MAX;
	char *text = malloc(max + 1), *at;

	REQUIRE(text != NULL);
	memset(text, '\n', max + 1);
	memcpy(text, BEGIN "x\n" END, strlen(BEGIN "x\n" END));
	CHECK_ERR(lc_file_parse(text, max, &file, &detail), LC_OK, &detail);
	lc_file_free(file);
	CHECK_ERR(
	    lc_file_parse(text, max + 1, &file, &detail), LC_EFILE, &detail);
	CHECK_HAS(detail.text, "16777217 bytes");

	at = stpcpy(text, BEGIN);
	for (int i = 0; i < LC_FILE_LINES_MAX; i++)
		at = stpcpy(at, "line" REST "\n");
	(void)stpcpy(at, END);
	file = parse(text, LC_OK, "");
	CHECK_UINT(file->nlines, LC_FILE_LINES_MAX);
	lc_file_free(file);
	(void)stpcpy(stpcpy(at, "line" REST "\n"), END);
	(void)parse(text, LC_EFILE, "more than 20000");

	at = text;
	for (int i = 0; i <= 1000; i++)
		at += sprintf(at, EULA "%d\n" EULA_END, i);
	(void)stpcpy(at, BEGIN "x\n" END);
	(void)parse(text, LC_EFILE, "more than 1000 agreements");
	free(text);
}

static void
what_is_written_is_read(void)
{
	static const char *const lines[] = { "one" REST "\ntwo" REST,
		"three" REST };
	static const char eula[] = "Take it.\nOr leave it.";
	struct lc_file_writer writer = { 0 };
	char digest[LC_EULA_DIGEST_LEN + 1];
	struct lc_file *file;

	lc_file_writer_text(&writer, "License %d\n", 1);
	lc_file_writer_lines(&writer, lines, 2);
	CHECK_ERR(lc_file_writer_eula(&writer, eula, strlen(eula), NULL), LC_OK,
	    NULL);
	lc_file_writer_lines(&writer, lines + 1, 1);
	CHECK_ERR(lc_file_writer_end(&writer), LC_OK, NULL);
	/* Rows of 64, and an empty one between two lines. */
	CHECK_STR(writer.text,
	    "License 1\n" BEGIN "one." X10 "." X10 X10 X10 X10 "xxxxxxxxx\n"
	    "x" X10 X10 X10 "xxxxxx\n\n"
	    "two." X10 "." X10 X10 X10 X10 "xxxxxxxxx\n"
	    "x" X10 X10 X10 "xxxxxx\n\n"
	    "three." X10 "." X10 X10 X10 X10 "xxxxxxx\n"
	    "xxx" X10 X10 X10 "xxxxxx\n" END EULA
	    "Take it.\nOr leave it.\n" EULA_END BEGIN
	    "three." X10 "." X10 X10 X10 X10 "xxxxxxx\n"
	    "xxx" X10 X10 X10 "xxxxxx\n" END);
	CHECK_UINT(writer.len, strlen(writer.text));

	file = parse(writer.text, LC_OK, "");
	CHECK_UINT(file->nlines, 4);
	check_line(file, 1, "two" REST, 6);
	check_line(file, 3, "three" REST, 17);
	CHECK_ERR(lc_eula_digest(eula, strlen(eula), digest), LC_OK, NULL);
	CHECK(lc_file_find_eula(file, digest) != NULL);
	lc_file_free(file);
	lc_file_writer_free(&writer);
	CHECK(writer.text == NULL);
}

static void
agreements_that_cannot_be_written(void)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "a\n" EULA_END "b\n", "row 2" },
		{ "a\r\n -----END EULA----- \r\n", "row 2" },
		{ "a\x1b[0m", "not text" },
		{ "\xff", "not text" },
	};
	struct lc_file_writer writer = { 0 };
	struct lc_detail detail;

	for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
		check_context("row %zu", i);
		CHECK_ERR(lc_file_writer_eula(&writer, rows[i].text,
			      strlen(rows[i].text), &detail),
		    LC_EINVAL, &detail);
		CHECK_HAS(detail.text, rows[i].says);
		CHECK_UINT(writer.len, 0);
	}
	lc_file_writer_free(&writer);
}

static void
a_file_that_grows_too_big(void)
{
	struct lc_file_writer writer = { 0 };

	lc_file_writer_text(&writer, "%*s", LC_FILE_MAX, "");
	CHECK_ERR(lc_file_writer_end(&writer), LC_OK, NULL);
	lc_file_writer_text(&writer, "x");
	CHECK_ERR(lc_file_writer_end(&writer), LC_EFILE, NULL);
	writer.failed = true;
	CHECK_ERR(lc_file_writer_end(&writer), LC_ENOMEM, NULL);
	lc_file_writer_free(&writer);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "lines are found", lines_are_found },
		{ "line ends of every kind", line_ends_of_every_kind },
		{ "agreements are found by their digest",
		    agreements_are_found_by_their_digest },
		{ "an agreement cannot hold lines",
		    an_agreement_cannot_hold_lines },
		{ "lines are put together", lines_are_put_together },
		{ "agreements that went by mail",
		    agreements_that_went_by_mail },
		{ "an agreement hides nothing", an_agreement_hides_nothing },
		{ "broken files", broken_files },
		{ "NUL is not text", nul_is_not_text },
		{ "sizes", sizes },
		{ "what is written is read", what_is_written_is_read },
		{ "agreements that cannot be written",
		    agreements_that_cannot_be_written },
		{ "a file that grows too big", a_file_that_grows_too_big },
	};

	return check_main("file", tests, CHECK_COUNT(tests), argc, argv);
}
