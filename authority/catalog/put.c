/*
 * put.c - what differs in a catalog's file, to the database; see catalog.h.
 *
 * Nothing is deleted but what a contract does not have any more: a SKU that was
 * sold stays, with every revision of its items.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "catalog.h"
#include "mistake.h"
#include "record/license.h"
#include "record/log.h"

struct putting {
	struct lc_record *record;
	struct lc_catalog_file *file;
	const struct lc_catalog *catalog;
	struct lc_arena arena; /* what the database has */
	struct lc_catalog_changes *changes;
};

/* What was asked for by a name; LC_ENOTFOUND is no error: it is new. */
static enum lc_err
is_new(struct putting *p, enum lc_err err, bool *result)
{
	*result = err == LC_ENOTFOUND;
	if (err == LC_ENOTFOUND)
		lc_unfail(p->record->detail);
	return err == LC_ENOTFOUND ? LC_OK : err;
}

static void
count(struct putting *p, bool added, bool changed)
{
	if (added)
		p->changes->added++;
	else if (changed)
		p->changes->changed++;
	else
		p->changes->same++;
}

/* ---- References ------------------------------------------------------ */

static bool
file_has_family(const struct putting *p, const char *name)
{
	for (const struct lc_family *family = p->catalog->families;
	     family != NULL; family = family->part.next) {
		if (strcmp(family->name, name) == 0)
			return true;
	}
	return false;
}

static enum lc_err
family_check(struct putting *p, unsigned line, const char *name)
{
	struct lc_family *family;
	bool missing;
	enum lc_err err;

	if (name[0] == '\0' || file_has_family(p, name))
		return LC_OK;
	err = is_new(
	    p, lc_family_find(p->record, &p->arena, name, &family), &missing);
	if (err == LC_OK && missing)
		lc_catalog_wrong(
		    p->file, line, "family %s: not in the catalog", name);
	return err;
}

static enum lc_err
moves_check(struct putting *p, const struct lc_family *family)
{
	const char *name = family->moves_to;
	char one[LC_UDI_MAX + 1];
	enum lc_err err = LC_OK;

	while (*name != '\0' && err == LC_OK) {
		size_t len = strcspn(name, " ");

		(void)snprintf(one, sizeof one, "%.*s", (int)len, name);
		err = family_check(p, family->part.line, one);
		name += len + (name[len] == ' ');
	}
	return err;
}

static enum lc_err
account_check(struct putting *p, unsigned line, const char *name)
{
	struct lc_account *found;
	bool missing;
	enum lc_err err;

	if (name[0] == '\0')
		return LC_OK;
	for (const struct lc_account *account = p->catalog->accounts;
	     account != NULL; account = account->part.next) {
		if (strcmp(account->name, name) == 0)
			return LC_OK;
	}
	err = is_new(
	    p, lc_account_find(p->record, &p->arena, name, &found), &missing);
	if (err == LC_OK && missing)
		lc_catalog_wrong(
		    p->file, line, "account %s: not in the catalog", name);
	return err;
}

static enum lc_err
sku_check(struct putting *p, unsigned line, const char *code)
{
	struct lc_sku *found;
	bool missing;
	enum lc_err err;

	for (const struct lc_sku *sku = p->catalog->skus; sku != NULL;
	     sku = sku->part.next) {
		if (strcmp(sku->code, code) == 0)
			return LC_OK;
	}
	err = is_new(
	    p, lc_sku_find(p->record, &p->arena, code, 0, &found), &missing);
	if (err == LC_OK && missing)
		lc_catalog_wrong(
		    p->file, line, "SKU %s: not in the catalog", code);
	return err;
}

static enum lc_err
contract_check(struct putting *p, const struct lc_contract *contract)
{
	enum lc_err err =
	    account_check(p, contract->part.line, contract->account);

	for (const struct lc_contract_sku *sku = contract->skus;
	     sku != NULL && err == LC_OK; sku = sku->part.next)
		err = sku_check(p, sku->part.line, sku->sku);
	return err;
}

static enum lc_err
references_check(struct putting *p)
{
	enum lc_err err = LC_OK;

	for (const struct lc_family *family = p->catalog->families;
	     family != NULL && err == LC_OK; family = family->part.next)
		err = moves_check(p, family);
	for (const struct lc_sku *sku = p->catalog->skus;
	     sku != NULL && err == LC_OK; sku = sku->part.next)
		err = family_check(p, sku->part.line, sku->family);
	for (const struct lc_contract *contract = p->catalog->contracts;
	     contract != NULL && err == LC_OK; contract = contract->part.next)
		err = contract_check(p, contract);
	if (err == LC_OK && p->file->nwrong > 0)
		err = lc_catalog_wrong_sum(p->file, p->record->detail);
	return err;
}

/* ---- Families and accounts ------------------------------------------- */

static enum lc_err
family_put(struct putting *p, const struct lc_family *family)
{
	struct lc_record *record = p->record;
	struct lc_family *was;
	bool added, changed;
	enum lc_err err;

	err = is_new(p,
	    lc_family_find(record, &p->arena, family->name, &was), &added);
	if (err != LC_OK)
		return err;
	changed = added || strcmp(was->pids, family->pids) != 0 ||
		  strcmp(was->moves_to, family->moves_to) != 0;
	count(p, added, changed);
	if (!changed)
		return LC_OK;
	err = lc_record_done(record,
	    db_run(record->db,
		"INSERT INTO family (name, pids, moves_to)"
		" VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE"
		" SET pids = excluded.pids, moves_to = excluded.moves_to",
		"sss", family->name, family->pids, family->moves_to));
	return err == LC_OK ? lc_log_row(record, "family", family->name) : err;
}

static enum lc_err
account_put(struct putting *p, const struct lc_account *account)
{
	struct lc_record *record = p->record;
	struct lc_account *was;
	bool added, changed;
	enum lc_err err;

	err = is_new(p,
	    lc_account_find(record, &p->arena, account->name, &was), &added);
	if (err != LC_OK)
		return err;
	changed = added || strcmp(was->description, account->description) != 0;
	count(p, added, changed);
	if (!changed)
		return LC_OK;
	err = lc_record_done(record,
	    db_run(record->db,
		"INSERT INTO account (name, description) VALUES ($1, $2)"
		" ON CONFLICT (name) DO UPDATE"
		" SET description = excluded.description",
		"ss", account->name, account->description));
	return err == LC_OK ? lc_log_row(record, "account", account->name)
			    : err;
}

/* ---- SKUs ------------------------------------------------------------ */

static bool
is_same_item(const struct lc_item *a, const struct lc_item *b)
{
	return strcmp(a->feature, b->feature) == 0 &&
	       strcmp(a->version, b->version) == 0 && a->type == b->type &&
	       a->count == b->count && a->additive == b->additive &&
	       a->period_s == b->period_s && a->days == b->days &&
	       a->extension_days == b->extension_days &&
	       strcmp(a->eula, b->eula) == 0;
}

static bool
are_same_items(const struct lc_item *a, const struct lc_item *b)
{
	for (; a != NULL && b != NULL; a = a->part.next, b = b->part.next) {
		if (!is_same_item(a, b))
			return false;
	}
	return a == NULL && b == NULL;
}

static enum lc_err
item_put(struct putting *p, const struct lc_sku *sku, int64_t revision,
    const struct lc_item *item, int64_t at)
{
	struct lc_record *record = p->record;
	int64_t n;
	enum lc_err err = LC_OK;

	if (item->eula_text[0] != '\0')
		err = lc_agreement_put(
		    record, item->eula_text, strlen(item->eula_text));
	n = record->n + 1;
	if (err == LC_OK)
		err = lc_record_done(record,
		    db_run(record->db,
			"INSERT INTO sku_item (n, sku, revision, item, feature,"
			" version, type, count, additive, period, days,"
			" extension_days, agreement) VALUES ($1, $2, $3, $4,"
			" $5, $6, $7, $8, $9, $10, $11, $12, $13)",
			"isiisssiiiiis", n, sku->code, revision, at,
			item->feature, item->version,
			lc_type_name((enum lc_type)item->type),
			(int64_t)item->count, (int64_t)item->additive,
			(int64_t)item->period_s, (int64_t)item->days,
			(int64_t)item->extension_days, item->eula));
	return err == LC_OK ? lc_log_row_n(record, "sku_item", n) : err;
}

static enum lc_err
items_put(struct putting *p, const struct lc_sku *sku, int64_t revision)
{
	enum lc_err err = LC_OK;
	int64_t at = 1;

	for (const struct lc_item *item = sku->items;
	     item != NULL && err == LC_OK; item = item->part.next)
		err = item_put(p, sku, revision, item, at++);
	return err;
}

static enum lc_err
sku_row_put(struct putting *p, const struct lc_sku *sku, int64_t revision)
{
	struct lc_record *record = p->record;
	enum lc_err err;

	err = lc_record_done(record,
	    db_run(record->db,
		"INSERT INTO sku (code, description, family, movable, sold,"
		" revision) VALUES ($1, $2, $3, $4, $5, $6)"
		" ON CONFLICT (code) DO UPDATE"
		" SET description = excluded.description,"
		" family = excluded.family, movable = excluded.movable,"
		" sold = excluded.sold, revision = excluded.revision",
		"sssiii", sku->code, sku->description, sku->family,
		(int64_t)sku->movable, (int64_t)sku->sold, revision));
	return err == LC_OK ? lc_log_row(record, "sku", sku->code) : err;
}

static enum lc_err
sku_put(struct putting *p, const struct lc_sku *sku)
{
	struct lc_sku *was;
	bool added, new_items, changed;
	int64_t revision;
	enum lc_err err;

	err = is_new(p,
	    lc_sku_find(p->record, &p->arena, sku->code, 0, &was), &added);
	if (err != LC_OK)
		return err;
	new_items = added || !are_same_items(was->items, sku->items);
	changed = new_items || was->movable != sku->movable ||
		  was->sold != sku->sold ||
		  strcmp(was->description, sku->description) != 0 ||
		  strcmp(was->family, sku->family) != 0;
	count(p, added, changed);
	revision = added ? 1 : was->revision + new_items;
	if (new_items)
		err = items_put(p, sku, revision);
	if (err == LC_OK && changed)
		err = sku_row_put(p, sku, revision);
	return err;
}

static enum lc_err
retire_put(struct putting *p, const struct lc_catalog *old)
{
	enum lc_err err = LC_OK;

	for (const struct lc_sku *was = old->skus; was != NULL && err == LC_OK;
	     was = was->part.next) {
		const struct lc_sku *sku = p->catalog->skus;
		struct lc_sku retired = *was;

		while (sku != NULL && strcmp(sku->code, was->code) != 0)
			sku = sku->part.next;
		if (sku != NULL || !was->sold)
			continue;
		p->changes->retired++;
		retired.sold = false;
		err = sku_row_put(p, &retired, was->revision);
	}
	return err;
}

static enum lc_err
retire(struct putting *p)
{
	struct lc_catalog old = { { 0 }, NULL, NULL, NULL, NULL };
	enum lc_err err = lc_catalog_read(p->record, &old);

	if (err == LC_OK)
		err = retire_put(p, &old);
	lc_catalog_free(&old);
	return err;
}

/* ---- Contracts ------------------------------------------------------- */

static const struct lc_contract_sku *
contract_sku_find(const struct lc_contract *contract, const char *code)
{
	const struct lc_contract_sku *sku =
	    contract != NULL ? contract->skus : NULL;

	while (sku != NULL && strcmp(sku->sku, code) != 0)
		sku = sku->part.next;
	return sku;
}

static enum lc_err
contract_sku_put(struct putting *p, const char *contract,
    const struct lc_contract_sku *sku, const struct lc_contract_sku *was)
{
	struct lc_record *record = p->record;
	int64_t n = was != NULL ? was->n : record->n + 1;
	enum lc_err err;

	if (was != NULL)
		err = lc_record_done(record,
		    db_run(record->db,
			"UPDATE contract_sku SET quantity = $2 WHERE n = $1",
			"ii", n, (int64_t)sku->quantity));
	else
		err = lc_record_done(record,
		    db_run(record->db,
			"INSERT INTO contract_sku (n, contract, sku, quantity,"
			" used) VALUES ($1, $2, $3, $4, 0)",
			"issi", n, contract, sku->sku,
			(int64_t)sku->quantity));
	return err == LC_OK ? lc_log_row_n(record, "contract_sku", n) : err;
}

/* A SKU of a contract that the file does not have any more. */
static enum lc_err
contract_sku_end(struct putting *p, const struct lc_contract_sku *was)
{
	struct lc_record *record = p->record;
	char key[24];
	enum lc_err err;

	if (was->used > 0) { /* licenses refer to it: nothing is left */
		struct lc_contract_sku none = *was;

		none.quantity = (uint32_t)was->used;
		return none.quantity == was->quantity
			   ? LC_OK
			   : contract_sku_put(p, NULL, &none, was);
	}
	(void)snprintf(key, sizeof key, "%" PRId64, was->n);
	err = lc_record_done(record,
	    db_run(record->db, "DELETE FROM contract_sku WHERE n = $1", "i",
		was->n));
	return err == LC_OK ? lc_log_gone(record, "contract_sku", key) : err;
}

static enum lc_err
contract_skus_put(struct putting *p, const struct lc_contract *contract,
    const struct lc_contract *was, bool *changed)
{
	const struct lc_contract_sku *sku, *before;
	enum lc_err err = LC_OK;

	for (sku = contract->skus; sku != NULL && err == LC_OK;
	     sku = sku->part.next) {
		before = contract_sku_find(was, sku->sku);
		if (before != NULL && before->quantity == sku->quantity)
			continue;
		*changed = true;
		err = contract_sku_put(p, contract->number, sku, before);
	}
	for (sku = was != NULL ? was->skus : NULL; sku != NULL && err == LC_OK;
	     sku = sku->part.next) {
		if (contract_sku_find(contract, sku->sku) != NULL)
			continue;
		*changed = *changed || sku->used != sku->quantity;
		err = contract_sku_end(p, sku);
	}
	return err;
}

static enum lc_err
contract_udi_put(struct putting *p, const char *contract, const char *udi)
{
	struct lc_record *record = p->record;
	int64_t n = record->n + 1;
	enum lc_err err;

	err = lc_record_done(record,
	    db_run(record->db,
		"INSERT INTO contract_udi (n, contract, udi)"
		" VALUES ($1, $2, $3)",
		"iss", n, contract, udi));
	return err == LC_OK ? lc_log_row_n(record, "contract_udi", n) : err;
}

static enum lc_err
contract_udi_end(struct putting *p, const char *contract, const char *udi)
{
	struct lc_record *record = p->record;
	struct db_rows *rows = NULL;
	char key[24];
	int64_t n;
	enum lc_err err;

	err = lc_record_number(record,
	    db_query(record->db, &rows,
		"DELETE FROM contract_udi WHERE contract = $1 AND udi = $2"
		" RETURNING n",
		"ss", contract, udi),
	    &rows, &n);
	(void)snprintf(key, sizeof key, "%" PRId64, n);
	return err == LC_OK ? lc_log_gone(record, "contract_udi", key) : err;
}

/* Calls for each of words that is not among others. */
static enum lc_err
each_other(struct putting *p, const char *contract, const char *words,
    const char *others,
    enum lc_err (*call)(struct putting *, const char *, const char *))
{
	char one[LC_UDI_MAX + 1];
	enum lc_err err = LC_OK;

	while (*words != '\0' && err == LC_OK) {
		size_t len = strcspn(words, " ");

		(void)snprintf(one, sizeof one, "%.*s", (int)len, words);
		if (!lc_words_have(others, one))
			err = call(p, contract, one);
		words += len + (words[len] == ' ');
	}
	return err;
}

static enum lc_err
contract_row_put(struct putting *p, const struct lc_contract *contract)
{
	struct lc_record *record = p->record;
	char begins[24], ends[24];
	enum lc_err err;

	(void)snprintf(begins, sizeof begins, "%" PRId64, contract->begins);
	(void)snprintf(ends, sizeof ends, "%" PRId64, contract->ends);
	err = lc_record_done(record,
	    db_run(record->db,
		"INSERT INTO contract (number, account, begins, ends, stopped)"
		" VALUES ($1, $2, $3, $4, '') ON CONFLICT (number) DO UPDATE"
		" SET account = excluded.account, begins = excluded.begins,"
		" ends = excluded.ends",
		"ssss", contract->number, contract->account,
		contract->begins != LC_NO_TIME ? begins : NULL,
		contract->ends != LC_NO_TIME ? ends : NULL));
	return err == LC_OK ? lc_log_row(record, "contract", contract->number)
			    : err;
}

static enum lc_err
contract_put(struct putting *p, const struct lc_contract *contract)
{
	struct lc_contract *was = NULL;
	const char *before;
	bool added, changed;
	enum lc_err err;

	err = is_new(p,
	    lc_contract_find(p->record, &p->arena, contract->number, &was),
	    &added);
	if (err != LC_OK)
		return err;
	before = added ? "" : was->udis;
	changed = added || strcmp(was->account, contract->account) != 0 ||
		  was->begins != contract->begins ||
		  was->ends != contract->ends;
	if (changed)
		err = contract_row_put(p, contract);
	changed = changed || strcmp(before, contract->udis) != 0;
	if (err == LC_OK)
		err = contract_skus_put(p, contract, was, &changed);
	if (err == LC_OK)
		err = each_other(p, contract->number, contract->udis, before,
		    contract_udi_put);
	if (err == LC_OK)
		err = each_other(p, contract->number, before, contract->udis,
		    contract_udi_end);
	count(p, added, changed);
	return err;
}

/* ---- All of it ------------------------------------------------------- */

static enum lc_err
all_put(struct putting *p)
{
	const struct lc_catalog *catalog = p->catalog;
	enum lc_err err = LC_OK;

	for (const struct lc_family *family = catalog->families;
	     family != NULL && err == LC_OK; family = family->part.next)
		err = family_put(p, family);
	for (const struct lc_account *account = catalog->accounts;
	     account != NULL && err == LC_OK; account = account->part.next)
		err = account_put(p, account);
	for (const struct lc_sku *sku = catalog->skus;
	     sku != NULL && err == LC_OK; sku = sku->part.next)
		err = sku_put(p, sku);
	for (const struct lc_contract *contract = catalog->contracts;
	     contract != NULL && err == LC_OK; contract = contract->part.next)
		err = contract_put(p, contract);
	return err;
}

enum lc_err
lc_catalog_put(struct lc_record *record, struct lc_catalog_file *file,
    const struct lc_catalog *catalog, bool retire_rest,
    struct lc_catalog_changes *changes)
{
	struct putting p = {
		.record = record,
		.file = file,
		.catalog = catalog,
		.changes = changes,
	};
	enum lc_err err;

	*changes = (struct lc_catalog_changes){ 0 };
	if ((err = references_check(&p)) == LC_OK)
		err = all_put(&p);
	if (err == LC_OK && retire_rest)
		err = retire(&p);
	lc_arena_free(&p.arena);
	return err;
}
