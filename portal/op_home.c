/* op_home.c - what devices ask for by call home: authority/CALLHOME. */
#include <string.h>

#include "array.h"
#include "base/error.h"
#include "op_args.h"
#include "op_call.h"
#include "ops/callhome.h"

/* What the members of the body may be; the library looks into them. */
struct calling {
	uint32_t version;
	const char *request, *credentials, *nonce;
};

#define OF(field) .at = offsetof(struct calling, field)
static const struct arg call_args[] = {
	{ "version", ARG_NUMBER, OF(version), .required = true, .min = 1,
	    .max = 1 },
	{ "request", ARG_FILE, OF(request), .required = true, .min = 1,
	    .max = LC_ENVELOPE_MAX },
	{ "credentials", ARG_FILE, OF(credentials), .required = true, .min = 1,
	    .max = LC_ENVELOPE_MAX },
	{ "nonce", ARG_TEXT, OF(nonce), .min = 1, .max = 64 },
};
#undef OF

/* Refusals that are no errors of the library have a status of their own. */
static const struct {
	const char *kind;
	unsigned status;
} statuses[] = {
	/* Nothing was decided: it may be repeated with a new nonce. */
	{ "nonce-foreign", 428 },
	{ "nonce-over", 428 },
	{ "nonce-used", 428 },
	{ "nonce-missing", 428 },
	{ "another-account", 403 },
	{ "too-big", 422 },
	{ "no-license", 404 },
	{ "not-bound", 422 },
	{ "another-device", 422 },
	{ "another-key", 409 },
	{ "request-id", 409 },
};

static void
refusal_name(const char *kind, struct op_answer *answer)
{
	for (size_t i = 0; kind != NULL && i < NITEMS(statuses); i++) {
		if (strcmp(statuses[i].kind, kind) == 0) {
			answer->kind = statuses[i].kind;
			answer->status = statuses[i].status;
		}
	}
}

enum lc_err
op_call_home(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	struct calling c = { .nonce = NULL };
	struct lc_envelope envelope = { .id = NULL };
	struct lc_call call = { .envelope = &envelope,
		.account = asked->account };
	enum lc_err err =
	    args_read(call_args, NITEMS(call_args), asked->body, &c, detail);

	if (err != LC_OK || (err = lc_envelope_take((json_t *)asked->body,
				 &envelope, detail)) != LC_OK)
		return err;
	err = lc_call_home(authority, &call);
	answer->body = call.answer;
	answer->refused = call.refused;
	refusal_name(call.kind, answer);
	lc_envelope_free(&envelope);
	return err;
}
