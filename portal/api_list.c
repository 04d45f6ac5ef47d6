/* api_list.c - the operations that answer lists. */
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "api_read.h"
#include "array.h"
#include "fail.h"
#include "list.h"
#include "ops/rma.h"
#include "record/device.h"
#include "record/rma.h"
#include "report/rows.h"
#include "web/answer.h"

#define DAY_S 86400

#define LIST(operation, list)                                              \
	void operation(struct portal *portal, struct web_request *request, \
	    const struct lc_token *token, const char *const *parts)        \
	{                                                                  \
		(void)parts;                                               \
		list_answer(portal, request, token,                        \
		    &(const struct listing){                               \
			.report = (list), .member = (list)->name });       \
	}

LIST(list_paks, &lc_report_paks)
LIST(list_devices, &lc_report_devices)
LIST(list_rmas, &lc_list_rmas)
LIST(list_lots, &lc_list_lots)
LIST(list_log, &lc_list_log)
LIST(list_waiting, &lc_list_waiting)

/* With "expiring", those that end within so many days, the first one first. */
void
list_licenses(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *const *parts)
{
	bool expiring = web_query(request, "expiring") != NULL;

	(void)parts;
	list_answer(portal, request, token,
	    &(const struct listing){
		.report = expiring ? &lc_report_expiring : &lc_report_licenses,
		.member = "licenses" });
}

void
list_device_licenses(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *const *parts)
{
	list_answer(portal, request, token,
	    &(const struct listing){ .report = &lc_report_licenses,
		.member = "licenses",
		.udi = parts[0] });
}

void
list_device_history(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *const *parts)
{
	list_answer(portal, request, token,
	    &(const struct listing){ .report = &lc_report_history,
		.member = "history",
		.udi = parts[0] });
}

/* What became of extensions that were asked for. */
void
list_device_asked(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *const *parts)
{
	list_answer(portal, request, token,
	    &(const struct listing){ .report = &lc_list_asked,
		.member = lc_list_asked.name,
		.udi = parts[0] });
}

/* What the whole catalog sold is for the staff alone. */
void
list_report(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *const *parts)
{
	for (size_t i = 0; i < lc_nreports; i++) {
		const struct lc_report *report = lc_reports[i];

		if (strcmp(report->name, parts[0]) != 0)
			continue;
		if ((report->limits & (LC_LIMIT_ACCOUNT | LC_LIMIT_UDI)) == 0 &&
		    !lc_role_is_staff(token->role))
			web_problem(request, 403, "role",
			    "this report is for the staff");
		else
			list_answer(portal, request, token,
			    &(const struct listing){ .report = report,
				.member = "rows",
				.takes_csv = true });
		return;
	}
	web_problem(
	    request, 404, "not-found", "there is no report \"%s\"", parts[0]);
}

/* ---- A device -------------------------------------------------------- */

struct device {
	struct lc_device_row row;
	struct lc_rma_row to, from; /* what replaced it, and what it replaced */
	int64_t licenses, ended;
	bool is_known;
};

static enum lc_err
counts_take(void *arg, const struct lc_cell *cells)
{
	struct device *d = arg;

	d->licenses = cells[1].number;
	d->ended = cells[2].number;
	d->is_known = true;
	return LC_OK;
}

static enum lc_err
device_load(struct lc_record *record, const char *udi, int64_t now,
    struct device *d, struct lc_detail *detail)
{
	struct lc_report_filter filter = { .udi = udi, .now = now };
	struct lc_report_place place = { .n = 0 };
	bool more;
	enum lc_err err;

	err = lc_report_page(record, &lc_report_devices, &filter, &place, 2,
	    &more, counts_take, d, detail);
	if (err == LC_OK &&
	    (err = lc_known_device(record, udi, &d->row)) == LC_OK &&
	    (err = lc_rma_of(record, udi, &d->to)) == LC_OK)
		err = lc_rma_to(record, udi, &d->from);
	return err;
}

static const char *
device_state(const struct device *d)
{
	if (d->to.n != 0)
		return "replaced";
	if (d->row.back_seen != 0)
		return "put-back"; /* waits for approval */
	return d->row.kid[0] != '\0' ? "known" : "unpinned";
}

json_t *
read_date(int64_t date)
{
	char text[LC_ROWS_DATE];

	return date == 0 ? json_null() : json_string(lc_rows_date(date, text));
}

static void
device_answer(
    struct web_request *request, const char *udi, const struct device *d)
{
	json_t *json = json_pack(
	    "{s:s, s:s, s:s?, s:s?, s:I, s:I, s:I, s:o, s:s?, s:s?}", "udi",
	    udi, "state", device_state(d), "key",
	    d->row.kid[0] != '\0' ? d->row.kid : NULL, "pinned",
	    d->row.pinned[0] != '\0' ? d->row.pinned : NULL, "licenses",
	    (json_int_t)d->licenses, "ended", (json_int_t)d->ended, "records",
	    (json_int_t)d->row.records, "seen", read_date(d->row.seen),
	    "replaced_by", d->to.n != 0 ? d->to.new_udi : NULL, "replaces",
	    d->from.n != 0 ? d->from.old_udi : NULL);
	char *text = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	web_answer_tagged(
	    request, "application/json", text, text != NULL ? strlen(text) : 0);
}

void
read_device(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *const *parts)
{
	struct device d = { .is_known = false };
	struct lc_detail detail = { "" };
	struct lc_record *record;
	enum lc_err err;

	if (!list_device_check(portal, request, token, parts[0]))
		return;
	record = readers_take(portal->readers);
	err = device_load(record, parts[0], portal->now(), &d, &detail);
	readers_return(portal->readers, record);
	if (err != LC_OK) {
		read_fail(request, err, &detail);
	} else if (!d.is_known) {
		access_missed(portal, request, token);
		web_problem(request, 404, "not-found", "no device %s is known",
		    parts[0]);
	} else {
		device_answer(request, parts[0], &d);
	}
}

/* ---- Before a PAK is redeemed ---------------------------------------- */

#define HAD_MAX 100

/* The cell of a license under this name. */
static const struct lc_cell *
cell_of(const struct lc_cell *cells, const char *name)
{
	const struct lc_report *report = &lc_report_licenses;
	size_t i = 0;

	while (strcmp(report->columns[i].name, name) != 0)
		i++;
	return &cells[i];
}

static bool
is_current(const struct lc_cell *cells)
{
	return strcmp(cell_of(cells, "state")->text, "current") == 0;
}

static enum lc_err
number_take(void *arg, const struct lc_cell *cells)
{
	size_t *n = arg;

	*n += is_current(cells);
	return LC_OK;
}

static enum lc_err
name_take(void *arg, const struct lc_cell *cells)
{
	if (is_current(cells) && cell_of(cells, "count")->is_none)
		(void)json_array_append_new(
		    arg, json_sprintf("%s, %s", cell_of(cells, "feature")->text,
			     cell_of(cells, "type")->text));
	return LC_OK;
}

static void
had_page(struct lc_record *record, const struct lc_report_filter *filter,
    lc_report_row *take, void *arg)
{
	struct lc_report_place place = { .n = 0 };
	struct lc_detail detail;
	bool more;

	(void)lc_report_page(record, &lc_report_licenses, filter, &place,
	    HAD_MAX, &more, take, arg, &detail);
}

struct had
read_had(struct portal *portal, const char *udi, const char *pak)
{
	struct lc_report_filter filter = { .udi = udi, .now = portal->now() };
	struct lc_record *record = readers_take(portal->readers);
	struct had had = { .names = json_array() };
	struct lc_rma_row rma;

	had_page(record, &filter, name_take, had.names);
	filter.pak = pak;
	had_page(record, &filter, number_take, &had.of_pak);
	if (lc_rma_of(record, udi, &rma) == LC_OK)
		had.is_replaced = rma.n != 0 && rma.returned == 0;
	readers_return(portal->readers, record);
	return had;
}

struct ahead
read_ahead(struct portal *portal, const char *from, const char *to)
{
	struct lc_record *record = readers_take(portal->readers);
	struct ahead ahead = { .due = 0 };
	struct lc_rma_limits limits;
	struct lc_rma_row row = { .n = 0 };

	if (lc_rma_limits_get(record, &limits) == LC_OK)
		ahead.due = portal->now() + limits.days * DAY_S;
	if (lc_rma_of(record, from, &row) == LC_OK && row.n != 0 &&
	    strcmp(row.new_udi, to) == 0)
		ahead = (struct ahead){ row.due, true };
	readers_return(portal->readers, record);
	return ahead;
}
