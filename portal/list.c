/* list.c - see list.h. */
#include "list.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "array.h"
#include "base/text.h"
#include "cache.h"
#include "cursor.h"
#include "fail.h"
#include "list_stream.h"
#include "op_args.h"
#include "record/device.h"
#include "record/image.h"
#include "record/pak.h"
#include "report/rows.h"
#include "web/answer.h"

#define DAYS 30
#define DAYS_MAX 36500
#define TEXT_MAX 255
#define PAK_PART_MIN 3 /* characters */

/* What a request asks for. */
struct query {
	struct lc_report_filter filter;
	struct lc_report_place place;
	size_t limit;
	enum lc_rows_form form;
	bool whole; /* and not a page */
	bool parts; /* texts are parts */
	char pak[LC_PAK_LEN + 1];
};

/* ---- The query ------------------------------------------------------- */

static bool
refuse(struct web_request *request, const char *name, const char *what)
{
	web_problem(request, 400, "bad-query", "%s: %s", name, what);
	return false;
}

/* A number of the query, as it was if there is none.  False: answered. */
static bool
number_take(struct web_request *request, const char *name, unsigned long most,
    unsigned long *number)
{
	const char *text = web_query(request, name);
	char *end;
	unsigned long value;

	if (text == NULL)
		return true;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 ||
	    value < 1 || value > most) {
		web_problem(request, 400, "bad-query",
		    "%s: not a number from 1 to %lu", name, most);
		return false;
	}
	*number = value;
	return true;
}

static bool
text_take(struct web_request *request, const char *name, const char **out)
{
	const char *text = web_query(request, name);

	if (text == NULL)
		return true;
	if (text[0] == '\0' || strlen(text) > TEXT_MAX ||
	    !lc_text_is_plain(text, strlen(text)))
		return refuse(request, name, "not 1 to 255 bytes of text");
	*out = text;
	return true;
}

static bool
texts_take(
    struct web_request *request, unsigned limits, struct lc_report_filter *f)
{
	const struct {
		unsigned bit;
		const char *name, **out;
	} texts[] = {
		{ LC_LIMIT_UDI, "udi", &f->udi },
		{ LC_LIMIT_FEATURE, "feature", &f->feature },
		{ LC_LIMIT_PAK, "pak", &f->pak },
		{ LC_LIMIT_SKU, "sku", &f->sku },
		{ LC_LIMIT_ORDER, "order", &f->order },
		{ LC_LIMIT_ACCOUNT, "account", &f->account },
		{ LC_LIMIT_TYPE, "type", &f->type },
		{ LC_LIMIT_KIND, "kind", &f->kind },
		{ LC_LIMIT_SUBJECT, "subject", &f->subject },
		{ LC_LIMIT_WHO, "who", &f->who },
	};

	for (size_t i = 0; i < NITEMS(texts); i++) {
		if ((limits & texts[i].bit) != 0 &&
		    !text_take(request, texts[i].name, texts[i].out))
			return false;
	}
	return true;
}

/* One of two words; false: answered. */
static bool
word_take(struct web_request *request, const char *name, const char *no,
    const char *yes, bool *is_yes)
{
	const char *text = web_query(request, name);

	if (text == NULL)
		return true;
	*is_yes = strcmp(text, yes) == 0;
	if (*is_yes || strcmp(text, no) == 0)
		return true;
	web_problem(
	    request, 400, "bad-query", "%s: neither %s nor %s", name, no, yes);
	return false;
}

/* A day that something lasts until is over at its end. */
static bool
time_take(
    struct web_request *request, const char *name, bool is_end, int64_t *out)
{
	const char *text = web_query(request, name);

	if (text == NULL)
		return true;
	if (!date_read(text, out))
		return refuse(request, name,
		    "not a date such as 2027-01-31 or 2027-01-31T12:00:00Z");
	if (is_end && strchr(text, 'T') == NULL)
		*out += 86400 - 1;
	return true;
}

/* The beginning of a PAK, in the way in which they are kept. */
static bool
pak_part_take(struct web_request *request, struct query *q)
{
	size_t n = 0;

	for (const char *c = q->filter.pak; *c != '\0' && n < LC_PAK_LEN; c++) {
		if (*c == '-' || *c == ' ')
			continue;
		if (!isascii((unsigned char)*c) || !isalnum((unsigned char)*c))
			return refuse(request, "pak",
			    "a PAK has letters and digits only");
		q->pak[n++] = (char)toupper((unsigned char)*c);
	}
	q->pak[n] = '\0';
	q->filter.pak = q->pak;
	return n >= PAK_PART_MIN ||
	       refuse(request, "pak", "the first 3 characters are needed");
}

static bool
pak_take(struct web_request *request, struct query *q)
{
	struct lc_detail detail = { "" };

	if (q->filter.pak == NULL)
		return true;
	if (q->parts)
		return pak_part_take(request, q);
	if (lc_pak_read(q->filter.pak, q->pak, &detail) != LC_OK)
		return refuse(request, "pak", detail.text);
	q->filter.pak = q->pak;
	return true;
}

/* How rows are chosen and sorted. */
static bool
choice_take(
    struct web_request *request, const struct listing *list, struct query *q)
{
	unsigned limits = list->report->limits;
	struct lc_report_filter *f = &q->filter;

	if ((limits & LC_LIMIT_PARTS) != 0 &&
	    !word_take(request, "match", "whole", "part", &q->parts))
		return false;
	if ((limits & LC_LIMIT_SORT) != 0 &&
	    !word_take(request, "sort", "oldest", "newest", &f->newest))
		return false;
	if ((limits & LC_LIMIT_LEFT) != 0 &&
	    !word_take(request, "left", "false", "true", &f->left))
		return false;
	return (limits & LC_LIMIT_TIME) == 0 ||
	       (time_take(request, "since", false, &f->since) &&
		   time_take(request, "until", true, &f->until));
}

/* As a table for spreadsheets, if that is asked for. */
static bool
form_take(struct web_request *request, bool takes_csv, enum lc_rows_form *form)
{
	const char *format = web_query(request, "format");
	const char *accept = web_header(request, "Accept");

	if (!takes_csv)
		return true;
	if (format != NULL && strcmp(format, "json") != 0 &&
	    strcmp(format, "csv") != 0)
		return refuse(request, "format", "neither json nor csv");
	if (format != NULL
		? format[0] == 'c'
		: accept != NULL && strncmp(accept, "text/csv", 8) == 0)
		*form = LC_ROWS_CSV;
	return true;
}

/* A number, or all of a table.  False: answered. */
static bool
limit_take(struct web_request *request, struct query *q)
{
	const char *text = web_query(request, "limit");
	unsigned long limit = LIST_LIMIT;

	q->whole =
	    q->form == LC_ROWS_CSV && text != NULL && strcmp(text, "all") == 0;
	if (!q->whole && !number_take(request, "limit", LIST_LIMIT_MAX, &limit))
		return false;
	q->limit = limit;
	return true;
}

/* False: answered. */
static bool
query_read(struct portal *portal, struct web_request *request,
    const struct listing *list, struct query *q)
{
	const char *cursor = web_query(request, "cursor");
	unsigned long days = DAYS;

	*q = (struct query){ .filter.now = portal->now() };
	if (!texts_take(request, list->report->limits, &q->filter) ||
	    !choice_take(request, list, q) || !pak_take(request, q) ||
	    !form_take(request, list->takes_csv, &q->form) ||
	    !limit_take(request, q))
		return false;
	if ((list->report->limits & LC_LIMIT_DAYS) != 0 &&
	    !number_take(request, list->takes_csv ? "days" : "expiring",
		DAYS_MAX, &days))
		return false;
	if (cursor != NULL &&
	    !cursor_read(list->report, q->filter.newest, cursor, &q->place))
		return refuse(request, "cursor", "not from this list");
	q->filter.days = (uint32_t)days;
	if (list->udi != NULL)
		q->filter.udi = list->udi;
	return true;
}

/* ---- The answer ------------------------------------------------------ */

static void
add(struct lc_rows *rows, const char *text)
{
	lc_rows_add(rows, text, strlen(text));
}

/* Around the rows. */
static void
rows_begin(const struct listing *list, struct lc_rows *rows)
{
	lc_rows_head(rows);
	if (rows->form == LC_ROWS_JSON) {
		add(rows, "{");
		lc_rows_add_json(rows, list->member);
		add(rows, ": [");
	}
}

static void
rows_end(struct web_request *request, struct lc_rows *rows,
    const struct query *q, bool more)
{
	char next[CURSOR_SIZE] = "";

	if (more)
		cursor_write(rows->report, q->filter.newest, &q->place, next);
	if (more && rows->form == LC_ROWS_CSV)
		(void)web_header_add(request, "Next-Cursor", next);
	if (rows->form != LC_ROWS_JSON)
		return;
	add(rows, rows->n > 0 ? "\n]" : "]");
	if (more) {
		add(rows, ", \"next\": ");
		lc_rows_add_json(rows, next);
	}
	add(rows, "}\n");
}

static const char type_json[] = "application/json";

/*
 * What a page of JSON depends on.  False: it is not to be kept.  The texts have
 * no control characters: these divide them.
 */
static bool
key_make(
    const struct listing *list, const struct query *q, struct cache_key *key)
{
#define TEXT(text) ((text) != NULL ? (text) : "")
	const struct lc_report_filter *f = &q->filter;
	int len = snprintf(key->asked, sizeof key->asked,
	    "%s\n%s\n%zu\n%" PRId64 "\n%" PRId64 "\n%s\n%d\n%" PRIu32
	    "\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%" PRId64 "\n%" PRId64
	    "\n%u\n%d\n%s",
	    list->report->name, list->member, q->limit, q->place.n,
	    q->place.ends, q->place.key, f->left, f->days, TEXT(f->udi),
	    TEXT(f->feature), TEXT(f->pak), TEXT(f->sku), TEXT(f->order),
	    TEXT(f->account), TEXT(f->type), TEXT(f->kind), TEXT(f->subject),
	    TEXT(f->who), f->since, f->until, f->parts, f->newest,
	    TEXT(f->names_of));
#undef TEXT

	key->now = f->now;
	return q->form == LC_ROWS_JSON && len > 0 &&
	       (size_t)len < sizeof key->asked;
}

/* A page from the database; its JSON is kept if there is a key for it. */
static void
page_read(struct portal *portal, struct web_request *request,
    struct lc_record *record, const struct listing *list, struct query *q,
    const struct cache_key *key)
{
	struct lc_rows rows = { .report = list->report, .form = q->form };
	struct lc_detail detail = { "" };
	struct cache_page page;
	enum lc_err err;
	bool more;

	rows_begin(list, &rows);
	err = lc_report_page(record, list->report, &q->filter, &q->place,
	    q->limit, &more, lc_rows_row, &rows, &detail);
	if (err == LC_OK) {
		rows_end(request, &rows, q, more);
		err = rows.failed ? LC_ENOMEM : LC_OK;
	}
	page = (struct cache_page){ .text = rows.text, .len = rows.len };
	if (err != LC_OK) {
		lc_rows_free(&rows);
		read_fail(request, err, &detail);
	} else if (key != NULL && web_tag_make(page.text, page.len, page.tag)) {
		cache_put(portal->cache, key, q->place.until, &page);
		web_answer_as(
		    request, type_json, page.text, page.len, page.tag);
	} else {
		web_answer_tagged(request,
		    q->form == LC_ROWS_CSV ? "text/csv; charset=utf-8"
					   : type_json,
		    page.text, page.len);
	}
}

static void
page_answer(struct portal *portal, struct web_request *request,
    const struct listing *list, struct query *q)
{
	struct lc_record *record = readers_take(portal->readers);
	struct lc_detail detail = { "" };
	struct cache_page page;
	struct cache_key key;
	enum lc_err err = LC_ENOTFOUND; /* nothing is kept */

	if (key_make(list, q, &key))
		err = lc_report_state(record, &key.state, &detail);
	if (err == LC_OK && cache_get(portal->cache, &key, &page))
		web_answer_as(
		    request, type_json, page.text, page.len, page.tag);
	else if (err == LC_OK || err == LC_ENOTFOUND)
		page_read(portal, request, record, list, q,
		    err == LC_OK ? &key : NULL);
	else
		read_fail(request, err, &detail);
	readers_return(portal->readers, record);
}

/*
 * The account that a token may see.  The rows of a device that it may see are
 * limited already, by the device, but name no PAKs of others.  False: answered.
 */
static bool
account_limit(struct web_request *request, const struct lc_token *token,
    const struct lc_report *report, struct lc_report_filter *filter)
{
	if (lc_role_is_staff(token->role))
		return true;
	filter->names_of = token->account;
	if (filter->udi != NULL || (report->limits & LC_LIMIT_ACCOUNT) == 0)
		return true;
	if (filter->account != NULL &&
	    strcmp(filter->account, token->account) != 0) {
		web_problem(request, 403, "another-account",
		    "this token is of another account");
		return false;
	}
	filter->account = token->account;
	return true;
}

static enum lc_err
device_whose(struct portal *portal, const struct lc_token *token,
    const char *udi, bool *own, bool *others, struct lc_detail *detail)
{
	struct lc_record *record = readers_take(portal->readers);
	enum lc_err err;

	lc_record_tell(record, detail);
	err = lc_device_whose(record, udi, token->account, own, others);
	readers_return(portal->readers, record);
	return err;
}

bool
list_device_is_own(
    struct portal *portal, const struct lc_token *token, const char *udi)
{
	struct lc_detail unheard = { "" };
	bool own = false, others = false;

	return token->account[0] != '\0' &&
	       device_whose(portal, token, udi, &own, &others, &unheard) ==
		   LC_OK &&
	       own;
}

bool
list_device_check(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *udi)
{
	struct lc_detail detail = { "" };
	bool own = false, others = false;
	enum lc_err err;

	if (!lc_text_is_udi(udi, strlen(udi))) {
		web_problem(request, 422, "bad-udi",
		    "\"%s\" is not a device id (PID:SN)", udi);
		return false;
	}
	if (lc_role_is_staff(token->role))
		return true;
	err = device_whose(portal, token, udi, &own, &others, &detail);
	if (err == LC_OK && (own || !others))
		return true;
	if (err != LC_OK) {
		read_fail(request, err, &detail);
	} else {
		access_missed(portal, request, token);
		web_problem(
		    request, 404, "not-found", "no device %s is known", udi);
	}
	return false;
}

/* May an account see the device, if there is one of this id? */
static bool
may_see_udi(
    struct portal *portal, const struct lc_token *token, const char *udi)
{
	struct lc_detail unheard = { "" };
	bool own = false, others = false;

	return !lc_role_is_staff(token->role) && udi != NULL &&
	       lc_text_is_udi(udi, strlen(udi)) &&
	       device_whose(portal, token, udi, &own, &others, &unheard) ==
		   LC_OK &&
	       (own || !others);
}

/* Which of the texts are parts, and for whom.  False: answered. */
static bool
parts_limit(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const struct lc_report *report,
    struct lc_report_filter *filter)
{
	const char *udi = filter->udi;
	bool may_see = may_see_udi(portal, token, udi);
	struct lc_detail detail = { "" };
	struct lc_record *record;
	enum lc_err err;

	filter->udi = NULL; /* no device whose rows were limited already */
	if (!account_limit(request, token, report, filter))
		return false;
	filter->udi = udi;
	record = readers_take(portal->readers);
	err = lc_report_parts(record, report, may_see, filter, &detail);
	readers_return(portal->readers, record);
	if (err != LC_OK)
		read_fail(request, err, &detail);
	return err == LC_OK;
}

/* Whose rows they are.  False: answered. */
static bool
limit_to(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const struct listing *list, struct query *q)
{
	if (q->parts && list->udi == NULL)
		return parts_limit(
		    portal, request, token, list->report, &q->filter);
	if (q->filter.udi != NULL &&
	    !list_device_check(portal, request, token, q->filter.udi))
		return false;
	return account_limit(request, token, list->report, &q->filter);
}

/* Nobody finds out PAKs of others by looking for them, either. */
static void
paks_limit(const struct lc_report *report, struct lc_report_filter *filter)
{
	if (filter->names_of != NULL && filter->pak != NULL &&
	    (report->limits & LC_LIMIT_ACCOUNT) != 0)
		filter->account = filter->names_of;
}

void
list_answer(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const struct listing *list)
{
	struct query q;

	if (!query_read(portal, request, list, &q))
		return;
	if ((list->report->needs & LC_LIMIT_UDI) != 0 && q.filter.udi == NULL) {
		(void)refuse(request, "udi", "it is needed");
		return;
	}
	if (!limit_to(portal, request, token, list, &q))
		return;
	paks_limit(list->report, &q.filter);
	if (q.whole)
		list_stream(portal, request, list->report, &q.filter);
	else
		page_answer(portal, request, list, &q);
}

/* All reports have the same title for columns of the same name. */
const char *
list_title(const char *column)
{
	for (size_t i = 0; i < lc_nreports; i++) {
		const struct lc_report *report = lc_reports[i];

		for (size_t j = 0; j < report->ncolumns; j++) {
			if (strcmp(report->columns[j].name, column) == 0)
				return report->columns[j].title;
		}
	}
	return column;
}

/* The others are tables, whose rows the log vouches for. */
const char *
list_kind(size_t n)
{
	static const char *const kinds[] = { "above limit", "approved", "asked",
		"created", "declined", "license", "other key", "permitted",
		"proposed", "put back", "refused", "rotated", "watched",
		"webhook", "withdrawn" };

	if (n < NITEMS(kinds))
		return kinds[n];
	n -= NITEMS(kinds);
	return n < lc_nimages ? lc_images[n].name : NULL;
}
