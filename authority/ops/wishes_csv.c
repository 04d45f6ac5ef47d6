/* wishes_csv.c - lists of devices as comma-separated values; see wishes.h. */
#include <string.h>

#include "base/error.h"
#include "csv.h"
#include "wishes.h"

static void
wish_fill(struct lc_wish *wish, const struct lc_csv_row *row)
{
	if (row->wrong != NULL) {
		wish->err = lc_fail(&wish->why, LC_EINVAL, "%s", row->wrong);
		return;
	}
	wish->udi = row->fields[0];
	if (row->fields[1][0] != '\0')
		wish->sku = row->fields[1];
	if (row->fields[2][0] != '\0')
		(void)lc_wish_quantity(wish, row->fields[2]);
}

static enum lc_err
row_read(struct lc_wishes *list, const struct lc_csv_row *row,
    struct lc_detail *detail)
{
	struct lc_wish *wish;
	enum lc_err err = lc_wishes_room(list, detail);

	if (err != LC_OK)
		return err;
	if ((wish = lc_wishes_next(list, row->number)) == NULL)
		return LC_ENOMEM;
	wish_fill(wish, row);
	return LC_OK;
}

enum lc_err
lc_wishes_csv(struct lc_wishes *list, const char *text, size_t len,
    struct lc_detail *detail)
{
	enum lc_err err = lc_wishes_check(text, len, detail);
	struct lc_csv_row row;
	struct lc_csv csv;
	char *copy;

	if (err != LC_OK)
		return err;
	if ((copy = lc_arena_alloc(&list->arena, len + 1)) == NULL)
		return LC_ENOMEM;
	memcpy(copy, text, len);
	lc_csv_begin(&csv, copy);
	while (err == LC_OK && lc_csv_next(&csv, &row))
		err = row_read(list, &row, detail);
	if (err == LC_OK && list->n == 0)
		return lc_fail(detail, LC_EFILE, "no device in it");
	return err;
}
