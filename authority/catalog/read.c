/* read.c - the catalog out of the database; see catalog.h. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "catalog.h"
#include "format/type.h"
#include "record/log.h"

/* Where rows go, in their order: a list that grows at its end. */
struct taking {
	struct lc_arena *arena;
	struct db_rows *rows;
	struct lc_part_of **end;
};

/* The next of the list, zeroed; NULL if memory is short. */
static void *
take(struct taking *t, size_t size)
{
	struct lc_part_of *part = lc_arena_alloc(t->arena, size);

	if (part == NULL)
		return NULL;
	*t->end = part;
	t->end = (struct lc_part_of **)&part->next;
	return part;
}

static bool
text(struct taking *t, int column, const char **to)
{
	*to = lc_arena_text(t->arena, db_text(t->rows, column));
	return *to != NULL;
}

static int64_t
date(struct taking *t, int column)
{
	return db_is_null(t->rows, column) ? LC_NO_TIME
					   : db_int(t->rows, column);
}

/*
 * All rows of a query that was just started, each by put, which returns false
 * if memory is short.  No row at all is fine.
 */
static enum lc_err
each(struct lc_record *record, enum db_err started, struct taking *t,
    bool (*put)(struct taking *))
{
	enum lc_err err = lc_record_first(record, started, &t->rows);

	while (err == LC_OK) {
		err = put(t) ? lc_record_done(record, db_next(t->rows))
			     : LC_ENOMEM;
	}
	if (started == DB_OK)
		db_stop(t->rows);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

/* ---- SKUs ------------------------------------------------------------ */

static bool
item_put(struct taking *t)
{
	struct lc_item *item = take(t, sizeof *item);
	const char *name = db_text(t->rows, 2);
	enum lc_type type = LC_NO_TYPE;

	if (item == NULL || !text(t, 0, &item->feature) ||
	    !text(t, 1, &item->version) || !text(t, 8, &item->eula))
		return false;
	(void)lc_type_from_name(name, &type);
	item->type = type;
	item->count = (uint32_t)db_int(t->rows, 3);
	item->additive = db_int(t->rows, 4) != 0;
	item->period_s = (uint32_t)db_int(t->rows, 5);
	item->days = (uint32_t)db_int(t->rows, 6);
	item->extension_days = (uint32_t)db_int(t->rows, 7);
	item->eula_path = item->eula_text = "";
	return true;
}

static enum lc_err
items_read(
    struct lc_record *record, struct lc_arena *arena, struct lc_sku *sku)
{
	struct taking t = {
		.arena = arena,
		.end = (struct lc_part_of **)&sku->items,
	};

	return each(record,
	    db_query(record->db, &t.rows,
		"SELECT feature, version, type, count, additive, period, days,"
		" extension_days, agreement FROM sku_item"
		" WHERE sku = $1 AND revision = $2 ORDER BY item",
		"si", sku->code, sku->revision),
	    &t, item_put);
}

static bool
sku_put(struct taking *t)
{
	struct lc_sku *sku = take(t, sizeof *sku);

	if (sku == NULL || !text(t, 0, &sku->code) ||
	    !text(t, 1, &sku->description) || !text(t, 2, &sku->family))
		return false;
	sku->movable = db_int(t->rows, 3) != 0;
	sku->sold = db_int(t->rows, 4) != 0;
	sku->revision = db_int(t->rows, 5);
	return true;
}

#define SKU_COLUMNS "code, description, family, movable, sold, revision"

static enum lc_err
sku_look(struct lc_record *record, struct lc_arena *arena, const char *code,
    int64_t revision, struct lc_sku **out)
{
	struct lc_sku *sku = NULL;
	struct taking t = {
		.arena = arena,
		.end = (struct lc_part_of **)&sku,
	};
	enum lc_err err;

	err = each(record,
	    db_query(record->db, &t.rows,
		"SELECT " SKU_COLUMNS " FROM sku WHERE code = $1", "s", code),
	    &t, sku_put);
	if (err == LC_OK && sku == NULL)
		return lc_fail(record->detail, LC_ENOTFOUND,
		    "SKU %s: not in the catalog", code);
	if (err != LC_OK)
		return err;
	if (revision != 0)
		sku->revision = revision;
	if ((err = items_read(record, arena, sku)) == LC_OK)
		*out = sku;
	return err;
}

enum lc_err
lc_sku_find(struct lc_record *record, struct lc_arena *arena, const char *code,
    int64_t revision, struct lc_sku **out)
{
	struct lc_sku *sku = lc_kept_find(&record->kept, "sku", code, revision);
	enum lc_err err = LC_OK;

	if (sku == NULL) {
		err = sku_look(record, lc_kept_arena(&record->kept, arena), code,
		    revision, &sku);
		if (err == LC_OK)
			lc_kept_put(&record->kept, "sku", code, revision, sku);
	}
	if (err == LC_OK)
		*out = sku;
	return err;
}

static enum lc_err
skus_read(struct lc_record *record, struct lc_catalog *catalog)
{
	struct taking t = {
		.arena = &catalog->arena,
		.end = (struct lc_part_of **)&catalog->skus,
	};
	enum lc_err err;

	err = each(record,
	    db_query(record->db, &t.rows,
		"SELECT " SKU_COLUMNS " FROM sku ORDER BY code", ""),
	    &t, sku_put);
	for (struct lc_sku *sku = catalog->skus; sku != NULL && err == LC_OK;
	     sku = sku->part.next)
		err = items_read(record, &catalog->arena, sku);
	return err;
}

/* ---- Families and accounts ------------------------------------------- */

static bool
family_put(struct taking *t)
{
	struct lc_family *family = take(t, sizeof *family);

	return family != NULL && text(t, 0, &family->name) &&
	       text(t, 1, &family->pids) && text(t, 2, &family->moves_to);
}

static bool
account_put(struct taking *t)
{
	struct lc_account *account = take(t, sizeof *account);

	return account != NULL && text(t, 0, &account->name) &&
	       text(t, 1, &account->description);
}

enum lc_err
lc_family_find(struct lc_record *record, struct lc_arena *arena,
    const char *name, struct lc_family **out)
{
	struct lc_family *family = NULL;
	struct taking t = {
		.arena = lc_kept_arena(&record->kept, arena),
		.end = (struct lc_part_of **)&family,
	};
	enum lc_err err;

	if ((*out = lc_kept_find(&record->kept, "family", name, 0)) != NULL)
		return LC_OK;
	err = each(record,
	    db_query(record->db, &t.rows,
		"SELECT name, pids, moves_to FROM family WHERE name = $1", "s",
		name),
	    &t, family_put);
	if (err == LC_OK && family == NULL)
		return LC_ENOTFOUND;
	if (err != LC_OK)
		return err;
	lc_kept_put(&record->kept, "family", name, 0, family);
	*out = family;
	return LC_OK;
}

enum lc_err
lc_account_find(struct lc_record *record, struct lc_arena *arena,
    const char *name, struct lc_account **out)
{
	struct lc_account *account = NULL;
	struct taking t = {
		.arena = arena,
		.end = (struct lc_part_of **)&account,
	};
	enum lc_err err;

	err = each(record,
	    db_query(record->db, &t.rows,
		"SELECT name, description FROM account WHERE name = $1", "s",
		name),
	    &t, account_put);
	if (err == LC_OK && account == NULL)
		return LC_ENOTFOUND;
	if (err == LC_OK)
		*out = account;
	return err;
}

/* ---- Contracts ------------------------------------------------------- */

static bool
contract_put(struct taking *t)
{
	struct lc_contract *contract = take(t, sizeof *contract);

	if (contract == NULL || !text(t, 0, &contract->number) ||
	    !text(t, 1, &contract->account) || !text(t, 4, &contract->stopped))
		return false;
	contract->begins = date(t, 2);
	contract->ends = date(t, 3);
	return true;
}

static bool
contract_sku_put(struct taking *t)
{
	struct lc_contract_sku *sku = take(t, sizeof *sku);

	if (sku == NULL || !text(t, 0, &sku->sku))
		return false;
	sku->quantity = (uint32_t)db_int(t->rows, 1);
	sku->used = db_int(t->rows, 2);
	sku->n = db_int(t->rows, 3);
	return true;
}

struct lc_udi_part {
	struct lc_part_of part;
	const char *udi;
};

static bool
udi_put(struct taking *t)
{
	struct lc_udi_part *part = take(t, sizeof *part);

	return part != NULL && text(t, 0, &part->udi);
}

/* With a blank between them. */
static char *
join(struct lc_arena *arena, const struct lc_udi_part *parts)
{
	size_t len = 1;
	char *words, *end;

	for (const struct lc_udi_part *p = parts; p != NULL; p = p->part.next)
		len += strlen(p->udi) + 1;
	if ((words = end = lc_arena_alloc(arena, len)) == NULL)
		return NULL;
	for (; parts != NULL; parts = parts->part.next) {
		if (end > words)
			*end++ = ' ';
		end = stpcpy(end, parts->udi);
	}
	return words;
}

static enum lc_err
contract_fill(struct lc_record *record, struct lc_arena *arena,
    struct lc_contract *contract)
{
	struct lc_udi_part *udis = NULL;
	struct taking skus = {
		.arena = arena,
		.end = (struct lc_part_of **)&contract->skus,
	};
	struct taking t = {
		.arena = arena,
		.end = (struct lc_part_of **)&udis,
	};
	enum lc_err err;

	err = each(record,
	    db_query(record->db, &skus.rows,
		"SELECT sku, quantity, used, n FROM contract_sku"
		" WHERE contract = $1 ORDER BY sku",
		"s", contract->number),
	    &skus, contract_sku_put);
	if (err == LC_OK)
		err = each(record,
		    db_query(record->db, &t.rows,
			"SELECT udi FROM contract_udi WHERE contract = $1"
			" ORDER BY n",
			"s", contract->number),
		    &t, udi_put);
	if (err != LC_OK)
		return err;
	contract->udis = join(arena, udis);
	return contract->udis != NULL ? LC_OK : LC_ENOMEM;
}

#define CONTRACT_COLUMNS "number, account, begins, ends, stopped"

enum lc_err
lc_contract_find(struct lc_record *record, struct lc_arena *arena,
    const char *number, struct lc_contract **out)
{
	struct lc_contract *contract = NULL;
	struct taking t = {
		.arena = arena,
		.end = (struct lc_part_of **)&contract,
	};
	enum lc_err err;

	err = each(record,
	    db_query(record->db, &t.rows,
		"SELECT " CONTRACT_COLUMNS " FROM contract WHERE number = $1",
		"s", number),
	    &t, contract_put);
	if (err == LC_OK && contract == NULL)
		return lc_fail(record->detail, LC_ENOTFOUND,
		    "contract %s: not in the catalog", number);
	if (err == LC_OK)
		err = contract_fill(record, arena, contract);
	if (err == LC_OK)
		*out = contract;
	return err;
}

static enum lc_err
contracts_read(struct lc_record *record, struct lc_catalog *catalog)
{
	struct taking t = {
		.arena = &catalog->arena,
		.end = (struct lc_part_of **)&catalog->contracts,
	};
	enum lc_err err;

	err = each(record,
	    db_query(record->db, &t.rows,
		"SELECT " CONTRACT_COLUMNS " FROM contract ORDER BY number",
		""),
	    &t, contract_put);
	for (struct lc_contract *contract = catalog->contracts;
	     contract != NULL && err == LC_OK; contract = contract->part.next)
		err = contract_fill(record, &catalog->arena, contract);
	return err;
}

enum lc_err
lc_contract_stop(
    struct lc_record *record, const char *number, const char *why)
{
	struct db_rows *rows = NULL;
	enum lc_err err;

	err = lc_record_first(record,
	    db_query(record->db, &rows,
		"UPDATE contract SET stopped = $2 WHERE number = $1"
		" RETURNING number",
		"ss", number, why),
	    &rows);
	if (err == LC_ENOTFOUND)
		return lc_fail(record->detail, err,
		    "contract %s: not in the catalog", number);
	if (err != LC_OK)
		return err;
	db_stop(rows);
	return lc_log_row(record, "contract", number);
}

/* ---- All of it ------------------------------------------------------- */

enum lc_err
lc_accounts_read(struct lc_record *record, struct lc_catalog *catalog)
{
	struct taking t = {
		.arena = &catalog->arena,
		.end = (struct lc_part_of **)&catalog->accounts,
	};

	return each(record,
	    db_query(record->db, &t.rows,
		"SELECT name, description FROM account ORDER BY name", ""),
	    &t, account_put);
}

enum lc_err
lc_catalog_read(struct lc_record *record, struct lc_catalog *catalog)
{
	struct taking families = {
		.arena = &catalog->arena,
		.end = (struct lc_part_of **)&catalog->families,
	};
	enum lc_err err;

	err = each(record,
	    db_query(record->db, &families.rows,
		"SELECT name, pids, moves_to FROM family ORDER BY name", ""),
	    &families, family_put);
	if (err == LC_OK)
		err = lc_accounts_read(record, catalog);
	if (err == LC_OK)
		err = skus_read(record, catalog);
	return err == LC_OK ? contracts_read(record, catalog) : err;
}

/* ---- Words ----------------------------------------------------------- */

bool
lc_family_has(const char *pids, const char *udi)
{
	char pid[LC_UDI_MAX + 1], pattern[LC_UDI_MAX + 1];

	(void)snprintf(pid, sizeof pid, "%.*s", (int)strcspn(udi, ":"), udi);
	while (*pids != '\0') {
		size_t len = strcspn(pids, " ");

		(void)snprintf(
		    pattern, sizeof pattern, "%.*s", (int)len, pids);
		if (fnmatch(pattern, pid, FNM_NOESCAPE) == 0)
			return true;
		pids += len + (pids[len] == ' ');
	}
	return false;
}

bool
lc_words_have(const char *words, const char *word)
{
	size_t len = strlen(word);

	while (*words != '\0') {
		size_t n = strcspn(words, " ");

		if (n == len && memcmp(words, word, n) == 0)
			return true;
		words += n + (words[n] == ' ');
	}
	return false;
}
