/* pak.c - see pak.h. */
#include "pak.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "record/authority.h"

static enum lc_err
account_judge(struct lc_record *record, struct lc_arena *arena,
    const char *name)
{
	struct lc_account *account;
	enum lc_err err = LC_OK;

	if (name[0] != '\0')
		err = lc_account_find(record, arena, name, &account);
	if (err == LC_ENOTFOUND)
		return lc_fail(record->detail, err,
		    "account %s: not in the catalog", name);
	return err;
}

static enum lc_err
order_judge(struct lc_record *record, const struct lc_pak_order *order)
{
	size_t len = strlen(order->order);

	if (len > LC_CODE_MAX || !lc_text_is_plain(order->order, len))
		return lc_fail(record->detail, LC_EINVAL,
		    "order number: not a text of at most %d bytes",
		    LC_CODE_MAX);
	if (order->nparts < 1 || order->nparts > LC_PAK_PARTS_MAX)
		return lc_fail(record->detail, LC_EINVAL,
		    "a PAK has 1 to %d SKUs", LC_PAK_PARTS_MAX);
	for (size_t i = 0; i < order->nparts; i++) {
		const struct lc_pak_part *part = &order->parts[i];

		if (part->quantity < 1 || part->quantity > LC_UNITS_MAX)
			return lc_fail(record->detail, LC_EINVAL,
			    "SKU %s: quantity %u is not from 1 to %d",
			    part->sku, part->quantity, LC_UNITS_MAX);
		for (size_t j = 0; j < i; j++) {
			if (strcmp(order->parts[j].sku, part->sku) == 0)
				return lc_fail(record->detail, LC_EINVAL,
				    "SKU %s: twice in one PAK", part->sku);
		}
	}
	return LC_OK;
}

static enum lc_err
part_put(struct lc_record *record, struct lc_arena *arena, const char *code,
    const struct lc_pak_part *part)
{
	struct lc_sku *sku;
	enum lc_err err = lc_sku_find(record, arena, part->sku, 0, &sku);

	if (err != LC_OK)
		return err;
	if (!sku->sold)
		return lc_fail(record->detail, LC_EINVAL,
		    "SKU %s: not sold any more", sku->code);
	return lc_pak_line_put(
	    record, code, sku->code, sku->revision, part->quantity);
}

static enum lc_err
pak_put(struct lc_record *record, const struct lc_pak_order *order,
    char code[LC_PAK_LEN + 1])
{
	enum lc_err err;

	do {
		if ((err = lc_pak_code(code)) != LC_OK)
			return err;
		err = lc_pak_put(record, code, order->order, order->account);
	} while (err == LC_EEXISTS);
	return err;
}

enum lc_err
lc_pak_create(const struct lc_authority *authority,
    const struct lc_pak_order *order, char out[LC_PAK_LEN + 1])
{
	struct lc_record *record = authority->record;
	struct lc_arena arena = { 0 };
	char code[LC_PAK_LEN + 1];
	enum lc_err err;

	if ((err = order_judge(record, order)) == LC_OK &&
	    (err = account_judge(record, &arena, order->account)) == LC_OK)
		err = pak_put(record, order, code);
	for (size_t i = 0; i < order->nparts && err == LC_OK; i++)
		err = part_put(record, &arena, code, &order->parts[i]);
	lc_arena_free(&arena);
	if (err == LC_OK)
		memcpy(out, code, sizeof code);
	return err;
}
