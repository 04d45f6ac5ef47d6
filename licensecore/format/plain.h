/*
 * plain.h - JSON objects in the plainest form: no white space, no escapes, only
 * printable ASCII, and as values texts, numbers above -1 and arrays of texts.
 * That is what payloads look like that licissue signs, and reading them so
 * costs a tenth of what a JSON parser does.  Whatever is not plain goes through
 * that parser, which also knows what is wrong with it.
 */
#ifndef LC_PLAIN_H
#define LC_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lc_plain_kind {
	LC_PLAIN_NONE,
	LC_PLAIN_TEXT,
	LC_PLAIN_NUMBER,
	LC_PLAIN_TEXTS, /* text is where the first one begins */
};

/* Texts go into what is read, and are not ended by a NUL. */
struct lc_plain {
	enum lc_plain_kind kind;
	const char *text;
	size_t len;
	int64_t number;
	size_t n;
};

struct lc_plain_reader {
	const char *at, *end;
	bool begun;
};

/*
 * The next member; LC_PLAIN_NONE: that was all.  False: it is not plain.
 * Whether a name comes twice is the caller's to see.
 */
bool lc_plain_next(struct lc_plain_reader *, const char **name,
    size_t *name_len, struct lc_plain *value);

/* The next text of an array, of which *at is the beginning at first. */
void lc_plain_element(const char **at, const char **text, size_t *len);

#endif
