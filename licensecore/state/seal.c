/* seal.c - HMACs under the device's key. */
#include "seal.h"

#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

enum lc_err
lc_seal(const uint8_t key[LC_MAC_KEY_LEN], const struct lc_seal *before,
    const char *text, struct lc_seal *out)
{
	size_t len = strlen(text);
	uint8_t *input = malloc(LC_SEAL_LEN + len);
	enum lc_err err = LC_ENOMEM;

	if (input == NULL)
		return err;
	memcpy(input, before->bytes, LC_SEAL_LEN);
	memcpy(input + LC_SEAL_LEN, text, len);
	if (HMAC(EVP_sha256(), key, LC_MAC_KEY_LEN, input,
	    LC_SEAL_LEN + len, out->bytes, NULL) != NULL)
		err = LC_OK;
	free(input);
	return err;
}

bool
lc_seal_equal(const struct lc_seal *seal, const void *bytes, size_t len)
{
	return len == LC_SEAL_LEN &&
	       CRYPTO_memcmp(seal->bytes, bytes, LC_SEAL_LEN) == 0;
}
