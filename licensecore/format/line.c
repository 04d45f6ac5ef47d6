/*
 * line.c - see line.h.
 *
 * The table of members is in the order in which faults are reported.
 */
#include "line.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "jws.h"
#include "type.h"

#define DAY_S 86400

/* clang-format off */
#define AT(field) offsetof(struct lc_terms, field)
static const struct lc_member members[] = {
	{ "id", LC_KIND_ID, 1, 1, AT(id), 0, 1, LC_ID_MAX, false },
	{ "issuer", LC_KIND_TEXT, 1, 1, AT(issuer), 0, 1, LC_ISSUER_MAX,
	    false },
	{ "issued", LC_KIND_DATE, 1, 1, AT(issued), 0, 0, 0, true },
	{ "feature", LC_KIND_TEXT, 1, 1, AT(feature), 0, 1, LC_FEATURE_MAX,
	    false },
	{ "version", LC_KIND_TEXT, 1, 1, AT(version), 0, 0, LC_VERSION_MAX,
	    false },
	{ "type", LC_KIND_TYPE, 1, 1, AT(type), 0, 0, 0, false },
	{ "udi", LC_KIND_UDIS, 1, 0, AT(udis), AT(nudis), 1, LC_NUDI_MAX,
	    false },
	{ "count", LC_KIND_COUNT, 1, 0, AT(count), AT(counted), 1, 0, true },
	{ "period", LC_KIND_NUMBER, 1, 0, AT(period_s), 0, 1, 0, true },
	{ "start", LC_KIND_DATE, 1, 0, AT(start), 0, 0, 0, true },
	{ "end", LC_KIND_DATE, 1, 0, AT(end), 0, 0, 0, true },
	{ "extensionDays", LC_KIND_NUMBER, 1, 0, AT(extension_days), 0, 1, 0,
	    true },
	{ "addition", LC_KIND_ADDITION, 1, 0, AT(additive), 0, 0, 0, false },
	{ "eula", LC_KIND_ID, 1, 0, AT(eula), 0, LC_EULA_DIGEST_LEN,
	    LC_EULA_DIGEST_LEN, false },
	{ "comment", LC_KIND_TEXT, 1, 0, AT(comment), 0, 0, LC_COMMENT_MAX,
	    false },
};
#undef AT
/* clang-format on */

/* A line and its key's id; behind them is what the terms point to. */
struct box {
	struct lc_line line; /* first: the box is freed as the line, */
	char kid[LC_KID_LEN + 1];
};
_Static_assert(offsetof(struct lc_line, terms) == 0,
    "the table's offsets are those of the terms");

const struct lc_table lc_line_table = {
	members, sizeof members / sizeof members[0], sizeof(struct box)
};

/* ---- Reading --------------------------------------------------------- */

static enum lc_err
check_lock(const struct lc_terms *terms, struct lc_detail *detail)
{
	if (terms->nudis == 0 && lc_type_node_locked(terms->type))
		return lc_fail(detail, LC_ELINE,
		    "member \"udi\" is missing: type %s is locked to devices",
		    lc_type_name(terms->type));
	return LC_OK;
}

/* Most are plain. */
static enum lc_err
read_payload(struct lc_jws *jws, const struct box *absent, void **record,
    struct lc_detail *detail)
{
	enum lc_err err;

	err = lc_payload_plain(&lc_line_table, 1, jws->payload_text,
	    jws->payload_len, absent, record);
	if (err != LC_ELINE)
		return err;
	err = lc_jws_parse(jws, detail);
	return err != LC_OK ? err
			    : lc_payload_read(&lc_line_table, 1, jws->payload,
				  absent, record, detail);
}

/* The signature was verified, or is not looked at. */
static enum lc_err
line_from_jws(
    struct lc_jws *jws, struct lc_line **out, struct lc_detail *detail)
{
	struct box absent = {
		.line.terms = {
			.count = LC_UNCOUNTED,
			.start = LC_NO_TIME,
			.end = LC_NO_TIME,
			.eula = "",
			.comment = "",
		},
	};
	void *record = NULL;
	struct box *box;
	enum lc_err err;

	memcpy(absent.kid, jws->kid, sizeof absent.kid);
	if ((err = read_payload(jws, &absent, &record, detail)) != LC_OK)
		return err;
	box = record;
	box->line.kid = box->kid;
	err = check_lock(&box->line.terms, detail);
	if (err == LC_OK && jws->key != NULL)
		err = lc_jws_dated(jws, box->line.terms.issued, detail);
	if (err == LC_OK)
		*out = &box->line;
	else
		free(box);
	return err;
}

/* Without a trust no key is looked for: lc_line_peek only. */
static enum lc_err
line_open(const char *text, size_t len, const struct lc_trust *trust,
    bool is_known, struct lc_line **out, struct lc_detail *detail)
{
	struct lc_jws jws = { 0 };
	enum lc_err err;

	lc_text_trim(&text, &len);
	if (len > LC_LINE_MAX)
		return lc_fail(detail, LC_ELINE,
		    "%zu bytes, at most %d allowed", len, LC_LINE_MAX);
	if (trust == NULL)
		err = lc_jws_peek(text, len, LC_TYP_LICENSE, &jws, detail);
	else if (is_known)
		err = lc_jws_open_again(
		    text, len, LC_TYP_LICENSE, trust, &jws, detail);
	else
		err = lc_jws_open_text(
		    text, len, LC_TYP_LICENSE, trust, &jws, detail);
	if (err == LC_OK)
		err = line_from_jws(&jws, out, detail);
	lc_jws_close(&jws);
	return err;
}

enum lc_err
lc_line_open(const char *text, size_t len, const struct lc_trust *trust,
    struct lc_line **out, struct lc_detail *detail)
{
	if (trust == NULL)
		return LC_EINVAL;
	return line_open(text, len, trust, false, out, detail);
}

enum lc_err
lc_line_open_again(const char *text, size_t len, const struct lc_trust *trust,
    struct lc_line **out, struct lc_detail *detail)
{
	if (trust == NULL)
		return LC_EINVAL;
	return line_open(text, len, trust, true, out, detail);
}

enum lc_err
lc_line_peek(const char *text, size_t len, struct lc_line **out,
    struct lc_detail *detail)
{
	return line_open(text, len, NULL, false, out, detail);
}

void
lc_line_free(struct lc_line *line)
{
	free(line);
}

/* ---- The rules of numbers -------------------------------------------- */

static enum lc_err
check_count(const struct lc_terms *terms, struct lc_detail *detail)
{
	if (terms->counted &&
	    (terms->count == 0 || terms->count == LC_UNCOUNTED))
		return lc_fail(
		    detail, LC_ECOUNT, "count is not 1 to 4294967294");
	return LC_OK;
}

static enum lc_err
check_period(const struct lc_terms *terms, struct lc_detail *detail)
{
	const char *name = lc_type_name(terms->type);

	if (!lc_type_metered(terms->type) && terms->period_s != 0)
		return lc_fail(detail, LC_EPERIOD,
		    "period not allowed for type %s", name);
	if (lc_type_metered(terms->type) && terms->period_s == 0)
		return lc_fail(detail, LC_EPERIOD,
		    "period missing for type %s", name);
	if (terms->period_s == LC_WRONG_U32)
		return lc_fail(detail, LC_EPERIOD,
		    "period is not 1 to 4294967294 seconds");
	return LC_OK;
}

static bool
is_date(int64_t date)
{
	return date == LC_NO_TIME || (date >= 0 && date <= LC_DATE_MAX);
}

static enum lc_err
check_end(const struct lc_terms *terms, struct lc_detail *detail)
{
	if (terms->end == LC_NO_TIME)
		return lc_fail(detail, LC_EPERIOD,
		    "end date missing for type %s",
		    lc_type_name(terms->type));
	if (terms->start != LC_NO_TIME && terms->start >= terms->end)
		return lc_fail(detail, LC_EPERIOD,
		    "end date is not after start date");
	if (terms->extension_days > (LC_DATE_MAX - terms->end) / DAY_S)
		return lc_fail(detail, LC_EPERIOD,
		    "extension days reach beyond the year 2106");
	return LC_OK;
}

static enum lc_err
check_dates(const struct lc_terms *terms, struct lc_detail *detail)
{
	if (!is_date(terms->issued) || !is_date(terms->start) ||
	    !is_date(terms->end))
		return lc_fail(detail, LC_EPERIOD,
		    "date not in 1970 to 2106");
	if (lc_type_subscription(terms->type))
		return check_end(terms, detail);
	if (terms->start != LC_NO_TIME || terms->end != LC_NO_TIME ||
	    terms->extension_days != 0)
		return lc_fail(detail, LC_EPERIOD,
		    "dates or extension days not allowed for type %s "
		    "(subscriptions only)",
		    lc_type_name(terms->type));
	return LC_OK;
}

enum lc_err
lc_terms_check(const struct lc_terms *terms, struct lc_detail *detail)
{
	enum lc_err err;

	if ((err = check_count(terms, detail)) != LC_OK ||
	    (err = check_period(terms, detail)) != LC_OK)
		return err;
	return check_dates(terms, detail);
}
