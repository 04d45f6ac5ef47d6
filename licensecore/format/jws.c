/*
 * jws.c - see jws.h.
 *
 * The payload is parsed after the signature has been verified: JSON from an
 * untrusted source does not reach that parser.
 */
#include "jws.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

#define HEADER_MAX 512 /* bytes, decoded: three short members */
#define SIGNATURE_B64 LC_B64_LEN(LC_SIGNATURE_LEN)

/* A statement taken apart; pointers go into the text. */
struct parts {
	const char *header, *payload, *signature;
	size_t header_len, payload_len, signature_len;
	size_t signed_len; /* header, dot, payload */
};

struct header {
	enum lc_alg alg;
	char kid[LC_KID_LEN + 1];
};

static enum lc_err
split(const char *text, size_t len, struct parts *out, struct lc_detail *detail)
{
	const char *end = text + len;
	const char *first = memchr(text, '.', len);
	const char *second =
	    first == NULL ? NULL
			  : memchr(first + 1, '.', (size_t)(end - first - 1));

	if (second == NULL ||
	    memchr(second + 1, '.', (size_t)(end - second - 1)) != NULL)
		return lc_fail(
		    detail, LC_ELINE, "not three parts joined by dots");
	*out = (struct parts){
		.header = text,
		.header_len = (size_t)(first - text),
		.payload = first + 1,
		.payload_len = (size_t)(second - first - 1),
		.signature = second + 1,
		.signature_len = (size_t)(end - second - 1),
		.signed_len = (size_t)(second - text),
	};
	return LC_OK;
}

/* ---- The header ------------------------------------------------------ */

static enum lc_err
read_header(const json_t *object, const char *typ, struct header *out,
    struct lc_detail *detail)
{
	const char *alg = lc_json_text(object, "alg");
	const char *kid = lc_json_text(object, "kid");
	const char *found = lc_json_text(object, "typ");

	if (json_object_get(object, "crit") != NULL)
		return lc_fail(detail, LC_ELINE,
		    "header: unsupported extension (\"crit\")");
	if (found == NULL || strcmp(found, typ) != 0)
		return lc_fail(
		    detail, LC_ELINE, "header: \"typ\" is not \"%s\"", typ);
	if (alg == NULL || !lc_alg_from_name(alg, &out->alg))
		return lc_fail(detail, LC_ELINE,
		    "header: \"alg\" is neither EdDSA nor ES256");
	if (kid == NULL || strlen(kid) != LC_KID_LEN)
		return lc_fail(
		    detail, LC_ELINE, "header: \"kid\" is not a key id");
	memcpy(out->kid, kid, sizeof out->kid);
	return LC_OK;
}

static bool
skip(const char **text, size_t *len, const char *word)
{
	size_t n = strlen(word);

	if (*len < n || memcmp(*text, word, n) != 0)
		return false;
	*text += n;
	*len -= n;
	return true;
}

/* As lc_jws_sign writes it: no parser is needed.  False: it may be good. */
static bool
read_own_header(
    const char *text, size_t len, const char *typ, struct header *out)
{
	struct header header = { .alg = LC_ED25519 };

	if (!skip(&text, &len, "{\"alg\":\""))
		return false;
	if (!skip(&text, &len, lc_alg_name(LC_ED25519))) {
		header.alg = LC_ES256;
		if (!skip(&text, &len, lc_alg_name(LC_ES256)))
			return false;
	}
	if (!skip(&text, &len, "\",\"kid\":\"") || len < LC_KID_LEN)
		return false;
	memcpy(header.kid, text, LC_KID_LEN);
	if (!lc_text_is_id(header.kid))
		return false;
	text += LC_KID_LEN;
	len -= LC_KID_LEN;
	if (!skip(&text, &len, "\",\"typ\":\"") || !skip(&text, &len, typ) ||
	    !skip(&text, &len, "\"}") || len > 0)
		return false;
	*out = header;
	return true;
}

static enum lc_err
open_header(const struct parts *parts, const char *typ, struct header *out,
    struct lc_detail *detail)
{
	size_t len = LC_B64_BYTES(parts->header_len);
	char text[HEADER_MAX];
	json_t *object = NULL;
	enum lc_err err;

	if (len > sizeof text)
		return lc_fail(detail, LC_ELINE, "header: too long");
	if (!lc_b64_decode(parts->header, parts->header_len, text))
		return lc_fail(detail, LC_ELINE, "header: not base64url");
	if (read_own_header(text, len, typ, out))
		return LC_OK;
	if ((err = lc_json_object(
		 text, len, LC_ELINE, "header", &object, detail)) != LC_OK)
		return err;
	err = read_header(object, typ, out, detail);
	json_decref(object);
	return err;
}

/* ---- The signature --------------------------------------------------- */

static bool
needs_root(const char *typ)
{
	return strcmp(typ, LC_TYP_TRUST_LIST) == 0;
}

static enum lc_err
no_key(const char *kid, const char *typ, const struct lc_trust *trust,
    struct lc_detail *detail)
{
	size_t n;

	if (lc_trust_has_since(trust, kid))
		return lc_fail(detail, LC_EKEY,
		    "signed with key %s, which is in the keys directory but "
		    "not loaded: reload (licctl reload)",
		    kid);
	if (lc_trust_skipped(trust, &n) != NULL && n > 0)
		return lc_fail(detail, LC_EKEY,
		    "signed with key %s, which is not in the keys directory "
		    "(%zu file%s there %s not used; the log says why)",
		    kid, n, n == 1 ? "" : "s", n == 1 ? "is" : "are");
	return lc_fail(detail, LC_EKEY,
	    "signed with key %s, which is not in the keys directory: add the "
	    "%s there, and reload (licctl reload)",
	    kid, needs_root(typ) ? "root key" : "issuer's issuer.jwk");
}

/* A root key signs trust lists, and all else is signed by other keys. */
static enum lc_err
check_role(
    const struct lc_key *key, const char *typ, struct lc_detail *detail)
{
	if (key->is_root == needs_root(typ))
		return LC_OK;
	return lc_fail(detail, LC_EKEY,
	    needs_root(typ)
		? "signed with key %s, which is not a root key"
		: "signed with key %s, which is a root key: it signs trust "
		  "lists, and nothing else",
	    key->kid);
}

static enum lc_err
find_key(const struct header *header, const char *typ,
    const struct lc_trust *trust, const struct lc_key **out,
    struct lc_detail *detail)
{
	const struct lc_key *key = lc_trust_find(trust, header->kid);
	enum lc_err err;

	if (key == NULL)
		return no_key(header->kid, typ, trust, detail);
	if ((err = check_role(key, typ, detail)) != LC_OK)
		return err;
	if (key->withdrawn)
		return lc_fail(detail, LC_EKEY,
		    "signed with key %s, which is withdrawn", header->kid);
	if (key->alg != header->alg)
		return lc_fail(detail, LC_EKEY,
		    "header says %s, but key %s is for %s",
		    lc_alg_name(header->alg), header->kid,
		    lc_alg_name(key->alg));
	*out = key;
	return LC_OK;
}

static enum lc_err
verify(const struct parts *parts, const struct lc_key *key,
    struct lc_detail *detail)
{
	uint8_t signature[LC_SIGNATURE_LEN];
	enum lc_err err;

	if (parts->signature_len != SIGNATURE_B64 ||
	    !lc_b64_decode(parts->signature, SIGNATURE_B64, signature))
		return lc_fail(detail, LC_ELINE,
		    "signature: not %d bytes in base64url (truncated?)",
		    LC_SIGNATURE_LEN);
	err = lc_key_verify(key, parts->header, parts->signed_len, signature);
	if (err == LC_ESIGNATURE)
		return lc_fail(detail, err,
		    "altered after it was signed with key %s", key->kid);
	return err;
}

/* ---- The payload ----------------------------------------------------- */

static enum lc_err
open_payload(
    const struct parts *parts, struct lc_jws *out, struct lc_detail *detail)
{
	size_t len = LC_B64_BYTES(parts->payload_len);
	char *text = malloc(len + 1);

	if (text == NULL)
		return LC_ENOMEM;
	if (!lc_b64_decode(parts->payload, parts->payload_len, text)) {
		free(text);
		return lc_fail(detail, LC_ELINE, "payload: not base64url");
	}
	out->payload_text = text;
	out->payload_len = len;
	return LC_OK;
}

enum lc_err
lc_jws_parse(struct lc_jws *jws, struct lc_detail *detail)
{
	return lc_json_object(jws->payload_text, jws->payload_len, LC_ELINE,
	    "payload", &jws->payload, detail);
}

/* Without a trust no key is looked for: lc_jws_peek only. */
static enum lc_err
jws_open(const char *text, size_t len, const char *typ,
    const struct lc_trust *trust, bool is_known, struct lc_jws *out,
    struct lc_detail *detail)
{
	struct lc_jws jws = { 0 };
	struct parts parts = { 0 };
	struct header header = { 0 };
	enum lc_err err;

	if ((err = split(text, len, &parts, detail)) != LC_OK ||
	    (err = open_header(&parts, typ, &header, detail)) != LC_OK)
		return err;
	if (trust != NULL &&
	    (err = find_key(&header, typ, trust, &jws.key, detail)) != LC_OK)
		return err;
	if (trust != NULL && !is_known &&
	    (err = verify(&parts, jws.key, detail)) != LC_OK)
		return err;
	if ((err = open_payload(&parts, &jws, detail)) != LC_OK)
		return err;
	memcpy(jws.kid, header.kid, sizeof jws.kid);
	*out = jws;
	return LC_OK;
}

enum lc_err
lc_jws_open_text(const char *text, size_t len, const char *typ,
    const struct lc_trust *trust, struct lc_jws *out, struct lc_detail *detail)
{
	if (trust == NULL)
		return LC_EINVAL;
	return jws_open(text, len, typ, trust, false, out, detail);
}

enum lc_err
lc_jws_open(const char *text, size_t len, const char *typ,
    const struct lc_trust *trust, struct lc_jws *out, struct lc_detail *detail)
{
	struct lc_jws jws = { 0 };
	enum lc_err err;

	if ((err = lc_jws_open_text(text, len, typ, trust, &jws, detail)) !=
		LC_OK ||
	    (err = lc_jws_parse(&jws, detail)) != LC_OK)
		lc_jws_close(&jws);
	else
		*out = jws;
	return err;
}

enum lc_err
lc_jws_open_again(const char *text, size_t len, const char *typ,
    const struct lc_trust *trust, struct lc_jws *out, struct lc_detail *detail)
{
	if (trust == NULL)
		return LC_EINVAL;
	return jws_open(text, len, typ, trust, true, out, detail);
}

enum lc_err
lc_jws_peek(const char *text, size_t len, const char *typ, struct lc_jws *out,
    struct lc_detail *detail)
{
	return jws_open(text, len, typ, NULL, true, out, detail);
}

void
lc_jws_close(struct lc_jws *jws)
{
	json_decref(jws->payload);
	free(jws->payload_text);
	jws->payload = NULL;
	jws->payload_text = NULL;
}

/* Does the header, of whatever kind, name ES256? */
static bool
is_es256(const struct parts *parts)
{
	char text[HEADER_MAX];
	size_t len = LC_B64_BYTES(parts->header_len);
	json_t *object = NULL;
	const char *alg;
	bool is;

	if (len > sizeof text ||
	    !lc_b64_decode(parts->header, parts->header_len, text) ||
	    lc_json_object(text, len, LC_ELINE, "", &object, NULL) != LC_OK)
		return false;
	alg = lc_json_text(object, "alg");
	is = alg != NULL && strcmp(alg, lc_alg_name(LC_ES256)) == 0;
	json_decref(object);
	return is;
}

void
lc_jws_normalize(char *text, size_t len)
{
	uint8_t signature[LC_SIGNATURE_LEN];
	char low[SIGNATURE_B64 + 1];
	struct parts parts;

	if (split(text, len, &parts, NULL) != LC_OK || !is_es256(&parts) ||
	    parts.signature_len != SIGNATURE_B64 ||
	    !lc_b64_decode(parts.signature, SIGNATURE_B64, signature) ||
	    !lc_es256_normalize(signature))
		return;
	lc_b64_encode(signature, sizeof signature, low);
	memcpy(text + len - SIGNATURE_B64, low, SIGNATURE_B64);
}

#define DAY_SIZE 24

static const char *
day_text(int64_t time, char text[DAY_SIZE])
{
	time_t seconds = (time_t)time;
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL ||
	    strftime(text, DAY_SIZE, "%Y-%m-%d", &tm) == 0)
		(void)snprintf(text, DAY_SIZE, "%" PRId64, time);
	return text;
}

enum lc_err
lc_jws_dated(const struct lc_jws *jws, int64_t when, struct lc_detail *detail)
{
	const struct lc_key *key = jws->key;
	char issued[DAY_SIZE], day[DAY_SIZE];

	if (key->not_before != LC_NO_TIME && when < key->not_before)
		return lc_fail(detail, LC_EKEY,
		    "issued on %s, before key %s became valid on %s",
		    day_text(when, issued), key->kid,
		    day_text(key->not_before, day));
	if (key->expires != LC_NO_TIME && when >= key->expires)
		return lc_fail(detail, LC_EKEY,
		    "issued on %s, after key %s expired on %s",
		    day_text(when, issued), key->kid,
		    day_text(key->expires, day));
	return LC_OK;
}

/* ---- Signing --------------------------------------------------------- */

enum lc_err
lc_jws_sign(const struct lc_key *key, const char *typ, const json_t *payload,
    char **out)
{
	char header[HEADER_MAX];
	uint8_t signature[LC_SIGNATURE_LEN];
	char *json = json_dumps(payload, JSON_COMPACT);
	char *text = NULL;
	size_t header_len, json_len, len;
	enum lc_err err = LC_ENOMEM;

	if (json == NULL)
		return err;
	header_len = (size_t)snprintf(header, sizeof header,
	    "{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"%s\"}",
	    lc_alg_name(key->alg), key->kid, typ);
	json_len = strlen(json);
	len = LC_B64_LEN(header_len) + 1 + LC_B64_LEN(json_len);
	if ((text = malloc(len + 1 + SIGNATURE_B64 + 1)) == NULL)
		goto out;
	lc_b64_encode(header, header_len, text);
	text[LC_B64_LEN(header_len)] = '.';
	lc_b64_encode(json, json_len, text + LC_B64_LEN(header_len) + 1);
	if ((err = lc_key_sign(key, text, len, signature)) != LC_OK)
		goto out;
	text[len] = '.';
	lc_b64_encode(signature, sizeof signature, text + len + 1);
	*out = text;
	text = NULL;
out:
	free(json);
	free(text);
	return err;
}
