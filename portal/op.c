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
#include "record/authority.h"
#include "record/license.h"
#include "record/record.h"

/* ---- Errors ---------------------------------------------------------- */

static const struct {
	enum lc_err err;
	unsigned status;
	const char *kind;
} statuses[] = {
	{ LC_EINVAL, 422, "refused" },
	{ LC_ENOTFOUND, 404, "not-found" },
	{ LC_EEXISTS, 409, "exists" },
	{ LC_ECOUNT, 409, "used-up" },
	{ LC_EREVOKED, 409, "revoked" },
	{ LC_EEXPIRED, 409, "expired" },
	{ LC_EEXHAUSTED, 409, "above-limit" },
	{ LC_EUDI, 422, "another-device" },
	{ LC_EKEY, 409, "key" },
	{ LC_ETRUST, 422, "key" },
	{ LC_ETICKET, 422, "ticket" },
	{ LC_ESIGNATURE, 422, "signature" },
	{ LC_EFILE, 422, "file" },
	{ LC_ELINE, 422, "file" },
	{ LC_EPERIOD, 422, "period" },
	{ LC_ELOCKED, 503, "unavailable" },
	{ LC_EIO, 503, "unavailable" },
	{ LC_ENOMEM, 503, "unavailable" },
};

unsigned
op_status(enum lc_err err, const char **kind)
{
	for (size_t i = 0; i < NITEMS(statuses); i++) {
		if (statuses[i].err == err) {
			*kind = statuses[i].kind;
			return statuses[i].status;
		}
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

/* What is kept of an answer: its licenses are found by their request. */
static enum lc_err
answer_keep(struct lc_record *record, int64_t n, const struct op_answer *answer)
{
	json_t *kept = json_pack("{s:O*, s:I}", "body", answer->body,
	    "licenses_of", (json_int_t)answer->licenses_of);
	char *text = kept != NULL ? json_dumps(kept, JSON_COMPACT) : NULL;
	enum lc_err err =
	    text != NULL ? lc_answer_put(record, n, text) : LC_ENOMEM;

	json_decref(kept);
	free(text);
	return err;
}

static enum lc_err
answer_again(struct lc_record *record, int64_t n, struct op_answer *answer)
{
	char *text = NULL;
	json_t *kept = NULL;
	enum lc_err err = lc_answer_find(record, n, &text);

	if (err == LC_OK && (kept = json_loads(text, 0, NULL)) == NULL)
		err = LC_ENOMEM;
	if (err == LC_OK) {
		answer->body = json_incref(json_object_get(kept, "body"));
		answer->licenses_of =
		    json_integer_value(json_object_get(kept, "licenses_of"));
		answer->again = true;
	}
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
		return answer_again(record, n, answer);
	if ((err = ops[op].call(authority, asked, answer, detail)) != LC_OK)
		return err;
	return answer_keep(record, n, answer);
}

/* ---- Running --------------------------------------------------------- */

static const char *
text_of(const json_t *asked, const char *name)
{
	const char *text = json_string_value(json_object_get(asked, name));

	return text != NULL ? text : "";
}

enum lc_err
op_run(enum op op, struct lc_authority *authority, const json_t *json,
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
	};
	enum lc_err err = lc_record_as(authority->record, asked.who);

	if (err != LC_OK)
		return err;
	if (ops[op].repeats || asked.request == NULL)
		err = ops[op].call(authority, &asked, answer, detail);
	else
		err = run_once(op, authority, &asked, answer, detail);
	if (err == LC_OK && answer->licenses_of != 0)
		err = licenses_add(authority, NULL, answer, detail);
	return err;
}
