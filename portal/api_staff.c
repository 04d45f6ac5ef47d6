/* api_staff.c - see api_staff.h. */
#include "api_staff.h"

#include <string.h>

#include "access.h"
#include "fail.h"
#include "op_args.h"
#include "record/authority.h"
#include "record/proposal.h"
#include "web/answer.h"

/* A list under its name, or the error. */
static void
list_answer(struct web_request *request, enum lc_err err, const char *name,
    json_t *list, const struct lc_detail *detail)
{
	if (err == LC_OK) {
		web_answer_json(request, 200, json_pack("{s:o}", name, list));
		return;
	}
	json_decref(list);
	read_fail(request, err, detail);
}

static json_t *
date_json(int64_t date)
{
	char text[DATE_SIZE];

	return date == LC_NO_TIME ? json_null()
				  : json_string(date_text(date, text));
}

/* ---- Tokens ---------------------------------------------------------- */

struct listing {
	const struct lc_token *asker;
	json_t *list;
};

static void
token_add(void *arg, const struct lc_token *token)
{
	const struct listing *l = arg;

	if (!lc_role_is_staff(l->asker->role) &&
	    strcmp(token->account, l->asker->account) != 0)
		return;
	(void)json_array_append_new(l->list,
	    json_pack("{s:s, s:s, s:s, s:o, s:b}", "name", token->name, "role",
		lc_role_name(token->role), "account", token->account, "expires",
		date_json(token->expires), "stopped", token->stopped));
}

void
read_tokens(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *const *parts)
{
	struct lc_authority authority = { .record =
					      readers_take(portal->readers) };
	struct listing l = { token, json_array() };
	struct lc_detail detail = { "" };
	enum lc_err err = lc_tokens(&authority, token_add, &l, &detail);

	(void)parts;
	readers_return(portal->readers, authority.record);
	list_answer(request, err, "tokens", l.list, &detail);
}

/* ---- Proposals ------------------------------------------------------- */

static enum lc_err
proposal_add(void *arg, const struct lc_proposal *proposal)
{
	json_t *asked = json_loads(proposal->says, 0, NULL);

	return json_array_append_new(
		   arg, json_pack("{s:s, s:s, s:o, s:o}", "proposal",
			    proposal->id, "by", proposal->who, "at",
			    date_json(proposal->at), "asked", asked)) == 0
		   ? LC_OK
		   : LC_ENOMEM;
}

void
read_proposals(struct portal *portal, struct web_request *request,
    const struct lc_token *token, const char *const *parts)
{
	struct lc_record *record = readers_take(portal->readers);
	struct lc_detail detail = { "" };
	json_t *list = json_array();
	enum lc_err err;

	(void)token;
	(void)parts;
	lc_record_tell(record, &detail);
	err = lc_proposals(record, NULL, proposal_add, list);
	readers_return(portal->readers, record);
	list_answer(request, err, "proposals", list, &detail);
}
