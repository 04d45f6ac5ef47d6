/* call.c - the answer to a request. */
#include "call.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "names.h"

static void
answer(const struct call *call, const char *what, json_t *body)
{
	if (body == NULL)
		client_drop(call->client, "out of memory");
	else if (call->id >= 0)
		client_send(call->client,
		    json_pack("{s:I, s:o}", "id", call->id, what, body));
	else
		client_send(call->client, json_pack("{s:o}", what, body));
}

void
call_answer(const struct call *call, json_t *result)
{
	answer(call, "result", result);
}

void
call_answer_text(const struct call *call, const char *result)
{
	char line[CALL_TEXT_MAX + 64];
	int len;

	assert(strlen(result) < CALL_TEXT_MAX);
	if (call->id >= 0)
		len = snprintf(line, sizeof line,
		    "{\"id\":%" JSON_INTEGER_FORMAT ",\"result\":%s}\n",
		    call->id, result);
	else
		len = snprintf(line, sizeof line, "{\"result\":%s}\n", result);
	client_send_text(call->client, line, (size_t)len);
}

void
call_refuse(const struct call *call, const char *code, const char *text)
{
	answer(call, "error",
	    json_pack("{s:s, s:o}", "code", code, "text", words_json(text)));
}

void
call_fail(const struct call *call, enum lc_err err, const char *detail)
{
	call_refuse(call, error_code(err),
	    detail[0] != '\0' ? detail : lc_strerror(err));
}

void
call_done(const struct call *call, enum lc_err err)
{
	struct lc_detail why = { "" };

	if (err == LC_EIO) /* a disk that fails says more than that */
		(void)lc_recording(call->client->control->core, &why);
	if (err == LC_OK)
		call_answer_text(call, "{}");
	else
		call_fail(call, err, why.text);
}
