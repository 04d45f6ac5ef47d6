/* api_write.c - see api_write.h. */
#include "api_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/evp.h>

#include "access.h"
#include "array.h"
#include "base/b64.h"
#include "base/text.h"
#include "record/pak.h"
#include "web/answer.h"
#include "web/decode.h"

#define KEY_MAX 128 /* bytes of an Idempotency-Key */
#define ID_PREFIX "api."

/* ---- Answers --------------------------------------------------------- */

/* A request that waits for the issuing process. */
struct kept {
	struct portal *portal;
	struct web_request *request;
	enum op op;
	struct lc_token token; /* who asks */
};

/*
 * What was asked for does not exist or is another account's, or a name is
 * taken, of all accounts' tokens.  A device that shows an account's token and
 * has no license yet does not guess.
 */
static bool
is_guess(const struct kept *kept, unsigned status, const json_t *problem)
{
	const char *kind = json_string_value(json_object_get(problem, "kind"));

	if (kind == NULL)
		kind = "";
	if (kept->op == OP_TOKEN_CREATE)
		return status == 409;
	if (status == 403)
		return strcmp(kind, "another-account") == 0;
	return status == 404 && (kept->token.role == LC_ROLE_NONE ||
				    strcmp(kind, "no-license") != 0);
}

/* {"kind", "detail", "more"}; takes it over. */
static void
problem_answer(struct web_request *request, unsigned status, json_t *problem)
{
	const char *kind = json_string_value(json_object_get(problem, "kind"));
	const char *detail =
	    json_string_value(json_object_get(problem, "detail"));

	web_problem_with(request, json_object_get(problem, "more"), status,
	    kind != NULL ? kind : "internal", "%s",
	    detail != NULL ? detail : "no reason was given");
	json_decref(problem);
}

static void
answer_kept(void *arg, unsigned status, const char *body, size_t len)
{
	struct kept *kept = arg;
	json_t *problem;

	if (status == 200) {
		web_answer_text(kept->request, status, body, len);
	} else {
		if (status == 503)
			(void)web_header_add(kept->request, "Retry-After", "5");
		problem = json_loadb(body, len, 0, NULL);
		if (is_guess(kept, status, problem))
			access_missed(
			    kept->portal, kept->request, &kept->token);
		problem_answer(kept->request, status, problem);
	}
	free(kept);
}

/* ---- Keys ------------------------------------------------------------ */

_Static_assert(WRITE_ID_SIZE == sizeof ID_PREFIX + LC_DIGEST_LEN, "an id");

static bool
key_is_good(const char *key)
{
	return key != NULL && key[0] != '\0' && strlen(key) <= KEY_MAX &&
	       lc_text_is_plain(key, strlen(key));
}

/*
 * Whose keys these are: a token's, or those of who knows a PAK, however it is
 * typed.
 */
static void
owner_of(const struct lc_token *token, const char *part,
    char owner[LC_TOKEN_NAME_MAX + 1])
{
	struct lc_detail unheard;
	char code[LC_PAK_LEN + 1];

	if (token->role != LC_ROLE_NONE)
		strcpy(owner, token->name);
	else if (lc_pak_read(part, code, &unheard) == LC_OK)
		/* As no token's name begins. */
		(void)snprintf(owner, LC_TOKEN_NAME_MAX + 1, " %s", code);
	else
		owner[0] = '\0';
}

bool
write_request_id(const struct lc_token *token, const char *part,
    const char *key, char id[WRITE_ID_SIZE])
{
	char name[LC_TOKEN_NAME_MAX + 1];
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	uint8_t digest[32];
	bool ok = key_is_good(key) && md != NULL &&
		  EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1;

	owner_of(token, part, name);
	/* With its end, so that no two names and keys are the same text. */
	ok = ok && EVP_DigestUpdate(md, name, strlen(name) + 1) == 1 &&
	     EVP_DigestUpdate(md, key, strlen(key)) == 1 &&
	     EVP_DigestFinal_ex(md, digest, NULL) == 1;
	EVP_MD_CTX_free(md);
	if (!ok)
		return false;
	strcpy(id, ID_PREFIX);
	lc_b64_encode(digest, sizeof digest, id + sizeof ID_PREFIX - 1);
	return true;
}

/*
 * The id of the request, if it has a key; PUT and DELETE give the same without
 * one.  False: answered.
 */
static bool
key_add(struct web_request *request, const struct lc_token *token,
    const char *part, const char *key, json_t *asked)
{
	char id[WRITE_ID_SIZE];

	if (key == NULL && strcmp(web_method(request), "POST") != 0)
		return true;
	if (!key_is_good(key)) {
		web_problem(request, 400, "no-key",
		    "an Idempotency-Key of 1 to %d characters is needed: a "
		    "request that is repeated with it is done once",
		    KEY_MAX);
		return false;
	}
	if (write_request_id(token, part != NULL ? part : "", key, id) &&
	    json_object_set_new(asked, "request", json_string(id)) == 0)
		return true;
	web_problem(request, 503, "unavailable", "no memory");
	return false;
}

/* ---- Bodies ---------------------------------------------------------- */

static const struct {
	const char *type;
	enum write_files files;
} types[] = {
	{ "text/csv", FILES_LISTS },
	{ "application/xml", FILES_LISTS },
	{ "text/xml", FILES_LISTS },
	{ "text/plain", FILES_CATALOG },
};

/* The media type, if the operation takes files of it; NULL: it does not. */
static const char *
file_type(struct web_request *request, enum write_files files)
{
	const char *header = web_header(request, "Content-Type");

	for (size_t i = 0; header != NULL && i < NITEMS(types); i++) {
		size_t len = strlen(types[i].type);

		if (types[i].files == files &&
		    strncasecmp(header, types[i].type, len) == 0 &&
		    strchr("; ", header[len]) != NULL)
			return types[i].type;
	}
	return NULL;
}

/* Values of the query that go with a file, as if they were of a JSON body. */
static const struct {
	const char *name;
	enum { IS_TEXT, IS_NUMBER, IS_TRUTH } kind;
} values[] = {
	{ "sku", IS_TEXT },
	{ "quantity", IS_NUMBER },
	{ "partial", IS_TRUTH },
	{ "retire", IS_TRUTH },
};

/* What is malformed stays a text, which the operation refuses. */
static json_t *
value_json(const char *text, int kind)
{
	size_t len = strlen(text);

	if (kind == IS_NUMBER && len >= 1 && len <= 9 &&
	    strspn(text, "0123456789") == len)
		return json_integer(strtol(text, NULL, 10));
	if (kind == IS_TRUTH && strcmp(text, "true") == 0)
		return json_true();
	if (kind == IS_TRUTH && strcmp(text, "false") == 0)
		return json_false();
	return json_string(text);
}

static json_t *
query_json(struct web_request *request)
{
	json_t *body = json_object();

	for (size_t i = 0; body != NULL && i < NITEMS(values); i++) {
		const char *text = web_query(request, values[i].name);

		if (text != NULL &&
		    json_object_set_new(body, values[i].name,
			value_json(text, (int)values[i].kind)) != 0) {
			json_decref(body);
			return NULL;
		}
	}
	return body;
}

/* NULL: answered. */
static json_t *
file_take(struct web_request *request, const char *type)
{
	size_t len;
	const char *text = web_body(request, &len);
	json_t *body, *asked;

	if (strlen(text) != len || !web_is_utf8(text)) {
		web_problem(
		    request, 422, "file", "the body is not a text in UTF-8");
		return NULL;
	}
	body = query_json(request);
	asked = json_pack(
	    "{s:o, s:s%, s:s}", "body", body, "text", text, len, "type", type);
	if (asked == NULL)
		web_problem(request, 503, "unavailable", "no memory");
	return asked;
}

/* No body is one without members. */
static bool
is_empty(struct web_request *request)
{
	size_t len;

	(void)web_body(request, &len);
	return len == 0 && web_header(request, "Content-Type") == NULL;
}

/* What a body may be, if that is more than JSON. */
static const char *
types_words(enum write_files files)
{
	switch (files) {
	case FILES_LISTS:
		return "application/json, text/csv or application/xml";
	case FILES_CATALOG:
		return "application/json or text/plain";
	case FILES_NONE:
		break;
	}
	return NULL;
}

/* False: the body is of no type that the operation takes; answered. */
static bool
type_check(struct web_request *request, enum write_files files)
{
	static const char json[] = "application/json";
	const char *header = web_header(request, "Content-Type");
	const char *words = types_words(files);

	if (words == NULL ||
	    (header != NULL && strncasecmp(header, json, sizeof json - 1) == 0))
		return true;
	web_problem(request, 415, "not-json", "the body must be %s", words);
	return false;
}

/* NULL: answered. */
static json_t *
body_take(struct web_request *request, const struct writing *writing)
{
	const char *type = file_type(request, writing->files);
	json_t *body, *asked;

	if (type != NULL)
		return file_take(request, type);
	if (is_empty(request))
		body = json_object();
	else if (!type_check(request, writing->files) ||
		 (body = web_body_json(request)) == NULL)
		return NULL;
	if ((asked = json_pack("{s:o}", "body", body)) == NULL)
		web_problem(request, 503, "unavailable", "no memory");
	return asked;
}

/* ---- Asking ---------------------------------------------------------- */

/* False: answered. */
static bool
asker_add(struct web_request *request, const struct lc_token *token,
    const char *part, json_t *asked)
{
	char who[LC_TOKEN_NAME_MAX + 16];
	json_t *asker;

	access_who(token, who);
	asker = json_pack("{s:s, s:s, s:s, s:i, s:s}", "who", who, "token",
	    token->name, "account", token->account, "role", (int)token->role,
	    "part", part != NULL ? part : "");
	if (asker != NULL && json_object_update(asked, asker) == 0) {
		json_decref(asker);
		return true;
	}
	json_decref(asker);
	web_problem(request, 503, "unavailable", "no memory");
	return false;
}

static void
send(struct portal *portal, struct web_request *request, enum op op,
    const struct lc_token *token, const json_t *asked)
{
	struct kept *kept = malloc(sizeof *kept);

	if (kept != NULL) {
		*kept = (struct kept){ portal, request, op, *token };
		if (desk_ask(portal->desk, op, asked, answer_kept, kept))
			return;
	}
	free(kept);
	(void)web_header_add(request, "Retry-After", "1");
	web_problem(request, 503, "busy",
	    "too many requests are waiting; repeat it with the same key");
}

void
write_run(struct portal *portal, struct web_request *request,
    const struct writing *writing, const struct lc_token *token,
    const char *const *parts)
{
	json_t *asked = body_take(request, writing);

	if (asked == NULL)
		return;
	if (asker_add(request, token, parts[0], asked) &&
	    key_add(request, token, parts[0],
		web_header(request, "Idempotency-Key"), asked))
		send(portal, request, writing->op, token, asked);
	json_decref(asked);
}

void
write_form(struct portal *portal, struct web_request *request,
    const struct writing *writing, const struct lc_token *token,
    const char *part, const char *key, json_t *body)
{
	json_t *asked = json_pack("{s:O}", "body", body);

	if (asked == NULL)
		web_problem(request, 503, "unavailable", "no memory");
	else if (asker_add(request, token, part, asked) &&
		 key_add(request, token, part, key, asked))
		send(portal, request, writing->op, token, asked);
	json_decref(asked);
}
