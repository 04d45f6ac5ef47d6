/* grant.c - see grant.h. */
#include "grant.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "device.h"
#include "format/file.h"
#include "format/line.h"
#include "format/type.h"
#include "issue.h"
#include "record/authority.h"
#include "record/grant.h"
#include "record/license.h"
#include "record/log.h"
#include "record/rma.h"

#define DAY_S 86400

/* ---- Requests -------------------------------------------------------- */

/* Every grant has a request, under an id of our own if there is no other. */
static enum lc_err
request_put(struct lc_record *record, const char *id, const char *what,
    struct lc_granted *granted)
{
	char own[LC_NEW_ID_LEN + 1], *name = NULL;
	enum lc_err err;

	if (id != NULL)
		return lc_request_put(
		    record, id, what, &granted->request, &granted->again);
	if ((err = lc_new_id(own)) != LC_OK)
		return err;
	if (asprintf(&name, "grant %s", own) < 0)
		return LC_ENOMEM;
	err = lc_request_put(
	    record, name, what, &granted->request, &granted->again);
	free(name);
	return err;
}

/* All that was asked for, as a digest, but the time. */
static enum lc_err
grant_digest(const struct lc_grant *g, char digest[LC_EULA_DIGEST_LEN + 1])
{
	char eula[LC_EULA_DIGEST_LEN + 1] = "", *text = NULL;
	enum lc_err err = LC_OK;

	if (g->eula != NULL)
		err = lc_eula_digest(g->eula, g->eula_len, eula);
	if (err != LC_OK)
		return err;
	if (asprintf(&text,
		"%s %s\n%s\n%d %u %d %u %" PRId64 " %" PRId64 " %u %u %s\n%s\n",
		g->udi != NULL ? g->udi : "", g->feature, g->version,
		(int)g->type, g->count, g->additive, g->period_s, g->start,
		g->end, g->days, g->extension_days, eula, g->comment) < 0)
		return LC_ENOMEM;
	err = lc_eula_digest(text, strlen(text), digest);
	free(text);
	return err;
}

static enum lc_err
grant_request(struct lc_record *record, const struct lc_grant *g,
    const char *kind, struct lc_granted *granted)
{
	char digest[LC_EULA_DIGEST_LEN + 1], *what = NULL;
	enum lc_err err = grant_digest(g, digest);

	if (err != LC_OK)
		return err;
	if (asprintf(&what, "%s %s", kind, digest) < 0)
		return LC_ENOMEM;
	err = request_put(record, g->request, what, granted);
	free(what);
	return err;
}

/* ---- Terms ----------------------------------------------------------- */

static int64_t
end_of(const struct lc_grant *g)
{
	if (g->days == 0)
		return g->end;
	return (g->start != LC_NO_TIME ? g->start : g->issued) +
	       (int64_t)g->days * DAY_S;
}

static struct lc_terms
terms_of(const struct lc_grant *g, const char *eula)
{
	return (struct lc_terms){
		.issuer = "",
		.feature = g->feature,
		.version = g->version,
		.type = g->type,
		.udis = &g->udi,
		.nudis = g->udi != NULL,
		.counted = g->count != 0,
		.count = g->count != 0 ? g->count : LC_UNCOUNTED,
		.additive = g->additive,
		.period_s = g->period_s,
		.extension_days = g->extension_days,
		.issued = g->issued,
		.start = g->start,
		.end = end_of(g),
		.eula = eula,
		.comment = g->comment,
	};
}

static enum lc_err
grant_issue(const struct lc_authority *authority, const struct lc_grant *g,
    const char *source, const char *sku, int64_t request,
    char id[LC_NEW_ID_LEN + 1])
{
	char eula[LC_EULA_DIGEST_LEN + 1] = "";
	const struct lc_origin origin = {
		.source = source,
		.sku = sku,
		.request = request,
	};
	struct lc_terms terms = terms_of(g, eula);
	enum lc_err err = LC_OK;

	if (g->eula != NULL &&
	    (err = lc_eula_digest(g->eula, g->eula_len, eula)) == LC_OK)
		err = lc_agreement_put(
		    authority->record, g->eula, g->eula_len);
	if (err != LC_OK)
		return err;
	return lc_issue_as(authority, &terms, &origin, id);
}

/* A request that was made before got its licenses then. */
static enum lc_err
grant(const struct lc_authority *authority, const struct lc_grant *g,
    const char *source, struct lc_granted *out)
{
	struct lc_granted granted = { 0 };
	char id[LC_NEW_ID_LEN + 1];
	enum lc_err err =
	    grant_request(authority->record, g, source, &granted);

	if (err == LC_OK && !granted.again)
		err = grant_issue(
		    authority, g, source, "", granted.request, id);
	if (err == LC_OK)
		*out = granted;
	return err;
}

/* A license type that the command is not for. */
static enum lc_err
type_fail(struct lc_record *record, const struct lc_grant *g, const char *what)
{
	const char *name = lc_type_name(g->type);

	return lc_fail(record->detail, LC_EINVAL,
	    "%s is not the type of %s", name != NULL ? name : "that", what);
}

/* ---- Evaluations ----------------------------------------------------- */

/* LC_ENOTFOUND: it had none. */
static enum lc_err
evaluation_again(struct lc_record *record, const struct lc_grant *g,
    struct lc_granted *granted)
{
	char id[LC_ID_MAX + 1];
	enum lc_err err = lc_evaluation_find(
	    record, g->udi, g->feature, g->version, id);

	if (err != LC_OK)
		return err;
	if ((err = lc_issued_not_ended(record, g->udi, id)) != LC_OK)
		return lc_refused(record, err, g->udi);
	granted->again = true;
	return lc_issued_request(record, id, &granted->request);
}

static enum lc_err
evaluation_new(const struct lc_authority *authority, const struct lc_grant *g,
    struct lc_granted *granted)
{
	struct lc_record *record = authority->record;
	char id[LC_NEW_ID_LEN + 1];
	enum lc_err err;

	if ((err = grant_request(record, g, "evaluation", granted)) != LC_OK ||
	    granted->again)
		return err;
	if ((err = grant_issue(authority, g, "evaluation", "",
		 granted->request, id)) != LC_OK)
		return err;
	return lc_evaluation_put(record, g->udi, g->feature, g->version, id);
}

enum lc_err
lc_grant_evaluation(const struct lc_authority *authority,
    const struct lc_grant *g, struct lc_granted *out)
{
	struct lc_record *record = authority->record;
	struct lc_granted granted = { 0 };
	enum lc_err err;

	if (lc_type_rules(g->type)->class != LC_CLASS_TRIAL)
		return type_fail(record, g, "an evaluation");
	if (g->udi == NULL || !lc_text_is_udi(g->udi, strlen(g->udi)))
		return lc_fail(record->detail, LC_EINVAL,
		    "invalid UDI \"%.60s\" (not PID:SN)",
		    g->udi != NULL ? g->udi : "");
	if ((err = lc_rma_judge(record, g->udi)) != LC_OK)
		return lc_refused(record, err, g->udi);
	err = evaluation_again(record, g, &granted);
	if (err == LC_ENOTFOUND)
		err = evaluation_new(authority, g, &granted);
	if (err == LC_OK)
		*out = granted;
	return err;
}

/* ---- Subscriptions, rights to use ------------------------------------ */

enum lc_err
lc_grant_subscription(const struct lc_authority *authority,
    const struct lc_grant *g, struct lc_granted *granted)
{
	if (!lc_type_subscription(g->type))
		return type_fail(authority->record, g, "a subscription");
	if (lc_type_rules(g->type)->once)
		return lc_grant_evaluation(authority, g, granted);
	return grant(authority, g, "manual", granted);
}

enum lc_err
lc_grant_right_to_use(const struct lc_authority *authority,
    const struct lc_grant *g, struct lc_granted *granted)
{
	if (!lc_type_rules(g->type)->right_to_use)
		return type_fail(authority->record, g, "a right to use");
	return grant(authority, g, "right-to-use", granted);
}

/* ---- Counts ---------------------------------------------------------- */

struct counting {
	const struct lc_grant *g;
	int64_t sum;
	char exclusive[LC_ID_MAX + 1]; /* a license; "": none */
};

static enum lc_err
count_one(void *arg, const struct lc_terms *terms, const char *text)
{
	struct counting *c = arg;

	(void)text;
	if (!terms->counted || strcmp(terms->feature, c->g->feature) != 0 ||
	    strcmp(terms->version, c->g->version) != 0 ||
	    lc_type_rules(terms->type)->class != LC_CLASS_BOUGHT ||
	    lc_terms_over(terms) <= c->g->issued)
		return LC_OK;
	if (terms->additive)
		c->sum += terms->count;
	else
		(void)snprintf(
		    c->exclusive, sizeof c->exclusive, "%s", terms->id);
	return LC_OK;
}

static enum lc_err
count_judge(struct lc_record *record, const struct lc_grant *g, uint32_t total,
    const struct counting *c)
{
	if (c->exclusive[0] != '\0')
		return lc_fail(record->detail, LC_EINVAL,
		    "license %s of %s is exclusive: nothing adds to its count",
		    c->exclusive, g->udi);
	if (total != 0 && c->sum >= total)
		return lc_fail(record->detail, LC_EEXISTS,
		    "%s has %" PRId64 " of %s already", g->udi, c->sum,
		    g->feature);
	return LC_OK;
}

enum lc_err
lc_grant_count(const struct lc_authority *authority, const struct lc_grant *g,
    uint32_t total, struct lc_granted *out)
{
	struct lc_record *record = authority->record;
	struct lc_granted granted = { 0 };
	struct counting c = { .g = g };
	struct lc_grant asked = *g, more;
	char id[LC_NEW_ID_LEN + 1];
	enum lc_err err;

	if (g->udi == NULL)
		return lc_fail(record->detail, LC_EINVAL, "no UDI");
	asked.type = LC_PERMANENT;
	asked.additive = true;
	more = asked;
	if (total != 0)
		asked.count = total;
	err = grant_request(
	    record, &asked, total != 0 ? "total" : "count", &granted);
	if (err == LC_OK && !granted.again) {
		if ((err = lc_device_licenses(
			 record, g->udi, count_one, &c)) != LC_OK ||
		    (err = count_judge(record, g, total, &c)) != LC_OK)
			return err;
		if (total != 0)
			more.count = total - (uint32_t)c.sum;
		err = grant_issue(authority, &more, "upgrade", "",
		    granted.request, id);
	}
	if (err == LC_OK)
		*out = granted;
	return err;
}

/* ---- Of licenses that there are -------------------------------------- */

/* Does the license count on the device still? */
static enum lc_err
standing_judge(
    struct lc_record *record, const struct lc_terms *t, const char *udi)
{
	if (udi == NULL)
		return lc_fail(record->detail, LC_EUDI,
		    "license %s is not for one device: name the one", t->id);
	if (!lc_terms_fit(t, udi))
		return lc_fail(record->detail, LC_EUDI,
		    "license %s is not for %s", t->id, udi);
	return lc_issued_not_ended(record, udi, t->id);
}

static const char *
only_udi(const struct lc_terms *t)
{
	return t->nudis == 1 ? t->udis[0] : NULL;
}

/* From the end of a subscription on. */
static void
continue_from(struct lc_grant *g, const struct lc_terms *t)
{
	g->start = t->end > g->issued ? t->end : g->issued;
}

/* The same feature and count for one of the devices. */
static struct lc_grant
grant_like(const struct lc_terms *t, const char *udi, int64_t issued)
{
	return (struct lc_grant){
		.udi = udi,
		.feature = t->feature,
		.version = t->version,
		.count = t->counted ? t->count : 0,
		.additive = t->additive,
		.start = LC_NO_TIME,
		.end = LC_NO_TIME,
		.comment = "",
		.issued = issued,
	};
}

static enum lc_err
extension_terms(struct lc_record *record, const struct lc_extension *e,
    const struct lc_terms *t, struct lc_grant *g)
{
	g->eula = e->eula;
	g->eula_len = e->eula_len;
	if (lc_type_metered(t->type)) {
		g->type = LC_EXTENSION;
		g->period_s = e->period_s;
		return LC_OK;
	}
	if (!lc_type_subscription(t->type))
		return lc_fail(record->detail, LC_EINVAL,
		    "license %s does not end: nothing to extend", t->id);
	g->type = LC_EXTENSION_SUBSCRIPTION;
	continue_from(g, t);
	g->end = e->end;
	g->days = e->days;
	return LC_OK;
}

static enum lc_err
approval_log(struct lc_record *record, const struct lc_extension *e)
{
	char *says = NULL;
	enum lc_err err;

	if (asprintf(&says, "extension, by %s: %s", e->by, e->reason) < 0)
		return LC_ENOMEM;
	err = lc_log_add(record, "approved", e->license, says);
	free(says);
	return err;
}

/* What was asked for: dates that follow from the clock are not. */
static enum lc_err
extension_request(struct lc_record *record, const struct lc_extension *e,
    struct lc_granted *granted)
{
	char *what = NULL;
	enum lc_err err;

	if (asprintf(&what, "extension %s %u %u %" PRId64, e->license,
		e->period_s, e->days, e->end) < 0)
		return LC_ENOMEM;
	err = request_put(record, e->request, what, granted);
	free(what);
	return err;
}

static enum lc_err
extend(const struct lc_authority *authority, const struct lc_extension *e,
    const struct lc_terms *t, struct lc_granted *granted)
{
	struct lc_record *record = authority->record;
	const char *udi = e->udi != NULL ? e->udi : only_udi(t);
	struct lc_grant g = grant_like(t, udi, e->issued);
	struct lc_origin_row origin;
	char id[LC_NEW_ID_LEN + 1];
	enum lc_err err;

	if ((err = standing_judge(record, t, udi)) != LC_OK ||
	    (err = extension_terms(record, e, t, &g)) != LC_OK ||
	    (err = lc_issued_origin(record, t->id, &origin)) != LC_OK ||
	    (err = extension_request(record, e, granted)) != LC_OK ||
	    granted->again)
		return err;
	if ((err = grant_issue(authority, &g, "extension", origin.sku,
		 granted->request, id)) != LC_OK)
		return err;
	return approval_log(record, e);
}

enum lc_err
lc_extend(const struct lc_authority *authority, const struct lc_extension *e,
    struct lc_granted *out)
{
	struct lc_granted granted = { 0 };
	struct lc_line *line;
	enum lc_err err =
	    lc_issued_find(authority->record, e->license, &line);

	if (err != LC_OK)
		return err;
	err = extend(authority, e, &line->terms, &granted);
	lc_line_free(line);
	if (err == LC_OK)
		*out = granted;
	return err;
}

/* A text for the log, which the caller frees. */
static char *
wish_text(const struct lc_asking *w, const struct lc_terms *t, const char *udi)
{
	json_t *json = json_pack("{s:s, s:s, s:I, s:b, s:s}", "udi", udi,
	    "feature", t->feature, "days", (json_int_t)w->days, "of_use",
	    lc_type_metered(t->type), "reason", w->reason);
	char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);

	json_decref(json);
	return text;
}

static enum lc_err
ask(struct lc_record *record, const struct lc_asking *w,
    const struct lc_terms *t)
{
	const struct lc_extension e = { .days = w->days };
	const char *udi = w->udi != NULL ? w->udi : only_udi(t);
	struct lc_grant g = { .issued = record->at };
	char *says;
	enum lc_err err;

	if ((err = standing_judge(record, t, udi)) != LC_OK ||
	    (err = extension_terms(record, &e, t, &g)) != LC_OK)
		return err;
	if ((says = wish_text(w, t, udi)) == NULL)
		return LC_ENOMEM;
	err = lc_log_add(record, "asked", w->license, says);
	free(says);
	return err;
}

enum lc_err
lc_extension_ask(const struct lc_authority *authority, const struct lc_asking *w)
{
	struct lc_line *line;
	enum lc_err err =
	    lc_issued_find(authority->record, w->license, &line);

	if (err != LC_OK)
		return err;
	err = ask(authority->record, w, &line->terms);
	lc_line_free(line);
	return err;
}

/* Once for each license: the next one is of what comes out. */
static enum lc_err
renewal_request(struct lc_record *record, const struct lc_renewal *r,
    struct lc_granted *granted)
{
	char *id = NULL, *what = NULL;
	enum lc_err err = LC_ENOMEM;

	if (asprintf(&id, "renewal %s", r->license) < 0)
		return err;
	if (asprintf(&what, "renewal %u %" PRId64, r->days, r->end) >= 0) {
		err = lc_request_put(
		    record, id, what, &granted->request, &granted->again);
		free(what);
	}
	free(id);
	if (err == LC_EINVAL)
		return lc_fail(record->detail, err,
		    "license %s was already renewed, for another time: renew "
		    "the license that follows it",
		    r->license);
	return err;
}

static enum lc_err
renew(const struct lc_authority *authority, const struct lc_renewal *r,
    const struct lc_terms *t, struct lc_granted *granted)
{
	struct lc_record *record = authority->record;
	struct lc_grant g = grant_like(t, only_udi(t), r->issued);
	struct lc_origin_row origin;
	char id[LC_NEW_ID_LEN + 1];
	enum lc_err err;

	if (!lc_type_subscription(t->type))
		return lc_fail(record->detail, LC_EINVAL,
		    "license %s is not a subscription", t->id);
	if ((err = standing_judge(record, t, only_udi(t))) != LC_OK ||
	    (err = lc_issued_origin(record, t->id, &origin)) != LC_OK ||
	    (err = renewal_request(record, r, granted)) != LC_OK ||
	    granted->again)
		return err;
	g.type = LC_PAID_SUBSCRIPTION;
	continue_from(&g, t);
	g.end = r->end;
	g.days = r->days;
	g.extension_days = t->extension_days;
	g.comment = t->comment;
	return grant_issue(
	    authority, &g, "renewal", origin.sku, granted->request, id);
}

enum lc_err
lc_renew(const struct lc_authority *authority, const struct lc_renewal *r,
    struct lc_granted *out)
{
	struct lc_granted granted = { 0 };
	struct lc_line *line;
	enum lc_err err =
	    lc_issued_find(authority->record, r->license, &line);

	if (err != LC_OK)
		return err;
	err = renew(authority, r, &line->terms, &granted);
	lc_line_free(line);
	if (err == LC_OK)
		*out = granted;
	return err;
}

/* ---- Lots ------------------------------------------------------------ */

/* Of all UDIs and licenses: chained, a text at a time. */
static enum lc_err
lot_digest(const struct lc_lot *lot, char digest[LC_EULA_DIGEST_LEN + 1])
{
	char text[LC_EULA_DIGEST_LEN + 1 + LC_UDI_MAX + 2];
	char item[LC_EULA_DIGEST_LEN + 1];
	enum lc_err err = lc_eula_digest("lot\n", 4, digest);

	for (size_t i = 0; i < lot->nitems && err == LC_OK; i++) {
		if ((err = grant_digest(&lot->items[i], item)) != LC_OK)
			break;
		(void)snprintf(text, sizeof text, "%s %s", digest, item);
		err = lc_eula_digest(text, strlen(text), digest);
	}
	for (size_t i = 0; i < lot->nudis && err == LC_OK; i++) {
		(void)snprintf(
		    text, sizeof text, "%s %s", digest, lot->udis[i]);
		err = lc_eula_digest(text, strlen(text), digest);
	}
	return err;
}

static enum lc_err
lot_request(struct lc_record *record, const struct lc_lot *lot,
    struct lc_granted *granted)
{
	char digest[LC_EULA_DIGEST_LEN + 1], *id = NULL;
	enum lc_err err = lot_digest(lot, digest);

	if (err != LC_OK)
		return err;
	if (asprintf(&id, "lot %s", lot->name) < 0)
		return LC_ENOMEM;
	err = lc_request_put(
	    record, id, digest, &granted->request, &granted->again);
	free(id);
	if (err == LC_EINVAL)
		return lc_fail(record->detail, err,
		    "lot %s was already made, of other devices or licenses",
		    lot->name);
	if (err != LC_OK || granted->again)
		return err;
	return lc_lot_put(record, lot->name, digest);
}

/* Sorted pointers to UDIs. */
static int
compare_udis(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The same device twice would get its licenses twice. */
static enum lc_err
lot_udis_judge(struct lc_record *record, const struct lc_lot *lot)
{
	const char **sorted = calloc(lot->nudis + 1, sizeof *sorted);
	enum lc_err err = LC_OK;

	if (sorted == NULL)
		return LC_ENOMEM;
	for (size_t i = 0; i < lot->nudis && err == LC_OK; i++) {
		sorted[i] = lot->udis[i];
		if (!lc_text_is_udi(sorted[i], strlen(sorted[i])))
			err = lc_fail(record->detail, LC_EINVAL,
			    "invalid UDI \"%.60s\" (not PID:SN)", sorted[i]);
	}
	if (err == LC_OK && lot->nudis > 0)
		qsort(sorted, lot->nudis, sizeof *sorted, compare_udis);
	for (size_t i = 1; i < lot->nudis && err == LC_OK; i++) {
		if (strcmp(sorted[i - 1], sorted[i]) == 0)
			err = lc_fail(record->detail, LC_EINVAL,
			    "%s is in the list twice", sorted[i]);
	}
	free(sorted);
	return err;
}

static enum lc_err
lot_device(const struct lc_authority *authority, const struct lc_lot *lot,
    const char *udi, int64_t request)
{
	char id[LC_NEW_ID_LEN + 1];
	enum lc_err err = LC_OK;

	for (size_t i = 0; i < lot->nitems && err == LC_OK; i++) {
		struct lc_grant g = lot->items[i];

		g.udi = udi;
		err = grant_issue(authority, &g, "lot", "", request, id);
	}
	return err;
}

static enum lc_err
lot_devices(const struct lc_authority *authority, const struct lc_lot *lot,
    int64_t request)
{
	enum lc_err err = LC_OK;

	if (lot->nudis == 0)
		return lot_device(authority, lot, NULL, request);
	for (size_t i = 0; i < lot->nudis && err == LC_OK; i++) {
		err = lot_device(authority, lot, lot->udis[i], request);
		if (lot->progress != NULL)
			lot->progress(lot->arg, (int64_t)i + 1,
			    (int64_t)lot->nudis);
	}
	return err;
}

enum lc_err
lc_make_lot(const struct lc_authority *authority, const struct lc_lot *lot,
    struct lc_granted *out)
{
	struct lc_record *record = authority->record;
	struct lc_granted granted = { 0 };
	enum lc_err err;

	if (lot->name[0] == '\0' || strlen(lot->name) > LC_ID_MAX ||
	    !lc_text_is_id(lot->name))
		return lc_fail(record->detail, LC_EINVAL,
		    "invalid lot name \"%s\"", lot->name);
	if ((err = lot_udis_judge(record, lot)) != LC_OK ||
	    (err = lot_request(record, lot, &granted)) != LC_OK)
		return err;
	if (!granted.again)
		err = lot_devices(authority, lot, granted.request);
	if (err == LC_OK)
		*out = granted;
	return err;
}
