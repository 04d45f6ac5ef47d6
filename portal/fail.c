/* fail.c - see fail.h. */
#include "fail.h"

#include "op.h"
#include "web/answer.h"

void
read_fail(struct web_request *request, enum lc_err err,
    const struct lc_detail *detail)
{
	const char *kind;
	unsigned status = op_status(err, &kind);

	if (status == 503)
		(void)web_header_add(request, "Retry-After", "5");
	web_problem(request, status, kind, "%s",
	    detail->text[0] != '\0' ? detail->text : lc_strerror(err));
}
