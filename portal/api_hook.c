/* api_hook.c - the list of webhooks. */
#include <string.h>

#include "access.h"
#include "api_read.h"
#include "fail.h"
#include "record/webhook.h"
#include "report/rows.h"
#include "web/answer.h"
#include "words.h"

static const char *
state_of(const struct lc_webhook *hook)
{
	return hook->stopped[0] != '\0' ? "stopped"
	       : hook->failing != 0     ? "failing"
					: "active";
}

/* Without its secret. */
static enum lc_err
hook_add(void *arg, const struct lc_webhook *hook)
{
	char date[LC_ROWS_DATE];
	const char *says =
	    hook->stopped[0] != '\0' ? hook->stopped : hook->says;

	return json_array_append_new(
		   arg, json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:s%}", "id",
			    hook->id, "url", hook->url, "account",
			    hook->account, "events", words_json(hook->events),
			    "made", lc_rows_date(hook->made, date), "state",
			    state_of(hook), "says", says, strlen(says))) == 0
		   ? LC_OK
		   : LC_ENOMEM;
}

/* An account has few, and all accounts together not many. */
void
list_webhooks(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *const *parts)
{
	json_t *list = json_array(), *all;
	struct lc_record *record = readers_take(portal->readers);
	struct lc_detail detail = { "" };
	char *text;
	enum lc_err err;

	(void)parts;
	lc_record_tell(record, &detail);
	err = lc_webhooks(record,
	    lc_role_is_staff(token->role) ? NULL : token->account, hook_add,
	    list);
	readers_return(portal->readers, record);
	if (err != LC_OK) {
		json_decref(list);
		read_fail(request, err, &detail);
		return;
	}
	all = json_pack("{s:o}", "webhooks", list);
	text = json_dumps(all, JSON_COMPACT);
	json_decref(all);
	web_answer_tagged(
	    request, "application/json", text, text != NULL ? strlen(text) : 0);
}
