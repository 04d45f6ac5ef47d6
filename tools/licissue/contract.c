/* contract.c - licissue contract, but for redeeming them (redeem.c). */
#include <getopt.h>
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

static int
list(const char *dir, bool json, bool csv)
{
	struct lc_authority *authority = open_authority(dir);
	struct lc_catalog catalog = { { 0 }, NULL, NULL, NULL, NULL };
	struct lc_detail detail = { "" };
	json_t *rows = json_array();
	enum lc_err err;
	int status;

	if (authority == NULL)
		return EXIT_FAILED;
	lc_record_tell(authority->record, &detail);
	err = lc_catalog_read(authority->record, &catalog);
	for (struct lc_contract *contract = catalog.contracts;
	     contract != NULL && err == LC_OK; contract = contract->part.next)
		(void)json_array_append_new(rows, contract_json(contract));
	status =
	    err == LC_OK
		? print_rows(rows, list_columns,
		      sizeof list_columns / sizeof list_columns[0], json, csv)
		: fail_core(err, &detail);
	lc_catalog_free(&catalog);
	lc_authority_close(authority);
	return status;
}

int
contract_list_command(int argc, char **argv)
{
	bool json = false, csv = false;
	const struct flag flags[] = {
		{ .name = "json", .truth = &json },
		{ .name = "csv", .truth = &csv },
	};
	int status = take_flags("contract list", list_usage, flags, 2, 1, 1,
	    "the authority's directory", argc, argv);

	if (status < 0 && json && csv)
		return misuse(
		    "contract list", "--json and --csv exclude each other");
	return status >= 0 ? status : list(argv[optind], json, csv);
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
show(const struct lc_contract *contract, bool json)
{
	char date[DATE_SIZE];

	if (json)
		return print_object(contract_json(contract));
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

int
contract_show_command(int argc, char **argv)
{
	bool json = false;
	const struct flag flags[] = {
		{ .name = "json", .truth = &json },
	};
	struct lc_authority *authority;
	struct lc_detail detail = { "" };
	struct lc_arena arena = { 0 };
	struct lc_contract *contract;
	enum lc_err err;
	int status = take_flags("contract show", show_usage, flags, 1, 2, 2,
	    "the authority's directory and a contract", argc, argv);

	if (status >= 0)
		return status;
	if ((authority = open_authority(argv[optind])) == NULL)
		return EXIT_FAILED;
	lc_record_tell(authority->record, &detail);
	err = lc_contract_find(
	    authority->record, &arena, argv[optind + 1], &contract);
	status = err == LC_OK ? show(contract, json) : fail_core(err, &detail);
	lc_arena_free(&arena);
	lc_authority_close(authority);
	return status;
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

static int
stop(const char *dir, const char *number, const char *why)
{
	struct lc_authority *authority = open_authority(dir);
	struct lc_detail detail = { "" };
	enum lc_err err;

	if (authority == NULL)
		return EXIT_FAILED;
	if ((err = lc_authority_begin(authority, &detail)) == LC_OK)
		err = lc_authority_end(authority,
		    lc_contract_stop(authority->record, number, why));
	lc_authority_close(authority);
	if (err != LC_OK)
		return fail_core(err, &detail);
	printf("Contract %s: %s\n", number,
	    why[0] != '\0' ? "stopped" : "resumed");
	return EXIT_DONE;
}

int
contract_stop_command(int argc, char **argv)
{
	const char *why = "";
	const struct flag flags[] = {
		{ .name = "reason", .text = &why },
	};
	int status = take_flags("contract stop", stop_usage, flags, 1, 2, 2,
	    "the authority's directory and a contract", argc, argv);

	if (status >= 0)
		return status;
	if (!is_reason(why))
		return misuse("contract stop", "--reason is missing, or not a "
					       "text of at most 255 bytes");
	return stop(argv[optind], argv[optind + 1], why);
}

int
contract_resume_command(int argc, char **argv)
{
	int status = take_flags("contract resume", resume_usage, NULL, 0, 2, 2,
	    "the authority's directory and a contract", argc, argv);

	return status >= 0 ? status : stop(argv[optind], argv[optind + 1], "");
}
