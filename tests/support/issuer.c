/* issuer.c - see issuer.h. */
#include "issuer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/bn.h>

#include "base/b64.h"
#include "check.h"
#include "format/line.h"
#include "authority/ops/sign.h"

static void
trust_own(struct issuer *issuer)
{
	struct lc_key *public = NULL;
	char *jwk = NULL;

	REQUIRE(lc_key_to_jwk(issuer->key, &jwk) == LC_OK);
	check_write(check_path(issuer->dir, "issuer.jwk"), jwk, strlen(jwk));
	REQUIRE(lc_key_from_jwk(jwk, strlen(jwk), &public, NULL) == LC_OK);
	REQUIRE(lc_trust_new(&issuer->trust) == LC_OK);
	REQUIRE(
	    lc_trust_add(issuer->trust, public, "issuer.jwk", NULL) == LC_OK);
	free(jwk);
}

struct issuer *
issuer_new(enum lc_alg alg)
{
	struct issuer *issuer = calloc(1, sizeof *issuer);

	REQUIRE(issuer != NULL);
	issuer->dir = check_dir();
	REQUIRE(lc_key_generate(alg, &issuer->key) == LC_OK);
	trust_own(issuer);
	return issuer;
}

void
issuer_free(struct issuer *issuer)
{
	lc_trust_free(issuer->trust);
	lc_key_free(issuer->key);
	free(issuer);
}

struct lc_terms
issuer_terms(const char *id)
{
	static const char *const udis[] = { ISSUER_UDI };

	return (struct lc_terms){
		.id = id,
		.issuer = "Test Authority",
		.feature = "ipbasek9",
		.version = "1.0",
		.type = LC_PERMANENT,
		.udis = udis,
		.nudis = 1,
		.count = LC_UNCOUNTED,
		.issued = 1700000000,
		.start = LC_NO_TIME,
		.end = LC_NO_TIME,
		.eula = "",
		.comment = "",
	};
}

char *
issuer_line(const struct issuer *issuer, const struct lc_terms *terms)
{
	struct lc_detail detail = { "" };
	char *line = NULL;

	CHECK_ERR(
	    lc_line_sign(terms, issuer->key, &line, &detail), LC_OK, &detail);
	REQUIRE(line != NULL);
	return line;
}

char *
issuer_sign_raw(
    const struct lc_key *key, const char *header, const char *payload)
{
	size_t header_len = strlen(header), payload_len = strlen(payload);
	char *text =
	    calloc(1, LC_B64_LEN(header_len) + LC_B64_LEN(payload_len) +
			  LC_B64_LEN(LC_SIGNATURE_LEN) + 3);
	uint8_t signature[LC_SIGNATURE_LEN];

	REQUIRE(text != NULL);
	lc_b64_encode(header, header_len, text);
	strcat(text, ".");
	lc_b64_encode(payload, payload_len, text + strlen(text));
	REQUIRE(lc_key_sign(key, text, strlen(text), signature) == LC_OK);
	strcat(text, ".");
	lc_b64_encode(signature, sizeof signature, text + strlen(text));
	return text;
}

char *
issuer_sign(const struct issuer *issuer, const char *typ, const char *payload)
{
	char header[256];

	(void)snprintf(header, sizeof header,
	    "{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"%s\"}",
	    lc_alg_name(issuer->key->alg), issuer->key->kid, typ);
	return issuer_sign_raw(issuer->key, header, payload);
}

void
issuer_flip(char *text, size_t len)
{
	static const char order[] = "FFFFFFFF00000000FFFFFFFFFFFFFFFF"
	    "BCE6FAADA7179E84F3B9CAC2FC632551";
	size_t signature_len = LC_B64_LEN(LC_SIGNATURE_LEN);
	char *signature = text + len - signature_len;
	char flipped[LC_B64_LEN(LC_SIGNATURE_LEN) + 1];
	uint8_t bytes[LC_SIGNATURE_LEN];
	BIGNUM *n = NULL, *s;

	REQUIRE(len > signature_len && signature[-1] == '.');
	REQUIRE(lc_b64_decode(signature, signature_len, bytes));
	REQUIRE(BN_hex2bn(&n, order) == 64);
	REQUIRE((s = BN_bin2bn(bytes + 32, 32, NULL)) != NULL);
	REQUIRE(BN_sub(s, n, s) == 1 && BN_bn2binpad(s, bytes + 32, 32) == 32);
	lc_b64_encode(bytes, sizeof bytes, flipped);
	memcpy(signature, flipped, signature_len);
	BN_free(n);
	BN_free(s);
}
