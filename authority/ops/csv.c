/* csv.c - see csv.h. */
#include "csv.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

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
row_take(struct lc_csv_row *row, char *at)
{
	char *field = NULL;

	for (size_t i = 0; at != NULL; i++) {
		at = field_take(at, &field);
		if (field == NULL)
			row->wrong = "a quote too many or too few";
		else if (i < LC_CSV_FIELDS)
			row->fields[i] = field;
		else if (*field != '\0')
			row->wrong = "more than 3 columns";
		if (row->wrong != NULL)
			return;
	}
}

static bool
is_heading(const char *row)
{
	row += strspn(row, " \t\"");
	return strncasecmp(row, "udi", 3) == 0 &&
	       strchr(row, ':') == NULL;
}

void
lc_csv_begin(struct lc_csv *csv, char *text)
{
	/* What editors put before UTF-8. */
	bool has_mark = strncmp(text, "\xef\xbb\xbf", 3) == 0;

	*csv = (struct lc_csv){ .at = text + (has_mark ? 3 : 0) };
}

bool
lc_csv_next(struct lc_csv *csv, struct lc_csv_row *row)
{
	char *at;

	while ((at = csv->at) != NULL) {
		bool is_first = !csv->is_begun;

		csv->number++;
		if ((csv->at = strchr(at, '\n')) != NULL)
			*csv->at++ = '\0';
		if (at[strspn(at, " \t\r")] == '\0')
			continue;
		csv->is_begun = true;
		if (is_first && is_heading(at))
			continue;
		*row = (struct lc_csv_row){
			.fields = { "", "", "" },
			.number = csv->number,
		};
		row_take(row, at);
		return true;
	}
	return false;
}
