/* list.h - lists, page by page: GET with limit, cursor, and filters. */
#ifndef PORTAL_LIST_H
#define PORTAL_LIST_H

#include "portal.h"
#include "report/report.h"

#define LIST_LIMIT 50
#define LIST_LIMIT_MAX 500

struct listing {
	const struct lc_report *report;
	const char *member; /* of the answer, that has the rows */
	const char *udi; /* of the path; NULL: of the query, if there is one */
	bool takes_csv;
};

/*
 * Answers a page: {"MEMBER": [rows], "next": cursor}, without "next" at the
 * end.  A token of an account gets its account's rows alone.
 */
void list_answer(struct portal *, struct web_request *, const struct lc_token *,
    const struct listing *);

/*
 * May this token see that device?  False: answered, with 404 for a device of
 * another account as for one that does not exist.
 */
bool list_device_check(struct portal *, struct web_request *,
    const struct lc_token *, const char *udi);

/* Is it one of the token's account?  False also if the database fails. */
bool list_device_is_own(
    struct portal *, const struct lc_token *, const char *udi);

/* The title of a report's column, or its name if no report has it. */
const char *list_title(const char *column);

/* The nth kind of entries of the log, from 0; NULL: there are no more. */
const char *list_kind(size_t n);

#endif
