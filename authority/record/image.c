/* image.c - see image.h. */
#include "image.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "format/file.h"

/* A table with the columns, keyed by the first of them. */
#define TABLE(name, key, columns, number, n, long_ones) \
	{ name, "SELECT " columns " FROM " name " WHERE " key " = $1", \
	    "SELECT " columns " FROM " name " WHERE " key \
	    " > $1 ORDER BY " key " LIMIT $2", \
	    number, n, long_ones }

const struct lc_image_table lc_images[] = {
	TABLE("signing_key", "kid", "kid, jwk, place, state, made", false, 5, 0),
	TABLE("request", "n", "n, id, what", true, 3, 0),
	TABLE("ended", "n", "n, udi, id, why, ref", true, 5, 0),
	TABLE("agreement", "digest", "digest, text", false, 2, 1 << 1),
	TABLE("device", "udi",
	    "udi, kid, pinned, records, history, seen,"
	    " back_records, back_history, back_seen",
	    false, 9, 0),
	TABLE("ticket", "seq",
	    "seq, id, udi, text, redeemed_for, redeemed_at", true, 6, 1 << 3),
	TABLE("family", "name", "name, pids, moves_to", false, 3, 0),
	TABLE("sku", "code",
	    "code, description, family, movable, sold, revision", false, 6, 0),
	TABLE("sku_item", "n",
	    "n, sku, revision, item, feature, version, type, count, additive,"
	    " period, days, extension_days, agreement",
	    true, 13, 0),
	TABLE("account", "name", "name, description", false, 2, 0),
	TABLE("contract", "number", "number, account, begins, ends, stopped",
	    false, 5, 0),
	TABLE("contract_sku", "n", "n, contract, sku, quantity", true, 4, 0),
	TABLE("contract_udi", "n", "n, contract, udi", true, 3, 0),
	TABLE("pak", "code", "code, order_number, account, made, stopped",
	    false, 5, 0),
	TABLE("pak_line", "n", "n, pak, sku, revision, quantity", true,
	    5, 0),
	TABLE("evaluation", "n", "n, udi, feature, version, license", true, 5,
	    0),
	TABLE("rma", "n",
	    "n, old_udi, new_udi, at, why, approved_by, licenses, due,"
	    " returned",
	    true, 9, 0),
	TABLE("setting", "name", "name, value", false, 2, 0),
	TABLE("lot", "name", "name, what, at", false, 3, 0),
	TABLE("token", "name",
	    "name, digest, account, role, made, expires, stopped", false, 7, 0),
	TABLE("answer", "request", "request, body", true, 2, 1 << 1),
	TABLE("device_account", "udi", "udi, account", false, 2, 0),
};
const size_t lc_nimages = sizeof lc_images / sizeof lc_images[0];

const struct lc_image_table *
lc_image_table(const char *name)
{
	for (size_t i = 0; i < lc_nimages; i++) {
		if (strcmp(lc_images[i].name, name) == 0)
			return &lc_images[i];
	}
	return NULL;
}

static json_t *
value_json(const struct lc_image_table *table, int column, const char *text)
{
	char digest[LC_EULA_DIGEST_LEN + 1];

	if (text == NULL)
		return json_null();
	if ((table->digested & 1U << column) == 0)
		return json_string(text);
	return lc_eula_digest(text, strlen(text), digest) == LC_OK
		   ? json_string(digest)
		   : NULL;
}

enum lc_err
lc_image_of(const struct lc_image_table *table, const char *const *values,
    char **text)
{
	json_t *image = json_array();
	bool ok = image != NULL;

	for (int i = 0; i < table->ncolumns && ok; i++)
		ok = json_array_append_new(
			 image, value_json(table, i, values[i])) == 0;
	*text = ok ? json_dumps(image, JSON_COMPACT) : NULL;
	json_decref(image);
	return *text != NULL ? LC_OK : LC_ENOMEM;
}

enum lc_err
lc_image(const struct lc_image_table *table, struct db_rows *rows, char **text)
{
	const char *values[LC_IMAGE_COLUMNS_MAX];

	for (int i = 0; i < table->ncolumns; i++)
		values[i] = db_is_null(rows, i) ? NULL : db_text(rows, i);
	return lc_image_of(table, values, text);
}
