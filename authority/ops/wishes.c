/* wishes.c - see wishes.h. */
#include "wishes.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

struct lc_wish *
lc_wishes_next(struct lc_wishes *list, unsigned row)
{
	struct lc_wish *larger = list->wishes;

	if ((list->n & (list->n - 1)) == 0)
		larger = realloc(list->wishes,
		    (list->n > 0 ? 2 * list->n : 1) * sizeof *larger);
	if (larger == NULL)
		return NULL;
	list->wishes = larger;
	larger[list->n] = (struct lc_wish){
		.udi = "",
		.sku = list->sku,
		.quantity = list->quantity,
		.row = row,
	};
	return &larger[list->n++];
}

enum lc_err
lc_wishes_add(struct lc_wishes *list, const char *udi)
{
	struct lc_wish *wish = lc_wishes_next(list, 0);

	if (wish == NULL)
		return LC_ENOMEM;
	wish->udi = lc_arena_text(&list->arena, udi);
	return wish->udi != NULL ? LC_OK : LC_ENOMEM;
}

void
lc_wishes_free(struct lc_wishes *list)
{
	lc_arena_free(&list->arena);
	free(list->wishes);
}

bool
lc_wish_quantity(struct lc_wish *wish, const char *text)
{
	size_t len = strlen(text);

	if (len < 1 || len > 6 || strspn(text, "0123456789") != len) {
		wish->err = lc_fail(
		    &wish->why, LC_EINVAL, "quantity: not a number");
		return false;
	}
	wish->quantity = (uint32_t)strtoul(text, NULL, 10);
	return true;
}

enum lc_err
lc_wishes_room(const struct lc_wishes *list, struct lc_detail *detail)
{
	size_t max = list->max != 0 ? list->max : LC_WISHES_MAX;

	return list->n < max ? LC_OK
			     : lc_fail(detail, LC_EFILE,
				   "more than %zu devices", max);
}

enum lc_err
lc_wishes_check(const char *text, size_t len, struct lc_detail *detail)
{
	if (len > LC_WISHES_FILE_MAX)
		return lc_fail(detail, LC_EFILE, "more than %d bytes",
		    LC_WISHES_FILE_MAX);
	if (!lc_text_is_rows(text, len))
		return lc_fail(detail, LC_EFILE, "not a text in UTF-8");
	return LC_OK;
}
