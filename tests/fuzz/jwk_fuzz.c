/* jwk_fuzz.c - public keys. */
#include "fuzz.h"

#include <string.h>

#include "format/key.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t signature[LC_SIGNATURE_LEN] = { 1 };
	struct lc_detail detail = { "" };
	struct lc_key *key = NULL, *again = NULL;
	char *jwk = NULL;

	if (lc_key_from_jwk((const char *)data, len, &key, &detail) != LC_OK) {
		require(detail.text[0] != '\0');
		return 0;
	}
	require(strlen(key->kid) == LC_KID_LEN);
	require(lc_key_verify(key, "x", 1, signature) == LC_ESIGNATURE);
	require(lc_key_to_jwk(key, &jwk) == LC_OK);
	require(lc_key_from_jwk(jwk, strlen(jwk), &again, NULL) == LC_OK);
	require(strcmp(key->kid, again->kid) == 0);
	require(strcmp(key->name, again->name) == 0);
	require(key->not_before == again->not_before);
	require(key->expires == again->expires);
	require(key->withdrawn == again->withdrawn);
	free(jwk);
	lc_key_free(key);
	lc_key_free(again);
	return 0;
}
