/*
 * line_fuzz.c - license lines.  The first byte chooses: 'L', the rest is a
 * line; anything else, the rest is the payload of one that is well-formed, so
 * that the rules of the payload are reached past base64 and signature.
 */
#include "fuzz.h"

#include <string.h>

#include "base/b64.h"
#include "format/jws.h"
#include "format/line.h"
#include "base/text.h"
#include "authority/ops/sign.h"

/* The key of FORMAT's example: anybody's, so that seeds can be signed. */
static const char jwk[] =
    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
    "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}";
static const char pem[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n";

static struct lc_trust *trust;
static struct lc_key *key;

static void
set_up(void)
{
	struct lc_key *public = NULL;

	if (trust != NULL)
		return;
	require(lc_trust_new(&trust) == LC_OK);
	require(lc_key_from_jwk(jwk, strlen(jwk), &public, NULL) == LC_OK);
	require(lc_trust_add(trust, public, "key.jwk", NULL) == LC_OK);
	require(lc_key_from_pem(pem, strlen(pem), &key, NULL) == LC_OK);
}

static void
require_text(const char *text, size_t min, size_t max)
{
	size_t len = strlen(text);

	require(len >= min && len <= max && lc_text_is_plain(text, len));
}

static void
require_sound(const struct lc_terms *terms)
{
	require_text(terms->id, 1, LC_ID_MAX);
	require_text(terms->issuer, 1, LC_ISSUER_MAX);
	require_text(terms->feature, 1, LC_FEATURE_MAX);
	require_text(terms->version, 0, LC_VERSION_MAX);
	require_text(terms->comment, 0, LC_COMMENT_MAX);
	require(terms->eula[0] == '\0' ||
		strlen(terms->eula) == LC_EULA_DIGEST_LEN);
	require(lc_type_name(terms->type) != NULL);
	require(terms->nudis <= LC_NUDI_MAX);
	for (size_t i = 0; i < terms->nudis; i++)
		require(lc_text_is_udi(terms->udis[i], strlen(terms->udis[i])));
	require(terms->nudis > 0 || !lc_type_node_locked(terms->type));
	require(terms->counted || terms->count == LC_UNCOUNTED);
}

/* What is accepted can be signed again, and says the same. */
static void
require_round_trip(const struct lc_terms *terms)
{
	struct lc_line *line = NULL;
	char *text = NULL;

	if (lc_terms_check(terms, NULL) != LC_OK) {
		require(lc_line_sign(terms, key, &text, NULL) != LC_OK);
		return;
	}
	/* Escapes may make it longer than a line may be. */
	if (lc_line_sign(terms, key, &text, NULL) != LC_OK)
		return;
	require(lc_line_open(text, strlen(text), trust, &line, NULL) == LC_OK);
	require(strcmp(line->terms.id, terms->id) == 0);
	require(strcmp(line->terms.comment, terms->comment) == 0);
	require(line->terms.count == terms->count);
	require(line->terms.end == terms->end);
	lc_line_free(line);
	free(text);
}

static void
require_same_text(const char *a, const char *b)
{
	require(strcmp(a, b) == 0);
}

/* One that verified before is read in another way: it says the same. */
static void
require_same(const struct lc_terms *a, const struct lc_terms *b)
{
	require_same_text(a->id, b->id);
	require_same_text(a->issuer, b->issuer);
	require_same_text(a->feature, b->feature);
	require_same_text(a->version, b->version);
	require_same_text(a->eula, b->eula);
	require_same_text(a->comment, b->comment);
	require(a->nudis == b->nudis);
	for (size_t i = 0; i < a->nudis; i++)
		require_same_text(a->udis[i], b->udis[i]);
	require(a->issued == b->issued && a->type == b->type &&
		a->counted == b->counted && a->count == b->count &&
		a->period_s == b->period_s && a->start == b->start &&
		a->end == b->end && a->additive == b->additive &&
		a->extension_days == b->extension_days);
}

static void
try_again(const char *text, size_t len)
{
	struct lc_line *line = NULL, *again = NULL;
	enum lc_err err = lc_line_peek(text, len, &line, NULL);
	enum lc_err other =
	    lc_line_open_again(text, len, trust, &again, NULL);

	require(other == err || other == LC_EKEY);
	if (err == LC_OK && other == LC_OK)
		require_same(&line->terms, &again->terms);
	if (err == LC_OK)
		lc_line_free(line);
	if (other == LC_OK)
		lc_line_free(again);
}

static void
try_line(const char *text, size_t len)
{
	struct lc_line *line = NULL;

	try_again(text, len);
	if (lc_line_open(text, len, trust, &line, NULL) == LC_OK) {
		require_sound(&line->terms);
		lc_line_free(line);
	}
	line = NULL;
	if (lc_line_peek(text, len, &line, NULL) != LC_OK)
		return;
	require_sound(&line->terms);
	require_round_trip(&line->terms);
	lc_line_free(line);
}

static void
try_payload(const uint8_t *data, size_t len)
{
	static const char header[] = "{\"alg\":\"EdDSA\",\"kid\":"
				     "\"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwX"
				     "BygrS4k\",\"typ\":\"licagent-license\"}";
	size_t header_len = LC_B64_LEN(sizeof header - 1);
	char *text = malloc(header_len + LC_B64_LEN(len) + 4);

	require(text != NULL);
	lc_b64_encode(header, sizeof header - 1, text);
	text[header_len] = '.';
	lc_b64_encode(data, len, text + header_len + 1);
	strcat(text, ".");
	try_line(text, strlen(text));
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	set_up();
	if (len == 0)
		return 0;
	if (data[0] == 'L')
		try_line((const char *)data + 1, len - 1);
	else
		try_payload(data + 1, len - 1);
	return 0;
}
