/*
 * op_grant.c - licenses that are no units of a PAK: evaluations, extensions,
 * subscriptions, rights to use, counts, lots.
 */
#include "ops/grant.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "base/error.h"
#include "catalog/policy.h"
#include "op_args.h"
#include "op_call.h"
#include "op_device.h"
#include "record/authority.h"

#define DAY_S 86400
#define EVALUATION_S (60 * DAY_S)
#define AGREEMENT_MAX (1 << 20)
#define DAYS_MAX 36500
#define LOT_ITEMS_MAX 64
#define LOT_UDIS_MAX 20000 /* and licenses: what a license file holds */

/* What the bodies of these operations say. */
struct granting {
	struct lc_grant g;
	const char *kind;    /* of a subscription */
	const char *license; /* its id */
	const char *reason;
	uint32_t total;
	bool is_unlocked, is_permanent;
	/* Who asks, and where it goes. */
	struct lc_authority *authority;
	const struct op_asked *asked;
	struct lc_granted granted;
	struct op_answer *answer;
	struct lc_detail *detail;
};

#define OF(field) .at = offsetof(struct granting, field)
#define A_UDI(need)                                                       \
	{                                                                 \
		"udi", ARG_TEXT, OF(g.udi), .required = (need), .min = 3, \
					    .max = LC_UDI_MAX             \
	}
#define A_FEATURE                                                         \
	{ "feature", ARG_TEXT, OF(g.feature), .required = true, .min = 1, \
		.max = LC_FEATURE_MAX },                                  \
	{                                                                 \
		"version", ARG_TEXT, OF(g.version), .min = 1,             \
						    .max = LC_VERSION_MAX \
	}
#define A_COUNT                                                         \
	{                                                               \
		"count", ARG_NUMBER, OF(g.count), .min = 1,             \
						  .max = UINT32_MAX - 1 \
	}
#define A_ADDITIVE                                    \
	{                                             \
		"additive", ARG_TRUTH, OF(g.additive) \
	}
#define A_TEXTS                                                                \
	{ "agreement", ARG_FILE, OF(g.eula), .min = 1, .max = AGREEMENT_MAX }, \
	{                                                                      \
		"comment", ARG_TEXT, OF(g.comment), .max = LC_COMMENT_MAX      \
	}
#define A_PERIOD                                                        \
	{                                                               \
		"period", ARG_NUMBER, OF(g.period_s), .min = 1,         \
						      .max = UINT32_MAX \
	}
#define A_SPAN                                                         \
	{ "days", ARG_NUMBER, OF(g.days), .min = 1, .max = DAYS_MAX }, \
	{                                                              \
		"end", ARG_DATE, OF(g.end)                             \
	}

static struct granting
granting_of(const struct op_asked *asked)
{
	return (struct granting){
		.g = {
			.feature = "",
			.version = "1.0",
			.start = LC_NO_TIME,
			.end = LC_NO_TIME,
			.comment = "",
			.issued = asked->at,
		},
		.kind = "paid",
	};
}

/* What one of these operations does beside the others: judge, and grant. */
typedef enum lc_err granting_call(struct granting *);

static enum lc_err
granted_answer(
    enum lc_err err, const struct lc_granted *granted, struct op_answer *answer)
{
	if (err != LC_OK)
		return err;
	answer->licenses_of = granted->request;
	answer->again = granted->again;
	return LC_OK;
}

static enum lc_err
grant(struct granting *g, const struct arg *args, size_t n, granting_call *call)
{
	enum lc_err err = args_read(args, n, g->asked->body, g, g->detail);

	if (err != LC_OK)
		return err;
	if (g->g.eula != NULL)
		g->g.eula_len = strlen(g->g.eula);
	err = call(g);
	return granted_answer(err, &g->granted, g->answer);
}

/* The operation of that name: its arguments are NAME_args. */
#define GRANT(name)                                                       \
	enum lc_err op_##name(struct lc_authority *authority,             \
	    const struct op_asked *asked, struct op_answer *answer,       \
	    struct lc_detail *detail)                                     \
	{                                                                 \
		struct granting g = granting_of(asked);                   \
                                                                          \
		g.authority = authority;                                  \
		g.asked = asked;                                          \
		g.answer = answer;                                        \
		g.detail = detail;                                        \
		return grant(&g, name##_args, NITEMS(name##_args), name); \
	}

/* How long, in one way. */
static enum lc_err
span_check(const struct granting *g, bool period)
{
	int n = (g->g.days != 0) + (g->g.end != LC_NO_TIME) +
		(period && g->g.period_s != 0);

	if (n == 1)
		return LC_OK;
	return lc_fail(g->detail, LC_EINVAL,
	    period ? "one of \"period\", \"days\" and \"end\" is needed"
		   : "one of \"days\" and \"end\" is needed");
}

/* ---- Evaluations ----------------------------------------------------- */

static const struct arg evaluation_args[] = {
	A_UDI(true),
	A_FEATURE,
	A_PERIOD,
	A_COUNT,
	A_ADDITIVE,
	A_TEXTS,
};

static enum lc_err
evaluation(struct granting *g)
{
	enum lc_err err = device_check(g->authority, g->asked, g->g.udi,
	    DEVICE_NO_OTHERS, g->answer, g->detail);

	/* Others than the staff try what the catalog has. */
	if (err == LC_OK && !lc_role_is_staff(g->asked->role))
		err = lc_feature_fits(
		    g->authority->record, g->g.feature, g->g.udi);
	if (err != LC_OK)
		return err;
	if (g->g.period_s > EVALUATION_S && !lc_role_is_staff(g->asked->role))
		return lc_fail(g->detail, LC_EINVAL,
		    "\"period\" is at most %d seconds (60 days)", EVALUATION_S);
	if (g->g.period_s == 0)
		g->g.period_s = EVALUATION_S;
	g->g.type = LC_DEMO;
	return lc_grant_evaluation(g->authority, &g->g, &g->granted);
}

GRANT(evaluation)

/* ---- Extensions ------------------------------------------------------ */

static const struct arg extension_args[] = {
	{ "license", ARG_TEXT, OF(license), .required = true, .min = 1,
	    .max = LC_ID_MAX },
	A_UDI(false),
	A_PERIOD,
	A_SPAN,
	{ "reason", ARG_TEXT, OF(reason), .required = true, .min = 1,
	    .max = LC_COMMENT_MAX },
	{ "agreement", ARG_FILE, OF(g.eula), .min = 1, .max = AGREEMENT_MAX },
};

static enum lc_err
extension(struct granting *g)
{
	enum lc_err err = span_check(g, true);

	if (err != LC_OK)
		return err;
	return lc_extend(g->authority,
	    &(struct lc_extension){
		.license = g->license,
		.udi = g->g.udi,
		.period_s = g->g.period_s,
		.days = g->g.days,
		.end = g->g.end,
		.eula = g->g.eula,
		.eula_len = g->g.eula_len,
		.issued = g->g.issued,
		.by = g->asked->who,
		.reason = g->reason,
	    },
	    &g->granted);
}

GRANT(extension)

/* ---- Subscriptions --------------------------------------------------- */

static const struct arg subscription_args[] = {
	A_UDI(true),
	A_FEATURE,
	{ "kind", ARG_TEXT, OF(kind), .min = 1, .max = 16 },
	{ "start", ARG_DATE, OF(g.start) },
	A_SPAN,
	{ "extension_days", ARG_NUMBER, OF(g.extension_days), .max = DAYS_MAX },
	A_COUNT,
	A_ADDITIVE,
	A_TEXTS,
};

static bool
kind_take(struct granting *g)
{
	static const struct {
		const char *name;
		enum lc_type type;
	} kinds[] = {
		{ "paid", LC_PAID_SUBSCRIPTION },
		{ "evaluation", LC_EVALUATION_SUBSCRIPTION },
		{ "extension", LC_EXTENSION_SUBSCRIPTION },
	};

	for (size_t i = 0; i < NITEMS(kinds); i++) {
		if (strcmp(g->kind, kinds[i].name) == 0) {
			g->g.type = kinds[i].type;
			return true;
		}
	}
	return false;
}

static enum lc_err
subscription(struct granting *g)
{
	enum lc_err err;

	if (!kind_take(g))
		return lc_fail(g->detail, LC_EINVAL,
		    "\"kind\" must be paid, evaluation or extension");
	err = span_check(g, false);
	return err == LC_OK
		   ? lc_grant_subscription(g->authority, &g->g, &g->granted)
		   : err;
}

GRANT(subscription)

static const struct arg renew_args[] = { A_SPAN };

static enum lc_err
renew(struct granting *g)
{
	enum lc_err err = span_check(g, false);

	if (err != LC_OK)
		return err;
	return lc_renew(g->authority,
	    &(struct lc_renewal){
		.license = g->asked->part,
		.days = g->g.days,
		.end = g->g.end,
		.issued = g->g.issued,
	    },
	    &g->granted);
}

GRANT(renew)

/* ---- Rights to use --------------------------------------------------- */

static const struct arg right_to_use_args[] = {
	A_UDI(false),
	{ "unlocked", ARG_TRUTH, OF(is_unlocked) },
	A_FEATURE,
	A_PERIOD,
	{ "permanent", ARG_TRUTH, OF(is_permanent) },
	A_COUNT,
	A_ADDITIVE,
	A_TEXTS,
};

static enum lc_err
right_to_use(struct granting *g)
{
	if ((g->g.udi != NULL) == g->is_unlocked)
		return lc_fail(g->detail, LC_EINVAL,
		    "one of \"udi\" and \"unlocked\" is needed");
	if (g->is_permanent && g->g.period_s != 0)
		return lc_fail(g->detail, LC_EINVAL,
		    "\"permanent\" and \"period\" exclude each other");
	g->g.type = g->is_permanent      ? LC_PERMANENT_RIGHT_TO_USE
		    : g->g.period_s != 0 ? LC_EVAL_RIGHT_TO_USE
					 : LC_RIGHT_TO_USE;
	return lc_grant_right_to_use(g->authority, &g->g, &g->granted);
}

GRANT(right_to_use)

/* ---- Counts ---------------------------------------------------------- */

static const struct arg count_args[] = {
	A_UDI(true),
	A_FEATURE,
	A_COUNT,
	{ "to", ARG_NUMBER, OF(total), .min = 1, .max = UINT32_MAX - 1 },
	A_TEXTS,
};

static enum lc_err
count(struct granting *g)
{
	if ((g->g.count != 0) == (g->total != 0))
		return lc_fail(g->detail, LC_EINVAL,
		    "one of \"count\" and \"to\" is needed");
	return lc_grant_count(g->authority, &g->g, g->total, &g->granted);
}

GRANT(count)
#undef OF

/* ---- Lots ------------------------------------------------------------ */

struct lot {
	const char *name, *agreement;
	const json_t *udis, *licenses;
	bool is_unlocked;
	const char **list; /* of the UDIs */
	struct lc_grant items[LOT_ITEMS_MAX];
};

#define OF(field) .at = offsetof(struct lot, field)
static const struct arg lot_args[] = {
	{ "name", ARG_TEXT, OF(name), .required = true, .min = 1,
	    .max = LC_ID_MAX },
	{ "unlocked", ARG_TRUTH, OF(is_unlocked) },
	{ "udis", ARG_TEXTS, OF(udis), .min = 1, .max = LOT_UDIS_MAX },
	{ "licenses", ARG_LIST, OF(licenses), .required = true, .min = 1,
	    .max = LOT_ITEMS_MAX },
	{ "agreement", ARG_FILE, OF(agreement), .min = 1,
	    .max = AGREEMENT_MAX },
};
#undef OF

struct lot_item {
	struct lc_grant g;
	const char *type;
};

#define OF(field) .at = offsetof(struct lot_item, field)
static const struct arg item_args[] = {
	A_FEATURE,
	{ "type", ARG_TEXT, OF(type), .min = 1, .max = 64 },
	A_COUNT,
	A_ADDITIVE,
	A_PERIOD,
};
#undef OF

static enum lc_err
item_read(const struct op_asked *asked, struct lot *l, size_t i,
    struct lc_detail *detail)
{
	struct lot_item item = { .g = granting_of(asked).g };
	enum lc_err err = args_read_nth(item_args, NITEMS(item_args),
	    "licenses", l->licenses, i, &item, detail);

	if (err != LC_OK)
		return err;
	item.g.type = l->is_unlocked ? LC_EVAL_RIGHT_TO_USE : LC_PERMANENT;
	if (item.type != NULL && !lc_type_from_name(item.type, &item.g.type))
		return lc_fail(detail, LC_EINVAL,
		    "\"licenses\", %zu: \"%s\" is not a license type", i + 1,
		    item.type);
	if (item.g.period_s == 0 && lc_type_metered(item.g.type))
		item.g.period_s = EVALUATION_S;
	item.g.eula = l->agreement;
	item.g.eula_len = l->agreement != NULL ? strlen(l->agreement) : 0;
	l->items[i] = item.g;
	return LC_OK;
}

static enum lc_err
lot_read(const struct op_asked *asked, struct lot *l, struct lc_detail *detail)
{
	enum lc_err err =
	    args_read(lot_args, NITEMS(lot_args), asked->body, l, detail);
	size_t n = json_array_size(l->udis);

	if (err == LC_OK && l->is_unlocked == (l->udis != NULL))
		err = lc_fail(detail, LC_EINVAL,
		    "one of \"unlocked\" and \"udis\" is needed");
	if (err == LC_OK && n * json_array_size(l->licenses) > LOT_UDIS_MAX)
		err = lc_fail(detail, LC_EINVAL,
		    "\"udis\" and \"licenses\" make %zu licenses: at most %d "
		    "in "
		    "a lot",
		    n * json_array_size(l->licenses), LOT_UDIS_MAX);
	for (size_t i = 0; err == LC_OK && i < json_array_size(l->licenses);
	     i++)
		err = item_read(asked, l, i, detail);
	if (err != LC_OK)
		return err;
	if ((l->list = calloc(n + 1, sizeof *l->list)) == NULL)
		return LC_ENOMEM;
	for (size_t i = 0; i < n; i++)
		l->list[i] = json_string_value(json_array_get(l->udis, i));
	return LC_OK;
}

enum lc_err
op_lot(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	struct lot l = { .name = "" };
	struct lc_granted granted;
	enum lc_err err = lot_read(asked, &l, detail);

	if (err == LC_OK)
		err = lc_make_lot(authority,
		    &(struct lc_lot){
			.name = l.name,
			.udis = l.list,
			.nudis = json_array_size(l.udis),
			.items = l.items,
			.nitems = json_array_size(l.licenses),
		    },
		    &granted);
	free(l.list);
	return granted_answer(err, &granted, answer);
}
