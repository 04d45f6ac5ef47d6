/* wishes_csv.c - lists of devices as comma-separated values; see wishes.h. */
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/text.h"
#include "wishes.h"

#define FIELDS_MAX 3

/*
 * Takes a field apart, in place; where the next one begins, or NULL after the
 * last.  *field is NULL if it is not one.
 */
static char *
field_take(char *at, char **field)
{
	char *to;

	at += strspn(at, " \t");
	if (*at != '"') {
		size_t len = strcspn(at, ","), end = len;
		char *next = at[len] == ',' ? at + len + 1 : NULL;

		while (end > 0 && lc_text_is_blank(at[end - 1]))
			end--;
		at[end] = '\0';
		*field = memchr(at, '"', end) == NULL ? at : NULL;
		return next;
	}
	*field = to = ++at;
	for (; *at != '"' || at[1] == '"'; at++) {
		if (*at == '\0') {
			*field = NULL;
			return NULL;
		}
		if (*at == '"')
			at++;
		*to++ = *at;
	}
	at++;
	*to = '\0';
	at += strspn(at, " \t\r");
	if (*at != ',' && *at != '\0')
		*field = NULL;
	return *at == ',' ? at + 1 : NULL;
}

static void
fields_read(struct lc_wish *wish, char *row)
{
	char *fields[FIELDS_MAX] = { NULL, NULL, NULL }, *field = NULL;
	size_t n = 0;

	for (char *at = row; at != NULL; n++) {
		at = field_take(at, &field);
		if (field == NULL || n == FIELDS_MAX) {
			wish->err = lc_fail(&wish->why, LC_EINVAL,
			    field == NULL ? "a quote too many or too few"
					  : "more than %d columns",
			    FIELDS_MAX);
			return;
		}
		fields[n] = field;
	}
	wish->udi = fields[0];
	if (n > 1 && fields[1][0] != '\0')
		wish->sku = fields[1];
	if (n > 2 && fields[2][0] != '\0')
		(void)lc_wish_quantity(wish, fields[2]);
}

static bool
is_heading(const char *row)
{
	row += strspn(row, " \t\"");
	return strncasecmp(row, "udi", 3) == 0 &&
	       strchr(row, ':') == NULL;
}

static enum lc_err
row_read(struct lc_wishes *list, char *row, unsigned number,
    struct lc_detail *detail)
{
	struct lc_wish *wish;

	if (row[strspn(row, " \t\r")] == '\0' ||
	    (number == 1 && is_heading(row)))
		return LC_OK;
	if (list->n == LC_WISHES_MAX)
		return lc_wishes_full(detail);
	if ((wish = lc_wishes_next(list, number)) == NULL)
		return LC_ENOMEM;
	fields_read(wish, row);
	return LC_OK;
}

enum lc_err
lc_wishes_csv(struct lc_wishes *list, const char *text, size_t len,
    struct lc_detail *detail)
{
	unsigned number = 0;
	char *copy, *row, *next;
	enum lc_err err;

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3; /* what editors put before UTF-8 */
		len -= 3;
	}
	if ((err = lc_wishes_check(text, len, detail)) != LC_OK)
		return err;
	if ((copy = lc_arena_alloc(&list->arena, len + 1)) == NULL)
		return LC_ENOMEM;
	memcpy(copy, text, len);
	for (row = copy; row != NULL && err == LC_OK; row = next) {
		if ((next = strchr(row, '\n')) != NULL)
			*next++ = '\0';
		err = row_read(list, row, ++number, detail);
	}
	if (err == LC_OK && list->n == 0)
		return lc_fail(detail, LC_EFILE, "no device in it");
	return err;
}
