/*
 * mac.c - HMAC-SHA256 (RFC 2104) with a key that is prepared once.
 *
 * A start computes several for each license, of a few hundred bytes.  For
 * these OpenSSL's EVP layer, which copies and looks up a context three times,
 * costs five times what the hashing does: so this takes SHA-256 itself, which
 * OpenSSL 3 has marked as the older interface.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "mac.h"

#include <stdlib.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

struct lc_mac {
	SHA256_CTX inner, outer;	/* after a block of the key */
};

void
lc_mac_free(struct lc_mac *mac)
{
	if (mac == NULL)
		return;
	OPENSSL_cleanse(mac, sizeof *mac);
	free(mac);
}

static bool
begin(SHA256_CTX *context, const uint8_t *key, uint8_t mask)
{
	uint8_t block[SHA256_CBLOCK];
	bool good;

	for (size_t i = 0; i < sizeof block; i++)
		block[i] = (uint8_t)((i < LC_MAC_LEN ? key[i] : 0) ^ mask);
	good = SHA256_Init(context) == 1 &&
	    SHA256_Update(context, block, sizeof block) == 1;
	OPENSSL_cleanse(block, sizeof block);
	return good;
}

enum lc_err
lc_mac_new(const uint8_t *key, struct lc_mac **out)
{
	struct lc_mac *mac = calloc(1, sizeof *mac);

	if (mac == NULL)
		return LC_ENOMEM;
	if (!begin(&mac->inner, key, 0x36) || !begin(&mac->outer, key, 0x5c)) {
		lc_mac_free(mac);
		return LC_ENOMEM;
	}
	*out = mac;
	return LC_OK;
}

enum lc_err
lc_mac_sum(const struct lc_mac *mac, const void *first, size_t first_len,
    const void *second, size_t second_len, uint8_t *out)
{
	SHA256_CTX context = mac->inner;
	uint8_t sum[LC_MAC_LEN];
	bool good;

	good = SHA256_Update(&context, first, first_len) == 1 &&
	    SHA256_Update(&context, second, second_len) == 1 &&
	    SHA256_Final(sum, &context) == 1;
	context = mac->outer;
	good = good && SHA256_Update(&context, sum, sizeof sum) == 1 &&
	    SHA256_Final(out, &context) == 1;
	return good ? LC_OK : LC_ENOMEM;
}

enum lc_err
lc_digest(const void *bytes, size_t len, uint8_t *out)
{
	SHA256_CTX context;

	return SHA256_Init(&context) == 1 &&
	    SHA256_Update(&context, bytes, len) == 1 &&
	    SHA256_Final(out, &context) == 1 ? LC_OK : LC_ENOMEM;
}
