/* sku.c - licissue sku: the catalog of what is sold. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/catalog.h"
#include "flags.h"
#include "record/authority.h"
#include "rows.h"

/* ---- sku load -------------------------------------------------------- */

static const char load_usage[] =
    "usage: licissue sku load DIR FILE [--retire]\n"
    "\n"
    "Puts families, SKUs, accounts and contracts of FILE into the catalog of\n"
    "the authority in DIR: what is new or differs.  If anything in FILE is\n"
    "wrong, all mistakes are listed and nothing is changed.  PAKs that were\n"
    "made before give what their SKUs had then.\n"
    "\n"
    "  --retire             SKUs that FILE does not have are not sold any "
    "more\n"
    "  -h, --help\n";

static void
wrong(void *arg, const char *what)
{
	(void)arg;
	fprintf(stderr, "%s\n", what);
}

static enum lc_err
load(const struct lc_authority *authority, struct lc_catalog_file *file,
    bool retire, struct lc_catalog_changes *changes, struct lc_detail *detail)
{
	struct lc_catalog catalog = { { 0 }, NULL, NULL, NULL, NULL };
	enum lc_err err = lc_catalog_parse(file, &catalog, detail);

	if (err == LC_OK &&
	    (err = lc_authority_begin(authority, detail)) == LC_OK)
		err = lc_authority_end(
		    authority, lc_catalog_put(authority->record, file, &catalog,
				   retire, changes));
	lc_catalog_free(&catalog);
	return err;
}

static int
load_file(const char *dir, const char *path, bool retire)
{
	struct lc_catalog_file file = { .name = path, .wrong = wrong };
	struct lc_authority *authority = open_authority(dir);
	struct lc_catalog_changes changes;
	struct lc_detail detail = { "" };
	char *text = NULL;
	enum lc_err err;
	int status = EXIT_FAILED;

	if (authority != NULL)
		text = read_file(path, LC_CATALOG_MAX, &file.len);
	if (text != NULL) {
		text[file.len] = '\0';
		file.text = text;
		err = load(authority, &file, retire, &changes, &detail);
		status = err == LC_OK ? EXIT_DONE : fail_core(err, &detail);
	}
	if (status == EXIT_DONE) {
		printf("%s: %zu added, %zu changed, %zu as before", path,
		    changes.added, changes.changed, changes.same);
		if (retire)
			printf(", %zu not sold any more", changes.retired);
		putchar('\n');
	}
	free(text);
	lc_authority_close(authority);
	return status;
}

int
sku_load_command(int argc, char **argv)
{
	const char *dir, *path;
	bool retire = false;
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		{ .argument = "a file", .text = &path },
		{ .name = "retire", .truth = &retire },
		{ 0 },
	};
	int status = take_flags("sku load", load_usage, flags, argc, argv);

	return status >= 0 ? status : load_file(dir, path, retire);
}

/* ---- sku save -------------------------------------------------------- */

static const char save_usage[] =
    "usage: licissue sku save DIR [FILE] [--force]\n"
    "\n"
    "Writes the catalog of the authority in DIR as a file that \"sku load\"\n"
    "reads: to FILE, or to standard output.\n"
    "\n"
    "  --force              replace the file\n"
    "  -h, --help\n";

static enum lc_err
catalog_text(const struct lc_authority *authority, void *text)
{
	struct lc_catalog catalog = { { 0 }, NULL, NULL, NULL, NULL };
	enum lc_err err = lc_catalog_read(authority->record, &catalog);

	if (err == LC_OK)
		err = lc_catalog_text(authority->record, &catalog, text);
	lc_catalog_free(&catalog);
	return err;
}

int
sku_save_command(int argc, char **argv)
{
	const char *dir, *path = "-";
	bool force = false;
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		{ .argument = "a file", .text = &path, .is_optional = true },
		FLAG_FORCE(&force),
		{ 0 },
	};
	int status = take_flags("sku save", save_usage, flags, argc, argv);
	char *text = NULL;

	if (status >= 0 ||
	    (status = with_authority(dir, catalog_text, &text)) != EXIT_DONE)
		return status;
	if (text[0] != '\0') /* write_text ends the line */
		text[strlen(text) - 1] = '\0';
	status = write_text(path, text, force);
	free(text);
	return status;
}

/* ---- As JSON --------------------------------------------------------- */

static json_t *
item_json(const struct lc_item *item)
{
	return json_pack("{s:s, s:s, s:s?, s:o, s:s, s:o, s:o, s:o, s:o}",
	    "feature", item->feature, "version", item->version, "type",
	    lc_type_name((enum lc_type)item->type), "count",
	    item->count == LC_UNCOUNTED ? json_null()
					: json_integer(item->count),
	    "addition", item->additive ? "additive" : "exclusive", "period",
	    item->period_s > 0 ? json_integer(item->period_s) : json_null(),
	    "days", item->days > 0 ? json_integer(item->days) : json_null(),
	    "extensionDays", json_integer(item->extension_days), "eula",
	    text_or_null(item->eula));
}

static json_t *
sku_json(const struct lc_sku *sku)
{
	json_t *items = json_array();
	char features[256] = "";

	for (const struct lc_item *item = sku->items; item != NULL;
	     item = item->part.next) {
		size_t len = strlen(features);

		(void)json_array_append_new(items, item_json(item));
		(void)snprintf(features + len, sizeof features - len, "%s%s",
		    len > 0 ? " " : "", item->feature);
	}
	return json_pack("{s:s, s:s, s:o, s:b, s:b, s:I, s:s, s:o}", "sku",
	    sku->code, "description", sku->description, "family",
	    text_or_null(sku->family), "movable", sku->movable, "sold",
	    sku->sold, "revision", (json_int_t)sku->revision, "features",
	    features, "items", items);
}

/* ---- sku list -------------------------------------------------------- */

static const char list_usage[] =
    "usage: licissue sku list DIR [--json | --csv]\n"
    "\n"
    "Lists what is sold.\n"
    "\n"
    "  --json               as a JSON array\n"
    "  --csv                as comma-separated values\n"
    "  -h, --help\n";

static const struct rows_column list_columns[] = {
	{ "sku", "SKU" },
	{ "features", "Features" },
	{ "family", "Family" },
	{ "sold", "Sold" },
	{ "movable", "Movable" },
	{ "revision", NULL },
	{ "description", "Description" },
};

static enum lc_err
list_read(const struct lc_authority *authority, void *rows)
{
	struct lc_catalog catalog = { { 0 }, NULL, NULL, NULL, NULL };
	enum lc_err err = lc_catalog_read(authority->record, &catalog);

	for (struct lc_sku *sku = catalog.skus; sku != NULL && err == LC_OK;
	     sku = sku->part.next)
		(void)json_array_append_new(rows, sku_json(sku));
	lc_catalog_free(&catalog);
	return err;
}

int
sku_list_command(int argc, char **argv)
{
	struct rows_list list = { NULL, false, false };
	const struct flag flags[] = { FLAG_DIR(&list.dir), FLAGS_ROWS(&list),
		{ 0 } };
	int status = take_flags("sku list", list_usage, flags, argc, argv);

	return status >= 0 ? status
			   : print_list(&list, list_read, list_columns,
				 sizeof list_columns / sizeof list_columns[0]);
}

/* ---- sku show -------------------------------------------------------- */

static const char show_usage[] = "usage: licissue sku show DIR SKU [--json]\n"
				 "\n"
				 "Shows what one unit of a SKU gives.\n"
				 "\n"
				 "  --json               as a JSON object\n"
				 "  -h, --help\n";

static void
show_item(const struct lc_item *item)
{
	char period[PERIOD_SIZE];

	printf("  %s %s, %s", item->feature, item->version,
	    lc_type_name((enum lc_type)item->type));
	if (item->count != LC_UNCOUNTED)
		printf(", for %u, %s", item->count,
		    item->additive ? "additive" : "exclusive");
	if (item->period_s > 0)
		printf(", %s of use", period_text(item->period_s, period));
	if (item->days > 0)
		printf(", %u days", item->days);
	if (item->extension_days > 0)
		printf(" and %u of extension", item->extension_days);
	printf("%s\n", item->eula[0] != '\0' ? ", with an agreement" : "");
}

static int
show_text(const struct lc_sku *sku)
{
	printf("%s: %s%s\n", sku->code, sku->description,
	    sku->sold ? "" : " (not sold any more)");
	printf("For %s; its licenses %s; revision %lld:\n",
	    sku->family[0] != '\0' ? sku->family : "any device",
	    sku->movable ? "may move" : "do not move",
	    (long long)sku->revision);
	for (const struct lc_item *item = sku->items; item != NULL;
	     item = item->part.next)
		show_item(item);
	return EXIT_DONE;
}

struct showing {
	const char *code;
	bool json;
	int status;
};

static enum lc_err
show(const struct lc_authority *authority, void *arg)
{
	struct showing *s = arg;
	struct lc_arena arena = { 0 };
	struct lc_sku *sku;
	enum lc_err err =
	    lc_sku_find(authority->record, &arena, s->code, 0, &sku);

	if (err == LC_OK)
		s->status =
		    s->json ? print_object(sku_json(sku)) : show_text(sku);
	lc_arena_free(&arena);
	return err;
}

int
sku_show_command(int argc, char **argv)
{
	const char *dir;
	struct showing s = { .status = EXIT_DONE };
	const struct flag flags[] = {
		FLAG_DIR(&dir),
		{ .argument = "a SKU", .text = &s.code },
		{ .name = "json", .truth = &s.json },
		{ 0 },
	};
	int status = take_flags("sku show", show_usage, flags, argc, argv);

	if (status < 0)
		status = with_authority(dir, show, &s);
	return status == EXIT_DONE ? s.status : status;
}
