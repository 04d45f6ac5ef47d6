/* pak.c - licissue pak: PAKs, but for redeeming them (redeem.c). */
#include "ops/pak.h"

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

static const char *
take_sku(void *arg, const char *value)
{
	struct creating *c = arg;

	if (c->order.nparts == LC_PAK_PARTS_MAX)
		return "one of at most 100";
	c->parts[c->order.nparts++] =
	    (struct lc_pak_part){ .sku = value, .quantity = 1 };
	return NULL;
}
_Static_assert(LC_PAK_PARTS_MAX == 100, "as it is said");

static const char *
take_quantity(void *arg, const char *value)
{
	struct creating *c = arg;
	size_t n = c->order.nparts;

	if (n == 0)
		return "behind a --sku";
	return parse_number(value, 1, LC_UNITS_MAX, &c->parts[n - 1].quantity)
		   ? NULL
		   : number_words(1, LC_UNITS_MAX);
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
	const char *dir;
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		{ .name = "sku",
		    .call = take_sku,
		    .arg = &c,
		    .is_needed = true },
		{ .name = "quantity", .call = take_quantity, .arg = &c },
		{ .name = "order",
		    .text = &c.order.order,
		    .may_be_empty = true },
		{ .name = "account",
		    .text = &c.order.account,
		    .may_be_empty = true },
		{ .name = "copies",
		    .number = &c.copies,
		    .least = 1,
		    .most = COPIES_MAX },
		{ 0 },
	};
	int status = take_flags("pak create", create_usage, flags, argc, argv);

	if (status >= 0)
		return status;
	c.order.parts = c.parts;
	return create(dir, &c);
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

struct finding {
	const char *typed;
	json_t *pak;
};

static enum lc_err
find(const struct lc_authority *authority, void *arg)
{
	struct finding *f = arg;
	struct lc_record *record = authority->record;
	char code[LC_PAK_LEN + 1];
	struct lc_arena arena = { 0 };
	struct lc_pak *pak;
	enum lc_err err;

	if ((err = lc_pak_read(f->typed, code, record->detail)) == LC_OK &&
	    (err = lc_pak_find(record, &arena, code, &pak)) == LC_OK)
		err = pak_json(record, pak, &f->pak);
	lc_arena_free(&arena);
	return err;
}

int
pak_show_command(int argc, char **argv)
{
	const char *dir;
	bool json = false;
	struct finding f = { .pak = NULL };
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		{ .argument = "a PAK", .text = &f.typed },
		{ .name = "json", .truth = &json },
		{ 0 },
	};
	int status = take_flags("pak show", show_usage, flags, argc, argv);

	if (status >= 0 ||
	    (status = with_authority(dir, find, &f)) != EXIT_DONE)
		return status;
	if (json)
		return print_object(f.pak);
	status = show_text(f.pak);
	json_decref(f.pak);
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

struct listing {
	struct rows_list list;
	const char *order, *account; /* NULL: any */
	json_t *rows;
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

static enum lc_err
list_read(const struct lc_authority *authority, void *arg)
{
	const struct listing *l = arg;

	return lc_paks(
	    authority->record, l->order, l->account, row_add, l->rows);
}

static int
list(struct listing *l)
{
	int status;

	l->rows = json_array();
	status = with_authority(l->list.dir, list_read, l);
	if (status == EXIT_DONE && l->order != NULL &&
	    json_array_size(l->rows) == 0)
		status = fail("order %s: no PAK belongs to it", l->order);
	if (status == EXIT_DONE)
		return print_rows(l->rows, list_columns,
		    sizeof list_columns / sizeof list_columns[0], l->list.json,
		    l->list.csv);
	json_decref(l->rows);
	return status;
}

int
pak_list_command(int argc, char **argv)
{
	struct listing l = { .order = NULL };
	const struct flag flags[] = {
		FLAG_DIR(&l.list.dir),
		{ .name = "account", .text = &l.account, .may_be_empty = true },
		FLAGS_ROWS(&l.list),
		{ 0 },
	};
	int status = take_flags("pak list", list_usage, flags, argc, argv);

	return status >= 0 ? status : list(&l);
}

int
pak_find_command(int argc, char **argv)
{
	struct listing l = { .account = NULL };
	const struct flag flags[] = {
		FLAG_DIR(&l.list.dir),
		{ .argument = "an order number", .text = &l.order },
		FLAGS_ROWS(&l.list),
		{ 0 },
	};
	int status = take_flags("pak find", find_usage, flags, argc, argv);

	return status >= 0 ? status : list(&l);
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

struct stopping {
	const char *typed, *why; /* why "": it is resumed */
	char code[LC_PAK_LEN + 1];
};

static enum lc_err
stop_run(const struct lc_authority *authority, void *arg)
{
	struct stopping *s = arg;
	struct lc_record *record = authority->record;
	enum lc_err err = lc_pak_read(s->typed, s->code, record->detail);

	return err == LC_OK ? lc_pak_stop(record, s->code, s->why) : err;
}

static int
stop(const char *dir, struct stopping *s)
{
	int status = change_authority(dir, stop_run, s);

	if (status == EXIT_DONE)
		printf("PAK %s: %s\n", s->code,
		    s->why[0] != '\0' ? "stopped" : "resumed");
	return status;
}

int
pak_stop_command(int argc, char **argv)
{
	const char *dir;
	struct stopping s;
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		{ .argument = "a PAK", .text = &s.typed },
		FLAG_REASON(&s.why),
		{ 0 },
	};
	int status = take_flags("pak stop", stop_usage, flags, argc, argv);

	return status >= 0 ? status : stop(dir, &s);
}

int
pak_resume_command(int argc, char **argv)
{
	const char *dir;
	struct stopping s = { .why = "" };
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		{ .argument = "a PAK", .text = &s.typed },
		{ 0 },
	};
	int status = take_flags("pak resume", resume_usage, flags, argc, argv);

	return status >= 0 ? status : stop(dir, &s);
}
