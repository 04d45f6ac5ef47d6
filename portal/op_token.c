/* op_token.c - tokens of programs. */
#include "ops/token.h"

#include <openssl/crypto.h>
#include <stdio.h>

#include "array.h"
#include "base/error.h"
#include "op_args.h"
#include "op_call.h"
#include "op_device.h"

struct creating {
	const char *name, *role, *account;
	int64_t expires;
};

#define OF(field) .at = offsetof(struct creating, field)
static const struct arg create_args[] = {
	{ "name", ARG_TEXT, OF(name), .required = true, .min = 1,
	    .max = LC_TOKEN_NAME_MAX },
	{ "role", ARG_TEXT, OF(role), .required = true, .min = 1, .max = 32 },
	{ "account", ARG_TEXT, OF(account), .max = LC_TOKEN_NAME_MAX },
	{ "expires", ARG_DATE, OF(expires) },
};
#undef OF

/*
 * An administrator could confirm with a second token what the first one
 * proposed: that is why nobody makes such tokens here.
 */
static enum lc_err
role_check(const struct op_asked *asked, const struct lc_token *token,
    const char *name, struct lc_detail *detail)
{
	if (token->role == LC_ROLE_ADMIN)
		return lc_fail(detail, LC_EINVAL,
		    "\"licissue token create\" makes tokens of "
		    "administrators, not the portal");
	if (lc_role_is_staff(token->role) && !lc_role_is_staff(asked->role))
		return lc_fail(detail, LC_EINVAL,
		    "the role \"%s\" is not of an account", name);
	return LC_OK;
}

static enum lc_err
token_take(const struct op_asked *asked, const struct creating *c,
    struct lc_token *token, struct op_answer *answer, struct lc_detail *detail)
{
	const char *account =
	    c->account[0] != '\0' ? c->account : asked->account;
	enum lc_err err;

	if (!lc_role_from_name(c->role, &token->role))
		return lc_fail(detail, LC_EINVAL,
		    "\"role\": there is no role \"%s\"", c->role);
	if ((err = role_check(asked, token, c->role, detail)) != LC_OK ||
	    (err = account_check(
		 asked, c->account, "the token", answer, detail)) != LC_OK)
		return err;
	if (c->expires != LC_NO_TIME && c->expires <= asked->at)
		return lc_fail(
		    detail, LC_EINVAL, "\"expires\" is past already");
	token->expires = c->expires;
	(void)snprintf(token->name, sizeof token->name, "%s", c->name);
	(void)snprintf(token->account, sizeof token->account, "%s", account);
	return LC_OK;
}

enum lc_err
op_token_create(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	struct creating c = { NULL, NULL, "", LC_NO_TIME };
	struct lc_token token = { .expires = LC_NO_TIME };
	char secret[LC_TOKEN_LEN + 1];
	enum lc_err err = args_read(
	    create_args, NITEMS(create_args), asked->body, &c, detail);

	if (err != LC_OK ||
	    (err = token_take(asked, &c, &token, answer, detail)) != LC_OK ||
	    (err = lc_token_put(authority, &token, secret)) != LC_OK)
		return err;
	answer->body = json_pack("{s:s, s:s, s:s, s:s}", "name", token.name,
	    "role", lc_role_name(token.role), "account", token.account, "token",
	    secret);
	answer->secret = "token";
	OPENSSL_cleanse(secret, sizeof secret);
	return answer->body != NULL ? LC_OK : LC_ENOMEM;
}

enum lc_err
op_token_stop(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	enum lc_err err = args_read(NULL, 0, asked->body, NULL, detail);

	if (err != LC_OK ||
	    (err = lc_token_end(authority, asked->part,
		 asked->account[0] != '\0' ? asked->account : NULL)) != LC_OK)
		return err;
	answer->body = json_pack("{s:s}", "name", asked->part);
	return answer->body != NULL ? LC_OK : LC_ENOMEM;
}
