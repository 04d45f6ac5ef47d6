/*
 * pem_fuzz.c - private keys in PEM.  One that is taken is written and read
 * again as the same.
 */
#include "fuzz.h"

#include <string.h>

#include "format/key.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct lc_key *key = NULL, *again = NULL;
	struct lc_detail detail = { "" };
	char *pem = NULL;
	size_t pem_len = 0;

	if (lc_key_from_pem((const char *)data, len, &key, &detail) != LC_OK) {
		require(detail.text[0] != '\0');
		return 0;
	}
	require(strlen(key->kid) == LC_KID_LEN);
	require(lc_key_to_pem(key, &pem, &pem_len) == LC_OK);
	require(lc_key_from_pem(pem, pem_len, &again, NULL) == LC_OK);
	require(strcmp(key->kid, again->kid) == 0);
	free(pem);
	lc_key_free(key);
	lc_key_free(again);
	return 0;
}
