/* rma.c - see rma.h. */
#include "rma.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "device.h"
#include "format/line.h"
#include "format/type.h"
#include "issue.h"
#include "record/authority.h"
#include "record/device.h"
#include "record/license.h"
#include "record/rma.h"
#include "record/setting.h"

#define DAY_S 86400
#define YEAR_S (365 * (int64_t)DAY_S)
#define LIMIT_MAX 1000000

/* ---- Limits ---------------------------------------------------------- */

enum lc_err
lc_rma_limits_get(struct lc_record *record, struct lc_rma_limits *limits)
{
	enum lc_err err;

	if ((err = lc_setting_get(record, "rma replacements", 3,
		 &limits->replacements)) != LC_OK ||
	    (err = lc_setting_get(
		 record, "rma licenses", 1000, &limits->licenses)) != LC_OK)
		return err;
	return lc_setting_get(record, "rma days", 30, &limits->days);
}

static bool
is_limit(int64_t value)
{
	return value >= 0 && value <= LIMIT_MAX;
}

enum lc_err
lc_rma_limits_put(const struct lc_authority *authority,
    const struct lc_rma_limits *limits)
{
	struct lc_record *record = authority->record;
	enum lc_err err;

	if (!is_limit(limits->replacements) || !is_limit(limits->licenses) ||
	    !is_limit(limits->days))
		return lc_fail(record->detail, LC_EINVAL,
		    "invalid limit: not a number from 0 to %d", LIMIT_MAX);
	if ((err = lc_setting_put(
		 record, "rma replacements", limits->replacements)) != LC_OK ||
	    (err = lc_setting_put(record, "rma licenses", limits->licenses)) !=
		LC_OK)
		return err;
	return lc_setting_put(record, "rma days", limits->days);
}

/* How often the device, or one before it, was replaced already. */
static enum lc_err
replacements_count(struct lc_record *record, const char *udi, int64_t *n)
{
	struct lc_rma_row row;
	int64_t before = INT64_MAX;
	enum lc_err err = lc_rma_to(record, udi, &row);

	/* Backwards in time, so that it ends. */
	for (*n = 0; err == LC_OK && row.n != 0 && row.n < before; ++*n) {
		char earlier[LC_UDI_MAX + 1];

		before = row.n;
		strcpy(earlier, row.old_udi);
		err = lc_rma_to(record, earlier, &row);
	}
	return err;
}

/* ---- Licenses -------------------------------------------------------- */

/* Lines of the old device. */
struct lines {
	char **texts;
	size_t n;
};

static enum lc_err
line_add(void *arg, const struct lc_terms *terms, const char *text)
{
	struct lines *lines = arg;
	char **more;

	(void)terms;
	more = reallocarray(lines->texts, lines->n + 1, sizeof *more);
	if (more == NULL)
		return LC_ENOMEM;
	lines->texts = more;
	lines->texts[lines->n] = strdup(text);
	return lines->texts[lines->n++] != NULL ? LC_OK : LC_ENOMEM;
}

static void
lines_free(struct lines *lines)
{
	for (size_t i = 0; i < lines->n; i++)
		free(lines->texts[i]);
	free(lines->texts);
}

/* Grace periods come with their ticket alone. */
static enum lc_err
is_left(struct lc_record *record, const struct lc_terms *terms, int64_t now,
    bool *left)
{
	struct lc_origin_row origin;
	enum lc_err err = lc_issued_origin(record, terms->id, &origin);

	if (err == LC_OK)
		*left = strcmp(origin.source, "grace") != 0 &&
			lc_terms_over(terms) > now;
	return err;
}

/* All end there; what is left goes on. */
static enum lc_err
license_replace(const struct lc_authority *authority, const struct lc_rma *rma,
    const char *text, int64_t request, size_t *n)
{
	struct lc_record *record = authority->record;
	struct lc_line *line = NULL;
	bool left;
	enum lc_err err =
	    lc_line_peek(text, strlen(text), &line, record->detail);

	if (err != LC_OK)
		return err;
	if ((err = lc_license_may_go(
		 record, line->terms.id, rma->from, rma->to)) == LC_OK &&
	    (err = is_left(record, &line->terms, rma->issued, &left)) ==
		LC_OK &&
	    (err = lc_issued_end(record, rma->from, line->terms.id, "replaced",
		 rma->to)) == LC_OK &&
	    left) {
		++*n;
		err = lc_reissue(
		    authority, &line->terms, rma->to, rma->issued, request);
	}
	lc_line_free(line);
	return err;
}

static enum lc_err
licenses_replace(const struct lc_authority *authority, const struct lc_rma *rma,
    int64_t request, size_t *n)
{
	struct lines lines = { 0 };
	enum lc_err err = lc_device_licenses(
	    authority->record, rma->from, line_add, &lines);

	*n = 0;
	for (size_t i = 0; i < lines.n && err == LC_OK; i++) {
		err = license_replace(
		    authority, rma, lines.texts[i], request, n);
		if (rma->progress != NULL)
			rma->progress(
			    rma->arg, (int64_t)i + 1, (int64_t)lines.n);
	}
	lines_free(&lines);
	if (err == LC_OK && *n == 0)
		return lc_fail(authority->record->detail, LC_ENOTFOUND,
		    "no current license for %s", rma->from);
	return err;
}

/* ---- Replacing ------------------------------------------------------- */

static enum lc_err
udis_judge(struct lc_record *record, const struct lc_rma *rma)
{
	const char *udis[] = { rma->from, rma->to };

	for (size_t i = 0; i < 2; i++) {
		if (!lc_text_is_udi(udis[i], strlen(udis[i])))
			return lc_fail(record->detail, LC_EINVAL,
			    "invalid UDI \"%.60s\" (not PID:SN)", udis[i]);
	}
	if (strcmp(rma->from, rma->to) == 0)
		return lc_fail(record->detail, LC_EINVAL,
		    "%s cannot take its own place", rma->from);
	return LC_OK;
}

/* again: this very replacement was made before. */
static enum lc_err
earlier_judge(struct lc_record *record, const struct lc_rma *rma, bool *again,
    struct lc_rma_row *row)
{
	struct lc_rma_row other;
	enum lc_err err;

	if ((err = lc_rma_of(record, rma->from, row)) != LC_OK ||
	    (err = lc_rma_of(record, rma->to, &other)) != LC_OK)
		return err;
	*again = row->n != 0 && strcmp(row->new_udi, rma->to) == 0;
	if (*again)
		return LC_OK;
	if (row->n != 0 && row->returned == 0)
		return lc_fail(record->detail, LC_EEXISTS,
		    "%s was already replaced by %s: to replace that one, name "
		    "it",
		    rma->from, row->new_udi);
	if (other.n != 0 && other.returned == 0)
		return lc_fail(record->detail, LC_EREVOKED,
		    "%s was itself replaced by %s, and did not come back",
		    rma->to, other.new_udi);
	return LC_OK;
}

static enum lc_err
limits_judge(struct lc_record *record, const struct lc_rma *rma,
    const struct lc_rma_limits *limits, size_t licenses)
{
	int64_t before, lately;
	enum lc_err err;

	if (rma->by != NULL && rma->reason != NULL)
		return LC_OK;
	if ((err = replacements_count(record, rma->from, &before)) != LC_OK ||
	    (err = lc_rma_licenses(
		 record, record->at - YEAR_S, &lately)) != LC_OK)
		return err;
	if (before >= limits->replacements)
		return lc_fail(record->detail, LC_EEXHAUSTED,
		    "%s is the device of %" PRId64
		    " replacements already: more than %" PRId64
		    " need an approval",
		    rma->from, before, limits->replacements);
	if (lately + (int64_t)licenses > limits->licenses)
		return lc_fail(record->detail, LC_EEXHAUSTED,
		    "%" PRId64 " licenses were replaced in a year, and these "
		    "are %zu: more than %" PRId64 " need an approval",
		    lately, licenses, limits->licenses);
	return LC_OK;
}

static enum lc_err
request_put(struct lc_record *record, const struct lc_rma *rma, int64_t *n,
    bool *again)
{
	char *id = NULL;
	enum lc_err err;

	if (asprintf(&id, "rma %s %s", rma->from, rma->to) < 0)
		return LC_ENOMEM;
	err = lc_request_put(record, id, "rma", n, again);
	free(id);
	return err;
}

static enum lc_err
row_put(struct lc_record *record, const struct lc_rma *rma, size_t licenses,
    int64_t due)
{
	struct lc_rma_row row = {
		.at = record->at,
		.why = rma->reason != NULL ? rma->reason : "",
		.approved_by = rma->by != NULL ? rma->by : "",
		.licenses = (int64_t)licenses,
		.due = due,
	};

	(void)snprintf(row.old_udi, sizeof row.old_udi, "%s", rma->from);
	(void)snprintf(row.new_udi, sizeof row.new_udi, "%s", rma->to);
	return lc_rma_put(record, &row);
}

/* The account whose token the old device showed; "" if the new one showed one or
   has something already: it stays whose it is. */
static enum lc_err
account_find(struct lc_record *record, const struct lc_rma *rma,
    char account[LC_ACCOUNT_MAX + 1])
{
	struct lc_device_standing is;
	enum lc_err err;

	if ((err = lc_device_account(record, rma->from, account)) != LC_OK ||
	    account[0] == '\0' ||
	    (err = lc_device_stands(record, rma->to, account, &is)) != LC_OK)
		return err;
	if (is.shows || is.shows_other || is.own || is.others || is.nobodys)
		account[0] = '\0';
	return LC_OK;
}

static enum lc_err
replace(const struct lc_authority *authority, const struct lc_rma *rma,
    struct lc_replaced *result)
{
	struct lc_record *record = authority->record;
	char account[LC_ACCOUNT_MAX + 1];
	struct lc_rma_limits limits;
	struct lc_rma_row row;
	size_t n;
	bool asked;
	enum lc_err err;

	if ((err = earlier_judge(record, rma, &result->again, &row)) != LC_OK ||
	    (err = request_put(record, rma, &result->request, &asked)) != LC_OK)
		return err;
	result->due = row.due;
	if (result->again)
		return LC_OK;
	if ((err = account_find(record, rma, account)) != LC_OK ||
	    (err = lc_rma_limits_get(record, &limits)) != LC_OK ||
	    (err = licenses_replace(authority, rma, result->request, &n)) !=
		LC_OK ||
	    (err = limits_judge(record, rma, &limits, n)) != LC_OK)
		return err;
	result->due = record->at + limits.days * DAY_S;
	err = row_put(record, rma, n, result->due);
	return err == LC_OK && account[0] != '\0'
		   ? lc_device_account_put(record, rma->to, account)
		   : err;
}

/* Whoever approves it needs to know which device is to take the place. */
static enum lc_err
above_limit(struct lc_record *record, const struct lc_rma *rma)
{
	enum lc_err err =
	    lc_refused_as(record, LC_EEXHAUSTED, "above limit", rma->from);
	struct lc_detail why = record->refusal.says;

	(void)lc_fail(&record->refusal.says, err, "with %s: %s", rma->to,
	    why.text);
	return err;
}

enum lc_err
lc_rma(const struct lc_authority *authority, const struct lc_rma *rma,
    struct lc_replaced *out)
{
	struct lc_record *record = authority->record;
	struct lc_replaced result = { 0 };
	enum lc_err err = udis_judge(record, rma);

	if (err != LC_OK)
		return err;
	if ((err = replace(authority, rma, &result)) == LC_EEXHAUSTED)
		return above_limit(record, rma);
	if (err != LC_OK)
		return lc_refused(record, err, rma->from);
	*out = result;
	return LC_OK;
}

enum lc_err
lc_rma_returned(const struct lc_authority *authority, const char *udi)
{
	struct lc_record *record = authority->record;
	struct lc_rma_row row;
	enum lc_err err = lc_rma_of(record, udi, &row);

	if (err != LC_OK)
		return err;
	if (row.n == 0)
		return lc_fail(record->detail, LC_ENOTFOUND,
		    "%s was not replaced", udi);
	return row.returned != 0 ? LC_OK : lc_rma_return(record, row.n);
}

/* ---- Sending again --------------------------------------------------- */

struct sending {
	struct lc_record *record;
	int64_t now;
	lc_license_call *call;
	void *arg;
	size_t n;
};

static enum lc_err
send_one(void *arg, const struct lc_terms *terms, const char *text)
{
	struct sending *s = arg;
	bool left;
	enum lc_err err = is_left(s->record, terms, s->now, &left);

	if (err != LC_OK || !left)
		return err;
	s->n++;
	return s->call(s->arg, terms, text);
}

static enum lc_err
nothing(struct lc_record *record, const char *udi)
{
	struct lc_rma_row row;
	enum lc_err err = lc_rma_of(record, udi, &row);

	if (err != LC_OK)
		return err;
	if (row.n != 0)
		return lc_fail(record->detail, LC_ENOTFOUND,
		    "no current license for %s, which was replaced by %s", udi,
		    row.new_udi);
	return lc_fail(record->detail, LC_ENOTFOUND,
	    "no current license for %s", udi);
}

enum lc_err
lc_resend_each(struct lc_record *record, const char *udi, int64_t now,
    lc_license_call *call, void *arg)
{
	struct sending s = { record, now, call, arg, 0 };
	enum lc_err err = lc_device_licenses(record, udi, send_one, &s);

	return err == LC_OK && s.n == 0 ? nothing(record, udi) : err;
}

struct bundling {
	const struct lc_authority *authority;
	struct lc_bundle *bundle;
	size_t n;
};

static enum lc_err
bundle_one(void *arg, const struct lc_terms *terms, const char *text)
{
	struct bundling *b = arg;

	b->n++;
	return lc_bundle_add_issued(b->authority, b->bundle, terms, text);
}

enum lc_err
lc_resend(const struct lc_authority *authority, const char *udi, int64_t now,
    struct lc_bundle **out, size_t *n, struct lc_detail *detail)
{
	struct bundling b = { .authority = authority };
	struct lc_record *record = authority->record;
	enum lc_err err = lc_bundle_new(&b.bundle);

	lc_record_tell(record, detail);
	if (err == LC_OK)
		err = lc_resend_each(record, udi, now, bundle_one, &b);
	if (err != LC_OK) {
		lc_bundle_free(b.bundle);
		return err;
	}
	*out = b.bundle;
	*n = b.n;
	return LC_OK;
}
