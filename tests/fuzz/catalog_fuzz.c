/*
 * catalog_fuzz.c - catalogs of SKUs.  One that is refused is refused with each
 * mistake's line; one that is accepted has what it promises.
 */
#include "fuzz.h"

#include <string.h>

#include "catalog/catalog.h"

size_t fuzz_changed_max = 400;

/* libconfig forgets texts of a file that is not one. */
__attribute__((visibility("default"))) const char *
__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

static void
wrong(void *arg, const char *what)
{
	const char *line = what + strlen("/none/catalog:");

	++*(size_t *)arg;
	require(strncmp(what, "/none/catalog:", strlen("/none/catalog:")) == 0);
	require(strspn(line, "0123456789") > 0);
}

static void
check_skus(const struct lc_catalog *catalog)
{
	for (const struct lc_sku *sku = catalog->skus; sku != NULL;
	     sku = sku->part.next) {
		require(sku->code[0] != '\0' &&
			strlen(sku->code) <= LC_CODE_MAX);
		for (const struct lc_item *item = sku->items; item != NULL;
		     item = item->part.next) {
			require(lc_type_name((enum lc_type)item->type) != NULL);
			require(item->feature[0] != '\0' && item->count != 0);
			require(item->eula[0] == '\0' ||
				item->eula_text[0] != '\0');
		}
	}
}

static void
check_others(const struct lc_catalog *catalog)
{
	for (const struct lc_family *family = catalog->families; family != NULL;
	     family = family->part.next)
		(void)lc_family_has(family->pids, "LIC1921/K9:LAB0001");
	for (const struct lc_contract *contract = catalog->contracts;
	     contract != NULL; contract = contract->part.next) {
		require(contract->number[0] != '\0');
		require(contract->account[0] != '\0' ||
			contract->udis[0] != '\0');
		require(contract->begins == LC_NO_TIME ||
			contract->ends == LC_NO_TIME ||
			contract->begins < contract->ends);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct lc_catalog catalog = { { 0 }, NULL, NULL, NULL, NULL };
	struct lc_detail detail = { "" };
	size_t told = 0;
	struct lc_catalog_file file = {
		.name = "/none/catalog",
		.len = len,
		.wrong = wrong,
		.arg = &told,
	};
	char *text;
	enum lc_err err;

	/* Agreements in files anywhere are the administrator's business. */
	if (memmem(data, len, "\"/", 2) != NULL ||
	    memmem(data, len, "\\x", 2) != NULL)
		return 0;
	require((text = strndup((const char *)data, len)) != NULL);
	file.text = text;
	file.len = strlen(text);
	err = lc_catalog_parse(&file, &catalog, &detail);
	require(err == LC_OK || err == LC_EFILE);
	require((err == LC_OK) == (file.nwrong == 0));
	require(told == (file.nwrong < LC_MISTAKES_MAX ? file.nwrong
						       : LC_MISTAKES_MAX));
	if (err == LC_OK) {
		check_skus(&catalog);
		check_others(&catalog);
	} else
		require(detail.text[0] != '\0');
	lc_catalog_free(&catalog);
	free(text);
	return 0;
}
