/* fold.c - see fold.h. */
#include "fold.h"

#include <stdio.h>
#include <string.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/text.h"
#include "key.h"

#define ROW 64 /* characters of a row: every mail system leaves them alone */
#define SIGNATURE_B64 LC_B64_LEN(LC_SIGNATURE_LEN)

/*
 * A row never begins with a dot (SMTP doubles it) or a hyphen (the row of
 * another block, the boundary of a mail's parts, the escape of signed mail):
 * the character before it goes to the same row.
 */
static bool
is_kept_from_start(char c)
{
	return c == '.' || c == '-';
}

size_t
lc_fold_row(const char *text, size_t left)
{
	size_t len = ROW;

	if (left <= ROW)
		return left;
	while (len > 1 && is_kept_from_start(text[len]))
		len--;
	return len;
}

/* ---- Characters ------------------------------------------------------ */

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A byte, or its code in quoted-printable; how long it is in the rows. */
static size_t
unit(const char *at, const char *end, char *c)
{
	int high, low;

	*c = *at;
	if (*at != '=' || end - at < 3 || (high = hex_value(at[1])) < 0 ||
	    (low = hex_value(at[2])) < 0)
		return 1;
	*c = (char)(high << 4 | low);
	return 3;
}

/* A line break of quoted-printable, up to the line feed; 0: none. */
static size_t
soft_break(const char *at, const char *end)
{
	const char *c = at + 1;

	if (at == end || *at != '=')
		return 0;
	while (c < end && (*c == ' ' || *c == '\t' || *c == '\r'))
		c++;
	return c == end || *c == '\n' ? (size_t)(c - at) : 0;
}

/* The same where an encoder may have broken the row inside a character. */
static size_t
unit_after_breaks(const char *at, const char *end, char *c)
{
	const char *start = at;
	size_t len;

	*c = '\0';
	while ((len = soft_break(at, end)) > 0 && len < (size_t)(end - at))
		at += len + 1;
	return (size_t)(at - start) + (at < end ? unit(at, end, c) : 0);
}

/* Blanks that programs for mail and text put in: UTF-8, from first to last. */
static const struct {
	char first[4], last[4];
} wide_blanks[] = {
	{ "\xc2\xa0", "\xc2\xa0" },         /* no-break space */
	{ "\xc2\xad", "\xc2\xad" },         /* soft hyphen */
	{ "\xe2\x80\x80", "\xe2\x80\x8f" }, /* of several widths, or none */
	{ "\xe2\x80\xa8", "\xe2\x80\xaf" }, /* separators, directions */
	{ "\xe2\x81\xa0", "\xe2\x81\xa0" }, /* word joiner */
	{ "\xe3\x80\x80", "\xe3\x80\x80" }, /* ideographic space */
	{ "\xef\xbb\xbf", "\xef\xbb\xbf" }, /* byte order mark */
};

static size_t
wide_blank(const char *at, const char *end)
{
	for (size_t i = 0; i < sizeof wide_blanks / sizeof wide_blanks[0];
	     i++) {
		size_t n = strlen(wide_blanks[i].first), len = 0, j = 0;
		char code[4];

		for (; j < n && at + len < end; j++)
			len += unit_after_breaks(at + len, end, &code[j]);
		if (j == n && memcmp(code, wide_blanks[i].first, n) >= 0 &&
		    memcmp(code, wide_blanks[i].last, n) <= 0)
			return len;
	}
	return 0;
}

/* Do these bytes begin here? */
static bool
begins(const char *at, const char *end, const char *bytes)
{
	char c;

	for (; *bytes != '\0'; bytes++) {
		if (at >= end)
			return false;
		at += unit(at, end, &c);
		if (c != *bytes)
			return false;
	}
	return true;
}

/*
 * What programs put before a row: quote marks, the escape of signed mail before
 * a hyphen, the second dot of SMTP.
 */
static size_t
mark(const char *at, const char *end)
{
	char c;

	return begins(at, end, ">") || begins(at, end, "- -") ||
		       begins(at, end, "..")
		   ? unit(at, end, &c)
		   : 0;
}

static size_t
blank(const struct lc_unfold *u)
{
	size_t len;
	char c;

	if (lc_text_is_blank(*u->at))
		return 1;
	if (u->is_row_start && (len = mark(u->at, u->end)) > 0)
		return len;
	if ((len = soft_break(u->at, u->end)) > 0)
		return len;
	if (*u->at != '=' && (unsigned char)*u->at < 0x80)
		return 0;
	len = unit(u->at, u->end, &c);
	return lc_text_is_blank(c) ? len : wide_blank(u->at, u->end);
}

/* A table, since files of megabytes come here while an event loop waits. */
static bool
is_ours(char c)
{
	static const bool ours[256] = {
		['A' ... 'Z'] = true,
		['a' ... 'z'] = true,
		['0' ... '9'] = true,
		['-'] = true,
		['_'] = true,
		['.'] = true,
	};

	return ours[(unsigned char)c];
}

enum kind {
	END,
	BLANK,
	OURS,
	FOREIGN,
};

static enum kind
next(struct lc_unfold *u, char *c)
{
	size_t len;

	if (u->at == u->end)
		return END;
	if ((len = blank(u)) > 0) {
		bool was_start = u->is_row_start;

		(void)unit(u->at, u->end, c);
		u->is_row_start = was_start && *c != '.';
		for (; len > 0; len--) {
			if (*u->at++ != '\n')
				continue;
			u->row++;
			u->is_row_start = true;
		}
		return BLANK;
	}
	u->is_row_start = false;
	len = unit(u->at, u->end, c);
	if (!is_ours(*c)) {
		*c = *u->at++;
		return FOREIGN;
	}
	u->at += len;
	return OURS;
}

/* ---- Words ----------------------------------------------------------- */

bool
lc_unfold_word(struct lc_unfold *u, char *out, struct lc_fold_word *word)
{
	struct lc_unfold before = *u;
	enum kind kind;
	char c;

	while ((kind = next(u, &c)) == BLANK)
		before = *u;
	if (kind == END)
		return false;
	*word = (struct lc_fold_word){ .start = before.at, .row = u->row };
	do {
		const char *at = u->at;

		out[word->len++] = c;
		/* Nearly all there is: what stands for itself. */
		while (at < u->end && is_ours(*at))
			at++;
		memcpy(out + word->len, u->at, (size_t)(at - u->at));
		word->len += (size_t)(at - u->at);
		word->end = u->at = at;
	} while ((kind = next(u, &c)) == OURS || kind == FOREIGN);
	return true;
}

bool
lc_unfold_is(const char *row, size_t len, const char *words)
{
	struct lc_unfold u = { row, row + len, 1, true };
	enum kind kind;
	char c;

	while ((kind = next(&u, &c)) == BLANK)
		;
	for (; *words != '\0'; words++) {
		if (*words == ' ' ? kind != BLANK : kind != OURS || c != *words)
			return false;
		kind = next(&u, &c);
		while (*words == ' ' && kind == BLANK)
			kind = next(&u, &c);
	}
	while (kind == BLANK)
		kind = next(&u, &c);
	return kind == END;
}

void
lc_unfold_trim(const char **row, size_t *len)
{
	struct lc_unfold u = { *row, *row + *len, 1, true };
	struct lc_unfold before = u;
	enum kind kind;
	char c;

	while ((kind = next(&u, &c)) == BLANK)
		before = u;
	*len = kind == END ? 0 : (size_t)(u.end - before.at);
	*row = before.at;
	lc_text_trim(row, len);
}

/* ---- Faults ---------------------------------------------------------- */

/* The characters of one row. */
struct row {
	unsigned row;
	size_t len;
	unsigned dots;
	size_t tail; /* characters since the last dot, or of the row */
	char head[ROW];
	bool is_foreign; /* it was read up to a foreign character */
};

static bool
read_row(struct lc_unfold *u, struct row *row)
{
	enum kind kind;
	char c;

	*row = (struct row){ 0 };
	while ((kind = next(u, &c)) == OURS || kind == BLANK) {
		if (kind == BLANK && u->is_row_start && row->len > 0)
			break;
		if (kind == BLANK)
			continue;
		row->row = u->row;
		if (row->len < sizeof row->head)
			row->head[row->len] = c;
		row->len++;
		row->dots += c == '.';
		row->tail = c == '.' ? 0 : row->tail + 1;
	}
	row->is_foreign = kind == FOREIGN;
	if (kind == FOREIGN)
		row->row = u->row;
	return row->len > 0 || row->is_foreign;
}

/* What was read of a text. */
struct survey {
	const char *rows;
	size_t len;
	const char *what;
	unsigned first, last; /* rows */
	unsigned dots;
	size_t tail;  /* characters since the last one */
	size_t width; /* that most rows have */
};

/* "row 9 (row 3 of the license that begins in row 7): why" */
static bool
blame(const struct survey *s, unsigned row, const char *why,
    struct lc_detail *detail)
{
	if (row == s->first)
		(void)lc_fail(detail, LC_ELINE, "row %u: %s", row, why);
	else
		(void)lc_fail(detail, LC_ELINE,
		    "row %u (row %u of the %s that begins in row %u): %s", row,
		    row - s->first + 1, s->what, s->first, why);
	return true;
}

/* A character that has more than one byte is shown whole, if it is one. */
static bool
blame_foreign(const struct survey *s, unsigned row, const char *at,
    struct lc_detail *detail)
{
	const char *end = s->rows + s->len;
	char shown[5], why[64];
	size_t len = 1;

	while (at + len < end && len < 4 &&
	       ((unsigned char)at[len] & 0xc0) == 0x80)
		len++;
	memcpy(shown, at, len);
	shown[len] = '\0';
	if (lc_text_is_plain(shown, len))
		(void)snprintf(
		    why, sizeof why, "foreign character \"%s\"", shown);
	else
		(void)snprintf(why, sizeof why, "foreign byte 0x%02x",
		    (unsigned)(unsigned char)*at);
	return blame(s, row, why, detail);
}

/* Were the characters of the next row that are missing here kept from its
 * start? */
static bool
is_short_row(const struct row *row, const struct row *after, size_t width)
{
	size_t missing = width - row->len;

	if (row->len >= width || missing >= after->len ||
	    missing >= sizeof after->head)
		return false;
	for (size_t i = 1; i <= missing; i++) {
		if (!is_kept_from_start(after->head[i]))
			return false;
	}
	return true;
}

/* The one row before the last whose length is not that of the others. */
static bool
blame_length(const struct survey *s, struct lc_detail *detail)
{
	struct lc_unfold u = { s->rows, s->rows + s->len, s->first, true };
	struct row row, after, odd = { 0 };
	unsigned n = 0;
	char why[80];

	if (!read_row(&u, &row))
		return false;
	for (; read_row(&u, &after); row = after) {
		if (row.len == s->width || is_short_row(&row, &after, s->width))
			continue;
		odd = row;
		n++;
	}
	if (n != 1)
		return false;
	(void)snprintf(why, sizeof why, "%zu characters, other rows have %zu",
	    odd.len, s->width);
	return blame(s, odd.row, why, detail);
}

static bool
blame_parts(const struct survey *s, struct lc_detail *detail)
{
	char why[80] = "";

	if (s->dots < 2)
		(void)snprintf(why, sizeof why,
		    "the %s ends early: %u of its 3 parts are there", s->what,
		    s->dots + 1);
	else if (s->dots > 2)
		(void)snprintf(why, sizeof why, "the %s has %u parts, not 3",
		    s->what, s->dots + 1);
	else if (s->tail != SIGNATURE_B64)
		(void)snprintf(why, sizeof why,
		    "the signature of the %s has %zu characters, not %d",
		    s->what, s->tail, (int)SIGNATURE_B64);
	return why[0] != '\0' && blame(s, s->last, why, detail);
}

bool
lc_unfold_fault(const char *rows, size_t len, unsigned first, const char *what,
    bool is_damaged, struct lc_detail *detail)
{
	struct survey s = { rows, len, what, first, first, 0, 0, 0 };
	struct lc_unfold u = { rows, rows + len, first, true };
	size_t votes = 0;
	struct row row;

	while (read_row(&u, &row)) {
		if (row.is_foreign)
			return blame_foreign(&s, row.row, u.at - 1, detail);
		s.last = row.row;
		s.dots += row.dots;
		s.tail = row.dots > 0 ? row.tail : s.tail + row.len;
		/* The length that more than half of the rows have. */
		if (votes == 0)
			s.width = row.len;
		votes = row.len == s.width ? votes + 1 : votes - 1;
	}
	return (is_damaged && blame_length(&s, detail)) ||
	       blame_parts(&s, detail);
}

/* ---- Quoted-printable ------------------------------------------------ */

size_t
lc_unfold_printable(const char *text, size_t len, char *out)
{
	const char *end = text + len;
	size_t n = 0, taken;

	while (text < end) {
		if ((taken = soft_break(text, end)) > 0)
			taken += text + taken < end;
		else if ((taken = unit(text, end, &out[n])) == 1 &&
			 *text == '=')
			return 0;
		else
			n++;
		text += taken;
	}
	return n < len && lc_text_is_rows(out, n) ? n : 0;
}
