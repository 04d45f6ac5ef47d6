/* plain.c - see plain.h. */
#include "plain.h"

#include <string.h>

/* What a uint32_t takes, and one more. */
#define DIGITS_MAX 11

static bool
take_char(struct lc_plain_reader *r, char c)
{
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

static bool
take_text(struct lc_plain_reader *r, const char **text, size_t *len)
{
	if (!take_char(r, '"'))
		return false;
	*text = r->at;
	while (r->at < r->end && *r->at >= ' ' && *r->at <= '~' &&
	       *r->at != '"' && *r->at != '\\')
		r->at++;
	*len = (size_t)(r->at - *text);
	return take_char(r, '"');
}

static bool
take_number(struct lc_plain_reader *r, int64_t *number)
{
	const char *begin = r->at;

	*number = 0;
	while (r->at < r->end && *r->at >= '0' && *r->at <= '9' &&
	       r->at - begin < DIGITS_MAX)
		*number = *number * 10 + (*r->at++ - '0');
	return r->at > begin && r->at - begin < DIGITS_MAX &&
	       (*begin != '0' || r->at - begin == 1);
}

/* What follows an element is all that lc_plain_element skips. */
static bool
take_texts(struct lc_plain_reader *r, struct lc_plain *value)
{
	const char *text;
	size_t len;

	r->at++; /* the bracket */
	value->text = r->at;
	do {
		if (!take_text(r, &text, &len))
			return false;
		value->len += len;
		value->n++;
	} while (take_char(r, ','));
	return take_char(r, ']');
}

void
lc_plain_element(const char **at, const char **text, size_t *len)
{
	const char *end;

	*text = *at + 1;
	end = *text;
	while (*end != '"')
		end++;
	*len = (size_t)(end - *text);
	*at = end + 2; /* the quote, and a comma or bracket */
}

static bool
take_value(struct lc_plain_reader *r, struct lc_plain *value)
{
	*value = (struct lc_plain){ .kind = LC_PLAIN_NUMBER };
	if (r->at == r->end)
		return false;
	if (*r->at == '"') {
		value->kind = LC_PLAIN_TEXT;
		return take_text(r, &value->text, &value->len);
	}
	if (*r->at == '[') {
		value->kind = LC_PLAIN_TEXTS;
		return take_texts(r, value);
	}
	return take_number(r, &value->number);
}

bool
lc_plain_next(struct lc_plain_reader *r, const char **name, size_t *name_len,
    struct lc_plain *value)
{
	value->kind = LC_PLAIN_NONE;
	if (r->begun && take_char(r, '}'))
		return r->at == r->end;
	if (!take_char(r, r->begun ? ',' : '{'))
		return false;
	r->begun = true;
	return take_text(r, name, name_len) && take_char(r, ':') &&
	       take_value(r, value);
}
