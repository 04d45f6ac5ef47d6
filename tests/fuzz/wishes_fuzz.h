/* wishes_fuzz.h - what is promised of a list of devices, whatever its form. */
#ifndef WISHES_FUZZ_H
#define WISHES_FUZZ_H

#include "fuzz.h"

#include <string.h>

#include "ops/wishes.h"

typedef enum lc_err wishes_read(
    struct lc_wishes *, const char *text, size_t len, struct lc_detail *);

static inline void
wish_check(const struct lc_wish *wish, unsigned rows)
{
	require(wish->row >= 1 && wish->row <= rows);
	require(wish->err == LC_OK || wish->why.text[0] != '\0');
	require(lc_text_is_utf8(wish->udi, strlen(wish->udi)));
	require(lc_text_is_utf8(wish->sku, strlen(wish->sku)));
	require(wish->quantity <= 999999);
}

static inline int
wishes_check(wishes_read *read, const uint8_t *data, size_t len)
{
	struct lc_wishes list = { .sku = "S", .quantity = 1 };
	struct lc_detail detail = { "" };
	unsigned rows = 1;
	enum lc_err err = read(&list, (const char *)data, len, &detail);

	require(err == LC_OK || (err == LC_EFILE && detail.text[0] != '\0'));
	for (size_t i = 0; i < len; i++)
		rows += data[i] == '\n' || data[i] == '\r';
	if (err == LC_OK)
		require(list.n >= 1 && list.n <= LC_WISHES_MAX);
	for (size_t i = 0; i < list.n && err == LC_OK; i++) {
		wish_check(&list.wishes[i], rows);
		require(i == 0 ||
			list.wishes[i].row >= list.wishes[i - 1].row);
	}
	lc_wishes_free(&list);
	return 0;
}

#endif
