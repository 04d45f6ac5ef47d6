/* fulfill.c - see fulfill.h. */
#include "fulfill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <openssl/evp.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/text.h"
#include "catalog/catalog.h"
#include "issue.h"
#include "record/authority.h"
#include "record/pak.h"
#include "record/rma.h"

#define DAY_S 86400
#define WHAT_MAX 1000 /* bytes of a request that is kept as a text */

/* A SKU of the PAK or the contract. */
struct source_line {
	struct source_line *next;
	int64_t n, left; /* units; INT64_MAX: any number */
	int64_t taken;   /* by this request */
	const char *code;
	int64_t revision; /* 0: the current one */
	struct lc_sku *sku;
	const char *pids; /* of its family; NULL: any device */
};

struct fulfilling {
	const struct lc_authority *authority;
	struct lc_record *record;
	struct lc_fulfillment *f;
	struct lc_bundle *bundle;
	struct lc_arena arena;
	char pak[LC_PAK_LEN + 1]; /* as it is written */
	const char *what, *code;  /* "PAK" or "contract", and which */
	const char *udis;         /* of a contract: only these; "": any */
	struct source_line *lines;
	bool is_fresh;   /* a PAK of no account, of which no unit is used */
	int64_t request; /* 0: none */
	char *id, *asked; /* of it; NULL: none */
};

/* ---- What there is --------------------------------------------------- */

static struct source_line *
line_add(struct fulfilling *p, struct source_line ***end)
{
	struct source_line *line = lc_arena_alloc(&p->arena, sizeof *line);

	if (line == NULL)
		return NULL;
	**end = line;
	*end = &line->next;
	return line;
}

static enum lc_err
pak_open(struct fulfilling *p)
{
	struct source_line **end = &p->lines;
	struct lc_pak *pak;
	enum lc_err err;

	if ((err = lc_pak_find(p->record, &p->arena, p->code, &pak)) != LC_OK)
		return err;
	if (pak->stopped[0] != '\0')
		return lc_fail(p->record->detail, LC_EINVAL,
		    "PAK %s was stopped: %s", p->code, pak->stopped);
	p->is_fresh = pak->account[0] == '\0';
	for (const struct lc_pak_line *l = pak->lines; l != NULL; l = l->next) {
		struct source_line *line = line_add(p, &end);

		if (line == NULL)
			return LC_ENOMEM;
		line->n = l->n;
		line->left = l->quantity - l->used;
		line->code = l->sku;
		line->revision = l->revision;
		p->is_fresh = p->is_fresh && l->used == 0;
	}
	return LC_OK;
}

static enum lc_err
contract_judge(const struct fulfilling *p, const struct lc_contract *contract)
{
	struct lc_detail *detail = p->record->detail;
	int64_t at = p->f->issued;

	if (contract->stopped[0] != '\0')
		return lc_fail(detail, LC_EINVAL, "contract %s was stopped: %s",
		    contract->number, contract->stopped);
	if (contract->begins != LC_NO_TIME && at < contract->begins)
		return lc_fail(detail, LC_EINVAL,
		    "contract %s has not begun", contract->number);
	if (contract->ends != LC_NO_TIME && at >= contract->ends)
		return lc_fail(detail, LC_EINVAL, "contract %s is over",
		    contract->number);
	return LC_OK;
}

static enum lc_err
contract_open(struct fulfilling *p)
{
	struct source_line **end = &p->lines;
	struct lc_contract *contract;
	enum lc_err err;

	err = lc_contract_find(p->record, &p->arena, p->code, &contract);
	if (err != LC_OK || (err = contract_judge(p, contract)) != LC_OK)
		return err;
	p->udis = contract->udis;
	for (const struct lc_contract_sku *sku = contract->skus; sku != NULL;
	     sku = sku->part.next) {
		struct source_line *line = line_add(p, &end);

		if (line == NULL)
			return LC_ENOMEM;
		line->n = sku->n;
		line->left = sku->quantity == 0
				 ? INT64_MAX
				 : (int64_t)sku->quantity - sku->used;
		line->code = sku->sku;
	}
	return LC_OK;
}

/* The SKU of a line, once a wish is for it. */
static enum lc_err
line_fill(struct fulfilling *p, struct source_line *line)
{
	struct lc_family *family;
	enum lc_err err;

	if (line->sku != NULL)
		return LC_OK;
	err = lc_sku_find(
	    p->record, &p->arena, line->code, line->revision, &line->sku);
	if (err != LC_OK || line->sku->family[0] == '\0')
		return err;
	err = lc_family_find(
	    p->record, &p->arena, line->sku->family, &family);
	if (err == LC_OK)
		line->pids = family->pids;
	return err;
}

/* ---- The request ----------------------------------------------------- */

/* All that was asked for, as one text; a long one as its digest. */
static enum lc_err
request_text(const struct fulfilling *p, char **out)
{
	uint8_t digest[32];
	char *text = NULL, b64[LC_B64_LEN(sizeof digest) + 1];
	size_t len = 0;
	FILE *file = open_memstream(&text, &len);

	if (file == NULL)
		return LC_ENOMEM;
	fprintf(file, "%s %s%s", p->what, p->code,
	    p->f->partial ? " partial" : "");
	for (size_t i = 0; i < p->f->nwishes; i++)
		fprintf(file, ", %s %s %u", p->f->wishes[i].udi,
		    p->f->wishes[i].sku, p->f->wishes[i].quantity);
	if (fclose(file) != 0)
		return LC_ENOMEM;
	*out = text;
	if (len <= WHAT_MAX)
		return LC_OK;
	if (EVP_Digest(text, len, digest, NULL, EVP_sha256(), NULL) == 1) {
		lc_b64_encode(digest, sizeof digest, b64);
		(void)snprintf(text, len, "%s %s, %zu rows, %s", p->what,
		    p->code, p->f->nwishes, b64);
		return LC_OK;
	}
	free(text);
	return LC_ENOMEM;
}

/* Other kinds of requests have other first words. */
static char *
request_id(const char *request)
{
	char *id;

	return asprintf(&id, "redeem %s", request) < 0 ? NULL : id;
}

/* LC_ENOTFOUND: it is new. */
static enum lc_err
request_find(struct fulfilling *p)
{
	enum lc_err err;

	if (p->f->request[0] == '\0') {
		p->request = p->f->number;
		return LC_ENOTFOUND;
	}
	if (strlen(p->f->request) > LC_CODE_MAX ||
	    !lc_text_is_id(p->f->request))
		return lc_fail(p->record->detail, LC_EINVAL,
		    "request id: not 1 to %d letters, digits and . _ : -",
		    LC_CODE_MAX);
	if ((p->id = request_id(p->f->request)) == NULL)
		return LC_ENOMEM;
	if ((err = request_text(p, &p->asked)) != LC_OK)
		return err;
	err = lc_request_find(p->record, p->id, p->asked, &p->request);
	if (err == LC_EINVAL)
		(void)lc_fail(p->record->detail, err,
		    "request id %s was already used for another request",
		    p->f->request);
	p->f->again = err == LC_OK;
	return err;
}

static enum lc_err
request_put(struct fulfilling *p)
{
	return p->id == NULL ? LC_OK
			     : lc_request_add(
				   p->record, p->id, p->asked, &p->request);
}

enum lc_err
lc_fulfill_ahead(
    struct lc_record *record, const char *pak, const char *request)
{
	char code[LC_PAK_LEN + 1], *id = request_id(request);
	struct lc_detail unheard;
	enum lc_err err = id != NULL ? lc_request_ahead(record, id)
				     : LC_ENOMEM;

	free(id);
	if (err == LC_OK && lc_pak_read(pak, code, &unheard) == LC_OK)
		err = lc_pak_ahead(record, code);
	return err;
}

/* What an earlier request gave, and the SKU of all if there is but one. */
struct earlier {
	json_t *gifts; /* "UDI SKU" */
	char sku[LC_CODE_MAX + 1];
};

#define GIFT_SIZE (LC_UDI_MAX + LC_CODE_MAX + 2)

static enum lc_err
gift_note(void *arg, const char *udi, const char *sku)
{
	struct earlier *e = arg;
	char key[GIFT_SIZE];

	(void)snprintf(key, sizeof key, "%s %s", udi, sku);
	(void)snprintf(e->sku, sizeof e->sku, "%s", sku);
	return json_object_set_new(e->gifts, key, json_true()) == 0
		   ? LC_OK
		   : LC_ENOMEM;
}

/* A row that got nothing then, or the second one of two alike. */
static void
again_judge(struct fulfilling *p, struct earlier *e, struct lc_wish *wish)
{
	char key[GIFT_SIZE];

	(void)snprintf(key, sizeof key, "%s %s", wish->udi,
	    wish->sku[0] != '\0' ? wish->sku : e->sku);
	if (json_object_del(e->gifts, key) == 0)
		return;
	p->f->nrefused++;
	wish->err = lc_fail(&wish->why, LC_EINVAL,
	    "refused when this request was made first");
}

static enum lc_err
again(struct fulfilling *p)
{
	struct earlier e = { .gifts = json_object() };
	enum lc_err err = e.gifts != NULL ? LC_OK : LC_ENOMEM;

	if (err == LC_OK)
		err = lc_request_gifts(p->record, p->request, gift_note, &e);
	if (err == LC_OK)
		err = lc_bundle_add_request(p->authority, p->bundle,
		    p->request, &p->f->nlicenses);
	for (size_t i = 0; i < p->f->nwishes && err == LC_OK; i++)
		again_judge(p, &e, &p->f->wishes[i]);
	json_decref(e.gifts);
	return err;
}

/* ---- Wishes ---------------------------------------------------------- */

static struct source_line *
line_of(struct fulfilling *p, struct lc_wish *wish)
{
	struct source_line *line = p->lines;

	if (wish->sku[0] == '\0') {
		if (line != NULL && line->next == NULL)
			return line;
		(void)lc_fail(&wish->why, LC_EINVAL,
		    "%s %s has several SKUs: say which", p->what, p->code);
		return NULL;
	}
	while (line != NULL && strcmp(line->code, wish->sku) != 0)
		line = line->next;
	if (line == NULL)
		(void)lc_fail(&wish->why, LC_EINVAL,
		    "SKU %s is not in %s %s", wish->sku, p->what, p->code);
	return line;
}

/* The same device and SKU as in an earlier row? */
static enum lc_err
twice_judge(json_t *seen, struct lc_wish *wish, const struct source_line *line,
    size_t i)
{
	char key[GIFT_SIZE];
	const json_t *before;

	(void)snprintf(key, sizeof key, "%s %s", wish->udi, line->code);
	before = json_object_get(seen, key);
	if (before != NULL)
		return lc_fail(&wish->why, LC_EINVAL,
		    "the same device is in the request already, at %d: give "
		    "a quantity for several units",
		    (int)json_integer_value(before));
	return json_object_set_new(seen, key,
		   json_integer((json_int_t)(wish->row > 0 ? wish->row
							   : i + 1))) == 0
		   ? LC_OK
		   : LC_ENOMEM;
}

static enum lc_err
fit_judge(const struct fulfilling *p, struct lc_wish *wish,
    const struct source_line *line)
{
	if (p->udis != NULL && p->udis[0] != '\0' &&
	    !lc_words_have(p->udis, wish->udi))
		return lc_fail(&wish->why, LC_EINVAL,
		    "contract %s does not have this device", p->code);
	if (line->pids != NULL && !lc_family_has(line->pids, wish->udi))
		return lc_fail(&wish->why, LC_EINVAL,
		    "SKU %s is for devices of the family %s", line->code,
		    line->sku->family);
	return LC_OK;
}

static enum lc_err
room_judge(const struct fulfilling *p, struct lc_wish *wish,
    const struct source_line *line)
{
	int64_t left = line->left - line->taken;

	if (wish->quantity < 1 || wish->quantity > LC_UNITS_MAX)
		return lc_fail(&wish->why, LC_EINVAL,
		    "quantity: not from 1 to %d", LC_UNITS_MAX);
	if (line->left != INT64_MAX && wish->quantity > left)
		return lc_fail(&wish->why, LC_ECOUNT,
		    "too many: %s %s has %lld unit%s of SKU %s left, not %u",
		    p->what, p->code, (long long)left, left == 1 ? "" : "s",
		    line->code, wish->quantity);
	return LC_OK;
}

/* Has a device any use of several units? */
static bool
adds_up(const struct lc_sku *sku)
{
	const struct lc_item *item = sku->items;

	while (item != NULL && item->count == LC_UNCOUNTED &&
	       item->period_s == 0)
		item = item->part.next;
	return item != NULL;
}

static enum lc_err
use_judge(const struct fulfilling *p, struct lc_wish *wish,
    const struct source_line *line)
{
	if (!p->f->is_sparing || wish->quantity == 1 || adds_up(line->sku))
		return LC_OK;
	return lc_fail(&wish->why, LC_EINVAL,
	    "a device needs one unit of SKU %s, not %u: what it gives does "
	    "not count, and another unit adds nothing",
	    line->code, wish->quantity);
}

/* LC_OK: whether another device took its place is in the wish. */
static enum lc_err
place_judge(const struct fulfilling *p, struct lc_wish *wish)
{
	enum lc_err err = lc_rma_judge(p->record, wish->udi);

	if (err != LC_EREVOKED)
		return err;
	wish->err = err;
	wish->why = *p->record->detail;
	return LC_OK;
}

/* LC_OK: whether it can be fulfilled is in the wish. */
static enum lc_err
wish_judge(struct fulfilling *p, json_t *seen, size_t i)
{
	struct lc_wish *wish = &p->f->wishes[i];
	struct source_line *line;
	enum lc_err err;

	if (wish->err != LC_OK) /* it was unreadable */
		return LC_OK;
	wish->err = LC_EINVAL;
	if (!lc_text_is_udi(wish->udi, strlen(wish->udi))) {
		(void)lc_fail(&wish->why, LC_EINVAL,
		    "invalid UDI \"%.60s\" (not PID:SN)", wish->udi);
		return LC_OK;
	}
	if ((line = line_of(p, wish)) == NULL)
		return LC_OK;
	if ((err = line_fill(p, line)) != LC_OK)
		return err;
	if ((wish->err = twice_judge(seen, wish, line, i)) == LC_OK &&
	    (wish->err = fit_judge(p, wish, line)) == LC_OK &&
	    (wish->err = room_judge(p, wish, line)) == LC_OK &&
	    (wish->err = use_judge(p, wish, line)) == LC_OK) {
		if ((err = place_judge(p, wish)) != LC_OK ||
		    wish->err != LC_OK)
			return err;
		wish->line = line->n;
		line->taken += wish->quantity;
	}
	return wish->err == LC_ENOMEM ? LC_ENOMEM : LC_OK;
}

static enum lc_err
refuse(const struct fulfilling *p)
{
	const struct lc_fulfillment *f = p->f;
	const struct lc_wish *wish = &f->wishes[0];

	if (f->nwishes == 1 && !lc_text_is_udi(wish->udi, strlen(wish->udi)))
		return lc_fail(
		    p->record->detail, LC_EINVAL, "%s", wish->why.text);
	if (f->nwishes == 1 && wish->err == LC_EREVOKED)
		return lc_fail(
		    p->record->detail, LC_EREVOKED, "%s", wish->why.text);
	if (f->nwishes == 1)
		return lc_fail(p->record->detail, LC_EINVAL, "%s: %s",
		    wish->udi, wish->why.text);
	return lc_fail(p->record->detail, LC_EINVAL,
	    "%zu of %zu rows cannot be redeemed; nothing was issued",
	    f->nrefused, f->nwishes);
}

static enum lc_err
wishes_judge(struct fulfilling *p)
{
	struct lc_fulfillment *f = p->f;
	json_t *seen = json_object();
	enum lc_err err = seen != NULL ? LC_OK : LC_ENOMEM;

	for (size_t i = 0; i < f->nwishes && err == LC_OK; i++) {
		err = wish_judge(p, seen, i);
		f->nrefused += f->wishes[i].err != LC_OK;
	}
	json_decref(seen);
	if (err != LC_OK)
		return err;
	if (f->nrefused > 0 && (!f->partial || f->nrefused == f->nwishes))
		return refuse(p);
	return LC_OK;
}

/* ---- Issuing --------------------------------------------------------- */

/* Who brings licenses owns them. */
static enum lc_err
account_put(struct fulfilling *p)
{
	const char *account = p->f->account;

	if (!p->is_fresh || account == NULL || account[0] == '\0')
		return LC_OK;
	return lc_pak_account_put(p->record, p->code, account);
}

static enum lc_err
units_take(struct fulfilling *p)
{
	enum lc_err err = account_put(p);

	for (const struct source_line *line = p->lines;
	     line != NULL && err == LC_OK; line = line->next) {
		if (line->taken == 0)
			continue;
		err = p->f->pak != NULL
			  ? lc_pak_line_use(p->record, line->n, line->taken)
			  : lc_contract_sku_use(
				p->record, line->n, line->taken);
	}
	return err;
}

/* A license for the first device in udis. */
static struct lc_terms
item_terms(const struct fulfilling *p, const struct lc_item *item,
    const char *const *udi)
{
	int64_t issued = p->f->issued;

	return (struct lc_terms){
		.id = "",
		.issuer = "",
		.feature = item->feature,
		.version = item->version,
		.type = (enum lc_type)item->type,
		.udis = udi,
		.nudis = 1,
		.counted = item->count != LC_UNCOUNTED,
		.additive = item->additive,
		.count = item->count,
		.period_s = item->period_s,
		.extension_days = item->extension_days,
		.issued = issued,
		.start = LC_NO_TIME,
		.end = item->days > 0 ? issued + (int64_t)item->days * DAY_S
				      : LC_NO_TIME,
		.eula = item->eula,
		.comment = "",
	};
}

/* Of its licenses the first one uses the unit up. */
static enum lc_err
unit_issue(struct fulfilling *p, const struct source_line *line,
    const char *udi)
{
	struct lc_origin origin = {
		.source = p->f->pak != NULL ? "pak" : "contract",
		.sku = line->code,
		.pak_line = line->n,
		.units = 1,
		.request = p->request,
	};
	enum lc_err err = LC_OK;

	for (const struct lc_item *item = line->sku->items;
	     item != NULL && err == LC_OK; item = item->part.next) {
		struct lc_terms terms = item_terms(p, item, &udi);

		err = lc_issue(p->authority, &terms, &origin, p->bundle);
		origin.units = 0;
		p->f->nlicenses++;
	}
	return err;
}

static enum lc_err
wish_fulfill(struct fulfilling *p, const struct lc_wish *wish)
{
	const struct source_line *line = p->lines;
	enum lc_err err = LC_OK;

	while (line->n != wish->line)
		line = line->next;
	for (uint32_t i = 0; i < wish->quantity && err == LC_OK; i++)
		err = unit_issue(p, line, wish->udi);
	return err;
}

static enum lc_err
wishes_fulfill(struct fulfilling *p)
{
	struct lc_fulfillment *f = p->f;
	enum lc_err err = units_take(p);

	for (size_t i = 0; i < f->nwishes && err == LC_OK; i++) {
		if (f->wishes[i].err == LC_OK)
			err = wish_fulfill(p, &f->wishes[i]);
		if (f->progress != NULL)
			f->progress(f->arg, (int64_t)i + 1,
			    (int64_t)f->nwishes);
	}
	return err;
}

static enum lc_err
fulfill(struct fulfilling *p)
{
	struct lc_fulfillment *f = p->f;
	enum lc_err err;

	if (f->nwishes == 0)
		return lc_fail(
		    p->record->detail, LC_EINVAL, "no device to redeem for");
	if (f->pak != NULL &&
	    (err = lc_pak_read(f->pak, p->pak, p->record->detail)) != LC_OK)
		return err;
	if ((err = request_find(p)) == LC_OK)
		return again(p);
	/* All is judged before anything is written. */
	if (err != LC_ENOTFOUND ||
	    (err = f->pak != NULL ? pak_open(p) : contract_open(p)) != LC_OK ||
	    (err = wishes_judge(p)) != LC_OK ||
	    (err = request_put(p)) != LC_OK)
		return err;
	return wishes_fulfill(p);
}

enum lc_err
lc_fulfill(const struct lc_authority *authority, struct lc_fulfillment *f,
    struct lc_bundle *bundle)
{
	struct fulfilling p = {
		.authority = authority,
		.record = authority->record,
		.f = f,
		.bundle = bundle,
		.what = f->pak != NULL ? "PAK" : "contract",
	};
	enum lc_err err;

	p.code = f->pak != NULL ? p.pak : f->contract;
	f->nlicenses = f->nrefused = 0;
	f->again = false;
	err = fulfill(&p);
	if (err == LC_OK)
		f->number = p.request;
	free(p.id);
	free(p.asked);
	lc_arena_free(&p.arena);
	return err;
}
