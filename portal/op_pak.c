/*
 * op_pak.c - PAKs: making and stopping them, and turning units of PAKs and
 * contracts into licenses.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "base/error.h"
#include "catalog/catalog.h"
#include "op_args.h"
#include "op_call.h"
#include "op_device.h"
#include "op_license.h"
#include "ops/pak.h"
#include "ops/wishes.h"
#include "record/authority.h"
#include "record/device.h"

/* ---- Redeeming ------------------------------------------------------- */

struct redeeming {
	char account[LC_ACCOUNT_MAX + 1]; /* of the PAK or contract; "" none */
	const json_t *udis;
	bool partial;
	struct lc_wishes list;
	struct lc_fulfillment f;
};

#define OF(field) .at = offsetof(struct redeeming, field)
#define A_REST                                                           \
	{ "sku", ARG_TEXT, OF(list.sku), .min = 1, .max = LC_CODE_MAX }, \
	    { "quantity", ARG_NUMBER, OF(list.quantity), .min = 1,       \
		    .max = LC_UNITS_MAX },                               \
	{                                                                \
		"partial", ARG_TRUTH, OF(partial)                        \
	}

static const struct arg redeem_args[] = {
	{ "udis", ARG_TEXTS, OF(udis), .required = true, .min = 1,
	    .max = LC_WISHES_MAX },
	A_REST,
};

static const struct arg file_args[] = { A_REST };
#undef OF

/*
 * What one license file holds is also what one request may ask for; without a
 * token it is what the PAK has units for, looked at before anything else.
 */
static enum lc_err
units_check(const struct redeeming *r, uint64_t units, struct lc_detail *detail)
{
	unsigned long long n = units;

	if (r->list.max != 0 && n > r->list.max)
		return lc_fail(detail, LC_EINVAL,
		    "%llu units in one request, but the PAK has %zu", n,
		    r->list.max);
	if (n > LC_WISHES_MAX)
		return lc_fail(detail, LC_EINVAL,
		    "%llu units in one request: at most %d, ask for the others "
		    "in another one",
		    n, LC_WISHES_MAX);
	return LC_OK;
}

static enum lc_err
list_read(
    const struct op_asked *asked, struct redeeming *r, struct lc_detail *detail)
{
	enum lc_err err =
	    args_read(redeem_args, NITEMS(redeem_args), asked->body, r, detail);

	if (err == LC_OK)
		err = units_check(r, json_array_size(r->udis), detail);
	for (size_t i = 0; err == LC_OK && i < json_array_size(r->udis); i++)
		err = lc_wishes_add(
		    &r->list, json_string_value(json_array_get(r->udis, i)));
	return err;
}

/* A list of devices in place of "udis". */
static enum lc_err
file_read(
    const struct op_asked *asked, struct redeeming *r, struct lc_detail *detail)
{
	enum lc_err err =
	    args_read(file_args, NITEMS(file_args), asked->body, r, detail);

	if (err != LC_OK)
		return err;
	err = strcmp(asked->type, "text/csv") == 0
		  ? lc_wishes_csv(&r->list, asked->text, asked->len, detail)
		  : lc_wishes_xml(&r->list, asked->text, asked->len, detail);
	if (err == LC_OK && r->list.n == 0)
		return lc_fail(detail, LC_EINVAL, "the list has no devices");
	return err;
}

static enum lc_err
wishes_units_check(const struct redeeming *r, struct lc_detail *detail)
{
	uint64_t units = 0;

	for (size_t i = 0; i < r->list.n; i++)
		units += r->list.wishes[i].quantity;
	return units_check(r, units, detail);
}

/* [{"udi", "row", "detail"}] of the devices that got nothing. */
static json_t *
refused_rows(const struct redeeming *r)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < r->list.n; i++) {
		const struct lc_wish *wish = &r->list.wishes[i];
		json_t *row;

		if (wish->err == LC_OK)
			continue;
		row = json_pack("{s:s, s:s}", "udi", wish->udi, "detail",
		    wish->why.text[0] != '\0' ? wish->why.text
					      : lc_strerror(wish->err));
		if (wish->row > 0)
			(void)json_object_set_new(
			    row, "row", json_integer(wish->row));
		(void)json_array_append_new(rows, row);
	}
	return rows;
}

/* What was wrong with each device, beside the error of the whole. */
static void
wishes_explain(const struct redeeming *r, struct op_answer *answer,
    struct lc_detail *detail)
{
	const struct lc_wish *only = &r->list.wishes[0];

	if (r->f.nrefused == 0)
		return;
	if (r->list.n == 1 && only->err != LC_OK && only->why.text[0] != '\0')
		*detail = only->why;
	answer->body = json_pack("{s:o}", "rows", refused_rows(r));
}

static enum lc_err
redeem_answer(struct redeeming *r, const struct lc_bundle *bundle,
    json_t *licenses, struct op_answer *answer, struct lc_detail *detail)
{
	if (r->partial && (answer->body = json_pack(
			       "{s:o}", "refused", refused_rows(r))) == NULL)
		return LC_ENOMEM;
	answer->again = r->f.again;
	return licenses_end(bundle, licenses, answer, detail);
}

/*
 * A license makes its device the account's: nobody but the staff gets one for a
 * device of other accounts, whoever knows the PAK.
 */
static enum lc_err
devices_check(struct lc_authority *authority, const struct op_asked *asked,
    const struct redeeming *r, struct op_answer *answer,
    struct lc_detail *detail)
{
	struct op_asked as = *asked;
	enum lc_err err = LC_OK;

	if (lc_role_is_staff(asked->role))
		return LC_OK;
	if (r->account[0] != '\0')
		as.account = r->account;
	for (size_t i = 0; i < r->list.n && err == LC_OK; i++)
		err = device_check(authority, &as, r->list.wishes[i].udi,
		    DEVICE_NO_OTHERS, answer, detail);
	return err;
}

static enum lc_err
redeem(struct lc_authority *authority, const struct op_asked *asked,
    struct redeeming *r, struct op_answer *answer, struct lc_detail *detail)
{
	struct lc_bundle *bundle = NULL;
	json_t *licenses = NULL;
	enum lc_err err;

	r->list.sku = "";
	r->list.quantity = 1;
	err = asked->type[0] != '\0' ? file_read(asked, r, detail)
				     : list_read(asked, r, detail);
	if (err == LC_OK)
		err = wishes_units_check(r, detail);
	if (err == LC_OK)
		err = devices_check(authority, asked, r, answer, detail);
	if (err == LC_OK &&
	    (err = licenses_begin(&bundle, &licenses)) == LC_OK) {
		r->f.request = asked->request;
		r->f.issued = asked->at;
		r->f.account = asked->account;
		r->f.partial = r->partial;
		r->f.is_sparing = true;
		r->f.wishes = r->list.wishes;
		r->f.nwishes = r->list.n;
		err = lc_fulfill(authority, &r->f, bundle);
		if (err == LC_OK)
			err =
			    redeem_answer(r, bundle, licenses, answer, detail);
		else
			wishes_explain(r, answer, detail);
	}
	json_decref(licenses);
	lc_bundle_free(bundle);
	lc_wishes_free(&r->list);
	return err;
}

/* At least 1. */
static size_t
units_of(const struct lc_pak *pak)
{
	size_t units = 0;

	for (const struct lc_pak_line *line = pak->lines; line != NULL;
	     line = line->next)
		units += (size_t)line->quantity;
	return units;
}

/* The staff, and whoever shows no token, needs to know the PAK and no more. */
static enum lc_err
pak_check(struct lc_authority *authority, const struct op_asked *asked,
    struct redeeming *r, struct op_answer *answer, struct lc_detail *detail)
{
	struct lc_arena arena = { 0 };
	char code[LC_PAK_LEN + 1];
	struct lc_pak *pak;
	enum lc_err err;

	if (lc_role_is_staff(asked->role))
		return LC_OK;
	if ((err = lc_pak_read(asked->part, code, detail)) == LC_OK &&
	    (err = lc_pak_find(authority->record, &arena, code, &pak)) ==
		LC_OK) {
		(void)snprintf(
		    r->account, sizeof r->account, "%s", pak->account);
		err = account_check(
		    asked, pak->account, "this PAK", answer, detail);
		if (asked->role == LC_ROLE_NONE)
			r->list.max = units_of(pak);
	}
	lc_arena_free(&arena);
	return err;
}

enum lc_err
op_redeem(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	struct redeeming r = { .f.pak = asked->part };
	enum lc_err err = pak_check(authority, asked, &r, answer, detail);

	return err != LC_OK ? err
			    : redeem(authority, asked, &r, answer, detail);
}

enum lc_err
op_contract_redeem(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	struct redeeming r = { .f.contract = asked->part };
	struct lc_arena arena = { 0 };
	struct lc_contract *contract;
	enum lc_err err =
	    lc_contract_find(authority->record, &arena, asked->part, &contract);

	if (err == LC_OK) {
		(void)snprintf(
		    r.account, sizeof r.account, "%s", contract->account);
		err = account_check(
		    asked, contract->account, "this contract", answer, detail);
	}
	lc_arena_free(&arena);
	return err != LC_OK ? err
			    : redeem(authority, asked, &r, answer, detail);
}

/* ---- Making them ----------------------------------------------------- */

struct making {
	const json_t *lines;
	struct lc_pak_order order;
	struct lc_pak_part parts[LC_PAK_PARTS_MAX];
};

#define OF(field) .at = offsetof(struct making, field)
static const struct arg pak_args[] = {
	{ "lines", ARG_LIST, OF(lines), .required = true, .min = 1,
	    .max = LC_PAK_PARTS_MAX },
	{ "order", ARG_TEXT, OF(order.order), .max = 64 },
	{ "account", ARG_TEXT, OF(order.account), .max = 64 },
};
#undef OF

#define OF(field) .at = offsetof(struct lc_pak_part, field)
static const struct arg line_args[] = {
	{ "sku", ARG_TEXT, OF(sku), .required = true, .min = 1, .max = 64 },
	{ "quantity", ARG_NUMBER, OF(quantity), .required = true, .min = 1,
	    .max = LC_UNITS_MAX },
};
#undef OF

enum lc_err
op_pak_create(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	struct making m = { .order = { .order = "", .account = "" } };
	char code[LC_PAK_LEN + 1];
	enum lc_err err =
	    args_read(pak_args, NITEMS(pak_args), asked->body, &m, detail);

	m.order.parts = m.parts;
	m.order.nparts = json_array_size(m.lines);
	for (size_t i = 0; i < m.order.nparts && err == LC_OK; i++)
		err = args_read_nth(line_args, NITEMS(line_args), "lines",
		    m.lines, i, &m.parts[i], detail);
	if (err != LC_OK ||
	    (err = lc_pak_create(authority, &m.order, code)) != LC_OK)
		return err;
	answer->body = json_pack("{s:s}", "pak", code);
	return answer->body != NULL ? LC_OK : LC_ENOMEM;
}

/* ---- Stopping them --------------------------------------------------- */

static enum lc_err
pak_stop(struct lc_authority *authority, const struct op_asked *asked,
    const char *why, struct op_answer *answer, struct lc_detail *detail)
{
	char code[LC_PAK_LEN + 1];
	enum lc_err err = lc_pak_read(asked->part, code, detail);

	if (err != LC_OK ||
	    (err = lc_pak_stop(authority->record, code, why)) != LC_OK)
		return err;
	answer->body = json_pack("{s:s, s:s}", "pak", code, "stopped", why);
	return answer->body != NULL ? LC_OK : LC_ENOMEM;
}

enum lc_err
op_pak_stop(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	static const struct arg args[] = {
		{ "reason", ARG_TEXT, .required = true, .min = 1,
		    .max = LC_COMMENT_MAX },
	};
	const char *why = NULL;
	enum lc_err err =
	    args_read(args, NITEMS(args), asked->body, &why, detail);

	return err != LC_OK ? err
			    : pak_stop(authority, asked, why, answer, detail);
}

enum lc_err
op_pak_start(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	enum lc_err err = args_read(NULL, 0, asked->body, NULL, detail);

	return err != LC_OK ? err
			    : pak_stop(authority, asked, "", answer, detail);
}
