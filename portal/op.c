/* op.c - see op.h. */
#include "op.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "base/error.h"
#include "base/text.h"
#include "format/line.h"
#include "ops/fulfill.h"
#include "ops/pak.h"
#include "record/authority.h"
#include "record/license.h"
#include "record/record.h"

/* ---- Errors ---------------------------------------------------------- */

static const struct {
	enum lc_err err;
	unsigned status;
	const char *kind;
} statuses[] = {
	{ LC_EINVAL, 422, "refused" },
	{ LC_ENOTFOUND, 404, "not-found" },
	{ LC_EEXISTS, 409, "exists" },
	{ LC_ECOUNT, 409, "used-up" },
	{ LC_EREVOKED, 409, "revoked" },
	{ LC_EEXPIRED, 409, "expired" },
	{ LC_EUDI, 422, "another-device" },
	{ LC_EKEY, 409, "key" },
	{ LC_ETICKET, 422, "ticket" },
	{ LC_ESIGNATURE, 422, "signature" },
	{ LC_EFILE, 422, "file" },
	{ LC_ELINE, 422, "file" },
	{ LC_EPERIOD, 422, "period" },
	{ LC_ELOCKED, 503, "unavailable" },
	{ LC_EIO, 503, "unavailable" },
	{ LC_ENOMEM, 503, "unavailable" },
};

unsigned
op_status(enum lc_err err, const char **kind)
{
	for (size_t i = 0; i < NITEMS(statuses); i++) {
		if (statuses[i].err == err) {
			*kind = statuses[i].kind;
			return statuses[i].status;
		}
	}
	*kind = "internal";
	return 500;
}

/* ---- Licenses as JSON ------------------------------------------------ */

static json_t *
license_json(const struct lc_terms *terms)
{
	json_t *license = json_pack("{s:s, s:s, s:s, s:s, s:s}", "id",
	    terms->id, "udi", terms->nudis > 0 ? terms->udis[0] : "", "feature",
	    terms->feature, "version", terms->version, "type",
	    lc_type_name(terms->type));

	if (license != NULL && terms->counted &&
	    json_object_set_new(license, "count", json_integer(terms->count)) !=
		0) {
		json_decref(license);
		return NULL;
	}
	return license;
}

static enum lc_err
license_add(void *arg, struct lc_line *line, const char *text)
{
	(void)text;
	return json_array_append_new(arg, license_json(&line->terms)) == 0
		   ? LC_OK
		   : LC_ENOMEM;
}

/* ---- Redeeming ------------------------------------------------------- */

struct redeeming {
	struct lc_fulfillment f;
	struct lc_wish *wishes;
};

/* The strings live in args. */
static enum lc_err
redeem_read(const json_t *args, struct redeeming *r, struct lc_detail *detail)
{
	const json_t *udis = json_object_get(args, "udis");
	const char *sku = json_string_value(json_object_get(args, "sku"));
	const json_t *quantity = json_object_get(args, "quantity");
	json_int_t units = quantity != NULL ? json_integer_value(quantity) : 1;
	size_t n = json_array_size(udis);

	r->f.pak = json_string_value(json_object_get(args, "pak"));
	r->f.request = json_string_value(json_object_get(args, "request"));
	if (r->f.pak == NULL || r->f.request == NULL || n == 0 || units < 1 ||
	    units > UINT32_MAX)
		return lc_fail(detail, LC_EINVAL,
		    "\"udis\" must be an array of device ids (PID:SN), "
		    "\"quantity\" a number of units for each");
	if ((r->wishes = calloc(n, sizeof *r->wishes)) == NULL)
		return LC_ENOMEM;
	r->f.wishes = r->wishes;
	for (; r->f.nwishes < n; r->f.nwishes++) {
		size_t i = r->f.nwishes;

		r->wishes[i].udi = json_string_value(json_array_get(udis, i));
		r->wishes[i].sku = sku != NULL ? sku : "";
		r->wishes[i].quantity = (uint32_t)units;
		if (r->wishes[i].udi == NULL)
			return lc_fail(detail, LC_EINVAL,
			    "\"udis\" must be an array of texts");
	}
	return LC_OK;
}

/* What was wrong with each device, beside the error of the whole. */
static void
wishes_explain(const struct redeeming *r, struct lc_detail *detail)
{
	for (size_t i = 0; i < r->f.nwishes; i++) {
		if (r->wishes[i].err != LC_OK && r->f.nwishes == 1 &&
		    r->wishes[i].why.text[0] != '\0')
			*detail = r->wishes[i].why;
	}
}

static enum lc_err
redeem_answer(const struct lc_authority *authority, const struct redeeming *r,
    const struct lc_bundle *bundle, json_t **body, struct lc_detail *detail)
{
	json_t *licenses = json_array();
	const char *text;
	size_t len;
	enum lc_err err = licenses != NULL ? LC_OK : LC_ENOMEM;

	if (err == LC_OK)
		err = lc_bundle_text(bundle, &text, &len, detail);
	if (err == LC_OK)
		err = lc_issued_of_request(
		    authority->record, r->f.number, license_add, licenses);
	if (err == LC_OK) {
		*body = json_pack("{s:O, s:s%, s:b}", "licenses", licenses,
		    "file", text, len, "again", r->f.again);
		err = *body != NULL ? LC_OK : LC_ENOMEM;
	}
	json_decref(licenses);
	return err;
}

static enum lc_err
redeem(const struct lc_authority *authority, const json_t *args, json_t **body,
    struct lc_detail *detail)
{
	struct redeeming r = { .f.issued = authority->record->at };
	struct lc_bundle *bundle = NULL;
	enum lc_err err;

	if ((err = redeem_read(args, &r, detail)) == LC_OK &&
	    (err = lc_bundle_new(&bundle)) == LC_OK &&
	    (err = lc_fulfill(authority, &r.f, bundle)) == LC_OK)
		err = redeem_answer(authority, &r, bundle, body, detail);
	else
		wishes_explain(&r, detail);
	lc_bundle_free(bundle);
	free(r.wishes);
	return err;
}

/* ---- PAKs ------------------------------------------------------------ */

static enum lc_err
pak_create(const struct lc_authority *authority, const json_t *args,
    json_t **body, struct lc_detail *detail)
{
	const json_t *lines = json_object_get(args, "lines");
	const char *order = json_string_value(json_object_get(args, "order"));
	const char *account =
	    json_string_value(json_object_get(args, "account"));
	struct lc_pak_part parts[LC_PAK_PARTS_MAX];
	struct lc_pak_order wanted = {
		.parts = parts,
		.nparts = json_array_size(lines),
		.order = order != NULL ? order : "",
		.account = account != NULL ? account : "",
	};
	char code[LC_PAK_LEN + 1];
	enum lc_err err;

	if (wanted.nparts < 1 || wanted.nparts > LC_PAK_PARTS_MAX)
		return lc_fail(detail, LC_EINVAL,
		    "\"lines\" must be 1 to %d objects with \"sku\" and "
		    "\"quantity\"",
		    LC_PAK_PARTS_MAX);
	for (size_t i = 0; i < wanted.nparts; i++) {
		const json_t *line = json_array_get(lines, i);
		const char *sku =
		    json_string_value(json_object_get(line, "sku"));
		json_int_t quantity =
		    json_integer_value(json_object_get(line, "quantity"));

		if (sku == NULL || quantity < 1 || quantity > UINT32_MAX)
			return lc_fail(detail, LC_EINVAL,
			    "line %zu: \"sku\" or \"quantity\" is missing",
			    i + 1);
		parts[i].sku = sku;
		parts[i].quantity = (uint32_t)quantity;
	}
	if ((err = lc_pak_create(authority, &wanted, code)) != LC_OK)
		return err;
	*body = json_pack("{s:s}", "pak", code);
	return *body != NULL ? LC_OK : LC_ENOMEM;
}

/* ---- All of them ----------------------------------------------------- */

typedef enum lc_err op_call(const struct lc_authority *, const json_t *args,
    json_t **body, struct lc_detail *);

static const struct {
	op_call *call;
	bool repeats; /* asked again, it gives the same by itself */
} ops[NOPS] = {
	[OP_REDEEM] = { redeem, true },
	[OP_PAK_CREATE] = { pak_create, false },
};

/* A request whose answer is kept, so that asking again gives the same. */
static enum lc_err
run_once(enum op op, const struct lc_authority *authority, const json_t *args,
    json_t **body, struct lc_detail *detail)
{
	const char *id = json_string_value(json_object_get(args, "request"));
	struct lc_record *record = authority->record;
	char *what = json_dumps(args, JSON_COMPACT | JSON_SORT_KEYS);
	char *text = NULL;
	int64_t n;
	bool again = false;
	enum lc_err err = what != NULL && id != NULL ? LC_OK : LC_EINVAL;

	if (err == LC_OK)
		err = lc_request_put(record, id, what, &n, &again);
	if (err == LC_OK && again &&
	    (err = lc_answer_find(record, n, &text)) == LC_OK &&
	    (*body = json_loads(text, 0, NULL)) == NULL)
		err = LC_ENOMEM;
	if (err == LC_OK && !again &&
	    (err = ops[op].call(authority, args, body, detail)) == LC_OK) {
		text = json_dumps(*body, JSON_COMPACT);
		err = text != NULL ? lc_answer_put(record, n, text) : LC_ENOMEM;
	}
	free(text);
	free(what);
	return err;
}

enum lc_err
op_run(enum op op, const struct lc_authority *authority, const char *who,
    const json_t *args, json_t **body, struct lc_detail *detail)
{
	enum lc_err err = lc_record_as(authority->record, who);

	if (err != LC_OK)
		return err;
	return ops[op].repeats ? ops[op].call(authority, args, body, detail)
			       : run_once(op, authority, args, body, detail);
}
