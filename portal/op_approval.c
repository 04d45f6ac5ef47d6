/* op_approval.c - what waits for the staff: asked for, and declined. */
#include <errno.h>
#include <stdlib.h>

#include "array.h"
#include "base/error.h"
#include "format/line.h"
#include "op_args.h"
#include "op_call.h"
#include "op_device.h"
#include "ops/grant.h"
#include "record/authority.h"
#include "record/license.h"
#include "record/waiting.h"

#define DAYS_MAX 3650

/* ---- Asking for an extension ----------------------------------------- */

#define OF(field) .at = offsetof(struct lc_asking, field)
static const struct arg ask_args[] = {
	{ "license", ARG_TEXT, OF(license), .required = true, .min = 1,
	    .max = LC_ID_MAX },
	{ "udi", ARG_TEXT, OF(udi), .min = 3, .max = LC_UDI_MAX },
	{ "days", ARG_NUMBER, OF(days), .required = true, .min = 1,
	    .max = DAYS_MAX },
	{ "reason", ARG_TEXT, OF(reason), .required = true, .min = 1,
	    .max = LC_COMMENT_MAX },
};
#undef OF

/* Is one of the license's devices theirs? */
static enum lc_err
license_check(struct lc_authority *authority, const struct op_asked *asked,
    const struct lc_asking *w, struct op_answer *answer,
    struct lc_detail *detail)
{
	struct lc_line *line;
	const char *udi = w->udi;
	enum lc_err err = lc_issued_find(authority->record, w->license, &line);

	if (err != LC_OK)
		return err;
	if (udi == NULL && line->terms.nudis > 0)
		udi = line->terms.udis[0];
	if (udi != NULL)
		err = device_check(
		    authority, asked, udi, DEVICE_NO_OTHERS, answer, detail);
	lc_line_free(line);
	return err;
}

enum lc_err
op_extension_ask(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	struct lc_asking w = { .license = NULL };
	enum lc_err err =
	    args_read(ask_args, NITEMS(ask_args), asked->body, &w, detail);

	if (err == LC_OK)
		err = license_check(authority, asked, &w, answer, detail);
	if (err == LC_OK)
		err = lc_extension_ask(authority, &w);
	if (err != LC_OK)
		return err;
	answer->body = json_pack(
	    "{s:s, s:I}", "license", w.license, "days", (json_int_t)w.days);
	return answer->body != NULL ? LC_OK : LC_ENOMEM;
}

/* ---- Declining ------------------------------------------------------- */

struct declining {
	const char *reason;
};

#define OF(field) .at = offsetof(struct declining, field)
static const struct arg decline_args[] = {
	{ "reason", ARG_TEXT, OF(reason), .required = true, .min = 1,
	    .max = LC_COMMENT_MAX },
};
#undef OF

/* The number of an entry of the log; 0: it is none. */
static int64_t
entry_read(const char *text)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(text, &end, 10);
	return text[0] >= '1' && text[0] <= '9' && *end == '\0' && errno == 0
		   ? n
		   : 0;
}

enum lc_err
op_decline(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	struct declining d = { NULL };
	int64_t n = entry_read(asked->part);
	enum lc_err err = args_read(
	    decline_args, NITEMS(decline_args), asked->body, &d, detail);

	if (err != LC_OK)
		return err;
	err = lc_waiting_decline(authority->record, &(struct lc_declining){
							.n = n,
							.by = asked->who,
							.reason = d.reason,
						    });
	if (err != LC_OK)
		return err;
	answer->body = json_pack("{s:I}", "entry", (json_int_t)n);
	return answer->body != NULL ? LC_OK : LC_ENOMEM;
}
