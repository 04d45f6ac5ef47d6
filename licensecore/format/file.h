/*
 * file.h - license files: text for people, in which delimited license lines
 * and agreements stand (FORMAT "License file").
 */
#ifndef LC_FILE_H
#define LC_FILE_H

#include "licensecore.h"

#define LC_FILE_MAX (8 << 20) /* bytes of a file */
#define LC_FILE_LINES_MAX 20000

/* A license line as it stands in the file: neither verified nor NUL-ended. */
struct lc_file_line {
	const char *text;
	size_t len;
	unsigned number; /* the row of the file, from 1 */
};

/*
 * The text of an agreement.  digest is computed from the text, so that a text
 * found by the digest in a license's terms is the one that was signed.
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
	/* By kind, each over several rows; text is NULL if there is none. */
	struct lc_file_line statements[LC_NSTATEMENTS];
};

/*
 * Finds what counts in a file.  The texts point into data, which has to live
 * as long as the file.  LC_EFILE: not UTF-8, too big, too many lines, a block
 * without its end, two statements of a kind; LC_ENOMEM.  A line that is rubbish
 * does not fail here: lc_line_open tells.
 */
enum lc_err lc_file_scan(
    const void *data, size_t len, struct lc_file **, struct lc_detail *);
/* The same for a license file: LC_EFILE if there is no line in it. */
enum lc_err lc_file_parse(
    const void *data, size_t len, struct lc_file **, struct lc_detail *);
void lc_file_free(struct lc_file *); /* NULL is fine */

/*
 * The statement of this kind, put together from its rows and normalized
 * (lc_jws_normalize); caller frees.
 * LC_EFILE: there is none, or it is longer than LC_TICKET_MAX; LC_ENOMEM.
 */
enum lc_err lc_file_statement(const struct lc_file *, enum lc_statement_kind,
    char **text, struct lc_detail *);

/* The agreement with this digest, or NULL. */
const struct lc_file_eula *lc_file_find_eula(
    const struct lc_file *, const char *digest);

/*
 * The digest that names an agreement: SHA-256, in base64url, of its rows,
 * each ended by a line feed however the text ends them.
 */
enum lc_err lc_eula_digest(
    const char *text, size_t len, char digest[LC_EULA_DIGEST_LEN + 1]);

/* ---- Writing --------------------------------------------------------- */

/* A file that grows in memory; {0} is the empty one. */
struct lc_file_writer {
	char *text; /* NUL-terminated once anything was added */
	size_t len, size;
	bool failed; /* out of memory: nothing more is added */
};

/*
 * Each adds at the end; out of memory is remembered and told by
 * lc_file_writer_end.  Text for people is whole rows, none of which may be
 * mistaken for a delimiter: put a word before every value.  The lines that are
 * given together stand in one block.
 */
void lc_file_writer_text(struct lc_file_writer *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void lc_file_writer_lines(
    struct lc_file_writer *, const char *const *lines, size_t n);
void lc_file_writer_statement(
    struct lc_file_writer *, enum lc_statement_kind, const char *text);
/* LC_EINVAL: not UTF-8, or it holds the row that ends an agreement. */
enum lc_err lc_file_writer_eula(
    struct lc_file_writer *, const char *text, size_t len, struct lc_detail *);

/* LC_ENOMEM if anything above failed; LC_EFILE if it outgrew LC_FILE_MAX. */
enum lc_err lc_file_writer_end(const struct lc_file_writer *);
void lc_file_writer_free(struct lc_file_writer *);

#endif
