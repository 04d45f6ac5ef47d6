/* pak.c - licissue pak: PAKs, but for redeeming them (redeem.c). */
#include "ops/pak.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "flags.h"
#include "record/authority.h"
#include "rows.h"

/* ---- pak create ------------------------------------------------------ */

static const char create_usage[] =
    "usage: licissue pak create DIR --sku SKU [--quantity N]\n"
    "           [--sku SKU [--quantity N]]... [OPTIONS]\n"
    "\n"
    "Makes a PAK for units of one or several SKUs, and prints it.\n"
    "\n"
    "  --sku SKU            what it is for\n"
    "  --quantity N         units of the SKU before, 1 to 5000 (default 1)\n"
    "  --order NUMBER       the order that it belongs to\n"
    "  --account NAME       the account that bought it\n"
    "  --copies N           as many PAKs alike (default 1)\n"
    "  -h, --help\n";

#define COPIES_MAX 10000

struct creating {
	struct lc_pak_part parts[LC_PAK_PARTS_MAX];
	struct lc_pak_order order;
	uint32_t copies;
};

static int
take_sku(void *arg, const char *value)
{
	struct creating *c = arg;

	if (c->order.nparts == LC_PAK_PARTS_MAX) {
		(void)fail("--sku: at most %d of them", LC_PAK_PARTS_MAX);
		return EXIT_USAGE;
	}
	c->parts[c->order.nparts++] =
	    (struct lc_pak_part){ .sku = value, .quantity = 1 };
	return EXIT_DONE;
}

static int
take_quantity(void *arg, const char *value)
{
	struct creating *c = arg;
	size_t n = c->order.nparts;

	if (n == 0)
		(void)fail("--quantity belongs behind --sku");
	else if (parse_number(
		     value, 1, LC_UNITS_MAX, &c->parts[n - 1].quantity))
		return EXIT_DONE;
	else
		(void)fail("--quantity: \"%s\" is not a number from 1 to %d",
		    value, LC_UNITS_MAX);
	return EXIT_USAGE;
}

static int
take_copies(void *arg, const char *value)
{
	struct creating *c = arg;

	if (parse_number(value, 1, COPIES_MAX, &c->copies))
		return EXIT_DONE;
	(void)fail(
	    "--copies: \"%s\" is not a number from 1 to %d", value, COPIES_MAX);
	return EXIT_USAGE;
}

static enum lc_err
create_all(const struct lc_authority *authority, const struct creating *c,
    char (*codes)[LC_PAK_LEN + 1])
{
	enum lc_err err = LC_OK;

	for (uint32_t i = 0; i < c->copies && err == LC_OK; i++) {
		err = lc_pak_create(authority, &c->order, codes[i]);
		show_progress("PAKs", i + 1, c->copies);
	}
	end_progress();
	return err;
}

static int
create(const char *dir, const struct creating *c)
{
	struct lc_authority *authority = open_authority(dir);
	char(*codes)[LC_PAK_LEN + 1] = calloc(c->copies, sizeof *codes);
	struct lc_detail detail = { "" };
	enum lc_err err = codes != NULL ? LC_OK : LC_ENOMEM;
	int status = EXIT_FAILED;

	if (authority != NULL) {
		if (err == LC_OK &&
		    (err = lc_authority_begin(authority, &detail)) == LC_OK)
			err = lc_authority_end(
			    authority, create_all(authority, c, codes));
		status = err == LC_OK ? EXIT_DONE : fail_core(err, &detail);
	}
	for (uint32_t i = 0; i < c->copies && status == EXIT_DONE; i++)
		printf("%s\n", codes[i]);
	free(codes);
	lc_authority_close(authority);
	return status;
}

int
pak_create_command(int argc, char **argv)
{
	struct creating c = {
		.order = { .order = "", .account = "" },
		.copies = 1,
	};
	const struct flag flags[] = {
		{ .name = "sku", .call = take_sku, .arg = &c },
		{ .name = "quantity", .call = take_quantity, .arg = &c },
		{ .name = "order", .text = &c.order.order },
		{ .name = "account", .text = &c.order.account },
		{ .name = "copies", .call = take_copies, .arg = &c },
	};
	int status = take_flags("pak create", create_usage, flags, 5, 1, 1,
	    "the authority's directory", argc, argv);

	if (status >= 0)
		return status;
	if (c.order.nparts == 0)
		return misuse("pak create", "--sku is missing");
	c.order.parts = c.parts;
	return create(argv[optind], &c);
}

/* ---- pak show -------------------------------------------------------- */

static const char show_usage[] =
    "usage: licissue pak show DIR PAK [--json]\n"
    "\n"
    "Shows what a PAK is for, what is left of it, and who has the rest.\n"
    "\n"
    "  --json               as a JSON object\n"
    "  -h, --help\n";

struct using
{
	json_t *array;
	const char *sku;
};

static enum lc_err
use_json(void *arg, const char *udi, int64_t units, int64_t licenses)
{
	struct using *u = arg;
	json_t *use =
	    json_pack("{s:s, s:s, s:I, s:I}", "udi", udi, "sku", u->sku,
		"units", (json_int_t)units, "licenses", (json_int_t)licenses);

	return json_array_append_new(u->array, use) == 0 ? LC_OK : LC_ENOMEM;
}

static enum lc_err
pak_json(struct lc_record *record, const struct lc_pak *pak, json_t **out)
{
	json_t *lines = json_array(), *uses = json_array();
	int64_t quantity = 0, used = 0;
	enum lc_err err = LC_OK;

	for (struct lc_pak_line *line = pak->lines;
	     line != NULL && err == LC_OK; line = line->next) {
		struct using u = { .array = uses, .sku = line->sku };

		(void)json_array_append_new(lines,
		    json_pack("{s:s, s:I, s:I, s:I, s:I}", "sku", line->sku,
			"revision", (json_int_t)line->revision, "quantity",
			(json_int_t)line->quantity, "used",
			(json_int_t)line->used, "left",
			(json_int_t)(line->quantity - line->used)));
		quantity += line->quantity;
		used += line->used;
		err = lc_line_uses(record, line->n, use_json, &u);
	}
	*out = json_pack("{s:s, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:o, s:o}",
	    "pak", pak->code, "order", text_or_null(pak->order), "account",
	    text_or_null(pak->account), "made", date_or_null(pak->made),
	    "stopped", text_or_null(pak->stopped), "quantity",
	    (json_int_t)quantity, "used", (json_int_t)used, "left",
	    (json_int_t)(quantity - used), "skus", lines, "devices", uses);
	if (err == LC_OK && *out == NULL)
		err = LC_ENOMEM;
	return err;
}

static const char *
member(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

static long long
number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

static int
show_text(const json_t *pak)
{
	const json_t *skus = json_object_get(pak, "skus");
	const json_t *devices = json_object_get(pak, "devices");

	printf("PAK %s, of %s\n", member(pak, "pak"), member(pak, "made"));
	if (member(pak, "order")[0] != '\0')
		printf("  Order    %s\n", member(pak, "order"));
	if (member(pak, "account")[0] != '\0')
		printf("  Account  %s\n", member(pak, "account"));
	if (member(pak, "stopped")[0] != '\0')
		printf("  Stopped  %s\n", member(pak, "stopped"));
	for (size_t i = 0; i < json_array_size(skus); i++) {
		const json_t *sku = json_array_get(skus, i);

		printf("  %s: %lld of %lld left\n", member(sku, "sku"),
		    number(sku, "left"), number(sku, "quantity"));
	}
	for (size_t i = 0; i < json_array_size(devices); i++) {
		const json_t *device = json_array_get(devices, i);

		printf("  %lld to %s (%s)\n", number(device, "units"),
		    member(device, "udi"), member(device, "sku"));
	}
	return EXIT_DONE;
}

static enum lc_err
find(struct lc_record *record, const char *typed, json_t **out)
{
	char code[LC_PAK_LEN + 1];
	struct lc_arena arena = { 0 };
	struct lc_pak *pak;
	enum lc_err err;

	if ((err = lc_pak_read(typed, code, record->detail)) == LC_OK &&
	    (err = lc_pak_find(record, &arena, code, &pak)) == LC_OK)
		err = pak_json(record, pak, out);
	lc_arena_free(&arena);
	return err;
}

int
pak_show_command(int argc, char **argv)
{
	bool json = false;
	const struct flag flags[] = {
		{ .name = "json", .truth = &json },
	};
	struct lc_authority *authority;
	struct lc_detail detail = { "" };
	json_t *pak = NULL;
	enum lc_err err;
	int status = take_flags("pak show", show_usage, flags, 1, 2, 2,
	    "the authority's directory and a PAK", argc, argv);

	if (status >= 0)
		return status;
	if ((authority = open_authority(argv[optind])) == NULL)
		return EXIT_FAILED;
	lc_record_tell(authority->record, &detail);
	err = find(authority->record, argv[optind + 1], &pak);
	lc_authority_close(authority);
	if (err != LC_OK)
		return fail_core(err, &detail);
	if (json)
		return print_object(pak);
	status = show_text(pak);
	json_decref(pak);
	return status;
}

/* ---- pak list, pak find ---------------------------------------------- */

static const char list_usage[] =
    "usage: licissue pak list DIR [--account NAME] [--json | --csv]\n"
    "\n"
    "Lists PAKs.\n"
    "\n"
    "  --account NAME       of this account\n"
    "  --json               as a JSON array\n"
    "  --csv                as comma-separated values\n"
    "  -h, --help\n";

static const char find_usage[] =
    "usage: licissue pak find DIR ORDER [--json | --csv]\n"
    "\n"
    "Finds the PAKs of an order, in case one was lost.\n"
    "\n"
    "  --json               as a JSON array\n"
    "  --csv                as comma-separated values\n"
    "  -h, --help\n";

static const struct rows_column list_columns[] = {
	{ "pak", "PAK" },
	{ "order", "Order" },
	{ "account", "Account" },
	{ "made", NULL },
	{ "quantity", "Units" },
	{ "used", NULL },
	{ "left", "Left" },
	{ "skus", "SKUs" },
	{ "stopped", "Stopped" },
};

static enum lc_err
row_add(void *arg, const struct lc_pak_row *row)
{
	json_t *object =
	    json_pack("{s:s, s:o, s:o, s:o, s:I, s:I, s:I, s:s, s:o}", "pak",
		row->code, "order", text_or_null(row->order), "account",
		text_or_null(row->account), "made", date_or_null(row->made),
		"quantity", (json_int_t)row->quantity, "used",
		(json_int_t)row->used, "left",
		(json_int_t)(row->quantity - row->used), "skus", row->skus,
		"stopped", text_or_null(row->stopped));

	return json_array_append_new(arg, object) == 0 ? LC_OK : LC_ENOMEM;
}

static int
list(const char *dir, const char *order, const char *account, bool json,
    bool csv)
{
	struct lc_authority *authority = open_authority(dir);
	struct lc_detail detail = { "" };
	json_t *rows = json_array();
	enum lc_err err;

	if (authority == NULL)
		return EXIT_FAILED;
	lc_record_tell(authority->record, &detail);
	err = lc_paks(authority->record, order, account, row_add, rows);
	lc_authority_close(authority);
	if (err != LC_OK)
		return fail_core(err, &detail);
	if (order != NULL && json_array_size(rows) == 0)
		return fail("order %s: no PAK belongs to it", order);
	return print_rows(rows, list_columns,
	    sizeof list_columns / sizeof list_columns[0], json, csv);
}

int
pak_list_command(int argc, char **argv)
{
	bool json = false, csv = false;
	const char *account = NULL;
	const struct flag flags[] = {
		{ .name = "account", .text = &account },
		{ .name = "json", .truth = &json },
		{ .name = "csv", .truth = &csv },
	};
	int status = take_flags("pak list", list_usage, flags, 3, 1, 1,
	    "the authority's directory", argc, argv);

	if (status < 0 && json && csv)
		return misuse(
		    "pak list", "--json and --csv exclude each other");
	return status >= 0 ? status
			   : list(argv[optind], NULL, account, json, csv);
}

int
pak_find_command(int argc, char **argv)
{
	bool json = false, csv = false;
	const struct flag flags[] = {
		{ .name = "json", .truth = &json },
		{ .name = "csv", .truth = &csv },
	};
	int status = take_flags("pak find", find_usage, flags, 2, 2, 2,
	    "the authority's directory and an order number", argc, argv);

	if (status < 0 && json && csv)
		return misuse(
		    "pak find", "--json and --csv exclude each other");
	return status >= 0
		   ? status
		   : list(argv[optind], argv[optind + 1], NULL, json, csv);
}

/* ---- pak stop, pak resume -------------------------------------------- */

static const char stop_usage[] =
    "usage: licissue pak stop DIR PAK --reason TEXT\n"
    "\n"
    "Stops a PAK: what is left of it is not redeemed until \"pak resume\".\n"
    "\n"
    "  --reason TEXT        why, for those who try\n"
    "  -h, --help\n";

static const char resume_usage[] =
    "usage: licissue pak resume DIR PAK\n"
    "\n"
    "Lets a PAK that was stopped be redeemed again.\n"
    "\n"
    "  -h, --help\n";

static int
stop(const char *dir, const char *typed, const char *why)
{
	struct lc_authority *authority = open_authority(dir);
	char code[LC_PAK_LEN + 1];
	struct lc_detail detail = { "" };
	enum lc_err err;

	if (authority == NULL)
		return EXIT_FAILED;
	if ((err = lc_pak_read(typed, code, &detail)) == LC_OK &&
	    (err = lc_authority_begin(authority, &detail)) == LC_OK)
		err = lc_authority_end(
		    authority, lc_pak_stop(authority->record, code, why));
	lc_authority_close(authority);
	if (err != LC_OK)
		return fail_core(err, &detail);
	printf("PAK %s: %s\n", code, why[0] != '\0' ? "stopped" : "resumed");
	return EXIT_DONE;
}

int
pak_stop_command(int argc, char **argv)
{
	const char *why = "";
	const struct flag flags[] = {
		{ .name = "reason", .text = &why },
	};
	int status = take_flags("pak stop", stop_usage, flags, 1, 2, 2,
	    "the authority's directory and a PAK", argc, argv);

	if (status >= 0)
		return status;
	if (!is_reason(why))
		return misuse("pak stop", "--reason is missing, or not a text "
					  "of at most 255 bytes");
	return stop(argv[optind], argv[optind + 1], why);
}

int
pak_resume_command(int argc, char **argv)
{
	int status = take_flags("pak resume", resume_usage, NULL, 0, 2, 2,
	    "the authority's directory and a PAK", argc, argv);

	return status >= 0 ? status : stop(argv[optind], argv[optind + 1], "");
}
