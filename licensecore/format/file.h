/*
 * file.h - license files: text for people with blocks of license lines,
 * agreements and statements (FORMAT "License file").
 */
#ifndef LC_FILE_H
#define LC_FILE_H

#include "licensecore.h"

#define LC_FILE_MAX (16 << 20) /* bytes of a file */
#define LC_FILE_LINES_MAX 20000

/* A license line in the file: neither verified nor NUL-terminated. */
struct lc_file_line {
	const char *text; /* put together from its rows */
	size_t len;
	unsigned number;  /* the row of the file where it begins, from 1 */
	const char *rows; /* as it stands in the file; NULL: in no file */
	size_t rows_len;
};

/*
 * The text of an agreement.  The digest is computed from the text: a text with
 * the digest in a license's terms is the one that was signed.
 */
struct lc_file_eula {
	char digest[LC_EULA_DIGEST_LEN + 1];
	const char *text; /* rows, each with its line end; UTF-8 */
	size_t len;
};

struct lc_file {
	const struct lc_file_line *lines; /* in the order of the file */
	size_t nlines;
	const struct lc_file_eula *eulas;
	size_t neulas;
	/* By kind; text is not there, rows are NULL if there is none. */
	struct lc_file_line statements[LC_NSTATEMENTS];
	char *text; /* what was put together */
	/* Rows that tell why nothing was found, or 0: a mail in base64, and one
	 * that is nearly the BEGIN row of a block. */
	unsigned base64, nearly;
};

/*
 * Finds the blocks of a file, and undoes in them what mail did.  Texts may
 * point into data, which must live as long as the file.  LC_EFILE: not UTF-8,
 * too big, too many lines, a block without an END row, two statements of a
 * kind; LC_ENOMEM.  Lines are not checked here but by lc_line_open.
 */
enum lc_err lc_file_scan(
    const void *data, size_t len, struct lc_file **, struct lc_detail *);
/* The same for a license file: LC_EFILE if it has no license line. */
enum lc_err lc_file_parse(
    const void *data, size_t len, struct lc_file **, struct lc_detail *);
void lc_file_free(struct lc_file *); /* NULL is fine */

/*
 * lc_file_scan in pieces of about n bytes, for files of megabytes: *out is set
 * when it was read to its end, and not before.  A row, and an agreement, is
 * never cut.  Data and detail must live as long as the reader.
 */
struct lc_file_reader;
enum lc_err lc_file_reader_new(const void *data, size_t len,
    struct lc_file_reader **, struct lc_detail *);
enum lc_err lc_file_read_on(
    struct lc_file_reader *, size_t n, struct lc_file **out);
void lc_file_reader_free(struct lc_file_reader *); /* NULL is fine */
/* What lc_file_parse asks besides. */
enum lc_err lc_file_check_lines(const struct lc_file *, struct lc_detail *);

/*
 * What is missing ("license line") was not found, and perhaps why; returns
 * LC_EFILE.
 */
enum lc_err lc_file_lacks(
    const struct lc_file *, const char *what, struct lc_detail *);

/*
 * A line of a file was refused with this error, which is returned: the detail
 * becomes one that names the row.
 */
enum lc_err lc_file_line_fail(
    const struct lc_file_line *, enum lc_err, struct lc_detail *);

/*
 * The statement of this kind, put together from its rows and normalized
 * (lc_jws_normalize); caller frees.
 * LC_EFILE: no such statement, or longer than LC_TICKET_MAX; LC_ELINE: its rows
 * show that it is damaged; LC_ENOMEM.
 */
enum lc_err lc_file_statement(const struct lc_file *, enum lc_statement_kind,
    char **text, struct lc_detail *);

/* The agreement with this digest, or NULL. */
const struct lc_file_eula *lc_file_find_eula(
    const struct lc_file *, const char *digest);

/*
 * The digest of an agreement: SHA-256, in base64url, of its rows, each with one
 * line feed in place of its line end.
 */
enum lc_err lc_eula_digest(
    const char *text, size_t len, char digest[LC_EULA_DIGEST_LEN + 1]);

/* ---- Writing --------------------------------------------------------- */

/* A file that grows in memory; {0} is empty. */
struct lc_file_writer {
	char *text; /* NUL-terminated once anything was added */
	size_t len, size;
	bool failed; /* out of memory: nothing more is added */
};

/*
 * Each appends to the file; lc_file_writer_end returns the first failure.  Text
 * for people consists of complete rows, none of which may look like a
 * delimiter: put a word before every value.  The lines of one call are one
 * block; a text may hold several, with a line feed between them.
 */
void lc_file_writer_text(struct lc_file_writer *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void lc_file_writer_lines(
    struct lc_file_writer *, const char *const *lines, size_t n);
void lc_file_writer_statement(
    struct lc_file_writer *, enum lc_statement_kind, const char *text);
/* LC_EINVAL: not UTF-8, or with a row that ends an agreement. */
enum lc_err lc_file_writer_eula(
    struct lc_file_writer *, const char *text, size_t len, struct lc_detail *);

/* LC_ENOMEM if a call above failed; LC_EFILE: larger than LC_FILE_MAX. */
enum lc_err lc_file_writer_end(const struct lc_file_writer *);
void lc_file_writer_free(struct lc_file_writer *);

#endif
