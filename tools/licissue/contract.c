/* contract.c - licissue contract, but for redeeming them (redeem.c). */
#include <stdlib.h>
#include <string.h>

#include "catalog/catalog.h"
#include "flags.h"
#include "record/authority.h"
#include "record/pak.h"
#include "rows.h"

/* ---- As JSON --------------------------------------------------------- */

static json_t *
skus_json(const struct lc_contract *contract)
{
	json_t *skus = json_array();

	for (const struct lc_contract_sku *sku = contract->skus; sku != NULL;
	     sku = sku->part.next) {
		int64_t left = (int64_t)sku->quantity - sku->used;

		(void)json_array_append_new(skus,
		    json_pack("{s:s, s:o, s:I, s:o}", "sku", sku->sku,
			"quantity",
			sku->quantity > 0 ? json_integer(sku->quantity)
					  : json_null(),
			"used", (json_int_t)sku->used, "left",
			sku->quantity > 0 ? json_integer(left) : json_null()));
	}
	return skus;
}

static json_t *
udis_json(const struct lc_contract *contract)
{
	json_t *udis = json_array();
	const char *udi = contract->udis;

	while (*udi != '\0') {
		size_t len = strcspn(udi, " ");

		(void)json_array_append_new(udis, json_stringn(udi, len));
		udi += len + (udi[len] == ' ');
	}
	return udis;
}

static json_t *
contract_json(const struct lc_contract *contract)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "contract",
	    contract->number, "account", text_or_null(contract->account),
	    "begins", date_or_null(contract->begins), "ends",
	    date_or_null(contract->ends), "stopped",
	    text_or_null(contract->stopped), "skus", skus_json(contract),
	    "udis", udis_json(contract));
}

/* ---- contract list --------------------------------------------------- */

static const char list_usage[] =
    "usage: licissue contract list DIR [--json | --csv]\n"
    "\n"
    "Lists contracts.  \"sku load\" puts them into the catalog.\n"
    "\n"
    "  --json               as a JSON array\n"
    "  --csv                as comma-separated values\n"
    "  -h, --help\n";

static const struct rows_column list_columns[] = {
	{ "contract", "Contract" },
	{ "account", "Account" },
	{ "begins", "Begins" },
	{ "ends", "Ends" },
	{ "stopped", "Stopped" },
};

static enum lc_err
list_read(const struct lc_authority *authority, void *rows)
{
	struct lc_catalog catalog = { { 0 }, NULL, NULL, NULL, NULL };
	enum lc_err err = lc_catalog_read(authority->record, &catalog);

	for (struct lc_contract *contract = catalog.contracts;
	     contract != NULL && err == LC_OK; contract = contract->part.next)
		(void)json_array_append_new(rows, contract_json(contract));
	lc_catalog_free(&catalog);
	return err;
}

int
contract_list_command(int argc, char **argv)
{
	struct rows_list list = { NULL, false, false };
	const struct flag flags[] = { FLAG_DIR(&list.dir), FLAGS_ROWS(&list),
		{ 0 } };
	int status = take_flags("contract list", list_usage, flags, argc, argv);

	return status >= 0 ? status
			   : print_list(&list, list_read, list_columns,
				 sizeof list_columns / sizeof list_columns[0]);
}

/* ---- contract show --------------------------------------------------- */

static const char show_usage[] =
    "usage: licissue contract show DIR CONTRACT [--json]\n"
    "\n"
    "Shows what a contract entitles to, and what is left of it.\n"
    "\n"
    "  --json               as a JSON object\n"
    "  -h, --help\n";

static int
show_text(const struct lc_contract *contract)
{
	char date[DATE_SIZE];

	printf("Contract %s\n", contract->number);
	if (contract->account[0] != '\0')
		printf("  Account  %s\n", contract->account);
	if (contract->begins != LC_NO_TIME)
		printf("  Begins   %s\n", date_text(contract->begins, date));
	if (contract->ends != LC_NO_TIME)
		printf("  Ends     %s\n", date_text(contract->ends, date));
	if (contract->stopped[0] != '\0')
		printf("  Stopped  %s\n", contract->stopped);
	printf("  Devices  %s\n",
	    contract->udis[0] != '\0' ? contract->udis : "any");
	for (const struct lc_contract_sku *sku = contract->skus; sku != NULL;
	     sku = sku->part.next) {
		if (sku->quantity > 0)
			printf("  %s: %lld of %u left\n", sku->sku,
			    (long long)sku->quantity - (long long)sku->used,
			    sku->quantity);
		else
			printf("  %s: any number, %lld used\n", sku->sku,
			    (long long)sku->used);
	}
	return EXIT_DONE;
}

struct showing {
	const char *number;
	bool json;
	int status;
};

static enum lc_err
show(const struct lc_authority *authority, void *arg)
{
	struct showing *s = arg;
	struct lc_arena arena = { 0 };
	struct lc_contract *contract;
	enum lc_err err =
	    lc_contract_find(authority->record, &arena, s->number, &contract);

	if (err == LC_OK)
		s->status = s->json ? print_object(contract_json(contract))
				    : show_text(contract);
	lc_arena_free(&arena);
	return err;
}

int
contract_show_command(int argc, char **argv)
{
	const char *dir;
	struct showing s = { .status = EXIT_DONE };
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		{ .argument = "a contract", .text = &s.number },
		{ .name = "json", .truth = &s.json },
		{ 0 },
	};
	int status = take_flags("contract show", show_usage, flags, argc, argv);

	if (status < 0)
		status = with_authority(dir, show, &s);
	return status == EXIT_DONE ? s.status : status;
}

/* ---- contract stop, contract resume ---------------------------------- */

static const char stop_usage[] =
    "usage: licissue contract stop DIR CONTRACT --reason TEXT\n"
    "\n"
    "Stops a contract: nothing is redeemed until \"contract resume\".\n"
    "\n"
    "  --reason TEXT        why, for those who try\n"
    "  -h, --help\n";

static const char resume_usage[] =
    "usage: licissue contract resume DIR CONTRACT\n"
    "\n"
    "Lets a contract that was stopped be redeemed again.\n"
    "\n"
    "  -h, --help\n";

struct stopping {
	const char *number, *why; /* why "": it is resumed */
};

static enum lc_err
stop_run(const struct lc_authority *authority, void *arg)
{
	const struct stopping *s = arg;

	return lc_contract_stop(authority->record, s->number, s->why);
}

static int
stop(const char *dir, struct stopping *s)
{
	int status = change_authority(dir, stop_run, s);

	if (status == EXIT_DONE)
		printf("Contract %s: %s\n", s->number,
		    s->why[0] != '\0' ? "stopped" : "resumed");
	return status;
}

int
contract_stop_command(int argc, char **argv)
{
	const char *dir;
	struct stopping s;
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		{ .argument = "a contract", .text = &s.number },
		FLAG_REASON(&s.why),
		{ 0 },
	};
	int status = take_flags("contract stop", stop_usage, flags, argc, argv);

	return status >= 0 ? status : stop(dir, &s);
}

int
contract_resume_command(int argc, char **argv)
{
	const char *dir;
	struct stopping s = { .why = "" };
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		{ .argument = "a contract", .text = &s.number },
		{ 0 },
	};
	int status =
	    take_flags("contract resume", resume_usage, flags, argc, argv);

	return status >= 0 ? status : stop(dir, &s);
}
