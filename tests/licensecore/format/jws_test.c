/* jws_test.c - keys and signed statements, first of all those of the RFCs. */
#include "format/jws.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/b64.h"
#include "check.h"
#include "issuer.h"

/* RFC 8037, appendices A.1 to A.4. */
#define OKP_X "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define OKP_D "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
#define OKP_KID "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
#define OKP_JWK "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" OKP_X "\"}"
#define OKP_INPUT "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
#define OKP_SIGNATURE                                                  \
	"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylG" \
	"jg5BhVsPt9g7sVvpAr_MuM0KAg"

/* RFC 7515, appendix A.3. */
#define EC_X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define EC_Y "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define EC_JWK                                                               \
	"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y \
	"\"}"
#define EC_INPUT                                           \
	"eyJhbGciOiJFUzI1NiJ9."                            \
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQog" \
	"Imh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
#define EC_SIGNATURE                                                     \
	"DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISl" \
	"SApmWQxfKTUJqPP3-Kg6NU1Q"

static struct lc_key *
key_of(const char *jwk)
{
	struct lc_detail detail = { "" };
	struct lc_key *key = NULL;

	CHECK_ERR(
	    lc_key_from_jwk(jwk, strlen(jwk), &key, &detail), LC_OK, &detail);
	REQUIRE(key != NULL);
	return key;
}

static void
check_vector(const char *jwk, const char *input, const char *signature)
{
	struct lc_key *key = key_of(jwk);
	uint8_t raw[LC_SIGNATURE_LEN];

	REQUIRE(lc_b64_decode(signature, strlen(signature), raw));
	CHECK_ERR(lc_key_verify(key, input, strlen(input), raw), LC_OK, NULL);
	CHECK_ERR(lc_key_verify(key, input, strlen(input) - 1, raw),
	    LC_ESIGNATURE, NULL);
	for (size_t i = 0; i < sizeof raw; i++) {
		raw[i] ^= 1;
		CHECK_ERR(lc_key_verify(key, input, strlen(input), raw),
		    LC_ESIGNATURE, NULL);
		raw[i] ^= 1;
	}
	memset(raw, 0, sizeof raw);
	CHECK_ERR(
	    lc_key_verify(key, input, strlen(input), raw), LC_ESIGNATURE, NULL);
	lc_key_free(key);
}

static void
rfc_8037_verifies(void)
{
	struct lc_key *key = key_of(OKP_JWK);

	CHECK_STR(key->kid, OKP_KID);
	lc_key_free(key);
	check_vector(OKP_JWK, OKP_INPUT, OKP_SIGNATURE);
}

/* Ed25519 signs deterministically: the RFC's signature comes out. */
static void
rfc_8037_signs(void)
{
	uint8_t d[32], signature[LC_SIGNATURE_LEN];
	char text[LC_B64_LEN(LC_SIGNATURE_LEN) + 1];
	struct lc_key key = { .alg = LC_ED25519 };

	REQUIRE(lc_b64_decode(OKP_D, strlen(OKP_D), d));
	key.pkey =
	    EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, d, sizeof d);
	REQUIRE(key.pkey != NULL);
	CHECK_ERR(lc_key_sign(&key, OKP_INPUT, strlen(OKP_INPUT), signature),
	    LC_OK, NULL);
	lc_b64_encode(signature, sizeof signature, text);
	CHECK_STR(text, OKP_SIGNATURE);
	EVP_PKEY_free(key.pkey);
}

static void
rfc_7515_verifies(void)
{
	check_vector(EC_JWK, EC_INPUT, EC_SIGNATURE);
}

static void
jwks_that_are_refused(void)
{
	/* clang-format off */
	static const struct {
		const char *name, *jwk, *says;
	} rows[] = {
		{ "empty", "", "JWK: not JSON" },
		{ "array", "[]", "not a JSON object" },
		{ "no kty", "{\"crv\":\"Ed25519\",\"x\":\"" OKP_X "\"}", "\"kty\" and \"crv\"" },
		{ "RSA", "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}", "\"kty\" and \"crv\"" },
		{ "X25519", "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" OKP_X "\"}", "\"kty\" and \"crv\"" },
		{ "P-256 as OKP", "{\"kty\":\"OKP\",\"crv\":\"P-256\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\"}", "\"kty\" and \"crv\"" },
		{ "private", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" OKP_X "\",\"d\":\"" OKP_D "\"}", "private key" },
		{ "short x", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}", "\"x\" is not 32 bytes" },
		{ "x not base64url", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"+1qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}", "\"x\" is not 32 bytes" },
		{ "x a number", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":1}", "\"x\" is not 32 bytes" },
		{ "x twice", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" OKP_X "\",\"x\":\"" OKP_X "\"}", "duplicate member" },
		{ "no y", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\"}", "\"y\" is not 32 bytes" },
		{ "no point", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\",\"y\":\"" EC_X "\"}", "not a point of the curve" },
		{ "other kid", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" OKP_X "\",\"kid\":\"mine\"}", "\"kid\" is not \"" OKP_KID },
		{ "other alg", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" OKP_X "\",\"alg\":\"ES256\"}", "\"alg\" is not \"EdDSA\"" },
		{ "for encryption", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" OKP_X "\",\"use\":\"enc\"}", "\"use\" is neither" },
		{ "nbf a text", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" OKP_X "\",\"nbf\":\"2026\"}", "\"nbf\"" },
		{ "exp before 1970", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" OKP_X "\",\"exp\":-1}", "\"exp\"" },
		{ "exp after 2106", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" OKP_X "\",\"exp\":4294967296}", "\"exp\"" },
		{ "withdrawn a text", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" OKP_X "\",\"withdrawn\":\"no\"}", "\"withdrawn\"" },
		{ "name with escape", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" OKP_X "\",\"name\":\"\\u001b[2J\"}", "\"name\"" },
		{ "deep", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":[[\"\"]]}", "nested" },
	};
	/* clang-format on */
	struct lc_detail detail;

	for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
		struct lc_key *key = NULL;

		check_context("%s", rows[i].name);
		detail.text[0] = '\0';
		CHECK_ERR(lc_key_from_jwk(
			      rows[i].jwk, strlen(rows[i].jwk), &key, &detail),
		    LC_ETRUST, &detail);
		CHECK_HAS(detail.text, rows[i].says);
		lc_key_free(key);
	}
}

static void
keys_round_trip(void)
{
	for (int alg = LC_ED25519; alg <= LC_ES256; alg++) {
		struct lc_key *made = NULL, *read = NULL, *public = NULL;
		uint8_t signature[LC_SIGNATURE_LEN];
		char *pem = NULL, *jwk = NULL;
		size_t len = 0;

		check_context("%s", lc_alg_name((enum lc_alg)alg));
		REQUIRE(lc_key_generate((enum lc_alg)alg, &made) == LC_OK);
		strcpy(made->name, "a \xc3\xa9 name");
		made->not_before = 5;
		made->expires = 4294967295;
		REQUIRE(lc_key_to_pem(made, &pem, &len) == LC_OK);
		REQUIRE(lc_key_from_pem(pem, len, &read, NULL) == LC_OK);
		CHECK_STR(read->kid, made->kid);
		CHECK_INT(read->alg, alg);

		REQUIRE(lc_key_to_jwk(made, &jwk) == LC_OK);
		public = key_of(jwk);
		CHECK_STR(public->kid, made->kid);
		CHECK_STR(public->name, made->name);
		CHECK_INT(public->not_before, 5);
		CHECK_INT(public->expires, 4294967295);
		CHECK(!public->withdrawn);

		CHECK_ERR(lc_key_sign(read, "abc", 3, signature), LC_OK, NULL);
		CHECK_ERR(
		    lc_key_verify(public, "abc", 3, signature), LC_OK, NULL);
		CHECK_ERR(lc_key_verify(public, "abd", 3, signature),
		    LC_ESIGNATURE, NULL);
		/* A public key cannot sign. */
		CHECK_ERR(
		    lc_key_sign(public, "abc", 3, signature), LC_ENOMEM, NULL);
		OPENSSL_clear_free(pem, len);
		free(jwk);
		lc_key_free(made);
		lc_key_free(read);
		lc_key_free(public);
	}
}

/* r and s with leading zeros are where DER and raw form differ. */
static void
es256_in_any_length(void)
{
	struct issuer *issuer = issuer_new(LC_ES256);
	uint8_t signature[LC_SIGNATURE_LEN];

	for (unsigned i = 0; i < 600; i++) {
		REQUIRE(
		    lc_key_sign(issuer->key, &i, sizeof i, signature) == LC_OK);
		CHECK_ERR(lc_key_verify(issuer->key, &i, sizeof i, signature),
		    LC_OK, NULL);
		CHECK(signature[32] <= 0x7f); /* the low s is made */
		CHECK(!lc_es256_normalize(signature));
	}
	issuer_free(issuer);
}

/* At the middle and at the ends of the range of s. */
static void
es256_normal_form(void)
{
	static const struct {
		const char *s, *low; /* in hexadecimal; NULL: it stays */
	} rows[] = {
		{ "0000000000000000000000000000000000000000000000000000000000000000", NULL },
		{ "0000000000000000000000000000000000000000000000000000000000000001", NULL },
		{ "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8", NULL },
		{ "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a9",
		    "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8" },
		{ "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550",
		    "0000000000000000000000000000000000000000000000000000000000000001" },
		{ "fffffffeffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		    "0000000000000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552" },
		/* No signature has these. */
		{ "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", NULL },
		{ "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", NULL },
	};

	for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
		uint8_t signature[LC_SIGNATURE_LEN] = { 0xff, 0xee };
		char found[65];

		check_context("%s", rows[i].s);
		for (size_t j = 0; j < 32; j++)
			REQUIRE(sscanf(rows[i].s + 2 * j, "%2hhx",
				    &signature[32 + j]) == 1);
		CHECK_INT(lc_es256_normalize(signature), rows[i].low != NULL);
		for (size_t j = 0; j < 32; j++)
			(void)sprintf(found + 2 * j, "%02x", signature[32 + j]);
		CHECK_STR(found, rows[i].low != NULL ? rows[i].low : rows[i].s);
		CHECK(signature[0] == 0xff && signature[1] == 0xee);
	}
}

/* Both signatures open; normalized they are the one that was made. */
static void
es256_statements(void)
{
	struct issuer *issuer = issuer_new(LC_ES256);
	struct issuer *other = issuer_new(LC_ED25519);
	char *text = issuer_sign(issuer, "test", "{}");
	char *flipped = strdup(text);
	struct lc_jws jws = { 0 };

	REQUIRE(flipped != NULL);
	issuer_flip(flipped, strlen(flipped));
	CHECK(strcmp(text, flipped) != 0);
	CHECK_ERR(lc_jws_open(flipped, strlen(flipped), "test", issuer->trust,
		      &jws, NULL),
	    LC_OK, NULL);
	lc_jws_close(&jws);
	lc_jws_normalize(flipped, strlen(flipped));
	CHECK_STR(flipped, text);
	lc_jws_normalize(flipped, strlen(flipped));
	CHECK_STR(flipped, text);
	free(flipped);
	free(text);
	/* Only ES256 has two; and rubbish stays. */
	for (unsigned i = 0; i < 20; i++) {
		char payload[32];

		(void)snprintf(payload, sizeof payload, "{\"n\":%u}", i);
		text = issuer_sign(other, "test", payload);
		flipped = strdup(text);
		REQUIRE(flipped != NULL);
		lc_jws_normalize(flipped, strlen(flipped));
		CHECK_STR(flipped, text);
		flipped[0] = '!';
		lc_jws_normalize(flipped, strlen(flipped));
		CHECK_STR(flipped + 1, text + 1);
		free(flipped);
		free(text);
	}
	issuer_free(other);
	issuer_free(issuer);
}

/* ---- Statements ------------------------------------------------------ */

static void
check_open(const struct issuer *issuer, const char *text, enum lc_err expected,
    const char *says)
{
	struct lc_detail detail = { "" };
	struct lc_jws jws = { 0 };

	CHECK_ERR(lc_jws_open(
		      text, strlen(text), "test", issuer->trust, &jws, &detail),
	    expected, &detail);
	CHECK_HAS(detail.text, says);
	lc_jws_close(&jws);
}

static void
statements_open(void)
{
	for (int alg = LC_ED25519; alg <= LC_ES256; alg++) {
		struct issuer *issuer = issuer_new((enum lc_alg)alg);
		json_t *payload =
		    json_pack("{s:s,s:[i,i]}", "a", "b.\"\\", "c", 1, 2);
		struct lc_jws jws = { 0 };
		char *text = NULL;

		CHECK_ERR(lc_jws_sign(issuer->key, "test", payload, &text),
		    LC_OK, NULL);
		REQUIRE(text != NULL);
		CHECK_ERR(lc_jws_open(text, strlen(text), "test", issuer->trust,
			      &jws, NULL),
		    LC_OK, NULL);
		CHECK(json_equal(jws.payload, payload));
		CHECK_STR(jws.kid, issuer->key->kid);
		CHECK_STR(jws.key->kid, issuer->key->kid);
		lc_jws_close(&jws);
		check_open(issuer, text, LC_OK, "");
		json_decref(payload);
		free(text);
		issuer_free(issuer);
	}
}

static void
headers_that_are_refused(void)
{
	/* %s is the key's id. */
	/* clang-format off */
	static const struct {
		const char *header;
		enum lc_err err;
		const char *says;
	} rows[] = {
		{ "{\"alg\":\"EdDSA\",\"kid\":\"%s\",\"typ\":\"test\"}", LC_OK, "" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"%s\",\"typ\":\"test\",\"cty\":\"x\"}", LC_OK, "" },
		{ "{\"alg\":\"none\",\"kid\":\"%s\",\"typ\":\"test\"}", LC_ELINE, "\"alg\"" },
		{ "{\"alg\":\"HS256\",\"kid\":\"%s\",\"typ\":\"test\"}", LC_ELINE, "\"alg\"" },
		{ "{\"alg\":\"eddsa\",\"kid\":\"%s\",\"typ\":\"test\"}", LC_ELINE, "\"alg\"" },
		{ "{\"alg\":1,\"kid\":\"%s\",\"typ\":\"test\"}", LC_ELINE, "\"alg\"" },
		{ "{\"kid\":\"%s\",\"typ\":\"test\"}", LC_ELINE, "\"alg\"" },
		{ "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"test\"}", LC_EKEY, "header says ES256" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"%s\",\"typ\":\"other\"}", LC_ELINE, "\"typ\"" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"%s\"}", LC_ELINE, "\"typ\"" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"%s\",\"typ\":[\"test\"]}", LC_ELINE, "\"typ\"" },
		{ "{\"alg\":\"EdDSA\",\"typ\":\"test\"}%.0s", LC_ELINE, "\"kid\"" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"x%s\",\"typ\":\"test\"}", LC_ELINE, "\"kid\"" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"" OKP_KID "\",\"typ\":\"test\"}%.0s", LC_EKEY, "not in the keys directory" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"%s\",\"typ\":\"test\",\"crit\":[\"b64\"],\"b64\":false}", LC_ELINE, "\"crit\"" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"%s\",\"typ\":\"test\",\"crit\":[]}", LC_ELINE, "\"crit\"" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"%s\",\"typ\":\"test\",\"alg\":\"EdDSA\"}", LC_ELINE, "duplicate member" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"%s\",\"typ\":\"test\",\"a\":{\"b\":{}}}", LC_ELINE, "nested" },
		{ "{\"alg\":\"EdDSA\",\"kid\":\"%s\",\"typ\":\"test\"} x", LC_ELINE, "not JSON" },
		{ "\"%s\"", LC_ELINE, "not JSON" },
		{ "%.0s", LC_ELINE, "not JSON" },
	};
	/* clang-format on */
	struct issuer *issuer = issuer_new(LC_ED25519);
	char header[600];

	for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
		char *text;

		check_context("%s", rows[i].header);
		/* The formats are those above. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		(void)snprintf(
		    header, sizeof header, rows[i].header, issuer->key->kid);
#pragma GCC diagnostic pop
		text = issuer_sign_raw(issuer->key, header, "{}");
		check_open(issuer, text, rows[i].err, rows[i].says);
		free(text);
	}
	issuer_free(issuer);
}

static void
shapes_that_are_refused(void)
{
	struct issuer *issuer = issuer_new(LC_ED25519);
	char *good = issuer_sign(issuer, "test", "{}");
	char *end = strrchr(good, '.');
	char text[2048];

	check_open(issuer, good, LC_OK, "");
	check_open(issuer, "", LC_ELINE, "three parts");
	check_open(issuer, "a.b", LC_ELINE, "three parts");
	check_open(issuer, "..", LC_ELINE, "header: not JSON");
	check_open(issuer, "a.b.c", LC_ELINE, "header: not base64url");
	(void)snprintf(text, sizeof text, "%s.", good);
	check_open(issuer, text, LC_ELINE, "three parts");
	(void)snprintf(text, sizeof text, "%s=", good);
	check_open(issuer, text, LC_ELINE, "signature: ");
	(void)snprintf(
	    text, sizeof text, "%.*s", (int)(strlen(good) - 1), good);
	check_open(issuer, text, LC_ELINE, "truncated");
	(void)snprintf(text, sizeof text, "%.*s.", (int)(end - good), good);
	check_open(issuer, text, LC_ELINE, "signature: ");
	memset(text, 'A', 1200);
	(void)snprintf(text + 1200, sizeof text - 1200, ".AAAA.AAAA");
	check_open(issuer, text, LC_ELINE, "header: too long");
	free(good);

	good = issuer_sign(issuer, "test", "{\"a\":1,\"a\":2}");
	check_open(issuer, good, LC_ELINE, "payload: duplicate member");
	free(good);
	good = issuer_sign(issuer, "test", "[1]");
	check_open(issuer, good, LC_ELINE, "payload: not a JSON object");
	free(good);
	good = issuer_sign(issuer, "test", "");
	check_open(issuer, good, LC_ELINE, "payload: not JSON");
	free(good);
	issuer_free(issuer);
}

static void
withdrawn_keys_do_not_count(void)
{
	struct issuer *issuer = issuer_new(LC_ED25519);
	char *text = issuer_sign(issuer, "test", "{}");
	struct lc_jws jws = { 0 };

	CHECK_UINT(lc_trust_nkeys(issuer->trust), 1);
	((struct lc_key *)(uintptr_t)lc_trust_find(
	     issuer->trust, issuer->key->kid))
	    ->withdrawn = true;
	CHECK_UINT(lc_trust_nkeys(issuer->trust), 0);
	check_open(issuer, text, LC_EKEY, "withdrawn");
	CHECK_ERR(
	    lc_jws_peek(text, strlen(text), "test", &jws, NULL), LC_OK, NULL);
	CHECK(jws.key == NULL);
	lc_jws_close(&jws);
	free(text);
	issuer_free(issuer);
}

static void
keys_are_valid_for_a_time(void)
{
	struct lc_key key = { .kid = "k", .not_before = 100, .expires = 200 };
	struct lc_jws jws = { .key = &key };
	struct lc_detail detail = { "" };

	CHECK_ERR(lc_jws_dated(&jws, 99, &detail), LC_EKEY, &detail);
	CHECK_HAS(detail.text, "before key k became valid");
	CHECK_ERR(lc_jws_dated(&jws, 100, &detail), LC_OK, &detail);
	CHECK_ERR(lc_jws_dated(&jws, 199, &detail), LC_OK, &detail);
	CHECK_ERR(lc_jws_dated(&jws, 200, &detail), LC_EKEY, &detail);
	CHECK_HAS(detail.text, "after key k expired");
	key.not_before = key.expires = LC_NO_TIME;
	CHECK_ERR(lc_jws_dated(&jws, 0, &detail), LC_OK, &detail);
	CHECK_ERR(lc_jws_dated(&jws, INT64_MAX, &detail), LC_OK, &detail);
}

/* The id of the key in it, or "" if there is none. */
static void
kid_of_pem(const char *pem, size_t len, char kid[LC_KID_LEN + 1])
{
	struct lc_key *key = NULL;
	enum lc_err err = lc_key_from_pem(pem, len, &key, NULL);

	*kid = '\0';
	if (err == LC_OK)
		memcpy(kid, key->kid, LC_KID_LEN + 1);
	else
		CHECK_ERR(err, LC_ETRUST, NULL);
	lc_key_free(key);
}

/*
 * A file of Ed25519 is read without OpenSSL's decoders.  An empty line before
 * it makes them read it: damaged or not, they find the same key, or none.
 */
static void
pem_is_read_as_openssl_reads_it(void)
{
	static const char others[] = { '=', 'A', '/', '-', ' ', '\n', '\0' };
	char kid[LC_KID_LEN + 1], same[LC_KID_LEN + 1];
	struct lc_key *key;
	char *pem, *text;
	size_t len;

	REQUIRE(lc_key_generate(LC_ED25519, &key) == LC_OK);
	REQUIRE(lc_key_to_pem(key, &pem, &len) == LC_OK);
	REQUIRE((text = malloc(len + 1)) != NULL);
	text[0] = '\n';
	for (size_t i = 0; i < len * sizeof others; i++) {
		size_t at = i / sizeof others;
		char was = pem[at];

		check_context("byte %zu is %d", at, others[i % sizeof others]);
		pem[at] = others[i % sizeof others];
		memcpy(text + 1, pem, len);
		kid_of_pem(pem, len, kid);
		kid_of_pem(text, len + 1, same);
		CHECK_STR(kid, same);
		pem[at] = was;
	}
	check_context(NULL);
	kid_of_pem(pem, len, kid);
	CHECK_STR(kid, key->kid);
	free(text);
	OPENSSL_free(pem);
	lc_key_free(key);
}

int
main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		{ "RFC 8037 verifies", rfc_8037_verifies },
		{ "RFC 8037 signs", rfc_8037_signs },
		{ "RFC 7515 verifies", rfc_7515_verifies },
		{ "JWKs that are refused", jwks_that_are_refused },
		{ "keys round trip", keys_round_trip },
		{ "ES256 in any length", es256_in_any_length },
		{ "ES256 in its normal form", es256_normal_form },
		{ "ES256 statements", es256_statements },
		{ "statements open", statements_open },
		{ "headers that are refused", headers_that_are_refused },
		{ "shapes that are refused", shapes_that_are_refused },
		{ "withdrawn keys do not count", withdrawn_keys_do_not_count },
		{ "keys are valid for a time", keys_are_valid_for_a_time },
		{ "PEM is read as OpenSSL reads it",
		    pem_is_read_as_openssl_reads_it },
	};

	return check_main("jws", tests, CHECK_COUNT(tests), argc, argv);
}
