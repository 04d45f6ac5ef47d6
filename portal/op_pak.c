/* op_pak.c - PAKs: making them, and turning their units into licenses. */
#include <stdlib.h>

#include "array.h"
#include "base/error.h"
#include "op_args.h"
#include "op_call.h"
#include "op_license.h"
#include "ops/fulfill.h"
#include "ops/pak.h"

/* ---- Redeeming ------------------------------------------------------- */

struct redeeming {
	const json_t *udis;
	const char *sku;
	uint32_t quantity;
	struct lc_fulfillment f;
	struct lc_wish *wishes;
};

#define OF(field) .at = offsetof(struct redeeming, field)
static const struct arg redeem_args[] = {
	{ "udis", ARG_TEXTS, OF(udis), .required = true, .min = 1,
	    .max = 20000 },
	{ "sku", ARG_TEXT, OF(sku), .min = 1, .max = 64 },
	{ "quantity", ARG_NUMBER, OF(quantity), .min = 1, .max = LC_UNITS_MAX },
};
#undef OF

/* The texts live in what was asked for. */
static enum lc_err
redeem_read(
    const struct op_asked *asked, struct redeeming *r, struct lc_detail *detail)
{
	enum lc_err err =
	    args_read(redeem_args, NITEMS(redeem_args), asked->body, r, detail);

	if (err != LC_OK)
		return err;
	r->f.pak = asked->part;
	r->f.request = asked->request;
	r->f.issued = asked->at;
	r->f.nwishes = json_array_size(r->udis);
	if ((r->wishes = calloc(r->f.nwishes, sizeof *r->wishes)) == NULL)
		return LC_ENOMEM;
	r->f.wishes = r->wishes;
	for (size_t i = 0; i < r->f.nwishes; i++) {
		r->wishes[i].udi =
		    json_string_value(json_array_get(r->udis, i));
		r->wishes[i].sku = r->sku;
		r->wishes[i].quantity = r->quantity;
	}
	return LC_OK;
}

/* What was wrong with the only device, in place of the error of the whole. */
static void
wishes_explain(const struct redeeming *r, struct lc_detail *detail)
{
	if (r->f.nwishes == 1 && r->wishes[0].err != LC_OK &&
	    r->wishes[0].why.text[0] != '\0')
		*detail = r->wishes[0].why;
}

enum lc_err
op_redeem(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	struct redeeming r = { .sku = "", .quantity = 1 };
	struct lc_bundle *bundle = NULL;
	enum lc_err err = redeem_read(asked, &r, detail);

	if (err == LC_OK && (err = lc_bundle_new(&bundle)) == LC_OK) {
		err = lc_fulfill(authority, &r.f, bundle);
		if (err != LC_OK)
			wishes_explain(&r, detail);
	}
	if (err == LC_OK) {
		answer->licenses_of = r.f.number;
		answer->again = r.f.again;
		err = licenses_add(authority, bundle, answer, detail);
		answer->licenses_of = 0; /* they are in the body */
	}
	lc_bundle_free(bundle);
	free(r.wishes);
	return err;
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
