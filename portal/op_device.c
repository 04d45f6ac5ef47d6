/* op_device.c - devices: whose they are, their keys and credentials. */
#include "op_device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "base/error.h"
#include "base/text.h"
#include "format/statement.h"
#include "op_args.h"
#include "ops/device.h"
#include "record/authority.h"
#include "record/device.h"
#include "record/pak.h"

#define CREDENTIALS_MAX (4 << 20)
#define JWK_TEXT_MAX 4096

/* ---- Accounts -------------------------------------------------------- */

static enum lc_err
refuse(const char *what, struct op_answer *answer, struct lc_detail *detail)
{
	answer->status = 403;
	answer->kind = "another-account";
	return lc_fail(detail, LC_EINVAL, "%s is another account's", what);
}

enum lc_err
account_check(const struct op_asked *asked, const char *account,
    const char *what, struct op_answer *answer, struct lc_detail *detail)
{
	if (asked->account[0] == '\0' || account[0] == '\0' ||
	    strcmp(asked->account, account) == 0)
		return LC_OK;
	return refuse(what, answer, detail);
}

enum lc_err
device_check(struct lc_authority *authority, const struct op_asked *asked,
    const char *udi, enum device_need need, struct op_answer *answer,
    struct lc_detail *detail)
{
	struct lc_device_standing is;
	enum lc_err err;

	if (asked->account[0] == '\0')
		return LC_OK;
	err = lc_device_stands(authority->record, udi, asked->account, &is);
	if (err != LC_OK)
		return err;
	if (is.others || (is.shows_other && !is.own))
		return refuse(udi, answer, detail);
	if (need == DEVICE_NO_OTHERS || is.shows)
		return LC_OK;
	if (is.own && (need == DEVICE_SOME || !is.nobodys))
		return LC_OK;
	answer->status = 403;
	answer->kind = "another-account";
	return is.own ? lc_fail(detail, LC_EINVAL,
			    "%s has licenses of no account, which the staff "
			    "replaces",
			    udi)
		      : lc_fail(detail, LC_EINVAL,
			    "%s has no license of a PAK or contract of account "
			    "%s",
			    udi, asked->account);
}

/* ---- Keys ------------------------------------------------------------ */

struct registering {
	const char *udi;
	const json_t *key;
};

#define OF(field) .at = offsetof(struct registering, field)
static const struct arg register_args[] = {
	{ "udi", ARG_TEXT, OF(udi), .required = true, .min = 3,
	    .max = LC_UDI_MAX },
	{ "key", ARG_OBJECT, OF(key), .required = true },
};
#undef OF

/* The id of a JWK, which must have no private part. */
static enum lc_err
kid_of(const json_t *key, char kid[LC_DIGEST_LEN + 1], struct lc_detail *detail)
{
	char *text;
	enum lc_err err;

	if (json_object_get(key, "d") != NULL)
		return lc_fail(detail, LC_EINVAL,
		    "\"key\" has a private part, which nobody may have but "
		    "the device: make another key");
	if ((text = json_dumps(key, JSON_COMPACT)) == NULL)
		return LC_ENOMEM;
	if (strlen(text) > JWK_TEXT_MAX)
		err = lc_fail(detail, LC_EINVAL, "\"key\" is too long");
	else
		err = lc_device_kid(text, strlen(text), kid, detail);
	free(text);
	return err;
}

enum lc_err
op_device_register(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	struct registering r = { NULL, NULL };
	char kid[LC_DIGEST_LEN + 1];
	enum lc_err err = args_read(
	    register_args, NITEMS(register_args), asked->body, &r, detail);

	if (err != LC_OK || (err = kid_of(r.key, kid, detail)) != LC_OK ||
	    (err = lc_device_register(authority, r.udi, kid)) != LC_OK)
		return err;
	answer->body = json_pack("{s:s, s:s}", "udi", r.udi, "kid", kid);
	return answer->body != NULL ? LC_OK : LC_ENOMEM;
}

/* ---- Credentials ----------------------------------------------------- */

enum lc_err
credentials_udi(
    const char *credentials, char udi[LC_UDI_MAX + 1], struct lc_detail *detail)
{
	struct lc_statement *s;
	enum lc_err err = lc_statement_from_file(
	    LC_CREDENTIALS, credentials, strlen(credentials), &s, NULL, detail);

	if (err != LC_OK)
		return err;
	(void)snprintf(udi, LC_UDI_MAX + 1, "%s", s->udi);
	lc_statement_free(s);
	return LC_OK;
}

bool
is_device_id(const char *text)
{
	return text != NULL && lc_text_is_udi(text, strlen(text));
}

struct crediting {
	const char *credentials, *udi, *reason;
};

#define OF(field) .at = offsetof(struct crediting, field)
static const struct arg credentials_args[] = {
	{ "credentials", ARG_FILE, OF(credentials), .required = true, .min = 1,
	    .max = CREDENTIALS_MAX },
	{ "udi", ARG_TEXT, OF(udi), .min = 3, .max = LC_UDI_MAX },
};

static const struct arg approval_args[] = {
	{ "credentials", ARG_FILE, OF(credentials), .min = 1,
	    .max = CREDENTIALS_MAX },
	{ "reason", ARG_TEXT, OF(reason), .required = true, .min = 1,
	    .max = LC_COMMENT_MAX },
};
#undef OF

enum lc_err
op_device_credentials(struct lc_authority *authority,
    const struct op_asked *asked, struct op_answer *answer,
    struct lc_detail *detail)
{
	struct crediting c = { NULL, NULL, NULL };
	struct lc_detail told = { "" };
	char udi[LC_UDI_MAX + 1];
	enum lc_err err = args_read(credentials_args, NITEMS(credentials_args),
	    asked->body, &c, detail);

	if (err != LC_OK ||
	    (err = credentials_udi(c.credentials, udi, detail)) != LC_OK ||
	    (err = device_check(authority, asked, udi, DEVICE_NO_OTHERS, answer,
		 detail)) != LC_OK ||
	    (err = lc_know(authority, c.credentials, strlen(c.credentials),
		 c.udi, &told)) != LC_OK)
		return err;
	answer->body = json_pack("{s:s, s:s}", "udi", udi, "told", told.text);
	return answer->body != NULL ? LC_OK : LC_ENOMEM;
}

enum lc_err
op_device_approve(struct lc_authority *authority, const struct op_asked *asked,
    struct op_answer *answer, struct lc_detail *detail)
{
	struct crediting c = { NULL, NULL, NULL };
	enum lc_err err = args_read(
	    approval_args, NITEMS(approval_args), asked->body, &c, detail);

	if (err != LC_OK)
		return err;
	err = lc_device_approve(authority,
	    &(struct lc_approval){
		.udi = asked->part,
		.credentials = c.credentials,
		.len = c.credentials != NULL ? strlen(c.credentials) : 0,
		.by = asked->who,
		.reason = c.reason,
	    });
	if (err != LC_OK)
		return err;
	answer->body = json_pack("{s:s}", "udi", asked->part);
	return answer->body != NULL ? LC_OK : LC_ENOMEM;
}
