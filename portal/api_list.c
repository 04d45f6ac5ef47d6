/* api_list.c - the operations that answer lists. */
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "api_read.h"
#include "array.h"
#include "fail.h"
#include "list.h"
#include "record/device.h"
#include "record/rma.h"
#include "report/rows.h"
#include "web/answer.h"

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

static enum lc_err
had_take(void *arg, const struct lc_cell *cells)
{
	const struct lc_report *report = &lc_report_licenses;
	struct had *had = arg;

	for (size_t i = 0; i < report->ncolumns; i++) {
		if (strcmp(report->columns[i].name, "state") == 0 &&
		    strcmp(cells[i].text, "current") == 0)
			had->licenses++;
	}
	return LC_OK;
}

struct had
read_had(struct portal *portal, const char *udi, const char *pak)
{
	struct lc_report_filter filter = {
		.udi = udi,
		.pak = pak,
		.now = portal->now(),
	};
	struct lc_report_place place = { .n = 0 };
	struct lc_record *record = readers_take(portal->readers);
	struct had had = { .licenses = 0 };
	struct lc_rma_row rma;
	struct lc_detail detail;
	bool more;

	if (lc_report_page(record, &lc_report_licenses, &filter, &place,
		HAD_MAX, &more, had_take, &had, &detail) != LC_OK)
		had.licenses = 0;
	if (lc_rma_of(record, udi, &rma) == LC_OK)
		had.is_replaced = rma.n != 0;
	readers_return(portal->readers, record);
	return had;
}
