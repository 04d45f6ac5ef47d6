/* form.c - see form.h. */
#include "form.h"

#define COUNT(fields) (sizeof(fields) / sizeof(fields)[0])
#define FORM(name, type) \
	static const struct lc_form name##_form = { name##_fields, \
		COUNT(name##_fields), sizeof(struct type) }

#define ITEM(name) offsetof(struct lc_item, name)
static const struct lc_field item_fields[] = {
	{ "feature", LC_FIELD_TEXT, ITEM(feature), true, 1, LC_FEATURE_MAX, 0,
	    NULL, NULL },
	{ "version", LC_FIELD_TEXT, ITEM(version), false, 1, LC_VERSION_MAX, 0,
	    "1.0", NULL },
	{ "type", LC_FIELD_TYPE, ITEM(type), true, 0, 0, 0, NULL, NULL },
	{ "count", LC_FIELD_NUMBER, ITEM(count), false, 1, LC_UNCOUNTED - 1,
	    LC_UNCOUNTED, NULL, NULL },
	{ "additive", LC_FIELD_TRUTH, ITEM(additive), false, 0, 0, 0, NULL,
	    NULL },
	{ "period", LC_FIELD_PERIOD, ITEM(period_s), false, 1, UINT32_MAX - 1,
	    0, NULL, NULL },
	{ "days", LC_FIELD_NUMBER, ITEM(days), false, 1, 36525, 0, NULL, NULL },
	{ "extension-days", LC_FIELD_NUMBER, ITEM(extension_days), false, 1,
	    36525, 0, NULL, NULL },
	{ "agreement", LC_FIELD_TEXT, ITEM(eula_path), false, 1, 1024, 0, NULL,
	    NULL },
	{ "agreement-text", LC_FIELD_TEXT, ITEM(eula_text), false, 1, 1 << 20,
	    0, NULL, NULL },
};
FORM(item, lc_item);

#define SKU(name) offsetof(struct lc_sku, name)
static const struct lc_field sku_fields[] = {
	{ "sku", LC_FIELD_CODE, SKU(code), true, 1, LC_CODE_MAX, 0, NULL,
	    NULL },
	{ "description", LC_FIELD_TEXT, SKU(description), false, 0, LC_NAME_MAX,
	    0, NULL, NULL },
	{ "family", LC_FIELD_CODE, SKU(family), false, 1, LC_CODE_MAX, 0, NULL,
	    NULL },
	{ "movable", LC_FIELD_TRUTH, SKU(movable), false, 0, 0, 1, NULL, NULL },
	{ "sold", LC_FIELD_TRUTH, SKU(sold), false, 0, 0, 1, NULL, NULL },
	{ "items", LC_FIELD_LIST, SKU(items), true, 1, 64, 0, NULL,
	    &item_form },
};
FORM(sku, lc_sku);

#define FAMILY(name) offsetof(struct lc_family, name)
static const struct lc_field family_fields[] = {
	{ "family", LC_FIELD_CODE, FAMILY(name), true, 1, LC_CODE_MAX, 0, NULL,
	    NULL },
	{ "pids", LC_FIELD_WORDS, FAMILY(pids), true, 1, 1000, 0, NULL, NULL },
	{ "moves-to", LC_FIELD_WORDS, FAMILY(moves_to), false, 0, 1000, 0, NULL,
	    NULL },
};
FORM(family, lc_family);

#define ACCOUNT(name) offsetof(struct lc_account, name)
static const struct lc_field account_fields[] = {
	{ "account", LC_FIELD_CODE, ACCOUNT(name), true, 1, LC_CODE_MAX, 0,
	    NULL, NULL },
	{ "description", LC_FIELD_TEXT, ACCOUNT(description), false, 0,
	    LC_NAME_MAX, 0, NULL, NULL },
};
FORM(account, lc_account);

#define CONTRACT_SKU(name) offsetof(struct lc_contract_sku, name)
static const struct lc_field contract_sku_fields[] = {
	{ "sku", LC_FIELD_CODE, CONTRACT_SKU(sku), true, 1, LC_CODE_MAX, 0,
	    NULL, NULL },
	{ "quantity", LC_FIELD_NUMBER, CONTRACT_SKU(quantity), false, 1,
	    1000000, 0, NULL, NULL },
};
FORM(contract_sku, lc_contract_sku);

#define CONTRACT(name) offsetof(struct lc_contract, name)
static const struct lc_field contract_fields[] = {
	{ "contract", LC_FIELD_CODE, CONTRACT(number), true, 1, LC_CODE_MAX, 0,
	    NULL, NULL },
	{ "account", LC_FIELD_CODE, CONTRACT(account), false, 1, LC_CODE_MAX, 0,
	    NULL, NULL },
	{ "begins", LC_FIELD_DATE, CONTRACT(begins), false, 0, 0, 0, NULL,
	    NULL },
	{ "ends", LC_FIELD_DATE, CONTRACT(ends), false, 0, 0, 0, NULL, NULL },
	{ "skus", LC_FIELD_LIST, CONTRACT(skus), true, 1, 1000, 0, NULL,
	    &contract_sku_form },
	{ "udis", LC_FIELD_WORDS, CONTRACT(udis), false, 0, 30000, 0, NULL,
	    NULL },
};
FORM(contract, lc_contract);

#define CATALOG(name) offsetof(struct lc_catalog, name)
static const struct lc_field catalog_fields[] = {
	{ "families", LC_FIELD_LIST, CATALOG(families), false, 0, 100000, 0,
	    NULL, &family_form },
	{ "skus", LC_FIELD_LIST, CATALOG(skus), false, 0, 100000, 0, NULL,
	    &sku_form },
	{ "accounts", LC_FIELD_LIST, CATALOG(accounts), false, 0, 100000, 0,
	    NULL, &account_form },
	{ "contracts", LC_FIELD_LIST, CATALOG(contracts), false, 0, 100000, 0,
	    NULL, &contract_form },
};
const struct lc_form lc_catalog_form = { catalog_fields,
	COUNT(catalog_fields), sizeof(struct lc_catalog) };
