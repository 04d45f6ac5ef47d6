/*
 * fold.h - signed text in short rows: written so that mail leaves it alone, and
 * read whatever mail made of it (FORMAT "Rows").
 *
 * A signed text has letters, digits, hyphens, underscores and dots only.  So
 * whatever else stands in its rows is not part of it: blanks of every kind,
 * quote marks, the line breaks and codes of quoted-printable.
 */
#ifndef LC_FOLD_H
#define LC_FOLD_H

#include "licensecore.h"

/* How many characters of a text that is not empty make its next row. */
size_t lc_fold_row(const char *text, size_t left);

/* Where reading is; set at, end and row, and is_row_start at the first. */
struct lc_unfold {
	const char *at, *end;
	unsigned row; /* of at, in the file */
	bool is_row_start;
};

struct lc_fold_word {
	const char *start, *end; /* as it stands in the rows */
	unsigned row;
	size_t len; /* of the word itself */
};

/*
 * The next run of characters without blanks between them, written to out, which
 * has room for what is left of the rows.  Characters that belong to no signed
 * text are kept, so that the text is refused.  False: there is none.
 */
bool lc_unfold_word(struct lc_unfold *, char *out, struct lc_fold_word *);

/* Does this row, without what mail put around it, consist of these words? */
bool lc_unfold_is(const char *row, size_t len, const char *words);

/* The row without quote marks and blanks before it, and blanks after it. */
void lc_unfold_trim(const char **row, size_t *len);

/*
 * Why a signed text in these rows, the first of which has this number, is not
 * one: a foreign character, an end that is missing, and, if it is known to be
 * damaged, the row whose length shows it.  What it is ("license") is for the
 * message.  False: nothing shows.
 */
bool lc_unfold_fault(const char *rows, size_t len, unsigned row,
    const char *what, bool is_damaged, struct lc_detail *);

/*
 * Undoes quoted-printable (RFC 2045 section 6.7) in a text of rows; returns the
 * length.  0: the text is not in that form, or out would not be rows of text.
 */
size_t lc_unfold_printable(const char *text, size_t len, char *out);

#endif
