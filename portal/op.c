/* op.c - see op.h. */
#include "op.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "array.h"
#include "base/b64.h"
#include "base/error.h"
#include "op_license.h"
#include "ops/fulfill.h"
#include "record/authority.h"
#include "record/license.h"
#include "record/record.h"

/* ---- Errors ---------------------------------------------------------- */

/*
 * Errors that only a device has are of no operation here; were one to come, it
 * is ours.
 */
unsigned
op_status(enum lc_err err, const char **kind)
{
	switch (err) {
	case LC_EINVAL:
	case LC_EOPTIONS:
	case LC_EEULA:
	case LC_EMIXED:
		*kind = "refused";
		return 422;
	case LC_ENOTFOUND:
	case LC_EDEVICE:
	case LC_ESTORE:
	case LC_ENOLICENSE:
		*kind = "not-found";
		return 404;
	case LC_EEXISTS:
		*kind = "exists";
		return 409;
	case LC_ECOUNT:
	case LC_EFULL:
		*kind = "used-up";
		return 409;
	case LC_EEXHAUSTED:
		*kind = "above-limit";
		return 409;
	case LC_EREVOKED:
		*kind = "revoked";
		return 409;
	case LC_EEXPIRED:
	case LC_ENOTYET:
	case LC_EFUTURE:
		*kind = "expired";
		return 409;
	case LC_EUDI:
		*kind = "another-device";
		return 422;
	case LC_EKEY:
	case LC_ETRUST:
		*kind = "key";
		return 409;
	case LC_ETICKET:
	case LC_ENOTICKET:
	case LC_ESUPERSEDED:
		*kind = "ticket";
		return 422;
	case LC_ESIGNATURE:
		*kind = "signature";
		return 422;
	case LC_EFILE:
	case LC_ELINE:
		*kind = "file";
		return 422;
	case LC_EPERIOD:
		*kind = "period";
		return 422;
	case LC_ELOCKED:
	case LC_EIO:
	case LC_ENOMEM:
		*kind = "unavailable";
		return 503;
	case LC_OK:
	case LC_EDAMAGED:
	case LC_ENEWER:
	case LC_ESTOPPED:
	case LC_EREADONLY:
	case LC_EINUSE:
		break;
	}
	*kind = "internal";
	return 500;
}

/* ---- All of them ----------------------------------------------------- */

static const struct {
	const char *name; /* in the database, with what was asked for */
	op_call *call;
	bool repeats; /* asked again, it gives the same by itself; then its
			 body has all of the answer */
} ops[NOPS] = {
	[OP_REDEEM] = { "redeem", op_redeem, true },
	[OP_PAK_CREATE] = { "pak create", op_pak_create, false },
	[OP_PAK_STOP] = { "pak stop", op_pak_stop, false },
	[OP_PAK_START] = { "pak start", op_pak_start, false },
	[OP_CONTRACT_REDEEM] = { "contract redeem", op_contract_redeem, true },
	[OP_CATALOG] = { "catalog", op_catalog, false },
	[OP_EVALUATION] = { "evaluation", op_evaluation, false },
	[OP_EXTENSION] = { "extension", op_extension, false },
	[OP_EXTENSION_ASK] = { "extension ask", op_extension_ask, false },
	[OP_DECLINE] = { "decline", op_decline, false },
	[OP_SUBSCRIPTION] = { "subscription", op_subscription, false },
	[OP_RENEW] = { "renew", op_renew, false },
	[OP_RIGHT_TO_USE] = { "right to use", op_right_to_use, false },
	[OP_COUNT] = { "count", op_count, false },
	[OP_LOT] = { "lot", op_lot, false },
	[OP_PERMIT] = { "permit", op_permit, false },
	[OP_REHOST] = { "rehost", op_rehost, false },
	[OP_RMA] = { "rma", op_rma, false },
	[OP_RMA_RETURNED] = { "rma returned", op_rma_returned, false },
	[OP_IMPORT] = { "import", op_import, false },
	[OP_DEVICE_REGISTER] = { "device register", op_device_register, false },
	[OP_DEVICE_CREDENTIALS] = { "device credentials", op_device_credentials,
	    false },
	[OP_DEVICE_APPROVE] = { "device approve", op_device_approve, false },
	[OP_TOKEN_CREATE] = { "token create", op_token_create, false },
	[OP_TOKEN_STOP] = { "token stop", op_token_stop, false },
	[OP_KEY_PROPOSE] = { "key propose", op_key_propose, false },
	[OP_KEY_CONFIRM] = { "key confirm", op_key_confirm, false },
	[OP_KEY_DROP] = { "key drop", op_key_drop, false },
	/* By the id that the device chose, whoever brings it. */
	[OP_CALL_HOME] = { "call home", op_call_home, true },
	[OP_WEBHOOK_CREATE] = { "webhook create", op_webhook_create, false },
	[OP_WEBHOOK_REMOVE] = { "webhook remove", op_webhook_remove, false },
	[OP_WEBHOOK_LEASE] = { "webhook lease", op_webhook_lease, false },
	[OP_WEBHOOK_RETURN] = { "webhook return", op_webhook_return, false },
};

/* ---- Once ------------------------------------------------------------ */

static bool
digest_add(EVP_MD_CTX *md, const char *text, size_t len)
{
	/* With its length, so that no two requests are the same bytes. */
	return EVP_DigestUpdate(md, &len, sizeof len) == 1 &&
	       EVP_DigestUpdate(md, text, len) == 1;
}

/* All that was asked for: "pak create DIGEST". */
static enum lc_err
what_of(enum op op, const struct op_asked *asked, char **out)
{
	char *body = json_dumps(asked->body, JSON_COMPACT | JSON_SORT_KEYS);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	char digest[LC_DIGEST_LEN + 1];
	uint8_t bytes[32];
	bool good = body != NULL && md != NULL &&
		    EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1 &&
		    digest_add(md, asked->part, strlen(asked->part)) &&
		    digest_add(md, body, strlen(body)) &&
		    digest_add(md, asked->type, strlen(asked->type)) &&
		    digest_add(md, asked->text, asked->len) &&
		    EVP_DigestFinal_ex(md, bytes, NULL) == 1;

	free(body);
	EVP_MD_CTX_free(md);
	if (!good)
		return LC_ENOMEM;
	lc_b64_encode(bytes, sizeof bytes, digest);
	return asprintf(out, "%s %s", ops[op].name, digest) < 0 ? LC_ENOMEM
								: LC_OK;
}

/*
 * What is kept of an answer: its licenses are found by their request, and
 * secrets are told once.
 */
static enum lc_err
answer_keep(struct lc_record *record, int64_t n, const struct op_answer *answer,
    const struct lc_detail *detail)
{
	json_t *body = json_copy(answer->body);
	json_t *kept = json_pack("{s:o*, s:I, s:i, s:s}", "body", body,
	    "licenses_of", (json_int_t)answer->licenses_of, "refused",
	    (int)answer->refused, "detail", detail->text);
	char *text = NULL;
	enum lc_err err = LC_ENOMEM;

	if (answer->secret != NULL)
		(void)json_object_del(body, answer->secret);
	if (kept != NULL && (text = json_dumps(kept, JSON_COMPACT)) != NULL)
		err = lc_answer_put(record, n, text);
	json_decref(kept);
	free(text);
	return err;
}

static void
answer_fill(
    struct op_answer *answer, const json_t *kept, struct lc_detail *detail)
{
	const char *said = json_string_value(json_object_get(kept, "detail"));

	answer->body = json_incref(json_object_get(kept, "body"));
	answer->licenses_of =
	    json_integer_value(json_object_get(kept, "licenses_of"));
	answer->refused =
	    (enum lc_err)json_integer_value(json_object_get(kept, "refused"));
	answer->again = true;
	if (answer->refused != LC_OK)
		(void)lc_fail(
		    detail, answer->refused, "%s", said != NULL ? said : "");
}

static enum lc_err
answer_again(struct lc_record *record, int64_t n, struct op_answer *answer,
    struct lc_detail *detail)
{
	char *text = NULL;
	json_t *kept = NULL;
	enum lc_err err = lc_answer_find(record, n, &text);

	if (err == LC_OK && (kept = json_loads(text, 0, NULL)) == NULL)
		err = LC_ENOMEM;
	if (err == LC_OK)
		answer_fill(answer, kept, detail);
	json_decref(kept);
	free(text);
	return err;
}

/* A request whose answer is kept, so that asking again gives the same. */
static enum lc_err
run_once(enum op op, struct lc_authority *authority,
    const struct op_asked *asked, struct op_answer *answer,
    struct lc_detail *detail)
{
	struct lc_record *record = authority->record;
	char *what = NULL;
	bool again = false;
	int64_t n;
	enum lc_err err = what_of(op, asked, &what);

	if (err == LC_OK)
		err = lc_request_put(record, asked->request, what, &n, &again);
	free(what);
	if (err != LC_OK)
		return err;
	if (again)
		return answer_again(record, n, answer, detail);
	if ((err = ops[op].call(authority, asked, answer, detail)) != LC_OK)
		return err;
	return answer_keep(record, n, answer, detail);
}

/* ---- Running --------------------------------------------------------- */

static const char *
text_of(const json_t *asked, const char *name)
{
	const char *text = json_string_value(json_object_get(asked, name));

	return text != NULL ? text : "";
}

enum lc_err
op_ahead(enum op op, struct lc_authority *authority, const json_t *asked)
{
	const char *request =
	    json_string_value(json_object_get(asked, "request"));

	if (op >= NOPS || request == NULL)
		return LC_OK;
	if (op == OP_REDEEM)
		return lc_fulfill_ahead(
		    authority->record, text_of(asked, "part"), request);
	return ops[op].repeats ? LC_OK
			       : lc_request_ahead(authority->record, request);
}

enum lc_err
op_run(enum op op, struct lc_authority *authority,
    const struct op_settings *settings, const json_t *json,
    struct op_answer *answer, struct lc_detail *detail)
{
	const struct op_asked asked = {
		.who = text_of(json, "who"),
		.token = text_of(json, "token"),
		.account = text_of(json, "account"),
		.role = (enum lc_role)json_integer_value(
		    json_object_get(json, "role")),
		.part = text_of(json, "part"),
		.request = json_string_value(json_object_get(json, "request")),
		.body = json_object_get(json, "body"),
		.text = text_of(json, "text"),
		.type = text_of(json, "type"),
		.len = json_string_length(json_object_get(json, "text")),
		.at = authority->record->at,
		.settings = settings,
	};
	enum lc_err err = lc_record_as(authority->record, asked.who);

	if (err != LC_OK)
		return err;
	if (ops[op].repeats || asked.request == NULL)
		err = ops[op].call(authority, &asked, answer, detail);
	else
		err = run_once(op, authority, &asked, answer, detail);
	if (err == LC_OK && answer->licenses_of != 0)
		err = licenses_add(authority, answer, detail);
	return err;
}
