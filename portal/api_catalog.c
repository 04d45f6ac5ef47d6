/* api_catalog.c - reading what is sold, and to whom. */
#include <stdlib.h>
#include <string.h>

#include "api_read.h"
#include "catalog/catalog.h"
#include "fail.h"
#include "format/line.h"
#include "report/rows.h"
#include "web/answer.h"
#include "words.h"

typedef enum lc_err catalog_read(struct lc_record *, struct lc_catalog *);
typedef json_t *catalog_json(const struct lc_catalog *);

/* What is read of the catalog, as JSON; NULL: no memory, or it failed. */
static json_t *
catalog_make(struct portal *portal, catalog_read *read, catalog_json *make,
    enum lc_err *err, struct lc_detail *detail)
{
	struct lc_record *record = readers_take(portal->readers);
	struct lc_catalog catalog = { .skus = NULL };
	json_t *json = NULL;

	lc_record_tell(record, detail);
	*err = read(record, &catalog);
	readers_return(portal->readers, record);
	if (*err == LC_OK)
		json = make(&catalog);
	lc_catalog_free(&catalog);
	return json;
}

static void
catalog_answer(struct portal *portal, struct web_request *request,
    catalog_read *read, catalog_json *make)
{
	struct lc_detail detail = { "" };
	enum lc_err err;
	json_t *json = catalog_make(portal, read, make, &err, &detail);

	if (err == LC_OK)
		web_answer_json(request, 200, json);
	else
		read_fail(request, err, &detail);
}

/* ---- SKUs ------------------------------------------------------------ */

static json_t *
item_json(const struct lc_item *item)
{
	json_t *json = json_pack("{s:s, s:s, s:s, s:b, s:I, s:I}", "feature",
	    item->feature, "version", item->version, "type",
	    lc_type_name((enum lc_type)item->type), "additive", item->additive,
	    "period", (json_int_t)item->period_s, "days",
	    (json_int_t)item->days);

	if (json != NULL && item->count != LC_UNCOUNTED)
		(void)json_object_set_new(
		    json, "count", json_integer(item->count));
	return json;
}

static json_t *
sku_json(const struct lc_sku *sku)
{
	json_t *items = json_array();

	for (const struct lc_item *item = sku->items;
	     items != NULL && item != NULL; item = item->part.next)
		(void)json_array_append_new(items, item_json(item));
	return json_pack("{s:s, s:s, s:s, s:b, s:b, s:o}", "sku", sku->code,
	    "description", sku->description, "family", sku->family, "movable",
	    sku->movable, "sold", sku->sold, "items", items);
}

static json_t *
skus_json(const struct lc_catalog *catalog)
{
	json_t *list = json_array();

	for (const struct lc_sku *sku = catalog->skus; sku != NULL;
	     sku = sku->part.next)
		(void)json_array_append_new(list, sku_json(sku));
	return json_pack("{s:o}", "skus", list);
}

void
read_skus(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *const *parts)
{
	(void)token;
	(void)parts;
	catalog_answer(portal, request, lc_catalog_read, skus_json);
}

/* ---- Families, accounts, contracts ----------------------------------- */

static json_t *
families_json(const struct lc_catalog *catalog)
{
	json_t *list = json_array();

	for (const struct lc_family *family = catalog->families; family != NULL;
	     family = family->part.next)
		(void)json_array_append_new(
		    list, json_pack("{s:s, s:o, s:o}", "family", family->name,
			      "pids", words_json(family->pids), "moves_to",
			      words_json(family->moves_to)));
	return list;
}

static json_t *
account_list(const struct lc_catalog *catalog)
{
	json_t *list = json_array();

	for (const struct lc_account *account = catalog->accounts;
	     account != NULL; account = account->part.next)
		(void)json_array_append_new(
		    list, json_pack("{s:s, s:s}", "account", account->name,
			      "description", account->description));
	return list;
}

/* quantity 0 is any number. */
static json_t *
contract_skus_json(const struct lc_contract *contract)
{
	json_t *list = json_array();

	for (const struct lc_contract_sku *sku = contract->skus; sku != NULL;
	     sku = sku->part.next)
		(void)json_array_append_new(list,
		    json_pack("{s:s, s:o, s:I}", "sku", sku->sku, "quantity",
			sku->quantity != 0 ? json_integer(sku->quantity)
					   : json_null(),
			"used", (json_int_t)sku->used));
	return list;
}

static json_t *
date_json(int64_t date)
{
	char text[LC_ROWS_DATE];

	return date == LC_NO_TIME ? json_null()
				  : json_string(lc_rows_date(date, text));
}

static json_t *
contracts_json(const struct lc_catalog *catalog)
{
	json_t *list = json_array();

	for (const struct lc_contract *contract = catalog->contracts;
	     contract != NULL; contract = contract->part.next)
		(void)json_array_append_new(list,
		    json_pack("{s:s, s:s, s:o, s:o, s:s, s:o, s:o}", "contract",
			contract->number, "account", contract->account,
			"begins", date_json(contract->begins), "ends",
			date_json(contract->ends), "stopped", contract->stopped,
			"skus", contract_skus_json(contract), "udis",
			words_json(contract->udis)));
	return list;
}

static json_t *
whole_json(const struct lc_catalog *catalog)
{
	return json_pack("{s:o, s:o, s:o}", "families", families_json(catalog),
	    "accounts", account_list(catalog), "contracts",
	    contracts_json(catalog));
}

void
read_catalog(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *const *parts)
{
	(void)token;
	(void)parts;
	catalog_answer(portal, request, lc_catalog_read, whole_json);
}

static json_t *
accounts_json(const struct lc_catalog *catalog)
{
	return json_pack("{s:o}", "accounts", account_list(catalog));
}

void
read_accounts(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *const *parts)
{
	(void)token;
	(void)parts;
	catalog_answer(portal, request, lc_accounts_read, accounts_json);
}

json_t *
read_account_list(struct portal *portal)
{
	struct lc_detail unheard = { "" };
	enum lc_err err;

	return catalog_make(
	    portal, lc_accounts_read, accounts_json, &err, &unheard);
}

/* ---- The file -------------------------------------------------------- */

void
read_catalog_file(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *const *parts)
{
	struct lc_record *record = readers_take(portal->readers);
	struct lc_catalog catalog = { .skus = NULL };
	struct lc_detail detail = { "" };
	char *text = NULL;
	enum lc_err err;

	(void)token;
	(void)parts;
	lc_record_tell(record, &detail);
	err = lc_catalog_read(record, &catalog);
	if (err == LC_OK)
		err = lc_catalog_text(record, &catalog, &text);
	readers_return(portal->readers, record);
	lc_catalog_free(&catalog);
	if (err == LC_OK)
		web_answer_tagged(
		    request, "text/plain; charset=utf-8", text, strlen(text));
	else
		read_fail(request, err, &detail);
}
