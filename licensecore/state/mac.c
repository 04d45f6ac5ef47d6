/* mac.c - HMAC-SHA256 with a key that is prepared once. */
#include "mac.h"

#include <stdlib.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

struct lc_mac {
	EVP_MAC *algorithm;
	EVP_MAC_CTX *context;
};

void
lc_mac_free(struct lc_mac *mac)
{
	if (mac == NULL)
		return;
	EVP_MAC_CTX_free(mac->context);		/* which cleanses the key */
	EVP_MAC_free(mac->algorithm);
	free(mac);
}

enum lc_err
lc_mac_new(const uint8_t *key, struct lc_mac **out)
{
	char digest[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
		    digest, 0),
		OSSL_PARAM_construct_end(),
	};
	struct lc_mac *mac = calloc(1, sizeof *mac);

	if (mac == NULL)
		return LC_ENOMEM;
	mac->algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
	mac->context = EVP_MAC_CTX_new(mac->algorithm);
	if (mac->context == NULL ||
	    EVP_MAC_init(mac->context, key, LC_MAC_LEN, params) != 1) {
		lc_mac_free(mac);
		return LC_ENOMEM;
	}
	*out = mac;
	return LC_OK;
}

enum lc_err
lc_mac_sum(struct lc_mac *mac, const void *first, size_t first_len,
    const void *second, size_t second_len, uint8_t *out)
{
	size_t len;

	/* Without a key: the one from before. */
	if (EVP_MAC_init(mac->context, NULL, 0, NULL) != 1 ||
	    EVP_MAC_update(mac->context, first, first_len) != 1 ||
	    EVP_MAC_update(mac->context, second, second_len) != 1 ||
	    EVP_MAC_final(mac->context, out, &len, LC_MAC_LEN) != 1)
		return LC_ENOMEM;
	return LC_OK;
}
