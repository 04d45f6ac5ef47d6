/* list_stream.c - see list_stream.h. */
#include "list_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/device.h"
#include "record/pak.h"
#include "report/rows.h"

#define PAGE_ROWS 500

struct streaming {
	struct portal *portal;
	struct lc_report_filter filter;
	/* Texts of the filter that are not the request's. */
	char pak[LC_PAK_LEN + 1], account[LC_ACCOUNT_MAX + 1];
	char names_of[LC_ACCOUNT_MAX + 1];
	struct lc_report_place place;
	bool more;
	struct lc_rows rows; /* of the page that is sent */
	size_t at;           /* so much of it was */
};

/* False: it failed. */
static bool
page_read(struct streaming *s)
{
	struct lc_record *record = readers_take(s->portal->readers);
	struct lc_detail detail = { "" };
	enum lc_err err;

	s->rows.len = s->at = 0;
	err = lc_report_page(record, s->rows.report, &s->filter, &s->place,
	    PAGE_ROWS, &s->more, lc_rows_row, &s->rows, &detail);
	readers_return(s->portal->readers, record);
	return err == LC_OK && !s->rows.failed;
}

static ssize_t
streaming_read(void *arg, char *to, size_t size)
{
	struct streaming *s = arg;
	size_t len;

	if (s->at == s->rows.len && s->more && !page_read(s))
		return -1;
	len = s->rows.len - s->at;
	/* A filter may leave out all of a page. */
	if (len == 0 && s->more)
		return WEB_AGAIN;
	if (len > size)
		len = size;
	if (len > 0)
		memcpy(to, s->rows.text + s->at, len);
	s->at += len;
	return (ssize_t)len;
}

static void
streaming_free(void *arg)
{
	struct streaming *s = arg;

	lc_rows_free(&s->rows);
	free(s);
}

void
list_stream(struct portal *portal, struct web_request *request,
    const struct lc_report *report, const struct lc_report_filter *filter)
{
	struct streaming *s = calloc(1, sizeof *s);

	if (s == NULL) {
		web_answer(request, 503, NULL, NULL, 0);
		return;
	}
	s->portal = portal;
	s->filter = *filter;
	if (filter->pak != NULL) {
		(void)snprintf(s->pak, sizeof s->pak, "%s", filter->pak);
		s->filter.pak = s->pak;
	}
	if (filter->account != NULL) {
		(void)snprintf(
		    s->account, sizeof s->account, "%s", filter->account);
		s->filter.account = s->account;
	}
	if (filter->names_of != NULL) {
		(void)snprintf(
		    s->names_of, sizeof s->names_of, "%s", filter->names_of);
		s->filter.names_of = s->names_of;
	}
	s->rows.report = report;
	s->rows.form = LC_ROWS_CSV;
	s->more = true;
	lc_rows_head(&s->rows);
	(void)web_header_add(request, "Cache-Control", "no-store");
	web_answer_stream(request, "text/csv; charset=utf-8",
	    &(struct web_stream){
		.read = streaming_read,
		.free = streaming_free,
		.arg = s,
	    });
}
