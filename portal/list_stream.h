/* list_stream.h - a whole report as one table. */
#ifndef PORTAL_LIST_STREAM_H
#define PORTAL_LIST_STREAM_H

#include "portal.h"
#include "report/report.h"

/*
 * Answers the report as CSV, read page by page while it is sent.  The filter is
 * copied with its PAK and account; its other texts are the request's.
 */
void list_stream(struct portal *, struct web_request *,
    const struct lc_report *, const struct lc_report_filter *);

#endif
