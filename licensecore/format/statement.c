/*
 * statement.c - see statement.h.
 *
 * The members of the four payloads are one table.
 */
#include "statement.h"

#include <stdlib.h>
#include <string.h>
#include <openssl/evp.h>

#include "base/b64.h"
#include "base/error.h"
#include "file.h"
#include "jws.h"
#include "line.h"
#include "payload.h"
#include "trust.h"

/* ---- Members --------------------------------------------------------- */

#define P (1u << LC_PERMISSION_TICKET)
#define R (1u << LC_REHOST_TICKET)
#define C (1u << LC_CREDENTIALS)
#define T (1u << LC_TRUST_LIST)

#define AT(field) offsetof(struct lc_statement, field)
#define DIGEST LC_DIGEST_LEN, LC_DIGEST_LEN, false
static const struct lc_member members[] = {
	{ "id", LC_KIND_ID, P | R, P | R, AT(id), 0, 1, LC_ID_MAX, false },
	{ "issuer", LC_KIND_TEXT, P, P, AT(issuer), 0, 1, LC_ISSUER_MAX,
	    false },
	{ "version", LC_KIND_NUMBER, T, T, AT(version), 0, 1, 0, false },
	{ "issued", LC_KIND_DATE, P | R | C | T, P | R | C | T, AT(issued), 0,
	    0, 0, false },
	{ "expires", LC_KIND_DATE, T, T, AT(expires), 0, 0, 0, false },
	{ "udi", LC_KIND_UDI, P | R | C, P | R | C, AT(udi), 0, 0, LC_UDI_MAX,
	    false },
	{ "seq", LC_KIND_NUMBER, P | R, P | R, AT(seq), 0, 0, 0, false },
	{ "remove", LC_KIND_IDS, P, P, AT(ids), AT(nids), 0,
	    LC_TICKET_LICENSES, false },
	{ "removed", LC_KIND_IDS, R, R, AT(ids), AT(nids), 0,
	    LC_TICKET_LICENSES, false },
	{ "licenses", LC_KIND_IDS, C, 0, AT(ids), AT(nids), 0,
	    LC_CREDENTIALS_LICENSES, false },
	{ "used", LC_KIND_NUMBERS, R, R, AT(used), AT(nids), 0, 0, false },
	{ "add", LC_KIND_LINES, P, 0, AT(lines), AT(nlines), 0,
	    LC_TICKET_LICENSES, false },
	{ "device", LC_KIND_ID, P, 0, AT(device), 0, DIGEST },
	{ "permission", LC_KIND_ID, R, R, AT(digest), 0, DIGEST },
	{ "stores", LC_KIND_ID, C, C, AT(digest), 0, DIGEST },
	{ "key", LC_KIND_JWK, R | C, R | C, AT(jwk), 0, 0, 0, false },
	{ "nonce", LC_KIND_ID, C, 0, AT(nonce), 0, 1, LC_NONCE_MAX, false },
	{ "records", LC_KIND_NUMBER, C, C, AT(records), 0, 0, 0, false },
	{ "head", LC_KIND_ID, C, C, AT(head), 0, DIGEST },
	{ "keys", LC_KIND_JWKS, T, T, AT(keys), AT(nkeys), 1,
	    LC_TRUST_LIST_KEYS, false },
};
#undef AT

/* A statement and its key's id; behind them is what it points to. */
struct box {
	struct lc_statement says; /* first: freed as the statement */
	char kid[LC_KID_LEN + 1];
};

static const struct lc_table table = {
	members, sizeof members / sizeof members[0], sizeof(struct box)
};

static const char *const typs[LC_NSTATEMENTS] = {
	[LC_PERMISSION_TICKET] = LC_TYP_PERMISSION,
	[LC_REHOST_TICKET] = LC_TYP_REHOST,
	[LC_CREDENTIALS] = LC_TYP_CREDENTIALS,
	[LC_TRUST_LIST] = LC_TYP_TRUST_LIST,
};

/* Signed by whom the trust has, not by the key that is in it. */
static bool
is_issued(enum lc_statement_kind kind)
{
	return kind == LC_PERMISSION_TICKET || kind == LC_TRUST_LIST;
}

/* ---- Reading --------------------------------------------------------- */

void
lc_statement_free(struct lc_statement *s)
{
	free(s);
}

static enum lc_err
statement_from(enum lc_statement_kind kind, const struct lc_jws *jws,
    struct lc_statement **out, struct lc_detail *detail)
{
	struct box absent = {
		.says = { .kind = kind, .id = "", .issuer = "", .udi = "",
		    .device = "", .digest = "", .jwk = "", .nonce = "",
		    .head = "", .expires = LC_NO_TIME },
	};
	void *record = NULL;
	struct box *box;
	enum lc_err err;

	memcpy(absent.kid, jws->kid, sizeof absent.kid);
	if ((err = lc_payload_read(&table, 1u << kind, jws->payload, &absent,
	    &record, detail)) != LC_OK)
		return err;
	box = record;
	if (kind == LC_TRUST_LIST && box->says.expires <= box->says.issued) {
		free(box);
		return lc_fail(detail, LC_ELINE,
		    "member \"expires\": not after \"issued\"");
	}
	box->says.kid = box->kid;
	*out = &box->says;
	return LC_OK;
}

enum lc_err
lc_statement_peek(enum lc_statement_kind kind, const char *text,
    struct lc_statement **out, struct lc_detail *detail)
{
	struct lc_jws jws = { 0 };
	enum lc_err err;

	err = lc_jws_peek(text, strlen(text), typs[kind], &jws, detail);
	if (err == LC_OK)
		err = lc_jws_parse(&jws, detail);
	if (err == LC_OK)
		err = statement_from(kind, &jws, out, detail);
	lc_jws_close(&jws);
	return err;
}

/* ---- Verifying ------------------------------------------------------- */

/* A trust of one: the key that the statement itself carries. */
static enum lc_err
own_trust(const struct lc_statement *s, struct lc_trust **out,
    struct lc_detail *detail)
{
	struct lc_trust *trust = NULL;
	struct lc_key *key = NULL;
	enum lc_err err;

	err = lc_key_from_jwk(s->jwk, strlen(s->jwk), &key, detail);
	if (err == LC_OK)
		err = lc_trust_new(&trust);
	if (err == LC_OK)
		err = lc_trust_add(trust, key, "its own key", detail);
	if (err != LC_OK) {
		lc_key_free(key);
		lc_trust_free(trust);
		return err == LC_ETRUST ? LC_ELINE : err;
	}
	*out = trust;
	return LC_OK;
}

static enum lc_err
verify_own(enum lc_statement_kind kind, const char *text,
    struct lc_statement **out, struct lc_detail *detail)
{
	struct lc_statement *s = NULL;
	struct lc_trust *trust = NULL;
	struct lc_jws jws = { 0 };
	enum lc_err err;

	if ((err = lc_statement_peek(kind, text, &s, detail)) != LC_OK ||
	    (err = own_trust(s, &trust, detail)) != LC_OK ||
	    (err = lc_jws_open(text, strlen(text), typs[kind], trust, &jws,
	    detail)) != LC_OK)
		goto out;
	*out = s;
	s = NULL;
out:
	lc_jws_close(&jws);
	lc_trust_free(trust);
	lc_statement_free(s);
	return err;
}

/* A ticket has the date on which it was made, not that of the licenses. */
static enum lc_err
ticket_dated(const struct lc_jws *jws, int64_t issued,
    struct lc_detail *detail)
{
	struct lc_detail why = { "" };
	enum lc_err err = lc_jws_dated(jws, issued, &why);

	if (err != LC_OK && !jws->key->is_root &&
	    jws->key->expires != LC_NO_TIME &&
	    issued >= jws->key->expires)
		return lc_fail(detail, err, "%s; to take tickets of this key,"
		    " set \"exp\" in its file later, and reload", why.text);
	return err == LC_OK ? err : lc_fail(detail, err, "%s", why.text);
}

static enum lc_err
verify_issued(enum lc_statement_kind kind, const char *text,
    const struct lc_trust *trust, struct lc_statement **out,
    struct lc_detail *detail)
{
	struct lc_statement *s = NULL;
	struct lc_jws jws = { 0 };
	enum lc_err err;

	if ((err = lc_jws_open(text, strlen(text), typs[kind], trust, &jws,
	    detail)) != LC_OK ||
	    (err = statement_from(kind, &jws, &s, detail)) != LC_OK ||
	    (err = ticket_dated(&jws, s->issued, detail)) != LC_OK)
		goto out;
	*out = s;
	s = NULL;
out:
	lc_jws_close(&jws);
	lc_statement_free(s);
	return err;
}

enum lc_err
lc_statement_open(enum lc_statement_kind kind, const char *text,
    const struct lc_trust *trust, struct lc_statement **out,
    struct lc_detail *detail)
{
	return is_issued(kind) ?
	    verify_issued(kind, text, trust, out, detail) :
	    verify_own(kind, text, out, detail);
}

enum lc_err
lc_statement_from_file(enum lc_statement_kind kind, const void *data,
    size_t len, struct lc_statement **out, const struct lc_trust *trust,
    struct lc_detail *detail)
{
	struct lc_file *file = NULL;
	char *text = NULL;
	enum lc_err err;

	if ((err = lc_file_scan(data, len, &file, detail)) == LC_OK)
		err = lc_file_statement(file, kind, &text, detail);
	if (err == LC_OK && is_issued(kind) && trust == NULL)
		err = lc_statement_peek(kind, text, out, detail);
	else if (err == LC_OK)
		err = lc_statement_open(kind, text, trust, out, detail);
	lc_file_free(file);
	free(text);
	return err;
}

/* ---- Signing --------------------------------------------------------- */

/* What was just signed must open: the rules are all there. */
static enum lc_err
check_signed(enum lc_statement_kind kind, const char *text,
    struct lc_detail *detail)
{
	struct lc_statement *s = NULL;
	enum lc_err err;

	if (strlen(text) > LC_TICKET_MAX)
		return lc_fail(detail, LC_ELINE, "%zu bytes, at most %d"
		    " allowed", strlen(text), LC_TICKET_MAX);
	err = lc_statement_peek(kind, text, &s, detail);
	lc_statement_free(s);
	return err;
}

enum lc_err
lc_statement_sign(const struct lc_statement *s, const struct lc_key *key,
    char **out, struct lc_detail *detail)
{
	json_t *payload = NULL;
	char *text = NULL;
	enum lc_err err;

	if ((err = lc_payload_write(&table, 1u << s->kind, s, &payload,
	    detail)) != LC_OK)
		return err;
	err = lc_jws_sign(key, typs[s->kind], payload, &text);
	json_decref(payload);
	if (err == LC_OK)
		err = check_signed(s->kind, text, detail);
	if (err != LC_OK) {
		free(text);
		return err;
	}
	*out = text;
	return LC_OK;
}

enum lc_err
lc_statement_digest(const char *text, char digest[LC_DIGEST_LEN + 1])
{
	char *copy = strdup(text);
	size_t len = strlen(text);
	uint8_t bytes[32];
	bool ok;

	if (copy == NULL)
		return LC_ENOMEM;
	lc_jws_normalize(copy, len);
	ok = EVP_Digest(copy, len, bytes, NULL, EVP_sha256(), NULL) == 1;
	free(copy);
	if (!ok)
		return LC_ENOMEM;
	lc_b64_encode(bytes, sizeof bytes, digest);
	return LC_OK;
}
